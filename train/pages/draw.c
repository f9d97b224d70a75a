/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "draw.h"

#include <acuity/error.h>
#include <glib/gi18n.h>
#include <math.h>

/* How far ink grows beyond letters, in em: the gaps between letters close, those between words and lines do not. */
#define INK_GROWS 0.13

static cairo_t *
new_canvas (cairo_format_t format, int width, int height, GError **error)
{
  cairo_surface_t *surface = cairo_image_surface_create (format, width, height);
  cairo_t *canvas = cairo_create (surface);

  cairo_surface_destroy (surface);
  if (cairo_status (canvas) == CAIRO_STATUS_SUCCESS)
    return canvas;
  cairo_destroy (canvas);
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for a page of %d × %d pixels."), width, height);
  return NULL;
}

gboolean
acu_page_begin (AcuPage *page, int width, int height, GError **error)
{
  page->width = width;
  page->height = height;
  page->canvas = new_canvas (CAIRO_FORMAT_RGB24, width, height, error);
  page->ink = page->canvas ? new_canvas (CAIRO_FORMAT_A8, width, height, error) : NULL;
  if (!page->ink)
    {
      acu_page_end (page);
      return FALSE;
    }
  cairo_set_antialias (page->ink, CAIRO_ANTIALIAS_NONE);
  cairo_set_line_join (page->ink, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_join (page->canvas, CAIRO_LINE_JOIN_ROUND);
  return TRUE;
}

void
acu_page_end (AcuPage *page)
{
  g_clear_pointer (&page->canvas, cairo_destroy);
  g_clear_pointer (&page->ink, cairo_destroy);
}

AcuText
acu_page_body (const AcuPage *page)
{
  return (AcuText) { page->face, page->size, page->spacing, 1, page->colours.text, PANGO_ALIGN_LEFT, FALSE, FALSE, ACU_EDGE_NONE };
}

/* Letters are where the outlines say, whatever the settings of this desktop are: pages are large, and made small later. */
static PangoContext *
new_context (cairo_t *canvas)
{
  PangoContext *context = pango_cairo_create_context (canvas);
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  pango_cairo_context_set_resolution (context, 96);
  pango_context_set_round_glyph_positions (context, FALSE);
  pango_context_set_language (context, pango_language_from_string ("en"));
  cairo_font_options_destroy (options);
  return context;
}

static PangoLayout *
new_layout (AcuPage *page, const AcuText *text, double most, const char *string)
{
  PangoContext *context = new_context (page->canvas);
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *font = pango_font_description_copy (text->face->description);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_font_description_set_absolute_size (font, text->size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  /* No other font steps in, least of all one that was left out. */
  pango_attr_list_insert (attributes, pango_attr_fallback_new (FALSE));
  if (text->spacing != 0)
    pango_attr_list_insert (attributes, pango_attr_letter_spacing_new ((int) (text->spacing * text->size * PANGO_SCALE)));
  if (text->underline)
    pango_attr_list_insert (attributes, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_alignment (layout, text->align);
  pango_layout_set_justify (layout, text->justify);
  if (text->leading != 1)
    pango_layout_set_line_spacing (layout, (float) text->leading);
  if (most > 0)
    {
      pango_layout_set_width (layout, (int) (most * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
    }
  pango_layout_set_text (layout, string, -1);
  pango_attr_list_unref (attributes);
  pango_font_description_free (font);
  g_object_unref (context);
  return layout;
}

void
acu_page_measure (AcuPage *page, const AcuText *text, double most, const char *string, double *width, double *height)
{
  PangoLayout *layout = new_layout (page, text, most, string);
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  if (width)
    *width = (double) logical.width / PANGO_SCALE;
  if (height)
    *height = (double) logical.height / PANGO_SCALE;
  g_object_unref (layout);
}

static void
draw_edge (AcuPage *page, const AcuText *text, PangoLayout *layout, double x, double y)
{
  gboolean light = acu_colour_luminance (text->colour) > 0.18;
  double away = text->edge == ACU_EDGE_SHADOW ? text->size * 0.06 : 0;

  cairo_move_to (page->canvas, x + away, y + away);
  pango_cairo_layout_path (page->canvas, layout);
  cairo_set_source_rgba (page->canvas, !light, !light, !light, text->edge == ACU_EDGE_SHADOW ? 0.65 : 1);
  cairo_set_line_width (page->canvas, text->size * 0.11);
  if (text->edge == ACU_EDGE_OUTLINE)
    cairo_stroke (page->canvas);
  else
    cairo_fill (page->canvas);
}

static void
draw_layout (AcuPage *page, const AcuText *text, PangoLayout *layout, double x, double y)
{
  if (text->edge != ACU_EDGE_NONE)
    draw_edge (page, text, layout, x, y);
  acu_canvas_colour (page->canvas, text->colour);
  cairo_move_to (page->canvas, x, y);
  pango_cairo_show_layout (page->canvas, layout);
  cairo_new_path (page->canvas);

  cairo_set_source_rgba (page->ink, 0, 0, 0, 1);
  cairo_set_line_width (page->ink, 2 * INK_GROWS * text->size);
  cairo_move_to (page->ink, x, y);
  pango_cairo_layout_path (page->ink, layout);
  cairo_fill_preserve (page->ink);
  cairo_stroke (page->ink);
}

double
acu_page_text (AcuPage *page, const AcuText *text, double x, double y, double most, const char *string)
{
  PangoLayout *layout = new_layout (page, text, most, string);
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  draw_layout (page, text, layout, x, y);
  g_object_unref (layout);
  return (double) logical.height / PANGO_SCALE;
}

double
acu_page_line (AcuPage *page, const AcuText *text, double x, double y, double anchor, const char *string)
{
  PangoLayout *layout = new_layout (page, text, 0, string);
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  draw_layout (page, text, layout, x - anchor * logical.width / PANGO_SCALE, y);
  g_object_unref (layout);
  return (double) logical.width / PANGO_SCALE;
}

double
acu_page_take_text (AcuPage *page, const AcuText *text, double x, double y, double most, char *string)
{
  double height = acu_page_text (page, text, x, y, most, string);

  g_free (string);
  return height;
}

double
acu_page_take_line (AcuPage *page, const AcuText *text, double x, double y, double anchor, char *string)
{
  double width = acu_page_line (page, text, x, y, anchor, string);

  g_free (string);
  return width;
}

void
acu_page_push (AcuPage *page, double x, double y, double degrees)
{
  cairo_t *const both[] = { page->canvas, page->ink };

  for (int i = 0; i < 2; i++)
    {
      cairo_save (both[i]);
      cairo_translate (both[i], x, y);
      cairo_rotate (both[i], degrees * G_PI / 180);
    }
}

void
acu_page_pop (AcuPage *page)
{
  cairo_restore (page->canvas);
  cairo_restore (page->ink);
}
