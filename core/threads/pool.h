/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The one thread pool of the process. Every job shares it, so running inside GEGL's or GIMP's own threads never makes more
 * busy threads than were asked for. */
#ifndef ACU_POOL_H
#define ACU_POOL_H

#include <glib.h>

G_BEGIN_DECLS

#define ACU_POOL_MAX_THREADS 256

/* Does task `task` (0 .. tasks - 1); `worker` is 0 .. threads - 1 and differs between tasks running at the same time, so that
 * it can name scratch memory. */
typedef void (*AcuTask) (void *data, int task, int worker);

/* Runs all tasks on at most `threads` threads, the caller's among them, and returns when all are done. Tasks may run in any order and
 * must not depend on it. May be called from several threads at once; not from inside a task. */
void acu_pool_run (int tasks, int threads, AcuTask run, void *data);

/* The same; the caller's thread does `beside` once before it takes any tasks, while the others have begun. It may run jobs of its own. */
typedef void (*AcuBeside) (void *data);
void acu_pool_run_beside (int tasks, int threads, AcuTask run, void *data, AcuBeside beside, void *beside_data);

G_END_DECLS

#endif
