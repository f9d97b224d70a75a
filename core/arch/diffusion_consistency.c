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

/* What a convolution does in one direction: weights by tap and, within it, by place; NULL: nothing. `up`: places are those of the result, else of what it reads. */
typedef struct Along
{
  const double *weights;
  int taps, out, in;              /* places, of a colour */
  gboolean up;
  int pad;
} Along;

static double
weight_along (const Along *along, int out, int in, int tap)
{
  if (!along->weights)
    return out == in;
  return along->weights[along->up ? (along->taps - 1 - tap) * along->out + out : tap * along->in + in];
}

/* Colours apart. Channels are [colour][y][x]; with `cells`, those of the result lie as PIXEL_SHUFFLE by so many makes cells of them. */
static gboolean
make_fixed (AcuFixedConv *conv, const Along *y, const Along *x, int cells, GError **error)
{
  int out = y->out * x->out, in = y->in * x->in, rows = y->out / cells, columns = x->out / cells;
  float *to;

  *conv = (AcuFixedConv) { .channels = COLOURS * out, .height = y->taps, .width = x->taps, .top = y->pad, .left = x->pad };
  conv->weights = acu_arch_floats (NULL, (guint64) COLOURS * out * COLOURS * in * y->taps * x->taps, &to, error);
  for (int o = 0; conv->weights && o < COLOURS * out; o++)
    {
      int cell = o % (cells * cells), place = o % out / (cells * cells);
      int out_y = cell / cells * rows + place / columns, out_x = cell % cells * columns + place % columns;

      for (int i = 0; i < COLOURS * in; i++)
        for (int v = 0; v < y->taps; v++)
          for (int h = 0; h < x->taps; h++)
            *to++ = o / out == i / in ? (float) (weight_along (y, out_y, i % in / x->in, v) * weight_along (x, out_x, i % x->in, h)) : 0;
    }
  return conv->weights != NULL;
}

static guint
fixed_conv (AcuBuilder *b, const char *name, const char *suffix, guint at, const AcuFixedConv *conv, int stride)
{
  g_autofree char *whole = g_strconcat (name, suffix, NULL);
  guint index = 0;
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_CONV2D, whole, &at, 1, &index);

  if (!layer)
    return acu_build_fail (b, _("its layers cannot be put together"));
  layer->channels = conv->channels;
  layer->kernel_height = conv->height;
  layer->kernel_width = conv->width;
  layer->stride = stride;
  layer->top = layer->bottom = conv->top;
  layer->left = layer->right = conv->left;
  layer->weights = g_bytes_ref (conv->weights);
  return index;
}

/* Each direction by itself, which is less work, unless cells are skipped on the way. */
static gboolean
make_down (AcuConsistency *c, GError **error)
{
  int before = c->diffusion->before, factor = c->diffusion->factor, scale = before * factor;
  /* The first pixel of a result that counts for pixel 0 lies (3 · scale) / 2 before it. */
  int pad = (3 * scale / 2 + factor - 1) / factor, taps = before + 2 * pad;
  g_autofree double *weights = g_new (double, taps * factor);
  const Along filter = { weights, taps, 1, factor, FALSE, pad }, none = { NULL, 1, factor, factor }, done = { NULL, 1, 1, 1 };

  for (int at = 0; at < taps * factor; at++)
    weights[at] = down_weight (at - pad * factor, scale);
  if (before > 1)
    return make_fixed (&c->down[0], &filter, &filter, 1, error);
  return make_fixed (&c->down[0], &filter, &none, 1, error) && make_fixed (&c->down[1], &done, &filter, 1, error);
}

static gboolean
make_up (AcuConsistency *c, GError **error)
{
  int before = c->diffusion->before, scale = before * c->diffusion->factor;
  double column[LINE];
  g_autofree double *weights = g_new (double, TAPS * scale);
  const Along filter = { weights, TAPS, scale, 1, TRUE, REACH }, none = { NULL, 1, 1, 1 }, done = { NULL, 1, scale, scale };

  invert (scale, column);
  for (int at = 0; at < TAPS * scale; at++)
    weights[at] = up_weight (column, at - REACH * scale, scale);
  if (before > 1)
    return make_fixed (&c->up[0], &filter, &filter, before, error);
  return make_fixed (&c->up[0], &none, &filter, 1, error) && make_fixed (&c->up[1], &filter, &done, 1, error);
}

/* What the filter's weights inside of the picture add up to, times the picture: there what is made small is compared, before it is divided by them, as filters do at the ends. */
static guint
weigh (AcuBuilder *b, const AcuDiffusion *d, guint picture)
{
  int scale = d->before * d->factor;
  double sums[TAPS] = { 0 };
  const Along along = { sums, TAPS, 1, 1, FALSE, REACH };
  AcuFixedConv conv;
  guint at;

  for (int k = 0; k < TAPS * scale; k++)
    sums[k / scale] += down_weight (k - REACH * scale, scale);
  if (!make_fixed (&conv, &along, &along, 1, b->error))
    {
      b->failed = TRUE;
      return 0;
    }
  at = fixed_conv (b, "consistency.weights", "", acu_build_affine (b, "consistency.ones", picture, 0, 1), &conv, 1);
  g_bytes_unref (conv.weights);
  return acu_build_mul (b, "consistency.wanted", picture, at);
}

static guint
make_small (const AcuConsistency *c, AcuBuilder *b, const char *suffix, guint cells)
{
  guint at = fixed_conv (b, "consistency.small", suffix, cells, &c->down[0], c->diffusion->before);

  return c->down[1].weights ? fixed_conv (b, "consistency.smaller", suffix, at, &c->down[1], 1) : at;
}

gboolean
acu_consistency_init (AcuConsistency *c, AcuBuilder *b, const AcuDiffusion *diffusion, guint picture, guint first)
{
  guint wanted;

  *c = (AcuConsistency) { .diffusion = diffusion };
  if (b->failed)
    return FALSE;
  b->failed = !make_down (c, b->error) || !make_up (c, b->error);
  wanted = b->failed ? 0 : weigh (b, diffusion, picture);
  c->missing = acu_build_add (b, "consistency.missing", make_small (c, b, " (first)", first), -1, wanted, 1);
  if (b->failed)
    acu_consistency_clear (c);
  return !b->failed;
}

void
acu_consistency_clear (AcuConsistency *c)
{
  for (int k = 0; k < 2; k++)
    {
      g_clear_pointer (&c->down[k].weights, g_bytes_unref);
      g_clear_pointer (&c->up[k].weights, g_bytes_unref);
    }
}

guint
acu_consistency_correct (const AcuConsistency *c, AcuBuilder *b, const char *suffix, guint guess, double strength)
{
  const AcuDiffusion *d = c->diffusion;
  g_autofree char *rest = g_strconcat ("consistency.rest", suffix, NULL), *cells = g_strconcat ("consistency.cells", suffix, NULL);
  g_autofree char *sum = g_strconcat ("consistency.sum", suffix, NULL);
  guint at = acu_build_add (b, rest, make_small (c, b, suffix, guess), (float) -d->spread, c->missing, 1);

  at = fixed_conv (b, "consistency.large", suffix, at, &c->up[0], 1);
  at = c->up[1].weights ? fixed_conv (b, "consistency.larger", suffix, at, &c->up[1], 1) : acu_build_shuffle (b, cells, at, d->before);
  return acu_build_add (b, sum, at, (float) (strength / d->spread), guess, 1);
}
