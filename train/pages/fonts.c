/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "fonts.h"

#include "vocabulary.h"

#include <acuity/error.h>
#include <fontconfig/fontconfig.h>
#include <glib/gi18n.h>
#include <pango/pangofc-fontmap.h>
#include <string.h>

struct AcuPageFonts
{
  GPtrArray *faces;               /* AcuPageFace, in the order of families and styles */
};

static void
face_free (gpointer data)
{
  AcuPageFace *face = data;

  g_free (face->family);
  pango_font_description_free (face->description);
  g_free (face);
}

/* Whether a name is the beginning of a family's: "Lato" of "Lato Black". */
static gboolean
is_of (const char *family, const char *name)
{
  gsize length = strlen (name);

  return length && strncmp (family, name, length) == 0 && (family[length] == '\0' || family[length] == ' ');
}

static gboolean
is_named (const char *family, const char *const *names)
{
  g_autofree char *folded = g_utf8_casefold (family, -1);

  for (guint i = 0; names && names[i]; i++)
    {
      g_autofree char *name = g_utf8_casefold (names[i], -1);

      if (is_of (folded, name))
        return TRUE;
    }
  return FALSE;
}

/* Their letters are drawings: initials with tendrils, keys of a keyboard, signs in the place of letters. */
static const char *const ornaments[] = { "Linux Libertine Initials O", "Linux Biolinum Keyboard O", "D050000L", "Standard Symbols PS", NULL };

static FcCharSet *
wanted_letters (void)
{
  FcCharSet *letters = FcCharSetCreate ();

  for (const char *p = acu_vocabulary_letters; *p; p = g_utf8_next_char (p))
    FcCharSetAddChar (letters, g_utf8_get_char (p));
  return letters;
}

static AcuPageFace *
face_of (FcPattern *pattern, const FcCharSet *letters, const char *const *only, const char *const *left_out)
{
  FcChar8 *family = NULL;
  FcCharSet *has = NULL;
  FcBool variable = FcFalse, coloured = FcFalse;
  int spacing = FC_PROPORTIONAL;
  PangoFontDescription *description;
  AcuPageFace *face;

  FcPatternGetBool (pattern, FC_VARIABLE, 0, &variable);
  FcPatternGetBool (pattern, FC_COLOR, 0, &coloured);
  FcPatternGetInteger (pattern, FC_SPACING, 0, &spacing);
  if (FcPatternGetString (pattern, FC_FAMILY, 0, &family) != FcResultMatch || FcPatternGetCharSet (pattern, FC_CHARSET, 0, &has) != FcResultMatch
      || variable || coloured || !g_utf8_validate ((const char *) family, -1, NULL) || !FcCharSetIsSubset (letters, has)
      || is_named ((const char *) family, ornaments) || (only && !is_named ((const char *) family, only))
      || is_named ((const char *) family, left_out))
    return NULL;
  description = pango_fc_font_description_from_pattern (pattern, FALSE);
  /* Hairlines vanish when a page is made four times smaller. */
  if (pango_font_description_get_weight (description) < PANGO_WEIGHT_LIGHT)
    {
      pango_font_description_free (description);
      return NULL;
    }
  face = g_new0 (AcuPageFace, 1);
  face->family = g_strdup ((const char *) family);
  face->description = description;
  face->mono = spacing >= FC_MONO;
  return face;
}

static int
compare_faces (gconstpointer a, gconstpointer b)
{
  const AcuPageFace *x = *(AcuPageFace *const *) a, *y = *(AcuPageFace *const *) b;
  int order = strcmp (x->family, y->family);
  g_autofree char *x_text = NULL, *y_text = NULL;

  if (order)
    return order;
  x_text = pango_font_description_to_string (x->description);
  y_text = pango_font_description_to_string (y->description);
  return strcmp (x_text, y_text);
}

AcuPageFonts *
acu_page_fonts_new (const char *const *only, const char *const *left_out, GError **error)
{
  FcPattern *all = FcPatternBuild (NULL, FC_SCALABLE, FcTypeBool, FcTrue, NULL);
  FcObjectSet *wanted = FcObjectSetBuild (FC_FAMILY, FC_STYLE, FC_WEIGHT, FC_SLANT, FC_WIDTH, FC_SPACING, FC_CHARSET, FC_VARIABLE, FC_COLOR, NULL);
  FcCharSet *letters = wanted_letters ();
  FcFontSet *found = FcFontList (NULL, all, wanted);
  AcuPageFonts *fonts = g_new0 (AcuPageFonts, 1);

  fonts->faces = g_ptr_array_new_with_free_func (face_free);
  for (int i = 0; found && i < found->nfont; i++)
    {
      AcuPageFace *face = face_of (found->fonts[i], letters, only, left_out);

      if (face)
        g_ptr_array_add (fonts->faces, face);
    }
  g_ptr_array_sort (fonts->faces, compare_faces);
  if (found)
    FcFontSetDestroy (found);
  FcCharSetDestroy (letters);
  FcObjectSetDestroy (wanted);
  FcPatternDestroy (all);
  if (fonts->faces->len)
    return fonts;
  acu_page_fonts_free (fonts);
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, only || (left_out && left_out[0])
                       ? _("None of the scalable fonts with Latin letters that fontconfig lists here may be used; `fc-list : family` shows their names.")
                       : _("There are no scalable fonts with Latin letters here that fontconfig lists; install some."));
  return NULL;
}

void
acu_page_fonts_free (AcuPageFonts *fonts)
{
  if (!fonts)
    return;
  g_ptr_array_unref (fonts->faces);
  g_free (fonts);
}

const AcuPageFace *
acu_page_fonts_any (const AcuPageFonts *fonts, AcuChance *chance, gboolean mono)
{
  g_autoptr (GPtrArray) some = g_ptr_array_new ();
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint));
  const char *name = "";
  guint group, first, end;

  for (guint i = 0; i < fonts->faces->len; i++)
    if (!mono || ((AcuPageFace *) g_ptr_array_index (fonts->faces, i))->mono)
      g_ptr_array_add (some, g_ptr_array_index (fonts->faces, i));
  if (!some->len)
    return acu_page_fonts_any (fonts, chance, FALSE);
  for (guint i = 0; i < some->len; i++)
    {
      const AcuPageFace *face = g_ptr_array_index (some, i);

      if (is_of (face->family, name))
        continue;
      name = face->family;
      g_array_append_val (starts, i);
    }
  group = acu_chance_below (chance, starts->len);
  first = g_array_index (starts, guint, group);
  end = group + 1 < starts->len ? g_array_index (starts, guint, group + 1) : some->len;
  return g_ptr_array_index (some, first + acu_chance_below (chance, end - first));
}

/* How far a face is from a wish. */
static int
distance (const AcuPageFace *face, AcuFaceWish wish)
{
  int weight = (int) pango_font_description_get_weight (face->description);
  gboolean slanted = pango_font_description_get_style (face->description) != PANGO_STYLE_NORMAL;
  gboolean wide = pango_font_description_get_stretch (face->description) == PANGO_STRETCH_NORMAL;

  return ABS (weight - (wish == ACU_FACE_BOLD ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)) + (slanted == (wish == ACU_FACE_ITALIC) ? 0 : 1000)
         + (wide ? 0 : 10);
}

const AcuPageFace *
acu_page_fonts_like (const AcuPageFonts *fonts, AcuChance *chance, const AcuPageFace *face, AcuFaceWish wish)
{
  g_autoptr (GPtrArray) family = g_ptr_array_new ();
  const AcuPageFace *best = face;

  for (guint i = 0; i < fonts->faces->len; i++)
    if (g_str_equal (((AcuPageFace *) g_ptr_array_index (fonts->faces, i))->family, face->family))
      g_ptr_array_add (family, g_ptr_array_index (fonts->faces, i));
  if (wish == ACU_FACE_ANY)
    return g_ptr_array_index (family, acu_chance_below (chance, family->len));
  for (guint i = 0; i < family->len; i++)
    if (distance (g_ptr_array_index (family, i), wish) < distance (best, wish))
      best = g_ptr_array_index (family, i);
  return best;
}
