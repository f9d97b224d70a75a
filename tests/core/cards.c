/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What networks ask of graphics cards, counted on one that is only described: operations, bytes, dispatches. It needs no Vulkan. */
#include "arch.h"
#include "create.h"
#include "predict.h"
#include "weights.h"

#define MEGABYTE (G_GUINT64_CONSTANT (1) << 20)
#define MOST_ISSUED 1.10
#define MOST_BYTES 1.15

static const AcuCard card = { "a card", 10e12, 300e9, 12000 * MEGABYTE };

static AcuCardWork
work_of (const AcuNet *net, int width, int height, int band_rows)
{
  AcuCardWork work = { 0 };
  GError *error = NULL;

  acu_predict (net, &card, width, height, band_rows, ACU_PRECISION_FAST, &work, &error);
  g_assert_no_error (error);
  g_test_message ("%d × %d, bands of %d: issued %.3f times, bytes %.3f times, %.3f kB a pixel, %.2f MB of weights, %d dispatches, %d barriers", width, height,
                  band_rows, work.issued / work.needed, work.bytes / work.least, work.bytes / width / height / 1e3, work.numbers / 1e6, (int) work.dispatches,
                  (int) work.barriers);
  return work;
}

/* Well-known networks; kilobytes a pixel in 16 bits, layer by layer, as planned when the engine was designed. 0: none were. */
static const struct
{
  const char *name;
  AcuArchOptions options;
  double kilobytes;
  int stages;
} known[] = {
  { "rrdb", { "rrdb", 4, 0, 0 }, 136, 380 },
  { "rrdb6", { "rrdb", 4, 0, 6 }, 0, 110 },
  { "compact", { "compact", 4, 64, 16 }, 4.5, 20 },
  { "span", { "span", 4, 48, 0 }, 5, 27 }
};

static void
known_network (gconstpointer data)
{
  guint number = GPOINTER_TO_UINT (data);
  GError *error = NULL;
  AcuWeights *weights = acu_arch_create (&known[number].options, 1, &error);
  AcuNet *net = weights ? acu_arch_build (weights, &error) : NULL;
  AcuCardWork work;

  g_assert_no_error (error);
  work = work_of (net, 256, 256, 0);
  g_assert_cmpfloat (work.issued, <=, MOST_ISSUED * work.needed);
  g_assert_cmpfloat (work.bytes, <=, MOST_BYTES * (known[number].kilobytes > 0 ? known[number].kilobytes * 1e3 * 256 * 256 : work.least));
  /* Layers longer than a dispatch may take come in several. */
  g_assert_cmpuint (work.dispatches, <=, 1.3 * known[number].stages);
  g_assert_cmpuint (work.barriers, <=, 1.1 * (double) work.dispatches + 1);
  acu_net_unref (net);
  acu_weights_free (weights);
}

static AcuNet *
load (const char *path, AcuWeights **weights)
{
  GError *error = NULL;
  AcuNet *net;

  *weights = acu_load_weights (path, &error);
  net = *weights ? acu_arch_build (*weights, &error) : NULL;
  g_assert_no_error (error);
  return net;
}

static AcuCardWork
hold (const AcuNet *net, int width, int height)
{
  AcuCardWork work = work_of (net, width, height, 0);

  g_assert_cmpfloat (work.issued, <=, MOST_ISSUED * work.needed);
  g_assert_cmpfloat (work.bytes, <=, MOST_BYTES * work.least);
  return work;
}

static void
installed (gconstpointer path)
{
  AcuWeights *weights;
  AcuNet *net = load (path, &weights);

  hold (net, 256, 256);
  hold (net, 613, 407);
  acu_net_unref (net);
  acu_weights_free (weights);
}

static void
built_in (gconstpointer path)
{
  AcuWeights *weights;
  AcuNet *net = load (path, &weights);
  AcuCardWork whole = hold (net, 256, 256), banded = work_of (net, 256, 256, 64);

  hold (net, 613, 407);
  /* Bands read the rows at their edges and all weights again, and no row is made twice. */
  g_assert_cmpfloat (banded.needed, ==, whole.needed);
  g_assert_cmpfloat (banded.bytes, >, whole.bytes);
  g_assert_cmpfloat (banded.numbers, >, whole.numbers);
  g_assert_cmpuint (banded.dispatches, >, whole.dispatches);
  g_assert_cmpuint (banded.memory, <, whole.memory);
  acu_net_unref (net);
  acu_weights_free (weights);
}

/* Twice as quick a card takes half as long, but for what dispatches cost and what parts of a layer read twice; little memory makes low bands. */
static void
model (void)
{
  const AcuArchOptions options = { "compact", 2, 64, 8 };
  AcuWeights *weights = acu_arch_create (&options, 1, NULL);
  AcuNet *net = acu_arch_build (weights, NULL);
  AcuCard quick = card, small = card, tiny = card;
  AcuCardWork work, half, low;
  GError *error = NULL;

  work = work_of (net, 1000, 800, 0);
  quick.operations *= 2;
  quick.bytes *= 2;
  g_assert_true (acu_predict (net, &quick, 1000, 800, 0, ACU_PRECISION_FAST, &half, &error));
  g_assert_cmpfloat (half.seconds, <, 0.52 * work.seconds);
  g_assert_cmpfloat (half.seconds, >, 0.499 * work.seconds);
  g_assert_cmpfloat (work.seconds, >, work.issued / card.operations);
  small.memory = 256 * MEGABYTE;
  g_assert_true (acu_predict (net, &small, 1000, 800, 0, ACU_PRECISION_FAST, &low, &error));
  g_assert_cmpuint (low.memory, <, work.memory);
  g_assert_cmpfloat (low.seconds, >, work.seconds);
  tiny.memory = MEGABYTE;
  g_assert_false (acu_predict (net, &tiny, 1000, 800, 0, ACU_PRECISION_FAST, &low, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_clear_error (&error);
  acu_net_unref (net);
  acu_weights_free (weights);
}

static void
add_networks (const char *folder, const char *suffix, const char *title, GTestDataFunc test, GPtrArray *paths)
{
  GDir *files = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (files);
  while ((name = g_dir_read_name (files)))
    if (g_str_has_suffix (name, suffix))
      {
        g_autofree char *path = g_strdup_printf ("/cards/%s/%s", title, name);

        g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
        g_test_add_data_func (path, paths->pdata[paths->len - 1], test);
      }
  g_dir_close (files);
}

int
main (int argc, char **argv)
{
  const char *others = g_getenv ("ACUITY_TEST_MODELS");
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *path = g_strconcat ("/cards/known/", known[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), known_network);
    }
  add_networks (g_getenv ("ACUITY_TEST_BUILT_IN"), ".safetensors", "built-in", built_in, paths);
  if (others)
    add_networks (others, ".param", "installed", installed, paths);
  g_test_add_func ("/cards/model", model);
  return g_test_run ();
}
