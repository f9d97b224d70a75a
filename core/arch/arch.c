/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "arch.h"

#include "builder.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Far more than any published network has; keeps the work on a hostile file small. */
#define MAX_RECORDS 10000

const AcuArch *const acu_archs[] = {
  /* Before those whose tensors have such names as well. */
  &acu_arch_text_mask,
  &acu_arch_rrdb, &acu_arch_span, &acu_arch_compact, &acu_arch_realcugan, &acu_arch_cunet, &acu_arch_upconv7,
  &acu_arch_srmd, &acu_arch_srcnn, &acu_arch_fsrcnn, &acu_arch_espcn, &acu_arch_srresnet, &acu_arch_msrresnet,
  &acu_arch_half, &acu_arch_diffusion, &acu_arch_vgg_discriminator, &acu_arch_unet_discriminator, &acu_arch_other, NULL
};

guint
acu_arch_count (const AcuWeights *weights, const char *type)
{
  guint count = 0;

  for (guint i = 0; i < weights->n_records; i++)
    count += g_str_equal (weights->records[i].type, type);
  return count;
}

const AcuRecord *
acu_arch_record (const AcuWeights *weights, const char *type, guint n)
{
  for (guint i = 0; i < weights->n_records; i++)
    if (g_str_equal (weights->records[i].type, type) && n-- == 0)
      return &weights->records[i];
  return NULL;
}

GBytes *
acu_arch_floats (const float *values, guint64 n, float **room, GError **error)
{
  float *memory = acu_try_alloc (n, sizeof (float));

  if (!memory)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY,
                           _("There is not enough memory for the network's weights."));
      return NULL;
    }
  if (values)
    memcpy (memory, values, n * sizeof (float));
  if (room)
    *room = memory;
  return g_bytes_new_with_free_func (memory, n * sizeof (float), acu_free, memory);
}

static const AcuArch *
recognise (const AcuWeights *weights)
{
  for (guint i = 0; acu_archs[i + 1]; i++)
    if (acu_archs[i]->recognise && acu_archs[i]->recognise (weights))
      return acu_archs[i];
  return &acu_arch_other;
}

/* Geometry of a net without its border: result = scale * picture - lost, for pictures that are multiples of `align`. */
typedef struct Geometry
{
  int scale, lost, align;
} Geometry;

static gboolean
result_size (const AcuNet *net, int side, int *result)
{
  g_autofree AcuShape *shapes = g_try_new (AcuShape, net->layers->len);
  guint last = net->layers->len - 1;

  if (!shapes || !acu_net_infer (net, side, side, shapes, NULL) || shapes[last].width != shapes[last].height
      || shapes[last].channels != 3)
    return FALSE;
  *result = shapes[last].width;
  return TRUE;
}

/* Tries sizes: the smallest alignment for which three neighbouring sizes work shows scale and loss. */
static gboolean
measure (const AcuNet *net, Geometry *geometry)
{
  for (int align = 1; align <= 16; align *= 2)
    {
      int base = 256, a, b, c;

      if (!result_size (net, base, &a) || !result_size (net, base + align, &b)
          || !result_size (net, base + 2 * align, &c))
        continue;
      if (b - a != c - b || (b - a) % align)
        continue;
      geometry->align = align;
      geometry->scale = (b - a) / align;
      geometry->lost = geometry->scale * base - a;
      return geometry->scale >= 1 && geometry->scale <= 16 && geometry->lost >= 0;
    }
  return FALSE;
}

static gboolean
add_body (AcuNet *net, const AcuArch *arch, const AcuWeights *weights, const Geometry *geometry, GError **error)
{
  const guint picture = 0;
  guint at = picture, crop[2];
  AcuLayer *layer;
  int border = geometry ? (geometry->lost + 2 * geometry->scale - 1) / (2 * geometry->scale) + arch->extra_border : 0;
  int cut = geometry ? (border * 2 * geometry->scale - geometry->lost) / 2 : 0;

  layer = acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL);
  layer->channels = 3;
  if (geometry && (border || geometry->align > 1))
    {
      layer = acu_net_add (net, ACU_LAYER_PAD, "border", &at, 1, &at);
      layer->left = layer->right = layer->top = layer->bottom = border;
      layer->align = geometry->align;
      layer->border = arch->border;
    }
  if (arch->before && !arch->before (net, weights, &at, error))
    return FALSE;
  if (!acu_arch_add_records (net, weights, at, &at, error))
    return FALSE;
  if (!geometry)
    return TRUE;
  if (border || geometry->align > 1)
    {
      crop[0] = at;
      crop[1] = picture;
      layer = acu_net_add (net, ACU_LAYER_CROP, "cut border", crop, 2, &at);
      layer->left = layer->top = cut;
      layer->factor = geometry->scale;
    }
  return !arch->after || arch->after (net, geometry->scale, &at, error);
}

static AcuNet *
build_from_records (const AcuWeights *weights, GError **error)
{
  const AcuArch *arch = recognise (weights);
  g_autofree char *name = g_path_get_basename (weights->path);
  AcuNet *net = acu_net_new (name);
  Geometry geometry;
  g_autofree AcuShape *shapes = NULL;

  if (weights->n_records > MAX_RECORDS)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: it has %u layers; at most %d are supported."), name,
                   weights->n_records, MAX_RECORDS);
      goto failed;
    }
  if (!add_body (net, arch, weights, NULL, error))
    goto failed;
  if (!measure (net, &geometry))
    {
      shapes = g_try_new (AcuShape, net->layers->len);
      /* The layer that fits no size says best what is wrong. */
      if (!shapes || acu_net_infer (net, 256, 256, shapes, error))
        {
          if (error)
            g_clear_error (error);
          g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
                       _("%s: this network does not turn a colour picture into an enlarged one."), name);
        }
      goto failed;
    }
  acu_net_unref (net);

  net = acu_net_new (name);
  net->architecture = g_strdup (arch->name);
  net->scale = geometry.scale;
  if (!add_body (net, arch, weights, &geometry, error))
    goto failed;
  return net;

failed:
  acu_net_unref (net);
  return NULL;
}

static const AcuArch *
recognise_tensors (const AcuWeights *weights)
{
  for (guint i = 0; acu_archs[i]; i++)
    if (acu_archs[i]->recognise_tensors && acu_archs[i]->recognise_tensors (weights))
      return acu_archs[i];
  return NULL;
}

gboolean
acu_arch_finish (AcuWeights *weights, GError **error)
{
  const AcuArch *arch = recognise_tensors (weights);

  return !arch || !arch->finish || arch->finish (weights, error);
}

/* A tensor that no layer has, or NULL: then the network is not what it was taken for, and its picture would be wrong. */
static const char *
find_unused (const AcuWeights *weights, const AcuNet *net)
{
  g_autoptr (GHashTable) layers = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < net->layers->len; i++)
    g_hash_table_add (layers, acu_net_layer (net, i)->name);
  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const char *name = ((const AcuTensor *) g_ptr_array_index (weights->tensors, i))->name, *point = strrchr (name, '.');
      g_autofree char *layer = point ? g_strndup (name, (gsize) (point - name)) : NULL;

      if (!layer || !(g_str_equal (point, ".weight") || g_str_equal (point, ".bias")) || !g_hash_table_contains (layers, layer))
        return name;
    }
  return NULL;
}

static void
check_unused (AcuBuilder *b)
{
  const char *unused = find_unused (b->weights, b->net);
  g_autofree char *what = unused ? g_strdup_printf (_("its architecture has no tensor “%s”, so that its pictures would be wrong"), unused) : NULL;

  if (what)
    acu_build_fail (b, what);
}

/* From named tensors, of which convolutions pad as their architecture says: a result is exactly `scale` times as large. */
static AcuNet *
build_from_tensors (const AcuWeights *weights, gboolean training, const AcuSampling *sampling, GError **error)
{
  g_autofree char *name = g_path_get_basename (weights->path);
  AcuNet *net = acu_net_new (name);
  AcuBuilder builder = { net, weights, training, error, .sampling = sampling };
  const AcuArch *arch = recognise_tensors (weights);
  guint last;

  if (!arch)
    acu_build_fail (&builder, _("its tensors are not those of an architecture that Acuity knows"));
  else
    {
      acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
      last = arch->build (&builder, 0);
      net->architecture = g_strdup (arch->name);
      net->marks = arch->marks;
      if (!builder.failed && last != net->layers->len - 1)
        acu_build_fail (&builder, _("its layers cannot be put together"));
      if (!builder.failed && !training && !arch->spare)
        check_unused (&builder);
    }
  if (!builder.failed)
    return net;
  acu_net_unref (net);
  return NULL;
}

AcuNet *
acu_arch_build_training (const AcuWeights *weights, GError **error)
{
  if (!weights->n_records)
    return build_from_tensors (weights, TRUE, NULL, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: networks in this file format cannot be trained."), weights->path);
  return NULL;
}

/* Asks the net itself how much it enlarges. */
static gboolean
find_scale (AcuNet *net, GError **error)
{
  Geometry geometry;

  if (measure (net, &geometry) && geometry.lost == 0 && geometry.align == 1)
    {
      net->scale = geometry.scale;
      return TRUE;
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: this network does not turn a colour picture into an enlarged one."),
               net->name);
  return FALSE;
}

AcuNet *
acu_arch_build (const AcuWeights *weights, GError **error)
{
  return acu_arch_build_sampled (weights, NULL, error);
}

AcuNet *
acu_arch_build_sampled (const AcuWeights *weights, const AcuSampling *sampling, GError **error)
{
  if (!weights->n_records)
    {
      AcuNet *net = build_from_tensors (weights, FALSE, sampling, error);

      if (net && !find_scale (net, error))
        g_clear_pointer (&net, acu_net_unref);
      return net;
    }
  return build_from_records (weights, error);
}
