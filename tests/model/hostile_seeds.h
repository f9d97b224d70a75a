/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* .param files without a .bin that are sound line by line and hostile as a whole. */
#ifndef HOSTILE_SEEDS_H
#define HOSTILE_SEEDS_H

#include <glib.h>

/* Resizes up and down again: the same size near 256 pixels, another one elsewhere. */
GString *hostile_drift (void);
/* Resizes by a little more than 2: exactly twice the size only while the picture is small. */
GString *hostile_rounding (void);
/* Joins a map with itself, eight times each time, so often; then takes a ReLU of it. */
GString *hostile_doubling (int times);
/* A map of 61,440 channels, then so many ReLUs, each with a slope of its own. */
GString *hostile_slopes (int layers);
/* The same with an addition of a number in place of each ReLU. */
GString *hostile_offsets (int layers);
/* Of about so many bytes: a line of short words, a parameter of many numbers, a name. */
GString *hostile_words (gsize bytes);
GString *hostile_numbers (gsize bytes);
GString *hostile_name (gsize bytes);
/* So many layers with all the parameters that a layer may have. */
GString *hostile_parameters (int layers);
/* So many layers that change nothing, or so many times a mean over the picture that scales it. */
GString *hostile_chain (int layers);
GString *hostile_barriers (int times);

#endif
