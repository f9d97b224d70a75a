#!/bin/sh
# SPDX-License-Identifier: LGPL-3.0-or-later
# packing_sources.sh HEADER SOURCE…: a word that changes with the sources by which weights are packed, so that what an
# earlier version has kept is never taken for this one's.
header=$1
shift
sum=$(cat "$@" | sha256sum | cut -c 1-32) && [ ${#sum} = 32 ] && printf '#define ACU_PACKING_SOURCES "%s"\n' "$sum" > "$header"
