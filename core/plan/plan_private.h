/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by the files of this room. */
#ifndef ACU_PLAN_PRIVATE_H
#define ACU_PLAN_PRIVATE_H

#include "plan.h"

struct AcuPlan
{
  const AcuNet *net;
  const AcuDevice *device;
  int threads;
  AcuPrecision precision;
  AcuProgram program;
  const AcuLayer **layers;        /* by stage: the layer whose window the stage has */
  guint *layer_stage;             /* by layer: the stage that makes its feature map; only while stages are made */
  guint *consumers_start;         /* by stage: its readers are consumers[start .. start of next) */
  guint *consumers;               /* stage numbers */
  int band_rows;
  gboolean whole;                 /* one band a phase, but for the tail; buffers shared by lifetime */
  guint tail;                     /* the first of the last stages that make a few rows in turns even so; n_stages if none do */
  double operations, leads;       /* result rows that its phases begin before their first ones, all together */
  guint64 bytes, beside;          /* its own; of the memory limit, the caller's */
  AcuExecutor *executor;
};

/* Result rows that are handed on at once: of narrow pictures more, for each turn costs the same. */
#define ACU_PLAN_TURN_ROWS 64
#define ACU_PLAN_TURN_BYTES 800000

static inline int
acu_plan_turn_rows (const AcuPlan *plan)
{
  const AcuBuffer *result = &plan->program.buffers[plan->program.n_stages - 1];
  guint64 row = MAX (1, (guint64) result->width * result->channels * sizeof (float));

  return MAX ((int) (ACU_PLAN_TURN_BYTES / row), ACU_PLAN_TURN_ROWS) / ACU_PLAN_TURN_ROWS * ACU_PLAN_TURN_ROWS;
}

/* stages.c: fuses the net's layers into plan->program.stages and shapes the buffers, without ring sizes. */
gboolean acu_plan_make_stages (AcuPlan *plan, int width, int height, GError **error);
/* stages.c: makes plan->consumers anew from the stages' inputs; FALSE without memory. */
gboolean acu_plan_list_consumers (AcuPlan *plan);

/* recompute.c: inserts copies of stages that are cheap to do twice, for readers that lag far behind; at most so many, for which there
 * is room behind the last stage. Follows acu_plan_choose(). FALSE without memory. */
gboolean acu_plan_recompute (AcuPlan *plan);
#define ACU_PLAN_SPARE_STAGES 8

/* fusions.c */
typedef struct AcuGate
{
  guint convolution, other;       /* layers: v and x */
  guint swallowed[3];             /* layers that need no stage: sigmoid, scaling (or the sigmoid again), sum */
  float scale[2], gate[2];        /* a, b; c, d */
} AcuGate;

/* Whether layer `mul` ends a gate that its convolution can do. readers: how many layers read each layer. */
gboolean acu_plan_find_gate (const AcuNet *net, const guint *readers, guint mul, AcuGate *gate);

typedef struct AcuRepeat
{
  guint shuffle, nearest, source; /* layers */
} AcuRepeat;

/* Whether layer `add` adds a repeated map to a pixel shuffle that can do so itself; `nearest` needs no stage then. */
gboolean acu_plan_find_repeat (const AcuNet *net, const guint *readers, guint add, AcuRepeat *repeat);

typedef struct AcuEnlargement
{
  guint bicubic, shuffle;         /* layers */
} AcuEnlargement;

/* Whether layer `add` adds a pixel shuffle to a bicubic enlargement that can do so itself; `shuffle` and `bicubic` need no stages then. */
gboolean acu_plan_find_enlargement (const AcuNet *net, const guint *readers, guint add, AcuEnlargement *enlargement);

/* choose.c: picks each convolution's algorithm and how each map is kept; and the latter once more, for other readers. */
void acu_plan_choose (AcuPlan *plan);
void acu_plan_choose_maps (AcuPlan *plan);

/* The rows (or, cut to the picture, the last row) of an input that rows of a stage read; see acu_layer_window() and
 * acu_layer_last_row(). */
void acu_plan_window (const AcuPlan *plan, guint stage, guint input, int first, int last, int *in_first, int *in_last);
int acu_plan_last_row (const AcuPlan *plan, guint stage, guint input, int last);

/* Called for each step of a schedule: rows first .. first + rows - 1 of a stage (GLOBAL_POOL: of its input), and at the
 * end of a band with stage = G_MAXUINT and the result rows that became ready. FALSE ends it. */
typedef gboolean (*AcuStep) (void *data, guint stage, int first, int rows, GError **error);

/* A schedule begins at most so many rows, and those of the picture, before its first one. */
#define ACU_PLAN_MOST_LEAD 4096

/* schedule.c: sets plan->leads, and the stages' phases, so that each stage is as far ahead of its readers as its window asks for, and no farther. */
gboolean acu_plan_set_phases (AcuPlan *plan);

/* schedule.c: sets plan->tail. */
void acu_plan_find_tail (AcuPlan *plan);

/* What a buffer must hold, and in which phases it is written or read: those that end with barriers; of a whole picture each stage is one, and its
 * tail. */
typedef struct AcuLife
{
  int rows;                       /* 0: it is never written */
  guint first, last;
} AcuLife;

/* schedule.c: goes through the schedule. If `lives`, which begin as zeros, is not NULL it gets each buffer's. */
gboolean acu_plan_schedule (const AcuPlan *plan, int band_rows, AcuLife *lives, AcuStep step, void *data, GError **error);

/* buffers.c: sizes and places the buffers for this band height (0: whole picture); FALSE if numbers overflow. */
gboolean acu_plan_place (AcuPlan *plan, int band_rows, GError **error);

#endif
