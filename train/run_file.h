/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A run file: everything that a training depends on, as a small text file of groups and keys, so that its result can be made again. The keys, their
 * ranges and meanings are the table in run_file.c, which `acu_run_file_describe()` prints. */
#ifndef ACU_RUN_FILE_H
#define ACU_RUN_FILE_H

#include "optimiser.h"

G_BEGIN_DECLS

#define ACU_RUN_MAX_LOSSES 16

/* A loss by its name in the table of losses, and its weight. */
typedef struct AcuRunLoss
{
  char *name;
  double weight;
} AcuRunLoss;

/**
 * AcuRunFile: one run file, read
 *
 * Names in comments are groups and keys. Paths are relative to the run file's folder.
 */
typedef struct AcuRunFile
{
  char *path, *name;              /* of the file; without folder and ".run" */
  char *fingerprint;              /* of all that decides the result: not of threads, [validation] and [card] */
  /* [run] */
  gint64 steps;
  gint64 seed;
  int batch, side, threads;
  gboolean exact;                 /* precision: single everywhere */
  /* [network] */
  char *architecture, *start;     /* start: a model whose weights are taken, where shapes agree; NULL */
  int scale, channels, blocks;
  /* [data] */
  char **train, **held_out;       /* folders */
  double shrink, recolour;
  int most, turns;
  gboolean masks;                 /* truth: mask */
  /* [degradation] */
  char *preset;
  double degradation_strength;
  GPtrArray *settings;            /* "key=value" */
  /* [loss] */
  AcuRunLoss losses[ACU_RUN_MAX_LOSSES];
  guint n_losses;
  /* [features], [teacher], [discriminator]: none where the model or architecture is not given */
  char *features_model, *features_layer, *teacher_model;
  double features_weight, teacher_weight;
  char *judge_architecture, *judge_loss, *judge_start;
  int judge_channels, judge_blocks;
  double judge_weight, judge_rate;
  /* [diffusion], of that architecture alone: the networks that do not learn; before: NULL for none. spread 0: both are measured */
  char *first_model, *before_model;
  double kappa, spread, likeness, first_share, used_share;
  int sampling_steps;
  /* [optimiser] */
  AcuOptimiserOptions optimiser;
  /* [validation] */
  gint64 validate_every, checkpoint_seconds;
  int validate_most;
  /* [card] */
  char *licence, *description, *data_licence;
} AcuRunFile;

/* Reads a run file. ACU_ERROR_IO, or ACU_ERROR_FORMAT naming group, key and what is allowed: unknown keys are errors. */
AcuRunFile *acu_run_file_load (const char *path, GError **error);
void acu_run_file_free (AcuRunFile *run);

/* All groups and keys with what they mean, their ranges and defaults; g_free(). */
char *acu_run_file_describe (void);

G_END_DECLS

#endif
