/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* How many times longer a layer takes with a trust map. */
#define TRUSTING 3

static int
versions (const PluginJob *job)
{
  return (int) plugin_values_number (job->values, "candidates");
}

/* How many times longer a layer takes than one run. */
static int
runs (const PluginJob *job)
{
  return versions (job) * (plugin_values_trust (job->values) ? TRUSTING : 1);
}

static void
clear_part (gpointer data)
{
  g_clear_object (&((PluginPart *) data)->result);
  g_clear_object (&((PluginPart *) data)->trust);
  g_clear_pointer (&((PluginPart *) data)->versions, g_ptr_array_unref);
}

GArray *
plugin_job_new_parts (void)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (PluginPart));

  g_array_set_clear_func (parts, clear_part);
  return parts;
}

static const Babl *
format_of (PluginItem item)
{
  GeglBuffer *buffer = plugin_item_buffer (item);
  /* estimates are made in threads */
  const Babl *format = acu_bridge_fixed_format (gegl_buffer_get_format (buffer));

  g_object_unref (buffer);
  return format;
}

static void
add_part (PluginJob *job, PluginItem item, gboolean coverage, const GeglRectangle *source, const GeglRectangle *scaled)
{
  PluginPart part = { .item = item, .coverage = coverage, .source = *source, .scaled = *scaled };

  g_array_append_val (job->parts, part);
}

typedef struct Node
{
  PluginItem item;
  GeglRectangle source, scaled;
} Node;

/* Layers and masks. A list, not recursion: groups may be nested as deep as a file likes. */
void
plugin_job_collect_layers (PluginJob *job)
{
  double x_factor = (double) job->width / plugin_image_width (job->image);
  double y_factor = (double) job->height / plugin_image_height (job->image);
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  int n = 0;
  PluginItem *items = plugin_image_layers (job->image, &n);

  for (int i = 0; i < n; i++)
    {
      Node node = { .item = items[i] };

      plugin_item_rect (node.item, &node.source);
      plugin_scale_layer (&node.source, x_factor, y_factor, &node.scaled);
      g_array_append_val (nodes, node);
    }
  g_free (items);

  for (guint k = 0; k < nodes->len; k++)
    {
      Node node = g_array_index (nodes, Node, k);
      PluginItem mask;

      if (plugin_item_mask (node.item, &mask))
        add_part (job, mask, TRUE, &node.source, &node.scaled);
      if (!plugin_item_is_group (node.item))
        {
          add_part (job, node.item, FALSE, &node.source, &node.scaled);
          continue;
        }
      n = 0;
      items = plugin_item_children (node.item, &n);
      for (int i = 0; i < n; i++)
        {
          Node child = { .item = items[i] };

          plugin_item_rect (child.item, &child.source);
          plugin_scale_child (&child.source, &node.source, &node.scaled, &child.scaled);
          g_array_append_val (nodes, child);
        }
      g_free (items);
    }
  g_array_unref (nodes);
}

void
plugin_job_collect_channels (PluginJob *job)
{
  const GeglRectangle source = { 0, 0, plugin_image_width (job->image), plugin_image_height (job->image) };
  const GeglRectangle scaled = { 0, 0, job->width, job->height };
  PluginItem selection;
  int n = 0;
  PluginItem *items = plugin_image_channels (job->image, &n);

  for (int i = 0; i < n; i++)
    add_part (job, items[i], TRUE, &source, &scaled);
  g_free (items);
  if (plugin_image_selection (job->image, &selection))
    add_part (job, selection, TRUE, &source, &scaled);
}

void
plugin_bridge_layer (AcuBridgeJob *bridge, const PluginValues *values, const Babl *space)
{
  bridge->device = plugin_values_text (values, "device");
  bridge->precision = plugin_values_text (values, "precision");
  bridge->model = plugin_values_text (values, "model");
  bridge->space = space;
  bridge->text = plugin_values_text (values, "text");
  bridge->text_strength = plugin_values_number (values, "text-strength");
  bridge->faces = plugin_values_text (values, "faces");
  bridge->face_strength = plugin_values_number (values, "face-strength");
  bridge->strength = plugin_values_number (values, "strength");
  bridge->clean = plugin_values_number (values, "clean");
  bridge->seed = (int) plugin_values_number (values, "seed");
  bridge->steps = (int) plugin_values_number (values, "steps");
  bridge->consistency = plugin_values_number (values, "consistency");
  bridge->faithful = plugin_values_number (values, "faithful");
  bridge->linear_light = plugin_values_number (values, "linear-light") != 0;
}

static void
bridge_job (const PluginJob *job, const PluginPart *part, GeglBuffer *input, AcuBridgeJob *bridge)
{
  const char *model = plugin_values_text (job->values, "model");

  memset (bridge, 0, sizeof *bridge);
  bridge->input = input;
  bridge->rect = (GeglRectangle) { 0, 0, part->source.width, part->source.height };
  bridge->size = (AcuSize) { .mode = ACU_SIZE_PIXELS, .width = part->scaled.width, .height = part->scaled.height };
  bridge->device = plugin_values_text (job->values, "device");
  bridge->precision = plugin_values_text (job->values, "precision");
  if (part->coverage)
    {
      /* Networks know photos, not masks. Mitchell, because sharper filters overshoot so far that a selection with hard
       * edges would get ripples around itself, and be larger than it was. */
      bridge->model = g_str_equal (model, "nearest") ? model : "mitchell";
      bridge->linear_light = (babl_get_model_flags (gegl_buffer_get_format (input)) & BABL_MODEL_FLAG_LINEAR) != 0;
    }
  else
    plugin_bridge_layer (bridge, job->values, job->space);
}

gboolean
plugin_layer_scaled (PluginImage image, const PluginValues *values, PluginItem layer, GeglRectangle *source, GeglRectangle *scaled, GError **error)
{
  PluginJob job = { .image = image };
  gboolean found = FALSE;

  plugin_values_size (values, &job.size);
  if (!plugin_values_check (values, error)
      || !acu_size_resolve (&job.size, plugin_image_width (image), plugin_image_height (image), &job.width, &job.height, error))
    return FALSE;
  job.parts = plugin_job_new_parts ();
  plugin_job_collect_layers (&job);
  for (guint i = 0; i < job.parts->len && !found; i++)
    {
      const PluginPart *part = &g_array_index (job.parts, PluginPart, i);

      found = part->item == layer && !part->coverage;
      *source = part->source;
      *scaled = part->scaled;
    }
  g_array_unref (job.parts);
  if (!found)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The layer is no longer there."));
  return found;
}

/* Every part is planned before any is computed; the plans are made again later, because each holds its buffers. */
static gboolean
plan_part (PluginJob *job, PluginPart *part, GError **error)
{
  /* A plan asks for no more of the pixels than their format. */
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 1, 1), part->format);
  AcuBridgeJob bridge;
  AcuUpscaler *upscaler;

  bridge_job (job, part, input, &bridge);
  upscaler = acu_bridge_plan (&bridge, error);
  g_object_unref (input);
  if (!upscaler)
    return FALSE;
  part->operations = MAX (1, acu_upscaler_operations (upscaler)) * (part->coverage ? 1 : runs (job));
  job->operations += part->operations;
  job->memory = MAX (job->memory, acu_upscaler_memory (upscaler));
  if (job->share > 0)
    job->largest = upscaler;
  else
    acu_upscaler_free (upscaler);
  return TRUE;
}

static void
keep_largest (PluginJob *job)
{
  PluginPart largest = { .source = { 0, 0, 0, 0 } };
  double all = 0, most = 0;

  for (guint i = 0; i < job->parts->len; i++)
    {
      PluginPart *part = &g_array_index (job->parts, PluginPart, i);

      double pixels = (double) part->scaled.width * part->scaled.height;

      if (part->coverage)
        continue;
      all += pixels;
      if (pixels > most)
        {
          most = pixels;
          largest = *part;
        }
    }
  g_array_set_size (job->parts, 0);
  if (most > 0)
    {
      g_array_append_val (job->parts, largest);
      job->share = all / most;
    }
}

gboolean
plugin_job_plan (PluginJob *job, GError **error)
{
  for (guint i = 0; i < job->parts->len; i++)
    if (!plan_part (job, &g_array_index (job->parts, PluginPart, i), error))
      return FALSE;
  return TRUE;
}

PluginJob *
plugin_job_new (PluginImage image, const PluginValues *values, gboolean largest_only, GError **error)
{
  PluginJob *job = g_new0 (PluginJob, 1);

  job->image = image;
  job->values = values;
  job->parts = plugin_job_new_parts ();
  if (!plugin_values_check (values, error))
    goto failed;
  plugin_values_size (values, &job->size);
  if (!acu_size_resolve (&job->size, plugin_image_width (image), plugin_image_height (image), &job->width,
                         &job->height, error))
    goto failed;
  if (job->width > GIMP_MAX_IMAGE_SIZE || job->height > GIMP_MAX_IMAGE_SIZE)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("GIMP cannot hold an image of %d × %d pixels."), job->width,
                   job->height);
      goto failed;
    }
  if (versions (job) > 1 && !acu_candidates_differ (plugin_values_text (values, "model"), plugin_values_factor (values, plugin_image_width (image), plugin_image_height (image)),
                                                    plugin_values_number (values, "strength")))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, acu_candidates_same_text ());
      goto failed;
    }
  job->source_width = plugin_image_width (image);
  job->source_height = plugin_image_height (image);
  job->space = plugin_image_space (image);
  plugin_job_collect_layers (job);
  if (largest_only)
    keep_largest (job);
  else
    plugin_job_collect_channels (job);
  for (guint i = 0; i < job->parts->len; i++)
    {
      PluginPart *part = &g_array_index (job->parts, PluginPart, i);

      part->format = format_of (part->item);
    }
  if (largest_only || plugin_job_plan (job, error))
    return job;

failed:
  plugin_job_free (job);
  return NULL;
}

void
plugin_job_free (PluginJob *job)
{
  if (!job)
    return;
  acu_upscaler_free (job->largest);
  g_array_unref (job->parts);
  g_clear_pointer (&job->timer, g_timer_destroy);
  g_free (job->said);
  g_free (job);
}

guint64
plugin_job_memory (const PluginJob *job)
{
  return job->memory;
}

const char *
plugin_job_device_note (const PluginJob *job)
{
  const char *wanted = plugin_values_text (job->values, "device");
  gboolean named = wanted[0] && !g_str_equal (wanted, "auto") && !g_str_equal (wanted, "cpu");

  if (!job->largest || !named)
    return NULL;
  if (g_str_equal (acu_upscaler_device (job->largest), "cpu"))
    return g_str_equal (plugin_values_text (job->values, "text"), "off") ? _("The processor does this, not the graphics card.")
                                                                          : _("The processor does this: graphics cards cannot look for text yet.");
  return g_str_equal (plugin_values_text (job->values, "faces"), "off") ? NULL : _("Faces are looked for by the processor, the rest is done by the graphics card.");
}

double
plugin_job_seconds (const PluginJob *job)
{
  double seconds = job->largest ? acu_upscaler_estimate_seconds (job->largest) : -1;

  return seconds < 0 ? -1 : seconds * job->share * runs (job);
}

gboolean
plugin_job_measure (PluginJob *job)
{
  return job->largest && acu_upscaler_measure_seconds (job->largest) >= 0;
}

/* GIMP's Cancel ends the whole process, so this never asks to stop. */
static gboolean
report (gpointer data, double fraction, double seconds_left)
{
  PluginJob *job = data;
  double share = (job->done + fraction * job->current) / job->operations;
  double elapsed = g_timer_elapsed (job->timer, NULL);
  char *text;

  if (elapsed > 2 && share > 0.01)
    {
      char *left = acu_format_seconds (elapsed / share * (1 - share));

      text = g_strdup_printf (_("Upscaling, %s left"), left);
      g_free (left);
    }
  else
    text = g_strdup (_("Upscaling"));
  if (g_strcmp0 (text, job->said) != 0)
    gimp_progress_set_text (text);
  g_free (job->said);
  job->said = text;
  gimp_progress_update (CLAMP (share, 0, 1));
  return TRUE;
}

/* Whole-number formats are clamped by the bridge. */
static gboolean
clamp_coverage (GeglBuffer *buffer, GError **error)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  const Babl *type = babl_format_get_type (format, 0);
  int width = gegl_buffer_get_width (buffer);
  int height = gegl_buffer_get_height (buffer);
  gboolean linear = (babl_get_model_flags (format) & BABL_MODEL_FLAG_LINEAR) != 0;
  const Babl *wide = babl_format_with_space (linear ? "Y float" : "Y' float", format);
  float *row;

  if (type != babl_type ("float") && type != babl_type ("half") && type != babl_type ("double"))
    return TRUE;
  row = acu_try_alloc ((guint64) width, sizeof (float));
  if (!row)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory."));
      return FALSE;
    }
  for (int y = 0; y < height; y++)
    {
      const GeglRectangle rect = { 0, y, width, 1 };

      gegl_buffer_get (buffer, &rect, 1.0, wide, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < width; x++)
        row[x] = CLAMP (row[x], 0.0f, 1.0f);
      gegl_buffer_set (buffer, &rect, 0, wide, row, GEGL_AUTO_ROWSTRIDE);
    }
  acu_free (row);
  return TRUE;
}

static GeglBuffer *
run_version (gpointer data, const AcuBridgeJob *bridge, GError **error)
{
  PluginJob *job = data;
  AcuUpscaler *upscaler = acu_bridge_plan (bridge, error);
  GeglBuffer *result = NULL;

  job->done += job->current;
  if (upscaler)
    result = acu_bridge_run (bridge, upscaler, report, job, error);
  acu_upscaler_free (upscaler);
  return result;
}

static gboolean
compute_part (PluginJob *job, PluginPart *part, GError **error)
{
  GeglBuffer *drawable = plugin_item_buffer (part->item);
  /* the copy shares its tiles, and belongs to this process alone */
  GeglBuffer *input = gegl_buffer_dup (drawable);
  AcuBridgeJob bridge;
  AcuUpscaler *upscaler;

  g_object_unref (drawable);
  bridge_job (job, part, input, &bridge);
  if (!part->coverage && plugin_values_number (job->values, "trust-layer") != 0)
    bridge.trust = &part->trust;
  upscaler = acu_bridge_plan (&bridge, error);
  if (upscaler)
    {
      part->result = acu_bridge_run (&bridge, upscaler, report, job, error);
      acu_upscaler_free (upscaler);
    }
  if (part->result && !part->coverage && versions (job) > 1 && !plugin_versions_compute (part, &bridge, versions (job), run_version, job, error))
    g_clear_object (&part->result);
  g_object_unref (input);
  if (part->result && part->coverage && !clamp_coverage (part->result, error))
    g_clear_object (&part->result);
  return part->result != NULL;
}

gboolean
plugin_job_parts_fit (const PluginJob *job, gboolean scaled)
{
  for (guint i = 0; i < job->parts->len; i++)
    {
      const PluginPart *part = &g_array_index (job->parts, PluginPart, i);
      const GeglRectangle *expected = scaled ? &part->scaled : &part->source;
      GeglRectangle rect;

      if (!gimp_item_is_valid (part->item))
        return FALSE;
      plugin_item_rect (part->item, &rect);
      if (rect.width != expected->width || rect.height != expected->height)
        return FALSE;
    }
  return TRUE;
}

/* GIMP works on while a network computes: layers may have come, gone or changed their sizes. */
static gboolean
is_unchanged (const PluginJob *job)
{
  PluginJob now = { .image = job->image, .width = job->width, .height = job->height };
  gboolean same;

  if (!gimp_image_is_valid (job->image) || plugin_image_width (job->image) != job->source_width
      || plugin_image_height (job->image) != job->source_height || !plugin_job_parts_fit (job, FALSE))
    return FALSE;
  now.parts = plugin_job_new_parts ();
  plugin_job_collect_layers (&now);
  plugin_job_collect_channels (&now);
  same = now.parts->len == job->parts->len;
  for (guint i = 0; same && i < now.parts->len; i++)
    {
      const PluginPart *a = &g_array_index (now.parts, PluginPart, i), *b = &g_array_index (job->parts, PluginPart, i);

      same = a->item == b->item && gegl_rectangle_equal (&a->source, &b->source)
             && gegl_rectangle_equal (&a->scaled, &b->scaled);
    }
  g_array_unref (now.parts);
  return same;
}

gboolean
plugin_job_check_unchanged (const PluginJob *job, GError **error)
{
  if (is_unchanged (job))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                       _("The image was changed while it was being upscaled, so the result no longer fits; nothing was done."));
  return FALSE;
}

gboolean
plugin_job_compute (PluginJob *job, GError **error)
{
  gimp_progress_init (_("Upscaling"));
  job->timer = g_timer_new ();
  job->done = 0;
  for (guint i = 0; i < job->parts->len; i++)
    {
      PluginPart *part = &g_array_index (job->parts, PluginPart, i);

      job->current = part->operations / (part->coverage ? 1 : versions (job));
      if (!plugin_job_check_unchanged (job, error) || !compute_part (job, part, error))
        return FALSE;
      job->done += job->current;
    }
  gimp_progress_update (1.0);
  return TRUE;
}
