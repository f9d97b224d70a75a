#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""clean.py ACUITY MODEL.safetensors: --clean mixes the weights of MODEL and MODEL-clean, and says so where it cannot."""
import json
import os
import random
import shutil
import sys
import tempfile

from tap import check, finish, run

MODEL = os.path.abspath(sys.argv[2])


def enlarge(name, *arguments):
    """The samples of the result."""
    done = run("small.ppm", "-o", name, "--scale", "2", *arguments)
    if done.returncode:
        sys.exit(f"Bail out! {' '.join(arguments)}: {done.stderr}")
    with open(name, "rb") as file:
        return file.read()[15:]


def without_last_layer(path, to):
    """The same network whose last convolution makes nothing: its result is linear in those weights."""
    with open(path, "rb") as file:
        raw = bytearray(file.read())
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    last = max(int(name.split(".")[1]) for name in header if name.startswith("body."))
    for kind in ("weight", "bias"):
        begin, end = header[f"body.{last}.{kind}"]["data_offsets"]
        raw[8 + size + begin:8 + size + end] = bytes(end - begin)
    with open(to, "wb") as file:
        file.write(raw)


def picture():
    rand = random.Random(5)
    with open("small.ppm", "wb") as file:
        file.write(b"P6\n32 24\n255\n" + bytes(rand.randrange(256) for _ in range(32 * 24 * 3)))


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        picture()
        shutil.copy(MODEL, "own.safetensors")
        without_last_layer(MODEL, "own-clean.safetensors")
        plain = enlarge("plain.ppm", "--model", "own.safetensors")
        check("0 is the model as it is", enlarge("0.ppm", "--model", "own.safetensors", "--clean", "0") == plain)
        clean = enlarge("clean.ppm", "--model", "own-clean.safetensors")
        check("the other weights make another picture", clean != plain)
        check("1 is those that clean", enlarge("1.ppm", "--model", "own.safetensors", "--clean", "1") == clean)
        for share in (0.25, 0.5):
            half = enlarge("half.ppm", "--model", "own.safetensors", "--clean", str(share), "--precision", "exact")
            off = max(abs((1 - share) * a + share * b - c) for a, b, c in zip(plain, clean, half) if 0 < a < 255 and 0 < b < 255)
            check(f"{share} lies between ({off} off)", off <= 1.5)
        for value, word in (("1.5", "0 to 1"), ("-0.1", "0 to 1"), ("x", "0 to 1")):
            done = run("small.ppm", "-o", "no.ppm", "--scale", "2", "--clean", value)
            check(f"{value} is refused: {done.stderr.strip()}", done.returncode == 2 and word in done.stderr and not os.path.exists("no.ppm"))
        for model in ("lanczos3", "own-clean.safetensors"):
            done = run("small.ppm", "-o", "no.ppm", "--scale", "2", "--model", model, "--clean", "0.5")
            check(f"{model} cannot: {done.stderr.strip()}", done.returncode == 1 and "clean" in done.stderr and not os.path.exists("no.ppm"))
        shutil.copy(os.path.join(os.path.dirname(MODEL), "srcnn-x2.safetensors"), "own-clean.safetensors")
        done = run("small.ppm", "-o", "no.ppm", "--scale", "2", "--model", "own.safetensors", "--clean", "0.5")
        check(f"another network's are refused: {done.stderr.strip()}", done.returncode == 1 and "same network" in done.stderr)
        os.chdir("/")
    return finish()


sys.exit(main())
