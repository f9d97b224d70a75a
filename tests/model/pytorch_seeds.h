/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files as torch.save() writes them, and pieces to make hostile ones of. */
#ifndef PYTORCH_SEEDS_H
#define PYTORCH_SEEDS_H

#include <glib.h>

/* A file in an archive. */
typedef struct ZipFile
{
  const char *path;
  const void *data;
  gsize size;
} ZipFile;

/* A tensor as a pickle describes it. */
typedef struct PickledTensor
{
  const char *storage;            /* "FloatStorage" */
  const char *key;                /* of its storage */
  gint64 numbers, offset;         /* of the storage; of the tensor in it */
  guint dimensions;
  gint64 shape[6], strides[6];
} PickledTensor;

/* An archive of stored files. wide: with the records of 64 bits, as PyTorch writes them. */
GByteArray *seed_zip (const ZipFile *files, guint n, gboolean wide);

/* Append instructions: bytes as they are; a text; a number; a name; a tensor. */
void seed_put (GByteArray *pickle, const char *bytes, gsize n);
void seed_text (GByteArray *pickle, const char *text);
void seed_number (GByteArray *pickle, gint64 number);
void seed_global (GByteArray *pickle, const char *module, const char *name);
void seed_tensor (GByteArray *pickle, const PickledTensor *tensor);

/* The first of them have one network and few tensors. */
#define N_PYTORCH_SEEDS 6
#define N_SMALL_SEEDS 4
/* Small networks in files: alone, in dictionaries, with a prefix; of several types of numbers. */
GByteArray *seed_pytorch (guint which);

#endif
