/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* diffusion_dump FOLDER BEFORE FACTOR: one step of learning of a small diffusion upscaler, for another program to compare: tensors.txt has "NAME OFFSET SHAPE…" a line, of floats in tensors.bin. Of
 * every picture: eta, answer's factor, small, large, what a step reads, base; then the loss and the gradient of every parameter ("gradient NAME"). */
#include "diffusion.h"

#include "arch.h"
#include "create.h"
#include "kernels_once.h"
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 9
#define COUNT 3
#define STEP 7

static FILE *text, *file;
static gsize offset;

static void
write_numbers (const char *name, const float *numbers, guint dimensions, const guint64 *shape)
{
  gsize n = 1;

  fprintf (text, "%s %" G_GSIZE_FORMAT, name, offset);
  for (guint i = 0; i < dimensions; i++)
    {
      fprintf (text, " %" G_GUINT64_FORMAT, shape[i]);
      n *= shape[i];
    }
  fputc ('\n', text);
  if (fwrite (numbers, sizeof (float), n, file) != n)
    g_error ("cannot write");
  offset += n;
}

static void
write_picture (const char *what, int number, const float *numbers, int side, int channels)
{
  g_autofree char *name = g_strdup_printf ("%s%d", what, number);

  write_numbers (name, numbers, 3, (const guint64[]) { (guint64) side, (guint64) side, (guint64) channels });
}

static void
write_number (const char *what, int number, double value)
{
  g_autofree char *name = g_strdup_printf ("%s%d", what, number);
  float as_float = (float) value;

  write_numbers (name, &as_float, 1, (const guint64[]) { 1 });
}

/* Weights that all matter. */
static AcuWeights *
make_weights (int before, int factor)
{
  AcuArchOptions options = { "diffusion", factor, 16, 2 };
  AcuWeights *created = acu_arch_create (&options, 3, NULL), *weights;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (AcuValues));
  GRand *rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < created->tensors->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (created->tensors, i);
      AcuValues values = { tensor->name, tensor->dimensions, { 0 }, (const float *) (const void *) tensor->data };
      g_autofree char *other = g_strconcat ("before", strchr (tensor->name, '.'), NULL);

      memcpy (values.shape, tensor->shape, sizeof values.shape);
      for (guint64 k = 0; k < tensor->count; k++)
        if (g_str_has_suffix (tensor->name, "bias"))
          ((float *) (gpointer) values.values)[k] = (float) g_rand_double_range (rand, -0.1, 0.1);
      if (before && g_str_has_prefix (tensor->name, "first."))
        {
          AcuValues again = values;

          again.name = g_intern_string (other);
          g_array_append_val (all, again);
        }
      g_array_append_val (all, values);
    }
  weights = acu_weights_from_values ("made", (const AcuValues *) (void *) all->data, all->len, NULL);
  g_hash_table_insert (weights->metadata, g_strdup ("kappa"), g_strdup ("1.5"));
  g_hash_table_insert (weights->metadata, g_strdup ("spread"), g_strdup ("0.07"));
  g_hash_table_insert (weights->metadata, g_strdup ("likeness"), g_strdup ("0.6"));
  acu_weights_free (created);
  g_rand_free (rand);
  return weights;
}

static void
dump (const AcuWeights *weights, int before, int factor)
{
  AcuTrainDiffusion *diffusion = acu_train_diffusion_new (weights, 11, FALSE, NULL);
  AcuNet *net = acu_arch_build_training (weights, NULL);
  AcuTrainNet *train = acu_train_net_new (net, weights, acu_kernels (), FALSE, NULL);
  int scale = before * factor, cells = SIDE * before, channels = acu_diffusion_step_channels (factor);
  gsize small = SIDE * SIDE * 3, large = small * (gsize) (scale * scale);
  g_autofree float *smalls = g_new (float, COUNT * small), *larges = g_new (float, COUNT * large), *gradients = g_new (float, train->n_values);
  g_autofree float *input = g_new (float, (gsize) cells * cells * channels), *base = g_new (float, large);
  AcuWorkerOptions options = { .net = train, .terms = { { acu_loss_find ("charbonnier"), 2 } }, .n_terms = 1, .count = COUNT, .side = SIDE,
                               .scale = scale, .threads = 2, .diffusion = diffusion, .first = 1, .every = 2 };
  AcuWorker *worker = acu_worker_new (&options, NULL);
  AcuForward *forward = acu_forward_new (diffusion, SIDE, NULL);
  AcuBatch batch = { STEP, COUNT, smalls, larges };
  GRand *rand = g_rand_new_with_seed (6);
  double loss, eta;

  for (gsize i = 0; i < COUNT * small; i++)
    smalls[i] = (float) g_rand_double (rand);
  for (gsize i = 0; i < COUNT * large; i++)
    larges[i] = (float) g_rand_double (rand);
  acu_train_net_pack (train, train->values, 1);
  for (int i = 0; i < COUNT; i++)
    {
      write_number ("factor", i, acu_forward_fill (forward, smalls + i * small, larges + i * large, STEP, 1 + 2 * (guint64) i, input, base, &eta));
      write_number ("eta", i, eta);
      write_picture ("small", i, smalls + i * small, SIDE, 3);
      write_picture ("large", i, larges + i * large, SIDE * scale, 3);
      write_picture ("input", i, input, cells, channels);
      write_picture ("base", i, base, SIDE * scale, 3);
    }
  acu_worker_run (worker, &batch, gradients, NULL, &loss);
  write_number ("loss", 0, loss);
  for (guint i = 0; i < train->parameters->len; i++)
    {
      const AcuParameter *p = &g_array_index (train->parameters, AcuParameter, i);
      g_autofree char *name = g_strconcat ("gradient/", p->name, NULL);

      write_numbers (name, gradients + p->first, p->dimensions, p->shape);
    }
  acu_worker_free (worker);
  acu_forward_free (forward);
  acu_train_net_free (train);
  acu_net_unref (net);
  acu_train_diffusion_free (diffusion);
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  if (argc != 4)
    return 2;
  {
    int before = atoi (argv[2]), factor = atoi (argv[3]);
    AcuWeights *weights = make_weights (before > 1, factor);
    g_autofree char *names = g_build_filename (argv[1], "tensors.txt", NULL), *numbers = g_build_filename (argv[1], "tensors.bin", NULL);

    text = fopen (names, "w");
    file = fopen (numbers, "wb");
    if (!text || !file)
      g_error ("cannot write to %s", argv[1]);
    for (guint i = 0; i < weights->tensors->len; i++)
      {
        const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);

        write_numbers (tensor->name, (const float *) (const void *) tensor->data, tensor->dimensions, tensor->shape);
      }
    dump (weights, before, factor);
    acu_weights_free (weights);
    return fclose (text) || fclose (file);
  }
}
