/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Acuity: AI image upscaling. This header includes the whole public interface. */
#ifndef ACU_ACUITY_H
#define ACU_ACUITY_H

#include <acuity/api.h>
#include <acuity/candidates.h>
#include <acuity/degrade.h>
#include <acuity/devices.h>
#include <acuity/error.h>
#include <acuity/faces.h>
#include <acuity/features.h>
#include <acuity/maps.h>
#include <acuity/metrics.h>
#include <acuity/model.h>
#include <acuity/options.h>
#include <acuity/resample.h>
#include <acuity/sharpness.h>
#include <acuity/size.h>
#include <acuity/text.h>
#include <acuity/trust.h>
#include <acuity/upscaler.h>

#endif
