/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Marks what libacuity offers to other programs: functions only. Tables would be in a program twice when it and a plug-in that it
 * loads both contain the library. */
#ifndef ACU_API_H
#define ACU_API_H

#define ACU_API __attribute__ ((visibility ("default")))

#endif
