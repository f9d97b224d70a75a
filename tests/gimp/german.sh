#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# The dialog in German, whose words are long, in a real window on a small screen.   german.sh 2|3 PLUG-IN-PROGRAM FOLDER-FOR-PHOTOGRAPHS SAMPLE.png GERMAN.po
set -u
major=$1 program=$2 shots=$3 sample=$4 catalogue=$5
command -v msgfmt >/dev/null || { echo '1..0 # SKIP msgfmt is not installed'; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
ACUITY_TEST_LOCALE=$(mktemp -d)/locale
mkdir -p "$ACUITY_TEST_LOCALE/de/LC_MESSAGES"
msgfmt -o "$ACUITY_TEST_LOCALE/de/LC_MESSAGES/acuity.mo" "$catalogue" || exit 1
# Newer C libraries translate nothing in the locale C.UTF-8, and need a German one.
locales=$(mktemp -d)
export LANGUAGE=de LC_ALL=C.UTF-8
language=de
if localedef --no-archive -i de_DE -f UTF-8 "$locales/de_DE.UTF-8" 2>/dev/null; then export LOCPATH=$locales LC_ALL=de_DE.UTF-8; fi
if [ "$(TEXTDOMAIN=acuity TEXTDOMAINDIR=$ACUITY_TEST_LOCALE gettext 'AI Upscale')" = 'AI Upscale' ]; then
  rm -rf "$locales" "$(dirname "$ACUITY_TEST_LOCALE")"
  echo '1..0 # SKIP this system has no German locale, and translates nothing in C.UTF-8'
  exit 0
fi
screen=1366x700
. "$here/windows.sh"
# The last in the list of presets has all at once that makes the dialog high, the one before it the usual values.
printf '%s\n' '[preset 1]' 'name=Usual' '[preset 2]' 'name=High' 'model=diffusion-x4' 'size-mode=print' 'print-width=300' 'print-height=200' >"$work/gimp/acuity-upscale.presets"
# Whether the window with its frame has room on a screen of 768 pixels of which a panel takes some.
fits () {
  local HEIGHT WIDTH frame
  eval "$(xdotool getwindowgeometry --shell "$dialog")"
  frame=$(xprop -id "$dialog" _NET_FRAME_EXTENTS | sed 's/.*= //' | awk -F', ' '{ print $3 + $4 }')
  echo "# $WIDTH x $HEIGHT and a frame of $frame" >&2
  [ $((HEIGHT + frame)) -le 700 ] && [ "$WIDTH" -le 1366 ]
}
rm -rf "$(dirname "$ACUITY_TEST_LOCALE")"
if [ "$major" = 2 ]; then
  start_gimp "(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"$sample\" \"$sample\")))) (gimp-display-new image)
    (plug-in-acuity-upscale RUN-INTERACTIVE image (car (gimp-image-get-active-drawable image)) \"\" \"\" 0 0 0 0 0 0 0 0 \"\" \"\" 0 0 \"\" 1 \"\" 1 0 0 1 0 \"\" 0 1))"
else
  start_gimp "(script-fu-use-v3) (let* ((image (gimp-file-load RUN-NONINTERACTIVE \"$sample\"))) (gimp-display-new image)
    (plug-in-acuity-upscale #:run-mode RUN-INTERACTIVE #:image image #:drawables (gimp-image-get-layers image)))"
fi
if dialog=$(wait_title '^KI-Vergrößerung$' 90); then
  ok 'the dialog has a German title'
  close_greetings
  activate "$dialog"; sleep 4
  shot "dialog-german" "$dialog"
  check 'it fits a small screen' fits
  activate "$dialog"
  keys shift+Tab shift+Tab shift+Tab shift+Tab End; sleep 2
  shot "dialog-german-high" "$dialog"
  check 'more options change it' differ dialog-german dialog-german-high 5000
  check 'and then it still fits' fits
  activate "$dialog"
  keys Up; sleep 1
  keys alt+v                      # _Vergrößern
  check 'a German access key enlarges' wait_title '482x358' 60
else
  not_ok 'the dialog has a German title'
fi
rm -rf "$locales"
finish
