/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The intrinsics of AMX-TILE, AMX-INT8 and AMX-BF16 as functions in C, after Intel's manual (volume 2, LDTILECFG, TILELOADD, TILESTORED, TILEZERO,
 * TILERELEASE, TDPBSSD and its sisters, TDPBF16PS): what the processor would answer with a fault ends the program here. Palette 1 only: 8 tiles of at most
 * 16 rows of 64 bytes. Included before the source whose tiles are to be emulated. Each thread has its own state, as on the processor (and
 * each file that includes this). */
#ifndef ACU_AMX_EMULATED_H
#define ACU_AMX_EMULATED_H

#ifdef __x86_64__
/* So that it does not define its own once more. */
#include <immintrin.h>
#endif
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each is called from hundreds of places: a function, not its text, or compiling takes minutes. */
#define EMULATED __attribute__ ((noinline, unused)) static

#define EMULATED_TILES 8
#define EMULATED_ROWS 16
#define EMULATED_ROW_BYTES 64

/* The configuration as it lies in memory: palette, first row, 14 zeros, 16 × 2 bytes a row, 16 × rows. */
static _Thread_local uint8_t emulated_config[64];
static _Thread_local int emulated_configured;
static _Thread_local uint8_t emulated_data[EMULATED_TILES][EMULATED_ROWS][EMULATED_ROW_BYTES];

static inline void
emulated_fault (int wrong, const char *what)
{
  if (!wrong)
    return;
  fprintf (stderr, "emulated tiles: %s\n", what);
  abort ();
}

static inline int
emulated_row_bytes (int tile)
{
  return emulated_config[16 + 2 * tile] | emulated_config[17 + 2 * tile] << 8;
}

static inline int
emulated_rows (int tile)
{
  return emulated_config[48 + tile];
}

static inline void
emulated_use (int tile)
{
  emulated_fault (!emulated_configured, "used without a configuration");
  emulated_fault (tile < 0 || tile >= EMULATED_TILES, "no such tile");
  emulated_fault (emulated_rows (tile) == 0, "this tile is not configured");
}

static inline void
emulated_release (void)
{
  emulated_configured = 0;
  memset (emulated_config, 0, sizeof emulated_config);
  memset (emulated_data, 0, sizeof emulated_data);
}

EMULATED void
emulated_loadconfig (const void *config)
{
  emulated_release ();
  memcpy (emulated_config, config, sizeof emulated_config);
  emulated_fault (emulated_config[0] > 1, "no such palette");
  if (emulated_config[0] == 0)
    {
      emulated_release ();
      return;
    }
  emulated_fault (emulated_config[1] != 0, "begins within a tile");
  for (int i = 2; i < 16; i++)
    emulated_fault (emulated_config[i] != 0, "reserved bytes are not zero");
  for (int i = 0; i < 16; i++)
    {
      int bytes = emulated_row_bytes (i), rows = emulated_rows (i);

      emulated_fault (i >= EMULATED_TILES && (bytes || rows), "no such tile");
      emulated_fault (bytes > EMULATED_ROW_BYTES || rows > EMULATED_ROWS, "a tile is too large");
      emulated_fault (!bytes != !rows, "a tile has rows or columns only");
    }
  emulated_configured = 1;
}

EMULATED void
emulated_zero (int tile)
{
  emulated_use (tile);
  memset (emulated_data[tile], 0, sizeof emulated_data[tile]);
}

EMULATED void
emulated_load (int tile, const void *base, long stride)
{
  emulated_zero (tile);
  for (int r = 0; r < emulated_rows (tile); r++)
    memcpy (emulated_data[tile][r], (const char *) base + r * stride, emulated_row_bytes (tile));
}

EMULATED void
emulated_store (int tile, void *base, long stride)
{
  emulated_use (tile);
  for (int r = 0; r < emulated_rows (tile); r++)
    memcpy ((char *) base + r * stride, emulated_data[tile][r], emulated_row_bytes (tile));
}

static inline void
emulated_check_shapes (int sums, int a, int b)
{
  emulated_use (sums);
  emulated_use (a);
  emulated_use (b);
  emulated_fault (sums == a || a == b || sums == b, "a tile is used twice");
  emulated_fault (emulated_row_bytes (sums) % 4 || emulated_row_bytes (a) % 4 || emulated_row_bytes (b) % 4, "not whole words");
  emulated_fault (emulated_rows (sums) != emulated_rows (a), "rows of the sum and of the first factor differ");
  emulated_fault (emulated_row_bytes (a) / 4 != emulated_rows (b), "columns of the first factor and rows of the second differ");
  emulated_fault (emulated_row_bytes (sums) != emulated_row_bytes (b), "columns of the sum and of the second factor differ");
}

/* sums += a × b: dot products of four bytes; signed or not. Sums wrap. */
EMULATED void
emulated_multiply (int sums, int a, int b, int a_signed, int b_signed)
{
  emulated_check_shapes (sums, a, b);
  for (int m = 0; m < emulated_rows (sums); m++)
    for (int n = 0; n < emulated_row_bytes (sums) / 4; n++)
      {
        uint32_t sum;

        memcpy (&sum, &emulated_data[sums][m][4 * n], 4);
        for (int k = 0; k < emulated_rows (b); k++)
          for (int i = 0; i < 4; i++)
            {
              uint8_t x = emulated_data[a][m][4 * k + i], y = emulated_data[b][k][4 * n + i];

              sum += (uint32_t) ((a_signed ? (int8_t) x : x) * (b_signed ? (int8_t) y : y));
            }
        memcpy (&emulated_data[sums][m][4 * n], &sum, 4);
      }
}

static inline float
emulated_bf16 (const uint8_t *at)
{
  uint32_t bits = (uint32_t) at[1] << 24 | (uint32_t) at[0] << 16;
  float f;

  memcpy (&f, &bits, 4);
  return f;
}

/* sums += a × b: dot products of two bfloat16 numbers, even and odd ones apart; without the processor's zeros for tiny numbers. */
EMULATED void
emulated_multiply_bf16 (int sums, int a, int b)
{
  emulated_check_shapes (sums, a, b);
  for (int m = 0; m < emulated_rows (sums); m++)
    for (int n = 0; n < emulated_row_bytes (sums) / 4; n++)
      {
        float sum, parts[2] = { 0, 0 };

        memcpy (&sum, &emulated_data[sums][m][4 * n], 4);
        for (int k = 0; k < emulated_rows (b); k++)
          for (int i = 0; i < 2; i++)
            parts[i] = fmaf (emulated_bf16 (&emulated_data[a][m][4 * k + 2 * i]), emulated_bf16 (&emulated_data[b][k][4 * n + 2 * i]),
                             parts[i]);
        sum += parts[0] + parts[1];
        memcpy (&emulated_data[sums][m][4 * n], &sum, 4);
      }
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbssd
#undef _tile_dpbsud
#undef _tile_dpbusd
#undef _tile_dpbuud
#undef _tile_dpbf16ps
#define _tile_loadconfig(config) emulated_loadconfig (config)
#define _tile_release() emulated_release ()
#define _tile_zero(tile) emulated_zero (tile)
#define _tile_loadd(tile, base, stride) emulated_load (tile, base, (long) (stride))
#define _tile_stored(tile, base, stride) emulated_store (tile, base, (long) (stride))
#define _tile_dpbssd(sums, a, b) emulated_multiply (sums, a, b, 1, 1)
#define _tile_dpbsud(sums, a, b) emulated_multiply (sums, a, b, 1, 0)
#define _tile_dpbusd(sums, a, b) emulated_multiply (sums, a, b, 0, 1)
#define _tile_dpbuud(sums, a, b) emulated_multiply (sums, a, b, 0, 0)
#define _tile_dpbf16ps(sums, a, b) emulated_multiply_bf16 (sums, a, b)

#endif
