#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A convolution in single precision: each invocation makes PIXELS neighbours of GROUPS groups of channels, so that what it reads is used several times.
 * With LANES, the invocations of a subgroup, of which there are SUBGROUP, read each other's weights instead of all of them the same ones. */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#ifdef LANES
#extension GL_KHR_shader_subgroup_shuffle : require
#endif
#include "common.glsl"
#include "epilogue.glsl"

layout (constant_id = 6) const int KERNEL_WIDTH = 3;
layout (constant_id = 7) const int KERNEL_HEIGHT = 3;
layout (constant_id = 8) const int STRIDE = 1;
/* Channels in a group of its input that are more than padding. */
layout (constant_id = 9) const int USED = 4;
layout (constant_id = 10) const int PIXELS = 4;
layout (constant_id = 11) const int GROUPS = 4;

/* Slices are kept: 0: in single precision, 1: in 16 bits, 2: some so, some so. */
layout (constant_id = 12) const int KEPT = 0;

/* How often slices are repeated to the nearest pixel as they are read; behind their ends, up to numbers[1].xy, the last pixel goes on. */
layout (constant_id = 14) const int REPEATS = 1;

#ifdef LANES
layout (constant_id = 13) const int SUBGROUP = 8;

const int WEIGHTS = GROUPS * KERNEL_WIDTH * 4;
const int READS = (WEIGHTS + SUBGROUP - 1) / SUBGROUP;
#endif

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

int in_groups;

/* Of one row of the kernel: in channels of that group, GROUPS groups of out channels. */
#ifdef LANES
vec4 held[READS];

void
read_weights (int at)
{
  [[unroll]] for (int i = 0; i < READS; i++)
    {
      int mine = min (i * SUBGROUP + int (gl_SubgroupInvocationID), WEIGHTS - 1);

      held[i] = numbers[at + mine / (KERNEL_WIDTH * 4) * in_groups * KERNEL_HEIGHT * KERNEL_WIDTH * 4 + mine % (KERNEL_WIDTH * 4)];
    }
}

#define WEIGHT(g, kx, c) \
  subgroupShuffle (held[(((g) * KERNEL_WIDTH + (kx)) * 4 + (c)) / SUBGROUP], (((g) * KERNEL_WIDTH + (kx)) * 4 + (c)) % SUBGROUP)
#else
int weights;

void
read_weights (int at)
{
  weights = at;
}

#define WEIGHT(g, kx, c) numbers[weights + ((g) * in_groups * KERNEL_HEIGHT * KERNEL_WIDTH + (kx)) * 4 + (c)]
#endif

vec4 columns[COLUMNS];

void
read_columns (Map map, int at, int left, bool there)
{
  [[unroll]] for (int c = 0; c < COLUMNS; c++)
    {
      int column = left + c;
      vec4 v = column_at (map, at + clamp (column / REPEATS, 0, map.size.x - 1));

      columns[c] = there && column >= 0 && column < stage.numbers[1].x ? v : vec4 (0);
    }
}

void
main ()
{
  ivec2 place = place_of_invocation ();
  int x = place.x * PIXELS, row = place.y, group = first_group (gl_WorkGroupID.z);
  bool all = UNEVEN == 0 || first_group (gl_WorkGroupID.z + 1) - group == GROUPS;
  int y = stage.rows.x + row, left = x * STRIDE - stage.numbers[0].x, top = y * STRIDE - stage.numbers[0].y, before = 0;
  vec4 sums[GROUPS][PIXELS];

#ifndef LANES
  if (row >= stage.rows.y)
    return;
#endif
  in_groups = stage.numbers[0].z;
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      sums[g][p] = bias_of (group + g);
  for (int slice = 0; slice < stage.numbers[1].w; slice++)
    {
      Map map = stage.from[slice];

      for (int ky = 0; ky < KERNEL_HEIGHT; ky++)
        {
          bool there = top + ky >= 0 && top + ky < stage.numbers[1].y;
          int start = row_of (map, clamp ((top + ky) / REPEATS, 0, map.size.y - 1));

#ifndef LANES
          if (!there)
            continue;
#endif
          for (int in_group = 0; in_group < map.size.w; in_group++)
            {
              read_weights (stage.numbers[0].w + (((group * in_groups + before + in_group) * KERNEL_HEIGHT + ky) * KERNEL_WIDTH) * 4);
              read_columns (map, start + in_group * map.size.x, left, there);
              [[unroll]] for (int kx = 0; kx < KERNEL_WIDTH; kx++)
                [[unroll]] for (int g = 0; g < GROUPS; g++)
                  if (g < GROUPS - 1 || all)
                  {
                    vec4 w0 = WEIGHT (g, kx, 0), w1 = WEIGHT (g, kx, 1), w2 = WEIGHT (g, kx, 2), w3 = WEIGHT (g, kx, 3);

                    [[unroll]] for (int p = 0; p < PIXELS; p++)
                      {
                        vec4 v = columns[p * STRIDE + kx];

                        sums[g][p] = fma (v.xxxx, w0, sums[g][p]);
                        if (USED > 1)
                          sums[g][p] = fma (v.yyyy, w1, sums[g][p]);
                        if (USED > 2)
                          sums[g][p] = fma (v.zzzz, w2, sums[g][p]);
                        if (USED > 3)
                          sums[g][p] = fma (v.wwww, w3, sums[g][p]);
                      }
                  }
            }
        }
      before += map.size.w;
    }
#ifdef LANES
  if (row >= stage.rows.y)
    return;
#endif
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    [[unroll]] for (int p = 0; p < PIXELS; p++)
      if (g < GROUPS - 1 || all)
        finish (x + p, y, group + g, sums[g][p]);
}
