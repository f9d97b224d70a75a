/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a device executes: stages that read and write rows of feature maps kept in buffers. Only the planner decides
 * (which stages, which rows when, how large the buffers are); only a device executes. */
#ifndef ACU_DEVICE_H
#define ACU_DEVICE_H

#include <acuity/error.h>
#include <acuity/upscaler.h>
#include <glib.h>

G_BEGIN_DECLS

/* Eight slices and a residual. */
#define ACU_STAGE_MAX_INPUTS 9
/* Inputs times kernel rows of a stage whose windows share no pixels. */
#define ACU_STAGE_MAX_RUNS 32

/* Their numbers are in shaders as well. */
typedef enum AcuStageKind
{
  ACU_STAGE_INPUT,
  ACU_STAGE_CONV2D,               /* all inputs are slices of one concatenated feature map */
  ACU_STAGE_DECONV2D,
  ACU_STAGE_SLOPE,
  ACU_STAGE_ACTIVATION,           /* activation */
  ACU_STAGE_ADD,
  ACU_STAGE_MUL,
  ACU_STAGE_CHANNEL_MUL,          /* second input is 1 × 1 */
  ACU_STAGE_AFFINE,
  ACU_STAGE_CONCAT,
  ACU_STAGE_APPEND,
  ACU_STAGE_CROP,
  ACU_STAGE_PAD,
  ACU_STAGE_NEAREST,
  ACU_STAGE_BICUBIC,
  ACU_STAGE_PIXEL_SHUFFLE,
  ACU_STAGE_GLOBAL_POOL,
  ACU_STAGE_STENCIL,              /* cells, `factor` in a row */
  ACU_STAGE_DEPTHWISE,
  ACU_STAGE_NOISE                 /* of its input's size; left, top: where it lies in all the noise there is */
} AcuStageKind;

typedef enum AcuStageActivation
{
  ACU_STAGE_LINEAR,
  ACU_STAGE_SIGMOID,
  ACU_STAGE_SWISH
} AcuStageActivation;

/* How a convolution is computed. */
typedef enum AcuAlgorithm
{
  ACU_ALGORITHM_DIRECT,           /* single precision */
  ACU_ALGORITHM_WINOGRAD_F32,     /* F(4×4, 3×3) in single precision */
  ACU_ALGORITHM_WINOGRAD_I16,     /* the same in 16-bit block floating point */
  ACU_ALGORITHM_POINTWISE_I16,    /* windows that share no pixels, in 16-bit block floating point; DECONV2D, too */
  ACU_ALGORITHM_CONV2D_BF16,      /* products of bfloat16 numbers, sums in single precision; DECONV2D, too, where windows share no pixels */
  ACU_ALGORITHM_CONV2D_BLOCK,     /* 3 × 3 in 16-bit block floating point, directly */
  ACU_ALGORITHM_CONV2D_FEW,       /* single precision, to at most ACU_STAGE_FEW_CHANNELS channels, from whole groups of 16 */
  ACU_N_ALGORITHMS
} AcuAlgorithm;

#define ACU_STAGE_FEW_CHANNELS 4

static inline gboolean
acu_algorithm_is_winograd (AcuAlgorithm algorithm)
{
  return algorithm == ACU_ALGORITHM_WINOGRAD_F32 || algorithm == ACU_ALGORITHM_WINOGRAD_I16;
}

/* Pixels (of at least 16 channels) that ACU_ALGORITHM_CONV2D_BF16 reads beyond its windows. */
#define ACU_STAGE_BF16_BEYOND 1

/* Rows that a stage of that algorithm makes at once. */
#define ACU_WINOGRAD_ROWS 4

/* Rows that ACU_ALGORITHM_CONV2D_BLOCK makes at once. */
#define ACU_STAGE_BLOCK_ROWS 8
/* Channels that it reads, and makes, at most: for whole numbers of 32 bits, and for memory. */
#define ACU_STAGE_BLOCK_CHANNELS 4096

/* How the numbers of a feature map are kept. */
typedef enum AcuMapElement
{
  ACU_MAP_F32,
  ACU_MAP_F16,
  ACU_MAP_BF16                    /* bfloat16: read by convolutions of ACU_ALGORITHM_CONV2D_BF16 alone */
} AcuMapElement;

/* A feature map and its ring buffer of rows: row y lies in slot y % slots. */
typedef struct AcuBuffer
{
  int channels, height, width;
  AcuMapElement element;
  int margin_left, margin_right;  /* zero pixels on both sides of each row, for the windows of convolutions */
  int slots;                      /* rows that the ring holds */
  guint64 row_bytes;              /* (margins + width) * channels numbers */
  guint64 offset;                 /* of slot 0 in the arena, in bytes */
} AcuBuffer;

typedef struct AcuStage
{
  AcuStageKind kind;
  const char *name;
  guint n_inputs;
  guint inputs[ACU_STAGE_MAX_INPUTS];   /* buffers */
  guint output;                         /* buffer; stage i writes buffer i */
  AcuAlgorithm algorithm;               /* CONV2D, DECONV2D */
  gboolean coarse, blocks;              /* CONV2D, DECONV2D: the network stays close enough to exact if bfloat16 numbers are multiplied here, if products of low bytes are left out */
  int granularity, phase;               /* rows made at once; they begin at rows y with y % granularity == phase, and at 0 */
  int kernel_width, kernel_height, stride;
  int left, top;
  double cubic;                         /* BICUBIC: Keys' a */
  int factor;
  gboolean reflect;                     /* PAD */
  gboolean residual;                    /* CONV2D, DECONV2D: the last input is no slice: result * scale[0] + input * scale[1];
                                           PIXEL_SHUFFLE: the second, enlarged by `factor` to the nearest pixel, is added;
                                           BICUBIC: the second, its channels shuffled to pixels by `factor`, is added */
  float scale[2];                       /* ADD, and a fused one */
  int from_left[2], from_top[2];        /* ADD: where in each input its pixels begin; [1]: where in the residual */
  int whole_width, whole_height;        /* BICUBIC: of all that it could make; its buffer has what is at the top left */
  int repeats;                          /* CONV2D: its slices are read as if enlarged so often to the nearest pixel */
  int in_width, in_height;              /* CONV2D: and as if so large, their last column and row repeated */
  guint sums;                           /* CONV2D with a residual: such sums since the last other map, itself included */
  gboolean gated;                       /* CONV2D v: the sum with the residual times sigmoid (v) * gate[0] + gate[1] */
  float gate[2];
  GBytes *weights, *bias, *slope;       /* as in the net; slope fused into a convolution; owned by the net */
  GBytes *cells;                        /* STENCIL: as in the net */
  guint32 seed, step;                   /* NOISE */
  AcuMapElement weights_element;        /* CONV2D, DECONV2D; F32 for all others */
  AcuStageActivation activation;        /* of ACTIVATION, or fused after a convolution */
  double row_operations;                /* an output row's; GLOBAL_POOL: one input row's */
} AcuStage;

/* What the planner hands to a device; lives as long as the executor. */
typedef struct AcuProgram
{
  guint n_stages;
  AcuStage *stages;
  AcuBuffer *buffers;             /* n_stages of them */
  guint64 arena_bytes;
  guint64 ring_bytes;             /* of these the first: rings of rows, and all of a whole picture; maps that wait for a barrier follow */
  gboolean passing;               /* nobody will want its packed weights again */
  const struct AcuDevice *device; /* that it is for */
} AcuProgram;

typedef struct AcuExecutor AcuExecutor;

/* A device. All but the CPU are found at run time. */
typedef struct AcuDevice
{
  const char *name;               /* of --device */
  /* Whether ACU_ALGORITHM_CONV2D_BF16 is quicker than all others; NULL: there is no such. */
  gboolean (*bf16_quick) (void);
  /* The same for ACU_ALGORITHM_CONV2D_BLOCK beside ACU_ALGORITHM_WINOGRAD_I16. */
  gboolean (*block_quick) (void);
  /* Bytes that prepare() will allocate for this program besides the arena. */
  guint64 (*bytes) (const AcuProgram *program, int threads);
  /* Allocates and packs weights; may decline with an error saying why. */
  AcuExecutor *(*prepare) (const AcuProgram *program, int threads, GError **error);
  /* Forgets everything about an earlier picture. */
  void (*reset) (AcuExecutor *executor);
  /* Puts rows of the picture (interleaved, width * channels floats each) into the buffer of the INPUT stage. */
  void (*upload) (AcuExecutor *executor, int first, int rows, const float *pixels);
  /* Runs rows first .. first + rows - 1 of a stage (GLOBAL_POOL: of its input). All that they read has been made. FALSE when
   * numbers left the range of the 16-bit floats in which some maps are kept: the result is of no use then. */
  gboolean (*run) (AcuExecutor *executor, guint stage, int first, int rows);
  /* Rows that download() points at stay until the last stage runs again; meanwhile, in the next run() of any other, the caller's thread does this
   * once, before it works with the others. NULL where run() does not wait for what it begins. */
  void (*beside) (AcuExecutor *executor, void (*work) (void *data), void *data);
  /* Points at rows of the last stage's buffer from `first` on, without gaps, until that runs again. Returns how many
   * of the `rows` wanted there are. */
  int (*download) (AcuExecutor *executor, int first, int rows, const float **pixels);
  void (*free) (AcuExecutor *executor);

  /* What follows is 0 for the CPU. */

  /* Not 0: the channels of maps are kept in whole groups of so many, without margins; convolutions are direct. */
  int group;
  gboolean halves;                /* such maps may be kept in 16 bits */
  /* Whether it can run this program: ACU_ERROR_UNSUPPORTED where it lacks a stage, ACU_ERROR_MEMORY where the program is too large. */
  gboolean (*accept) (const AcuProgram *program, GError **error);
  /* Bytes of maps that it has room for without hesitating, where that is more than the planner would think; may be NULL. */
  guint64 (*comfortable) (const struct AcuDevice *device);
  /* How many of the rows, at most, a run of this stage should make, so that it does not take long. */
  int (*piece) (AcuExecutor *executor, guint stage, int rows);
  /* Waits for all that run() has begun, before download(). ACU_ERROR_DEVICE or ACU_ERROR_MEMORY when something has failed since
   * prepare(); run() returns FALSE from then on. ACU_ERROR_RANGE where run() of the CPU would have said so. */
  gboolean (*complete) (AcuExecutor *executor, GError **error);
} AcuDevice;

static inline guint
acu_map_element_bytes (AcuMapElement element)
{
  return element == ACU_MAP_F32 ? 4 : 2;
}

/* The device that `name` means: "cpu"; "vulkan": the first graphics card; "vulkan:" and its name, or a part of it; "auto": the first graphics card
 * that passes its test and is quicker than the processor, else the processor. NULL with ACU_ERROR_NOT_FOUND, or ACU_ERROR_DEVICE for one
 * that does not pass its test. It stays valid. Thread-safe. */
const AcuDevice *acu_device_find (const char *name, GError **error);

/* A graphics card as its data sheet describes it. */
typedef struct AcuCard
{
  const char *name;
  double operations;              /* a second, in single precision; a multiplication with an addition counts as two */
  double bytes;                   /* a second, of its memory */
  guint64 memory;                 /* bytes */
} AcuCard;

/* What one picture asks of a card. */
typedef struct AcuCardWork
{
  guint64 dispatches, barriers;
  guint64 memory;                 /* bytes of feature maps that are kept */
  double issued, needed;          /* operations: of all that is started, and those that a result comes from */
  double bytes, numbers;          /* of maps, and of weights, that are read and written if a dispatch does each once */
  double least;                   /* bytes of maps in 16 bits if every layer that calculates did each once, and of picture and result */
  double seconds;                 /* modelled */
} AcuCardWork;

/* A device that counts what is asked of it, computes nothing and makes black pictures; NULL where Acuity was built without graphics cards.
 * It is to be used like any other, by one plan at a time; free with acu_device_imagined_free(). `card` is copied, not its name. */
AcuDevice *acu_device_imagine (const AcuCard *card);
/* Of the last picture that was run on it. */
AcuCardWork acu_device_imagined_work (const AcuDevice *device);
void acu_device_imagined_free (AcuDevice *device);

G_END_DECLS

#endif
