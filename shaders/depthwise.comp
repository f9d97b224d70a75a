#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A convolution of each channel by itself: an invocation makes four channels of a pixel. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "epilogue.glsl"

layout (constant_id = 6) const int KERNEL_WIDTH = 3;
layout (constant_id = 7) const int KERNEL_HEIGHT = 3;
layout (constant_id = 8) const int STRIDE = 1;

void
main ()
{
  int x = int (gl_GlobalInvocationID.x), row = int (gl_GlobalInvocationID.y), group = int (gl_WorkGroupID.z);
  int y = stage.rows.x + row, left = x * STRIDE - stage.numbers[0].x, top = y * STRIDE - stage.numbers[0].y;
  Map map = stage.from[0];
  vec4 sum;

  if (x >= stage.to.size.x || row >= stage.rows.y)
    return;
  sum = bias_of (group);
  for (int ky = 0; ky < KERNEL_HEIGHT; ky++)
    {
      if (top + ky < 0 || top + ky >= map.size.y)
        continue;
      int at = row_of (map, top + ky) + group * map.size.x;

      for (int kx = 0; kx < KERNEL_WIDTH; kx++)
        if (left + kx >= 0 && left + kx < map.size.x)
          sum = fma (from_at (map, at + left + kx), numbers[stage.numbers[0].w + (group * KERNEL_HEIGHT + ky) * KERNEL_WIDTH + kx], sum);
    }
  finish (x, y, group, sum);
}
