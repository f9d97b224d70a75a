#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""face_mosaics.py FACES OUT COUNT: what face-x2 and face-x4 learn from, out of FACES/PERSON-neutral.jpg and -smiling.jpg of the Face Research Lab London Set (1024 × 1024
pixels): COUNT pictures of 512 × 512 pixels in OUT/learn, each full of upright faces of one size (56 to 320 pixels wide), with other lights and colours, and 16 in OUT/judge,
of the people in held-out-people.txt. Needs NumPy and Pillow."""
import math
import os
import random
import sys

import numpy
from PIL import Image

SIDE, FACE, CENTRE = 512, 350, (512, 520)        # of the mosaics; width and middle of the set's faces
EDGE = (225, 228, 227)                           # the set's background


def cell(chance, folder, people, width):
    """One face, with as much again around it, as numbers from 0 to 1."""
    picture = Image.open(os.path.join(folder, f"{chance.choice(people)}-{chance.choice(['neutral', 'smiling'])}.jpg")).convert("RGB")
    factor = width / FACE * math.exp(chance.uniform(-0.12, 0.12))
    angle, size = math.radians(chance.gauss(0, 7)), int(2 * width)
    # Made smaller first, to twice the size that it gets, then turned.
    smaller = picture.resize((max(8, round(1024 * min(1, 2 * factor))),) * 2, Image.LANCZOS) if 2 * factor < 1 else picture
    shrunk = smaller.width / 1024
    cosine, sine = math.cos(angle) / (factor / shrunk), math.sin(angle) / (factor / shrunk)
    x, y = ((c + chance.uniform(-20, 20)) * shrunk for c in CENTRE)
    turn = (cosine / 2, -sine / 2, x - (cosine - sine) * size / 2, sine / 2, cosine / 2, y - (sine + cosine) * size / 2)
    turned = smaller.transform((2 * size, 2 * size), Image.AFFINE, turn, Image.BICUBIC, fillcolor=EDGE)
    values = numpy.asarray(turned.resize((size, size), Image.LANCZOS if chance.random() < 0.5 else Image.BOX), numpy.float32) / 255
    return light(chance, values)


def light(chance, values):
    gamma = math.exp(chance.gauss(0, 0.25))
    gain = numpy.array([math.exp(chance.gauss(0, 0.08)) for _ in range(3)]) * math.exp(chance.gauss(-0.1, 0.2))
    values = numpy.clip(values, 0, 1) ** gamma * gain
    if chance.random() < 0.4:                    # from a side
        angle = chance.uniform(0, 2 * math.pi)
        y, x = numpy.mgrid[-1:1:len(values) * 1j, -1:1:len(values) * 1j]
        values = values * (1 + chance.uniform(0.2, 0.6) * (math.cos(angle) * x + math.sin(angle) * y))[..., None]
    if chance.random() < 0.08:
        values = numpy.repeat(values.mean(2, keepdims=True), 3, 2)
    return numpy.clip(values, 0, 1)


def mosaic(chance, folder, people, width):
    count = -(-SIDE // int(2 * width)) + 1
    whole = numpy.concatenate([numpy.concatenate([cell(chance, folder, people, width) for _ in range(count)], 1) for _ in range(count)], 0)
    x, y = chance.randrange(whole.shape[1] - SIDE + 1), chance.randrange(whole.shape[0] - SIDE + 1)
    return Image.fromarray((whole[y:y + SIDE, x:x + SIDE] * 255 + 0.5).astype(numpy.uint8))


def main():
    folder, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "held-out-people.txt"), encoding="ascii") as file:
        held_out = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    people = sorted({name[:3] for name in os.listdir(folder)} - set(held_out))
    for part in ("learn", "judge"):
        os.makedirs(os.path.join(out, part), exist_ok=True)
    for i in range(count):
        mosaic(random.Random(1000 + i), folder, people, 56 * (320 / 56) ** ((i + 0.5) / count)).save(f"{out}/learn/{i:04d}.png")
    for i in range(16):
        mosaic(random.Random(7 + i), folder, [held_out[i]], 64 * (256 / 64) ** (i / 15)).save(f"{out}/judge/{i:02d}.png")


main()
