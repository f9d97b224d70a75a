#!/bin/sh
# SPDX-License-Identifier: LGPL-3.0-or-later
# Runs a command with the operation installed where a user's would be: with_plugin.sh MODULE.so COMMAND…
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
module=$1
shift
mkdir -p "$folder/gegl-0.4/plug-ins"
cp "$module" "$folder/gegl-0.4/plug-ins/"
if [ -n "${ACUITY_TEST_LOCALE:-}" ]; then cp -r "$ACUITY_TEST_LOCALE" "$folder/gegl-0.4/plug-ins/locale"; fi
ACUITY_MODELS=${ACUITY_TEST_MODELS:-} XDG_DATA_HOME=$folder XDG_CACHE_HOME=$folder "$@"
