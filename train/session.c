/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "session.h"

#include "checkpoint.h"
#include "create.h"
#include "arch.h"
#include "degradation.h"
#include "kernels_once.h"
#include "log.h"
#include "model_file.h"
#include "parallel.h"
#include "random.h"
#include "validation.h"
#include "worker.h"

#include <acuity/acuity.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Pixels of the small picture around a crop that are degraded with it. */
#define MARGIN 6
/* Steps whose losses make one row of the log. */
#define LOG_EVERY 50
/* Columns: step, seconds, pictures_per_second, learning_rate, gradient_norm, loss, psnr_y, ssim_y, then each loss. */
enum { COLUMN_SECONDS, COLUMN_SPEED, COLUMN_RATE, COLUMN_NORM, COLUMN_LOSS, COLUMN_PSNR, COLUMN_SSIM, COLUMN_TERMS };

typedef struct Session
{
  const AcuRunFile *run;
  const AcuSessionOptions *options;
  int threads;
  GPtrArray *pictures, *held_out;
  AcuTrainDegradation *degradation;
  AcuWeights *weights;            /* as they were at first: names, shapes, metadata */
  AcuNet *net;
  AcuTrainNet *train;
  AcuOptimiser *optimiser;
  AcuBatches *batches;
  AcuLossTerm terms[ACU_MAX_TERMS];
  guint n_terms;
  AcuWorker *worker;
  AcuTrainLog *log;
  float *gradients;
  char *fingerprint;
  gint64 started, saved;          /* monotonic microseconds */
  gint64 first_step;              /* of this process */
  double sums[ACU_MAX_TERMS], norm;   /* since the last row of the log */
  int summed;
  double psnr, ssim, bicubic;     /* the last validation's */
} Session;

static gboolean
prepare_losses (Session *s, GError **error)
{
  for (guint i = 0; i < s->run->n_losses; i++)
    {
      const AcuRunLoss *wanted = &s->run->losses[i];
      const AcuLoss *loss = acu_loss_find (wanted->name);
      g_autoptr (GString) known = g_string_new (NULL);

      for (const AcuLoss *row = acu_losses; row->name; row++)
        g_string_append_printf (known, "%s%s", known->len ? ", " : "", row->name);
      if (!loss)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [loss] %s: there is no such loss; there are %s."), s->run->path,
                       wanted->name, known->str);
          return FALSE;
        }
      s->terms[s->n_terms++] = (AcuLossTerm) { loss, wanted->weight };
    }
  return TRUE;
}

static gboolean
prepare_pictures (Session *s, AcuBatchOptions *batch, GError **error)
{
  AcuPictureFolders train = { (const char *const *) s->run->train, s->run->shrink, acu_batches_least_side (batch), s->run->most };
  AcuPictureFolders held_out = { (const char *const *) s->run->held_out, 1, 64, s->run->validate_most };
  g_autoptr (GPtrArray) judges = NULL;

  if (!(s->pictures = acu_train_pictures_load (&train, error)) || !(judges = acu_train_pictures_load (&held_out, error)))
    return FALSE;
  if (!s->options->quiet)
    g_printerr (_("%u pictures to learn from, %u held out\n"), s->pictures->len, judges->len);
  batch->pictures = s->pictures;
  s->held_out = acu_held_out_new (judges, s->run->scale, acu_train_degrade, s->degradation, error);
  return s->held_out != NULL;
}

/* The weights to begin with: random, or those of another model where they fit. */
static gboolean
prepare_weights (Session *s, GError **error)
{
  AcuArchOptions options = { s->run->architecture, s->run->scale, s->run->channels, s->run->blocks };
  AcuWeights *start;
  int copied;

  if (!(s->weights = acu_arch_create (&options, (guint64) s->run->seed, error)))
    return FALSE;
  if (!s->run->start)
    return TRUE;
  if (!(start = acu_load_weights (s->run->start, error)))
    return FALSE;
  copied = acu_model_copy_tensors (s->weights, start, error);
  acu_weights_free (start);
  if (copied == 0)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: none of its tensors fits the network of %s."), s->run->start, s->run->path);
  return copied > 0;
}

static gboolean
prepare_net (Session *s, GError **error)
{
  if (!prepare_weights (s, error) || !(s->net = acu_arch_build_training (s->weights, error))
      || !(s->train = acu_train_net_new (s->net, s->weights, acu_kernels (), error)))
    return FALSE;
  s->optimiser = acu_optimiser_new (&s->run->optimiser, s->run->steps, s->train->values, s->train->n_values);
  s->gradients = acu_try_alloc0 (s->train->n_values, sizeof (float));
  if (s->optimiser && s->gradients)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

/* What decides a run's numbers: the run file, every byte of it. */
static char *
make_fingerprint (const AcuRunFile *run)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (run->path, &text, &length, NULL))
    return g_strdup ("");
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
}

static gboolean
open_log (Session *s, GError **error)
{
  g_autofree char *path = g_build_filename (s->options->folder, "log.csv", NULL);
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  static const char *const fixed[] = { "step", "seconds", "pictures_per_second", "learning_rate", "gradient_norm", "loss", "psnr_y", "ssim_y" };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (columns, (gpointer) fixed[i]);
  for (guint t = 0; t < s->n_terms; t++)
    g_ptr_array_add (columns, (gpointer) s->terms[t].loss->name);
  g_ptr_array_add (columns, NULL);
  s->log = acu_train_log_open (path, (const char *const *) columns->pdata,
                               s->options->restart ? -1 : s->optimiser->step, error);
  return s->log != NULL;
}

static gboolean
resume (Session *s, GError **error)
{
  AcuCheckpointPart part = { "net", s->train->values, s->optimiser };
  gint64 step = -1;

  if (!s->options->restart && !acu_checkpoint_load (s->options->folder, &part, 1, &step, s->fingerprint, error))
    return FALSE;
  if (step >= 0 && !s->options->quiet)
    g_printerr (_("Going on after step %" G_GINT64_FORMAT "\n"), step);
  return TRUE;
}

static gboolean
save (Session *s, GError **error)
{
  AcuCheckpointPart part = { "net", s->train->values, s->optimiser };

  s->saved = g_get_monotonic_time ();
  return acu_checkpoint_save (s->options->folder, &part, 1, s->optimiser->step, s->fingerprint, error);
}

/* The moving average as a net that the engine runs, which is also what the model file holds. */
static gboolean
export_model (Session *s, AcuNet **net, GError **error)
{
  g_autofree char *path = g_build_filename (s->options->folder, "model.safetensors", NULL);
  g_autofree char *steps = g_strdup_printf ("%" G_GINT64_FORMAT, s->optimiser->step);
  const char *const metadata[] = { "format", "pt", "run", s->run->name, "steps", steps, "licence", s->run->licence,
                                   "description", s->run->description, "training_data", s->run->data_licence, NULL };
  AcuWeights *weights = acu_model_weights (s->train, s->optimiser->average, s->weights, error);
  gboolean ok = weights && acu_model_save (weights, path, ACU_TENSOR_F32, metadata, error);

  if (ok && net)
    ok = (*net = acu_arch_build (weights, error)) != NULL;
  acu_weights_free (weights);
  return ok;
}

static gboolean
validate (Session *s, GError **error)
{
  AcuNet *net = NULL;
  AcuScore score;
  gboolean ok = export_model (s, &net, error) && acu_validate (s->held_out, net, s->run->scale, s->threads, &score, error);

  if (net)
    acu_net_unref (net);
  if (ok)
    {
      s->psnr = score.psnr;
      s->ssim = score.ssim;
    }
  return ok;
}

static void
show (Session *s, double loss)
{
  gint64 step = s->optimiser->step;
  double seconds = 1e-6 * (double) (g_get_monotonic_time () - s->started), rate = (double) (step - s->first_step) / MAX (seconds, 1e-6);
  g_autofree char *left = acu_format_seconds ((double) (s->run->steps - step) / rate);

  if (s->options->quiet)
    return;
  g_printerr (isatty (STDERR_FILENO) ? "\r\033[K" : "");
  g_printerr (_("step %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ", loss %.5f, "), step, s->run->steps, loss);
  if (!isnan (s->psnr))
    g_printerr (_("PSNR %.2f dB (%+.2f on bicubic), SSIM %.4f, "), s->psnr, s->psnr - s->bicubic, s->ssim);
  g_printerr (_("%.1f pictures a second, %s left"), rate * s->run->batch * acu_parallel_size (), left);
  g_printerr (isatty (STDERR_FILENO) ? "" : "\n");
}

/* A row of the log. */
static gboolean
report (Session *s, gboolean validated, GError **error)
{
  double row[COLUMN_TERMS + ACU_MAX_TERMS], seconds = 1e-6 * (double) (g_get_monotonic_time () - s->started);
  gint64 step = s->optimiser->step;

  row[COLUMN_SECONDS] = seconds;
  row[COLUMN_SPEED] = (double) (step - s->first_step) * s->run->batch * acu_parallel_size () / MAX (seconds, 1e-6);
  row[COLUMN_RATE] = acu_optimiser_rate (&s->run->optimiser, step - 1, s->run->steps);
  row[COLUMN_NORM] = s->norm / MAX (s->summed, 1);
  row[COLUMN_LOSS] = 0;
  row[COLUMN_PSNR] = validated ? s->psnr : NAN;
  row[COLUMN_SSIM] = validated ? s->ssim : NAN;
  for (guint t = 0; t < s->n_terms; t++)
    {
      row[COLUMN_TERMS + t] = s->sums[t] / MAX (s->summed, 1);
      row[COLUMN_LOSS] += row[COLUMN_TERMS + t] * s->terms[t].weight;
      s->sums[t] = 0;
    }
  s->norm = 0;
  s->summed = 0;
  show (s, row[COLUMN_LOSS]);
  return acu_train_log_add (s->log, step, row, error);
}

/* The mean over all processes, which have as many pictures each. */
static void
share (Session *s, double *losses)
{
  int processes = acu_parallel_size ();

  if (processes == 1)
    return;
  acu_parallel_add (s->gradients, s->train->n_values);
  for (gsize i = 0; i < s->train->n_values; i++)
    s->gradients[i] /= (float) processes;
  acu_parallel_add_doubles (losses, s->n_terms);
  for (guint t = 0; t < s->n_terms; t++)
    losses[t] /= processes;
}

static gboolean
step (Session *s, GError **error)
{
  double losses[ACU_MAX_TERMS], norm;
  const AcuBatch *batch = acu_batches_next (s->batches, error);

  if (!batch)
    return FALSE;
  acu_train_net_pack (s->train, s->train->values, s->threads);
  acu_worker_run (s->worker, batch, s->gradients, losses);
  share (s, losses);
  norm = acu_optimiser_step (s->optimiser, s->train->values, s->gradients, s->threads);
  if (!isfinite (norm))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_OUTPUT,
                   _("Step %" G_GINT64_FORMAT ": the gradient is no number. A lower learning rate, or a limit on the gradient (clip), helps."),
                   s->optimiser->step);
      return FALSE;
    }
  for (guint t = 0; t < s->n_terms; t++)
    s->sums[t] += losses[t];
  s->norm += norm;
  s->summed++;
  return TRUE;
}

/* Files are the first process's business; the others wait for it at the next step. */
static gboolean
is_first (void)
{
  return acu_parallel_rank () == 0;
}

/* The step that has just been made may end a row of the log, an interval of validation, the run. */
static gboolean
after_step (Session *s, GError **error)
{
  gint64 done = s->optimiser->step;
  gboolean last = done == s->run->steps, judged = last || done % s->run->validate_every == 0;

  if (!is_first ())
    return TRUE;
  if (judged && !validate (s, error))
    return FALSE;
  if ((judged || done % LOG_EVERY == 0) && !report (s, judged, error))
    return FALSE;
  /* Rows begin anew at a checkpoint that falls between them: it is made where one has just ended. */
  if (last || ((judged || done % LOG_EVERY == 0) && g_get_monotonic_time () - s->saved > s->run->checkpoint_seconds * G_USEC_PER_SEC))
    return save (s, error);
  return TRUE;
}

static gboolean
loop (Session *s, GError **error)
{
  while (s->optimiser->step < s->run->steps)
    {
      if (!step (s, error) || !after_step (s, error))
        return FALSE;
      if (acu_parallel_any (s->options->stop && s->options->stop ()))
        {
          if (!is_first () || save (s, error))
            g_set_error (error, ACU_ERROR, ACU_ERROR_CANCELLED,
                         _("Stopped after step %" G_GINT64_FORMAT "; the same command goes on from there."), s->optimiser->step);
          return FALSE;
        }
    }
  if (!s->options->quiet)
    g_printerr (isatty (STDERR_FILENO) ? "\n" : "");
  return !is_first () || export_model (s, NULL, error);
}

static gboolean
prepare (Session *s, GError **error)
{
  int processes = acu_parallel_size ();
  AcuBatchOptions batch = { .seed = (guint64) s->run->seed, .size = s->run->batch * processes, .first = acu_parallel_rank (),
                            .every = processes, .side = s->run->side,
                            .margin = MARGIN, .scale = s->run->scale, .degrade = acu_train_degrade };
  AcuScore bicubic;

  if (g_mkdir_with_parents (s->options->folder, 0777) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be made: %s."), s->options->folder, g_strerror (errno));
      return FALSE;
    }
  s->fingerprint = make_fingerprint (s->run);
  if (!prepare_losses (s, error) || !(s->degradation = acu_train_degradation_new (s->run, error)) || !prepare_net (s, error)
      || !resume (s, error) || !prepare_pictures (s, &batch, error))
    return FALSE;
  /* Nobody writes a checkpoint that another is still reading. */
  acu_parallel_any (FALSE);
  if (is_first () && ((s->options->restart && !acu_checkpoint_remove (s->options->folder, error)) || !open_log (s, error)))
    return FALSE;
  batch.degrade_data = s->degradation;
  if (!acu_validate (s->held_out, NULL, s->run->scale, s->threads, &bicubic, error))
    return FALSE;
  s->bicubic = bicubic.psnr;
  if (!s->options->quiet)
    g_printerr (_("Bicubic: PSNR %.2f dB, SSIM %.4f\n"), bicubic.psnr, bicubic.ssim);
  s->worker = acu_worker_new (s->train, s->terms, s->n_terms, s->run->batch, s->run->side, s->run->scale, s->threads, error);
  s->batches = s->worker ? acu_batches_new (&batch, s->optimiser->step, error) : NULL;
  s->first_step = s->optimiser->step;
  s->started = s->saved = g_get_monotonic_time ();
  return s->batches != NULL;
}

static void
clear (Session *s)
{
  acu_batches_free (s->batches);
  acu_worker_free (s->worker);
  acu_train_log_close (s->log);
  acu_optimiser_free (s->optimiser);
  acu_train_net_free (s->train);
  if (s->net)
    acu_net_unref (s->net);
  acu_weights_free (s->weights);
  acu_train_degradation_free (s->degradation);
  g_clear_pointer (&s->pictures, g_ptr_array_unref);
  g_clear_pointer (&s->held_out, g_ptr_array_unref);
  acu_free (s->gradients);
  g_free (s->fingerprint);
}

gboolean
acu_session_run (const AcuRunFile *run, const AcuSessionOptions *options, GError **error)
{
  Session s = { run, options, run->threads ? run->threads : MAX (1, (int) g_get_num_processors () / acu_parallel_size ()), .psnr = NAN, .ssim = NAN };
  gboolean ok = prepare (&s, error) && loop (&s, error);

  clear (&s);
  return ok;
}
