/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/degrade.h>

#include <glib/gi18n-lib.h>

#define ALL_FILTERS .area = 1, .linear = 1, .cubic = 1
#define SINC_RANGES .cutoff = { G_PI / 5, G_PI }, .cutoff_small = { G_PI / 3, G_PI }
/* Nothing happens; what only says how has values that make sense once a chance is set. */
#define QUIET_PASS .kernel_size = { 7, 21 }, .isotropic = 1, .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 1, \
                   .resize = { 1, 1 }, .quality = { 100, 100 }, .gaussian = 0.5
#define ROUND_SHARPENING .sharpen_sigma = { 0.5, 1.5 }

/* Real-ESRGAN's shares, in both passes: the appendix of the paper, and the option files published with it. */
#define PUBLISHED_KERNELS .kernel_size = { 7, 21 }, .sinc = 0.1, .isotropic = 0.45, .anisotropic = 0.25, .general_isotropic = 0.12, \
                          .general_anisotropic = 0.03, .plateau_isotropic = 0.12, .plateau_anisotropic = 0.03, \
                          .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES
#define PUBLISHED_NOISE .noise = 1, .gaussian = 0.5, .gray = 0.4

static const AcuDegradationPreset presets[] = {
  { "clean", N_("The resize alone, by area, linear or cubic filter"),
    { ALL_FILTERS, .first = { QUIET_PASS }, .second = { QUIET_PASS }, ROUND_SHARPENING } },
  { "cubic", N_("The resize alone, by the cubic filter"),
    { .cubic = 1, .first = { QUIET_PASS }, .second = { QUIET_PASS }, ROUND_SHARPENING } },
  { "photo", N_("Photographs that were blurred, resized and compressed more than once (Real-ESRGAN's recipe)"),
    { ALL_FILTERS,
      .first = { .blur = 1, PUBLISHED_KERNELS, .sigma = { 0.2, 3 }, .enlarge = 0.2, .shrink = 0.7, .keep = 0.1, .resize = { 0.15, 1.5 },
                 PUBLISHED_NOISE, .gaussian_sigma = { 1, 30 }, .poisson_scale = { 0.05, 3 }, .jpeg = 1, .quality = { 30, 95 } },
      .second = { .blur = 0.8, PUBLISHED_KERNELS, .sigma = { 0.2, 1.5 }, .enlarge = 0.3, .shrink = 0.4, .keep = 0.3, .resize = { 0.3, 1.2 },
                  PUBLISHED_NOISE, .gaussian_sigma = { 1, 25 }, .poisson_scale = { 0.05, 2.5 }, .jpeg = 1, .quality = { 30, 95 } },
      ROUND_SHARPENING, .final_sinc = 0.8, .jpeg_last = 0.5, .round = 1 } },
  { "jpeg", N_("Pictures from the web: resized cleanly, compressed once or twice"),
    { ALL_FILTERS,
      .first = { .kernel_size = { 7, 21 }, .isotropic = 1, .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 1,
                 .resize = { 1, 1 }, .gaussian = 0.5, .jpeg = 0.3, .quality = { 60, 95 }, .full_chroma = 0.3 },
      .second = { .kernel_size = { 7, 21 }, .isotropic = 1, .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 0.7,
                  .shrink = 0.15, .enlarge = 0.15, .resize = { 0.8, 1.25 }, .gaussian = 0.5, .jpeg = 1, .quality = { 30, 95 },
                  .full_chroma = 0.3 },
      ROUND_SHARPENING, .jpeg_last = 0.8, .round = 1 } },
  { "camera", N_("Photographs as a small camera makes them: lens, sensor, noise, processing, JPEG"),
    { .area = 1, .linear = 0.3, .linear_light = 0.5,
      .aberration = { 0, 1.2 }, .vignetting = { 0, 0.3 },
      .first = { .blur = 1, .kernel_size = { 7, 21 }, .isotropic = 0.6, .anisotropic = 0.3, .plateau_isotropic = 0.1,
                 .sigma = { 0.3, 2.5 }, .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 1, .resize = { 1, 1 },
                 .gaussian = 0.5, .quality = { 100, 100 } },
      .second = { .kernel_size = { 7, 21 }, .isotropic = 1, .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 1,
                  .resize = { 1, 1 }, .noise = 1, .gaussian = 0.3, .gaussian_sigma = { 0.5, 8 }, .poisson_scale = { 0.1, 1.5 }, .jpeg = 0.9,
                  .quality = { 60, 97 }, .full_chroma = 0.2 },
      .mosaic = 0.8, .hot_pixels = { 0, 60 }, .chroma_blur = { 0, 2 },
      .sharpen = 0.6, .sharpen_amount = { 0.2, 1.2 }, .sharpen_sigma = { 0.6, 1.2 }, .jpeg_last = 1, .round = 1 } },
  { "screen", N_("Screenshots and pages: slightly blurred, sharpened with halos, resized, compressed"),
    { ALL_FILTERS,
      .first = { .blur = 0.5, .kernel_size = { 7, 13 }, .isotropic = 0.7, .anisotropic = 0.3, .sigma = { 0.2, 1.2 },
                 .general_beta = { 0.5, 4 }, .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 0.6, .shrink = 0.2, .enlarge = 0.2,
                 .resize = { 0.5, 1.5 }, .gaussian = 0.5, .jpeg = 0.2, .quality = { 60, 95 }, .full_chroma = 0.5 },
      .second = { .blur = 0.2, .kernel_size = { 7, 13 }, .isotropic = 1, .sigma = { 0.2, 0.6 }, .general_beta = { 0.5, 4 },
                  .plateau_beta = { 1, 2 }, SINC_RANGES, .keep = 0.6, .shrink = 0.2, .enlarge = 0.2, .resize = { 0.8, 1.25 },
                  .gaussian = 0.5, .jpeg = 0.7, .quality = { 40, 95 }, .full_chroma = 0.5 },
      .sharpen = 0.4, .sharpen_amount = { 0.2, 1 }, .sharpen_sigma = { 0.5, 1.2 }, .final_sinc = 0.2, .jpeg_last = 0.8, .round = 1 } },
  { NULL }
};

const AcuDegradationPreset *
acu_degradation_presets (void)
{
  return presets;
}

const AcuDegradationPreset *
acu_degradation_preset_find (const char *name)
{
  for (const AcuDegradationPreset *preset = presets; preset->name; preset++)
    if (g_str_equal (preset->name, name))
      return preset;
  return NULL;
}
