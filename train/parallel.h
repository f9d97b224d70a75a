/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Several processes that train one network: each makes its own crops, and all take the same steps. Over MPI where Acuity was built with
 * it; else there is one process. To be called from the main thread. */
#ifndef ACU_PARALLEL_H
#define ACU_PARALLEL_H

#include <glib.h>

G_BEGIN_DECLS

/* Joins the other processes that mpirun has started; does nothing else when there are none. */
void acu_parallel_begin (int *argc, char ***argv);
/* Leaves them. With a failure, all of them end. */
void acu_parallel_end (gboolean failed);

/* How many there are, and which of them this is, from 0 on. */
int acu_parallel_size (void);
int acu_parallel_rank (void);

/* Replaces n numbers by their sums over all processes, the same in each of them. */
void acu_parallel_add (float *numbers, gsize n);
void acu_parallel_add_doubles (double *numbers, gsize n);
/* Whether any process says so; all of them get the same answer. */
gboolean acu_parallel_any (gboolean mine);

G_END_DECLS

#endif
