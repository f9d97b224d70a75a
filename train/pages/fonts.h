/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The fonts of this machine that pages may be set in. */
#ifndef ACU_PAGE_FONTS_H
#define ACU_PAGE_FONTS_H

#include "chance.h"

#include <pango/pango.h>

G_BEGIN_DECLS

typedef struct AcuPageFonts AcuPageFonts;

/* One face of a family: its description has no size. */
typedef struct AcuPageFace
{
  char *family;
  PangoFontDescription *description;
  gboolean mono;
} AcuPageFace;

typedef enum
{
  ACU_FACE_ANY,
  ACU_FACE_REGULAR,
  ACU_FACE_BOLD,
  ACU_FACE_ITALIC
} AcuFaceWish;

/* Finds every scalable font that has the letters of the vocabulary, less those left out; with `only`, of those alone. Both lists are ended by NULL,
 * or NULL; a name stands for the families that it is the beginning of, as "Lato" does for "Lato Black", in capitals or not.
 * ACU_ERROR_NOT_FOUND when there is none. */
AcuPageFonts *acu_page_fonts_new (const char *const *only, const char *const *left_out, GError **error);
void acu_page_fonts_free (AcuPageFonts *fonts);

/* A face of any family, or of one whose letters are equally wide where there is such. Families count as one with the one whose name is the
 * beginning of theirs, as those of Noto for the world's scripts do. */
const AcuPageFace *acu_page_fonts_any (const AcuPageFonts *fonts, AcuChance *chance, gboolean mono);
/* The face of the same family that comes nearest to a wish; ACU_FACE_ANY: one of them. */
const AcuPageFace *acu_page_fonts_like (const AcuPageFonts *fonts, AcuChance *chance, const AcuPageFace *face, AcuFaceWish wish);

G_END_DECLS

#endif
