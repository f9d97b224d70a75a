/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "compare.h"

static const AcuTableMeasure measures[COMPARE_MEASURES] = {
  [COMPARE_SECONDS] = { "seconds", 3, ACU_BEST_NONE },      [COMPARE_PSNR] = { "PSNR-Y dB", 2, ACU_BEST_LARGEST },
  [COMPARE_SSIM] = { "SSIM-Y", 4, ACU_BEST_LARGEST },       [COMPARE_FEATURES] = { NULL, 4, ACU_BEST_SMALLEST },
  [COMPARE_NIQE] = { "NIQE", 2, ACU_BEST_SMALLEST },        [COMPARE_CONSISTENCY] = { "consistency dB", 2, ACU_BEST_LARGEST },
};

/* What a table is made of. */
typedef struct Made
{
  AcuTable table;                 /* first: it is what others see */
  AcuTableMeasure measures[COMPARE_MEASURES];
  char *features;
  AcuTableRow *rows;
} Made;

const AcuTableMeasure *
compare_measures (void)
{
  return measures;
}

char *
compare_features_name (const Comparison *c)
{
  return g_strdup_printf ("feature distance (%s)", c->judge);
}

AcuTable *
compare_table_new (const Comparison *c)
{
  Made *made = g_new0 (Made, 1);

  made->features = compare_features_name (c);
  made->rows = g_new0 (AcuTableRow, c->approaches->len);
  for (int m = 0; m < COMPARE_MEASURES; m++)
    made->measures[m] = measures[m];
  made->measures[COMPARE_FEATURES].name = made->features;
  for (guint i = 0; i < c->approaches->len; i++)
    {
      const CompareApproach *approach = g_ptr_array_index (c->approaches, i);

      made->rows[i] = (AcuTableRow) { c->name, approach->name, approach->values };
    }
  made->table = (AcuTable) { made->measures, COMPARE_MEASURES, made->rows, c->approaches->len };
  return &made->table;
}

void
compare_table_free (AcuTable *table)
{
  Made *made = (Made *) table;

  g_free (made->features);
  g_free (made->rows);
  g_free (made);
}
