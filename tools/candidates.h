/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Several versions of one result: --candidates. */
#ifndef ACU_TOOL_CANDIDATES_H
#define ACU_TOOL_CANDIDATES_H

#include "tool.h"

#include <bridge.h>

/**
 * ToolVersions: several versions of one result
 * @job: what makes the first one; its input is there
 * @picture: that input, with its metadata
 * @output: where their mean goes; the versions go to NAME-1.EXT and so on beside it, a sheet of all of them to NAME-sheet.EXT
 * @n: how many
 * @written: as tool_output_is_free() has it
 * @compute: runs a planned job
 * @progress: of all of them
 */
typedef struct ToolVersions
{
  AcuBridgeJob *job;
  const ToolPicture *picture;
  const char *output;
  const ToolFormat *format;
  GHashTable *written;
  int n, quality;
  gboolean quiet;
  GeglBuffer *(*compute) (const AcuBridgeJob *job, AcuUpscaler *upscaler, const char *shown, AcuProgress progress, void *data, GError **error);
  ToolProgress *progress;
} ToolVersions;

/* Makes and writes them, and prints a table of what made them and how they measure. */
gboolean tool_versions_make (const ToolVersions *versions, GError **error);

#endif
