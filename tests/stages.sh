# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash
# Builds and tests of this system. Sourced by tests/run.

fuzz_seconds=40
# what the release build and Debian 13 have shown already, and which takes as long again: windows, a graphics card made of a processor, real networks
slow_suites=(--no-suite windows --no-suite vulkan --no-suite broken-card --no-suite models)

# Adds up what meson wrote about a run of tests.
count () {                          # testlog.json
  local p f s
  read -r p f s < <(python3 - "$1" <<'PYTHON'
import json, sys
sums = {"OK": 0, "EXPECTEDFAIL": 0, "SKIP": 0, "bad": 0}
try:
    for line in open(sys.argv[1], encoding="utf-8"):
        result = json.loads(line)["result"]
        sums[result if result in sums else "bad"] += 1
except (OSError, ValueError, KeyError):
    sums["bad"] += 1
print(sums["OK"] + sums["EXPECTEDFAIL"], sums["bad"], sums["SKIP"])
PYTHON
  )
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# build_tests NAME OPTIONS...: a build folder of this repository; FALSE, and counted, when it cannot be made. With `only` set, as compile() takes it.
build_tests () {
  local folder=$build/$1
  say "Building $1"
  configure "$folder" --werror "${@:2}" && compile "$folder" "${only:-}" && return 0
  broken "the $1 build; see $folder/compile.log"
  return 1
}

run_tests () {                      # NAME, then arguments of meson test
  local folder=$build/$1
  say "Testing $1"
  rm -f "$folder"/meson-logs/testlog*
  # pictures of the suite are made by programs that draw their own window, never on the user's display
  env -u DISPLAY -u WAYLAND_DISPLAY meson test -C "$folder" --no-rebuild --print-errorlogs "${@:2}" </dev/null
  # a wrapper becomes a part of the name
  count "$(find "$folder/meson-logs" -name 'testlog*.json' | head -1)"
}

stage_release () { [ -z "$release_built" ] || run_tests gcc --timeout-multiplier 2; }

stage_sanitizers () {
  build_tests sanitizers --buildtype debugoptimized -Db_sanitize=address,undefined || return
  # fresh memory is no number, so that results show when something reads what nobody wrote
  ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1:fast_unwind_on_malloc=0:max_malloc_fill_size=1000000000:malloc_fill_byte=255 \
  LSAN_OPTIONS=suppressions=$source_dir/tests/sanitizers/leaks.txt:print_suppressions=0 \
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    run_tests sanitizers --timeout-multiplier 6 --wrapper "$source_dir/tests/sanitizers/wrap.sh" "${slow_suites[@]}"
}

stage_threads () {
  only='tests/core/test-core-(pool|bands)' build_tests threads --buildtype debugoptimized -Db_sanitize=thread || return
  local locks=$build/threads/locks.so
  gcc -shared -fPIC -fsanitize=thread -Wall -Werror -o "$locks" "$source_dir/tests/sanitizers/locks.c" $(pkg-config --cflags --libs glib-2.0) \
    || { broken "tests/sanitizers/locks.c does not compile"; return; }
  # meson runs each test under this; preloading into meson itself would be preloading into a program without the sanitizer
  TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 run_tests threads --timeout-multiplier 6 \
    --wrapper "setarch -R env LD_PRELOAD=$locks" pool bands
}

stage_clang () { CC=clang build_tests clang --buildtype release && run_tests clang --timeout-multiplier 2 "${slow_suites[@]}" --no-suite train --no-suite tools --no-suite gimp; }

stage_fuzz () {
  local fuzzers fuzzer name seconds
  only='tests/[a-z]+/(fuzz_[a-z]+|make_corpus)' CC=clang build_tests fuzz --buildtype debugoptimized -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
    -Dc_args=-fsanitize=fuzzer-no-link || return
  mapfile -t fuzzers < <(find "$build/fuzz/tests" -type f -perm -u+x -name 'fuzz_*' ! -name '*.*' | sort)
  [ ${#fuzzers[@]} -gt 0 ] || { broken "no fuzzer was built"; return; }
  seconds=$(((2 * fuzz_seconds + ${#fuzzers[@]} - 1) / ${#fuzzers[@]}))
  say "Fuzzing ${#fuzzers[@]} readers for $seconds s each, two at a time"
  export -f fuzz_one
  printf '%s\n' "${fuzzers[@]}" | cache=$cache build=$build xargs -P 2 -I '{}' bash -c 'fuzz_one "$@"' fuzz '{}' "$seconds"
  for fuzzer in "${fuzzers[@]}"; do
    name=$(basename "$fuzzer")
    if [ "$(cat "$build/fuzz/$name.status" 2>/dev/null)" = 0 ]; then pass
    else tail -40 "$build/fuzz/$name.log"; broken "$name; see $build/fuzz/$name.log"
    fi
  done
}

# Its end is in a file.
fuzz_one () {                       # fuzzer, seconds
  local name corpus
  name=$(basename "$1") corpus=$cache/fuzz/$(basename "$1")
  rm -f "$build/fuzz/$name.status"
  mkdir -p "$corpus"
  [ ! -x "$(dirname "$1")/make_corpus" ] || "$(dirname "$1")/make_corpus" "$corpus" "$name" >/dev/null
  ASAN_OPTIONS=allocator_may_return_null=1 "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$build/fuzz/$name-" "$corpus" </dev/null >"$build/fuzz/$name.log" 2>&1
  echo $? >"$build/fuzz/$name.status"
}

stage_arm () { arm_run; }

stage_debian13 () { debian13_run; }

# The README's first command, as a user without anything of Acuity would run it.
stage_demo () {
  local home=$cache/home
  say "Running tools/demo"
  rm -f "$build/demo-test.png"
  mkdir -p "$home"
  # everything of the user is under $home, so that nothing is installed for the one who runs the tests
  if env -u XDG_DATA_HOME -u XDG_CONFIG_HOME -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u ACUITY_MODELS XDG_CACHE_HOME="${cache_dir%/acuity}" \
      HOME="$home" "$source_dir/tools/demo" "$source_dir/docs/sample.png" "$build/demo-test.png" </dev/null \
      && python3 - "$source_dir/docs/sample.png" "$build/demo-test.png" <<'PYTHON'
import struct, sys
small, large = (struct.unpack(">II", open(name, "rb").read(24)[16:24]) for name in sys.argv[1:])
sys.exit(large != (4 * small[0], 4 * small[1]))
PYTHON
  then pass
  else broken "tools/demo"
  fi
}
