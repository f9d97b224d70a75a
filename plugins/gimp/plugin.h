/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GIMP plug-in: what its files share. */
#ifndef ACU_GIMP_PLUGIN_H
#define ACU_GIMP_PLUGIN_H

#include <acuity/acuity.h>

#include "compat.h"

#define PLUGIN_PROCEDURE "plug-in-acuity-upscale"
#define PLUGIN_BINARY "acuity-upscale"
#define PLUGIN_MENU_PATH "<Image>/Filters/Enhance"
#define PLUGIN_IMAGE_TYPES "RGB*, GRAY*, INDEXED*"

#define PLUGIN_MAX_OPTIONS 40
#define PLUGIN_MAX_TEXT 1024

/* The value of each row of acu_options_all(), at the row's index. Plain data. */
typedef struct PluginValue
{
  double number;
  char text[PLUGIN_MAX_TEXT];
} PluginValue;

typedef struct PluginValues
{
  PluginValue value[PLUGIN_MAX_OPTIONS];
} PluginValues;

/* Calls the body for each option that GIMP shows; `option` and `index` are its row and the row's number. */
#define plugin_for_each_option(option, index)                                                             \
  for (int index = 0; index < PLUGIN_MAX_OPTIONS && acu_options_all ()[index].key; index++)                      \
    for (const AcuOption *option = &acu_options_all ()[index]; option && (option->use & ACU_OPTION_GIMP); option = NULL)

void plugin_values_defaults (PluginValues *values);
/* A text that is too long is cut off. */
void plugin_values_set_text (PluginValues *values, int index, const char *text);
/* By key; the key must be in the table. */
double plugin_values_number (const PluginValues *values, const char *key);
const char *plugin_values_text (const PluginValues *values, const char *key);
int plugin_option_index (const char *key);
/* Whether every value is inside its option's range or choices. ACU_ERROR_ARGUMENT. */
gboolean plugin_values_check (const PluginValues *values, GError **error);
/* Whether an option says how large the result is to be. */
gboolean plugin_option_is_size (const AcuOption *option);
/* The same, or says what else becomes of the whole image: not asked for where one layer is made better at its own size. */
gboolean plugin_option_is_about_image (const AcuOption *option);
/* Whether they ask for what needs a trust map, and three times as long. */
gboolean plugin_values_trust (const PluginValues *values);
/* What the values mean where the result is as large as the picture. */
void plugin_values_keep_size (PluginValues *values);
void plugin_values_size (const PluginValues *values, AcuSize *size);
/* How many times larger they make an image of that size; 2 where they make no sense. */
double plugin_values_factor (const PluginValues *values, int width, int height);

/* Binds the texts to their catalogue: `locale` beside the program if it is there, the installed one otherwise. Returns
 * the folder; free with g_free(). */
char *plugin_bind_texts (void);

/* GIMP's own rule for where scaling an image puts a layer: edges are rounded, halves away from zero. */
void plugin_scale_layer (const GeglRectangle *layer, double x_factor, double y_factor, GeglRectangle *scaled);
/* The same for a layer in a group: sizes and offsets inside of the group are rounded. */
void plugin_scale_child (const GeglRectangle *child, const GeglRectangle *group, const GeglRectangle *scaled_group,
                         GeglRectangle *scaled);

/* The layer that the person works on, or else the largest one. FALSE where there is none with pixels. */
gboolean plugin_image_layer (PluginImage image, PluginItem *layer);

typedef struct PluginJob PluginJob;

/* Works out the new size and plans every layer, mask and channel; computes nothing. Fails with one clear sentence. With `largest_only`, for estimates: nothing
 * but the largest layer, and it is not planned yet; the values must live as long as the job. */
PluginJob *plugin_job_new (PluginImage image, const PluginValues *values, gboolean largest_only, GError **error);
/* Plans it, which loads networks, and may try them out: seconds. In any thread, for GIMP is not asked. */
gboolean plugin_job_plan (PluginJob *job, GError **error);
void plugin_job_free (PluginJob *job);
guint64 plugin_job_memory (const PluginJob *job);      /* peak bytes of computing, without GIMP's own copies */
/* A sentence where another device than the one that was chosen does some of it, or NULL. Only with `largest_only`. */
const char *plugin_job_device_note (const PluginJob *job);
/* Seconds of computing, from earlier jobs on this machine; negative while unknown. Only with `largest_only`. */
double plugin_job_seconds (const PluginJob *job);
/* Finds out how long the largest layer takes, in any thread; FALSE where that fails, and without `largest_only`. */
gboolean plugin_job_measure (PluginJob *job);
/* Computes everything, reporting to GIMP's progress bar. The image is not touched. */
gboolean plugin_job_compute (PluginJob *job, GError **error);
/* All of it: plans, computes and puts the finished results where the option "result" says, in this image as one undo step. *result gets the image they
 * are in: this one, or a new one that is not shown yet. */
gboolean plugin_upscale (PluginImage image, const PluginValues *values, PluginImage *result, GError **error);

#endif
