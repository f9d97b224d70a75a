# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# The library and its tests, built for Arm 64 and run by an emulator. Sourced by tests/run.

arm_tools=(gcc-aarch64-linux-gnu qemu-user)
arm_libraries=(libc6-dev libglib2.0-dev libjson-glib-dev libjpeg-dev libzimg-dev)

# Arm's packages by a configuration and lists of their own: this system's apt and dpkg never hear of that architecture.
arm_apt () { APT_CONFIG=$arm_root/apt/apt.conf apt-get -q -y "$@" </dev/null; }

arm_sources () {
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg by=
  if [ -e $keys ]; then by=" signed-by=$keys"; fi
  apt-get indextargets --format "deb [arch=arm64$by] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Identifier: Packages' 'Origin: Debian' 2>/dev/null | sort -u
}

arm_configure_apt () {
  local apt=$arm_root/apt
  mkdir -p "$apt"/{lists,archives}/partial "$apt"/etc/{apt.conf.d,preferences.d,sources.list.d}
  : >"$apt/status"
  arm_sources >"$apt/etc/sources.list"
  [ -s "$apt/etc/sources.list" ] || { echo "apt has no Debian mirror here"; return 1; }
  {
    # the network's settings are this machine's
    apt-config dump | grep -iE '^Acquire::(http|https|ForceIPv[46]|Check-Valid-Until)\b'
    cat <<CONFIGURATION
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Etc "$apt/etc";
Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
CONFIGURATION
  } >"$apt/apt.conf"
}

# A folder with Arm's libraries and headers. Nothing in it is set up: it is only linked with and read from.
arm_make_root () {
  local package link target
  rm -rf "$arm_root"
  mkdir -p "$arm_root"
  arm_configure_apt && arm_apt update && arm_apt --download-only install "${arm_libraries[@]}" || return 1
  for package in "$arm_root"/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$arm_root" || return 1
  done
  rm -rf "$arm_root"/apt "$arm_root"/usr/share/{doc,locale,man}
  # what points to /lib would be this machine's
  while IFS= read -r link; do
    target=$arm_root$(readlink "$link")
    if [ -e "$target" ]; then ln -sfr "$target" "$link"; fi
  done < <(find "$arm_root" -lname '/*')
  echo "${arm_libraries[*]}" >"$arm_root/complete"
}

# For meson. Versions before 1.3 know pkg-config by the other name.
arm_cross_file () {
  cat <<CROSS
[constants]
root = '$arm_root'
[binaries]
c = ['aarch64-linux-gnu-gcc', '--sysroot=' + root]
ar = 'aarch64-linux-gnu-gcc-ar'
strip = 'aarch64-linux-gnu-strip'
pkg-config = 'pkg-config'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-aarch64', '-L', root]
[properties]
sys_root = root
pkg_config_libdir = [root + '/usr/lib/aarch64-linux-gnu/pkgconfig', root + '/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
CROSS
}

# Begins to fetch its libraries beside whatever else is done.
arm_begin () {
  arm_root=$cache/arm arm_maker=
  is_complete "$arm_root" "${arm_libraries[*]}" && return
  say "Fetching libraries for Arm 64 to $arm_root"
  begin arm_make_root >"$cache/arm.log" 2>&1
  arm_maker=$!
}

arm_run () {
  # in a shell of its own: it ends the one that cannot install
  if ! (install_packages "${arm_tools[@]}"); then unfetched "Arm 64: its compiler and emulator cannot be installed"; return; fi
  [ -z "$arm_maker" ] || tail --pid="$arm_maker" -f /dev/null
  if ! is_complete "$arm_root" "${arm_libraries[*]}"; then
    tail -5 "$cache/arm.log"
    unfetched "Arm 64: its libraries cannot be fetched; see $cache/arm.log"
    return
  fi
  arm_cross_file >"$build/arm.ini"
  build_tests arm --cross-file "$build/arm.ini" --buildtype release -Dlibrary_only=true || return
  run_tests arm --timeout-multiplier 4
}
