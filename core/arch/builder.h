/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What builds nets from named tensors, and named tensors from nothing: the layers that architectures consist of. */
#ifndef ACU_BUILDER_H
#define ACU_BUILDER_H

#include "arch.h"
#include "create.h"

G_BEGIN_DECLS

/* A net while it is built; the first failure is kept in *error and ends it. Functions return the new layer's number, and do nothing
 * but return 0 once something has failed. */
struct AcuBuilder
{
  AcuNet *net;
  const AcuWeights *weights;
  gboolean training;              /* the form that is trained is wanted */
  GError **error;
  gboolean failed;
  const AcuSampling *sampling;    /* of diffusion; NULL: as the file says */
};

/* A convolution with the tensors PREFIX.weight [out][in][height][width] and, if there is one, PREFIX.bias, with `pad` zeros all around. */
guint acu_build_conv (AcuBuilder *b, const char *prefix, guint at, int stride, int pad);
/* The same on a picture of which factor × factor pixels lie in a pixel's channels (pixel unshuffle, the opposite of pixel shuffle), made of it in one step: a
 * convolution with that stride on the picture itself, whose sides must be multiples of factor. */
guint acu_build_conv_unshuffled (AcuBuilder *b, const char *prefix, guint at, int factor, int pad);
/* A transposed convolution with the tensors PREFIX.weight [in][out][height][width] and PREFIX.bias. Its result is exactly `stride` times as
 * large. */
guint acu_build_deconv (AcuBuilder *b, const char *prefix, guint at, int stride);
/* PReLU with the tensor PREFIX.weight [channels] or [1]. */
guint acu_build_prelu (AcuBuilder *b, const char *prefix, guint at);
/* Leaky ReLU, ReLU (slope 0). */
guint acu_build_leaky (AcuBuilder *b, const char *name, guint at, float slope);
/* SIGMOID, SWISH, GLOBAL_POOL: a layer without numbers. */
guint acu_build_plain (AcuBuilder *b, AcuLayerKind kind, const char *name, guint at);
/* v * scale + offset, the same for all channels. */
guint acu_build_affine (AcuBuilder *b, const char *name, guint at, float scale, float offset);
/* x * x_scale + y * y_scale; x * y; channels one after the other; pixels repeated; pixel shuffle; bicubic enlargement with Keys' a = cubic;
 * bilinear enlargement. */
guint acu_build_add (AcuBuilder *b, const char *name, guint x, float x_scale, guint y, float y_scale);
guint acu_build_mul (AcuBuilder *b, const char *name, guint x, guint y);
guint acu_build_concat (AcuBuilder *b, const char *name, const guint *inputs, guint n);
guint acu_build_nearest (AcuBuilder *b, const char *name, guint at, int factor);
guint acu_build_shuffle (AcuBuilder *b, const char *name, guint at, int factor);
guint acu_build_bicubic (AcuBuilder *b, const char *name, guint at, int factor, double cubic);
guint acu_build_bilinear (AcuBuilder *b, const char *name, guint at, int factor);
/* Fails for the reason `what`, a translated half sentence. Returns 0. */
guint acu_build_fail (AcuBuilder *b, const char *what);

/* The tensor PREFIX.weight of the weights, if it has four dimensions; NULL. */
const AcuTensor *acu_builder_conv (const AcuWeights *weights, const char *prefix);
/* The same for PREFIX with a number in it ("body.%d"). */
const AcuTensor *acu_builder_conv_at (const AcuWeights *weights, const char *format, int number) G_GNUC_PRINTF (2, 0);
/* The factor r of a network whose last layer has 3·r² channels; 0 when it has not. */
int acu_builder_shuffle_factor (const AcuTensor *last);
/* The factor that the file's metadata states ("scale"), or 0. */
int acu_builder_stated_scale (const AcuWeights *weights);

/* New tensors, collected. */
struct AcuCreator
{
  const AcuArchOptions *options;
  guint64 random;                 /* state */
  GArray *values;                 /* AcuValues */
  GHashTable *metadata;           /* what the file will say about itself: char * to char * */
  guint64 total;                  /* numbers in them */
  gboolean failed;                /* memory is out, or the net too large */
};

/* Metadata. */
void acu_create_text (AcuCreator *c, const char *key, const char *text);
/* A convolution's weights, evenly distributed with the standard deviation gain / √(inputs of a sum), and a bias of zeros. */
void acu_create_conv (AcuCreator *c, const char *prefix, int out, int in, int kernel, double gain);
/* The same with that standard deviation: last layers begin near nothing, so that the net begins at its base picture. */
void acu_create_conv_spread (AcuCreator *c, const char *prefix, int out, int in, int kernel, double spread);
/* A transposed convolution [in][out][kernel][kernel] likewise. */
void acu_create_deconv (AcuCreator *c, const char *prefix, int in, int out, int kernel, double spread);
/* Slopes of a quarter. */
void acu_create_prelu (AcuCreator *c, const char *prefix, int channels);

/* √(2 / (1 + slope²)) (He et al. 2015), for slopes of 0.25 and 0.2. */
#define ACU_GAIN_PRELU 1.3719886811400707
#define ACU_GAIN_LEAKY 1.3867504905630728
#define ACU_GAIN_RELU 1.4142135623730951
#define ACU_SPREAD_LAST 0.01

G_END_DECLS

#endif
