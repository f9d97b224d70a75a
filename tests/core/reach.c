/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acu_upscaler_reach(): a part of a picture with so much around it becomes what it becomes in the whole picture, and with less it does not. */
#include <acuity/acuity.h>

#include <math.h>
#include <string.h>

#define PATCH 16
#define SCRATCH 4000

typedef struct Picture
{
  int width, height, channels;
  float *pixels;
} Picture;

static Picture
new_picture (int width, int height, int channels)
{
  return (Picture) { width, height, channels, g_new0 (float, (gsize) width * height * channels) };
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Picture *from = ((Picture **) data)[0];
  gsize row = (gsize) from->width * from->channels;

  memcpy (pixels, from->pixels + y * row, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Picture *to = ((Picture **) data)[1];
  gsize row = (gsize) to->width * to->channels;

  memcpy (to->pixels + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static AcuUpscaler *
new_upscaler (const char *model, const Picture *picture, int scale)
{
  return acu_upscaler_new (acu_upscaler_params (.width = picture->width, .height = picture->height, .format = { 3, picture->channels == 4, FALSE },
                                                .size = { .mode = ACU_SIZE_FACTOR, .scale = scale }, .model = model, .precision = ACU_PRECISION_EXACT, .threads = 2),
                           NULL);
}

static Picture
enlarge (const char *model, Picture *picture, int scale)
{
  Picture result = new_picture (picture->width * scale, picture->height * scale, picture->channels), *both[2] = { picture, &result };
  AcuUpscaler *upscaler = new_upscaler (model, picture, scale);

  g_assert_true (acu_upscaler_run (upscaler, read_rows, write_rows, both, NULL, NULL, NULL));
  acu_upscaler_free (upscaler);
  return result;
}

/* The largest difference within the patch at (at, at) of the whole, made of a part with `around` pixels on each side. */
static double
difference (const char *model, const Picture *whole, const Picture *whole_result, int scale, int at, int around, int grid)
{
  int first = (at - around) / grid * grid, last = at + PATCH + around, side = last - first;
  Picture part = new_picture (side, side, whole->channels), result;
  float most = 0;

  g_assert_cmpint (first, >=, 0);
  g_assert_cmpint (last, <=, whole->width);
  for (int y = 0; y < side; y++)
    memcpy (part.pixels + (gsize) y * side * part.channels, whole->pixels + ((gsize) (first + y) * whole->width + first) * whole->channels,
            (gsize) side * part.channels * sizeof (float));
  result = enlarge (model, &part, scale);
  for (int y = 0; y < PATCH * scale; y++)
    for (int x = 0; x < PATCH * scale * whole->channels; x++)
      {
        float part_result = result.pixels[((gsize) ((at - first) * scale + y) * result.width + (at - first) * scale) * result.channels + x];
        float truth = whole_result->pixels[((gsize) (at * scale + y) * whole_result->width + at * scale) * result.channels + x];

        most = MAX (most, fabsf (part_result - truth));
      }
  g_free (part.pixels);
  g_free (result.pixels);
  return most;
}

typedef struct Case
{
  const char *model;
  int scale, channels;
  double tight;                   /* with this share of the reach there is a difference; 0: not asked, far pixels hardly count */
} Case;

static void
check (gconstpointer data)
{
  const Case *c = data;
  Picture probe = { SCRATCH, SCRATCH, c->channels, NULL }, whole, result;
  AcuUpscaler *upscaler = new_upscaler (c->model, &probe, c->scale);
  GRand *random = g_rand_new_with_seed (7);
  int reach, grid, at;

  if (!upscaler)
    {
      g_test_skip ("this model is not installed");
      g_rand_free (random);
      return;
    }
  g_assert_true (acu_upscaler_reach (upscaler, &reach, &grid));
  acu_upscaler_free (upscaler);
  g_test_message ("%s: %d, grid %d", c->model, reach, grid);
  g_assert_cmpint (grid, >=, 1);
  g_assert_cmpint (reach, <, 200);
  at = (reach + grid + 20) / grid * grid + 1;
  /* Far edges, that nothing of them is seen. Weak noise: in strong noise some networks turn roundings into differences. */
  whole = new_picture ((2 * at + PATCH + 40) / grid * grid, (2 * at + PATCH + 40) / grid * grid, c->channels);
  for (gsize i = 0; i < (gsize) whole.width * whole.height * c->channels; i++)
    whole.pixels[i] = 0.45f + 0.1f * (float) g_rand_double (random);
  /* colour flows under pixels that are not there */
  for (gsize i = 3; c->channels == 4 && i < (gsize) whole.width * whole.height * 4; i += 4)
    whole.pixels[i] = i / 4 % whole.width % 32 < 14 ? 0 : 1;
  result = enlarge (c->model, &whole, c->scale);
  g_assert_cmpfloat (difference (c->model, &whole, &result, c->scale, at, reach, grid), <, 1e-4);
  if (c->tight > 0)
    g_assert_cmpfloat (difference (c->model, &whole, &result, c->scale, at, (int) (reach * c->tight), 1), >, 1e-4);
  g_rand_free (random);
  g_free (whole.pixels);
  g_free (result.pixels);
}

/* A mean over the whole picture is in it. */
static void
check_whole (void)
{
  Picture probe = { 256, 256, 3, NULL };
  AcuUpscaler *upscaler = new_upscaler ("realcugan-se-x2-no-denoise", &probe, 2);
  int reach, grid;

  if (!upscaler)
    {
      g_test_skip ("this model is not installed");
      return;
    }
  g_assert_false (acu_upscaler_reach (upscaler, &reach, &grid));
  acu_upscaler_free (upscaler);
}

/* Whether a piece is text may depend on what is far away. */
static void
check_text (void)
{
  int reach, grid;

  for (AcuTextMode text = ACU_TEXT_OFF; text <= ACU_TEXT_EVERYWHERE; text++)
    {
      GError *error = NULL;
      AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = 256, .height = 256, .format = { 3, FALSE, FALSE }, .model = "photo-x4", .text = text,
                                                                     .size = { .mode = ACU_SIZE_FACTOR, .scale = 4 }), &error);

      g_assert_no_error (error);
      g_assert_cmpint (acu_upscaler_reach (upscaler, &reach, &grid), ==, text != ACU_TEXT_AUTO);
      acu_upscaler_free (upscaler);
    }
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "lanczos3", 3, 3, 0.5 }, { "cubic", 2, 3, 0.25 }, { "nearest", 4, 4, 0 }, { "photo-x2", 2, 3, 0.25 }, { "photo-x3", 2, 3, 0.2 },
    { "photo-x2", 3, 3, 0.2 }, { "photo-x2", 2, 4, 0.2 }, { "srcnn-x2", 2, 3, 0.5 }, { "text-x4", 4, 3, 0 }, { "photo-gan-x4", 4, 3, 0 },
    { "spanx2_ch48", 2, 3, 0 }, { "realcugan-nose-x2-no-denoise", 2, 3, 0 }, { "waifu2x-upconv7-photo-x2", 2, 3, 0 }
  };

  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("ACUITY_TEST_MODELS"))
    g_setenv ("ACUITY_MODELS", g_getenv ("ACUITY_TEST_MODELS"), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/reach/%s/%d/%d", cases[i].model, cases[i].scale, cases[i].channels);

      g_test_add_data_func (path, &cases[i], check);
    }
  g_test_add_func ("/reach/whole", check_whole);
  g_test_add_func ("/reach/text", check_text);
  return g_test_run ();
}
