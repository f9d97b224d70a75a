#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""diffusion.py ACUITY PHOTO-X4.safetensors: --seed, --steps and --consistency with a diffusion network whose first estimate is that model's and whose steps have learnt nothing."""
import json
import math
import os
import random
import struct
import sys
import tempfile

from tap import check, finish, run

FIRST = os.path.abspath(sys.argv[2])
WIDTH, HEIGHT, CHANNELS = 40, 30, 16


def write_model(path):
    with open(FIRST, "rb") as file:
        raw = file.read()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    data = bytearray(raw[8 + size:])
    tensors = {"__metadata__": {"architecture": "diffusion", "scale": "4", "kappa": "1", "spread": "0.05", "likeness": "0.8"}}
    tensors.update({"first." + name: value for name, value in header.items() if name != "__metadata__"})
    rand = random.Random(3)

    def add(name, shape, spread):
        values = [rand.uniform(-spread, spread) for _ in range(math.prod(shape))]
        tensors[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data.extend(struct.pack(f"<{len(values)}f", *values))

    for name, outputs, inputs in (("head", CHANNELS, 100), ("blocks.0.conv1", CHANNELS, CHANNELS), ("blocks.0.conv2", CHANNELS, CHANNELS), ("tail", 48, CHANNELS)):
        add(f"step.{name}.weight", [outputs, inputs, 3, 3], 0.8 / math.sqrt(inputs * 9))
        add(f"step.{name}.bias", [outputs], 0.01)
    for name in ("slope", "blocks.0.slope"):
        add(f"step.{name}.weight", [CHANNELS], 0.3)
    text = json.dumps(tensors, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def picture(path):
    rows = bytes(int(127 + 60 * math.sin(0.4 * x + c) * math.cos(0.3 * y) + (7 * x + 13 * y) % 11) for y in range(HEIGHT) for x in range(WIDTH) for c in range(3))
    with open(path, "wb") as file:
        file.write(f"P6\n{WIDTH} {HEIGHT}\n255\n".encode() + rows)


def enlarge(*arguments):
    """The samples of the result, 0 to 255."""
    done = run("small.ppm", "-o", "large.ppm", "--scale", "4", "--model", "own.safetensors", *arguments)
    if done.returncode:
        sys.exit(f"Bail out! {' '.join(arguments)}: {done.stderr}")
    with open("large.ppm", "rb") as file:
        samples = file.read()[-WIDTH * HEIGHT * 48 * 2:]
    return [v / 257 for v in struct.unpack(f">{WIDTH * HEIGHT * 48}H", samples)]


def difference(a, b):
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)) / len(a))


def shrunk(pixels):
    """Made small by the antialiased bicubic filter, one colour after the other."""
    def weight(d):
        d = abs(d)
        return (1.5 * d - 2.5) * d * d + 1 if d <= 1 else ((-0.5 * d + 2.5) * d - 4) * d + 2 if d < 2 else 0

    def line(values):
        out = []
        for i in range(len(values) // 4):
            taps = [(k, weight((k - 4 * i - 1.5) / 4)) for k in range(max(0, 4 * i - 6), min(len(values), 4 * i + 10))]
            out.append(sum(values[k] * w for k, w in taps) / sum(w for _, w in taps))
        return out

    planes = []
    for c in range(3):
        rows = [line(pixels[3 * 4 * WIDTH * y + c:3 * 4 * WIDTH * (y + 1):3]) for y in range(4 * HEIGHT)]
        planes.append(list(zip(*[line(column) for column in zip(*rows)])))
    return [planes[c][y][x] for y in range(HEIGHT) for x in range(WIDTH) for c in range(3)]


def likeness(pixels):
    with open("small.ppm", "rb") as file:
        small = file.read()[-WIDTH * HEIGHT * 3:]
    return 20 * math.log10(255 / difference(shrunk(pixels), small))


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        picture("small.ppm")
        write_model("own.safetensors")
        plain = enlarge()
        check("without a seed it is 0", enlarge("--seed", "0") == plain)
        check("the same with one thread and little memory", enlarge("--threads", "1", "--memory", "150M") == plain)
        other = enlarge("--seed", "2147483647")
        check(f"another seed, another picture ({difference(plain, other):.2f} apart)", 0.5 < difference(plain, other) < 20)
        for what, pixels in (("seed 0", plain), ("another seed", other), ("15 steps", enlarge("--steps", "15"))):
            check(f"made small, {what} is the original: {likeness(pixels):.1f} dB", likeness(pixels) >= 40)
        check("steps count", enlarge("--steps", "7") != plain)
        check("4 steps are the usual", enlarge("--steps", "4") == plain)
        loose = enlarge("--consistency", "0")
        check(f"unless that is not wanted: {likeness(loose):.1f} dB", likeness(loose) < likeness(plain) - 5)
        for option, value, word in (("--seed", "-1", "seed"), ("--seed", "1.5", "seed"), ("--seed", "4294967296", "seed"), ("--steps", "16", "steps"), ("--steps", "-1", "steps"),
                                    ("--consistency", "1.1", "consistency"), ("--consistency", "x", "consistency")):
            done = run("small.ppm", "-o", "no.ppm", "--scale", "4", "--model", "own.safetensors", option, value)
            check(f"{option} {value} is refused: {done.stderr.strip()}", done.returncode == 2 and word in done.stderr and not os.path.exists("no.ppm"))
        done = run("small.ppm", "-o", "no.ppm", "--scale", "4", "--model", "own.safetensors", "--steps", "3")
        check(f"3 steps are refused: {done.stderr.strip()}", done.returncode == 1 and "4 to 15" in done.stderr and not os.path.exists("no.ppm"))
        os.chdir("/")
    return finish()


sys.exit(main())
