#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# What a screen reader says of the dialog: everything that can have the focus has a name, lists say what is chosen.
#   reader.sh 2|3 PLUG-IN-PROGRAM FOLDER-FOR-PHOTOGRAPHS SAMPLE.png
set -u
major=$1 program=$2 shots=$3 sample=$4
here=$(cd "$(dirname "$0")" && pwd)
/usr/bin/python3 -c 'import gi; gi.require_version("Atspi", "2.0")' 2>/dev/null && [ -x /usr/libexec/at-spi-bus-launcher ] \
  || { echo '1..0 # SKIP there is no accessibility bus'; exit 0; }
. "$here/windows.sh"
unset NO_AT_BRIDGE
if [ "$major" = 2 ]; then
  export GTK_MODULES=gail:atk-bridge
  start_gimp "(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"$sample\" \"$sample\")))) (gimp-display-new image)
    (plug-in-acuity-upscale RUN-INTERACTIVE image (car (gimp-image-get-active-drawable image)) \"\" \"\" 0 0 0 0 0 0 0 0 \"\" \"\" 0 0 \"\" 1 \"\" 1 0 0 1 0 \"\" 0 1))"
else
  start_gimp "(script-fu-use-v3) (let* ((image (gimp-file-load RUN-NONINTERACTIVE \"$sample\"))) (gimp-display-new image)
    (plug-in-acuity-upscale #:run-mode RUN-INTERACTIVE #:image image #:drawables (gimp-image-get-layers image)))"
fi
wait_title '^AI Upscale$' 90 >/dev/null || { not_ok 'the dialog opens'; finish; }
close_greetings
plug_in=$(pgrep -f "$work/gimp/plug-ins/acuity-upscale/acuity-upscale" | head -1)
DBUS_SESSION_BUS_ADDRESS=$(tr '\0' '\n' <"/proc/$plug_in/environ" | sed -n 's/^DBUS_SESSION_BUS_ADDRESS=//p')
export DBUS_SESSION_BUS_ADDRESS
listen () { /usr/bin/python3 "$here/reader.py" 'AI Upscale' 30 >"$work/said"; }
check 'the accessibility bus knows the dialog' listen
# the preview may still be computed
for i in $(seq 20); do grep -q 'Preview	100 %' "$work/said" && break; sleep 0.5; listen; done
sed 's/^/# /' "$work/said"
said () { grep -qiE "$(printf '^%s\t%s' "$1" "$2")" "$work/said"; }
check 'many things can have the focus' [ "$(wc -l <"$work/said")" -ge 20 ]
check 'all of them have a name' eval "! grep -qP '^[^\t]*\t\t' '$work/said'"
for list in 'Model: Automatic' 'Size as: Factor' 'Precision: Fast' 'Text: Off' 'Faces: Off' 'Result: This image'; do
  check "a list with its label and what is chosen: $list" said 'combo box' "$list	"
done
for number in Factor 'Clean up' Strength 'Text strength' 'Face strength'; do
  check "a number with its label: $number" said 'spin button' "$number:"
done
check 'the preview, with what it shows' said '[a-z ]+' 'Preview	100 %'
check 'the button that enlarges' said '(push )?button' 'Upscale	'
finish
