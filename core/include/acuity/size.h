/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The only place where sizes that come from data are multiplied, added and allocated. All
 * arithmetic is 64-bit and checked; a result that does not fit is an error, never a wrapped number. */
#ifndef ACU_SIZE_H
#define ACU_SIZE_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* The longest side of a picture, in pixels, that Acuity reads or writes. */
#define ACU_MAX_SIDE 1000000

/* *result = a * b or a + b. Returns FALSE, *result unchanged, when it does not fit into 64 bits. */
ACU_API gboolean acu_size_mul (guint64 a, guint64 b, guint64 *result) G_GNUC_WARN_UNUSED_RESULT;
ACU_API gboolean acu_size_add (guint64 a, guint64 b, guint64 *result) G_GNUC_WARN_UNUSED_RESULT;

/* *result = the product of n factors. Same contract. */
ACU_API gboolean acu_size_product (const guint64 *factors, guint n, guint64 *result) G_GNUC_WARN_UNUSED_RESULT;

/* count * size bytes aligned to 64, contents undefined; NULL when that overflows or there is not
 * enough memory. count or size may be 0 (a unique pointer comes back). Free with acu_free(). Never aborts. */
ACU_API void *acu_try_alloc (guint64 count, guint64 size) G_GNUC_WARN_UNUSED_RESULT;
/* The same, filled with zero bytes. */
ACU_API void *acu_try_alloc0 (guint64 count, guint64 size) G_GNUC_WARN_UNUSED_RESULT;
/* Frees what the two above returned; NULL is allowed. */
ACU_API void acu_free (void *memory);

G_END_DECLS

#endif
