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
cleanup () {
  # GIMP and its bus, which would outlive the program that has started both
  [ -z "$gimp_pid" ] || pkill -P "$gimp_pid"
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done
  rm -rf "$work"
}
gimp_pid=
trap cleanup EXIT
mkdir -p "$work/gimp/plug-ins/acuity-upscale" "$work/data" "$work/home" "$work/run" "$work/cache" "$work/tmp" "$shots"
chmod 700 "$work/run"
cp "$program" "$work/gimp/plug-ins/acuity-upscale/acuity-upscale"
if [ -n "${acuity:-}" ]; then cp "$acuity" "$work/gimp/plug-ins/acuity-upscale/acuity"; fi
if [ -n "${ACUITY_TEST_LOCALE:-}" ]; then cp -r "$ACUITY_TEST_LOCALE" "$work/gimp/plug-ins/acuity-upscale/locale"; fi
if [ -n "${gegl_module:-}" ]; then mkdir -p "$work/data/gegl-0.4/plug-ins"; cp "$gegl_module" "$work/data/gegl-0.4/plug-ins/"; fi
if [ "$major" = 3 ]; then
  version=$($gimp --version | grep -o '[0-9][0-9.]*$')
  printf '%s\n' '(show-welcome-dialog no)' '(check-updates no)' \
    "(config-version \"$version\")" "(last-known-release \"$version\")" \
    '(color-profile-policy keep)' > "$work/gimp/gimprc"
else
  printf '%s\n' '(check-updates no)' '(color-profile-policy keep)' > "$work/gimp/gimprc"
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

# Windows vanish while they are looked at: what X says of that is no news, waiting for them must end, and no photograph is left of them.
xdotool () { timeout 20 xdotool "$@" 2>/dev/null; }
import () { timeout 20 import "$@" 2>/dev/null || { rm -f "${!#}"; return 1; }; }

most_failures=10
failed=0 count=0 lines_told=0 crashes_told=0 over=
ok () { count=$((count + 1)); echo "ok $count - $1"; }
# What GIMP has said since, but for themes of which parts are not installed, on the error stream: that is all meson shows of a test.
tell_log () {
  local lines
  lines=$(wc -l 2>/dev/null <"$work/gimp.log") || return
  tail -n "+$((lines_told + 1))" "$work/gimp.log" | grep -vE '^$|Unable to locate theme engine' | tail -20 | sed 's/^/# /' >&2
  lines_told=$lines
}
not_ok () {
  count=$((count + 1)); failed=$((failed + 1))
  echo "not ok $count - $1"
  echo "not ok $count - $1" >&2
  import -window root "$shots/failed-$count.png"
  tell_log
  crashes_told=$(crashes)
  if gimp_has_ended; then echo '# GIMP has ended' >&2; finish; fi
  if [ $failed -ge $most_failures ]; then echo "# $failed checks have failed: the others would take long and say nothing new" >&2; finish; fi
}
check () { local what=$1; shift; if "$@" >/dev/null; then ok "$what"; else not_ok "$what"; fi; }
finish () { [ $failed = 0 ] || tell_log; echo "1..$count"; exit $((failed > 0)); }
trap 'echo "# the time is over after check $count" >&2; tell_log; exit 1' TERM

# How many plug-ins have crashed. The first is said by GIMP, the second by the plug-in, of the same crash; either may be missing.
crashes () {
  local gimp_says plugin_says
  gimp_says=$(grep -c 'Plug-in crashed' "$work/gimp.log") plugin_says=$(grep -c 'acuity-upscale: fatal error' "$work/gimp.log")
  echo $((gimp_says > plugin_says ? gimp_says : plugin_says))
}
gimp_has_ended () { [ -n "$gimp_pid" ] || return 1; ! kill -0 "$gimp_pid" 2>/dev/null || grep -qE '(^|/)gimp(-[0-9.]+)?: fatal error' "$work/gimp.log"; }
# Whether there is nothing to wait for: GIMP has ended, a plug-in has crashed of which nothing has been told, or the log has the line in $over.
in_vain () { gimp_has_ended || [ "$(crashes)" -gt "$crashes_told" ] || { [ -n "$over" ] && grep -q -- "$over" "$work/gimp.log"; }; }
# wait_until SECONDS COMMAND...: or less, where it would be in vain.
wait_until () {
  local i seconds=$1
  shift
  for i in $(seq $((seconds * 5))); do
    "$@" && return 0
    if [ $((i % 5)) = 0 ] && in_vain; then sleep 1; "$@"; return; fi
    sleep 0.2
  done
  return 1
}

# A pattern and seconds: prints the window whose title it is.
title_is_there () { local w; w=$(xdotool search --onlyvisible --name "$1" | tail -1); [ -n "$w" ] && echo "$w"; }
no_title_is_there () { [ -z "$(xdotool search --onlyvisible --name "$1")" ]; }
wait_title () { wait_until "$2" title_is_there "$1"; }
wait_no_title () { wait_until "$2" no_title_is_there "$1"; }
wait_log () { wait_until "$2" grep -q -- "$1" "$work/gimp.log"; }
# A real key press goes to the window that has the focus.
activate () { xdotool windowactivate --sync "$1"; sleep 0.3; }
keys () { xdotool key --delay 120 "$@"; sleep 0.4; }
# Without a tooltip in it.
shot () { xdotool mousemove 1278 998; sleep 0.8; import -window "${2:-root}" "$shots/$1.png"; }
# Whether two photographs differ in more than so many pixels.
differ () { [ "$(compare -metric AE "$shots/$1.png" "$shots/$2.png" null: 2>&1 | awk 'NR == 1 { printf "%d", $1 }')" -gt "${3:-500}" ]; }
close_greetings () { local w; for w in $(xdotool search --name '^Welcome to GIMP'); do xdotool windowunmap "$w"; done; }

# GIMP's own search among its commands, in the window given, opens what the menus open.
command_by_name () { activate "$1"; xdotool key slash; sleep 1.5; xdotool type --delay 60 "$2"; sleep 2; xdotool key Return; sleep 0.5; }

# A Script-Fu script, of the dialect of this GIMP, is run in a GIMP with windows.
start_gimp () {
  local batch=()
  [ "$major" = 3 ] && batch=(--batch-interpreter=plug-in-script-fu-eval)
  dbus-run-session $gimp -n -d -f --no-splash "${batch[@]}" -b "$1" >"$work/gimp.log" 2>&1 &
  gimp_pid=$!
  pids+=("$gimp_pid")
}
