/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "identity.h"

#include "catalogue.h"
#include "mix.h"
#include "pictures.h"

#include <acuity/error.h>
#include <string.h>

static guint64
add_pixels (guint64 sum, const guint8 *pixels, gsize n)
{
  for (gsize at = 0; at < n; at += sizeof sum)
    {
      guint64 word = 0;

      memcpy (&word, pixels + at, MIN (n - at, sizeof word));
      sum = acu_mix (sum ^ word) + ACU_MIX_STEP;
    }
  return sum;
}

/* Not against forgers: for pictures that have been changed, added or taken away. */
static guint64
picture_sum (const AcuTrainPicture *picture)
{
  gsize n = (gsize) picture->width * picture->height * 3;
  guint64 sum = add_pixels (acu_mix (((guint64) picture->width << 32) + (guint64) picture->height), picture->pixels, n);

  return picture->truth ? add_pixels (sum, picture->truth, n) : sum;
}

static gboolean
add_file (GChecksum *sum, const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) problem = NULL;
  gsize n;

  if (g_str_has_prefix (path, ACU_RESOURCE_PREFIX))
    {
      g_autoptr (GBytes) inside = acu_catalogue_file (path, error);
      gconstpointer data = inside ? g_bytes_get_data (inside, &n) : NULL;

      if (inside)
        g_checksum_update (sum, data, (gssize) n);
      return inside != NULL;
    }
  if (!g_file_get_contents (path, &bytes, &n, &problem))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, problem->message);
      return FALSE;
    }
  g_checksum_update (sum, (const guchar *) bytes, (gssize) n);
  return TRUE;
}

/* A model's weights; PATH.param has them in PATH.bin. */
static gboolean
add_model (GChecksum *sum, const char *path, GError **error)
{
  g_autofree char *stem = path && g_str_has_suffix (path, ".param") ? g_strndup (path, strlen (path) - strlen (".param")) : NULL;
  g_autofree char *bin = stem ? g_strconcat (stem, ".bin", NULL) : NULL;

  return !path || (add_file (sum, path, error) && (!bin || add_file (sum, bin, error)));
}

char *
acu_train_identity (const AcuRunFile *run, const GPtrArray *pictures, int processes, gboolean bf16, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *ranks = g_strdup_printf ("%d%s", processes, bf16 ? " bf16" : "");

  g_checksum_update (sum, (const guchar *) run->fingerprint, -1);
  g_checksum_update (sum, (const guchar *) ranks, -1);
  if (!add_model (sum, run->features_model, error) || !add_model (sum, run->teacher_model, error) || !add_model (sum, run->first_model, error)
      || !add_model (sum, run->before_model, error))
    return NULL;
  for (guint i = 0; i < pictures->len; i++)
    {
      guint64 one = GUINT64_TO_LE (picture_sum (pictures->pdata[i]));

      g_checksum_update (sum, (const guchar *) &one, sizeof one);
    }
  return g_strdup (g_checksum_get_string (sum));
}
