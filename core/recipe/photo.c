/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A network enlarges the colours; an exact resampler brings its result to the wanted size; alpha is resampled. */
#include "upscaler_private.h"

#include "row_range.h"
#include "underpaint.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Colour flows this far under fully transparent pixels. Also more rows than alpha's filter looks ahead, so that alpha is
 * there when a result row is, unless a network shifts the picture. */
#define UNDERPAINT_RADIUS 16
/* Alpha this near to 0 or 1 was that before the resampler's rounding. */
#define ALPHA_SNAP 1e-6f
/* Results this many times the picture's range beyond it are computed once more, exactly. */
#define WILD 4
/* A picture with less contrast than this may become blank. */
#define FLAT 0.01f

typedef struct Photo
{
  AcuRun *run;
  int channels;                   /* of the job's pixels */
  float *source;                  /* one row as read */
  float *colour;                  /* one result row, RGB */
  float *pixels;                  /* one result row as written */
  float *faces;                   /* one row of the network's result with faces in it; NULL without any */
  AcuResampler *exact;            /* NULL where the network's size is the wanted one */
  AcuUnderpaint *underpaint;      /* NULL without alpha */
  AcuResampler *alpha;
  float *alpha_plane, *alpha_row;
  int read, alpha_pushed, written;
  float in_low, in_high, out_low, out_high;
} Photo;

AcuResamplerParams
acu_photo_resampler (const AcuUpscaler *upscaler, gboolean for_alpha)
{
  int scale = for_alpha ? 1 : upscaler->net->scale;

  return (AcuResamplerParams) {
    .filter = acu_filter_find ("lanczos3"),
    .src_width = upscaler->src_width * scale, .src_height = upscaler->src_height * scale,
    .dst_width = upscaler->dst_width, .dst_height = upscaler->dst_height,
    .channels = for_alpha ? 1 : 3,
    .linear_light = !for_alpha && upscaler->linear_light
  };
}

static gboolean
needs_resampler (const AcuUpscaler *upscaler)
{
  return upscaler->src_width * (gint64) upscaler->net->scale != upscaler->dst_width
         || upscaler->src_height * (gint64) upscaler->net->scale != upscaler->dst_height;
}

guint64
acu_photo_bytes (const AcuUpscaler *upscaler)
{
  AcuResamplerParams exact = acu_photo_resampler (upscaler, FALSE), alpha = acu_photo_resampler (upscaler, TRUE);
  guint64 bytes = ((guint64) upscaler->src_width * 8 + (guint64) upscaler->dst_width * 12) * sizeof (float);

  /* Sides are at most ACU_MAX_SIDE, so none of this comes near 2^63. */
  for (guint i = 0; i < upscaler->net->layers->len; i++)
    if (acu_net_layer (upscaler->net, i)->weights)
      bytes += g_bytes_get_size (acu_net_layer (upscaler->net, i)->weights);
  /* A network's result beyond the longest side is refused by the plan. */
  if (needs_resampler (upscaler) && MAX (exact.src_width, exact.src_height) <= ACU_MAX_SIDE)
    bytes += acu_resampler_bytes (&exact);
  if (upscaler->detector)
    bytes += (guint64) upscaler->src_width * upscaler->net->scale * 3 * sizeof (float);
  if (upscaler->format.alpha)
    bytes += (guint64) upscaler->src_width * upscaler->src_height * sizeof (float) + acu_resampler_bytes (&alpha)
             + acu_underpaint_bytes (upscaler->src_width, upscaler->src_height, upscaler->format.colours,
                                     UNDERPAINT_RADIUS);
  return bytes;
}

/* Reads the next source row, keeping its alpha aside; colours become encoded. */
static gboolean
read_source (Photo *photo, GError **error)
{
  const AcuUpscaler *upscaler = photo->run->upscaler;
  int colours = upscaler->format.colours, channels = photo->channels;
  float *row = photo->source;

  if (!acu_run_read_rows (photo->run, photo->read, 1, row, error))
    return FALSE;
  for (int x = 0; x < upscaler->src_width; x++)
    {
      float *pixel = row + (gsize) x * channels;

      if (upscaler->format.linear)
        acu_srgb_encode (pixel, pixel, colours);
      if (upscaler->format.alpha)
        photo->alpha_plane[(gsize) photo->read * upscaler->src_width + x] = pixel[colours];
    }
  photo->read++;
  return TRUE;
}

static void
gray_to_rgb (float *dst, const float *src, int width)
{
  /* Backwards: both may start at the same place. */
  for (int x = width - 1; x >= 0; x--)
    dst[3 * (gsize) x] = dst[3 * (gsize) x + 1] = dst[3 * (gsize) x + 2] = src[x];
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  Photo *photo = data;
  const AcuUpscaler *upscaler = photo->run->upscaler;
  int width = upscaler->src_width, colours = upscaler->format.colours;

  g_assert (rows == 1);
  if (!photo->underpaint)
    {
      if (!read_source (photo, error))
        return FALSE;
      for (gsize i = 0; i < (gsize) width * colours; i++)
        pixels[i] = photo->source[i];
    }
  else
    while (!acu_underpaint_pull (photo->underpaint, pixels))
      {
        if (!read_source (photo, error))
          return FALSE;
        acu_underpaint_push (photo->underpaint, photo->source);
      }
  acu_row_range (pixels, (gsize) width * colours, &photo->in_low, &photo->in_high);
  if (colours == 1)
    gray_to_rgb (pixels, pixels, width);
  return TRUE;
}

static gboolean
next_alpha_row (Photo *photo, GError **error)
{
  int src_width = photo->run->upscaler->src_width, dst_width = photo->run->upscaler->dst_width;

  while (!acu_resampler_pull (photo->alpha, photo->alpha_row))
    {
      if (photo->alpha_pushed >= photo->read)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
                       _("The model “%s” shifts the picture so far that its transparency cannot follow."),
                       photo->run->upscaler->model->name);
          return FALSE;
        }
      acu_resampler_push (photo->alpha, photo->alpha_plane + (gsize) photo->alpha_pushed++ * src_width);
    }
  for (int x = 0; x < dst_width; x++)
    {
      float a = photo->alpha_row[x];

      photo->alpha_row[x] = a < ALPHA_SNAP ? 0 : a > 1 - ALPHA_SNAP ? 1 : a;
    }
  return TRUE;
}

/* Whether the job's pixels are just like those of a network. */
static gboolean
passes_unchanged (const AcuUpscaler *upscaler)
{
  return upscaler->format.colours == 3 && !upscaler->format.alpha && !upscaler->format.linear;
}

/* Puts a finished RGB row into the job's own format and hands it on. */
static gboolean
emit (Photo *photo, const float *rgb, GError **error)
{
  const AcuUpscaler *upscaler = photo->run->upscaler;
  int width = upscaler->dst_width, colours = upscaler->format.colours, channels = photo->channels;

  if (upscaler->format.alpha && !next_alpha_row (photo, error))
    return FALSE;
  if (passes_unchanged (upscaler))
    return photo->run->write (photo->run->data, photo->written++, 1, rgb, error);
  for (int x = 0; x < width; x++, rgb += 3)
    {
      float *pixel = photo->pixels + (gsize) x * channels;

      if (colours == 1)
        pixel[0] = (rgb[0] + rgb[1] + rgb[2]) * (1.0f / 3);
      else
        for (int c = 0; c < 3; c++)
          pixel[c] = rgb[c];
      if (upscaler->format.linear)
        acu_srgb_decode (pixel, pixel, colours);
      if (upscaler->format.alpha)
        pixel[colours] = photo->alpha_row[x];
    }
  return photo->run->write (photo->run->data, photo->written++, 1, photo->pixels, error);
}

/* Whether the result is no picture any more, as some networks make it of noise: there roundings grow into differences. */
static gboolean
is_wild (const Photo *photo)
{
  float span = MAX (1, photo->in_high - photo->in_low) * WILD;

  return photo->out_low < photo->in_low - span || photo->out_high > photo->in_high + span;
}

/* Hands on rows of the network's result. */
static gboolean
put_rows (Photo *photo, int y, int rows, const float *pixels, GError **error)
{
  const AcuUpscaler *upscaler = photo->run->upscaler;
  gsize n = (gsize) upscaler->src_width * upscaler->net->scale * 3;

  if (!photo->exact && passes_unchanged (upscaler))
    {
      photo->written += rows;
      return photo->run->write (photo->run->data, y, rows, pixels, error);
    }
  for (const float *end = pixels + rows * n; pixels < end; pixels += n)
    {
      if (!photo->exact)
        {
          if (!emit (photo, pixels, error))
            return FALSE;
          continue;
        }
      if (photo->written < upscaler->dst_height)
        acu_resampler_push (photo->exact, pixels);
      while (acu_resampler_pull (photo->exact, photo->colour))
        if (!emit (photo, photo->colour, error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Photo *photo = data;
  const AcuUpscaler *upscaler = photo->run->upscaler;
  gsize n = (gsize) upscaler->src_width * upscaler->net->scale * 3;

  if (!acu_rows_range (pixels, rows * n, upscaler->threads, &photo->out_low, &photo->out_high))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_OUTPUT,
                   _("The model “%s” made numbers that are no colours; nothing was changed."),
                   upscaler->model->name);
      return FALSE;
    }
  if (upscaler->precision == ACU_PRECISION_FAST && is_wild (photo))
    {
      /* Nobody sees it: the job begins again exactly. */
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_RANGE, "wild");
      return FALSE;
    }
  for (const float *end = pixels + rows * n; photo->faces && pixels < end; pixels += n)
    {
      gboolean any = acu_faces_blend (photo->run->faces, y, NULL);

      if (any)
        {
          memcpy (photo->faces, pixels, n * sizeof (float));
          acu_faces_blend (photo->run->faces, y, photo->faces);
        }
      if (!put_rows (photo, y++, 1, any ? photo->faces : pixels, error))
        return FALSE;
    }
  return photo->faces || put_rows (photo, y, rows, pixels, error);
}

static gboolean
report (void *data, double operations_done)
{
  return acu_run_report (((Photo *) data)->run, operations_done, NULL);
}

static gboolean
prepare (Photo *photo, GError **error)
{
  const AcuUpscaler *upscaler = photo->run->upscaler;
  AcuResamplerParams exact = acu_photo_resampler (upscaler, FALSE), alpha = acu_photo_resampler (upscaler, TRUE);
  gboolean has_alpha = upscaler->format.alpha;

  /* What write_rows() reads. */
  g_assert (acu_plan_width (upscaler->plan) == (gint64) upscaler->src_width * upscaler->net->scale
            && acu_plan_height (upscaler->plan) == (gint64) upscaler->src_height * upscaler->net->scale
            && acu_plan_channels (upscaler->plan) == 3);
  photo->channels = acu_format_channels (&upscaler->format);
  photo->source = acu_try_alloc ((guint64) upscaler->src_width * photo->channels, sizeof (float));
  photo->colour = acu_try_alloc ((guint64) upscaler->dst_width * 3, sizeof (float));
  photo->pixels = acu_try_alloc ((guint64) upscaler->dst_width * photo->channels, sizeof (float));
  if (photo->run->faces)
    photo->faces = acu_try_alloc ((guint64) upscaler->src_width * upscaler->net->scale, 3 * sizeof (float));
  if (has_alpha)
    {
      photo->alpha_plane = acu_try_alloc ((guint64) upscaler->src_width * upscaler->src_height, sizeof (float));
      photo->alpha_row = acu_try_alloc (upscaler->dst_width, sizeof (float));
    }
  if (!photo->source || !photo->colour || !photo->pixels || (photo->run->faces && !photo->faces) || (has_alpha && (!photo->alpha_plane || !photo->alpha_row)))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
      return FALSE;
    }
  if (needs_resampler (upscaler) && !(photo->exact = acu_resampler_new (&exact, error)))
    return FALSE;
  return !has_alpha
         || ((photo->alpha = acu_resampler_new (&alpha, error))
             && (photo->underpaint = acu_underpaint_new (upscaler->src_width, upscaler->src_height,
                                                         upscaler->format.colours, UNDERPAINT_RADIUS, error)));
}

static gboolean
run_photo (AcuRun *run, GError **error)
{
  Photo photo = { .run = run, .in_low = INFINITY, .in_high = -INFINITY, .out_low = INFINITY, .out_high = -INFINITY };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, report, &photo };
  gboolean done = prepare (&photo, error) && acu_plan_run (run->upscaler->plan, &callbacks, error);

  if (done && photo.in_high - photo.in_low > FLAT && photo.out_high <= photo.out_low)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_OUTPUT, _("The model “%s” made a blank picture; nothing was changed."),
                   run->upscaler->model->name);
      done = FALSE;
    }
  acu_resampler_free (photo.exact);
  acu_resampler_free (photo.alpha);
  acu_underpaint_free (photo.underpaint);
  acu_free (photo.source);
  acu_free (photo.colour);
  acu_free (photo.pixels);
  acu_free (photo.faces);
  acu_free (photo.alpha_plane);
  acu_free (photo.alpha_row);
  return done;
}

const AcuRecipe acu_recipe_photo = { run_photo };
