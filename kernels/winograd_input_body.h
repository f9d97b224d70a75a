/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The way in of a Winograd convolution, from pixels to V. Included once by winograd_body.h, which tells what it needs. */

/* B of a column of six; the results lie `step` vectors apart. */
INLINE void
transform_input (vec *dst, int step, const vec *d)
{
  vec p = v_fnma (v_set1 (2), d[2], d[4]), q = v_fnma (v_set1 (2), d[1], d[3]);
  vec r = v_fnma (v_set1 (0.5f), d[2], d[4]), u = v_fnma (v_set1 (0.5f), d[1], d[3]);

  dst[0] = v_fnma (v_set1 (2.5f), d[2], v_add (d[0], d[4]));
  dst[step] = v_fma (v_set1 (ACU_WINOGRAD_SQRT_HALF), q, p);
  dst[2 * step] = v_fnma (v_set1 (ACU_WINOGRAD_SQRT_HALF), q, p);
  dst[3 * step] = v_fma (v_set1 (ACU_WINOGRAD_SQRT_2), u, r);
  dst[4 * step] = v_fnma (v_set1 (ACU_WINOGRAD_SQRT_2), u, r);
  dst[5 * step] = v_fnma (v_set1 (2.5f), d[3], v_add (d[1], d[5]));
}

INLINE void
clear_squares (vec squares[VECS][WINDOW])
{
  ACU_UNROLL
  for (int part = 0; part < VECS; part++)
    ACU_UNROLL
    for (int y = 0; y < WINDOW; y++)
      squares[part][y] = v_set1 (0);
}

/* Columns that a tile shares with the one on its left. */
#define SHARED (WINDOW - SIDE)

/* Transforms the columns of one group of channels of one tile into columns[row][column][GROUP], and adds their squares, by row of positions, to
 * `squares`. before: NULL, or columns of the tile on its left, which it shares. */
INLINE void
input_columns (float *columns, const float *before, vec squares[VECS][WINDOW], const AcuWinogradTile *tile, int slice, size_t channels, size_t channel,
               const AcuElement element)
{
  const void *const *src = tile->row->src + slice * WINDOW;

  channel += (size_t) tile->x * channels;
  for (int part = 0; part < VECS; part++, columns += LANES)
    {
      for (int x = 0; before && x < SHARED; x++)
        ACU_UNROLL
        for (int y = 0; y < WINDOW; y++)
          {
            vec t = v_load (before + (y * WINDOW + SIDE + x) * GROUP + part * LANES);

            v_store (columns + (y * WINDOW + x) * GROUP, t);
            squares[part][y] = v_fma (t, t, squares[part][y]);
          }
      for (int x = before ? SHARED : 0; x < WINDOW; x++)
        {
          vec d[WINDOW], t[WINDOW];

          ACU_UNROLL
          for (int y = 0; y < WINDOW; y++)
            d[y] = load_element (src[y], x * channels + channel + part * LANES, element);
          transform_input (t, 1, d);
          ACU_UNROLL
          for (int y = 0; y < WINDOW; y++)
            {
              v_store (columns + (y * WINDOW + x) * GROUP, t[y]);
              squares[part][y] = v_fma (t[y], t[y], squares[part][y]);
            }
        }
    }
}

INLINE void
load_columns (vec *row, const float *columns, int y, int part)
{
  vec d[WINDOW];

  ACU_UNROLL
  for (int x = 0; x < WINDOW; x++)
    d[x] = v_load (columns + (y * WINDOW + x) * GROUP + part * LANES);
  transform_input (row, 1, d);
}

/* One tile's V in single precision: v[position][tile][channel]. */
INLINE void
input_f32 (float *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns)
{
  size_t step = V_STEP (layout->channels);

  for (int s = 0; s < conv->slices; s++)
    for (int c = 0; c < conv->slice_channels[s]; c += GROUP, v += GROUP)
      {
        vec squares[VECS][WINDOW];

        clear_squares (squares);
        if (conv->slice_elements[s] == ACU_ELEMENT_F16)
          input_columns (columns, NULL, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F16);
        else
          input_columns (columns, NULL, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F32);
        for (int part = 0; part < VECS; part++)
          for (int y = 0; y < WINDOW; y++)
            {
              vec row[WINDOW];

              load_columns (row, columns, y, part);
              ACU_UNROLL
              for (int x = 0; x < WINDOW; x++)
                v_store (v + (y * WINDOW + x) * step + part * LANES, row[x]);
            }
      }
}

/* Stores one or two groups of V at dst; as planes, dst - place in bytes is the tile's row of that position. */
INLINE void
store_i16 (int16_t *dst, int part, vec a, vec b, const int groups, size_t place, size_t channels, const int planes)
{
#ifdef V_PLANES
  uint8_t *high = (uint8_t *) dst - place, *low = high + channels;

  if (planes && groups == 2)
    v_store_planes (high, low, part, a, b);
  else if (planes)
    v_store_planes_single (high + part * LANES, low + part * LANES, a);
  if (planes)
    return;
#endif
  if (groups == 2)
    v_store_i16 (dst, part, a, b);
  else
    v_store_i16_single (dst + part * LANES, a);
}

/* Rounds the rows of `groups` (1 or 2) groups of channels to 16 bits; the first channel lies at `place` in V. */
INLINE void
input_rows_i16 (int16_t *v, size_t step, const float *columns, const float *scale, const int groups, size_t place, size_t channels,
                const int planes)
{
  for (int y = 0; y < WINDOW; y++)
    for (int part = 0; part < VECS; part++)
      {
        vec a[WINDOW], b[WINDOW];

        load_columns (a, columns, y, part);
        if (groups == 2)
          load_columns (b, columns + POSITIONS * GROUP, y, part);
        ACU_UNROLL
        for (int x = 0; x < WINDOW; x++)
          {
            int16_t *dst = v + (y * WINDOW + x) * step;
            vec factor = v_set1 (scale[y * WINDOW + x]);

            store_i16 (dst, part, v_mul (a[x], factor), groups == 2 ? v_mul (b[x], factor) : a[x], groups, place, channels, planes);
          }
      }
}

/* Asks for what a tile does not share with the one on its left, into the nearest cache. */
INLINE void
fetch_tile (const AcuWinogradTile *tile, const AcuWinograd *conv)
{
  for (int s = 0; s < conv->slices; s++)
    {
      size_t pixel = (size_t) conv->slice_channels[s] * (conv->slice_elements[s] == ACU_ELEMENT_F16 ? 2 : 4);

      for (int y = s * WINDOW; y < (s + 1) * WINDOW; y++)
        for (size_t at = SHARED * pixel; at < WINDOW * pixel; at += 64)
          __builtin_prefetch ((const char *) tile->row->src[y] + (size_t) tile->x * pixel + at, 0, 3);
    }
}

__attribute__ ((noinline)) static void
input_tile_f32 (float *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns)
{
  input_f32 (v, tile, conv, layout, columns);
}

/* The columns of a tile and what its rows are to be multiplied by, scale[POSITIONS]; `before` as above. Returns the tile's exponent as a factor. */
__attribute__ ((noinline)) static float
tile_columns (float *columns, const float *before, float *scale, const AcuWinogradTile *tile, const AcuWinograd *conv)
{
  vec squares[VECS][WINDOW], parts[VECS];
  float sums[WINDOW];

  clear_squares (squares);
  for (int s = 0; s < conv->slices; s++)
    for (int c = 0; c < conv->slice_channels[s]; c += GROUP)
      {
        if (conv->slice_elements[s] == ACU_ELEMENT_F16)
          input_columns (columns, before, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F16);
        else
          input_columns (columns, before, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F32);
        columns += POSITIONS * GROUP;
        before = before ? before + POSITIONS * GROUP : NULL;
      }
  for (int y = 0; y < WINDOW; y++)
    {
      for (int part = 0; part < VECS; part++)
        parts[part] = squares[part][y];
      sums[y] = v_reduce_sum (parts);
    }
  return acu_winograd_block (sums, scale);
}

/* The rows of a tile, rounded to 16 bits. */
INLINE void
input_all_rows (int16_t *v, const float *columns, const float *scale, const AcuWinograd *conv, const Layout *layout, const int planes)
{
  int16_t *const row = v;
  const size_t step = V_STEP (layout->channels);

  for (int s = 0; s < conv->slices; s++)
    {
      int c = 0;

      for (; c + 2 * GROUP <= conv->slice_channels[s]; c += 2 * GROUP, v += 2 * GROUP, columns += 2 * POSITIONS * GROUP)
        input_rows_i16 (v, step, columns, scale, 2, (size_t) (v - row), layout->channels, planes);
      if (c < conv->slice_channels[s])
        {
          input_rows_i16 (v, step, columns, scale, 1, (size_t) (v - row), layout->channels, planes);
          v += GROUP;
          columns += POSITIONS * GROUP;
        }
    }
}

__attribute__ ((noinline)) static void
tile_rows (int16_t *v, const float *columns, const float *scale, const AcuWinograd *conv, const Layout *layout)
{
  input_all_rows (v, columns, scale, conv, layout, 0);
}

#ifdef V_PLANES
__attribute__ ((noinline)) static void
tile_rows_planes (int16_t *v, const float *columns, const float *scale, const AcuWinograd *conv, const Layout *layout)
{
  input_all_rows (v, columns, scale, conv, layout, 1);
}
#else
#define tile_rows_planes tile_rows
#endif

/* V of n tiles in block floating point, and their factors. Each tile's columns are made before the rows of the one before, which so do not wait for
 * that one's exponent. */
INLINE void
input_all_i16 (int16_t *v, float *factors, const AcuWinogradTile *tiles, int n, const AcuWinograd *conv, const Layout *layout, float *columns,
               const int planes)
{
  float scales[2][POSITIONS];

  factors[0] = tile_columns (columns, NULL, scales[0], tiles, conv);
  for (int t = 0; t < n; t++, v += layout->channels)
    {
      float *own = columns + t % 2 * layout->columns, *next = columns + (t + 1) % 2 * layout->columns;

      if (t + 1 < n)
        {
          int follows = tiles[t + 1].row == tiles[t].row && tiles[t + 1].x == tiles[t].x + SIDE;

          factors[t + 1] = tile_columns (next, follows ? own : NULL, scales[(t + 1) % 2], &tiles[t + 1], conv);
        }
      if (t + 2 < n)
        fetch_tile (&tiles[t + 2], conv);
      (planes ? tile_rows_planes : tile_rows) (v, own, scales[t % 2], conv, layout);
    }
}
