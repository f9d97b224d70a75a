/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece of the result at 100 %, beside what was there before, computed while the dialog is open. */
#ifndef ACU_GIMP_PREVIEW_H
#define ACU_GIMP_PREVIEW_H

#include "patch.h"

#include <libgimp/gimpui.h>

typedef struct PluginPreview PluginPreview;

/* Puts the preview into `box`: the picture with a line between before and after, and what is going on; and into `below` a small map to choose the piece on. */
PluginPreview *plugin_preview_new (PluginImage image, GtkBox *box, GtkBox *below);
/* Ends what is computed. */
void plugin_preview_free (PluginPreview *preview);
/* Shows soon what these options make; what was computed for others is cancelled. */
void plugin_preview_set (PluginPreview *preview, const PluginValues *values);

/* Computes nothing until plugin_preview_set() is called again. */
void plugin_preview_pause (PluginPreview *preview);
/* Moves the piece by so many pixels of the result. */
void plugin_preview_move (PluginPreview *preview, double x, double y);
/* How many times the image becomes larger with these options (2 where they make no sense), and whether the model can clean then. */
double plugin_preview_factor (const PluginPreview *preview, const PluginValues *values);
gboolean plugin_preview_cleans (const PluginPreview *preview, const PluginValues *values);

/* The piece that is shown, for the same options or others: a patch to compute, NULL with an error. `earlier`, of the same options, may be NULL; it
 * says how much must be read around the piece. */
PluginPatch *plugin_preview_patch (PluginPreview *preview, const PluginValues *values, int width, int height, const PluginPatch *earlier,
                                   GError **error);

/* Whether a patch is not exact yet, but can be made so with plugin_preview_patch(). */
gboolean plugin_preview_can_refine (const PluginPatch *patch);

/* Draws a patch with its view's left top corner at x, y; what is transparent, over checks. */
void plugin_draw_picture (cairo_t *cr, cairo_surface_t *picture, int x, int y);

#endif
