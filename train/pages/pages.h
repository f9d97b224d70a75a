/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pages of made-up text: what a network for text, and one that finds text, learn from. */
#ifndef ACU_PAGES_H
#define ACU_PAGES_H

#include <glib.h>

G_BEGIN_DECLS

/* Sides of a page in pixels. */
#define ACU_PAGE_LEAST 64
#define ACU_PAGE_MOST 8192
#define ACU_PAGES_MOST 1000000

/**
 * AcuPagesOptions: what is wanted
 * @folder: where to; made if it is not there
 * @count, @width, @height: within the limits above
 * @kinds: names, ended by NULL; NULL: all
 * @fonts, @fonts_left_out: see acu_page_fonts_new(); may be NULL
 * @letters_least, @letters_most: pixels of an em of ordinary text; 0: as is usual for the kind of page
 * @schemes: a bit for each AcuScheme that pages may have; 0: all
 * @photos: AcuTrainPicture*; @logos: of acu_logos_load(); may be NULL
 * @progress: called before each page with how many there are; FALSE stops
 */
typedef struct AcuPagesOptions
{
  const char *folder;
  guint count;
  guint64 seed;
  int width, height;
  const char *const *kinds, *const *fonts, *const *fonts_left_out;
  double letters_least, letters_most;
  guint schemes;
  const GPtrArray *photos, *logos;
  gboolean (*progress) (void *data, guint done);
  void *data;
} AcuPagesOptions;

#define ACU_LETTERS_LEAST 6.0
#define ACU_LETTERS_MOST 1000.0

/* The kinds' names, separated by commas, and those of the schemes of colours. g_free(). */
char *acu_pages_describe_kinds (void);
char *acu_pages_describe_schemes (void);
/* The bits of schemes with these names, ended by NULL; 0 with ACU_ERROR_ARGUMENT for another name. */
guint acu_pages_schemes (const char *const *names, GError **error);

/* Writes page-00001.png and so on, the mask of each as masks/page-00001.mask.png, and pages.csv, which says what each page is. A page depends on the seed, its
 * number, the size, what is there to choose from, and nothing else. Each file appears, or is replaced, only when it is complete; pages.csv comes last, also after a
 * stop. ACU_ERROR_CANCELLED after a stop, ACU_ERROR_ARGUMENT, ACU_ERROR_NOT_FOUND, ACU_ERROR_MEMORY, ACU_ERROR_IO. */
gboolean acu_pages_make (const AcuPagesOptions *options, GError **error);

G_END_DECLS

#endif
