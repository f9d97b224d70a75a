/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pictures in bands of destination rows; picture.c divides the work, an engine does a band of it. */
#ifndef ACU_PICTURE_H
#define ACU_PICTURE_H

#include "axis.h"

G_BEGIN_DECLS

typedef struct AcuPictureJob
{
  const AcuResamplerParams *params;
  AcuSampleType type;
  const guint8 *src;
  gsize src_stride;
  guint8 *dst;
  gsize dst_stride;
  int src_first, dst_first;       /* the rows that src and dst begin with */
  gboolean stream;                /* the result is larger than the caches */
  AcuAxis columns, lines;
  void *state;                    /* the engine's */
} AcuPictureJob;

typedef enum AcuPictureOutcome
{
  ACU_PICTURE_READY,
  ACU_PICTURE_DECLINED,           /* this engine cannot do such a job */
  ACU_PICTURE_NO_MEMORY
} AcuPictureOutcome;

typedef struct AcuPictureEngine
{
  /* Allocates what `workers` threads need. clean_up() follows in any case. */
  AcuPictureOutcome (*prepare) (AcuPictureJob *job, int workers);
  /* Makes destination rows from .. to - 1. */
  void (*band) (AcuPictureJob *job, int worker, int from, int to);
  void (*clean_up) (AcuPictureJob *job, int workers);
} AcuPictureEngine;

/* 8 bits without alpha or curve, windows of up to ACU_RESAMPLE_U8_TAPS: in whole numbers. */
extern const AcuPictureEngine acu_picture_u8;
/* Everything, through the streaming resampler. */
extern const AcuPictureEngine acu_picture_float;

G_END_DECLS

#endif
