/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ONNX: a sound file against numbers worked out here, each kind of damage, and damage at random, taken all the way to a small picture. */
#include "arch.h"
#include "detector.h"
#include "load_onnx.h"
#include "onnx_seeds.h"
#include "run_net.h"
#include "try_net.h"

#include <math.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define RANDOM_FILES 1500
#else
#define RANDOM_FILES 20000
#endif
#define MOST_OPERATIONS 2e6

static AcuWeights *
offer (const GByteArray *file, GError **error)
{
  return acu_load_onnx_bytes (file->data, file->len, "test.onnx", error);
}

/* The net of a file's layers, of which nobody asks what it makes. */
static AcuNet *
build (const GByteArray *file, GError **error)
{
  AcuWeights *weights = offer (file, error);
  AcuNet *net = weights ? acu_net_new ("test.onnx") : NULL;
  guint at = 0;

  if (net)
    {
      acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
      acu_net_add (net, ACU_LAYER_PAD, "even", &at, 1, &at)->align = 2;
      if (!acu_arch_add_records (net, weights, 0, &at, error))
        g_clear_pointer (&net, acu_net_unref);
    }
  acu_weights_free (weights);
  return net;
}

#define SIDE 4
#define HALF (SIDE / 2)

/* As in the seeds. */
static double
counted (double first, int i)
{
  return first + (double) (i % 7) / 8;
}

/* onnx_all_layers() once more, in the plainest way. */
static void
work_out (const float *picture, double *result)
{
  static const double batch_epsilon = 1e-5;
  double small[2][HALF][HALF], both[2][HALF][HALF];

  for (int o = 0; o < 2; o++)
    for (int y = 0; y < HALF; y++)
      for (int x = 0; x < HALF; x++)
        {
          double sum = counted (0.25, o);

          for (int c = 0; c < 3; c++)
            for (int k = 0; k < 9; k++)
              {
                int v = 2 * y - 1 + k / 3, u = 2 * x - 1 + k % 3;

                if (v >= 0 && u >= 0)
                  sum += counted (-0.4, (o * 3 + c) * 9 + k) * picture[(v * SIDE + u) * 3 + c];
              }
          small[o][y][x] = MAX (sum, 0);
        }
  for (int o = 0; o < 2; o++)
    for (int y = 0; y < HALF; y++)
      for (int x = 0; x < HALF; x++)
        {
          double sum = counted (0.25, o);

          for (int k = 0; k < 9; k++)
            {
              int v = y - 1 + k / 3, u = x - 1 + k % 3;

              if (v >= 0 && u >= 0 && v < HALF && u < HALF)
                sum += counted (-0.3, o * 9 + k) * small[o][v][u];
            }
          both[o][y][x] = sum + small[o][y][x];
        }
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++, result += 5)
      {
        double normal[3];

        for (int c = 0; c < 3; c++)
          {
            double sum = 0;

            for (int i = 0; i < 2; i++)
              sum += counted (-0.5, (i * 3 + c) * 4 + y % 2 * 2 + x % 2) * both[i][y / 2][x / 2];
            normal[c] = (sum - counted (0.125, c)) / sqrt (counted (0.75, c) + batch_epsilon) * counted (0.5, c) + counted (-0.5, c);
            result[c] = 1 / (1 + exp (-normal[c]));
          }
        for (int o = 0; o < 2; o++)
          {
            result[3 + o] = 0;
            for (int c = 0; c < 3; c++)
              result[3 + o] += counted (-0.25, o * 3 + c) * normal[c];
          }
      }
}

static void
test_sound (void)
{
  g_autoptr (GByteArray) file = onnx_all_layers ();
  GError *error = NULL;
  AcuNet *net = build (file, &error);
  float picture[SIDE * SIDE * 3];
  double wanted[SIDE * SIDE * 5];

  g_assert_no_error (error);
  for (int i = 0; i < SIDE * SIDE * 3; i++)
    picture[i] = (float) (i * 37 % 101) / 100;
  work_out (picture, wanted);
  for (int precision = ACU_PRECISION_FAST; precision <= ACU_PRECISION_EXACT; precision++)
    {
      int width = SIDE, height = SIDE;
      g_autofree float *result = run_net (net, picture, &width, &height, 2, 1, 0, precision);

      g_assert_true (width == SIDE && height == SIDE);
      for (int i = 0; i < SIDE * SIDE * 5; i++)
        g_assert_cmpfloat_with_epsilon (result[i], wanted[i], precision == ACU_PRECISION_EXACT ? 1e-5 : 4e-3);
    }
  acu_net_unref (net);
}

static void
test_detector (void)
{
  static const double landmarks[5][2] = { { -1, -1 }, { 1, -1 }, { 0, 0 }, { -1, 1 }, { 1, 1 } };
  g_autoptr (GByteArray) file = onnx_detector (20, 24, landmarks), other = onnx_all_layers ();
  GError *error = NULL;
  AcuWeights *weights = offer (file, &error);
  AcuNet *net;

  g_assert_no_error (error);
  net = acu_detector_build (weights, &error);
  g_assert_no_error (error);
  acu_net_unref (net);
  /* It enlarges nothing. */
  g_assert_null (acu_arch_build (weights, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  acu_weights_free (weights);
  weights = offer (other, &error);
  g_assert_no_error (error);
  g_assert_null (acu_detector_build (weights, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  acu_weights_free (weights);
}

/* A graph of one convolution with 1 × 1 weights, of which one thing is wrong. */
typedef enum Wrong
{
  WRONG_NOTHING, WRONG_NO_INPUT, WRONG_TWO_INPUTS, WRONG_NO_OUTPUT, WRONG_UNKNOWN_OUTPUT, WRONG_UNKNOWN_INPUT, WRONG_TYPE, WRONG_DOMAIN, WRONG_NO_WEIGHTS,
  WRONG_SIDES, WRONG_SIDE_ZERO, WRONG_OVERFLOW, WRONG_DIMENSIONS, WRONG_SAME_NAME, WRONG_EXTERNAL, WRONG_INTEGERS, WRONG_GROUPS, WRONG_STRIDES, WRONG_STRIDE_ZERO,
  WRONG_STRIDE_HUGE, WRONG_PADS, WRONG_DILATED, WRONG_KERNEL, WRONG_SUBGRAPH, WRONG_BIAS, WRONG_NAME, WRONG_CIRCLE, WRONG_NAN, WRONG_LAST
} Wrong;

static GByteArray *
weights_of (Wrong wrong)
{
  static const guint64 sides[] = { 3, 3, 1, 1, 0 }, none[] = { 3, 0 };
  float values[9] = { 1, 0, 0, 0, 1, 0, 0, 0, wrong == WRONG_NAN ? NAN : 1 };
  GByteArray *constant;

  if (wrong == WRONG_DIMENSIONS)
    return onnx_constant ("w", none, values);
  if (wrong != WRONG_SIDES && wrong != WRONG_SIDE_ZERO && wrong != WRONG_OVERFLOW && wrong != WRONG_INTEGERS)
    {
      constant = onnx_constant ("w", sides, values);
      if (wrong == WRONG_EXTERNAL)
        onnx_number (constant, 14, 1);
      return constant;
    }
  constant = g_byte_array_new ();
  onnx_number (constant, 1, wrong == WRONG_SIDE_ZERO ? 0 : wrong == WRONG_OVERFLOW ? G_GUINT64_CONSTANT (1) << 62 : 3);
  onnx_number (constant, 1, wrong == WRONG_OVERFLOW ? 16 : wrong == WRONG_SIDES ? 4 : 3);
  onnx_number (constant, 1, 1);
  onnx_number (constant, 1, 1);
  onnx_number (constant, 2, wrong == WRONG_INTEGERS ? 7 : 1);
  onnx_text (constant, 8, "w");
  onnx_bytes (constant, 9, values, sizeof values);
  return constant;
}

static GByteArray *
broken (Wrong wrong)
{
  static const guint64 bias[] = { 4, 0 }, odd[] = { 1, 2 }, zero[] = { 0, 0 }, huge[] = { G_MAXUINT64, G_MAXUINT64 }, two[] = { 2, 2 }, pads[] = { 1, 1, 1, 1 << 30 };
  const float values[4] = { 0 };
  GByteArray *graph = g_byte_array_new ();
  GByteArray *node = onnx_node (wrong == WRONG_TYPE ? "Softmax" : "Conv",
                                wrong == WRONG_UNKNOWN_INPUT ? "nowhere w" : wrong == WRONG_CIRCLE ? "result w" : wrong == WRONG_NO_WEIGHTS ? "picture v"
                                : wrong == WRONG_BIAS ? "picture w b" : "picture w",
                                wrong == WRONG_SAME_NAME ? "picture" : wrong == WRONG_NAME ? "a\nb" : "result");

  if (wrong == WRONG_DOMAIN)
    onnx_text (node, 7, "com.example");
  if (wrong == WRONG_GROUPS)
    onnx_whole (node, "group", 3);
  if (wrong == WRONG_STRIDES || wrong == WRONG_STRIDE_ZERO || wrong == WRONG_STRIDE_HUGE)
    onnx_ints (node, "strides", wrong == WRONG_STRIDES ? odd : wrong == WRONG_STRIDE_ZERO ? zero : huge, 2);
  if (wrong == WRONG_DILATED || wrong == WRONG_KERNEL)
    onnx_ints (node, wrong == WRONG_DILATED ? "dilations" : "kernel_shape", two, 2);
  if (wrong == WRONG_PADS)
    onnx_ints (node, "pads", pads, 4);
  if (wrong == WRONG_SUBGRAPH)
    {
      GByteArray *attribute = g_byte_array_new ();

      onnx_text (attribute, 1, "body");
      onnx_text (attribute, 6, "");
      onnx_message (node, 5, attribute);
    }
  onnx_node_to (graph, node);
  onnx_constant_to (graph, weights_of (wrong));
  onnx_constant_to (graph, onnx_constant ("b", bias, values));
  if (wrong != WRONG_NO_INPUT)
    onnx_input_to (graph, "picture");
  if (wrong == WRONG_TWO_INPUTS)
    onnx_input_to (graph, "another");
  if (wrong != WRONG_NO_OUTPUT)
    onnx_output_to (graph, wrong == WRONG_UNKNOWN_OUTPUT ? "nothing" : "result");
  return onnx_model (graph);
}

static void
test_broken (void)
{
  for (Wrong wrong = WRONG_NOTHING; wrong < WRONG_LAST; wrong++)
    {
      g_autoptr (GByteArray) file = broken (wrong);
      g_autoptr (GError) error = NULL;
      AcuNet *net = build (file, &error);

      if (!net == (wrong == WRONG_NOTHING))
        g_error ("%d: %s", wrong, error ? error->message : "taken for sound");
      g_assert_true (!error || (error->domain == ACU_ERROR && strstr (error->message, "test.onnx") && !strchr (error->message, '\n')));
      acu_net_unref (net);
    }
}

/* Layers that read the same constant: few may, but not so many that a small file takes all memory. */
static void
test_shared (void)
{
  static const guint64 sides[] = { 256, 256, 4, 4, 0 };
  static const guint most[] = { 2, 100 };
  g_autofree float *values = g_new0 (float, 1 << 20);

  for (guint i = 0; i < G_N_ELEMENTS (most); i++)
    {
      GByteArray *graph = g_byte_array_new ();
      g_autoptr (GByteArray) file = NULL;
      g_autoptr (GError) error = NULL;
      AcuWeights *weights;

      for (guint n = 0; n < most[i]; n++)
        {
          g_autofree char *inputs = n ? g_strdup_printf ("r%u w", n - 1) : g_strdup ("picture w"), *output = g_strdup_printf ("r%u", n);

          onnx_node_to (graph, onnx_node ("Conv", inputs, output));
        }
      onnx_constant_to (graph, onnx_constant ("w", sides, values));
      onnx_input_to (graph, "picture");
      onnx_output_to (graph, most[i] == 2 ? "r1" : "r99");
      file = onnx_model (graph);
      weights = offer (file, &error);
      if (most[i] == 2)
        g_assert_no_error (error);
      else
        g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
      acu_weights_free (weights);
    }
}

/* Whatever the bytes are, they are refused in one sentence or make a net that can be tried. */
static void
try_file (const GByteArray *file, int way)
{
  g_autoptr (GError) error = NULL;
  AcuNet *net = build (file, &error);

  if (!net)
    {
      g_assert_true (error && error->domain == ACU_ERROR && !strchr (error->message, '\n'));
      return;
    }
  net->scale = 1;
  try_net (net, way, MOST_OPERATIONS);
  acu_net_unref (net);
}

static void
test_cut_off (void)
{
  g_autoptr (GByteArray) file = onnx_all_layers ();

  for (guint n = 0; n < file->len; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GByteArray) part = g_byte_array_new ();

      g_byte_array_append (part, file->data, n);
      g_assert_null (build (part, &error));
      g_assert_nonnull (error);
    }
}

static void
test_random (void)
{
  g_autoptr (GByteArray) sound = onnx_all_layers ();
  GRand *rand = g_rand_new_with_seed (3);

  for (int i = 0; i < RANDOM_FILES; i++)
    {
      g_autoptr (GByteArray) file = g_byte_array_new ();

      g_byte_array_append (file, sound->data, sound->len);
      for (int k = g_rand_int_range (rand, 1, 4); k > 0; k--)
        {
          guint at = (guint) g_rand_int_range (rand, 0, (gint32) file->len);

          file->data[at] = g_rand_boolean (rand) ? (guint8) g_rand_int (rand) : file->data[at] ^ (1 << g_rand_int_range (rand, 0, 8));
        }
      try_file (file, i % TRY_WAYS);
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/sound", test_sound);
  g_test_add_func ("/onnx/detector", test_detector);
  g_test_add_func ("/onnx/broken", test_broken);
  g_test_add_func ("/onnx/shared", test_shared);
  g_test_add_func ("/onnx/cut-off", test_cut_off);
  g_test_add_func ("/onnx/random", test_random);
  return g_test_run ();
}
