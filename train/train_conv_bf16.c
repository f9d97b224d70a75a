/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "train_conv_bf16.h"

#include "train_conv.h"

#include <acuity/size.h>

#define GROUP ACU_CONV2D_GROUP
#define RUN ACU_BF16_RUN
#define NUMBERS_OF_CACHE_LINE 32

struct AcuTrainConvBf16
{
  AcuConv2dBf16 gather, *scatter;
  uint16_t *memory;
};

static gsize
aligned (gsize numbers)
{
  return (numbers + NUMBERS_OF_CACHE_LINE - 1) / NUMBERS_OF_CACHE_LINE * NUMBERS_OF_CACHE_LINE;
}

AcuTrainConvBf16 *
acu_train_conv_bf16_new (const AcuTrainConv *conv)
{
  AcuTrainConvBf16 *bf16 = g_new0 (AcuTrainConvBf16, 1);
  const int phases = conv->stride * conv->stride;
  gsize numbers;

  bf16->scatter = g_new0 (AcuConv2dBf16, phases);
  bf16->gather = (AcuConv2dBf16) { .slices = 1, .slice_channels = { conv->fine_stored }, .out_channels = conv->coarse_stored,
                                   .kernel_width = conv->kernel_width, .kernel_height = conv->kernel_height, .stride = conv->stride };
  numbers = aligned (acu_conv2d_bf16_packed (&bf16->gather));
  for (int i = 0; i < phases; i++)
    {
      bf16->scatter[i] = (AcuConv2dBf16) { .slices = 1, .slice_channels = { conv->coarse_stored }, .out_channels = conv->fine_stored,
                                           .kernel_width = conv->scatter_width[i % conv->stride],
                                           .kernel_height = conv->scatter_height[i / conv->stride], .stride = 1 };
      numbers += aligned (acu_conv2d_bf16_packed (&bf16->scatter[i]));
    }
  bf16->memory = acu_try_alloc (numbers, sizeof (uint16_t));
  if (bf16->memory)
    return bf16;
  acu_train_conv_bf16_free (bf16);
  return NULL;
}

void
acu_train_conv_bf16_free (AcuTrainConvBf16 *bf16)
{
  if (!bf16)
    return;
  acu_free (bf16->memory);
  g_free (bf16->scatter);
  g_free (bf16);
}

void
acu_train_conv_bf16_pack (const AcuTrainConv *conv, const float *weights, float *turned)
{
  AcuTrainConvBf16 *bf16 = conv->bf16;
  uint16_t *at = bf16->memory;

  acu_conv2d_bf16_pack (at, &bf16->gather, weights);
  bf16->gather.weights = at;
  at += aligned (acu_conv2d_bf16_packed (&bf16->gather));
  for (int i = 0; i < conv->stride * conv->stride; i++)
    {
      AcuConv2dBf16 *part = &bf16->scatter[i];

      acu_train_conv_turn (conv, weights, i % conv->stride, i / conv->stride, part->kernel_width, part->kernel_height, turned);
      acu_conv2d_bf16_pack (at, part, turned);
      part->weights = at;
      at += aligned (acu_conv2d_bf16_packed (part));
    }
}

/* --- layouts --- */

/* How the gradient's maps lie in memory, see AcuGradientBf16. */
static AcuGradientBf16
gradient_layout (const AcuTrainConv *conv, int width, int height)
{
  AcuGradientBf16 g = { .groups = conv->coarse_stored / GROUP, .kernel_height = conv->kernel_height };
  gsize plane;

  /* The taps of a kernel row lie behind one another: where channels are few, a tile holds those of several columns. */
  g.channels = conv->fine_stored < GROUP ? conv->fine_stored * conv->kernel_width : conv->fine_stored;
  g.kernel_width = conv->fine_stored < GROUP ? 1 : conv->kernel_width;
  g.pitch = (width + g.kernel_width) / 2 * 2;
  g.pixels = (int) ((gsize) g.pitch * height + RUN - 1) / RUN * RUN;
  plane = aligned ((gsize) g.pixels + (gsize) (g.kernel_height - 1) * g.pitch + g.kernel_width - 1);
  /* An odd number of cache lines, so that planes do not fall onto one another's. */
  g.plane = (ptrdiff_t) (plane + (plane / NUMBERS_OF_CACHE_LINE % 2 ? 0 : NUMBERS_OF_CACHE_LINE));
  g.group = (ptrdiff_t) g.pixels * GROUP;
  return g;
}

gsize
acu_train_conv_bf16_scratch_bytes (const AcuTrainConv *conv, int width, int height)
{
  gsize columns = (gsize) width + 2 * conv->kernel_width, rows = (gsize) height + 2 * conv->kernel_height;
  gsize numbers = columns * rows * MAX (conv->fine_stored, conv->coarse_stored) + RUN;

  if (conv->stride == 1)
    {
      AcuGradientBf16 g = gradient_layout (conv, width, height);

      numbers = MAX (numbers, (gsize) g.plane * g.channels + (gsize) g.group * g.groups);
    }
  return numbers * sizeof (uint16_t);
}

/* A part of a map, surroundings included, as bfloat16 numbers without gaps, and behind it what a convolution may read. */
static void
narrow_map (uint16_t *dst, const AcuKernels *kernels, const AcuMap *map, int x, int y, int columns, int rows)
{
  const gsize n = (gsize) columns * map->stored;

  for (int r = 0; r < rows; r++, dst += n)
    kernels->bf16_narrow (dst, acu_map_row (map, y + r) + (gssize) x * map->stored, n);
  memset (dst, 0, RUN * sizeof *dst);
}

/* --- the ways --- */

/* Rows of pixels whose pointers are kept on the stack. */
#define MOST_ROWS 128

/* A rectangle of `dst`, from pixels that lie in rows of `pitch` numbers. */
static void
convolve (const AcuKernels *kernels, float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *src, gsize pitch, const AcuConv2dBf16 *conv,
          int width, int height, gboolean add)
{
  const int at_once = MAX (1, (MOST_ROWS - conv->kernel_height) / conv->stride + 1);
  const uint16_t *rows[MOST_ROWS];

  g_assert (conv->kernel_height <= MOST_ROWS);
  for (int y = 0; y < height; y += at_once)
    {
      const int now = MIN (at_once, height - y);

      for (int r = 0; r < (now - 1) * conv->stride + conv->kernel_height; r++)
        rows[r] = src + ((gsize) y * conv->stride + r) * pitch;
      kernels->conv2d_bf16 (dst + y * dst_row, dst_step, dst_row, rows, conv, width, now, add);
    }
}

void
acu_train_conv_bf16_gather (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                            const float *bias, gboolean add, void *scratch)
{
  AcuConv2dBf16 part = conv->bf16->gather;
  const int columns = (coarse->width - 1) * conv->stride + conv->kernel_width, rows = (coarse->height - 1) * conv->stride + conv->kernel_height;

  part.bias = bias;
  narrow_map (scratch, kernels, fine, -conv->left, -conv->top, columns, rows);
  convolve (kernels, coarse->pixels, coarse->stored, (ptrdiff_t) coarse->row_floats, scratch, (gsize) columns * fine->stored, &part, coarse->width,
            coarse->height, add);
}

void
acu_train_conv_bf16_scatter (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *coarse, const AcuMap *fine,
                             const float *bias, gboolean add, void *scratch)
{
  const int stride = conv->stride, before_x = conv->kernel_width - 1, before_y = conv->kernel_height - 1;
  const int columns = coarse->width + 2 * before_x, rows = coarse->height + 2 * before_y;

  narrow_map (scratch, kernels, coarse, -before_x, -before_y, columns, rows);
  for (int phase_y = 0; phase_y < stride; phase_y++)
    for (int phase_x = 0; phase_x < stride; phase_x++)
      {
        AcuConv2dBf16 part = conv->bf16->scatter[phase_y * stride + phase_x];
        const int x = acu_train_conv_phase_start (phase_x, conv->left, stride), y = acu_train_conv_phase_start (phase_y, conv->top, stride);
        const int column = (x + conv->left - phase_x) / stride - part.kernel_width + 1, row = (y + conv->top - phase_y) / stride - part.kernel_height + 1;
        const uint16_t *src = (const uint16_t *) scratch + ((gsize) (row + before_y) * columns + (gsize) (column + before_x)) * coarse->stored;

        if (x >= fine->width || y >= fine->height)
          continue;
        part.bias = bias;
        convolve (kernels, acu_map_row (fine, y) + (gsize) x * fine->stored, (ptrdiff_t) stride * fine->stored,
                  (ptrdiff_t) (stride * fine->row_floats), src, (gsize) columns * coarse->stored, &part, (fine->width - x + stride - 1) / stride,
                  (fine->height - y + stride - 1) / stride, add);
      }
}

static void
fill_planes (uint16_t *planes, const AcuTrainConv *conv, const AcuKernels *kernels, const AcuGradientBf16 *g, const AcuMap *fine, int width,
             int height)
{
  const int rows = height + g->kernel_height - 1, columns = width + g->kernel_width - 1;

  for (int y = 0; y < rows; y++)
    {
      kernels->bf16_planes (planes + (gsize) y * g->pitch, g->plane,
                            acu_map_row (fine, y - conv->top) - (gssize) conv->left * fine->stored, fine->stored, g->channels, columns);
      for (int c = 0; columns < g->pitch && c < g->channels; c++)
        planes[c * g->plane + (gsize) y * g->pitch + columns] = 0;
    }
  for (int c = 0; c < g->channels; c++)
    memset (planes + c * g->plane + (gsize) rows * g->pitch, 0, (g->plane - (gsize) rows * g->pitch) * sizeof *planes);
}

static void
fill_pairs (uint16_t *pairs, const AcuKernels *kernels, const AcuGradientBf16 *g, const AcuMap *coarse)
{
  const gsize row = (gsize) g->pitch * GROUP, used = (gsize) (coarse->width + 1) / 2 * 2 * GROUP;

  for (int y = 0; y < coarse->height; y++)
    {
      kernels->bf16_pairs (pairs + y * row, g->group, acu_map_row (coarse, y), coarse->stored, coarse->width);
      for (int k = 0; k < g->groups; k++)
        memset (pairs + k * g->group + y * row + used, 0, (row - used) * sizeof *pairs);
    }
  for (int k = 0; k < g->groups; k++)
    memset (pairs + k * g->group + coarse->height * row, 0, (g->group - coarse->height * row) * sizeof *pairs);
}

void
acu_train_conv_bf16_add_weights (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse, float *sums,
                                 void *scratch)
{
  AcuGradientBf16 g = gradient_layout (conv, coarse->width, coarse->height);
  uint16_t *planes = scratch, *pairs = planes + (gsize) g.plane * g.channels;

  fill_planes (planes, conv, kernels, &g, fine, coarse->width, coarse->height);
  fill_pairs (pairs, kernels, &g, coarse);
  g.planes = planes;
  g.pairs = pairs;
  kernels->conv2d_gradient_bf16 (sums, (ptrdiff_t) conv->kernel_height * conv->kernel_width * conv->fine_stored * GROUP, &g);
}
