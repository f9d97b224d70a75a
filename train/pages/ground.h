/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a page's text stands on, and what screens do to it. */
#ifndef ACU_PAGE_GROUND_H
#define ACU_PAGE_GROUND_H

#include "draw.h"

G_BEGIN_DECLS

/* The colour of the page's ground, now and then as a gradient or with the shades of paper; text can be read on all of it. */
void acu_page_ground (AcuPage *page);
/* A part of one of the page's photographs, of which there must be one. */
void acu_page_photo (AcuPage *page);
/* A mean colour of what has been drawn in a rectangle (however it is turned: around its middle). */
AcuColour acu_page_mean (AcuPage *page, double x, double y, double width, double height);
/* Shifts red and blue against green as the subpixels of a flat screen do, for a picture that is made `scale` times smaller. */
void acu_page_fringes (AcuPage *page, int scale);

G_END_DECLS

#endif
