/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "onnx_seeds.h"

#include <math.h>
#include <string.h>

static void
varint (GByteArray *to, guint64 value)
{
  do
    {
      guint8 byte = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);

      g_byte_array_append (to, &byte, 1);
    }
  while (value >>= 7);
}

void
onnx_number (GByteArray *to, guint field, guint64 value)
{
  varint (to, field << 3);
  varint (to, value);
}

void
onnx_bytes (GByteArray *to, guint field, const void *bytes, gsize n)
{
  varint (to, field << 3 | 2);
  varint (to, n);
  g_byte_array_append (to, bytes, n);
}

void
onnx_text (GByteArray *to, guint field, const char *text)
{
  onnx_bytes (to, field, text, strlen (text));
}

void
onnx_message (GByteArray *to, guint field, GByteArray *message)
{
  onnx_bytes (to, field, message->data, message->len);
  g_byte_array_unref (message);
}

GByteArray *
onnx_constant (const char *name, const guint64 *sides, const float *values)
{
  GByteArray *constant = g_byte_array_new ();
  gsize n = 1;

  for (; *sides; n *= *sides++)
    onnx_number (constant, 1, *sides);
  onnx_number (constant, 2, 1);
  onnx_text (constant, 8, name);
  onnx_bytes (constant, 9, values, n * sizeof (float));
  return constant;
}

GByteArray *
onnx_node (const char *type, const char *inputs, const char *output)
{
  GByteArray *node = g_byte_array_new ();
  g_auto (GStrv) words = g_strsplit (inputs, " ", -1);

  for (char **word = words; *word; word++)
    onnx_text (node, 1, *word);
  onnx_text (node, 2, output);
  onnx_text (node, 4, type);
  return node;
}

void
onnx_ints (GByteArray *node, const char *name, const guint64 *values, guint n)
{
  GByteArray *attribute = g_byte_array_new ();

  onnx_text (attribute, 1, name);
  for (guint i = 0; i < n; i++)
    onnx_number (attribute, 8, values[i]);
  onnx_message (node, 5, attribute);
}

void
onnx_whole (GByteArray *node, const char *name, guint64 value)
{
  GByteArray *attribute = g_byte_array_new ();

  onnx_text (attribute, 1, name);
  onnx_number (attribute, 3, value);
  onnx_message (node, 5, attribute);
}

void
onnx_node_to (GByteArray *graph, GByteArray *node)
{
  onnx_message (graph, 1, node);
}

void
onnx_constant_to (GByteArray *graph, GByteArray *constant)
{
  onnx_message (graph, 5, constant);
}

static void
value_to (GByteArray *graph, guint field, const char *name)
{
  GByteArray *value = g_byte_array_new ();

  onnx_text (value, 1, name);
  onnx_message (graph, field, value);
}

void
onnx_input_to (GByteArray *graph, const char *name)
{
  value_to (graph, 11, name);
}

void
onnx_output_to (GByteArray *graph, const char *name)
{
  value_to (graph, 12, name);
}

GByteArray *
onnx_model (GByteArray *graph)
{
  GByteArray *model = g_byte_array_new ();

  onnx_number (model, 1, 4);
  onnx_message (model, 7, graph);
  return model;
}

#define SIDES(...) ((const guint64[]) { __VA_ARGS__, 0 })
#define INTS(...) ((const guint64[]) { __VA_ARGS__ })

/* Numbers that tell places apart. */
static void
counted_to (GByteArray *graph, const char *name, const guint64 *sides, float first)
{
  float values[64];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = first + (float) (i % 7) / 8;
  onnx_constant_to (graph, onnx_constant (name, sides, values));
}

GByteArray *
onnx_all_layers (void)
{
  GByteArray *graph = g_byte_array_new (), *node;

  node = onnx_node ("Conv", "picture w1 b1", "small");
  onnx_ints (node, "kernel_shape", INTS (3, 3), 2);
  onnx_ints (node, "strides", INTS (2, 2), 2);
  onnx_ints (node, "pads", INTS (1, 1, 1, 1), 4);
  onnx_node_to (graph, node);
  onnx_node_to (graph, onnx_node ("Relu", "small", "positive"));
  node = onnx_node ("Conv", "positive w2 b1", "each");
  onnx_whole (node, "group", 2);
  onnx_ints (node, "pads", INTS (1, 1, 1, 1), 4);
  onnx_node_to (graph, node);
  onnx_node_to (graph, onnx_node ("Add", "each positive", "both"));
  node = onnx_node ("ConvTranspose", "both w3", "large");
  onnx_ints (node, "strides", INTS (2, 2), 2);
  onnx_node_to (graph, node);
  onnx_node_to (graph, onnx_node ("BatchNormalization", "large scale offset mean variance", "normal"));
  onnx_node_to (graph, onnx_node ("Sigmoid", "normal", "sure"));
  onnx_node_to (graph, onnx_node ("Conv", "normal w4", "other"));
  counted_to (graph, "w1", SIDES (2, 3, 3, 3), -0.4f);
  counted_to (graph, "b1", SIDES (2), 0.25f);
  counted_to (graph, "w2", SIDES (2, 1, 3, 3), -0.3f);
  counted_to (graph, "w3", SIDES (2, 3, 2, 2), -0.5f);
  counted_to (graph, "scale", SIDES (3), 0.5f);
  counted_to (graph, "offset", SIDES (3), -0.5f);
  counted_to (graph, "mean", SIDES (3), 0.125f);
  counted_to (graph, "variance", SIDES (3), 0.75f);
  counted_to (graph, "w4", SIDES (2, 3, 1, 1), -0.25f);
  onnx_input_to (graph, "picture");
  onnx_input_to (graph, "w1");
  onnx_output_to (graph, "sure");
  onnx_output_to (graph, "other");
  return onnx_model (graph);
}

#define SURE 0.1f
#define UNSURE -12

/* A convolution over cells of 4 × 4 pixels that makes the same everywhere. */
static void
same_to (GByteArray *graph, const char *name, guint channels, const float *values)
{
  g_autofree char *weights = g_strconcat (name, ".w", NULL), *bias = g_strconcat (name, ".b", NULL), *inputs = g_strjoin (" ", "picture", weights, bias, NULL);
  g_autofree float *zeros = g_new0 (float, channels * 48);
  GByteArray *node = onnx_node ("Conv", inputs, name);

  onnx_ints (node, "strides", INTS (4, 4), 2);
  onnx_node_to (graph, node);
  onnx_constant_to (graph, onnx_constant (weights, SIDES (channels, 3, 4, 4), zeros));
  onnx_constant_to (graph, onnx_constant (bias, SIDES (channels), values));
}

GByteArray *
onnx_detector (double width, double height, const double (*landmarks)[2])
{
  GByteArray *graph = g_byte_array_new (), *node = onnx_node ("Conv", "picture mark mark.b", "much");
  const float unsure = UNSURE, size[] = { logf ((float) height / 4), logf ((float) width / 4) }, offset[] = { 0, 0 };
  float mark[48], places[10];

  for (int i = 0; i < 48; i++)
    mark[i] = SURE / 16 * (i / 16 == (i % 4 < 2 ? 0 : 2) ? 1 : -1);
  for (int i = 0; i < 5; i++)
    {
      places[2 * i] = (float) (landmarks[i][1] / height + 0.5);
      places[2 * i + 1] = (float) (landmarks[i][0] / width + 0.5);
    }
  onnx_ints (node, "strides", INTS (4, 4), 2);
  onnx_node_to (graph, node);
  onnx_node_to (graph, onnx_node ("Sigmoid", "much", "score"));
  same_to (graph, "size", 2, size);
  same_to (graph, "offset", 2, offset);
  same_to (graph, "landmarks", 10, places);
  onnx_constant_to (graph, onnx_constant ("mark", SIDES (1, 3, 4, 4), mark));
  onnx_constant_to (graph, onnx_constant ("mark.b", SIDES (1), &unsure));
  onnx_input_to (graph, "picture");
  onnx_output_to (graph, "score");
  onnx_output_to (graph, "size");
  onnx_output_to (graph, "offset");
  onnx_output_to (graph, "landmarks");
  return onnx_model (graph);
}
