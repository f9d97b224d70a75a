/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* “Made small” means by the antialiased bicubic filter D of the field (Keys, a = -0.5, as wide as a pixel of the small picture demands), which on cells is one convolution. What is
 * put back is the smallest change that brings the small picture about: the pseudo-inverse Dᵀ (D Dᵀ)⁻¹ of the filter, cut to 5 × 5 pixels. The difference falls by 30 dB each time;
 * bicubic interpolation instead would take it down by 8 (measured with white noise). */
#include "diffusion_consistency.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define COLOURS 3
/* Pixels of the small picture, on each side, in which the filter and its pseudo-inverse lie. */
#define REACH 2
#define TAPS (2 * REACH + 1)
/* Pixels of the line on which the pseudo-inverse is worked out: its ends are far away. */
#define LINE 25
#define MIDDLE (LINE / 2)

/* Keys 1981. */
static double
cubic (double x)
{
  const double a = -0.5, d = fabs (x);

  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/* How much pixel `at` of a line that was enlarged `scale` times counts for pixel 0 of the small one. */
static double
down_weight (int at, int scale)
{
  return cubic ((at + 0.5) / scale - 0.5) / scale;
}

/* D Dᵀ between pixels that lie `apart`. */
static double
product (int apart, int scale)
{
  double sum = 0;

  for (int at = -REACH * scale; at < (REACH + 1) * scale; at++)
    sum += down_weight (at, scale) * down_weight (at - apart * scale, scale);
  return sum;
}

/* Column MIDDLE of (D Dᵀ)⁻¹, which is symmetric and positive definite: Gaussian elimination without pivoting. */
static void
invert (int scale, double *column)
{
  double rows[LINE][LINE];

  for (int i = 0; i < LINE; i++)
    {
      column[i] = i == MIDDLE;
      for (int k = 0; k < LINE; k++)
        rows[i][k] = product (i - k, scale);
    }
  for (int i = 0; i < LINE; i++)
    for (int k = i + 1; k < LINE; k++)
      {
        double factor = rows[k][i] / rows[i][i];

        for (int l = i; l < LINE; l++)
          rows[k][l] -= factor * rows[i][l];
        column[k] -= factor * column[i];
      }
  for (int i = LINE; i-- > 0;)
    {
      for (int k = i + 1; k < LINE; k++)
        column[i] -= rows[i][k] * column[k];
      column[i] /= rows[i][i];
    }
}

/* The pseudo-inverse: how much pixel 0 of the small line counts for pixel `at` of the large one. */
static double
up_weight (const double *column, int at, int scale)
{
  double sum = 0;

  for (int i = 0; i < LINE; i++)
    sum += down_weight (at - (i - MIDDLE) * scale, scale) * column[i];
  return sum;
}

static guint
fixed_conv (AcuBuilder *b, const char *name, guint at, int out, int kernel, int stride, int pad, GBytes *weights)
{
  guint index = 0;
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_CONV2D, name, &at, 1, &index);

  if (!layer)
    return acu_build_fail (b, _("its layers cannot be put together"));
  layer->channels = out;
  layer->kernel_width = layer->kernel_height = kernel;
  layer->stride = stride;
  layer->left = layer->right = layer->top = layer->bottom = pad;
  layer->weights = g_bytes_ref (weights);
  return index;
}

/* Cells of a pixel, one after the other; cells beyond them on each side in which the filter still counts. */
static int
pad_of (const AcuDiffusion *d)
{
  /* The first pixel of a result that counts for pixel 0 lies (3 · scale) / 2 before it. */
  return (3 * d->before * d->factor / 2 + d->factor - 1) / d->factor;
}

static int
kernel_of (const AcuDiffusion *d)
{
  return d->before + 2 * pad_of (d);
}

/* [colour][colour · factor² …][kernel][kernel] */
static GBytes *
make_down (const AcuDiffusion *d, GError **error)
{
  int kernel = kernel_of (d), scale = d->before * d->factor, factor = d->factor, first = -pad_of (d) * factor;
  float *to;
  GBytes *bytes = acu_arch_floats (NULL, (guint64) COLOURS * COLOURS * factor * factor * kernel * kernel, &to, error);

  for (int o = 0; bytes && o < COLOURS; o++)
    for (int i = 0; i < COLOURS * factor * factor; i++)
      for (int y = 0; y < kernel; y++)
        for (int x = 0; x < kernel; x++)
          *to++ = i / (factor * factor) == o ? (float) (down_weight (first + y * factor + i / factor % factor, scale)
                                                        * down_weight (first + x * factor + i % factor, scale))
                                             : 0;
  return bytes;
}

/* [colour · (before · factor)²][colour][TAPS][TAPS], in the order in which PIXEL_SHUFFLE by `before` makes cells of it. */
static GBytes *
make_up (const AcuDiffusion *d, GError **error)
{
  int before = d->before, factor = d->factor, scale = before * factor, cells = before * before, pixels = factor * factor;
  double column[LINE];
  g_autofree double *weights = g_new (double, TAPS * scale);
  float *to;
  GBytes *bytes = acu_arch_floats (NULL, (guint64) COLOURS * cells * pixels * COLOURS * TAPS * TAPS, &to, error);

  invert (scale, column);
  for (int at = 0; at < TAPS * scale; at++)
    weights[at] = up_weight (column, at - REACH * scale, scale);
  for (int o = 0; bytes && o < COLOURS * pixels * cells; o++)
    {
      int y = o % cells / before * factor + o / cells % pixels / factor, x = o % before * factor + o / cells % factor;

      for (int i = 0; i < COLOURS; i++)
        for (int v = 0; v < TAPS; v++)
          for (int h = 0; h < TAPS; h++)
            *to++ = o / (cells * pixels) == i ? (float) (weights[(TAPS - 1 - v) * scale + y] * weights[(TAPS - 1 - h) * scale + x]) : 0;
    }
  return bytes;
}

/* What the filter's weights inside of the picture add up to, times the picture: there what is made small is compared, before it is divided by them, as filters do at the ends. */
static guint
weigh (AcuBuilder *b, const AcuDiffusion *d, guint picture)
{
  int scale = d->before * d->factor;
  double along[TAPS] = { 0 };
  float *to;
  g_autoptr (GBytes) weights = acu_arch_floats (NULL, COLOURS * COLOURS * TAPS * TAPS, &to, b->error);
  guint ones;

  if (!weights)
    {
      b->failed = TRUE;
      return 0;
    }
  for (int at = 0; at < TAPS * scale; at++)
    along[at / scale] += down_weight (at - REACH * scale, scale);
  for (int o = 0; o < COLOURS; o++)
    for (int i = 0; i < COLOURS; i++)
      for (int v = 0; v < TAPS; v++)
        for (int h = 0; h < TAPS; h++)
          *to++ = i == o ? (float) (along[v] * along[h]) : 0;
  ones = acu_build_affine (b, "consistency.ones", picture, 0, 1);
  return acu_build_mul (b, "consistency.wanted", picture, fixed_conv (b, "consistency.weights", ones, COLOURS, TAPS, 1, REACH, weights));
}

static guint
make_small (const AcuConsistency *c, AcuBuilder *b, const char *name, guint cells)
{
  return fixed_conv (b, name, cells, COLOURS, kernel_of (c->diffusion), c->diffusion->before, pad_of (c->diffusion), c->down);
}

gboolean
acu_consistency_init (AcuConsistency *c, AcuBuilder *b, const AcuDiffusion *diffusion, guint picture, guint first)
{
  guint wanted;

  if (b->failed)
    return FALSE;
  *c = (AcuConsistency) { .diffusion = diffusion, .down = make_down (diffusion, b->error) };
  if (!c->down || !(c->up = make_up (diffusion, b->error)))
    {
      acu_consistency_clear (c);
      b->failed = TRUE;
      return FALSE;
    }
  wanted = weigh (b, diffusion, picture);
  c->missing = acu_build_add (b, "consistency.missing", make_small (c, b, "consistency.first", first), -1, wanted, 1);
  if (b->failed)
    acu_consistency_clear (c);
  return !b->failed;
}

void
acu_consistency_clear (AcuConsistency *c)
{
  g_clear_pointer (&c->down, g_bytes_unref);
  g_clear_pointer (&c->up, g_bytes_unref);
}

guint
acu_consistency_correct (const AcuConsistency *c, AcuBuilder *b, const char *suffix, guint guess, double strength)
{
  const AcuDiffusion *d = c->diffusion;
  g_autofree char *down = g_strconcat ("consistency.small", suffix, NULL), *rest = g_strconcat ("consistency.rest", suffix, NULL);
  g_autofree char *up = g_strconcat ("consistency.large", suffix, NULL), *cells = g_strconcat ("consistency.cells", suffix, NULL);
  g_autofree char *sum = g_strconcat ("consistency.sum", suffix, NULL);
  guint at = acu_build_add (b, rest, make_small (c, b, down, guess), (float) -d->spread, c->missing, 1);

  at = fixed_conv (b, up, at, COLOURS * d->before * d->before * d->factor * d->factor, TAPS, 1, REACH, c->up);
  if (d->before > 1)
    at = acu_build_shuffle (b, cells, at, d->before);
  return acu_build_add (b, sum, at, (float) (strength / d->spread), guess, 1);
}
