/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by the parts of “acuity bench”. */
#ifndef ACU_BENCH_H
#define ACU_BENCH_H

#include "tool.h"

G_BEGIN_DECLS

/**
 * BenchOptions: what was asked for.
 * @models: names or files, ended by NULL; NULL if none was named
 * @width, @height: of the picture that networks see; 0 to choose
 * @threads: 0 for one per processor
 * @repeat: how often everything is measured
 * @device: what computes, as the option "device" names it
 * @quiet: without a progress bar
 */
typedef struct BenchOptions
{
  char **models;
  int width, height;
  int threads;
  AcuPrecision precision;
  int repeat;
  char *device;
  gboolean json, quiet;
} BenchOptions;

/* An upscaler that does with a width × height RGB picture, encoded with a curve, what `options` ask for and runs `model`
 * once: the result has the network's own size (`scale` times the picture). Everything else is as by default. */
AcuUpscaler *bench_upscaler_new (const BenchOptions *options, const char *model, int width, int height, int scale,
                                 GError **error);

/* Seconds on a clock that only moves forward, and processor seconds of all threads. */
double bench_wall (void);
double bench_cpu (void);
/* Bytes that this process holds in memory now ("VmRSS") or held at most ("VmHWM"); 0 if the system does not say. */
guint64 bench_resident (const char *key);
/* Of an array of doubles, which is sorted by this; 0 if there are none. */
double bench_median (GArray *values);

/**
 * BenchFigures: what was measured of one model. Plain data, which passes from one process to another.
 * @width, @height, @scale: the picture and how many times it was enlarged
 * @seconds: that this took, the median
 * @megapixel_seconds: that one megapixel would take at the same pace
 * @megapixel_memory, @planned: bytes that the job says it needs, for one megapixel and for the picture
 * @rise: bytes that the process grew by, the network's own included
 * @problem: a sentence; empty if all is well
 */
typedef struct BenchFigures
{
  char name[256];
  int width, height, scale;
  double seconds, megapixel_seconds;
  guint64 megapixel_memory, planned, rise;
  char problem[1024];
} BenchFigures;

/* Measures in a process of its own; the caller must have no threads. FALSE with the sentence. */
gboolean bench_model (const BenchOptions *options, const char *name, BenchFigures *figures, GError **error);

/* The protocol of a speed comparison, see bench_worker.c. Returns an exit status. */
int bench_worker (const BenchOptions *options);

G_END_DECLS

#endif
