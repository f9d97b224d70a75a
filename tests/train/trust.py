#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""trust.py ACUITY [--model NAME]… PHOTO…: whether trust maps foresee the error.

Shrinks each PHOTO (bicubic, as Pillow does it), lets ACUITY enlarge it again with --trust, and prints Pearson's correlation of the map with the true error: the absolute
difference of luma (0.299, 0.587, 0.114 of encoded values) between result and PHOTO. In four ways: both averaged over blocks of 8 × 8 pixels; over blocks of 2 × 2 pixels of the
shrunk picture, which are as much of the picture at any scale (4, 8 and 16 pixels at 2, 4 and 8 times); pixel by pixel, the error
blurred by a Gaussian of 1 pixel; the same of 2 pixels. A border of twice the scale is left out. Beside it the same for the gradient's length of the Lanczos-enlarged picture, smoothed as
the map is (averaged over the pixels of the source, enlarged again): what is not better than that knows nothing of networks. And how much error the map expects (its values times 0.1,
plus 0.004), over the true one. Then how much of the picture's mean error goes with --faithful 1. Not a test: needs Pillow and NumPy."""
import argparse
import os
import subprocess
import tempfile

import numpy
from PIL import Image

FULL, FLOOR = 0.1, 0.004


def luma(path, size=None):
    with Image.open(path) as picture:
        pixels = numpy.asarray(picture.convert("RGB"), "float64") / 255
    if size:
        pixels = pixels[:size[0], :size[1]]
    return pixels @ [0.299, 0.587, 0.114]


def gray(path):
    with Image.open(path) as picture:
        return numpy.asarray(picture.convert("L"), "float64") / 255


def blocks(values, side):
    height, width = values.shape[0] // side * side, values.shape[1] // side * side
    return values[:height, :width].reshape(height // side, side, width // side, side).mean((1, 3))


def blur(values, sigma):
    radius = int(4 * sigma + 0.5)
    weights = numpy.exp(-numpy.arange(-radius, radius + 1) ** 2 / (2 * sigma ** 2))
    weights /= weights.sum()
    for axis in (0, 1):
        values = numpy.apply_along_axis(lambda row: numpy.convolve(numpy.pad(row, radius, "reflect"), weights, "valid"), axis, values)
    return values


def as_smooth(values, scale):
    """As acuity smooths its map."""
    small = Image.fromarray(blocks(values, scale).astype("float32"))
    return numpy.asarray(small.resize((values.shape[1], values.shape[0]), Image.BICUBIC), "float64")


def correlation(a, b):
    return numpy.corrcoef(a.ravel(), b.ravel())[0, 1]


def four(error, foreseen, scale):
    inner = slice(2 * scale, -2 * scale)
    return [correlation(blocks(error, side), blocks(foreseen, side)) for side in (8, 2 * scale)] + [correlation(blur(error, s)[inner, inner], foreseen[inner, inner]) for s in (1, 2)]


def measure(acuity, model, scale, photo, folder):
    small, name = os.path.join(folder, "small.png"), lambda kind: os.path.join(folder, kind + ".png")
    with Image.open(photo) as picture:
        picture = picture.convert("RGB")
        picture.resize((picture.width // scale, picture.height // scale), Image.BICUBIC).save(small)
    common = [small, "-q", "--scale", str(scale), "--device", "cpu"]
    subprocess.run([acuity, *common, "-o", name("result"), "--model", model, "--trust", name("map")], check=True)
    subprocess.run([acuity, *common, "-o", name("faithful"), "--model", model, "--faithful", "1"], check=True)
    subprocess.run([acuity, *common, "-o", name("lanczos"), "--model", "lanczos3"], check=True)
    result, lanczos, trust = luma(name("result")), luma(name("lanczos")), gray(name("map"))
    truth = luma(photo, result.shape)
    error = abs(result - truth)
    slope = as_smooth(numpy.hypot(*numpy.gradient(lanczos)), scale)
    return (four(error, trust, scale) + four(error, slope, scale)
            + [(trust.mean() * FULL + FLOOR) / error.mean(), trust.mean(), error.mean() * 255, abs(luma(name("faithful")) - truth).mean() * 255, abs(lanczos - truth).mean() * 255])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("acuity")
    parser.add_argument("photo", nargs="+")
    parser.add_argument("--model", action="append")
    parser.add_argument("--each", action="store_true", help="a line for each picture as well")
    options = parser.parse_args()
    print("| model | map: 8 × 8 | 2 × 2 shrunk | σ 1 | σ 2 | least 8 × 8 | gradient: 8 × 8 | 2 × 2 shrunk | σ 1 | σ 2 | expected / true | mean of the map | error/255 | faithful | Lanczos |\n|"
          + "---|" * 15)
    with tempfile.TemporaryDirectory() as folder:
        for model in options.model or ["photo-x2", "photo-x4", "photo-gan-x4", "srcnn-x2", "srcnn-x4"]:
            rows = []
            for photo in options.photo:
                rows.append(measure(os.path.abspath(options.acuity), model, int(model.rsplit("-x", 1)[1][0]), photo, folder))
                if options.each:
                    print(f"| {os.path.basename(photo)} | " + " | ".join(f"{v:.3f}" for v in rows[-1]) + " |", flush=True)
            m, least = numpy.mean(rows, 0), numpy.min(rows, 0)
            print(f"| {os.path.basename(model)} | " + " | ".join(f"{v:.3f}" for v in [*m[:4], least[0], *m[4:8]]) + f" | {m[8]:.2f} | {m[9]:.3f} | "
                  + " | ".join(f"{v:.2f}" for v in m[10:]) + " |", flush=True)


main()
