/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Direct convolutions in 16-bit block floating point, in AMX tiles of bytes: see conv2d_block.h.
 *
 * As tiles.h says, plain C but for intrinsics for tiles, and vectors as winograd_body.h wants them, which the file that includes this has defined before. */
#include "conv2d_block_private.h"
#include "kernels_private.h"
#include "tiles.h"

#define B_GROUP ACU_WINOGRAD_GROUP
#define B_VECS (B_GROUP / LANES)
#define B_ROWS ACU_BLOCK_WINDOW_ROWS
#define B_COLUMNS ACU_BLOCK_WINDOW_COLUMNS
#define B_INLINE __attribute__ ((always_inline)) static inline

/* Sums of two rows of 16 pixels; what is multiplied. */
#define B_HIGH_0 0
#define B_MIXED_0 1
#define B_HIGH_1 2
#define B_MIXED_1 3
#define B_DATA_0 4
#define B_DATA_1 5
#define B_WEIGHTS_HIGH 6
#define B_WEIGHTS_LOW 7
/* Numbers of one tile of sums. */
#define B_TILE (TILE_ROWS * B_GROUP)

/* For steps of so many words: what a short step leaves out need not be multiplied. */
static void
configure_blocks (int words)
{
  TileConfig config = { .palette = 1 };

  for (int i = B_HIGH_0; i <= B_WEIGHTS_LOW; i++)
    {
      config.rows[i] = TILE_ROWS;
      config.row_bytes[i] = TILE_ROW_BYTES;
    }
  config.row_bytes[B_DATA_0] = config.row_bytes[B_DATA_1] = (uint16_t) (4 * words);
  config.rows[B_WEIGHTS_HIGH] = config.rows[B_WEIGHTS_LOW] = (uint8_t) words;
  load_config (&config);
}

/* --- pixels become bytes --- */

/* The bits of the largest magnitude of n numbers, a multiple of 16. */
B_INLINE uint32_t
largest_of (const void *src, int n, const AcuElement element)
{
  if (element == ACU_ELEMENT_F16)
    {
      const uint16_t *numbers = src;
      uint16_t most = 0;

      for (int i = 0; i < n; i++)
        {
          const uint16_t magnitude = numbers[i] & 0x7fff;

          most = magnitude > most ? magnitude : most;
        }
      return acu_winograd_larger (0, acu_half_to_float (most));
    }
  vec top = v_set1 (0);

  for (int i = 0; i < n; i += LANES)
    top = v_max_magnitude (top, v_load ((const float *) src + i));
  return acu_winograd_larger (0, v_reduce_magnitude (top));
}

B_INLINE vec
scaled (const void *src, size_t at, vec scale, const AcuElement element)
{
  return v_fma (element == ACU_ELEMENT_F16 ? v_load_f16 ((const uint16_t *) src + at) : v_load ((const float *) src + at), scale, v_set1 (ACU_BLOCK_HALF));
}

/* `pixels` pixels of one slice in a row; `run`: from a high byte to the low one. */
B_INLINE void
row_to_bytes (uint8_t *bytes, const void *src, int pixels, int channels, size_t run, vec scale, const AcuElement element)
{
  for (int x = 0; x < pixels; x++, bytes += 2 * run)
    {
      const size_t at = (size_t) x * channels;
      int c = 0;

      for (; c + 2 * B_GROUP <= channels; c += 2 * B_GROUP)
        for (int part = 0; part < B_VECS; part++)
          v_store_bytes (bytes + c, bytes + run + c, part, scaled (src, at + c + part * LANES, scale, element),
                         scaled (src, at + c + B_GROUP + part * LANES, scale, element));
      for (; c < channels; c += LANES)
        v_store_bytes_single (bytes + c, bytes + run + c, scaled (src, at + c, scale, element));
    }
}

static float
block_to_bytes (uint8_t *bytes, const AcuBlock *block, const AcuConv2dBlock *conv, size_t run)
{
  uint32_t largest = 0;
  float scale, undo;
  int first = 0;

  for (int s = 0; s < conv->slices; s++)
    for (int r = 0; r < B_ROWS; r++)
      {
        const int n = (block->columns + 2) * conv->slice_channels[s];
        const uint32_t most = conv->slice_elements[s] == ACU_ELEMENT_F16 ? largest_of (block->src[s * B_ROWS + r], n, ACU_ELEMENT_F16)
                                                                         : largest_of (block->src[s * B_ROWS + r], n, ACU_ELEMENT_F32);

        largest = most > largest ? most : largest;
      }
  undo = acu_conv2d_block_scale (largest, &scale);
  for (int s = 0; s < conv->slices; first += conv->slice_channels[s], s++)
    for (int r = 0; r < B_ROWS; r++)
      {
        uint8_t *row = bytes + r * B_COLUMNS * 2 * run + first;

        if (conv->slice_elements[s] == ACU_ELEMENT_F16)
          row_to_bytes (row, block->src[s * B_ROWS + r], block->columns + 2, conv->slice_channels[s], run, v_set1 (scale), ACU_ELEMENT_F16);
        else
          row_to_bytes (row, block->src[s * B_ROWS + r], block->columns + 2, conv->slice_channels[s], run, v_set1 (scale), ACU_ELEMENT_F32);
      }
  return undo;
}

/* --- sums become results --- */

/* Tiles of sums that wait while the next ones are multiplied: two rows of at most 16 pixels, one group of channels. */
typedef struct Waiting
{
  const int32_t *sums;            /* [row][high, mixed][pixel][channel]; NULL: none */
  char *dst[2];
  size_t step[2];                 /* bytes from pixel to pixel; 0: nobody wants this row */
  const float *factor, *bias, *slope;
  int columns;
} Waiting;

/* What results are finished to. */
typedef enum Finished
{
  FINISHED_SUMS,                  /* single precision, for acu_finish_fn */
  FINISHED_LINEAR,                /* 16-bit floats */
  FINISHED_SLOPE
} Finished;

/* Two pixels of each row, from the `first` on. */
B_INLINE vec
finish_pixels (const Waiting *w, int first, vec top, const Finished how)
{
  vec row_top[2] = { v_set1 (0), v_set1 (0) };

  for (int part = 0; part < B_VECS; part++)
    {
      const vec factor = v_load (w->factor + part * LANES), bias = v_load (w->bias + part * LANES);
      const vec slope = how == FINISHED_SLOPE ? v_load (w->slope + part * LANES) : bias;

      for (int x = first; x < first + 2 && x < w->columns; x++)
        ACU_UNROLL
        for (int r = 0; r < 2; r++)
          {
            const int32_t *high = w->sums + 2 * r * B_TILE + x * B_GROUP + part * LANES;
            char *dst = w->dst[r] + x * w->step[r];
            vec v = v_fma (v_fma (v_load_i32 (high), v_set1 (256), v_load_i32 (high + B_TILE)), factor, bias);

            if (how == FINISHED_SUMS)
              {
                v_store ((float *) (void *) dst + part * LANES, v);
                continue;
              }
            if (how == FINISHED_SLOPE)
              v = v_slope (v, slope);
            row_top[r] = v_max_magnitude (row_top[r], v);
            v_store_f16 ((uint16_t *) (void *) dst + part * LANES, v);
          }
    }
  for (int r = 0; r < 2 && how != FINISHED_SUMS; r++)
    if (w->step[r])
      top = v_max_magnitude (top, row_top[r]);
  return top;
}

/* --- products --- */

/* One tap of two rows of 16 pixels. */
B_INLINE void
multiply_tap (const uint8_t *first, size_t row, const uint8_t *weights, const BlockLayout *layout)
{
  const size_t low = layout->run, pixel = 2 * low;

  for (int k = 0; k < layout->steps; k++, first += ACU_BLOCK_STEP, weights += 2 * ACU_BLOCK_WEIGHTS)
    {
      const uint8_t *second = first + row;

      _tile_loadd (B_WEIGHTS_HIGH, weights, TILE_ROW_BYTES);
      _tile_loadd (B_DATA_0, first + low, pixel);
      _tile_dpbssd (B_MIXED_0, B_DATA_0, B_WEIGHTS_HIGH);
      _tile_loadd (B_DATA_1, second + low, pixel);
      _tile_dpbssd (B_MIXED_1, B_DATA_1, B_WEIGHTS_HIGH);
      _tile_loadd (B_DATA_0, first, pixel);
      _tile_dpbssd (B_HIGH_0, B_DATA_0, B_WEIGHTS_HIGH);
      _tile_loadd (B_DATA_1, second, pixel);
      _tile_dpbssd (B_HIGH_1, B_DATA_1, B_WEIGHTS_HIGH);
      _tile_loadd (B_WEIGHTS_LOW, weights + ACU_BLOCK_WEIGHTS, TILE_ROW_BYTES);
      _tile_dpbssd (B_MIXED_0, B_DATA_0, B_WEIGHTS_LOW);
      _tile_dpbssd (B_MIXED_1, B_DATA_1, B_WEIGHTS_LOW);
    }
}

/* Memory of one call. */
typedef struct Room
{
  const uint8_t *bytes;
  float *sums, *factor;
  int32_t *tiles;
} Room;

/* Where the results of two rows from `y` on go. */
B_INLINE void
set_waiting (Waiting *w, const AcuBlock *block, const AcuConv2dBlock *conv, const Room *room, int y, int x, int group, const Finished how)
{
  const size_t channels = conv->finish.channels;

  w->factor = room->factor + group * B_GROUP;
  w->bias = conv->bias + group * B_GROUP;
  w->slope = how == FINISHED_SLOPE ? conv->finish.slope + group * B_GROUP : NULL;
  w->columns = block->columns - x < TILE_ROWS ? block->columns - x : TILE_ROWS;
  for (int r = 0; r < 2; r++)
    {
      const int wanted = y + r >= block->above && y + r < block->rows;

      w->step[r] = wanted || how == FINISHED_SUMS ? channels * (how == FINISHED_SUMS ? sizeof (float) : sizeof (uint16_t)) : 0;
      if (how == FINISHED_SUMS)
        w->dst[r] = (char *) (room->sums + ((size_t) (y + r) * ACU_BLOCK_COLUMNS + x) * channels + group * B_GROUP);
      else
        w->dst[r] = wanted ? (char *) block->dst[y + r] + (x * channels + group * B_GROUP) * sizeof (uint16_t) : (char *) room->sums;
    }
}

B_INLINE vec
convolve_block (const AcuBlock *block, const AcuConv2dBlock *conv, const BlockLayout *layout, const Room *room, const Finished how)
{
  const size_t pixel = 2 * layout->run, row = B_COLUMNS * pixel, tap_bytes = layout->group_bytes / ACU_BLOCK_TAPS;
  Waiting waiting = { NULL };
  vec top = v_set1 (0);
  int turn = 0;

  for (int g = 0; g < layout->groups; g++)
    for (int y = 0; y < block->rows; y += 2)
      for (int x = 0; x < block->columns && y + 2 > block->above; x += TILE_ROWS, turn ^= 1)
        {
          const uint8_t *first = room->bytes + y * row + x * pixel, *weights = (const uint8_t *) conv->weights + g * layout->group_bytes;
          int32_t *sums = room->tiles + turn * 4 * B_TILE;

          _tile_zero (B_HIGH_0);
          _tile_zero (B_MIXED_0);
          _tile_zero (B_HIGH_1);
          _tile_zero (B_MIXED_1);
          ACU_UNROLL
          for (int tap = 0; tap < ACU_BLOCK_TAPS; tap++)
            {
              multiply_tap (first + tap / 3 * row + tap % 3 * pixel, row, weights + tap * tap_bytes, layout);
              if (waiting.sums)
                top = finish_pixels (&waiting, 2 * tap, top, how);
            }
          _tile_stored (B_HIGH_0, sums, TILE_ROW_BYTES);
          _tile_stored (B_MIXED_0, sums + B_TILE, TILE_ROW_BYTES);
          _tile_stored (B_HIGH_1, sums + 2 * B_TILE, TILE_ROW_BYTES);
          _tile_stored (B_MIXED_1, sums + 3 * B_TILE, TILE_ROW_BYTES);
          set_waiting (&waiting, block, conv, room, y, x, g, how);
          waiting.sums = sums;
        }
  for (int x = 0; waiting.sums && x < TILE_ROWS; x += 2)
    top = finish_pixels (&waiting, x, top, how);
  return top;
}

static int
conv2d_block (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch, acu_finish_fn finish)
{
  const BlockLayout layout = acu_conv2d_block_layout (conv);
  const AcuFinish *f = &conv->finish;
  const int channels = f->channels, simple = f->element == ACU_ELEMENT_F16 && !block->residual[block->above] && f->activation <= ACU_WINOGRAD_SLOPE;
  float *sums = (float *) (void *) ((char *) scratch + layout.pixels), undo;
  float *behind = sums + (size_t) ACU_BLOCK_ROWS * ACU_BLOCK_COLUMNS * channels;
  const Room room = { scratch, sums, behind + ACU_BLOCK_SUMS, (int32_t *) (void *) behind };
  int fits = 1;

  undo = block_to_bytes (scratch, block, conv, layout.run);
  for (int o = 0; o < channels; o++)
    room.factor[o] = conv->factor[o] * (256 * undo);
  configure_blocks (layout.steps == 1 ? layout.channels / 4 : ACU_BLOCK_STEP / 4);
  if (simple)
    {
      const vec top = f->activation == ACU_WINOGRAD_SLOPE ? convolve_block (block, conv, &layout, &room, FINISHED_SLOPE)
                                                          : convolve_block (block, conv, &layout, &room, FINISHED_LINEAR);

      fits = v_reduce_magnitude (top) <= ACU_HALF_MAX;
    }
  else
    convolve_block (block, conv, &layout, &room, FINISHED_SUMS);
  release_tiles ();
  for (int y = block->above; y < block->rows && !simple; y++)
    fits &= finish (block->dst[y], room.sums + (size_t) y * ACU_BLOCK_COLUMNS * channels, block->residual[y], f, block->columns);
  return fits;
}
