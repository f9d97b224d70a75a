/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/error.h>

G_DEFINE_QUARK (acu-error-quark, acu_error)
