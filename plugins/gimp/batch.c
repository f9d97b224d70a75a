/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch.h"
#include "program.h"

#include <errno.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct PluginBatch
{
  void (*changed) (gpointer data);
  gpointer data;
  GPtrArray *pictures;            /* paths */
  GArray *pixels;                 /* of each picture, double */
  double all, behind, skipped_pixels;   /* pixels: of all, of those that are behind us, of those that were left out */
  double current;                 /* share of the picture at work */
  int index, done, skipped, failed;
  GString *problems, *complaints; /* of pictures; what the program says on its own */
  GTimer *timer;
  GPid pid;                       /* 0 when it has ended */
  guint watch, out_source, err_source;
  GIOChannel *out, *err;
  char *error;
};

/* What acuity reads; its own messages say what is wrong with a file that only looks like one. */
static gboolean
is_picture (const char *name)
{
  static const char *const ends[] = { ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".exr", ".ppm" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (lower, ends[i]) && name[0] != '.')
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
plugin_batch_pictures (const char *folder, GError **error)
{
  GDir *dir = g_dir_open (folder, 0, error);
  GPtrArray *names;
  const char *name;

  if (!dir)
    return NULL;
  names = g_ptr_array_new ();
  while ((name = g_dir_read_name (dir)))
    {
      char *path = g_build_filename (folder, name, NULL);

      if (is_picture (name) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (names, path);
      else
        g_free (path);
    }
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static void
add (GPtrArray *words, char *word)
{
  g_ptr_array_add (words, word);
}

static char *
number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", value));
}

/* Where the shell has one option for a size, GIMP has several. */
static void
add_size (GPtrArray *words, const PluginValues *values)
{
  g_autofree char *first = NULL, *second = NULL;
  AcuSize size;

  plugin_values_size (values, &size);
  switch (size.mode)
    {
    case ACU_SIZE_FACTOR:
      add (words, g_strdup ("--scale"));
      add (words, number (size.scale));
      break;
    case ACU_SIZE_PIXELS:
      add (words, g_strdup ("--size"));
      first = size.width ? number (size.width) : g_strdup ("");
      second = size.height ? number (size.height) : g_strdup ("");
      add (words, g_strdup_printf ("%sx%s", first, second));
      break;
    case ACU_SIZE_LONGEST:
      add (words, g_strdup ("--longest"));
      add (words, number (size.longest));
      break;
    case ACU_SIZE_PRINT:
      add (words, g_strdup ("--print"));
      first = number (size.print_width);
      second = number (size.print_height);
      add (words, g_strdup_printf ("%sx%smm", first, second));
      add (words, g_strdup ("--resolution"));
      add (words, number (size.resolution));
      break;
    }
}

char **
plugin_batch_command (const char *program, const PluginValues *values, const char *to)
{
  GPtrArray *words = g_ptr_array_new ();

  add (words, g_strdup (program));
  add_size (words, values);
  plugin_for_each_option (option, i)
    {
      const PluginValue *value = &values->value[i];

      if (plugin_option_is_size (option) || !(option->use & ACU_OPTION_SHELL))
        continue;
      if (option->type == ACU_OPTION_BOOLEAN)
        add (words, g_strdup_printf (value->number ? "--%s" : "--no-%s", option->key));
      else
        {
          add (words, g_strdup_printf ("--%s", option->key));
          add (words, option->type == ACU_OPTION_DOUBLE || option->type == ACU_OPTION_INT ? number (value->number) : g_strdup (value->text));
        }
    }
  add (words, g_strdup ("--skip-done"));
  add (words, g_strdup ("--report"));
  add (words, g_strdup ("-o"));
  add (words, g_strdup (to));
  add (words, g_strdup ("--files-from"));
  add (words, g_strdup ("-"));
  add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
}

static double
pixels_of (const PluginBatch *batch, int index)
{
  return g_array_index (batch->pixels, double, index);
}

/* "WHAT⇥INDEX⇥TEXT", as tools/tool.h has it. */
static void
take_line (PluginBatch *batch, char *line)
{
  char **words = g_strsplit (g_strdelimit (line, "\n", '\0'), "\t", 3);

  if (g_strv_length (words) == 3)
    {
      gint64 index = g_ascii_strtoll (words[1], NULL, 10);

      if (index < 0 || index >= (gint64) batch->pictures->len)
        index = batch->index;
      batch->index = (int) index;
      if (g_str_equal (words[0], "progress"))
        batch->current = CLAMP (g_ascii_strtod (words[2], NULL), 0, 1);
      else
        {
          batch->done += g_str_equal (words[0], "done");
          batch->skipped += g_str_equal (words[0], "skipped");
          if (g_str_equal (words[0], "failed"))
            {
              g_autofree char *name = g_path_get_basename (g_ptr_array_index (batch->pictures, batch->index));
              g_autofree char *shown = g_filename_display_name (name);

              batch->failed++;
              /* most of what goes wrong names the file itself */
              if (!strstr (words[2], shown))
                g_string_append_printf (batch->problems, "%s: ", shown);
              g_string_append_printf (batch->problems, "%s\n", words[2]);
            }
          if (!g_str_equal (words[0], "done"))
            batch->skipped_pixels += pixels_of (batch, batch->index);
          batch->behind += pixels_of (batch, batch->index);
          batch->current = 0;
          batch->index++;
        }
    }
  g_strfreev (words);
}

static gboolean
on_output (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  PluginBatch *batch = data;
  char *line = NULL;
  GIOStatus status;

  while ((status = g_io_channel_read_line (channel, &line, NULL, NULL, NULL)) == G_IO_STATUS_NORMAL)
    {
      if (channel == batch->out)
        take_line (batch, line);
      else
        g_string_append (batch->complaints, line);
      g_clear_pointer (&line, g_free);
    }
  batch->changed (batch->data);
  if (status == G_IO_STATUS_AGAIN)
    return G_SOURCE_CONTINUE;
  *(channel == batch->out ? &batch->out_source : &batch->err_source) = 0;
  return G_SOURCE_REMOVE;
}

/* What it wrote last may still be in the pipe. Nobody else removes the source here, as its return value would. */
static void
read_rest (PluginBatch *batch, GIOChannel *channel, guint source)
{
  if (source && !on_output (channel, G_IO_IN, batch))
    g_source_remove (source);
}

static void
on_end (GPid pid, int status, gpointer data)
{
  PluginBatch *batch = data;

  batch->watch = 0;
  batch->pid = 0;
  g_spawn_close_pid (pid);
  read_rest (batch, batch->out, batch->out_source);
  read_rest (batch, batch->err, batch->err_source);
  if (batch->done + batch->skipped + batch->failed < (int) batch->pictures->len)
    batch->error = batch->complaints->len ? g_strchomp (g_strdup (batch->complaints->str))
                                          : g_strdup (_("The program “acuity” ended unexpectedly; start again to go on."));
  batch->changed (batch->data);
}

static GIOChannel *
open_pipe (PluginBatch *batch, int fd, guint *source)
{
  GIOChannel *channel = g_io_channel_unix_new (fd);

  g_io_channel_set_encoding (channel, NULL, NULL);
  g_io_channel_set_flags (channel, G_IO_FLAG_NONBLOCK, NULL);
  g_io_channel_set_close_on_unref (channel, TRUE);
  *source = g_io_add_watch (channel, G_IO_IN | G_IO_HUP, on_output, batch);
  return channel;
}

/* Of files whose head cannot be read: a middling picture's. */
static void
count_pixels (PluginBatch *batch)
{
  for (guint i = 0; i < batch->pictures->len; i++)
    {
      int width = 1000, height = 1000;
      double pixels;

      gdk_pixbuf_get_file_info (g_ptr_array_index (batch->pictures, i), &width, &height);
      pixels = MAX (1, (double) width * height);
      g_array_append_val (batch->pixels, pixels);
      batch->all += pixels;
    }
}

static gboolean
same_folder (const char *from, const char *to)
{
  GStatBuf a, b;

  return g_stat (from, &a) == 0 && g_stat (to, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Names of thousands of pictures are more than a command line can hold: they are the program's standard input. -1 with an error. */
static int
write_names (char **pictures, GError **error)
{
  int file = memfd_create ("pictures", MFD_CLOEXEC);
  FILE *stream = file >= 0 ? fdopen (dup (file), "w") : NULL;
  gboolean ok = stream != NULL;

  for (guint i = 0; ok && pictures[i]; i++)
    ok = fwrite (pictures[i], 1, strlen (pictures[i]) + 1, stream) == strlen (pictures[i]) + 1;
  ok = (!stream || fclose (stream) == 0) && ok;
  if (ok)
    return file;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the names of the pictures."));
  if (file >= 0)
    close (file);
  return -1;
}

/* *names gets the file with the pictures' names. */
static char **
whole_command (PluginBatch *batch, const char *from, const char *to, const PluginValues *values, int *names, GError **error)
{
  g_autofree char *program = plugin_program_find (error);
  g_auto (GStrv) pictures = program ? plugin_batch_pictures (from, error) : NULL;

  *names = -1;
  if (pictures && same_folder (from, to))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Choose another folder for the results: the pictures keep their names."));
  else if (pictures && !pictures[0])
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There are no pictures in this folder."));
  else if (pictures)
    *names = write_names (pictures, error);
  if (*names < 0)
    return NULL;
  for (guint i = 0; pictures[i]; i++)
    g_ptr_array_add (batch->pictures, g_strdup (pictures[i]));
  return plugin_batch_command (program, values, to);
}

PluginBatch *
plugin_batch_start (const char *from, const char *to, const PluginValues *values, void (*changed) (gpointer data), gpointer data,
                    GError **error)
{
  PluginBatch *batch = g_new0 (PluginBatch, 1);
  char **command;
  int names = -1, out, err;
  gboolean started;

  batch->changed = changed;
  batch->data = data;
  batch->pictures = g_ptr_array_new_with_free_func (g_free);
  batch->pixels = g_array_new (FALSE, FALSE, sizeof (double));
  batch->problems = g_string_new (NULL);
  batch->complaints = g_string_new (NULL);
  batch->timer = g_timer_new ();
  command = plugin_values_check (values, error) ? whole_command (batch, from, to, values, &names, error) : NULL;
  started = command
            && g_spawn_async_with_pipes_and_fds (NULL, (const char *const *) command, NULL, G_SPAWN_DO_NOT_REAP_CHILD, plugin_program_end_with_us, NULL, names, -1, -1,
                                                 NULL, NULL, 0, &batch->pid, NULL, &out, &err, error);
  if (names >= 0)
    close (names);
  g_strfreev (command);
  if (!started)
    {
      plugin_batch_free (batch);
      return NULL;
    }
  count_pixels (batch);
  batch->out = open_pipe (batch, out, &batch->out_source);
  batch->err = open_pipe (batch, err, &batch->err_source);
  batch->watch = g_child_watch_add (batch->pid, on_end, batch);
  return batch;
}

void
plugin_batch_state (const PluginBatch *batch, PluginBatchState *state)
{
  double now = batch->index < (int) batch->pictures->len ? batch->current * pixels_of (batch, batch->index) : 0;
  double worked = batch->behind - batch->skipped_pixels + now, left = batch->all - batch->behind - now;
  static char *shown;

  g_free (shown);
  shown = NULL;
  *state = (PluginBatchState) {
    .total = (int) batch->pictures->len, .done = batch->done, .skipped = batch->skipped, .failed = batch->failed,
    .fraction = batch->all > 0 ? CLAMP ((batch->behind + now) / batch->all, 0, 1) : 0,
    .seconds_left = worked > 0 && g_timer_elapsed (batch->timer, NULL) > 1 ? g_timer_elapsed (batch->timer, NULL) / worked * left : -1,
    .name = "", .problems = batch->problems->str, .error = batch->error, .running = batch->pid != 0
  };
  if (batch->index < (int) batch->pictures->len)
    {
      g_autofree char *name = g_path_get_basename (g_ptr_array_index (batch->pictures, batch->index));

      state->name = shown = g_filename_display_name (name);
    }
}

void
plugin_batch_free (PluginBatch *batch)
{
  if (!batch)
    return;
  g_clear_handle_id (&batch->watch, g_source_remove);
  g_clear_handle_id (&batch->out_source, g_source_remove);
  g_clear_handle_id (&batch->err_source, g_source_remove);
  if (batch->pid)
    {
      kill (batch->pid, SIGTERM);
      /* it ends within a fraction of a second; its output goes nowhere */
      g_clear_pointer (&batch->out, g_io_channel_unref);
      g_clear_pointer (&batch->err, g_io_channel_unref);
      while (waitpid (batch->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    }
  g_clear_pointer (&batch->out, g_io_channel_unref);
  g_clear_pointer (&batch->err, g_io_channel_unref);
  g_ptr_array_unref (batch->pictures);
  g_array_unref (batch->pixels);
  g_string_free (batch->problems, TRUE);
  g_string_free (batch->complaints, TRUE);
  g_timer_destroy (batch->timer);
  g_free (batch->error);
  g_free (batch);
}
