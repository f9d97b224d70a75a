/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of bfloat16 numbers, and the gradient of their weights, in AMX tiles: up to 2 × 2 tiles of sums at a time. As tiles.h says, plain C
 * but for intrinsics for tiles. */
#include "kernels_private.h"
#include "tiles.h"

#define GROUP ACU_CONV2D_GROUP
#define RUN ACU_BF16_RUN
#define WEIGHT_ROW_BYTES (2 * GROUP * sizeof (uint16_t))

/* Sums, first factor (rows: pixels, or taps), second factor (columns: output channels). */
#define SUM_00 0
#define SUM_01 1
#define SUM_10 2
#define SUM_11 3
#define FIRST_0 4
#define FIRST_1 5
#define SECOND_0 6
#define SECOND_1 7

/* Rows of the first factor's tiles and columns of the second's; 0: there is no second tile. */
typedef struct Block
{
  int rows[2], columns[2];
} Block;

static Block
block_of (int rows, int columns)
{
  Block block = { { rows < GROUP ? rows : GROUP, 0 }, { columns < GROUP ? columns : GROUP, 0 } };

  if (rows > GROUP)
    block.rows[1] = rows < 2 * GROUP ? rows - GROUP : GROUP;
  if (columns > GROUP)
    block.columns[1] = columns < 2 * GROUP ? columns - GROUP : GROUP;
  return block;
}

static int
same_block (const Block *a, const Block *b)
{
  return a->rows[0] == b->rows[0] && a->rows[1] == b->rows[1] && a->columns[0] == b->columns[0] && a->columns[1] == b->columns[1];
}

static void
configure_block (const Block *block)
{
  TileConfig config = { .palette = 1 };

  for (int i = 0; i < 2; i++)
    {
      for (int j = 0; j < 2; j++)
        if (block->rows[i] && block->columns[j])
          {
            config.rows[SUM_00 + 2 * i + j] = (uint8_t) block->rows[i];
            config.row_bytes[SUM_00 + 2 * i + j] = (uint16_t) (block->columns[j] * sizeof (float));
          }
      if (block->rows[i])
        {
          config.rows[FIRST_0 + i] = (uint8_t) block->rows[i];
          config.row_bytes[FIRST_0 + i] = RUN * sizeof (uint16_t);
        }
      if (block->columns[i])
        {
          config.rows[SECOND_0 + i] = RUN / 2;
          config.row_bytes[SECOND_0 + i] = (uint16_t) (block->columns[i] * 2 * sizeof (uint16_t));
        }
    }
  load_config (&config);
}

/* Sums of two rows of tiles lie row_floats apart, those of two columns column_floats; within a tile rows are step floats apart. */
typedef struct Sums
{
  float *at;
  ptrdiff_t step, row_floats, column_floats;
} Sums;

__attribute__ ((always_inline)) static inline void
load_sums (const Sums *sums, const int two_rows, const int two_columns)
{
  const size_t bytes = (size_t) sums->step * sizeof (float);

  _tile_loadd (SUM_00, sums->at, bytes);
  if (two_columns)
    _tile_loadd (SUM_01, sums->at + sums->column_floats, bytes);
  if (two_rows)
    _tile_loadd (SUM_10, sums->at + sums->row_floats, bytes);
  if (two_rows && two_columns)
    _tile_loadd (SUM_11, sums->at + sums->row_floats + sums->column_floats, bytes);
}

__attribute__ ((always_inline)) static inline void
store_sums (const Sums *sums, const int two_rows, const int two_columns)
{
  const size_t bytes = (size_t) sums->step * sizeof (float);

  _tile_stored (SUM_00, sums->at, bytes);
  if (two_columns)
    _tile_stored (SUM_01, sums->at + sums->column_floats, bytes);
  if (two_rows)
    _tile_stored (SUM_10, sums->at + sums->row_floats, bytes);
  if (two_rows && two_columns)
    _tile_stored (SUM_11, sums->at + sums->row_floats + sums->column_floats, bytes);
}

/* Factors run by run: the first's tiles lie row_numbers apart and have rows step numbers apart, the second's column_numbers. */
typedef struct Factors
{
  const uint16_t *first, *second;
  ptrdiff_t step, row_numbers, column_numbers;
} Factors;

__attribute__ ((always_inline)) static inline void
multiply (const Factors *factors, int runs, const int two_rows, const int two_columns)
{
  const size_t bytes = (size_t) factors->step * sizeof (uint16_t);
  const uint16_t *first = factors->first, *second = factors->second;

  for (int r = 0; r < runs; r++, first += RUN, second += RUN * GROUP)
    {
      _tile_loadd (SECOND_0, second, WEIGHT_ROW_BYTES);
      _tile_loadd (FIRST_0, first, bytes);
      _tile_dpbf16ps (SUM_00, FIRST_0, SECOND_0);
      if (two_rows)
        {
          _tile_loadd (FIRST_1, first + factors->row_numbers, bytes);
          _tile_dpbf16ps (SUM_10, FIRST_1, SECOND_0);
        }
      if (two_columns)
        {
          _tile_loadd (SECOND_1, second + factors->column_numbers, WEIGHT_ROW_BYTES);
          _tile_dpbf16ps (SUM_01, FIRST_0, SECOND_1);
        }
      if (two_rows && two_columns)
        _tile_dpbf16ps (SUM_11, FIRST_1, SECOND_1);
    }
}

/* --- the convolution: rows of a tile are pixels --- */

/* One block of columns and output channels, over all rows. */
typedef struct Rectangle
{
  const AcuConv2dBf16 *conv;
  Sums sums;
  const uint16_t *const *src;
  const uint16_t *weights;
  const float *bias;
  ptrdiff_t dst_row, group_numbers;
  int x, height, add;
} Rectangle;

__attribute__ ((always_inline)) static inline void
convolve (Rectangle r, const int two_rows, const int two_columns)
{
  const AcuConv2dBf16 *conv = r.conv;
  const Sums bias = { (float *) r.bias, 0, 0, GROUP };
  const int rows = (r.height - 1) * conv->stride + conv->kernel_height;

  for (int y = 0; y < r.height; y++, r.sums.at += r.dst_row, r.src += conv->stride)
    {
      Factors factors = { NULL, r.weights, 0, 0, r.group_numbers };

      load_sums (r.add ? &r.sums : &bias, two_rows, two_columns);
      for (int s = 0; s < conv->slices; s++)
        {
          const int runs = (conv->kernel_width * conv->slice_channels[s] + RUN - 1) / RUN;

          factors.step = (ptrdiff_t) conv->stride * conv->slice_channels[s];
          factors.row_numbers = GROUP * factors.step;
          for (int k = 0; k < conv->kernel_height; k++, factors.second += (ptrdiff_t) runs * RUN * GROUP)
            {
              factors.first = r.src[s * rows + k] + r.x * factors.step;
              multiply (&factors, runs, two_rows, two_columns);
            }
        }
      store_sums (&r.sums, two_rows, two_columns);
    }
}

static void
conv2d_bf16 (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv, int width, int height, int add)
{
  Rectangle r = { .conv = conv, .sums = { dst, dst_step, GROUP * dst_step, GROUP }, .src = src, .dst_row = dst_row, .height = height, .add = add };
  Block before = { { 0 }, { 0 } };

  for (int s = 0; s < conv->slices; s++)
    r.group_numbers += (ptrdiff_t) conv->kernel_height * ((conv->kernel_width * conv->slice_channels[s] + RUN - 1) / RUN) * RUN * GROUP;
  for (int o = 0; o < conv->out_channels; o += 2 * GROUP)
    for (r.x = 0; r.x < width; r.x += 2 * GROUP)
      {
        const Block block = block_of (width - r.x, conv->out_channels - o);

        if (!same_block (&block, &before))
          configure_block (&block);
        before = block;
        r.sums.at = dst + r.x * dst_step + o;
        r.weights = conv->weights + o / GROUP * r.group_numbers;
        r.bias = conv->bias + o;
        if (block.rows[1] && block.columns[1])
          convolve (r, 1, 1);
        else if (block.rows[1])
          convolve (r, 1, 0);
        else if (block.columns[1])
          convolve (r, 0, 1);
        else
          convolve (r, 0, 0);
      }
  release_tiles ();
}

/* --- the gradient of the weights: rows of a tile are channels of a tap --- */

/* Pixels at a time, so that both factors stay in the nearest cache. */
#define PIXELS_AT_ONCE (8 * RUN)

__attribute__ ((always_inline)) static inline void
add_taps (Sums sums, Factors factors, const AcuGradientBf16 *g, int runs, const int two_rows, const int two_columns)
{
  const uint16_t *first = factors.first;

  for (int y = 0; y < g->kernel_height; y++)
    for (int x = 0; x < g->kernel_width; x++, sums.at += (ptrdiff_t) g->channels * GROUP)
      {
        factors.first = first + (ptrdiff_t) y * g->pitch + x;
        load_sums (&sums, two_rows, two_columns);
        multiply (&factors, runs, two_rows, two_columns);
        store_sums (&sums, two_rows, two_columns);
      }
}

static void
conv2d_gradient_bf16 (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient)
{
  for (int c = 0; c < gradient->channels; c += 2 * GROUP)
    for (int o = 0; o < gradient->groups; o += 2)
      {
        Block block = block_of (gradient->channels - c, (gradient->groups - o) * GROUP);
        Sums at = { sums + o * group_floats + (ptrdiff_t) c * GROUP, GROUP, GROUP * GROUP, group_floats };

        configure_block (&block);
        for (int p = 0; p < gradient->pixels; p += PIXELS_AT_ONCE)
          {
            const int left = gradient->pixels - p, runs = (left < PIXELS_AT_ONCE ? left : PIXELS_AT_ONCE) / RUN;
            Factors factors = { gradient->planes + c * gradient->plane + p, gradient->pairs + o * gradient->group + (ptrdiff_t) p * GROUP,
                                gradient->plane, GROUP * gradient->plane, gradient->group };

            if (block.rows[1] && block.columns[1])
              add_taps (at, factors, gradient, runs, 1, 1);
            else if (block.rows[1])
              add_taps (at, factors, gradient, runs, 1, 0);
            else if (block.columns[1])
              add_taps (at, factors, gradient, runs, 0, 1);
            else
              add_taps (at, factors, gradient, runs, 0, 0);
          }
      }
  release_tiles ();
}
