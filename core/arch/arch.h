/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Architectures: from named tensors and layer lists to a net that takes a picture of any size and returns exactly
 * `scale` times its size. */
#ifndef ACU_ARCH_H
#define ACU_ARCH_H

#include "net.h"
#include "weights.h"

G_BEGIN_DECLS

/* Builds the net of a loaded model. The net keeps what it needs; `weights` may be freed afterwards.
 * ACU_ERROR_UNSUPPORTED or ACU_ERROR_FORMAT naming the layer and line; ACU_ERROR_MEMORY. */
AcuNet *acu_arch_build (const AcuWeights *weights, GError **error);

/* How a diffusion network goes from noise to its result; means nothing to others. */
typedef struct AcuSampling
{
  int steps;                      /* ACU_MIN_STEPS to ACU_MAX_STEPS, or 0 for the file's own number */
  double consistency;             /* how far each step is held to the picture, 0 to 1 */
} AcuSampling;

/* The same with other than the file's own number of steps and full consistency. */
AcuNet *acu_arch_build_sampled (const AcuWeights *weights, const AcuSampling *sampling, GError **error);

typedef struct AcuBuilder AcuBuilder;
typedef struct AcuCreator AcuCreator;

/**
 * AcuArch: one architecture, one file; a new one is a row in acu_archs[].
 * @name: for people
 * @border: how the picture is continued beyond its border where the net's convolutions do not pad
 * @recognise: whether these weights, which have a layer list, are of this architecture; NULL: none are
 * @before: adds what belongs between the picture (layer *at) and the model's own input; moves *at; NULL for nothing
 * @after: the same between the model's result and the final crop; NULL for nothing
 * @extra_border: pixels of further border that the published pipeline adds for this architecture
 * @key: for run files and metadata; NULL for an architecture that is not built from named tensors
 * @recognise_tensors: whether these weights, which have no layer list, are of this architecture
 * @build: adds the layers for a picture (a layer's number) and returns the last one's number
 * @create: makes new weights; NULL if they cannot be made here
 * @finish: brings tensors that follow from others up to date, in weights that are in memory, before they are saved; NULL for none
 * @channels, @blocks: the published width and depth
 * @scales: bits 1 << scale of those that can be made; 0: all
 * @judges: makes scores and no picture: for training only
 * @marks: makes a mask of the picture's own size: it enlarges nothing
 * @spare: files may have tensors that a net for use does not have
 */
typedef struct AcuArch
{
  const char *name;
  AcuBorder border;
  gboolean (*recognise) (const AcuWeights *weights);
  gboolean (*before) (AcuNet *net, const AcuWeights *weights, guint *at, GError **error);
  gboolean (*after) (AcuNet *net, int scale, guint *at, GError **error);
  int extra_border;
  const char *key;
  gboolean (*recognise_tensors) (const AcuWeights *weights);
  guint (*build) (AcuBuilder *builder, guint picture);
  void (*create) (AcuCreator *creator);
  gboolean (*finish) (AcuWeights *weights, GError **error);
  int channels, blocks;
  unsigned scales;
  gboolean judges, marks, spare;
} AcuArch;

extern const AcuArch acu_arch_rrdb, acu_arch_compact, acu_arch_span, acu_arch_realcugan, acu_arch_cunet,
                     acu_arch_upconv7, acu_arch_srmd, acu_arch_srcnn, acu_arch_fsrcnn, acu_arch_espcn, acu_arch_srresnet, acu_arch_msrresnet,
                     acu_arch_vgg_discriminator, acu_arch_unet_discriminator, acu_arch_text_mask, acu_arch_half, acu_arch_diffusion, acu_arch_other;
/* In the order in which they are asked; the last one recognises everything. Ended by NULL. */
extern const AcuArch *const acu_archs[];

/* Number of records of that type. */
guint acu_arch_count (const AcuWeights *weights, const char *type);
/* The n-th record of that type, or NULL. */
const AcuRecord *acu_arch_record (const AcuWeights *weights, const char *type, guint n);

/* ncnn_graph.c: appends the layers of `weights` to the net, the picture being layer `picture`; *result gets the last one. */
gboolean acu_arch_add_records (AcuNet *net, const AcuWeights *weights, guint picture, guint *result, GError **error);

/* n floats as GBytes, or NULL with ACU_ERROR_MEMORY. `values` may be NULL: then *room (not NULL) is to be filled. */
GBytes *acu_arch_floats (const float *values, guint64 n, float **room, GError **error);

G_END_DECLS

#endif
