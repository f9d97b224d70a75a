/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Weights of Winograd and pointwise convolutions, and the sizes and scales that all instruction sets share. */
#include "winograd_block.h"

/* Beside V_NORM of winograd_block.h. */
#define U_NORM(channels) (65400.0 - 0.5 * sqrt (channels))
#define LARGEST_WEIGHT 32700.0

static const float damping[ACU_WINOGRAD_WINDOW] = { 1, 1, 1, ACU_WINOGRAD_DAMPING, ACU_WINOGRAD_DAMPING, 1 };

static int
all_channels (const AcuWinograd *conv)
{
  int channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += conv->slice_channels[s];
  return channels;
}

static size_t
whole_lines (size_t bytes)
{
  return (bytes + 63) / 64 * 64;
}

static size_t
m_bytes (int planes)
{
  return (ACU_WINOGRAD_TILES * 4 * M_STEP + (planes ? ACU_PLANES_SUMS : 0)) * sizeof (int32_t);
}

Layout
acu_winograd_layout (const AcuWinograd *conv)
{
  int channels = all_channels (conv);
  size_t number = conv->kind == ACU_WINOGRAD_I16 ? sizeof (int16_t) : sizeof (float);
  int planes = conv->kind == ACU_WINOGRAD_I16 && conv->order == ACU_I16_PLANES;
  Layout layout = {
    .channels = channels,
    .groups = (conv->out_channels + ACU_WINOGRAD_GROUP - 1) / ACU_WINOGRAD_GROUP,
    .v_bytes = whole_lines (ACU_WINOGRAD_POSITIONS * V_STEP (channels) * number),
    .m_bytes = m_bytes (planes),
    .columns = (size_t) ACU_WINOGRAD_POSITIONS
                 * (conv->kind == ACU_WINOGRAD_I16 ? channels : ACU_WINOGRAD_GROUP),
    .group_bytes = ACU_WINOGRAD_POSITIONS * ACU_WINOGRAD_GROUP * number
                   * (planes ? acu_planes_padded (channels) : channels)
  };

  return layout;
}

size_t
acu_winograd_weights_bytes (const AcuWinograd *conv)
{
  Layout layout = acu_winograd_layout (conv);

  return layout.group_bytes * layout.groups;
}

size_t
acu_winograd_scratch_bytes (const AcuWinograd *conv)
{
  Layout layout = acu_winograd_layout (conv);

  return layout.v_bytes + layout.m_bytes + (ACU_WINOGRAD_COLUMNS * layout.columns + ACU_WINOGRAD_TILES) * sizeof (float);
}

int
acu_winograd_place (int channel, int slice_channels)
{
  int block = channel / 32 * 32, rest = channel % 32;

  if (block + 32 > slice_channels)
    return channel;
  return block + rest % 16 / 4 * 8 + rest / 16 * 4 + rest % 4;
}

/* Rows (1, p, p²) / Π (p - other points) of the points 0, ±√½, ±√2, and ∞. */
static const double weight_matrix[ACU_WINOGRAD_WINDOW][3] = {
  { 1, 0, 0 },
  { -2.0 / 3, -0.47140452079103168293, -1.0 / 3 },
  { -2.0 / 3, 0.47140452079103168293, -1.0 / 3 },
  { 1.0 / 6, 0.23570226039551584147, 1.0 / 3 },
  { 1.0 / 6, -0.23570226039551584147, 1.0 / 3 },
  { 0, 0, 1 }
};

/* U of one pair of channels, G g Gᵀ in double precision. */
static void
transform_weights (double *u, const float *g)
{
  double half[ACU_WINOGRAD_WINDOW][3];

  for (int i = 0; i < ACU_WINOGRAD_WINDOW; i++)
    for (int x = 0; x < 3; x++)
      half[i][x] = weight_matrix[i][0] * g[x] + weight_matrix[i][1] * g[3 + x] + weight_matrix[i][2] * g[6 + x];
  for (int i = 0; i < ACU_WINOGRAD_WINDOW; i++)
    for (int j = 0; j < ACU_WINOGRAD_WINDOW; j++)
      u[i * ACU_WINOGRAD_WINDOW + j] = half[i][0] * weight_matrix[j][0] + half[i][1] * weight_matrix[j][1]
                                       + half[i][2] * weight_matrix[j][2];
}

/* The factor of position p that V and the output transform leave to the weights. */
static double
position_factor (int p)
{
  int y = p / ACU_WINOGRAD_WINDOW, x = p % ACU_WINOGRAD_WINDOW;

  return (double) damping[y] * damping[x] * position_scales[y][x];
}

/* The factor with which the weights of one output channel fit their 16 bits at all positions. */
static double
channel_factor (const float *weights, int channels)
{
  double squares[ACU_WINOGRAD_POSITIONS] = { 0 }, largest[ACU_WINOGRAD_POSITIONS] = { 0 };
  double factor = 1e-30, u[ACU_WINOGRAD_POSITIONS];

  for (int c = 0; c < channels; c++)
    {
      transform_weights (u, weights + (size_t) c * 9);
      for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++)
        {
          squares[p] += u[p] * u[p];
          largest[p] = fmax (largest[p], fabs (u[p]));
        }
    }
  for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++)
    factor = fmax (factor, fmax (sqrt (squares[p]) / U_NORM (channels), largest[p] / LARGEST_WEIGHT) / position_factor (p));
  return factor;
}

/* Where the weight of input channel `place` and output channel `out` lies at position 0, in numbers; *step: between positions. */
static size_t
weight_place (int channels, int all_groups, int positions, int out, int place, int pair, size_t *step)
{
  int group = out / ACU_WINOGRAD_GROUP, first = 0, groups;

  while (groups = acu_winograd_chunk (all_groups - first), first + groups <= group)
    first += groups;
  *step = (size_t) channels * groups * ACU_WINOGRAD_GROUP;
  return (size_t) first * positions * channels * ACU_WINOGRAD_GROUP
         + ((size_t) (place / pair * groups + group - first) * ACU_WINOGRAD_GROUP + out % ACU_WINOGRAD_GROUP) * pair
         + place % pair;
}

/* The same in ACU_I16_PLANES, in bytes; *low: from the high byte to the low one. */
static size_t
plane_place (int channels, int all_groups, int positions, int out, int place, size_t *step, size_t *low)
{
  int words = acu_planes_words (channels), padded = acu_planes_padded (channels), group = out / ACU_WINOGRAD_GROUP, first = 0, groups;
  size_t group_bytes = (size_t) 2 * padded * ACU_WINOGRAD_GROUP;

  while (groups = acu_winograd_chunk (all_groups - first), first + groups <= group)
    first += groups;
  *step = groups * group_bytes;
  *low = (size_t) words * 4 * ACU_WINOGRAD_GROUP;
  return (size_t) first * positions * group_bytes + (group - first) * group_bytes + place / 4 / words * 2 * *low
         + ((size_t) (place / 4 % words) * ACU_WINOGRAD_GROUP + out % ACU_WINOGRAD_GROUP) * 4 + place % 4;
}

/* Stores one weight at each position. */
static void
store_weight (void *packed, AcuI16Order order, int channels, int groups, int positions, int out, int place, const int16_t *weights)
{
  size_t step, low, at;

  if (order == ACU_I16_PLANES)
    {
      at = plane_place (channels, groups, positions, out, place, &step, &low);
      for (int p = 0; p < positions; p++, at += step)
        {
          ((uint8_t *) packed)[at] = (uint8_t) ((uint16_t) weights[p] >> 8);
          ((uint8_t *) packed)[at + low] = (uint8_t) weights[p];
        }
      return;
    }
  at = weight_place (channels, groups, positions, out, place, 2, &step);
  for (int p = 0; p < positions; p++, at += step)
    ((int16_t *) packed)[at] = weights[p];
}

static void
pack_channel (void *packed, double factor, const AcuWinograd *conv, const Layout *layout, const float *weights, int out)
{
  double u[ACU_WINOGRAD_POSITIONS], scale[ACU_WINOGRAD_POSITIONS];
  int first = 0;

  for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++)
    scale[p] = 1 / (factor * position_factor (p));
  for (int s = 0; s < conv->slices; first += conv->slice_channels[s], s++)
    for (int c = 0; c < conv->slice_channels[s]; c++)
      {
        int whole = conv->kind == ACU_WINOGRAD_I16;
        int place = first + (whole ? acu_winograd_place (c, conv->slice_channels[s]) : c);
        int16_t rounded[ACU_WINOGRAD_POSITIONS];
        size_t step, at;

        transform_weights (u, weights + (size_t) (first + c) * 9);
        if (whole)
          {
            for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++)
              rounded[p] = (int16_t) lrint (u[p] * scale[p]);
            store_weight (packed, conv->order, layout->channels, layout->groups, ACU_WINOGRAD_POSITIONS, out, place, rounded);
            continue;
          }
        at = weight_place (layout->channels, layout->groups, ACU_WINOGRAD_POSITIONS, out, place, 1, &step);
        for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++, at += step)
          ((float *) packed)[at] = (float) u[p];
      }
}

void
acu_winograd_pack (void *packed, float *factor, const AcuWinograd *conv, const float *weights)
{
  Layout layout = acu_winograd_layout (conv);

  memset (packed, 0, acu_winograd_weights_bytes (conv));
  for (int out = 0; out < layout.groups * ACU_WINOGRAD_GROUP; out++)
    factor[out] = 1;
  for (int out = 0; out < conv->out_channels; out++)
    {
      const float *row = weights + (size_t) out * layout.channels * 9;

      if (conv->kind == ACU_WINOGRAD_I16)
        factor[out] = (float) channel_factor (row, layout.channels);
      pack_channel (packed, factor[out], conv, &layout, row, out);
    }
}

PointwiseLayout
acu_pointwise_layout (const AcuPointwise *conv)
{
  PointwiseLayout layout = { .groups = (conv->out_channels + ACU_WINOGRAD_GROUP - 1) / ACU_WINOGRAD_GROUP };

  for (int r = 0; r < conv->runs; r++)
    layout.numbers += conv->run_numbers[r];
  layout.v_bytes = whole_lines (ACU_WINOGRAD_TILES * sizeof (int16_t) * layout.numbers);
  layout.m_bytes = m_bytes (conv->order == ACU_I16_PLANES);
  layout.group_numbers = (size_t) ACU_WINOGRAD_GROUP
                         * (conv->order == ACU_I16_PLANES ? acu_planes_padded (layout.numbers) : layout.numbers);
  return layout;
}

size_t
acu_pointwise_weights_bytes (const AcuPointwise *conv)
{
  PointwiseLayout layout = acu_pointwise_layout (conv);

  return layout.group_numbers * layout.groups * sizeof (int16_t);
}

size_t
acu_pointwise_scratch_bytes (const AcuPointwise *conv)
{
  PointwiseLayout layout = acu_pointwise_layout (conv);

  return layout.v_bytes + layout.m_bytes;
}

float
acu_pointwise_block (float squares, float *scale)
{
  float norm;

  if (!(squares < SQUARES_MAX))
    {
      *scale = 0;
      return NAN;
    }
  norm = sqrtf (squares > SQUARES_MIN ? squares : SQUARES_MIN);
  *scale = V_NORM / norm;
  return norm / V_NORM;
}

void
acu_pointwise_pack (void *packed, float *factor, const AcuPointwise *conv, const float *weights)
{
  PointwiseLayout layout = acu_pointwise_layout (conv);

  memset (packed, 0, acu_pointwise_weights_bytes (conv));
  for (int out = 0; out < layout.groups * ACU_WINOGRAD_GROUP; out++)
    factor[out] = 1;
  for (int out = 0; out < conv->out_channels; out++)
    {
      double squares = 0, largest = 0, scale;
      int first = 0;

      for (int c = 0; c < layout.numbers; c++)
        {
          squares += (double) weights[c] * weights[c];
          largest = fmax (largest, fabs (weights[c]));
        }
      factor[out] = (float) fmax (1e-30, fmax (sqrt (squares) / U_NORM (layout.numbers), largest / LARGEST_WEIGHT));
      scale = 1.0 / factor[out];
      for (int r = 0; r < conv->runs; first += conv->run_numbers[r], r++)
        for (int c = 0; c < conv->run_numbers[r]; c++, weights++)
          {
            int place = first + acu_winograd_place (c, conv->run_numbers[r]);
            int16_t rounded = (int16_t) lrint (*weights * scale);

            store_weight (packed, conv->order, layout.numbers, layout.groups, 1, out, place, &rounded);
          }
    }
}
