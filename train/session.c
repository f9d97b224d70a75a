/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "session.h"

#include "checkpoint.h"
#include "arch.h"
#include "degradation.h"
#include "diffusion_model.h"
#include "guide.h"
#include "identity.h"
#include "kernels_once.h"
#include "learner.h"
#include "log.h"
#include "model_file.h"
#include "parallel.h"
#include "random.h"
#include "held_out.h"
#include "worker.h"

#include <acuity/acuity.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
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
  char *identity;                 /* what checkpoints are told apart by */
  AcuTrainDegradation *degradation;
  AcuLearner *learner, *judge;    /* judge: the discriminator, or NULL */
  AcuGuide *features, *teacher;   /* or NULL */
  AcuTrainDiffusion *diffusion;   /* or NULL */
  AcuBatches *batches;
  AcuWorkerOptions work;
  AcuWorker *worker;
  AcuTrainLog *log;
  int lock;                       /* file descriptor of the folder; -1: none */
  gint64 started, saved;          /* monotonic microseconds */
  gint64 first_step;              /* of this process */
  double sums[ACU_MAX_LOSSES], norm;  /* since the last row of the log */
  int summed;
  double psnr, ssim, bicubic;     /* the last validation's; bicubic: NaN where masks are learnt */
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
      s->work.terms[s->work.n_terms++] = (AcuLossTerm) { loss, wanted->weight };
    }
  return TRUE;
}

static gboolean
prepare_pictures (Session *s, AcuBatchOptions *batch, GError **error)
{
  AcuPictureFolders train = { (const char *const *) s->run->train, s->run->shrink, acu_batches_least_side (batch), s->run->most, s->run->masks };
  AcuPictureFolders held_out = { (const char *const *) s->run->held_out, s->run->masks ? s->run->shrink : 1, ACU_HELD_OUT_LEAST,
                                 s->run->validate_most, s->run->masks };
  g_autoptr (GPtrArray) judges = NULL;

  if (!(s->pictures = acu_train_pictures_load (&train, error)) || !(judges = acu_train_pictures_load (&held_out, error)))
    return FALSE;
  if (!s->options->quiet)
    g_printerr (_("%u pictures to learn from, %u held out\n"), s->pictures->len, judges->len);
  batch->pictures = s->pictures;
  s->held_out = acu_held_out_new (judges, s->run->scale, acu_train_degrade, s->degradation, error);
  return s->held_out != NULL;
}

/* The network, and what it is guided by. */
static gboolean
prepare_nets (Session *s, GError **error)
{
  const AcuRunFile *run = s->run;
  AcuArchOptions options = { run->architecture, run->scale, run->channels, run->blocks };
  AcuArchOptions judge = { run->judge_architecture, 1, run->judge_channels, run->judge_blocks, run->first_model != NULL };
  AcuOptimiserOptions judge_optimiser = run->optimiser;
  gboolean bf16 = !run->exact && acu_kernels ()->bf16_quick;
  AcuWeights *weights = run->first_model ? acu_diffusion_model_new (run, error) : acu_arch_create (&options, (guint64) run->seed, error);

  judge_optimiser.rate = run->judge_rate;
  judge_optimiser.least = MIN (run->optimiser.least, run->judge_rate);
  judge_optimiser.decay = 0;
  return (s->learner = acu_learner_new (weights, run->start, &run->optimiser, run->steps, FALSE, bf16, error))
         && (!*run->judge_architecture
             || (s->judge = acu_learner_new (acu_arch_create (&judge, (guint64) run->seed + 1, error), run->judge_start, &judge_optimiser, run->steps,
                                             g_str_equal (run->judge_architecture, "unet-discriminator"), bf16, error)))
         && (!run->first_model || (s->diffusion = acu_train_diffusion_new (s->learner->weights, (guint64) run->seed, bf16, error)))
         && (!run->features_model || (s->features = acu_guide_new (run->features_model, run->features_layer, bf16, error)))
         && (!run->teacher_model || (s->teacher = acu_guide_new (run->teacher_model, NULL, bf16, error)));
}

static gboolean
prepare_worker (Session *s, GError **error)
{
  const AcuRunFile *run = s->run;

  s->work.net = s->learner->train;
  s->work.count = run->batch;
  s->work.side = run->side;
  s->work.scale = run->scale;
  s->work.threads = s->threads;
  s->work.features = s->features ? s->features->train : NULL;
  s->work.features_weight = run->features_weight;
  s->work.teacher = s->teacher ? s->teacher->train : NULL;
  s->work.teacher_weight = run->teacher_weight;
  s->work.judge = s->judge ? s->judge->train : NULL;
  s->work.adversarial_weight = run->judge_weight;
  s->work.diffusion = s->diffusion;
  if (s->diffusion)
    {
      s->diffusion->first_share = run->first_share;
      s->diffusion->used_share = run->used_share;
    }
  s->work.first = acu_parallel_rank ();
  s->work.every = acu_parallel_size ();
  s->work.adversarial = acu_adversarial_loss_find (run->judge_loss);
  if (s->judge && !s->work.adversarial)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [discriminator] loss=%s: it is one of vanilla, relativistic and least-squares."),
                   run->path, run->judge_loss);
      return FALSE;
    }
  return (s->worker = acu_worker_new (&s->work, error)) != NULL;
}

static gboolean
open_log (Session *s, GError **error)
{
  g_autofree char *path = g_build_filename (s->options->folder, "log.csv", NULL);
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  static const char *const fixed[] = { "step", "seconds", "pictures_per_second", "learning_rate", "gradient_norm", "loss", "psnr_y", "ssim_y" };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (columns, (gpointer) fixed[i]);
  for (guint t = 0; t < acu_worker_n_losses (s->worker); t++)
    g_ptr_array_add (columns, (gpointer) acu_worker_loss_name (s->worker, t));
  g_ptr_array_add (columns, NULL);
  s->log = acu_train_log_open (path, (const char *const *) columns->pdata,
                               s->options->restart ? -1 : s->learner->optimiser->step, error);
  return s->log != NULL;
}

static guint
list_parts (const Session *s, AcuCheckpointPart *parts)
{
  parts[0] = (AcuCheckpointPart) { "net", s->learner->train->values, s->learner->optimiser };
  if (s->judge)
    parts[1] = (AcuCheckpointPart) { "discriminator", s->judge->train->values, s->judge->optimiser };
  return s->judge ? 2 : 1;
}

static gboolean
resume (Session *s, GError **error)
{
  AcuCheckpointPart parts[2];
  gint64 step = -1;

  if (!s->options->restart && !acu_checkpoint_load (s->options->folder, parts, list_parts (s, parts), &step, s->identity, error))
    return FALSE;
  if (step >= 0 && !s->options->quiet)
    g_printerr (_("Going on after step %" PRId64 "\n"), step);
  return TRUE;
}

static gboolean
save (Session *s, GError **error)
{
  AcuCheckpointPart parts[2];

  s->saved = g_get_monotonic_time ();
  return acu_checkpoint_save (s->options->folder, parts, list_parts (s, parts), s->learner->optimiser->step, s->identity, error);
}

/* The moving average as a net that the engine runs, which is also what the model file holds. */
static gboolean
export_model (Session *s, AcuNet **net, GError **error)
{
  g_autofree char *path = g_build_filename (s->options->folder, "model.safetensors", NULL);
  g_autofree char *steps = g_strdup_printf ("%" PRId64, s->learner->optimiser->step);
  const char *const metadata[] = { "format", "pt", "run", s->run->name, "steps", steps, "licence", s->run->licence,
                                   "description", s->run->description, "training_data", s->run->data_licence, NULL };
  AcuWeights *weights = acu_model_weights (s->learner->train, s->learner->optimiser->average, s->learner->weights, error);
  gboolean ok = weights && acu_model_save (weights, path, ACU_TENSOR_F32, metadata, error);

  if (ok && net)
    ok = (*net = acu_arch_build (weights, error)) != NULL;
  acu_weights_free (weights);
  return ok;
}

/* What another run may begin with. */
static gboolean
export_judge (Session *s, GError **error)
{
  g_autofree char *path = g_build_filename (s->options->folder, "discriminator.safetensors", NULL);
  AcuWeights *weights = s->judge ? acu_model_weights (s->judge->train, s->judge->train->values, s->judge->weights, error) : NULL;
  gboolean ok = !s->judge || (weights && acu_model_save (weights, path, ACU_TENSOR_F32, NULL, error));

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
  gint64 step = s->learner->optimiser->step;
  double seconds = 1e-6 * (double) (g_get_monotonic_time () - s->started), rate = (double) (step - s->first_step) / MAX (seconds, 1e-6);
  g_autofree char *left = acu_format_seconds ((double) (s->run->steps - step) / rate);

  if (s->options->quiet)
    return;
  g_printerr (isatty (STDERR_FILENO) ? "\r\033[K" : "");
  g_printerr (_("step %" PRId64 " of %" PRId64 ", loss %.5f, "), step, s->run->steps, loss);
  if (!isnan (s->psnr) && isnan (s->bicubic))
    g_printerr (_("PSNR %.2f dB, SSIM %.4f, "), s->psnr, s->ssim);
  else if (!isnan (s->psnr))
    g_printerr (_("PSNR %.2f dB (%+.2f on bicubic), SSIM %.4f, "), s->psnr, s->psnr - s->bicubic, s->ssim);
  g_printerr (_("%.1f pictures a second, %s left"), rate * s->run->batch * acu_parallel_size (), left);
  g_printerr (isatty (STDERR_FILENO) ? "" : "\n");
}

/* A row of the log. */
static gboolean
report (Session *s, gboolean validated, GError **error)
{
  double row[COLUMN_TERMS + ACU_MAX_LOSSES], seconds = 1e-6 * (double) (g_get_monotonic_time () - s->started);
  gint64 step = s->learner->optimiser->step;

  row[COLUMN_SECONDS] = seconds;
  row[COLUMN_SPEED] = (double) (step - s->first_step) * s->run->batch * acu_parallel_size () / MAX (seconds, 1e-6);
  row[COLUMN_RATE] = acu_optimiser_rate (&s->run->optimiser, step - 1, s->run->steps);
  row[COLUMN_NORM] = s->norm / MAX (s->summed, 1);
  row[COLUMN_LOSS] = 0;
  row[COLUMN_PSNR] = validated ? s->psnr : NAN;
  row[COLUMN_SSIM] = validated ? s->ssim : NAN;
  for (guint t = 0; t < acu_worker_n_losses (s->worker); t++)
    {
      row[COLUMN_TERMS + t] = s->sums[t] / MAX (s->summed, 1);
      row[COLUMN_LOSS] += row[COLUMN_TERMS + t] * acu_worker_loss_weight (s->worker, t);
      s->sums[t] = 0;
    }
  s->norm = 0;
  s->summed = 0;
  show (s, row[COLUMN_LOSS]);
  return acu_train_log_add (s->log, step, row, error);
}

/* The mean over all processes, which have as many pictures each. */
static void
share_gradients (AcuLearner *learner)
{
  int processes = acu_parallel_size ();

  if (processes == 1)
    return;
  acu_parallel_add (learner->gradients, learner->train->n_values);
  for (gsize i = 0; i < learner->train->n_values; i++)
    learner->gradients[i] /= (float) processes;
}

static double
learn (Session *s, AcuLearner *learner)
{
  share_gradients (learner);
  return acu_learner_step (learner, s->threads);
}

static gboolean
step (Session *s, GError **error)
{
  double losses[ACU_MAX_LOSSES], norm;
  guint n = acu_worker_n_losses (s->worker);
  const AcuBatch *batch = acu_batches_next (s->batches, error);

  if (!batch)
    return FALSE;
  acu_learner_prepare (s->learner, s->threads);
  if (s->judge)
    acu_learner_prepare (s->judge, s->threads);
  acu_worker_run (s->worker, batch, s->learner->gradients, s->judge ? s->judge->gradients : NULL, losses);
  norm = learn (s, s->learner);
  if (s->judge)
    {
      double judge_norm = learn (s, s->judge);

      norm = isfinite (judge_norm) ? norm : judge_norm;
    }
  if (!isfinite (norm))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_OUTPUT,
                   _("Step %" PRId64 ": the gradient is no number. A lower learning rate, or a limit on the gradient (clip), helps."),
                   s->learner->optimiser->step);
      return FALSE;
    }
  acu_parallel_add_doubles (losses, n);
  for (guint t = 0; t < n; t++)
    s->sums[t] += losses[t] / acu_parallel_size ();
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
  gint64 done = s->learner->optimiser->step;
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
  while (s->learner->optimiser->step < s->run->steps)
    {
      if (!step (s, error) || !after_step (s, error))
        return FALSE;
      if (acu_parallel_any (s->options->stop && s->options->stop ()))
        {
          if (!is_first () || save (s, error))
            g_set_error (error, ACU_ERROR, ACU_ERROR_CANCELLED,
                         _("Stopped after step %" PRId64 "; the same command goes on from there."), s->learner->optimiser->step);
          return FALSE;
        }
    }
  if (!s->options->quiet)
    g_printerr (isatty (STDERR_FILENO) ? "\n" : "");
  return !is_first () || (export_model (s, NULL, error) && export_judge (s, error));
}

/* Two trainings in one folder would take each other's checkpoints. The lock goes with the process. */
static gboolean
lock_folder (Session *s, GError **error)
{
  s->lock = open (s->options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (s->lock >= 0 && flock (s->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (s->lock >= 0 && errno == EWOULDBLOCK)
    g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("Another training is using the folder %s."), s->options->folder);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be used: %s."), s->options->folder, g_strerror (errno));
  return FALSE;
}

static gboolean
judge_bicubic (Session *s, GError **error)
{
  AcuScore score;

  if (!acu_validate (s->held_out, NULL, s->run->scale, s->threads, &score, error))
    return FALSE;
  s->bicubic = score.psnr;
  if (!s->options->quiet)
    g_printerr (_("Bicubic: PSNR %.2f dB, SSIM %.4f\n"), score.psnr, score.ssim);
  return TRUE;
}

/* What the steps of a diffusion are to find is measured in what is missing. */
static gboolean
measure (Session *s, AcuBatchOptions *batch, GError **error)
{
  batch->degrade_data = s->degradation;
  if (!s->diffusion)
    return TRUE;
  if (!acu_diffusion_model_measure (s->learner->weights, s->diffusion, s->run, batch, error))
    return FALSE;
  if (!s->options->quiet)
    g_printerr (_("Missing in the first estimate: a standard deviation of %.5f, colours alike to %.3f\n"), s->diffusion->numbers.spread,
                s->diffusion->numbers.likeness);
  return TRUE;
}

static gboolean
prepare (Session *s, GError **error)
{
  int processes = acu_parallel_size ();
  AcuBatchOptions batch = { .seed = (guint64) s->run->seed, .size = s->run->batch * processes, .first = acu_parallel_rank (),
                            .every = processes, .side = s->run->side,
                            .margin = MARGIN, .turns = s->run->turns, .recolour = s->run->recolour, .scale = s->run->scale, .degrade = acu_train_degrade };

  if (g_mkdir_with_parents (s->options->folder, 0777) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be made: %s."), s->options->folder, g_strerror (errno));
      return FALSE;
    }
  if (is_first () && !lock_folder (s, error))
    return FALSE;
  if (!prepare_losses (s, error) || !(s->degradation = acu_train_degradation_new (s->run, error)) || !prepare_nets (s, error)
      || !prepare_worker (s, error) || !prepare_pictures (s, &batch, error) || !measure (s, &batch, error)
      || !(s->identity = acu_train_identity (s->run, s->pictures, processes, s->learner->train->bf16, error)) || !resume (s, error))
    return FALSE;
  /* Nobody writes a checkpoint that another is still reading. */
  acu_parallel_any (FALSE);
  if (is_first () && ((s->options->restart && !acu_checkpoint_remove (s->options->folder, error)) || !open_log (s, error)))
    return FALSE;
  if (!s->run->masks && !judge_bicubic (s, error))
    return FALSE;
  s->batches = acu_batches_new (&batch, s->learner->optimiser->step, error);
  s->first_step = s->learner->optimiser->step;
  s->started = s->saved = g_get_monotonic_time ();
  return s->batches != NULL;
}

static void
clear (Session *s)
{
  if (s->lock >= 0)
    close (s->lock);
  acu_batches_free (s->batches);
  acu_worker_free (s->worker);
  acu_train_log_close (s->log);
  acu_learner_free (s->learner);
  acu_learner_free (s->judge);
  acu_guide_free (s->features);
  acu_guide_free (s->teacher);
  acu_train_diffusion_free (s->diffusion);
  acu_train_degradation_free (s->degradation);
  g_free (s->identity);
  g_clear_pointer (&s->pictures, g_ptr_array_unref);
  g_clear_pointer (&s->held_out, g_ptr_array_unref);
}

gboolean
acu_session_run (const AcuRunFile *run, const AcuSessionOptions *options, GError **error)
{
  Session s = { run, options, run->threads ? run->threads : MAX (1, (int) g_get_num_processors () / acu_parallel_size ()), .lock = -1,
                .psnr = NAN, .ssim = NAN, .bicubic = NAN };
  gboolean ok = prepare (&s, error) && loop (&s, error);

  clear (&s);
  return ok;
}
