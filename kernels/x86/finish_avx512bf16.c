/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* As acu_finish_avx512(), where rounding to bfloat16 is an instruction. */
#include "kernels_private.h"

#include "vec_avx512.h"

#include "sigmoid_body.h"

#include "finish_body.h"

FINISH (acu_finish_avx512bf16)
