#version 450
/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The picture as the host has it becomes a feature map. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout (std430, binding = 3) readonly buffer FromPlain { float from_plain[]; };

void
main ()
{
  int x = int (gl_GlobalInvocationID.x), row = int (gl_GlobalInvocationID.y), group = int (gl_WorkGroupID.z);
  int y = stage.rows.x + row, channels = stage.to.size.z;
  vec4 v = vec4 (0);

  if (x >= stage.to.size.x || row >= stage.rows.y)
    return;
  for (int c = 0; c < 4; c++)
    if (4 * group + c < channels)
      v[c] = from_plain[(y % stage.to.place.x * stage.to.size.x + x) * channels + 4 * group + c];
  put (x, y, group, v);
}
