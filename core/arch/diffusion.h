/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Diffusion upscaling, the parts that it is made of. All but the first pictures live on the grid of the small picture ("cells"): a picture `factor` times as large
 * has 3 · factor² channels a cell, in the order of PIXEL_SHUFFLE.
 *
 * A frozen network makes a first estimate E. What is missing, d = (truth - E) / spread, is found from noise, in steps: d(η) = (1 - η) d + κ √η ε with η from 1 (noise) to
 * 0 (result), as in ResShift (Yue et al. 2023). Each step predicts d with one net F, from d(η) at unit variance, E, the small picture and √η; so that F has as much to say at
 * any η (as in EDM: Karras et al. 2022), the prediction is d̂ = skip · d(η) + gain · F. */
#ifndef ACU_DIFFUSION_H
#define ACU_DIFFUSION_H

#include "builder.h"

G_BEGIN_DECLS

/* What ends the schedule: never quite noise alone. */
#define ACU_DIFFUSION_LAST 0.99

/**
 * AcuDiffusion: what a file says beside its tensors
 * @before: how many times the network before the first one enlarges, whose result stands for the small picture then; 1: there is none
 * @factor: how many times a cell is enlarged
 * @kappa: how strong the noise is beside d, which has a standard deviation of 1
 * @spread: the standard deviation of truth - E
 */
typedef struct AcuDiffusion
{
  int before, factor;
  double kappa, spread;
} AcuDiffusion;

/* From tensors and metadata ("kappa", "spread"). ACU_ERROR_FORMAT for numbers that are missing or make no sense, ACU_ERROR_UNSUPPORTED for tensors. */
gboolean acu_diffusion_read (const AcuWeights *weights, AcuDiffusion *diffusion, GError **error);

/* 1 / the standard deviation of d(η); the factors of the prediction. η above 0, to 1. */
double acu_diffusion_unit (double kappa, double eta);
double acu_diffusion_skip (double kappa, double eta);
double acu_diffusion_gain (double kappa, double eta);

/* Channels of what a step reads: d(η) times acu_diffusion_unit() (3 · factor²), E (3 · factor²), the small picture (3), √η everywhere (1). */
int acu_diffusion_step_channels (int factor);

/* The picture that stands for the small one: itself, or what the network before makes of it ("before.…"). */
guint acu_diffusion_build_before (AcuBuilder *b, guint picture);
/* E on cells, of the picture that stands for the small one ("first.…", a compact network). */
guint acu_diffusion_build_first (AcuBuilder *b, guint picture);
/* F on cells, of a map of acu_diffusion_step_channels() ("step.…"). Layers have their tensors' names, each time it is built. */
guint acu_diffusion_build_step (AcuBuilder *b, guint input);

G_END_DECLS

#endif
