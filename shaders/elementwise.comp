#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Stages that make a pixel of one or two others: an invocation makes four channels of one. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

/* AcuStageKind */
#define SLOPE 3
#define ACTIVATION 4
#define ADD 5
#define MUL 6
#define CHANNEL_MUL 7
#define AFFINE 8
#define CONCAT 9
#define APPEND 10
#define CROP 11
#define PAD 12
#define NEAREST 13
#define PIXEL_SHUFFLE 15
#define NOISE 19

layout (constant_id = 3) const int KIND = ADD;
/* ACTIVATION: which; PAD: whether it reflects; CONCAT: parts; PIXEL_SHUFFLE: whether something is added. */
layout (constant_id = 4) const int WHICH = 0;

vec4
from_group (int x, int y, int group)
{
  return from_at (stage.from[0], row_of (stage.from[0], y) + group * stage.from[0].size.x + x);
}

vec4
also_group (int x, int y, int group)
{
  return also_at (stage.from[1], row_of (stage.from[1], y) + group * stage.from[1].size.x + x);
}

float
from_channel (Map map, int x, int y, int channel)
{
  return from_at (map, row_of (map, y) + channel / 4 * map.size.x + x)[channel % 4];
}

int
border (int at, int size)
{
  if (WHICH != 0 && size > 1)
    {
      int period = 2 * (size - 1);
      int phase = (at % period + period) % period;

      return phase < size ? phase : period - phase;
    }
  return clamp (at, 0, size - 1);
}

/* One channel of what joins or reorders channels. */
float
moved (int x, int y, int channel)
{
  if (KIND == CONCAT)
    {
      for (int k = 0; k < WHICH; k++)
        {
          if (channel < stage.from[k].size.z)
            return from_channel (stage.from[k], x, y, channel);
          channel -= stage.from[k].size.z;
        }
      return 0;
    }
  if (KIND == APPEND)
    {
      int own = stage.from[0].size.z;

      return channel < own ? from_channel (stage.from[0], x, y, channel) : numbers[(channel - own) / 4][(channel - own) % 4];
    }
  int factor = stage.numbers[1].x;

  return from_channel (stage.from[0], x / factor, y / factor, (channel * factor + y % factor) * factor + x % factor);
}

/* As kernels/noise.h. */
uint
mixed (uint v, uint key)
{
  v = (v ^ v >> 16) * 0x21f0aaadu ^ key;
  v = (v ^ v >> 15) * 0xd35a2d97u;
  return v ^ v >> 15;
}

float
noise (int x, int y, int channel)
{
  uint seed = uint (stage.numbers[1].y), step = uint (stage.numbers[1].z), row = uint (y + stage.numbers[0].y);
  uint first = mixed (mixed (mixed (seed + 0x9e3779b9u, step), row), 0x243f6a88u);
  uint second = mixed (mixed (mixed (row + 0x85ebca6bu, seed), step), 0x13198a2eu);
  uint place = uint (x + stage.numbers[0].x) * uint (stage.to.size.z) + uint (channel);
  uint a = mixed (place * 0x9e3779b1u + first, second), b = mixed (a + second, first);
  int sum = int ((a & 0xffffu) + (a >> 16) + (b & 0xffffu) + (b >> 16)) - 131070;
  precise float s = float (sum) * (1 / 65536.0), square = s * s, bend = square * 0.00542658;

  bend = (bend - 0.017429) * square;
  bend = (bend + 0.02886287) * square;
  bend = (bend + 0.04756559) * square;
  bend = (bend + 1.66693391) * s;
  return bend;
}

vec4
by_channels (int x, int y, int group)
{
  vec4 v = vec4 (0);

  for (int c = 0; c < 4; c++)
    if (4 * group + c < stage.to.size.z)
      v[c] = KIND == NOISE ? noise (x, y, 4 * group + c) : moved (x, y, 4 * group + c);
  if (KIND == PIXEL_SHUFFLE && WHICH != 0)
    v += also_group (x / stage.numbers[1].x, y / stage.numbers[1].x, group);
  return v;
}

vec4
made (int x, int y, int group)
{
  ivec2 corner = stage.numbers[0].xy;
  int factor = stage.numbers[1].x;

  switch (KIND)
    {
    case SLOPE:
      return sloped (from_group (x, y, group), numbers[2 * group]);
    case ACTIVATION:
      return activate (from_group (x, y, group), WHICH);
    case ADD:
      return fma (from_group (x, y, group), vec4 (stage.scale.x), also_group (x, y, group) * stage.scale.y);
    case MUL:
      return from_group (x, y, group) * also_group (x, y, group);
    case CHANNEL_MUL:
      return from_group (x, y, group) * also_group (0, 0, group);
    case AFFINE:
      return fma (from_group (x, y, group), numbers[2 * group], numbers[2 * group + 1]);
    case CROP:
      return from_group (x + corner.x, y + corner.y, group);
    case PAD:
      return from_group (border (x - corner.x, stage.from[0].size.x), border (y - corner.y, stage.from[0].size.y), group);
    case NEAREST:
      return from_group (x / factor, y / factor, group);
    default:
      return by_channels (x, y, group);
    }
}

void
main ()
{
  int x = int (gl_GlobalInvocationID.x), row = int (gl_GlobalInvocationID.y), group = int (gl_WorkGroupID.z);
  int y = stage.rows.x + row;

  if (x < stage.to.size.x && row < stage.rows.y)
    put (x, y, group, made (x, y, group));
}
