#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""text.py ACUITY: --text: where letters are, the network for text makes the result; elsewhere nothing changes."""
import os
import re
import struct
import sys
import tempfile
import zlib

from tap import check, finish, run

WIDTH, HEIGHT, PAGE = 160, 96, 76
# Columns of letters, 5 × 7, lowest bit on top.
LETTERS = {"A": (126, 17, 17, 17, 126), "C": (62, 65, 65, 65, 34), "E": (127, 73, 73, 73, 65), "H": (127, 8, 8, 8, 127), "I": (0, 65, 127, 65, 0),
           "L": (127, 64, 64, 64, 64), "M": (127, 2, 12, 2, 127), "N": (127, 4, 8, 16, 127), "O": (62, 65, 65, 65, 62), "P": (127, 9, 9, 9, 6),
           "R": (127, 9, 25, 41, 70), "S": (38, 73, 73, 73, 50), "T": (1, 1, 127, 1, 1), "U": (63, 64, 64, 64, 63), " ": (0, 0, 0, 0, 0)}
LINES = ["LINES ON", "THE MAPS", "AT NOON", "PRESS ME", "COLUMNS"]


def page(written):
    """Rows of RGB: smooth colours, and letters in the left half."""
    rows = [[[90 + x // 2, 150 - y // 3, 60 + (x + y) // 3] for x in range(WIDTH)] for y in range(HEIGHT)]
    for y in range(HEIGHT):
        for x in range(PAGE):
            rows[y][x] = [250, 250, 246]
    for line, text in enumerate(LINES if written else []):
        for place, letter in enumerate(text):
            for column, bits in enumerate(LETTERS[letter]):
                for row in range(7):
                    if bits >> row & 1:
                        rows[6 + 18 * line + row][4 + 9 * place + column] = [20, 20, 24]
                        rows[6 + 18 * line + row][4 + 9 * place + column + 1] = [70, 70, 74]
    return rows


def write(path, rows, kind):
    """A PNG: 2: RGB, 0: gray, 6: RGBA."""
    data = b"".join(b"\0" + b"".join(bytes([p[1]] if kind == 0 else p + [128] if kind == 6 else p) for p in row) for row in rows)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, kind, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(data))
                   + chunk(b"IEND", b""))


def enlarge(name, *arguments, scale=4):
    done = run(name, "-o", "result.ppm", "--scale", str(scale), *arguments)
    if done.returncode:
        sys.exit(f"Bail out! {name} {' '.join(arguments)}: {done.stderr}")
    with open("result.ppm", "rb") as file:
        raw = file.read()
    head = re.match(rb"P6\s(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+(\d+)\s", raw)
    if int(head[1]) != WIDTH * scale or int(head[2]) != HEIGHT * scale:
        sys.exit(f"Bail out! {name} became {head[0]}")
    return raw[head.end():] if head[3] == b"255" else raw[head.end()::2]


def columns(pixels, first, last, scale=4):
    width = WIDTH * scale * 3
    return b"".join(pixels[y * width + first * scale * 3:y * width + last * scale * 3] for y in range(HEIGHT * scale))


def most(a, b):
    return max(abs(x - y) for x, y in zip(a, b))


def check_progress():
    """Looking for text is a part of the work, and takes its time."""
    rows = [b"".join(bytes(p) for p in row) for row in page(True)]
    with open("large.ppm", "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (8 * WIDTH, 8 * HEIGHT) + b"".join(row * 8 for row in rows) * 8)
    done = run("large.ppm", "-o", "large.png", "--scale", "2", "--text", "auto", "--threads", "1", "--report", "--device", "cpu")
    shares = [float(line.split("\t")[2]) for line in done.stdout.splitlines() if line.startswith("progress")]
    check(f"progress begins while text is looked for: {shares[:6]}", done.returncode == 0 and shares == sorted(shares) and shares[-1] == 1
          and shares.count(0) <= 5 and len([s for s in shares if 0 < s < 0.06]) >= 2)


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        for kind in (0, 2, 6):
            write(f"page{kind}.png", page(True), kind)
        write("plain.png", page(False), 2)
        off = enlarge("page2.png", "--text", "off")
        auto = enlarge("page2.png", "--text", "auto")
        text = enlarge("page2.png", "--model", "text-x4")
        check("nothing changes far from letters", columns(off, PAGE + 40, WIDTH) == columns(auto, PAGE + 40, WIDTH))
        near, far = most(columns(auto, 8, 64), columns(text, 8, 64)), most(columns(auto, 8, 64), columns(off, 8, 64))
        check(f"letters are those of the network for text: {near} from it, {far} from the photograph's", far > 20)
        ours, its = (sum((a - b) ** 2 for a, b in zip(columns(auto, 8, 64), columns(other, 8, 64))) for other in (off, text))
        check("nearer to it than to the other", its < ours)
        check("everywhere is that network alone", enlarge("page2.png", "--text", "everywhere") == text)
        check("with strength 0 it is not there", enlarge("page2.png", "--text", "auto", "--text-strength", "0", "--precision", "exact")
              == enlarge("page2.png", "--text", "off", "--precision", "exact"))
        check("a picture without letters stays as it is", enlarge("plain.png", "--text", "auto") == enlarge("plain.png", "--text", "off"))
        check("one thread makes the same", enlarge("page2.png", "--text", "auto", "--threads", "1") == auto)
        for kind, name in ((0, "gray"), (6, "half transparent")):
            check(f"{name}: found as well", enlarge(f"page{kind}.png", "--text", "auto") != enlarge(f"page{kind}.png", "--text", "off"))
        check("twice as large: found as well", enlarge("page2.png", "--text", "auto", scale=2) != enlarge("page2.png", "--text", "off", scale=2))
        check("three times: goes on without", enlarge("page2.png", "--text", "auto", scale=3) == enlarge("page2.png", "--text", "off", scale=3))
        check("filters go on without", enlarge("page2.png", "--text", "auto", "--model", "cubic") == enlarge("page2.png", "--model", "cubic"))
        check_progress()
        half = enlarge("page2.png", "--strength", "0.5", "--precision", "exact")
        whole, none = (enlarge("page2.png", "--strength", s, "--precision", "exact") for s in ("1", "0"))
        off_by = max(abs((a + b) / 2 - c) for a, b, c in zip(whole, none, half) if 0 < a < 255 and 0 < b < 255)
        check(f"half of the strength lies between ({off_by} off)", whole != none and off_by <= 1)
        for arguments, status, word in ((("--text", "everywhere", "--scale", "3"), 1, "3 times"), (("--text", "everywhere", "--model", "cubic"), 1, "filter"),
                                        (("--text", "maybe"), 2, "maybe"), (("--text-strength", "2"), 2, "0 to 1"), (("--strength", "-1"), 2, "0 to 1")):
            done = run("page2.png", "-o", "no.png", *arguments)
            check(f"refused: {done.stderr.strip()}", done.returncode == status and word in done.stderr and not os.path.exists("no.png"))
        os.chdir("/")
    return finish()


sys.exit(main())
