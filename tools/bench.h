/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by the parts of “acuity bench”. */
#ifndef ACU_BENCH_H
#define ACU_BENCH_H

#include "tool.h"

G_BEGIN_DECLS

/**
 * BenchOptions: what was asked for.
 * @models: names or .param files, ended by NULL; NULL if none was named
 * @width, @height: of the picture that networks see; 0 to choose
 * @threads: 0 for one per processor
 * @repeat: how often everything is measured
 */
typedef struct BenchOptions
{
  char **models;
  int width, height;
  int threads;
  int repeat;
  gboolean json;
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

/* The protocol of a speed comparison, see bench_worker.c. Returns an exit status. */
int bench_worker (const BenchOptions *options);

G_END_DECLS

#endif
