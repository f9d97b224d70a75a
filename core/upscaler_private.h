/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by upscaler.c and the recipes. */
#ifndef ACU_UPSCALER_PRIVATE_H
#define ACU_UPSCALER_PRIVATE_H

#include <acuity/acuity.h>

#include "arch.h"
#include "net.h"
#include "plan.h"

G_BEGIN_DECLS

typedef struct AcuRecipe AcuRecipe;
typedef struct AcuFaces AcuFaces;

struct AcuUpscaler
{
  int src_width, src_height, dst_width, dst_height;
  AcuPixelFormat format;
  gboolean linear_light;
  AcuModelInfo *model;
  const AcuRecipe *recipe;
  AcuNet *net;                    /* the one that is planned: plain or overlay; NULL for classic filters */
  AcuNet *plain, *overlay, *mask; /* the model's; with the network for text over it, and the one that finds text: NULL where text is not asked for */
  AcuNet *detector, *face;        /* what finds faces and what makes them: NULL where they are not asked for */
  AcuNet *own, *over;             /* what the overlay is made of: the model's and the one for text, as they are; repeated `passes` times */
  int passes;
  AcuPlan *plan;
  const AcuDevice *device;
  gboolean automatic;             /* nobody named the device: where it cannot do the job, the processor does */
  AcuPrecision precision;
  double strength, clean;
  AcuTextMode text;
  double text_strength;
  AcuFacesMode faces;
  double face_strength;
  int seed, left, top;
  AcuSampling sampling;
  int threads, band_rows;
  guint64 limit, beside;          /* of memory, in bytes, and what of it is the caller's; 0 for none */
  guint64 face_bytes;             /* of the faces in the picture that is being made */
  guint64 memory;
  double operations;
  double expected;                /* seconds of the run that is going on; negative if unknown */
  guint runs;                     /* that have ended well */
  gboolean measuring;             /* runs teach nothing: whoever made it does that */
};

/* One run of a job. */
typedef struct AcuRun
{
  AcuUpscaler *upscaler;
  AcuReadRows read;
  AcuWriteRows write;
  void *data;
  AcuProgress progress;
  void *progress_data;
  gint64 started, told;           /* microseconds */
  double fraction;                /* told last */
  double before;                  /* what had been told when the job began again, or when a search had ended */
  const AcuFaces *faces;          /* that are to be blended in; NULL for none */
} AcuRun;

/* Which networks and resamplers run, and how their results are put together. */
struct AcuRecipe
{
  gboolean (*run) (AcuRun *run, GError **error);
};

extern const AcuRecipe acu_recipe_photo, acu_recipe_classic, acu_recipe_text, acu_recipe_face;

/* Where the mask is above LOW the network for text begins to count; from HIGH on it alone does. */
#define ACU_TEXT_LOW 0.3
#define ACU_TEXT_HIGH 0.7

/* A plan of that network for the job's picture, beside so many bytes of the caller's, on the upscaler's device, which becomes the processor where an
 * automatic one cannot do it. Free with acu_plan_free(). */
AcuPlan *acu_upscaler_plan (AcuUpscaler *upscaler, const AcuNet *net, guint64 beside, GError **error);
/* Plans one of the upscaler's networks, unless it is planned already. */
gboolean acu_upscaler_use (AcuUpscaler *upscaler, AcuNet *net, GError **error);

/* Plans the network for text over the model's own, where cells say so: see AcuOverlay. */
gboolean acu_upscaler_use_text (AcuUpscaler *upscaler, const guint8 *cells, int columns, int rows, GError **error);

/* recipe/text.c: bytes that looking for text takes beside its plan. */
guint64 acu_text_search_bytes (const AcuUpscaler *upscaler);

/* Channels of a pixel with its alpha. */
int acu_format_channels (const AcuPixelFormat *format);

/* Reads `rows` source rows from y on, takes samples that are not finite as 0. */
gboolean acu_run_read_rows (AcuRun *run, int y, int rows, float *pixels, GError **error);
/* Tells progress if it is time to; FALSE with ACU_ERROR_CANCELLED if the job shall end. */
gboolean acu_run_report (AcuRun *run, double operations_done, GError **error);

/* The same while something is looked for before the picture is made, which is that share of the work that is left; `done` of the search is. And the search has ended:
 * what acu_run_report() tells goes on from there. */
gboolean acu_run_report_search (AcuRun *run, double share, double done, GError **error);
void acu_run_end_search (AcuRun *run, double share);

/* model_cache.c: the net of a model file, with that share of the weights that clean, sampled so (NULL: as usual); the last one used is kept for the next job. Unref it.
 * ACU_ERROR_ARGUMENT where there are no such weights. What is measured of a network when it is used first is measured with so many threads; 0: with all. */
AcuNet *acu_model_net (const AcuModelInfo *model, double clean, const AcuSampling *sampling, int threads, GError **error);
/* A built-in network that is no model of the list, by its file's name; threads likewise, -1: nothing is measured, for exact jobs alone. Unref it. ACU_ERROR_NOT_FOUND. */
AcuNet *acu_helper_net (const char *file, int threads, GError **error);

/* The network that finds faces, from the models' folders. Unref it. ACU_ERROR_NOT_FOUND says how to install it. */
AcuNet *acu_detector_net (GError **error);

/* recipe/face.c: bytes that looking for faces takes; 0 with an error. */
guint64 acu_faces_bytes (const AcuUpscaler *upscaler, GError **error);
/* Whether a row of the networks' result has faces; blends them into it unless it is NULL. */
gboolean acu_faces_blend (const AcuFaces *faces, int y, float *row);

/* estimate.c: notes how long a run took: seconds until it was ready to compute, and from there on. */
void acu_estimate_learn (const AcuUpscaler *upscaler, double start, double seconds);

/* The resampler that brings a network's result to its exact size, and alpha to the result's. */
AcuResamplerParams acu_photo_resampler (const AcuUpscaler *upscaler, gboolean for_alpha);

/* Bytes that the photo recipe needs beside plan and network. */
guint64 acu_photo_bytes (const AcuUpscaler *upscaler);

/* Bytes that the classic recipe needs: within upscaler->limit if that is possible. */
guint64 acu_classic_bytes (const AcuUpscaler *upscaler);

G_END_DECLS

#endif
