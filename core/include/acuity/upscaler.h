/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One whole job: pixels in, plan, run, pixels out, with progress and cancel. */
#ifndef ACU_UPSCALER_H
#define ACU_UPSCALER_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* How the wanted size is given. */
typedef enum AcuSizeMode
{
  ACU_SIZE_FACTOR,                /* scale, 1 to 16 */
  ACU_SIZE_PIXELS,                /* width and height in pixels; one of them may be 0: kept in proportion */
  ACU_SIZE_LONGEST,               /* longest: the longer side in pixels */
  ACU_SIZE_PRINT                  /* print_width × print_height in millimetres at resolution; the picture is enlarged
                                     in proportion to fill that rectangle's limiting side (it fits inside) */
} AcuSizeMode;

typedef struct AcuSize
{
  AcuSizeMode mode;
  double scale;
  int width, height;
  int longest;
  double print_width, print_height;  /* millimetres */
  double resolution;                 /* pixels an inch */
} AcuSize;

/* The exact size in pixels that `size` asks of a src_width × src_height picture, rounded to nearest and at least 1.
 * ACU_ERROR_ARGUMENT when a factor leaves 1..16 or the numbers make no sense, ACU_ERROR_SIZE beyond ACU_MAX_SIDE. */
ACU_API gboolean acu_size_resolve (const AcuSize *size, int src_width, int src_height, int *dst_width, int *dst_height,
                                   GError **error);

/* Parse "1200x800", "1200x", "x800"; "20x30cm" (also mm, in); "2G", "500M" (bytes). ACU_ERROR_ARGUMENT. */
ACU_API gboolean acu_size_parse_pixels (const char *text, int *width, int *height, GError **error);
ACU_API gboolean acu_size_parse_print (const char *text, double *width_mm, double *height_mm, GError **error);
ACU_API gboolean acu_size_parse_bytes (const char *text, guint64 *bytes, GError **error);

/* What one pixel is: 1 (gray) or 3 (RGB) colour channels, then alpha if there is one, as floats; nominal range 0..1, but values
 * outside are kept. */
typedef struct AcuPixelFormat
{
  int colours;                    /* 1 or 3 */
  gboolean alpha;                 /* a further channel; straight, never premultiplied */
  gboolean linear;                /* colour is linear light, not encoded with a curve */
} AcuPixelFormat;

/* How networks compute. */
typedef enum AcuPrecision
{
  ACU_PRECISION_FAST,             /* 16 bits where the difference cannot be seen (70 dB, 61 dB for very deep networks) */
  ACU_PRECISION_EXACT             /* single precision everywhere */
} AcuPrecision;

/* What is done about text and logos in a picture. */
typedef enum AcuTextMode
{
  ACU_TEXT_OFF,
  ACU_TEXT_AUTO,                  /* looked for; where there is some, a network for text makes the result */
  ACU_TEXT_EVERYWHERE             /* that network makes all of it, as far as text_strength says */
} AcuTextMode;

/* What is done about faces in a picture. */
typedef enum AcuFacesMode
{
  ACU_FACES_OFF,
  ACU_FACES_AUTO                  /* looked for; a network for faces makes those that are found */
} AcuFacesMode;

/* Steps that a diffusion model can be asked for. */
#define ACU_MIN_STEPS 4
#define ACU_MAX_STEPS 15

/**
 * AcuUpscalerParams: use the acu_upscaler_params() macro, which sets the defaults.
 * @width, @height: of the source picture
 * @model: name, path of a .param, .safetensors, .pth, .pt or .ckpt file, or "auto"
 * @device: "auto" or "cpu"
 * @threads: 0 for one per processor; at most 256
 * @memory: limit in bytes for everything that the job allocates; 0 for three quarters of the memory that is available
 * @beside: bytes of @memory that the caller needs for other things meanwhile
 * @linear_light: whether the exact resampler works in linear light
 * @strength: how much of the network's result there is, 0 to 1; the rest is that of bicubic interpolation
 * @clean: how much of noise, blur and JPEG blocks is cleaned away, 0 to 1; more than 0 only for models that have a clean_path
 * @text: with ACU_TEXT_AUTO the picture is read twice, from its first row on, and models whose factor no network for text has go on without
 * @text_strength: how much of the network for text is blended in, 0 to 1
 * @faces: with ACU_FACES_AUTO the picture is read several times, from its first row on; ACU_ERROR_NOT_FOUND where the network that finds faces is not installed. Models that
 *   keep the size, and filters, go on without
 * @face_strength: how much of the network for faces is blended in, 0 to 1; times `strength`
 * @precision: a picture whose numbers are too large for fast arithmetic is done exactly, from the beginning
 * @band_rows: 0 lets the planner choose; otherwise the height of a band of output rows (tests)
 * @seed: which of many plausible pictures a diffusion model makes; 0 or more. Other models ignore this and what follows
 * @steps: of a diffusion model; ACU_MIN_STEPS to ACU_MAX_STEPS, or 0 for its own number
 * @left, @top: where the picture begins in a larger one that it is a part of, so that the same is made up for it as in the whole; 0 or more
 * @consistency: how far a diffusion model's result, made small again, is held to the source picture, 0 to 1
 */
typedef struct AcuUpscalerParams
{
  int width, height;
  AcuPixelFormat format;
  AcuSize size;
  const char *model;
  const char *device;
  int threads;
  guint64 memory, beside;
  gboolean linear_light;
  AcuPrecision precision;
  double strength, clean;
  AcuTextMode text;
  double text_strength;
  AcuFacesMode faces;
  double face_strength;
  int band_rows;
  int seed, steps;
  double consistency;
  int left, top;
} AcuUpscalerParams;

#define acu_upscaler_params(...)                                                          \
  (&(const AcuUpscalerParams) { .format = { 3, FALSE, FALSE },                            \
                                .size = { .mode = ACU_SIZE_FACTOR, .scale = 2.0 },        \
                                .model = "auto", .device = "auto", .linear_light = TRUE,      \
                                .strength = 1.0, .text_strength = 1.0, .face_strength = 1.0, .consistency = 1.0, __VA_ARGS__ })

typedef struct AcuUpscaler AcuUpscaler;

/* Loads the model, works out the size and plans the job; nothing is computed. `params` need live only until the
 * call returns. Fails with one clear sentence: what cannot fit into memory is refused here, with the figure it would need. */
ACU_API AcuUpscaler *acu_upscaler_new (const AcuUpscalerParams *params, GError **error);
ACU_API void acu_upscaler_free (AcuUpscaler *upscaler);

ACU_API int acu_upscaler_width (const AcuUpscaler *upscaler);     /* of the result, in pixels */
ACU_API int acu_upscaler_height (const AcuUpscaler *upscaler);
ACU_API guint64 acu_upscaler_memory (const AcuUpscaler *upscaler);      /* peak bytes the job will allocate */
ACU_API double acu_upscaler_operations (const AcuUpscaler *upscaler);   /* floating-point operations (2 per multiply-add) */
ACU_API const char *acu_upscaler_model (const AcuUpscaler *upscaler);   /* the name that "auto" became */

/* How much of a picture around a part of it decides what becomes of that part: *reach source pixels on each side, so that a part can be worked on
 * alone (a preview). *grid: the part read must begin at a multiple of so many pixels, in both directions. FALSE for networks that look at the whole picture, and where text or faces are looked for
 * in it; then *reach and *grid mean nothing. Thread-safe. */
ACU_API gboolean acu_upscaler_reach (const AcuUpscaler *upscaler, int *reach, int *grid);

/* Seconds that acu_upscaler_run() will take, from how long this machine took for earlier jobs: the same model, device,
 * precision, threads and kind of pixels, of about the same size if there were such. Every run of some length is
 * noted in the user's cache folder. Negative when there was none. Reads a small file at most. */
ACU_API double acu_upscaler_estimate_seconds (const AcuUpscaler *upscaler);

/* The same; when there was no such job, small pictures are run through the same engine first, for about a second at
 * most, and the result is kept until there is a job's. May be called from any thread, but not while the upscaler runs
 * or is freed. Negative when that failed. */
ACU_API double acu_upscaler_measure_seconds (const AcuUpscaler *upscaler);

/* Fills `rows` source rows from `y` on (rows * width * channels floats). Called in ascending, gapless order from the thread that
 * called acu_upscaler_run(), once for each row, or once more from row 0 on when the job begins again exactly, or looks for text or faces before. Returns FALSE with `error` set to end the job. */
typedef gboolean (*AcuReadRows) (void *data, int y, int rows, float *pixels, GError **error);
/* Takes `rows` finished rows from `y` on, in the same way; rows that come again replace the earlier ones. */
typedef gboolean (*AcuWriteRows) (void *data, int y, int rows, const float *pixels, GError **error);
/* Told when the job begins and then often (several times a second): the exact share of the work that is done, 0..1, and the seconds left
 * (negative while unknown; at first they are what acu_upscaler_estimate_seconds() says).
 * Returns FALSE to cancel; the job then ends within a fraction of a second with ACU_ERROR_CANCELLED. Called from the thread that
 * called acu_upscaler_run(). */
typedef gboolean (*AcuProgress) (void *data, double fraction, double seconds_left);

/* Runs the job; may be called again for another picture of the same size and format. `read` and `write` get `data`, `progress`
 * (may be NULL) gets `progress_data`. Non-finite source samples are taken as 0. After a failure nothing useful has been
 * written. One thread at a time a job; several jobs may run side by side and share the threads. */
ACU_API gboolean acu_upscaler_run (AcuUpscaler *upscaler, AcuReadRows read, AcuWriteRows write, void *data,
                                   AcuProgress progress, void *progress_data, GError **error);

/* "1 min 20 s", "about 3 h" in the user's language; negative: "…". Free with g_free(). */
ACU_API char *acu_format_seconds (double seconds);

G_END_DECLS

#endif
