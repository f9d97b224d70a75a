/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A comparison as a page that needs nothing else: no other file, no network, no scripts. */
#include "compare.h"

#include "png.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define OVERVIEW 480
/* Words need room, even below the crops of small pictures. */
#define LEAST_CAPTION 110

static const char style[] =
  "body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;padding:1em 1.5em;max-width:1160px;background:#fff;color:#1a1a1a}\n"
  "h1{font-size:1.6em;margin:.5em 0 .2em}h2{font-size:1.25em;margin:2em 0 .5em}h3{font-size:1em;margin:1.5em 0 .5em}\n"
  ".wide{overflow-x:auto}\n"
  "table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
  "th,td{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:right;white-space:nowrap}\n"
  "th:first-child{text-align:left}thead th{vertical-align:bottom;white-space:normal}tbody th{font-weight:normal}\n"
  "td.best{font-weight:bold;background:#d9f0d9}td.problem{text-align:left;white-space:normal}\n"
  "small,figcaption,caption{color:#555}caption{caption-side:bottom;text-align:left;padding-top:.5em}\n"
  "figure{display:inline-block;vertical-align:top;margin:0 .6em .8em 0}figcaption{font-size:.85em;overflow-wrap:break-word}\n"
  ".overview{position:relative;display:inline-block}.overview svg{position:absolute;left:0;top:0}\n"
  "img{display:block}.exact{image-rendering:pixelated}svg{max-width:100%;height:auto;font:12px system-ui,sans-serif}\n"
  "svg text{fill:#1a1a1a}.grid{stroke:#ddd}.axis{stroke:#777}.leader{stroke:#aaa}.dot{fill:#1769c0}.frame{fill:none;stroke:#e8481c;stroke-width:2}\n"
  ".tag{fill:#e8481c}svg .number{fill:#fff;font-weight:bold}dt{font-weight:bold;margin-top:.6em}dd{margin-left:1.2em;max-width:44em}\n"
  "@media(prefers-color-scheme:dark){body{background:#1b1b1d;color:#e6e6e6}th,td{border-color:#444}td.best{background:#1f4a27}\n"
  "small,figcaption,caption{color:#aaa}svg text{fill:#e6e6e6}.grid{stroke:#383838}.axis{stroke:#999}.leader{stroke:#666}.dot{fill:#6cb2ff}}\n";

char *
compare_escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *plain = g_string_new (NULL);
  char *escaped;

  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      g_string_append_unichar (plain, g_unichar_iscntrl (letter) || (letter & 0xfffe) == 0xfffe ? 0xfffd : letter);
    }
  escaped = g_markup_escape_text (plain->str, -1);
  g_string_free (plain, TRUE);
  return escaped;
}

/* <tag>text</tag>, the text being only that. `attributes` begins with a space or is empty. */
static void
element (GString *page, const char *tag, const char *attributes, const char *text)
{
  g_autofree char *escaped = compare_escape (text);

  g_string_append_printf (page, "<%s%s>%s</%s>\n", tag, attributes, escaped, tag);
}

/* --- the table --- */

static const char *
heading (CompareMeasure measure)
{
  static const char *const headings[COMPARE_MEASURES] = {
    [COMPARE_SECONDS] = N_("Seconds"), [COMPARE_PSNR] = N_("PSNR-Y in dB"), [COMPARE_SSIM] = N_("SSIM-Y"), [COMPARE_FEATURES] = N_("Feature distance"),
    [COMPARE_NIQE] = N_("NIQE"), [COMPARE_CONSISTENCY] = N_("Consistency in dB")
  };

  return _(headings[measure]);
}

static void
append_row (GString *page, const Comparison *c, const AcuTable *table, guint row)
{
  const CompareApproach *approach = g_ptr_array_index (c->approaches, row);
  g_autofree char *label = compare_escape (approach->label), *name = compare_escape (approach->name);

  g_string_append_printf (page, "<tr><th scope=\"row\">%s<br><small>%s</small></th>\n", label, name);
  if (approach->problem)
    {
      g_autofree char *attributes = g_strdup_printf (" class=\"problem\" colspan=\"%d\"", COMPARE_MEASURES);

      element (page, "td", attributes, approach->problem);
    }
  for (guint m = 0; !approach->problem && m < COMPARE_MEASURES; m++)
    {
      g_autofree char *number = acu_table_number (table, row, m);

      element (page, "td", acu_table_is_best (table, row, m) ? " class=\"best\"" : "", number ? number : "–");
    }
  g_string_append (page, "</tr>\n");
}

static void
append_table (GString *page, const Comparison *c, const AcuTable *table)
{
  char niqe[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *original = isfinite (c->niqe) ? g_strdup_printf (_("NIQE of the original: %s."), g_ascii_formatd (niqe, sizeof niqe, "%.2f", c->niqe)) : NULL;
  g_autofree char *caption = g_strconcat (_("The best value of each column is marked."), original ? " " : NULL, original, NULL);

  g_string_append (page, "<section>\n");
  element (page, "h2", "", _("Measurements"));
  g_string_append (page, "<div class=\"wide\"><table>\n");
  element (page, "caption", "", caption);
  g_string_append (page, "<thead><tr>");
  element (page, "th", " scope=\"col\"", _("Approach"));
  for (int m = 0; m < COMPARE_MEASURES; m++)
    element (page, "th", " scope=\"col\"", heading (m));
  g_string_append (page, "</tr></thead>\n<tbody>\n");
  for (guint row = 0; row < c->approaches->len; row++)
    append_row (page, c, table, row);
  g_string_append (page, "</tbody></table></div>\n</section>\n");
}

/* --- plots --- */

static void
append_plots (GString *page, const Comparison *c)
{
  g_string_append (page, "<section>\n");
  element (page, "h2", "", _("Quality and time"));
  compare_plot (c, &(const ComparePlot) { COMPARE_FEATURES, _("Feature distance (better above)"), TRUE }, page);
  compare_plot (c, &(const ComparePlot) { COMPARE_PSNR, _("PSNR-Y in dB (better above)"), FALSE }, page);
  g_string_append (page, "</section>\n");
}

/* --- places --- */

/* Small enough for the page, by the area filter. g_free(). */
static guint8 *
make_overview (const Comparison *c, int width, int height, GError **error)
{
  AcuResamplerParams params = { acu_filter_find ("area"), c->part.width, c->part.height, width, height, 3 };
  float *small = acu_try_alloc ((guint64) width * (guint64) height, 3 * sizeof (float));
  guint8 *pixels = g_malloc ((gsize) width * height * 3), *shown = NULL;

  if (!small)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else if (acu_resample_picture (&params, ACU_SAMPLE_FLOAT, c->truth, (gsize) c->part.width * 3 * sizeof (float), small, (gsize) width * 3 * sizeof (float),
                                 (int) g_get_num_processors (), error))
    {
      shown = g_malloc ((gsize) width * height * 3);
      for (gsize i = 0; i < (gsize) width * height * 3; i++)
        pixels[i] = (guint8) (CLAMP (small[i], 0, 1) * 255 + 0.5f);
      babl_process (babl_fish (babl_format_with_space ("R'G'B' u8", c->space), babl_format ("R'G'B' u8")), pixels, shown, (glong) width * height);
    }
  g_free (pixels);
  acu_free (small);
  return shown;
}

/* The picture with the places framed and numbered. */
static gboolean
append_overview (GString *page, const Comparison *c, GError **error)
{
  double factor = MIN (1, (double) OVERVIEW / MAX (c->part.width, c->part.height));
  int width = MAX (1, (int) (c->part.width * factor + 0.5)), height = MAX (1, (int) (c->part.height * factor + 0.5));
  g_autofree guint8 *pixels = make_overview (c, width, height, error);
  g_autofree char *address = pixels ? tool_png_address (pixels, width, height, error) : NULL, *label = compare_escape (_("The picture with the places that are shown below"));

  if (!address)
    return FALSE;
  g_string_append_printf (page, "<div class=\"overview\"><img width=\"%d\" height=\"%d\" alt=\"%s\" src=\"%s\"><svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                          "aria-hidden=\"true\">\n",
                          width, height, label, address, width, height, width, height);
  for (guint i = 0; i < c->places->len; i++)
    {
      const GeglRectangle *place = &g_array_index (c->places, GeglRectangle, i);
      int x = (int) (place->x * factor), y = (int) (place->y * factor);

      g_string_append_printf (page, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><rect class=\"tag\" x=\"%d\" y=\"%d\" width=\"18\" height=\"18\"/>"
                              "<text class=\"number\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%u</text>\n",
                              x, y, (int) (place->width * factor), (int) (place->height * factor), x, y, x + 9, y + 13, i + 1);
    }
  g_string_append (page, "</svg></div>\n");
  return TRUE;
}

static gboolean
append_crop (GString *page, const Comparison *c, int index, const GeglRectangle *place, const char *caption, GError **error)
{
  g_autofree guint8 *pixels = compare_crop (c, index, place, error);
  g_autofree char *address = pixels ? tool_png_address (pixels, place->width, place->height, error) : NULL, *escaped = compare_escape (caption);

  if (!address)
    return FALSE;
  g_string_append_printf (page, "<figure style=\"width:%dpx\"><img class=\"exact\" width=\"%d\" height=\"%d\" alt=\"%s\" src=\"%s\"><figcaption>%s</figcaption></figure>\n",
                          MAX (place->width, LEAST_CAPTION), place->width, place->height, escaped, address, escaped);
  return TRUE;
}

static gboolean
append_place (GString *page, const Comparison *c, guint number, GError **error)
{
  const GeglRectangle *place = &g_array_index (c->places, GeglRectangle, number);
  g_autofree char *title = g_strdup_printf (_("Place %u: %d pixels from the left, %d from the top"), number + 1, c->part.x + place->x, c->part.y + place->y);
  gboolean ok;

  element (page, "h3", "", title);
  g_string_append (page, "<div>\n");
  ok = append_crop (page, c, -1, place, _("Original"), error);
  for (guint i = 0; ok && i < c->approaches->len; i++)
    {
      const CompareApproach *approach = g_ptr_array_index (c->approaches, i);

      ok = approach->problem || append_crop (page, c, (int) i, place, approach->label, error);
    }
  g_string_append (page, "</div>\n");
  return ok;
}

static gboolean
append_places (GString *page, const Comparison *c, GError **error)
{
  gboolean ok;

  g_string_append (page, "<section>\n");
  element (page, "h2", "", _("Where they differ most"));
  ok = append_overview (page, c, error);
  for (guint i = 0; ok && i < c->places->len; i++)
    ok = append_place (page, c, i, error);
  g_string_append (page, "</section>\n");
  return ok;
}

/* --- what it is all about --- */

static void
append_meanings (GString *page, const Comparison *c)
{
  g_autofree char *features = g_strdup_printf (_("How far apart result and original are in what the network “%s” sees in them. It took no part in training what "
                                                 "is compared here. Smaller is better. These numbers compare only with those of the same network."),
                                               c->judge);
  const struct
  {
    CompareMeasure measure;
    const char *text;
  } meanings[] = {
    { COMPARE_SECONDS, _("How long enlarging took on this machine, without loading the network. Shorter is better.") },
    { COMPARE_PSNR, _("How near the brightness of each pixel is to the original's. Larger is better. Invented texture costs more here than blur does.") },
    { COMPARE_SSIM, _("How like the original's the structures of brightness are; 1 is the same. Larger is better.") },
    { COMPARE_FEATURES, features },
    { COMPARE_NIQE, _("How natural the result looks by itself, without the original. Smaller is better. What was made up counts as well as what was there.") },
    { COMPARE_CONSISTENCY, _("Whether the result, made small again, is what was enlarged. Larger is better: from about 40 dB on, no eye sees a difference.") },
  };

  g_string_append (page, "<section>\n");
  element (page, "h2", "", _("What the numbers mean"));
  g_string_append (page, "<dl>\n");
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    {
      element (page, "dt", "", heading (meanings[i].measure));
      element (page, "dd", "", meanings[i].text);
    }
  g_string_append (page, "</dl>\n");
  g_string_append (page, "</section>\n");
}

static void
append_head (GString *page, const Comparison *c)
{
  const CompareOptions *options = c->options;
  /* Translators: the name of a picture, how many times it is enlarged. */
  g_autofree char *title = g_strdup_printf (_("%s, %d times as large"), c->name, options->scale), *escaped = compare_escape (title);
  g_autofree char *part = compare_part_sentence (c), *how = g_strdup_printf (_("A picture of %d × %d pixels was made %d times smaller (%s) and enlarged again by each approach."),
                                                                             c->part.width, c->part.height, options->scale, options->preset);
  /* Translators: the code of the language that these texts are in, such as "de". */
  const char *language = C_("language code", "en");

  g_string_append_printf (page, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
                          "<meta name=\"color-scheme\" content=\"light dark\">\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
                          "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>%s</h1>\n",
                          language, escaped, style, escaped);
  element (page, "p", "", how);
  if (part)
    element (page, "p", "", part);
  g_string_append (page, "</header>\n<main>\n");
}

char *
compare_page (const Comparison *c, const AcuTable *table, GError **error)
{
  GString *page = g_string_new (NULL);
  gboolean ok;

  append_head (page, c);
  append_table (page, c, table);
  append_plots (page, c);
  ok = append_places (page, c, error);
  append_meanings (page, c);
  g_string_append (page, "</main>\n</body>\n</html>\n");
  return g_string_free (page, !ok);
}
