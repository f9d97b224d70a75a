/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

#include <glib/gi18n.h>

struct PluginEstimate
{
  void (*measured) (gpointer data);
  gpointer data;
  /* while a measurement goes on */
  GThread *thread;                /* NULL while none does */
  AcuUpscaler *upscaler;
  guint source;                   /* idle; set before the thread ends */
  gboolean in_vain;               /* the last one failed: another one would, too */
};

PluginEstimate *
plugin_estimate_new (void (*measured) (gpointer data), gpointer data)
{
  PluginEstimate *estimate = g_new0 (PluginEstimate, 1);

  estimate->measured = measured;
  estimate->data = data;
  return estimate;
}

static void
end_measurement (PluginEstimate *estimate)
{
  g_thread_join (g_steal_pointer (&estimate->thread));
  g_clear_pointer (&estimate->upscaler, acu_upscaler_free);
}

static gboolean
on_measured (gpointer data)
{
  PluginEstimate *estimate = data;

  end_measurement (estimate);
  estimate->measured (estimate->data);
  return G_SOURCE_REMOVE;
}

static gpointer
measure (gpointer data)
{
  PluginEstimate *estimate = data;

  estimate->in_vain = acu_upscaler_measure_seconds (estimate->upscaler) < 0;
  estimate->source = g_idle_add (on_measured, estimate);
  return NULL;
}

void
plugin_estimate_free (PluginEstimate *estimate)
{
  if (estimate->thread)
    {
      end_measurement (estimate);
      g_source_remove (estimate->source);
    }
  g_free (estimate);
}

char *
plugin_estimate_describe (PluginEstimate *estimate, PluginJob *job)
{
  char *bytes = g_format_size (plugin_job_memory (job)), *text;
  double seconds = plugin_job_seconds (job);

  if (seconds >= 0)
    {
      char *time = acu_format_seconds (seconds);

      /* Translators: how long it takes, such as "20 s" or "about 2 h", and bytes. */
      text = g_strdup_printf (_("Time: %s. Needs up to %s of memory while it works."), time, bytes);
      g_free (time);
    }
  else
    text = g_strdup_printf (_("Needs up to %s of memory while it works."), bytes);
  if (seconds < 0 && !estimate->thread && !estimate->in_vain && (estimate->upscaler = plugin_job_take_largest (job)))
    estimate->thread = g_thread_new ("measure", measure, estimate);
  g_free (bytes);
  return text;
}
