/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/size.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64
/* From this size on, pages of this size are asked for: maps are read row by row, each in another small page. */
#define HUGE_PAGE ((guint64) 2 << 20)

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
  void *memory;

  if (!acu_size_mul (count, size, &bytes) || !acu_size_add (bytes, ALIGNMENT, &padded) || padded > PTRDIFF_MAX)
    return NULL;
  if (bytes < 2 * HUGE_PAGE)
    return aligned_alloc (ALIGNMENT, padded / ALIGNMENT * ALIGNMENT);
  memory = aligned_alloc (HUGE_PAGE, padded / ALIGNMENT * ALIGNMENT);
  /* Refused, it is only slower. */
  if (memory)
    madvise (memory, bytes, MADV_HUGEPAGE);
  return memory;
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
