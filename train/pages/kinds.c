/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How often pages are what. */
#include "kinds.h"

const AcuPageKind acu_page_kinds[] = {
  { "document", 20, ACU_NEEDS_NOTHING, 46, 15, 25, acu_page_draw_document },
  { "table", 6, ACU_NEEDS_NOTHING, 40, 15, 15, acu_page_draw_table },
  { "receipt", 8, ACU_NEEDS_NOTHING, 40, 10, 60, acu_page_draw_receipt },
  { "screen", 12, ACU_NEEDS_NOTHING, 56, 15, 0, acu_page_draw_window },
  { "code", 7, ACU_NEEDS_NOTHING, 52, 12, 0, acu_page_draw_code },
  { "label", 9, ACU_NEEDS_NOTHING, 72, 0, 50, acu_page_draw_label },
  { "sign", 8, ACU_NEEDS_NOTHING, 80, 0, 50, acu_page_draw_sign },
  { "photo", 20, ACU_NEEDS_PHOTOS, 80, 10, 40, acu_page_draw_on_photo },
  { "caption", 5, ACU_NEEDS_NOTHING, 56, 15, 0, acu_page_draw_caption },
  { "logos", 5, ACU_NEEDS_LOGOS, 40, 10, 0, acu_page_draw_logos },
  { "pattern", 10, ACU_NEEDS_ASKING, 80, 0, 50, acu_page_draw_pattern },
  { NULL }
};

const guint acu_page_schemes[ACU_SCHEMES] = {
  [ACU_SCHEME_BLACK_ON_WHITE] = 40, [ACU_SCHEME_PAPER] = 18, [ACU_SCHEME_DARK] = 20, [ACU_SCHEME_COLOURED] = 22
};

const char *const acu_page_scheme_names[ACU_SCHEMES] = {
  [ACU_SCHEME_BLACK_ON_WHITE] = "black-on-white", [ACU_SCHEME_PAPER] = "paper", [ACU_SCHEME_DARK] = "dark", [ACU_SCHEME_COLOURED] = "coloured"
};
