/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_RUN_PAGES_H
#define ACU_RUN_PAGES_H

/* acuity-train pages: argv[0] is "pages". Returns the exit status. */
int acu_run_pages (int argc, char **argv);

#endif
