#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The mean of a map in two steps, each adding in one order whatever the bands are: first every row's sums, then those of all rows. */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"

layout (constant_id = 3) const int ROWS = 1;
/* A driver may end loops after 65,535 rounds. */
#define AT_ONCE 16

vec4 sum, lost;

/* Kahan 1965. */
void
add (vec4 v)
{
  precise vec4 y = v - lost;
  precise vec4 t = sum + y;
  precise vec4 d = t - sum;

  lost = d - y;
  sum = t;
}

void
main ()
{
  int row = int (gl_GlobalInvocationID.x), group = int (gl_WorkGroupID.z), groups = stage.to.size.w;
  int count = ROWS != 0 ? stage.from[0].size.x : stage.from[0].size.y;
  int y = stage.rows.x + row;

  if (row >= (ROWS != 0 ? stage.rows.y : 1))
    return;
  sum = lost = vec4 (0);
  for (int i = 0; i < count; i += AT_ONCE)
    for (int k = 0; k < AT_ONCE; k++)
      if (i + k < count)
        add (ROWS != 0 ? from_at (stage.from[0], row_of (stage.from[0], y) + group * count + i + k) : from[(i + k) * groups + group]);
  if (ROWS != 0)
    to[y * groups + group] = sum;
  else
    put (0, 0, group, sum / (float (count) * float (stage.from[0].size.x)));
}
