#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Changes a picture while it is being enlarged, which must be noticed. Then opens the dialog in a real window, photographs it,
# presses Enter and checks that the picture was enlarged, then that one Undo brings it back.
#   dialog_shot.sh 2|3 PLUG-IN-PROGRAM SHOT.png
# Environment: DIALOG_KEYS: keys for xdotool to press in the dialog before the photograph; DIALOG_TITLE: the
# translated title; ACUITY_TEST_LOCALE: a folder of translations to put beside the plug-in.
set -u
major=$1 program=$2 shot=$3
skip () { echo "1..0 # SKIP $*"; exit 0; }
for tool in Xvfb openbox xdotool import xprop dbus-run-session; do
  command -v $tool >/dev/null || skip "$tool is not installed"
done
if [ "$major" = 2 ]; then gimp=gimp-2.10; else gimp=gimp-3.0; fi
command -v $gimp >/dev/null || skip "$gimp is not installed"

work=$(mktemp -d)
pids=()
cleanup () { for p in "${pids[@]}"; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done; rm -rf "$work"; }
trap cleanup EXIT
mkdir -p "$work/gimp/plug-ins/acuity-upscale" "$work/data" "$work/home" "$work/run"
chmod 700 "$work/run"
cp "$program" "$work/gimp/plug-ins/acuity-upscale/acuity-upscale"
if [ -n "${ACUITY_TEST_LOCALE:-}" ]; then cp -r "$ACUITY_TEST_LOCALE" "$work/gimp/plug-ins/acuity-upscale/locale"; fi
if [ "$major" = 3 ]; then
  version=$($gimp --version | grep -o '[0-9][0-9.]*$')
  printf '%s\n' '(show-welcome-dialog no)' '(check-updates no)' '(single-window-mode yes)' \
    "(config-version \"$version\")" "(last-known-release \"$version\")" \
    '(color-profile-policy keep)' > "$work/gimp/gimprc"
else
  printf '%s\n' '(check-updates no)' '(single-window-mode yes)' '(color-profile-policy keep)' > "$work/gimp/gimprc"
fi
for folder in gradients brushes; do mkdir -p "$work/gimp/$folder"; done

display=
for n in $(seq 81 120); do
  [ -e /tmp/.X11-unix/X$n ] && continue
  Xvfb :$n -screen 0 1280x900x24 -nolisten tcp >"$work/xvfb.log" 2>&1 &
  candidate=$!
  for i in $(seq 50); do [ -e /tmp/.X11-unix/X$n ] && break; sleep 0.1; done
  if kill -0 $candidate 2>/dev/null; then pids+=($candidate); display=:$n; break; fi
done
[ -n "$display" ] || skip "no virtual display"
export DISPLAY=$display HOME="$work/home" XDG_DATA_HOME="$work/data" XDG_RUNTIME_DIR="$work/run" \
  XDG_CONFIG_HOME="$work/home/config" GIMP2_DIRECTORY="$work/gimp" GIMP3_DIRECTORY="$work/gimp" NO_AT_BRIDGE=1
openbox >"$work/openbox.log" 2>&1 &
pids+=($!)

failed=0 count=0
ok () { count=$((count + 1)); echo "ok $count - $1"; }
not_ok () { count=$((count + 1)); failed=$((failed + 1)); echo "not ok $count - $1"; }
wait_title () {                   # pattern seconds: prints the window
  local i w
  for i in $(seq $(($2 * 5))); do
    w=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1)
    [ -n "$w" ] && { echo "$w"; return 0; }
    sleep 0.2
  done
  return 1
}

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
    (plug-in-acuity-upscale RUN-INTERACTIVE image layer "" "" 0 0 0 0 0 0 0 0 "" "" 0 0 "" 1 "" 1 0 0 1 ""))'
  dbus-run-session $gimp -n -d -f --no-splash -b "$script" >"$work/gimp.log" 2>&1 &
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
  dbus-run-session $gimp -n -d -f --no-splash --batch-interpreter=plug-in-script-fu-eval -b "$script" >"$work/gimp.log" 2>&1 &
fi
pids+=($!)

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
  for greeting in $(xdotool search --name '^Welcome to GIMP' 2>/dev/null); do xdotool windowunmap "$greeting"; done
  xdotool windowactivate --sync "$main" 2>/dev/null
  xdotool key ctrl+a
  sleep 1
  kill -CONT "$plugin"
  wait_title '300x200|AI Upscale' 60 >/dev/null && grep -q 'LEFT 1500' "$work/gimp.log"
}
what='a picture that changes while it is enlarged is left alone'
if change_while_computing; then ok "$what"; else not_ok "$what"; fi
if dialog=$(wait_title "^(AI Upscale|${DIALOG_TITLE:-AI Upscale})$" 90); then
  ok "the dialog appeared"
  sleep 2
  # GIMP 3 greets those who have just installed it
  for greeting in $(xdotool search --name '^Welcome to GIMP' 2>/dev/null); do xdotool windowunmap "$greeting"; done
  xdotool windowactivate --sync "$dialog" 2>/dev/null
  if [ -n "${DIALOG_KEYS:-}" ]; then xdotool key --delay 150 $DIALOG_KEYS; sleep 1; fi
  import -window root "$shot" && ok "photographed" || not_ok "photographed"
  xdotool key --delay 100 Return
  if main=$(wait_title '600x400' 60); then
    ok "the picture was enlarged from 300x200 to 600x400"
    sleep 1
    xdotool windowactivate --sync "$main" 2>/dev/null
    xdotool key ctrl+z
    if wait_title '300x200' 30 >/dev/null; then ok "one Undo brings it back"; else not_ok "one Undo brings it back"; fi
  else
    not_ok "the picture was enlarged from 300x200 to 600x400"
  fi
else
  not_ok "the dialog appeared"
fi
if [ $failed -gt 0 ]; then
  import -window root "${shot%.png}-failed.png"
  sed 's/^/# /' "$work/gimp.log" | tail -20
fi
echo "1..$count"
exit $((failed > 0))
