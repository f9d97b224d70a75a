/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity-train validate: the options of a validation. */
#ifndef ACU_RUN_VALIDATE_H
#define ACU_RUN_VALIDATE_H

/* Like main(), argv[0] being the command's name. */
int acu_run_validate (int argc, char **argv);

#endif
