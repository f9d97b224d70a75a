#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""face_worse.py ACUITY FACES [FOLDER]: the numbers of core/recipe/face_worse.c, which tells whether a face was made worse, out of FACES/PERSON-neutral.jpg and -smiling.jpg of
the Face Research Lab London Set. Faces of the people who are not in held-out-people.txt are made small in good and bad ways and enlarged by photo-x4 and by face-x4.safetensors of this
folder; a logistic regression learns where the latter is nearer to the truth, each face weighing as much as the two differ. Prints, for each way, by how many dB the result is nearer
than photo-x4's (all by face-x4; as the regression says, of faces that it has not learnt from), then the numbers. FOLDER keeps what was measured, for another try. Needs NumPy and Pillow."""
import os
import random
import subprocess
import sys
import tempfile
import types

import numpy
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "train"))
import face_likeness  # noqa: E402

WAYS = {"cubic": (16, 24, 32, 40), "clean": (16, 24, 32, 40), "photo:0.25": (16, 24, 40), "photo:0.5": (16, 24, 40), "camera": (24, 40), "jpeg": (24, 40)}
LUMA, SCALE, COLUMNS = (0.299, 0.587, 0.114), 4, face_likeness.COLUMNS


def blur(values, step):
    for axis in range(2):
        n = values.shape[axis]
        before, after = (numpy.take(values, numpy.clip(numpy.arange(n) + s, 0, n - 1), axis) for s in (-step, step))
        values = (before + 2 * values + after) / 4
    return values


def signs(small, inside):
    """As in face_worse.c."""
    luma = small @ LUMA
    details = []
    for plane in (luma, small[..., 2] - luma, small[..., 0] - luma):
        levels = [plane]
        for step in (1, 2, 4):
            levels.append(blur(levels[-1], step))
        details.append([(a - b)[inside] for a, b in zip(levels, levels[1:])])
    light = [numpy.log(numpy.sqrt((v ** 2).mean()) + 0.05) for v in details[0]]
    colour = [numpy.log(numpy.sqrt((a ** 2).mean() + (b ** 2).mean()) + 0.05) for a, b in zip(*details[1:])]
    middle = numpy.log(numpy.median(abs(details[0][0])) + 0.05)
    return [light[0] - light[1], light[1] - light[2], colour[0] - colour[1], colour[1] - colour[2], colour[0] - light[0], colour[1] - light[1], middle - light[0]]


def measure(acuity, folder, people, way, size):
    """For each face its signs, and of the difference between both results, and between the truth and photo-x4's, the mean squares and product."""
    chance = random.Random(f"{way} {size}")
    names = chance.sample([f"{p}-{e}.jpg" for p in people for e in ("neutral", "smiling")], 32)
    options = types.SimpleNamespace(acuity=acuity, degradation=way, scale=SCALE, over=None)
    with tempfile.TemporaryDirectory() as work:
        faces = face_likeness.prepare(options, size, 0, 100, [(Image.open(os.path.join(folder, n)).convert("RGB"), None) for n in names], work)
        small, large = numpy.asarray(Image.open(f"{work}/small.png")).astype(float), []
        for model in ("photo-x4", os.path.join(HERE, "face-x4.safetensors")):
            subprocess.run([acuity, f"{work}/small.png", "-o", f"{work}/large.png", "--scale", str(SCALE), "--model", model, "-q"], check=True)
            large.append(numpy.asarray(Image.open(f"{work}/large.png")).astype(float) @ LUMA)
    rows = []
    for n, face in enumerate(faces):
        side = face.pixels.shape[0]
        cells = [numpy.s_[n // COLUMNS * s:(n // COLUMNS + 1) * s, n % COLUMNS * s:(n % COLUMNS + 1) * s] for s in (side, side // SCALE)]
        photo, made = (v[cells[0]][face.inside] for v in large)
        inside = face.inside.reshape(side // SCALE, SCALE, side // SCALE, SCALE).mean((1, 3)) > 0.5
        change, wanted = made - photo, (face.pixels.astype(float) @ LUMA)[face.inside] - photo
        rows.append(signs(small[cells[1]], inside) + [(change ** 2).mean(), (change * wanted).mean(), (wanted ** 2).mean()])
    return numpy.array(rows)


def learn(values, better, weights):
    """Newton's way, with a little weight decay."""
    found, decay = numpy.zeros(values.shape[1]), 3.0
    for _ in range(30):
        likely = 1 / (1 + numpy.exp(-values @ found))
        slope = values.T @ (weights * (likely - better)) + decay * numpy.r_[0, found[1:]]
        found -= numpy.linalg.solve((values * (weights * likely * (1 - likely))[:, None]).T @ values + decay * numpy.eye(len(found)), slope)
    return found


def main():
    acuity, folder = (os.path.abspath(path) for path in sys.argv[1:3])
    people = sorted({name[:3] for name in os.listdir(folder)} - set(face_likeness.people()))
    rows, ways = [], []
    for way, sizes in WAYS.items():
        for size in sizes:
            kept = os.path.join(sys.argv[3], f"{way}-{size}.npy".replace(":", "-")) if len(sys.argv) > 3 else None
            rows.append(numpy.load(kept) if kept and os.path.exists(kept) else measure(acuity, folder, people, way, size))
            ways += [f"{way}, {size} px"] * len(rows[-1])
            if kept:
                numpy.save(kept, rows[-1])
    rows, ways = numpy.concatenate(rows), numpy.array(ways)
    mean, spread = rows[:, :-3].mean(0), rows[:, :-3].std(0)
    change, product, photo = rows[:, -3], rows[:, -2], rows[:, -1]
    made = change - 2 * product + photo
    limited = numpy.clip((rows[:, :-3] - mean) / spread, -3, 3)
    values, weights = numpy.concatenate([numpy.ones((len(rows), 1)), limited, limited ** 2], 1), abs(numpy.log(made / photo))
    weights, part, likely = weights / weights.mean(), numpy.random.default_rng(0).integers(0, 5, len(rows)), numpy.zeros(len(rows))
    for i in range(5):
        likely[part == i] = 1 / (1 + numpy.exp(-values[part == i] @ learn(values[part != i], (made < photo)[part != i], weights[part != i])))
    for way in dict.fromkeys(ways):
        gains = [10 * numpy.log10(photo / (w * w * change - 2 * w * product + photo))[ways == way].mean() for w in (1, likely)]
        print(f"{way}: {gains[0]:+.2f} dB, {gains[1]:+.2f} dB, how much of face-x4: {likely[ways == way].mean():.2f}")
    found = learn(values, made < photo, weights)
    for name, numbers in (("mean", mean), ("spread", spread), ("constant", found[:1]), ("weights", found[1:len(mean) + 1]), ("square_weights", found[len(mean) + 1:])):
        print(name, ", ".join(f"{v:.4f}" for v in numbers))


main()
