/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What follows the sums of a convolution, see finish.h; in the terms of sigmoid_body.h, behind which it is included. */
#include "finish.h"

INLINE int
finish_row (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width, const AcuElement element,
            const AcuWinogradActivation activation, const int adds)
{
  /* Copies, which no store to dst can change. */
  const int channels = finish->channels;
  const float *const slope = finish->slope;
  const vec first = v_set1 (finish->scale[0]), second = v_set1 (finish->scale[1]);
  const AcuElement other = finish->residual_element;
  vec top = v_set1 (0);
  size_t at = 0;

  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c += LANES, at += LANES)
      {
        vec v = v_load (sums + at), gate = v;

        if (activation == ACU_WINOGRAD_SLOPE)
          v = v_slope (v, v_load (slope + c));
        else if (activation == ACU_WINOGRAD_SIGMOID)
          v = over_sigmoid (v_set1 (1), v, ACU_WINOGRAD_I16);
        else if (activation == ACU_WINOGRAD_SWISH)
          v = over_sigmoid (v, v, ACU_WINOGRAD_I16);
        else if (activation == ACU_WINOGRAD_GATE)
          gate = v_add (v_mul (over_sigmoid (v_set1 (1), v, ACU_WINOGRAD_I16), v_set1 (finish->gate[0])), v_set1 (finish->gate[1]));
        if (adds)
          v = v_add (v_mul (v, first), v_mul (load_element (residual, at, other), second));
        if (activation == ACU_WINOGRAD_GATE)
          v = v_mul (v, gate);
        top = v_max_magnitude (top, v);
        if (element == ACU_ELEMENT_F16)
          v_store_f16 ((uint16_t *) dst + at, v);
        else if (element == ACU_ELEMENT_BF16)
          v_store_bf16 ((uint16_t *) dst + at, v);
        else
          v_store ((float *) dst + at, v);
      }
  return v_reduce_magnitude (top) <= (element == ACU_ELEMENT_F16 ? ACU_HALF_MAX : FLT_MAX);
}

INLINE int
finish_into (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width, const AcuElement element)
{
  const int adds = residual != NULL;

  switch (finish->activation)
    {
    case ACU_WINOGRAD_SLOPE:
      return adds ? finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_SLOPE, 1)
                  : finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_SLOPE, 0);
    case ACU_WINOGRAD_SIGMOID:
      return finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_SIGMOID, adds);
    case ACU_WINOGRAD_SWISH:
      return finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_SWISH, adds);
    case ACU_WINOGRAD_GATE:
      return finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_GATE, adds);
    default:
      return adds ? finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_LINEAR, 1)
                  : finish_row (dst, sums, residual, finish, width, element, ACU_WINOGRAD_LINEAR, 0);
    }
}

#define FINISH(name)                                                                                            \
  int                                                                                                           \
  name (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width)                 \
  {                                                                                                             \
    switch (finish->element)                                                                                    \
      {                                                                                                         \
      case ACU_ELEMENT_F16:                                                                                     \
        return finish_into (dst, sums, residual, finish, width, ACU_ELEMENT_F16);                               \
      case ACU_ELEMENT_BF16:                                                                                    \
        return finish_into (dst, sums, residual, finish, width, ACU_ELEMENT_BF16);                              \
      default:                                                                                                  \
        return finish_into (dst, sums, residual, finish, width, ACU_ELEMENT_F32);                               \
      }                                                                                                         \
  }
