/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small part of a layer as it will be: for previews. It is read where GIMP may be spoken to, computed in any thread. */
#ifndef ACU_GIMP_PATCH_H
#define ACU_GIMP_PATCH_H

#include "plugin.h"

#include <bridge.h>
#include <cairo.h>

/* How a job's values say what becomes of a layer's pixels; input, rect and size are the caller's. */
void plugin_bridge_layer (AcuBridgeJob *bridge, const PluginValues *values, const Babl *space);

/* Where the job puts a layer: its place in the image before and after. */
gboolean plugin_layer_scaled (PluginImage image, const PluginValues *values, PluginItem layer, GeglRectangle *source,
                              GeglRectangle *scaled, GError **error);

/* acu_measure_oversize() of the layer that the person works on; 1 where there is none. */
double plugin_layer_oversize (PluginImage image);

/**
 * PluginPlace: what must be worked on so that a view of the result can be seen
 * @view: in pixels of the layer's whole result
 * @part: pixels of the layer that are read
 * @result: where what becomes of them is in the whole result
 */
typedef struct PluginPlace
{
  GeglRectangle view, part, result;
} PluginPlace;

/* The part of a width × height layer for a view of its scaled_width × scaled_height result, with `margin` pixels around. It begins at a
 * multiple of `grid`, and its edges are where pixels of layer and result meet: exactly for whole factors and simple fractions, to about a
 * tenth of one of the result's for most others (half of one at worst: factors that are almost whole). At the layer's own edges it ends
 * there. `view` is inside the result. */
void plugin_place (PluginPlace *place, int width, int height, int scaled_width, int scaled_height, const GeglRectangle *view,
                   int margin, int grid);

/**
 * PluginPatch:
 * @place: where it is
 * @values: the options it is made with
 * @after, @before: what it becomes, and the same enlarged plainly; of the view's size. NULL before plugin_patch_run()
 * @error: why there is none, or NULL
 * @reach, @grid, @whole: what acu_upscaler_reach() said; `whole`: the model looks at the whole picture
 * @layer: its size before and after
 * @number: the caller's
 * @measure: set it before plugin_patch_run(): then @measures are those of what was computed, the view and what is around it
 */
typedef struct PluginPatch
{
  PluginPlace place;
  PluginValues values;
  cairo_surface_t *after, *before;
  GError *error;
  int reach, grid;
  gboolean whole;
  GeglRectangle layer, scaled;
  int number;
  gboolean measure;
  AcuBridgeMeasures measures;
  /* private */
  GeglBuffer *input;
  const Babl *space;
  gint cancelled, thousandths;    /* atomic */
} PluginPatch;

/* Reads what is needed of a layer; never fails. */
PluginPatch *plugin_patch_new (PluginImage image, PluginItem layer, const PluginValues *values, const GeglRectangle *source,
                               const GeglRectangle *scaled, const GeglRectangle *view, int margin, int grid);
/* NULL is allowed. */
void plugin_patch_free (PluginPatch *patch);
/* Computes it. In any thread, but only in one. */
void plugin_patch_run (PluginPatch *patch);
/* From any thread: plugin_patch_run() ends soon. */
void plugin_patch_cancel (PluginPatch *patch);
/* Whether everything that decides what the view becomes was read; and whether the view therefore is what the whole picture will have there, which it is
 * but for a shift by a fraction of a pixel where the part's edges do not lie between pixels of the result. */
gboolean plugin_patch_is_complete (const PluginPatch *patch);
gboolean plugin_patch_is_exact (const PluginPatch *patch);

/* Computes patches in a thread, one after the other. */
typedef struct PluginWorker PluginWorker;
/* From the main loop; the patch is now the caller's. Not called for what was cancelled. */
typedef void (*PluginPatchDone) (gpointer data, PluginPatch *patch);

PluginWorker *plugin_worker_new (PluginPatchDone done, gpointer data);
/* Cancels everything and waits for its end: a fraction of a second, or seconds while a network is being planned. */
void plugin_worker_free (PluginWorker *worker);
/* Cancels everything and does not wait: the worker is gone when what is going on has ended. */
void plugin_worker_leave (PluginWorker *worker);
/* Waits for all that were left, before the plug-in ends. */
void plugin_workers_wait (void);
/* Takes the patch. */
void plugin_worker_add (PluginWorker *worker, PluginPatch *patch);
void plugin_worker_cancel (PluginWorker *worker);
/* The share, 0 to 1, that is done of what is computed now; negative while nothing is. */
double plugin_worker_progress (const PluginWorker *worker);

#endif
