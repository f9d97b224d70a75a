/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* resample_beside_zimg [ROUNDS [WIDTH HEIGHT [FILTER TYPE SCALE THREADS]]]: enlarges an RGB picture in memory with Acuity and with zimg,
 * taking turns, and prints milliseconds and zimg's time divided by ours. zimg gets planes, as it wants them, and bands
 * of rows for its threads, and makes its weights before the clock starts; ours are interleaved, and weights are in the time. */
#include <acuity/resample.h>
#include <acuity/size.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zimg.h>

#define MAX_THREADS 16
#define MAX_ROUNDS 1000

typedef struct Cell
{
  const char *filter;
  AcuSampleType type;
  int scale, threads, width, height;
} Cell;

typedef struct Zimg
{
  zimg_filter_graph *graph;
  zimg_image_buffer_const in;
  zimg_image_buffer out;
} Zimg;

typedef struct Pictures
{
  void *src, *dst, *src_planes, *dst_planes;
  gsize src_stride, dst_stride;   /* of planes */
} Pictures;

static gsize
sample_size (const Cell *cell)
{
  return cell->type == ACU_SAMPLE_FLOAT ? sizeof (float) : 1;
}

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

static gboolean
pictures_init (Pictures *p, const Cell *cell)
{
  gsize size = sample_size (cell), scale = cell->scale, rows = 3 * (gsize) cell->height;

  p->src_stride = (cell->width * size + 63) / 64 * 64;
  p->dst_stride = (cell->width * scale * size + 63) / 64 * 64;
  p->src = acu_try_alloc (3 * cell->width * size, cell->height);
  p->dst = acu_try_alloc0 (3 * cell->width * scale * size, cell->height * scale);
  p->src_planes = acu_try_alloc (p->src_stride, rows);
  p->dst_planes = acu_try_alloc0 (p->dst_stride, rows * scale);
  if (!p->src || !p->dst || !p->src_planes || !p->dst_planes)
    return FALSE;
  fill (p->src, rows * cell->width, cell->type);
  fill (p->src_planes, p->src_stride * rows / size, cell->type);
  return TRUE;
}

static void
pictures_clear (Pictures *p)
{
  acu_free (p->src);
  acu_free (p->dst);
  acu_free (p->src_planes);
  acu_free (p->dst_planes);
}

static gboolean
zimg_init (Zimg *zimg, const Cell *cell, const Pictures *p, int band)
{
  int from = cell->height * band / cell->threads, to = cell->height * (band + 1) / cell->threads;
  zimg_image_format in, out;
  zimg_graph_builder_params params;

  zimg_image_format_default (&in, ZIMG_API_VERSION);
  in.width = cell->width;
  in.height = cell->height;
  in.pixel_type = cell->type == ACU_SAMPLE_FLOAT ? ZIMG_PIXEL_FLOAT : ZIMG_PIXEL_BYTE;
  in.color_family = ZIMG_COLOR_RGB;
  in.matrix_coefficients = ZIMG_MATRIX_RGB;
  in.pixel_range = ZIMG_RANGE_FULL;
  out = in;
  in.active_region.left = 0;
  in.active_region.top = from;
  in.active_region.width = cell->width;
  in.active_region.height = to - from;
  out.width = cell->width * cell->scale;
  out.height = (to - from) * cell->scale;
  zimg_graph_builder_params_default (&params, ZIMG_API_VERSION);
  params.resample_filter = params.resample_filter_uv = cell->filter[0] == 'l' ? ZIMG_RESIZE_LANCZOS : ZIMG_RESIZE_BICUBIC;
  params.filter_param_a = cell->filter[0] == 'l' ? 3 : 0;
  params.filter_param_b = cell->filter[0] == 'l' ? NAN : 0.5;
  params.filter_param_a_uv = params.filter_param_a;
  params.filter_param_b_uv = params.filter_param_b;
  params.cpu_type = ZIMG_CPU_AUTO_64B;
  zimg->graph = zimg_filter_graph_build (&in, &out, &params);
  zimg->in.version = zimg->out.version = ZIMG_API_VERSION;
  for (int c = 0; c < 3; c++)
    {
      zimg->in.plane[c].data = (const char *) p->src_planes + p->src_stride * cell->height * c;
      zimg->in.plane[c].stride = p->src_stride;
      zimg->in.plane[c].mask = zimg->out.plane[c].mask = ZIMG_BUFFER_MAX;
      zimg->out.plane[c].data = (char *) p->dst_planes + p->dst_stride * cell->scale * ((gsize) cell->height * c + from);
      zimg->out.plane[c].stride = p->dst_stride;
    }
  return zimg->graph != NULL;
}

static gpointer
zimg_run (gpointer data)
{
  const Zimg *zimg = data;
  gsize bytes;
  void *scratch;

  if (zimg_filter_graph_get_tmp_size (zimg->graph, &bytes) || !(scratch = acu_try_alloc (bytes, 1))
      || zimg_filter_graph_process (zimg->graph, &zimg->in, &zimg->out, scratch, NULL, NULL, NULL, NULL))
    g_error ("zimg failed");
  acu_free (scratch);
  return NULL;
}

static double
time_zimg (Zimg *zimg, const Cell *cell)
{
  gint64 start = g_get_monotonic_time ();
  GThread *threads[MAX_THREADS];

  for (int band = 1; band < cell->threads; band++)
    threads[band] = g_thread_new ("zimg", zimg_run, &zimg[band]);
  zimg_run (&zimg[0]);
  for (int band = 1; band < cell->threads; band++)
    g_thread_join (threads[band]);
  return (g_get_monotonic_time () - start) * 1e-3;
}

static double
time_ours (const Cell *cell, const Pictures *p)
{
  const AcuResamplerParams params = {
    .filter = acu_filter_find (cell->filter[0] == 'l' ? "lanczos3" : "cubic"),
    .src_width = cell->width, .src_height = cell->height,
    .dst_width = cell->width * cell->scale, .dst_height = cell->height * cell->scale, .channels = 3
  };
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  if (!acu_resample_picture (&params, cell->type, p->src, 3 * sample_size (cell) * params.src_width, p->dst,
                             3 * sample_size (cell) * params.dst_width, cell->threads, &error))
    g_error ("%s", error->message);
  return (g_get_monotonic_time () - start) * 1e-3;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
run_cell (const Cell *cell, int rounds)
{
  Pictures pictures = { NULL };
  Zimg zimg[MAX_THREADS] = { 0 };
  double ours[MAX_ROUNDS], theirs[MAX_ROUNDS];

  if (!pictures_init (&pictures, cell))
    g_error ("There is not enough memory");
  for (int band = 0; band < cell->threads; band++)
    if (!zimg_init (&zimg[band], cell, &pictures, band))
      g_error ("zimg cannot do this");
  /* The first round warms up. */
  for (int i = -1; i < rounds; i++)
    {
      theirs[MAX (i, 0)] = time_zimg (zimg, cell);
      ours[MAX (i, 0)] = time_ours (cell, &pictures);
    }
  qsort (ours, rounds, sizeof *ours, compare);
  qsort (theirs, rounds, sizeof *theirs, compare);
  g_print ("%-8s %s x%d %d thread(s): ours %6.1f / %6.1f ms, zimg %6.1f / %6.1f ms, zimg / ours %.2f / %.2f\n", cell->filter,
           cell->type == ACU_SAMPLE_FLOAT ? "f32" : "u8 ", cell->scale, cell->threads, ours[rounds / 2], ours[0], theirs[rounds / 2],
           theirs[0], theirs[rounds / 2] / ours[rounds / 2], theirs[0] / ours[0]);
  for (int band = 0; band < cell->threads; band++)
    zimg_filter_graph_free (zimg[band].graph);
  pictures_clear (&pictures);
}

int
main (int argc, char **argv)
{
  static const char *const filters[] = { "lanczos", "bicubic" };
  int rounds = argc > 1 ? CLAMP (atoi (argv[1]), 1, MAX_ROUNDS) : 9;
  int width = argc > 3 ? atoi (argv[2]) : 2000, height = argc > 3 ? atoi (argv[3]) : 1500;

  g_print ("Median / smallest of %d rounds, %d × %d:\n", rounds, width, height);
  if (argc > 7)
    run_cell (&(Cell) { argv[4], argv[5][0] == 'f' ? ACU_SAMPLE_FLOAT : ACU_SAMPLE_U8, atoi (argv[6]),
                        CLAMP (atoi (argv[7]), 1, MAX_THREADS), width, height }, rounds);
  else
    for (int type = ACU_SAMPLE_U8; type <= ACU_SAMPLE_FLOAT; type++)
      for (int f = 0; f < 2; f++)
        for (int scale = 2; scale <= 4; scale++)
          for (int threads = 1; threads <= 2; threads++)
            run_cell (&(Cell) { filters[f], type, scale, threads, width, height }, rounds);
  return 0;
}
