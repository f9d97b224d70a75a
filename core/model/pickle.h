/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reads what torch.save() pickles of tensors: texts, numbers, tuples, lists, dictionaries, and descriptions of tensors. A pickle is a program; this interpreter of a
 * few of its instructions makes values of the kinds below and nothing else, calls nothing, and refuses all other instructions and names. */
#ifndef ACU_PICKLE_H
#define ACU_PICKLE_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum AcuPickleKind
{
  ACU_PICKLE_MARK,                /* no value: never found by the functions below */
  ACU_PICKLE_NONE,
  ACU_PICKLE_BOOLEAN,
  ACU_PICKLE_INTEGER,
  ACU_PICKLE_REAL,
  ACU_PICKLE_TEXT,                /* any bytes */
  ACU_PICKLE_BYTES,
  ACU_PICKLE_GLOBAL,              /* number: an AcuPickleGlobal */
  ACU_PICKLE_TUPLE,               /* items of these: acu_pickle_item() */
  ACU_PICKLE_LIST,
  ACU_PICKLE_DICT,                /* may lie in itself */
  ACU_PICKLE_STORAGE,             /* the items of a persistent id: ("storage", its type, its key, the place it was in, how many numbers) */
  ACU_PICKLE_TENSOR               /* the arguments of _rebuild_tensor_v2: (storage, offset, sizes, strides, …) */
} AcuPickleKind;

/* The names that may occur. */
typedef enum AcuPickleGlobal
{
  ACU_PICKLE_ORDERED_DICT,
  ACU_PICKLE_REBUILD_TENSOR,
  ACU_PICKLE_REBUILD_PARAMETER,
  ACU_PICKLE_FLOAT_STORAGE,
  ACU_PICKLE_HALF_STORAGE,
  ACU_PICKLE_BFLOAT16_STORAGE,
  ACU_PICKLE_DOUBLE_STORAGE,
  ACU_PICKLE_WHOLE_STORAGE        /* whole numbers and truth values of any size */
} AcuPickleGlobal;

typedef struct AcuPickleValue
{
  AcuPickleKind kind;
  guint32 count;                  /* of items, or of pairs in a dictionary */
  union
  {
    gint64 number;                /* BOOLEAN, INTEGER, GLOBAL */
    double real;
    struct { const char *text; gsize length; };   /* TEXT, BYTES: inside the pickle, not ended by 0 */
    struct { guint32 first, last; };              /* links */
  };
} AcuPickleValue;

/* An item, or a pair of a dictionary. */
typedef struct AcuPickleLink
{
  guint32 key, value;             /* values; key only in dictionaries */
  guint32 next;                   /* 0 for none */
} AcuPickleLink;

typedef struct AcuPickle
{
  AcuPickleValue *values;
  AcuPickleLink *links;
  guint32 root;
} AcuPickle;

/* Interprets n bytes, which must outlive the result; `name` is the file's, for messages. ACU_ERROR_FORMAT when they are damaged; ACU_ERROR_UNSUPPORTED naming what is
 * not read; ACU_ERROR_MEMORY. Takes time in proportion to n and at most some 50 MB. */
AcuPickle *acu_pickle_read (const guint8 *bytes, gsize n, const char *name, GError **error);
void acu_pickle_free (AcuPickle *pickle);

/* Item number i, when value is not NULL, has items and that many; else NULL. */
const AcuPickleValue *acu_pickle_item (const AcuPickle *pickle, const AcuPickleValue *value, guint i);
/* Whether value, which may be NULL, is this text. */
gboolean acu_pickle_is_text (const AcuPickleValue *value, const char *text);

G_END_DECLS

#endif
