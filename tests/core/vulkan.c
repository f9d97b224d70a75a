/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a graphics card makes is what the processor makes, to 1e-4, and does not depend on bands. ACUITY_TEST_DEVICE names the card. */
#include "vulkan_tests.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 1e-4f

static const int sizes[][2] = { { 41, 29 }, { 1, 1 }, { 37, 1 }, { 1, 23 }, { 131, 17 } };
/* How many of them: one is enough for the validation layers, which take their time. */
static guint n_sizes = G_N_ELEMENTS (sizes);

float *
draw_picture (GRand *rand, int width, int height)
{
  float *in = g_new (float, 3 * width * height);

  for (int i = 0; i < 3 * width * height; i++)
    in[i] = (float) g_rand_double (rand);
  return in;
}

float *
reference (const AcuNet *net, const float *in, int width, int height)
{
  float *result;
  g_autofree char *name = g_strdup (g_getenv ("ACUITY_TEST_DEVICE"));

  g_setenv ("ACUITY_TEST_DEVICE", "cpu", TRUE);
  result = run_net (net, in, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
  g_setenv ("ACUITY_TEST_DEVICE", name, TRUE);
  return result;
}

static void
assert_near (const float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], TOLERANCE * MAX (1, fabsf (b[i])));
}

/* Decibels below the largest number. */
#define FAST_DECIBELS 55

void
assert_like (const float *a, const float *b, gsize n)
{
  double sum = 0, largest = 1;

  for (gsize i = 0; i < n; i++)
    {
      sum += ((double) a[i] - b[i]) * (a[i] - b[i]);
      largest = MAX (largest, fabsf (b[i]));
    }
  g_assert_cmpfloat (sum / (double) n, <=, largest * largest * pow (10, -FAST_DECIBELS / 10.0));
}

static void
like_the_processor (const SampleNet *sample, AcuPrecision precision)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new (sample->name);

  sample->build (net, rand);
  for (guint s = 0; s < n_sizes; s++)
    {
      const int bands[] = { 1, 7 };
      int w = sizes[s][0], h = sizes[s][1], width = w, height = h;
      g_autofree float *in = draw_picture (rand, w, h), *wanted = reference (net, in, w, h), *whole = NULL;
      gsize n;

      /* What single rows and columns could show does not depend on how maps are kept. */
      if (precision == ACU_PRECISION_FAST && (w == 1) != (h == 1))
        continue;
      whole = run_net (net, in, &width, &height, 1, 0, 0, precision);
      n = (gsize) 3 * width * height;
      if (precision == ACU_PRECISION_EXACT)
        assert_near (whole, wanted, n);
      else
        assert_like (whole, wanted, n);
      for (guint b = 0; b < G_N_ELEMENTS (bands) && w > 1 && h > 1; b++)
        {
          g_autofree float *banded = NULL;

          width = w;
          height = h;
          banded = run_net (net, in, &width, &height, 1, bands[b], 0, precision);
          g_assert_cmpmem (banded, n * sizeof (float), whole, n * sizeof (float));
        }
    }
  acu_net_unref (net);
  g_rand_free (rand);
}

static void
exactly (gconstpointer data)
{
  like_the_processor (data, ACU_PRECISION_EXACT);
}

static void
quickly (gconstpointer data)
{
  like_the_processor (data, ACU_PRECISION_FAST);
}

/* A device that tells what its executor did. */
static AcuVulkanCounts counted;
static const AcuDevice *real;

static void
counting_free (AcuExecutor *executor)
{
  counted = acu_vulkan_counts (executor);
  real->free (executor);
}

static int
all_rows (AcuExecutor *executor, guint stage, int rows)
{
  return rows;
}

/* Fast. */
static void
run_on (const AcuNet *net, const AcuDevice *device, const float *in, int width, int height, int band_rows)
{
  TestRows pictures = { .in = in, .in_row = 3 * (gsize) width };
  const AcuPlanCallbacks callbacks = { test_rows_read, test_rows_write, NULL, &pictures };
  GError *error = NULL;
  AcuPlan *plan = acu_plan_new (net, device, width, height, 1, 0, band_rows, ACU_PRECISION_FAST, &error);

  g_assert_no_error (error);
  pictures.out_row = 3 * (gsize) acu_plan_width (plan);
  pictures.out = g_new (float, (gsize) 3 * acu_plan_width (plan) * acu_plan_height (plan));
  acu_plan_run (plan, &callbacks, &error);
  g_assert_no_error (error);
  acu_plan_free (plan);
  g_free (pictures.out);
}

/* Of a small picture: a dispatch for each stage and one that takes the picture, a barrier for each, all of it submitted at most a few times. */
static void
counts (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new ("counted");
  const AcuVulkanDevice *card = (const AcuVulkanDevice *) test_device ();
  AcuVulkanDevice copy = *card;
  g_autofree float *in = draw_picture (rand, 12, 10), *out = NULL;
  TestRows pictures = { .in = in, .in_row = 3 * 12 };
  const AcuPlanCallbacks callbacks = { test_rows_read, test_rows_write, NULL, &pictures };
  GError *error = NULL;

  real = &card->base;
  copy.base.free = counting_free;
  /* On a busy machine it would think the card slow. */
  copy.base.piece = all_rows;
  sample_nets[0].build (net, rand);
  for (int bands = 0; bands < 2; bands++)
    {
      /* The result has 30 rows. */
      AcuPlan *plan = acu_plan_new (net, &copy.base, 12, 10, 1, 0, bands ? 10 : 0, ACU_PRECISION_EXACT, &error);
      guint64 stages = 7;         /* picture, four convolutions with their slopes, the shuffle with the repeated picture, the smaller result */
      guint64 runs = bands ? 4 : 1;

      g_assert_no_error (error);
      g_free (pictures.out);
      pictures.out_row = 3 * (gsize) acu_plan_width (plan);
      pictures.out = g_new (float, (gsize) 3 * acu_plan_width (plan) * acu_plan_height (plan));
      for (int i = 0; i < 8; i++)
        {
          pictures.next_read = pictures.next_write = 0;
          acu_plan_run (plan, &callbacks, &error);
          g_assert_no_error (error);
        }
      acu_plan_free (plan);
      g_assert_cmpuint (counted.recorded, ==, stages);
      g_assert_cmpuint (counted.last_work.barriers, >, counted.last_work.dispatches);
      g_assert_cmpuint (counted.last_work.barriers, <=, 2 * counted.last_work.dispatches);
      g_assert_cmpuint (counted.last_work.dispatches, <=, runs * stages);
      g_assert_cmpuint (counted.last_submissions, <=, runs * stages);
    }
  out = pictures.out;
  acu_net_unref (net);
  g_rand_free (rand);
}

void
assert_as_imagined (const AcuNet *net, const AcuVulkanDevice *device, int width, int height)
{
  GRand *rand = g_rand_new_with_seed (3);
  const AcuCard card = { "a card", 1e15, 1e12, G_GUINT64_CONSTANT (16) << 30 };
  g_autofree float *in = draw_picture (rand, width, height);

  real = &device->base;
  for (int bands = 0; bands < 2; bands++)
    {
      AcuVulkanDevice copy = *device;
      AcuDevice *imagined = acu_device_imagine (&card);
      AcuCardWork wanted;

      copy.base.free = counting_free;
      copy.base.piece = all_rows;
      /* A real one may lay maps out differently where its limits differ, and part work in its own way. */
      ((AcuVulkanDevice *) (void *) imagined)->tile = copy.tile;
      ((AcuVulkanDevice *) (void *) imagined)->side = copy.side;
      ((AcuVulkanDevice *) (void *) imagined)->together = copy.together;
      ((AcuVulkanDevice *) (void *) imagined)->limits.maxComputeSharedMemorySize = copy.limits.maxComputeSharedMemorySize;
      run_on (net, &copy.base, in, width, height, bands ? 8 : 0);
      run_on (net, imagined, in, width, height, bands ? 8 : 0);
      wanted = acu_device_imagined_work (imagined);
      g_assert_cmpuint (counted.last_work.dispatches, ==, wanted.dispatches);
      g_assert_cmpuint (counted.last_work.barriers, ==, wanted.barriers);
      g_assert_cmpfloat_with_epsilon (counted.last_work.issued, wanted.issued, 1e-6 * wanted.issued);
      g_assert_cmpfloat_with_epsilon (counted.last_work.needed, wanted.needed, 1e-6 * wanted.needed);
      g_assert_cmpfloat_with_epsilon (counted.last_work.bytes, wanted.bytes, 1e-6 * wanted.bytes);
      g_assert_cmpfloat_with_epsilon (counted.last_work.numbers, wanted.numbers, 1e-6 * wanted.numbers);
      acu_device_imagined_free (imagined);
    }
  g_rand_free (rand);
}

static void
as_imagined (gconstpointer data)
{
  const SampleNet *sample = data;
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new (sample->name);

  sample->build (net, rand);
  assert_as_imagined (net, (const AcuVulkanDevice *) test_device (), 41, 29);
  acu_net_unref (net);
  g_rand_free (rand);
}

/* A device that lacks something says so before anything runs, and says what. */
static void
declines (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new ("declined");
  const AcuVulkanDevice *card = (const AcuVulkanDevice *) test_device ();
  AcuVulkanDevice small = *card;
  GError *error = NULL;
  AcuPlan *plan;

  sample_nets[1].build (net, rand);
  small.limits.maxStorageBufferRange = 1 << 16;
  g_assert_null (acu_plan_new (net, &small.base, 4000, 40, 1, 0, 0, ACU_PRECISION_FAST, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, card->info.title));
  g_clear_error (&error);
  /* Lower bands are found where they fit. */
  small.limits.maxStorageBufferRange = 1 << 20;
  plan = acu_plan_new (net, &small.base, 400, 400, 1, 0, 0, ACU_PRECISION_FAST, &error);
  g_assert_no_error (error);
  g_assert_cmpint (acu_plan_band_rows (plan), <, 100);
  acu_plan_free (plan);
  small.limits = card->limits;
  small.most_allocation = 1 << 16;
  g_assert_null (acu_plan_new (net, &small.base, 400, 400, 1, 0, 0, ACU_PRECISION_FAST, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_clear_error (&error);
  acu_net_unref (net);
  g_rand_free (rand);
}

/* Without 16-bit storage, a map kept in 16 bits is nothing that it has a shader for. */
static void
lacks_a_stage (void)
{
  AcuStage stages[2] = { { .kind = ACU_STAGE_INPUT, .granularity = 1 },
                         { .kind = ACU_STAGE_ADD, .name = "the sum", .n_inputs = 2, .output = 1, .granularity = 1 } };
  AcuBuffer buffers[2] = { { 3, 4, 4, .slots = 4, .row_bytes = 64 }, { 3, 4, 4, .slots = 4, .row_bytes = 64, .offset = 256 } };
  AcuVulkanDevice card = *(const AcuVulkanDevice *) test_device ();
  AcuProgram program = { .n_stages = 2, .stages = stages, .buffers = buffers, .arena_bytes = 512, .device = &card.base };
  GError *error = NULL;

  g_assert_true (program.device->accept (&program, &error));
  g_assert_no_error (error);
  card.info.half = FALSE;
  buffers[1].element = ACU_MAP_F16;
  g_assert_false (program.device->accept (&program, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "the sum"));
  g_clear_error (&error);
}

/* Numbers beyond 16 bits are noticed wherever they come up, and an exact plan holds them. */
static void
large_numbers (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  AcuNet *net = acu_net_new ("large");
  float in[12 * 10 * 3], out[12 * 10 * 3];
  TestRows pictures = { in, out, 3 * 12, 3 * 12 };
  const AcuPlanCallbacks callbacks = { test_rows_read, test_rows_write, NULL, &pictures };
  guint at = picture (net);
  GError *error = NULL;

  conv (net, rand, &at, 16, 3, 1, 1);
  /* What follows hides it. */
  acu_net_add (net, ACU_LAYER_SIGMOID, "sigmoid", &at, 1, &at);
  conv (net, rand, &at, 16, 3, 1, 1);
  conv (net, rand, &at, 3, 3, 1, 1);
  g_assert_true (test_device ()->halves);
  for (int large = 0; large < 2; large++)
    for (int precision = 0; precision < 2; precision++)
      {
        AcuPlan *plan;

        if (large)
          g_clear_pointer (&((AcuLayer *) acu_net_layer (net, 3))->bias, g_bytes_unref);
        if (large)
          ((AcuLayer *) acu_net_layer (net, 3))->bias = equal_floats (16, 70000);
        for (guint i = 0; i < G_N_ELEMENTS (in); i++)
          in[i] = 0.5f;
        plan = acu_plan_new (net, test_device (), 12, 10, 1, 0, 3, precision, &error);
        g_assert_no_error (error);
        /* Twice: what an earlier picture had is forgotten. */
        for (int i = 0; i < 2; i++)
          {
            pictures.next_read = pictures.next_write = 0;
            acu_plan_run (plan, &callbacks, &error);
            if (large && precision == ACU_PRECISION_FAST)
              g_assert_error (error, ACU_ERROR, ACU_ERROR_RANGE);
            else
              g_assert_no_error (error);
            g_clear_error (&error);
          }
        acu_plan_free (plan);
      }
  acu_net_unref (net);
  g_rand_free (rand);
}

/* The processor in disguise is never taken unless it is named. */
static void
never_software (void)
{
  const AcuDevice *automatic = acu_device_find ("auto", NULL);
  guint n;
  AcuVulkanDevice *const *all = acu_vulkan_devices (&n);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++)
    if (all[i]->software)
      g_assert_true (automatic != &all[i]->base);
}

/* What a job says of the device that will do it: the card, where text is looked for as well, but the processor for filters. */
static void
says_which (void)
{
  static const struct
  {
    const char *model;
    AcuTextMode text;
    gboolean card;
  } jobs[] = { { "photo-x2", ACU_TEXT_OFF, TRUE }, { "photo-x2", ACU_TEXT_AUTO, TRUE }, { "cubic", ACU_TEXT_OFF, FALSE } };
  const AcuDevice *card = test_device ();

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autoptr (GError) error = NULL;
      AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = 40, .height = 30, .model = jobs[i].model, .device = g_getenv ("ACUITY_TEST_DEVICE"),
                                                                     .text = jobs[i].text),
                                                &error);

      g_assert_no_error (error);
      g_assert_cmpstr (acu_upscaler_device (upscaler), ==, jobs[i].card ? card->name : "cpu");
      acu_upscaler_free (upscaler);
    }
}

/* Writes the same memory twice without saying in which order: whether the validation layers would notice. */
static void
hazard (void)
{
  GError *error = NULL;
  AcuVulkanContext *context = acu_vulkan_context_new ((const AcuVulkanDevice *) test_device (), FALSE, &error);
  AcuVulkanMemory from = { 0 }, to = { 0 };
  VkCommandBufferAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandBufferCount = 1 };
  VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };
  const VkBufferCopy copy = { 0, 0, 256 };
  VkCommandBuffer commands;

  g_assert_no_error (error);
  g_assert_true (acu_vulkan_allocate (context, &from, 256, ACU_VULKAN_WRITTEN) && acu_vulkan_allocate (context, &to, 256, ACU_VULKAN_ON_DEVICE));
  info.commandPool = context->commands;
  g_assert_true (ACU_VULKAN_DO (context, AllocateCommandBuffers (context->handle, &info, &commands)));
  g_assert_true (ACU_VULKAN_DO (context, BeginCommandBuffer (commands, &begin)));
  for (int i = 0; i < 2; i++)
    context->vk.CmdCopyBuffer (commands, from.buffer, to.buffer, 1, &copy);
  g_assert_true (ACU_VULKAN_DO (context, EndCommandBuffer (commands)) && acu_vulkan_submit (context, &commands, 1));
  acu_vulkan_release (context, &from);
  acu_vulkan_release (context, &to);
  acu_vulkan_context_free (context);
}

/* What nobody has written is no number, where the stand-in for the loader sees to it. */
static void
poisoned (void)
{
  GError *error = NULL;
  AcuVulkanContext *context = acu_vulkan_context_new ((const AcuVulkanDevice *) test_device (), FALSE, &error);
  AcuVulkanMemory from = { 0 }, to = { 0 };
  float number;

  g_assert_no_error (error);
  g_assert_true (acu_vulkan_allocate (context, &from, 256, ACU_VULKAN_ON_DEVICE) && acu_vulkan_allocate (context, &to, 256, ACU_VULKAN_READ));
  g_assert_true (acu_vulkan_copy (context, &to, 0, &from, 256));
  memcpy (&number, (const char *) to.mapped + 128, sizeof number);
  g_assert_true (isnan (number));
  acu_vulkan_release (context, &from);
  acu_vulkan_release (context, &to);
  acu_vulkan_context_free (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("ACUITY_TEST_BRIEF"))
    n_sizes = 1;
  if (g_getenv ("ACUITY_TEST_HAZARD"))
    {
      g_test_add_func ("/vulkan/hazard", hazard);
      return g_test_run ();
    }
  for (guint i = 0; sample_nets[i].name; i++)
    {
      g_autofree char *exact = g_strconcat ("/vulkan/exact/", sample_nets[i].name, NULL), *fast = g_strconcat ("/vulkan/fast/", sample_nets[i].name, NULL);
      g_autofree char *imagined = g_strconcat ("/vulkan/as-imagined/", sample_nets[i].name, NULL);

      g_test_add_data_func (exact, &sample_nets[i], exactly);
      g_test_add_data_func (fast, &sample_nets[i], quickly);
      g_test_add_data_func (imagined, &sample_nets[i], as_imagined);
    }
  g_test_add_func ("/vulkan/counts", counts);
  g_test_add_func ("/vulkan/declines", declines);
  g_test_add_func ("/vulkan/lacks-a-stage", lacks_a_stage);
  g_test_add_func ("/vulkan/large-numbers", large_numbers);
  g_test_add_func ("/vulkan/never-software", never_software);
  g_test_add_func ("/vulkan/says-which", says_which);
  add_matrix_tests (n_sizes == 1);
  if (g_getenv ("ACUITY_TEST_POISON"))
    g_test_add_func ("/vulkan/poisoned", poisoned);
  return g_test_run ();
}
