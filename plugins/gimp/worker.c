/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch.h"

struct PluginWorker
{
  PluginPatchDone done;
  gpointer data;
  GQueue waiting;                 /* PluginPatch */
  GThread *thread;                /* NULL while nothing is computed */
  PluginPatch *patch;             /* that is computed */
  guint source;                   /* idle; set before the thread ends */
  gboolean left;                  /* nobody wants it any more: it frees itself */
};

/* That were left while they computed. */
static GSList *left_behind;

static void next (PluginWorker *worker);

static gboolean
on_done (gpointer data)
{
  PluginWorker *worker = data;
  PluginPatch *patch = g_steal_pointer (&worker->patch);

  g_thread_join (g_steal_pointer (&worker->thread));
  if (worker->left)
    {
      left_behind = g_slist_remove (left_behind, worker);
      plugin_patch_free (patch);
      g_free (worker);
      return G_SOURCE_REMOVE;
    }
  next (worker);
  if (g_atomic_int_get (&patch->cancelled))
    plugin_patch_free (patch);
  else
    worker->done (worker->data, patch);
  return G_SOURCE_REMOVE;
}

static gpointer
compute (gpointer data)
{
  PluginWorker *worker = data;

  plugin_patch_run (worker->patch);
  worker->source = g_idle_add (on_done, worker);
  return NULL;
}

static void
next (PluginWorker *worker)
{
  if (!worker->thread && (worker->patch = g_queue_pop_head (&worker->waiting)))
    worker->thread = g_thread_new ("preview", compute, worker);
}

PluginWorker *
plugin_worker_new (PluginPatchDone done, gpointer data)
{
  PluginWorker *worker = g_new0 (PluginWorker, 1);

  worker->done = done;
  worker->data = data;
  g_queue_init (&worker->waiting);
  return worker;
}

void
plugin_worker_cancel (PluginWorker *worker)
{
  PluginPatch *patch;

  while ((patch = g_queue_pop_head (&worker->waiting)))
    plugin_patch_free (patch);
  if (worker->patch)
    plugin_patch_cancel (worker->patch);
}

void
plugin_worker_free (PluginWorker *worker)
{
  plugin_worker_cancel (worker);
  if (worker->thread)
    {
      g_thread_join (worker->thread);
      g_source_remove (worker->source);
      plugin_patch_free (worker->patch);
    }
  g_free (worker);
}

void
plugin_worker_leave (PluginWorker *worker)
{
  plugin_worker_cancel (worker);
  worker->left = TRUE;
  if (worker->thread)
    left_behind = g_slist_prepend (left_behind, worker);
  else
    g_free (worker);
}

void
plugin_workers_wait (void)
{
  while (left_behind)
    {
      PluginWorker *worker = left_behind->data;

      left_behind = g_slist_delete_link (left_behind, left_behind);
      plugin_worker_free (worker);
    }
}

void
plugin_worker_add (PluginWorker *worker, PluginPatch *patch)
{
  g_queue_push_tail (&worker->waiting, patch);
  next (worker);
}

double
plugin_worker_progress (const PluginWorker *worker)
{
  return worker->patch ? g_atomic_int_get (&worker->patch->thousandths) / 1000.0 : -1;
}
