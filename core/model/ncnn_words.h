/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Words and numbers of ncnn's text format, cut in place: what is allocated follows from what has been counted. */
#ifndef ACU_NCNN_WORDS_H
#define ACU_NCNN_WORDS_H

#include "weights.h"

G_BEGIN_DECLS

#define ACU_NCNN_MAX_WORDS 4096

/* Cuts a line into words[ACU_NCNN_MAX_WORDS] and returns how many there are; ACU_NCNN_MAX_WORDS + 1 if there are more. */
guint acu_ncnn_split (char *line, char **words);

/* A whole number from 0 to max. */
gboolean acu_ncnn_count (const char *word, guint max, guint *count);

/* "<id>=<number>" or "-233<id>=<n>,<numbers>". param->values is the caller's to free even on FALSE. */
gboolean acu_ncnn_param (char *word, AcuRecordParam *param);

G_END_DECLS

#endif
