/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "rates.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER "acuity rates 1\n"
#define KEY_DIGITS 32
#define MAX_BYTES (256 * 1024)
#define MAX_KEYS 64
#define MAX_SAMPLES 24
/* Sizes are told apart by factors of four; of each, the newest samples count. */
#define CLASS_SAMPLES 5
/* Quick jobs would write the file all the time. */
#define WRITE_INTERVAL (5 * G_USEC_PER_SEC)
#define LONG_JOB 1.0
#define MAX_UNSAVED 64

typedef struct Sample
{
  double operations, start, seconds;
} Sample;

/* Oldest sample first. */
typedef struct Rate
{
  char key[KEY_DIGITS + 1];
  gint64 used;                    /* seconds since 1970 */
  guint n;
  Sample samples[MAX_SAMPLES];
} Rate;

typedef struct Unsaved
{
  char key[KEY_DIGITS + 1];
  Sample sample;
} Unsaved;

static GMutex lock;
static GPtrArray *rates;          /* Rate*; NULL before the file was read */
static GArray *unsaved;           /* Unsaved */
static GStatBuf seen;             /* the file when it was read */
static gint64 written;            /* microseconds */

static char *
file_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "acuity", "rates", NULL);
}

static gboolean
is_key (const char *text)
{
  return strspn (text, "0123456789abcdef") == KEY_DIGITS && !text[KEY_DIGITS];
}

/* Also false for what is not a number. */
static gboolean
is_sane (const Sample *s)
{
  return s->operations >= 1 && s->operations <= 1e21 && s->start >= -1 && s->start <= 1e6
         && s->seconds >= 1e-9 && s->seconds <= 1e9 && s->seconds / s->operations <= 1e-3;
}

static int
size_class (double operations)
{
  return (int) floor (log2 (operations) / 2);
}

static void
drop (Rate *rate, guint index)
{
  rate->n--;
  memmove (&rate->samples[index], &rate->samples[index + 1], (rate->n - index) * sizeof (Sample));
}

static void
put_sample (Rate *rate, const Sample *sample)
{
  guint alike = 0;

  for (guint i = rate->n; i-- > 0;)
    if (size_class (rate->samples[i].operations) == size_class (sample->operations) && ++alike >= CLASS_SAMPLES)
      drop (rate, i);
  if (rate->n == MAX_SAMPLES)
    drop (rate, 0);
  rate->samples[rate->n++] = *sample;
}

static Rate *
find_rate (const GPtrArray *list, const char *key)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((Rate *) list->pdata[i])->key, key))
      return list->pdata[i];
  return NULL;
}

/* A new one takes the place of the one that was not used for the longest time. */
static Rate *
get_rate (GPtrArray *list, const char *key)
{
  Rate *rate = find_rate (list, key);
  guint oldest = 0;

  if (rate)
    return rate;
  for (guint i = 1; i < list->len; i++)
    if (((Rate *) list->pdata[i])->used < ((Rate *) list->pdata[oldest])->used)
      oldest = i;
  if (list->len >= MAX_KEYS)
    g_ptr_array_remove_index_fast (list, oldest);
  rate = g_new0 (Rate, 1);
  g_strlcpy (rate->key, key, sizeof rate->key);
  g_ptr_array_add (list, rate);
  return rate;
}

/* KEY USED OPERATIONS:START:SECONDS… #CHECKSUM */
static gboolean
parse_line (char *line, Rate *rate)
{
  char *mark = strrchr (line, '#'), *end;
  g_auto (GStrv) words = NULL;

  *rate = (Rate) { .n = 0 };
  if (!mark || mark == line || mark[-1] != ' ')
    return FALSE;
  mark[-1] = 0;
  if (g_ascii_strtoull (mark + 1, &end, 16) != g_str_hash (line) || *end || end != mark + 9)
    return FALSE;
  words = g_strsplit (line, " ", MAX_SAMPLES + 3);
  if (!words[0] || !words[1] || !is_key (words[0]))
    return FALSE;
  g_strlcpy (rate->key, words[0], sizeof rate->key);
  rate->used = g_ascii_strtoll (words[1], NULL, 10);
  for (guint i = 2; words[i] && rate->n < MAX_SAMPLES; i++)
    {
      Sample s;

      s.operations = g_ascii_strtod (words[i], &end);
      if (*end != ':')
        return FALSE;
      s.start = g_ascii_strtod (end + 1, &end);
      if (*end != ':')
        return FALSE;
      s.seconds = g_ascii_strtod (end + 1, &end);
      if (*end || !is_sane (&s))
        return FALSE;
      rate->samples[rate->n++] = s;
    }
  return rate->n > 0;
}

/* The file's text, or NULL. Something that is no plain file (a pipe would never end) is not read. */
static char *
read_file (const char *path, const GStatBuf *info)
{
  FILE *file = S_ISREG (info->st_mode) && info->st_size <= MAX_BYTES ? fopen (path, "rbe") : NULL;
  char *text = file ? g_malloc (MAX_BYTES + 1) : NULL;

  if (!file)
    return NULL;
  text[fread (text, 1, MAX_BYTES, file)] = 0;
  fclose (file);
  if (g_str_has_prefix (text, HEADER))
    return text;
  g_free (text);
  return NULL;
}

static gboolean
same_file (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
         && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the file again if another process has changed it; what it does not have yet stays known. */
static void
refresh (void)
{
  g_autofree char *path = file_path (), *text = NULL;
  GStatBuf info = { 0 };

  if (g_stat (path, &info) != 0)
    info = (GStatBuf) { 0 };
  if (rates && same_file (&info, &seen))
    return;
  seen = info;
  if (rates)
    g_ptr_array_unref (rates);
  rates = g_ptr_array_new_with_free_func (g_free);
  if (!unsaved)
    unsaved = g_array_new (FALSE, FALSE, sizeof (Unsaved));
  text = read_file (path, &info);
  for (char *line = text ? text + strlen (HEADER) : NULL, *next; line && *line; line = next)
    {
      Rate rate;

      next = line + strcspn (line, "\n");
      if (*next)
        *next++ = 0;
      if (parse_line (line, &rate))
        *get_rate (rates, rate.key) = rate;
    }
  for (guint i = 0; i < unsaved->len; i++)
    {
      const Unsaved *u = &g_array_index (unsaved, Unsaved, i);

      put_sample (get_rate (rates, u->key), &u->sample);
    }
}

static void
print_number (GString *text, char before, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, before);
  g_string_append (text, g_ascii_formatd (digits, sizeof digits, "%.6g", number));
}

static char *
print_file (gsize *length)
{
  GString *text = g_string_new (HEADER);

  for (guint i = 0; i < rates->len; i++)
    {
      const Rate *rate = rates->pdata[i];
      GString *line = g_string_new (rate->key);

      g_string_append_printf (line, " %" G_GINT64_FORMAT, rate->used);
      for (guint k = 0; k < rate->n; k++)
        {
          print_number (line, ' ', rate->samples[k].operations);
          print_number (line, ':', rate->samples[k].start);
          print_number (line, ':', rate->samples[k].seconds);
        }
      g_string_append_printf (text, "%s #%08x\n", line->str, g_str_hash (line->str));
      g_string_free (line, TRUE);
    }
  *length = text->len;
  return g_string_free (text, FALSE);
}

/* In one step, so that nobody reads half a file. Not flushed to the disk, which takes long: a torn file is noticed. */
static void
save (void)
{
  g_autofree char *path = file_path ();
  g_autofree char *folder = g_path_get_dirname (path), *temporary = g_strconcat (path, ".XXXXXX", NULL);
  gsize length;
  g_autofree char *text = print_file (&length);
  int file;
  gboolean whole;

  written = g_get_monotonic_time ();
  if (g_mkdir_with_parents (folder, 0700) != 0 || (file = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600)) < 0)
    return;
  whole = write (file, text, length) == (gssize) length;
  if (close (file) != 0 || !whole || g_rename (temporary, path) != 0)
    {
      g_unlink (temporary);
      return;
    }
  g_array_set_size (unsaved, 0);
  if (g_stat (path, &seen) != 0)
    seen = (GStatBuf) { 0 };
}

void
acu_rates_add (const char *key, double operations, double start, double seconds)
{
  Unsaved u = { .sample = { operations, start < 0 ? -1 : start, seconds } };
  Rate *rate;

  if (!is_key (key) || !is_sane (&u.sample))
    return;
  g_strlcpy (u.key, key, sizeof u.key);
  g_mutex_lock (&lock);
  refresh ();
  rate = get_rate (rates, key);
  rate->used = g_get_real_time () / G_USEC_PER_SEC;
  put_sample (rate, &u.sample);
  if (unsaved->len == MAX_UNSAVED)
    g_array_remove_index (unsaved, 0);
  g_array_append_val (unsaved, u);
  if (seconds >= LONG_JOB || !written || g_get_monotonic_time () - written >= WRITE_INTERVAL)
    save ();
  g_mutex_unlock (&lock);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Medians of the logarithms of operations, and of seconds an operation, of the samples of one class; FALSE if it has none. */
static gboolean
medians (const Rate *rate, int class, double *size, double *pace)
{
  double sizes[MAX_SAMPLES], paces[MAX_SAMPLES];
  guint n = 0;

  for (guint i = 0; i < rate->n; i++)
    if (size_class (rate->samples[i].operations) == class)
      {
        sizes[n] = log (rate->samples[i].operations);
        paces[n++] = log (rate->samples[i].seconds / rate->samples[i].operations);
      }
  if (n == 0)
    return FALSE;
  *size = median (sizes, n);
  *pace = median (paces, n);
  return TRUE;
}

static double
pace_at (const Rate *rate, double size)
{
  double below = -INFINITY, above = INFINITY, pace_below = 0, pace_above = 0;

  for (int class = 0; class <= size_class (1e21); class++)
    {
      double here, pace;

      if (!medians (rate, class, &here, &pace))
        continue;
      if (here <= size && here > below)
        {
          below = here;
          pace_below = pace;
        }
      if (here >= size && here < above)
        {
          above = here;
          pace_above = pace;
        }
    }
  if (isinf (below) || isinf (above) || above <= below)
    return isinf (below) ? pace_above : pace_below;
  return pace_below + (pace_above - pace_below) * (size - below) / (above - below);
}

gboolean
acu_rates_find (const char *key, double operations, double *start, double *seconds)
{
  const Rate *rate;
  double starts[MAX_SAMPLES];
  guint n = 0;

  g_mutex_lock (&lock);
  refresh ();
  rate = operations >= 1 ? find_rate (rates, key) : NULL;
  for (guint i = 0; rate && i < rate->n; i++)
    if (rate->samples[i].start >= 0)
      starts[n++] = rate->samples[i].start;
  if (rate)
    {
      *start = n ? median (starts, n) : 0;
      *seconds = exp (pace_at (rate, log (operations))) * operations;
    }
  g_mutex_unlock (&lock);
  return rate != NULL;
}

void
acu_rates_reset (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&rates, g_ptr_array_unref);
  g_clear_pointer (&unsaved, g_array_unref);
  seen = (GStatBuf) { 0 };
  written = 0;
  g_mutex_unlock (&lock);
}
