/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Until a machine has done it: operations a second. */
#define USUAL_SPEED 1e11

static volatile sig_atomic_t interrupted, polled;
/* The handler can neither free nor wait: names live here, and count while their flag is set. */
static struct
{
  char name[PATH_MAX];
  volatile sig_atomic_t there;
} doomed[2];

/* Nothing looks at the flag while a picture is read, planned for or written, and libraries do most of that. */
static void
on_signal (int number)
{
  if (polled && !interrupted)
    {
      interrupted = number;
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (doomed); i++)
    if (doomed[i].there)
      unlink (doomed[i].name);
  _exit (128 + number);
}

void
tool_catch_signals (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, old;

      /* What nohup ignores stays ignored. */
      if (sigaction (numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction (numbers[i], &action, NULL);
    }
  /* A limit on file sizes becomes an error of write(), which leaves no half-written file behind. */
  signal (SIGXFSZ, SIG_IGN);
}

int
tool_interrupted (void)
{
  return interrupted ? 128 + interrupted : 0;
}

void
tool_poll_signals (gboolean poll)
{
  polled = poll;
}

static gboolean
remove_when_killed (guint i, const char *path)
{
  doomed[i].there = 0;
  if (path && g_strlcpy (doomed[i].name, path, sizeof doomed[i].name) >= sizeof doomed[i].name)
    return FALSE;
  doomed[i].there = path != NULL;
  return TRUE;
}

gboolean
tool_remove_when_killed (const char *path)
{
  return remove_when_killed (0, path);
}

gboolean
tool_remove_also_when_killed (const char *path)
{
  return remove_when_killed (1, path);
}

static int
terminal_columns (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void
draw (const char *name, double fraction, double seconds_left)
{
  g_autofree char *time = acu_format_seconds (seconds_left);
  g_autofree char *left = fraction >= 1 || seconds_left < 0 ? g_strdup ("") : g_strdup_printf (_("%s left"), time);
  g_autofree char *shown = g_utf8_make_valid (name, -1);
  int columns = terminal_columns (), length = (int) g_utf8_strlen (shown, -1);
  int name_room = MIN (length, MAX (8, columns / 3));
  int room = columns - name_room - (int) g_utf8_strlen (left, -1) - 10;
  g_autofree char *start = g_utf8_substring (shown, 0, name_room);
  GString *bar = g_string_new (NULL);

  for (int i = 0; i < MIN (room, 40); i++)
    g_string_append (bar, i < fraction * MIN (room, 40) ? "█" : "░");
  g_printerr ("\r\033[K%s %3d %% %s %s", start, (int) (fraction * 100), bar->str, left);
  g_string_free (bar, TRUE);
}

gboolean
tool_progress (void *data, double fraction, double seconds_left)
{
  ToolProgress *progress = data;

  if (progress->report)
    {
      char share[G_ASCII_DTOSTR_BUF_SIZE];

      tool_report ("progress", progress->index, g_ascii_formatd (share, sizeof share, "%.4f", fraction));
    }
  else if (!progress->quiet && isatty (STDERR_FILENO))
    {
      draw (progress->name, fraction, seconds_left);
      progress->shown = TRUE;
    }
  return !tool_interrupted ();
}

void
tool_report (const char *what, guint index, const char *text)
{
  g_autofree char *line = g_strdelimit (g_strdup (text), "\r\n", ' ');

  fprintf (stdout, "%s\t%u\t%s\n", what, index, line);
  fflush (stdout);
}

void
tool_progress_end (ToolProgress *progress)
{
  if (progress->shown)
    g_printerr ("\n");
  progress->shown = FALSE;
}

void
tool_progress_clear (ToolProgress *progress)
{
  if (progress->shown)
    g_printerr ("\r\033[K");
  progress->shown = FALSE;
}

double
tool_expected_seconds (const AcuUpscaler *upscaler)
{
  double seconds = acu_upscaler_estimate_seconds (upscaler);

  return seconds >= 0 ? seconds : acu_upscaler_operations (upscaler) / USUAL_SPEED;
}

void
tool_series_begin (ToolSeries *series)
{
  series->started = g_get_monotonic_time ();
}

gboolean
tool_series (void *data, double fraction, double seconds_left)
{
  const ToolSeries *series = data;
  double all = MIN (1, (series->done + fraction * series->current) / MAX (series->all, 1e-9)), seconds = 1e-6 * (double) (g_get_monotonic_time () - series->started);

  return tool_progress (series->progress, all, all > 0.01 && seconds > 0.5 ? seconds / all * (1 - all) : -1);
}
