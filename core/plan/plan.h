/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The planner: net → fused stages → which rows when → ring buffers → a program for a device.
 *
 * A plan runs in phases. Each global pooling is a barrier that ends a phase; the last phase makes the result. In a phase, bands of
 * rows go through all stages in order; a stage makes just the rows that the band's end needs. The buffers' sizes come from
 * going through the same schedule beforehand, so they are exact. */
#ifndef ACU_PLAN_H
#define ACU_PLAN_H

#include "device.h"
#include "net.h"

G_BEGIN_DECLS

typedef struct AcuPlan AcuPlan;

/* Plans `net` for a width × height picture. `memory` bytes limit arena and device memory; 0 for no limit. `band_rows` is the height
 * of a band of result rows, or 0 to choose. `net` must outlive the plan. Refuses with ACU_ERROR_MEMORY, saying what it
 * would need, when not even the lowest bands fit that can be planned in about a second: single rows, but for nets of
 * thousands of layers. `beside` bytes of that memory are the caller's. */
AcuPlan *acu_plan_new_beside (const AcuNet *net, const AcuDevice *device, int width, int height, int threads, guint64 memory,
                              guint64 beside, int band_rows, AcuPrecision precision, GError **error);

/* The same with all of the memory for the plan. */
static inline AcuPlan *
acu_plan_new (const AcuNet *net, const AcuDevice *device, int width, int height, int threads, guint64 memory, int band_rows,
              AcuPrecision precision, GError **error)
{
  return acu_plan_new_beside (net, device, width, height, threads, memory, 0, band_rows, precision, error);
}

void acu_plan_free (AcuPlan *plan);

int acu_plan_width (const AcuPlan *plan);         /* of the result */
int acu_plan_height (const AcuPlan *plan);
int acu_plan_channels (const AcuPlan *plan);
int acu_plan_band_rows (const AcuPlan *plan);     /* at most these many rows are finished at once */
guint64 acu_plan_bytes (const AcuPlan *plan);
double acu_plan_operations (const AcuPlan *plan);

/* Whether `fast` computes 3 × 3 convolutions of so many channels, of stride 1, in ACU_ALGORITHM_CONV2D_BLOCK. */
gboolean acu_plan_prefers_blocks (const AcuDevice *device, int in, int out);

/* The stages with windows, buffers and bytes, a line each; free with g_free(). */
char *acu_plan_print (const AcuPlan *plan);

typedef struct AcuPlanCallbacks
{
  AcuReadRows read;               /* interleaved floats of the net's input channels */
  AcuWriteRows write;             /* of the net's output channels */
  gboolean (*progress) (void *data, double operations_done);  /* FALSE cancels */
  void *data;
} AcuPlanCallbacks;

/* Packed weights of this plan, which has not been prepared, are not kept for later ones. */
void acu_plan_pass (AcuPlan *plan);
/* Allocates what the plan needs on its device and packs the weights; called by the first run if not before. */
gboolean acu_plan_prepare (AcuPlan *plan, GError **error);
/* ACU_ERROR_RANGE: the picture's numbers do not fit the fast arithmetic; an exact plan can still run it. */
gboolean acu_plan_run (AcuPlan *plan, const AcuPlanCallbacks *callbacks, GError **error);

G_END_DECLS

#endif
