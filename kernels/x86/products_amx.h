/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Matrix products of 16-bit convolutions in AMX tiles of bytes. A number is 256 * high + low, high signed, low not, so modulo 2³²
 *
 *   Σ u v = 65536 Σ high high + 256 (Σ high low + Σ low high) + Σ low low,
 *
 * each of which is a product that AMX-INT8 has, with exact sums in 32 bits: the result is every other instruction set's, bit for bit.
 *
 * As tiles.h says, plain C but for intrinsics for tiles. Weights and V are in ACU_I16_PLANES, see winograd_private.h. Before products(), configure_tiles();
 * after it, release_tiles(). */
#include "tiles.h"
#include "winograd_private.h"

#define ROWS ACU_PLANES_ROWS
#define ROW_BYTES (ACU_WINOGRAD_GROUP * sizeof (int32_t))

/* Two blocks of ROWS × ACU_WINOGRAD_GROUP numbers, each in three tiles; what is multiplied goes through the last two. */
#define HIGH_A 0
#define MIXED_A 1
#define LOW_A 2
#define HIGH_B 3
#define MIXED_B 4
#define LOW_B 5
#define DATA 6
#define WEIGHTS 7

/* For products of that many numbers. */
static inline void
configure_tiles (int numbers)
{
  int words = acu_planes_words (numbers);
  TileConfig config = { .palette = 1 };

  for (int i = HIGH_A; i <= DATA; i++)
    config.rows[i] = ROWS;
  for (int i = HIGH_A; i <= WEIGHTS; i++)
    config.row_bytes[i] = ROW_BYTES;
  config.row_bytes[DATA] = (uint16_t) (words * 4);
  config.rows[WEIGHTS] = (uint8_t) words;
  load_config (&config);
}

static inline void
add_sums (int32_t *restrict m, size_t m_step, const uint32_t *restrict high, const uint32_t *restrict mixed, const uint32_t *restrict low)
{
  for (int t = 0; t < ROWS; t++, m += m_step)
    for (int o = 0; o < ACU_WINOGRAD_GROUP; o++)
      {
        int at = t * ACU_WINOGRAD_GROUP + o;

        m[o] = (int32_t) ((((high[at] << 8) + mixed[at]) << 8) + low[at]);
      }
}

/* ROWS tiles × one group at one position. `sums`: room for ACU_PLANES_SUMS numbers. */
static inline void
product_one (int32_t *m, size_t m_step, const uint8_t *v, const uint8_t *weights, int numbers, uint32_t *sums)
{
  const int words = acu_planes_words (numbers), steps = acu_planes_steps (numbers);
  const size_t v_step = 2 * (size_t) numbers, low = words * ROW_BYTES;
  uint32_t *mixed = sums + ROWS * ACU_WINOGRAD_GROUP, *lowest = mixed + ROWS * ACU_WINOGRAD_GROUP;

  _tile_zero (HIGH_A);
  _tile_zero (MIXED_A);
  _tile_zero (LOW_A);
  for (int k = 0; k < steps; k++, v += words * 4, weights += 2 * low)
    {
      _tile_loadd (WEIGHTS, weights, ROW_BYTES);
      _tile_loadd (DATA, v + numbers, v_step);
      _tile_dpbusd (MIXED_A, DATA, WEIGHTS);
      _tile_loadd (DATA, v, v_step);
      _tile_dpbssd (HIGH_A, DATA, WEIGHTS);
      _tile_loadd (WEIGHTS, weights + low, ROW_BYTES);
      _tile_dpbsud (MIXED_A, DATA, WEIGHTS);
      _tile_loadd (DATA, v + numbers, v_step);
      _tile_dpbuud (LOW_A, DATA, WEIGHTS);
    }
  _tile_stored (HIGH_A, sums, ROW_BYTES);
  _tile_stored (MIXED_A, mixed, ROW_BYTES);
  _tile_stored (LOW_A, lowest, ROW_BYTES);
  add_sums (m, m_step, sums, mixed, lowest);
}

/* The same for twice as many tiles: weights are loaded once, and between two additions to one tile lie three to others, so that none waits. What
 * the last step reads beyond a row of V meets weights of zero. */
static inline void
product_two (int32_t *m, size_t m_step, const uint8_t *v, const uint8_t *weights, int numbers, uint32_t *sums)
{
  const int words = acu_planes_words (numbers), steps = acu_planes_steps (numbers);
  const size_t v_step = 2 * (size_t) numbers, low = words * ROW_BYTES, block = ROWS * ACU_WINOGRAD_GROUP;
  const uint8_t *next = v + ROWS * v_step;

  _tile_zero (HIGH_A);
  _tile_zero (MIXED_A);
  _tile_zero (LOW_A);
  _tile_zero (HIGH_B);
  _tile_zero (MIXED_B);
  _tile_zero (LOW_B);
  for (int k = 0; k < steps; k++, v += words * 4, next += words * 4, weights += 2 * low)
    {
      _tile_loadd (WEIGHTS, weights, ROW_BYTES);
      _tile_loadd (DATA, v + numbers, v_step);
      _tile_dpbusd (MIXED_A, DATA, WEIGHTS);
      _tile_loadd (DATA, next + numbers, v_step);
      _tile_dpbusd (MIXED_B, DATA, WEIGHTS);
      _tile_loadd (DATA, next, v_step);
      _tile_dpbssd (HIGH_B, DATA, WEIGHTS);
      _tile_loadd (DATA, v, v_step);
      _tile_dpbssd (HIGH_A, DATA, WEIGHTS);
      _tile_loadd (WEIGHTS, weights + low, ROW_BYTES);
      _tile_dpbsud (MIXED_A, DATA, WEIGHTS);
      _tile_loadd (DATA, next, v_step);
      _tile_dpbsud (MIXED_B, DATA, WEIGHTS);
      _tile_loadd (DATA, next + numbers, v_step);
      _tile_dpbuud (LOW_B, DATA, WEIGHTS);
      _tile_loadd (DATA, v + numbers, v_step);
      _tile_dpbuud (LOW_A, DATA, WEIGHTS);
    }
  _tile_stored (HIGH_A, sums, ROW_BYTES);
  _tile_stored (MIXED_A, sums + block, ROW_BYTES);
  _tile_stored (LOW_A, sums + 2 * block, ROW_BYTES);
  _tile_stored (HIGH_B, sums + 3 * block, ROW_BYTES);
  _tile_stored (MIXED_B, sums + 4 * block, ROW_BYTES);
  _tile_stored (LOW_B, sums + 5 * block, ROW_BYTES);
  add_sums (m, m_step, sums, sums + block, sums + 2 * block);
  add_sums (m + ROWS * m_step, m_step, sums + 3 * block, sums + 4 * block, sums + 5 * block);
}

static void
products (int32_t *m, const int16_t *v, const int16_t *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  const size_t m_step = (size_t) groups * M_STEP, group_bytes = (size_t) 2 * acu_planes_padded (channels) * ACU_WINOGRAD_GROUP;
  const uint8_t *data = (const uint8_t *) v, *w = (const uint8_t *) weights;
  uint32_t *sums = (uint32_t *) m + ACU_WINOGRAD_TILES * 4 * M_STEP;

  for (int p = 0; p < positions; p++, m += ACU_WINOGRAD_GROUP, data += 2 * V_STEP (channels))
    {
      for (int i = 0; i < 4; i++)
        acu_winograd_look_ahead (ahead);
      for (int g = 0; g < groups; g++, w += group_bytes)
        if (n > ROWS)
          product_two (m + g * M_STEP, m_step, data, w, channels, sums);
        else
          product_one (m + g * M_STEP, m_step, data, w, channels, sums);
    }
}
