/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "validate.h"

#include "approaches.h"
#include "held_out.h"
#include "keep.h"
#include "random.h"
#include "tool.h"

#include <glib/gi18n.h>
#include <math.h>

#define REAL_LEAST 3

enum { PSNR, SSIM, FEATURES, NIQE, CONSISTENCY, SECONDS, PICTURES, MEASURES };

/* What a table shows of them; the features' name is made for the network. */
static const AcuTableMeasure all_measures[MEASURES] = {
  { "PSNR-Y dB", 2, ACU_BEST_LARGEST },     { "SSIM-Y", 4, ACU_BEST_LARGEST },        { NULL, 4, ACU_BEST_SMALLEST },
  { "NIQE", 2, ACU_BEST_SMALLEST },         { "consistency dB", 2, ACU_BEST_LARGEST }, { "seconds/megapixel", 3, ACU_BEST_NONE },
  { "pictures", 0, ACU_BEST_NONE }
};

/* A folder whose files are known. */
typedef struct Set
{
  const char *folder;
  gboolean real;
  char *name;
  GPtrArray *files;
} Set;

struct AcuValidation
{
  const AcuValidationOptions *options;
  GPtrArray *approaches, *sets;
  AcuFeatureDistance *features;
  char *features_name;
  AcuResultsKeeper *keeper;
  AcuTableMeasure measures[MEASURES];
  guint columns[MEASURES], n_columns;
  GPtrArray *numbers;             /* of rows, freed with it */
  GArray *rows;
  AcuTable table;
  ToolProgress progress;
  char *doing;
  guint done, all;                /* pictures enlarged; those that are left out count as well */
  gint64 started;
};

static void
set_free (gpointer data)
{
  Set *set = data;

  g_free (set->name);
  g_clear_pointer (&set->files, g_ptr_array_unref);
  g_free (set);
}

void
acu_validation_free (AcuValidation *v)
{
  if (!v)
    return;
  g_clear_pointer (&v->approaches, g_ptr_array_unref);
  g_clear_pointer (&v->sets, g_ptr_array_unref);
  acu_feature_distance_free (v->features);
  acu_results_keeper_free (v->keeper);
  g_free (v->features_name);
  g_ptr_array_unref (v->numbers);
  g_array_unref (v->rows);
  g_free (v->doing);
  g_free (v);
}

const AcuTable *
acu_validation_table (const AcuValidation *v)
{
  return &v->table;
}

/* --- before anything is computed --- */

static AcuTrainPicture *
load_picture (const Set *set, guint i, GError **error)
{
  return acu_train_picture_load (set->folder, g_ptr_array_index (set->files, i), 1, set->real ? REAL_LEAST : ACU_HELD_OUT_LEAST, error);
}

static gboolean
has_pictures (const Set *set, GError **error)
{
  for (guint i = 0; i < set->files->len; i++)
    {
      g_autoptr (GError) problem = NULL;
      AcuTrainPicture *picture = load_picture (set, i, &problem);

      acu_train_picture_free (picture);
      if (picture)
        return TRUE;
      if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s: there are no pictures in this folder that are large enough."), set->folder);
  return FALSE;
}

static gboolean
add_set (AcuValidation *v, const AcuValidationSet *wanted, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (wanted->folder, NULL), *last = g_path_get_basename (path);
  Set *set = g_new0 (Set, 1);

  set->folder = wanted->folder;
  set->real = wanted->real;
  set->name = g_filename_display_name (last);
  for (guint i = 0; i < v->sets->len; i++)
    if (g_str_equal (((Set *) g_ptr_array_index (v->sets, i))->name, set->name))
      {
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Two folders of pictures are called “%s”; sets are told apart by their names."), set->name);
        set_free (set);
        return FALSE;
      }
  g_ptr_array_add (v->sets, set);
  set->files = acu_train_pictures_list (set->folder, error);
  return set->files && has_pictures (set, error);
}

static gboolean
prepare_features (AcuValidation *v, GError **error)
{
  g_autofree char *name = NULL;

  if (!v->options->features)
    return TRUE;
  v->features = acu_approach_features (v->options->features, ACU_VALIDATION_DEPTHS, &name, error);
  v->features_name = g_strdup_printf ("feature distance (%s)", name);
  return v->features && acu_approaches_may_judge (v->approaches, v->features, name, error);
}

static gboolean
prepare (AcuValidation *v, GError **error)
{
  v->approaches = acu_approaches_new (v->options->models, v->options->scale, error);
  if (!v->approaches || !prepare_features (v, error))
    return FALSE;
  for (guint i = 0; i < v->options->n_sets; i++)
    if (!add_set (v, &v->options->sets[i], error))
      return FALSE;
  for (guint i = 0; i < v->sets->len; i++)
    v->all += ((Set *) g_ptr_array_index (v->sets, i))->files->len * v->approaches->len;
  for (guint m = 0; m < MEASURES; m++)
    if (m != FEATURES || v->features)
      {
        v->measures[v->n_columns] = all_measures[m];
        v->columns[v->n_columns++] = m;
        if (m == FEATURES)
          v->measures[v->n_columns - 1].name = v->features_name;
      }
  if (v->options->save && !(v->keeper = acu_results_keeper_new (v->options->save, error)))
    return FALSE;
  v->started = g_get_monotonic_time ();
  return TRUE;
}

/* --- one picture --- */

static gboolean
show_progress (gpointer data, double fraction, double seconds_left)
{
  AcuValidation *v = data;
  double done = (v->done + fraction) / v->all, seconds = 1e-6 * (double) (g_get_monotonic_time () - v->started);

  return tool_progress (&v->progress, done, done > 0 && seconds > 0.5 ? seconds / done * (1 - done) : -1);
}

static void
say_doing (AcuValidation *v, const AcuHeldOut *picture, const AcuApproach *approach)
{
  g_free (v->doing);
  v->doing = g_strdup_printf ("%s, %s", picture->name, approach->name);
  v->progress.name = v->doing;
  show_progress (v, 0, -1);
}

static float *
enlarge (AcuValidation *v, const AcuHeldOut *picture, const AcuApproach *approach, double *seconds, GError **error)
{
  const AcuUpscalerParams *how = acu_upscaler_params (.model = approach->model, .device = "cpu", .threads = v->options->threads,
                                                      .precision = v->options->precision);

  return approach->model ? acu_held_out_upscale (picture, how, v->options->scale, show_progress, v, seconds, error)
                         : acu_held_out_enlarge (picture, NULL, v->options->scale, v->options->threads, seconds, error);
}

/* What is too small for NIQE has none. */
static gboolean
measure_niqe (const AcuMetricPicture *made, int border, double *value, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (acu_measure_niqe (made, border, value, &problem) || g_error_matches (problem, ACU_ERROR, ACU_ERROR_ARGUMENT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
measure (AcuValidation *v, const AcuHeldOut *picture, const float *result, double *values, GError **error)
{
  int scale = v->options->scale;
  const AcuMetricPicture made = { result, picture->width, picture->height, 3 }, truth = { picture->large, picture->width, picture->height, 3 };
  const AcuMetricPicture given = { picture->small, picture->width / scale, picture->height / scale, 3 };

  if (picture->large && !acu_held_out_measure (picture, result, scale, &values[PSNR], &values[SSIM], error))
    return FALSE;
  if (picture->large && v->features
      && !acu_feature_distance_measure (v->features, &made, &truth, scale, v->options->threads, &values[FEATURES], error))
    return FALSE;
  return measure_niqe (&made, scale, &values[NIQE], error) && acu_measure_consistency (&made, &given, 1, &values[CONSISTENCY], error);
}

static gboolean
judge_approach (AcuValidation *v, const Set *set, const AcuHeldOut *picture, const AcuApproach *approach, double *values, GError **error)
{
  float *result;
  gboolean ok;

  for (guint m = 0; m < MEASURES; m++)
    values[m] = NAN;
  say_doing (v, picture, approach);
  result = enlarge (v, picture, approach, &values[SECONDS], error);
  ok = result && measure (v, picture, result, values, error)
       && (!v->keeper || acu_results_keep (v->keeper, set->folder, set->name, approach->name, picture->name, result, picture->width,
                                               picture->height, error));
  acu_free (result);
  values[PICTURES] = 1;
  v->done++;
  if (!ok)
    g_prefix_error (error, "%s, %s: ", picture->name, approach->name);
  return ok;
}

static gboolean
degrade (const void *data, const float *large, int width, int height, int scale, guint64 bits, float *small, GError **error)
{
  return acu_degrade (data, bits, scale, large, width, height, small, error);
}

/* --- one set --- */

/* Sums over its pictures. */
typedef struct Sums
{
  double *values;                 /* of approaches × measures */
  guint counts[MEASURES];
  double megapixels;
} Sums;

/* A measure counts when every approach has it. */
static void
add_values (Sums *sums, const double *values, guint approaches)
{
  for (guint m = 0; m < MEASURES; m++)
    {
      gboolean all = TRUE;

      for (guint a = 0; a < approaches; a++)
        all &= !isnan (values[a * MEASURES + m]);
      for (guint a = 0; all && a < approaches; a++)
        {
          double value = values[a * MEASURES + m];

          sums->values[a * MEASURES + m] += m == PSNR || m == CONSISTENCY ? MIN (value, ACU_MOST_DECIBELS) : value;
        }
      sums->counts[m] += all;
    }
}

static gboolean
judge_picture (AcuValidation *v, const Set *set, const AcuTrainPicture *file, Sums *sums, GError **error)
{
  guint64 bits = acu_random_key ((guint64) v->options->seed << 32 | sums->counts[PICTURES]);
  AcuHeldOut *picture = set->real ? acu_held_out_make_real (file, v->options->scale, error)
                                  : acu_held_out_make (file, v->options->scale, degrade, v->options->degradation, bits, error);
  g_autofree double *values = g_new (double, v->approaches->len * MEASURES);
  gboolean ok = picture != NULL;

  if (!ok)
    g_prefix_error (error, "%s: ", file->name);
  else if (v->keeper)
    ok = acu_results_keep (v->keeper, set->folder, set->name, ACU_RESULTS_GIVEN, picture->name, picture->small, picture->width / v->options->scale,
                           picture->height / v->options->scale, error);
  for (guint a = 0; ok && a < v->approaches->len; a++)
    ok = judge_approach (v, set, picture, g_ptr_array_index (v->approaches, a), values + a * MEASURES, error);
  if (ok)
    {
      sums->megapixels += 1e-6 * picture->width * picture->height;
      add_values (sums, values, v->approaches->len);
    }
  acu_held_out_free (picture);
  return ok;
}

static void
add_rows (AcuValidation *v, const Set *set, const Sums *sums)
{
  for (guint a = 0; a < v->approaches->len; a++)
    {
      const double *values = sums->values + a * MEASURES;
      double *numbers = g_new (double, v->n_columns);
      AcuTableRow row = { set->name, ((AcuApproach *) g_ptr_array_index (v->approaches, a))->name, numbers };

      for (guint c = 0; c < v->n_columns; c++)
        {
          guint m = v->columns[c];
          double by = m == SECONDS ? sums->megapixels : m == PICTURES ? 1 : sums->counts[m];

          numbers[c] = by > 0 ? values[m] / by : NAN;
        }
      g_ptr_array_add (v->numbers, numbers);
      g_array_append_val (v->rows, row);
    }
}

static void
leave_out (AcuValidation *v, const char *name, const GError *problem)
{
  tool_progress_end (&v->progress);
  g_printerr (_("%s is left out: %s\n"), name, problem->message);
  v->done += v->approaches->len;
}

static gboolean
judge_set (AcuValidation *v, const Set *set, GError **error)
{
  g_autofree double *values = g_new0 (double, v->approaches->len * MEASURES);
  Sums sums = { values };
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < set->files->len; i++)
    {
      g_autoptr (GError) problem = NULL;
      AcuTrainPicture *picture = load_picture (set, i, &problem);

      if (picture)
        ok = judge_picture (v, set, picture, &sums, error);
      else if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          ok = FALSE;
        }
      else
        leave_out (v, g_ptr_array_index (set->files, i), problem);
      acu_train_picture_free (picture);
    }
  if (ok && sums.counts[NIQE] < sums.counts[PICTURES])
    {
      tool_progress_end (&v->progress);
      g_printerr (_("%s: NIQE is the mean over %u of %u pictures; the others are too small or too flat for it.\n"), set->name, sums.counts[NIQE],
                  sums.counts[PICTURES]);
    }
  if (ok)
    add_rows (v, set, &sums);
  return ok;
}

AcuValidation *
acu_validation_run (const AcuValidationOptions *options, GError **error)
{
  AcuValidation *v = g_new0 (AcuValidation, 1);
  gboolean ok;

  v->options = options;
  v->progress.quiet = options->quiet;
  v->sets = g_ptr_array_new_with_free_func (set_free);
  v->numbers = g_ptr_array_new_with_free_func (g_free);
  v->rows = g_array_new (FALSE, FALSE, sizeof (AcuTableRow));
  ok = prepare (v, error);
  for (guint i = 0; ok && i < v->sets->len; i++)
    ok = judge_set (v, g_ptr_array_index (v->sets, i), error);
  tool_progress_end (&v->progress);
  v->table = (AcuTable) { v->measures, v->n_columns, (const AcuTableRow *) v->rows->data, v->rows->len };
  if (!ok)
    g_clear_pointer (&v, acu_validation_free);
  return v;
}
