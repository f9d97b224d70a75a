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
  return g_test_run ();
}
