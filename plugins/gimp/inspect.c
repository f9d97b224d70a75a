/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect.h"
#include "piece.h"

#include <glib/gi18n.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

/* White between maps, in pixels. */
#define GAP 2
#define HEADING_FONT "Sans Bold 16px"
#define HEADING_MARGIN 8

static const AcuOption options[] = {
  { "model", N_("_Model"), N_("The network to look into."), ACU_OPTION_STRING, .default_text = "photo-x2" },
  { "place", N_("_Depth"), N_("Which layer: “edges”, “shapes”, “features”, or the name of one."), ACU_OPTION_STRING, .default_text = "edges" },
  { "side", N_("_Largest side"), N_("A picture that is larger is made so small first; in pixels."), ACU_OPTION_INT,
    .minimum = PLUGIN_INSPECT_LEAST, .maximum = PLUGIN_INSPECT_MOST, .default_number = 192 },
  { NULL }
};

const AcuOption *
plugin_inspect_options (void)
{
  return options;
}

void
plugin_inspect_defaults (PluginInspection *inspection)
{
  memset (inspection, 0, sizeof *inspection);
  g_strlcpy (inspection->model, options[0].default_text, sizeof inspection->model);
  g_strlcpy (inspection->place, options[1].default_text, sizeof inspection->place);
  inspection->side = (int) options[2].default_number;
}

/* RGB floats, encoded, with sides of up to `side`. acu_free(). */
static float *
read_pixels (PluginImage image, PluginItem layer, int side, int *width, int *height, GError **error)
{
  GeglBuffer *buffer = plugin_item_buffer (layer);
  const Babl *space = plugin_image_space (image);
  GeglRectangle piece;
  float *pixels, *small = NULL;
  double shrink;

  plugin_piece_of (image, layer, &piece);
  shrink = fmax (1, (double) MAX (piece.width, piece.height) / side);
  *width = MAX (1, (int) lround (piece.width / shrink));
  *height = MAX (1, (int) lround (piece.height / shrink));
  pixels = acu_try_alloc ((guint64) piece.width * (guint64) piece.height, 3 * sizeof (float));
  if (pixels)
    gegl_buffer_get (buffer, &piece, 1, babl_format_with_space ("R'G'B' float", space ? space : babl_format_get_space (gegl_buffer_get_format (buffer))),
                     pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref (buffer);
  if (pixels && shrink <= 1)
    return pixels;
  small = pixels ? acu_try_alloc ((guint64) *width * (guint64) *height, 3 * sizeof (float)) : NULL;
  if (!small)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else if (!acu_resample_picture (&(const AcuResamplerParams) { .filter = acu_filter_find ("lanczos3"), .src_width = piece.width, .src_height = piece.height,
                                                                .dst_width = *width, .dst_height = *height, .channels = 3, .linear_light = TRUE },
                                  ACU_SAMPLE_FLOAT, pixels, (gsize) piece.width * 3 * sizeof (float), small, (gsize) *width * 3 * sizeof (float),
                                  (int) g_get_num_processors (), error))
    g_clear_pointer (&small, acu_free);
  acu_free (pixels);
  return small;
}

static PangoLayout *
heading_layout (cairo_t *cr, const char *text, int width)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string (HEADING_FONT);

  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, MAX (1, width - 2 * HEADING_MARGIN) * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  return layout;
}

/* A white strip with black words, width × *height bytes; g_free(). */
static guint8 *
draw_heading (const char *text, int width, int *height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);
  PangoLayout *layout = heading_layout (cr, text, width);
  const guint8 *words_drawn;
  guint8 *strip;
  int words;

  pango_layout_get_pixel_size (layout, NULL, &words);
  *height = words + 2 * HEADING_MARGIN;
  g_object_unref (layout);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  strip = g_malloc0 ((gsize) width * *height);
  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, width, *height);
  cr = cairo_create (surface);
  layout = heading_layout (cr, text, width);
  cairo_move_to (cr, HEADING_MARGIN, HEADING_MARGIN);
  pango_cairo_show_layout (cr, layout);
  g_object_unref (layout);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  words_drawn = cairo_image_surface_get_data (surface);
  for (int y = 0; y < *height; y++)
    for (int x = 0; x < width; x++)
      strip[(gsize) y * width + x] = 255 - (words_drawn ? words_drawn[y * cairo_image_surface_get_stride (surface) + x] : 0);
  cairo_surface_destroy (surface);
  return strip;
}

static gboolean
make_image (const PluginInspection *inspection, const AcuMaps *maps, PluginImage *image, GError **error)
{
  char *name = g_strdup_printf ("%s, %s, %s", inspection->model, acu_maps_level_label (maps->level), maps->place);
  /* Translators: a network's name, a level (edges, shapes, features), the name of a layer, how many maps. */
  char *heading = g_strdup_printf (_("%s, %s: layer %s, %d maps"), inspection->model, acu_maps_level_label (maps->level), maps->place, maps->channels);
  int width, height, top = 0;
  guint8 *sheet = acu_maps_sheet (maps, GAP, &width, &height, error);

  if (sheet && (gint64) height + 200 > GIMP_MAX_IMAGE_SIZE)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("GIMP cannot hold an image of %d × %d pixels."), width, height);
      g_clear_pointer (&sheet, g_free);
    }
  if (sheet)
    {
      guint8 *strip = draw_heading (heading, width, &top);
      PluginItem layer;
      GeglBuffer *buffer;

      *image = plugin_image_new_gray (width, top + height, name, &layer);
      buffer = plugin_item_buffer (layer);
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, width, top), 0, babl_format ("Y' u8"), strip, GEGL_AUTO_ROWSTRIDE);
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, top, width, height), 0, babl_format ("Y' u8"), sheet, GEGL_AUTO_ROWSTRIDE);
      gegl_buffer_flush (buffer);
      g_object_unref (buffer);
      plugin_item_update (layer, width, top + height);
      gimp_image_clean_all (*image);
      g_free (strip);
    }
  g_free (heading);
  g_free (name);
  g_free (sheet);
  return sheet != NULL;
}

gboolean
plugin_inspect (PluginImage image, const PluginInspection *inspection, gboolean show, PluginImage *sheet, GError **error)
{
  AcuModelInfo *model = acu_model_find (inspection->model, 2, error);
  float *pixels = NULL;
  AcuMaps *maps = NULL;
  PluginItem layer;
  int width, height;
  gboolean done;

  gimp_progress_init (_("Looking into the network"));
  gimp_progress_pulse ();
  if (model && !plugin_image_layer (image, &layer))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no layer to look at."));
  else if (model)
    pixels = read_pixels (image, layer, inspection->side, &width, &height, error);
  if (pixels)
    maps = acu_maps_new (model, inspection->place, pixels, width, height, 0, error);
  done = maps && make_image (inspection, maps, sheet, error);
  if (done && show)
    gimp_display_new (*sheet);
  gimp_progress_end ();
  acu_maps_free (maps);
  acu_free (pixels);
  acu_model_info_free (model);
  return done;
}
