/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* safetensors: sound files, each kind of damage, and damage at random, taken all the way to a small picture. */
#include "arch.h"
#include "create.h"
#include "load_safetensors.h"
#include "save_safetensors.h"
#include "try_net.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define RANDOM_FILES 1500
#else
#define RANDOM_FILES 12000
#endif
#define MOST_OPERATIONS 2e6

static GByteArray *
file_of (const char *json, gsize data_bytes)
{
  GByteArray *file = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE (strlen (json));

  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) json, strlen (json));
  for (gsize i = 0; i < data_bytes; i++)
    g_byte_array_append (file, (const guint8[]) { (guint8) (i * 7) }, 1);
  return file;
}

static AcuWeights *
offer (const GByteArray *file, GError **error)
{
  return acu_load_safetensors_bytes (file->data, file->len, "test.safetensors", error);
}

static void
test_sound (void)
{
  /* Tensors in another order than their data; a scalar; the three types. */
  g_autoptr (GByteArray) file = file_of ("{\"__metadata__\":{\"scale\":\"2\",\"Ä\":\"\"},"
    "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
    "\"c\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[12,14]}}  ", 0);
  const guint8 data[] = { 0, 0, 128, 63, 0, 0, 0, 192, 0, 60, 0, 184, 0x80, 0x3f };
  GError *error = NULL;
  AcuWeights *weights;
  float numbers[2];

  g_byte_array_append (file, data, sizeof data);
  weights = offer (file, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weights->tensors->len, ==, 3);
  g_assert_cmpstr (acu_weights_metadata (weights, "scale"), ==, "2");
  g_assert_cmpstr (acu_weights_metadata (weights, "Ä"), ==, "");
  g_assert_null (acu_weights_metadata (weights, "none"));
  g_assert_true (acu_tensor_read (acu_weights_find (weights, "a"), numbers));
  g_assert_cmpfloat (numbers[0], ==, 1);
  g_assert_cmpfloat (numbers[1], ==, -2);
  g_assert_true (acu_tensor_read (acu_weights_find (weights, "b"), numbers));
  g_assert_cmpfloat (numbers[0], ==, 1);
  g_assert_cmpfloat (numbers[1], ==, -0.5);
  g_assert_true (acu_tensor_read (acu_weights_find (weights, "c"), numbers));
  g_assert_cmpfloat (numbers[0], ==, 1);
  acu_weights_free (weights);
}

#define TENSOR(name, dtype, shape, offsets) "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void
test_damaged (void)
{
  static const struct
  {
    const char *json;
    gsize data;
  } rows[] = {
    { "", 0 }, { "{", 0 }, { "[]", 0 }, { "null", 0 }, { "{} x", 0 }, { "{\"a\":1}", 0 }, { "{\"a\":[]}", 0 }, { "{\"a\":{}}", 0 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,4]") "}", 3 }, { "{" TENSOR ("a", "F32", "[1]", "[0,4]") "}", 5 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,3]") "}", 3 }, { "{" TENSOR ("a", "F32", "[1]", "[4,0]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[1]", "[-4,0]") "}", 4 }, { "{" TENSOR ("a", "F32", "[1]", "[0]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,4,4]") "}", 4 }, { "{" TENSOR ("a", "F32", "[1.5]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[-1]", "[0,4]") "}", 4 }, { "{" TENSOR ("a", "F32", "[0]", "[0,0]") "}", 0 },
    { "{" TENSOR ("a", "F32", "[\"1\"]", "[0,4]") "}", 4 }, { "{" TENSOR ("a", "F32", "1", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[1,1,1,1,1]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[4294967296,4294967296]", "[0,0]") "}", 0 },
    { "{" TENSOR ("a", "F32", "[4611686018427387905]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[99999999999999999999]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "I64", "[1]", "[0,8]") "}", 8 }, { "{" TENSOR ("a", "", "[1]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F\n16", "[1]", "[0,2]") "}", 2 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,4]") "," TENSOR ("b", "F32", "[1]", "[0,4]") "}", 4 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,4]") "," TENSOR ("b", "F32", "[1]", "[2,6]") "}", 6 },
    { "{" TENSOR ("a", "F32", "[1]", "[0,4]") "," TENSOR ("b", "F32", "[1]", "[8,12]") "}", 12 },
    { "{/**/}", 0 }, { "{'__metadata__':{}}", 0 }, { "{\"__metadata__\":{\"a\":1}}", 0 }, { "{\"__metadata__\":[]}", 0 }, { "{\"__metadata__\":\"a\"}", 0 }, { "{}", 4 },
    { "{\"a\":{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,4]}}", 4 }, { "{\"\xff\":1}", 0 },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) file = file_of (rows[i].json, rows[i].data);
      g_autoptr (GError) error = NULL;

      if (offer (file, &error))
        g_error ("taken for sound: %s", rows[i].json);
      g_assert_true (error->domain == ACU_ERROR && strstr (error->message, "test.safetensors"));
      g_assert_null (strchr (error->message, '\n'));
    }
}

/* Headers that lead a parser deep or far: it takes comments and other quotation marks, which are no JSON, in which brackets could hide. */
static void
test_parser (void)
{
  static const struct { const char *begin, *piece; int times; } rows[] = {
    { "{\"a\":", "[{\"a\":", 100000 }, { "{\"a\":/*\"*/", "[", 1000000 }, { "{\"a\":/*]]]]]]]]]]]]]]]]]]]]]]]]]*/", "[", 20 },
    { "{\"a\":#\"\n", "[", 1000000 }, { "{\"a\"://\"\n", "[", 1000000 }, { "{'\"':", "[", 1000000 }, { "{\"a\":[0", ",0", 1000000 },
    { "{\"a\":]]]]]]", "[", 8 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) header = g_string_new (rows[i].begin);
      g_autoptr (GByteArray) file = NULL;

      for (int k = 0; k < rows[i].times; k++)
        g_string_append (header, rows[i].piece);
      file = file_of (header->str, 0);
      g_assert_null (offer (file, NULL));
    }
}

/* Lengths that lie. */
static void
test_header (void)
{
  static const guint64 lengths[] = { 0, 1, 3, 16, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };
  g_autoptr (GByteArray) file = file_of ("{}", 0);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 length = GUINT64_TO_LE (lengths[i]);

      memcpy (file->data, &length, sizeof length);
      g_assert_null (offer (file, NULL));
    }
  for (guint n = 0; n < 8; n++)
    {
      g_autoptr (GByteArray) cut = g_byte_array_new ();

      g_byte_array_append (cut, file->data, n);
      g_assert_null (offer (cut, NULL));
    }
}

static GByteArray *
sound_file (const char *architecture)
{
  AcuArchOptions options = { architecture, g_str_equal (architecture, "rrdb") ? 4 : 2, 4, 1 };
  AcuWeights *weights = acu_arch_create (&options, 1, NULL);
  g_autofree AcuValues *values = g_new0 (AcuValues, weights->tensors->len);
  g_autofree char *folder = g_dir_make_tmp ("acuity-safetensors-XXXXXX", NULL), *path = g_build_filename (folder, "a", NULL), *bytes = NULL;
  const char *metadata[] = { "scale", options.scale == 4 ? "4" : "2", NULL };
  gsize n;

  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);

      values[i] = (AcuValues) { tensor->name, tensor->dimensions, { 0 }, (const float *) (const void *) tensor->data };
      memcpy (values[i].shape, tensor->shape, sizeof tensor->shape);
    }
  g_assert_true (acu_save_safetensors (path, values, weights->tensors->len, ACU_TENSOR_F16, metadata, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_unlink (path);
  g_rmdir (folder);
  acu_weights_free (weights);
  return g_byte_array_new_take ((guint8 *) g_steal_pointer (&bytes), n);
}

/* To the end, if it is taken. */
static gboolean
use (const GByteArray *file, guint way)
{
  GError *error = NULL;
  AcuWeights *weights = offer (file, &error);
  AcuNet *net = weights ? acu_arch_build (weights, &error) : NULL;

  g_assert_true ((net == NULL) == (error != NULL));
  if (error)
    g_assert_true (error->domain == ACU_ERROR && !strchr (error->message, '\n'));
  g_clear_error (&error);
  if (net)
    try_net (net, (int) (way % TRY_WAYS), MOST_OPERATIONS);
  acu_weights_free (weights);
  if (net)
    acu_net_unref (net);
  return net != NULL;
}

static void
test_random (void)
{
  static const char *const architectures[] = { "compact", "srcnn", "fsrcnn", "espcn", "srresnet", "rrdb", "span" };
  guint used = 0;

  for (gsize a = 0; a < G_N_ELEMENTS (architectures); a++)
    {
      g_autoptr (GByteArray) sound = sound_file (architectures[a]);
      guint64 length;

      memcpy (&length, sound->data, sizeof length);
      length = GUINT64_FROM_LE (length);
      g_assert_true (use (sound, 0));
      for (guint i = 0; i < RANDOM_FILES / G_N_ELEMENTS (architectures); i++)
        {
          g_autoptr (GByteArray) file = g_byte_array_new ();
          gboolean cut = i % 8 == 0;

          g_byte_array_append (file, sound->data, cut ? (guint) g_test_rand_int_range (0, sound->len) : sound->len);
          for (int k = 0; !cut && k < 1 + (int) (i % 3); k++)
            {
              guint at = (guint) g_test_rand_int_range (0, i % 4 ? (int) length + 8 : (int) sound->len);

              /* Digits become digits, so that more files are sound JSON. */
              file->data[at] = g_ascii_isdigit (file->data[at]) ? (guint8) ('0' + g_test_rand_int_range (0, 10)) : (guint8) g_test_rand_int_range (0, 256);
            }
          used += use (file, i);
        }
    }
  g_test_message ("%u of %d damaged files became networks", used, RANDOM_FILES);
  g_assert_cmpuint (used, >, 0);
}

/* A weight beyond 16 bits is refused, and nothing is left of the file. */
static void
test_saving (void)
{
  const float large[] = { 1, 70000 };
  AcuValues values = { "a", 1, { 2 }, large };
  g_autofree char *folder = g_dir_make_tmp ("acuity-safetensors-XXXXXX", NULL), *path = g_build_filename (folder, "a", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (acu_save_safetensors (path, &values, 1, ACU_TENSOR_F16, NULL, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (acu_save_safetensors (path, &values, 1, ACU_TENSOR_F32, NULL, &error));
  g_unlink (path);
  /* Nothing else lies there. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (acu_save_safetensors (path, &values, 1, ACU_TENSOR_F32, NULL, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/safetensors/sound", test_sound);
  g_test_add_func ("/model/safetensors/damaged", test_damaged);
  g_test_add_func ("/model/safetensors/parser", test_parser);
  g_test_add_func ("/model/safetensors/header", test_header);
  g_test_add_func ("/model/safetensors/random", test_random);
  g_test_add_func ("/model/safetensors/saving", test_saving);
  return g_test_run ();
}
