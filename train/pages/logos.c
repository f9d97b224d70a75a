/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "logos.h"

#include "ground.h"
#include "kinds.h"
#include "pictures.h"
#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n.h>

#ifdef HAVE_RSVG
#include <librsvg/rsvg.h>

/* A logo has some kilobytes; what is much larger is a drawing that takes its time. */
#define MOST_BYTES (1 << 20)

/* Its contents alone: what a file refers to is not looked for. */
static RsvgHandle *
load (const char *path, GError **error)
{
  guint64 length;
  guint8 *bytes = acu_read_file (path, MOST_BYTES, &length, error);
  RsvgHandle *logo = bytes ? rsvg_handle_new_from_data (bytes, (gsize) length, error) : NULL;

  acu_free (bytes);
  return logo;
}

GPtrArray *
acu_logos_load (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = acu_train_pictures_list (folder, error), logos = g_ptr_array_new_with_free_func (g_object_unref);

  if (!names)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL), *shown = g_filename_display_name (path);
      g_autoptr (GError) problem = NULL;
      RsvgHandle *logo = NULL;

      if (!g_str_has_suffix (name, ".svg"))
        continue;
      if ((logo = load (path, &problem)))
        g_ptr_array_add (logos, logo);
      else
        g_printerr (_("%s is left out: %s\n"), shown, problem->message);
    }
  if (logos->len)
    return g_steal_pointer (&logos);
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s: there are no SVG files in this folder that can be read."), folder);
  return NULL;
}

/* Some logos are letters, some are pictures: the mask says half. */
static void
draw_logo (AcuPage *page, RsvgHandle *logo, double x, double y, double width, double height)
{
  RsvgRectangle place = { x, y, width, height };

  cairo_save (page->canvas);
  rsvg_handle_render_document (logo, page->canvas, &place, NULL);
  cairo_restore (page->canvas);
  cairo_save (page->ink);
  cairo_set_operator (page->ink, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_rgba (page->ink, 0, 0, 0, 128 / 255.0);
  cairo_rectangle (page->ink, x, y, width, height);
  cairo_fill (page->ink);
  cairo_restore (page->ink);
}
#else
GPtrArray *
acu_logos_load (const char *folder, GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("This acuity-train was built without librsvg and draws no logos."));
  return NULL;
}

static void
draw_logo (AcuPage *page, gpointer logo, double x, double y, double width, double height)
{
}
#endif

/* A grid of logos, most of them with their makers' names beneath. */
void
acu_page_draw_logos (AcuPage *page)
{
  int columns = acu_chance_whole (&page->chance, 2, 4), rows = acu_chance_whole (&page->chance, 1, 3);
  double width = (double) page->width / columns, height = (double) page->height / rows, line_height;
  AcuText text = acu_page_body (page);

  /* Most are made for white paper. */
  if (acu_chance_percent (&page->chance, 70))
    {
      page->scheme = ACU_SCHEME_BLACK_ON_WHITE;
      page->colours = acu_colours_draw (&page->chance, page->scheme);
      text = acu_page_body (page);
    }
  acu_page_ground (page);
  text.size = MIN (text.size, width * 0.18);
  acu_page_measure (page, &text, 0, "X", NULL, &line_height);
  for (int i = 0; i < rows * columns; i++)
    {
      double x = i % columns * width, y = i / columns * height;
      gboolean named = i == 0 || acu_chance_percent (&page->chance, 60);
      g_autofree char *word = acu_words_phrase (page->words, &page->chance, 1);
      double size = text.size, wide;

      draw_logo (page, g_ptr_array_index (page->logos, acu_chance_below (&page->chance, page->logos->len)), x + width * 0.1, y + height * 0.08,
                 width * 0.8, MAX (height * 0.9 - line_height - height * 0.08, 1));
      acu_page_measure (page, &text, 0, word, &wide, NULL);
      text.size *= MIN (1, width * 0.95 / MAX (wide, 1));
      if (named)
        acu_page_line (page, &text, x + width / 2, y + height * 0.9 - line_height, 0.5, word);
      text.size = size;
    }
}
