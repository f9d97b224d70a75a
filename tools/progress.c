/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted, polled;
/* The handler can neither free nor wait: the name lives here, and counts while the flag is set. */
static char temporary_file[PATH_MAX];
static volatile sig_atomic_t have_temporary_file;

/* Nothing looks at the flag while a picture is read, planned for or written, and libraries do most of that. */
static void
on_signal (int number)
{
  if (polled && !interrupted)
    {
      interrupted = number;
      return;
    }
  if (have_temporary_file)
    unlink (temporary_file);
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

gboolean
tool_remove_when_killed (const char *path)
{
  have_temporary_file = 0;
  if (path && g_strlcpy (temporary_file, path, sizeof temporary_file) >= sizeof temporary_file)
    return FALSE;
  have_temporary_file = path != NULL;
  return TRUE;
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
