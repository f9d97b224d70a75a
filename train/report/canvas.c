/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "canvas.h"

#include <acuity/error.h>
#include <glib/gi18n.h>

const AcuColour acu_colour_text = { 0.13, 0.13, 0.15 };
const AcuColour acu_colour_faint_text = { 0.40, 0.40, 0.43 };
const AcuColour acu_colour_line = { 0.88, 0.88, 0.90 };

cairo_t *
acu_canvas_new (double width, double height, GError **error)
{
  cairo_surface_t *surface;
  cairo_t *canvas;

  if (!(width >= 1 && height >= 1 && width <= ACU_CANVAS_MOST && height <= ACU_CANVAS_MOST))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A report of %.0f × %.0f pixels is too large; the longest side is %d."), width,
                   height, ACU_CANVAS_MOST);
      return NULL;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  canvas = cairo_create (surface);
  cairo_surface_destroy (surface);
  if (cairo_status (canvas) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for a report of %.0f × %.0f pixels."), width, height);
      cairo_destroy (canvas);
      return NULL;
    }
  cairo_set_source_rgb (canvas, 1, 1, 1);
  cairo_paint (canvas);
  return canvas;
}

static cairo_status_t
append (void *data, const unsigned char *bytes, unsigned int length)
{
  g_byte_array_append (data, bytes, length);
  return CAIRO_STATUS_SUCCESS;
}

gboolean
acu_canvas_save (cairo_t *canvas, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) problem = NULL;
  cairo_status_t status = cairo_status (canvas);

  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (cairo_get_target (canvas), append, bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("%s cannot be drawn: %s."), path, cairo_status_to_string (status));
      return FALSE;
    }
  if (g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, &problem))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, problem->message);
  return FALSE;
}

void
acu_canvas_colour (cairo_t *canvas, AcuColour colour)
{
  cairo_set_source_rgb (canvas, colour.red, colour.green, colour.blue);
}

static double
width_of (cairo_t *canvas, const char *text)
{
  cairo_text_extents_t extents;

  cairo_text_extents (canvas, text, &extents);
  return extents.x_advance;
}

static void
set_font (cairo_t *canvas, double size, gboolean bold)
{
  cairo_select_font_face (canvas, "sans-serif", CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (canvas, size);
}

double
acu_canvas_text_width (cairo_t *canvas, double size, gboolean bold, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  set_font (canvas, size, bold);
  return width_of (canvas, valid);
}

/* The longest beginning that fits with "…" after it. */
static char *
shorten (cairo_t *canvas, const char *text, double most)
{
  for (glong n = MIN (g_utf8_strlen (text, -1) - 1, (glong) most); n > 0; n--)
    {
      g_autofree char *beginning = g_utf8_substring (text, 0, n);
      char *shorter = g_strconcat (beginning, "…", NULL);

      if (width_of (canvas, shorter) <= most)
        return shorter;
      g_free (shorter);
    }
  return g_strdup ("…");
}

double
acu_canvas_text (cairo_t *canvas, double x, double y, double align, double size, gboolean bold, AcuColour colour, double most,
                 const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  double width;

  set_font (canvas, size, bold);
  width = width_of (canvas, valid);
  if (most > 0 && width > most)
    {
      char *shorter = shorten (canvas, valid, most);

      g_free (valid);
      valid = shorter;
      width = width_of (canvas, valid);
    }
  acu_canvas_colour (canvas, colour);
  cairo_move_to (canvas, x - align * width, y);
  cairo_show_text (canvas, valid);
  return width;
}
