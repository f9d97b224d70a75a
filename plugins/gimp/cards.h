/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graphics cards of this machine in the list of devices. */
#ifndef ACU_GIMP_CARDS_H
#define ACU_GIMP_CARDS_H

#include "dialog.h"

/* Adds them to the list by their names once somebody looks at it: finding them takes a moment, and seconds where they have not been tested yet. */
void plugin_cards_add (GtkWidget *combo);

#endif
