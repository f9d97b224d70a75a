/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pool.h"

/* Steps of a network follow one another within microseconds; waking a thread takes up to a hundred, on virtual machines: so long it looks whether there is
 * work again before it sleeps. How long a processor takes to breathe differs tenfold. */
#define LOOK_MICROSECONDS 150
#define BREATHS 16                /* between two looks at the clock */

/* Each thread has a share of neighbouring tasks, the same one in every job, so that what it made in the last one is still in its
 * core's cache; then it helps the others. */
#define MAX_SHARES 64

typedef struct Share
{
  gint next;                      /* atomic: the next task to take */
  int end;
  char apart[56];                 /* a cache line for each */
} Share;

typedef struct Job
{
  AcuTask run;
  void *data;
  int threads, shares;
  Share share[MAX_SHARES];
  int joined;                     /* threads that ever joined, the caller included: the next worker number */
  gint active;                    /* threads of the pool that are in it now; changed under the lock, read without */
  struct Job *below;
} Job;

static GMutex lock;
static GCond work, idle;
static Job *jobs;
static int started, sleeping;
static gint submitted;            /* atomic: jobs so far */

static inline void
breathe (void)
{
#if defined (__x86_64__)
  __builtin_ia32_pause ();
#elif defined (__aarch64__)
  __asm__ volatile ("yield");
#endif
}

/* Until *number becomes, or is no longer, `value`, or the time is over. */
static void
look (gint *number, gboolean becomes, gint value)
{
  gint64 end = g_get_monotonic_time () + LOOK_MICROSECONDS;

  do
    for (int i = 0; i < BREATHS; i++)
      {
        if ((g_atomic_int_get (number) == value) == becomes)
          return;
        breathe ();
      }
  while (g_get_monotonic_time () < end);
}

static void
take_tasks (Job *job, int worker, int home)
{
  for (int i = 0; i < job->shares; i++)
    {
      Share *share = &job->share[(home + i) % job->shares];
      int task;

      while ((task = g_atomic_int_add (&share->next, 1)) < share->end)
        job->run (job->data, task, worker);
    }
}

static gboolean
has_tasks (Job *job)
{
  for (int i = 0; i < job->shares; i++)
    if (g_atomic_int_get (&job->share[i].next) < job->share[i].end)
      return TRUE;
  return FALSE;
}

static Job *
find_job (void)
{
  for (Job *job = jobs; job; job = job->below)
    if (job->joined < job->threads && has_tasks (job))
      return job;
  return NULL;
}

static gpointer
worker_main (gpointer number)
{
  int home = GPOINTER_TO_INT (number);
  gboolean looked = FALSE;

  g_mutex_lock (&lock);
  for (;;)
    {
      Job *job = find_job ();
      int worker;

      if (!job && !looked)
        {
          gint seen = g_atomic_int_get (&submitted);

          looked = TRUE;
          g_mutex_unlock (&lock);
          look (&submitted, FALSE, seen);
          g_mutex_lock (&lock);
          continue;
        }
      looked = FALSE;
      if (!job)
        {
          sleeping++;
          g_cond_wait (&work, &lock);
          sleeping--;
          continue;
        }
      worker = job->joined++;
      g_atomic_int_inc (&job->active);
      g_mutex_unlock (&lock);
      take_tasks (job, worker, home);
      g_mutex_lock (&lock);
      if (g_atomic_int_dec_and_test (&job->active))
        g_cond_broadcast (&idle);
    }
  return NULL;
}

/* A thread that cannot be started only makes the job slower. */
static void
start_threads (int wanted)
{
  while (started < wanted)
    {
      GThread *thread = g_thread_try_new ("acuity", worker_main, GINT_TO_POINTER (started + 1), NULL);

      if (!thread)
        break;
      g_thread_unref (thread);
      started++;
    }
}

static void
unlink_job (Job *job)
{
  for (Job **at = &jobs; *at; at = &(*at)->below)
    if (*at == job)
      {
        *at = job->below;
        return;
      }
}

void
acu_pool_run (int tasks, int threads, AcuTask run, void *data)
{
  acu_pool_run_beside (tasks, threads, run, data, NULL, NULL);
}

void
acu_pool_run_beside (int tasks, int threads, AcuTask run, void *data, AcuBeside beside, void *beside_data)
{
  Job job;

  /* A single task is worth another thread where there is something to do beside it. */
  if (threads <= 1 || tasks <= (beside ? 0 : 1))
    {
      if (beside)
        beside (beside_data);
      for (int task = 0; task < tasks; task++)
        run (data, task, 0);
      return;
    }

  job.run = run;
  job.data = data;
  job.threads = MIN (threads, beside && tasks < threads ? tasks + 1 : tasks);
  job.shares = MIN (job.threads, MAX_SHARES);
  for (int i = 0; i < job.shares; i++)
    {
      job.share[i].next = (int) ((gint64) tasks * i / job.shares);
      job.share[i].end = (int) ((gint64) tasks * (i + 1) / job.shares);
    }
  job.joined = 1;
  job.active = 0;
  g_mutex_lock (&lock);
  start_threads (MIN (job.threads, ACU_POOL_MAX_THREADS) - 1);
  job.below = jobs;
  jobs = &job;
  g_atomic_int_inc (&submitted);
  for (int i = 1; i < job.threads && i <= sleeping; i++)
    g_cond_signal (&work);
  g_mutex_unlock (&lock);

  if (beside)
    beside (beside_data);
  take_tasks (&job, 0, 0);
  look (&job.active, TRUE, 0);

  g_mutex_lock (&lock);
  unlink_job (&job);
  while (g_atomic_int_get (&job.active) > 0)
    g_cond_wait (&idle, &lock);
  g_mutex_unlock (&lock);
}
