/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The convolutions that use AMX, with emulated tiles, so that they run on every processor. */
#ifndef ACU_TEST_AMX_H
#define ACU_TEST_AMX_H

#include "kernels.h"

/* products_amx.h between transforms in C. */
int winograd_i16_amx_in_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int pointwise_amx_in_c (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);

#ifdef ACU_TEST_AMX
/* kernels/x86/winograd_i16_amx.c as it is; for processors with AVX-512. */
int winograd_i16_amx_emulated (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int pointwise_amx_emulated (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
#endif

#endif
