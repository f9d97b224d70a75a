/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "bridge.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FEW_SAMPLES 65536
#define MIDDLE 2048               /* pixels that a picture's sharpness is looked at, each way */

/* babl's models that Acuity handles as they are. Premultiplied colours are read straight. */
static const struct
{
  const char *model;
  const char *pixels;             /* float format that differs in component type alone, or is straight */
  AcuPixelFormat format;
} models[] = {
  { "Y", "Y float", { 1, FALSE, TRUE } },
  { "Y'", "Y' float", { 1, FALSE, FALSE } },
  { "Y~", "Y~ float", { 1, FALSE, FALSE } },
  { "YA", "YA float", { 1, TRUE, TRUE } },
  { "YaA", "YA float", { 1, TRUE, TRUE } },
  { "Y'A", "Y'A float", { 1, TRUE, FALSE } },
  { "Y'aA", "Y'A float", { 1, TRUE, FALSE } },
  { "Y~A", "Y~A float", { 1, TRUE, FALSE } },
  { "Y~aA", "Y~A float", { 1, TRUE, FALSE } },
  { "RGB", "RGB float", { 3, FALSE, TRUE } },
  { "R'G'B'", "R'G'B' float", { 3, FALSE, FALSE } },
  { "R~G~B~", "R~G~B~ float", { 3, FALSE, FALSE } },
  { "RGBA", "RGBA float", { 3, TRUE, TRUE } },
  { "RaGaBaA", "RGBA float", { 3, TRUE, TRUE } },
  { "R'G'B'A", "R'G'B'A float", { 3, TRUE, FALSE } },
  { "R'aG'aB'aA", "R'G'B'A float", { 3, TRUE, FALSE } },
  { "R~G~B~A", "R~G~B~A float", { 3, TRUE, FALSE } },
  { "R~aG~aB~aA", "R~G~B~A float", { 3, TRUE, FALSE } },
};

/* The format in which pixels are read and written, in the space of the buffer itself, and what it holds. */
static const char *
pixel_format (const Babl *own, AcuPixelFormat *format)
{
  const char *name = babl_format_is_palette (own) ? (babl_format_has_alpha (own) ? "R'G'B'A" : "R'G'B'")
                                                  : babl_get_name (babl_format_get_model (own));

  /* Names of models in a space of their own carry it behind a dash. */
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (g_str_equal (models[i].model, name)
        || (g_str_has_prefix (name, models[i].model) && name[strlen (models[i].model)] == '-'))
      {
        *format = models[i].format;
        return models[i].pixels;
      }
  *format = (AcuPixelFormat) { 3, TRUE, FALSE };
  return "R'G'B'A float";
}

static gboolean
is_known (const Babl *own)
{
  AcuPixelFormat format;
  const char *pixels = pixel_format (own, &format);
  gboolean straight = format.alpha == (babl_format_has_alpha (own) != 0);

  return straight && babl_format_get_n_components (own) == format.colours + (format.alpha ? 1 : 0)
         && !babl_format_is_palette (own) && pixels;
}

const Babl *
acu_bridge_result_format_of (const Babl *own, const Babl *space)
{
  if (!space)
    space = babl_format_get_space (own);
  if (babl_format_is_palette (own))
    return babl_format_with_space (babl_format_has_alpha (own) ? "R'G'B'A u8" : "R'G'B' u8", space);
  if (!is_known (own))
    return babl_format_with_space ("R'G'B'A float", space);
  return babl_format_with_space (babl_format_get_encoding (own), space);
}

const Babl *
acu_bridge_result_format (const AcuBridgeJob *job)
{
  return acu_bridge_result_format_of (gegl_buffer_get_format (job->input), job->space);
}

double
acu_bridge_oversize (GeglBuffer *buffer, const GeglRectangle *rect)
{
  int width = MIN (rect->width, MIDDLE), height = MIN (rect->height, MIDDLE);
  const GeglRectangle middle = { rect->x + (rect->width - width) / 2, rect->y + (rect->height - height) / 2, width, height };
  const Babl *format = babl_format_with_space ("R'G'B' float", babl_format_get_space (gegl_buffer_get_format (buffer)));
  float *pixels = acu_try_alloc ((guint64) MAX (width, 0) * (guint64) MAX (height, 0), 3 * sizeof *pixels);
  double oversize = 1;

  if (pixels)
    {
      gegl_buffer_get (buffer, &middle, 1, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      oversize = acu_measure_oversize (pixels, width, height, 3);
    }
  acu_free (pixels);
  return oversize;
}

/* Of a map, beside what the job itself takes: see acu_trust_new(). */
static guint64
trust_bytes (const AcuBridgeJob *job)
{
  return job->trust || job->faithful > 0 ? 12 * (guint64) job->rect.width * (guint64) job->rect.height : 0;
}

AcuUpscaler *
acu_bridge_plan (const AcuBridgeJob *job, GError **error)
{
  AcuPixelFormat format;
  AcuPrecision precision;
  AcuTextMode text;
  AcuFacesMode faces;

  if (!acu_precision_find (job->precision, &precision, error) || !acu_text_mode_find (job->text, &text, error)
      || !acu_faces_mode_find (job->faces, &faces, error))
    return NULL;
  pixel_format (gegl_buffer_get_format (job->input), &format);
  return acu_upscaler_new (acu_upscaler_params (.width = job->rect.width, .height = job->rect.height,
                                                .format = format, .size = job->size, .model = job->model,
                                                .device = job->device, .precision = precision, .strength = job->strength, .clean = job->clean, .text = text,
                                                .text_strength = job->text_strength, .faces = faces, .face_strength = job->face_strength, .threads = job->threads,
                                                .seed = job->seed, .steps = job->steps, .consistency = job->consistency, .left = job->left, .top = job->top,
                                                .memory = job->memory, .beside = job->beside + trust_bytes (job), .linear_light = job->linear_light),
                           error);
}

typedef struct Crossing
{
  const AcuBridgeJob *job;
  GeglBuffer *output;
  const Babl *read_format, *write_format;
  int whole_bytes;                /* of a sample that is read and written as it is, a whole number; 0: babl converts */
  int width;
} Crossing;

/* babl measures ways of converting these and takes the quickest, which is another one now and then: one by a table of 256 MB, or one that misses a
 * value by one. */
static int
whole_bytes (const Babl *own)
{
  const char *type = babl_get_name (babl_format_get_type (own, 0));

  if (!is_known (own) || (babl_get_model_flags (own) & BABL_MODEL_FLAG_ASSOCIATED))
    return 0;
  return g_str_equal (type, "u8") ? 1 : g_str_equal (type, "u16") ? 2 : 0;
}

/* Both may begin at the same place: the numbers grow. */
static void
widen (float *pixels, int bytes, gsize n)
{
  if (bytes == 1)
    for (gsize i = n; i-- > 0;)
      pixels[i] = (float) ((const guint8 *) pixels)[i] / 255;
  else
    for (gsize i = n; i-- > 0;)
      {
        guint16 whole;

        memcpy (&whole, (const char *) pixels + i * sizeof whole, sizeof whole);
        pixels[i] = (float) whole / 65535;
      }
}

/* What is no number becomes 0. */
static void
narrow (void *whole, int bytes, const float *pixels, gsize n)
{
  float most = bytes == 1 ? 255 : 65535;

  for (gsize i = 0; i < n; i++)
    {
      float value = pixels[i] > 0 ? MIN (pixels[i], 1) * most + 0.5f : 0;

      if (bytes == 1)
        ((guint8 *) whole)[i] = (guint8) value;
      else
        ((guint16 *) whole)[i] = (guint16) value;
    }
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Crossing *crossing = data;
  const GeglRectangle *rect = &crossing->job->rect;

  gegl_buffer_get (crossing->job->input, GEGL_RECTANGLE (rect->x, rect->y + y, rect->width, rows), 1.0,
                   crossing->read_format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (crossing->whole_bytes)
    widen (pixels, crossing->whole_bytes, (gsize) rows * rect->width * babl_format_get_n_components (crossing->read_format));
  return TRUE;
}

/* A few rows at a time: what they are put into is not counted when memory is planned. */
static gboolean
write_whole (const Crossing *crossing, int y, int rows, const float *pixels, GError **error)
{
  gsize samples = (gsize) crossing->width * babl_format_get_n_components (crossing->write_format);
  int most = MIN (rows, (int) MAX (1, FEW_SAMPLES / samples));
  void *whole = g_try_malloc_n (most * samples, crossing->whole_bytes);

  if (!whole)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  for (int first = 0; whole && first < rows; first += most)
    {
      GeglRectangle where = { 0, y + first, crossing->width, MIN (most, rows - first) };

      narrow (whole, crossing->whole_bytes, pixels + first * samples, where.height * samples);
      gegl_buffer_set (crossing->output, &where, 0, crossing->write_format, whole, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (whole);
  return whole != NULL;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Crossing *crossing = data;

  if (crossing->whole_bytes)
    return write_whole (crossing, y, rows, pixels, error);
  gegl_buffer_set (crossing->output, GEGL_RECTANGLE (0, y, crossing->width, rows), 0, crossing->write_format, pixels,
                   GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

/* What of the whole work is going on. */
typedef struct Share
{
  AcuProgress progress;           /* NULL: nobody is told */
  void *data;
  double from, to;
  gint64 started;                 /* microseconds */
} Share;

static gboolean
tell_share (void *data, double fraction, double seconds_left)
{
  const Share *share = data;
  double all = share->from + fraction * (share->to - share->from), left = (share->to - share->from) * (1 - fraction);

  return share->progress (share->data, MIN (all, 1), seconds_left >= 0 && left > 0 ? seconds_left * (1 - all) / left : -1);
}

static void
next_share (Share *share, double size)
{
  share->from = share->to;
  share->to += size;
  share->started = g_get_monotonic_time ();
}

/* The same of work that does not say how long it takes. */
static gboolean
tell_done (const Share *share, double fraction, GError **error)
{
  double seconds = 1e-6 * (double) (g_get_monotonic_time () - share->started);

  if (!share->progress || tell_share ((void *) share, fraction, seconds / MAX (fraction, 1e-3) * (1 - fraction)))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

/* How the work of a job with a map is divided: itself, the two mirrored runs, what the result goes back to, and writing. What is done with the pixels of a result takes as long
 * as a network takes for so many operations on each (measured; where it is wrong, progress is uneven). */
#define PASS_OPERATIONS 3000.0

typedef struct Division
{
  double run, look, plain, write;
} Division;

static Division
divide (const AcuBridgeJob *job, const AcuUpscaler *upscaler)
{
  double pass = PASS_OPERATIONS * acu_upscaler_width (upscaler) * acu_upscaler_height (upscaler), operations = acu_upscaler_operations (upscaler);
  Division d = { operations + pass, 2 * operations + pass, job->faithful > 0 ? pass : 0, pass };
  double all = d.run + d.look + d.plain + d.write;

  if (!job->trust && job->faithful <= 0)
    return (Division) { .run = 1 };
  return (Division) { d.run / all, d.look / all, d.plain / all, d.write / all };
}

/* What the map is about, and what the result goes back to. */
typedef struct Trusting
{
  Crossing crossing;              /* its output: the result */
  GeglBuffer *map, *plain;        /* plain: NULL where the result stays as it is */
  float amount;
  float *pixels, *other;          /* a row each */
  const Share *share;
} Trusting;

/* Rows between two reports. */
#define TOLD_ROWS 16

static gboolean
read_source (void *data, int y, int rows, float *pixels, GError **error)
{
  return read_rows (&((Trusting *) data)->crossing, y, rows, pixels, error);
}

/* Rows of a result, as they were written. */
static void
read_back (const Crossing *crossing, GeglBuffer *result, int y, int rows, float *pixels)
{
  gegl_buffer_get (result, GEGL_RECTANGLE (0, y, crossing->width, rows), 1, crossing->write_format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (crossing->whole_bytes)
    widen (pixels, crossing->whole_bytes, (gsize) rows * crossing->width * babl_format_get_n_components (crossing->write_format));
}

static gboolean
read_result (void *data, int y, int rows, float *pixels, GError **error)
{
  const Crossing *crossing = &((Trusting *) data)->crossing;

  read_back (crossing, crossing->output, y, rows, pixels);
  return TRUE;
}

/* One row of the map; the result's goes as far back to the plain one as it says. */
static gboolean
take_map (void *data, int y, int rows, const float *map, GError **error)
{
  Trusting *trusting = data;
  const Crossing *crossing = &trusting->crossing;
  const GeglRectangle line = { 0, y, crossing->width, 1 };
  int channels = babl_format_get_n_components (crossing->write_format);

  if (y % TOLD_ROWS == 0 && !tell_done (trusting->share, (double) y / gegl_buffer_get_height (crossing->output), error))
    return FALSE;
  gegl_buffer_set (trusting->map, &line, 0, babl_format ("Y' float"), map, GEGL_AUTO_ROWSTRIDE);
  if (!trusting->plain)
    return TRUE;
  read_back (crossing, crossing->output, y, 1, trusting->pixels);
  read_back (crossing, trusting->plain, y, 1, trusting->other);
  for (int x = 0; x < crossing->width; x++)
    for (int c = 0; c < channels; c++)
      trusting->pixels[x * channels + c] += trusting->amount * map[x] * (trusting->other[x * channels + c] - trusting->pixels[x * channels + c]);
  return write_rows (&trusting->crossing, y, 1, trusting->pixels, error);
}

/* The picture as Lanczos interpolation makes it. */
static GeglBuffer *
run_plain (const AcuBridgeJob *job, Share *share, GError **error)
{
  AcuBridgeJob plain = *job;
  AcuUpscaler *upscaler;
  GeglBuffer *result = NULL;

  plain.model = "lanczos3";
  plain.text = plain.faces = "off";
  plain.strength = 1;
  plain.clean = plain.faithful = 0;
  plain.trust = NULL;
  upscaler = acu_bridge_plan (&plain, error);
  if (upscaler)
    result = acu_bridge_run (&plain, upscaler, share->progress ? tell_share : NULL, share, error);
  acu_upscaler_free (upscaler);
  return result;
}

static gboolean
use_trust (const AcuBridgeJob *job, AcuUpscaler *upscaler, const Crossing *crossing, const Division *division, Share *share, GError **error)
{
  Trusting trusting = { .crossing = *crossing, .amount = (float) job->faithful, .share = share };
  gsize length = (gsize) crossing->width * 4 * sizeof (float);
  AcuTrust *trust;
  gboolean done;

  next_share (share, division->look);
  trust = acu_trust_new (upscaler, read_source, read_result, &trusting, share->progress ? tell_share : NULL, share, error);
  next_share (share, division->plain);
  done = trust && (job->faithful <= 0 || (trusting.plain = run_plain (job, share, error)));
  if (done && (!(trusting.pixels = g_try_malloc (length)) || !(trusting.other = g_try_malloc (length))))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
      done = FALSE;
    }
  if (done)
    {
      trusting.map = gegl_buffer_new (gegl_buffer_get_extent (crossing->output), babl_format ("Y' float"));
      next_share (share, division->write);
      done = acu_trust_write (trust, take_map, &trusting, error) && tell_done (share, 1, error);
    }
  if (done && job->trust)
    *job->trust = g_object_ref (trusting.map);
  g_clear_object (&trusting.map);
  g_clear_object (&trusting.plain);
  g_free (trusting.pixels);
  g_free (trusting.other);
  acu_trust_free (trust);
  return done;
}

GeglBuffer *
acu_bridge_run (const AcuBridgeJob *job, AcuUpscaler *upscaler, AcuProgress progress, void *progress_data,
                GError **error)
{
  const Babl *own = gegl_buffer_get_format (job->input), *result = acu_bridge_result_format (job);
  AcuPixelFormat format;
  const char *pixels = pixel_format (own, &format);
  Crossing crossing = {
    .job = job,
    .whole_bytes = whole_bytes (own),
    .read_format = whole_bytes (own) ? own : babl_format_with_space (pixels, babl_format_get_space (own)),
    .write_format = whole_bytes (own) ? result : babl_format_with_space (pixels, babl_format_get_space (result)),
    .width = acu_upscaler_width (upscaler)
  };
  const Division division = divide (job, upscaler);
  Share share = { .progress = progress, .data = progress_data };

  crossing.output = gegl_buffer_new (GEGL_RECTANGLE (0, 0, crossing.width, acu_upscaler_height (upscaler)), result);
  next_share (&share, division.run);
  if (!acu_upscaler_run (upscaler, read_rows, write_rows, &crossing, progress ? tell_share : NULL, &share, error)
      || (division.run < 1 && !use_trust (job, upscaler, &crossing, &division, &share, error)))
    g_clear_object (&crossing.output);
  return crossing.output;
}
