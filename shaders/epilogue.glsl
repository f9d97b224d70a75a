/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What follows a convolution's sums, in the order in which the processor does it. */
layout (constant_id = 3) const int SLOPE = 0;
layout (constant_id = 4) const int ACTIVATION = 0;
layout (constant_id = 5) const int RESIDUAL = 0;        /* 1: a sum, 2: and a gate */
layout (constant_id = 15) const int UNEVEN = 0;         /* whether some invocations make one group of channels less than others */

/* Numbers begin with each group's bias and slope. */
vec4
bias_of (int group)
{
  return numbers[2 * group];
}

/* The first group of the invocations of some layer of workgroups. */
int
first_group (uint layer)
{
  return int (layer) * stage.to.size.w / int (gl_NumWorkGroups.z);
}

void
finish (int x, int y, int group, vec4 v)
{
  if (x >= stage.to.size.x)
    return;
  if (SLOPE != 0)
    v = sloped (v, numbers[2 * group + 1]);
  v = activate (v, ACTIVATION);
  if (RESIDUAL != 0)
    {
      Map map = stage.from[stage.numbers[1].w];
      vec4 other = also_at (map, row_of (map, y) + group * map.size.x + x);
      vec4 sum = fma (v, vec4 (stage.scale.x), other * stage.scale.y);

      v = RESIDUAL == 2 ? sum * fma (sigmoid (v), vec4 (stage.scale.z), vec4 (stage.scale.w)) : sum;
    }
  put (x, y, group, v);
}
