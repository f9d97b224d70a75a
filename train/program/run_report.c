/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_report.h"

#include "arch.h"
#include "degradation.h"
#include "held_out.h"
#include "report.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <string.h>

/* Pictures of a sheet, and the side of the part of each that is shown, at most. */
#define ROWS 6
#define SIDE 192
enum { GIVEN, BICUBIC, MODEL, TRUTH, COLUMNS };

/* What a sheet's cells show; freed with it. */
typedef struct Sheet
{
  AcuReportCell cells[ROWS * COLUMNS];
  const char *names[ROWS];
  guint columns;                  /* without BICUBIC where masks are learnt */
  guint rows;
  GPtrArray *memory;              /* g_free() */
} Sheet;

/* The middle `side` of a picture, rounded down to multiples of `step`. */
static void
set_cell (Sheet *sheet, guint column, const float *pixels, int width, int height, int side, int step, char *text)
{
  int w = MIN (side, width), h = MIN (side, height), x = (width - w) / 2 / step * step, y = (height - h) / 2 / step * step;
  float *part = g_new (float, (gsize) w * h * 3);

  for (int row = 0; row < h; row++)
    memcpy (part + (gsize) row * w * 3, pixels + ((gsize) (y + row) * width + x) * 3, (gsize) w * 3 * sizeof (float));
  g_ptr_array_add (sheet->memory, part);
  g_ptr_array_add (sheet->memory, text);
  column -= sheet->columns < COLUMNS && column > BICUBIC;
  sheet->cells[sheet->rows * sheet->columns + column] = (AcuReportCell) { part, w, h, text };
}

static gboolean
add_result (Sheet *sheet, guint column, const AcuHeldOut *picture, const AcuNet *net, int scale, GError **error)
{
  double seconds, psnr, ssim;
  float *result = acu_held_out_enlarge (picture, net, scale, (int) g_get_num_processors (), &seconds, error);
  gboolean ok = result && acu_held_out_measure (picture, result, scale, &psnr, &ssim, error);

  if (ok)
    set_cell (sheet, column, result, picture->width, picture->height, SIDE / scale * scale, scale,
              g_strdup_printf (_("PSNR %.2f dB\nSSIM %.4f"), psnr, ssim));
  acu_free (result);
  return ok;
}

static gboolean
add_row (Sheet *sheet, const AcuHeldOut *picture, const AcuNet *net, int scale, GError **error)
{
  sheet->names[sheet->rows] = picture->name;
  set_cell (sheet, GIVEN, picture->small, picture->width / scale, picture->height / scale, SIDE / scale, 1, NULL);
  set_cell (sheet, TRUTH, picture->large, picture->width, picture->height, SIDE / scale * scale, scale, NULL);
  if ((sheet->columns == COLUMNS && !add_result (sheet, BICUBIC, picture, NULL, scale, error))
      || !add_result (sheet, MODEL, picture, net, scale, error))
    return FALSE;
  sheet->rows++;
  return TRUE;
}

static gboolean
draw_sheet (const AcuRunFile *run, const GPtrArray *held_out, const AcuNet *net, const char *path, GError **error)
{
  const char *const headings[COLUMNS] = { _("given"), _("bicubic"), run->name, _("truth") };
  const char *const of_masks[] = { headings[GIVEN], headings[MODEL], headings[TRUTH] };
  Sheet sheet = { .columns = run->masks ? G_N_ELEMENTS (of_masks) : COLUMNS, .memory = g_ptr_array_new_with_free_func (g_free) };
  AcuReportSheet all = { run->name, sheet.columns, 0, run->masks ? of_masks : headings, sheet.names, sheet.cells, 1 };
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < held_out->len; i++)
    ok = add_row (&sheet, g_ptr_array_index (held_out, i), net, run->scale, error);
  all.rows = sheet.rows;
  ok = ok && acu_report_sheet (&all, path, error);
  g_ptr_array_unref (sheet.memory);
  return ok;
}

static GPtrArray *
load_held_out (const AcuRunFile *run, GError **error)
{
  AcuPictureFolders folders = { (const char *const *) run->held_out, run->masks ? run->shrink : 1, ACU_HELD_OUT_LEAST,
                                MIN (ROWS, run->validate_most), run->masks };
  AcuTrainDegradation *degradation = acu_train_degradation_new (run, error);
  GPtrArray *pictures = degradation ? acu_train_pictures_load (&folders, error) : NULL, *held_out = NULL;

  if (pictures && pictures->len > ROWS)
    g_ptr_array_set_size (pictures, ROWS);
  if (pictures)
    held_out = acu_held_out_new (pictures, run->scale, acu_train_degrade, degradation, error);
  g_clear_pointer (&pictures, g_ptr_array_unref);
  acu_train_degradation_free (degradation);
  return held_out;
}

gboolean
acu_report_run (const AcuRunFile *run, const char *folder, GError **error)
{
  g_autofree char *log = g_build_filename (folder, "log.csv", NULL), *curves = g_build_filename (folder, "curves.png", NULL);
  g_autofree char *model = g_build_filename (folder, "model.safetensors", NULL), *sheet = g_build_filename (folder, "sheet.png", NULL);
  AcuWeights *weights = NULL;
  AcuNet *net = NULL;
  GPtrArray *held_out = NULL;
  gboolean ok;

  ok = acu_report_curves (log, run->name, curves, error) && (weights = acu_load_safetensors (model, error))
       && (net = acu_arch_build (weights, error)) && (held_out = load_held_out (run, error))
       && draw_sheet (run, held_out, net, sheet, error);
  acu_weights_free (weights);
  if (net)
    acu_net_unref (net);
  g_clear_pointer (&held_out, g_ptr_array_unref);
  if (ok)
    g_print (_("%s and %s\n"), curves, sheet);
  return ok;
}
