/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tools to compare every implementation that this processor can run with the C reference. */
#ifndef ACU_CHECKASM_H
#define ACU_CHECKASM_H

#include <glib.h>

#include "kernels.h"

/* `n` floats between two pages that may not be touched: directly before the second one (an access past the end
 * crashes), or directly behind the first. What is left of the pages holds a pattern. */
typedef struct Buffer
{
  float *f;
  gsize n;
  guint8 *map;
  gsize map_bytes;
} Buffer;

void buffer_init (Buffer *buffer, gsize n, gboolean at_end);
/* Fails the test if a byte around the floats has changed; frees the pages. */
void buffer_clear (Buffer *buffer, const char *what);

/* What random numbers look like. */
typedef enum Numbers
{
  NUMBERS_ORDINARY,               /* -1 to 1 */
  NUMBERS_WIDE,                   /* all magnitudes, denormal ones included, so that rounding and underflow matter */
  NUMBERS_SPECIAL,                /* ordinary ones among zeros of both signs, infinities and NaN */
  NUMBERS_ZEROS,                  /* zeros of both signs, which a slope must leave alone */
  N_NUMBERS
} Numbers;

void fill_random (float *f, gsize n, Numbers numbers);

/* `n` numbers of that kind, filled at random. */
void buffer_init_elements (Buffer *buffer, gsize n, AcuElement element, Numbers numbers);
gsize element_bytes (AcuElement element);

/* Bit for bit, except that any NaN equals any other: which of two NaN comes out of a sum is the compiler's choice. */
gboolean same_float (float a, float b);
void assert_same (const char *what, const char *isa, const float *expected, const float *got, gsize n);

/* Calls run() with the kernels of every level above the C reference that this processor has. */
typedef void (*LevelFunc) (const char *isa, const AcuKernels *kernels, gpointer data);
void for_each_level (LevelFunc run, gpointer data);
/* The same, and then C kernels with those convolutions in their place that use emulated AMX tiles. */
void for_each_i16_level (LevelFunc run, gpointer data);

/* The best processor time in seconds of one call of work(), tried for some hundredths of a second. */
double best_seconds (void (*work) (gpointer data), gpointer data);

void add_amx_tests (void);
void add_bf16_tests (void);
void add_conv2d_block_tests (void);
void add_finish_tests (void);
void add_few_tests (void);
void add_conv2d_tests (void);
void add_conv2d_gradient_tests (void);
void add_winograd_tests (void);
void add_pointwise_tests (void);
void add_activation_tests (void);
void add_elementwise_tests (void);
void add_pixel_shuffle_tests (void);
void add_depthwise_tests (void);
void add_noise_tests (void);
void add_resample_tests (void);
void add_resample_u8_tests (void);
void add_srgb_tests (void);

#endif
