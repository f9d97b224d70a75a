/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Models by name: what can be had, what is there, and where. */
#ifndef ACU_MODEL_H
#define ACU_MODEL_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * AcuModelFile:
 * @entry: path inside the package's archive
 * @sha256: lower-case hexadecimal checksum of its contents
 * @bytes: its exact size
 */
typedef struct AcuModelFile
{
  char *entry;
  char *sha256;
  guint64 bytes;
} AcuModelFile;

/**
 * AcuModelInfo:
 * @name: the name that `--model` takes: the base name of its files, or a classic filter's name
 * @label: a short plain name for dialogs ("Real-ESRGAN, photos (slow)")
 * @description: what it is good for, in one sentence
 * @architecture: "RRDB", "SRVGG (compact)", "SPAN", "CUNet", ... ; "resampler" for classic filters
 * @licence: SPDX identifier, or a sentence; "unknown" for the user's own files
 * @scale: its own factor; 0 for classic filters, which have every factor
 * @bytes: size of its weights
 * @package, @version: where `acuity models install` takes it from; NULL for others
 * @param, @bin: its two files in the package; empty for others. Of a helper, @bin is its one .onnx file
 * @path: where it is: a .param, .safetensors, .pth, .pt or .ckpt file, or "resource://…" for a built-in network; NULL: not installed. Classic filters have none and
 *   are always there
 * @clean_path: weights of the same network that clean noise, blur and JPEG blocks away, which AcuUpscalerParams.clean mixes in; NULL: it has none.
 *   Of the user's own models: NAME-clean.safetensors beside NAME.safetensors
 * @classic: whether it is one of acu_filters_all()
 * @built_in: whether the library carries it in itself
 * @diffuses: whether it makes the picture out of noise, so that AcuUpscalerParams.seed, steps and consistency mean something to it; of the user's own models:
 *   whether its file says so
 * @helper: whether it enlarges nothing by itself, but is what an option needs: see acu_models_helpers()
 */
typedef struct AcuModelInfo
{
  char *name, *label, *description, *architecture, *licence;
  int scale;
  guint64 bytes;
  char *package, *version;
  AcuModelFile param, bin;
  char *path, *clean_path;
  gboolean classic, built_in, helper, diffuses;
} AcuModelInfo;

/* Every model of the catalogue and every other model in the folders, catalogue order first. The folders: each in
 * ACUITY_MODELS (separated as in PATH), then $XDG_DATA_HOME/acuity/models. Returns an array of AcuModelInfo* that frees
 * its elements; unref it. Fails only if the built-in catalogue cannot be read. Thread-safe. */
ACU_API GPtrArray *acu_models_list (GError **error);

/* The same of the catalogue's networks that enlarge nothing by themselves, none of which is in acu_models_list(). Their paths are NAME.onnx in one of the folders. */
ACU_API GPtrArray *acu_models_helpers (GError **error);

/* The model that `name` means: a name from the list, "auto" (the built-in one for `scale`), or the path of a
 * .param, .safetensors, .pth, .pt or .ckpt file. Returns a copy to be freed with acu_model_info_free(). ACU_ERROR_NOT_FOUND says how to install it. */
ACU_API AcuModelInfo *acu_model_find (const char *name, double scale, GError **error);

/* Whether that model (as acu_model_find() takes it) is there and has a clean_path. Thread-safe. */
ACU_API gboolean acu_model_cleans (const char *name, double scale);

/* Whether that model is there and makes the picture out of noise, so that seed, steps and consistency mean something to it. Thread-safe. */
ACU_API gboolean acu_model_diffuses (const char *name, double scale);

ACU_API AcuModelInfo *acu_model_info_copy (const AcuModelInfo *info);
ACU_API void acu_model_info_free (AcuModelInfo *info);

/* The folder that models are installed into; may not exist yet. Free with g_free(). */
ACU_API char *acu_models_folder (void);

/* A network's own factor, asked of its files and not of the list (which says 0 for the user's own files). 0 with an error for
 * classic filters, which have every factor, and for files that are no network for RGB pictures. Loads the
 * model; an upscaler made next does not load it again. What is measured of a network when it is used first is measured with `threads` threads, 0 for one per
 * processor. Thread-safe. */
ACU_API int acu_model_scale (const AcuModelInfo *model, int threads, GError **error);

/* Ends what is measured of networks that are used for the first time, in any thread, and begins no more: for a process that ends. It is measured when it is wanted again.
 * Thread-safe. */
ACU_API void acu_models_stop_measuring (void);

/* The net of a model as text, one layer a line with shapes for a width × height picture; free with
 * g_free(). `plan` adds the stages, row windows and buffers that the planner made of it. */
ACU_API char *acu_model_print (const AcuModelInfo *model, int width, int height, gboolean plan, GError **error);

/* What the model asks of a graphics card for a width × height picture, counted, and how long it would take on some, as text; free with g_free().
 * The times are modelled from the cards' data sheets, not measured. */
ACU_API char *acu_model_predict (const AcuModelInfo *model, int width, int height, GError **error);

G_END_DECLS

#endif
