# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# Debian 13 with GIMP 3 in a folder, and the tests in there. Sourced by tests/run.

debian13_packages=(gcc libc6-dev locales pkgconf meson ninja-build gettext gimp libgimp-3.0-dev libgegl-dev gegl libjson-glib-dev libgexiv2-dev libarchive-dev libjpeg-dev libcairo2-dev libpango1.0-dev librsvg2-dev python3 python3-gi
  gir1.2-gegl-0.4 xvfb xauth xdotool x11-utils imagemagick openbox dbus-x11 at-spi2-core gir1.2-atspi-2.0
  glslang-tools libvulkan-dev mesa-vulkan-drivers vulkan-validationlayers)

# Runs a command in the root with the repository at /src (read-only) and the networks at /models. The mounts are this command's alone:
# nothing stays mounted whatever happens.
debian13_inside () {
  unshare -m --propagation private bash -c '
    root=$1 source=$2 models=$3
    shift 3
    mkdir -p "$root/src" "$root/models" "$root/build"
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount -t tmpfs tmpfs "$root/tmp" &&
    mount --bind "$source" "$root/src" && mount -o remount,bind,ro "$root/src" || exit 125
    if [ -n "$models" ]; then mount --bind "$models" "$root/models"; fi
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" ${models:+ACUITY_TEST_MODELS=/models} chroot "$root" "$@"
  ' bash "$debian13_root" "$source_dir" "${ACUITY_TEST_MODELS:-}" "$@" </dev/null
}

# The mirror that this machine takes Debian from.
debian13_mirror () {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Identifier: Packages' 2>/dev/null | awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

# Says why there cannot be one, or prints nothing.
debian13_obstacle () {
  [ "$(id -u)" = 0 ] || { echo "only root can set it up"; return; }
  unshare -m --propagation private mount -t tmpfs tmpfs /mnt 2>/dev/null || { echo "this machine does not allow mounting"; return; }
  [ -e "$debian13_root/complete" ] && return
  [ "$(df --output=avail -BM "$cache" | tail -1 | tr -dc 0-9)" -gt 4000 ] || { echo "less than 4 GB are free in $cache"; return; }
  [ -n "$(debian13_mirror)" ] || echo "no Debian mirror is configured for apt"
}

debian13_make () {
  local log=$cache/debian13.log
  is_complete "$debian13_root" "${debian13_packages[*]}" && return 0
  say "Setting Debian 13 up in $debian13_root"
  if [ ! -e "$debian13_root/etc/apt/sources.list" ] || [ ! -e "$debian13_root/bootstrapped" ]; then
    rm -rf "$debian13_root"
    debootstrap --variant=minbase trixie "$debian13_root" "$(debian13_mirror)" >"$log" 2>&1 || return 1
    touch "$debian13_root/bootstrapped"
  fi
  # the network's settings are this machine's
  cp -L /etc/resolv.conf /etc/hosts "$debian13_root/etc/"
  apt-config dump | grep -iE '^Acquire::(http|https|ForceIPv[46])\b' >"$debian13_root/etc/apt/apt.conf.d/90host"
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$debian13_root/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$debian13_root/etc/ssl/certs/"
  fi
  { debian13_inside apt-get -q update \
    && debian13_inside apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${debian13_packages[@]}"; } >>"$log" 2>&1 || return 1
  debian13_inside apt-get clean
  echo "${debian13_packages[*]}" >"$debian13_root/complete"
}

# Begins to set it up beside whatever else is done: that is waiting for the network for the most part.
debian13_begin () {
  debian13_root=$cache/debian13
  debian13_hindered=$(debian13_obstacle)
  if [ -z "$debian13_hindered" ]; then begin debian13_make; debian13_maker=$!; fi
}

debian13_run () {
  local log=$build/debian13
  if [ -n "$debian13_hindered" ]; then skip "Debian 13 with GIMP 3: $debian13_hindered"; return; fi
  tail --pid="$debian13_maker" -f /dev/null
  is_complete "$debian13_root" "${debian13_packages[*]}" || { tail -20 "$cache/debian13.log"; broken "Debian 13 could not be set up; see $cache/debian13.log"; return; }
  mkdir -p "$log"
  say "Building and testing on Debian 13"
  # what an earlier run left is none of this one's
  rm -rf "$debian13_root/build/meson-logs"
  debian13_inside bash -c '
    export XDG_RUNTIME_DIR=/tmp/run ACUITY_TEST_KINDS=1
    mkdir -m 700 -p $XDG_RUNTIME_DIR
    meson setup $([ -e /build/meson-private/coredata.dat ] && echo --reconfigure) /build /src --werror --buildtype release >/build/setup.log 2>&1 \
      || { tail -20 /build/setup.log; exit 1; }
    ninja -C /build >/build/compile.log 2>&1 || { grep -v "^\[" /build/compile.log | tail -60; exit 1; }
    meson test -C /build --no-rebuild --print-errorlogs --no-suite broken-card --no-suite train --no-suite models --no-suite tools --no-suite metrics --no-suite degrade'
  if [ ! -e "$debian13_root/build/meson-logs/testlog.json" ]; then broken "the build on Debian 13"; return; fi
  cp "$debian13_root"/build/meson-logs/testlog.* "$log/"
  find "$debian13_root/build/tests" -name '*.png' -exec cp {} "$log/" \;
  count "$log/testlog.json"
}
