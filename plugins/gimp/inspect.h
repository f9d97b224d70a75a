/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Each Layer Sees…: the feature maps of a network as a contact sheet in a new image. */
#ifndef ACU_GIMP_INSPECT_H
#define ACU_GIMP_INSPECT_H

#include "dialog.h"

#define PLUGIN_INSPECT "plug-in-acuity-inspect"
#define PLUGIN_INSPECT_LABEL N_("_What Each Layer Sees…")
#define PLUGIN_INSPECT_BLURB N_("Show what the layers of a neural network see in the picture")
#define PLUGIN_INSPECT_HELP                                                                                                 \
  N_("Runs a network on what is selected of the layer, or on all of it, as far as the depth asked for, and shows what is there: one small gray " \
     "picture for each thing that the network looks for, in a new image.")
#define PLUGIN_INSPECT_LEAST 32
#define PLUGIN_INSPECT_MOST 1024

/* Plain data, so that GIMP 2.10 can keep it between calls. */
typedef struct PluginInspection
{
  char model[PLUGIN_MAX_TEXT];
  char place[PLUGIN_MAX_TEXT];    /* a place or a level of it: see acu_maps_new() */
  int side;                       /* the longer one of a map, in source pixels */
} PluginInspection;

/* Rows as in acu_options_all(), ended by a NULL key: "model", "place", "side". */
const AcuOption *plugin_inspect_options (void);
void plugin_inspect_defaults (PluginInspection *inspection);
/* Shows the dialog; FALSE when it was cancelled. */
gboolean plugin_inspect_ask (PluginImage image, PluginInspection *inspection);
/* Makes the new image and, with `show`, opens it. */
gboolean plugin_inspect (PluginImage image, const PluginInspection *inspection, gboolean show, PluginImage *sheet, GError **error);

#endif
