/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void
note_signal (int number)
{
  interrupted = 1;
}

void
tool_catch_signals (void)
{
  struct sigaction action = { .sa_handler = note_signal };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* A limit on file sizes becomes an error of write(), which leaves no half-written file behind. */
  signal (SIGXFSZ, SIG_IGN);
}

gboolean
tool_interrupted (void)
{
  return interrupted != 0;
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

  if (!progress->quiet && isatty (STDERR_FILENO))
    {
      draw (progress->name, fraction, seconds_left);
      progress->shown = TRUE;
    }
  return !tool_interrupted ();
}

void
tool_progress_end (ToolProgress *progress)
{
  if (progress->shown)
    g_printerr ("\n");
  progress->shown = FALSE;
}
