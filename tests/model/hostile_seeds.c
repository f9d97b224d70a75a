/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "hostile_seeds.h"

GString *
hostile_drift (void)
{
  GString *text = g_string_new ("7767517\n61 61\nInput in 0 1 d0\n");

  for (int i = 0; i < 30; i++)
    g_string_append_printf (text, "Interp up%d 1 1 d%d u%d 0=3 1=1.00391 2=1.00391\n"
                            "Interp down%d 1 1 u%d d%d 0=3 1=0.99615 2=0.99615\n", i, i, i, i, i, i + 1);
  return text;
}

GString *
hostile_rounding (void)
{
  return g_string_new ("7767517\n2 2\nInput in 0 1 a\nInterp up 1 1 a b 0=3 1=2.0005 2=2.0005\n");
}

/* Appends layers that make eight maps out of blob c<n>, joined as c<n + 1>. */
static void
join_copies (GString *text, int n)
{
  g_string_append_printf (text, "Split s%d 1 8 c%d", n, n);
  for (int k = 0; k < 8; k++)
    g_string_append_printf (text, " p%d.%d", n, k);
  g_string_append_printf (text, "\nConcat j%d 8 1", n);
  for (int k = 0; k < 8; k++)
    g_string_append_printf (text, " p%d.%d", n, k);
  g_string_append_printf (text, " c%d\n", n + 1);
}

GString *
hostile_doubling (int times)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "7767517\n%d %d\nInput in 0 1 c0\n", 2 * times + 2, 9 * times + 2);
  for (int i = 0; i < times; i++)
    join_copies (text, i);
  g_string_append_printf (text, "ReLU r 1 1 c%d out\n", times);
  return text;
}

/* Layers of one type on 3 × 8^4 × 5 channels; `parameters` gets the layer's number. */
static GString *
many_channels (int layers, const char *type, const char *parameters)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "7767517\n%d %d\nInput in 0 1 c0\n", layers + 11, layers + 43);
  for (int i = 0; i < 4; i++)
    join_copies (text, i);
  g_string_append (text, "Split s4 1 5 c4 q0 q1 q2 q3 q4\nConcat j4 5 1 q0 q1 q2 q3 q4 v0\n");
  for (int i = 0; i < layers; i++)
    g_string_append_printf (text, "%s l%d 1 1 v%d v%d %s%d\n", type, i, i, i + 1, parameters, i);
  return text;
}

GString *
hostile_slopes (int layers)
{
  return many_channels (layers, "ReLU", "0=0.");
}

GString *
hostile_offsets (int layers)
{
  return many_channels (layers, "BinaryOp", "0=0 1=1 2=0.");
}

static GString *
repeated (const char *start, const char *piece, gsize bytes)
{
  GString *text = g_string_new (start);

  while (text->len < bytes)
    g_string_append (text, piece);
  g_string_append_c (text, '\n');
  return text;
}

GString *
hostile_words (gsize bytes)
{
  return repeated ("7767517\n2 2\n", "a ", bytes);
}

GString *
hostile_numbers (gsize bytes)
{
  return repeated ("7767517\n2 2\nInput in 0 1 a -23300=65536", ",1", bytes);
}

GString *
hostile_name (gsize bytes)
{
  return repeated ("7767517\n2 2\nInput in 0 1 ", "a", bytes);
}

GString *
hostile_parameters (int layers)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "7767517\n%d %d\n", layers, layers);
  for (int i = 0; i < layers; i++)
    {
      g_string_append_printf (text, "Input i%d 0 1 b%d", i, i);
      for (int id = 0; id < 32; id++)
        g_string_append_printf (text, " %d=1", id);
      g_string_append_c (text, '\n');
    }
  return text;
}

GString *
hostile_chain (int layers)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "7767517\n%d %d\nInput in 0 1 b0\n", layers + 1, layers + 1);
  for (int i = 0; i < layers; i++)
    g_string_append_printf (text, "Sigmoid s%d 1 1 b%d b%d\n", i, i, i + 1);
  return text;
}

GString *
hostile_barriers (int times)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "7767517\n%d %d\nInput in 0 1 b0\n", 3 * times + 1, 4 * times + 1);
  for (int i = 0; i < times; i++)
    g_string_append_printf (text, "Split s%d 1 2 b%d x%d y%d\nPooling p%d 1 1 x%d m%d 0=1 4=1\n"
                            "Scale l%d 2 1 y%d m%d b%d 0=-233\n", i, i, i, i, i, i, i, i, i, i, i + 1);
  return text;
}
