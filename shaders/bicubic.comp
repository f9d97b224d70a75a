#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Numbers: for each column, then for each row, four taps and the first position. A map whose channels are shuffled to pixels may be added. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout (constant_id = 3) const int ADDS = 0;

vec4
shuffled (int x, int y, int group)
{
  Map map = stage.from[1];
  int factor = stage.numbers[1].x, at = row_of (map, y / factor) + x / factor;
  vec4 v = vec4 (0);

  for (int c = 0; c < 4; c++)
    if (4 * group + c < stage.to.size.z)
      {
        int channel = ((4 * group + c) * factor + y % factor) * factor + x % factor;

        v[c] = also_at (map, at + channel / 4 * map.size.x)[channel % 4];
      }
  return v;
}

void
main ()
{
  int x = int (gl_GlobalInvocationID.x), row = int (gl_GlobalInvocationID.y), group = int (gl_WorkGroupID.z);
  int y = stage.rows.x + row, width = stage.from[0].size.x, height = stage.from[0].size.y;
  vec4 sum = vec4 (0);

  if (x >= stage.to.size.x || row >= stage.rows.y)
    return;
  vec4 across = numbers[2 * x], down = numbers[2 * (stage.to.size.x + y)];
  int first_x = int (numbers[2 * x + 1].x), first_y = int (numbers[2 * (stage.to.size.x + y) + 1].x);

  for (int i = 0; i < 4; i++)
    {
      vec4 mixed = vec4 (0);

      for (int k = 0; k < 4; k++)
        {
          int at = row_of (stage.from[0], min (first_y + k, height - 1)) + group * width + min (first_x + i, width - 1);

          mixed = fma (from_at (stage.from[0], at), vec4 (down[k]), mixed);
        }
      sum = fma (mixed, vec4 (across[i]), sum);
    }
  put (x, y, group, ADDS != 0 ? sum + shuffled (x, y, group) : sum);
}
