/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* every_call MODEL: every call of every function of Vulkan that a job of three bands makes fails, once alone and once with all later ones. Whatever fails, the job
 * ends with what the processor makes, or with one sentence. Needs broken_vulkan.c in the place of Vulkan's loader. Prints what went wrong. */
#include <acuity/acuity.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 12
#define HEIGHT 10
#define SCALE 2
#define BAND_ROWS 8               /* of 20 */
#define NUMBERS (3 * WIDTH * SCALE * HEIGHT * SCALE)
/* In 16 bits. */
#define TOLERANCE 2e-3f
#define LOST "-4"
#define NO_MEMORY "-2"

static void (*fail) (const char *text);
static const char *(*calls) (unsigned function, unsigned *n);
static float wanted[NUMBERS], made[NUMBERS];
static unsigned jobs, succeeded, bad;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  for (int i = 0; i < 3 * WIDTH * rows; i++)
    pixels[i] = (float) ((7 * (i + y * WIDTH * 3) * (i + 3) + 13 * i) % 251) / 250;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  memcpy ((float *) data + 3 * WIDTH * SCALE * y, pixels, sizeof (float) * 3 * WIDTH * SCALE * rows);
  return TRUE;
}

/* NULL if all is well. */
static GError *
run (const char *model, const char *device, float *result)
{
  const AcuSize size = { .mode = ACU_SIZE_PIXELS, .width = WIDTH * SCALE, .height = HEIGHT * SCALE };
  GError *error = NULL;
  AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = WIDTH, .height = HEIGHT, .model = model, .size = size, .threads = 1,
                                                                 .device = device, .band_rows = BAND_ROWS), &error);

  if (upscaler)
    acu_upscaler_run (upscaler, read_rows, write_rows, result, NULL, NULL, &error);
  acu_upscaler_free (upscaler);
  return error;
}

static gboolean
is_right (void)
{
  for (int i = 0; i < NUMBERS; i++)
    if (!(fabsf (made[i] - wanted[i]) <= TOLERANCE))
      return FALSE;
  return TRUE;
}

static void
try (const char *model, const char *what)
{
  GError *error;

  memset (made, 0, sizeof made);
  g_debug ("%s", what ? what : "nothing");
  fail (what);
  error = run (model, "vulkan:llvmpipe", made);
  jobs++;
  succeeded += error == NULL;
  if (error ? !(error->domain == ACU_ERROR && (error->code == ACU_ERROR_DEVICE || error->code == ACU_ERROR_MEMORY) && error->message[0]) : !is_right ())
    {
      printf ("%s: %s\n", what ? what : "nothing fails", error ? error->message : "another result");
      bad++;
    }
  g_clear_error (&error);
}

static void
try_all (const char *model)
{
  unsigned counts[64] = { 0 }, n = 0;
  const char *name;

  while (n < G_N_ELEMENTS (counts) && calls (n, &counts[n]))
    n++;
  for (unsigned f = 0; f < n; f++)
    for (unsigned i = 1, ignored; i <= counts[f]; i++)
      for (int on = 0; on < 2; on++)
        {
          char what[128];

          name = calls (f, &ignored);
          g_snprintf (what, sizeof what, "%s %u %s%s", name, i, g_str_has_prefix (name, "Allocate") && on ? NO_MEMORY : LOST, on ? " on" : "");
          try (model, what);
        }
}

int
main (int argc, char **argv)
{
  void *library = dlopen ("libvulkan.so.1", RTLD_NOW);
  GError *error;

  *(void **) &fail = library ? dlsym (library, "broken_vulkan_fail") : NULL;
  *(void **) &calls = library ? dlsym (library, "broken_vulkan_calls") : NULL;
  if (argc != 2 || !fail || !calls)
    return 2;
  error = run (argv[1], "cpu", wanted);
  if (error)
    {
      printf ("%s\n", error->message);
      return 1;
    }
  /* The test of the card is over, and its programs are compiled. */
  try (argv[1], NULL);
  try (argv[1], NULL);
  if (!bad)
    try_all (argv[1]);
  printf ("%u jobs, %u of them with a result, %u wrong\n", jobs, succeeded, bad);
  return bad || jobs < 150;
}
