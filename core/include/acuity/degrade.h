/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Degradation: makes a small, worse picture from a good one, as cameras, web sites and screens do, so that networks can be trained and
 * judged on pairs. The order of steps, after Real-ESRGAN (Wang, Xie, Dong and Shan 2021, section 3 and appendix):
 *
 *   lens (chromatic aberration, vignetting) → first pass (blur, resize, noise, JPEG) → second pass (blur, resize, noise) →
 *   sensor (hot pixels, mosaic, chroma blur) → sharpening → then, in either order, JPEG and the last resize with ringing →
 *   rounding to 8 bits.
 *
 * A recipe (AcuDegradation) is a set of chances and ranges; a seed draws from them. What is drawn and every step but JPEG
 * is computed with basic arithmetic, square roots and code of our own, so that a seed gives the same picture on every machine and
 * compiler that follows IEEE 754; JPEG steps depend on the version of libjpeg-turbo, and `linear-light` on the library's sRGB
 * curve. Thread-safe: nothing is shared between calls. */
#ifndef ACU_DEGRADE_H
#define ACU_DEGRADE_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* A number is drawn evenly between these two. */
typedef struct AcuRange
{
  double low, high;
} AcuRange;

/**
 * AcuDegradationPass: one round of what happens to a picture on its way. Weights are relative to each other; chances are 0 to 1.
 * @blur: chance of blurring
 * @kernel_size: side of blur kernels in pixels; odd numbers are drawn
 * @sinc: chance, when blurring, that it is a circular low-pass filter, which makes edges ring
 * @isotropic, @anisotropic: weights of Gaussian kernels
 * @general_isotropic, @general_anisotropic: weights of generalised Gaussians, exp (-½ (xᵀΣ⁻¹x)^β)
 * @plateau_isotropic, @plateau_anisotropic: weights of plateau kernels, 1 / (1 + (xᵀΣ⁻¹x)^β)
 * @sigma: width of kernels in pixels, along each axis of an anisotropic one
 * @general_beta, @plateau_beta: the exponent β; half the draws lie below 1 and half above, where the range allows it
 * @cutoff: of sinc kernels with sides of 13 and more, in radians a pixel
 * @cutoff_small: of smaller ones
 * @enlarge, @shrink, @keep: weights of what the resize does. The first pass resizes relative to the picture, the second relative
 *   to the result's size
 * @resize: factor; enlarging draws from its part above 1, shrinking from its part below
 * @gaussian: chance, when there is noise, that it is Gaussian rather than Poisson
 * @noise: chance of noise
 * @gray: chance that noise is the same in all channels (Poisson: from the luma)
 * @gaussian_sigma: levels of 255
 * @poisson_scale: 1 is the noise of 256 photons at full white
 * @jpeg: chance of JPEG
 * @quality: 1 to 100
 * @full_chroma: chance that a JPEG is 4:4:4 rather than 4:2:0
 */
typedef struct AcuDegradationPass
{
  double blur;
  AcuRange kernel_size;
  double sinc;
  double isotropic, anisotropic, general_isotropic, general_anisotropic, plateau_isotropic, plateau_anisotropic;
  AcuRange sigma, general_beta, plateau_beta, cutoff, cutoff_small;
  double enlarge, shrink, keep;
  AcuRange resize;
  double noise, gaussian, gray;
  AcuRange gaussian_sigma, poisson_scale;
  double jpeg;
  AcuRange quality;
  double full_chroma;
} AcuDegradationPass;

/**
 * AcuDegradation: a recipe. Copy a preset's and change it by acu_degradation_set().
 * @area, @linear, @cubic: weights of the filters of all resizes (antialiased; acuity/resample.h)
 * @linear_light: chance that resizes mix in linear light
 * @aberration: lateral chromatic aberration: how far red and blue, each on its own and either way, are off in the corners; pixels of the result
 * @vignetting: the part of brightness (encoded) that is lost in the corners
 * @first, @second: the second's JPEG is the one near the end
 * @mosaic: chance of a Bayer mosaic and its bilinear reconstruction
 * @hot_pixels: of a million
 * @chroma_blur: σ of the blur of colour in pixels; 0 none
 * @sharpen: chance of an unsharp mask
 * @sharpen_amount: 1 doubles the difference to the blurred picture
 * @sharpen_sigma: pixels
 * @final_sinc: chance of ringing with the last resize, with kernels of the second pass
 * @jpeg_last: chance that JPEG comes after the last resize rather than before
 * @round: chance that the result is rounded to 8 bits
 */
typedef struct AcuDegradation
{
  double area, linear, cubic;
  double linear_light;
  AcuRange aberration, vignetting;
  AcuDegradationPass first, second;
  double mosaic;
  AcuRange hot_pixels, chroma_blur;
  double sharpen;
  AcuRange sharpen_amount, sharpen_sigma;
  double final_sinc, jpeg_last, round;
} AcuDegradation;

/**
 * AcuDegradationPreset:
 * @name: what options and files use
 * @label: one plain sentence, to be translated
 */
typedef struct AcuDegradationPreset
{
  const char *name;
  const char *label;
  AcuDegradation recipe;
} AcuDegradationPreset;

/**
 * AcuDegradationField: a field of AcuDegradation by name. Fields of the passes begin with first- or second-.
 * @key: as in run files, such as first-sigma
 * @label: with its unit, to be translated
 * @range: whether it is an AcuRange rather than a double
 * @minimum, @maximum: what its numbers may be
 * @neutral: the number with which it does nothing; NAN for what only says how (weights, sizes)
 * @offset: in AcuDegradation
 */
typedef struct AcuDegradationField
{
  const char *key;
  const char *label;
  gboolean range;
  double minimum, maximum, neutral;
  gsize offset;
} AcuDegradationField;

/* All presets, ended by a NULL name: clean (the resize alone, by a filter drawn anew each time), cubic (the same, always cubic), photo (Real-ESRGAN's numbers), jpeg,
 * camera, screen. */
ACU_API const AcuDegradationPreset *acu_degradation_presets (void);
/* The preset of that name, or NULL. */
ACU_API const AcuDegradationPreset *acu_degradation_preset_find (const char *name);

/* All fields, ended by a NULL key. A field's default is its value in the preset that one starts from. */
ACU_API const AcuDegradationField *acu_degradation_fields (void);

/* Sets the field `key` to `value`: a number, or for a range also two numbers as in 0.2..3. In the C locale's notation. FALSE with
 * ACU_ERROR_ARGUMENT, recipe unchanged, for an unknown key, what is no number, is outside the field's limits, or low above high. */
ACU_API gboolean acu_degradation_set (AcuDegradation *recipe, const char *key, const char *value, GError **error);
/* The value of a field in the notation that acu_degradation_set() reads, exact to the last bit. g_free(). */
ACU_API char *acu_degradation_print (const AcuDegradation *recipe, const AcuDegradationField *field);

/* Weakens a recipe: with strength 0 all that is left is the resize, with 1 it is unchanged; between, chances and ranges lie between. A
 * strength outside 0..1 is limited. */
ACU_API void acu_degradation_weaken (AcuDegradation *recipe, double strength);

/* A side of the result: the side divided by scale, to the nearest whole number, 1 at least. */
ACU_API int acu_degraded_side (int side, double scale);

/* Degrades a picture of width × height interleaved RGB floats, sRGB-encoded, 0 to 1 (what is outside is limited; NaN counts as 0), to
 * acu_degraded_side() pixels each way, written to `result` (RGB floats as well, 0 to 1). scale: 1 to 8 (real numbers). The same recipe, seed, scale and picture give the same
 * result. Needs memory for about four pictures of the largest intermediate size.
 *
 * FALSE with ACU_ERROR_ARGUMENT (scale, sizes, a recipe outside its limits), ACU_ERROR_SIZE (a JPEG step on more than 65500 pixels a
 * side), or ACU_ERROR_MEMORY; result is then undefined. */
ACU_API gboolean acu_degrade (const AcuDegradation *recipe, guint64 seed, double scale, const float *picture, int width, int height,
                              float *result, GError **error);

G_END_DECLS

#endif
