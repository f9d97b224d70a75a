/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Losses of raw floats.
 *   losses_cli NAME WIDTH HEIGHT CHANNELS WEIGHT   reads result and target; writes the loss as a double, the gradient
 *   losses_cli NAME COUNT WEIGHT                   reads real and fake scores; writes the discriminator's loss, its two gradients, the
 *                                                  generator's loss, its gradient
 *   losses_cli time                                milliseconds of every loss of 192×192×3 numbers, the median of 31 */
#include "adversarial.h"
#include "losses.h"

#include <stdio.h>
#include <stdlib.h>

static int
by_value (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
time_losses (void)
{
  const int side = 192, channels = 3, count = side * side * channels;
  g_autofree float *result = g_new (float, count), *target = g_new (float, count), *gradient = g_new0 (float, count);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < count; i++)
    {
      result[i] = (float) g_rand_double (random);
      target[i] = (float) g_rand_double (random);
    }
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    {
      gint64 times[31];

      for (guint k = 0; k < G_N_ELEMENTS (times); k++)
        {
          gint64 start = g_get_monotonic_time ();

          loss->function (result, target, side, side, channels, 1, gradient);
          times[k] = g_get_monotonic_time () - start;
        }
      qsort (times, G_N_ELEMENTS (times), sizeof *times, by_value);
      printf ("%-12s %6.2f ms\n", loss->name, times[G_N_ELEMENTS (times) / 2] / 1000.0);
    }
}

static float *
read_floats (gsize count)
{
  float *numbers = g_new (float, count);

  if (fread (numbers, sizeof *numbers, count, stdin) != count)
    g_error ("too few numbers");
  return numbers;
}

static void
write_all (double loss, const float *gradient, gsize count)
{
  if (fwrite (&loss, sizeof loss, 1, stdout) != 1 || fwrite (gradient, sizeof *gradient, count, stdout) != count)
    g_error ("cannot write");
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "time"))
    time_losses ();
  else if (argc == 6 && acu_loss_find (argv[1]) != NULL)
    {
      int width = atoi (argv[2]), height = atoi (argv[3]), channels = atoi (argv[4]);
      gsize count = (gsize) width * height * channels;
      g_autofree float *result = read_floats (count), *target = read_floats (count), *gradient = g_new0 (float, count);
      double loss = acu_loss_find (argv[1])->function (result, target, width, height, channels, g_ascii_strtod (argv[5], NULL), gradient);

      write_all (loss, gradient, count);
    }
  else if (argc == 4 && acu_adversarial_loss_find (argv[1]) != NULL)
    {
      const AcuAdversarialLoss *loss = acu_adversarial_loss_find (argv[1]);
      gsize count = atoi (argv[2]);
      double weight = g_ascii_strtod (argv[3], NULL);
      g_autofree float *real = read_floats (count), *fake = read_floats (count), *gradients = g_new0 (float, 3 * count);
      double discriminator = loss->discriminator (real, fake, count, weight, gradients, gradients + count);
      double generator = loss->generator (loss->generator_uses_real ? real : NULL, fake, count, weight, gradients + 2 * count);

      write_all (discriminator, gradients, 2 * count);
      write_all (generator, gradients + 2 * count, count);
    }
  else
    g_error ("see losses_cli.c");
  return 0;
}
