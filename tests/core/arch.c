/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Architectures built from named tensors: new weights become nets that enlarge by what they should, and saving and loading changes nothing. */
#include "run_net.h"

#include "arch.h"
#include "builder.h"
#include "create.h"
#include "save_safetensors.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static const struct
{
  const char *key;
  int scale, channels, blocks;
  int step;                       /* sides that can be learnt from are multiples of it; 0: all can */
} rows[] = {
  { "compact", 2, 16, 2 }, { "compact", 3, 20, 1 }, { "compact", 4, 16, 3 }, { "srcnn", 2, 16, 0 }, { "srcnn", 3, 64, 0 },
  { "fsrcnn", 2, 0, 0 }, { "fsrcnn", 3, 24, 2 }, { "fsrcnn", 4, 0, 0 }, { "espcn", 2, 0, 0 }, { "espcn", 3, 20, 0 },
  { "srresnet", 2, 16, 2 }, { "srresnet", 3, 16, 1 }, { "srresnet", 4, 16, 2 }, { "rrdb", 4, 16, 1 }, { "span", 2, 16, 0 },
  { "span", 4, 12, 0 }, { "text-mask", 1, 16, 4, 4 }, { "text-mask", 1, 24, 2, 4 }, { "half", 2, 16, 2, 2 }, { "half", 3, 16, 1, 2 },
  { "half", 4, 32, 1, 2 },
};

static AcuWeights *
create (gsize row, guint64 seed)
{
  AcuArchOptions options = { rows[row].key, rows[row].scale, rows[row].channels, rows[row].blocks };
  GError *error = NULL;
  AcuWeights *weights = acu_arch_create (&options, seed, &error);

  g_assert_no_error (error);
  return weights;
}

static AcuNet *
build (const AcuWeights *weights, gboolean training)
{
  GError *error = NULL;
  AcuNet *net = training ? acu_arch_build_training (weights, &error) : acu_arch_build (weights, &error);

  g_assert_no_error (error);
  return net;
}

static float *
run (const AcuNet *net, int width, int height)
{
  GRand *rand = g_rand_new_with_seed (5);
  g_autofree float *picture = g_new (float, (gsize) width * height * 3);

  for (int i = 0; i < width * height * 3; i++)
    picture[i] = (float) g_rand_double (rand);
  g_rand_free (rand);
  return run_net (net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
}

/* Made longer here than new weights are, so that every tensor matters. */
static AcuWeights *
lively (gsize row)
{
  AcuWeights *weights = create (row, 3);
  GRand *rand = g_rand_new_with_seed (9);

  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);
      float *numbers = (float *) (void *) tensor->data;

      for (guint64 k = 0; k < tensor->count; k++)
        if (g_str_has_suffix (tensor->name, "bias"))
          numbers[k] = (float) g_rand_double_range (rand, -0.1, 0.1);
    }
  g_rand_free (rand);
  return weights;
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 7, 5 }, { 1, 9 }, { 8, 12 } };

  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      AcuWeights *weights = lively (row);
      AcuNet *net = build (weights, FALSE), *training = build (weights, TRUE);

      g_assert_cmpint (net->scale, ==, rows[row].scale);
      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          gsize n = (gsize) sizes[s][0] * sizes[s][1] * rows[row].scale * rows[row].scale * 3;
          g_autofree float *a = run (net, sizes[s][0], sizes[s][1]), *b = NULL;
          gboolean divides = !rows[row].step || (sizes[s][0] % rows[row].step == 0 && sizes[s][1] % rows[row].step == 0);
          double energy = 0;

          b = run (divides ? training : net, sizes[s][0], sizes[s][1]);

          for (gsize i = 0; i < n; i++)
            {
              if (!(fabsf (a[i] - b[i]) <= 1e-4f * (1 + fabsf (a[i]))))
                g_error ("%s: the form for training makes %g instead of %g", rows[row].key, b[i], a[i]);
              energy += fabs (a[i]);
            }
          g_assert_cmpfloat (energy, >, 0);
        }
      acu_net_unref (net);
      acu_net_unref (training);
      acu_weights_free (weights);
    }
}

static void
test_saved (void)
{
  g_autofree char *folder = g_dir_make_tmp ("acuity-arch-XXXXXX", NULL), *path = g_build_filename (folder, "a.safetensors", NULL);

  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      AcuWeights *weights = lively (row), *loaded;
      g_autofree AcuValues *values = g_new0 (AcuValues, weights->tensors->len);
      g_autofree char *scale = g_strdup_printf ("%d", rows[row].scale);
      const char *metadata[] = { "scale", scale, "a key", "“quoted” \\ text\n", NULL };
      AcuNet *net = build (weights, FALSE), *again;
      g_autofree float *a = run (net, 6, 4), *b = NULL;
      GError *error = NULL;

      for (guint i = 0; i < weights->tensors->len; i++)
        {
          const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);

          values[i] = (AcuValues) { tensor->name, tensor->dimensions, { 0 }, (const float *) (const void *) tensor->data };
          memcpy (values[i].shape, tensor->shape, sizeof tensor->shape);
        }
      acu_save_safetensors (path, values, weights->tensors->len, ACU_TENSOR_F32, metadata, &error);
      g_assert_no_error (error);
      loaded = acu_load_weights (path, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (acu_weights_metadata (loaded, "a key"), ==, "“quoted” \\ text\n");
      again = build (loaded, FALSE);
      b = run (again, 6, 4);
      g_assert_cmpmem (a, 6 * 4 * 3 * sizeof (float), b, 6 * 4 * 3 * sizeof (float));
      acu_net_unref (net);
      acu_net_unref (again);
      acu_weights_free (weights);
      acu_weights_free (loaded);
    }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_refused (void)
{
  static const AcuArchOptions options[] = { { "unknown" }, { "rrdb", 3 }, { "compact", 9 }, { "compact", 2, 513 }, { "compact", 2, 0, -1 },
                                             { "text-mask", 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      GError *error = NULL;

      g_assert_null (acu_arch_create (&options[i], 1, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
      g_error_free (error);
    }
  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      guint n;
      AcuWeights *weights = create (row, 1);

      /* Without any one of its tensors it is refused, or another sound network. */
      n = weights->tensors->len;
      for (guint i = 0; i < n; i++)
        {
          AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);
          GError *error = NULL;
          AcuNet *net;

          g_hash_table_remove (weights->by_name, tensor->name);
          net = acu_arch_build (weights, &error);
          if (g_str_has_suffix (tensor->name, ".weight") && !g_str_has_prefix (tensor->name, "residual")
              && !g_str_has_prefix (tensor->name, "upscale") && !g_str_equal (rows[row].key, "span"))
            g_assert_true (!net || acu_net_layer (net, 1)->channels > 0);
          g_assert_true ((net == NULL) == (error != NULL));
          g_clear_error (&error);
          if (net)
            acu_net_unref (net);
          g_hash_table_insert (weights->by_name, tensor->name, tensor);
        }
      acu_weights_free (weights);
    }
}

/* Judges make a score for a picture, or one a pixel, and are refused where a picture is wanted. */
static void
test_judges (void)
{
  static const struct { const char *key; int side; } judges[] = { { "vgg-discriminator", 1 }, { "unet-discriminator", 16 } };

  for (gsize i = 0; i < G_N_ELEMENTS (judges); i++)
    {
      AcuArchOptions options = { judges[i].key, 1, 8, 2 };
      AcuWeights *weights = acu_arch_create (&options, 1, NULL);
      AcuNet *net = build (weights, TRUE);
      g_autofree AcuShape *shapes = g_new (AcuShape, net->layers->len);
      GError *error = NULL;

      g_assert_true (acu_net_infer (net, 16, 16, shapes, NULL));
      g_assert_cmpint (shapes[net->layers->len - 1].channels, ==, 1);
      g_assert_cmpint (shapes[net->layers->len - 1].width, ==, judges[i].side);
      g_assert_null (acu_arch_build (weights, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
      g_error_free (error);
      acu_net_unref (net);
      acu_weights_free (weights);
    }
}

/* Pictures of any size, and the same whatever the bands; within 0..1; three channels that are alike, and marked as what it is. */
static void
test_mask (void)
{
  AcuArchOptions options = { "text-mask" };
  AcuWeights *weights = acu_arch_create (&options, 4, NULL), *again;
  AcuNet *net;
  const AcuTensor *last = acu_weights_find (weights, "mask.weight");
  float *numbers = (float *) (void *) last->data, lowest = 1, highest = 0;
  GRand *rand = g_rand_new_with_seed (6);
  g_autofree float *large = NULL, *small = NULL, *rows_by_one = NULL, *whole = NULL, *cut = g_new (float, 13 * 10 * 3);

  g_assert_cmpint (last->shape[1], ==, 32);
  for (guint64 i = 0; i < last->count; i++)
    numbers[i] *= 30;
  net = build (weights, FALSE);
  g_assert_true (net->marks);
  g_assert_cmpstr (net->architecture, ==, "text mask");
  g_assert_cmpint (net->scale, ==, 1);
  /* No negative part, whatever the numbers are. */
  for (guint i = 0; i < net->layers->len; i++)
    if (acu_net_layer (net, i)->kind == ACU_LAYER_BICUBIC)
      g_assert_cmpfloat (acu_net_layer (net, i)->cubic, ==, 0);
  large = g_new (float, 16 * 12 * 3);
  for (int i = 0; i < 16 * 12 * 3; i++)
    large[i] = (float) g_rand_double (rand);
  /* Its edges go on as the border does. */
  for (int y = 0; y < 12; y++)
    for (int x = 0; x < 16; x++)
      memcpy (large + (y * 16 + x) * 3, large + (MIN (y, 9) * 16 + MIN (x, 12)) * 3, 3 * sizeof (float));
  for (int y = 0; y < 10; y++)
    memcpy (cut + y * 13 * 3, large + y * 16 * 3, 13 * 3 * sizeof (float));
  {
    int width = 16, height = 12;

    whole = run_net (net, large, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
    width = 13;
    height = 10;
    small = run_net (net, cut, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
    g_assert_cmpint (width, ==, 13);
    g_assert_cmpint (height, ==, 10);
    rows_by_one = run_net (net, cut, &width, &height, 2, 1, 0, ACU_PRECISION_EXACT);
  }
  g_assert_cmpmem (small, 13 * 10 * 3 * sizeof (float), rows_by_one, 13 * 10 * 3 * sizeof (float));
  for (int y = 0; y < 10; y++)
    g_assert_cmpmem (small + y * 13 * 3, 13 * 3 * sizeof (float), whole + y * 16 * 3, 13 * 3 * sizeof (float));
  for (int i = 0; i < 13 * 10; i++)
    {
      g_assert_true (small[3 * i] == small[3 * i + 1] && small[3 * i] == small[3 * i + 2]);
      lowest = MIN (lowest, small[3 * i]);
      highest = MAX (highest, small[3 * i]);
    }
  g_assert_cmpfloat (lowest, >=, 0);
  g_assert_cmpfloat (highest, <=, 1);
  g_assert_cmpfloat (highest - lowest, >, 0.2f);
  acu_net_unref (net);
  options.architecture = "compact";
  again = acu_arch_create (&options, 4, NULL);
  net = build (again, FALSE);
  g_assert_false (net->marks);
  acu_net_unref (net);
  acu_weights_free (again);
  acu_weights_free (weights);
  g_rand_free (rand);
}

static float
number_at (gsize i)
{
  return (float) (i * 7919 % 101) / 50 - 1;
}

/* Weights of these shapes with numbers of all kinds in them, but nothing in tensors called `empty`. */
static AcuWeights *
make_weights (AcuValues *values, guint n, const char *empty)
{
  AcuWeights *weights;

  for (guint i = 0; i < n; i++)
    {
      gsize count = acu_values_count (&values[i]);
      float *numbers = g_new0 (float, count);

      for (gsize k = 0; k < count && g_strcmp0 (values[i].name, empty) != 0; k++)
        numbers[k] = number_at (k + i);
      values[i].values = numbers;
    }
  weights = acu_weights_from_values ("made.pth", values, n, NULL);
  for (guint i = 0; i < n; i++)
    g_free ((float *) values[i].values);
  return weights;
}

/* Between the middles of the picture's pixels; beyond them, the nearest. */
static float
bilinear (const float *picture, int width, int height, int scale, int x, int y, int channel)
{
  double fx = CLAMP ((x + 0.5) / scale - 0.5, 0, width - 1), fy = CLAMP ((y + 0.5) / scale - 0.5, 0, height - 1);
  int x0 = (int) fx, y0 = (int) fy, x1 = MIN (x0 + 1, width - 1), y1 = MIN (y0 + 1, height - 1);
  double upper = picture[(y0 * width + x0) * 3 + channel] * (1 - fx + x0) + picture[(y0 * width + x1) * 3 + channel] * (fx - x0);
  double lower = picture[(y1 * width + x0) * 3 + channel] * (1 - fx + x0) + picture[(y1 * width + x1) * 3 + channel] * (fx - x0);

  return (float) (upper * (1 - fy + y0) + lower * (fy - y0));
}

/* With nothing in its last convolution, MSRResNet makes what bilinear interpolation makes. */
static void
test_bilinear (void)
{
  for (guint scale = 2; scale <= 4; scale++)
    {
      guint factor = scale == 3 ? 3 : 2;
      AcuValues values[] = {
        { "conv_first.weight", 4, { 2, 3, 3, 3 } }, { "body.0.conv1.weight", 4, { 2, 2, 3, 3 } }, { "body.0.conv2.weight", 4, { 2, 2, 3, 3 } },
        { "upconv1.weight", 4, { 2 * factor * factor, 2, 3, 3 } }, { "conv_hr.weight", 4, { 2, 2, 3, 3 } }, { "conv_last.weight", 4, { 3, 2, 3, 3 } },
        { "upconv2.weight", 4, { 8, 2, 3, 3 } }
      };
      AcuWeights *weights = make_weights (values, scale == 4 ? 7 : 6, "conv_last.weight");
      AcuNet *net = build (weights, FALSE);
      int sizes[][2] = { { 5, 4 }, { 1, 1 }, { 1, 3 } };

      g_assert_cmpint (net->scale, ==, scale);
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          int in_width = sizes[s][0], in_height = sizes[s][1], width = in_width, height = in_height;
          float picture[5 * 4 * 3];
          g_autofree float *result = NULL;

          for (gsize i = 0; i < G_N_ELEMENTS (picture); i++)
            picture[i] = number_at (i);
          result = run_net (net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
          for (int i = 0; i < width * height * 3; i++)
            g_assert_cmpfloat_with_epsilon (result[i], bilinear (picture, in_width, in_height, (int) scale, i / 3 % width, i / 3 / width, i % 3), 1e-6);
        }
      acu_net_unref (net);
      acu_weights_free (weights);
    }
}

/* A convolution on a picture whose squares of pixels lie in its channels, worked out by hand. */
static void
test_unshuffled (void)
{
  enum { WIDTH = 8, HEIGHT = 4 };
  float picture[WIDTH * HEIGHT * 3];

  for (gsize i = 0; i < G_N_ELEMENTS (picture); i++)
    picture[i] = number_at (i);
  for (int factor = 2; factor <= 4; factor += 2)
    {
      AcuValues values[] = { { "c.weight", 4, { 3, 3u * (guint) (factor * factor), 3, 3 } }, { "c.bias", 1, { 3 } } };
      AcuWeights *weights = make_weights (values, G_N_ELEMENTS (values), NULL);
      AcuNet *net = acu_net_new ("made");
      AcuBuilder b = { net, weights, FALSE, NULL };
      int width = WIDTH, height = HEIGHT;
      g_autofree float *result = NULL;

      acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
      acu_build_conv_unshuffled (&b, "c", 0, factor, 1);
      result = run_net (net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
      g_assert_true (width == WIDTH / factor && height == HEIGHT / factor);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          for (int o = 0; o < 3; o++)
            {
              double sum = number_at (1 + (gsize) o);

              for (int i = 0; i < 3 * factor * factor; i++)
                for (int t = 0; t < 9; t++)
                  {
                    int from_x = x + t % 3 - 1, from_y = y + t / 3 - 1, inside = i % (factor * factor);

                    if (from_x >= 0 && from_x < width && from_y >= 0 && from_y < height)
                      sum += number_at ((gsize) (o * 3 * factor * factor + i) * 9 + t)
                             * picture[((from_y * factor + inside / factor) * WIDTH + from_x * factor + inside % factor) * 3 + i / (factor * factor)];
                  }
              g_assert_cmpfloat_with_epsilon (result[(y * width + x) * 3 + o], sum, 2e-5);
            }
      acu_net_unref (net);
      acu_weights_free (weights);
    }
}

/* What an architecture has no place for says that the network is another. */
static void
test_unused (void)
{
  static const char *const names[] = { "body.0.weight_g", "body.1.bn.weight", "else", "body.3.weight" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      AcuValues values[] = { { "body.0.weight", 4, { 2, 3, 3, 3 } }, { "body.2.weight", 4, { 12, 2, 3, 3 } }, { names[i], 1, { 2 } } };
      AcuWeights *weights = make_weights (values, 3, NULL), *without = make_weights (values, 2, NULL);
      AcuNet *net = build (without, FALSE);
      GError *error = NULL;

      g_assert_null (acu_arch_build (weights, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, names[i]));
      g_error_free (error);
      acu_net_unref (net);
      acu_weights_free (weights);
      acu_weights_free (without);
    }
}

static void
test_seeds (void)
{
  AcuWeights *a = create (0, 1), *b = create (0, 1), *c = create (0, 2);
  const AcuTensor *first = acu_weights_find (a, "body.0.weight"), *other = acu_weights_find (c, "body.0.weight");
  gsize bytes = first->count * sizeof (float);
  double square = 0;

  g_assert_cmpmem (first->data, bytes, acu_weights_find (b, "body.0.weight")->data, bytes);
  g_assert_cmpint (memcmp (first->data, other->data, bytes), !=, 0);
  for (guint64 i = 0; i < first->count; i++)
    square += pow (((const float *) (const void *) first->data)[i], 2) / (double) first->count;
  /* He's deviation for 27 inputs and slopes of a quarter. */
  g_assert_cmpfloat_with_epsilon (sqrt (square), sqrt (2 / (1 + 0.0625) / 27), 0.03);
  acu_weights_free (a);
  acu_weights_free (b);
  acu_weights_free (c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/arch/sizes", test_sizes);
  g_test_add_func ("/core/arch/saved", test_saved);
  g_test_add_func ("/core/arch/refused", test_refused);
  g_test_add_func ("/core/arch/judges", test_judges);
  g_test_add_func ("/core/arch/mask", test_mask);
  g_test_add_func ("/core/arch/bilinear", test_bilinear);
  g_test_add_func ("/core/arch/unshuffled", test_unshuffled);
  g_test_add_func ("/core/arch/unused", test_unused);
  g_test_add_func ("/core/arch/seeds", test_seeds);
  return g_test_run ();
}
