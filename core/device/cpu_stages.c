/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"
#include "pool.h"

#include <string.h>

/* The tallest window of a convolution, times slices: pointers kept on the stack. */
#define MAX_ROWS (32 * ACU_CONV2D_MAX_SLICES)
/* So many floats of each of a few rows stay in the nearest cache. */
#define NEAR_NUMBERS 2048

typedef struct Piece
{
  AcuExecutor *executor;
  const AcuStage *stage;
  const AcuCpuStage *packed;
  const AcuBuffer *out;
  const AcuBuffer *in[ACU_STAGE_MAX_INPUTS];
  float *dst;                     /* column `from` of the output row, or where it is made before it becomes 16-bit floats */
  char *spare;                    /* scratch that is still free */
  int row, from, to, worker;
} Piece;

/* Room for n floats in the worker's scratch; acu_cpu_stage_scratch() has counted it. */
static float *
take_spare (Piece *p, gsize n)
{
  float *room = (float *) (void *) p->spare;

  p->spare += n * sizeof (float);
  return room;
}

/* `columns` pixels from column `from` on of a row (zeros outside of the picture) as floats. */
static const float *
in_span (Piece *p, int input, int y, gssize from, gsize columns)
{
  const AcuBuffer *in = p->in[input];
  const char *row = acu_cpu_padded_row (p->executor, in, y);
  gsize n = columns * in->channels;
  float *wide;

  row += from * (gssize) acu_cpu_pixel_bytes (in);
  if (in->element == ACU_MAP_F32)
    return (const float *) (const void *) row;
  wide = take_spare (p, n);
  p->executor->kernels->half_widen (wide, (const guint16 *) (const void *) row, n);
  return wide;
}

/* The pixels of the piece itself. */
static const float *
in_piece (Piece *p, int input)
{
  return in_span (p, input, p->row, p->from, p->to - p->from);
}

/* The same where a sum reads a part of a map. */
static const float *
in_part (Piece *p, int input)
{
  return in_span (p, input, p->row + p->stage->from_top[input], p->from + p->stage->from_left[input], p->to - p->from);
}

/* What a convolution adds to its results. */
static void
add_residual (Piece *p)
{
  const AcuStage *stage = p->stage;
  const float *other = in_span (p, stage->n_inputs - 1, p->row + stage->from_top[1], p->from + stage->from_left[1], p->to - p->from);

  p->executor->kernels->add (p->dst, p->dst, stage->scale[0], other, stage->scale[1], (gsize) (p->to - p->from) * p->out->channels);
}

/* A pixel that is only moved. */
static const void *
in_pixel (const Piece *p, int input, int y, int x)
{
  return (const char *) acu_cpu_row (p->executor, p->in[input], y) + x * acu_cpu_pixel_bytes (p->in[input]);
}

static void
gather_rows (Piece *p, const AcuConv2d *conv, const float **rows, int first_row, int first_column, int width)
{
  for (int slice = 0; slice < conv->slices; slice++)
    for (int k = 0; k < conv->kernel_height; k++)
      rows[slice * conv->kernel_height + k] = in_span (p, slice, first_row + k, first_column,
                                                       (gsize) (width - 1) * conv->stride + conv->kernel_width);
}

guint64
acu_cpu_stage_scratch (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  gboolean convolves = stage->kind == ACU_STAGE_CONV2D || stage->kind == ACU_STAGE_DECONV2D || stage->kind == ACU_STAGE_DEPTHWISE;
  guint64 columns = MIN (out->width, ACU_CPU_COLUMNS), floats = 0;

  if (acu_cpu_methods[stage->algorithm].scratch)
    return acu_cpu_methods[stage->algorithm].scratch (program, stage);
  if (out->element != ACU_MAP_F32)
    floats += columns * out->channels;
  if (stage->gated)
    floats += columns * out->channels;
  for (guint k = 0; k < stage->n_inputs; k++)
    {
      const AcuBuffer *in = &program->buffers[stage->inputs[k]];
      guint64 rows = convolves && !(stage->residual && k == stage->n_inputs - 1) ? stage->kernel_height : 1;
      guint64 reach = convolves ? columns * stage->stride + stage->kernel_width : columns;

      if (in->element == ACU_MAP_F16)
        floats += rows * reach * in->channels;
    }
  return floats * sizeof (float);
}

static void
activate (Piece *p)
{
  gsize n = (gsize) (p->to - p->from) * p->out->channels;

  if (p->stage->activation != ACU_STAGE_LINEAR)
    p->executor->kernels->activation (p->dst, p->dst, n, p->stage->activation == ACU_STAGE_SIGMOID
                                                           ? ACU_ACTIVATION_SIGMOID : ACU_ACTIVATION_SWISH);
}

static void
conv2d (Piece *p)
{
  const AcuConv2d *conv = p->packed->phase;
  gsize n = (gsize) (p->to - p->from) * p->out->channels;
  const float *rows[MAX_ROWS];
  float *gate = NULL;

  gather_rows (p, conv, rows, p->row * p->stage->stride - p->stage->top, p->from * p->stage->stride - p->stage->left,
               p->to - p->from);
  if (p->stage->algorithm == ACU_ALGORITHM_CONV2D_FEW)
    p->executor->kernels->conv2d_few (p->dst, p->out->channels, rows, conv, p->to - p->from);
  else
    p->executor->kernels->conv2d (p->dst, p->out->channels, rows, conv, p->to - p->from);
  activate (p);
  if (p->stage->gated)
    {
      gate = take_spare (p, n);
      p->executor->kernels->activation (gate, p->dst, n, ACU_ACTIVATION_SIGMOID);
      for (gsize i = 0; i < n; i++)
        gate[i] = gate[i] * p->stage->gate[0] + p->stage->gate[1];
    }
  if (p->stage->residual)
    add_residual (p);
  if (p->stage->gated)
    p->executor->kernels->mul (p->dst, p->dst, gate, n);
}

static void
depthwise (Piece *p)
{
  const AcuStage *stage = p->stage;
  const AcuDepthwise d = {
    .channels = p->out->channels, .kernel_width = stage->kernel_width, .kernel_height = stage->kernel_height, .stride = stage->stride,
    .weights = g_bytes_get_data (stage->weights, NULL),
    .bias = stage->bias ? g_bytes_get_data (stage->bias, NULL) : NULL,
    .slope = stage->slope ? g_bytes_get_data (stage->slope, NULL) : NULL
  };
  const float *rows[MAX_ROWS];

  for (int k = 0; k < d.kernel_height; k++)
    rows[k] = in_span (p, 0, p->row * d.stride - stage->top + k, p->from * d.stride - stage->left,
                       (gsize) (p->to - p->from - 1) * d.stride + d.kernel_width);
  p->executor->kernels->depthwise (p->dst, rows, &d, p->to - p->from);
}

/* Output pixel x takes the taps of phase (x + left) % stride; see AcuCpuStage. */
static void
deconv2d (Piece *p)
{
  int stride = p->stage->stride;
  int at_y = p->row + p->stage->top;
  const float *rows[MAX_ROWS];
  char *spare = p->spare;

  for (int column = 0; column < stride && p->from + column < p->to; column++)
    {
      int x = p->from + column, at_x = x + p->stage->left;
      const AcuConv2d *conv = &p->packed->phase[at_y % stride * stride + at_x % stride];
      int first_row = at_y / stride - (conv->kernel_height - 1);
      int first_column = at_x / stride - (conv->kernel_width - 1);

      p->spare = spare;
      gather_rows (p, conv, rows, first_row, first_column, (p->to - x + stride - 1) / stride);
      p->executor->kernels->conv2d (p->dst + (gsize) column * p->out->channels, (gsize) stride * p->out->channels,
                                    rows, conv, (p->to - x + stride - 1) / stride);
    }
  activate (p);
  if (p->stage->residual)
    add_residual (p);
}

static void
concat (Piece *p)
{
  int at = 0;

  for (guint k = 0; k < p->stage->n_inputs; at += p->in[k++]->channels)
    {
      const float *src = in_piece (p, k);

      for (int x = 0; x < p->to - p->from; x++)
        memcpy (p->dst + (gsize) x * p->out->channels + at, src + (gsize) x * p->in[k]->channels,
                p->in[k]->channels * sizeof (float));
    }
}

static void
append (Piece *p)
{
  const float *values = g_bytes_get_data (p->stage->weights, NULL), *src = in_piece (p, 0);
  int channels = p->in[0]->channels, more = p->out->channels - channels;
  float *dst = p->dst;

  for (int x = p->from; x < p->to; x++, src += channels)
    {
      memcpy (dst, src, channels * sizeof (float));
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

/* These move pixels, whatever they are made of. */
static void
pad (const Piece *p, char *dst)
{
  int y = border_index (p->stage, p->row - p->stage->top, p->in[0]->height);
  gsize pixel = acu_cpu_pixel_bytes (p->out);

  for (int x = p->from; x < p->to; x++, dst += pixel)
    memcpy (dst, in_pixel (p, 0, y, border_index (p->stage, x - p->stage->left, p->in[0]->width)), pixel);
}

static void
nearest (const Piece *p, char *dst)
{
  gsize pixel = acu_cpu_pixel_bytes (p->out);
  int factor = p->stage->factor;
  const char *src = in_pixel (p, 0, p->row / factor, p->from / factor);

  for (int x = p->from, left = factor - p->from % factor; x < p->to; x++, dst += pixel)
    {
      /* The usual pixel, three floats, is worth a copy of constant length. */
      if (pixel == 3 * sizeof (float))
        memcpy (dst, src, 3 * sizeof (float));
      else
        memcpy (dst, src, pixel);
      if (--left == 0)
        {
          src += pixel;
          left = factor;
        }
    }
}

static void
crop (const Piece *p, char *dst)
{
  memcpy (dst, in_pixel (p, 0, p->row + p->stage->top, p->from + p->stage->left),
          (p->to - p->from) * acu_cpu_pixel_bytes (p->out));
}

static void
bicubic (Piece *p)
{
  const AcuBuffer *in = p->in[0];
  int channels = in->channels, n = MIN (4, in->height);
  float *mixed = (float *) (void *) p->spare, *part;
  float weights[4];
  const float *rows[4];
  int first = acu_bicubic_taps (p->stage->cubic, p->row, in->height, p->out->height, n, weights);
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
pixel_shuffle (Piece *p)
{
  int factor = p->stage->factor, channels = p->out->channels;
  int first = p->from / factor, last = (p->to - 1) / factor;
  int skip = p->from - first * factor, width = p->to - p->from;
  const float *src = in_pixel (p, 0, p->row / factor, first);
  const float *base = p->stage->residual ? in_pixel (p, 1, p->row / factor, first) : NULL;
  float *row = p->dst;

  if (skip || width % factor)
    row = (float *) (void *) p->spare;
  p->executor->kernels->pixel_shuffle (row, src, base, channels, factor, p->row % factor, last - first + 1);
  if (row != p->dst)
    memcpy (p->dst, row + (gsize) skip * channels, (gsize) width * channels * sizeof (float));
}

static void
stencil (Piece *p, const float *src)
{
  gsize bytes = 0, columns = (gsize) p->stage->factor, width = (gsize) p->out->width;
  const guint8 *cells = p->stage->cells ? g_bytes_get_data (p->stage->cells, &bytes) : NULL;
  int channels = p->out->channels;

  memcpy (p->dst, src, (gsize) (p->to - p->from) * channels * sizeof (float));
  if (!cells)
    return;
  cells += (gsize) p->row * (bytes / columns) / p->out->height * columns;
  for (int x = p->from; x < p->to; x++)
    if (!cells[x * columns / width])
      memset (p->dst + (gsize) (x - p->from) * channels, 0, channels * sizeof (float));
}

static void
noise (Piece *p)
{
  const AcuStage *stage = p->stage;
  guint32 channels = (guint32) p->out->channels;

  p->executor->kernels->noise (p->dst, acu_noise_row (stage->seed, stage->step, (guint32) (p->row + stage->top)), (guint32) (p->from + stage->left) * channels,
                               (gsize) (p->to - p->from) * channels);
}

static void
elementwise (Piece *p)
{
  const AcuKernels *k = p->executor->kernels;
  const float *a = in_part (p, 0);
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
      k->add (p->dst, a, p->stage->scale[0], in_part (p, 1), p->stage->scale[1], n);
      break;
    case ACU_STAGE_MUL:
      k->mul (p->dst, a, in_piece (p, 1), n);
      break;
    case ACU_STAGE_CHANNEL_MUL:
      k->affine (p->dst, a, acu_cpu_row (p->executor, p->in[1], 0), (const float *) (const void *) p->executor->zeros,
                 channels, width);
      break;
    case ACU_STAGE_AFFINE:
      k->affine (p->dst, a, g_bytes_get_data (p->stage->weights, NULL), g_bytes_get_data (p->stage->bias, NULL),
                 channels, width);
      break;
    case ACU_STAGE_STENCIL:
      stencil (p, a);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Stages that calculate in floats, whatever their maps are made of. */
static void
compute (Piece *p)
{
  switch (p->stage->kind)
    {
    case ACU_STAGE_CONV2D: conv2d (p); break;
    case ACU_STAGE_DECONV2D: deconv2d (p); break;
    case ACU_STAGE_DEPTHWISE: depthwise (p); break;
    case ACU_STAGE_CONCAT: concat (p); break;
    case ACU_STAGE_APPEND: append (p); break;
    case ACU_STAGE_BICUBIC: bicubic (p); break;
    case ACU_STAGE_PIXEL_SHUFFLE: pixel_shuffle (p); break;
    case ACU_STAGE_NOISE: noise (p); break;
    default: elementwise (p); break;
    }
}

/* Columns at a time, so that what several passes go over, or several rows' windows read, stays in the nearest cache. */
static int
near_columns (const AcuStage *stage, const AcuBuffer *in, int columns)
{
  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
      return stage->algorithm == ACU_ALGORITHM_CONV2D_FEW ? MAX (NEAR_NUMBERS / in->channels, 1) : columns;
    case ACU_STAGE_SLOPE:
    case ACU_STAGE_ACTIVATION:
    case ACU_STAGE_ADD:
    case ACU_STAGE_MUL:
    case ACU_STAGE_CHANNEL_MUL:
    case ACU_STAGE_AFFINE:
      return MAX (NEAR_NUMBERS / in->channels, 1);
    default:
      return columns;
    }
}

static void
compute_columns (Piece *p, int from, int to)
{
  const AcuKernels *k = p->executor->kernels;
  gsize n = (gsize) (to - from) * p->out->channels;
  char *dst = (char *) acu_cpu_row (p->executor, p->out, p->row) + from * acu_cpu_pixel_bytes (p->out);

  p->spare = p->executor->scratch + p->executor->scratch_bytes * p->worker;
  p->from = from;
  p->to = to;
  p->dst = p->out->element != ACU_MAP_F32 ? take_spare (p, n) : (float *) (void *) dst;
  compute (p);
  if (p->out->element == ACU_MAP_BF16)
    k->bf16_narrow ((guint16 *) (void *) dst, p->dst, n);
  if (p->out->element == ACU_MAP_F16 && !k->half_narrow ((guint16 *) (void *) dst, p->dst, n))
    g_atomic_int_set (&p->executor->overflowed, TRUE);
}

void
acu_cpu_stage_row (AcuExecutor *executor, guint number, int row, int from, int to, int worker)
{
  const AcuProgram *program = executor->program;
  const AcuStage *stage = &program->stages[number];
  Piece p = { executor, stage, &executor->stages[number], &program->buffers[stage->output] };
  int columns = stage->n_inputs ? near_columns (stage, &program->buffers[stage->inputs[0]], to - from) : to - from;
  char *dst;

  for (guint k = 0; k < stage->n_inputs; k++)
    p.in[k] = &program->buffers[stage->inputs[k]];
  dst = (char *) acu_cpu_row (executor, p.out, row) + from * acu_cpu_pixel_bytes (p.out);
  p.spare = executor->scratch + executor->scratch_bytes * worker;
  p.row = row;
  p.from = from;
  p.to = to;
  p.worker = worker;
  if (stage->algorithm == ACU_ALGORITHM_POINTWISE_I16)
    {
      if (!acu_cpu_pointwise_row (executor, number, row, from, to, p.spare))
        g_atomic_int_set (&executor->overflowed, TRUE);
      return;
    }
  switch (stage->kind)
    {
    case ACU_STAGE_CROP: crop (&p, dst); break;
    case ACU_STAGE_PAD: pad (&p, dst); break;
    case ACU_STAGE_NEAREST: nearest (&p, dst); break;
    default:
      for (int at = from; at < to; at += columns)
        compute_columns (&p, at, MIN (at + columns, to));
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
  const AcuKernels *k = pool->executor->kernels;
  int channels = pool->in->channels, width = pool->in->width, most = pool->in->element == ACU_MAP_F16 ? MAX (NEAR_NUMBERS / channels, 1) : width;
  double *sums = pool->sums + (gsize) task * channels;
  const char *row = acu_cpu_row (pool->executor, pool->in, pool->first + task);
  float *wide = (float *) (void *) (pool->executor->scratch + pool->executor->scratch_bytes * worker);

  memset (sums, 0, channels * sizeof (double));
  for (int x = 0, columns; x < width; x += columns, row += columns * acu_cpu_pixel_bytes (pool->in))
    {
      const float *pixels = (const float *) (const void *) row;

      columns = MIN (most, width - x);
      if (pool->in->element == ACU_MAP_F16)
        {
          k->half_widen (wide, (const guint16 *) (const void *) row, (gsize) columns * channels);
          pixels = wide;
        }
      k->channel_sums (sums, pixels, channels, columns);
    }
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

      acu_cpu_share_out (executor, now, sum_row, &pool);
      for (int r = 0; r < now; r++)
        for (int c = 0; c < in->channels; c++)
          packed->sums[c] += packed->row_sums[(gsize) r * in->channels + c];
    }
  for (int c = 0; c < in->channels; c++)
    dst[c] = (float) (packed->sums[c] / ((double) in->width * in->height));
}
