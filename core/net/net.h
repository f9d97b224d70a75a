/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The net: a list of layers in an order in which they can be run. Layer i makes one feature map, also
 * called i; a layer reads feature maps of earlier layers only. */
#ifndef ACU_NET_H
#define ACU_NET_H

#include <acuity/error.h>
#include <glib.h>

G_BEGIN_DECLS

#define ACU_LAYER_MAX_INPUTS 8
/* The most channels that a feature map may have. */
#define ACU_MAX_CHANNELS 65536
/* Steps that the noise of a net may have; repeated nets count on from there. */
#define ACU_NET_STEPS 256

/* What a convolution may multiply, from the closest to the quickest. */
typedef enum AcuCoarseness
{
  ACU_FINE,                       /* numbers of 16 bits */
  ACU_BLOCKS,                     /* the same without products of low bytes */
  ACU_COARSE                      /* bfloat16 numbers */
} AcuCoarseness;

typedef enum AcuLayerKind
{
  ACU_LAYER_INPUT,                /* the picture: `channels` */
  ACU_LAYER_CONV2D,               /* zero padding; window */
  ACU_LAYER_DECONV2D,             /* transposed convolution; pads are cut from the result */
  ACU_LAYER_DEPTHWISE,            /* a convolution in which each channel sees only itself; zero padding; window */
  ACU_LAYER_SLOPE,                /* v < 0 ? v * slope[channel] : v: ReLU, leaky ReLU, PReLU */
  ACU_LAYER_SIGMOID,
  ACU_LAYER_SWISH,
  ACU_LAYER_ADD,                  /* inputs[0] * scale[0] + inputs[1] * scale[1] */
  ACU_LAYER_MUL,                  /* inputs[0] * inputs[1]; the second may be 1 × 1 (a factor a channel) */
  ACU_LAYER_AFFINE,               /* v * scale[channel] + offset[channel] */
  ACU_LAYER_CONCAT,               /* the inputs' channels one after the other */
  ACU_LAYER_APPEND,               /* the input's channels, then constant ones: values */
  ACU_LAYER_CROP,                 /* cuts pads; or, with two inputs, takes the second's size × factor from (left, top) */
  ACU_LAYER_PAD,                  /* adds pads around, after bringing width and height to multiples of align */
  ACU_LAYER_NEAREST,              /* enlarges by a whole factor */
  ACU_LAYER_BICUBIC,              /* resizes by `ratio`, Keys with a = `cubic`, four taps, no antialiasing */
  ACU_LAYER_PIXEL_SHUFFLE,        /* Shi et al. 2016: channels c·r² become c at r times the size */
  ACU_LAYER_GLOBAL_POOL,          /* mean over all pixels: 1 × 1; a barrier */
  ACU_LAYER_STENCIL,              /* the input where `cells` say so, 0 elsewhere */
  ACU_LAYER_NOISE                 /* unit Gaussian noise of the input's size, of which nothing else is looked at */
} AcuLayerKind;

typedef enum AcuBorder
{
  ACU_BORDER_REPLICATE,           /* aaa|abcd|ddd */
  ACU_BORDER_REFLECT              /* dcb|abcd|cba */
} AcuBorder;

typedef struct AcuLayer
{
  AcuLayerKind kind;
  char *name;
  guint n_inputs;
  guint inputs[ACU_LAYER_MAX_INPUTS];
  int channels;                   /* of the feature map it makes */
  int kernel_width, kernel_height, stride;
  int left, right, top, bottom;   /* pads; 0 or more */
  int factor;                     /* NEAREST, PIXEL_SHUFFLE, and CROP to a second input's size; STENCIL: cells in a row */
  int align;                      /* PAD; at least 1 */
  AcuBorder border;               /* PAD */
  double ratio, cubic;            /* BICUBIC; cubic: -0.75 unless it is changed */
  float scale[2];                 /* ADD */
  GBytes *weights;                /* floats: [out][in][kernel_height][kernel_width]; DEPTHWISE: [kernel_height][kernel_width][channels]; SLOPE: slope[channels];
                                     AFFINE: scale[channels]; APPEND: values */
  gboolean half;                  /* CONV2D, DECONV2D: weights are 16-bit floats (IEEE 754 binary16) instead */
  AcuCoarseness coarse;           /* CONV2D, DECONV2D: what it may multiply where `fast` is asked for and that is quicker */
  GBytes *bias;                   /* floats: bias[out]; AFFINE: offset[channels]; NULL for zeros */
  guint32 seed, step;             /* NOISE: which; the place of its first pixel among all the noise there is: (left, top); factor: its pixels for one of the picture's */
  GBytes *cells;                  /* STENCIL: a byte each, row after row, stretched over the whole map: other than 0 where the input is kept; NULL: everywhere */
} AcuLayer;

typedef struct AcuShape
{
  int channels, height, width;
} AcuShape;

typedef struct AcuNet
{
  char *name;                     /* for messages */
  char *architecture;
  int scale;                      /* result / source, in each direction */
  gboolean marks;                 /* the result is a mask, not a picture */
  GPtrArray *layers;              /* AcuLayer*; the first is the INPUT, the last makes the result */
  gint references;
} AcuNet;

AcuNet *acu_net_new (const char *name);
/* A finished net does not change any more and may be shared between threads. */
AcuNet *acu_net_ref (AcuNet *net);
void acu_net_unref (AcuNet *net);

/* Appends a layer of `kind` that reads `n_inputs` feature maps; the net owns it, the caller fills in the rest; channels
 * are the first input's until then. NULL if an input is not an earlier layer or there are too many. *index (may be NULL) gets its number. */
AcuLayer *acu_net_add (AcuNet *net, AcuLayerKind kind, const char *name, const guint *inputs, guint n_inputs,
                       guint *index);

const AcuLayer *acu_net_layer (const AcuNet *net, guint index);
/* SLOPE, SIGMOID, SWISH: behind it, a map is what the net has found. */
gboolean acu_layer_is_activation (const AcuLayer *layer);
/* A word for printing: "conv2d". */
const char *acu_layer_kind_name (AcuLayerKind kind);

/* Appends a copy of a layer, which shares its numbers, reading `inputs` instead (as many). NULL like acu_net_add(). */
AcuLayer *acu_net_add_like (AcuNet *net, const AcuLayer *layer, const guint *inputs, guint *index);
/* Appends all layers of `other` but its picture, for which the feature map `picture` of `net` stands; their names get the suffix. FALSE
 * where a layer cannot be appended. */
gboolean acu_net_append (AcuNet *net, const AcuNet *other, guint picture, const char *suffix) G_GNUC_WARN_UNUSED_RESULT;

/* A new net of those layers alone that layer `last` is made of, which makes its result; weights are shared. */
AcuNet *acu_net_up_to (const AcuNet *net, guint last);

/* The net repeated `times` times (each result is the next one's picture), sharing the weights. A new net. */
AcuNet *acu_net_repeat (const AcuNet *net, int times, GError **error);

/* The same network in fewer steps, where there are such: transposed convolutions of few channels become plain ones and pixel shuffles. Takes the reference to
 * `net`, which is the result where nothing can be done, or memory is out. */
AcuNet *acu_net_fold (AcuNet *net);

/* Whether there is noise in it. */
gboolean acu_net_is_random (const AcuNet *net);
/* A copy, sharing the numbers, whose noise is that of another seed, and of a picture that lies at (left, top) in a larger one, in its pixels. */
AcuNet *acu_net_seeded (const AcuNet *net, guint32 seed, int left, int top);

/* Two nets of the same scale, and a third, of scale 1, that says where the second one's result counts: result = base + m (over - base), where
 * m is strength × mask, enlarged smoothly and without leaving its range, after what is below `low` has become 0, above `high` 1. All make three channels.
 * `mask` NULL: everywhere. Of the mask, only what lies in `cells` counts, `columns` of them in a row, as of a STENCIL; NULL: all of it. A new net with the base's name. ACU_ERROR_UNSUPPORTED for nets that do not fit. */
typedef struct AcuOverlay
{
  const AcuNet *base, *over, *mask;
  double strength, low, high;
  GBytes *cells;
  int columns;
} AcuOverlay;
AcuNet *acu_net_overlay (const AcuOverlay *overlay, GError **error);

/* A net that enlarges an RGB picture `scale` times by bicubic interpolation (Keys, a = -0.5), and nothing else. */
AcuNet *acu_net_bicubic (int scale);

/* Shapes of all feature maps for a width × height picture into shapes[net->layers->len]. Checks every layer: channel
 * counts against weights, equal sizes where maps are combined, strides that divide exactly, nothing empty, sides within
 * ACU_MAX_SIDE. ACU_ERROR_UNSUPPORTED or ACU_ERROR_SIZE, naming the layer. */
gboolean acu_net_infer (const AcuNet *net, int width, int height, AcuShape *shapes, GError **error);

/* Input rows (or columns, with the horizontal pads and sizes) that rows first..last of a layer's output read from input `input`,
 * clipped to the input; `in` and `out` are the lengths. Along rows vertical = TRUE. */
void acu_layer_window (const AcuLayer *layer, guint input, gboolean vertical, int in, int out, int first, int last,
                       int *in_first, int *in_last);

/* The last input row that output row `last` reads, not clipped to the picture: rows above its top have negative numbers. A layer's lag behind its
 * input follows from it. */
int acu_layer_last_row (const AcuLayer *layer, int in, int out, int last);

/* Multiplications and additions that one output row of the layer costs. */
double acu_layer_row_operations (const AcuLayer *layer, const AcuShape *in, const AcuShape *out);

/* One layer a line: number, kind, name, inputs, parameters, shape. Free with g_free(). */
char *acu_net_print (const AcuNet *net, int width, int height, GError **error);

G_END_DECLS

#endif
