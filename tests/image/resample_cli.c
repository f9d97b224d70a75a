/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* resample_cli FILTER WIDTH HEIGHT NEW_WIDTH NEW_HEIGHT CHANNELS [alpha] [linear]: a picture of raw floats from the
 * standard input, resampled, to the standard output. */
#include <acuity/resample.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean
has_word (int argc, char **argv, const char *word)
{
  for (int i = 7; i < argc; i++)
    if (!strcmp (argv[i], word))
      return TRUE;
  return FALSE;
}

static gboolean
pump (AcuResampler *resampler, const AcuResamplerParams *params)
{
  gsize src_row = (gsize) params->src_width * params->channels, dst_row = (gsize) params->dst_width * params->channels;
  g_autofree float *src = g_new (float, src_row), *dst = g_new (float, dst_row);

  for (int y = 0; y < params->dst_height; y++)
    {
      while (!acu_resampler_pull (resampler, dst))
        {
          if (fread (src, sizeof (float), src_row, stdin) != src_row)
            return FALSE;
          acu_resampler_push (resampler, src);
        }
      if (fwrite (dst, sizeof (float), dst_row, stdout) != dst_row)
        return FALSE;
    }
  return fflush (stdout) == 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  AcuResamplerParams params = { 0 };
  AcuResampler *resampler;
  gboolean done;

  if (argc < 7)
    return 2;
  params = (AcuResamplerParams) {
    acu_filter_find (argv[1]), atoi (argv[2]), atoi (argv[3]), atoi (argv[4]), atoi (argv[5]), atoi (argv[6]),
    has_word (argc, argv, "alpha"), has_word (argc, argv, "linear")
  };
  resampler = acu_resampler_new (&params, &error);
  if (!resampler)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  done = pump (resampler, &params);
  acu_resampler_free (resampler);
  return done ? 0 : 1;
}
