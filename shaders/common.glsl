/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What all shaders share. A feature map is kept in rows of a ring; a row has its channels in groups of four, each group a row of pixels. */
/* With HALF, some maps are kept in 16-bit floats; all calculation is in 32 bits. */
#ifdef HALF
#extension GL_EXT_shader_16bit_storage : require
#endif

layout (local_size_x_id = 0, local_size_y_id = 1) in;

/* How what is made is kept: 0: as a map in single precision; 1: as the host wants to read the result, pixels of whole channels; 2: as a map in 16 bits. */
layout (constant_id = 2) const int KEEP = 0;

struct Map
{
  ivec4 size;                     /* width, height, channels, groups */
  ivec4 place;                    /* slots, fours a row, where the ring begins in what is bound, whether it is in 16 bits */
};

/* As AcuVulkanStageInfo. */
layout (std140, binding = 0) uniform Stage
{
  Map to;
  Map from[9];
  vec4 scale;                     /* of the sum: its two; of the gate: its two */
  ivec4 numbers[2];
  ivec4 rows;                     /* first, how many; of a convolution: invocations a row */
} stage;

layout (std430, binding = 1) readonly buffer Numbers { vec4 numbers[]; };
layout (std430, binding = 2) buffer To { vec4 to[]; };
layout (std430, binding = 2) buffer ToPlain { float to_plain[]; };
layout (std430, binding = 3) readonly buffer From { vec4 from[]; };
layout (std430, binding = 4) readonly buffer Also { vec4 also[]; };
#ifdef HALF
layout (std430, binding = 2) buffer ToHalf { f16vec4 to_half[]; };
layout (std430, binding = 3) readonly buffer FromHalf { f16vec4 from_half[]; };
layout (std430, binding = 4) readonly buffer AlsoHalf { f16vec4 also_half[]; };
layout (std430, binding = 5) writeonly buffer Trouble { int overflowed; };
/* 65504 */
#define LARGEST_HALF 0x477fe000u
#endif

/* Bits that are in the order of absolute values, infinity and what is no number last. Drivers may think isnan() and comparisons that would tell it away, and
 * clamp() of what is no number may be any number: only bits tell. */
uvec4
magnitude (vec4 v)
{
  return floatBitsToUint (v) & 0x7fffffffu;
}

#define INFINITE 0x7f800000u
#define BLOCK 8

/* A convolution's invocations are numbered in blocks, so that neighbours read the same pixels. Blocks end where columns and rows do, so that none of them has idle
 * ones: column and row of this one; behind the last, the row is none. */
ivec2
place_of_invocation ()
{
  int number = int ((gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x);
  int columns = stage.rows.z, rows = stage.rows.y, strip = number / (columns * BLOCK), high = min (BLOCK, rows - strip * BLOCK);

  if (high <= 0)
    return ivec2 (0, rows);
  number -= strip * columns * BLOCK;

  int block = number / (BLOCK * high), wide = min (BLOCK, columns - block * BLOCK);

  if (wide <= 0)
    return ivec2 (0, rows);
  number -= block * BLOCK * high;
  return ivec2 (block * BLOCK + number % wide, strip * BLOCK + number / wide);
}

/* Where row y of a map begins. */
int
row_of (Map map, int y)
{
  return map.place.z + y % map.place.x * map.place.y;
}

vec4
from_at (Map map, int at)
{
#ifdef HALF
  if (map.place.w != 0)
    return vec4 (from_half[at]);
#endif
  return from[at];
}

vec4
also_at (Map map, int at)
{
#ifdef HALF
  if (map.place.w != 0)
    return vec4 (also_half[at]);
#endif
  return also[at];
}

void
put (int x, int y, int group, vec4 v)
{
  int width = stage.to.size.x, channels = stage.to.size.z;

#ifdef HALF
  if (KEEP == 2)
    {
      if (any (greaterThan (magnitude (v), uvec4 (LARGEST_HALF))))
        overflowed = 1;
      to_half[row_of (stage.to, y) + group * width + x] = f16vec4 (v);
      return;
    }
#endif
  if (KEEP == 0)
    to[row_of (stage.to, y) + group * width + x] = v;
  else
    {
      int at = (y % stage.to.place.x * width + x) * channels + 4 * group;

      for (int c = 0; c < 4; c++)
        if (4 * group + c < channels)
          to_plain[at + c] = v[c];
    }
}

/* No number stays none, so that it is noticed in the result. */
vec4
sigmoid (vec4 v)
{
  return mix (1 / (1 + exp (-clamp (v, -80, 80))), v, greaterThan (magnitude (v), uvec4 (INFINITE)));
}

/* 1: sigmoid, 2: swish */
vec4
activate (vec4 v, int activation)
{
  return activation == 1 ? sigmoid (v) : activation == 2 ? v * sigmoid (v) : v;
}

vec4
sloped (vec4 v, vec4 slope)
{
  return mix (v, v * slope, lessThan (v, vec4 (0)));
}
