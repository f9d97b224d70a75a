#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""text_error_rate.py ACUITY [--pages N] [--scale S] APPROACH…: how much of enlarged text tesseract reads wrongly. An approach is a model's name or file, or
"cubic"; "MODEL+auto" and "MODEL+everywhere" add --text; "truth" reads the pages as they were drawn.

Pages are drawn in fonts that no network here has learnt from (models/held-out-fonts.txt), S times as large as letters of 7, 9 and 11 pixels (or --size; an em, as
font sizes are given) need, made small by bicubic interpolation, then, of one kind, kept as JPEG of quality 60, and enlarged again. The same pages every time. Character error rate:
Levenshtein distance / length, `tesseract --psm 6`. Not a test: needs Pillow, tesseract-ocr, and those fonts' packages (fonts-cantarell, fonts-crosextra-carlito,
fonts-ebgaramond, fonts-firacode, fonts-croscore). /usr/bin/python3 tests/train/text_error_rate.py build/release/tools/acuity cubic text-x4 takes some minutes."""
import argparse
import concurrent.futures
import io
import os
import random
import re
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

# One family of each pair of the list that has the same letters.
FONTS = ["Carlito", "Tinos", "Fira Code", "Cantarell", "EB Garamond"]
SIZES = [7, 9, 11]
KINDS = {"black on white": ((0, 0, 0), (255, 255, 255)), "white on dark": ((255, 255, 255), (30, 34, 40)),
         "coloured": None, "JPEG 60": ((0, 0, 0), (255, 255, 255))}
COLOURS = [((150, 20, 30), (250, 240, 220)), ((20, 60, 140), (225, 235, 250)), ((255, 225, 90), (40, 60, 110)), ((10, 90, 60), (240, 240, 200))]
WORDS = """about above after again almost always amount answer around because before behind better between bottle bridge bring brown business build buy
capital careful carry center century change chapter children choose circle city clear clock close coffee cold color common company complete consider
contain corner correct cotton country course cover create cross daughter decide deep degree depend describe design different difficult direct discuss
distance doctor double dream drive during early earth edge effect eight either energy engine enough equal evening event every example except exercise
expect express family famous farm father figure final finger finish fire first floor flower follow force forest forward fresh friend front garden gather
general gentle glass gold government grand great green ground group grow happy heavy height history hour house however human hundred hurry imagine
important inch include indicate industry instrument interest island just keep kitchen know ladder language large laugh learn leave letter level light
listen little locate machine market master material matter measure middle minute modern moment money month morning mother motion mountain music natural
nature necessary neighbor north notice number object observe ocean office often open orange order other paper paragraph parent particular pattern people
perhaps picture piece plain planet plural point position possible power practice prepare present pretty probable problem process produce product property
provide quarter question quick quiet reach ready reason receive record region remember repeat represent require result return river rule sail science
season second section segment select sentence separate serve settle seven several shape share shoulder silver simple single sister skill smooth soldier
solution special spread spring square stand station steady stream street string strong student subject sudden suggest summer supply support surface
surprise syllable symbol system table teach temperature thick thing thousand through together tomorrow toward travel triangle trouble under understand
value vary village visit voice vowel wagon weather wheel whether window winter without wonder world write yellow young""".split()


def font_file(family):
    done = subprocess.run(["fc-match", "-f", "%{family}\n%{file}", f"{family}:style=Regular"], check=True, capture_output=True, text=True).stdout.split("\n")
    if not done[0].startswith(family):
        sys.exit(f"the font {family} is not there")
    return done[1]


def draw_page(path, em, colours, rand):
    font = ImageFont.truetype(path, em)
    lines, width, margin = [], em * 32, em * 2
    while len(lines) < 9:
        words = []
        while not words or font.getlength(" ".join(words)) < width - 2 * margin:
            word = rand.choice(WORDS)
            words.append(word.capitalize() if not words or rand.random() < 0.15 else word)
        lines.append(" ".join(words[:-1]) + rand.choice([".", ",", "", ""]))
    step = int(em * 1.6)
    page = Image.new("RGB", (width // 8 * 8, (len(lines) * step + 2 * margin) // 8 * 8), colours[1])
    for i, line in enumerate(lines):
        ImageDraw.Draw(page).text((margin, margin + i * step), line, colours[0], font)
    return page, "\n".join(lines)


def distance(a, b):
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]


def spaced(text):
    return re.sub(r"\s+", " ", text).strip()


def read(path):
    return spaced(subprocess.run(["tesseract", path, "-", "--psm", "6"], capture_output=True, text=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}).stdout)


def draw_pages(folder, acuity, kind, size, options, files):
    """Draws a cell's pages into FOLDER/large and makes them small into FOLDER/small. Their texts."""
    rand, texts = random.Random(f"{kind} {size}"), []
    for name in ("large", "small"):
        os.makedirs(f"{folder}/{name}")
    for number in range(options.pages * len(files)):
        page, text = draw_page(files[number % len(files)], size * options.scale, KINDS[kind] or rand.choice(COLOURS), rand)
        page.save(f"{folder}/large/{number:03}.png")
        texts.append(spaced(text))
    subprocess.run([acuity, "degrade", *(f"{folder}/large/{n:03}.png" for n in range(len(texts))), "-o", f"{folder}/small", "-p", "cubic", "--scale",
                    str(options.scale), "-q"], check=True)
    for number in range(len(texts) if kind == "JPEG 60" else 0):
        kept = io.BytesIO()
        Image.open(f"{folder}/small/{number:03}.png").convert("RGB").save(kept, "JPEG", quality=60)
        Image.open(kept).save(f"{folder}/small/{number:03}.png")
    return texts


def enlarge(folder, acuity, approach, count, scale):
    """The folder with the approach's results."""
    if approach == "truth":
        return f"{folder}/large"
    model, _, mode = approach.partition("+")
    results = f"{folder}/{os.path.basename(approach)}"
    os.makedirs(results, exist_ok=True)
    subprocess.run([acuity, *(f"{folder}/small/{n:03}.png" for n in range(count)), "-o", f"{results}/", "--scale", str(scale), "--model", model, "-q",
                    *(["--text", mode] if mode else [])], check=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("acuity")
    parser.add_argument("approaches", nargs="+")
    parser.add_argument("--pages", type=int, default=2, help="of each font, size and kind; two have more than 3000 characters")
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--kind", choices=KINDS, action="append", help="only these")
    parser.add_argument("--size", type=int, action="append", help="letters of so many pixels instead of 7, 9 and 11")
    parser.add_argument("--keep", help="a folder for all pictures")
    options = parser.parse_args()
    acuity, scale = os.path.abspath(options.acuity), options.scale
    approaches = [a if a.split("+")[0] in ("truth", "cubic") or not os.path.exists(a.split("+")[0]) else os.path.abspath(a.split("+")[0]) + "".join("+" + m for m in a.split("+")[1:])
                  for a in options.approaches]
    files = [font_file(f) for f in FONTS]
    print("| kind, letters | characters | " + " | ".join(os.path.basename(a) for a in approaches) + " |\n|---|---|" + "---|" * len(approaches), flush=True)
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for kind in options.kind or KINDS:
            for size in options.size or SIZES:
                folder = os.path.join(os.path.abspath(options.keep or temporary), f"{kind} {size}".replace(" ", "-"))
                texts = draw_pages(folder, acuity, kind, size, options, files)
                rates = []
                for approach in approaches:
                    results = enlarge(folder, acuity, approach, len(texts), scale)
                    found = pool.map(read, (f"{results}/{n:03}.png" for n in range(len(texts))))
                    rates.append(100 * sum(map(distance, texts, found)) / sum(map(len, texts)))
                print(f"| {kind}, {size} px | {sum(map(len, texts))} | " + " | ".join(f"{rate:.2f} %" for rate in rates) + " |", flush=True)


main()
