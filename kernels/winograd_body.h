/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The Winograd convolution of winograd.h but for its matrix products, in terms of vectors of LANES floats. Included once by the
 * file of each instruction set, which defines before:
 *
 * - LANES (1, 4, 8 or 16), vec, and as inline functions v_load, v_store, v_set1, v_add, v_sub, v_mul,
 *   v_fma (a, b, c) = a * b + c and v_fnma (a, b, c) = c - a * b, rounded once, v_div, v_load_f16, v_store_f16 (to nearest even),
 *   v_slope (v, slope) = v < 0 ? v * slope : v, v_negate, v_minimum and v_maximum (the second for a NaN), v_power (rounded): two to
 *   the integer in the lowest bits of `rounded`, v_load_i32 (converts), v_max_magnitude (a, v): the larger of a and |v|
 *   as bit patterns, so that NaN beats all numbers, v_reduce_magnitude (a): the largest of all lanes, v_reduce_sum (parts): the sum of
 *   16 numbers in VECS vectors, always as a tree: i with i + 8, then i + 4, i + 2, i + 1
 * - v_store_i16 (dst, part, a, b): rounds to nearest, saturates and stores a and b, part `part` of two groups, as
 *   acu_winograd_place() tells; v_store_i16_single (dst, a) in plain order
 * - V_PLANES where there are v_store_planes (high, low, part, a, b) and v_store_planes_single (high, low, a): the same
 *   with high and low bytes apart; and v_store_bytes and v_store_bytes_single, with low bytes less a half of 256, for conv2d_block.h
 * - products_f32: the matrix products of one chunk, and its ProductsI16 for 16 bits is an argument
 *
 * So all instruction sets share one order of operations, and agree bit for bit. */
#include "kernels_private.h"
#include "sigmoid_body.h"
#include "winograd_block.h"

#include <math.h>

#define SIDE ACU_WINOGRAD_SIDE
#define WINDOW ACU_WINOGRAD_WINDOW
#define POSITIONS ACU_WINOGRAD_POSITIONS
#define GROUP ACU_WINOGRAD_GROUP
#define VECS (GROUP / LANES)

/* Aᵀ of a column of six, with `damping` in the columns of ±√2; see winograd.c. */
INLINE void
transform_output (vec *dst, int step, const vec *m, const float damping)
{
  vec s1 = v_add (m[1], m[2]), d1 = v_sub (m[1], m[2]), s2 = v_add (m[3], m[4]), d2 = v_sub (m[3], m[4]);

  dst[0] = v_fma (v_set1 (damping), s2, v_add (m[0], s1));
  dst[step] = v_fma (v_set1 (ACU_WINOGRAD_SQRT_2 * damping), d2, v_mul (v_set1 (ACU_WINOGRAD_SQRT_HALF), d1));
  dst[2 * step] = v_fma (v_set1 (2 * damping), s2, v_mul (v_set1 (0.5f), s1));
  dst[3 * step] = v_fma (v_set1 (2 * ACU_WINOGRAD_SQRT_2 * damping), d2,
                         v_fma (v_set1 (ACU_WINOGRAD_SQRT_HALF * 0.5f), d1, m[5]));
}

#include "winograd_input_body.h"

INLINE float
damping_of (const AcuWinogradKind kind)
{
  return kind == ACU_WINOGRAD_I16 ? ACU_WINOGRAD_DAMPING : 1;
}

/* The columns of M of `part` of one group of one tile, transformed: rows[row of the result][position]. */
INLINE void
output_columns (vec rows[SIDE * WINDOW], const void *m, int part, const AcuWinogradKind kind)
{
  ACU_UNROLL
  for (int x = 0; x < WINDOW; x++)
    {
      vec d[WINDOW];

      ACU_UNROLL
      for (int y = 0; y < WINDOW; y++)
        {
          size_t at = (size_t) (y * WINDOW + x) * GROUP + part * LANES;

          d[y] = kind == ACU_WINOGRAD_I16 ? v_load_i32 ((const int32_t *) m + at) : v_load ((const float *) m + at);
        }
      transform_output (rows + x, WINDOW, d, damping_of (kind));
    }
}

INLINE vec
gate_of (vec v, const AcuWinograd *conv, const AcuWinogradKind kind)
{
  return v_add (v_mul (over_sigmoid (v_set1 (1), v, kind), v_set1 (conv->gate[0])), v_set1 (conv->gate[1]));
}

/* What the sums of one vector of channels are multiplied by, and what is added to them. */
typedef struct Channels
{
  vec factor, bias, slope;
} Channels;

INLINE Channels
channels_of (const float *tile_factor, const float *factor, const float *bias, const float *slope, int channel, const AcuWinogradActivation activation)
{
  Channels c = { v_set1 (1), v_load (bias + channel), v_set1 (1) };

  if (tile_factor)
    c.factor = v_mul (v_set1 (*tile_factor), v_load (factor + channel));
  if (activation == ACU_WINOGRAD_SLOPE)
    c.slope = v_load (slope + channel);
  return c;
}

/* What follows the sum of one vector of results. */
INLINE vec
finish (vec v, const Channels c, const AcuWinogradKind kind, const AcuWinogradActivation activation)
{
  v = v_fma (v, c.factor, c.bias);
  switch (activation)
    {
    case ACU_WINOGRAD_SLOPE:
      return v_slope (v, c.slope);
    case ACU_WINOGRAD_SIGMOID:
      return over_sigmoid (v_set1 (1), v, kind);
    case ACU_WINOGRAD_SWISH:
      return over_sigmoid (v, v, kind);
    default:
      return v;
    }
}

/* What becomes of a finished vector of a pixel, and where. */
typedef struct Store
{
  AcuElement element;
  int gated, adds;
  int checked;                    /* whether results may be out of range */
} Store;

/* Stores one whole vector of a pixel. Returns the largest magnitude so far. */
INLINE vec
store_pixel (vec v, void *dst, const void *residual, size_t at, const AcuWinograd *conv, vec top, const Store how, const AcuWinogradKind kind)
{
  vec gate = how.gated ? gate_of (v, conv, kind) : v;

  if (how.adds)
    v = v_add (v_mul (v, v_set1 (conv->scale[0])),
               v_mul (load_element (residual, at, conv->residual_element), v_set1 (conv->scale[1])));
  if (how.gated)
    v = v_mul (v, gate);
  if (how.element == ACU_ELEMENT_F16)
    v_store_f16 ((uint16_t *) dst + at, v);
  else
    v_store ((float *) dst + at, v);
  return how.checked ? v_max_magnitude (top, v) : top;
}

/* Makes and stores whole vectors of a whole tile, a row at a time, which needs few registers. */
INLINE vec
store_whole (const vec rows[SIDE * WINDOW], const Channels c, const AcuWinogradTile *tile, const AcuWinograd *conv, int channel, vec top,
             const Store how, const AcuWinogradKind kind, const AcuWinogradActivation activation)
{
  /* Copies, which no store can change. */
  const AcuWinogradRow *const row = tile->row;
  const size_t step = (size_t) conv->out_channels, at = (size_t) tile->x * step + channel;

  ACU_UNROLL
  for (int y = 0; y < SIDE; y++)
    {
      void *const dst = row->dst[y];
      const void *const residual = how.adds ? row->residual[y] : NULL;
      vec out[SIDE];

      transform_output (out, 1, rows + y * WINDOW, damping_of (kind));
      ACU_UNROLL
      for (int x = 0; x < SIDE; x++)
        top = store_pixel (finish (out[x], c, kind, activation), dst, residual, at + x * step, conv, top, how, kind);
    }
  return top;
}

/* Stores whole vectors of a tile that lies partly outside of the picture. */
INLINE vec
store_inside (vec out[SIDE][SIDE], const AcuWinogradTile *tile, const AcuWinograd *conv, int channel, vec top,
              const Store how, const AcuWinogradKind kind)
{
  for (int y = tile->row->above; y < tile->row->rows; y++)
    for (int x = 0; x < tile->columns; x++)
      top = store_pixel (out[y][x], tile->row->dst[y], tile->row->residual[y], (size_t) (tile->x + x) * conv->out_channels + channel, conv, top, how,
                         kind);
  return top;
}

INLINE float
store_edge (vec out[SIDE][SIDE], const AcuWinogradTile *tile, const AcuWinograd *conv, int channel, const AcuWinogradKind kind, const int gated)
{
  if (conv->out_element == ACU_ELEMENT_F16)
    return v_reduce_magnitude (store_inside (out, tile, conv, channel, v_set1 (0), (Store) { ACU_ELEMENT_F16, gated, conv->residual, 1 }, kind));
  return v_reduce_magnitude (store_inside (out, tile, conv, channel, v_set1 (0), (Store) { ACU_ELEMENT_F32, gated, conv->residual, 1 }, kind));
}

/* Stores one part vector of a tile: what lies inside of the picture and of the channels. `room`: two vectors. In the caller's memory, since GCC's AddressSanitizer lets
 * stores to a function's own arrays be aligned where its replacement of the stack is not. */
__attribute__ ((noinline)) static float
store_part (vec out[SIDE][SIDE], const AcuWinogradTile *tile, const AcuWinograd *conv, int channel,
            const AcuWinogradKind kind, float *room)
{
  float *values = room, *gates = room + LANES;
  uint32_t top = 0;

  for (int y = tile->row->above; y < tile->row->rows; y++)
    for (int x = 0; x < tile->columns; x++)
      {
        v_store (values, out[y][x]);
        if (conv->activation == ACU_WINOGRAD_GATE)
          v_store (gates, gate_of (out[y][x], conv, kind));
        for (int i = 0; i < LANES && channel + i < conv->out_channels; i++)
          {
            size_t at = (size_t) (tile->x + x) * conv->out_channels + channel + i;

            if (conv->residual)
              {
                float other = acu_winograd_number (tile->row->residual[y], at, conv->residual_element) * conv->scale[1];

                values[i] = values[i] * conv->scale[0] + other;
              }
            if (conv->activation == ACU_WINOGRAD_GATE)
              values[i] *= gates[i];
            top = acu_winograd_larger (top, values[i]);
            if (conv->out_element == ACU_ELEMENT_F16)
              ((uint16_t *) tile->row->dst[y])[at] = acu_half_from_float (values[i]);
            else
              ((float *) tile->row->dst[y])[at] = values[i];
          }
      }
  return acu_winograd_magnitude (top);
}

/* The same for a vector that is no whole one, of a tile or of channels. */
INLINE float
output_rest (const vec rows[SIDE * WINDOW], const Channels c, const AcuWinogradTile *tile, const AcuWinograd *conv, int channel, const AcuWinogradKind kind,
             const AcuWinogradActivation activation)
{
  float room[2 * LANES];
  vec out[SIDE][SIDE];

  for (int y = 0; y < SIDE; y++)
    {
      transform_output (out[y], 1, rows + y * WINDOW, damping_of (kind));
      for (int x = 0; x < SIDE; x++)
        out[y][x] = finish (out[y][x], c, kind, activation);
    }
  return channel + LANES > conv->out_channels ? store_part (out, tile, conv, channel, kind, room)
                                              : store_edge (out, tile, conv, channel, kind, activation == ACU_WINOGRAD_GATE);
}

/* Turns M of one group of one tile into results. largest[LANES]: their largest magnitudes so far. checked: whether they may be out of range. */
INLINE void
output_group (float *largest, const void *m, float tile_factor, const AcuWinogradTile *tile, const AcuWinograd *conv, int group, int checked,
              float (*rest) (const vec *, const Channels *, const AcuWinogradTile *, const AcuWinograd *, int), const AcuWinogradKind kind,
              const AcuWinogradActivation activation)
{
  const int gated = activation == ACU_WINOGRAD_GATE, whole = tile->row->above == 0 && tile->row->rows == SIDE && tile->columns == SIDE;
  vec top = v_set1 (0);

  for (int part = 0; part < VECS; part++)
    {
      int channel = group * GROUP + part * LANES;
      vec rows[SIDE * WINDOW];
      Channels c;

      if (channel >= conv->out_channels)
        break;
      c = channels_of (kind == ACU_WINOGRAD_I16 ? &tile_factor : NULL, conv->factor, conv->bias, conv->slope, channel, activation);
      output_columns (rows, m, part, kind);
      if (!whole || channel + LANES > conv->out_channels)
        {
          /* Copies, so that those of whole tiles stay in registers. */
          vec copy[SIDE * WINDOW];
          Channels copied = c;

          for (int i = 0; i < SIDE * WINDOW; i++)
            copy[i] = rows[i];
          top = v_max_magnitude (top, v_set1 (rest (copy, &copied, tile, conv, channel)));
        }
      else if (conv->out_element == ACU_ELEMENT_F16 && !conv->residual && !checked)
        store_whole (rows, c, tile, conv, channel, top, (Store) { ACU_ELEMENT_F16, gated, 0, 0 }, kind, activation);
      else if (conv->out_element == ACU_ELEMENT_F16 && !conv->residual)
        top = store_whole (rows, c, tile, conv, channel, top, (Store) { ACU_ELEMENT_F16, gated, 0, 1 }, kind, activation);
      else if (conv->out_element == ACU_ELEMENT_F16)
        top = store_whole (rows, c, tile, conv, channel, top, (Store) { ACU_ELEMENT_F16, gated, 1, 1 }, kind, activation);
      else
        top = store_whole (rows, c, tile, conv, channel, top, (Store) { ACU_ELEMENT_F32, gated, conv->residual, 1 }, kind, activation);
    }
  v_store (largest, v_max_magnitude (top, v_load (largest)));
}

/* Functions of their own, so that each has the registers for itself. */
#define OUTPUT(name, kind, activation)                                                                          \
  __attribute__ ((noinline)) static float                                                                       \
  name##_rest (const vec *rows, const Channels *c, const AcuWinogradTile *tile, const AcuWinograd *conv, int channel) \
  {                                                                                                             \
    return output_rest (rows, *c, tile, conv, channel, kind, activation);                                       \
  }                                                                                                             \
  __attribute__ ((noinline)) static void                                                                        \
  name (float *largest, const void *m, float tile_factor, const AcuWinogradTile *tile, const AcuWinograd *conv, int group, int checked) \
  {                                                                                                             \
    output_group (largest, m, tile_factor, tile, conv, group, checked, name##_rest, kind, activation);          \
  }
OUTPUT (output_f32_linear, ACU_WINOGRAD_F32, ACU_WINOGRAD_LINEAR)
OUTPUT (output_f32_slope, ACU_WINOGRAD_F32, ACU_WINOGRAD_SLOPE)
OUTPUT (output_f32_sigmoid, ACU_WINOGRAD_F32, ACU_WINOGRAD_SIGMOID)
OUTPUT (output_f32_swish, ACU_WINOGRAD_F32, ACU_WINOGRAD_SWISH)
OUTPUT (output_f32_gate, ACU_WINOGRAD_F32, ACU_WINOGRAD_GATE)
OUTPUT (output_i16_linear, ACU_WINOGRAD_I16, ACU_WINOGRAD_LINEAR)
OUTPUT (output_i16_slope, ACU_WINOGRAD_I16, ACU_WINOGRAD_SLOPE)
OUTPUT (output_i16_sigmoid, ACU_WINOGRAD_I16, ACU_WINOGRAD_SIGMOID)
OUTPUT (output_i16_swish, ACU_WINOGRAD_I16, ACU_WINOGRAD_SWISH)
OUTPUT (output_i16_gate, ACU_WINOGRAD_I16, ACU_WINOGRAD_GATE)

/* The largest magnitude of a group of numbers; NaN is larger than all. */
INLINE float
largest_of_group (const float *numbers)
{
  vec top = v_set1 (0);

  for (int part = 0; part < VECS; part++)
    top = v_max_magnitude (top, v_load (numbers + part * LANES));
  return v_reduce_magnitude (top);
}

/* Of one group of channels: results are at most a tile's factor times `growth`, and `offset`. */
typedef struct Bound
{
  float growth, offset;
} Bound;

/* Numbers of M are below 2³¹, the sums of magnitudes in a row of Aᵀ below ACU_WINOGRAD_GAIN; sigmoids make nothing larger. Ten per cent are for roundings. */
INLINE Bound
bound_of (const AcuWinograd *conv, int group)
{
  float slope = conv->activation == ACU_WINOGRAD_SLOPE ? largest_of_group (conv->slope + group * GROUP) : 1, most = 1.1f * (slope > 1 ? slope : 1);

  if (conv->activation == ACU_WINOGRAD_GATE)
    most *= fabsf (conv->gate[0]) + fabsf (conv->gate[1]);
  /* Of a slope that is no number, it says nothing. */
  most = slope == slope ? most : NAN;
  return (Bound) { most * ACU_WINOGRAD_GAIN * ACU_WINOGRAD_GAIN * 0x1p31f * largest_of_group (conv->factor + group * GROUP),
                   most * largest_of_group (conv->bias + group * GROUP) };
}

INLINE int
winograd (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch, ProductsI16 whole,
          const AcuWinogradKind kind, const int planes)
{
  static void (*const outputs[][5]) (float *, const void *, float, const AcuWinogradTile *, const AcuWinograd *, int, int) = {
    { output_f32_linear, output_f32_slope, output_f32_sigmoid, output_f32_swish, output_f32_gate },
    { output_i16_linear, output_i16_slope, output_i16_sigmoid, output_i16_swish, output_i16_gate },
  };
  Layout layout = acu_winograd_layout (conv);
  char *v = scratch, *m = v + layout.v_bytes;
  float *columns = (float *) (m + layout.m_bytes), *factors = columns + ACU_WINOGRAD_COLUMNS * layout.columns;
  const char *weights = conv->weights;
  Ahead next;
  float limit = conv->out_element == ACU_ELEMENT_F16 ? ACU_HALF_MAX : FLT_MAX, largest[LANES] = { 0 };

  if (kind == ACU_WINOGRAD_I16)
    input_all_i16 ((int16_t *) v, factors, tiles, n, conv, &layout, columns, planes);
  for (int t = 0; t < n && kind == ACU_WINOGRAD_F32; t++)
    input_tile_f32 ((float *) v + (size_t) t * layout.channels, &tiles[t], conv, &layout, columns);

  acu_winograd_plan_ahead (&next, tiles + n, ahead, conv);
  for (int group = 0; group < layout.groups;)
    {
      int groups = acu_winograd_chunk (layout.groups - group);
      Bound bounds[4];

      for (int g = 0; g < groups && kind == ACU_WINOGRAD_I16; g++)
        bounds[g] = bound_of (conv, group + g);
      if (kind == ACU_WINOGRAD_I16)
        whole ((int32_t *) m, (const int16_t *) v, (const int16_t *) weights, n, layout.channels, groups, POSITIONS, &next);
      else
        products_f32 ((float *) m, (const float *) v, (const float *) weights, n, layout.channels, groups, POSITIONS, &next);
      weights += layout.group_bytes * groups;
      for (int t = 0; t < n; t++)
        for (int g = 0; g < groups; g++)
          {
            int checked = kind == ACU_WINOGRAD_F32 || !(factors[t] * bounds[g].growth + bounds[g].offset <= limit);

            outputs[kind][conv->activation] (largest, m + (size_t) (t * groups + g) * M_STEP * sizeof (float),
                                             kind == ACU_WINOGRAD_I16 ? factors[t] : 1, &tiles[t], conv, group + g, checked);
          }
      group += groups;
    }
  return v_reduce_magnitude (v_load (largest)) <= limit;
}
