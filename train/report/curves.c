/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "curves.h"
#include "report.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>

/* The smoothed loss is a mean over about this share of the rows to either side. */
#define SMOOTH_SHARE 0.01
#define SMOOTH_MOST 500
#define TEXT 13

const AcuColour acu_curve_loss = { 0.10, 0.36, 0.65 }, acu_curve_raw = { 0.74, 0.83, 0.93 };
const AcuColour acu_curve_psnr = { 0.10, 0.48, 0.30 }, acu_curve_ssim = { 0.85, 0.42, 0.04 };
const AcuColour acu_curve_rate = { 0.45, 0.30, 0.62 };
static const AcuColour part_colours[] = { { 0.84, 0.44, 0.10 }, { 0.20, 0.58, 0.35 }, { 0.72, 0.20, 0.32 }, { 0.48, 0.36, 0.66 },
                                          { 0.45, 0.45, 0.45 } };

typedef struct Curve
{
  const AcuPanel *panel;
  const AcuScale *values;
  AcuColour colour;
  double line_width;
  gboolean marks;                 /* a dot at each number */
} Curve;

/* Numbers in the same column of pixels become one line from the least to the largest, so that long logs stay quick to draw. */
static void
draw_curve (cairo_t *canvas, const Curve *curve, const double *steps, const double *numbers, guint n)
{
  gboolean drawing = FALSE;
  guint i = 0;

  acu_canvas_colour (canvas, curve->colour);
  cairo_set_line_width (canvas, curve->line_width);
  /* With round ends a lone number is a dot. */
  cairo_set_line_cap (canvas, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (canvas, CAIRO_LINE_JOIN_ROUND);
  while (i < n)
    {
      double x = acu_scale_place (&curve->panel->steps, steps[i]), first = 0, last = 0, top = INFINITY, bottom = -INFINITY;
      guint group = i;

      for (; i < n && (curve->marks ? i == group : floor (acu_scale_place (&curve->panel->steps, steps[i])) == floor (x)); i++)
        if (isfinite (numbers[i]))
          {
            last = acu_scale_place (curve->values, numbers[i]);
            if (top > bottom)
              first = last;
            top = fmin (top, last);
            bottom = fmax (bottom, last);
          }
      if (top > bottom)
        {
          /* Rows without a number lie between those of a validation; a loss that is none is a gap. */
          drawing &= curve->marks;
          continue;
        }
      if (drawing)
        cairo_line_to (canvas, x, first);
      else
        cairo_move_to (canvas, x, first);
      drawing = TRUE;
      if (bottom > top)
        {
          cairo_line_to (canvas, x, top);
          cairo_line_to (canvas, x, bottom);
          cairo_line_to (canvas, x, last);
        }
      else
        cairo_line_to (canvas, x, last);
    }
  cairo_stroke (canvas);
  for (i = 0; curve->marks && i < n; i++)
    if (isfinite (numbers[i]))
      {
        cairo_arc (canvas, acu_scale_place (&curve->panel->steps, steps[i]), acu_scale_place (curve->values, numbers[i]), 2.4, 0, 2 * G_PI);
        cairo_fill (canvas);
      }
}

static void
line (cairo_t *canvas, double x0, double y0, double x1, double y1, AcuColour colour)
{
  acu_canvas_colour (canvas, colour);
  cairo_set_line_width (canvas, 1);
  cairo_move_to (canvas, floor (x0) + 0.5, floor (y0) + 0.5);
  cairo_line_to (canvas, floor (x1) + 0.5, floor (y1) + 0.5);
  cairo_stroke (canvas);
}

/* The numbers of an axis, to the left or to the right of a panel, with lines across it. */
static void
draw_values (cairo_t *canvas, const AcuPanel *panel, const AcuScale *values, gboolean right, AcuColour colour)
{
  double ticks[ACU_SCALE_MOST_TICKS];
  guint n = acu_scale_ticks (values, (guint) ((panel->bottom - panel->top) / 36), ticks);

  for (guint t = 0; t < n; t++)
    {
      double y = acu_scale_place (values, ticks[t]);
      g_autofree char *text = acu_scale_format (values, ticks, n, t);

      if (!right)
        line (canvas, panel->left, y, panel->right, y, acu_colour_line);
      acu_canvas_text (canvas, right ? panel->right + 9 : panel->left - 9, y + 4.5, right ? 0 : 1, TEXT, FALSE, colour, 0, text);
    }
}

static void
draw_steps (cairo_t *canvas, const AcuPanel *panel, gboolean numbers)
{
  double ticks[ACU_SCALE_MOST_TICKS];
  guint n = acu_scale_ticks (&panel->steps, 11, ticks);

  for (guint t = 0; t < n; t++)
    {
      double x = acu_scale_place (&panel->steps, ticks[t]);
      g_autofree char *text = acu_scale_format (&panel->steps, ticks, n, t);

      /* There are no parts of a step. */
      if (ticks[t] != floor (ticks[t]))
        continue;
      line (canvas, x, panel->top, x, panel->bottom, acu_colour_line);
      if (numbers)
        acu_canvas_text (canvas, x, panel->bottom + 20, 0.5, TEXT, FALSE, acu_colour_faint_text, 0, text);
    }
  if (numbers)
    acu_canvas_text (canvas, (panel->left + panel->right) / 2, panel->bottom + 42, 0.5, TEXT, FALSE, acu_colour_text, 0, _("Steps"));
}

static void
draw_frame (cairo_t *canvas, const AcuPanel *panel)
{
  acu_canvas_colour (canvas, acu_colour_faint_text);
  cairo_set_line_width (canvas, 1);
  cairo_rectangle (canvas, panel->left + 0.5, panel->top + 0.5, panel->right - panel->left, panel->bottom - panel->top);
  cairo_stroke (canvas);
}

/* A sample of a line and its name, to the left of x. Returns where it begins. */
static double
draw_legend (cairo_t *canvas, const AcuPanel *panel, double x, AcuColour colour, double line_width, const char *name)
{
  double y = panel->top - 14, width = acu_canvas_text (canvas, x, y, 1, TEXT, FALSE, acu_colour_text, 260, name);

  acu_canvas_colour (canvas, colour);
  cairo_set_line_width (canvas, MAX (line_width, 2));
  cairo_move_to (canvas, x - width - 30, y - 4.5);
  cairo_line_to (canvas, x - width - 7, y - 4.5);
  cairo_stroke (canvas);
  return x - width - 50;
}

static void
draw_heading (cairo_t *canvas, const AcuPanel *panel, const char *name, gboolean known)
{
  acu_canvas_text (canvas, panel->left, panel->top - 14, 0, 15, TRUE, acu_colour_text, 0, name);
  if (!known)
    acu_canvas_text (canvas, (panel->left + panel->right) / 2, (panel->top + panel->bottom) / 2 + 5, 0.5, 15, FALSE, acu_colour_faint_text,
                     0, _("no numbers yet"));
}

static gboolean
any_known (const double *numbers, guint n)
{
  for (guint i = 0; numbers && i < n; i++)
    if (isfinite (numbers[i]))
      return TRUE;
  return FALSE;
}

static void
draw_loss (cairo_t *canvas, const AcuRunLog *log, const AcuPanel *panel)
{
  const double *steps = acu_run_log_column (log, "step"), *loss = acu_run_log_column (log, "loss");
  double sigma = fmin (SMOOTH_SHARE * log->rows, SMOOTH_MOST), legend = panel->right;
  gboolean smooths = sigma >= 0.5, known = any_known (loss, log->rows);
  Curve curve = { panel, &panel->values, acu_curve_raw, 1, FALSE };

  if (log->rows > 0)
    draw_values (canvas, panel, &panel->values, FALSE, acu_colour_faint_text);
  if (known)
    {
      g_autofree double *smooth = acu_curves_smooth (loss, log->rows, smooths ? sigma : 0);

      if (smooths)
        {
          draw_curve (canvas, &curve, steps, loss, log->rows);
          legend = draw_legend (canvas, panel, legend, acu_curve_raw, 2, _("as logged"));
        }
      curve.colour = acu_curve_loss;
      curve.line_width = 2;
      curve.marks = log->rows == 1;
      draw_curve (canvas, &curve, steps, smooth, log->rows);
      legend = draw_legend (canvas, panel, legend, acu_curve_loss, 2, smooths ? _("loss, smoothed") : _("loss"));
    }
  for (guint c = 0, part = 0; c < log->columns && part < G_N_ELEMENTS (part_colours); c++)
    {
      const double *numbers = log->numbers + (gsize) c * log->rows;

      if (acu_curves_is_part (log, c) && any_known (numbers, log->rows))
        {
          g_autofree double *smooth = acu_curves_smooth (numbers, log->rows, smooths ? sigma : 0);

          curve.colour = part_colours[part++];
          curve.line_width = 1.4;
          draw_curve (canvas, &curve, steps, smooth, log->rows);
          legend = draw_legend (canvas, panel, legend, curve.colour, 2, log->names[c]);
          known = TRUE;
        }
    }
  draw_heading (canvas, panel, _("Loss"), known);
}

static void
draw_validation (cairo_t *canvas, const AcuRunLog *log, const AcuPanel *panel)
{
  const double *steps = acu_run_log_column (log, "step");
  const double *psnr = acu_run_log_column (log, "psnr_y"), *ssim = acu_run_log_column (log, "ssim_y");
  double legend = panel->right;

  if (any_known (psnr, log->rows))
    draw_values (canvas, panel, &panel->values, FALSE, acu_curve_psnr);
  if (any_known (ssim, log->rows))
    {
      const Curve curve = { panel, &panel->second, acu_curve_ssim, 1.6, TRUE };

      draw_values (canvas, panel, &panel->second, TRUE, acu_curve_ssim);
      draw_curve (canvas, &curve, steps, ssim, log->rows);
      legend = draw_legend (canvas, panel, legend, acu_curve_ssim, 2, _("SSIM of Y (right axis)"));
    }
  if (any_known (psnr, log->rows))
    {
      const Curve curve = { panel, &panel->values, acu_curve_psnr, 2, TRUE };

      draw_curve (canvas, &curve, steps, psnr, log->rows);
      draw_legend (canvas, panel, legend, acu_curve_psnr, 2, _("PSNR of Y in dB (left axis)"));
    }
  draw_heading (canvas, panel, _("Validation"), any_known (psnr, log->rows) || any_known (ssim, log->rows));
}

static void
draw_rate (cairo_t *canvas, const AcuRunLog *log, const AcuPanel *panel)
{
  const double *rate = acu_run_log_column (log, "learning_rate");
  const Curve curve = { panel, &panel->values, acu_curve_rate, 2, log->rows == 1 };

  if (any_known (rate, log->rows))
    {
      draw_values (canvas, panel, &panel->values, FALSE, acu_colour_faint_text);
      draw_curve (canvas, &curve, acu_run_log_column (log, "step"), rate, log->rows);
    }
  draw_heading (canvas, panel, _("Learning rate"), any_known (rate, log->rows));
}

/* The last number that is known, or the largest; NaN when there is none. *row says where. */
static double
find (const double *numbers, guint n, gboolean largest, guint *row)
{
  double found = NAN;

  for (guint i = 0; numbers && i < n; i++)
    if (isfinite (numbers[i]) && !(largest && numbers[i] <= found))
      {
        found = numbers[i];
        *row = i;
      }
  return found;
}

/* What the run came to, in one line. */
static char *
summary (const AcuRunLog *log)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const double *steps = acu_run_log_column (log, "step");
  guint row = 0;
  double last = find (steps, log->rows, FALSE, &row), seconds = find (acu_run_log_column (log, "seconds"), log->rows, FALSE, &row);
  double loss = find (acu_run_log_column (log, "loss"), log->rows, FALSE, &row);
  double speed = find (acu_run_log_column (log, "pictures_per_second"), log->rows, FALSE, &row);
  double psnr = find (acu_run_log_column (log, "psnr_y"), log->rows, TRUE, &row);

  if (isfinite (last))
    g_ptr_array_add (parts, g_strdup_printf (_("%'.0f steps"), last));
  if (isfinite (seconds))
    g_ptr_array_add (parts, acu_format_seconds (seconds));
  if (isfinite (speed))
    g_ptr_array_add (parts, g_strdup_printf (_("%'.*f pictures a second"), speed < 10 ? 1 : 0, speed));
  if (isfinite (loss))
    g_ptr_array_add (parts, g_strdup_printf (_("loss %.4g"), loss));
  if (isfinite (psnr))
    g_ptr_array_add (parts, g_strdup_printf (_("best PSNR %.2f dB at step %'.0f"), psnr, steps[row]));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

gboolean
acu_report_curves (const char *log_path, const char *title, const char *path, GError **error)
{
  static void (*const draw[ACU_PANELS]) (cairo_t *, const AcuRunLog *, const AcuPanel *) = { draw_loss, draw_validation, draw_rate };
  AcuRunLog *log = acu_run_log_read (log_path, error);
  cairo_t *canvas = log ? acu_canvas_new (ACU_CURVES_WIDTH, ACU_CURVES_HEIGHT, error) : NULL;
  AcuPanel panels[ACU_PANELS];
  gboolean ok = FALSE;

  if (canvas)
    {
      g_autofree char *text = summary (log);

      acu_curves_layout (log, panels);
      acu_canvas_text (canvas, panels[0].left, 40, 0, 22, TRUE, acu_colour_text, panels[0].right - panels[0].left, title);
      acu_canvas_text (canvas, panels[0].left, 65, 0, 14, FALSE, acu_colour_faint_text, panels[0].right - panels[0].left, text);
      for (int p = 0; p < ACU_PANELS; p++)
        {
          if (log->rows > 0)
            draw_steps (canvas, &panels[p], p == ACU_PANELS - 1);
          draw_frame (canvas, &panels[p]);
          draw[p] (canvas, log, &panels[p]);
        }
      ok = acu_canvas_save (canvas, path, error);
      cairo_destroy (canvas);
    }
  acu_run_log_free (log);
  return ok;
}
