/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Stockham's order: each pass takes one factor out of the length and needs no bit reversal, and its innermost loop has one stretch of numbers
 * with the same coefficients. */
#include "fourier.h"

#include <acuity/size.h>
#include <math.h>
#include <string.h>

#define LANES ACU_FOURIER_LANES

struct AcuFourier
{
  gsize length;
  guint n_factors;
  guint factors[32];
  float *cosines, *sines;         /* of exp (-2πi k / length) */
};

/* Numbers that one call of a butterfly is for. */
typedef struct
{
  gsize run;                      /* numbers side by side */
  gsize input_step, output_step;  /* between the inputs, and between the outputs, of a butterfly */
} Stretch;

AcuFourier *
acu_fourier_new (int length)
{
  AcuFourier *fourier = g_new0 (AcuFourier, 1);
  guint rest = length;

  fourier->length = length;
  while (rest % 4 == 0)
    {
      fourier->factors[fourier->n_factors++] = 4;
      rest /= 4;
    }
  for (guint p = 2; rest > 1; p++)
    {
      if ((guint64) p * p > rest)
        p = rest;
      for (; rest % p == 0; rest /= p)
        fourier->factors[fourier->n_factors++] = p;
    }

  fourier->cosines = acu_try_alloc (fourier->length, sizeof (float));
  fourier->sines = acu_try_alloc (fourier->length, sizeof (float));
  if (fourier->cosines == NULL || fourier->sines == NULL)
    {
      acu_fourier_free (fourier);
      return NULL;
    }
  for (gsize k = 0; k < fourier->length; k++)
    {
      double angle = -2 * G_PI * k / length;

      fourier->cosines[k] = (float) cos (angle);
      fourier->sines[k] = (float) sin (angle);
    }
  return fourier;
}

void
acu_fourier_free (AcuFourier *fourier)
{
  if (fourier == NULL)
    return;
  acu_free (fourier->cosines);
  acu_free (fourier->sines);
  g_free (fourier);
}

static void
butterfly_2 (const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi, Stretch at, float c1, float s1)
{
  for (gsize i = 0; i < at.run; i++)
    {
      float ar = xr[i], ai = xi[i], br = xr[at.input_step + i], bi = xi[at.input_step + i];
      float dr = ar - br, di = ai - bi;

      yr[i] = ar + br;
      yi[i] = ai + bi;
      yr[at.output_step + i] = dr * c1 - di * s1;
      yi[at.output_step + i] = dr * s1 + di * c1;
    }
}

static void
butterfly_3 (const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi, Stretch at,
             float c1, float s1, float c2, float s2)
{
  const float h = 0.866025403784438647f;

  for (gsize i = 0; i < at.run; i++)
    {
      float ar = xr[i], ai = xi[i], br = xr[at.input_step + i], bi = xi[at.input_step + i];
      float cr = xr[2 * at.input_step + i], ci = xi[2 * at.input_step + i];
      float tr = br + cr, ti = bi + ci, ur = h * (bi - ci), ui = h * (cr - br);
      float mr = ar - 0.5f * tr, mi = ai - 0.5f * ti;
      float pr = mr + ur, pi = mi + ui, qr = mr - ur, qi = mi - ui;

      yr[i] = ar + tr;
      yi[i] = ai + ti;
      yr[at.output_step + i] = pr * c1 - pi * s1;
      yi[at.output_step + i] = pr * s1 + pi * c1;
      yr[2 * at.output_step + i] = qr * c2 - qi * s2;
      yi[2 * at.output_step + i] = qr * s2 + qi * c2;
    }
}

static void
butterfly_4 (const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi, Stretch at,
             float c1, float s1, float c2, float s2, float c3, float s3)
{
  for (gsize i = 0; i < at.run; i++)
    {
      float ar = xr[i], ai = xi[i], br = xr[at.input_step + i], bi = xi[at.input_step + i];
      float cr = xr[2 * at.input_step + i], ci = xi[2 * at.input_step + i];
      float dr = xr[3 * at.input_step + i], di = xi[3 * at.input_step + i];
      float er = ar + cr, ei = ai + ci, fr = ar - cr, fi = ai - ci;
      float gr = br + dr, gi = bi + di, hr = bi - di, hi = dr - br;   /* h: -i (b - d) */
      float pr = fr + hr, pi = fi + hi, qr = er - gr, qi = ei - gi, rr = fr - hr, ri = fi - hi;

      yr[i] = er + gr;
      yi[i] = ei + gi;
      yr[at.output_step + i] = pr * c1 - pi * s1;
      yi[at.output_step + i] = pr * s1 + pi * c1;
      yr[2 * at.output_step + i] = qr * c2 - qi * s2;
      yi[2 * at.output_step + i] = qr * s2 + qi * c2;
      yr[3 * at.output_step + i] = rr * c3 - ri * s3;
      yi[3 * at.output_step + i] = rr * s3 + ri * c3;
    }
}

/* By definition. The turn after the butterfly is a part of the coefficients: exp (-2πi j (k * part + p) * done / length). */
static void
butterfly_any (const AcuFourier *fourier, const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi, Stretch at,
               guint factor, gsize part, gsize p, gsize done)
{
  for (gsize j = 0; j < factor; j++, yr += at.output_step, yi += at.output_step)
    {
      memset (yr, 0, at.run * sizeof *yr);
      memset (yi, 0, at.run * sizeof *yi);
      for (gsize k = 0; k < factor; k++)
        {
          gsize turn = (guint64) j * (k * part + p) % (fourier->length / done) * done;
          float c = fourier->cosines[turn], s = fourier->sines[turn];
          const float *ar = xr + k * at.input_step, *ai = xi + k * at.input_step;

          for (gsize i = 0; i < at.run; i++)
            {
              yr[i] += ar[i] * c - ai[i] * s;
              yi[i] += ar[i] * s + ai[i] * c;
            }
        }
    }
}

void
acu_fourier_run (const AcuFourier *fourier, float *real, float *imaginary, float *scratch)
{
  const float *cosines = fourier->cosines, *sines = fourier->sines;
  const gsize count = fourier->length * LANES;
  float *xr = real, *xi = imaginary, *yr = scratch, *yi = scratch + count;
  gsize done = 1;                 /* the product of the factors taken out so far */

  for (guint f = 0; f < fourier->n_factors; f++)
    {
      const guint factor = fourier->factors[f];
      const gsize part = fourier->length / done / factor;
      const Stretch at = { .run = done * LANES, .input_step = done * part * LANES, .output_step = done * LANES };

      for (gsize p = 0; p < part; p++)
        {
          const gsize input = p * done * LANES, output = input * factor, t = p * done;

          if (factor == 2)
            butterfly_2 (xr + input, xi + input, yr + output, yi + output, at, cosines[t], sines[t]);
          else if (factor == 3)
            butterfly_3 (xr + input, xi + input, yr + output, yi + output, at, cosines[t], sines[t], cosines[2 * t], sines[2 * t]);
          else if (factor == 4)
            butterfly_4 (xr + input, xi + input, yr + output, yi + output, at, cosines[t], sines[t], cosines[2 * t], sines[2 * t],
                         cosines[3 * t], sines[3 * t]);
          else
            butterfly_any (fourier, xr + input, xi + input, yr + output, yi + output, at, factor, part, p, done);
        }
      done *= factor;

      float *swap = xr;
      xr = yr;
      yr = swap;
      swap = xi;
      xi = yi;
      yi = swap;
    }
  if (xr != real)
    {
      memcpy (real, xr, count * sizeof *real);
      memcpy (imaginary, xi, count * sizeof *imaginary);
    }
}
