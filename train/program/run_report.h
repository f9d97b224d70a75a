/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a run has come to, as pictures. */
#ifndef ACU_RUN_REPORT_H
#define ACU_RUN_REPORT_H

#include "run_file.h"

G_BEGIN_DECLS

/* Draws curves.png, the run's log, and sheet.png, the middle of some held-out pictures as they were given, as bicubic enlargement and the model make
 * them, and as they truly are, into the run's folder, from log.csv and model.safetensors there. */
gboolean acu_report_run (const AcuRunFile *run, const char *folder, GError **error);

G_END_DECLS

#endif
