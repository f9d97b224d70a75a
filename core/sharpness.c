/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The effective size of a picture, by its spectrum: of short pieces of rows and columns, without their slope, under a Hann window. */
#include <acuity/sharpness.h>

#include <glib/gi18n-lib.h>
#include <math.h>

#define PIECE 64
#define BANDS (PIECE / 2)
#define LINES 256                 /* rows and columns that are looked at, at most */
/* Measured on the 24 Kodak pictures and 24 others: sharp ones, and what is left of them at half their size or after JPEG, never fall by more than 2^5.1 within an octave;
 * the same enlarged twice, or blurred by one pixel, by 2^4.9 to 2^11. */
#define STEEP 5.3
#define HIGHEST 26                /* above it patterns have gaps that no blur made */
#define LOWEST 8                  /* an octave below it there must be something to compare with */
/* Eight bits make 3e-5. */
#define LEAST_POWER 4e-4
/* Filters that enlarge leak above the old limit. */
#define LEAK 0.75

typedef struct Spectrum
{
  double power[BANDS + 1];
  float window[PIECE], wave[PIECE];
  gsize pieces;
} Spectrum;

/* Adds what a piece holds: pixel by pixel `stride` floats apart. */
static void
add_piece (Spectrum *spectrum, const float *pixel, gsize stride)
{
  const double middle = (PIECE - 1) / 2.0, squares = PIECE * ((double) PIECE * PIECE - 1) / 12;
  double values[PIECE], mean = 0, slope = 0;

  for (int i = 0; i < PIECE; i++)
    {
      const float *p = pixel + i * stride;

      values[i] = 0.299 * CLAMP (p[0], 0, 1) + 0.587 * CLAMP (p[1], 0, 1) + 0.114 * CLAMP (p[2], 0, 1);
      if (!isfinite (values[i]))
        values[i] = 0;
      mean += values[i] / PIECE;
      slope += values[i] * (i - middle) / squares;
    }
  for (int i = 0; i < PIECE; i++)
    values[i] = (values[i] - mean - slope * (i - middle)) * spectrum->window[i];
  for (int k = 1; k <= BANDS; k++)
    {
      double cosine = 0, sine = 0;

      for (int i = 0; i < PIECE; i++)
        {
          cosine += values[i] * spectrum->wave[k * i % PIECE];
          sine += values[i] * spectrum->wave[(k * i + PIECE / 4) % PIECE];
        }
      spectrum->power[k] += cosine * cosine + sine * sine;
    }
  spectrum->pieces++;
}

/* `lines` lines, `across` floats apart, of `length` pixels, `along` floats apart. */
static void
add_lines (Spectrum *spectrum, const float *pixels, int lines, gsize across, int length, gsize along)
{
  int skip = MAX (1, lines / LINES);

  for (int y = 0; y < lines; y += skip)
    for (int x = 0; x + PIECE <= length; x += PIECE * MAX (1, length / (16 * PIECE)) / 2)
      add_piece (spectrum, pixels + y * across + x * along, along);
}

/* The first band that has fallen steeply from an octave below, and from where on nothing rises again, as it does behind the gaps of regular patterns; 0: there is
 * none. */
static int
find_end (const Spectrum *spectrum)
{
  double smooth[BANDS + 1] = { 0 }, above = 0, strong = 0;
  int end = 0;

  for (int k = 2; k < BANDS; k++)
    smooth[k] = (spectrum->power[k - 1] + spectrum->power[k] + spectrum->power[k + 1]) / 3 / (double) spectrum->pieces;
  for (int k = LOWEST / 2; k <= LOWEST; k++)
    strong += smooth[k] / (LOWEST / 2 + 1);
  if (!(strong >= LEAST_POWER))
    return 0;
  for (int k = BANDS - 1; k >= LOWEST; k--)
    {
      above = fmax (above, smooth[k]);
      if (k <= HIGHEST && log2 ((above + 1e-9) / ((smooth[k / 2] + smooth[(k + 1) / 2]) / 2 + 1e-9)) < -STEEP)
        end = k;
    }
  return end;
}

double
acu_measure_oversize (const float *pixels, int width, int height, int step)
{
  Spectrum spectrum = { .pieces = 0 };
  int end;

  if (width < PIECE || height < PIECE)
    return 1;
  for (int i = 0; i < PIECE; i++)
    {
      spectrum.window[i] = (float) pow (sin (G_PI * (i + 0.5) / PIECE), 2);
      spectrum.wave[i] = (float) cos (2 * G_PI * i / PIECE);
    }
  add_lines (&spectrum, pixels, height, (gsize) width * step, width, step);
  add_lines (&spectrum, pixels, width, step, height, (gsize) width * step);
  end = find_end (&spectrum);
  return end ? fmax (1, BANDS / (LEAK * end)) : 1;
}

/* Never more than what a sharp picture of that size would become; whole and half numbers. */
static double
proposal (double factor, double oversize)
{
  return fmax (1, floor (2 * factor / oversize) / 2);
}

char *
acu_limits_text (double factor, double oversize)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double smaller = proposal (factor, oversize);

  if (factor > ACU_FAR_FACTOR)
    g_string_append (text, _("More than 6 times larger, nearly all fine detail is made up: it looks plausible but need not be true, and faces and text may come out wrong."));
  if (oversize > 1.25 && factor > 1)
    {
      if (text->len)
        g_string_append_c (text, ' ');
      /* Translators: a number such as 1.7, then a factor such as 2.5. */
      g_string_append_printf (text, _("The picture is blurred or was enlarged before: it holds no more detail than one %.1f times smaller."), oversize);
      if (smaller < factor && smaller > 1)
        g_string_append_printf (text, _(" A factor of %g makes as much of it."), smaller);
    }
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
