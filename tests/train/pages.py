#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""pages.py ACUITY_TRAIN: acuity-train pages: the same seed gives the same bytes; masks are where the ink is; fonts left out are not used; logos and
photographs; mistakes; an interrupt at any moment."""
import collections
import csv
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

TRAIN = os.path.abspath(sys.argv[1])
LIMIT = 120
KINDS = "document,table,receipt,screen,code,label,sign,caption"


def check(what, ok):
    print(("ok: " if ok else "FAILED: ") + what, flush=True)
    if not ok:
        sys.exit(1)


def pages(folder, *more, fails=False, env=None):
    """What it says on standard error."""
    done = subprocess.run([TRAIN, "pages", "-o", folder, *more], capture_output=True, text=True, timeout=LIMIT, env={**os.environ, **(env or {})})
    if (done.returncode != 0) != fails:
        sys.exit(f"FAILED: acuity-train pages {' '.join(more)} ended with {done.returncode}:\n{done.stderr}")
    return done.stderr


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def listing(folder):
    """All files with their bytes."""
    return {os.path.relpath(os.path.join(where, name), folder): contents(os.path.join(where, name))
            for where, _, names in os.walk(folder) for name in names}


def log_of(folder):
    with open(os.path.join(folder, "pages.csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_png(path):
    """Width, height, channels, and the rows."""
    data = contents(path)
    check_only(path, data[:8] == b"\x89PNG\r\n\x1a\n")
    at, parts, header = 8, [], None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        check_only(path, zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0])
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            parts.append(body)
        at += 12 + length
    check_only(path, kind == b"IEND" and header[2] == 8 and header[3] in (0, 2))
    width, height, channels = header[0], header[1], 1 if header[3] == 0 else 3
    raw, rows, last = zlib.decompress(b"".join(parts)), [], bytes(width * channels)
    stride = width * channels + 1
    for y in range(height):
        last = unfilter(raw[y * stride], bytearray(raw[y * stride + 1:(y + 1) * stride]), last, channels)
        rows.append(last)
    return width, height, channels, rows


def check_only(path, ok):
    if not ok:
        check(f"{path} is a whole PNG of 8 bits", False)


def unfilter(kind, row, above, step):
    for i in range(len(row) if kind else 0):
        left, up = row[i - step] if i >= step else 0, above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            p = left + up - corner
            guess = min((left, up, corner), key=lambda v: abs(p - v))
        row[i] = row[i] + guess & 255
    return bytes(row)


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


# --- tests ---

def test_seeds():
    pages("a", "--count", "12", "--seed", "7", "--size", "160x120")
    pages("b", "--count", "12", "--seed", "7", "--size", "160x120", env={"LC_ALL": "C", "TZ": "Asia/Tokyo"})
    pages("c", "--count", "5", "--seed", "7", "--size", "160x120")
    pages("d", "--count", "12", "--seed", "8", "--size", "160x120")
    first, other = listing("a"), listing("d")
    check("twelve pages, twelve masks and a log", len(first) == 25)
    check("the same seed gives the same bytes", first == listing("b"))
    check("another seed gives other bytes", all(first[name] != other[name] for name in first))
    fewer = listing("c")
    check("a page does not depend on how many there are", all(fewer[name] == first[name] for name in fewer if name != "pages.csv"))
    with open("d/page-00001.png", "wb") as file:
        file.write(b"old")
    with open("d/masks/page-00002.mask.png", "wb") as file:
        file.write(b"old")
    pages("d", "--count", "12", "--seed", "8", "--size", "160x120")
    check("what was there is replaced", listing("d") == other)


def test_masks():
    """Of every kind: masks are as large as pages, not empty, and cover what is dark where all that is dark is text."""
    for kind in KINDS.split(","):
        pages(f"kind-{kind}", "--count", "4", "--seed", "3", "--size", "320x200", "--kind", kind)
        check(f"{kind}: the log says so", [row["kind"] for row in log_of(f"kind-{kind}")] == [kind] * 4)
        for number in range(1, 5):
            width, height, channels, rows = read_png(f"kind-{kind}/page-{number:05}.png")
            mask_width, mask_height, mask_channels, mask = read_png(f"kind-{kind}/masks/page-{number:05}.mask.png")
            check_only(kind, (width, height, channels, mask_width, mask_height, mask_channels) == (320, 200, 3, 320, 200, 1))
            values = collections.Counter(b"".join(mask))
            part = values[255] / (320 * 200)
            if set(values) - {0, 255} or not 0.002 < part < 0.9:
                check(f"{kind} {number}: the mask is {values}", False)
    found = dark = 0
    for number in range(1, 5):
        rows, mask = read_png(f"kind-document/page-{number:05}.png")[3], read_png(f"kind-document/masks/page-{number:05}.mask.png")[3]
        row = log_of("kind-document")[number - 1]
        text, ground = (tuple(int(row[key][i:i + 2], 16) for i in (1, 3, 5)) for key in ("text", "ground"))
        for y in range(200):
            for x in range(320):
                colour = rows[y][3 * x:3 * x + 3]
                if sum(abs(a - b) for a, b in zip(colour, text)) * 4 < sum(abs(a - b) for a, b in zip(text, ground)):
                    dark += 1
                    found += mask[y][x] == 255
    check(f"masks of documents cover {100 * found / max(dark, 1):.1f} % of the {dark} pixels that have the text's colour", dark > 5000 and found > 0.97 * dark)


def test_variety():
    pages("many", "--count", "150", "--seed", "1", "--size", "96x64")
    rows = log_of("many")
    kinds = {row["kind"] for row in rows}
    check(f"of 150 pages there are {', '.join(sorted(kinds))}", kinds == set(KINDS.split(",")))
    least = min(contrast(row["text"], row["ground"]) for row in rows)
    check(f"the least contrast is {least:.2f}", least >= 2.95)
    light = sum(luminance(row["ground"]) > 0.85 and luminance(row["text"]) < 0.06 for row in rows)
    dark = sum(luminance(row["ground"]) < luminance(row["text"]) for row in rows)
    check(f"{light} are black on white, {dark} light on dark", 45 <= light <= 100 and 20 <= dark <= 70)
    sizes = [float(row["size"]) for row in rows]
    check(f"letters' ems are {min(sizes)} to {max(sizes)} pixels", min(sizes) >= 12 and max(sizes) <= 80 and 5 <= sum(size < 24 for size in sizes) <= 40)
    check("some are turned", 10 <= sum(float(row["angle"]) != 0 for row in rows) <= 90 and all(abs(float(row["angle"])) <= 15 for row in rows))


def test_wishes():
    """Colours and sizes of letters as asked for; patterns have no text, and come only when they are asked for."""
    for colours, wanted in (("dark", lambda text, ground: ground < text), ("black-on-white", lambda text, ground: ground > 0.85 and text < 0.06)):
        pages(f"only-{colours}", "--count", "20", "--seed", "4", "--size", "96x64", "--colours", colours, "--kind", "document,screen")
        check(f"all are {colours}", all(wanted(luminance(row["text"]), luminance(row["ground"])) for row in log_of(f"only-{colours}")))
    for wish, least, most in (("30..40", 30, 40), ("22.5", 22.5, 22.5), ("7.5..8.25", 7.5, 8.25)):
        pages("sized", "--count", "20", "--seed", "4", "--size", "96x64", "--letters", wish)
        sizes = [float(row["size"]) for row in log_of("sized")]
        check(f"--letters {wish}: {min(sizes)} to {max(sizes)}", least - 0.051 <= min(sizes) and max(sizes) <= most + 0.051 and (least == most or len(set(sizes)) > 5))
    pages("patterns", "--count", "12", "--seed", "4", "--size", "160x120", "--kind", "pattern")
    check("patterns are all without text", all(not any(b"".join(read_png(f"patterns/masks/page-{n:05}.mask.png")[3])) for n in range(1, 13)))
    check("and not empty", all(len(set(b"".join(read_png(f"patterns/page-{n:05}.png")[3]))) > 8 for n in range(1, 13)))


def families():
    listed = subprocess.run(["fc-list", "--format", "%{family[0]}|%{file}\n"], check=True, capture_output=True, text=True, timeout=LIMIT).stdout
    files = collections.defaultdict(set)
    for line in listed.splitlines():
        family, file = line.rsplit("|", 1)
        files[family].add(file)
    return files


def config(name, folder):
    """A fontconfig that knows the fonts of one folder."""
    os.makedirs(folder, exist_ok=True)
    with open(name, "w", encoding="utf-8") as file:
        file.write(f"<?xml version='1.0'?><fontconfig><dir>{os.path.abspath(folder)}</dir><cachedir>{os.path.abspath('cache')}</cachedir></fontconfig>")
    return {"FONTCONFIG_FILE": os.path.abspath(name)}


def test_fonts():
    check("without fonts it says so: " + (said := pages("none", "--count", "1", fails=True, env=config("none.conf", "no-fonts"))).strip(),
          said.startswith("acuity-train: There are no scalable fonts") and said.count("\n") == 1 and not os.path.exists("none"))
    known = families()
    wanted = [family for family in ("DejaVu Serif", "Liberation Mono", "Nimbus Roman") if family in known]
    if not wanted:
        print("skipped: none of the fonts that this test knows is installed")
        return
    wanted = wanted[0]
    for file in known[wanted]:
        os.makedirs("one", exist_ok=True)
        shutil.copy(file, "one")
    options = ("--count", "24", "--seed", "5", "--size", "128x96")
    pages("alone", *options, env=config("one.conf", "one"))
    pages("only", *options, "--only-fonts", wanted.upper())
    check(f"pages with {wanted} alone are as on a machine that has no other font", listing("alone") == listing("only"))
    every = ",".join({family for family in known if not family.startswith(wanted)}).replace("\\", "")
    pages("rest", *options, "--fonts-left-out", every)
    check("the same pages, by all others that are left out", listing("rest") == listing("only"))
    with open("left-out.txt", "w", encoding="utf-8") as file:
        file.write(f"# a comment\n\n  {wanted}  \n")
    check("nothing remains: " + (said := pages("nothing", *options, "--fonts-left-out", "left-out.txt", fails=True, env=config("one.conf", "one"))).strip(),
          "None of the scalable fonts" in said)
    if len(known) > 1:
        pages("without", "--count", "120", "--size", "64x64", "--fonts-left-out", "left-out.txt")
        check(f"no page has {wanted} when it is left out", not any(row["font"].startswith(wanted) for row in log_of("without")))


def test_photos():
    rand = random.Random(1)
    os.mkdir("photos")
    with open("photos/a.ppm", "wb") as file:
        file.write(b"P6\n300 200\n255\n" + bytes(rand.randrange(100, 140) for _ in range(300 * 200 * 3)))
    with open("photos/b.png", "wb") as file:
        file.write(b"no picture")
    said = pages("photo", "--count", "6", "--size", "400x300", "--kind", "photo,caption", "--photos", "photos")
    check("a damaged photograph is passed over", "b.png is left out" in said)
    shown = 0
    for number in range(1, 7):
        rows, mask = read_png(f"photo/page-{number:05}.png")[3], read_png(f"photo/masks/page-{number:05}.mask.png")[3]
        bare = [rows[y][3 * x] for y in range(0, 300, 5) for x in range(0, 400, 5) if not mask[y][x]]
        shown += sum(90 < value < 150 for value in bare) > len(bare) / 4
        check(f"page {number}: text covers {sum(row.count(255) for row in mask)} of 120000 pixels of a photograph", 50 < sum(row.count(255) for row in mask) < 70000)
    check(f"{shown} of 6 show the photograph", shown >= 5)


def test_logos():
    os.mkdir("logos")
    with open("logos/a.svg", "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#f00"/></svg>')
    done = subprocess.run([TRAIN, "pages", "-o", "logo", "--count", "4", "--size", "300x200", "--kind", "logos", "--logos", "logos"], capture_output=True,
                          text=True, timeout=LIMIT)
    if done.returncode:
        check("without librsvg it says so: " + done.stderr.strip(), "librsvg" in done.stderr)
        return
    for number in range(1, 5):
        rows, mask = read_png(f"logo/page-{number:05}.png")[3], read_png(f"logo/masks/page-{number:05}.mask.png")[3]
        red = [mask[y][x] for y in range(200) for x in range(300) if rows[y][3 * x:3 * x + 3] == b"\xff\0\0"]
        # What librsvg draws may reach beyond what it says of a logo's place by a row of pixels.
        check(f"page {number}: the {len(red)} pixels of logos are neither text nor none", len(red) > 500 and red.count(128) > 0.95 * len(red))
    with open("logos/b.svg", "w", encoding="utf-8") as file:
        file.write("<svg")
    with open("logos/c.svg", "wb") as file:
        file.write(b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * (1 << 20) + b"</svg>")
    os.mkfifo("logos/d.svg")
    said = pages("logo", "--count", "4", "--size", "300x200", "--kind", "logos", "--logos", "logos")
    check("damaged and huge logos are passed over", all(f"{name}.svg is left out" in said for name in "bcd"))


def test_mistakes():
    os.mkdir("empty")
    with open("file", "wb") as file:
        file.write(b"\xff\xfe")
    for options, word in ((("--count", "0"), "--count"), (("--count", "-1"), "--count"), (("--count", "1000001"), "--count"), (("--count", "x"), "x"),
                          (("--count", "99999999999999999999"), "99999999999999999999"), (("--seed", "-1"), "--seed"), (("--size", "63x64"), "64"),
                          (("--size", "8193x100"), "8192"), (("--size", "100x"), "64"), (("--size", "0x0"), "0x0"), (("--size", "99999999999x9"), "99999999999x9"),
                          (("--size", "-5x-5"), "-5x-5"), (("--kind", "poem"), "poem"), (("--kind", ""), "--kind"), (("--kind", " ,"), "--kind"), (("--kind", "sign,poem"), "poem"), (("--kind", "photo"), "--photos"),
                          (("--kind", "logos"), "--logos"), (("--photos", "missing"), "missing"), (("--photos", "empty"), "empty"),
                          (("--logos", "missing"), "missing"), (("--logos", "empty"), "empty"), (("--letters", "5"), "--letters"), (("--letters", "30..20"), "--letters"), (("--letters", ""), "--letters"),
                          (("--letters", "20.."), "--letters"), (("--letters", "..20"), "--letters"), (("--letters", "20x"), "--letters"), (("--letters", "nan"), "--letters"), (("--letters", "20..1001"), "--letters"),
                          (("--colours", "pink"), "pink"), (("--colours", ","), "--colours"), (("--only-fonts", "No Such Font"), "None of the scalable fonts"),
                          (("--only-fonts", ","), "names nothing"), (("--only-fonts", "file"), "UTF-8"), (("--fonts-left-out", "empty"), "empty")):
        said = pages("bad", *options, fails=True)
        check(f"{' '.join(options)}: {said.strip()}", said.startswith("acuity-train: ") and word in said and said.count("\n") == 1 and not os.path.exists("bad"))
    for folder in ("file", "file/x", "/proc/none"):
        said = pages(folder, "--count", "1", fails=True)
        check(f"-o {folder}: {said.strip()}", said.startswith("acuity-train: ") and folder in said and said.count("\n") == 1)
    done = subprocess.run([TRAIN, "pages"], capture_output=True, text=True, timeout=LIMIT)
    check("without a folder: " + done.stderr.strip(), done.returncode == 2 and "--output" in done.stderr)
    done = subprocess.run([TRAIN, "pages", "--help"], capture_output=True, text=True, timeout=LIMIT)
    check("help lists the kinds", done.returncode == 0 and "receipt" in done.stdout)


def test_stopped():
    """However it ends, every file with a page's name is whole, and no page is without its mask."""
    rand = random.Random(2)
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        folder = f"stopped-{number}"
        process = subprocess.Popen([TRAIN, "pages", "-o", folder, "--count", "100000", "--size", "320x240"], stderr=subprocess.PIPE, text=True)
        ends = time.monotonic() + LIMIT
        while not os.path.exists(f"{folder}/page-00004.png") and time.monotonic() < ends:
            time.sleep(0.005)
        time.sleep(rand.random() * 0.1)
        process.send_signal(number)
        said = process.communicate(timeout=LIMIT)[1]
        made = sorted(name for name in os.listdir(folder) if name.startswith("page-") and name.endswith(".png"))
        masks = os.listdir(f"{folder}/masks")
        for name in made:
            read_png(f"{folder}/{name}")
        check(f"{signal.Signals(number).name}: {len(made)} pages are whole and have their masks: {said.strip()}",
              process.returncode == status and len(made) >= 4 and {name.replace(".png", ".mask.png") for name in made} <= set(masks))
        if number != signal.SIGKILL:
            check("the log has them, and nothing else is left", [row["page"] + ".png" for row in log_of(folder)] == made and len(masks) == len(made)
                  and len(os.listdir(folder)) == len(made) + 2 and "Stopped after" in said)


def main():
    with tempfile.TemporaryDirectory(prefix="acuity-pages-") as folder:
        os.chdir(folder)
        for test in (test_seeds, test_masks, test_variety, test_wishes, test_fonts, test_photos, test_logos, test_mistakes, test_stopped):
            test()


main()
