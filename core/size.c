/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/size.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

gboolean
acu_size_mul (guint64 a, guint64 b, guint64 *result)
{
  guint64 product;

  if (__builtin_mul_overflow (a, b, &product))
    return FALSE;
  *result = product;
  return TRUE;
}

gboolean
acu_size_add (guint64 a, guint64 b, guint64 *result)
{
  guint64 sum;

  if (__builtin_add_overflow (a, b, &sum))
    return FALSE;
  *result = sum;
  return TRUE;
}

gboolean
acu_size_product (const guint64 *factors, guint n, guint64 *result)
{
  guint64 product = 1;

  for (guint i = 0; i < n; i++)
    if (!acu_size_mul (product, factors[i], &product))
      return FALSE;
  *result = product;
  return TRUE;
}

void *
acu_try_alloc (guint64 count, guint64 size)
{
  guint64 bytes, padded;

  if (!acu_size_mul (count, size, &bytes) || !acu_size_add (bytes, ALIGNMENT, &padded) || padded > PTRDIFF_MAX)
    return NULL;
  return aligned_alloc (ALIGNMENT, padded / ALIGNMENT * ALIGNMENT);
}

void *
acu_try_alloc0 (guint64 count, guint64 size)
{
  void *memory = acu_try_alloc (count, size);

  /* count * size cannot overflow here: the allocation succeeded. */
  if (memory)
    memset (memory, 0, count * size);
  return memory;
}

void
acu_free (void *memory)
{
  free (memory);
}
