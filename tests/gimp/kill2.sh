#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# GIMP's Cancel button kills a plug-in: whenever that happens, the image is as it was, GIMP lives on and no file is left behind.
#   kill2.sh PLUG-IN-PROGRAM
set -u
program=$1
rounds=6
command -v gimp >/dev/null && gimp --version | grep -q ' 2\.10' || { echo "1..0 # SKIP there is no GIMP 2.10"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/gimp/plug-ins/acuity-upscale" "$work/out" "$work/data" "$work/cache" "$work/tmp"
cp "$program" "$work/gimp/plug-ins/acuity-upscale/acuity-upscale"
export GIMP2_DIRECTORY="$work/gimp" XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache" TMPDIR="$work/tmp" LC_ALL=C.UTF-8
unset ACUITY_MODELS

cat >"$work/script.scm" <<SCHEME
(define image (car (gimp-image-new 1500 1000 RGB)))
(define layer (car (gimp-layer-new image 1500 1000 RGBA-IMAGE "photo" 100 LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image layer 0 0)
(gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 0 0 FALSE 0 0 1500 1000)
(gimp-selection-all image)
(define (save name) (gimp-xcf-save RUN-NONINTERACTIVE image layer (string-append "$work/out/" name ".xcf") name))
(save "before")
(define (round-trip n)
  (define killed #t)
  (gimp-message (string-append "START " (number->string n)))
  (catch #f (begin
    (plug-in-acuity-upscale RUN-NONINTERACTIVE image layer "lanczos3" "factor" 8 0 0 0 0 0 300 1 "auto" "fast" 0 1 "off" 1 "off" 1 0 0 1 0 "image" 0 1)
    (set! killed #f)))
  (if (not killed) (gimp-message "NOT KILLED"))
  (save (string-append "after-" (number->string n)))
  (if (< n $rounds) (round-trip (+ n 1))))
(round-trip 1)
(gimp-message "ALIVE")
SCHEME
timeout 200 gimp -i -d -f -s -b "(load \"$work/script.scm\")" -b '(gimp-quit 1)' >"$work/log" 2>&1 &
gimp=$!

# Kills the plug-in a little later in each round.
for round in $(seq $rounds); do
  until grep -q "START $round" "$work/log" || ! kill -0 $gimp 2>/dev/null; do sleep 0.05; done
  until pgrep -f "$work/gimp/plug-ins/acuity-upscale" >/dev/null || ! kill -0 $gimp 2>/dev/null; do sleep 0.02; done
  sleep "0.$((round * 137 % 10))"
  pkill -9 -f "$work/gimp/plug-ins/acuity-upscale"
done
wait $gimp

count=0 failed=0
check () { count=$((count + 1)); if [ "$1" = 0 ]; then echo "ok $count - $2"; else failed=1; echo "not ok $count - $2"; fi; }
for round in $(seq $rounds); do
  cmp "$work/out/before.xcf" "$work/out/after-$round.xcf" >/dev/null 2>&1
  check $? "killed, round $round: the image is as it was"
done
grep -q ALIVE "$work/log"; check $? 'GIMP lives on'
! grep -q 'NOT KILLED' "$work/log"; check $? 'each of them was killed at work'
[ -z "$(find "$work/tmp" -mindepth 1 ! -name 'gimp*' ! -type d)" ]; check $? 'no temporary files are left'
echo "1..$count"
[ $failed = 0 ] || { sed 's/^/# /' "$work/log" | tail -30; exit 1; }
