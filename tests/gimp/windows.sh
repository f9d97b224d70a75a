# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# GIMP with the plug-in in a real window on a display of its own. Sourced with $major (2 or 3), $program (the plug-in) and $shots (a folder) set;
# with $gegl_module and $acuity (the command line), those are there as well; $language (such as "de") is that of the windows, $screen (such as 1366x768) the display's size.

for tool in Xvfb openbox xdotool import xprop dbus-run-session compare; do
  command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
if [ "$major" = 2 ]; then gimp=gimp-2.10; else gimp=gimp-3.0; fi
command -v $gimp >/dev/null || { echo "1..0 # SKIP $gimp is not installed"; exit 0; }

work=$(mktemp -d)
pids=()
cleanup () { for p in "${pids[@]}"; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done; rm -rf "$work"; }
trap cleanup EXIT
mkdir -p "$work/gimp/plug-ins/acuity-upscale" "$work/data" "$work/home" "$work/run" "$work/cache" "$work/tmp" "$shots"
chmod 700 "$work/run"
cp "$program" "$work/gimp/plug-ins/acuity-upscale/acuity-upscale"
if [ -n "${acuity:-}" ]; then cp "$acuity" "$work/gimp/plug-ins/acuity-upscale/acuity"; fi
if [ -n "${ACUITY_TEST_LOCALE:-}" ]; then cp -r "$ACUITY_TEST_LOCALE" "$work/gimp/plug-ins/acuity-upscale/locale"; fi
if [ -n "${gegl_module:-}" ]; then mkdir -p "$work/data/gegl-0.4/plug-ins"; cp "$gegl_module" "$work/data/gegl-0.4/plug-ins/"; fi
if [ "$major" = 3 ]; then
  version=$($gimp --version | grep -o '[0-9][0-9.]*$')
  printf '%s\n' '(show-welcome-dialog no)' '(check-updates no)' '(single-window-mode yes)' \
    "(config-version \"$version\")" "(last-known-release \"$version\")" \
    '(color-profile-policy keep)' > "$work/gimp/gimprc"
else
  printf '%s\n' '(check-updates no)' '(single-window-mode yes)' '(color-profile-policy keep)' > "$work/gimp/gimprc"
fi
if [ -n "${language:-}" ]; then echo "(language \"$language\")" >>"$work/gimp/gimprc"; fi
for folder in gradients brushes; do mkdir -p "$work/gimp/$folder"; done

# a display that nobody has, the server's own choice
Xvfb -displayfd 6 -screen 0 "${screen:-1280x1000}x24" -nolisten tcp 6>"$work/display" >"$work/xvfb.log" 2>&1 &
pids+=($!)
for i in $(seq 150); do [ -s "$work/display" ] && break; sleep 0.1; done
[ -s "$work/display" ] || { echo "1..0 # SKIP no virtual display"; exit 0; }
display=:$(cat "$work/display")
export DISPLAY=$display HOME="$work/home" XDG_DATA_HOME="$work/data" XDG_RUNTIME_DIR="$work/run" XDG_CACHE_HOME="$work/cache" TMPDIR="$work/tmp" \
  XDG_CONFIG_HOME="$work/home/config" GIMP2_DIRECTORY="$work/gimp" GIMP3_DIRECTORY="$work/gimp" NO_AT_BRIDGE=1
unset WAYLAND_DISPLAY
openbox >"$work/openbox.log" 2>&1 &
pids+=($!)

failed=0 count=0
ok () { count=$((count + 1)); echo "ok $count - $1"; }
# said on the error stream as well: that is all meson shows of a test
not_ok () { count=$((count + 1)); failed=$((failed + 1)); echo "not ok $count - $1" | tee /dev/stderr; import -window root "$shots/failed-$count.png"; }
check () { local what=$1; shift; if "$@" >/dev/null; then ok "$what"; else not_ok "$what"; fi; }
finish () { [ $failed = 0 ] || sed 's/^/# /' "$work/gimp.log" | tail -20; echo "1..$count"; exit $((failed > 0)); }

# A pattern and seconds: prints the window whose title it is.
wait_title () {
  local i w
  for i in $(seq $(($2 * 5))); do
    w=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1)
    [ -n "$w" ] && { echo "$w"; return 0; }
    sleep 0.2
  done
  return 1
}
wait_no_title () {
  local i
  for i in $(seq $(($2 * 5))); do
    [ -z "$(xdotool search --onlyvisible --name "$1" 2>/dev/null)" ] && return 0
    sleep 0.2
  done
  return 1
}
wait_log () { local i; for i in $(seq $(($2 * 5))); do grep -q -- "$1" "$work/gimp.log" && return 0; sleep 0.2; done; return 1; }
# A real key press goes to the window that has the focus.
activate () { xdotool windowactivate --sync "$1" 2>/dev/null; sleep 0.3; }
keys () { xdotool key --delay 120 "$@"; sleep 0.4; }
# Without a tooltip in it.
shot () { xdotool mousemove 1278 998; sleep 0.8; import -window "${2:-root}" "$shots/$1.png"; }
# Whether two photographs differ in more than so many pixels.
differ () { [ "$(compare -metric AE "$shots/$1.png" "$shots/$2.png" null: 2>&1 | grep -oE '^[0-9]+')" -gt "${3:-500}" ]; }
close_greetings () { local w; for w in $(xdotool search --name '^Welcome to GIMP' 2>/dev/null); do xdotool windowunmap "$w"; done; }

# GIMP's own search among its commands, in the window given, opens what the menus open.
command_by_name () { activate "$1"; xdotool key slash; sleep 1.5; xdotool type --delay 60 "$2"; sleep 2; xdotool key Return; sleep 0.5; }

# A Script-Fu script, of the dialect of this GIMP, is run in a GIMP with windows.
start_gimp () {
  local batch=()
  [ "$major" = 3 ] && batch=(--batch-interpreter=plug-in-script-fu-eval)
  dbus-run-session $gimp -n -d -f --no-splash "${batch[@]}" -b "$1" >"$work/gimp.log" 2>&1 &
  pids+=($!)
}
