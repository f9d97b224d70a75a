/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions as products of matrices: by the shader's twin on any device, and by the device itself where it multiplies matrices. */
#include "vulkan_tests.h"

#include "vulkan/matrices.h"

#include <string.h>

typedef struct Way
{
  const char *name;
  gint32 matrices, side, together, rows;        /* as in AcuVulkanDevice and its tile; 0: as the device has it */
} Way;

static const Way ways[] = {
  { "twin", ACU_VULKAN_MATRICES_TWIN, 16, 32, 2 },
  { "device", ACU_VULKAN_MATRICES, 0, 0, 2 }
};

/* Convolutions made by matrices in the last program. */
static guint made_so;

static AcuExecutor *
noting_prepare (const AcuProgram *program, int threads, GError **error)
{
  made_so = 0;
  for (guint i = 0; i < program->n_stages; i++)
    made_so += acu_vulkan_by_matrices (program, &program->stages[i]);
  return acu_device_vulkan.prepare (program, threads, error);
}

static AcuVulkanDevice
device_with (const Way *way)
{
  AcuVulkanDevice device = *(const AcuVulkanDevice *) test_device ();

  device.base.prepare = noting_prepare;
  if (way->side)
    {
      device.side = way->side;
      device.together = way->together;
    }
  device.tile.matrices = way->matrices;
  device.tile.rows = way->rows;
  return device;
}

/* Kernels of 1, 3 and 5; channels that fill no matrix, and more than one workgroup makes; slices of several maps that end within a matrix; every kind of
 * end; a result for the host. */
static void
odd (AcuNet *net, GRand *rand)
{
  guint at = picture (net), one, two, joined;
  AcuLayer *last;

  conv (net, rand, &at, 22, 3, 1, 1);
  one = at;
  conv (net, rand, &at, 19, 5, 1, 2);
  acu_net_add (net, ACU_LAYER_SLOPE, "slope", &at, 1, &at)->weights = random_floats (rand, 19, 0.3);
  two = at;
  acu_net_add (net, ACU_LAYER_CONCAT, "join", (const guint[]) { one, two }, 2, &joined)->channels = 41;
  at = joined;
  conv (net, rand, &at, 83, 1, 1, 0);
  acu_net_add (net, ACU_LAYER_SWISH, "swish", &at, 1, &at);
  conv (net, rand, &at, 22, 1, 1, 0);
  acu_net_add (net, ACU_LAYER_ADD, "residual", (const guint[]) { at, one }, 2, &at)->scale[0] = 0.2f;
  /* Fewer rows and columns than it reads. */
  conv (net, rand, &at, 26, 3, 1, 2);
  last = conv (net, rand, &at, 12, 3, 1, 0);
  last->left = 1;
}

static const SampleNet odd_net = { "odd", odd };

/* Of each net: convolutions that are made by matrices in pictures of more than a pixel. Others read the picture or make three channels. */
static const struct
{
  const SampleNet *net;
  guint convolutions;
} nets[] = { { &odd_net, 5 }, { &sample_nets[3], 5 }, { &sample_nets[6], 3 } };

static const int sizes[][2] = { { 19, 11 }, { 1, 1 }, { 18, 1 }, { 1, 9 } };

typedef struct Case
{
  const Way *way;
  guint net;
  gboolean brief;
} Case;

static gsize
numbers_of (const AcuNet *net, int width, int height)
{
  g_autofree AcuShape *shapes = g_new (AcuShape, net->layers->len);
  guint last = net->layers->len - 1;

  g_assert_true (acu_net_infer (net, width, height, shapes, NULL));
  return (gsize) shapes[last].width * shapes[last].height * shapes[last].channels;
}

/* Like the processor; the same in bands, and once more. */
static void
like_the_processor (gconstpointer data)
{
  const Case *it = data;
  AcuVulkanDevice device = device_with (it->way);
  GRand *rand = g_rand_new_with_seed (5);
  AcuNet *net = acu_net_new ("matrices");

  nets[it->net].net->build (net, rand);
  for (guint s = 0; s < (it->brief ? 1 : G_N_ELEMENTS (sizes)); s++)
    {
      const int bands[] = { 0, 3 };
      int w = sizes[s][0], h = sizes[s][1];
      g_autofree float *in = draw_picture (rand, w, h), *wanted = reference (net, in, w, h), *whole = NULL;
      gsize n = numbers_of (net, w, h);

      whole = run_net_on (&device.base, net, in, &(int) { w }, &(int) { h }, 1, 0, 0, ACU_PRECISION_FAST);
      if (s == 0)
        g_assert_cmpuint (made_so, ==, nets[it->net].convolutions);
      assert_like (whole, wanted, n);
      for (guint b = 0; b < G_N_ELEMENTS (bands) && s == 0 && it->net == 0 && !it->brief; b++)
        {
          g_autofree float *again = run_net_on (&device.base, net, in, &(int) { w }, &(int) { h }, 1, bands[b], 0, ACU_PRECISION_FAST);

          g_assert_cmpmem (again, n * sizeof (float), whole, n * sizeof (float));
        }
    }
  if (it->net == 0 && !it->brief)
    assert_as_imagined (net, &device, 19, 11);
  acu_net_unref (net);
  g_rand_free (rand);
}

static void
simple (AcuNet *net, GRand *rand)
{
  guint at = picture (net);

  conv (net, rand, &at, 16, 3, 1, 1);
  conv (net, rand, &at, 16, 5, 1, 2);
  conv (net, rand, &at, 16, 1, 1, 0);
  conv (net, rand, &at, 12, 3, 1, 1);
}

/* Exact plans never round weights; what workgroups have no room for is made otherwise, and rightly. */
static void
left_out (gconstpointer data)
{
  AcuVulkanDevice device = device_with (data);
  GRand *rand = g_rand_new_with_seed (5);
  AcuNet *net = acu_net_new ("left out");
  g_autofree float *in = draw_picture (rand, 9, 5), *wanted = NULL, *made = NULL, *cramped = NULL;
  gsize n;

  simple (net, rand);
  n = numbers_of (net, 9, 5);
  wanted = reference (net, in, 9, 5);
  made = run_net_on (&device.base, net, in, &(int) { 9 }, &(int) { 5 }, 1, 0, 0, ACU_PRECISION_EXACT);
  g_assert_cmpuint (made_so, ==, 0);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (made[i], wanted[i], 1e-4f * MAX (1, ABS (wanted[i])));
  /* Not for kernels of 25 taps. */
  device.limits.maxComputeSharedMemorySize = 16384;
  cramped = run_net_on (&device.base, net, in, &(int) { 9 }, &(int) { 5 }, 1, 0, 0, ACU_PRECISION_FAST);
  g_assert_cmpuint (made_so, ==, 2);
  assert_like (cramped, wanted, n);
  acu_net_unref (net);
  g_rand_free (rand);
}

static gboolean
give_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  for (int i = 0; i < 3 * 12 * rows; i++)
    pixels[i] = 0.5f;
  return TRUE;
}

static gboolean
take_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

/* A weight that no number in 16 bits holds spoils no picture: fast plans say so. In the middle, and where the result is not kept in 16 bits. */
static void
large_weights (gconstpointer data)
{
  AcuVulkanDevice device = device_with (data);
  const AcuPlanCallbacks callbacks = { give_rows, take_rows, NULL, NULL };

  for (int where = 0; where < 3; where++)
    {
      GRand *rand = g_rand_new_with_seed (5);
      AcuNet *net = acu_net_new ("large");
      guint at = picture (net);
      GError *error = NULL;
      AcuPlan *plan;

      conv (net, rand, &at, 16, 3, 1, 1);
      for (int layer = 0; layer < 2; layer++)
        {
          AcuLayer *middle = conv (net, rand, &at, 16, 3, 1, 1);

          if (where != layer)
            continue;
          g_clear_pointer (&middle->weights, g_bytes_unref);
          middle->weights = equal_floats (16 * 16 * 9, 1e5f);
        }
      plan = acu_plan_new (net, &device.base, 12, 10, 1, 0, 0, ACU_PRECISION_FAST, &error);
      g_assert_no_error (error);
      acu_plan_run (plan, &callbacks, &error);
      g_assert_cmpuint (made_so, ==, 2);
      if (where < 2)
        g_assert_error (error, ACU_ERROR, ACU_ERROR_RANGE);
      else
        g_assert_no_error (error);
      g_clear_error (&error);
      acu_plan_free (plan);
      acu_net_unref (net);
      g_rand_free (rand);
    }
}

void
add_matrix_tests (gboolean brief)
{
  static Case cases[G_N_ELEMENTS (ways) * G_N_ELEMENTS (nets)];
  guint n = 0;

  for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
    {
      g_autofree char *out = g_strdup_printf ("/vulkan/matrices/%s/left-out", ways[w].name);
      g_autofree char *large = g_strdup_printf ("/vulkan/matrices/%s/large-weights", ways[w].name);

      if (ways[w].matrices == ACU_VULKAN_MATRICES && ((const AcuVulkanDevice *) test_device ())->side == 0)
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (nets); i++)
        {
          g_autofree char *path = g_strdup_printf ("/vulkan/matrices/%s/%s", ways[w].name, nets[i].net->name);

          if (brief && i > 0)
            continue;
          cases[n] = (Case) { &ways[w], i, brief };
          g_test_add_data_func (path, &cases[n++], like_the_processor);
        }
      if (brief)
        continue;
      g_test_add_data_func (out, &ways[w], left_out);
      g_test_add_data_func (large, &ways[w], large_weights);
    }
}
