#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A convolution in single precision: each invocation makes PIXELS neighbours of GROUPS groups of channels, so that what it reads is used several times. */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "epilogue.glsl"

layout (constant_id = 6) const int KERNEL_WIDTH = 3;
layout (constant_id = 7) const int KERNEL_HEIGHT = 3;
layout (constant_id = 8) const int STRIDE = 1;
layout (constant_id = 9) const int SLICES = 1;
layout (constant_id = 10) const int PIXELS = 4;
layout (constant_id = 11) const int GROUPS = 4;

/* Slices are kept: 0: in single precision, 1: in 16 bits, 2: some so, some so. */
layout (constant_id = 12) const int KEPT = 0;

vec4
column_at (Map map, int at)
{
#ifdef HALF
  if (KEPT == 1)
    return vec4 (from_half[at]);
#endif
  return KEPT == 0 ? from[at] : from_at (map, at);
}

const int COLUMNS = (PIXELS - 1) * STRIDE + KERNEL_WIDTH;

void
main ()
{
  int x = int (gl_GlobalInvocationID.x) * PIXELS, row = int (gl_GlobalInvocationID.y), group = int (gl_WorkGroupID.z) * GROUPS;
  int y = stage.rows.x + row, left = x * STRIDE - stage.numbers[0].x, top = y * STRIDE - stage.numbers[0].y;
  int in_groups = stage.numbers[0].z, before = 0;
  vec4 sums[GROUPS][PIXELS];

  if (x >= stage.to.size.x || row >= stage.rows.y)
    return;
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      sums[g][p] = bias_of (group + g);
  for (int slice = 0; slice < SLICES; slice++)
    {
      Map map = stage.from[slice];

      for (int ky = 0; ky < KERNEL_HEIGHT; ky++)
        {
          if (top + ky < 0 || top + ky >= map.size.y)
            continue;
          for (int in_group = 0; in_group < map.size.w; in_group++)
            {
              int at = row_of (map, top + ky) + in_group * map.size.x;
              int weights = stage.numbers[0].w + (((group * in_groups + before + in_group) * KERNEL_HEIGHT + ky) * KERNEL_WIDTH) * 4;
              vec4 columns[COLUMNS];

              [[unroll]] for (int c = 0; c < COLUMNS; c++)
                {
                  int column = left + c;
                  vec4 v = column_at (map, at + clamp (column, 0, map.size.x - 1));

                  columns[c] = column >= 0 && column < map.size.x ? v : vec4 (0);
                }
              [[unroll]] for (int kx = 0; kx < KERNEL_WIDTH; kx++)
                [[unroll]] for (int g = 0; g < GROUPS; g++)
                  {
                    int w = weights + (g * in_groups * KERNEL_HEIGHT * KERNEL_WIDTH + kx) * 4;
                    vec4 w0 = numbers[w], w1 = numbers[w + 1], w2 = numbers[w + 2], w3 = numbers[w + 3];

                    [[unroll]] for (int p = 0; p < PIXELS; p++)
                      {
                        vec4 v = columns[p * STRIDE + kx];

                        sums[g][p] = fma (v.xxxx, w0, sums[g][p]);
                        sums[g][p] = fma (v.yyyy, w1, sums[g][p]);
                        sums[g][p] = fma (v.zzzz, w2, sums[g][p]);
                        sums[g][p] = fma (v.wwww, w3, sums[g][p]);
                      }
                  }
            }
        }
      before += map.size.w;
    }
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      finish (x + p, y, group + g, sums[g][p]);
}
