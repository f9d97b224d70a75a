/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pictures of a training run: how it went, and what the net does. PNG files, written atomically. */
#ifndef ACU_REPORT_H
#define ACU_REPORT_H

#include <glib.h>

G_BEGIN_DECLS

/* Draws the log of a run into `path`: loss, raw and smoothed, with its parts; validation PSNR and SSIM; learning rate; each over
 * the steps. 1,200 × 1,000 pixels. `title` (UTF-8) goes on top.
 *
 * The log is a CSV file whose first line names the columns: "step" must be there; "loss", "learning_rate", "psnr_y", "ssim_y", "seconds" and
 * "pictures_per_second" are known; "gradient_norm" is not drawn; every other one is taken for a part of the loss. Empty places
 * and "nan" are numbers that are not known; a last line without an end is still being written and left out. A log without rows gives
 * panels that say so. The loss has a logarithmic scale unless something in its panel is not above 0.
 *
 * FALSE with ACU_ERROR_IO or ACU_ERROR_FORMAT (naming the line), ACU_ERROR_MEMORY. Thread-safe. */
gboolean acu_report_curves (const char *log, const char *title, const char *path, GError **error);

/**
 * AcuReportCell: one picture of a sheet.
 * @pixels: @width × @height interleaved RGB floats, sRGB-encoded, 0..1; others are limited, NaN shows as magenta. NULL for an empty place
 * @text: goes under the heading: numbers, lines separated by "\n"; may be NULL
 */
typedef struct AcuReportCell
{
  const float *pixels;
  int width, height;
  const char *text;
} AcuReportCell;

/**
 * AcuReportSheet: a table of pictures.
 * @title: on top; may be NULL
 * @headings: @columns names: "bicubic", "before", "after", "truth"
 * @names: @rows names of the pictures
 * @cells: @rows × @columns, row by row
 * @enlargement: 1 or more; whole-number factor at which pictures are drawn, by repeating pixels. A picture that is smaller
 *   than the largest in its row gets a larger factor, as long as it stays within that one's size
 */
typedef struct AcuReportSheet
{
  const char *title;
  guint columns, rows;
  const char *const *headings;
  const char *const *names;
  const AcuReportCell *cells;
  int enlargement;
} AcuReportSheet;

/* Draws the sheet. Texts are UTF-8 (other bytes are replaced); what is too wide is shortened. FALSE with ACU_ERROR_ARGUMENT for a sheet
 * without cells, or with pictures of no size, ACU_ERROR_SIZE when it would be wider or higher than 32,767 pixels, ACU_ERROR_IO, ACU_ERROR_MEMORY. */
gboolean acu_report_sheet (const AcuReportSheet *sheet, const char *path, GError **error);

G_END_DECLS

#endif
