/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* resample_bench WIDTH HEIGHT SCALE lanczos|bicubic u8|f32 THREADS [REPETITIONS]: enlarges an interleaved RGB picture in
 * memory and prints the seconds of each repetition. */
#include <acuity/resample.h>
#include <acuity/size.h>

#include <stdlib.h>

static void
fill (void *picture, gsize n, AcuSampleType type)
{
  for (gsize i = 0; i < n; i++)
    {
      guint8 level = (guint8) (i * 2654435761u >> 24);

      if (type == ACU_SAMPLE_FLOAT)
        ((float *) picture)[i] = level / 255.0f;
      else
        ((guint8 *) picture)[i] = level;
    }
}

int
main (int argc, char **argv)
{
  AcuResamplerParams params = { .channels = 3 };
  AcuSampleType type;
  gsize sample, src_stride, dst_stride;
  int scale, threads, repetitions;
  void *src, *dst;

  if (argc < 7)
    return 2;
  scale = atoi (argv[3]);
  params.filter = acu_filter_find (argv[4][0] == 'l' ? "lanczos3" : "cubic");
  params.src_width = atoi (argv[1]);
  params.src_height = atoi (argv[2]);
  params.dst_width = params.src_width * scale;
  params.dst_height = params.src_height * scale;
  type = argv[5][0] == 'f' ? ACU_SAMPLE_FLOAT : ACU_SAMPLE_U8;
  threads = atoi (argv[6]);
  repetitions = argc > 7 ? atoi (argv[7]) : 7;

  sample = type == ACU_SAMPLE_FLOAT ? sizeof (float) : 1;
  src_stride = 3 * sample * params.src_width;
  dst_stride = 3 * sample * params.dst_width;
  src = acu_try_alloc (src_stride, params.src_height);
  dst = acu_try_alloc0 (dst_stride, params.dst_height);
  if (!src || !dst)
    return 1;
  fill (src, 3 * (gsize) params.src_width * params.src_height, type);
  for (int i = 0; i < repetitions; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      if (!acu_resample_picture (&params, type, src, src_stride, dst, dst_stride, threads, &error))
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      g_print ("%.5f\n", (g_get_monotonic_time () - start) * 1e-6);
    }
  acu_free (src);
  acu_free (dst);
  return 0;
}
