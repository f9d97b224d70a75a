/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The trust map: what mirrored runs and the way back to the source's size say of a result. It is kept at the source's size: finer than that nothing is known. */
#include "upscaler_private.h"

#include <acuity/resample.h>
#include <acuity/size.h>
#include <acuity/trust.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* The error that is to be expected, by least squares on photographs (tests/train/trust.py): so many times the cube root of disagreement² · steepness · scale. The disagreement
 * is the mean difference to mirrored runs, averaged over some pixels of the source: two runs say little of one pixel. The steepness is that of the result: where it is even,
 * little can be wrong. Both are told by means over small parts of a source's pixel, which grain does not change much. To it, so many times what is amiss when the result is
 * shrunk again; of filters that is all. */
#define PER_DOUBT 1.4f
#define PER_INCONSISTENCY 1.0f
#define PER_INCONSISTENCY_OF_FILTERS 2.2f

#define MIRRORS 2
#define SMOOTHINGS 2
/* Parts of a source's pixel, each way. */
#define DISAGREEMENT_PARTS 2
#define STEEPNESS_PARTS 4
/* The share of the progress that each look at the whole result is: measured with a small network; with filters the one that holds it against the source is all. */
#define LOOK_SHARE 0.05
#define TOLD_ROWS 16              /* of the result between two reports */

struct AcuTrust
{
  int src_width, src_height, dst_width, dst_height;
  float *expected;                /* error, of the source's size */
};

/* A plane of the result's size on its way to a smaller one. */
typedef struct Shrinking
{
  AcuResampler *resampler;
  float *row;                     /* of the smaller size */
  int width, next;
} Shrinking;

/* What all that is done to one result needs. */
typedef struct Work
{
  AcuUpscaler *upscaler;
  AcuTrust *trust;
  AcuReadRows read_source, read_result;
  void *data;
  AcuProgress progress;
  void *progress_data;
  float *pixels, *other, *luma, *difference;   /* a row each, of the wider picture */
  float *plane;                   /* of the source's size: what one run makes */
  Shrinking parts, shrinking;     /* from the result to parts of the source's pixels, and on to these */
  gboolean upside_down;           /* else left to right */
  int run;
  double begun;                   /* share of the progress before what is going on, and what that is */
  double share;
} Work;

static gboolean
no_memory (GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the trust map."));
  return FALSE;
}

static void
shrinking_clear (Shrinking *shrinking)
{
  g_clear_pointer (&shrinking->resampler, acu_resampler_free);
  g_clear_pointer (&shrinking->row, acu_free);
  shrinking->next = 0;
}

static gboolean
shrinking_begin (Shrinking *shrinking, const char *filter, int src_width, int src_height, int dst_width, int dst_height, GError **error)
{
  const AcuResamplerParams params = { .filter = acu_filter_find (filter), .src_width = src_width, .src_height = src_height,
                                      .dst_width = dst_width, .dst_height = dst_height, .channels = 1 };

  shrinking_clear (shrinking);
  shrinking->width = dst_width;
  shrinking->resampler = acu_resampler_new (&params, error);
  if (!shrinking->resampler)
    return FALSE;
  shrinking->row = acu_try_alloc ((guint64) dst_width, sizeof (float));
  return shrinking->row || no_memory (error);
}

/* Both, with so many parts. */
static gboolean
parts_begin (Work *work, int parts, GError **error)
{
  const AcuTrust *trust = work->trust;
  const int width = MIN (trust->dst_width, parts * trust->src_width), height = MIN (trust->dst_height, parts * trust->src_height);

  return shrinking_begin (&work->parts, "area", trust->dst_width, trust->dst_height, width, height, error)
         && shrinking_begin (&work->shrinking, "area", width, height, trust->src_width, trust->src_height, error);
}

/* The next row of the smaller size, in shrinking->row; FALSE while there is none. */
static gboolean
shrinking_pull (Shrinking *shrinking)
{
  if (!acu_resampler_pull (shrinking->resampler, shrinking->row))
    return FALSE;
  shrinking->next++;
  return TRUE;
}

/* Encoded luma over black, so that colours that cannot be seen do not count. */
static void
luma_row (const AcuPixelFormat *format, const float *pixels, int width, float *luma)
{
  const int channels = acu_format_channels (format);

  for (int x = 0; x < width; x++)
    {
      const float *p = pixels + (gsize) x * channels;

      luma[x] = 0;
      for (int c = 0; c < format->colours; c++)
        {
          static const float weights[] = { 0.299f, 0.587f, 0.114f };
          float value = isfinite (p[c]) ? CLAMP (p[c], 0, 1) : 0;

          if (format->linear)
            acu_srgb_encode (&value, &value, 1);
          luma[x] += format->colours == 1 ? value : weights[c] * value;
        }
      if (format->alpha)
        luma[x] *= isfinite (p[channels - 1]) ? CLAMP (p[channels - 1], 0, 1) : 0;
    }
}

static void
turn_row (float *row, int width, int channels)
{
  for (int x = 0, z = width - 1; x < z; x++, z--)
    for (int c = 0; c < channels; c++)
      {
        float kept = row[(gsize) x * channels + c];

        row[(gsize) x * channels + c] = row[(gsize) z * channels + c];
        row[(gsize) z * channels + c] = kept;
      }
}

/* The source, mirrored. */
static gboolean
read_mirrored (void *data, int y, int rows, float *pixels, GError **error)
{
  const Work *work = data;
  const int channels = acu_format_channels (&work->upscaler->format), width = work->trust->src_width;
  const gsize length = (gsize) width * channels;

  for (int i = 0; i < rows; i++)
    {
      float *row = pixels + i * length;

      if (!work->read_source (work->data, work->upside_down ? work->trust->src_height - 1 - y - i : y + i, 1, row, error))
        return FALSE;
      if (!work->upside_down)
        turn_row (row, width, channels);
    }
  return TRUE;
}

/* A mirrored row of a mirrored result: what it differs by from the result goes into the plane. */
static gboolean
add_row (Work *work, int y, const float *pixels, GError **error)
{
  const AcuTrust *trust = work->trust;
  const AcuPixelFormat *format = &work->upscaler->format;
  const int channels = acu_format_channels (format), at = work->upside_down ? trust->dst_height - 1 - y : y;
  const gsize length = (gsize) trust->dst_width * channels;

  if (!work->read_result (work->data, at, 1, work->pixels, error))
    return FALSE;
  luma_row (format, work->pixels, trust->dst_width, work->luma);
  for (gsize i = 0; i < length; i++)
    work->other[i] = pixels[i];
  if (!work->upside_down)
    turn_row (work->other, trust->dst_width, channels);
  luma_row (format, work->other, trust->dst_width, work->difference);
  for (int x = 0; x < trust->dst_width; x++)
    work->difference[x] -= work->luma[x];
  acu_resampler_push (work->parts.resampler, work->difference);
  while (shrinking_pull (&work->parts))
    {
      for (int x = 0; x < work->parts.width; x++)
        work->parts.row[x] = fabsf (work->parts.row[x]);
      acu_resampler_push (work->shrinking.resampler, work->parts.row);
    }
  while (shrinking_pull (&work->shrinking))
    {
      int row = work->upside_down ? trust->src_height - work->shrinking.next : work->shrinking.next - 1;

      for (int x = 0; x < trust->src_width; x++)
        work->plane[(gsize) row * trust->src_width + x] = work->shrinking.row[x];
    }
  return TRUE;
}

static gboolean
write_mirrored (void *data, int y, int rows, const float *pixels, GError **error)
{
  Work *work = data;
  const gsize length = (gsize) work->trust->dst_width * acu_format_channels (&work->upscaler->format);

  /* A job may begin again. */
  if (y == 0 && !parts_begin (work, DISAGREEMENT_PARTS, error))
    return FALSE;
  for (int i = 0; i < rows; i++)
    if (!add_row (work, y + i, pixels + i * length, error))
      return FALSE;
  return TRUE;
}

static gboolean
tell (void *data, double fraction, double seconds_left)
{
  const Work *work = data;
  double all = work->begun + fraction * work->share;

  if (seconds_left >= 0)
    seconds_left = fraction < 1 ? seconds_left * (1 - all) / (work->share * (1 - fraction)) : -1;
  return work->progress (work->progress_data, MIN (all, 1), seconds_left);
}

/* Weights 1, 2, 1 both ways; ends are repeated. */
static void
smooth (float *plane, int width, int height, float *above)
{
  for (int y = 0; y < height; y++)
    {
      float *row = plane + (gsize) y * width, before = row[0];

      for (int x = 0; x < width; x++)
        {
          float here = row[x];

          row[x] = (before + 2 * here + row[MIN (x + 1, width - 1)]) / 4;
          before = here;
        }
    }
  memcpy (above, plane, (gsize) width * sizeof *plane);
  for (int y = 0; y < height; y++)
    {
      float *row = plane + (gsize) y * width;
      const float *below = plane + (gsize) MIN (y + 1, height - 1) * width;

      for (int x = 0; x < width; x++)
        {
          float here = row[x];

          row[x] = (above[x] + 2 * here + below[x]) / 4;
          above[x] = here;
        }
    }
}

/* How steep a row of parts is, with the one above. */
static void
steepness_row (const float *row, const float *above, int width, float *steepness)
{
  for (int x = 0; x < width; x++)
    steepness[x] = fabsf (row[x] - row[MAX (x - 1, 0)]) + fabsf (row[x] - above[x]);
}

/* How much of the result has been looked at. */
static gboolean
tell_rows (Work *work, int done, GError **error)
{
  if (!work->progress || (done % TOLD_ROWS && done < work->trust->dst_height) || tell (work, (double) done / work->trust->dst_height, -1))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

/* Makes the disagreement the error that is to be expected. */
static gboolean
weigh_by_steepness (Work *work, GError **error)
{
  const AcuTrust *trust = work->trust;
  const AcuPixelFormat *format = &work->upscaler->format;
  const float scale = sqrtf ((float) trust->dst_width / (float) trust->src_width * (float) trust->dst_height / (float) trust->src_height);

  if (!parts_begin (work, STEEPNESS_PARTS, error))
    return FALSE;
  work->begun = 1 - 2 * LOOK_SHARE;
  work->share = LOOK_SHARE;
  for (int y = 0; y < trust->dst_height; y++)
    {
      if (!work->read_result (work->data, y, 1, work->pixels, error))
        return FALSE;
      luma_row (format, work->pixels, trust->dst_width, work->luma);
      acu_resampler_push (work->parts.resampler, work->luma);
      while (shrinking_pull (&work->parts))
        {
          steepness_row (work->parts.row, work->parts.next > 1 ? work->other : work->parts.row, work->parts.width, work->difference);
          memcpy (work->other, work->parts.row, (gsize) work->parts.width * sizeof *work->other);
          acu_resampler_push (work->shrinking.resampler, work->difference);
        }
      while (shrinking_pull (&work->shrinking))
        {
          float *expected = trust->expected + (gsize) (work->shrinking.next - 1) * trust->src_width;

          for (int x = 0; x < trust->src_width; x++)
            expected[x] = PER_DOUBT * cbrtf (expected[x] * expected[x] * scale * fmaxf (work->shrinking.row[x], 0));
        }
      if (!tell_rows (work, y + 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_mirrored_runs (Work *work, GError **error)
{
  const gsize n = (gsize) work->trust->src_width * work->trust->src_height;

  for (work->run = 0; work->run < MIRRORS; work->run++)
    {
      work->upside_down = work->run == 1;
      work->share = (1 - 2 * LOOK_SHARE) / MIRRORS;
      work->begun = work->run * work->share;
      if (!acu_upscaler_run (work->upscaler, read_mirrored, write_mirrored, work, work->progress ? tell : NULL, work, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        work->trust->expected[i] += fmaxf (work->plane[i], 0) / MIRRORS;
    }
  for (int i = 0; i < SMOOTHINGS; i++)
    smooth (work->trust->expected, work->trust->src_width, work->trust->src_height, work->luma);
  return weigh_by_steepness (work, error);
}

/* |the result, shrunk, less the source|. */
static gboolean
add_inconsistency (Work *work, GError **error)
{
  const AcuTrust *trust = work->trust;
  const AcuPixelFormat *format = &work->upscaler->format;
  const float times = work->upscaler->net ? PER_INCONSISTENCY : PER_INCONSISTENCY_OF_FILTERS;

  if (!shrinking_begin (&work->shrinking, "cubic", trust->dst_width, trust->dst_height, trust->src_width, trust->src_height, error))
    return FALSE;
  work->begun = work->upscaler->net ? 1 - LOOK_SHARE : 0;
  work->share = 1 - work->begun;
  for (int y = 0; y < trust->dst_height; y++)
    {
      if (!work->read_result (work->data, y, 1, work->pixels, error))
        return FALSE;
      luma_row (format, work->pixels, trust->dst_width, work->luma);
      acu_resampler_push (work->shrinking.resampler, work->luma);
      while (shrinking_pull (&work->shrinking))
        {
          int row = work->shrinking.next - 1;
          float *expected = trust->expected + (gsize) row * trust->src_width;

          if (!work->read_source (work->data, row, 1, work->pixels, error))
            return FALSE;
          luma_row (format, work->pixels, trust->src_width, work->luma);
          for (int x = 0; x < trust->src_width; x++)
            expected[x] += times * fabsf (work->shrinking.row[x] - work->luma[x]);
        }
      if (!tell_rows (work, y + 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
prepare (Work *work, GError **error)
{
  AcuTrust *trust = work->trust;
  const guint64 width = MAX (trust->src_width, trust->dst_width), n = (guint64) trust->src_width * trust->src_height;
  const gsize pixel = acu_format_channels (&work->upscaler->format) * sizeof (float);

  work->pixels = acu_try_alloc (width, pixel);
  work->other = acu_try_alloc (width, pixel);
  work->luma = acu_try_alloc (width, sizeof (float));
  work->difference = acu_try_alloc (width, sizeof (float));
  work->plane = acu_try_alloc (n, sizeof (float));
  trust->expected = acu_try_alloc (n, sizeof (float));
  if (!work->pixels || !work->other || !work->luma || !work->difference || !work->plane || !trust->expected)
    return no_memory (error);
  for (guint64 i = 0; i < n; i++)
    trust->expected[i] = 0;
  return TRUE;
}

AcuTrust *
acu_trust_new (AcuUpscaler *upscaler, AcuReadRows read_source, AcuReadRows read_result, void *data, AcuProgress progress, void *progress_data,
               GError **error)
{
  AcuTrust *trust = g_new0 (AcuTrust, 1);
  Work work = { .upscaler = upscaler, .trust = trust, .read_source = read_source, .read_result = read_result, .data = data,
                .progress = progress, .progress_data = progress_data };
  gboolean done;

  trust->src_width = upscaler->src_width;
  trust->src_height = upscaler->src_height;
  trust->dst_width = upscaler->dst_width;
  trust->dst_height = upscaler->dst_height;
  /* Filters have no sides: mirrored they make the same. */
  done = prepare (&work, error) && (!upscaler->net || add_mirrored_runs (&work, error)) && add_inconsistency (&work, error);
  shrinking_clear (&work.parts);
  shrinking_clear (&work.shrinking);
  acu_free (work.pixels);
  acu_free (work.other);
  acu_free (work.luma);
  acu_free (work.difference);
  acu_free (work.plane);
  if (!done)
    g_clear_pointer (&trust, acu_trust_free);
  return trust;
}

void
acu_trust_free (AcuTrust *trust)
{
  if (!trust)
    return;
  acu_free (trust->expected);
  g_free (trust);
}

gboolean
acu_trust_write (const AcuTrust *trust, AcuWriteRows write, void *data, GError **error)
{
  const AcuResamplerParams params = { .filter = acu_filter_find ("mitchell"), .src_width = trust->src_width, .src_height = trust->src_height,
                                      .dst_width = trust->dst_width, .dst_height = trust->dst_height, .channels = 1 };
  AcuResampler *resampler = acu_resampler_new (&params, error);
  float *row = resampler ? acu_try_alloc ((guint64) trust->dst_width, sizeof (float)) : NULL;
  const float *next = trust->expected;
  gboolean ok = row != NULL;

  if (resampler && !row)
    no_memory (error);
  for (int y = 0; ok && y < trust->dst_height; y++)
    {
      while (!acu_resampler_pull (resampler, row))
        {
          acu_resampler_push (resampler, next);
          next += trust->src_width;
        }
      for (int x = 0; x < trust->dst_width; x++)
        row[x] = CLAMP (row[x] / (float) ACU_TRUST_FULL, 0, 1);
      ok = write (data, y, 1, row, error);
    }
  acu_free (row);
  acu_resampler_free (resampler);
  return ok;
}
