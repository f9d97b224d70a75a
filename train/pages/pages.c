/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pages.h"

#include "ground.h"
#include "kinds.h"
#include "random.h"

#include <acuity/error.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

typedef struct Job
{
  const AcuPagesOptions *options;
  AcuPageFonts *fonts;
  AcuWords *words[ACU_VOCABULARIES];
  GPtrArray *kinds;               /* AcuPageKind that may be drawn */
  guint weights;                  /* their sum */
  char *masks;
  GString *log;
} Job;

char *
acu_pages_describe_kinds (void)
{
  GString *names = g_string_new (NULL);

  for (const AcuPageKind *kind = acu_page_kinds; kind->name; kind++)
    g_string_append_printf (names, "%s%s", names->len ? ", " : "", kind->name);
  return g_string_free (names, FALSE);
}

char *
acu_pages_describe_schemes (void)
{
  GString *names = g_string_new (NULL);

  for (int i = 0; i < ACU_SCHEMES; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", acu_page_scheme_names[i]);
  return g_string_free (names, FALSE);
}

guint
acu_pages_schemes (const char *const *names, GError **error)
{
  g_autofree char *known = acu_pages_describe_schemes ();
  guint schemes = 0;

  for (guint i = 0; names[i]; i++)
    {
      int scheme = 0;

      while (scheme < ACU_SCHEMES && !g_str_equal (names[i], acu_page_scheme_names[scheme]))
        scheme++;
      if (scheme == ACU_SCHEMES)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There are no colours “%s”; there are %s."), names[i], known);
          return 0;
        }
      schemes |= 1u << scheme;
    }
  return schemes;
}

static const AcuPageKind *
find_kind (const char *name, GError **error)
{
  g_autofree char *known = acu_pages_describe_kinds ();

  for (const AcuPageKind *kind = acu_page_kinds; kind->name; kind++)
    if (g_str_equal (kind->name, name))
      return kind;
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is no kind of page “%s”; there are %s."), name, known);
  return NULL;
}

static gboolean
can_be_drawn (const AcuPageKind *kind, const AcuPagesOptions *options)
{
  switch (kind->needs)
    {
    case ACU_NEEDS_PHOTOS: return options->photos != NULL;
    case ACU_NEEDS_LOGOS: return options->logos != NULL;
    case ACU_NEEDS_ASKING: return options->kinds && g_strv_contains (options->kinds, kind->name);
    default: return TRUE;
    }
}

static gboolean
choose_kinds (Job *job, GError **error)
{
  const AcuPagesOptions *options = job->options;

  for (guint i = 0; options->kinds && options->kinds[i]; i++)
    {
      const AcuPageKind *kind = find_kind (options->kinds[i], error);

      if (!kind)
        return FALSE;
      if (!can_be_drawn (kind, options))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                       kind->needs == ACU_NEEDS_PHOTOS ? _("Pages of the kind “%s” need a folder of photographs (--photos).")
                                                       : _("Pages of the kind “%s” need a folder of logos (--logos)."), kind->name);
          return FALSE;
        }
      g_ptr_array_add (job->kinds, (gpointer) kind);
    }
  for (const AcuPageKind *kind = acu_page_kinds; !options->kinds && kind->name; kind++)
    if (can_be_drawn (kind, options))
      g_ptr_array_add (job->kinds, (gpointer) kind);
  for (guint i = 0; i < job->kinds->len; i++)
    job->weights += ((const AcuPageKind *) g_ptr_array_index (job->kinds, i))->weight;
  return TRUE;
}

static const AcuPageKind *
draw_kind (const Job *job, AcuChance *chance)
{
  guint at = acu_chance_below (chance, job->weights), i = 0;

  for (; at >= ((const AcuPageKind *) g_ptr_array_index (job->kinds, i))->weight; i++)
    at -= ((const AcuPageKind *) g_ptr_array_index (job->kinds, i))->weight;
  return g_ptr_array_index (job->kinds, i);
}

static AcuScheme
draw_scheme (AcuChance *chance, guint wanted)
{
  guint sum = 0, at;
  int scheme = 0;

  for (int i = 0; i < ACU_SCHEMES; i++)
    sum += !wanted || wanted >> i & 1 ? acu_page_schemes[i] : 0;
  at = acu_chance_below (chance, sum);
  for (;; scheme++)
    {
      guint weight = !wanted || wanted >> scheme & 1 ? acu_page_schemes[scheme] : 0;

      if (at < weight)
        return (AcuScheme) scheme;
      at -= weight;
    }
}

/* After pages have been made four times smaller, letters shall be 6 to 20 pixels high; the smaller are the more frequent. */
static double
draw_size (AcuChance *chance, const AcuPageKind *kind, const AcuPagesOptions *options)
{
  if (options->letters_least > 0)
    return options->letters_least * pow (options->letters_most / options->letters_least, acu_chance_between (chance, 0, 1));
  if (acu_chance_percent (chance, kind->small))
    return acu_chance_between (chance, 12, 24);
  return 24 * pow (kind->largest / 24, acu_chance_between (chance, 0, 1));
}

static double
draw_angle (AcuChance *chance, guint turned)
{
  if (!acu_chance_percent (chance, turned))
    return 0;
  return acu_chance_percent (chance, 85) ? acu_chance_between (chance, -3, 3) : acu_chance_between (chance, -15, 15);
}

/* All that is decided before anything is drawn. */
static const AcuPageKind *
set_style (const Job *job, AcuPage *page)
{
  AcuChance *chance = &page->chance;
  const AcuPageKind *kind = draw_kind (job, chance);

  page->fonts = job->fonts;
  page->words = job->words[acu_chance_below (chance, ACU_VOCABULARIES)];
  page->photos = job->options->photos;
  page->logos = job->options->logos;
  page->scheme = draw_scheme (chance, job->options->schemes);
  page->colours = acu_colours_draw (chance, page->scheme);
  page->face = acu_page_fonts_any (job->fonts, chance, FALSE);
  if (acu_chance_percent (chance, 60))
    page->face = acu_page_fonts_like (job->fonts, chance, page->face, ACU_FACE_REGULAR);
  page->size = draw_size (chance, kind, job->options);
  page->spacing = acu_chance_percent (chance, 15) ? acu_chance_between (chance, -0.02, 0.12) : 0;
  page->angle = draw_angle (chance, kind->turned);
  return kind;
}

static guint
hex (AcuColour colour)
{
  return (guint) lrint (255 * colour.red) << 16 | (guint) lrint (255 * colour.green) << 8 | (guint) lrint (255 * colour.blue);
}

static void
add_to_log (Job *job, const char *name, const AcuPageKind *kind, const AcuPage *page)
{
  char size[G_ASCII_DTOSTR_BUF_SIZE], angle[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *font = pango_font_description_to_string (page->face->description);

  g_strdelimit (font, ",\"\n", ' ');
  g_string_append_printf (job->log, "%s,%s,%s,%s,#%06x,#%06x,%s\n", name, kind->name, g_strstrip (font), g_ascii_formatd (size, sizeof size, "%.1f", page->size),
                          hex (page->colours.text), hex (page->colours.ground), g_ascii_formatd (angle, sizeof angle, "%.2f", page->angle));
}

static gboolean
save (const Job *job, const AcuPage *page, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".png", NULL), *mask_file = g_strconcat (name, ".mask.png", NULL);
  g_autofree char *path = g_build_filename (job->options->folder, file, NULL), *mask = g_build_filename (job->masks, mask_file, NULL);

  /* The mask first: no page is without one. */
  return acu_canvas_save (page->ink, mask, error) && acu_canvas_save (page->canvas, path, error);
}

static gboolean
make_page (Job *job, guint number, GError **error)
{
  g_autofree char *name = g_strdup_printf ("page-%05u", number);
  AcuPage page = { .chance = { acu_random (job->options->seed, number, 0, 0) } };
  const AcuPageKind *kind;
  double x = job->options->width / 2.0, y = job->options->height / 2.0;
  gboolean ok;

  if (!acu_page_begin (&page, job->options->width, job->options->height, error))
    return FALSE;
  kind = set_style (job, &page);
  acu_page_push (&page, x, y, page.angle);
  cairo_translate (page.canvas, -x, -y);
  cairo_translate (page.ink, -x, -y);
  kind->draw (&page);
  acu_page_pop (&page);
  ok = save (job, &page, name, error);
  if (ok)
    add_to_log (job, name, kind, &page);
  acu_page_end (&page);
  return ok;
}

static gboolean
make_folders (Job *job, GError **error)
{
  job->masks = g_build_filename (job->options->folder, "masks", NULL);
  if (g_mkdir_with_parents (job->masks, 0777) == 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be made: %s."), job->masks, g_strerror (errno));
  return FALSE;
}

static gboolean
save_log (const Job *job, GError **error)
{
  g_autofree char *path = g_build_filename (job->options->folder, "pages.csv", NULL);
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents (path, job->log->str, (gssize) job->log->len, &problem))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, problem->message);
  return FALSE;
}

static gboolean
make_all (Job *job, GError **error)
{
  const AcuPagesOptions *options = job->options;

  for (guint done = 0; done < options->count; done++)
    {
      if (options->progress && !options->progress (options->data, done))
        {
          if (save_log (job, error))
            g_set_error (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Stopped after %u of %u pages."), done, options->count);
          return FALSE;
        }
      if (!make_page (job, done + 1, error))
        return FALSE;
    }
  return save_log (job, error);
}

gboolean
acu_pages_make (const AcuPagesOptions *options, GError **error)
{
  Job job = { options, .kinds = g_ptr_array_new (), .log = g_string_new ("page,kind,font,size,text,ground,angle\n") };
  gboolean ok;

  for (int i = 0; i < ACU_VOCABULARIES; i++)
    job.words[i] = acu_words_new (&acu_vocabularies[i]);
  ok = choose_kinds (&job, error) && (job.fonts = acu_page_fonts_new (options->fonts, options->fonts_left_out, error)) && make_folders (&job, error)
       && make_all (&job, error);
  for (int i = 0; i < ACU_VOCABULARIES; i++)
    acu_words_free (job.words[i]);
  acu_page_fonts_free (job.fonts);
  g_ptr_array_unref (job.kinds);
  g_string_free (job.log, TRUE);
  g_free (job.masks);
  return ok;
}
