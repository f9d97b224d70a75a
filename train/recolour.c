/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "recolour.h"

#include "colours.h"

/* More are drawn in one of so many trillions of cases only: of two colours drawn by chance, more than a third differ enough. */
#define MOST_TRIES 64

static AcuColour
draw (AcuChance *chance)
{
  AcuColour colour;

  colour.red = acu_chance_between (chance, 0, 1);
  colour.green = acu_chance_between (chance, 0, 1);
  colour.blue = acu_chance_between (chance, 0, 1);
  return colour;
}

void
acu_train_recolour (float *rgb, gsize pixels, guint64 bits)
{
  AcuChance chance = { bits };
  AcuColour black = draw (&chance), white = draw (&chance);

  for (int i = 0; i < MOST_TRIES && acu_colour_contrast (black, white) < ACU_CONTRAST_LEAST; i++)
    {
      black = draw (&chance);
      white = draw (&chance);
    }
  for (gsize i = 0; i < pixels; i++)
    {
      rgb[3 * i] = (float) (black.red + (white.red - black.red) * rgb[3 * i]);
      rgb[3 * i + 1] = (float) (black.green + (white.green - black.green) * rgb[3 * i + 1]);
      rgb[3 * i + 2] = (float) (black.blue + (white.blue - black.blue) * rgb[3 * i + 2]);
    }
}
