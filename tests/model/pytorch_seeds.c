/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pytorch_seeds.h"

#include <string.h>

static void
put (GByteArray *to, guint64 number, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    g_byte_array_append (to, &(guint8) { (guint8) (i < 8 ? number >> 8 * i : 0) }, 1);
}

/* What the header before a file and its record in the list have in common: from the version needed to the path's length. */
static void
put_common (GByteArray *zip, const ZipFile *file)
{
  put (zip, 0, 2);                /* version */
  put (zip, 0x800, 2);            /* flags: paths are UTF-8 */
  put (zip, 0, 2);                /* method: stored */
  put (zip, 0, 8);                /* time, checksum */
  put (zip, file->size, 4);
  put (zip, file->size, 4);
  put (zip, strlen (file->path), 2);
}

static void
put_wide_end (GByteArray *zip, guint n, guint64 list, guint64 size)
{
  guint64 place = zip->len;

  put (zip, 0x06064b50, 4);
  put (zip, 44, 8);
  put (zip, 0, 12);               /* versions, disks */
  put (zip, n, 8);
  put (zip, n, 8);
  put (zip, size, 8);
  put (zip, list, 8);
  put (zip, 0x07064b50, 4);
  put (zip, 0, 4);
  put (zip, place, 8);
  put (zip, 1, 4);
}

GByteArray *
seed_zip (const ZipFile *files, guint n, gboolean wide)
{
  GByteArray *zip = g_byte_array_new ();
  g_autofree guint64 *places = g_new0 (guint64, n);
  guint64 list, size;

  for (guint i = 0; i < n; i++)
    {
      gsize padding;

      places[i] = zip->len;
      put (zip, 0x04034b50, 4);
      put_common (zip, &files[i]);
      /* Numbers are aligned. */
      padding = (64 - (zip->len + 2 + strlen (files[i].path) + 4) % 64) % 64;
      put (zip, padding + 4, 2);
      seed_put (zip, files[i].path, strlen (files[i].path));
      put (zip, 0x4246, 2);
      put (zip, padding, 2);
      for (gsize k = 0; k < padding; k++)
        put (zip, 'Z', 1);
      seed_put (zip, files[i].data, files[i].size);
    }
  list = zip->len;
  for (guint i = 0; i < n; i++)
    {
      put (zip, 0x02014b50, 4);
      put (zip, 0, 2);
      put_common (zip, &files[i]);
      put (zip, wide ? 12 : 0, 2);
      put (zip, 0, 2);            /* comment */
      put (zip, 0, 8);            /* disk, attributes */
      put (zip, wide ? 0xffffffff : places[i], 4);
      seed_put (zip, files[i].path, strlen (files[i].path));
      if (wide)
        {
          put (zip, 1, 2);
          put (zip, 8, 2);
          put (zip, places[i], 8);
        }
    }
  size = zip->len - list;
  if (wide)
    put_wide_end (zip, n, list, size);
  put (zip, 0x06054b50, 4);
  put (zip, 0, 4);
  put (zip, wide ? 0xffff : n, 2);
  put (zip, wide ? 0xffff : n, 2);
  put (zip, wide ? 0xffffffff : size, 4);
  put (zip, wide ? 0xffffffff : list, 4);
  put (zip, 0, 2);
  return zip;
}

void
seed_put (GByteArray *pickle, const char *bytes, gsize n)
{
  if (n)
    g_byte_array_append (pickle, (const guint8 *) bytes, (guint) n);
}

void
seed_text (GByteArray *pickle, const char *text)
{
  seed_put (pickle, "X", 1);
  put (pickle, strlen (text), 4);
  seed_put (pickle, text, strlen (text));
}

void
seed_number (GByteArray *pickle, gint64 number)
{
  if (number >= 0 && number < 256)
    {
      seed_put (pickle, "K", 1);
      put (pickle, (guint64) number, 1);
      return;
    }
  seed_put (pickle, "\x8a\x08", 2);
  put (pickle, (guint64) number, 8);
}

void
seed_global (GByteArray *pickle, const char *module, const char *name)
{
  seed_put (pickle, "c", 1);
  seed_put (pickle, module, strlen (module));
  seed_put (pickle, "\n", 1);
  seed_put (pickle, name, strlen (name));
  seed_put (pickle, "\n", 1);
}

static void
put_numbers (GByteArray *pickle, const gint64 *numbers, guint n)
{
  seed_put (pickle, "(", 1);
  for (guint i = 0; i < n; i++)
    seed_number (pickle, numbers[i]);
  seed_put (pickle, "t", 1);
}

void
seed_tensor (GByteArray *pickle, const PickledTensor *tensor)
{
  seed_global (pickle, "torch._utils", "_rebuild_tensor_v2");
  seed_put (pickle, "((", 2);
  seed_text (pickle, "storage");
  seed_global (pickle, "torch", tensor->storage);
  seed_text (pickle, tensor->key);
  seed_text (pickle, "cpu");
  seed_number (pickle, tensor->numbers);
  seed_put (pickle, "tQ", 2);
  seed_number (pickle, tensor->offset);
  put_numbers (pickle, tensor->shape, tensor->dimensions);
  put_numbers (pickle, tensor->strides, tensor->dimensions);
  seed_put (pickle, "\x89", 1);
  seed_global (pickle, "collections", "OrderedDict");
  seed_put (pickle, ")RtR", 4);
}

typedef struct Shape
{
  char *name;
  guint dimensions;
  gint64 shape[4];
} Shape;

static void
clear_shape (gpointer shape)
{
  g_free (((Shape *) shape)->name);
}

/* The tensors of a convolution, or of slopes when side is 0. Takes the name. */
static void
add_layer (GArray *shapes, char *name, gint64 out, gint64 in, gint64 side)
{
  Shape weight = { g_strconcat (name, ".weight", NULL), side ? 4 : 1, { out, in, side, side } };
  Shape bias = { g_strconcat (name, ".bias", NULL), 1, { out } };

  g_array_append_val (shapes, weight);
  if (side)
    g_array_append_val (shapes, bias);
  else
    clear_shape (&bias);
  g_free (name);
}

static GArray *
compact (void)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (Shape));

  add_layer (shapes, g_strdup ("body.0"), 4, 3, 3);
  add_layer (shapes, g_strdup ("body.1"), 4, 0, 0);
  add_layer (shapes, g_strdup ("body.2"), 12, 4, 3);
  return shapes;
}

/* x2plus: with 2 × 2 pixels in its first convolution. */
static GArray *
rrdb (void)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (Shape));

  add_layer (shapes, g_strdup ("conv_first"), 2, 12, 3);
  for (int dense = 1; dense <= 3; dense++)
    for (int conv = 1; conv <= 5; conv++)
      add_layer (shapes, g_strdup_printf ("body.0.rdb%d.conv%d", dense, conv), conv == 5 ? 2 : 1, 1 + conv, 3);
  add_layer (shapes, g_strdup ("conv_body"), 2, 2, 3);
  for (int up = 1; up <= 2; up++)
    add_layer (shapes, g_strdup_printf ("conv_up%d", up), 2, 2, 3);
  add_layer (shapes, g_strdup ("conv_hr"), 2, 2, 3);
  add_layer (shapes, g_strdup ("conv_last"), 3, 2, 3);
  return shapes;
}

static GArray *
msrresnet (void)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (Shape));

  add_layer (shapes, g_strdup ("conv_first"), 2, 3, 3);
  add_layer (shapes, g_strdup ("body.0.conv1"), 2, 2, 3);
  add_layer (shapes, g_strdup ("body.0.conv2"), 2, 2, 3);
  add_layer (shapes, g_strdup ("upconv1"), 18, 2, 3);
  add_layer (shapes, g_strdup ("conv_hr"), 2, 2, 3);
  add_layer (shapes, g_strdup ("conv_last"), 3, 2, 3);
  return shapes;
}

static gint64
count_of (const Shape *shape)
{
  gint64 count = 1;

  for (guint d = 0; d < shape->dimensions; d++)
    count *= shape->shape[d];
  return count;
}

static void
put_weights (GByteArray *numbers, gint64 n, guint bytes)
{
  for (gint64 i = 0; i < n; i++)
    {
      float value = (float) (i % 7 - 3) / 16;
      guint32 bits;
      guint64 wide_bits;
      double wide = value;

      memcpy (&bits, &value, sizeof bits);
      memcpy (&wide_bits, &wide, sizeof wide_bits);
      put (numbers, bytes == 4 ? bits : bytes == 8 ? wide_bits : 0x2c00 + (guint64) i % 5, bytes);
    }
}

/* All tensors in one storage. */
static void
put_network (GByteArray *pickle, GByteArray *numbers, const GArray *shapes, const char *prefix, const char *storage, guint bytes)
{
  gint64 total = 0, offset = 0;

  for (guint i = 0; i < shapes->len; i++)
    total += count_of (&g_array_index (shapes, Shape, i));
  put_weights (numbers, total, bytes);
  for (guint i = 0; i < shapes->len; i++)
    {
      const Shape *shape = &g_array_index (shapes, Shape, i);
      g_autofree char *name = g_strconcat (prefix, shape->name, NULL);
      PickledTensor tensor = { storage, "0", total, offset, shape->dimensions };
      gint64 count = 1;

      for (guint d = shape->dimensions; d > 0; d--)
        {
          tensor.shape[d - 1] = shape->shape[d - 1];
          tensor.strides[d - 1] = count;
          count *= tensor.shape[d - 1];
        }
      offset += count;
      seed_text (pickle, name);
      seed_tensor (pickle, &tensor);
    }
}

GByteArray *
seed_pytorch (guint which)
{
  static const struct { GArray *(*shapes) (void); const char *outer, *prefix, *storage; guint bytes; gboolean wide; } seeds[N_PYTORCH_SEEDS] = {
    { compact, NULL, "", "FloatStorage", 4, FALSE }, { compact, "params_ema", "", "HalfStorage", 2, TRUE },
    { compact, "state_dict", "module.", "DoubleStorage", 8, FALSE }, { compact, "params", "module.", "BFloat16Storage", 2, TRUE },
    { rrdb, "params_ema", "", "FloatStorage", 4, TRUE }, { msrresnet, "params", "", "HalfStorage", 2, FALSE }
  };
  g_autoptr (GByteArray) pickle = g_byte_array_new (), numbers = g_byte_array_new ();
  g_autoptr (GArray) shapes = seeds[which].shapes ();

  g_array_set_clear_func (shapes, clear_shape);

  seed_put (pickle, "\x80\x02", 2);
  if (seeds[which].outer)
    {
      seed_put (pickle, "}q\x07", 3);
      seed_text (pickle, "epoch");
      seed_number (pickle, 70000);
      seed_put (pickle, "s", 1);
      seed_text (pickle, seeds[which].outer);
    }
  seed_global (pickle, "collections", "OrderedDict");
  seed_put (pickle, ")Rr\x01\0\0\0(", 8);
  put_network (pickle, numbers, shapes, seeds[which].prefix, seeds[which].storage, seeds[which].bytes);
  seed_put (pickle, "u}", 2);
  seed_text (pickle, "_metadata");
  seed_put (pickle, "h\x01sb", 4);
  seed_put (pickle, seeds[which].outer ? "s." : ".", seeds[which].outer ? 2 : 1);
  {
    const ZipFile files[] = {
      { "net/data.pkl", pickle->data, pickle->len }, { "net/byteorder", "little", 6 }, { "net/data/0", numbers->data, numbers->len },
      { "net/version", "3\n", 2 }
    };

    return seed_zip (files, G_N_ELEMENTS (files), seeds[which].wide);
  }
}
