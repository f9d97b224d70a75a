/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What all shaders share. A feature map is kept in rows of a ring; a row has its channels in groups of four, each group a row of pixels. */
layout (local_size_x_id = 0, local_size_y_id = 1) in;

/* The result, read by the host: pixels of whole channels, as it wants them. */
layout (constant_id = 2) const int PLAIN = 0;

struct Map
{
  ivec4 size;                     /* width, height, channels, groups */
  ivec4 place;                    /* slots, fours a row, where the ring begins in what is bound, 0 */
};

/* As AcuVulkanStageInfo. */
layout (std140, binding = 0) uniform Stage
{
  Map to;
  Map from[9];
  vec4 scale;                     /* of the sum: its two; of the gate: its two */
  ivec4 numbers[2];
  ivec4 rows;                     /* first, how many */
} stage;

layout (std430, binding = 1) readonly buffer Numbers { vec4 numbers[]; };
layout (std430, binding = 2) buffer To { vec4 to[]; };
layout (std430, binding = 2) buffer ToPlain { float to_plain[]; };
layout (std430, binding = 3) readonly buffer From { vec4 from[]; };
layout (std430, binding = 4) readonly buffer Also { vec4 also[]; };

/* Where row y of a map begins. */
int
row_of (Map map, int y)
{
  return map.place.z + y % map.place.x * map.place.y;
}

void
put (int x, int y, int group, vec4 v)
{
  int width = stage.to.size.x, channels = stage.to.size.z;

  if (PLAIN == 0)
    to[row_of (stage.to, y) + group * width + x] = v;
  else
    {
      int at = (y % stage.to.place.x * width + x) * channels + 4 * group;

      for (int c = 0; c < 4; c++)
        if (4 * group + c < channels)
          to_plain[at + c] = v[c];
    }
}

vec4
sigmoid (vec4 v)
{
  return 1 / (1 + exp (-clamp (v, -80, 80)));
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
