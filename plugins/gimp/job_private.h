/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job from within: what job.c computes and commit.c puts into images. */
#ifndef ACU_GIMP_JOB_H
#define ACU_GIMP_JOB_H

#include "patch.h"

/* Another version of a layer's result; what made it is its name. */
typedef struct PluginVersion
{
  char *name;
  GeglBuffer *result;
} PluginVersion;

/* One thing with pixels: a layer, or a mask, channel or selection. */
typedef struct PluginPart
{
  PluginItem item;
  gboolean coverage;              /* a mask, channel or selection: how much, not a colour */
  GeglRectangle source, scaled;
  const Babl *format;             /* of its pixels, when the job was made */
  double operations;
  GeglBuffer *result, *trust;     /* trust: a map of how far the result can be trusted, where one is wanted */
  GPtrArray *versions;            /* PluginVersion; NULL: none are wanted */
} PluginPart;

struct PluginJob
{
  PluginImage image;
  const PluginValues *values;
  AcuSize size;
  const Babl *space;
  int source_width, source_height;
  int width, height;              /* of the new image */
  GArray *parts;                  /* PluginPart */
  guint64 memory;
  double operations;
  AcuUpscaler *largest;           /* with largest_only: the plan of that layer, and how many times its pixels all layers have */
  double share;
  /* while computing */
  double done, current;           /* operations: of finished parts, of the one that runs */
  GTimer *timer;
  char *said;
};

/* Makes n - 1 more versions of a layer whose result is there, and the mean of all, into part->versions. `run` runs a job. */
typedef GeglBuffer *(*PluginVersionRun) (gpointer data, const AcuBridgeJob *bridge, GError **error);
gboolean plugin_versions_compute (PluginPart *part, const AcuBridgeJob *bridge, int n, PluginVersionRun run, gpointer data, GError **error);

/* Fills job->parts with the layers and masks, or with channels and the selection, of job->image, which is scaled to job->width × job->height. Two images with
 * the same layers give the same order. */
void plugin_job_collect_layers (PluginJob *job);
void plugin_job_collect_channels (PluginJob *job);
/* Whether each part is there, in this size: of before (`scaled` is FALSE) or after GIMP has scaled the image. */
gboolean plugin_job_parts_fit (const PluginJob *job, gboolean scaled);
/* FALSE with an error where the image has been changed since the job was made. */
gboolean plugin_job_check_unchanged (const PluginJob *job, GError **error);
/* An empty list of parts; unref it. */
GArray *plugin_job_new_parts (void);

#endif
