/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Texts that look real and say nothing. What is returned is freed by g_free(). */
#ifndef ACU_WORDS_H
#define ACU_WORDS_H

#include "chance.h"
#include "vocabulary.h"

G_BEGIN_DECLS

/* The words of one language, taken apart once. */
typedef struct AcuWords AcuWords;
AcuWords *acu_words_new (const AcuVocabulary *vocabulary);
void acu_words_free (AcuWords *words);

/* One word, in small letters but for what its language writes otherwise. */
char *acu_words_one (const AcuWords *words, AcuChance *chance);
/* So many words, the first with a capital, without a full stop. */
char *acu_words_phrase (const AcuWords *words, AcuChance *chance, int count);
/* Sentences of so many words altogether, with numbers, quotations and dates among them. */
char *acu_words_sentences (const AcuWords *words, AcuChance *chance, int count);
/* A short label as on a button or sign. */
char *acu_words_title (const AcuWords *words, AcuChance *chance);
char *acu_words_name (const AcuWords *words, AcuChance *chance);
char *acu_words_price (const AcuWords *words, AcuChance *chance);
char *acu_words_number (AcuChance *chance);
char *acu_words_date (AcuChance *chance);
/* An address of electronic mail or of a page. */
char *acu_words_link (const AcuWords *words, AcuChance *chance);
/* A line of a program, without its indentation. */
char *acu_words_code (const AcuWords *words, AcuChance *chance);

G_END_DECLS

#endif
