/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "adversarial.h"
#include "fourier.h"
#include "losses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  int width, height, channels;
} Size;

/* One pixel, lines, primes, not square, ends of runs and of lanes. */
static const Size sizes[] = {
  { 1, 1, 1 }, { 1, 1, 3 }, { 7, 1, 3 }, { 1, 6, 3 }, { 2, 2, 1 }, { 5, 9, 3 }, { 11, 11, 1 }, { 13, 11, 3 }, { 16, 20, 3 }, { 23, 17, 3 },
  { 31, 12, 4 },
};

static gsize
numbers_of (Size s)
{
  return (gsize) s.width * s.height * s.channels;
}

static gboolean
allowed (const AcuLoss *loss, Size s)
{
  return MIN (s.width, s.height) >= loss->least_side;
}

static double
run (const AcuLoss *loss, const float *result, const float *target, Size s, double weight, float *gradient)
{
  return loss->function (result, target, s.width, s.height, s.channels, weight, gradient);
}

/* Pictures that differ by 0.1 to 0.3 everywhere. */
static void
fill (float *result, float *target, gsize count)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (count);

  for (gsize i = 0; i < count; i++)
    {
      target[i] = (float) g_rand_double (random);
      result[i] = target[i] + (float) (g_rand_double_range (random, 0.1, 0.3) * (g_rand_boolean (random) ? 1 : -1));
    }
}

static void
test_by_hand (void)
{
  /* result 1, 0 beside target 0.5, 1 */
  static const struct
  {
    const char *name;
    double value, gradient[2];
  } rows[] = {
    { "l1", 0.75, { 0.5, -0.5 } },
    { "charbonnier", 0.7500007500, { 0.499999, -0.49999975 } },
    { "mse", 0.625, { 0.5, -1 } },
    { "edge", 0.75 * 2.41421356237, { 1.207106781, -1.207106781 } },
    { "gradient", 0.75, { 0.5, -0.5 } },
    { "fft", 0.5, { 0, -0.5 } },   /* sums -0.5 and 1.5, no imaginary parts */
  };
  const float result[] = { 1, 0 }, target[] = { 0.5f, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int upright = 0; upright < 2; upright++)
      {
        float gradient[2] = { 0, 0 };
        double value = acu_loss_find (rows[i].name)->function (result, target, upright ? 1 : 2, upright ? 2 : 1, 1, 2, gradient);

        g_assert_cmpfloat_with_epsilon (value, rows[i].value, 1e-7);
        for (int k = 0; k < 2; k++)
          g_assert_cmpfloat_with_epsilon (gradient[k], 2 * rows[i].gradient[k], 1e-6);
      }

  /* Flat pictures: only the means count, and each of the 121 numbers has a part in the one window. */
  {
    float flat[121], other[121], gradient[121] = { 0 };
    double sum = 0, s = (2 * 0.2 * 0.6 + 1e-4) / (0.04 + 0.36 + 1e-4);

    for (int i = 0; i < 121; i++)
      {
        flat[i] = 0.2f;
        other[i] = 0.6f;
      }
    g_assert_cmpfloat_with_epsilon (acu_loss_find ("ssim")->function (flat, other, 11, 11, 1, 1, gradient), 1 - s, 1e-6);
    for (int i = 0; i < 121; i++)
      sum += gradient[i];
    g_assert_cmpfloat_with_epsilon (sum, -(2 * 0.6 - s * 2 * 0.2) / (0.04 + 0.36 + 1e-4), 2e-4);
  }
}

/* Double-sided differences. Losses with bends are straight between them, so a short step is exact; numbers that have a bend within the step are
 * left out, and may be few. */
static void
test_differences (void)
{
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        const gboolean bends = !(g_str_equal (loss->name, "ssim") || g_str_equal (loss->name, "mse") || g_str_equal (loss->name, "charbonnier"));
        const float step = bends ? 0x1p-13f : 0x1p-8f;
        const gsize count = numbers_of (sizes[k]);
        g_autofree float *result = g_new (float, count), *target = g_new (float, count);
        g_autofree float *gradient = g_new0 (float, count), *unused = g_new0 (float, count);
        double value, largest = 0;
        gsize left_out = 0;

        if (!allowed (loss, sizes[k]))
          continue;
        fill (result, target, count);
        value = run (loss, result, target, sizes[k], 1, gradient);
        for (gsize i = 0; i < count; i++)
          largest = MAX (largest, fabs (gradient[i]));
        for (gsize i = 0; i < count; i++)
          {
            const float middle = result[i];
            float high, low;
            double above, below, slope;

            result[i] = high = middle + step;
            above = run (loss, result, target, sizes[k], 1, unused);
            result[i] = low = middle - step;
            below = run (loss, result, target, sizes[k], 1, unused);
            result[i] = middle;
            slope = (above - below) / ((double) high - low);
            if (bends && fabs ((above - value) / ((double) high - middle) - (value - below) / ((double) middle - low)) > 0.02 * largest)
              left_out++;
            else if (!(fabs (slope - gradient[i]) <= 0.01 * largest))
              g_error ("%s, %d×%d×%d, number %" G_GSIZE_FORMAT ": %g, by differences %g", loss->name, sizes[k].width, sizes[k].height,
                       sizes[k].channels, i, gradient[i], slope);
          }
        if (left_out * 20 > count)
          g_error ("%s, %d×%d×%d: %" G_GSIZE_FORMAT " numbers left out", loss->name, sizes[k].width, sizes[k].height, sizes[k].channels, left_out);
      }
}

static void
test_equal (void)
{
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        const gsize count = numbers_of (sizes[k]);
        g_autofree float *result = g_new (float, count), *target = g_new (float, count), *gradient = g_new0 (float, count);
        double value;

        if (!allowed (loss, sizes[k]))
          continue;
        fill (result, target, count);
        value = run (loss, target, target, sizes[k], 1, gradient);
        if (g_str_equal (loss->name, "charbonnier"))
          g_assert_cmpfloat_with_epsilon (value, 1e-3, 1e-9);
        else
          g_assert_cmpfloat (value, ==, 0);
        for (gsize i = 0; i < count; i++)
          g_assert_cmpfloat (gradient[i], ==, 0);
      }
}

/* The gradient is added to what is there, and is proportional to the weight; the same pictures give the same bits. */
static void
test_adds (void)
{
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        const gsize count = numbers_of (sizes[k]);
        g_autofree float *result = g_new (float, count), *target = g_new (float, count), *once = g_new0 (float, count);
        g_autofree float *again = g_new0 (float, count), *twice = g_new0 (float, count), *added = g_new (float, count);
        double value;

        if (!allowed (loss, sizes[k]))
          continue;
        fill (result, target, count);
        for (gsize i = 0; i < count; i++)
          added[i] = (float) i;
        value = run (loss, result, target, sizes[k], 0, added);
        for (gsize i = 0; i < count; i++)
          g_assert_cmpfloat (added[i], ==, (float) i);
        g_assert_cmpfloat (run (loss, result, target, sizes[k], 1, once), ==, value);
        g_assert_cmpfloat (run (loss, result, target, sizes[k], 1, again), ==, value);
        g_assert_cmpmem (once, count * sizeof *once, again, count * sizeof *again);
        g_assert_cmpfloat (run (loss, result, target, sizes[k], 2, twice), ==, value);
        run (loss, result, target, sizes[k], 1, added);
        for (gsize i = 0; i < count; i++)
          {
            g_assert_cmpfloat (twice[i], ==, 2 * once[i]);
            g_assert_cmpfloat_with_epsilon (added[i], (double) i + once[i], 1e-6 * (1 + i));
          }
      }
}

/* Wherever a number is none, the loss says so. A single pixel has no slopes. */
static void
test_nan (void)
{
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        const gsize count = numbers_of (sizes[k]);
        g_autofree float *result = g_new (float, count), *target = g_new (float, count), *gradient = g_new0 (float, count);

        if (!allowed (loss, sizes[k]) || (g_str_equal (loss->name, "gradient") && sizes[k].width * sizes[k].height == 1))
          continue;
        fill (result, target, count);
        for (gsize i = 0; i < count; i += 1 + count / 7)
          for (int in_target = 0; in_target < 2; in_target++)
            {
              float *place = (in_target ? target : result) + i, kept = *place;

              *place = NAN;
              g_assert_true (isnan (run (loss, result, target, sizes[k], 1, gradient)));
              *place = kept;
            }
      }
}

static void
test_table (void)
{
  float result[110] = { 0 }, gradient[110] = { 0 };
  const AcuLoss *ssim = acu_loss_find ("ssim");

  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    g_assert_true (acu_loss_find (loss->name) == loss);
  for (const AcuAdversarialLoss *loss = acu_adversarial_losses; loss->name != NULL; loss++)
    g_assert_true (acu_adversarial_loss_find (loss->name) == loss);
  g_assert_null (acu_loss_find ("L1"));
  g_assert_null (acu_adversarial_loss_find (""));

  g_assert_cmpint (ssim->least_side, ==, 11);
  g_assert_true (isnan (ssim->function (result, result, 10, 11, 1, 1, gradient)));
  g_assert_true (isnan (ssim->function (result, result, 11, 10, 1, 1, gradient)));
  for (int i = 0; i < 110; i++)
    g_assert_cmpfloat (gradient[i], ==, 0);
}

static void
test_features (void)
{
  const float result[] = { 3, -1, 2 }, target[] = { 1, 0, 2 };
  float gradient[] = { 1, 1, 1 };

  g_assert_cmpfloat (acu_feature_loss (result, target, 3, 3, gradient), ==, 1);
  g_assert_cmpfloat (gradient[0], ==, 2);
  g_assert_cmpfloat (gradient[1], ==, 0);
  g_assert_cmpfloat (gradient[2], ==, 1);
}

/* Beside the definition, in double precision; and back. */
static void
test_fourier (void)
{
  static const int lengths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 25, 27, 30, 49, 64, 77, 96, 97, 120, 191, 192 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint k = 0; k < G_N_ELEMENTS (lengths); k++)
    {
      const int n = lengths[k], lanes = ACU_FOURIER_LANES, count = n * lanes;
      AcuFourier *fourier = acu_fourier_new (n);
      g_autofree float *re = g_new (float, count), *im = g_new (float, count), *scratch = g_new (float, 2 * count);
      g_autofree float *re0 = g_new (float, count), *im0 = g_new (float, count);

      g_assert_nonnull (fourier);
      for (int i = 0; i < count; i++)
        {
          re[i] = re0[i] = (float) g_rand_double_range (random, -1, 1);
          im[i] = im0[i] = (float) g_rand_double_range (random, -1, 1);
        }
      acu_fourier_run (fourier, re, im, scratch);
      for (int f = 0; f < n; f++)
        for (int lane = 0; lane < lanes; lane += 5)
          {
            double r = 0, m = 0;

            for (int i = 0; i < n; i++)
              {
                double a = -2 * G_PI * ((gint64) f * i % n) / n, x = re0[i * lanes + lane], y = im0[i * lanes + lane];

                r += x * cos (a) - y * sin (a);
                m += x * sin (a) + y * cos (a);
              }
            g_assert_cmpfloat_with_epsilon (re[f * lanes + lane], r, 2e-6 * sqrt (n));
            g_assert_cmpfloat_with_epsilon (im[f * lanes + lane], m, 2e-6 * sqrt (n));
          }
      acu_fourier_run (fourier, im, re, scratch);
      for (int i = 0; i < count; i++)
        {
          g_assert_cmpfloat_with_epsilon (re[i] / n, re0[i], 2e-6);
          g_assert_cmpfloat_with_epsilon (im[i] / n, im0[i], 2e-6);
        }
      acu_fourier_free (fourier);
    }
  acu_fourier_free (NULL);
}

static void
test_adversarial_by_hand (void)
{
  /* scores 1, 3 for true pictures and 0, 2 for made ones: means 2 and 1 */
  static const struct
  {
    const char *name;
    double discriminator, generator;
  } rows[] = {
    /* with s (0) = 0.693147, s (1) = 1.313262, s (-1) = 0.313262, s (2) = 2.126928, s (-2) = 0.126928, s (-3) = 0.048587 */
    { "vanilla", (0.313262 + 0.048587) / 2 + (0.693147 + 2.126928) / 2, (0.693147 + 0.126928) / 2 },
    { "relativistic", 0.693147 / 2 + 0.126928 / 2 + 0.126928 / 2 + 0.693147 / 2, 0.693147 / 2 + 2.126928 / 2 + 2.126928 / 2 + 0.693147 / 2 },
    { "least-squares", (0.0 + 2) / 2 + (0.0 + 2) / 2, (0.5 + 0.5) / 2 },
  };
  const float real[] = { 1, 3 }, fake[] = { 0, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const AcuAdversarialLoss *loss = acu_adversarial_loss_find (rows[i].name);
      float unused[4] = { 0 };

      g_assert_cmpfloat_with_epsilon (loss->discriminator (real, fake, 2, 1, unused, unused + 2), rows[i].discriminator, 2e-6);
      g_assert_cmpfloat_with_epsilon (loss->generator (real, fake, 2, 1, unused), rows[i].generator, 2e-6);
    }
}

/* Double-sided differences of both sides' losses; gradients are added and weighted; huge scores and NaN. */
static void
test_adversarial (void)
{
  enum { COUNT = 9 };
  const double weight = 3;

  for (const AcuAdversarialLoss *loss = acu_adversarial_losses; loss->name != NULL; loss++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (2);
      float scores[2 * COUNT], by_both[2 * COUNT], by_fake[COUNT], unused[2 * COUNT] = { 0 };

      for (int i = 0; i < 2 * COUNT; i++)
        {
          scores[i] = (float) g_rand_double_range (random, -4, 4);
          by_both[i] = 1;
        }
      for (int i = 0; i < COUNT; i++)
        by_fake[i] = 1;
      loss->discriminator (scores, scores + COUNT, COUNT, weight, by_both, by_both + COUNT);
      loss->generator (loss->generator_uses_real ? scores : NULL, scores + COUNT, COUNT, weight, by_fake);
      for (int i = 0; i < 2 * COUNT; i++)
        {
          const float middle = scores[i], step = 0x1p-8f;
          float ends[2];
          double discriminator[2], generator[2];

          for (int k = 0; k < 2; k++)
            {
              scores[i] = ends[k] = middle + (k == 0 ? -step : step);
              discriminator[k] = loss->discriminator (scores, scores + COUNT, COUNT, 0, unused, unused + COUNT);
              generator[k] = loss->generator (scores, scores + COUNT, COUNT, 0, unused);
            }
          scores[i] = middle;
          g_assert_cmpfloat_with_epsilon (by_both[i], 1 + weight * (discriminator[1] - discriminator[0]) / ((double) ends[1] - ends[0]), 1e-5);
          if (i >= COUNT)
            g_assert_cmpfloat_with_epsilon (by_fake[i - COUNT], 1 + weight * (generator[1] - generator[0]) / ((double) ends[1] - ends[0]), 1e-5);
        }
      for (int i = 0; i < 2 * COUNT; i++)
        g_assert_cmpfloat (unused[i], ==, 0);

      scores[0] = 1e4f;
      scores[COUNT] = -1e4f;
      scores[COUNT + 1] = 1e4f;
      g_assert_true (isfinite (loss->discriminator (scores, scores + COUNT, COUNT, 1, by_both, by_both + COUNT)));
      g_assert_true (isfinite (loss->generator (scores, scores + COUNT, COUNT, 1, by_fake)));
      for (int i = 0; i < 2 * COUNT; i++)
        g_assert_true (isfinite (by_both[i]) && isfinite (by_fake[i % COUNT]));
      scores[COUNT + 2] = NAN;
      g_assert_true (isnan (loss->discriminator (scores, scores + COUNT, COUNT, 1, by_both, by_both + COUNT)));
      g_assert_true (isnan (loss->generator (scores, scores + COUNT, COUNT, 1, by_fake)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/losses/by-hand", test_by_hand);
  g_test_add_func ("/losses/differences", test_differences);
  g_test_add_func ("/losses/equal-pictures", test_equal);
  g_test_add_func ("/losses/adds", test_adds);
  g_test_add_func ("/losses/nan", test_nan);
  g_test_add_func ("/losses/table", test_table);
  g_test_add_func ("/losses/features", test_features);
  g_test_add_func ("/losses/fourier", test_fourier);
  g_test_add_func ("/losses/adversarial-by-hand", test_adversarial_by_hand);
  g_test_add_func ("/losses/adversarial", test_adversarial);
  return g_test_run ();
}
