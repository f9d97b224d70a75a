/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "colours.h"

#include <math.h>

static double
linear (double encoded)
{
  return encoded <= 0.04045 ? encoded / 12.92 : pow ((encoded + 0.055) / 1.055, 2.4);
}

double
acu_colour_luminance (AcuColour c)
{
  return 0.2126 * linear (c.red) + 0.7152 * linear (c.green) + 0.0722 * linear (c.blue);
}

double
acu_colour_contrast (AcuColour a, AcuColour b)
{
  double x = acu_colour_luminance (a), y = acu_colour_luminance (b);

  return (fmax (x, y) + 0.05) / (fmin (x, y) + 0.05);
}

AcuColour
acu_colour_of_hue (double hue, double saturation, double value)
{
  double channels[3];

  for (int i = 0; i < 3; i++)
    {
      /* Red is high around 0, green around 1/3, blue around 2/3. */
      double away = fabs (fmod (hue - i / 3.0 + 1.5, 1.0) - 0.5) * 6;

      channels[i] = value * (1 - saturation * CLAMP (away - 1, 0, 1));
    }
  return (AcuColour) { channels[0], channels[1], channels[2] };
}

AcuColour
acu_colour_mix (AcuColour a, AcuColour b, double part)
{
  return (AcuColour) { a.red + (b.red - a.red) * part, a.green + (b.green - a.green) * part, a.blue + (b.blue - a.blue) * part };
}

static AcuColour
gray (double value)
{
  return (AcuColour) { value, value, value };
}

/* A colour of a hue within limits. */
static AcuColour
shade_of (AcuChance *chance, double hue, double least_saturation, double most_saturation, double least_value, double most_value)
{
  double saturation = acu_chance_between (chance, least_saturation, most_saturation);

  return acu_colour_of_hue (hue, saturation, acu_chance_between (chance, least_value, most_value));
}

static AcuColour
any_colour (AcuChance *chance)
{
  double hue = acu_chance_between (chance, 0, 1);

  return shade_of (chance, hue, 0, 1, 0, 1);
}

AcuColour
acu_colour_on (AcuChance *chance, AcuColour ground)
{
  AcuColour plain = acu_colour_contrast (gray (0), ground) > acu_colour_contrast (gray (1), ground) ? gray (0.07) : gray (1);

  for (int i = 0; i < 40 && !acu_chance_percent (chance, 35); i++)
    {
      AcuColour colour = any_colour (chance);

      if (acu_colour_contrast (colour, ground) >= ACU_CONTRAST_LEAST)
        return colour;
    }
  return plain;
}

/* Any two that differ enough. */
static AcuColours
coloured (AcuChance *chance)
{
  for (int i = 0; i < 60; i++)
    {
      AcuColours colours;

      colours.text = any_colour (chance);
      colours.ground = any_colour (chance);
      if (acu_colour_contrast (colours.text, colours.ground) >= ACU_CONTRAST_LEAST)
        return colours;
    }
  return (AcuColours) { acu_colour_of_hue (0.6, 1, 0.3), acu_colour_of_hue (0.15, 0.6, 1) };
}

AcuColours
acu_colours_draw (AcuChance *chance, AcuScheme scheme)
{
  AcuColours colours = { gray (0), gray (1) };
  double hue = acu_chance_between (chance, 0, 1);

  switch (scheme)
    {
    case ACU_SCHEME_BLACK_ON_WHITE:
      colours.text = acu_chance_percent (chance, 60) ? gray (0) : gray (acu_chance_between (chance, 0, 0.25));
      colours.ground = acu_chance_percent (chance, 75) ? gray (1) : gray (acu_chance_between (chance, 0.95, 1));
      break;
    case ACU_SCHEME_PAPER:
      colours.text = shade_of (chance, hue, 0, 0.5, 0, 0.3);
      colours.ground = shade_of (chance, acu_chance_percent (chance, 70) ? 0.11 : hue, 0, 0.2, 0.68, 0.98);
      break;
    case ACU_SCHEME_DARK:
      colours.ground = shade_of (chance, hue, 0, 0.6, 0, 0.25);
      hue = acu_chance_between (chance, 0, 1);
      colours.text = shade_of (chance, hue, 0, 0.35, 0.75, 1);
      break;
    default:
      colours = coloured (chance);
    }
  colours.second = acu_colour_on (chance, colours.ground);
  return colours;
}
