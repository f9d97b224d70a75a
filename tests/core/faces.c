/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Faces: found by a network that takes marks for faces (see onnx_seeds.h), made and blended in by the built-in ones. */
#include "faces_private.h"
#include "onnx_seeds.h"
#include "upscaler_private.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define WIDTH 120
#define HEIGHT 88
/* What the false detector says: a face of this size around each mark. */
#define FACE_WIDTH 28.0
#define FACE_HEIGHT 34.0
#define UNIT (FACE_WIDTH / 88)

/* A model face's landmarks, in units from its middle. */
static const double model[5][2] = { { -17.7, -8.3 }, { 17.5, -8.5 }, { 0, 11.7 }, { -14.5, 32.4 }, { 14.7, 32.2 } };

static char *folder, *network;

/* Installs a detector of faces turned by so many degrees. */
static void
install (double degrees)
{
  double landmarks[5][2], turn = degrees * G_PI / 180;
  GByteArray *file;
  GError *error = NULL;

  for (int i = 0; i < 5; i++)
    {
      landmarks[i][0] = UNIT * (cos (turn) * model[i][0] - sin (turn) * model[i][1]);
      landmarks[i][1] = UNIT * (sin (turn) * model[i][0] + cos (turn) * model[i][1]);
    }
  file = onnx_detector (FACE_WIDTH, FACE_HEIGHT, landmarks);
  g_file_set_contents (network, (const char *) file->data, file->len, &error);
  g_assert_no_error (error);
  g_byte_array_unref (file);
}

/* Coarse texture, so that the networks make different things of it. */
static float *
picture (const int (*marks)[2], int n)
{
  float *pixels = g_new (float, WIDTH * HEIGHT * 3);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[(y * WIDTH + x) * 3 + c] = (float) (0.45 + 0.2 * sin (x * 0.9 + c) * cos (y * 0.7) + 0.15 * ((x * 7 + y * 13 + c * 5) % 11 / 10.0 - 0.5));
  for (int i = 0; i < n; i++)
    for (int y = 0; y < 4; y++)
      for (int x = 0; x < 4; x++)
        {
          const float red[] = { 1, 0, 0 }, blue[] = { 0, 0, 1 };

          memcpy (pixels + ((marks[i][1] + y) * WIDTH + marks[i][0] + x) * 3, x < 2 ? red : blue, sizeof red);
        }
  return pixels;
}

typedef struct Job
{
  const float *in;
  float *out;
  int channels, out_width;
} Job;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Job *job = data;

  for (gsize i = 0; i < (gsize) rows * WIDTH; i++)
    for (int c = 0; c < job->channels; c++)
      pixels[i * job->channels + c] = c < 3 ? job->in[(y * WIDTH + i) * 3 + c] : 0.5f;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Job *job = data;
  gsize row = (gsize) job->out_width * job->channels;

  memcpy (job->out + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

/* The result (g_free); *n gets how many floats it has. */
static float *
enlarge (const AcuUpscalerParams *params, const float *in, gsize *n)
{
  GError *error = NULL;
  AcuUpscaler *upscaler = acu_upscaler_new (params, &error);
  Job job = { in, .channels = params->format.colours + params->format.alpha };

  g_assert_no_error (error);
  job.out_width = acu_upscaler_width (upscaler);
  *n = (gsize) job.out_width * acu_upscaler_height (upscaler) * job.channels;
  job.out = g_new0 (float, *n);
  acu_upscaler_run (upscaler, read_rows, write_rows, &job, NULL, NULL, &error);
  g_assert_no_error (error);
  acu_upscaler_free (upscaler);
  return job.out;
}

#define PARAMS(...) acu_upscaler_params (.width = WIDTH, .height = HEIGHT, .model = "photo-x4", .size = { .mode = ACU_SIZE_FACTOR, .scale = 4 }, __VA_ARGS__)

static const int one[][2] = { { 56, 40 } }, three[][2] = { { 20, 24 }, { 84, 20 }, { 60, 60 } }, edges[][2] = { { 0, 0 }, { 116, 0 }, { 0, 84 }, { 116, 84 } };

static void
test_found (void)
{
  static const double turns[] = { 0, -30, 45 };
  g_autofree float *pixels = picture (three, 3);
  g_autofree AcuFace *faces = g_new (AcuFace, ACU_MAX_FACES);
  GError *error = NULL;
  int n;

  for (guint t = 0; t < G_N_ELEMENTS (turns); t++)
    {
      install (turns[t]);
      g_assert_true (acu_faces_find (pixels, WIDTH, HEIGHT, 2, faces, &n, &error));
      g_assert_no_error (error);
      g_assert_cmpint (n, ==, 3);
      for (int i = 0; i < n; i++)
        {
          int mark = 0;

          while (mark < 3 && !(fabs (faces[i].x + faces[i].width / 2 - three[mark][0] - 2) < 1 && fabs (faces[i].y + faces[i].height / 2 - three[mark][1] - 2) < 1))
            mark++;
          g_assert_cmpint (mark, <, 3);
          g_assert_cmpfloat_with_epsilon (faces[i].width, FACE_WIDTH, 0.2);
          g_assert_cmpfloat_with_epsilon (faces[i].height, FACE_HEIGHT, 0.2);
          g_assert_cmpfloat_with_epsilon (atan2 (faces[i].landmarks[1][1] - faces[i].landmarks[0][1], faces[i].landmarks[1][0] - faces[i].landmarks[0][0]) * 180 / G_PI,
                                          turns[t], 2);
        }
    }
}

/* How much larger the picture is seen when it is turned. */
#define TURNED_FACTOR 1.5

/* A mark that is turned by so many degrees, too much for the false detector, where a cell of the picture that is turned back and larger has it in its middle. */
static float *
turned_picture (double degrees, double *x, double *y)
{
  double cosine = cos (degrees * G_PI / 180), sine = sin (degrees * G_PI / 180);
  double width = ceil (TURNED_FACTOR * (cosine * WIDTH + fabs (sine) * HEIGHT)), height = ceil (TURNED_FACTOR * (cosine * HEIGHT + fabs (sine) * WIDTH));
  double u = (floor (width / 8) * 4 + 14 - width / 2) / TURNED_FACTOR, v = (floor (height / 8) * 4 - 10 - height / 2) / TURNED_FACTOR;
  float *pixels = picture (NULL, 0);

  *x = cosine * u - sine * v + WIDTH / 2.0;
  *y = sine * u + cosine * v + HEIGHT / 2.0;
  for (int row = 0; row < HEIGHT; row++)
    for (int column = 0; column < WIDTH; column++)
      {
        double dx = column + 0.5 - *x, dy = row + 0.5 - *y, across = cosine * dx + sine * dy, down = cosine * dy - sine * dx;
        const float red[] = { 1, 0, 0 }, blue[] = { 0, 0, 1 };

        if (fabs (across) < 4 && fabs (down) < 4)
          memcpy (pixels + (row * WIDTH + column) * 3, across < 0 ? red : blue, sizeof red);
      }
  return pixels;
}

static void
test_turned (void)
{
  g_autofree AcuFace *faces = g_new (AcuFace, ACU_MAX_FACES);
  GError *error = NULL;
  double x, y;
  int n;

  install (0);
  for (int degrees = -30; degrees <= 30; degrees += 60)
    {
      g_autofree float *pixels = turned_picture (degrees, &x, &y);

      g_assert_true (acu_faces_find (pixels, WIDTH, HEIGHT, 2, faces, &n, &error));
      g_assert_no_error (error);
      g_assert_cmpint (n, ==, 1);
      g_assert_cmpfloat_with_epsilon (faces[0].x + faces[0].width / 2, x, 3);
      g_assert_cmpfloat_with_epsilon (faces[0].y + faces[0].height / 2, y, 3);
      g_assert_cmpfloat_with_epsilon (faces[0].width, FACE_WIDTH / TURNED_FACTOR, 0.2);
      for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
        {
          double turn = degrees * G_PI / 180, a = UNIT / TURNED_FACTOR * model[i][0], b = UNIT / TURNED_FACTOR * model[i][1];

          g_assert_cmpfloat_with_epsilon (faces[0].landmarks[i][0] - faces[0].x - faces[0].width / 2, cos (turn) * a - sin (turn) * b, 0.1);
          g_assert_cmpfloat_with_epsilon (faces[0].landmarks[i][1] - faces[0].y - faces[0].height / 2, sin (turn) * a + cos (turn) * b, 0.1);
        }
    }
}

/* Without faces not a bit changes, and the network's absence is told. */
static void
test_nothing (void)
{
  g_autofree float *pixels = picture (NULL, 0);
  gsize n, m;
  g_autofree float *off = enlarge (PARAMS (.faces = ACU_FACES_OFF), pixels, &n), *looked = NULL, *weak = NULL, *marked = picture (one, 1), *plain = NULL;
  GError *error = NULL;

  install (0);
  looked = enlarge (PARAMS (.faces = ACU_FACES_AUTO), pixels, &m);
  g_assert_cmpmem (off, n * sizeof (float), looked, m * sizeof (float));
  /* With a strength of nothing neither. */
  weak = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .face_strength = 0), marked, &n);
  plain = enlarge (PARAMS (.faces = ACU_FACES_OFF), marked, &m);
  g_assert_cmpmem (weak, n * sizeof (float), plain, m * sizeof (float));
  g_remove (network);
  g_assert_null (acu_upscaler_new (PARAMS (.faces = ACU_FACES_AUTO), &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "models install faces"));
  g_clear_error (&error);
  /* Filters go on without. */
  g_free (enlarge (PARAMS (.faces = ACU_FACES_AUTO, .model = "cubic"), pixels, &n));
}

/* Distance from a mark's middle to a pixel of the result, in source pixels. */
static double
distance (const int *mark, int x, int y, double scale)
{
  return hypot ((x + 0.5) / scale - mark[0] - 2, (y + 0.5) / scale - mark[1] - 2);
}

static void
check_places (const AcuUpscalerParams *with, const AcuUpscalerParams *without, const int (*marks)[2], int n_marks, const float *pixels)
{
  gsize n, m;
  g_autofree float *made = enlarge (with, pixels, &n), *plain = enlarge (without, pixels, &m);
  int channels = with->format.colours + with->format.alpha, width, height, inside[4] = { 0 };
  double scale = with->size.scale;

  acu_size_resolve (&with->size, WIDTH, HEIGHT, &width, &height, NULL);
  g_assert_cmpuint (n, ==, m);
  for (gsize i = 0; i < n; i += channels)
    {
      int x = (int) (i / channels % width), y = (int) (i / channels / width);
      double nearest = G_MAXDOUBLE;
      int which = 0;
      gboolean same = memcmp (made + i, plain + i, channels * sizeof (float)) == 0;

      for (int k = 0; k < n_marks; k++)
        if (distance (marks[k], x, y, scale) < nearest)
          nearest = distance (marks[which = k], x, y, scale);
      inside[which] += !same;
      /* The ellipse's longer half and a pixel of the exact resampler's. */
      g_assert_true (same || nearest < 53 * 1.15 * UNIT + 4);
      if (with->format.alpha)
        g_assert_cmpfloat (made[i + with->format.colours], ==, plain[i + with->format.colours]);
    }
  for (int k = 0; k < n_marks; k++)
    g_assert_cmpint (inside[k], >, 300);
}

static void
test_places (void)
{
  static const double turns[] = { 0, 35, -45 }, scales[] = { 2, 3, 4, 2.5, 7 };
  static const char *const models[] = { "photo-x2", "photo-x3", "photo-x4", "photo-x4", "photo-x2" };
  static const AcuPixelFormat formats[] = { { 3, FALSE, FALSE }, { 1, FALSE, FALSE }, { 3, TRUE, TRUE }, { 1, TRUE, FALSE } };

  for (guint t = 0; t < G_N_ELEMENTS (turns); t++)
    for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
      {
        const AcuPixelFormat format = formats[(s + t) % G_N_ELEMENTS (formats)];
        const AcuSize size = { .mode = ACU_SIZE_FACTOR, .scale = scales[s] };
        gboolean gray = format.colours == 1 || format.linear;
        g_autofree float *pixels = picture (three, gray ? 0 : 3);

        install (turns[t]);
        /* Marks are colours: in gray and in linear light there are none. */
        if (!gray)
          check_places (PARAMS (.faces = ACU_FACES_AUTO, .size = size, .model = models[s], .format = format),
                        PARAMS (.size = size, .model = models[s], .format = format), three, 3, pixels);
        else
          check_places (PARAMS (.faces = ACU_FACES_AUTO, .size = size, .model = models[s], .format = format),
                        PARAMS (.size = size, .model = models[s], .format = format), NULL, 0, pixels);
      }
}

/* Faces that are partly outside. */
static void
test_edges (void)
{
  g_autofree float *pixels = picture (edges, 4);

  for (double turn = 0; turn <= 40; turn += 40)
    {
      install (turn);
      check_places (PARAMS (.faces = ACU_FACES_AUTO, .format = { 3, TRUE, FALSE }), PARAMS (.format = { 3, TRUE, FALSE }), edges, 4, pixels);
    }
}

static void
test_strength (void)
{
  g_autofree float *pixels = picture (one, 1), *none = NULL, *half = NULL, *whole = NULL;
  gsize n;
  double most = 0;

  install (20);
  none = enlarge (PARAMS (.precision = ACU_PRECISION_EXACT), pixels, &n);
  half = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .face_strength = 0.5, .precision = ACU_PRECISION_EXACT), pixels, &n);
  whole = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .precision = ACU_PRECISION_EXACT), pixels, &n);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpfloat_with_epsilon (half[i], (none[i] + whole[i]) / 2, 1e-5);
      most = MAX (most, fabs (none[i] - whole[i]));
    }
  g_assert_cmpfloat (most, >, 0.02);
}

static void
test_ways (void)
{
  static const int bands[] = { 1, 3, 16, 1000 };

  for (double turn = 0; turn <= 25; turn += 25)
    for (int precision = ACU_PRECISION_FAST; precision <= ACU_PRECISION_EXACT; precision++)
      {
        g_autofree float *pixels = picture (three, 3), *wanted = NULL;
        gsize n, m;

        install (turn);
        wanted = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .threads = 1, .precision = precision), pixels, &n);
        for (guint b = 0; b < G_N_ELEMENTS (bands); b++)
          {
            g_autofree float *result = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .threads = 1 + b % 3, .band_rows = bands[b], .precision = precision,
                                                        .memory = b == 1 ? 18 << 20 : 0), pixels, &m);

            g_assert_cmpmem (wanted, n * sizeof (float), result, m * sizeof (float));
          }
      }
}

static void
test_with_text (void)
{
  g_autofree float *pixels = picture (one, 1);

  install (0);
  check_places (PARAMS (.faces = ACU_FACES_AUTO, .text = ACU_TEXT_AUTO), PARAMS (.text = ACU_TEXT_AUTO), one, 1, pixels);
  check_places (PARAMS (.faces = ACU_FACES_AUTO, .text = ACU_TEXT_EVERYWHERE), PARAMS (.text = ACU_TEXT_EVERYWHERE), one, 1, pixels);
}

#define SIDE 64

static double
noise (gsize i)
{
  return (double) ((i * 2654435761u >> 7) % 2048) / 1024 - 1;
}

/* A drawn face of skin, eyes, brows and a mouth, as sharp as one that was only made smaller; with so much noise, in levels of 255, in light and in colours. */
static void
draw_face (float *box, double blur, double light, double colours)
{
  static const double spots[][5] = { { -8, -4, 2.6, 1.1, -90 }, { 8, -4, 2.6, 1.1, -90 }, { -8, -8.5, 4.5, 0.7, -70 }, { 8, -8.5, 4.5, 0.7, -70 }, { 0, 15, 6, 1, -60 }, { 0, 6, 1.6, 1, -35 } };

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < 3; c++)
        {
          static const double skin[] = { 205, 160, 135 }, tint[] = { 0.8, 1, 1.05 };
          gsize i = ((gsize) y * SIDE + x) * 3 + c;
          double value = skin[c] + 18 * sin (x * 0.11) - 0.3 * (y - SIDE / 2);

          for (guint k = 0; k < G_N_ELEMENTS (spots); k++)
            {
              double dx = fabs (x + 0.5 - SIDE / 2 - spots[k][0]) - spots[k][2], dy = fabs (y + 0.5 - SIDE / 2 - spots[k][1]) - spots[k][3];

              value += spots[k][4] * tint[c] / ((1 + exp (dx / blur)) * (1 + exp (dy / blur)));
            }
          box[i] = (float) ((value + light * noise (i / 3) + colours * noise (i + 77777)) / 255);
        }
}

static double
judged (double blur, double light, double colours, gboolean gray)
{
  const AcuFacePlace place = { SIDE / 2, SIDE / 2, 40.0 / 88, 0.3 };
  AcuFacePatch patch;
  double worse;

  acu_face_patch_init (&patch, &place, SIDE, SIDE, 4);
  g_assert_true (acu_face_patch_alloc (&patch));
  g_assert_cmpint (patch.box_width, ==, SIDE);
  g_assert_cmpint (patch.box_height, ==, SIDE);
  draw_face (patch.box, blur, light, colours);
  for (gsize i = 0; gray && i < SIDE * SIDE; i++)
    patch.box[3 * i] = patch.box[3 * i + 2] = patch.box[3 * i + 1];
  g_assert_true (acu_face_patch_judge (&patch));
  worse = patch.worse;
  acu_face_patch_clear (&patch);
  return worse;
}

/* Of faces that were made worse, the picture's own pixels are a part, upright as turned: bicubic interpolation keeps a slope as it is. */
static void
test_moderate (void)
{
  for (double turn = -0.6; turn <= 0.6; turn += 0.6)
    for (int factor = 2; factor <= 4; factor += 2)
      {
        const AcuFacePlace place = { SIDE / 2 + 3.3, SIDE / 2 - 1.4, 24.0 / 88, turn };
        const double worse = factor == 2 ? 1 : 0.5, own = 0.6 * worse;
        AcuFacePatch patch;

        acu_face_patch_init (&patch, &place, SIDE, SIDE, factor);
        g_assert_true (acu_face_patch_alloc (&patch));
        for (int y = 0; y < patch.box_height; y++)
          for (int x = 0; x < patch.box_width; x++)
            for (int c = 0; c < 3; c++)
              patch.box[(y * patch.box_width + x) * 3 + c] = (float) (0.1 * c + 0.01 * (patch.box_x + x + 0.5) - 0.004 * (patch.box_y + y + 0.5));
        for (int i = 0; i < patch.width * patch.height * factor * factor * 3; i++)
          patch.pixels[i] = 0.8f;
        patch.worse = worse;
        acu_face_patch_moderate (&patch);
        for (int v = 0; v < patch.height * factor; v++)
          for (int u = 0; u < patch.width * factor; u++)
            {
              double right = (u + 0.5) / factor - patch.width / 2, down = (v + 0.5) / factor - patch.height / 2;
              double x = turn == 0 ? right + patch.width / 2 + patch.left : place.x + cos (turn) * right - sin (turn) * down;
              double y = turn == 0 ? down + patch.height / 2 + patch.top : place.y + sin (turn) * right + cos (turn) * down;

              for (int c = 0; c < 3 && acu_face_patch_at (&patch, x, y) < 1.1; c++)
                g_assert_cmpfloat_with_epsilon (patch.pixels[(v * patch.width * factor + u) * 3 + c], 0.8 * (1 - own) + own * (0.1 * c + 0.01 * x - 0.004 * y), 1e-4);
            }
        acu_face_patch_clear (&patch);
      }
}

/* Good faces are kept; the network makes those that are blurred or noisy. */
static void
test_worse (void)
{
  for (int gray = 0; gray <= 1; gray++)
    {
      g_assert_cmpfloat (judged (0.3, 0, 0, gray), <, 0.1);
      g_assert_cmpfloat (judged (0.3, 1, 0.5, gray), <, 0.1);
      g_assert_cmpfloat (judged (1.2, 0, 0, gray), >, 0.6);
      g_assert_cmpfloat (judged (0.3, 8, 0, gray), >, 0.6);
      g_assert_cmpfloat (judged (0.3, 8, 12, gray), >, 0.6);
    }
}

static gboolean
refuse (const AcuProgram *program, GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, "no shader");
  return FALSE;
}

/* A graphics card that cannot do any of it leaves it to the processor. */
static void
test_card (void)
{
  g_autofree float *pixels = picture (one, 1), *wanted = NULL, *out = NULL;
  AcuDevice card = *acu_device_find ("cpu", NULL);
  GError *error = NULL;
  AcuUpscaler *upscaler;
  Job job = { pixels, .channels = 3, .out_width = WIDTH * 4 };
  gsize n;

  install (0);
  wanted = enlarge (PARAMS (.faces = ACU_FACES_AUTO, .device = "cpu"), pixels, &n);
  job.out = out = g_new0 (float, n);
  card.accept = refuse;
  upscaler = acu_upscaler_new (PARAMS (.faces = ACU_FACES_AUTO), &error);
  g_assert_no_error (error);
  upscaler->device = &card;
  acu_upscaler_run (upscaler, read_rows, write_rows, &job, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (wanted, n * sizeof (float), out, n * sizeof (float));
  acu_upscaler_free (upscaler);
}

static gboolean
cancel (void *data, double fraction, double seconds)
{
  return --*(int *) data > 0;
}

/* Ended at any moment, with an error. */
static void
test_cancelled (void)
{
  g_autofree float *pixels = picture (three, 3), *out = g_new0 (float, WIDTH * HEIGHT * 16 * 3);

  install (0);
  for (int most = 1; most < 4; most++)
    {
      GError *error = NULL;
      AcuUpscaler *upscaler = acu_upscaler_new (PARAMS (.faces = ACU_FACES_AUTO), &error);
      Job job = { pixels, out, 3, WIDTH * 4 };
      int left = most;

      g_assert_no_error (error);
      if (!acu_upscaler_run (upscaler, read_rows, write_rows, &job, cancel, &left, &error))
        g_assert_error (error, ACU_ERROR, ACU_ERROR_CANCELLED);
      g_clear_error (&error);
      acu_upscaler_free (upscaler);
    }
}

/* A network that is no detector, and a file that is no network. */
static void
test_damaged (void)
{
  g_autoptr (GByteArray) other = onnx_all_layers ();
  GError *error = NULL;

  g_file_set_contents (network, (const char *) other->data, other->len, NULL);
  g_assert_null (acu_upscaler_new (PARAMS (.faces = ACU_FACES_AUTO), &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_file_set_contents (network, "nothing", -1, NULL);
  g_assert_null (acu_upscaler_new (PARAMS (.faces = ACU_FACES_AUTO), &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
  g_clear_error (&error);
  g_assert_null (acu_upscaler_new (PARAMS (.face_strength = 1.5), &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  network = g_build_filename (folder, "faces.onnx", NULL);
  g_setenv ("ACUITY_MODELS", folder, TRUE);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_test_add_func ("/faces/found", test_found);
  g_test_add_func ("/faces/turned", test_turned);
  g_test_add_func ("/faces/nothing", test_nothing);
  g_test_add_func ("/faces/places", test_places);
  g_test_add_func ("/faces/edges", test_edges);
  g_test_add_func ("/faces/strength", test_strength);
  g_test_add_func ("/faces/ways", test_ways);
  g_test_add_func ("/faces/with-text", test_with_text);
  g_test_add_func ("/faces/moderate", test_moderate);
  g_test_add_func ("/faces/worse", test_worse);
  g_test_add_func ("/faces/card", test_card);
  g_test_add_func ("/faces/cancelled", test_cancelled);
  g_test_add_func ("/faces/damaged", test_damaged);
  status = g_test_run ();
  g_remove (network);
  g_rmdir (folder);
  g_free (network);
  g_free (folder);
  return status;
}
