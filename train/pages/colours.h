/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colours that can be read on one another. */
#ifndef ACU_PAGE_COLOURS_H
#define ACU_PAGE_COLOURS_H

#include "canvas.h"
#include "chance.h"

G_BEGIN_DECLS

/* The contrast below which text is hard to read: WCAG's for large letters. */
#define ACU_CONTRAST_LEAST 3.0

typedef enum
{
  ACU_SCHEME_BLACK_ON_WHITE,
  ACU_SCHEME_PAPER,               /* dark on gray, cream, pale colours */
  ACU_SCHEME_DARK,                /* light on dark */
  ACU_SCHEME_COLOURED,
  ACU_SCHEMES
} AcuScheme;

/* Text and ground; `second` is another colour for what stands out, to be read on the ground as well. */
typedef struct AcuColours
{
  AcuColour text, ground, second;
} AcuColours;

/* WCAG 2's contrast of two sRGB-encoded colours, 1 to 21. */
double acu_colour_contrast (AcuColour a, AcuColour b);
/* WCAG's relative luminance, 0..1. */
double acu_colour_luminance (AcuColour colour);
/* Hue 0..1, saturation and value 0..1. */
AcuColour acu_colour_of_hue (double hue, double saturation, double value);
AcuColour acu_colour_mix (AcuColour a, AcuColour b, double part_of_b);
/* Draws a scheme's colours; contrasts are ACU_CONTRAST_LEAST or more. */
AcuColours acu_colours_draw (AcuChance *chance, AcuScheme scheme);
/* A text colour for a ground: often black or white, else a hue. */
AcuColour acu_colour_on (AcuChance *chance, AcuColour ground);

G_END_DECLS

#endif
