#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Prints the list that POTFILES.in must be: every source with a text to translate.
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8
echo '# SPDX-License-Identifier: LGPL-3.0-or-later'
echo '# Written by po/potfiles.sh'
grep -rlE '\b(_|N_|C_|ngettext|dngettext|g_dngettext) ?\("|\b_ ?\($' --include='*.c' --include='*.h' core plugins po tools train 2>/dev/null | sort
