/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A net that is being trained: its parameters in one vector, and what the engine's kernels make of them. */
#ifndef ACU_TRAIN_NET_H
#define ACU_TRAIN_NET_H

#include "kernels.h"
#include "net.h"
#include "weights.h"

G_BEGIN_DECLS

/**
 * AcuParameter: one tensor that is trained
 * @name: its name in model files: the layer's, then ".weight" or ".bias"
 * @dimensions, @shape: as in model files, outermost first
 * @first, @count: its numbers within the vector of parameters
 */
typedef struct AcuParameter
{
  char *name;
  guint dimensions;
  guint64 shape[4];
  gsize first, count;
} AcuParameter;

typedef struct AcuTrainConvBf16 AcuTrainConvBf16;

/* A convolution, or a transposed one, between a map "fine" and a map "coarse" that is `stride` times smaller: fine to coarse is a convolution, coarse
 * to fine its transpose. Each is the other's gradient. Weights are [coarse][fine][kernel_height][kernel_width], which is how
 * PyTorch keeps both of them. The coarse map's stored channels are a multiple of 16. */
typedef struct AcuTrainConv
{
  int kernel_width, kernel_height, stride, left, top;
  int fine_channels, coarse_channels, fine_stored, coarse_stored;
  gboolean transposed;            /* the layer goes from coarse to fine */
  gboolean gather_winograd, scatter_winograd;
  AcuWinograd gather_tiles, scatter_tiles;
  AcuConv2d gather;               /* fine to coarse, directly */
  AcuConv2d *scatter;             /* coarse to fine, directly: for each of stride² phases */
  int *scatter_width, *scatter_height; /* the phases' kernels */
  AcuTrainConvBf16 *bf16;         /* instead of all these; NULL: none */
  float *memory, *bias, *zeros;   /* packed weights; zero beyond the channels */
} AcuTrainConv;

/* What training knows of a layer. */
typedef struct AcuTrainLayer
{
  int weight, bias;               /* numbers of parameters; -1: not trained */
  int stored;                     /* floats a pixel of its map */
  gboolean learns;                /* it, or a layer that it reads, has parameters */
  AcuTrainConv *conv;             /* CONV2D, DECONV2D */
  float *slopes;                  /* SLOPE: one a stored channel */
  gsize sums, sums_count;         /* its part of a vector of raw gradients: sums of weights in the kernels' order, then of the bias; or of slopes */
} AcuTrainLayer;

typedef struct AcuTrainNet
{
  AcuNet *net;
  guint n_layers;                 /* as many are run: all, unless it is made less before any tape */
  const AcuKernels *kernels;
  gboolean bf16;                  /* convolutions multiply bfloat16 numbers */
  AcuTrainLayer *layers;
  GArray *parameters;             /* AcuParameter, in the order of the layers */
  gsize n_values, n_sums;
  float *values;                  /* of all parameters; after changing them call acu_train_net_pack() */
  int border;                     /* zeros around maps */
  gsize scratch_bytes;
} AcuTrainNet;

/* Prepares `net` for training. A layer's parameters are those for which `weights` has tensors "<layer>.weight" and
 * "<layer>.bias", whose values are taken; other layers stay as they are. ACU_ERROR_UNSUPPORTED for a layer that cannot be trained,
 * ACU_ERROR_FORMAT for tensors of other sizes than the net's, ACU_ERROR_MEMORY. `bf16`: products of convolutions are of bfloat16 numbers (8
 * significant bits), which only pays where kernels->bf16_quick. Keeps a reference to `net`, nothing of `weights`. */
AcuTrainNet *acu_train_net_new (AcuNet *net, const AcuWeights *weights, const AcuKernels *kernels, gboolean bf16, GError **error);
void acu_train_net_free (AcuTrainNet *net);

/* Brings the kernels' weights up to date with `values`, or with other `values` of the same layout (the moving average, say). `threads` as in
 * acu_pool_run(). */
void acu_train_net_pack (AcuTrainNet *net, const float *values, int threads);

/* Adds up raw gradients: `parts` vectors of n_sums floats become one of n_values in the parameters' order: gradients[i] =
 * scale * Σ sums[part][i], in the order of the parts. */
void acu_train_net_collect (const AcuTrainNet *net, float *const *sums, int parts, float scale, float *gradients, int threads);

/* The parameter of that name, or NULL. */
const AcuParameter *acu_train_net_find (const AcuTrainNet *net, const char *name);

G_END_DECLS

#endif
