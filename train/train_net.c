/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "train_net.h"

#include "pool.h"
#include "train_conv.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define GROUP ACU_CONV2D_GROUP
/* Winograd's windows reach this far beyond a map. */
#define LEAST_BORDER 6

static int
round_up (int channels)
{
  return (channels + GROUP - 1) / GROUP * GROUP;
}

static gboolean
is_convolution (const AcuLayer *layer)
{
  return layer->kind == ACU_LAYER_CONV2D || layer->kind == ACU_LAYER_DECONV2D;
}

static int
pad_of (const AcuLayer *layer)
{
  return MAX (MAX (layer->left, layer->right), MAX (layer->top, layer->bottom));
}

/* Floats a pixel of every map. Kernels write and read whole groups of channels; maps of pictures stay as they are. */
static void
choose_stored (AcuTrainNet *net)
{
  const GPtrArray *layers = net->net->layers;

  for (guint i = 0; i < layers->len; i++)
    {
      const AcuLayer *layer = g_ptr_array_index (layers, i);

      net->layers[i].stored = layer->kind == ACU_LAYER_CONV2D ? round_up (layer->channels) : layer->channels;
    }
  for (guint i = 0; i < layers->len; i++)
    {
      const AcuLayer *layer = g_ptr_array_index (layers, i);

      if (layer->kind == ACU_LAYER_DECONV2D)
        net->layers[layer->inputs[0]].stored = round_up (net->layers[layer->inputs[0]].stored);
      /* What works on every number of a map keeps the map's layout. */
      else if (layer->kind == ACU_LAYER_SLOPE || layer->kind == ACU_LAYER_SIGMOID || layer->kind == ACU_LAYER_SWISH)
        net->layers[i].stored = MAX (net->layers[i].stored, net->layers[layer->inputs[0]].stored);
    }
}

/* Adds the tensor as a parameter, if there is one. *number gets its number or -1. */
static gboolean
add_parameter (AcuTrainNet *net, const AcuWeights *weights, const char *layer, const char *suffix, gsize count, gsize other_count,
               int *number, GError **error)
{
  g_autofree char *name = g_strconcat (layer, suffix, NULL);
  const AcuTensor *tensor = acu_weights_find (weights, name);
  AcuParameter parameter = { .first = net->n_values };

  *number = -1;
  if (!tensor)
    return TRUE;
  if (tensor->count != count && tensor->count != other_count)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: the tensor “%s” has another size than the network's layer."),
                   weights->path, name);
      return FALSE;
    }
  parameter.dimensions = tensor->dimensions;
  memcpy (parameter.shape, tensor->shape, sizeof parameter.shape);
  parameter.count = tensor->count;
  parameter.name = g_steal_pointer (&name);
  *number = (int) net->parameters->len;
  /* Each begins at a multiple of a vector. */
  net->n_values += (parameter.count + GROUP - 1) / GROUP * GROUP;
  g_array_append_val (net->parameters, parameter);
  return TRUE;
}

static gboolean
add_layer (AcuTrainNet *net, const AcuWeights *weights, guint i, GError **error)
{
  const AcuLayer *layer = g_ptr_array_index (net->net->layers, i);
  AcuTrainLayer *mine = &net->layers[i];
  const AcuLayer *in = layer->n_inputs ? g_ptr_array_index (net->net->layers, layer->inputs[0]) : NULL;

  mine->weight = mine->bias = -1;
  mine->sums = net->n_sums;
  if (is_convolution (layer))
    {
      gsize count = (gsize) layer->channels * in->channels * layer->kernel_width * layer->kernel_height;

      if (!add_parameter (net, weights, layer->name, ".weight", count, count, &mine->weight, error)
          || !add_parameter (net, weights, layer->name, ".bias", layer->channels, layer->channels, &mine->bias, error))
        return FALSE;
      mine->conv = acu_train_conv_new (net->net, layer, in->channels, net->layers[layer->inputs[0]].stored, mine->stored, net->bf16, error);
      if (!mine->conv)
        return FALSE;
      mine->sums_count = acu_train_conv_sums (mine->conv) + round_up (mine->stored);
      net->border = MAX (net->border, MAX (layer->kernel_width, layer->kernel_height));
      /* Winograd's windows begin before the picture, and end WINDOW - SIDE behind it and its padding. */
      net->border = MAX (net->border, pad_of (layer) + ACU_WINOGRAD_SIDE);
    }
  else if (layer->kind == ACU_LAYER_SLOPE)
    {
      if (!add_parameter (net, weights, layer->name, ".weight", layer->channels, 1, &mine->weight, error))
        return FALSE;
      mine->slopes = g_new0 (float, mine->stored);
      mine->sums_count = round_up (mine->stored);
    }
  else if (layer->kind == ACU_LAYER_APPEND || layer->kind == ACU_LAYER_PAD)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: layer “%s” cannot be trained."), net->net->name, layer->name);
      return FALSE;
    }
  net->n_sums += mine->sums_count;
  mine->learns = mine->weight >= 0 || mine->bias >= 0;
  for (guint k = 0; k < layer->n_inputs; k++)
    mine->learns |= net->layers[layer->inputs[k]].learns;
  return TRUE;
}

static gboolean
read_values (AcuTrainNet *net, const AcuWeights *weights, GError **error)
{
  net->values = acu_try_alloc0 (net->n_values, sizeof (float));
  if (!net->values)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
      return FALSE;
    }
  for (guint i = 0; i < net->parameters->len; i++)
    {
      const AcuParameter *parameter = &g_array_index (net->parameters, AcuParameter, i);

      if (!acu_tensor_read (acu_weights_find (weights, parameter->name), net->values + parameter->first))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: the tensor “%s” has values that are no numbers."), weights->path,
                       parameter->name);
          return FALSE;
        }
    }
  return TRUE;
}

AcuTrainNet *
acu_train_net_new (AcuNet *net, const AcuWeights *weights, const AcuKernels *kernels, gboolean bf16, GError **error)
{
  AcuTrainNet *train = g_new0 (AcuTrainNet, 1);

  train->net = acu_net_ref (net);
  train->n_layers = net->layers->len;
  train->kernels = kernels;
  train->bf16 = bf16;
  train->layers = g_new0 (AcuTrainLayer, net->layers->len);
  train->parameters = g_array_new (FALSE, FALSE, sizeof (AcuParameter));
  train->border = LEAST_BORDER;
  choose_stored (train);
  for (guint i = 0; i < net->layers->len; i++)
    if (!add_layer (train, weights, i, error))
      goto failed;
  if (!read_values (train, weights, error))
    goto failed;
  return train;

failed:
  acu_train_net_free (train);
  return NULL;
}

void
acu_train_net_free (AcuTrainNet *net)
{
  if (!net)
    return;
  for (guint i = 0; i < net->net->layers->len; i++)
    {
      acu_train_conv_free (net->layers[i].conv);
      g_free (net->layers[i].slopes);
    }
  for (guint i = 0; i < net->parameters->len; i++)
    g_free (g_array_index (net->parameters, AcuParameter, i).name);
  g_array_unref (net->parameters);
  acu_free (net->values);
  g_free (net->layers);
  acu_net_unref (net->net);
  g_free (net);
}

const AcuParameter *
acu_train_net_find (const AcuTrainNet *net, const char *name)
{
  for (guint i = 0; i < net->parameters->len; i++)
    if (g_str_equal (g_array_index (net->parameters, AcuParameter, i).name, name))
      return &g_array_index (net->parameters, AcuParameter, i);
  return NULL;
}

static const float *
values_of (const AcuTrainNet *net, const float *values, int number, GBytes *fixed)
{
  if (number >= 0)
    return values + g_array_index (net->parameters, AcuParameter, number).first;
  return fixed ? g_bytes_get_data (fixed, NULL) : NULL;
}

/* The numbers of a convolution that is not trained, [coarse][fine][height][width]; g_free(). */
static float *
fixed_weights (const AcuTrainNet *net, const AcuLayer *layer)
{
  gsize n = g_bytes_get_size (layer->weights) / (layer->half ? sizeof (guint16) : sizeof (float));
  float *numbers = g_new (float, n), *turned;
  gsize taps = (gsize) layer->kernel_width * layer->kernel_height, out = layer->channels, in = n / taps / out;

  if (layer->half)
    net->kernels->half_widen (numbers, g_bytes_get_data (layer->weights, NULL), n);
  else
    memcpy (numbers, g_bytes_get_data (layer->weights, NULL), n * sizeof (float));
  if (layer->kind == ACU_LAYER_CONV2D)
    return numbers;
  turned = g_new (float, n);
  for (gsize o = 0; o < out; o++)
    for (gsize i = 0; i < in; i++)
      memcpy (turned + (i * out + o) * taps, numbers + (o * in + i) * taps, taps * sizeof (float));
  g_free (numbers);
  return turned;
}

typedef struct PackJob
{
  AcuTrainNet *net;
  const float *values;
} PackJob;

static void
pack_layer (void *data, int i, int worker)
{
  const PackJob *job = data;
  const AcuLayer *layer = g_ptr_array_index (job->net->net->layers, i);
  AcuTrainLayer *mine = &job->net->layers[i];

  if (mine->conv)
    {
      g_autofree float *fixed = mine->weight < 0 ? fixed_weights (job->net, layer) : NULL;

      acu_train_conv_pack (mine->conv, fixed ? fixed : values_of (job->net, job->values, mine->weight, NULL),
                           values_of (job->net, job->values, mine->bias, layer->bias));
    }
  else if (mine->slopes)
    {
      const float *slopes = values_of (job->net, job->values, mine->weight, layer->weights);
      gboolean single = mine->weight >= 0 && g_array_index (job->net->parameters, AcuParameter, mine->weight).count == 1;

      for (int c = 0; c < layer->channels; c++)
        mine->slopes[c] = slopes[single ? 0 : c];
    }
}

void
acu_train_net_pack (AcuTrainNet *net, const float *values, int threads)
{
  PackJob job = { net, values };

  acu_pool_run ((int) net->net->layers->len, threads, pack_layer, &job);
}

typedef struct CollectJob
{
  const AcuTrainNet *net;
  float *const *sums;
  int parts;
  float scale;
  float *gradients;
} CollectJob;

static void
collect_layer (void *data, int i, int worker)
{
  const CollectJob *job = data;
  const AcuTrainLayer *mine = &job->net->layers[i];
  const GArray *parameters = job->net->parameters;
  float *total;

  if (mine->weight < 0 && mine->bias < 0)
    return;
  total = g_new0 (float, mine->sums_count);
  for (int part = 0; part < job->parts; part++)
    for (gsize k = 0; k < mine->sums_count; k++)
      total[k] += job->sums[part][mine->sums + k];
  for (gsize k = 0; k < mine->sums_count; k++)
    total[k] *= job->scale;
  if (mine->weight >= 0)
    {
      const AcuParameter *weight = &g_array_index (parameters, AcuParameter, mine->weight);
      float *out = job->gradients + weight->first;

      if (mine->conv)
        acu_train_conv_unpack (mine->conv, total, out);
      else if (weight->count == 1)
        for (gsize c = 0, n = mine->sums_count; c < n; c++)
          out[0] = c ? out[0] + total[c] : total[0];
      else
        memcpy (out, total, weight->count * sizeof (float));
    }
  if (mine->bias >= 0)
    {
      const AcuParameter *bias = &g_array_index (parameters, AcuParameter, mine->bias);

      memcpy (job->gradients + bias->first, total + acu_train_conv_sums (mine->conv), bias->count * sizeof (float));
    }
  g_free (total);
}

void
acu_train_net_collect (const AcuTrainNet *net, float *const *sums, int parts, float scale, float *gradients, int threads)
{
  CollectJob job = { net, sums, parts, scale, gradients };

  acu_pool_run ((int) net->net->layers->len, threads, collect_layer, &job);
}
