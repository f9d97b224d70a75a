#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Compare Models… in a real window: the list follows the factor, the page is made and opened, cancelling leaves nothing.
#   comparison.sh 2|3 PLUG-IN-PROGRAM FOLDER-FOR-PHOTOGRAPHS ACUITY SAMPLE.png
set -u
major=$1 program=$2 shots=$3 acuity=$4 sample=$5
here=$(cd "$(dirname "$0")" && pwd)
. "$here/windows.sh"

# What opens pages here writes down which.
mkdir -p "$work/data/applications" "$work/home/config"
printf '%s\n' '[Desktop Entry]' 'Type=Application' 'Name=Reader' "Exec=sh -c 'echo \"\$1\" >>$work/opened' reader %f" 'MimeType=text/html;' \
  >"$work/data/applications/reader.desktop"
printf '%s\n' '[Default Applications]' 'text/html=reader.desktop' 'application/xhtml+xml=reader.desktop' 'x-scheme-handler/file=reader.desktop' \
  >"$work/home/config/mimeapps.list"

if [ "$major" = 2 ]; then
  dialect="(define (load) (car (gimp-file-load RUN-NONINTERACTIVE \"$sample\" \"$sample\")))
    (define (layer image) (car (gimp-image-get-active-drawable image)))
    (define (show image) (gimp-display-new image))
    (define (ask image) (car (plug-in-acuity-compare RUN-INTERACTIVE image (layer image) \"\" 0 \"\")))
    (define (make image models scale page) (car (plug-in-acuity-compare RUN-NONINTERACTIVE image (layer image) models scale page)))
    (define (select image) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 20 100 80))"
else
  dialect="(script-fu-use-v3) (define (load) (gimp-file-load RUN-NONINTERACTIVE \"$sample\"))
    (define (layer image) (vector-ref (gimp-image-get-layers image) 0))
    (define (show image) (gimp-display-new image))
    (define (ask image) (plug-in-acuity-compare #:run-mode RUN-INTERACTIVE #:image image #:drawables (vector (layer image))))
    (define (make image models scale page) (plug-in-acuity-compare #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector (layer image))
      #:models models #:scale scale #:page page))
    (define (select image) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 20 100 80))"
fi
start_gimp "(begin $dialect
(gimp-message-set-handler 1)
(define (say . words) (gimp-message (apply string-append words)))
(define (try name body) (say \"DONE \" name \" \" (catch \"FAILED\" (body))))
(define image (load))
(try \"selection\" (lambda () (select image) (make image \"nearest,cubic\" 2 \"$work/selection.html\")))
(gimp-selection-none image)
(try \"cache\" (lambda () (make image \"cubic,linear\" 2 \"\")))
(try \"model\" (lambda () (make image \"no-such-model\" 2 \"$work/never.html\")))
(try \"name\" (lambda () (make image \"cubic\" 2 \"$work/never.txt\")))
(try \"gray\" (lambda () (let ((gray (load))) (gimp-image-convert-grayscale gray) (make gray \"linear,cubic\" 2 \"$work/gray.html\"))))
(show image)
(say \"OPEN\")
(define (asked) (let ((page (ask image))) (if (string? page) page \"NOTHING\")))
(try \"escaped\" asked)
(try \"asked\" asked)
(say \"END\"))"

check 'what is selected is compared' wait_log 'DONE selection .*selection.html' 120
check 'and nothing else' grep -q '100 × 80 pixels' "$work/selection.html"
check 'without a name, the page goes to the cache' wait_log "DONE cache $work/cache/acuity/compare/.*-x2.html" 60
check 'a model that is not there is refused' wait_log 'DONE model FAILED' 60
check 'a name that does not say what it is, too' wait_log 'DONE name FAILED' 60
check 'neither has left anything' test ! -e "$work/never.html" -a ! -e "$work/never.txt"
check 'gray' wait_log 'DONE gray .*gray.html' 60
wait_log OPEN 60
title='^Compare Models$'
if dialog=$(wait_title "$title" 60); then ok 'the dialog opens'; else not_ok 'the dialog opens'; finish; fi
close_greetings
activate "$dialog"; sleep 1
shot comparison-4 "$dialog"
keys Escape
check 'Escape closes it' wait_log 'DONE escaped [NF]' 30
dialog=$(wait_title "$title" 30)
activate "$dialog"; sleep 1
import -window "$dialog" "$shots/comparison-a.png"
keys alt+f ctrl+a 2 Tab; sleep 2
shot comparison "$dialog"
check 'another factor has other networks' differ comparison-a comparison 300
# Enter belongs to the field that has the focus
keys alt+o
check 'the page is made' wait_log 'DONE asked .*-x2.html' 300
page=$(sed -n 's/.*DONE asked //p' "$work/gimp.log" | tail -1)
check 'with a row for each approach of that factor' test "$(grep -c 'scope="row"' "$page")" -ge 9
for i in $(seq 50); do [ -s "$work/opened" ] && break; sleep 0.2; done
check 'named after the picture, or as GIMP calls it' grep -qE '/(sample|\[Untitled\])-x2\.html$' <<<"$page"
check 'and opened' grep -qF "$page" "$work/opened"
wait_log END 30
check 'no program is left behind' test -z "$(pgrep -f "^$work/gimp/plug-ins/acuity-upscale" | tail -1)"
check 'no temporary files are left' test -z "$(find "$work/tmp" -mindepth 1 ! -name 'gimp*' ! -type d)"
finish
