#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Changes a picture while it is being enlarged, which must be noticed. Then opens the dialog in a real window, photographs it,
# presses Enter and checks that the picture was enlarged, then that one Undo brings it back.
#   dialog_shot.sh 2|3 PLUG-IN-PROGRAM SHOT.png
# Environment: DIALOG_KEYS: keys for xdotool to press in the dialog before the photograph; DIALOG_TITLE: the
# translated title; ACUITY_TEST_LOCALE: a folder of translations to put beside the plug-in.
set -u
major=$1 program=$2 shot=$3
shots=$(dirname "$shot")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/windows.sh"

if [ "$major" = 2 ]; then
  script='(let* ((large (car (gimp-image-new 1500 1000 RGB)))
    (layer (car (gimp-layer-new large 1500 1000 RGBA-IMAGE "large" 100 LAYER-MODE-NORMAL))))
    (gimp-message-set-handler 1)
    (gimp-image-insert-layer large layer 0 0) (gimp-drawable-fill layer FILL-FOREGROUND)
    (let ((display (car (gimp-display-new large))))
      (catch #f (plug-in-acuity-upscale RUN-NONINTERACTIVE large layer "lanczos3" "factor" 8 0 0 0 0 0 300 1 "auto" "exact" 0 1 "off" 1 "off" 1 0 0 1 0 "image" 0 1))
      (gimp-message (string-append "LEFT " (number->string (car (gimp-image-width large)))))
      (gimp-image-clean-all large) (gimp-display-delete display)))
  (let* ((image (car (gimp-image-new 300 200 RGB)))
    (layer (car (gimp-layer-new image 300 200 RGBA-IMAGE "photo" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0) (gimp-drawable-fill layer FILL-FOREGROUND) (gimp-image-undo-disable image)
    (gimp-image-undo-enable image) (gimp-display-new image)
    (plug-in-acuity-upscale RUN-INTERACTIVE image layer "" "" 0 0 0 0 0 0 0 0 "" "" 0 0 "" 1 "" 1 0 0 1 0 "" 0 1))'
else
  script='(script-fu-use-v3) (let* ((large (gimp-image-new 1500 1000 RGB))
    (layer (gimp-layer-new large "large" 1500 1000 RGBA-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-message-set-handler 1)
    (gimp-image-insert-layer large layer 0 0) (gimp-drawable-fill layer FILL-FOREGROUND)
    (let ((display (gimp-display-new large)))
      (catch #f (plug-in-acuity-upscale #:run-mode RUN-NONINTERACTIVE #:image large #:drawables (vector layer)
        #:model "lanczos3" #:size-mode "factor" #:scale 8 #:precision "exact"))
      (gimp-message (string-append "LEFT " (number->string (gimp-image-get-width large))))
      (gimp-image-clean-all large) (gimp-display-delete display)))
  (let* ((image (gimp-image-new 300 200 RGB))
    (layer (gimp-layer-new image "photo" 300 200 RGBA-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image layer 0 0) (gimp-drawable-fill layer FILL-FOREGROUND) (gimp-image-undo-disable image)
    (gimp-image-undo-enable image) (gimp-display-new image)
    (plug-in-acuity-upscale #:run-mode RUN-INTERACTIVE #:image image #:drawables (vector layer)))'
fi
# GIMP runs one expression a -b
start_gimp "(begin $script)"

# Held while it computes, the plug-in cannot be faster than the one who changes the image.
change_while_computing () {
  local main plugin= i
  main=$(wait_title '1500x1000' 90) || return 1
  for i in $(seq 300); do
    plugin=$(pgrep -f "^$work/gimp/plug-ins/acuity-upscale" | tail -1)
    # processor time in hundredths of a second
    [ "$(awk '{ print $14 + $15 }' "/proc/$plugin/stat" 2>/dev/null || echo 0)" -gt 60 ] && break
    sleep 0.05
  done
  [ -n "$plugin" ] && kill -STOP "$plugin" || return 1
  close_greetings
  activate "$main"
  xdotool key ctrl+a
  sleep 1
  kill -CONT "$plugin"
  wait_title '300x200|AI Upscale' 60 >/dev/null && grep -q 'LEFT 1500' "$work/gimp.log"
}
check 'a picture that changes while it is enlarged is left alone' change_while_computing
if dialog=$(wait_title "^(AI Upscale|${DIALOG_TITLE:-AI Upscale})$" 90); then
  ok "the dialog appeared"
  sleep 2
  # GIMP 3 greets those who have just installed it
  close_greetings
  activate "$dialog"
  if [ -n "${DIALOG_KEYS:-}" ]; then xdotool key --delay 150 $DIALOG_KEYS; sleep 1; fi
  import -window root "$shot" && ok "photographed" || not_ok "photographed"
  xdotool key --delay 100 Return
  if main=$(wait_title '600x400' 60); then
    ok "the picture was enlarged from 300x200 to 600x400"
    sleep 1
    activate "$main"
    xdotool key ctrl+z
    if wait_title '300x200' 30 >/dev/null; then ok "one Undo brings it back"; else not_ok "one Undo brings it back"; fi
  else
    not_ok "the picture was enlarged from 300x200 to 600x400"
  fi
else
  not_ok "the dialog appeared"
fi
finish
