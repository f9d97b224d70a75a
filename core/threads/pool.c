/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pool.h"

typedef struct Job
{
  AcuTask run;
  void *data;
  int tasks, threads;
  gint next;                      /* atomic: the next task to take */
  int joined;                     /* threads that ever joined, the caller included: the next worker number */
  int active;                     /* threads of the pool that are in it now */
  struct Job *below;
} Job;

static GMutex lock;
static GCond work, idle;
static Job *jobs;
static int started, sleeping;

static void
take_tasks (Job *job, int worker)
{
  int task;

  while ((task = g_atomic_int_add (&job->next, 1)) < job->tasks)
    job->run (job->data, task, worker);
}

static Job *
find_job (void)
{
  for (Job *job = jobs; job; job = job->below)
    if (job->joined < job->threads && g_atomic_int_get (&job->next) < job->tasks)
      return job;
  return NULL;
}

static gpointer
worker_main (gpointer unused)
{
  g_mutex_lock (&lock);
  for (;;)
    {
      Job *job = find_job ();
      int worker;

      if (!job)
        {
          sleeping++;
          g_cond_wait (&work, &lock);
          sleeping--;
          continue;
        }
      worker = job->joined++;
      job->active++;
      g_mutex_unlock (&lock);
      take_tasks (job, worker);
      g_mutex_lock (&lock);
      if (--job->active == 0)
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
      GThread *thread = g_thread_try_new ("acuity", worker_main, NULL, NULL);

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
  Job job = { run, data, tasks, MIN (threads, tasks) };

  if (tasks <= 0)
    return;
  if (job.threads <= 1)
    {
      for (int task = 0; task < tasks; task++)
        run (data, task, 0);
      return;
    }

  job.joined = 1;
  g_mutex_lock (&lock);
  start_threads (MIN (job.threads, ACU_POOL_MAX_THREADS) - 1);
  job.below = jobs;
  jobs = &job;
  for (int i = 1; i < job.threads && i <= sleeping; i++)
    g_cond_signal (&work);
  g_mutex_unlock (&lock);

  take_tasks (&job, 0);

  g_mutex_lock (&lock);
  unlink_job (&job);
  while (job.active > 0)
    g_cond_wait (&idle, &lock);
  g_mutex_unlock (&lock);
}
