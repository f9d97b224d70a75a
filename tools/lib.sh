# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# What tools/demo and tests/run share. To be sourced by bash; the caller sets `source_dir`.

# Debian's own programs and the packages that belong to them, before others of the same names.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
cache_dir=${XDG_CACHE_HOME:-$HOME/.cache}/acuity
data_dir=${XDG_DATA_HOME:-$HOME/.local/share}

say () { printf '==> %s\n' "$*"; }
fail () { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# What every build needs; GIMP 2.10 and 3 name their headers differently, so the system's own GIMP decides.
build_packages=(gcc libc6-dev pkgconf meson ninja-build gettext libgegl-dev gegl libjson-glib-dev libgexiv2-dev libarchive-dev libjpeg-dev libcairo2-dev libpango1.0-dev librsvg2-dev gimp
  glslang-tools libvulkan-dev
  python3 python3-pip ca-certificates)

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then sudo "$@"
  else fail "Debian packages are missing and only root can install them. As root, run: apt-get install $missing_packages"
  fi
}

apt_install () {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold --no-install-recommends install "$@" </dev/null
}

is_installed () { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Prints those of its arguments that are not installed.
missing_of () {
  local package
  for package; do is_installed "$package" || printf '%s ' "$package"; done
}

# Installs what is missing; touches neither the network nor root's rights when nothing is. Output goes to a log that is shown
# on failure.
install_packages () {
  local log="$cache_dir/apt.log"
  command -v dpkg-query >/dev/null || fail "this script sets up Debian 12 or 13; on other systems see CONTRIBUTING.md"
  missing_packages=$(missing_of "$@")
  [ -z "$missing_packages" ] && return 0
  mkdir -p "$cache_dir"
  say "Installing Debian packages: $missing_packages"
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_install $missing_packages >"$log" 2>&1 && return 0
  # without lists, or with lists that have become too old
  as_root apt-get -q -o DPkg::Lock::Timeout=600 update </dev/null >"$log" 2>&1 \
    || { tail -20 "$log" >&2; fail "the list of Debian packages cannot be fetched; is there a network?"; }
  apt_install $missing_packages >>"$log" 2>&1 \
    || { tail -30 "$log" >&2; fail "Debian packages could not be installed; the whole log is $log"; }
}

# The headers that belong to the GIMP of this Debian: the newest that can be had.
gimp_headers () {
  local package
  for package in libgimp-3.0-dev libgimp2.0-dev; do is_installed "$package" && { echo "$package"; return; }; done
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null \
    || as_root apt-get -q -o DPkg::Lock::Timeout=600 update </dev/null >/dev/null 2>&1
  for package in libgimp-3.0-dev libgimp2.0-dev; do
    apt-cache show "$package" >/dev/null 2>&1 && { echo "$package"; return; }
  done
}

# configure FOLDER OPTIONS...: sets a build folder up, or brings an earlier one to these options.
configure () {
  local folder=$1
  shift
  mkdir -p "$folder"
  if [ -e "$folder/meson-private/coredata.dat" ]; then
    meson setup --reconfigure "$folder" "$source_dir" "$@" >"$folder/setup.log" 2>&1 && return 0
    rm -rf "$folder"                # by another meson, or moved
    mkdir -p "$folder"
  fi
  meson setup "$folder" "$source_dir" "$@" >"$folder/setup.log" 2>&1 || { tail -20 "$folder/setup.log" >&2; return 1; }
}

# compile FOLDER [PATTERN]: all of it, or what is named like that (an extended regular expression).
compile () {
  local targets=()
  if [ -n "${2:-}" ]; then
    mapfile -t targets < <(ninja -C "$1" -t targets all | sed -nE "s%^($2): .*_LINKER.*%\\1%p")
    [ ${#targets[@]} -gt 0 ] || { echo "nothing is named $2" >&2; return 1; }
  fi
  ninja -C "$1" "${targets[@]}" >"$1/compile.log" 2>&1 || { grep -v '^\[' "$1/compile.log" | tail -60 >&2; return 1; }
}
