/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Measures for programs that compare: metrics_cli WIDTH HEIGHT CHANNELS BORDER [SMALL_WIDTH SMALL_HEIGHT] reads two pictures of raw floats
 * from its standard input and writes a line "NAME VALUE" for each measure, or "NAME error". With a small size the second picture is the
 * input that the first one was enlarged from, and only the consistency is measured. */
#include <acuity/acuity.h>
#include <stdio.h>
#include <stdlib.h>

typedef gboolean (*Measure) (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error);

static gboolean
niqe (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  return acu_measure_niqe (a, border, value, error);
}

static const struct
{
  const char *name;
  Measure measure;
} measures[] = {
  { "psnr_y", acu_measure_psnr_y },
  { "psnr_rgb", acu_measure_psnr_rgb },
  { "ssim_y", acu_measure_ssim_y },
  { "ms_ssim_y", acu_measure_ms_ssim_y },
  { "gmsd", acu_measure_gmsd },
  { "niqe", niqe },
  { "consistency", acu_measure_consistency },
};

static AcuMetricPicture
read_picture (int width, int height, int channels)
{
  gsize n = (gsize) width * height * channels;
  float *pixels = g_new (float, n);

  if (fread (pixels, sizeof (float), n, stdin) != n)
    exit (2);
  return (AcuMetricPicture) { pixels, width, height, channels };
}

int
main (int argc, char **argv)
{
  gboolean small = argc == 7;
  AcuMetricPicture a, b;
  int border;

  if (argc != 5 && argc != 7)
    return 2;
  a = read_picture (atoi (argv[1]), atoi (argv[2]), atoi (argv[3]));
  b = read_picture (atoi (argv[small ? 5 : 1]), atoi (argv[small ? 6 : 2]), atoi (argv[3]));
  border = atoi (argv[4]);
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    {
      GError *error = NULL;
      double value;

      if (small != (measures[i].measure == acu_measure_consistency))
        continue;
      if (measures[i].measure (&a, &b, border, &value, &error))
        printf ("%s %.17g\n", measures[i].name, value);
      else
        printf ("%s error\n", measures[i].name);
      g_clear_error (&error);
    }
  g_free ((float *) a.pixels);
  g_free ((float *) b.pixels);
  return 0;
}
