/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* gradients_dump FOLDER: runs every net of nets.c forwards and backwards and writes what went in and came out: for another program to compare. NAME.txt
 * has a layer a line; NAME.bin has floats: the picture, the direction (gradient of the result), the result, the gradient of the picture, then of
 * each layer that has them weights, bias, and the gradients of both. */
#include "nets.h"

#include "kernels_once.h"
#include "tape.h"

#include <stdio.h>
#include <string.h>

static void
write_floats (FILE *file, const float *numbers, gsize n)
{
  if (fwrite (numbers, sizeof (float), n, file) != n)
    g_error ("cannot write");
}

static void
write_map (FILE *file, const AcuMap *map)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++)
      write_floats (file, acu_map_row (map, y) + (gsize) x * map->stored, map->channels);
}

static void
write_layer (FILE *text, FILE *file, const AcuTrainNet *train, guint i, const float *gradients)
{
  const AcuLayer *l = acu_net_layer (train->net, i);
  const AcuTrainLayer *mine = &train->layers[i];
  const int numbers[] = { mine->weight, mine->bias };

  fprintf (text, "%s %d %d %d %d %d %d %d %d %d %d %g %g %g %g %d %d", acu_layer_kind_name (l->kind), l->channels, l->kernel_width,
           l->kernel_height, MAX (l->stride, 1), l->left, l->right, l->top, l->bottom, l->factor, (int) l->n_inputs, l->scale[0],
           l->scale[1], l->ratio, l->cubic, mine->weight >= 0, mine->bias >= 0);
  for (guint k = 0; k < l->n_inputs; k++)
    fprintf (text, " %u", l->inputs[k]);
  fputc ('\n', text);
  for (int k = 0; k < 2; k++)
    if (numbers[k] >= 0)
      {
        const AcuParameter *p = &g_array_index (train->parameters, AcuParameter, numbers[k]);

        write_floats (file, train->values + p->first, p->count);
        write_floats (file, gradients + p->first, p->count);
      }
    else if (k == 0 ? l->weights != NULL : l->bias != NULL)
      {
        GBytes *fixed = k == 0 ? l->weights : l->bias;

        write_floats (file, g_bytes_get_data (fixed, NULL), g_bytes_get_size (fixed) / sizeof (float));
      }
}

static void
dump (const TestNet *test, int number, const char *folder)
{
  GRand *rand = g_rand_new_with_seed (20 + number);
  AcuNet *net = test_net_new (test, rand);
  AcuWeights *weights = test_net_weights (net);
  AcuTrainNet *train = acu_train_net_new (net, weights, acu_kernels (), FALSE, NULL);
  AcuTape *tape = acu_tape_new (train, 14, 10, TRUE, TRUE, NULL);
  g_autofree float *picture = g_new (float, 14 * 10 * test->channels), *sums = g_new0 (float, train->n_sums);
  g_autofree float *gradients = g_new0 (float, train->n_values);
  g_autofree char *name = g_strdup_printf ("%s/%d.txt", folder, number), *bin = g_strdup_printf ("%s/%d.bin", folder, number);
  FILE *text = fopen (name, "w"), *file = fopen (bin, "wb");
  const AcuMap *to, *result;

  if (!text || !file)
    g_error ("cannot write to %s", folder);
  for (int i = 0; i < 14 * 10 * test->channels; i++)
    picture[i] = (float) g_rand_double_range (rand, -1, 1);
  acu_train_net_pack (train, train->values, 1);
  result = acu_tape_forward (tape, picture);
  to = acu_tape_output_gradient (tape);
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      for (int c = 0; c < to->channels; c++)
        acu_map_row (to, y)[(gsize) x * to->stored + c] = (float) g_rand_double_range (rand, -1, 1);
  write_floats (file, picture, 14 * 10 * test->channels);
  write_map (file, to);
  acu_tape_backward (tape, sums);
  acu_train_net_collect (train, &sums, 1, 1, gradients, 1);
  write_map (file, result);
  write_map (file, acu_tape_input_gradient (tape));
  fprintf (text, "%s\n", test->name);
  for (guint i = 0; i < net->layers->len; i++)
    write_layer (text, file, train, i, gradients);
  fclose (text);
  fclose (file);
  acu_tape_free (tape);
  acu_train_net_free (train);
  acu_weights_free (weights);
  acu_net_unref (net);
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      g_printerr ("usage: gradients_dump FOLDER\n");
      return 2;
    }
  for (int i = 0; test_nets[i].name; i++)
    dump (&test_nets[i], i, argv[1]);
  return 0;
}
