/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the loader makes of sound files, and what it says of others. */
#include "arch.h"
#include "load_ncnn.h"
#include "seeds.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static AcuWeights *
load (const char *param, const GByteArray *bin, GError **error)
{
  return acu_load_ncnn_bytes (param, strlen (param), bin->data, bin->len, "test.param", error);
}

static void
sound (void)
{
  Seed seeds[N_SEEDS];

  make_seeds (seeds);
  for (int i = 0; i < N_SEEDS; i++)
    {
      GError *error = NULL;
      AcuWeights *w = load (seeds[i].param, seeds[i].bin, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (w->n_records, >=, 9);
      acu_weights_free (w);
    }
  free_seeds (seeds);
}

static void
tensors (void)
{
  Seed seeds[N_SEEDS];
  AcuWeights *w;
  const AcuTensor *t;
  float values[324];

  make_seeds (seeds);
  w = load (seeds[0].param, seeds[0].bin, NULL);
  t = acu_weights_find (w, "c.weight");
  g_assert_cmpint (t->type, ==, ACU_TENSOR_F16);
  g_assert_cmpuint (t->shape[0], ==, 12);
  g_assert_cmpuint (t->shape[1], ==, 3);
  g_assert_cmpuint (t->shape[2], ==, 3);
  g_assert_cmpuint (t->shape[3], ==, 3);
  g_assert_true (acu_tensor_read (t, values));
  g_assert_cmpfloat (values[0], ==, 0.25f);
  g_assert_cmpfloat (values[1], ==, 0.25f * (1 + 1 / 1024.0f));
  t = acu_weights_find (w, "e.weight");
  g_assert_cmpint (t->type, ==, ACU_TENSOR_F32);
  g_assert_true (acu_tensor_read (t, values));
  g_assert_cmpfloat (values[0], ==, -3 / 16.0f);
  g_assert_nonnull (acu_weights_find (w, "p.slope"));
  g_assert_null (acu_weights_find (w, "e.bias"));
  acu_weights_free (w);
  free_seeds (seeds);
}

/* Every 16-bit number against its value worked out from sign, exponent and fraction. */
static void
halves (void)
{
  for (guint bits = 0; bits < 65536; bits++)
    {
      guint16 half = GUINT16_TO_LE ((guint16) bits);
      int exponent = bits >> 10 & 31, fraction = bits & 1023;
      AcuTensor t = { .type = ACU_TENSOR_F16, .count = 1, .data = (const guint8 *) &half };
      double value = exponent ? ldexp (1024 + fraction, exponent - 25) : ldexp (fraction, -24);
      float got;
      gboolean finite = acu_tensor_read (&t, &got);

      g_assert_cmpint (finite, ==, exponent != 31);
      if (finite)
        g_assert_cmpfloat (got, ==, bits & 0x8000 ? -value : value);
    }
}

/* What is wrong, where it says so, and as which kind of error. */
static const struct
{
  const char *param;
  AcuError code;
  const char *said;
} bad[] = {
  { "", ACU_ERROR_FORMAT, "line 1" },
  { "7767518\n1 1\nInput i 0 1 a\n", ACU_ERROR_FORMAT, "not an ncnn" },
  { "7767517\n", ACU_ERROR_FORMAT, "line 2" },
  { "7767517\n2 1\nInput i 0 1 a\n", ACU_ERROR_FORMAT, "ends before" },
  { "7767517\n1 1\nInput i 0 1 a\nInput j 0 1 b\n", ACU_ERROR_FORMAT, "more layers" },
  { "7767517\n999999999 1\nInput i 0 1 a\n", ACU_ERROR_FORMAT, "out of range" },
  { "7767517\n-1 1\nInput i 0 1 a\n", ACU_ERROR_FORMAT, "out of range" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 x b\n", ACU_ERROR_FORMAT, "line 4" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU i 1 1 a b\n", ACU_ERROR_FORMAT, "same name" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 a a\n", ACU_ERROR_FORMAT, "already" },
  { "7767517\n3 3\nInput i 0 1 a\nReLU r 1 1 a b\nReLU q 1 1 a c\n", ACU_ERROR_FORMAT, "already" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 9 a b\n", ACU_ERROR_FORMAT, "do not fit the line" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 a b 0=nan\n", ACU_ERROR_FORMAT, "not a number" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 a b 0=1 0=2\n", ACU_ERROR_FORMAT, "twice" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 a b 77=1\n", ACU_ERROR_FORMAT, "line 4" },
  { "7767517\n2 2\nInput i 0 1 a\nReLU r 1 1 a b -23300=3,1\n", ACU_ERROR_FORMAT, "line 4" },
  { "7767517\n2 2\nInput i 0 1 a\nLSTM r 1 1 a b\n", ACU_ERROR_UNSUPPORTED, "LSTM" },
  { "7767517\n2 2\nInput i 0 1 a\nConvolution c 1 1 a b 0=4 1=3 6=108\n", ACU_ERROR_FORMAT, "test.bin" },
  { "7767517\n2 2\nInput i 0 1 a\nConvolution c 1 1 a b 0=4 1=3 6=107\n", ACU_ERROR_UNSUPPORTED, "fit together" },
  { "7767517\n2 2\nInput i 0 1 a\nConvolution c 1 1 a b 0=1e9 1=3 6=108\n", ACU_ERROR_UNSUPPORTED, "out of range" },
  { "7767517\n2 2\nInput i 0 1 a\nScale c 1 1 a b 0=3\n", ACU_ERROR_UNSUPPORTED, "second input" },
};

static void
refused (void)
{
  g_autoptr (GByteArray) empty = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GError *error = NULL;

      g_assert_null (load (bad[i].param, empty, &error));
      g_test_message ("%u: %s", i, error->message);
      g_assert_error (error, ACU_ERROR, (gint) bad[i].code);
      g_assert_nonnull (strstr (error->message, bad[i].said));
      g_assert_null (strchr (error->message, '\n'));
      g_clear_error (&error);
    }
}

static void
wrong_bin (void)
{
  Seed seeds[N_SEEDS];
  GError *error = NULL;
  guint32 tag = GUINT32_TO_LE (0x000D4B38);

  make_seeds (seeds);
  g_byte_array_append (seeds[2].bin, (const guint8 *) "x", 1);
  g_assert_null (load (seeds[2].param, seeds[2].bin, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "1 bytes more"));
  g_clear_error (&error);
  memcpy (seeds[0].bin->data, &tag, sizeof tag);
  g_assert_null (load (seeds[0].param, seeds[0].bin, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "8 bits"));
  g_clear_error (&error);
  free_seeds (seeds);
}

static void
files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  g_autofree char *param = g_build_filename (folder, "m.param", NULL), *bin = g_build_filename (folder, "m.bin", NULL);
  Seed seeds[N_SEEDS];
  GError *error = NULL;
  AcuWeights *w;

  make_seeds (seeds);
  g_assert_null (acu_load_ncnn (param, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_file_set_contents (param, seeds[0].param, -1, NULL);
  g_assert_null (acu_load_ncnn (param, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "m.bin"));
  g_clear_error (&error);
  g_mkdir (bin, 0700);
  g_assert_null (acu_load_ncnn (param, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_rmdir (bin);
  g_file_set_contents (bin, (const char *) seeds[0].bin->data, seeds[0].bin->len, NULL);
  w = acu_load_ncnn (param, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (w->file_bytes, ==, seeds[0].bin->len);
  acu_weights_free (w);
  g_remove (param);
  g_remove (bin);
  g_rmdir (folder);
  free_seeds (seeds);
}

/* Weights that are not finite are refused when the net is built. */
static void
not_finite (void)
{
  Seed seeds[N_SEEDS];
  GError *error = NULL;
  AcuWeights *w;

  make_seeds (seeds);
  memset (seeds[0].bin->data + 4, 0xff, 2);
  w = load (seeds[0].param, seeds[0].bin, NULL);
  g_assert_null (acu_arch_build (w, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "finite"));
  g_clear_error (&error);
  acu_weights_free (w);
  free_seeds (seeds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ncnn/sound", sound);
  g_test_add_func ("/ncnn/tensors", tensors);
  g_test_add_func ("/ncnn/halves", halves);
  g_test_add_func ("/ncnn/refused", refused);
  g_test_add_func ("/ncnn/wrong-bin", wrong_bin);
  g_test_add_func ("/ncnn/files", files);
  g_test_add_func ("/ncnn/not-finite", not_finite);
  return g_test_run ();
}
