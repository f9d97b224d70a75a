/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The pointwise convolution of pointwise.h; included after winograd_body.h, with whose vectors and steps it is made. */
#include "pointwise.h"

INLINE vec
run_squares (vec squares, const void *src, size_t at, const AcuElement element)
{
  vec v = load_element (src, at, element);

  return v_fma (v, v, squares);
}

INLINE float
window_squares (const void *const *src, int window, const AcuPointwise *conv)
{
  vec squares[VECS];

  ACU_UNROLL
  for (int part = 0; part < VECS; part++)
    squares[part] = v_set1 (0);
  for (int r = 0; r < conv->runs; r++)
    {
      size_t at = (size_t) window * conv->run_numbers[r];

      for (int c = 0; c < conv->run_numbers[r]; c += GROUP)
        ACU_UNROLL
        for (int part = 0; part < VECS; part++)
          squares[part] = conv->run_elements[r] == ACU_ELEMENT_F16
                            ? run_squares (squares[part], src[r], at + c + part * LANES, ACU_ELEMENT_F16)
                            : run_squares (squares[part], src[r], at + c + part * LANES, ACU_ELEMENT_F32);
    }
  return v_reduce_sum (squares);
}

INLINE void
round_run (int16_t *v, const void *src, size_t at, int numbers, vec scale, const AcuElement element, size_t place, size_t all_numbers,
           const int planes)
{
  int c = 0;

  for (; c + 2 * GROUP <= numbers; c += 2 * GROUP, v += 2 * GROUP)
    ACU_UNROLL
    for (int part = 0; part < VECS; part++)
      store_i16 (v, part, v_mul (load_element (src, at + c + part * LANES, element), scale),
                 v_mul (load_element (src, at + c + GROUP + part * LANES, element), scale), 2, place + c, all_numbers, planes);
  if (c < numbers)
    ACU_UNROLL
    for (int part = 0; part < VECS; part++)
      {
        vec a = v_mul (load_element (src, at + c + part * LANES, element), scale);

        store_i16 (v, part, a, a, 1, place + c, all_numbers, planes);
      }
}

/* Returns the window's factor. */
INLINE float
round_window (int16_t *v, const void *const *src, int window, const AcuPointwise *conv, size_t all_numbers, const int planes)
{
  int16_t *const row = v;
  float scale, factor = acu_pointwise_block (window_squares (src, window, conv), &scale);

  for (int r = 0; r < conv->runs; v += conv->run_numbers[r++])
    {
      size_t at = (size_t) window * conv->run_numbers[r];

      if (conv->run_elements[r] == ACU_ELEMENT_F16)
        round_run (v, src[r], at, conv->run_numbers[r], v_set1 (scale), ACU_ELEMENT_F16, (size_t) (v - row), all_numbers, planes);
      else
        round_run (v, src[r], at, conv->run_numbers[r], v_set1 (scale), ACU_ELEMENT_F32, (size_t) (v - row), all_numbers, planes);
    }
  return factor;
}

/* Fewer than a vector; `room`: one vector, see store_part(). */
__attribute__ ((noinline)) static void
store_few (void *dst, size_t at, vec v, int numbers, AcuElement element, float *room)
{
  v_store (room, v);
  for (int i = 0; i < numbers; i++)
    if (element == ACU_ELEMENT_F16)
      ((uint16_t *) dst)[at + i] = acu_half_from_float (room[i]);
    else
      ((float *) dst)[at + i] = room[i];
}

INLINE void
store_numbers (void *dst, size_t at, vec v, int numbers, const AcuElement element)
{
  float room[LANES];

  if (numbers < LANES)
    store_few (dst, at, v, numbers, element, room);
  else if (element == ACU_ELEMENT_F16)
    v_store_f16 ((uint16_t *) dst + at, v);
  else
    v_store ((float *) dst + at, v);
}

/* Fewer than a vector, and zeros; `room` as above. */
__attribute__ ((noinline)) static vec
load_few (const void *src, size_t at, int numbers, AcuElement element, float *room)
{
  for (int i = 0; i < LANES; i++)
    room[i] = i >= numbers ? 0 : element == ACU_ELEMENT_F16 ? acu_half_to_float (((const uint16_t *) src)[at + i]) : ((const float *) src)[at + i];
  return v_load (room);
}

INLINE vec
add_residual (vec v, const void *residual, size_t at, int numbers, const AcuPointwise *conv)
{
  float room[LANES];
  vec other;

  if (numbers < LANES)
    other = load_few (residual, at, numbers, conv->residual_element, room);
  else if (conv->residual_element == ACU_ELEMENT_F16)
    other = load_element (residual, at, ACU_ELEMENT_F16);
  else
    other = load_element (residual, at, ACU_ELEMENT_F32);
  return v_add (v_mul (v, v_set1 (conv->scale[0])), v_mul (other, v_set1 (conv->scale[1])));
}

/* The results of one group of channels of one window. Those beyond the last channel have weights of zero: they never are the largest, but for
 * NaN, which all have then. */
INLINE vec
window_group (void *dst, const void *residual, size_t at, const int32_t *m, float window_factor, const AcuPointwise *conv, int channel, vec top,
              const AcuWinogradActivation activation)
{
  for (int part = 0; part < VECS && channel + part * LANES < conv->out_channels; part++)
    {
      int from = channel + part * LANES;
      Channels c = channels_of (&window_factor, conv->factor, conv->bias, conv->slope, from, activation);
      vec v = finish (v_load_i32 (m + part * LANES), c, ACU_WINOGRAD_I16, activation);

      if (residual)
        v = add_residual (v, residual, at + from, conv->out_channels - from, conv);
      top = v_max_magnitude (top, v);
      if (conv->out_element == ACU_ELEMENT_F16)
        store_numbers (dst, at + from, v, conv->out_channels - from, ACU_ELEMENT_F16);
      else
        store_numbers (dst, at + from, v, conv->out_channels - from, ACU_ELEMENT_F32);
    }
  return top;
}

INLINE vec
window_groups (void *dst, const void *residual, size_t at, const int32_t *m, float window_factor, const AcuPointwise *conv, int group, int groups, vec top)
{
  for (int g = 0; g < groups; g++, m += M_STEP)
    switch (conv->activation)
      {
      case ACU_WINOGRAD_SLOPE:
        top = window_group (dst, residual, at, m, window_factor, conv, (group + g) * GROUP, top, ACU_WINOGRAD_SLOPE);
        break;
      case ACU_WINOGRAD_SIGMOID:
        top = window_group (dst, residual, at, m, window_factor, conv, (group + g) * GROUP, top, ACU_WINOGRAD_SIGMOID);
        break;
      case ACU_WINOGRAD_SWISH:
        top = window_group (dst, residual, at, m, window_factor, conv, (group + g) * GROUP, top, ACU_WINOGRAD_SWISH);
        break;
      default:
        top = window_group (dst, residual, at, m, window_factor, conv, (group + g) * GROUP, top, ACU_WINOGRAD_LINEAR);
      }
  return top;
}

INLINE int
pointwise (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch, ProductsI16 products_of,
           const int planes)
{
  PointwiseLayout layout = acu_pointwise_layout (conv);
  int16_t *v = scratch;
  int32_t *m = (int32_t *) (void *) ((char *) scratch + layout.v_bytes);
  float factors[ACU_WINOGRAD_TILES], limit = conv->out_element == ACU_ELEMENT_F16 ? ACU_HALF_MAX : FLT_MAX;
  vec top = v_set1 (0);
  Ahead ahead = { .n = 0 };

  for (int first = 0; first < n; first += ACU_WINOGRAD_TILES)
    {
      int now = n - first < ACU_WINOGRAD_TILES ? n - first : ACU_WINOGRAD_TILES;
      const int16_t *weights = conv->weights;

      for (int t = 0; t < now; t++)
        factors[t] = round_window (v + (size_t) t * layout.numbers, src, first + t, conv, layout.numbers, planes);
      for (int group = 0, groups; group < layout.groups; group += groups, weights += layout.group_numbers * groups)
        {
          groups = acu_winograd_chunk (layout.groups - group);
          products_of (m, v, weights, now, layout.numbers, groups, 1, &ahead);
          for (int t = 0; t < now; t++)
            top = window_groups (dst, residual, (size_t) (first + t) * conv->out_channels, m + (size_t) t * groups * M_STEP, factors[t], conv,
                                 group, groups, top);
        }
    }
  return v_reduce_magnitude (top) <= limit;
}
