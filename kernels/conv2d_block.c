/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv2d_block_private.h"

#include "vec_c.h"

#define GROUP ACU_WINOGRAD_GROUP
#define ROWS ACU_BLOCK_WINDOW_ROWS
#define COLUMNS ACU_BLOCK_WINDOW_COLUMNS
#define TAPS ACU_BLOCK_TAPS

/* Bytes reach from -128 to 127; mixed products come in twos. */
_Static_assert (2 * 128 * 128 * TAPS <= INT32_MAX / ACU_BLOCK_MOST_CHANNELS, "sums of products stay within 32 bits");

BlockLayout
acu_conv2d_block_layout (const AcuConv2dBlock *conv)
{
  BlockLayout layout = { .groups = conv->finish.channels / GROUP };

  for (int s = 0; s < conv->slices; s++)
    layout.channels += conv->slice_channels[s];
  layout.steps = (layout.channels + ACU_BLOCK_STEP - 1) / ACU_BLOCK_STEP;
  layout.run = (size_t) layout.steps * ACU_BLOCK_STEP;
  layout.pixels = ROWS * COLUMNS * 2 * layout.run;
  layout.group_bytes = (size_t) TAPS * layout.steps * 2 * ACU_BLOCK_WEIGHTS;
  return layout;
}

size_t
acu_conv2d_block_weights (const AcuConv2dBlock *conv)
{
  const BlockLayout layout = acu_conv2d_block_layout (conv);

  return layout.groups * layout.group_bytes;
}

size_t
acu_conv2d_block_scratch (const AcuConv2dBlock *conv)
{
  const size_t floats = (size_t) ACU_BLOCK_ROWS * ACU_BLOCK_COLUMNS * conv->finish.channels + conv->finish.channels;

  return acu_conv2d_block_layout (conv).pixels + (floats + ACU_BLOCK_SUMS) * sizeof (float);
}

/* Where the high byte of a weight lies; the low one lies ACU_BLOCK_WEIGHTS further. */
static size_t
weight_place (const BlockLayout *layout, int out, int tap, int place)
{
  const size_t first = (((size_t) out / GROUP * TAPS + tap) * layout->steps + place / ACU_BLOCK_STEP) * 2 * ACU_BLOCK_WEIGHTS;

  return first + (size_t) (place % ACU_BLOCK_STEP / 4) * 4 * GROUP + out % GROUP * 4 + place % 4;
}

void
acu_conv2d_block_pack (void *packed, float *factor, const AcuConv2dBlock *conv, const float *weights)
{
  const BlockLayout layout = acu_conv2d_block_layout (conv);
  uint8_t *bytes = packed;

  memset (packed, 0, layout.groups * layout.group_bytes);
  for (int o = 0; o < conv->finish.channels; o++)
    {
      uint32_t largest = 0;
      float scale;
      int first = 0;

      for (int i = 0; i < layout.channels * TAPS; i++)
        largest = acu_winograd_larger (largest, weights[i]);
      factor[o] = acu_conv2d_block_scale (largest, &scale);
      for (int s = 0; s < conv->slices; first += conv->slice_channels[s], s++)
        for (int c = 0; c < conv->slice_channels[s]; c++)
          for (int tap = 0; tap < TAPS; tap++, weights++)
            {
              const uint16_t number = (uint16_t) round_to_i16 (fmaf (*weights, scale, ACU_BLOCK_HALF));
              uint8_t *at = bytes + weight_place (&layout, o, tap, first + acu_winograd_place (c, conv->slice_channels[s]));

              at[0] = (uint8_t) (number >> 8);
              at[ACU_BLOCK_WEIGHTS] = (uint8_t) number ^ 0x80;
            }
    }
}

/* The pixels under a block become bytes, [row][column][high, low][channel]; returns what undoes their factor. */
static float
to_bytes (uint8_t *bytes, const AcuBlock *block, const AcuConv2dBlock *conv, size_t run)
{
  uint32_t largest = 0;
  float scale, undo;
  int first = 0;

  for (int s = 0; s < conv->slices; s++)
    for (int r = 0; r < ROWS; r++)
      for (int i = 0; i < (block->columns + 2) * conv->slice_channels[s]; i++)
        largest = acu_winograd_larger (largest, acu_winograd_number (block->src[s * ROWS + r], i, conv->slice_elements[s]));
  undo = acu_conv2d_block_scale (largest, &scale);
  for (int s = 0; s < conv->slices; first += conv->slice_channels[s], s++)
    for (int r = 0; r < ROWS; r++)
      for (int x = 0; x < block->columns + 2; x++)
        for (int c = 0; c < conv->slice_channels[s]; c++)
          {
            const float v = acu_winograd_number (block->src[s * ROWS + r], (size_t) x * conv->slice_channels[s] + c, conv->slice_elements[s]);
            const uint16_t number = (uint16_t) round_to_i16 (fmaf (v, scale, ACU_BLOCK_HALF));
            uint8_t *at = bytes + (r * COLUMNS + x) * 2 * run + first + acu_winograd_place (c, conv->slice_channels[s]);

            at[0] = (uint8_t) (number >> 8);
            at[run] = (uint8_t) number ^ 0x80;
          }
  return undo;
}

/* Both sums of one result; `bytes`: the pixel under the first tap. */
static float
sum_of (const uint8_t *bytes, const uint8_t *weights, const BlockLayout *layout, int out)
{
  int32_t high = 0, mixed = 0;

  for (int tap = 0; tap < TAPS; tap++)
    for (int k = 0; k < layout->channels; k++)
      {
        const uint8_t *v = bytes + (tap / 3 * COLUMNS + tap % 3) * 2 * layout->run + k, *u = weights + weight_place (layout, out, tap, k);
        const int v_high = (int8_t) v[0], v_low = (int8_t) v[layout->run], u_high = (int8_t) u[0], u_low = (int8_t) u[ACU_BLOCK_WEIGHTS];

        high += v_high * u_high;
        mixed += v_high * u_low + v_low * u_high;
      }
  return fmaf ((float) high, 256, (float) mixed);
}

int
acu_conv2d_block_c (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch)
{
  const BlockLayout layout = acu_conv2d_block_layout (conv);
  const int channels = conv->finish.channels;
  uint8_t *bytes = scratch;
  float *sums = (float *) (void *) (bytes + layout.pixels), undo = to_bytes (bytes, block, conv, layout.run);
  int fits = 1;

  for (int y = block->above; y < block->rows; y++)
    {
      for (int x = 0; x < block->columns; x++)
        for (int o = 0; o < channels; o++)
          sums[x * channels + o] = fmaf (sum_of (bytes + (y * COLUMNS + x) * 2 * layout.run, conv->weights, &layout, o),
                                         conv->factor[o] * (256 * undo), conv->bias[o]);
      fits &= acu_finish_c (block->dst[y], sums, block->residual[y], &conv->finish, block->columns);
    }
  return fits;
}
