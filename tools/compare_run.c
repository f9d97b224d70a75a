/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "compare.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* How deep networks are looked into; as acuity-train validate does it, so that numbers can be compared. */
#define DEPTHS 5
/* Bytes that are held for each pixel: the picture and a result in floats, and what results differ by. And all that making the picture small takes, which is more than
 * measuring takes (measured). */
#define HELD_PIXEL (12 + 12 + 8)
#define MOST_PIXEL 104
/* Until a machine has done it: seconds for measuring a megapixel. */
#define USUAL_MEASURING 2.0
/* The border that consistency leaves out, in pixels of the small picture. */
#define SMALL_BORDER 1

void
compare_free (Comparison *c)
{
  if (!c)
    return;
  g_free (c->name);
  acu_free (c->truth);
  acu_free (c->small);
  acu_free (c->sum);
  acu_free (c->square);
  g_clear_pointer (&c->approaches, g_ptr_array_unref);
  if (c->shelf >= 0)
    close (c->shelf);
  acu_feature_distance_free (c->features);
  g_free (c->judge);
  g_clear_pointer (&c->places, g_array_unref);
  g_free (c->doing);
  g_free (c);
}

static CompareApproach *
approach_of (const Comparison *c, guint i)
{
  return g_ptr_array_index (c->approaches, i);
}

/* A name for people: without what would move a terminal's cursor, or change its colours. */
static char *
printable (const char *name)
{
  g_autofree char *valid = g_filename_display_name (name);
  GString *shown = g_string_new (NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    g_string_append_unichar (shown, g_unichar_iscntrl (g_utf8_get_char (at)) ? 0xfffd : g_utf8_get_char (at));
  return g_string_free (shown, FALSE);
}

/* --- before anything is computed --- */

static gboolean
prepare_judge (Comparison *c, GError **error)
{
  const char *name = c->options->features ? c->options->features : ACU_FEATURE_JUDGE;
  AcuModelInfo *info;

  if (!acu_feature_distance_find (name, &info, error))
    return FALSE;
  c->judge = g_strdup (info ? info->name : name);
  c->features = acu_feature_distance_open (info, DEPTHS, error);
  acu_model_info_free (info);
  for (guint i = 0; c->features && i < c->approaches->len; i++)
    {
      AcuModelInfo *judged = acu_model_find (approach_of (c, i)->model, c->options->scale, error);
      gboolean same = FALSE, ok = judged && acu_feature_distance_is_of (c->features, judged, &same, error);

      acu_model_info_free (judged);
      if (same)
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                     _("The feature distance cannot be measured with the network “%s”: it is being judged itself, as “%s”."), c->judge,
                     approach_of (c, i)->name);
      if (!ok || same)
        return FALSE;
    }
  return c->features != NULL;
}

/* Pixels that may be compared, by what was asked for and by the memory limit. */
static double
most_pixels (const CompareOptions *options, guint64 picture)
{
  double most = options->megapixels * 1e6, beside = (double) tool_memory_beside (picture);

  /* Where the program alone needs more than there may be, there are none left, and not fewer than none. */
  return options->memory ? CLAMP (((double) options->memory - beside) / MOST_PIXEL, 0, most) : most;
}

/* The part in the middle of the picture: multiples of the scale on both sides. */
static gboolean
choose_part (Comparison *c, GError **error)
{
  int scale = c->options->scale, least = MAX (COMPARE_LEAST_SIDE, COMPARE_LEAST_SMALL * scale);
  double most = most_pixels (c->options, c->bytes), all = (double) c->whole_width * c->whole_height, shrink = all > most ? sqrt (most / all) : 1;
  int width = MAX (least, (int) (c->whole_width * shrink)), height = MAX (least, (int) (c->whole_height * shrink));

  if (c->whole_width < least || c->whole_height < least)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%s is too small to be compared: it has %d × %d pixels, and %d on each side are needed at least."),
                   c->name, c->whole_width, c->whole_height, least);
      return FALSE;
    }
  if (all > most)
    {
      width = (int) MIN (width, MAX (least, most / height));
      height = (int) MIN (height, MAX (least, most / width));
    }
  if (c->options->memory && (double) width * height > most * 1.001)
    {
      g_autofree char *limit = g_format_size (c->options->memory);

      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("With %s of memory, not even %d × %d pixels can be compared."), limit, least, least);
      return FALSE;
    }
  c->part = (GeglRectangle) { .width = width / scale * scale, .height = height / scale * scale };
  c->part.x = (c->whole_width - c->part.width) / 2;
  c->part.y = (c->whole_height - c->part.height) / 2;
  return TRUE;
}

char *
compare_part_sentence (const Comparison *c)
{
  /* What is cut off for whole pixels of the small picture is nothing to speak of. */
  if (c->whole_width - c->part.width < c->options->scale && c->whole_height - c->part.height < c->options->scale)
    return NULL;
  return g_strdup_printf (_("The picture has %d × %d pixels; the %d × %d in its middle are compared."), c->whole_width, c->whole_height, c->part.width,
                          c->part.height);
}

static gboolean
load_picture (Comparison *c, GError **error)
{
  ToolPicture *picture = tool_picture_load (c->options->path, error);
  GeglRectangle rect;
  GeglBuffer *part;

  if (!picture)
    return FALSE;
  c->whole_width = gegl_buffer_get_width (picture->buffer);
  c->whole_height = gegl_buffer_get_height (picture->buffer);
  c->bytes = (guint64) c->whole_width * (guint64) c->whole_height * (guint64) babl_format_get_bytes_per_pixel (gegl_buffer_get_format (picture->buffer));
  if (choose_part (c, error))
    {
      rect = c->part;
      rect.x += gegl_buffer_get_x (picture->buffer);
      rect.y += gegl_buffer_get_y (picture->buffer);
      c->space = babl_format_get_space (gegl_buffer_get_format (picture->buffer));
      part = gegl_buffer_create_sub_buffer (picture->buffer, &rect);
      c->truth = tool_picture_pixels (part, error);
      g_object_unref (part);
    }
  tool_picture_free (picture);
  if (c->truth && tool_take_lost_tiles ())
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s: the picture could not be kept; the disk with GEGL's swap files may be full."), c->name);
      return FALSE;
    }
  return c->truth != NULL;
}

/* What a file of floats may hold beyond white and black is limited, for the measures do that as well. */
static gboolean
make_small (Comparison *c, GError **error)
{
  gsize n = (gsize) c->part.width * c->part.height;
  int scale = c->options->scale;

  c->small = acu_try_alloc ((guint64) (c->part.width / scale) * (c->part.height / scale), 3 * sizeof (float));
  for (gsize i = 0; i < 3 * n; i++)
    c->truth[i] = isfinite (c->truth[i]) ? CLAMP (c->truth[i], 0, 1) : 0;
  if (c->small && !acu_degrade (c->options->recipe, c->options->seed, scale, c->truth, c->part.width, c->part.height, c->small, error))
    return FALSE;
  c->sum = acu_try_alloc0 (n, sizeof (float));
  c->square = acu_try_alloc0 (n, sizeof (float));
  if (c->small && c->sum && c->square)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  return FALSE;
}

/* A file for the results that nobody else sees and that is gone when the program ends, however it does. */
static gboolean
open_shelf (Comparison *c, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *name = NULL;

  c->shelf = g_file_open_tmp ("acuity-compare-XXXXXX", &name, &problem);
  if (c->shelf >= 0)
    {
      g_unlink (name);
      return TRUE;
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("There is no place for the results: %s."), problem->message);
  return FALSE;
}

static int
threads_of (const CompareOptions *options)
{
  return options->threads ? options->threads : (int) MIN (g_get_num_processors (), 256);
}

/* Bytes of the limit that are not the networks'. GEGL keeps the room of a picture's tiles for the next one. */
static guint64
bytes_beside (const Comparison *c)
{
  return c->options->memory ? tool_memory_beside (c->bytes) + (guint64) c->part.width * c->part.height * HELD_PIXEL : 0;
}

/* Every result is measured by it, so where it has no room there is nothing to begin with. */
static gboolean
judge_fits (Comparison *c, GError **error)
{
  if (!c->options->memory)
    return TRUE;
  acu_feature_distance_limit (c->features, c->options->memory, bytes_beside (c));
  if (acu_feature_distance_fits (c->features, c->part.width, c->part.height, c->options->scale, threads_of (c->options), error))
    return TRUE;
  /* Translators: why not follows. */
  g_prefix_error (error, "%s ", _("The feature distance cannot be measured."));
  return FALSE;
}

static AcuUpscaler *
plan (const Comparison *c, const CompareApproach *approach, GError **error)
{
  const CompareOptions *options = c->options;

  return acu_upscaler_new (acu_upscaler_params (.width = c->part.width / options->scale, .height = c->part.height / options->scale,
                                                .size = { .mode = ACU_SIZE_FACTOR, .scale = options->scale }, .model = approach->model,
                                                .device = options->device, .precision = options->precision, .threads = options->threads,
                                                .memory = options->memory, .beside = bytes_beside (c),
                                                /* as the picture was made small */
                                                .linear_light = FALSE, .text = approach->text, .faces = approach->faces),
                           error);
}

/* Finds out how long each will take; what cannot be done at all is told now. */
static gboolean
plan_all (Comparison *c, GError **error)
{
  double measuring = USUAL_MEASURING * 1e-6 * c->part.width * c->part.height;
  gboolean any = FALSE;

  for (guint i = 0; i < c->approaches->len; i++)
    {
      CompareApproach *approach = approach_of (c, i);
      g_autoptr (GError) problem = NULL;
      AcuUpscaler *upscaler = plan (c, approach, &problem);

      if (upscaler)
        {
          approach->expected = tool_expected_seconds (upscaler) + measuring;
          c->series.all += approach->expected;
          any = TRUE;
        }
      else
        approach->problem = g_strdup (problem->message);
      acu_upscaler_free (upscaler);
    }
  if (!any)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                         c->approaches->len ? approach_of (c, 0)->problem : _("There is nothing to compare: no approach is named."));
  return any;
}

/* --- one approach --- */

/* Measuring comes after it. */
static gboolean
on_progress (gpointer data, double fraction, double seconds_left)
{
  Comparison *c = data;
  double measuring = USUAL_MEASURING * 1e-6 * c->part.width * c->part.height;

  tool_series (&c->series, fraction * (1 - measuring / MAX (c->series.current, measuring)), seconds_left);
  return TRUE;
}

typedef struct Rows
{
  const float *in;
  float *out;
  gsize in_row, out_row;
} Rows;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Rows *r = data;

  memcpy (pixels, r->in + (gsize) y * r->in_row, (gsize) rows * r->in_row * sizeof (float));
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Rows *r = data;

  memcpy (r->out + (gsize) y * r->out_row, pixels, (gsize) rows * r->out_row * sizeof (float));
  return TRUE;
}

static float *
enlarge (Comparison *c, CompareApproach *approach, GError **error)
{
  Rows rows = { c->small, acu_try_alloc ((guint64) c->part.width * c->part.height, 3 * sizeof (float)), (gsize) (c->part.width / c->options->scale) * 3,
                (gsize) c->part.width * 3 };
  AcuUpscaler *upscaler = NULL;
  gint64 start;

  if (!rows.out)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else
    upscaler = plan (c, approach, error);
  start = g_get_monotonic_time ();
  if (!upscaler || !acu_upscaler_run (upscaler, read_rows, write_rows, &rows, on_progress, c, error))
    g_clear_pointer (&rows.out, acu_free);
  approach->values[COMPARE_SECONDS] = 1e-6 * (double) (g_get_monotonic_time () - start);
  acu_upscaler_free (upscaler);
  return rows.out;
}

/* What is too small for NIQE has none. */
static gboolean
measure_niqe (const AcuMetricPicture *made, int border, double *value, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (acu_measure_niqe (made, border, value, &problem) || g_error_matches (problem, ACU_ERROR, ACU_ERROR_ARGUMENT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
measure (const Comparison *c, const float *result, double *values, GError **error)
{
  int scale = c->options->scale;
  const AcuMetricPicture made = { result, c->part.width, c->part.height, 3 }, truth = { c->truth, c->part.width, c->part.height, 3 };
  const AcuMetricPicture given = { c->small, c->part.width / scale, c->part.height / scale, 3 };

  return acu_measure_psnr_y (&made, &truth, scale, &values[COMPARE_PSNR], error)
         && acu_measure_ssim_y (&made, &truth, scale, &values[COMPARE_SSIM], error)
         && acu_feature_distance_measure (c->features, &made, &truth, scale, threads_of (c->options), &values[COMPARE_FEATURES], error)
         && measure_niqe (&made, scale, &values[COMPARE_NIQE], error)
         && acu_measure_consistency (&made, &given, SMALL_BORDER, &values[COMPARE_CONSISTENCY], error);
}

/* Puts a result on the shelf, and adds its brightness to what results differ by. Nearest differs from all others at every edge, and so says nothing. */
static gboolean
shelve (Comparison *c, guint index, const float *result, GError **error)
{
  gsize row = (gsize) c->part.width * 3;
  g_autofree guint8 *bytes = g_malloc (row);
  gboolean counts = !g_str_equal (approach_of (c, index)->name, "nearest");

  for (int y = 0; y < c->part.height; y++)
    {
      const float *from = result + (gsize) y * row;

      for (gsize i = 0; i < row; i++)
        bytes[i] = (guint8) (CLAMP (from[i], 0, 1) * 255 + 0.5f);
      if (pwrite (c->shelf, bytes, row, (off_t) (((gsize) index * c->part.height + y) * row)) != (gssize) row)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("There is no place for the results: %s."), g_strerror (errno ? errno : ENOSPC));
          return FALSE;
        }
      for (int x = 0; counts && x < c->part.width; x++)
        {
          float light = (0.299f * bytes[3 * x] + 0.587f * bytes[3 * x + 1] + 0.114f * bytes[3 * x + 2]) / 255;
          gsize at = (gsize) y * c->part.width + x;

          c->sum[at] += light;
          c->square[at] += light * light;
        }
    }
  c->results += counts;
  return TRUE;
}

/* Whether a problem is one of this approach alone. */
static gboolean
try_approach (Comparison *c, guint index, GError **error)
{
  CompareApproach *approach = approach_of (c, index);
  g_autoptr (GError) problem = NULL;
  float *result;
  gboolean shelved = TRUE;

  g_free (c->doing);
  c->doing = g_strdup (approach->name);
  c->progress.name = c->doing;
  c->series.current = approach->expected;
  if (c->options->report)
    tool_report ("doing", index, approach->label);
  tool_series (&c->series, 0, -1);
  result = enlarge (c, approach, &problem);
  if (result && measure (c, result, approach->values, &problem))
    shelved = shelve (c, index, result, error);
  acu_free (result);
  c->series.done += approach->expected;
  c->series.current = 0;
  tool_series (&c->series, 0, -1);
  if (problem)
    {
      for (int m = 0; m < COMPARE_MEASURES; m++)
        approach->values[m] = NAN;
      approach->problem = g_strdup (problem->message);
    }
  return shelved;
}

static gboolean
try_all (Comparison *c, GError **error)
{
  guint failed = 0;

  tool_series_begin (&c->series);
  for (guint i = 0; i < c->approaches->len; i++)
    {
      if (!approach_of (c, i)->problem && !try_approach (c, i, error))
        return FALSE;
      failed += approach_of (c, i)->problem != NULL;
    }
  tool_progress_end (&c->progress);
  if (failed < c->approaches->len)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_OUTPUT, approach_of (c, 0)->problem);
  return FALSE;
}

Comparison *
compare_run (const CompareOptions *options, GError **error)
{
  Comparison *c = g_new0 (Comparison, 1);
  g_autofree char *name = g_path_get_basename (options->path);
  AcuMetricPicture truth;
  gboolean ok;

  c->options = options;
  c->shelf = -1;
  c->niqe = NAN;
  c->name = printable (options->name ? options->name : name);
  c->progress.quiet = options->quiet;
  c->progress.report = options->report;
  c->series.progress = &c->progress;
  tool_memory_share (options->memory, FALSE);
  c->approaches = compare_approaches_new (options->models, options->scale, options->threads, error);
  ok = c->approaches && prepare_judge (c, error) && load_picture (c, error) && judge_fits (c, error) && make_small (c, error) && open_shelf (c, error) && plan_all (c, error)
       && try_all (c, error);
  truth = (AcuMetricPicture) { c->truth, c->part.width, c->part.height, 3 };
  ok = ok && measure_niqe (&truth, options->scale, &c->niqe, error) && compare_find_places (c, error);
  tool_progress_end (&c->progress);
  if (!ok)
    g_clear_pointer (&c, compare_free);
  return c;
}
