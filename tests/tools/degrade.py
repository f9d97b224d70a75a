#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""acuity degrade: degrade.py ACUITY. Prints TAP. Makes and reads its pictures itself."""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

from tap import ACUITY, check, finish


def run(*arguments):
    return subprocess.run([ACUITY, "degrade", *map(str, arguments)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def write_png(path, width, height, depth=8, kind=2):
    channels = {0: 1, 2: 3, 6: 4}[kind]
    size = channels * depth // 8
    rows = b"".join(b"\0" + bytes((x * 7 + y * 11 + (x // size) * 3) % 256 for x in range(width * size)) for y in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def head(path):
    with open(path, "rb") as f:
        return struct.unpack(">IIBB", f.read(26)[16:])


def content(path):
    with open(path, "rb") as f:
        return f.read()


def refused(result, status, *words):
    lines = result.stderr.strip().splitlines()
    return result.returncode == status and len(lines) == 1 and lines[0].startswith("acuity: ") and all(w in lines[0] for w in words)


os.chdir(tempfile.mkdtemp())
PRESETS = ["clean", "cubic", "photo", "jpeg", "camera", "screen"]
write_png("rgb8.png", 61, 47)
write_png("rgb16.png", 40, 30, depth=16)
write_png("gray.png", 9, 1, kind=0)
write_png("alpha.png", 20, 20, kind=6)
for preset in PRESETS:
    done = run("rgb8.png", "-o", "a.png", "-p", preset, "--scale", 2.5, "--seed", 5)
    check(f"{preset}: size and depth", done.returncode == 0 and done.stderr == "" and head("a.png") == (24, 19, 8, 2))
    run("rgb8.png", "-o", "b.png", "-p", preset, "--scale", 2.5, "--seed", 5)
    check(f"{preset}: the same seed gives the same file", content("a.png") == content("b.png"))
run("rgb8.png", "-o", "a.png", "--seed", 1)
run("rgb8.png", "-o", "b.png", "--seed", 2)
check("another seed gives another picture", content("a.png") != content("b.png"))
run("rgb8.png", "-o", "a.png", "--strength", 0, "-s", "area=0", "-s", "linear=0", "--seed", 1)
run("rgb8.png", "-o", "b.png", "-p", "cubic", "--seed", 2)
check("strength 0 is the resize alone", content("a.png") == content("b.png"))
for name, wanted in (("rgb16.png", (10, 8, 16, 2)), ("gray.png", (2, 1, 8, 2)), ("alpha.png", (5, 5, 8, 2))):
    done = run(name, "-o", "c.png", "-p", "clean")
    check(f"{name}: {head('c.png')}", done.returncode == 0 and head("c.png") == wanted)
os.mkdir("out")
done = run("rgb8.png", "rgb16.png", "-o", "out", "--seed", 3)
run("rgb16.png", "-o", "b.png", "--seed", 4)
check("the second picture takes the next seed", done.returncode == 0 and content("out/rgb16.png") == content("b.png"))
listed = run("--list")
check("--list", listed.returncode == 0 and all(p in listed.stdout for p in PRESETS) and "first-sigma" in listed.stdout and "0.2..3" in listed.stdout)
changed = run("--list", "--set", "first-sigma=1..2")
check("--set shows in --list", "0.2..3" not in changed.stdout and "1..2 " in changed.stdout)
for arguments, words in ((["-p", "nothing"], ["nothing"]), (["--scale", "9"], ["--scale"]), (["--scale", "nan"], ["--scale"]),
                         (["--strength", "2"], ["--strength"]), (["--set", "sigma"], ["KEY=VALUE"]), (["--set", "sigma=1"], ["sigma"]),
                         (["--set", "first-sigma=3..1"], ["first-sigma", "3..1"]), (["--quality", "0"], ["--quality"])):
    check(f"refuses {' '.join(arguments)}", refused(run("rgb8.png", "-o", "d.png", *arguments), 2, *words))
check("refuses to run without an output", refused(run("rgb8.png"), 2, "-o"))
check("a missing picture", refused(run("missing.png", "-o", "d.png"), 1, "missing.png"))
check("a format that nothing writes", refused(run("rgb8.png", "-o", "d.txt"), 1, "d.txt"))
check("a missing folder", refused(run("rgb8.png", "-o", "nowhere/d.png"), 1, "nowhere"))
before = content("rgb8.png")
check("does not replace the picture itself", refused(run("rgb8.png", "-o", "rgb8.png"), 1, "rgb8.png") and content("rgb8.png") == before)
check("nothing is left behind", not os.path.exists("d.png") and not [n for n in os.listdir(".") if n.startswith(".acuity-")])
sys.exit(finish())
