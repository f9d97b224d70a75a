/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of bfloat16 numbers in whole networks, and which layers may have them. On a processor without tiles the C reference does them. */
#include "coarse.h"
#include "run_net.h"

#include <acuity/model.h>
#include <math.h>
#include <string.h>

static gboolean
quick (void)
{
  return TRUE;
}

static AcuDevice
quick_device (void)
{
  AcuDevice device = *acu_device_find ("cpu", NULL);

  device.bf16_quick = device.block_quick = quick;
  return device;
}

static guint
convolve (AcuNet *net, GRand *rand, const guint *inputs, guint n, int in, int out, int kernel, double gain)
{
  guint at = inputs[0];
  AcuLayer *layer;

  if (n > 1)
    acu_net_add (net, ACU_LAYER_CONCAT, "concat", inputs, n, &at)->channels = in;
  layer = acu_net_add (net, ACU_LAYER_CONV2D, "conv", &at, 1, &at);
  layer->channels = out;
  layer->kernel_width = layer->kernel_height = kernel;
  layer->stride = 1;
  layer->left = layer->right = layer->top = layer->bottom = kernel / 2;
  layer->weights = random_floats (rand, (gsize) in * out * kernel * kernel, gain / sqrt (in * kernel * kernel));
  layer->bias = random_floats (rand, out, 0.1);
  return at;
}

static guint
slope (AcuNet *net, GRand *rand, guint at, int channels)
{
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_SLOPE, "slope", &at, 1, &at);

  layer->weights = random_floats (rand, channels, 0.3);
  return at;
}

/* Chains, a concatenation of unequal slices, a residual, channels that do not fill a run, and a large kernel. `gain`: of the last convolution. */
static AcuNet *
make_net (double gain)
{
  AcuNet *net = acu_net_new ("test");
  GRand *rand = g_rand_new_with_seed (5);
  guint at, a, b, c, first, sum[2];

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 3;
  a = slope (net, rand, convolve (net, rand, &at, 1, 3, 48, 3, 2), 48);
  first = slope (net, rand, convolve (net, rand, &a, 1, 48, 48, 3, 2), 48);
  b = slope (net, rand, convolve (net, rand, &first, 1, 48, 16, 3, 2), 16);
  c = slope (net, rand, convolve (net, rand, (guint[]) { a, b }, 2, 64, 32, 5, 2), 32);
  c = convolve (net, rand, (guint[]) { a, b, c }, 3, 96, 48, 3, 2);
  sum[0] = c;
  sum[1] = first;
  acu_net_add (net, ACU_LAYER_ADD, "sum", sum, 2, &c)->scale[0] = 0.2f;
  ((AcuLayer *) g_ptr_array_index (net->layers, c))->scale[1] = 1;
  ((AcuLayer *) g_ptr_array_index (net->layers, c))->channels = 48;
  convolve (net, rand, &c, 1, 48, 3, 3, gain);
  g_rand_free (rand);
  return net;
}

/* Down, up, and a sum with a part of what was before: windows that share no pixels, and maps that only convolutions read. */
static AcuNet *
make_u_net (void)
{
  AcuNet *net = acu_net_new ("u");
  GRand *rand = g_rand_new_with_seed (6);
  guint at, before, parts[2];
  AcuLayer *l;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 3;
  l = acu_net_add (net, ACU_LAYER_PAD, "border", &at, 1, &at);
  l->left = l->right = l->top = l->bottom = 4;
  l->align = 2;
  at = before = slope (net, rand, convolve (net, rand, &at, 1, 3, 32, 3, 2), 32);
  at = convolve (net, rand, &at, 1, 32, 64, 2, 2);
  l = g_ptr_array_index (net->layers, at);
  l->stride = 2;
  l->left = l->right = l->top = l->bottom = 0;
  at = convolve (net, rand, &at, 1, 64, 48, 3, 2);
  l = g_ptr_array_index (net->layers, at);
  l->left = l->right = l->top = l->bottom = 0;
  l = acu_net_add (net, ACU_LAYER_DECONV2D, "up", &at, 1, &at);
  l->channels = 32;
  l->kernel_width = l->kernel_height = l->stride = 2;
  l->weights = random_floats (rand, 32 * 48 * 4, 0.3);
  l->bias = random_floats (rand, 32, 0.3);
  parts[0] = slope (net, rand, at, 32);
  l = acu_net_add (net, ACU_LAYER_CROP, "part", &before, 1, &parts[1]);
  l->left = l->top = 3;
  l->right = l->bottom = 1;
  l = acu_net_add (net, ACU_LAYER_ADD, "sum", parts, 2, &at);
  l->scale[0] = 0.7f;
  l->scale[1] = -1.2f;
  at = convolve (net, rand, &at, 1, 32, 16, 3, 2);
  convolve (net, rand, &at, 1, 16, 3, 3, 1);
  g_rand_free (rand);
  return net;
}

static guint
set_all (AcuNet *net, AcuCoarseness coarse)
{
  guint n = 0;

  for (guint i = 0; i < net->layers->len; i++)
    {
      AcuLayer *layer = g_ptr_array_index (net->layers, i);

      layer->coarse = layer->kind == ACU_LAYER_CONV2D || layer->kind == ACU_LAYER_DECONV2D ? coarse : ACU_FINE;
      n += layer->coarse == coarse;
    }
  return n;
}

static float *
make_picture (int width, int height)
{
  float *picture = g_new (float, (gsize) width * height * 3);

  for (int i = 0; i < width * height * 3; i++)
    picture[i] = (float) ((i * 37) % 101) / 100;
  return picture;
}

/* The same numbers for any bands and threads, close to exact ones. */
static void
check_runs (AcuNet *net, AcuCoarseness coarse, int picture_width, int picture_height)
{
  AcuDevice device = quick_device ();
  g_autofree float *picture = make_picture (picture_width, picture_height), *exact = NULL, *whole = NULL;
  float worst = 0, largest = 0;
  int width = picture_width, height = picture_height;
  gsize n;

  set_all (net, ACU_FINE);
  exact = run_net_on (&device, net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
  n = (gsize) width * height * 3;
  g_assert_cmpint (set_all (net, coarse), ==, 6);
  width = picture_width;
  height = picture_height;
  whole = run_net_on (&device, net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_FAST);
  for (gsize k = 0; k < n; k++)
    {
      worst = MAX (worst, fabsf (whole[k] - exact[k]));
      largest = MAX (largest, fabsf (exact[k]));
    }
  g_assert_cmpfloat (worst, >, 0);
  g_assert_cmpfloat (worst, <, (coarse == ACU_COARSE ? 0.02f : 0.001f) * largest);
  for (int bands = 1; bands < 40; bands *= 3)
    {
      g_autofree float *part = NULL;

      width = picture_width;
      height = picture_height;
      part = run_net_on (&device, net, picture, &width, &height, 1 + bands % 4, bands, 0, ACU_PRECISION_FAST);
      g_assert_cmpmem (whole, n * sizeof (float), part, n * sizeof (float));
    }
}

static void
test_runs (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 9 }, { 17, 3 }, { 64, 2 }, { 67, 18 }, { 150, 7 } };
  AcuNet *net = make_net (1), *u = make_u_net ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (AcuCoarseness coarse = ACU_BLOCKS; coarse <= ACU_COARSE; coarse++)
      {
        check_runs (net, coarse, sizes[i][0], sizes[i][1]);
        check_runs (u, coarse, sizes[i][0], sizes[i][1]);
      }
  acu_net_unref (net);
  acu_net_unref (u);
}

/* Neither where Winograd is as quick nor where sums of whole numbers, or memory for them, might become too large. */
static void
test_blocks (void)
{
  AcuDevice device = quick_device ();

  g_assert_true (acu_plan_prefers_blocks (&device, 64, 256));
  g_assert_true (acu_plan_prefers_blocks (&device, ACU_STAGE_BLOCK_CHANNELS, 32));
  g_assert_false (acu_plan_prefers_blocks (&device, ACU_STAGE_BLOCK_CHANNELS + 16, 32));
  g_assert_false (acu_plan_prefers_blocks (&device, 65536, 16));
  g_assert_true (acu_plan_prefers_blocks (&device, 16, ACU_STAGE_BLOCK_CHANNELS));
  g_assert_false (acu_plan_prefers_blocks (&device, 16, ACU_STAGE_BLOCK_CHANNELS + 16));
  g_assert_false (acu_plan_prefers_blocks (&device, 128, 128));
  g_assert_false (acu_plan_prefers_blocks (&device, 24, 32));
  device.block_quick = NULL;
  g_assert_false (acu_plan_prefers_blocks (&device, 64, 64));
}

/* What is kept, where the algorithm stands: nothing is made bfloat16 twice, and maps that sums read stay what they are. */
static void
test_plan (void)
{
  AcuDevice device = quick_device ();
  AcuNet *net = make_net (1), *u = make_u_net ();
  AcuPlan *plan;
  g_autofree char *text = NULL, *plain = NULL, *folded = NULL, *blocks = NULL;

  set_all (net, ACU_BLOCKS);
  plan = acu_plan_new (net, &device, 64, 64, 1, 0, 0, ACU_PRECISION_FAST, NULL);
  blocks = acu_plan_print (plan);
  acu_plan_free (plan);
  g_test_message ("%s", blocks);
  g_assert_nonnull (strstr (blocks, "block i16 3×3 +slope -> 48 × 64 × 64 f16"));
  g_assert_nonnull (strstr (blocks, "block i16 3×3 +residual -> 48 × 64 × 64"));
  g_assert_null (strstr (blocks, "bf16"));
  set_all (net, ACU_COARSE);
  plan = acu_plan_new (net, &device, 64, 64, 1, 0, 0, ACU_PRECISION_FAST, NULL);
  text = acu_plan_print (plan);
  acu_plan_free (plan);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "bf16 5×5 +slope -> 32 × 64 × 64 bf16"));
  g_assert_nonnull (strstr (text, "bf16 3×3 +slope -> 16 × 64 × 64 bf16"));
  /* What is added at the end. */
  g_assert_nonnull (strstr (text, "bf16 3×3 +slope -> 48 × 64 × 64 f16"));
  set_all (u, ACU_COARSE);
  plan = acu_plan_new (u, &device, 64, 64, 1, 0, 0, ACU_PRECISION_FAST, NULL);
  folded = acu_plan_print (plan);
  acu_plan_free (plan);
  g_test_message ("%s", folded);
  g_assert_nonnull (strstr (folded, "bf16 2×2 -> 64 × 36 × 36 bf16"));
  /* The transposed convolution adds the part itself. */
  g_assert_nonnull (strstr (folded, "bf16 2×2 +slope +residual -> 32 × 68 × 68 bf16"));
  g_assert_null (strstr (folded, " add "));
  g_assert_null (strstr (folded, "crop"));
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), 64, 64, 1, 0, 0, ACU_PRECISION_EXACT, NULL);
  plain = acu_plan_print (plan);
  acu_plan_free (plan);
  g_assert_null (strstr (plain, "bf16"));
  acu_net_unref (net);
  acu_net_unref (u);
}

static guint
count (const AcuNet *net)
{
  guint n = 0;

  for (guint i = 0; i < net->layers->len; i++)
    n += acu_net_layer (net, i)->coarse == ACU_COARSE;
  return n;
}

static guint trials;
static int threads_of_trials;

static AcuExecutor *
prepare_counted (const AcuProgram *program, int threads, GError **error)
{
  trials++;
  threads_of_trials = threads;
  return acu_device_find ("cpu", NULL)->prepare (program, threads, error);
}

/* Chosen once, then found; fewer where their noise is large; and none where it is not quicker. */
static void
test_choice (void)
{
  AcuDevice device = quick_device ();
  AcuNet *net = make_net (1), *again = make_net (1), *loud = make_net (40);
  guint before;

  device.prepare = prepare_counted;
  acu_net_choose_coarse (net, &device, 3);
  g_test_message ("%u of 6 layers by %u trials", count (net), trials);
  g_assert_cmpuint (trials, >, 0);
  g_assert_cmpint (threads_of_trials, ==, 3);
  /* All but those with three channels. */
  g_assert_cmpuint (count (net), ==, 4);
  before = trials;
  acu_net_choose_coarse (again, &device, 3);
  g_assert_cmpuint (trials, ==, before);
  for (guint i = 0; i < net->layers->len; i++)
    g_assert_cmpint (acu_net_layer (net, i)->coarse, ==, acu_net_layer (again, i)->coarse);
  acu_net_choose_coarse (loud, &device, 3);
  g_test_message ("%u of 6 layers of the loud one by %u trials", count (loud), trials - before);
  g_assert_cmpuint (count (loud), <, 4);
  /* The others leave products of low bytes out. */
  for (guint i = 0; i < loud->layers->len; i++)
    if (acu_net_layer (loud, i)->kind == ACU_LAYER_CONV2D && acu_net_layer (loud, i)->channels % 16 == 0 && acu_net_layer (loud, acu_net_layer (loud, i)->inputs[0])->kind != ACU_LAYER_INPUT)
      g_assert_cmpint (acu_net_layer (loud, i)->coarse, >=, ACU_BLOCKS);
  set_all (net, ACU_FINE);
  device.bf16_quick = device.block_quick = NULL;
  acu_net_choose_coarse (net, &device, 3);
  g_assert_cmpuint (count (net), ==, 0);
  acu_net_unref (net);
  acu_net_unref (again);
  acu_net_unref (loud);
}

/* Names and choices: "a+; b; c-" is a coarse layer a, a fine layer b, and a layer c without products of low bytes. */
static AcuNet *
named (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, "; ", 0);
  AcuNet *net = acu_net_new ("test");

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 16;
  for (int i = 0; words[i]; i++)
    {
      AcuCoarseness coarse = g_str_has_suffix (words[i], "+") ? ACU_COARSE : g_str_has_suffix (words[i], "-") ? ACU_BLOCKS : ACU_FINE;
      g_autofree char *name = g_strndup (words[i], strlen (words[i]) - (coarse != ACU_FINE));
      const guint at = (guint) i;

      acu_net_add (net, ACU_LAYER_CONV2D, name, &at, 1, NULL)->coarse = coarse;
    }
  return net;
}

/* A diffusion network of other steps takes over what was found out for the usual number. */
static void
test_copied (void)
{
  AcuNet *from = named ("a+; b; c+; d-; a (step 2)+; b (step 2)+; c (step 2); d (step 2)+"), *to = named ("a; b+; c+; a (step 2); b (step 2)+; a (step 3); b (step 3); c (step 3)+; d; new+");
  static const AcuCoarseness expected[] = { ACU_COARSE, ACU_FINE, ACU_FINE, ACU_COARSE, ACU_FINE, ACU_COARSE, ACU_FINE, ACU_FINE, ACU_BLOCKS, ACU_FINE };

  acu_net_copy_coarse (to, from);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (acu_net_layer (to, i + 1)->coarse, ==, expected[i]);
  acu_net_unref (from);
  acu_net_unref (to);
}

static AcuExecutor *
prepare_and_stop (const AcuProgram *program, int threads, GError **error)
{
  acu_models_stop_measuring ();
  return prepare_counted (program, threads, error);
}

/* In the middle; for good, so this test is the last. */
static void
test_stopped (void)
{
  AcuDevice device = quick_device ();
  AcuNet *net = make_net (2);
  guint before = trials;

  device.prepare = prepare_and_stop;
  for (int i = 0; i < 2; i++)
    {
      acu_net_choose_coarse (net, &device, 3);
      g_assert_cmpuint (trials, ==, before + 1);
      g_assert_cmpuint (count (net), ==, 0);
    }
  acu_net_unref (net);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/coarse/runs", test_runs);
  g_test_add_func ("/coarse/blocks", test_blocks);
  g_test_add_func ("/coarse/plan", test_plan);
  g_test_add_func ("/coarse/choice", test_choice);
  g_test_add_func ("/coarse/copied", test_copied);
  g_test_add_func ("/coarse/stopped", test_stopped);
  return g_test_run ();
}
