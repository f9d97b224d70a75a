/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* babl_palette_set_palette() frees the colours that a thread may be converting with, and GIMP calls it whenever it is asked for an indexed layer's pixels. */
#include "bridge.h"

#include <string.h>

#define COLOURS 256               /* a palette's most */

typedef struct Fixed
{
  const Babl *space;
  guint8 colours[3 * COLOURS];
  const Babl *without, *with_alpha;
} Fixed;

const Babl *
acu_bridge_fixed_format (const Babl *own)
{
  static GMutex lock;
  static GSList *all;             /* Fixed; babl keeps formats for good, too */
  gboolean alpha = babl_format_has_alpha (own) != 0;
  guint8 indices[2 * COLOURS];
  Fixed wanted = { .space = babl_format_get_space (own) }, *found = NULL;
  const Babl *colour;

  if (!babl_format_is_palette (own))
    return own;
  for (int i = 0; i < COLOURS; i++)
    {
      indices[alpha ? 2 * i : i] = (guint8) i;
      if (alpha)
        indices[2 * i + 1] = 255;
    }
  colour = babl_format_with_space ("R'G'B' u8", wanted.space);
  babl_process (babl_fish (own, colour), indices, wanted.colours, COLOURS);
  g_mutex_lock (&lock);
  for (GSList *each = all; each && !found; each = each->next)
    {
      Fixed *fixed = each->data;

      if (fixed->space == wanted.space && memcmp (fixed->colours, wanted.colours, sizeof wanted.colours) == 0)
        found = fixed;
    }
  if (!found)
    {
      babl_new_palette_with_space (NULL, wanted.space, &wanted.without, &wanted.with_alpha);
      babl_palette_set_palette (wanted.without, colour, wanted.colours, COLOURS);
      found = g_memdup2 (&wanted, sizeof wanted);
      all = g_slist_prepend (all, found);
    }
  g_mutex_unlock (&lock);
  return alpha ? found->with_alpha : found->without;
}
