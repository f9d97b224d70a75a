#!/bin/bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Runs one test of a build with the address sanitizer. A Python or gegl that loads our module is not built with the sanitizer itself: then its
# library must come first, and what those programs leave allocated at their end is not ours.
case " $* " in
  *.so\ *.py\ *|*.so\ */gegl\ *|*.so\ gegl\ *)
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 LD_PRELOAD=$(gcc -print-file-name=libasan.so) exec "$@" ;;
  # The whole program loads all of GEGL's modules, and unloads them: what those leave is no longer to be told apart.
  *command_line.py*|*trainer.py*|*pages.py*|*validate.py*|*degrade.py*|*clean.py*|*text.py*|*faces.py*|*maps.py*|*compare.py*|*trust.py*|*diffusion.py*)
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 exec "$@" ;;
  # Hundreds of thousands of files: a full look at the stack for each allocation would take ten times as long.
  *test-model-hostile*)
    ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=1 exec "$@" ;;
esac
exec "$@"
