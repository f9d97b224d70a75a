#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# The plug-in in GIMP 3 without a window:  gimp3.sh PLUG-IN-PROGRAM
set -u
program=$1
here=$(cd "$(dirname "$0")" && pwd)
command -v gimp-console-3.0 >/dev/null || { echo "1..0 # SKIP there is no GIMP 3"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/gimp/plug-ins/acuity-upscale" "$work/out" "$work/data" "$work/cache" "$work/tmp"
cp "$program" "$work/gimp/plug-ins/acuity-upscale/acuity-upscale"
python3 "$here/make_icc.py" "$work/out/test.icc" || exit 1
# the language decides how messages read, and the models of this user must not matter
export GIMP3_DIRECTORY="$work/gimp" XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache" TMPDIR="$work/tmp" LC_ALL=C.UTF-8
unset ACUITY_MODELS
timeout 300 gimp-console-3.0 -i -d -f --batch-interpreter=plug-in-script-fu-eval -b "(begin (define FOLDER \"$work/out\") (load \"$here/gimp3.scm\"))" --quit \
  >"$work/log" 2>&1

failed=0 count=0
result () { count=$((count + 1)); [ "$1" = ok ] || failed=$((failed + 1)); echo "$1 $count - $2"; }
# GIMP's console puts "script-fu-Warning: " before each message
while read -r line; do
  case $line in
    'done') finished=yes ;;
    'ok - '*) result ok "${line#ok - }" ;;
    'not ok - '*) result 'not ok' "${line#not ok - }" ;;
  esac
done < <(sed -n 's/.*Warning: TAP //p' "$work/log")
[ "${finished:-}" ] && result ok 'the script ran to its end' || result 'not ok' 'the script ran to its end'

for ours in "$work"/out/*-ours.xcf; do
  [ -e "$ours" ] || continue
  name=$(basename "$ours" -ours.xcf)
  cmp "$ours" "$work/out/$name-gimp.xcf" >/dev/null && result ok "$name: the same file as GIMP's own scaling" \
    || result 'not ok' "$name: the same file as GIMP's own scaling"
done
for after in "$work"/out/refused-*.xcf; do
  [ -e "$after" ] || continue
  name=$(basename "$after" .xcf)
  cmp "$after" "$work/out/before.xcf" >/dev/null && result ok "$name: image untouched" || result 'not ok' "$name: image untouched"
done
grep -q 'another size than expected' "$work/log" && result 'not ok' 'GIMP made every size that was expected' \
  || result ok 'GIMP made every size that was expected'
grep -q 'no-such-model' "$work/log" && result ok 'the message names the model' || result 'not ok' 'the message names the model'
[ -z "$(find "$work/tmp" -mindepth 1 ! -name 'gimp*' ! -type d)" ] && result ok 'no temporary files are left' \
  || result 'not ok' 'no temporary files are left'
echo "1..$count"
[ $failed -eq 0 ] || { sed 's/^/# /' "$work/log" | tail -40; if [ -n "${KEEP:-}" ]; then cp -r "$work/out/." "$KEEP"; fi; exit 1; }
