/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The same drawing in other colours. */
#ifndef ACU_TRAIN_RECOLOUR_H
#define ACU_TRAIN_RECOLOUR_H

#include <glib.h>

G_BEGIN_DECLS

/* Gives RGB numbers 0..1 of `pixels` pixels other colours: black becomes one that `bits` choose, white another, of which either may be the lighter and
 * whose contrast is ACU_CONTRAST_LEAST or more, and what lies between lies between them. Numbers stay within 0..1. */
void acu_train_recolour (float *rgb, gsize pixels, guint64 bits);

G_END_DECLS

#endif
