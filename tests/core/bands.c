/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Bands, threads and memory limits never change a bit of the result. */
#include "run_net.h"
#include "sample_nets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fused or not, the same numbers; with a part of a map as well. */
static void
gates_are_fused (gconstpointer data)
{
  gboolean part = GPOINTER_TO_INT (data);
  float in[17 * 9 * 3], *results[2];
  int width, height;

  for (int fused = 0; fused < 2; fused++)
    {
      GRand *rand = g_rand_new_with_seed (4);
      AcuNet *net = acu_net_new ("gate");
      guint at = picture (net), start, sum, sigmoid, unused;
      AcuLayer *l;
      AcuPlan *plan;

      for (guint i = 0; i < G_N_ELEMENTS (in); i++)
        in[i] = (float) g_rand_double (rand);
      conv (net, rand, &at, 16, 3, 1, 1);
      width = 17;
      height = 9;
      start = at;
      if (part)
        {
          l = acu_net_add (net, ACU_LAYER_CROP, "part", &at, 1, &start);
          l->left = l->top = l->right = l->bottom = 1;
        }
      conv (net, rand, &at, 16, 3, 1, part ? 0 : 1);
      acu_net_add (net, ACU_LAYER_SIGMOID, "sigmoid", &at, 1, &sigmoid);
      l = acu_net_add (net, ACU_LAYER_AFFINE, "shift", &sigmoid, 1, &sigmoid);
      l->weights = equal_floats (16, 1.25f);
      l->bias = equal_floats (16, -0.5f);
      acu_net_add (net, ACU_LAYER_ADD, "sum", (const guint[]) { at, start }, 2, &sum);
      if (!fused)
        acu_net_add (net, ACU_LAYER_SIGMOID, "one more reader", &sum, 1, &unused);
      acu_net_add (net, ACU_LAYER_MUL, "gate", (const guint[]) { sigmoid, sum }, 2, &at);
      conv (net, rand, &at, 3, 3, 1, 1);
      plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, 1, 0, 0, ACU_PRECISION_EXACT, NULL);
      if (fused)
        {
          g_autofree char *text = acu_plan_print (plan);

          g_assert_nonnull (strstr (text, "+gate"));
        }
      acu_plan_free (plan);
      results[fused] = run_net (net, in, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
      acu_net_unref (net);
      g_rand_free (rand);
    }
  g_assert_cmpint (width, ==, part ? 15 : 17);
  g_assert_cmpmem (results[0], sizeof (float) * 3 * width * height, results[1], sizeof (float) * 3 * width * height);
  g_free (results[0]);
  g_free (results[1]);
}

/* The last one is high enough for tiles that begin above its edge. */
static const int sizes[][2] = { { 1, 1 }, { 37, 1 }, { 1, 23 }, { 41, 29 }, { 130, 17 }, { 3, 518 } };
static const int bands[] = { 1, 2, 3, 7, 16, 1000 };
static const guint64 limits[] = { 3 << 20, 2300000 };

static void
compare (const AcuNet *net, const float *in, int w, int h, const float *whole, int threads, int band, guint64 limit,
         AcuPrecision precision)
{
  int width = w, height = h;
  float *result = run_net (net, in, &width, &height, threads, band, limit, precision);

  g_assert_cmpmem (result, sizeof (float) * 3 * width * height, whole, sizeof (float) * 3 * width * height);
  g_free (result);
}

static void
check (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data) / 2;
  AcuPrecision precision = GPOINTER_TO_UINT (data) % 2;
  GRand *rand = g_rand_new_with_seed (n + 1);
  AcuNet *net = acu_net_new (sample_nets[n].name);

  sample_nets[n].build (net, rand);
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int w = sizes[s][0], h = sizes[s][1], width = w, height = h;
      float *in = g_new (float, 3 * w * h), *whole;

      for (int i = 0; i < 3 * w * h; i++)
        in[i] = (float) g_rand_double (rand);
      whole = run_net (net, in, &width, &height, 1, 0, 0, precision);
      for (guint b = 0; b < G_N_ELEMENTS (bands); b++)
        for (int threads = 1; threads <= 4; threads++)
          compare (net, in, w, h, whole, threads, bands[b], 0, precision);
      for (guint l = 0; l < G_N_ELEMENTS (limits); l++)
        if (w * h < 1300)
          compare (net, in, w, h, whole, 2, 0, limits[l], precision);
      g_free (whole);
      g_free (in);
    }
  acu_net_unref (net);
  g_rand_free (rand);
}

/* What cannot fit is refused with the figure, before anything runs. */
static void
refused (void)
{
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("too large");
  GError *error = NULL;

  dense (net, rand);
  g_assert_null (acu_plan_new (net, acu_device_find ("cpu", NULL), 4000, 4000, 1, 100000, 0, ACU_PRECISION_FAST, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "MB"));
  g_clear_error (&error);
  acu_net_unref (net);
  g_rand_free (rand);
}

/* Of a whole picture, the result and what it is made of last are only kept for a moment. */
static void
last_stages_take_turns (void)
{
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("whole");
  AcuPlan *plan;
  char *text;

  compact (net, rand);
  for (int narrow = 0; narrow < 2; narrow++)
    {
      plan = acu_plan_new (net, acu_device_find ("cpu", NULL), narrow ? 140 : 280, 100, 1, 0, 0, ACU_PRECISION_FAST, NULL);
      text = acu_plan_print (plan);
      g_assert_nonnull (strstr (text, "whole picture"));
      g_assert_nonnull (strstr (text, " 100 of 100 rows"));
      g_assert_nonnull (strstr (text, narrow ? " 128 of 300 rows" : " 64 of 300 rows"));
      g_assert_null (strstr (text, " 300 of 300 rows"));
      g_free (text);
      acu_plan_free (plan);
    }
  acu_net_unref (net);
  g_rand_free (rand);
}

/* A deep net needs no more rows of each map than its windows and the band ask for, from the first row on; a picture lower than the net is deep as well. */
static void
rings_stay_short (void)
{
  const int layers = 100, width = 50, heights[] = { 3000, 60 }, band = 4;
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("deep");
  guint at = picture (net);

  for (int i = 0; i < layers; i++)
    conv (net, rand, &at, 8, 3, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      AcuPlan *plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, heights[i], 1, 0, band, ACU_PRECISION_EXACT, NULL);

      g_assert_cmpint (acu_plan_band_rows (plan), ==, band);
      /* band + 2 rows of 52 pixels a map, and as much again for everything else */
      g_assert_cmpuint (acu_plan_bytes (plan), <, (guint64) 2 * layers * (band + 2) * (width + 2) * 8 * sizeof (float));
      acu_plan_free (plan);
    }
  acu_net_unref (net);
  g_rand_free (rand);
}

/* Maps that wait for means are there in pairs, the one that is read and the one that is made, however many follow one another; and as bands of any
 * height need them, they make none lower. */
static void
waiting_maps_take_turns (void)
{
  const int width = 1000, height = 2000;
  const guint64 map = (guint64) width * height * 16 * sizeof (float);
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("means");
  guint at = picture (net);
  AcuPlan *plan;

  for (int i = 0; i < 6; i++)
    {
      guint factors;

      conv (net, rand, &at, 16, 3, 1, 1);
      acu_net_add (net, ACU_LAYER_GLOBAL_POOL, "mean", &at, 1, &factors);
      acu_net_add (net, ACU_LAYER_MUL, "attend", (const guint[]) { at, factors }, 2, &at);
    }
  conv (net, rand, &at, 3, 3, 1, 1);
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, 1, 0, 0, ACU_PRECISION_EXACT, NULL);
  g_assert_cmpint (acu_plan_band_rows (plan), >=, 64);
  g_assert_cmpint (acu_plan_band_rows (plan), <, height);
  g_assert_cmpuint (acu_plan_bytes (plan), >, 2 * map);
  g_assert_cmpuint (acu_plan_bytes (plan), <, 3 * map);
  acu_plan_free (plan);
  acu_net_unref (net);
  g_rand_free (rand);
}

static float *
run_part (gboolean with_trunk, gboolean with_first, const float *in, int width, int height)
{
  GRand *rand = g_rand_new_with_seed (4);
  AcuNet *net = acu_net_new ("part");
  float *out;

  first_and_trunk (net, rand, with_trunk, with_first);
  out = run_net (net, in, &width, &height, 2, 4, 0, ACU_PRECISION_EXACT);
  acu_net_unref (net);
  g_rand_free (rand);
  return out;
}

/* A map that is cheap to make and read again far below is made twice: no ring waits for the trunk, and the sum is the sum. */
static void
cheap_maps_are_made_again (void)
{
  const int width = 13, height = 90;
  GRand *rand = g_rand_new_with_seed (4);
  AcuNet *net = acu_net_new ("trunk");
  AcuPlan *plan;
  g_autofree char *text = NULL;
  g_autofree float *in = g_new (float, 3 * width * height), *first = NULL, *last = NULL, *sum = NULL;
  guint copies = 0;

  for (int i = 0; i < 3 * width * height; i++)
    in[i] = (float) g_rand_double (rand);
  first_and_trunk (net, rand, TRUE, TRUE);
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, 300, 1, 0, 4, ACU_PRECISION_EXACT, NULL);
  text = acu_plan_print (plan);
  for (const char *at = text; (at = strstr (at, " direct 1×1 -> 8 × 300 × 13 f32, ")); copies++)
    {
      at = strchr (at, ',') + 2;
      g_assert_cmpint (atoi (at), <=, 8);
    }
  g_assert_cmpuint (copies, ==, 2);
  first = run_part (FALSE, TRUE, in, width, height);
  last = run_part (TRUE, FALSE, in, width, height);
  sum = run_part (TRUE, TRUE, in, width, height);
  for (int i = 0; i < 8 * width * height; i++)
    g_assert_cmpfloat (fabsf (sum[i] - (first[i] + last[i])), <=, 1e-6f * (1 + fabsf (sum[i])));
  acu_plan_free (plan);
  acu_net_unref (net);
  g_rand_free (rand);
}

/* What channel attention makes is made again for readers behind another mean: neither is kept whole. And sums whose parts lie anywhere, transposed
 * convolutions do. */
static void
products_are_made_again (void)
{
  GRand *rand = g_rand_new_with_seed (4);
  AcuNet *net = acu_net_new ("attention");
  AcuPlan *plan;
  g_autofree char *text = NULL;
  guint copies = 0;

  attention (net, rand);
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), 20, 600, 1, 0, 4, ACU_PRECISION_EXACT, NULL);
  text = acu_plan_print (plan);
  g_test_message ("%s", text);
  for (const char *at = text; (at = strstr (at, " channel_mul ")); copies++)
    {
      at = strstr (at, " f32, ") + 6;
      g_assert_cmpint (atoi (at), <=, 16);
    }
  g_assert_cmpuint (copies, ==, 3);
  g_assert_nonnull (strstr (text, "2×2 +residual"));
  acu_plan_free (plan);
  acu_net_unref (net);
  g_rand_free (rand);
}

/* A net twice in a row is the same as its result put through it again. */
static void
repeated (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new ("twice"), *twice;
  int width = 9, height = 7, width_twice = 9, height_twice = 7;
  float in[9 * 7 * 3], *once, *again, *direct;

  compact (net, rand);
  net->scale = 3;
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = (float) g_rand_double (rand);
  once = run_net (net, in, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
  again = run_net (net, once, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
  twice = acu_net_repeat (net, 2, NULL);
  g_assert_cmpint (twice->scale, ==, 9);
  direct = run_net (twice, in, &width_twice, &height_twice, 2, 4, 0, ACU_PRECISION_EXACT);
  g_assert_cmpint (width_twice, ==, width);
  g_assert_cmpint (height_twice, ==, height);
  /* Winograd's tiles lie elsewhere in a deeper net, so roundings differ. */
  for (int i = 0; i < 3 * width * height; i++)
    g_assert_cmpfloat_with_epsilon (direct[i], again[i], 2e-5 * MAX (1, fabsf (again[i])));
  g_free (once);
  g_free (again);
  g_free (direct);
  acu_net_unref (net);
  acu_net_unref (twice);
  g_rand_free (rand);
}

/* (picture * weights + picture), and before the sum, where asked for, layers that lead nowhere. */
static float *
run_with_unread (gboolean unread, int band_rows)
{
  GRand *rand = g_rand_new_with_seed (8), *others = g_rand_new_with_seed (9);
  AcuNet *net = acu_net_new ("unread");
  guint picture = 0, at = 0, aside = 0, both[2];
  int width = 11, height = 9;
  float in[11 * 9 * 3], *out;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  conv (net, rand, &at, 3, 3, 1, 1);
  if (unread)
    {
      acu_net_add (net, ACU_LAYER_SIGMOID, "unread", &aside, 1, &aside);
      conv (net, others, &aside, 3, 3, 1, 1);
    }
  both[0] = at;
  both[1] = picture;
  acu_net_add (net, ACU_LAYER_ADD, "sum", both, 2, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = (float) g_rand_double (rand);
  out = run_net (net, in, &width, &height, 2, band_rows, 0, ACU_PRECISION_EXACT);
  acu_net_unref (net);
  g_rand_free (rand);
  g_rand_free (others);
  return out;
}

static void
unread_layers (void)
{
  g_autofree float *plain = run_with_unread (FALSE, 0);

  for (int band_rows = 0; band_rows <= 4; band_rows += 2)
    {
      g_autofree float *with = run_with_unread (TRUE, band_rows);

      g_assert_true (memcmp (with, plain, 11 * 9 * 3 * sizeof (float)) == 0);
    }
}

/* Rows are handed over while others are made; a caller who takes no more gets none, whatever had begun. */
typedef struct Refusal
{
  const float *in;
  gsize row;
  int rows, calls;                /* taken before it refuses; after that */
} Refusal;

static gboolean
refusal_read (void *data, int y, int rows, float *pixels, GError **error)
{
  const Refusal *r = data;

  memcpy (pixels, r->in + y * r->row, rows * r->row * sizeof (float));
  return TRUE;
}

static gboolean
refusal_write (void *data, int y, int rows, const float *pixels, GError **error)
{
  Refusal *r = data;

  if (y + rows <= r->rows)
    return TRUE;
  r->calls++;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, "full");
  return FALSE;
}

static void
refused_rows (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new ("refused");
  const int width = 120, height = 90;
  g_autofree float *in = g_new0 (float, 3 * width * height);

  compact (net, rand);
  for (int band = 0; band <= 16; band += 8)
    for (int threads = 1; threads <= 3; threads++)
      {
        AcuPlan *plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, threads, 0, band, ACU_PRECISION_FAST, NULL);

        for (int rows = 0; rows < acu_plan_height (plan); rows += 50)
          {
            Refusal refusal = { in, 3 * width, rows };
            AcuPlanCallbacks callbacks = { refusal_read, refusal_write, NULL, &refusal };
            GError *error = NULL;

            g_assert_false (acu_plan_run (plan, &callbacks, &error));
            g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
            g_assert_cmpint (refusal.calls, ==, 1);
            g_clear_error (&error);
          }
        acu_plan_free (plan);
      }
  acu_net_unref (net);
  g_rand_free (rand);
}

/* Of a network that is nothing but the picture, what is read next lies where its result is. */
static void
picture_alone (void)
{
  const int width = 21, height = 70;
  AcuNet *net = acu_net_new ("picture");
  g_autofree float *in = g_new (float, 3 * width * height);

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  for (int i = 0; i < 3 * width * height; i++)
    in[i] = (float) i;
  for (guint b = 0; b < G_N_ELEMENTS (bands); b++)
    for (int threads = 1; threads <= 3; threads++)
      compare (net, in, width, height, in, threads, bands[b], 0, ACU_PRECISION_FAST);
  acu_net_unref (net);
}

/* Bytes of a plan of `layers` convolutions, four rows at a time. */
static guint64
bytes_of_chain (int layers, int height)
{
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("chain");
  guint at = 0;
  AcuPlan *plan;
  guint64 bytes;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 16;
  for (int i = 0; i < layers; i++)
    conv (net, rand, &at, 16, 3, 1, 1);
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), 1000, height, 1, 0, 4, ACU_PRECISION_FAST, NULL);
  bytes = acu_plan_bytes (plan);
  acu_plan_free (plan);
  acu_net_unref (net);
  g_rand_free (rand);
  return bytes;
}

/* Tiles of low pictures begin at the edge, for which rings are a little longer; those of high ones, or of deep nets, where rings should be short. */
static void
tiles_at_the_edge (void)
{
  g_assert_cmpuint (bytes_of_chain (20, 256), >, bytes_of_chain (20, 260) * 5 / 4);
  g_assert_cmpuint (bytes_of_chain (80, 256), <, bytes_of_chain (80, 260) * 101 / 100);
}

/* A device that makes as many operations a second as `speeds` says: convolutions, transposed ones, others. */
static double speeds[3];
static const AcuProgram *slow_program;
static gint64 longest_run;

static AcuExecutor *
slow_prepare (const AcuProgram *program, int threads, GError **error)
{
  slow_program = program;
  return acu_device_find ("cpu", NULL)->prepare (program, threads, error);
}

static gboolean
slow_run (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuStage *stage = &slow_program->stages[number];
  gint64 time = (gint64) (1e6 * stage->row_operations * rows
                          / speeds[stage->kind == ACU_STAGE_CONV2D ? 0 : stage->kind == ACU_STAGE_DECONV2D ? 1 : 2]);

  longest_run = MAX (longest_run, time);
  g_usleep (time);
  return TRUE;
}

static gboolean
ignore_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
gray_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  for (int i = 0; i < 48 * 3 * rows; i++)
    pixels[i] = 0.5f;
  return TRUE;
}

/* Cancel is heard between runs of the device, however fast it is at each kind of stage. */
static void
runs_are_short (void)
{
  const double all[][3] = { { 1e11, 5e8, 5e9 }, { 5e8, 1e11, 5e9 }, { 5e8, 5e8, 2e8 } };
  GRand *rand = g_rand_new_with_seed (4);
  AcuNet *net = acu_net_new ("slow");
  AcuDevice device = *acu_device_find ("cpu", NULL);
  const AcuPlanCallbacks callbacks = { gray_rows, ignore_rows, NULL, NULL };
  guint at = 0;
  AcuLayer *layer;

  device.prepare = slow_prepare;
  device.run = slow_run;
  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  conv (net, rand, &at, 32, 3, 1, 1);
  conv (net, rand, &at, 64, 3, 1, 1);
  acu_net_add (net, ACU_LAYER_SIGMOID, "sigmoid", &at, 1, &at);
  layer = acu_net_add (net, ACU_LAYER_DECONV2D, "deconv", &at, 1, &at);
  layer->channels = 16;
  layer->kernel_width = layer->kernel_height = 4;
  layer->stride = 2;
  layer->left = layer->right = layer->top = layer->bottom = 1;
  layer->weights = random_floats (rand, 16 * 64 * 4 * 4, 0.1);
  conv (net, rand, &at, 3, 3, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      GError *error = NULL;
      AcuPlan *plan = acu_plan_new (net, &device, 48, 192, 1, 0, 192 * 2, ACU_PRECISION_EXACT, &error);

      g_assert_no_error (error);
      memcpy (speeds, all[i], sizeof speeds);
      longest_run = 0;
      acu_plan_run (plan, &callbacks, &error);
      g_assert_no_error (error);
      g_assert_cmpint (longest_run, <, G_USEC_PER_SEC / 5);
      acu_plan_free (plan);
    }
  acu_net_unref (net);
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; sample_nets[i].name; i++)
    {
      g_autofree char *fast = g_strconcat ("/bands/fast/", sample_nets[i].name, NULL);
      g_autofree char *exact = g_strconcat ("/bands/exact/", sample_nets[i].name, NULL);

      g_test_add_data_func (fast, GUINT_TO_POINTER (2 * i + ACU_PRECISION_FAST), check);
      g_test_add_data_func (exact, GUINT_TO_POINTER (2 * i + ACU_PRECISION_EXACT), check);
    }
  g_test_add_func ("/bands/refused-rows", refused_rows);
  g_test_add_func ("/bands/picture-alone", picture_alone);
  g_test_add_func ("/bands/tiles-at-the-edge", tiles_at_the_edge);
  g_test_add_func ("/bands/refused", refused);
  g_test_add_func ("/bands/last-stages", last_stages_take_turns);
  g_test_add_func ("/bands/rings", rings_stay_short);
  g_test_add_func ("/bands/waiting", waiting_maps_take_turns);
  g_test_add_data_func ("/bands/gates/whole", GINT_TO_POINTER (FALSE), gates_are_fused);
  g_test_add_data_func ("/bands/gates/part", GINT_TO_POINTER (TRUE), gates_are_fused);
  g_test_add_func ("/bands/made-again", cheap_maps_are_made_again);
  g_test_add_func ("/bands/products-are-made-again", products_are_made_again);
  g_test_add_func ("/bands/repeated", repeated);
  g_test_add_func ("/bands/unread", unread_layers);
  g_test_add_func ("/bands/short-runs", runs_are_short);
  return g_test_run ();
}
