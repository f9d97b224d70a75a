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
