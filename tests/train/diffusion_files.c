/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files that are no diffusion models, or none that can be: each is refused with its reason. */
#include "arch.h"
#include "diffusion.h"
#include "diffusion_weights.h"

#include <acuity/error.h>
#include <string.h>

#define FACTOR TEST_DIFFUSION_FACTOR

static void
expect_refused (AcuWeights *weights, int code)
{
  GError *error = NULL;

  g_assert_null (acu_train_diffusion_new (weights, 1, FALSE, &error));
  g_assert_error (error, ACU_ERROR, code);
  g_clear_error (&error);
  g_assert_null (acu_arch_build (weights, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
}

static void
test_numbers (void)
{
  static const char *const bad[] = { NULL, "", "0", "-1", "nan", "inf", "1e300", "1 x", "x", "0x" };
  static const struct { const char *kappa, *spread; } good[] = { { "0.01", "1e-6" }, { "100", "10" }, { "2", "0.03" } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      AcuWeights *kappa = test_diffusion_weights (bad[i], "0.05"), *spread = test_diffusion_weights ("1", bad[i]), *likeness = test_diffusion_weights ("1", "0.05");

      expect_refused (kappa, ACU_ERROR_FORMAT);
      expect_refused (spread, ACU_ERROR_FORMAT);
      acu_weights_free (kappa);
      acu_weights_free (spread);
      /* 0 is one that makes sense. */
      if (bad[i] && !g_str_equal (bad[i], "0"))
        {
          g_hash_table_replace (likeness->metadata, g_strdup ("likeness"), g_strdup (bad[i]));
          expect_refused (likeness, ACU_ERROR_FORMAT);
        }
      g_hash_table_replace (likeness->metadata, g_strdup ("likeness"), g_strdup ("1"));
      expect_refused (likeness, ACU_ERROR_FORMAT);
      acu_weights_free (likeness);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      AcuWeights *weights = test_diffusion_weights (good[i].kappa, good[i].spread);
      AcuTrainDiffusion *diffusion = acu_train_diffusion_new (weights, 1, FALSE, NULL);

      g_assert_nonnull (diffusion);
      g_assert_cmpfloat (diffusion->numbers.kappa, ==, g_ascii_strtod (good[i].kappa, NULL));
      g_assert_cmpfloat (diffusion->numbers.spread, ==, g_ascii_strtod (good[i].spread, NULL));
      acu_train_diffusion_free (diffusion);
      acu_weights_free (weights);
    }
}

/* Tensors that are missing or have other sizes: the network is refused, and nothing is read that is not there. */
static void
test_tensors (void)
{
  AcuWeights *weights = test_diffusion_weights ("1", "0.05");
  GError *error = NULL;

  for (guint i = 0; i < weights->tensors->len; i++)
    {
      AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);
      guint64 rows = tensor->shape[0];
      AcuNet *net;

      g_hash_table_remove (weights->by_name, tensor->name);
      if (g_str_has_suffix (tensor->name, ".weight"))
        {
          g_assert_null (acu_arch_build (weights, &error));
          g_clear_error (&error);
        }
      else if ((net = acu_arch_build (weights, NULL)))
        acu_net_unref (net);
      g_hash_table_insert (weights->by_name, tensor->name, tensor);
      tensor->shape[0] = rows + 1;
      tensor->count = tensor->count / rows * (rows + 1);
      g_assert_null (acu_arch_build (weights, &error));
      g_clear_error (&error);
      tensor->count = tensor->count / (rows + 1) * rows;
      tensor->shape[0] = rows;
    }
  {
    AcuNet *net = acu_arch_build (weights, &error);

    g_assert_no_error (error);
    g_assert_cmpint (net->scale, ==, FACTOR);
    acu_net_unref (net);
  }
  acu_weights_free (weights);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/diffusion-files/numbers", test_numbers);
  g_test_add_func ("/train/diffusion-files/tensors", test_tensors);
  return g_test_run ();
}
