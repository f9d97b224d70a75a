/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What tests of graphics cards share. */
#ifndef VULKAN_TESTS_H
#define VULKAN_TESTS_H

#include "run_net.h"
#include "sample_nets.h"

#include "vulkan/vk.h"

/* Numbers between 0 and 1, three a pixel; free with g_free(). */
float *draw_picture (GRand *rand, int width, int height);
/* What the processor makes of it, exactly; free with g_free(). */
float *reference (const AcuNet *net, const float *in, int width, int height);
/* At least 55 dB below the largest number. */
void assert_like (const float *a, const float *b, gsize n);
/* What the device's executor counts is what a card that is only described counts. */
void assert_as_imagined (const AcuNet *net, const AcuVulkanDevice *device, int width, int height);

/* vulkan_matrices.c; brief: what the validation layers are to see. */
void add_matrix_tests (gboolean brief);

#endif
