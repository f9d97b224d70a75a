/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The difference of the pictures is real: two columns of it are transformed as one complex one, and of the rows that come out, half tell all. */
#include "fourier.h"
#include "losses_private.h"

#include <acuity/size.h>
#include <math.h>

#define LANES ACU_FOURIER_LANES

typedef struct
{
  int width, height, channels;
  gsize row;                      /* columns: width * channels */
  gsize pairs;                    /* column j goes with column j + pairs */
  gsize n_half;                   /* vertical frequencies kept */
  gsize stride;                   /* numbers between two x in the spectrum: n_half * channels, and up to a multiple of LANES */
  float *real, *imaginary;        /* the spectrum: [x][vertical frequency][channel] */
  float *work;                    /* LANES numbers of the longer side, four times */
  AcuFourier *down, *across;
} Spectrum;

static void
spectrum_clear (Spectrum *s)
{
  acu_free (s->real);
  acu_free (s->imaginary);
  acu_free (s->work);
  acu_fourier_free (s->down);
  acu_fourier_free (s->across);
}

/* FALSE when memory is out. */
static gboolean
spectrum_init (Spectrum *s, int width, int height, int channels)
{
  guint64 count;

  *s = (Spectrum) { .width = width, .height = height, .channels = channels };
  s->row = (gsize) width * channels;
  s->pairs = (s->row + 1) / 2;
  s->n_half = height / 2 + 1;
  s->stride = (s->n_half * channels + LANES - 1) / LANES * LANES;
  if (!acu_size_mul (s->stride, width, &count))
    return FALSE;
  s->real = acu_try_alloc0 (count, sizeof (float));
  s->imaginary = acu_try_alloc0 (count, sizeof (float));
  s->work = acu_try_alloc ((guint64) MAX (width, height) * 4 * LANES, sizeof (float));
  s->down = acu_fourier_new (height);
  s->across = acu_fourier_new (width);
  if (s->real != NULL && s->imaginary != NULL && s->work != NULL && s->down != NULL && s->across != NULL)
    return TRUE;
  spectrum_clear (s);
  return FALSE;
}

/* Where column j's vertical frequency 0 stands. */
static gsize
place_of (const Spectrum *s, gsize j)
{
  return j / s->channels * s->stride + j % s->channels;
}

/* From the pictures to each column's vertical frequencies. */
static void
transform_columns (Spectrum *s, const float *result, const float *target)
{
  const gsize height = s->height;
  float *re = s->work, *im = re + height * LANES, *scratch = im + height * LANES;

  for (gsize start = 0; start < s->pairs; start += LANES)
    {
      const gsize n = MIN (LANES, s->pairs - start), n2 = MIN (n, s->row - s->pairs - MIN (start, s->row - s->pairs));

      for (gsize y = 0; y < height; y++)
        {
          const gsize at = y * s->row + start;

          for (gsize i = 0; i < LANES; i++)
            {
              re[y * LANES + i] = i < n ? result[at + i] - target[at + i] : 0.0f;
              im[y * LANES + i] = i < n2 ? result[at + s->pairs + i] - target[at + s->pairs + i] : 0.0f;
            }
        }
      acu_fourier_run (s->down, re, im, scratch);
      for (gsize i = 0; i < n; i++)
        {
          const gsize place = place_of (s, start + i), place2 = i < n2 ? place_of (s, start + i + s->pairs) : 0;

          for (gsize k = 0; k < s->n_half; k++)
            {
              const gsize a = k * LANES + i, b = (height - k) % height * LANES + i;

              s->real[place + k * s->channels] = 0.5f * (re[a] + re[b]);
              s->imaginary[place + k * s->channels] = 0.5f * (im[a] - im[b]);
              if (i < n2)
                {
                  s->real[place2 + k * s->channels] = 0.5f * (im[a] + im[b]);
                  s->imaginary[place2 + k * s->channels] = 0.5f * (re[b] - re[a]);
                }
            }
        }
    }
}

/* Finishes the transform along the rows, adds its numbers up, and begins to go back with their signs. */
static double
turn_round (Spectrum *s)
{
  const gsize width = s->width, count = width * LANES;
  float *re = s->work, *im = re + count, *scratch = im + count;
  double sum = 0;

  for (gsize start = 0; start < s->n_half * s->channels; start += LANES)
    {
      float times[LANES];         /* how often a frequency stands in the whole spectrum */
      double sums[LANES] = { 0 };

      for (gsize i = 0; i < LANES; i++)
        {
          const gsize k = (start + i) / s->channels;

          times[i] = k == 0 || 2 * k == (gsize) s->height ? 1.0f : 2.0f;
        }
      for (gsize x = 0; x < width; x++)
        for (gsize i = 0; i < LANES; i++)
          {
            re[x * LANES + i] = s->real[x * s->stride + start + i];
            im[x * LANES + i] = s->imaginary[x * s->stride + start + i];
          }
      acu_fourier_run (s->across, re, im, scratch);
      for (gsize x = 0; x < width; x++)
        for (gsize i = 0; i < LANES; i++)
          {
            float r = re[x * LANES + i], m = im[x * LANES + i];

            sums[i] += times[i] * (fabsf (r) + fabsf (m));
            re[x * LANES + i] = acu_sign (r);
            im[x * LANES + i] = acu_sign (m);
          }
      acu_fourier_run (s->across, im, re, scratch);
      for (gsize x = 0; x < width; x++)
        for (gsize i = 0; i < LANES; i++)
          {
            s->real[x * s->stride + start + i] = re[x * LANES + i];
            s->imaginary[x * s->stride + start + i] = im[x * LANES + i];
          }
      for (gsize i = 0; i < LANES; i++)
        sum += sums[i];
    }
  return sum;
}

/* transform_columns()' way back: adds scale times what comes out. */
static void
return_columns (Spectrum *s, float scale, float *gradient)
{
  const gsize height = s->height;
  float *re = s->work, *im = re + height * LANES, *scratch = im + height * LANES;

  for (gsize start = 0; start < s->pairs; start += LANES)
    {
      const gsize n = MIN (LANES, s->pairs - start), n2 = MIN (n, s->row - s->pairs - MIN (start, s->row - s->pairs));

      for (gsize i = 0; i < LANES; i++)
        {
          const gsize place = i < n ? place_of (s, start + i) : 0, place2 = i < n2 ? place_of (s, start + i + s->pairs) : 0;

          for (gsize k = 0; k < s->n_half; k++)
            {
              const gsize a = k * LANES + i, b = (height - k) % height * LANES + i;
              const gsize at = place + k * s->channels, at2 = place2 + k * s->channels;
              /* a frequency that is its own opposite has no imaginary part but for rounding */
              const float part = a == b ? 0.0f : 1.0f;
              float ar = i < n ? s->real[at] : 0.0f, ai = i < n ? part * s->imaginary[at] : 0.0f;
              float br = i < n2 ? s->real[at2] : 0.0f, bi = i < n2 ? part * s->imaginary[at2] : 0.0f;

              re[a] = ar - bi;
              im[a] = ai + br;
              re[b] = ar + bi;
              im[b] = br - ai;
            }
        }
      acu_fourier_run (s->down, im, re, scratch);
      for (gsize y = 0; y < height; y++)
        {
          float *g = gradient + y * s->row + start;

          for (gsize i = 0; i < n; i++)
            g[i] += scale * re[y * LANES + i];
          for (gsize i = 0; i < n2; i++)
            g[s->pairs + i] += scale * im[y * LANES + i];
        }
    }
}

double
acu_loss_fft (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient)
{
  const double numbers = 2.0 * width * height * channels;   /* real and imaginary ones */
  Spectrum s;
  double sum;

  if (!spectrum_init (&s, width, height, channels))
    return NAN;
  transform_columns (&s, result, target);
  sum = turn_round (&s);
  return_columns (&s, (float) (weight / numbers), gradient);
  spectrum_clear (&s);
  return sum / numbers;
}
