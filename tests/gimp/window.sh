#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# The dialog in real windows, by keys and mouse: every option, the preview (which must be what the result becomes), comparing, presets, a folder, AI Enhance,
# What Each Layer Sees, cancelling, applying, undo and redo, and all kinds of images.
#   window.sh 2|3 PLUG-IN-PROGRAM FOLDER-FOR-PHOTOGRAPHS GEGL-MODULE ACUITY SAMPLE.png
set -u
major=$1 program=$2 shots=$3 gegl_module=$4 acuity=$5 sample=$6
here=$(cd "$(dirname "$0")" && pwd)
. "$here/windows.sh"
mkdir -p "$work/out" "$work/in" "$work/results"

if [ "$major" = 2 ]; then
  dialect='(define one car) (define yes TRUE) (define no FALSE)
    (define (chosen image) (car (gimp-image-get-active-drawable image)))
    (define (load) (car (gimp-file-load RUN-NONINTERACTIVE SAMPLE SAMPLE)))
    (define (new-group image) (car (gimp-layer-group-new image)))
    (define (none) 0)
    (define (flat image) (if (= (car (gimp-image-get-precision image)) PRECISION-U16-LINEAR) (gimp-image-convert-precision image PRECISION-U8-GAMMA)) image)
    (define (save image name) (let* ((copy (flat (car (gimp-image-duplicate image)))) (layer (car (gimp-image-merge-visible-layers copy CLIP-TO-IMAGE))))
      (gimp-file-save RUN-NONINTERACTIVE copy layer name name) (gimp-image-delete copy)))
    (define (width image) (car (gimp-image-width image))) (define (height image) (car (gimp-image-height image)))
    (define (upscale image) (plug-in-acuity-upscale RUN-INTERACTIVE image (chosen image) "" "" 0 0 0 0 0 0 0 0 "" "" 0 0 "" 1 "" 1 0 0 1 0 "" 0 1))'
else
  dialect='(script-fu-use-v3) (define (one x) x) (define yes #t) (define no #f)
    (define (chosen image) (vector-ref (gimp-image-get-layers image) 0))
    (define (load) (gimp-file-load RUN-NONINTERACTIVE SAMPLE))
    (define (new-group image) (gimp-group-layer-new image "group"))
    (define (none) -1)
    (define (flat image) (if (= (gimp-image-get-precision image) PRECISION-U16-LINEAR) (gimp-image-convert-precision image PRECISION-U8-NON-LINEAR)) image)
    (define (save image name) (let* ((copy (flat (gimp-image-duplicate image)))) (gimp-image-merge-visible-layers copy CLIP-TO-IMAGE)
      (gimp-file-save RUN-NONINTERACTIVE copy name -1) (gimp-image-delete copy)))
    (define (width image) (gimp-image-get-width image)) (define (height image) (gimp-image-get-height image))
    (define (upscale image) (plug-in-acuity-upscale #:run-mode RUN-INTERACTIVE #:image image #:drawables (vector (chosen image))))'
fi
script="(begin $dialect)
(define SAMPLE \"$sample\")
(gimp-message-set-handler 1)
(define (kind name prepare)
  (let* ((image (load)) (display 0))
    (prepare image (chosen image))
    (gimp-image-undo-disable image) (gimp-image-undo-enable image)
    (set! display (one (gimp-display-new image)))
    (gimp-message (string-append \"OPEN \" name))
    (catch #f (upscale image))
    (save image (string-append \"$work/out/\" name \".png\"))
    (gimp-message (string-append \"RESULT \" name \" \" (number->string (width image)) \"x\" (number->string (height image))))
    (if (not (equal? name \"last\")) (begin (gimp-image-clean-all image) (gimp-display-delete display)))))
(define (nothing image layer) #t)
(kind \"cancelled\" nothing)
(kind \"selection\" (lambda (image layer) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 60 40 120 100)))
(kind \"group\" (lambda (image layer) (let ((group (new-group image))) (gimp-image-insert-layer image group (none) 0) (gimp-image-reorder-item image layer group 0))))
(kind \"mask\" (lambda (image layer) (gimp-layer-add-alpha layer) (gimp-layer-add-mask layer (one (gimp-layer-create-mask layer ADD-MASK-WHITE)))))
(kind \"indexed\" (lambda (image layer) (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 32 no no \"\")))
(kind \"gray\" (lambda (image layer) (gimp-image-convert-grayscale image)))
(kind \"linear\" (lambda (image layer) (gimp-image-convert-precision image PRECISION-U16-LINEAR)))
(kind \"alpha\" (lambda (image layer) (gimp-layer-add-alpha layer) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 5 5 60 60) (gimp-drawable-edit-clear layer) (gimp-selection-none image)))
(kind \"last\" nothing)"
# What somebody has written by hand and wrongly must not be lost.
echo 'no [presets' >"$work/gimp/acuity-upscale.presets"
# GIMP runs one expression a -b
start_gimp "(begin $script)"

title='^(AI Upscale|KI-.*)$'
open_dialog () {                  # the kind that is due
  local geometry
  over="RESULT $1 "
  wait_log "OPEN $1" 90 && dialog=$(wait_title "$title" 30) && geometry=$(xdotool getwindowgeometry --shell "$dialog") || return 1
  close_greetings
  activate "$dialog"
  eval "$(sed 's/^/D_/' <<<"$geometry")"
}
# So that the next kind can have its own.
close_dialog () {
  dialog=$(title_is_there "$title") || return
  activate "$dialog"; keys Escape
  wait_no_title "$title" 10
}
# The canvas of the preview, from the dialog's right edge.
canvas_x () { echo $((D_WIDTH - 210)); }
on_canvas () { xdotool mousemove --window "$dialog" "$(($(canvas_x) + ${1:-0}))" "${2:-230}"; }
picture () { import -window "$dialog" "$shots/whole.png" && convert "$shots/whole.png" -crop "350x300+$((D_WIDTH - 385))+50" +repage "$shots/$1.png"; }
wait_differ () { local i; for i in $(seq 40); do picture "$2" || return 1; differ "$1" "$2" "${3:-500}" && return 0; sleep 0.25; done; return 1; }
steady () { local i; picture s1; for i in $(seq 40); do sleep 0.4; picture s2 || return 1; differ s1 s2 0 || return 0; cp "$shots/s2.png" "$shots/s1.png"; done; return 1; }
# Whether a part of the result, as saved, is in the photograph of the preview as it stands, but for roundings.
is_in_preview () {
  local distance
  convert "$work/out/$1.png" -alpha off -colorspace sRGB -type TrueColor -depth 8 -crop 60x60+211+149 +repage "$shots/piece.png"
  convert "$shots/$1.png" -alpha off -colorspace sRGB -type TrueColor -depth 8 -crop 110x200+120+95 +repage "$shots/around.png"
  distance=$(compare -metric RMSE -subimage-search "$shots/around.png" "$shots/piece.png" null: 2>&1 | sed 's/.*(\([0-9.e-]*\)).*/\1/')
  awk -v d="$distance" 'BEGIN { exit !(d < 0.004) }' || { echo "# $1: $distance"; return 1; }
}

# None of the processes runs any more. The next kind has others.
plug_ins () { pgrep -f "^$work/gimp/plug-ins/acuity-upscale/acuity-upscale"; }
none_runs () { local p; for p; do kill -0 "$p" 2>/dev/null && return 1; done; return 0; }

# --- the dialog, all of it, then Escape ---
if open_dialog cancelled; then ok 'the dialog opens'; else not_ok 'the dialog opens'; finish; fi
steady
picture start
shot dialog "$dialog"
on_canvas 0; xdotool click 1
keys Home; picture after
keys End; picture before
check 'a preview appears and differs from before' differ after before 2000
keys Home Right Right Right Right; picture split
check 'arrow keys move the line' differ split after 500
xdotool mousemove --window "$dialog" "$(($(canvas_x) + 2 - 114))" 230; sleep 0.3
xdotool mousedown 1; for x in -80 -40 0 40 80; do on_canvas $x; sleep 0.1; done; xdotool mouseup 1
picture dragged
check 'the mouse drags the line' differ dragged split 1000
keys Home; steady; picture here
keys shift+Right shift+Right shift+Down; steady; picture there
check 'Shift with arrows shows another piece' differ here there 2000
on_canvas 60; sleep 0.3; xdotool mousedown 1; for x in 50 30 10 -10; do on_canvas $x; sleep 0.1; done; xdotool mouseup 1; steady; picture panned
check 'the mouse drags the picture' differ there panned 2000

change () {                       # an option, its keys, and whether the picture changes
  local what=$1 visible=$2
  shift 2
  import -window "$dialog" "$shots/options-0.png"
  picture old
  keys "$@"
  sleep 0.6
  import -window "$dialog" "$shots/options-1.png"
  if [ "$visible" = yes ]; then check "$what changes the preview" wait_differ old new 200; else check "$what can be changed" differ options-0 options-1 20; fi
  steady
}
# All by Tab from the model on, as they stand.
change 'the model' yes alt+m Down Down Down
change 'the way of giving the size' no Tab Down
keys Up; steady
change 'the factor' yes alt+f ctrl+a 3 Tab
keys alt+f ctrl+a 2 Tab; steady
change 'linear light' no space
change 'the device' no alt+d Down
change 'the precision' no Tab Down
keys alt+m Home; steady
change 'clean up' yes alt+d Tab Tab ctrl+a 1 Tab
change 'strength' yes ctrl+a 0 Tab
keys alt+g ctrl+a 1 Tab; steady
change 'text' yes Down Down
change 'text strength' yes Tab ctrl+a 0 Tab
shot options "$dialog"

# --- presets ---
keys alt+t Down Down; steady; picture preset
keys Tab space
if named=$(wait_title '^(Save Preset|Voreinstellung.*)$' 10); then
  activate "$named"; xdotool type 'Mine'; keys Return
fi
wait_no_title '^Save Preset$' 5
check 'presets that cannot be read are put aside' grep -qx 'no \[presets' "$work/gimp/acuity-upscale.presets.damaged"
check 'and it says so' wait_log 'acuity-upscale.presets.damaged' 5
check 'a preset is kept in a file' grep -qx 'name=Mine' "$work/gimp/acuity-upscale.presets"

# --- compare ---
activate "$dialog"
import -window "$dialog" "$shots/options-0.png"
keys alt+o
if window=$(wait_title '^(Compare|Vergleich.*)$' 10); then
  activate "$window"; sleep 4
  shot compare "$window"
  half=$(($(identify -format %w "$shots/compare.png" 2>/dev/null || echo 0) / 2))
  convert "$shots/compare.png" -crop "200x150+60+80" +repage "$shots/tile-1.png" 2>/dev/null
  convert "$shots/compare.png" -crop "200x150+$((half + 60))+80" +repage "$shots/tile-2.png" 2>/dev/null
  check 'pictures to compare differ' differ tile-1 tile-2 2000
  xdotool mousemove --window "$window" $((half + 160)) 160 click 1
  check 'a click chooses one' wait_no_title '^Compare$' 10
  activate "$dialog"; sleep 1
  import -window "$dialog" "$shots/options-1.png"
  check 'what was chosen is taken over' differ options-0 options-1 100
else
  not_ok 'Compare opens'
fi

# --- a folder ---
cp "$sample" "$work/in/one.png"; cp "$sample" "$work/in/two.png"; echo 'no picture' >"$work/in/bad.png"
echo 'of last time' >"$work/results/two.png"
activate "$dialog"
keys alt+b
if window=$(wait_title 'A Folder of Pictures|Ordner' 10); then
  activate "$window"
  xdotool type "$work/in"; keys Tab Tab; xdotool type "$work/results"; keys Return
  for i in $(seq 100); do [ -s "$work/results/one.png" ] && break; sleep 0.2; done
  sleep 2
  shot folder "$window"
  check 'a picture of the folder is enlarged' test "$(identify -format %wx%h "$work/results/one.png" 2>/dev/null)" = 482x358
  check 'what was there is left alone' grep -q 'of last time' "$work/results/two.png"
  check 'a bad file stops nothing and leaves nothing' test ! -e "$work/results/bad.png"
  keys Escape
else
  not_ok 'the window for folders opens'
fi

# --- cancel in the middle of computing ---
activate "$dialog"
keys alt+f ctrl+a 4
running=$(plug_ins)
keys Escape
check 'Escape closes the dialog' wait_no_title "$title" 5
check 'a cancelled image is as it was' wait_log 'RESULT cancelled 241x179' 60
check 'and has its pixels' test "$(compare -metric AE "$sample" "$work/out/cancelled.png" null: 2>&1)" = 0
check 'no plug-in is left behind' wait_until 20 none_runs $running

# --- all kinds of images: the preview is the result ---
for kind in selection group mask indexed gray linear alpha; do
  if ! open_dialog $kind; then not_ok "$kind: the dialog opens"; close_dialog; continue; fi
  sleep 1; steady
  on_canvas 0; xdotool click 1; keys Home; steady; picture $kind
  shot "kind-$kind" "$dialog"
  activate "$dialog"
  keys Return
  if wait_log "RESULT $kind 482x358" 60; then ok "$kind: enlarged"; else not_ok "$kind: enlarged"; close_dialog; continue; fi
  case $kind in selection | group) ;; *) check "$kind: the preview is the result" is_in_preview $kind ;; esac
done

# --- undo, redo ---
open_dialog last && steady && over= && keys Return
if main=$(wait_title '482x358' 60); then
  ok 'applied'
  wait_log 'RESULT last' 20
  activate "$main"; keys ctrl+z
  check 'undone' wait_title '241x179' 20
  keys ctrl+y
  check 'redone' wait_title '482x358' 20
  command_by_name "$main" 'What Each Layer Sees'
  if window=$(wait_title '^(What Each Layer Sees|Was .*)$' 20); then
    ok 'What Each Layer Sees opens'
    activate "$window"; shot inspect "$window"; keys Return
    check 'and makes a sheet' wait_title '(grayscale|Graustufen|Grayscale)' 30
    sleep 1; shot sheet
  else
    not_ok 'What Each Layer Sees opens'
  fi
else
  not_ok 'applied'
fi
check 'no temporary files are left' test -z "$(find "$work/tmp" -mindepth 1 ! -name 'gimp*' ! -type d)"
finish
