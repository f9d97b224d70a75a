/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a layer is looked at. */
#ifndef ACU_GIMP_PIECE_H
#define ACU_GIMP_PIECE_H

#include "compat.h"

/* The selection's part of the layer, or all of it; in the layer's pixels. */
void plugin_piece_of (PluginImage image, PluginItem layer, GeglRectangle *piece);

#endif
