/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/error.h>
#include <acuity/size.h>
#include <acuity/upscaler.h>

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MILLIMETRES_AN_INCH 25.4
/* A factor may miss its range by what rounding to whole pixels does to small pictures. */
#define MAX_FACTOR 16.0

static gboolean
bad (GError **error, const char *message)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, message);
  return FALSE;
}

static gboolean
round_side (double side, int *result, GError **error)
{
  if (!(side <= ACU_MAX_SIDE))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A side of %.0f pixels is too long; the limit is %d."), side,
                   ACU_MAX_SIDE);
      return FALSE;
    }
  *result = MAX (1, (int) floor (side + 0.5));
  return TRUE;
}

static gboolean
scale_both (double factor, int src_width, int src_height, int *dst_width, int *dst_height, GError **error)
{
  return round_side (src_width * factor, dst_width, error) && round_side (src_height * factor, dst_height, error);
}

static gboolean
resolve_pixels (const AcuSize *size, int src_width, int src_height, int *dst_width, int *dst_height, GError **error)
{
  if (size->width < 0 || size->height < 0 || (size->width == 0 && size->height == 0))
    return bad (error, _("The new size needs a width, a height, or both."));
  if (size->width == 0)
    return scale_both ((double) size->height / src_height, src_width, src_height, dst_width, dst_height, error);
  if (size->height == 0)
    return scale_both ((double) size->width / src_width, src_width, src_height, dst_width, dst_height, error);
  return round_side (size->width, dst_width, error) && round_side (size->height, dst_height, error);
}

gboolean
acu_size_resolve (const AcuSize *size, int src_width, int src_height, int *dst_width, int *dst_height, GError **error)
{
  gboolean resolved = FALSE;
  int width = 0, height = 0;
  double x, y;

  if (src_width < 1 || src_height < 1)
    return bad (error, _("The picture is empty."));
  switch (size->mode)
    {
    case ACU_SIZE_FACTOR:
      if (!(size->scale >= 1 && size->scale <= MAX_FACTOR))
        return bad (error, _("The factor must be from 1 to 16."));
      resolved = scale_both (size->scale, src_width, src_height, &width, &height, error);
      break;
    case ACU_SIZE_PIXELS:
      resolved = resolve_pixels (size, src_width, src_height, &width, &height, error);
      break;
    case ACU_SIZE_LONGEST:
      if (size->longest < 1)
        return bad (error, _("The longest side must be at least 1 pixel."));
      resolved = scale_both ((double) size->longest / MAX (src_width, src_height), src_width, src_height, &width,
                             &height, error);
      break;
    case ACU_SIZE_PRINT:
      if (!(size->print_width > 0 && size->print_height > 0 && size->resolution > 0)
          || !isfinite (size->print_width) || !isfinite (size->print_height) || !isfinite (size->resolution))
        return bad (error, _("The print size and the resolution must be larger than 0."));
      x = size->print_width / MILLIMETRES_AN_INCH * size->resolution / src_width;
      y = size->print_height / MILLIMETRES_AN_INCH * size->resolution / src_height;
      resolved = scale_both (MIN (x, y), src_width, src_height, &width, &height, error);
      break;
    }
  if (!resolved)
    return FALSE;
  if (width < src_width || height < src_height)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                   _("The new size, %d × %d pixels, is smaller than the picture, %d × %d; Acuity only enlarges."), width,
                   height, src_width, src_height);
      return FALSE;
    }
  /* Half a pixel of rounding is not a factor above 16. */
  if (width - 0.5 > src_width * MAX_FACTOR || height - 0.5 > src_height * MAX_FACTOR)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                   _("The new size, %d × %d pixels, is more than 16 times the picture, %d × %d."), width, height,
                   src_width, src_height);
      return FALSE;
    }
  *dst_width = width;
  *dst_height = height;
  return TRUE;
}

static gboolean
parse_side (const char *text, int *side)
{
  guint64 value = 0;

  if (*text && !g_ascii_string_to_unsigned (text, 10, 1, ACU_MAX_SIDE, &value, NULL))
    return FALSE;
  *side = (int) value;
  return TRUE;
}

gboolean
acu_size_parse_pixels (const char *text, int *width, int *height, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", 0);
  int w, h;

  if (g_strv_length (parts) != 2 || !parse_side (parts[0], &w) || !parse_side (parts[1], &h) || (!w && !h))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is not a size such as 3000x2000."), text);
      return FALSE;
    }
  *width = w;
  *height = h;
  return TRUE;
}

gboolean
acu_size_parse_print (const char *text, double *width_mm, double *height_mm, GError **error)
{
  static const struct
  {
    const char *unit;
    double millimetres;
  } units[] = { { "cm", 10 }, { "mm", 1 }, { "in", MILLIMETRES_AN_INCH } };
  char *end;
  double width = g_ascii_strtod (text, &end), height = 0;

  if (end != text && *end == 'x')
    {
      const char *second = end + 1;

      height = g_ascii_strtod (second, &end);
      if (end == second)
        height = 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (end, units[i].unit) && width > 0 && height > 0 && width < 1e6 && height < 1e6)
      {
        *width_mm = width * units[i].millimetres;
        *height_mm = height * units[i].millimetres;
        return TRUE;
      }
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is not a print size such as 20x30cm, 200x300mm or 8x10in."),
               text);
  return FALSE;
}

gboolean
acu_size_parse_bytes (const char *text, guint64 *bytes, GError **error)
{
  static const char suffixes[] = "KMGT";
  char *end;
  guint64 value = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : 0;
  const char *suffix;
  guint64 unit = 1;

  if (value == 0)
    goto bad_text;
  if (*end && (suffix = strchr (suffixes, g_ascii_toupper (*end))))
    {
      for (int i = 0; i <= suffix - suffixes; i++)
        unit *= 1024;
      end++;
    }
  if (*end || !acu_size_mul (value, unit, bytes))
    goto bad_text;
  return TRUE;

bad_text:
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is not an amount of memory such as 2G or 500M."), text);
  return FALSE;
}
