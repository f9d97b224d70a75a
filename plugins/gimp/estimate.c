/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

#include <glib/gi18n.h>

struct PluginEstimate
{
  PluginImage image;
  PluginEstimated estimated;
  gpointer data;
  PluginValues wanted, values;    /* what was asked last, and what is worked out */
  gboolean waiting;               /* `wanted` is to be worked out next */
  gboolean forgotten;             /* nobody wants to know what is worked out */
  gboolean in_vain;               /* the last measurement failed: another one would, too */
  /* while something is worked out */
  PluginJob *job;
  GThread *thread;                /* NULL while nothing is */
  gboolean measures;              /* after planning */
  GError *error;
  guint source;                   /* idle; set before the thread ends */
};

static void begin (PluginEstimate *estimate);

PluginEstimate *
plugin_estimate_new (PluginImage image, PluginEstimated estimated, gpointer data)
{
  PluginEstimate *estimate = g_new0 (PluginEstimate, 1);

  estimate->image = image;
  estimate->estimated = estimated;
  estimate->data = data;
  return estimate;
}

static void
end (PluginEstimate *estimate)
{
  g_clear_pointer (&estimate->job, plugin_job_free);
  g_clear_error (&estimate->error);
}

void
plugin_estimate_free (PluginEstimate *estimate)
{
  if (estimate->thread)
    {
      g_thread_join (estimate->thread);
      g_source_remove (estimate->source);
    }
  end (estimate);
  g_free (estimate);
}

static void
tell (PluginEstimate *estimate)
{
  g_autofree char *bytes = g_format_size (plugin_job_memory (estimate->job)), *text = NULL, *all = NULL;
  double seconds = plugin_job_seconds (estimate->job);
  const char *note = plugin_job_device_note (estimate->job);

  if (seconds >= 0)
    {
      g_autofree char *time = acu_format_seconds (seconds);

      /* Translators: how long it takes, such as "20 s" or "about 2 h", and bytes. */
      text = g_strdup_printf (_("Time: %s. Needs up to %s of memory while it works."), time, bytes);
    }
  else
    text = g_strdup_printf (_("Needs up to %s of memory while it works."), bytes);
  all = g_strconcat (text, note ? " " : NULL, note, NULL);
  estimate->estimated (estimate->data, all, NULL);
}

static gboolean
on_done (gpointer data)
{
  PluginEstimate *estimate = data;
  gboolean wanted = !estimate->waiting && !estimate->forgotten;

  g_thread_join (g_steal_pointer (&estimate->thread));
  if (wanted && estimate->error)
    estimate->estimated (estimate->data, NULL, estimate->error);
  else if (wanted)
    tell (estimate);
  if (wanted && !estimate->error && !estimate->measures && !estimate->in_vain && plugin_job_seconds (estimate->job) < 0)
    {
      estimate->measures = TRUE;
      begin (estimate);
      return G_SOURCE_REMOVE;
    }
  end (estimate);
  if (estimate->waiting)
    plugin_estimate_ask (estimate, &estimate->wanted);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  PluginEstimate *estimate = data;

  if (estimate->measures)
    estimate->in_vain = !plugin_job_measure (estimate->job);
  else
    plugin_job_plan (estimate->job, &estimate->error);
  estimate->source = g_idle_add (on_done, estimate);
  return NULL;
}

static void
begin (PluginEstimate *estimate)
{
  estimate->thread = g_thread_new ("estimate", work, estimate);
}

void
plugin_estimate_ask (PluginEstimate *estimate, const PluginValues *values)
{
  estimate->waiting = estimate->thread != NULL;
  estimate->wanted = *values;
  if (estimate->waiting)
    return;
  estimate->forgotten = estimate->measures = FALSE;
  estimate->values = estimate->wanted;
  estimate->job = plugin_job_new (estimate->image, &estimate->values, TRUE, &estimate->error);
  if (estimate->job)
    begin (estimate);
  else
    {
      estimate->estimated (estimate->data, NULL, estimate->error);
      end (estimate);
    }
}

void
plugin_estimate_forget (PluginEstimate *estimate)
{
  estimate->waiting = FALSE;
  estimate->forgotten = TRUE;
}
