/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small picture of a layer, on which one chooses a piece of it. */
#ifndef ACU_GIMP_MAP_H
#define ACU_GIMP_MAP_H

#include "widgets.h"

typedef struct PluginMap PluginMap;
/* Where the piece's centre shall be, 0 to 1 in each direction. */
typedef void (*PluginMapMoved) (gpointer data, double x, double y);

/* `layer` may be NULL: then nothing is shown. Puts its widget into `box`. */
PluginMap *plugin_map_new (const PluginItem *layer, GtkBox *box, PluginMapMoved moved, gpointer data);
void plugin_map_free (PluginMap *map);
/* Frames the piece: left top corner and size, 0 to 1. */
void plugin_map_show (PluginMap *map, double x, double y, double width, double height);

#endif
