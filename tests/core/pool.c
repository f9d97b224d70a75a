/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The thread pool: every task once, workers apart, several callers at the same time. */
#include "pool.h"

typedef struct Count
{
  gint done[1000];
  gint busy[8];
} Count;

static void
task (void *data, int number, int worker)
{
  Count *count = data;

  g_assert_cmpint (worker, <, 8);
  /* Two tasks with the same worker number at once would share scratch memory. */
  g_assert_cmpint (g_atomic_int_add (&count->busy[worker], 1), ==, 0);
  g_atomic_int_inc (&count->done[number]);
  g_assert_cmpint (g_atomic_int_add (&count->busy[worker], -1), ==, 1);
}

static gpointer
caller (gpointer unused)
{
  for (int round = 0; round < 200; round++)
    for (int threads = 1; threads <= 8; threads += 3)
      {
        Count count = { 0 };
        int tasks = (round * 37) % 1000;

        acu_pool_run (tasks, threads, task, &count);
        for (int i = 0; i < 1000; i++)
          g_assert_cmpint (count.done[i], ==, i < tasks);
      }
  return NULL;
}

static void
several_callers (void)
{
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("caller", caller, NULL);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

typedef struct Aside
{
  Count count;
  GThread *caller;
  int asked, tasks;
} Aside;

/* May run a job of its own, while the other threads are in the one that it is beside of. */
static void
aside (void *data)
{
  Aside *aside = data;
  Count own = { 0 };

  g_assert_true (g_thread_self () == aside->caller);
  aside->asked++;
  acu_pool_run (50, 3, task, &own);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (own.done[i], ==, i < 50);
}

static void
something_beside (void)
{
  static const int tasks[] = { 0, 1, 2, 3, 400 };

  for (int round = 0; round < 100; round++)
    for (guint t = 0; t < G_N_ELEMENTS (tasks); t++)
      for (int threads = 1; threads <= 4; threads++)
        {
          Aside a = { .caller = g_thread_self () };

          acu_pool_run_beside (tasks[t], threads, task, &a.count, aside, &a);
          g_assert_cmpint (a.asked, ==, 1);
          for (int i = 0; i < 1000; i++)
            g_assert_cmpint (a.count.done[i], ==, i < tasks[t]);
        }
}

static void
wait_for_task (void *data)
{
  Count *count = data;

  while (g_atomic_int_get (&count->done[0]) == 0)
    g_thread_yield ();
}

/* What is done beside a task may wait for it: another thread does it. */
static void
beside_one_task (void)
{
  for (int round = 0; round < 100; round++)
    {
      Count count = { 0 };

      acu_pool_run_beside (1, 2, task, &count, wait_for_task, &count);
      g_assert_cmpint (count.done[0], ==, 1);
    }
}

static void
one_caller (void)
{
  caller (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/one-caller", one_caller);
  g_test_add_func ("/pool/several-callers", several_callers);
  g_test_add_func ("/pool/something-beside", something_beside);
  g_test_add_func ("/pool/beside-one-task", beside_one_task);
  return g_test_run ();
}
