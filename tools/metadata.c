/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <gexiv2/gexiv2.h>
#include <glib/gi18n.h>
#include <string.h>

/* What describes how a TIFF's own pixels are stored: wrong in any other file. */
static const char *const storage_tags[] = {
  "Exif.Image.ImageWidth", "Exif.Image.ImageLength", "Exif.Image.BitsPerSample", "Exif.Image.Compression",
  "Exif.Image.PhotometricInterpretation", "Exif.Image.FillOrder", "Exif.Image.StripOffsets", "Exif.Image.SamplesPerPixel",
  "Exif.Image.RowsPerStrip", "Exif.Image.StripByteCounts", "Exif.Image.PlanarConfiguration", "Exif.Image.Predictor",
  "Exif.Image.TileWidth", "Exif.Image.TileLength", "Exif.Image.TileOffsets", "Exif.Image.TileByteCounts",
  "Exif.Image.ExtraSamples", "Exif.Image.SampleFormat", "Exif.Image.InterColorProfile", "Exif.Image.SubIFDs",
  "Exif.Image.ColorMap", "Exif.Image.NewSubfileType", "Exif.Image.JPEGTables"
};

double
tool_metadata_resolution (const char *path)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();
  gint over = 0, under = 1;
  g_autofree char *unit = NULL;

  if (!gexiv2_metadata_open_path (metadata, path, NULL)
      || !gexiv2_metadata_try_get_exif_tag_rational (metadata, "Exif.Image.XResolution", &over, &under, NULL)
      || over <= 0 || under <= 0)
    return 0;
  unit = gexiv2_metadata_try_get_tag_string (metadata, "Exif.Image.ResolutionUnit", NULL);
  return (double) over / under * (unit && g_str_equal (unit, "3") ? 2.54 : 1);
}

/* As text: gexiv2 would make a signed number of it, which readers complain about. */
static void
set_length (GExiv2Metadata *metadata, const char *tag, int length)
{
  g_autofree char *text = g_strdup_printf ("%d", length);

  gexiv2_metadata_try_set_tag_string (metadata, tag, text, NULL);
}

static void
set_resolution (GExiv2Metadata *metadata, double resolution)
{
  gint rounded = (gint) (resolution * 100 + 0.5);

  gexiv2_metadata_try_set_exif_tag_rational (metadata, "Exif.Image.XResolution", rounded, 100, NULL);
  gexiv2_metadata_try_set_exif_tag_rational (metadata, "Exif.Image.YResolution", rounded, 100, NULL);
  gexiv2_metadata_try_set_tag_string (metadata, "Exif.Image.ResolutionUnit", "2", NULL);
}

gboolean
tool_metadata_copy (const char *from, const char *to, int width, int height, double resolution, GError **error)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new (), target = gexiv2_metadata_new ();

  if (!gexiv2_metadata_open_path (metadata, from, NULL) || !gexiv2_metadata_open_path (target, to, NULL))
    return TRUE;
  if (!gexiv2_metadata_has_exif (metadata) && !gexiv2_metadata_has_xmp (metadata)
      && !gexiv2_metadata_has_iptc (metadata))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (storage_tags); i++)
    gexiv2_metadata_try_clear_tag (metadata, storage_tags[i], NULL);
  gexiv2_metadata_try_erase_exif_thumbnail (metadata, NULL);
  if (gexiv2_metadata_has_exif (metadata))
    {
      set_length (metadata, "Exif.Photo.PixelXDimension", width);
      set_length (metadata, "Exif.Photo.PixelYDimension", height);
      if (resolution > 0 && resolution < 1e6)
        set_resolution (metadata, resolution);
    }
  /* A format without a place for them keeps none; the picture itself is more. */
  gexiv2_metadata_save_file (metadata, to, NULL);
  return TRUE;
}
