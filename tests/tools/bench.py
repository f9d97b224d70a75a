#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""acuity bench: bench.py ACUITY. Prints TAP. Uses a network made here that repeats every pixel, so results are known."""
import array
import json
import os
import struct
import subprocess
import sys
import tempfile

from tap import ACUITY, check, finish


def run(*arguments, stdin="", **options):
    return subprocess.run([ACUITY, "bench", *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=120,
                          **options)


def refused(done, *words):
    lines = done.stderr.strip().splitlines()
    return check(f"refused: {done.stderr.strip() or done.stdout!r}", done.returncode in (1, 2) and len(lines) == 1 and lines[0].startswith("acuity: ")
                 and all(word in lines[0] for word in words))


def make_network(name, channels=3):
    outputs = channels * 4
    with open(name + ".param", "w") as f:
        f.write(f"7767517\n3 3\nInput in 0 1 data\nConvolution c 1 1 data m 0={outputs} 1=1 5=1 6={outputs * channels}\n"
                "PixelShuffle x 1 1 m out 0=2\n")
    with open(name + ".bin", "wb") as f:
        f.write(struct.pack("<I", 0))
        for output in range(outputs):
            f.write(struct.pack(f"<{channels}f", *(float(output // 4 == i) for i in range(channels))))
        f.write(struct.pack(f"<{outputs}f", *[0.0] * outputs))


def make_picture(name, width, height):
    picture = array.array("f", ((i * 37 % 101) / 100 for i in range(3 * width * height)))
    with open(name, "wb") as f:
        picture.tofile(f)
    return picture


def worker():
    width, height = 19, 13
    picture = make_picture("a picture.f32", width, height)
    asked = "load a picture.f32\nrun 0.05\nrun 0\nsave the result.f32\nrss\nquit\n"
    done = run("--worker", "./double.param", "--size", f"{width}x{height}", "--threads", 2, stdin=asked)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    check(f"a whole conversation {done.stderr}", done.returncode == 0 and not done.stderr and len(answers) == 5)
    load, batch, once, saved, rss = answers
    check("load is timed", load["load_s"] > 0 and load["first_s"] > 0)
    check(f"a batch {batch}", batch["n"] > 1 and 0 < batch["wmin"] <= batch["wall"] < 1 and 0 <= batch["cmin"] <= batch["cpu"]
          and batch["foreign"] >= 0)
    check("one run at least", once["n"] == 1 and once["wmin"] == once["wall"])
    check(f"memory {rss}", 0 < rss["base"] <= rss["peak"] and rss["now"] <= rss["peak"])
    result = array.array("f")
    with open("the result.f32", "rb") as f:
        result.frombytes(f.read())
    wanted = [picture[(c * height + y // 2) * width + x // 2]
              for c in range(3) for y in range(2 * height) for x in range(2 * width)]
    check("the result, plane by plane", saved == {} and list(result) == wanted)


def worker_refuses():
    make_picture("ok.f32", 8, 8)
    make_picture("large.f32", 9, 8)
    make_network("gray", 1)
    with open("half.param", "w") as f:
        f.write("7767517\n2 2\nInput in 0 1 data\nReLU")
    open("half.bin", "wb").close()
    size = ("--size", "8x8")
    refused(run("--worker", "double.param"), "--size")
    refused(run("--worker", *size), "one model")
    refused(run("--worker", "double.param", "gray.param", *size), "one model")
    refused(run("--worker", "double.param", "--size", "8x"), "--size")
    refused(run("--worker", "double.param", *size, "--threads", "257"), "threads")
    for model, word in (("lanczos3", "lanczos3"), ("missing.param", "missing.param"), ("gray.param", "gray.param"),
                        ("half.param", "half.param"), ("no-such", "no-such")):
        refused(run("--worker", model, *size, stdin="load ok.f32\n"), word)
    for asked, word in (("load missing.f32", "missing.f32"), ("load large.f32", "8 × 8"), ("load", "cannot be read"),
                        ("run 1", "load"), ("save x", "load"), ("rss", "load"), ("dance", "dance"),
                        ("load ok.f32\nload ok.f32", "once"), ("load ok.f32\nrun", "seconds"), ("load ok.f32\nrun -1", "-1"),
                        ("load ok.f32\nrun nan", "nan"), ("load ok.f32\nsave no/such/folder", "no/such/folder")):
        refused(run("--worker", "double.param", *size, stdin=asked + "\n"), word)
    check("nothing asked is nothing wrong", run("--worker", "double.param", *size).returncode == 0)


def table():
    done = run("double.param", "--size", "40x30", "--threads", 1)
    lines = done.stdout.splitlines()
    check(f"a table {done.stderr}", done.returncode == 0 and done.stderr == "" and "Megapixels/s" in lines[0] and lines[1].startswith("double.param"[:6])
          and "40 × 30, 2×" in lines[1])
    listed = json.loads(run("double.param", "lanczos3", "--repeat", 3, "--precision", "exact", "--json").stdout)
    check(f"as JSON {listed}", [m["model"] for m in listed] == ["double", "lanczos3"] and all(
        m["scale"] == 2 and m["width"] >= 48 and m["precision"] == "exact" and 0 < m["seconds"] < 60
        and 0 < m["megapixel_seconds"] < 60 and abs(m["megapixels_per_second"] * m["megapixel_seconds"] - 1) < 1e-3
        and m["megapixel_memory"] > 0 and m["planned_memory"] > 0 and m["measured_memory"] > 0 for m in listed))
    done = run("--size", "16x16")
    check("everything installed", done.returncode == 0 and "lanczos3" in done.stdout and "nearest" in done.stdout)
    done = run("missing.param", "double.param", "--size", "9x9")
    check("goes on after a bad one", done.returncode == 1 and "9 × 9" in done.stdout and "missing.param" in done.stderr)
    refused(run("double.param", "--size", "9x"), "--size")
    refused(run("double.param", "--repeat", "0"), "--repeat")
    refused(run("double.param", "--precision", "quick"), "quick")
    refused(run("double.param", "--no-such"), "--no-such")
    refused(run("double.param", "--device", "abacus"), "abacus")
    done = run("double.param", "--size", "16x16", "--device", "cpu")
    check("on a device that is named", done.returncode == 0 and "16 × 16" in done.stdout)


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    os.environ.pop("ACUITY_MODELS", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        make_network("double")
        for part in (worker, worker_refuses, table):
            part()
        os.chdir("/")
    return finish()


sys.exit(main())
