/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* AMX tiles: what all kernels that use them need. Plain C but for the intrinsics of <immintrin.h> for tiles, which the file that includes this has
 * included before, or replaced (the kernel test does so, to run it anywhere). */
#ifndef ACU_TILES_H
#define ACU_TILES_H

#include <stdint.h>

/* The most rows of a tile, and bytes of its row. */
#define TILE_ROWS 16
#define TILE_ROW_BYTES 64

/* What LDTILECFG reads. */
typedef struct TileConfig
{
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} TileConfig;

static inline void
load_config (const TileConfig *config)
{
  /* GCC 12's intrinsic says that only the first bytes are read. */
  __asm__ volatile ("" : : "r" (config) : "memory");
  _tile_loadconfig (config);
}

/* Threads without tiles in use have less to save. */
static inline void
release_tiles (void)
{
  _tile_release ();
}

#endif
