/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PyTorch's files: sound ones, each kind of damage, and damage at random, taken all the way to a small picture. */
#include "arch.h"
#include "load_pytorch.h"
#include "pytorch_seeds.h"
#include "try_net.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED TRUE
#define RANDOM_FILES 3000
#else
#define SANITIZED FALSE
#define RANDOM_FILES 40000
#endif
#define MOST_OPERATIONS 2e6

static const guint8 numbers[] = { 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64, 0, 0, 192, 64 };   /* 1 to 6 */

/* A file with this pickle and 6 floats as the storage "0". */
static GByteArray *
file_with (const GByteArray *pickle)
{
  const ZipFile files[] = { { "a/data.pkl", pickle->data, pickle->len }, { "a/data/0", numbers, sizeof numbers } };

  return seed_zip (files, G_N_ELEMENTS (files), FALSE);
}

/* The same of a dictionary with one tensor "t". */
static GByteArray *
file_of_tensor (const PickledTensor *tensor)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new ();

  seed_put (pickle, "\x80\x02}", 3);
  seed_text (pickle, "t");
  seed_tensor (pickle, tensor);
  seed_put (pickle, "s.", 2);
  return file_with (pickle);
}

static AcuWeights *
offer (const GByteArray *file, GError **error)
{
  return acu_load_pytorch_bytes (file->data, file->len, "folder/test.pth", error);
}

/* Refused with one sentence that has these words. */
static void
refused (const GByteArray *file, const char *words)
{
  g_autoptr (GError) error = NULL;
  AcuWeights *weights = offer (file, &error);

  if (weights)
    g_error ("taken for sound: %s", words);
  g_assert_true (error->domain == ACU_ERROR && g_str_has_prefix (error->message, "test.pth "));
  g_assert_true (g_utf8_validate (error->message, -1, NULL) && !strchr (error->message, '\n') && strlen (error->message) < 400);
  if (!strstr (error->message, words))
    g_error ("“%s” instead of “%s”", error->message, words);
}

static void
refused_pickle (const char *bytes, gsize n, const char *words)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new (), file = NULL;

  seed_put (pickle, bytes, n);
  file = file_with (pickle);
  refused (file, words);
}

static void
read_one (const PickledTensor *tensor, guint count, const float *wanted)
{
  g_autoptr (GByteArray) file = file_of_tensor (tensor);
  GError *error = NULL;
  AcuWeights *weights = offer (file, &error);
  const AcuTensor *read;
  float values[6];

  g_assert_no_error (error);
  read = acu_weights_find (weights, "t");
  g_assert_cmpuint (read->count, ==, count);
  g_assert_true (acu_tensor_read (read, values));
  g_assert_cmpmem (values, count * sizeof (float), wanted, count * sizeof (float));
  acu_weights_free (weights);
}

/* Shapes, offsets and strides. */
static void
test_places (void)
{
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 0, 2, { 2, 3 }, { 3, 1 } }, 6, (const float[]) { 1, 2, 3, 4, 5, 6 });
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 0, 2, { 3, 2 }, { 1, 3 } }, 6, (const float[]) { 1, 4, 2, 5, 3, 6 });
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 2, 1, { 2 }, { 3 } }, 2, (const float[]) { 3, 6 });
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 4, 0 }, 1, (const float[]) { 5 });
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 1, 4, { 1, 1, 2, 1 }, { 99, 99, 1, 99 } }, 2, (const float[]) { 2, 3 });
  read_one (&(PickledTensor) { "FloatStorage", "0", 6, 5, 2, { 2, 2 }, { 0, 0 } }, 4, (const float[]) { 6, 6, 6, 6 });
  /* The same bytes as other numbers: two floats, each of the upper halves of two. */
  read_one (&(PickledTensor) { "BFloat16Storage", "0", 12, 1, 1, { 2 }, { 2 } }, 2, (const float[]) { 1, 2 });
  read_one (&(PickledTensor) { "BFloat16Storage", "0", 12, 3, 1, { 1 }, { 1 } }, 1, (const float[]) { 2 });
  read_one (&(PickledTensor) { "HalfStorage", "0", 12, 2, 1, { 2 }, { 1 } }, 2, (const float[]) { 0, 2 });
  /* 0x4000000000000000 where 64 bits begin with the second float, 2 after 0 bits: 2 as a double needs the upper half to be 0x40000000. */
  read_one (&(PickledTensor) { "DoubleStorage", "0", 3, 0, 1, { 1 }, { 1 } }, 1, (const float[]) { (float) 2.0000004731118679 });
}

static void
test_impossible (void)
{
  static const PickledTensor rows[] = {
    { "FloatStorage", "0", 6, 0, 1, { 7 }, { 1 } }, { "FloatStorage", "0", 6, 1, 1, { 6 }, { 1 } }, { "FloatStorage", "0", 6, 6, 0 },
    { "FloatStorage", "0", 6, 0, 2, { 2, 3 }, { 4, 1 } }, { "FloatStorage", "0", 7, 0, 1, { 1 }, { 1 } }, { "FloatStorage", "0", 6, -1, 1, { 1 }, { 1 } },
    { "FloatStorage", "0", 6, 5, 1, { 2 }, { -1 } }, { "FloatStorage", "0", 6, 0, 1, { 0 }, { 1 } }, { "FloatStorage", "0", 6, 0, 1, { -2 }, { 1 } },
    { "FloatStorage", "0", -6, 0, 1, { 1 }, { 1 } }, { "FloatStorage", "0", G_MAXINT64, 0, 1, { 1 }, { 1 } },
    { "FloatStorage", "0", 6, G_MAXINT64, 1, { 1 }, { 1 } }, { "FloatStorage", "0", 6, 0, 2, { G_MAXINT64, G_MAXINT64 }, { 0, 0 } },
    { "FloatStorage", "0", 6, 0, 2, { 4, 2 }, { G_MAXINT64, 1 } }, { "FloatStorage", "0", 6, 5, 3, { 3, 3, 3 }, { G_MAXINT64, G_MAXINT64, 2 } },
    { "FloatStorage", "0", 6, 0, 1, { G_MAXINT64 }, { 0 } }, { "FloatStorage", "0", 6, 0, 2, { 1 << 20, 1 << 20 }, { 0, 0 } },
    { "FloatStorage", "0", 6, 0, 5, { 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1 } }, { "FloatStorage", "1", 6, 0, 1, { 1 }, { 1 } },
    { "FloatStorage", "", 6, 0, 1, { 1 }, { 1 } }, { "FloatStorage", "../data/0", 6, 0, 1, { 1 }, { 1 } }, { "FloatStorage", "/etc/passwd", 6, 0, 1, { 1 }, { 1 } },
    { "DoubleStorage", "0", 4, 0, 1, { 1 }, { 1 } }, { "HalfStorage", "0", 13, 0, 1, { 1 }, { 1 } }, { "LongStorage", "0", 3, 0, 1, { 1 }, { 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) file = file_of_tensor (&rows[i]);

      refused (file, i + 1 == G_N_ELEMENTS (rows) ? "no tensors by name" : "damaged");
    }
}

#define PICKLE(text) text, sizeof text - 1

static void
test_pickles (void)
{
  /* Names that are not tensors'. */
  refused_pickle (PICKLE ("\x80\x02" "cposix\nsystem\n(X\2\0\0\0lstR."), "“posix.system”");
  refused_pickle (PICKLE ("\x80\x04\x8c\5posix\x8c\6system\x93."), "“posix.system”");
  refused_pickle (PICKLE ("\x80\x02}X\1\0\0\0" "ac__builtin__\neval\n."), "“__builtin__.eval”");
  refused_pickle (PICKLE ("\x80\x02" "ctorch._utils\n_rebuild_tensor\n."), "“torch._utils._rebuild_tensor”");
  refused_pickle (PICKLE ("\x80\x02" "ccollections\nOrderedDictX\n."), "OrderedDictX");
  refused_pickle (PICKLE ("\x80\x02" "c\xff\x1b[31m\nx\ny."), "[31m.x”");
  /* Instructions that call, fetch or build. */
  refused_pickle (PICKLE ("\x80\x02(S'ls'\nios\nsystem\n."), "unknown instruction 83");
  refused_pickle (PICKLE ("\x80\x02(X\2\0\0\0lsios\nsystem\n."), "unknown instruction 105");
  refused_pickle (PICKLE ("\x80\x02" "ccollections\nOrderedDict\n)\x81."), "unknown instruction 129");
  refused_pickle (PICKLE ("\x80\x02Pabc\n."), "unknown instruction 80");
  refused_pickle (PICKLE ("\x80\x02\x82\1."), "unknown instruction 130");
  refused_pickle (PICKLE ("\x80\x02" "ctorch\nFloatStorage\n)R."), "called that cannot be");
  refused_pickle (PICKLE ("\x80\x02K\1)R."), "called that cannot be");
  refused_pickle (PICKLE ("\x80\x02" "ccollections\nOrderedDict\n]R."), "called that cannot be");
  refused_pickle (PICKLE ("\x80\x02" "ccollections\nOrderedDict\nK\1\x85R."), "begins with something");
  refused_pickle (PICKLE ("\x80\x02" "ctorch._utils\n_rebuild_parameter\nK\1\x85R."), "no tensor");
  refused_pickle (PICKLE ("\x80\x02K\1}b."), "built that cannot be");
  refused_pickle (PICKLE ("\x80\x02K\1Q."), "kept elsewhere");
  /* Stacks and memos. */
  refused_pickle (PICKLE (""), "too early");
  refused_pickle (PICKLE ("\x80"), "too early");
  refused_pickle (PICKLE ("\x80\x09}."), "unknown kind");
  refused_pickle (PICKLE ("\x80\x02."), "wrong place");
  refused_pickle (PICKLE ("\x80\x02(."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02}}."), "wrong place");
  refused_pickle (PICKLE ("\x80\x02}.}"), "wrong place");
  refused_pickle (PICKLE ("\x80\x02}h\0."), "not there");
  refused_pickle (PICKLE ("\x80\x02}q\0h\1."), "not there");
  refused_pickle (PICKLE ("\x80\x02}j\xff\xff\xff\xff."), "not there");
  refused_pickle (PICKLE ("\x80\x02}r\xff\xff\xff\xff."), "too much");
  refused_pickle (PICKLE ("\x80\x02}r\0\0\0\1."), "too much");
  refused_pickle (PICKLE ("\x80\x02(q\0."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02q\0."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02t."), "mark is missing");
  refused_pickle (PICKLE ("\x80\x02(\x85."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02(K\1u."), "belong");
  refused_pickle (PICKLE ("\x80\x02}(K\1u."), "belong");
  refused_pickle (PICKLE ("\x80\x02K\1K\2K\3s."), "belong");
  refused_pickle (PICKLE ("\x80\x02}K\1a."), "belong");
  refused_pickle (PICKLE ("\x80\x02(K\1s."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02R."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02K\1R."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02\x93."), "value is missing");
  refused_pickle (PICKLE ("\x80\x02K\1K\1\x93."), "no text");
  /* Lengths that lie. */
  refused_pickle (PICKLE ("\x80\x02X\xff\xff\xff\xff" "abc."), "too early");
  refused_pickle (PICKLE ("\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xff" "abc."), "too early");
  refused_pickle (PICKLE ("\x80\x02" "B\xff\xff\xff\x7f."), "too early");
  refused_pickle (PICKLE ("\x80\x02\x8a\xff."), "too large");
  refused_pickle (PICKLE ("\x80\x02\x8a\x08."), "too early");
  refused_pickle (PICKLE ("\x80\x02" "ctorch"), "too early");
  /* Nothing to be used. */
  refused_pickle (PICKLE ("\x80\x02}."), "no tensors by name");
  refused_pickle (PICKLE ("\x80\x02N."), "no tensors by name");
  /* Dictionaries and lists in themselves. */
  refused_pickle (PICKLE ("\x80\x02}q\0X\6\0\0\0paramsh\0s."), "no tensors by name");
  refused_pickle (PICKLE ("\x80\x02}q\0h\0h\0s."), "no tensors by name");
  refused_pickle (PICKLE ("\x80\x02]q\0h\0ah\0\x85."), "wrong place");
  refused_pickle (PICKLE ("\x80\x02]q\0h\0a."), "no tensors by name");
}

/* Names of tensors. */
static void
test_names (void)
{
  static const struct { const char *first, *second, *words; } rows[] = {
    { "", "b", "impossible name" }, { "a\nb", "b", "impossible name" }, { "a\xff", "b", "impossible name" }, { "a", "a", "two tensors “a”" },
    { "module.", "module.a", "" }, { "module.a", "module.b", "" }, { "netG.a", "netG.b", "" }, { "module.a", "b", "" }
  };
  static const PickledTensor tensor = { "FloatStorage", "0", 6, 0, 1, { 6 }, { 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) pickle = g_byte_array_new (), file = NULL;

      seed_put (pickle, "\x80\x02}(", 4);
      seed_text (pickle, rows[i].first);
      seed_tensor (pickle, &tensor);
      seed_text (pickle, rows[i].second);
      seed_tensor (pickle, &tensor);
      seed_put (pickle, "u.", 2);
      file = file_with (pickle);
      if (*rows[i].words)
        refused (file, rows[i].words);
      else
        {
          AcuWeights *weights = offer (file, NULL);
          gboolean stripped = i == 5 || i == 6;

          g_assert_nonnull (weights);
          g_assert_true ((acu_weights_find (weights, rows[i].first) == NULL) == stripped);
          g_assert_true ((acu_weights_find (weights, "a") != NULL) == stripped);
          acu_weights_free (weights);
        }
    }
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
  /* What the net needs of the file it keeps. */
  acu_weights_free (weights);
  if (!net)
    return FALSE;
  try_net (net, (int) (way % TRY_WAYS), MOST_OPERATIONS);
  acu_net_unref (net);
  return TRUE;
}

static void
test_sound (void)
{
  for (guint i = 0; i < N_PYTORCH_SEEDS; i++)
    {
      g_autoptr (GByteArray) file = seed_pytorch (i);

      for (guint way = 0; way < TRY_WAYS; way++)
        g_assert_true (use (file, way));
    }
}

/* Cut anywhere; of its pickle too, in an archive that is whole. */
static void
test_cut (void)
{
  for (guint i = 0; i < N_SMALL_SEEDS; i++)
    {
      g_autoptr (GByteArray) sound = seed_pytorch (i);
      const char *start = "\x80\x02", *begin = memmem (sound->data, sound->len, start, 2);
      gsize length = (gsize) ((const char *) memmem (begin, 4000, "PK\3\4", 4) - begin);

      for (guint cut = 0; cut < sound->len; cut++)
        {
          g_autoptr (GByteArray) file = g_byte_array_new ();

          g_byte_array_append (file, sound->data, cut);
          refused (file, "test.pth");
        }
      for (gsize cut = 0; cut < length; cut++)
        refused_pickle (begin, cut, "test.pth");
    }
}

/* Wrong numbers everywhere in the archive's own records, which are at its end and before each file. */
static void
test_archives (void)
{
  static const guint64 hostile[] = { 0, 1, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff, G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 40 };

  for (guint i = 0; i < N_SMALL_SEEDS; i++)
    {
      g_autoptr (GByteArray) sound = seed_pytorch (i);

      for (guint at = 0; at + 8 <= sound->len; at += SANITIZED ? 5 : 1)
        for (guint k = 0; k < G_N_ELEMENTS (hostile) * 3; k++)
          {
            guint64 number = GUINT64_TO_LE (hostile[k / 3]), kept;

            memcpy (&kept, sound->data + at, sizeof kept);
            memcpy (sound->data + at, &number, 2u << k % 3);
            acu_weights_free (offer (sound, NULL));
            memcpy (sound->data + at, &kept, sizeof kept);
          }
    }
}

static void
test_random (void)
{
  guint used = 0;

  for (guint i = 0; i < RANDOM_FILES; i++)
    {
      g_autoptr (GByteArray) file = seed_pytorch (i % N_PYTORCH_SEEDS);

      for (int k = 0; k < 1 + (int) (i % 3); k++)
        file->data[g_test_rand_int_range (0, (int) file->len)] = (guint8) g_test_rand_int_range (0, 256);
      used += use (file, i);
    }
  g_test_message ("%u of %d damaged files became networks", used, RANDOM_FILES);
  g_assert_cmpuint (used, >, RANDOM_FILES / 10);
}

static void
test_other_files (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const ZipFile no_pickle[] = { { "a/data/0", "1234", 4 } }, two[] = { { "a/data.pkl", "\x80\x02}.", 4 }, { "b/data.pkl", "\x80\x02}.", 4 } };
  const ZipFile same[] = { { "a/data.pkl", "\x80\x02}.", 4 }, { "a/data.pkl", "\x80\x02}.", 4 } };
  const ZipFile big[] = { { "a/data.pkl", "\x80\x02}.", 4 }, { "a/byteorder", "big", 3 } };
  g_autoptr (GByteArray) a = seed_zip (no_pickle, 1, TRUE), b = seed_zip (two, 2, TRUE), c = seed_zip (same, 2, TRUE), d = seed_zip (big, 2, TRUE);

  refused (file, "begin");
  seed_put (file, "\x80\x02\x8a\nl\xfc\x9c" "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", 20);
  refused (file, "before 1.6");
  refused (a, "data.pkl");
  refused (b, "data.pkl");
  refused (c, "list");
  refused (d, "order of bytes");
}

/* So many tensors that are all of a storage of 40,000 bytes, and are to be copied if `step`, the last stride, is not 1. */
static GByteArray *
sharing_file (int tensors, int step)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new ();
  g_autofree guint8 *zeros = g_new0 (guint8, 40000);

  seed_put (pickle, "\x80\x02}", 3);
  for (int i = 0; i < tensors; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      seed_text (pickle, name);
      seed_tensor (pickle, &(PickledTensor) { "FloatStorage", "0", 10000, 0, 2, { 100, 100 }, { step == 1 ? 100 : 1, step } });
      seed_put (pickle, "s", 1);
    }
  seed_put (pickle, ".", 1);
  {
    const ZipFile files[] = { { "a/data.pkl", pickle->data, pickle->len }, { "a/data/0", zeros, 40000 } };

    return seed_zip (files, G_N_ELEMENTS (files), FALSE);
  }
}

/* Tensors may share a storage, but a small file must not become a large network. */
static void
test_sharing (void)
{
  g_autoptr (GByteArray) two = sharing_file (2, 1), three = sharing_file (3, 1), copy = sharing_file (1, 100), copies = sharing_file (2, 100);
  AcuWeights *weights = offer (two, NULL), *copied = offer (copy, NULL);

  g_assert_cmpuint (weights->tensors->len, ==, 2);
  g_assert_cmpuint (copied->tensors->len, ==, 1);
  acu_weights_free (weights);
  acu_weights_free (copied);
  refused (three, "more numbers than are in it");
  refused (copies, "more numbers than are in it");
}

/* Where the list's last record begins. */
static guint8 *
last_record (const GByteArray *file)
{
  guint8 *last = NULL;

  for (guint at = 0; at + 4 <= file->len; at++)
    if (memcmp (file->data + at, "PK\1\2", 4) == 0)
      last = file->data + at;
  return last;
}

/* Files that do not lie in the archive, or not as they are; records that are too short for what they hold. */
static void
test_lies (void)
{
  static const struct { guint at, bytes; guint64 number; } rows[] = {
    { 8, 2, 1 }, { 10, 2, 8 }, { 20, 4, 1 }, { 24, 4, 1 }, { 42, 4, 0 }, { 42, 4, 0x10000 }, { 42, 4, 0xfffffff0 }, { 20, 8, 0x7fffffff7fffffff }
  };
  g_autoptr (GByteArray) wide = seed_pytorch (1);
  static const PickledTensor large = { "FloatStorage", "0", 1 << 20, 0, 1, { 1 << 10 }, { 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) file = file_of_tensor (&large);
      guint64 number = GUINT64_TO_LE (rows[i].number);

      memcpy (last_record (file) + rows[i].at, &number, rows[i].bytes);
      refused (file, "are not in it");
    }
  /* The header before a file, and the path in it. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GByteArray) file = file_of_tensor (&(PickledTensor) { "FloatStorage", "0", 6, 0, 1, { 6 }, { 1 } });
      guint32 header;

      memcpy (&header, last_record (file) + 42, sizeof header);
      file->data[GUINT32_FROM_LE (header) + (i ? 30 : 0)]++;
      refused (file, "are not in it");
    }
  /* The length of the record of 64 bits. */
  last_record (wide)[46 + strlen ("net/version") + 2] = 7;
  refused (wide, "list of what is in it cannot be read");
}

/* Loads in a process of its own that is measured. */
static void
cheap (GByteArray *pickle, const char *words)
{
  g_autoptr (GByteArray) file = file_with (pickle);
  guint64 allowed = 2 * (guint64) file->len + (64 << 20);
  struct rusage before, used;
  int status;
  pid_t child;

  g_byte_array_unref (pickle);
  /* The child begins with what this process has. */
  getrusage (RUSAGE_SELF, &before);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      GError *error = NULL;

      _exit (!acu_load_pytorch_bytes (file->data, file->len, "test.pth", &error) && strstr (error->message, words) ? 0 : 1);
    }
  g_assert_cmpint (wait4 (child, &status, 0, &used), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  g_test_message ("%ld ms, %ld kB", used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000, used.ru_maxrss);
  if (SANITIZED)
    return;
  g_assert_cmpint (used.ru_utime.tv_sec, <, 1);
  g_assert_cmpuint ((guint64) used.ru_maxrss * 1024, <=, allowed + (guint64) before.ru_maxrss * 1024);
}

static GByteArray *
repeated (const char *start, const char *piece, int times, const char *end)
{
  GByteArray *pickle = g_byte_array_new ();

  seed_put (pickle, start, strlen (start));
  for (int i = 0; i < times; i++)
    seed_put (pickle, piece, strlen (piece));
  seed_put (pickle, end, strlen (end));
  return pickle;
}

static void
test_cheap (void)
{
  cheap (repeated ("\x80\x02", "(", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02", "N", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02", "]\x94", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02}", "NNs", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02]", "Na", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02N\x94}\x94", "h\1h\1s", 2000000, "."), "too much");
  cheap (repeated ("\x80\x02", "]", 900000, "N"), "too early");
  cheap (repeated ("\x80\x02N", "\x85", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02(", "(t", 3000000, "."), "too much");
  cheap (repeated ("\x80\x02}\x94", "\x80\x02", 7000000, "."), "no tensors by name");
  cheap (repeated ("\x80\x02}", "\x80\x02", 9000000, "."), "data.pkl");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/pytorch/cheap", test_cheap);
  g_test_add_func ("/model/pytorch/sound", test_sound);
  g_test_add_func ("/model/pytorch/places", test_places);
  g_test_add_func ("/model/pytorch/impossible", test_impossible);
  g_test_add_func ("/model/pytorch/pickles", test_pickles);
  g_test_add_func ("/model/pytorch/names", test_names);
  g_test_add_func ("/model/pytorch/sharing", test_sharing);
  g_test_add_func ("/model/pytorch/lies", test_lies);
  g_test_add_func ("/model/pytorch/cut", test_cut);
  g_test_add_func ("/model/pytorch/archives", test_archives);
  g_test_add_func ("/model/pytorch/random", test_random);
  g_test_add_func ("/model/pytorch/other-files", test_other_files);
  return g_test_run ();
}
