#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""text_found.py ACUITY [--pages ACUITY_TRAIN --photos FOLDER] [PHOTO…]: what --text auto does to pictures.

Of each PHOTO: which part of the enlarged picture's pixels changes by 1/255 or more, and by how much at most, against --text off. With --pages: draws labels and text over
photographs with letters of various sizes (an em, in the small picture) in fonts that no network here has learnt from, and says which part of what the network for text
changes on letters arrives in the result: 100 % when all letters are found. The same pages every time. Not a test: needs Pillow and NumPy."""
import argparse
import glob
import os
import subprocess
import tempfile

import numpy
from PIL import Image

SIZES = [7, 9, 11, 16, 24, 40]
LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../models/held-out-fonts.txt")


def enlarge(acuity, pictures, folder, *arguments):
    os.makedirs(folder, exist_ok=True)
    subprocess.run([acuity, *pictures, "-o", folder + "/", "-q", *arguments], check=True)
    return [os.path.join(folder, os.path.splitext(os.path.basename(p))[0] + ".png") for p in pictures]


def pixels(path):
    with Image.open(path) as picture:
        return numpy.asarray(picture.convert("RGB"), "int16")


def small_png(path, folder, scale=1):
    name = os.path.join(folder, os.path.splitext(os.path.basename(path))[0] + ".png")
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
        picture.resize((picture.width // scale, picture.height // scale), Image.BICUBIC).save(name)
    return name


def measure_photos(acuity, photos, folder, scale):
    os.makedirs(f"{folder}/in")
    pictures = [small_png(p, f"{folder}/in") for p in photos]
    before = enlarge(acuity, pictures, f"{folder}/off", "--scale", scale, "--text", "off")
    after = enlarge(acuity, pictures, f"{folder}/auto", "--scale", scale, "--text", "auto")
    print("| photograph | changed | most |\n|---|---|---|")
    for picture, a, b in zip(pictures, before, after):
        change = abs(pixels(a) - pixels(b)).max(axis=2)
        print(f"| {os.path.basename(picture)} | {100 * (change > 0).mean():.3f} % | {change.max()}/255 |", flush=True)


def measure_pages(acuity, train, photos, folder, scale):
    print("| letters | on labels | over photographs | changed where no text is |\n|---|---|---|---|")
    for size in SIZES:
        shares, changed, plain = [], 0, 0
        for kind in ("label", "photo"):
            where = f"{folder}/{kind}-{size}"
            side = "960x720" if size < 20 else "1600x1200"
            subprocess.run([train, "pages", "-q", "-o", where, "--count", "6", "--seed", "77", "--kind", kind, "--photos", photos, "--letters", f"{4 * size}..{4 * size}",
                            "--only-fonts", LIST, "--size", side], check=True)
            os.makedirs(f"{where}/in")
            pages = [small_png(p, f"{where}/in", 4) for p in sorted(glob.glob(f"{where}/page-*.png"))]
            results = [enlarge(acuity, pages, f"{where}/{mode}", "--scale", scale, "--text", mode) for mode in ("off", "auto", "everywhere")]
            arrives = wanted = 0
            for page, off, auto, everywhere in zip(pages, *results):
                mask = Image.open(f"{where}/masks/{os.path.basename(page)[:-4]}.mask.png")
                off, auto, everywhere = pixels(off), pixels(auto), pixels(everywhere)
                mask = numpy.asarray(mask.resize((off.shape[1], off.shape[0])))
                arrives += abs(auto - off)[mask == 255].sum()
                wanted += abs(everywhere - off)[mask == 255].sum()
                changed += (abs(auto - off).max(axis=2)[mask == 0] > 0).sum()
                plain += (mask == 0).sum()
            shares.append(100 * arrives / wanted)
        print(f"| {size} px | {shares[0]:.1f} % | {shares[1]:.1f} % | {100 * changed / plain:.2f} % |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("acuity")
    parser.add_argument("photo", nargs="*")
    parser.add_argument("--pages", metavar="ACUITY_TRAIN")
    parser.add_argument("--photos", metavar="FOLDER", help="what pages' text is put over")
    parser.add_argument("--scale", default="4")
    options = parser.parse_args()
    acuity = os.path.abspath(options.acuity)
    with tempfile.TemporaryDirectory() as folder:
        if options.photo:
            measure_photos(acuity, options.photo, folder, options.scale)
        if options.pages:
            measure_pages(acuity, os.path.abspath(options.pages), os.path.abspath(options.photos or "."), folder, options.scale)


main()
