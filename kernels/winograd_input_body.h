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

/* Where column x lies when the first one lies at `start`: tiles that follow one another leave the columns that they share where they are. */
INLINE int
column_place (int start, int x)
{
  return start + x < WINDOW ? start + x : start + x - WINDOW;
}

/* Transforms the columns of one group of channels of one tile into columns[row][place][GROUP], but for the first `known`, which are there; adds
 * the squares of all of them, by row of positions, to `squares`. */
INLINE void
input_columns (float *columns, vec squares[VECS][WINDOW], const AcuWinogradTile *tile, int slice, size_t channels, size_t channel,
               const AcuElement element, int start, int known)
{
  const void *const *src = tile->row->src + slice * WINDOW;

  channel += (size_t) tile->x * channels;
  for (int part = 0; part < VECS; part++)
    {
      for (int x = 0; x < known; x++)
        ACU_UNROLL
        for (int y = 0; y < WINDOW; y++)
          {
            vec t = v_load (columns + (y * WINDOW + column_place (start, x)) * GROUP + part * LANES);

            squares[part][y] = v_fma (t, t, squares[part][y]);
          }
      for (int x = known; x < WINDOW; x++)
        {
          float *dst = columns + column_place (start, x) * GROUP + part * LANES;
          vec d[WINDOW], t[WINDOW];

          ACU_UNROLL
          for (int y = 0; y < WINDOW; y++)
            d[y] = load_element (src[y], x * channels + channel + part * LANES, element);
          transform_input (t, 1, d);
          ACU_UNROLL
          for (int y = 0; y < WINDOW; y++)
            {
              v_store (dst + y * WINDOW * GROUP, t[y]);
              squares[part][y] = v_fma (t[y], t[y], squares[part][y]);
            }
        }
    }
}

INLINE void
load_columns (vec *row, const float *columns, int y, int part, const int start)
{
  vec d[WINDOW];

  ACU_UNROLL
  for (int x = 0; x < WINDOW; x++)
    d[x] = v_load (columns + (y * WINDOW + column_place (start, x)) * GROUP + part * LANES);
  transform_input (row, 1, d);
}

/* One tile's V in single precision: v[position][tile][channel]. */
INLINE void
input_f32 (float *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns)
{
  size_t step = (size_t) ACU_WINOGRAD_TILES * layout->channels;

  for (int s = 0; s < conv->slices; s++)
    for (int c = 0; c < conv->slice_channels[s]; c += GROUP, v += GROUP)
      {
        vec squares[VECS][WINDOW];

        clear_squares (squares);
        if (conv->slice_elements[s] == ACU_ELEMENT_F16)
          input_columns (columns, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F16, 0, 0);
        else
          input_columns (columns, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F32, 0, 0);
        for (int part = 0; part < VECS; part++)
          for (int y = 0; y < WINDOW; y++)
            {
              vec row[WINDOW];

              load_columns (row, columns, y, part, 0);
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
                const int planes, const int start)
{
  for (int y = 0; y < WINDOW; y++)
    for (int part = 0; part < VECS; part++)
      {
        vec a[WINDOW], b[WINDOW];

        load_columns (a, columns, y, part, start);
        if (groups == 2)
          load_columns (b, columns + POSITIONS * GROUP, y, part, start);
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

/* Rounds all rows of a tile. */
INLINE void
input_all_rows (int16_t *v, const AcuWinograd *conv, const Layout *layout, const float *columns, const float *scale, const int planes,
                const int start)
{
  int16_t *const row = v;
  const size_t step = (size_t) ACU_WINOGRAD_TILES * layout->channels;

  for (int s = 0; s < conv->slices; s++)
    {
      int c = 0;

      for (; c + 2 * GROUP <= conv->slice_channels[s]; c += 2 * GROUP, v += 2 * GROUP, columns += 2 * POSITIONS * GROUP)
        input_rows_i16 (v, step, columns, scale, 2, (size_t) (v - row), layout->channels, planes, start);
      if (c < conv->slice_channels[s])
        {
          input_rows_i16 (v, step, columns, scale, 1, (size_t) (v - row), layout->channels, planes, start);
          v += GROUP;
          columns += POSITIONS * GROUP;
        }
    }
}

/* One tile's V in block floating point. Returns the tile's exponent as a factor. `start` and `known`: as in input_columns(). `next`: whether a
 * tile follows, whose pixels come while this one waits for its exponent. */
INLINE float
input_i16 (int16_t *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns, int start, int known,
           int next, const int planes)
{
  vec squares[VECS][WINDOW], parts[VECS];
  float sums[WINDOW], scale[POSITIONS], factor;
  float *at = columns;

  clear_squares (squares);
  for (int s = 0; s < conv->slices; s++)
    for (int c = 0; c < conv->slice_channels[s]; c += GROUP, at += POSITIONS * GROUP)
      if (conv->slice_elements[s] == ACU_ELEMENT_F16)
        input_columns (at, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F16, start, known);
      else
        input_columns (at, squares, tile, s, conv->slice_channels[s], c, ACU_ELEMENT_F32, start, known);
  for (int y = 0; y < WINDOW; y++)
    {
      for (int part = 0; part < VECS; part++)
        parts[part] = squares[part][y];
      sums[y] = v_reduce_sum (parts);
    }
  factor = acu_winograd_block (sums, scale);
  if (next)
    fetch_tile (tile + 1, conv);
  /* Constants, so that all loads have addresses of their own. */
  if (start == 0)
    input_all_rows (v, conv, layout, columns, scale, planes, 0);
  else if (start == SHARED)
    input_all_rows (v, conv, layout, columns, scale, planes, SHARED);
  else
    input_all_rows (v, conv, layout, columns, scale, planes, 2 * SHARED);
  return factor;
}

__attribute__ ((noinline)) static void
input_tile_f32 (float *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns)
{
  input_f32 (v, tile, conv, layout, columns);
}

__attribute__ ((noinline)) static float
input_tile_i16 (int16_t *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns, int start, int known, int next)
{
  return input_i16 (v, tile, conv, layout, columns, start, known, next, 0);
}

#ifdef V_PLANES
__attribute__ ((noinline)) static float
input_tile_planes (int16_t *v, const AcuWinogradTile *tile, const AcuWinograd *conv, const Layout *layout, float *columns, int start, int known, int next)
{
  return input_i16 (v, tile, conv, layout, columns, start, known, next, 1);
}
#else
#define input_tile_planes input_tile_i16
#endif

/* V of n tiles in block floating point, and their factors. */
INLINE void
input_all_i16 (int16_t *v, float *factors, const AcuWinogradTile *tiles, int n, const AcuWinograd *conv, const Layout *layout, float *columns,
               const int planes)
{
  int start = 0;

  for (int t = 0; t < n; t++, v += layout->channels)
    {
      /* Its first columns are the last ones of the tile before. */
      int known = t > 0 && tiles[t].row == tiles[t - 1].row && tiles[t].x == tiles[t - 1].x + SIDE ? SHARED : 0;

      start = known ? column_place (start, SIDE) : 0;
      factors[t] = (planes ? input_tile_planes : input_tile_i16) (v, &tiles[t], conv, layout, columns, start, known, t + 1 < n);
    }
}
