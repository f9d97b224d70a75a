/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "ground.h"

#include "pictures.h"

#include <acuity/size.h>
#include <math.h>
#include <string.h>

static void
add_stop (cairo_pattern_t *pattern, double at, AcuColour colour, double opacity)
{
  cairo_pattern_add_color_stop_rgba (pattern, at, colour.red, colour.green, colour.blue, opacity);
}

static void
fill_with (AcuPage *page, cairo_pattern_t *pattern)
{
  cairo_set_source (page->canvas, pattern);
  cairo_paint (page->canvas);
  cairo_pattern_destroy (pattern);
}

/* From the ground's colour to another one on which the text can be read as well. */
static void
draw_gradient (AcuPage *page)
{
  double x = acu_chance_between (&page->chance, 0, page->width), y = acu_chance_between (&page->chance, 0, page->height);
  cairo_pattern_t *pattern = acu_chance_percent (&page->chance, 50)
                             ? cairo_pattern_create_linear (0, 0, x, page->height)
                             : cairo_pattern_create_radial (x, y, 0, x, y, hypot (page->width, page->height) * 0.8);
  AcuColour other = page->colours.ground;

  for (int i = 0; i < 20; i++)
    {
      AcuColour tried = acu_colour_mix (page->colours.ground, acu_colours_draw (&page->chance, page->scheme).ground,
                                        acu_chance_between (&page->chance, 0.3, 1));

      if (acu_colour_contrast (tried, page->colours.text) < ACU_CONTRAST_LEAST || acu_colour_contrast (tried, page->colours.second) < ACU_CONTRAST_LEAST)
        continue;
      other = tried;
      break;
    }
  add_stop (pattern, 0, page->colours.ground, 1);
  add_stop (pattern, 1, other, 1);
  fill_with (page, pattern);
}

/* Faint shades, as of a sheet that does not lie flat. */
static void
draw_shades (AcuPage *page)
{
  for (int i = acu_chance_whole (&page->chance, 2, 5); i > 0; i--)
    {
      double x = acu_chance_between (&page->chance, 0, page->width), y = acu_chance_between (&page->chance, 0, page->height);
      double radius = acu_chance_between (&page->chance, 0.3, 1) * MAX (page->width, page->height), shade = acu_chance_percent (&page->chance, 50);
      cairo_pattern_t *pattern = cairo_pattern_create_radial (x, y, 0, x, y, radius);

      add_stop (pattern, 0, (AcuColour) { shade, shade, shade }, acu_chance_between (&page->chance, 0.01, 0.07));
      add_stop (pattern, 1, (AcuColour) { shade, shade, shade }, 0);
      fill_with (page, pattern);
    }
}

void
acu_page_ground (AcuPage *page)
{
  acu_canvas_colour (page->canvas, page->colours.ground);
  cairo_paint (page->canvas);
  if (page->scheme == ACU_SCHEME_PAPER && acu_chance_percent (&page->chance, 60))
    draw_shades (page);
  else if (page->scheme != ACU_SCHEME_BLACK_ON_WHITE && acu_chance_percent (&page->chance, 25))
    draw_gradient (page);
}

/* A surface with a part of a picture; NULL when memory is short, as the canvas will say. */
static cairo_surface_t *
part_of (const AcuTrainPicture *picture, int x, int y, int width, int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  unsigned char *pixels = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  for (int row = 0; pixels && row < height; row++)
    {
      const guint8 *from = picture->pixels + ((gsize) (y + row) * picture->width + x) * 3;
      guint32 *to = (guint32 *) (void *) (pixels + (gsize) row * stride);

      for (int i = 0; i < width; i++)
        to[i] = (guint32) from[3 * i] << 16 | (guint32) from[3 * i + 1] << 8 | from[3 * i + 2];
    }
  if (pixels)
    cairo_surface_mark_dirty (surface);
  return surface;
}

void
acu_page_photo (AcuPage *page)
{
  const AcuTrainPicture *picture = g_ptr_array_index (page->photos, acu_chance_below (&page->chance, page->photos->len));
  /* Photographs are shown smaller or as they are, and larger only where they do not cover the page otherwise. */
  double least = MAX ((double) page->width / picture->width, (double) page->height / picture->height);
  double wanted = acu_chance_between (&page->chance, 0.35, 1), factor = MAX (least, wanted);
  int width = CLAMP ((int) ceil (page->width / factor), 1, picture->width), height = CLAMP ((int) ceil (page->height / factor), 1, picture->height);
  int x = acu_chance_whole (&page->chance, 0, picture->width - width), y = acu_chance_whole (&page->chance, 0, picture->height - height);
  cairo_surface_t *part = part_of (picture, x, y, width, height);

  cairo_save (page->canvas);
  /* However the text is turned. */
  cairo_identity_matrix (page->canvas);
  if (acu_chance_percent (&page->chance, 50))
    {
      cairo_translate (page->canvas, page->width, 0);
      cairo_scale (page->canvas, -1, 1);
    }
  cairo_scale (page->canvas, (double) page->width / width, (double) page->height / height);
  cairo_set_source_surface (page->canvas, part, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (page->canvas), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (page->canvas), CAIRO_EXTEND_PAD);
  cairo_paint (page->canvas);
  cairo_restore (page->canvas);
  cairo_surface_destroy (part);
}

AcuColour
acu_page_mean (AcuPage *page, double x, double y, double width, double height)
{
  cairo_surface_t *surface = cairo_get_target (page->canvas);
  double middle_x = x + width / 2, middle_y = y + height / 2, sums[3] = { 0, 0, 0 }, count;
  int left, right, top, bottom;

  cairo_user_to_device (page->canvas, &middle_x, &middle_y);
  left = (int) CLAMP (middle_x - width / 2, 0, page->width - 1);
  right = (int) CLAMP (middle_x + width / 2, left + 1, page->width);
  top = (int) CLAMP (middle_y - height / 2, 0, page->height - 1);
  bottom = (int) CLAMP (middle_y + height / 2, top + 1, page->height);
  count = 255.0 * (right - left) * (bottom - top);
  cairo_surface_flush (surface);
  for (int row = top; row < bottom; row++)
    {
      const guint32 *pixels = (const guint32 *) (const void *) (cairo_image_surface_get_data (surface)
                                                                + (gsize) row * cairo_image_surface_get_stride (surface));

      for (int i = left; i < right; i++)
        for (int c = 0; c < 3; c++)
          sums[c] += pixels[i] >> (16 - 8 * c) & 255;
    }
  return (AcuColour) { sums[0] / count, sums[1] / count, sums[2] / count };
}

/* A channel at a place between two pixels of a row. */
static guint32
channel_at (const guint32 *row, int width, double x, int shift)
{
  int left = (int) floor (x);
  double part = x - left;
  guint a = row[CLAMP (left, 0, width - 1)] >> shift & 255, b = row[CLAMP (left + 1, 0, width - 1)] >> shift & 255;

  return (guint32) (a + (b - (double) a) * part + 0.5) << shift;
}

void
acu_page_fringes (AcuPage *page, int scale)
{
  cairo_surface_t *surface = cairo_get_target (page->canvas);
  guint32 *row = acu_try_alloc ((guint64) page->width, sizeof *row);

  cairo_surface_flush (surface);
  for (int y = 0; row && y < page->height; y++)
    {
      guint32 *pixels = (guint32 *) (void *) (cairo_image_surface_get_data (surface) + (gsize) y * cairo_image_surface_get_stride (surface));

      memcpy (row, pixels, (gsize) page->width * sizeof *row);
      for (int x = 0; x < page->width; x++)
        pixels[x] = channel_at (row, page->width, x - scale / 3.0, 16) | (row[x] & 0xff00) | channel_at (row, page->width, x + scale / 3.0, 0);
    }
  cairo_surface_mark_dirty (surface);
  acu_free (row);
}
