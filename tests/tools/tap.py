# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of the whole program have in common: checks that are told as TAP, and the program, which is their first argument."""
import os
import subprocess
import sys

ACUITY = os.path.abspath(sys.argv[1])
number = failures = 0


def check(what, ok):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {' '.join(what.split())}", flush=True)
    return ok


def run(*arguments):
    return subprocess.run([ACUITY, *arguments], capture_output=True, text=True, timeout=200)


# A process is said to have had at least what the one that started it had: so a small one starts it.
MEASURER = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak(*arguments):
    """Exit status, peak bytes of the process, and what it said."""
    *said, numbers = subprocess.run([sys.executable, "-S", "-c", MEASURER, ACUITY, *map(str, arguments)], capture_output=True, text=True).stdout.splitlines()
    status, used = numbers.split()
    return int(status), int(used), "\n".join(said)


def finish():
    """Tells how many checks there were; the exit status."""
    print(f"1..{number}")
    return 1 if failures else 0
