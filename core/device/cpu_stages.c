/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"
#include "pool.h"

#include <string.h>

/* The tallest window of a convolution, times slices: pointers kept on the stack. */
#define MAX_ROWS (32 * ACU_CONV2D_MAX_SLICES)

typedef struct Piece
{
  AcuExecutor *executor;
  const AcuStage *stage;
  const AcuCpuStage *packed;
  const AcuBuffer *out;
  const AcuBuffer *in[ACU_STAGE_MAX_INPUTS];
  float *dst;                     /* column `from` of the output row */
  int row, from, to, worker;
} Piece;

static const float *
in_row (const Piece *p, int input, int y)
{
  return acu_cpu_row (p->executor, p->in[input], y);
}

static const float *
in_pixel (const Piece *p, int input, int y, int x)
{
  return in_row (p, input, y) + (gsize) x * p->in[input]->channels;
}

/* The row, or zeros where the window lies outside of the picture. */
static const float *
padded_row (const Piece *p, int input, int y)
{
  if (y < 0 || y >= p->in[input]->height)
    return p->executor->zeros + (gsize) p->in[input]->margin_left * p->in[input]->channels;
  return in_row (p, input, y);
}

static void
gather_rows (const Piece *p, const AcuConv2d *conv, const float **rows, int first_row, int first_column)
{
  for (int slice = 0; slice < conv->slices; slice++)
    for (int k = 0; k < conv->kernel_height; k++)
      rows[slice * conv->kernel_height + k] = padded_row (p, slice, first_row + k)
                                              + (gssize) first_column * p->in[slice]->channels;
}

static void
activate (const Piece *p)
{
  gsize n = (gsize) (p->to - p->from) * p->out->channels;

  if (p->stage->activation != ACU_STAGE_LINEAR)
    p->executor->kernels->activation (p->dst, p->dst, n, p->stage->activation == ACU_STAGE_SIGMOID
                                                           ? ACU_ACTIVATION_SIGMOID : ACU_ACTIVATION_SWISH);
}

static void
conv2d (const Piece *p)
{
  const AcuConv2d *conv = p->packed->phase;
  const float *rows[MAX_ROWS];

  gather_rows (p, conv, rows, p->row * p->stage->stride - p->stage->top, p->from * p->stage->stride - p->stage->left);
  p->executor->kernels->conv2d (p->dst, p->out->channels, rows, conv, p->to - p->from);
  activate (p);
}

/* Output pixel x takes the taps of phase (x + left) % stride; see AcuCpuStage. */
static void
deconv2d (const Piece *p)
{
  int stride = p->stage->stride;
  int at_y = p->row + p->stage->top;
  const float *rows[MAX_ROWS];

  for (int column = 0; column < stride && p->from + column < p->to; column++)
    {
      int x = p->from + column, at_x = x + p->stage->left;
      const AcuConv2d *conv = &p->packed->phase[at_y % stride * stride + at_x % stride];
      int first_row = at_y / stride - (conv->kernel_height - 1);
      int first_column = at_x / stride - (conv->kernel_width - 1);

      gather_rows (p, conv, rows, first_row, first_column);
      p->executor->kernels->conv2d (p->dst + (gsize) column * p->out->channels, (gsize) stride * p->out->channels,
                                    rows, conv, (p->to - x + stride - 1) / stride);
    }
  activate (p);
}

static void
concat (const Piece *p)
{
  float *dst = p->dst;

  for (int x = p->from; x < p->to; x++)
    for (guint k = 0; k < p->stage->n_inputs; k++)
      {
        memcpy (dst, in_pixel (p, k, p->row, x), p->in[k]->channels * sizeof (float));
        dst += p->in[k]->channels;
      }
}

static void
append (const Piece *p)
{
  const float *values = g_bytes_get_data (p->stage->weights, NULL);
  int channels = p->in[0]->channels, more = p->out->channels - channels;
  float *dst = p->dst;

  for (int x = p->from; x < p->to; x++)
    {
      memcpy (dst, in_pixel (p, 0, p->row, x), channels * sizeof (float));
      memcpy (dst + channels, values, more * sizeof (float));
      dst += p->out->channels;
    }
}

static int
border_index (const AcuStage *stage, int at, int length)
{
  if (stage->reflect && length > 1)
    {
      int period = 2 * (length - 1);
      int phase = (at % period + period) % period;

      return phase < length ? phase : period - phase;
    }
  return CLAMP (at, 0, length - 1);
}

static void
pad (const Piece *p)
{
  int y = border_index (p->stage, p->row - p->stage->top, p->in[0]->height);
  int channels = p->out->channels;
  float *dst = p->dst;

  for (int x = p->from; x < p->to; x++, dst += channels)
    memcpy (dst, in_pixel (p, 0, y, border_index (p->stage, x - p->stage->left, p->in[0]->width)),
            channels * sizeof (float));
}

static void
nearest (const Piece *p)
{
  int channels = p->out->channels;
  float *dst = p->dst;

  for (int x = p->from; x < p->to; x++, dst += channels)
    memcpy (dst, in_pixel (p, 0, p->row / p->stage->factor, x / p->stage->factor), channels * sizeof (float));
}

static void
bicubic (const Piece *p)
{
  const AcuBuffer *in = p->in[0];
  int channels = in->channels, n = MIN (4, in->height);
  float *mixed = p->executor->scratch + p->executor->scratch_floats * p->worker, *part;
  float weights[4];
  const float *rows[4];
  int first = acu_bicubic_taps (p->row, in->height, p->out->height, n, weights);
  int left = p->packed->first[p->from], right = p->packed->first[p->to - 1] + p->packed->n_taps;

  for (int k = 0; k < n; k++)
    rows[k] = in_pixel (p, 0, first + k, left);
  part = mixed + (gsize) left * channels;
  p->executor->kernels->resample_vertical (&part, rows, weights, n, 1, (gsize) (right - left) * channels);
  p->executor->kernels->resample_horizontal (p->dst, mixed, p->packed->taps + (gsize) p->from * p->packed->n_taps,
                                             p->packed->first + p->from, p->packed->n_taps, channels,
                                             p->to - p->from);
}

static void
pixel_shuffle (const Piece *p)
{
  int factor = p->stage->factor, channels = p->out->channels;
  int first = p->from / factor, last = (p->to - 1) / factor;
  int skip = p->from - first * factor, width = p->to - p->from;
  const float *src = in_pixel (p, 0, p->row / factor, first);
  float *row = p->dst;

  if (skip || width % factor)
    row = p->executor->scratch + p->executor->scratch_floats * p->worker;
  p->executor->kernels->pixel_shuffle (row, src, channels, factor, p->row % factor, last - first + 1);
  if (row != p->dst)
    memcpy (p->dst, row + (gsize) skip * channels, (gsize) width * channels * sizeof (float));
}

static void
elementwise (const Piece *p)
{
  const AcuKernels *k = p->executor->kernels;
  const float *a = in_pixel (p, 0, p->row, p->from);
  int width = p->to - p->from, channels = p->out->channels;
  gsize n = (gsize) width * channels;

  switch (p->stage->kind)
    {
    case ACU_STAGE_SLOPE:
      k->slope (p->dst, a, g_bytes_get_data (p->stage->slope, NULL), channels, width);
      break;
    case ACU_STAGE_ACTIVATION:
      k->activation (p->dst, a, n, p->stage->activation == ACU_STAGE_SIGMOID ? ACU_ACTIVATION_SIGMOID
                                                                             : ACU_ACTIVATION_SWISH);
      break;
    case ACU_STAGE_ADD:
      k->add (p->dst, a, p->stage->scale[0], in_pixel (p, 1, p->row, p->from), p->stage->scale[1], n);
      break;
    case ACU_STAGE_MUL:
      k->mul (p->dst, a, in_pixel (p, 1, p->row, p->from), n);
      break;
    case ACU_STAGE_CHANNEL_MUL:
      k->affine (p->dst, a, in_row (p, 1, 0), p->executor->zeros, channels, width);
      break;
    case ACU_STAGE_AFFINE:
      k->affine (p->dst, a, g_bytes_get_data (p->stage->weights, NULL), g_bytes_get_data (p->stage->bias, NULL),
                 channels, width);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
acu_cpu_stage_row (AcuExecutor *executor, guint number, int row, int from, int to, int worker)
{
  const AcuProgram *program = executor->program;
  const AcuStage *stage = &program->stages[number];
  Piece p = { executor, stage, &executor->stages[number], &program->buffers[stage->output] };

  for (guint k = 0; k < stage->n_inputs; k++)
    p.in[k] = &program->buffers[stage->inputs[k]];
  p.dst = acu_cpu_row (executor, p.out, row) + (gsize) from * p.out->channels;
  p.row = row;
  p.from = from;
  p.to = to;
  p.worker = worker;
  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D: conv2d (&p); break;
    case ACU_STAGE_DECONV2D: deconv2d (&p); break;
    case ACU_STAGE_CONCAT: concat (&p); break;
    case ACU_STAGE_APPEND: append (&p); break;
    case ACU_STAGE_CROP:
      memcpy (p.dst, in_pixel (&p, 0, row + stage->top, from + stage->left),
              (gsize) (to - from) * p.out->channels * sizeof (float));
      break;
    case ACU_STAGE_PAD: pad (&p); break;
    case ACU_STAGE_NEAREST: nearest (&p); break;
    case ACU_STAGE_BICUBIC: bicubic (&p); break;
    case ACU_STAGE_PIXEL_SHUFFLE: pixel_shuffle (&p); break;
    default: elementwise (&p); break;
    }
}

typedef struct PoolRows
{
  const AcuExecutor *executor;
  const AcuBuffer *in;
  double *sums;
  int first;
} PoolRows;

static void
sum_row (void *data, int task, int worker)
{
  const PoolRows *pool = data;
  int channels = pool->in->channels;
  double *sums = pool->sums + (gsize) task * channels;
  const float *row = acu_cpu_row (pool->executor, pool->in, pool->first + task);

  memset (sums, 0, channels * sizeof (double));
  for (int x = 0; x < pool->in->width; x++, row += channels)
    for (int c = 0; c < channels; c++)
      sums[c] += row[c];
}

void
acu_cpu_pool_rows (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuProgram *program = executor->program;
  const AcuBuffer *in = &program->buffers[program->stages[number].inputs[0]];
  AcuCpuStage *packed = &executor->stages[number];
  float *dst = acu_cpu_row (executor, &program->buffers[number], 0);

  for (int y = first; y < first + rows; y += packed->row_sums_rows)
    {
      int now = MIN (packed->row_sums_rows, first + rows - y);
      PoolRows pool = { executor, in, packed->row_sums, y };

      acu_pool_run (now, executor->threads, sum_row, &pool);
      for (int r = 0; r < now; r++)
        for (int c = 0; c < in->channels; c++)
          packed->sums[c] += packed->row_sums[(gsize) r * in->channels + c];
    }
  for (int c = 0; c < in->channels; c++)
    dst[c] = (float) (packed->sums[c] / ((double) in->width * in->height));
}
