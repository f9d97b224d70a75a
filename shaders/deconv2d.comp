#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A transposed convolution in single precision. The pixels of an invocation are a stride apart: they meet the same taps. */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "epilogue.glsl"

layout (constant_id = 6) const int KERNEL_WIDTH = 2;
layout (constant_id = 7) const int KERNEL_HEIGHT = 2;
layout (constant_id = 8) const int STRIDE = 2;
layout (constant_id = 10) const int PIXELS = 4;
layout (constant_id = 11) const int GROUPS = 4;

void
main ()
{
  ivec2 place = place_of_invocation ();
  int number = place.x, row = place.y, group = first_group (gl_WorkGroupID.z);
  bool all = UNEVEN == 0 || first_group (gl_WorkGroupID.z + 1) - group == GROUPS;
  int x = number / STRIDE * STRIDE * PIXELS + number % STRIDE, y = stage.rows.x + row;
  int at_x = x + stage.numbers[0].x, at_y = y + stage.numbers[0].y, in_groups = stage.numbers[0].z;
  Map map = stage.from[0];
  vec4 sums[GROUPS][PIXELS];

  if (x >= stage.to.size.x || row >= stage.rows.y)
    return;
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      sums[g][p] = bias_of (group + g);
  for (int ky = at_y % STRIDE; ky < KERNEL_HEIGHT; ky += STRIDE)
    {
      int in_y = (at_y - ky) / STRIDE;

      if (at_y < ky || in_y >= map.size.y)
        continue;
      for (int kx = at_x % STRIDE; kx < KERNEL_WIDTH; kx += STRIDE)
        {
          int in_x = (at_x - kx) / STRIDE;

          for (int in_group = 0; in_group < in_groups; in_group++)
            {
              int at = row_of (map, in_y) + in_group * map.size.x;
              int weights = stage.numbers[0].w + (((group * in_groups + in_group) * KERNEL_HEIGHT + ky) * KERNEL_WIDTH + kx) * 4;
              vec4 columns[PIXELS];

              [[unroll]] for (int p = 0; p < PIXELS; p++)
                {
                  vec4 v = from_at (map, at + clamp (in_x + p, 0, map.size.x - 1));

                  columns[p] = in_x + p >= 0 && in_x + p < map.size.x ? v : vec4 (0);
                }
              [[unroll]] for (int g = 0; g < GROUPS; g++)
                if (g < GROUPS - 1 || all)
                {
                  int w = weights + g * in_groups * KERNEL_HEIGHT * KERNEL_WIDTH * 4;
                  vec4 w0 = numbers[w], w1 = numbers[w + 1], w2 = numbers[w + 2], w3 = numbers[w + 3];

                  [[unroll]] for (int p = 0; p < PIXELS; p++)
                    {
                      sums[g][p] = fma (columns[p].xxxx, w0, sums[g][p]);
                      sums[g][p] = fma (columns[p].yyyy, w1, sums[g][p]);
                      sums[g][p] = fma (columns[p].zzzz, w2, sums[g][p]);
                      sums[g][p] = fma (columns[p].wwww, w3, sums[g][p]);
                    }
                }
            }
        }
    }
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      if (g < GROUPS - 1 || all)
        finish (x + p * STRIDE, y, group + g, sums[g][p]);
}
