/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRMD (Zhang et al. 2018): the degradation is given as constant channels beside the picture: 15 principal components of
 * the blur kernel and, unless noise-free, the noise level. */
#include "arch.h"

/* No blur beyond bicubic downscaling, as the published srmd-ncnn-vulkan assumes; then noise of 3 in 255. */
static const float degradation[] = {
  -1.12360956e-08f, -1.36899159e-08f, 1.85637958e-02f, 2.86066886e-08f, 3.35292965e-02f, 8.37272935e-08f,
  -2.54424009e-07f, -3.16234976e-02f, -1.35169253e-02f, -1.10466090e-08f, 3.84753793e-02f, 3.79465739e-08f,
  -2.44916752e-01f, -8.02213490e-01f, -5.40549755e-01f, 3.0f / 255
};

static int
input_channels (const AcuWeights *weights)
{
  const AcuRecord *first = acu_arch_record (weights, "Convolution", 0);
  const AcuTensor *tensor;
  g_autofree char *name = NULL;

  if (!first)
    return 0;
  name = g_strconcat (first->name, ".weight", NULL);
  tensor = acu_weights_find (weights, name);
  return tensor && tensor->shape[1] < 64 ? (int) tensor->shape[1] : 0;
}

static gboolean
recognise (const AcuWeights *weights)
{
  int channels = input_channels (weights);

  return (channels == 18 || channels == 19) && acu_arch_count (weights, "PixelShuffle") == 1;
}

static gboolean
before (AcuNet *net, const AcuWeights *weights, guint *at, GError **error)
{
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_APPEND, "degradation", at, 1, at);

  layer->channels = input_channels (weights);
  layer->weights = acu_arch_floats (degradation, layer->channels - 3, NULL, error);
  return layer->weights != NULL;
}

const AcuArch acu_arch_srmd = { "SRMD", ACU_BORDER_REPLICATE, recognise, .before = before, .extra_border = 12 };
