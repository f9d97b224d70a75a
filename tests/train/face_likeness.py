#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""face_likeness.py ACUITY FACES APPROACH…: how like the true faces enlarged ones are. An approach is a model's name or file or a filter; "MODEL+auto" adds --faces auto,
"MODEL+auto:0.7" with that strength. The first approach is compared with each of the others: the mean of the difference and, in brackets, between what it lies
(95 %, bootstrap over the people).

FACES is the folder of the Face Research Lab London Set (PERSON-neutral.jpg and PERSON-smiling.jpg, 1024 × 1024 pixels; see models/README.md). The people in
models/held-out-people.txt, from whom no network here has learnt, are made so small that their faces are as wide as --size says, and turned by --angle to one side or the
other; each is degraded in its own way, all are enlarged in one picture. Within the ellipse of the face: PSNR-Y; SSIM-Y; the strength of fine detail (Y less its blur by a
Gaussian of SCALE pixels; 1 is as much as the true face has); and, where dlib is there, the cosine distance of its face recogniser, which no network here has learnt from,
from the true face, given the true places of eyes and nose. "changed" says how many faces --faces auto changed, in 0.3 of their pixels or more: those that are found and not
good already. Not a test: needs NumPy and Pillow, and the packages dlib-bin and face_recognition_models for the recogniser. python3 tests/train/face_likeness.py
build/release/tools/acuity FACES photo-x4+auto photo-x4 cubic --size 24 takes a minute."""
import argparse
import math
import os
import random
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageDraw, ImageFilter

try:
    import dlib
    import face_recognition_models
except ImportError:
    dlib = None

WIDTH, CENTRE = 350, (512, 520)                  # of the set's faces
TALL = 53 / 44                                   # the ellipse's, as in core/recipe/face_patch.c
EDGE = (225, 228, 227)                           # the set's background
ROOM = 2.25                                      # a cell's side in widths of the face
COLUMNS = 8
MEASURES = ("PSNR", "SSIM", "detail", "identity")
FORMS = {"PSNR": "{:.2f} dB", "SSIM": "{:.3f}", "detail": "{:.2f}", "identity": "{:.4f}"}


class Recogniser:
    def __init__(self):
        self.finder = dlib.get_frontal_face_detector()
        self.places = dlib.shape_predictor(face_recognition_models.pose_predictor_five_point_model_location())
        self.network = dlib.face_recognition_model_v1(face_recognition_models.face_recognition_model_location())

    def landmarks(self, picture):
        """Of a picture of the set, in its pixels."""
        half = numpy.asarray(picture.resize((512, 512), Image.BOX))
        found = self.finder(half)
        box = max(found, key=lambda r: r.width()) if found else dlib.rectangle(168, 170, 343, 345)
        return [(2 * p.x, 2 * p.y) for p in self.places(half, box).parts()]

    def describe(self, pixels, landmarks):
        shape = dlib.full_object_detection(dlib.rectangle(0, 0, pixels.shape[1], pixels.shape[0]), [dlib.point(round(x), round(y)) for x, y in landmarks])
        return numpy.array(self.network.compute_face_descriptor(numpy.ascontiguousarray(pixels), shape))


def cosine(a, b):
    return 1 - a @ b / math.sqrt((a @ a) * (b @ b))


def luma(pixels):
    return pixels.astype(numpy.float64) @ (65.481, 128.553, 24.966) / 255 + 16


def blur(values, sigma, radius):
    weights = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / sigma) ** 2)
    for axis in range(2):
        wide = numpy.pad(values, [(radius, radius) if a == axis else (0, 0) for a in range(2)], "edge")
        values = sum(w * numpy.take(wide, range(i, i + values.shape[axis]), axis) for i, w in enumerate(weights / weights.sum()))
    return values


def similarity(a, b):
    mean_a, mean_b = blur(a, 1.5, 5), blur(b, 1.5, 5)
    spread_a, spread_b, both = (blur(x, 1.5, 5) - y for x, y in ((a * a, mean_a ** 2), (b * b, mean_b ** 2), (a * b, mean_a * mean_b)))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a ** 2 + mean_b ** 2 + c1) * (spread_a + spread_b + c2))


class Face:
    """A true face in its cell, with what of it is judged."""

    def __init__(self, picture, landmarks, side, width, angle, chance, ground):
        factor, turn = width / WIDTH * math.exp(chance.uniform(-0.05, 0.05)), math.radians(angle + chance.gauss(0, 2))
        self.middle = side / 2 + chance.uniform(-2, 2), side / 2 - 0.02 * side + chance.uniform(-2, 2)
        smaller = picture.resize((round(1024 * min(1, 2 * factor)),) * 2, Image.LANCZOS)
        shrunk = smaller.width / 1024
        self.sine, self.cosine, self.factor = math.sin(turn), math.cos(turn), factor
        c, s, (mx, my) = self.cosine / factor * shrunk / 2, self.sine / factor * shrunk / 2, (2 * m for m in self.middle)
        x, y = (v * shrunk for v in CENTRE)
        large = smaller.transform((2 * side, 2 * side), Image.AFFINE, (c, s, x - c * mx - s * my, -s, c, y + s * mx - c * my), Image.BICUBIC, fillcolor=EDGE)
        upright = large.resize((side, side), Image.BOX)
        if ground:
            upright = Image.composite(upright, ground.resize((side, side)), self.head(side))
        self.pixels = numpy.asarray(upright)
        self.landmarks = [self.place(p) for p in landmarks] if landmarks else None
        u, v = (numpy.arange(side) + 0.5 - m for m in self.middle)
        u, v = u[None, :], v[:, None]
        across, down = self.cosine * u + self.sine * v, self.cosine * v - self.sine * u
        self.inside = numpy.hypot(across, down / TALL) < WIDTH / 2 * factor
        self.luma = luma(self.pixels)
        self.description = None

    def place(self, point):
        x, y = ((p - c) * self.factor for p, c in zip(point, CENTRE))
        return self.cosine * x - self.sine * y + self.middle[0], self.sine * x + self.cosine * y + self.middle[1]

    def head(self, side):
        """Head and shoulders, softly, for faces over other pictures."""
        mask = Image.new("L", (side, side), 0)
        outline = [self.place((512 + 235 * math.cos(t), 470 + 340 * math.sin(t))) for t in numpy.arange(0, 2 * math.pi, 0.1)]
        ImageDraw.Draw(mask).polygon(outline, fill=255)
        return mask.filter(ImageFilter.GaussianBlur(15 * self.factor))

    def judge(self, pixels, scale, recogniser):
        values = luma(pixels)
        fine, true = (v - blur(v, scale, 3 * scale) for v in (values, self.luma))
        measured = {"PSNR": 10 * math.log10(255 ** 2 / max(((values - self.luma)[self.inside] ** 2).mean(), 1e-9)), "SSIM": similarity(values, self.luma)[self.inside].mean(),
                    "detail": fine[self.inside].std() / true[self.inside].std()}
        if recogniser:
            if self.description is None:
                self.description = recogniser.describe(self.pixels, self.landmarks)
            measured["identity"] = cosine(recogniser.describe(pixels, self.landmarks), self.description)
        return measured


def people():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "held-out-people.txt"), encoding="ascii") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def grounds(folder, chance):
    """Parts of the photographs, endlessly; None where no folder is."""
    names = [os.path.join(folder, n) for n in sorted(os.listdir(folder))] if folder else []
    while True:
        if names:
            photo = Image.open(chance.choice(names)).convert("RGB")
            side = min(photo.size) // 3
            x, y = chance.randrange(photo.width - side), chance.randrange(photo.height - side)
            yield photo.crop((x, y, x + side, y + side)).resize((640, 640), Image.BOX)
        else:
            yield None


def prepare(options, size, angle, seed, pictures, folder):
    """The true faces of a sheet, and its small picture as FOLDER/small.png."""
    chance = random.Random(f"{size} {angle} {seed}")
    cell, background = round(size * ROOM), grounds(options.over, chance)
    side = cell * options.scale
    os.makedirs(f"{folder}/small", exist_ok=True)
    faces = [Face(picture, landmarks, side, size * options.scale, angle * chance.choice((-1, 1)), chance, next(background)) for picture, landmarks in pictures]
    names = [f"{folder}/{n:03}.png" for n in range(len(faces))]
    for face, name in zip(faces, names):
        Image.fromarray(face.pixels).save(name)
    preset, _, strength = options.degradation.partition(":")
    subprocess.run([options.acuity, "degrade", *names, "-o", f"{folder}/small", "-p", preset, "--strength", strength or "1", "--scale", str(options.scale), "--seed", str(1000 * seed), "-q"],
                   check=True)
    sheet = Image.new("RGB", (COLUMNS * cell, -(-len(faces) // COLUMNS) * cell), EDGE)
    for n in range(len(faces)):
        sheet.paste(Image.open(f"{folder}/small/{n:03}.png").convert("RGB"), (n % COLUMNS * cell, n // COLUMNS * cell))
    sheet.save(f"{folder}/small.png")
    return faces


def enlarge(options, folder, made, approach):
    """The sheet as the approach enlarges it; made[] keeps what was made before."""
    model, _, mode = approach.partition("+")
    mode, _, strength = mode.partition(":")
    if strength:
        none, whole = (enlarge(options, folder, made, name).astype(float) for name in (model, f"{model}+{mode}"))
        return (none + float(strength) * (whole - none) + 0.5).astype(numpy.uint8)
    if approach not in made:
        # Filters compute with the encoded numbers, as those do that made the picture small.
        subprocess.run([options.acuity, f"{folder}/small.png", "-o", f"{folder}/large.png", "--scale", str(options.scale), "--model", model, "-q", "--no-linear-light",
                        *(["--faces", mode] if mode else []), *(options.arguments or "").split()], check=True)
        made[approach] = numpy.asarray(Image.open(f"{folder}/large.png").convert("RGB"))
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
            os.replace(f"{folder}/large.png", f"{options.keep}/{os.path.basename(folder)}-{os.path.basename(approach)}.png")
    return made[approach]


def interval(values, chance):
    """The mean of values[person] and its 95 % limits."""
    means = sorted(values[chance.integers(0, len(values), len(values))].mean() for _ in range(2000))
    return values.mean(), means[50], means[1949]


def judge(options, size, angle, pictures, recogniser, folder):
    """measured[approach][measure][person], means of all seeds and expressions, and how many faces were changed."""
    measured = {approach: [] for approach in options.approaches}
    changed = {approach: 0 for approach in options.approaches if "+" in approach}
    for seed in range(options.seeds):
        work = f"{folder}/{size}-{angle}-{seed}"
        faces, made = prepare(options, size, angle, seed, pictures, work), {}
        for approach in options.approaches:
            whole = enlarge(options, work, made, approach)
            plain = enlarge(options, work, made, approach.split("+")[0]) if approach in changed else None
            for n, face in enumerate(faces):
                side = face.pixels.shape[0]
                part = numpy.s_[n // COLUMNS * side:(n // COLUMNS + 1) * side, n % COLUMNS * side:(n % COLUMNS + 1) * side]
                if approach in changed:
                    changed[approach] += (whole[part] != plain[part])[face.inside].mean() > 0.3
                measured[approach].append(face.judge(numpy.ascontiguousarray(whole[part]), options.scale, recogniser))
    names = [m for m in MEASURES if m in measured[options.approaches[0]][0]]
    each = len(pictures) // 2
    return {a: {m: numpy.array([v[m] for v in values]).reshape(options.seeds, each, 2).mean((0, 2)) for m in names} for a, values in measured.items()}, changed


def report(options, size, angle, measured, changed, count):
    chance, first = numpy.random.default_rng(1), options.approaches[0]
    for approach in options.approaches:
        cells = [FORMS[m].format(v.mean()) for m, v in measured[approach].items()]
        for m, v in measured[approach].items() if approach != first else ():
            form = FORMS[m].split("}")[0].replace(":", ":+") + "}"
            mean, low, high = (form.format(x) for x in interval(measured[first][m] - v, chance))
            cells.append(f"{mean} [{low}, {high}]")
        if approach == first:
            cells += [""] * len(cells)
        print(f"| {size} px, {angle}° | {os.path.basename(approach)} | {changed.get(approach, '')}{f'/{count}' if approach in changed else ''} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("acuity")
    parser.add_argument("faces")
    parser.add_argument("approaches", nargs="+")
    parser.add_argument("--size", type=int, action="append", help="width of the small faces in pixels (default: 16, 24, 32 and 48)")
    parser.add_argument("--angle", type=int, action="append", help="by which they are turned (default: 0)")
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--degradation", default="photo:0.5", help="preset of acuity degrade and its strength (default: photo:0.5)")
    parser.add_argument("--seeds", type=int, default=2, help="each has the 16 people twice, in other places and degraded in other ways (default: 2)")
    parser.add_argument("--over", help="a folder of photographs that the heads are laid over, rather than the set's wall")
    parser.add_argument("--arguments", help="more options for acuity, in one word")
    parser.add_argument("--keep", help="a folder for the enlarged pictures")
    options = parser.parse_args()
    options.acuity = os.path.abspath(options.acuity)
    if not dlib:
        print("without identity: that needs the Python packages dlib-bin and face_recognition_models", file=sys.stderr)
    recogniser = Recogniser() if dlib else None
    pictures = []
    for person in people():
        for expression in ("neutral", "smiling"):
            picture = Image.open(os.path.join(options.faces, f"{person}-{expression}.jpg")).convert("RGB")
            pictures.append((picture, recogniser.landmarks(picture) if recogniser else None))
    names = MEASURES if recogniser else MEASURES[:-1]
    print("| faces | | changed | " + " | ".join(names) + " | " + " | ".join(f"first's {n}" for n in names) + " |\n|---|---|---|" + "---|" * 2 * len(names), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in options.size or [16, 24, 32, 48]:
            for angle in options.angle or [0]:
                measured, changed = judge(options, size, angle, pictures, recogniser, folder)
                report(options, size, angle, measured, changed, len(pictures) * options.seeds)


if __name__ == "__main__":
    main()
