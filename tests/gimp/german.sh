#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# The dialog in German, in a real window.   german.sh 2|3 PLUG-IN-PROGRAM FOLDER-FOR-PHOTOGRAPHS SAMPLE.png GERMAN.po
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
. "$here/windows.sh"
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
  keys alt+v                      # _Vergrößern
  check 'a German access key enlarges' wait_title '482x358' 60
else
  not_ok 'the dialog has a German title'
fi
rm -rf "$locales"
finish
