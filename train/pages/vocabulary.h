/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What made-up texts are made of, by language. */
#ifndef ACU_VOCABULARY_H
#define ACU_VOCABULARY_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * AcuVocabulary: a language
 * @words: some common ones, separated by blanks
 * @beginnings, @middles, @endings: of words that do not exist, likewise
 * @titles: short labels as on buttons, signs and tables, separated by "|"
 * @price: what stands before, within and after a price
 */
typedef struct AcuVocabulary
{
  const char *words, *beginnings, *middles, *endings, *titles;
  const char *price[3];
} AcuVocabulary;

#define ACU_VOCABULARIES 3
extern const AcuVocabulary acu_vocabularies[ACU_VOCABULARIES];

/* Every letter and sign that texts may hold: what a font must have. */
extern const char acu_vocabulary_letters[];

G_END_DECLS

#endif
