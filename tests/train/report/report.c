/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reports are drawn, opened again, and looked at. */
#include "curves.h"
#include "report.h"

#include <acuity/error.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
write_log (const char *text)
{
  char *path = in_folder ("log.csv");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* A PNG, as 0xRRGGBB. */
typedef struct Paper
{
  cairo_surface_t *surface;
  int width, height;
} Paper;

static Paper
open_png (const char *path)
{
  cairo_surface_t *surface = cairo_image_surface_create_from_png (path);

  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  return (Paper) { surface, cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface) };
}

static guint32
pixel (const Paper *paper, int x, int y)
{
  const unsigned char *row = cairo_image_surface_get_data (paper->surface) + y * (gsize) cairo_image_surface_get_stride (paper->surface);

  g_assert_true (x >= 0 && y >= 0 && x < paper->width && y < paper->height);
  return ((const guint32 *) (const void *) row)[x] & 0xffffff;
}

/* How many pixels around (x, y), `reach` to each side, are of about that colour. */
static int
count_colour (const Paper *paper, double x, double y, int reach, AcuColour colour)
{
  int found = 0;

  for (int j = (int) y - reach; j <= (int) y + reach; j++)
    for (int i = (int) x - reach; i <= (int) x + reach; i++)
      if (i >= 0 && j >= 0 && i < paper->width && j < paper->height)
        {
          guint32 p = pixel (paper, i, j);
          double off = fabs ((p >> 16) / 255.0 - colour.red) + fabs ((p >> 8 & 255) / 255.0 - colour.green)
                       + fabs ((p & 255) / 255.0 - colour.blue);

          found += off < 0.15;
        }
  return found;
}

static int
count_in_panel (const Paper *paper, const AcuPanel *panel, AcuColour colour)
{
  int found = 0;

  for (int y = (int) panel->top + 1; y < (int) panel->bottom; y++)
    for (int x = (int) panel->left + 1; x < (int) panel->right; x++)
      found += count_colour (paper, x, y, 0, colour);
  return found;
}

/* Draws a log, opens the picture and works out where things are in it. */
static Paper
draw (const char *text, AcuPanel panels[ACU_PANELS])
{
  g_autofree char *path = write_log (text), *png = in_folder ("curves.png");
  g_autoptr (GError) error = NULL;
  AcuRunLog *log;
  Paper paper;

  g_assert_true (acu_report_curves (path, "A run", png, &error));
  g_assert_no_error (error);
  log = acu_run_log_read (path, &error);
  g_assert_no_error (error);
  acu_curves_layout (log, panels);
  acu_run_log_free (log);
  paper = open_png (png);
  g_assert_cmpint (paper.width, ==, ACU_CURVES_WIDTH);
  g_assert_cmpint (paper.height, ==, ACU_CURVES_HEIGHT);
  return paper;
}

/* Loss in two steps, PSNR and SSIM and rate in straight lines: every curve goes where its numbers are, and nowhere else. */
static void
test_places (void)
{
  g_autoptr (GString) text = g_string_new ("step,seconds,pictures_per_second,learning_rate,gradient_norm,loss,psnr_y,ssim_y\n");
  AcuPanel panels[ACU_PANELS];
  const AcuPanel *loss = &panels[ACU_PANEL_LOSS], *validation = &panels[ACU_PANEL_VALIDATION], *rate = &panels[ACU_PANEL_RATE];
  Paper paper;

  for (int i = 1; i <= 400; i++)
    {
      g_string_append_printf (text, "%d,%d,50,%g,1,%g,", 10 * i, i, 1e-3 * (400 - i) / 400, i <= 200 ? 1.0 : 0.01);
      if (i % 50 == 0)
        g_string_append_printf (text, "%g,%g", 20 + 0.02 * i, 0.9 - 0.001 * i);
      else
        g_string_append (text, ",");
      g_string_append_c (text, '\n');
    }
  paper = draw (text->str, panels);
  g_assert_true (loss->values.logarithmic);
  g_assert_cmpint (count_colour (&paper, acu_scale_place (&loss->steps, 1000), acu_scale_place (&loss->values, 1), 1, acu_curve_loss), >, 0);
  g_assert_cmpint (count_colour (&paper, acu_scale_place (&loss->steps, 3000), acu_scale_place (&loss->values, 0.01), 1, acu_curve_loss), >, 0);
  g_assert_cmpint (count_colour (&paper, acu_scale_place (&loss->steps, 3000), acu_scale_place (&loss->values, 1), 3, acu_curve_loss), ==, 0);
  /* In the middle of the step down, which only the smoothed one takes slowly. */
  g_assert_cmpint (count_colour (&paper, acu_scale_place (&loss->steps, 2005), acu_scale_place (&loss->values, 0.1), 3, acu_curve_raw), >, 0);
  for (int i = 50; i <= 400; i += 50)
    {
      double x = acu_scale_place (&validation->steps, 10 * i);

      g_assert_cmpint (count_colour (&paper, x, acu_scale_place (&validation->values, 20 + 0.02 * i), 1, acu_curve_psnr), >, 3);
      g_assert_cmpint (count_colour (&paper, x, acu_scale_place (&validation->second, 0.9 - 0.001 * i), 1, acu_curve_ssim), >, 3);
    }
  for (int i = 20; i < 400; i += 20)
    g_assert_cmpint (count_colour (&paper, acu_scale_place (&rate->steps, 10 * i), acu_scale_place (&rate->values, 1e-3 * (400 - i) / 400), 1,
                                   acu_curve_rate), >, 0);
  g_assert_cmpint (count_in_panel (&paper, loss, acu_curve_rate), ==, 0);
  g_assert_cmpint (count_in_panel (&paper, rate, acu_curve_loss), ==, 0);
  /* Both validation curves and nothing left of the first number. */
  for (int y = (int) validation->top + 1; y < (int) validation->bottom; y++)
    {
      double x = acu_scale_place (&validation->steps, 400);

      g_assert_cmpint (count_colour (&paper, x, y, 0, acu_curve_psnr) + count_colour (&paper, x, y, 0, acu_curve_ssim), ==, 0);
    }
  cairo_surface_destroy (paper.surface);
}

/* Logs that have little in them are drawn all the same. */
static void
test_little (void)
{
  const struct
  {
    const char *text;
    gboolean loss, psnr, rate;    /* whether there is something of them to be seen */
  } table[] = {
    { "step,seconds,pictures_per_second,learning_rate,loss,psnr_y,ssim_y\n", FALSE, FALSE, FALSE },
    { "step\n", FALSE, FALSE, FALSE },
    { "step\n1\n2\n", FALSE, FALSE, FALSE },
    { "step,loss,learning_rate,psnr_y\n100,0.5,0.001,30\n", TRUE, TRUE, TRUE },
    { "step,loss,learning_rate,psnr_y\n0,0.5,0.001,30\n", TRUE, TRUE, TRUE },
    { "step,loss,learning_rate,psnr_y\n1,nan,,\n2,NaN,,\n3,,,inf\n", FALSE, FALSE, FALSE },
    { "step,loss,learning_rate,psnr_y\n1,nan,0.1,\n2,0.5,0.1,\n3,0.4,0.1,\n4,,0.1,\n", TRUE, FALSE, TRUE },
    { "step,loss,learning_rate,psnr_y\n1,0.5,0,\n2,0.5,0,\n", TRUE, FALSE, TRUE },
    { "step,loss,learning_rate,psnr_y\r\n1,0.5,0.1,20\r\n2,0.4,0.1,21\r\n", TRUE, TRUE, TRUE },
    { "step,loss,learning_rate,psnr_y\n1,0.5,0.1,20\n2,0.4,0.1,21\n3,0.", TRUE, TRUE, TRUE },
    { "psnr_y,learning_rate,loss,step\n20,0.1,0.5,1\n21,0.1,0.4,2\n", TRUE, TRUE, TRUE },
    { "step,loss,learning_rate,psnr_y\n1,1e-300,1e-300,1e300\n2,1e300,1e300,-1e300\n", TRUE, TRUE, TRUE },
    { "step,loss,learning_rate,psnr_y\n9000000000000,0.1,0.1,20\n9000000000001,0.2,0.1,20\n", TRUE, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      AcuPanel panels[ACU_PANELS];
      Paper paper;

      g_test_message ("log %u", i);
      paper = draw (table[i].text, panels);
      g_assert_cmpint (count_in_panel (&paper, &panels[ACU_PANEL_LOSS], acu_curve_loss) > 0, ==, table[i].loss);
      g_assert_cmpint (count_in_panel (&paper, &panels[ACU_PANEL_VALIDATION], acu_curve_psnr) > 0, ==, table[i].psnr);
      g_assert_cmpint (count_in_panel (&paper, &panels[ACU_PANEL_RATE], acu_curve_rate) > 0, ==, table[i].rate);
      cairo_surface_destroy (paper.surface);
    }
}

/* A loss that is not above 0 has no logarithm. */
static void
test_negative (void)
{
  const char *const texts[] = { "step,loss\n1,1\n2,0\n3,0.5\n", "step,loss\n1,-1\n2,-2\n", "step,loss,gan\n1,1,-1\n2,1,-1\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      AcuPanel panels[ACU_PANELS];
      Paper paper = draw (texts[i], panels);

      g_assert_false (panels[ACU_PANEL_LOSS].values.logarithmic);
      g_assert_cmpint (count_in_panel (&paper, &panels[ACU_PANEL_LOSS], acu_curve_loss), >, 0);
      cairo_surface_destroy (paper.surface);
    }
}

/* A column of another name is a part of the loss, unless it is the whole of it. */
static void
test_parts (void)
{
  g_autofree char *path = write_log ("step,loss,charbonnier,fft,gradient_norm\n1,2,2,1,9\n2,,,1,9\n3,3,3,1,9\n");
  AcuRunLog *log = acu_run_log_read (path, NULL);

  g_assert_nonnull (log);
  for (guint c = 0; c < log->columns; c++)
    g_assert_cmpint (acu_curves_is_part (log, c), ==, c == 3);
  acu_run_log_free (log);
}

static void
test_bad_logs (void)
{
  const struct
  {
    const char *text, *word;
  } table[] = {
    { "", "step" }, { "\n", "step" }, { "loss\n1\n", "step" }, { "step,loss\n1\n", "Line 2" }, { "step,loss\n1,2\n2,3,4\n", "Line 3" },
    { "step,loss\n1,x\n", "Line 2" }, { "step,loss\n1,2 3\n", "Line 2" }, { "step,loss\n,2\n", "Line 2" }, { "step,loss\n1,2\n\n3,4\n", "Line 3" },
  };
  g_autofree char *png = in_folder ("none.png"), *missing = in_folder ("missing.csv");
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = write_log (table[i].text);

      g_assert_false (acu_report_curves (path, "", png, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, table[i].word));
      g_clear_error (&error);
    }
  g_assert_false (acu_report_curves (missing, "", png, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (g_file_test (png, G_FILE_TEST_EXISTS));
}

static void
test_smooth (void)
{
  const double numbers[] = { 1, 1, NAN, 1, 5, 1, 1, INFINITY };
  g_autofree double *same = acu_curves_smooth (numbers, 8, 0), *smooth = acu_curves_smooth (numbers, 8, 1);

  for (int i = 0; i < 8; i++)
    if (isfinite (numbers[i]))
      {
        g_assert_cmpfloat (same[i], ==, numbers[i]);
        g_assert_cmpfloat (smooth[i], >=, 1);
        g_assert_cmpfloat (smooth[i], <, 4);
      }
    else
      g_assert_true (isnan (smooth[i]) && isnan (same[i]));
  /* The weights e^0, e^-1/2, e^-2 and e^-9/2 of what is there around the 5. */
  g_assert_cmpfloat_with_epsilon (smooth[4], 1 + 4 / (1 + 2 * exp (-0.5) + exp (-2) + exp (-4.5)), 1e-12);
}

static void
test_ticks (void)
{
  const struct
  {
    double low, high;
    gboolean logarithmic;
    guint most;
    const char *texts;
  } table[] = {
    { 0, 20000, FALSE, 11, "0 2000 4000 6000 8000 10000 12000 14000 16000 18000 20000" },
    { 0, 1, FALSE, 6, "0.0 0.2 0.4 0.6 0.8 1.0" },
    { 26.3, 30.9, FALSE, 6, "27 28 29 30" },
    { 0.8512, 0.8563, FALSE, 5, "0.852 0.854 0.856" },
    { 0, 0.00051, FALSE, 5, "0 2e-4 4e-4" },
    { -2, 2, FALSE, 5, "-2 -1 0 1 2" },
    { -2, 2, FALSE, 4, "-2 0 2" },
    { 0.01, 1, TRUE, 10, "0.01 0.02 0.05 0.1 0.2 0.5 1" },
    { 1e-6, 1, TRUE, 10, "1e-6 1e-5 1e-4 0.001 0.01 0.1 1" },
    { 1e-100, 1e100, TRUE, 4, NULL },
    { 0.012, 0.016, TRUE, 5, "0.012 0.013 0.014 0.015 0.016" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const AcuScale scale = { table[i].low, table[i].high, table[i].logarithmic, 0, 100 };
      double ticks[ACU_SCALE_MOST_TICKS];
      guint n = acu_scale_ticks (&scale, table[i].most, ticks);
      g_autoptr (GString) texts = g_string_new (NULL);

      for (guint t = 0; t < n; t++)
        {
          g_autofree char *text = acu_scale_format (&scale, ticks, n, t);

          g_assert_true (t == 0 || ticks[t] > ticks[t - 1]);
          g_assert_cmpfloat (acu_scale_place (&scale, ticks[t]), >=, -1e-6);
          g_assert_cmpfloat (acu_scale_place (&scale, ticks[t]), <=, 100 + 1e-6);
          g_string_append_printf (texts, "%s%s", t ? " " : "", text);
        }
      if (table[i].texts)
        g_assert_cmpstr (texts->str, ==, table[i].texts);
      else
        g_assert_cmpuint (n, <=, table[i].most);
    }
}

/* A picture with a colour of its own for each pixel. */
static AcuReportCell
cell (float *pixels, int width, int height, const char *text)
{
  for (int i = 0; i < width * height; i++)
    for (int c = 0; c < 3; c++)
      pixels[3 * i + c] = (float) ((i * 3 + c * 50) % 200) / 255;
  return (AcuReportCell) { pixels, width, height, text };
}

static guint32
packed (const float *p)
{
  return (guint32) lrintf (p[0] * 255) << 16 | (guint32) lrintf (p[1] * 255) << 8 | (guint32) lrintf (p[2] * 255);
}

/* Where a picture is, by its pixels alone: its first place when every one is there `factor` times each way. */
static gboolean
find_picture (const Paper *paper, const AcuReportCell *c, int factor, int *x, int *y)
{
  for (*y = 0; *y + c->height * factor <= paper->height; (*y)++)
    for (*x = 0; *x + c->width * factor <= paper->width; (*x)++)
      {
        gboolean there = TRUE;

        for (int i = 0; there && i < c->width * factor * c->height * factor; i++)
          {
            int px = i % (c->width * factor), py = i / (c->width * factor);

            there = pixel (paper, *x + px, *y + py) == packed (c->pixels + 3 * (py / factor * c->width + px / factor));
          }
        if (there)
          return TRUE;
      }
  return FALSE;
}

static void
test_sheet (void)
{
  const char *const headings[] = { "low resolution", "before", "after" };
  const char *const names[] = { "first", "a name with \xff a wrong byte, much too long for a sheet as narrow as this one is, so that it is shortened" };
  float pixels[6][64 * 64 * 3];

  for (int enlargement = 1; enlargement <= 3; enlargement += 2)
    {
      AcuReportCell cells[6] = { cell (pixels[0], 8, 6, NULL), cell (pixels[1], 32, 24, "27.42 dB\nSSIM 0.8"), cell (pixels[2], 32, 24, ""),
                                 cell (pixels[3], 7, 9, "one\ntwo\nthree"), { NULL, 0, 0, NULL }, cell (pixels[5], 20, 20, NULL) };
      const AcuReportSheet sheet = { "A sheet", 3, 2, headings, names, cells, enlargement };
      const int factors[] = { 4, 1, 1, 2, 0, 1 };
      g_autofree char *png = in_folder ("sheet.png");
      g_autoptr (GError) error = NULL;
      int x[6], y[6];
      Paper paper;

      for (int i = 0; i < 6; i++)
        for (int k = 0; cells[i].pixels && k < 3; k++)
          pixels[i][k] = (float) (201 + i) / 255;       /* tells them apart */
      g_assert_true (acu_report_sheet (&sheet, png, &error));
      g_assert_no_error (error);
      paper = open_png (png);
      for (int i = 0; i < 6; i++)
        g_assert_true (!cells[i].pixels || find_picture (&paper, &cells[i], factors[i] * enlargement, &x[i], &y[i]));
      g_assert_true (y[0] == y[1] && y[1] == y[2] && x[0] < x[1] && x[1] < x[2]);
      g_assert_true (y[3] == y[5] && y[3] > y[0] + 24 * enlargement && x[3] == x[0] && x[5] == x[2]);
      /* There is something written under a picture that has a text. */
      g_assert_cmpint (count_colour (&paper, x[1] + 25, y[1] + 24 * enlargement + 30, 20, acu_colour_faint_text), >, 0);
      cairo_surface_destroy (paper.surface);
    }
}

static void
test_sheet_limits (void)
{
  const char *const headings[] = { "after" }, *const names[] = { "name" };
  float pixels[] = { NAN, 0, 0, INFINITY, -INFINITY, 0.5f, -3, 7, 0 };
  AcuReportCell cells[] = { { pixels, 3, 1, NULL } };
  AcuReportSheet sheet = { NULL, 1, 1, headings, names, cells, 1 };
  g_autofree char *png = in_folder ("limits.png"), *nowhere = in_folder ("no/such/folder.png");
  GError *error = NULL;
  gboolean found = FALSE;
  Paper paper;

  g_assert_true (acu_report_sheet (&sheet, png, &error));
  g_assert_no_error (error);
  paper = open_png (png);
  for (int y = 0; y < paper.height; y++)
    for (int x = 0; x + 2 < paper.width; x++)
      found |= pixel (&paper, x, y) == 0xff00ff && pixel (&paper, x + 1, y) == 0xff0080 && pixel (&paper, x + 2, y) == 0x00ff00;
  g_assert_true (found);
  cairo_surface_destroy (paper.surface);

  g_assert_false (acu_report_sheet (&sheet, nowhere, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
  g_clear_error (&error);
  for (int i = 0; i < 6; i++)
    {
      AcuReportSheet bad = sheet;

      cells[0] = (AcuReportCell) { pixels, i == 4 ? 0 : 3, i == 5 ? -1 : 1, NULL };
      bad.columns = i == 0 ? 0 : 1;
      bad.rows = i == 1 ? 0 : 1;
      bad.enlargement = i == 2 ? 0 : i == 3 ? G_MAXINT : 1;
      g_assert_false (acu_report_sheet (&bad, png, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
      g_clear_error (&error);
    }
  cells[0] = (AcuReportCell) { pixels, 3, 1, NULL };
  sheet.enlargement = 20000;
  g_assert_false (acu_report_sheet (&sheet, png, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_SIZE);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("acuity-report-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/report/places", test_places);
  g_test_add_func ("/report/little", test_little);
  g_test_add_func ("/report/negative", test_negative);
  g_test_add_func ("/report/parts", test_parts);
  g_test_add_func ("/report/bad-logs", test_bad_logs);
  g_test_add_func ("/report/smooth", test_smooth);
  g_test_add_func ("/report/ticks", test_ticks);
  g_test_add_func ("/report/sheet", test_sheet);
  g_test_add_func ("/report/sheet-limits", test_sheet_limits);
  status = g_test_run ();
  for (const char *const *name = (const char *const[]) { "log.csv", "curves.png", "sheet.png", "limits.png", NULL }; *name; name++)
    {
      g_autofree char *path = in_folder (*name);

      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
