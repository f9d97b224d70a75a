#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""terminal.py ACUITY SAMPLE: what a terminal shows of jobs that are several: one bar that goes up once, and afterwards nothing but what is to be read. Prints TAP."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

from tap import ACUITY, check, finish

SAMPLE = os.path.abspath(sys.argv[2])
COLUMNS = 60


def on_terminal(*arguments):
    """Exit status and what the terminal was sent, of a program that has nothing else."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    process = subprocess.Popen([ACUITY, *arguments], stdin=other, stdout=other, stderr=other)
    os.close(other)
    sent = b""
    try:
        while data := os.read(main, 65536):
            sent += data
    except OSError:                 # Linux says so when the last writer has closed it
        pass
    os.close(main)
    return process.wait(60), sent.decode().replace("\r\n", "\n")


def check_bar(what, status, sent, most):
    shares = [int(share) for share in re.findall(r"(\d+) %", sent)]
    drawn = re.split(r"\r\x1b\[K|\n", sent)
    check(f"{what}: the bar goes up once, to the end: {shares}", status == 0 and shares == sorted(shares) and shares[0] < 20 and shares.count(100) == 1 == shares[-1] // 100
          and len(set(shares)) >= most)
    check(f"{what}: it grows as it says, on one line", all(abs(line.count("█") / (line.count("█") + line.count("░")) - int(share) / 100) < 0.05
                                                           and len(line) < COLUMNS for line in drawn for share in re.findall(r"(\d+) %", line)))
    return [line.rsplit("\r\x1b[K", 1)[-1] for line in sent.split("\n")]


def main():
    left = check_bar("three versions", *on_terminal(SAMPLE, "-o", "v.png", "--model", "photo-x2", "--candidates", "3"), most=4)
    check(f"three versions: a line each and one of their mean are all that is left: {left}", [line.split(":")[0] for line in left] == ["v-1.png", "v-2.png", "v-3.png", "v.png", ""])
    left = check_bar("a comparison", *on_terminal("compare", SAMPLE, "-o", "page.html", "--models", "linear,cubic,nearest"), most=4)
    check("a comparison: the bar, a table, and where the page is", sum("█" in line for line in left) == 1 and "page.html" in left[-2] and left[-1] == "")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(XDG_DATA_HOME=folder, ACUITY_MODELS="")
    main()
sys.exit(finish())
