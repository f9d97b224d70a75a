/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What operations have in common that make all of their result from all of their input at once: a network sees far, and nothing is gained by
 * asking for a part. */
#ifndef ACU_GEGL_WHOLE_H
#define ACU_GEGL_WHOLE_H

#include "bridge.h"

#include <gegl-plugin.h>

G_BEGIN_DECLS

/* The input's extent; empty where nothing is connected. */
GeglRectangle acu_whole_input (GeglOperation *operation);

/* Where the result of a picture that covers `in` lies when it is enlarged so many times; empty and infinite pictures stay as they are. */
void acu_whole_grow (const GeglRectangle *in, double scale, GeglRectangle *out);

/* Formats (the input as it is, the result as the bridge makes it), regions and properties of the class; what is set afterwards counts instead. The
 * result has the input's bounds. */
void acu_whole_class_init (GeglOperationClass *klass);

/* Runs the job with progress and puts its result, or the trust map where job->trust says so, at `place`. GEGL has no errors to return: on failure the reason is printed as a warning of the
 * operation `name`, the result stays empty, and FALSE is returned. GEGL's number of threads is taken. */
gboolean acu_whole_process (GeglOperation *operation, AcuBridgeJob *job, const char *name, GeglBuffer *output, const GeglRectangle *place);

G_END_DECLS

#endif
