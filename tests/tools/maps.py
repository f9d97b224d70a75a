#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""maps.py ACUITY MODEL.safetensors: acuity inspect --maps draws what the layers of a network see, by a network whose maps are known."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

from tap import ACUITY, check, finish

MODEL = os.path.abspath(sys.argv[2])
WIDTH, HEIGHT = 24, 16


def run(*arguments):
    return subprocess.run([ACUITY, "inspect", *arguments], capture_output=True, text=True, timeout=100)


def half(values):
    return struct.pack(f"<{len(values)}e", *values)


def network(path):
    """A compact network of 2 channels and factor 2, whose first layer's maps are the picture's red and an edge between neighbours."""
    first = [0.0] * (2 * 3 * 9)
    first[4] = 1.0                  # channel 0: red itself
    first[27 + 4], first[27 + 5] = 1.0, -1.0
    tensors = {"body.0.weight": ([2, 3, 3, 3], first), "body.0.bias": ([2], [0, 0]), "body.1.weight": ([2], [1, 1]),
               "body.2.weight": ([12, 2, 3, 3], [0.0] * (12 * 2 * 9)), "body.2.bias": ([12], [0.0] * 12)}
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        raw = half(values)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def gray(path):
    """Width, height and rows of a gray PNG of 8 bits."""
    with open(path, "rb") as file:
        raw = file.read()
    width, height, depth, kind = struct.unpack(">IIBB", raw[16:26])
    assert (depth, kind) == (8, 0), (depth, kind)
    data, at = b"", 8
    while at < len(raw):
        size, name = struct.unpack(">I4s", raw[at:at + 8])
        data += raw[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    data, rows, before = zlib.decompress(data), [], [0] * width
    for y in range(height):
        kind, row = data[y * (width + 1)], list(data[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width):
            a, b, c = row[x - 1] if x else 0, before[x], before[x - 1] if x else 0
            near = min((a, b, c), key=lambda v: abs(a + b - c - v))
            row[x] = (row[x] + (0, a, b, (a + b) // 2, near)[kind]) % 256
        rows.append(row)
        before = row
    return width, height, rows


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        network("known.safetensors")
        red = [[255 if x >= WIDTH // 2 else 0 for x in range(WIDTH)] for _ in range(HEIGHT)]
        with open("half.ppm", "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT) + bytes(v for row in red for r in row for v in (r, 99, 7)))
        done = run("known.safetensors", "--maps", "half.ppm", "-o", "sheet.png")
        check(f"it says what there is to see: {done.stdout.strip()}{done.stderr}", done.returncode == 0 and "2 maps of 24 × 16" in done.stdout)
        width, height, rows = gray("sheet.png")
        check(f"two maps side by side with white between: {width} × {height}", (width, height) == (2 * (WIDTH + 2) + 2, HEIGHT + 4)
              and all(v == 255 for v in rows[0] + rows[1] + rows[-1]) and all(row[WIDTH + 2] == row[WIDTH + 3] == 255 for row in rows))
        check("one is red as it is", [row[2:2 + WIDTH] for row in rows[2:-2]] == red)
        edge = [row[WIDTH + 4:2 * WIDTH + 4] for row in rows[2:-2]]
        check("one has the edge alone darker than the rest", all(row[WIDTH // 2 - 1] == 0 and min(row[:WIDTH // 2 - 1] + row[WIDTH // 2:-1]) > 0 for row in edge))
        done = run(MODEL, "--places")
        lines = [line.split() for line in done.stdout.splitlines()]
        check(f"{len(lines)} places, all three levels in order", done.returncode == 0 and sorted({line[0] for line in lines}, key=[line[0] for line in lines].index)
              == ["edges", "shapes", "features"])
        for place in ("edges", "shapes", "features", lines[0][1], lines[-1][1]):
            done = run(MODEL, "--maps", "half.ppm", "-o", "sheet.png", "--place", place, "--longest", "12")
            check(f"{place}: {done.stdout.strip()}{done.stderr}", done.returncode == 0 and "12 × 8" in done.stdout)
        lines = [line.split() for line in run(os.path.join(os.path.dirname(MODEL), "srcnn-x2.safetensors"), "--places").stdout.splitlines()]
        for level in dict(lines):
            last = [name for word, name in lines if word == level][-1]
            done = run(os.path.join(os.path.dirname(MODEL), "srcnn-x2.safetensors"), "--maps", "half.ppm", "-o", "sheet.png", "--place", level)
            check(f"the last of the {level} is {last}", done.stdout.startswith(last + " ("))
        os.unlink("sheet.png")
        for arguments, status, word in (((MODEL, "--maps", "half.ppm", "-o", "sheet.png", "--place", "nowhere"), 1, "nowhere"),
                                        ((MODEL, "--maps", "none.ppm", "-o", "sheet.png"), 1, "none.ppm"), (("lanczos3", "--places"), 1, "filter"),
                                        ((MODEL, "--maps", "half.ppm"), 2, "--maps"), ((MODEL, "--maps", "half.ppm", "-o", "sheet.xyz"), 1, "sheet.xyz"),
                                        ((MODEL, "--maps", "half.ppm", "-o", "sheet.png", "--longest", "0"), 2, "--maps"),
                                        ((MODEL, "--maps", "half.ppm", "-o", "half.ppm"), 1, "half.ppm"), ((MODEL, "--graph", "--place", "edges"), 2, "--maps"),
                                        (("no-such-model", "--maps", "half.ppm", "-o", "sheet.png"), 1, "no-such-model")):
            done = run(*arguments)
            check(f"refused: {done.stderr.strip()}", done.returncode == status and word in done.stderr and len(done.stderr.splitlines()) == 1
                  and not os.path.exists("sheet.png"))
        os.chdir("/")
    return finish()


sys.exit(main())
