#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A convolution of maps in 16 bits as products of matrices: pixels by channels, times channels by channels made, for each tap of the kernel. Factors have
 * 16 bits, sums 32. With MATRICES, a subgroup's invocations hold matrices together and the device multiplies them; without, the shader's twin does that itself,
 * out of the same shared memory and in the same order, so that all else can be tested where there are no such devices.
 *
 * A workgroup makes OUT channels of a tile of SIDE × (ROWS · SUBGROUPS) pixels. For SLICE channels of its input at a time, it brings the tile's pixels with
 * those around it, and all weights for them, into shared memory. */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#ifdef MATRICES
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#endif
#include "common.glsl"
#include "epilogue.glsl"

layout (constant_id = 6) const int KERNEL_WIDTH = 3;
layout (constant_id = 7) const int KERNEL_HEIGHT = 3;
/* Of a matrix. */
layout (constant_id = 8) const int SIDE = 16;
layout (constant_id = 9) const int SLICE = 16;
layout (constant_id = 10) const int OUT = 64;
/* Of a subgroup. */
layout (constant_id = 11) const int ROWS = 2;
/* Invocations of a subgroup, and how many subgroups there are. */
layout (constant_id = 12) const int SUBGROUP = 32;
layout (constant_id = 13) const int SUBGROUPS = 4;

/* How often the input is repeated to the nearest pixel as it is read; behind its ends, up to numbers[1].xy, the last pixel goes on. */
layout (constant_id = 14) const int REPEATS = 1;

/* Eight numbers in 16 bits, or four in 32. */
layout (std430, binding = 1) readonly buffer Factors { uvec4 factors[]; };
layout (std430, binding = 3) readonly buffer FromBits { uvec2 from_bits[]; };

/* 3e38 */
#define NEARLY_INFINITE 0x7f61b1e6u

const int INVOCATIONS = SUBGROUP * SUBGROUPS;
const int ACROSS = SIDE + KERNEL_WIDTH - 1;
const int TALL = ROWS * SUBGROUPS;
const int PIXELS = ACROSS * (TALL + KERNEL_HEIGHT - 1);
const int TAPS = KERNEL_WIDTH * KERNEL_HEIGHT;
/* How far apart pixels, weights of a channel, and results of a pixel lie: odd numbers, so that those of neighbours lie in different banks. */
const int PIXEL = SLICE / 8 + 1;
const int LINE = OUT / 8 + 1;
const int RESULT = SIDE / 4 + 1;
const int MAPS_ROOM = PIXELS * PIXEL;
const int RESULTS_ROOM = SUBGROUPS * SIDE * RESULT;
const int COLUMNS = OUT / SIDE;

shared uvec4 tile[MAPS_ROOM > RESULTS_ROOM ? MAPS_ROOM : RESULTS_ROOM];
shared uvec4 weights[TAPS * SLICE * LINE];

#ifdef MATRICES
#define MY_SUBGROUP int (gl_SubgroupID)
#define MY_LANE int (gl_SubgroupInvocationID)
#define SUM coopmat<float, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseAccumulator>
#define PIXELS_MATRIX coopmat<float16_t, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseA>
#define WEIGHTS_MATRIX coopmat<float16_t, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseB>
#define CLEAR(sum) sum = SUM (0)
#define LOAD_PIXELS(matrix, at) coopMatLoad (matrix, tile, at, PIXEL, gl_CooperativeMatrixLayoutRowMajor)
#define LOAD_WEIGHTS(matrix, at) coopMatLoad (matrix, weights, at, LINE, gl_CooperativeMatrixLayoutRowMajor)
#define MULTIPLY(a, b, sum) sum = coopMatMulAdd (a, b, sum)
#define STORE(sum, at) coopMatStore (sum, tile, at, RESULT, gl_CooperativeMatrixLayoutRowMajor)
#else
/* Every invocation holds some of a sum's numbers, all in one column; of factors, only where they lie. */
const int HELD = SIDE * SIDE / SUBGROUP;

#define MY_SUBGROUP int (gl_LocalInvocationID.y)
#define MY_LANE int (gl_LocalInvocationID.x)
#define PIXELS_MATRIX uint
#define WEIGHTS_MATRIX uint
#define CLEAR(sum) for (int i = 0; i < HELD; i++) sum[i] = 0
#define LOAD_PIXELS(matrix, at) matrix = at
#define LOAD_WEIGHTS(matrix, at) matrix = at
#define MULTIPLY(a, b, sum) \
  for (int k2 = 0; k2 < SIDE; k2 += 2) \
    { \
      vec2 weight = weights_at (int (b), k2); \
      [[unroll]] for (int i = 0; i < HELD; i++) \
        sum[i] = product (int (a), k2, i, weight, sum[i]); \
    }
#define STORE(sum, at) [[unroll]] for (int i = 0; i < HELD; i++) store_one (int (at), i, sum[i])

/* Row and column of a sum's number that this invocation holds. */
ivec2
held_at (int i)
{
  int number = i * SUBGROUP + MY_LANE;

  return ivec2 (number / SIDE, number % SIDE);
}

/* Of two rows, in this invocation's column. */
vec2
weights_at (int at, int k)
{
  int column = MY_LANE % SIDE, place = at + k * LINE + column / 8, word = column % 8 / 2;
  vec2 first = unpackHalf2x16 (weights[place][word]), second = unpackHalf2x16 (weights[place + LINE][word]);

  return column % 2 == 0 ? vec2 (first.x, second.x) : vec2 (first.y, second.y);
}

float
product (int at, int k, int i, vec2 weight, float sum)
{
  vec2 two = unpackHalf2x16 (tile[at + held_at (i).x * PIXEL + k / 8][k % 8 / 2]);

  return fma (two.y, weight.y, fma (two.x, weight.x, sum));
}

void
store_one (int at, int i, float number)
{
  ivec2 place = held_at (i);

  tile[at + place.x * RESULT + place.y / 4][place.y % 4] = floatBitsToUint (number);
}
#endif

/* Four channels of a pixel that is there; a group is one of all slices' in turn. */
uvec2
bits_at (int column, int row, int group)
{
  for (int slice = 0; slice < stage.numbers[1].w; slice++)
    {
      Map map = stage.from[slice];

      if (group < map.size.w)
        return from_bits[row_of (map, min (row / REPEATS, map.size.y - 1)) + group * map.size.x + min (column / REPEATS, map.size.x - 1)];
      group -= map.size.w;
    }
  return uvec2 (0);
}

/* Pixels from that one on, from that group on. Of rows that no row wanted depends on, nothing is known. */
void
bring_pixels (int left, int top, int group)
{
  int end = min (stage.numbers[1].y, stage.rows.x + stage.rows.y - stage.numbers[0].y + KERNEL_HEIGHT - 1);

  for (int item = int (gl_LocalInvocationIndex); item < PIXELS * SLICE / 8; item += INVOCATIONS)
    {
      int pixel = item % PIXELS, pair = item / PIXELS, column = left + pixel % ACROSS, row = top + pixel / ACROSS;
      bool there = row >= 0 && row < end && column >= 0 && column < stage.numbers[1].x;

      tile[pixel * PIXEL + pair] = there ? uvec4 (bits_at (column, row, group + 2 * pair), bits_at (column, row, group + 2 * pair + 1)) : uvec4 (0);
    }
}

void
bring_weights (int from)
{
  for (int item = int (gl_LocalInvocationIndex); item < TAPS * SLICE * OUT / 8; item += INVOCATIONS)
    weights[item / (OUT / 8) * LINE + item % (OUT / 8)] = factors[from + item];
}

void
finish_checked (int x, int y, int group, vec4 v)
{
  /* What comes from what was too large for 16 bits, even if something small is made of it afterwards. */
  if (any (greaterThanEqual (magnitude (v), uvec4 (NEARLY_INFINITE))))
    overflowed = 1;
  /* Blocks may have more channels than the map. */
  if (group < stage.to.size.w)
    finish (x, y, group, v);
}

void
main ()
{
  int left = int (gl_WorkGroupID.x) * SIDE, row = int (gl_WorkGroupID.y) * TALL, slices = (stage.numbers[0].z * 4 + SLICE - 1) / SLICE;
  int mine = MY_SUBGROUP * ROWS, room = MY_SUBGROUP * SIDE * RESULT;
#ifdef MATRICES
  SUM sums[ROWS * COLUMNS];
#else
  float sums[ROWS * COLUMNS][HELD];
#endif

  [[unroll]] for (int i = 0; i < ROWS * COLUMNS; i++)
    CLEAR (sums[i]);
  for (int slice = 0; slice < slices; slice++)
    {
      if (slice > 0)
        barrier ();
      bring_pixels (left - stage.numbers[0].x, stage.rows.x + row - stage.numbers[0].y, slice * SLICE / 4);
      bring_weights (stage.numbers[0].w + (int (gl_WorkGroupID.z) * slices + slice) * TAPS * SLICE * (OUT / 8));
      barrier ();
      for (int ky = 0; ky < KERNEL_HEIGHT; ky++)
        for (int kx = 0; kx < KERNEL_WIDTH; kx++)
          for (int k = 0; k < SLICE; k += SIDE)
            {
              PIXELS_MATRIX pixels[ROWS];

              [[unroll]] for (int r = 0; r < ROWS; r++)
                LOAD_PIXELS (pixels[r], uint (((mine + r + ky) * ACROSS + kx) * PIXEL + k / 8));
              [[unroll]] for (int c = 0; c < COLUMNS; c++)
                {
                  WEIGHTS_MATRIX factor;

                  LOAD_WEIGHTS (factor, uint (((ky * KERNEL_WIDTH + kx) * SLICE + k) * LINE + c * SIDE / 8));
                  [[unroll]] for (int r = 0; r < ROWS; r++)
                    MULTIPLY (pixels[r], factor, sums[r * COLUMNS + c]);
                }
            }
    }
  [[unroll]] for (int r = 0; r < ROWS; r++)
    [[unroll]] for (int c = 0; c < COLUMNS; c++)
      {
        /* The pixels have been used; then what was stored before. */
        barrier ();
        STORE (sums[r * COLUMNS + c], uint (room));
        barrier ();
        for (int item = MY_LANE; item < SIDE * SIDE / 4; item += SUBGROUP)
          {
            int pixel = item % SIDE, quarter = item / SIDE, group = (int (gl_WorkGroupID.z) * OUT + c * SIDE) / 4 + quarter;

            if (row + mine + r < stage.rows.y)
              finish_checked (left + pixel, stage.rows.x + row + mine + r, group, uintBitsToFloat (tile[room + pixel * RESULT + quarter]) + bias_of (group));
          }
      }
}
