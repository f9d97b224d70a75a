#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""compare.py ACUITY MODELS: acuity compare measures what it says, shows what it measured, and ends cleanly. Prints TAP. Numbers are checked against
NumPy and scikit-image where there are any: ACUITY_TEST_PYTHON can name a python that has them."""
import base64
import csv
import html.parser
import json
import math
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

from tap import ACUITY, check, finish, peak

wanted = os.environ.get("ACUITY_TEST_PYTHON")
if wanted and "ACUITY_TEST_PYTHON_TAKEN" not in os.environ:
    os.environ["ACUITY_TEST_PYTHON_TAKEN"] = "1"
    os.execv(wanted, [wanted] + sys.argv)
try:
    import numpy
    from skimage.metrics import structural_similarity
except ImportError:
    numpy = None

MODELS = os.path.abspath(sys.argv[2])
MEASURES = ["seconds", "PSNR-Y dB", "SSIM-Y", "feature distance (text-mask)", "NIQE", "consistency dB"]


def run(*arguments, **more):
    return subprocess.run([ACUITY, "compare", *map(str, arguments)], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, **more)


def refused(what, status, word, *arguments):
    done = run(*arguments)
    lines = done.stderr.strip().splitlines()
    check(f"refused: {what}: {done.stderr.strip()}", done.returncode == status and len(lines) == 1 and lines[0].startswith("acuity: ") and word in lines[0]
          and not done.stdout)


def value(x, y, c):
    """A picture with stripes that become finer, an edge, and something like noise."""
    wave = 127 + 90 * math.sin((x * x / 300 + y / (3 + c)) * 0.5)
    grain = (x * 7919 + y * 104729 + c * 31) * 2654435761 % 4294967296 / 4294967296 * 50
    return min(255, max(0, int(wave * (0.5 if x + 2 * y > 260 else 1) + grain - 25)))


def write_png(path, width, height, channels=3, depth=8):
    rows = b"".join(b"\0" + b"".join(struct.pack(">B" if depth == 8 else ">H", value(x, y, c) * (1 if depth == 8 else 257))
                                     for x in range(width) for c in range(channels)) for y in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_png(raw):
    """Width, height and pixels of an RGB PNG of 8 bits, with its checksums looked at."""
    width, height, depth, kind = struct.unpack(">IIBB", raw[16:26])
    assert (depth, kind) == (8, 2)
    data, at = b"", 8
    while at < len(raw):
        size, name = struct.unpack(">I4s", raw[at:at + 8])
        assert zlib.crc32(raw[at + 4:at + 8 + size]) == struct.unpack(">I", raw[at + 8 + size:at + 12 + size])[0]
        data += raw[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    data, rows, before = zlib.decompress(data), [], bytes(3 * width)
    for y in range(height):
        kind, row = data[y * (3 * width + 1)], bytearray(data[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for x in range(3 * width):
            a, b, c = row[x - 3] if x >= 3 else 0, before[x], before[x - 3] if x >= 3 else 0
            near = min((a, b, c), key=lambda v: abs(a + b - c - v))
            row[x] = (row[x] + (0, a, b, (a + b) // 2, near)[kind]) % 256
        rows.append(bytes(row))
        before = row
    return width, height, rows


class Page(html.parser.HTMLParser):
    """What is in a page; elements must be closed in order."""
    EMPTY = {"meta", "img", "br"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.images, self.text, self.cells, self.best = [], [], [], [], [], 0
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag == "img":
            self.images.append(attributes)
        self.best += tag == "td" and attributes.get("class") == "best"
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open, self.getpos())
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] == "td":
            self.cells.append(data)

    def crops(self, alt):
        return [read_png(base64.b64decode(i["src"].split(",", 1)[1])) for i in self.images if i["alt"] == alt]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


# --- what another program measures ---

def keys(x):
    x = abs(x)
    return numpy.where(x < 1, 1.5 * x ** 3 - 2.5 * x ** 2 + 1, numpy.where(x < 2, -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2, 0))


def cubic_axis(n, m):
    """The matrix that resizes n samples to m, antialiased, what is outside left out."""
    wide = max(1, n / m)
    weights = keys(((numpy.arange(m)[:, None] + 0.5) * n / m - 0.5 - numpy.arange(n)) / wide)
    return weights / weights.sum(axis=1, keepdims=True)


def cubic(picture, width, height):
    return numpy.einsum("yj,xi,jic->yxc", cubic_axis(picture.shape[0], height), cubic_axis(picture.shape[1], width), picture)


def luma(picture):
    return numpy.clip(picture, 0, 1) @ [65.481, 128.553, 24.966] + 16


def psnr(a, b, most):
    return 10 * math.log10(most ** 2 / ((a - b) ** 2).mean())


def test_numbers(rows, width, height, scale):
    truth = numpy.array([[[value(x, y, c) / 255 for c in range(3)] for x in range(width)] for y in range(height)])
    small = cubic(truth, width // scale, height // scale).clip(0, 1)
    made = {"nearest": small.repeat(scale, axis=0).repeat(scale, axis=1), "cubic": cubic(small, width, height)}
    for name, result in made.items():
        result = result.clip(0, 1)
        inside = (slice(scale, -scale), slice(scale, -scale))
        y, true_y = luma(result)[inside], luma(truth)[inside]
        again = cubic(result, width // scale, height // scale)[1:-1, 1:-1].clip(0, 1)
        expected = {"PSNR-Y dB": psnr(y, true_y, 255),
                    "SSIM-Y": structural_similarity(y, true_y, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False),
                    "consistency dB": psnr(again, small[1:-1, 1:-1], 1)}
        for measure, number_wanted in expected.items():
            check(f"{name}: {measure} is {number_wanted:.4f}, as NumPy has it: {rows[name][measure]:.4f}", abs(rows[name][measure] - number_wanted) < 2e-3)


def test_whole():
    width, height, scale, names = 211, 146, 2, ["nearest", "cubic", "lanczos3", "photo-x2", "photo-x2+text"]
    write_png("whole.png", width, height)
    done = run("whole.png", "-o", "out", "--scale", scale, "--models", ",".join(names[:3]), "-m", "photo-x2, photo-x2+text", "-t", "rows.json", "--seed", 3)
    check(f"everything is done: {done.stderr}", done.returncode == 0 and done.stderr == "" and os.listdir("out") == ["whole.png-x2.html"])
    listed = json.loads(read("rows.json"))
    rows = {row["approach"]: row for row in listed}
    check("a row for each, in order, with all numbers", [row["approach"] for row in listed] == names and all(row["set"] == "whole.png" for row in listed)
          and all(isinstance(row[m], float) and math.isfinite(row[m]) for row in listed for m in MEASURES))
    lines = done.stdout.splitlines()
    check("the table in the terminal, with marks, and where the page is", all(m in lines[0] for m in MEASURES) and len(lines) == len(names) + 2
          and done.stdout.count("*") >= 4 and lines[-1].endswith("out/whole.png-x2.html"))
    check("the network is nearer than bicubic in brightness and features, and as consistent as it was trained to be",
          rows["photo-x2"]["PSNR-Y dB"] > rows["cubic"]["PSNR-Y dB"] and rows["photo-x2"][MEASURES[3]] < rows["cubic"][MEASURES[3]] < rows["nearest"][MEASURES[3]])
    if numpy:
        test_numbers(rows, width // scale * scale, height // scale * scale, scale)
    else:
        print("# NumPy and scikit-image are not there to check the numbers")
    test_page(read("out/whole.png-x2.html"), names, rows)


def test_page(text, names, rows):
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    check("the page is whole, in its language, and adapts to dark screens", text.startswith("<!DOCTYPE html>") and ("html", {"lang": "en"}) in page.tags
          and tags.count("h1") == tags.count("title") == tags.count("table") == 1 and "prefers-color-scheme:dark" in text)
    check("it needs no script, no network and no other file", "script" not in tags and "link" not in tags and not re.search(r"https?:|url\(|@import", text)
          and all(i["src"].startswith("data:image/png;base64,") for i in page.images) and all("href" not in a for _, a in page.tags)
          and any(a.get("content", "").startswith("default-src 'none'") for t, a in page.tags if t == "meta"))
    shown = [cell for cell in page.cells]
    wanted_cells = [f"{rows[n][m]:.{d}f}" for n in names for m, d in zip(MEASURES, (3, 2, 4, 4, 2, 2))]
    check("its table has the same numbers, the best of five columns marked", shown == wanted_cells and page.best >= 5)
    places = [tuple(map(int, re.search(r"(\d+) pixels from the left, (\d+) from", t).groups())) for t in page.text if "from the left" in t]
    originals = page.crops("Original")
    check(f"{len(places)} places, each with the original and every approach", len(places) == 4 == len(originals)
          and len(page.images) == 1 + len(places) * (1 + len(names)) and all(i["alt"] for i in page.images))
    check("crops are 100 % and lie where it says", all(rows_of == [bytes(value(x + i, y + j, c) for i in range(w) for c in range(3)) for j in range(h)]
                                                        for (x, y), (w, h, rows_of) in zip(places, originals))
          and all(i["width"] == str(originals[0][0]) for i in page.images[1:]))
    side = originals[0][0]
    check("places do not touch", all(abs(a[0] - b[0]) >= side or abs(a[1] - b[1]) >= side for k, a in enumerate(places) for b in places[:k]))
    nearest = page.crops("Nearest pixel")[0][2]
    odd = places[0][0] % 2
    check("what is shown of an approach is its result", all(row[3 * (x + odd):][:3] == row[3 * (x + odd + 1):][:3] for row in nearest for x in range(0, side - 2, 2))
          and page.crops("Photographs 2×")[0][2] != page.crops("Cubic (Catmull-Rom)")[0][2])
    plots = [a for t, a in page.tags if t == "svg" and a.get("role") == "img"]
    circles = [a for t, a in page.tags if t == "circle"]
    check("two plots with axes, and a named point for each approach", len(plots) == 2 and len(circles) == 2 * len(names)
          and all(page.text.count(n) >= 3 for n in names) and page.text.count("Time in seconds (quicker to the left)") == 2)
    heights = [float(a["cy"]) for a in circles]
    best = min(range(len(names)), key=lambda i: rows[names[i]][MEASURES[3]])
    most = max(range(len(names)), key=lambda i: rows[names[i]]["PSNR-Y dB"])
    check("the best are at the top", heights[best] == min(heights[:len(names)]) and heights[len(names) + most] == min(heights[len(names):]))


def test_kinds():
    """Gray, alpha, 16 bits, odd sizes, hostile names."""
    hostile = "a<script>alert(1)</script>&\"'\n\x1b[31m.png".replace("/", "⁄")
    for name, channels, depth in (("gray.png", 1, 8), ("gray-alpha.png", 2, 16), ("alpha.png", 4, 8), ("deep.png", 3, 16), (hostile, 3, 8)):
        write_png(name, 70, 67, channels, depth)
        done = run(name, "-o", "kinds/page.html" if name == hostile else "kinds", "--models", "linear,cubic", "-t", "kinds.csv", "-q")
        with open("kinds.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        check(f"{channels} channels of {depth} bits{', hostile name' if name == hostile else ''}: {done.stderr.strip()}",
              done.returncode == 0 and [row[1] for row in rows[1:]] == ["linear", "cubic"] and all(15 < float(row[3]) < 60 for row in rows[1:])
              and rows[1][0] == name.replace("\n", "\ufffd").replace("\x1b", "\ufffd"))
    text = read("kinds/page.html")
    page = Page(text)
    check("a hostile name is only a name", "script" not in [t for t, _ in page.tags] and any("<script>alert(1)" in t for t in page.text) and "\x1b" not in text)
    check("what is too small for NIQE has none", "–" in page.cells and rows[1][6] == "")


def least_limit(*arguments):
    """The fewest MiB of --memory with which this can be done. How many of them are the program's own is not the business of these tests."""
    def enough(limit):
        return run(*arguments, "-q", "--memory", f"{limit}M").returncode == 0
    most, step = 60, 1
    if enough(most):
        while enough(most - step):
            most, step = most - step, 2 * step
        least = most - step
    else:
        while not enough(most + step):
            most, step = most + step, 2 * step
        least, most = most, most + step
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if enough(middle) else (middle, most)
    return most


def test_limits():
    write_png("large.png", 400, 300)
    done = run("large.png", "-o", "out/large.html", "--models", "cubic,linear", "--megapixels", 0.03)
    check(f"of a large picture, the middle: {done.stderr.strip()}", done.returncode == 0 and "400 × 300" in done.stderr and "200 × 148" in done.stderr
          and "200 × 148" in read("out/large.html"))
    least = least_limit("large.png", "--models", "cubic", "--megapixels", 0.01)
    done = run("large.png", "--models", "cubic,linear", "--memory", f"{least + 2}M")
    check(f"and within a memory limit of {least + 2} MiB: {done.stderr.strip()}", done.returncode == 0 and "400 × 300" in done.stderr)
    refused("no memory at all", 1, "not even", "large.png", "--models", "cubic", "--memory", f"{least // 3}M")
    refused("a judge that the limit has no room for", 1, "text-mask.safetensors” needs at least ", "large.png", "--models", "cubic", "--memory", f"{least - 1}M", "--megapixels", 0.01)
    done = run("large.png", "-o", "out/tight.html", "--models", "cubic,diffusion-x4", "--memory", f"{least}M", "--megapixels", 0.01)
    rows = done.stdout.splitlines()
    check(f"what does not fit is left out, the others go on: {done.stderr.strip()}", done.returncode == 1 and "acuity: diffusion-x4: " in done.stderr
          and rows[1].split()[1] == "cubic" and "-" in rows[2].split() and any("problem" == a.get("class") for t, a in Page(read("out/tight.html")).tags if t == "td"))
    return least


def test_peak(least):
    """What --memory says is kept, whatever the picture's size; the sanitizer's own memory would count as the program's."""
    if b"__asan_init" in open(ACUITY, "rb").read():
        return
    own = peak("compare", "large.png", "--models", "cubic", "--megapixels", "0.01", "--memory", f"{least}M", "-q")[1] / 2**20
    # Libraries differ: what they take here beyond what is reckoned with is no matter of pictures.
    more = max(0, own - least)
    print(f"# a small picture takes {own:.1f} MiB, of {least} that are reckoned with")
    width, height = 2400, 1800
    chance = random.Random(1)
    with open("huge.png", "wb") as file:
        rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")):
            file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    took = []
    # the last is judged by a network that would take 140 MiB without a limit
    for beside, arguments in ((50, ["cubic,photo-x4"]), (100, ["cubic,photo-x4"]), (30, ["cubic", "--features", "photo-x4", "--megapixels", "0.1"])):
        limit = least + beside
        status, used, said = peak("compare", "huge.png", "--memory", f"{limit}M", "-q", "--models", *arguments)
        took.append(used / 2**20)
        check(f"within {limit} MiB: {took[-1]:.1f} {said if status else ''}", status == 0 and took[-1] <= limit + more)
    check("more is used where more may be", took[0] + 25 < took[1] and own + 25 < took[0])


def test_refused():
    write_png("tiny.png", 200, 63)
    write_png("small.png", 127, 127)
    refused("tiny", 1, "200 × 63", "tiny.png")
    refused("too small for its factor", 1, "128", "small.png", "--scale", 8)
    with open("broken.png", "wb") as file, open("small.png", "rb") as whole:
        file.write(whole.read()[:300])
    refused("damaged", 1, "broken.png", "broken.png")
    refused("not there", 1, "nowhere.png", "nowhere.png")
    refused("a folder", 1, ".", ".")
    refused("no picture", 2, "picture")
    refused("two pictures", 2, "picture", "small.png", "tiny.png")
    for scale in (1, 9):
        refused(f"scale {scale}", 2, "--scale", "small.png", "--scale", scale)
    refused("megapixels", 2, "--megapixels", "small.png", "--megapixels", "nan")
    refused("threads", 2, "--threads", "small.png", "--threads", 257)
    refused("preset", 2, "no-preset", "small.png", "-p", "no-preset")
    refused("precision", 2, "rough", "small.png", "--precision", "rough")
    refused("no approach", 2, "nothing to compare", "small.png", "--models", " ,")
    refused("model", 1, "no-such-model", "small.png", "--models", "cubic,no-such-model")
    refused("twice", 1, "twice", "small.png", "--models", "cubic,linear,cubic")
    refused("text with a filter", 1, "cubic+text", "small.png", "--models", "cubic+text")
    refused("its own judge", 1, "judged itself", "small.png", "--models", "cubic,photo-x2", "--features", "photo-x2")
    shutil.copy(os.path.join(MODELS, "photo-x2.safetensors"), "another.safetensors")
    refused("its own judge by another name", 1, "judged itself", "small.png", "--models", "photo-x2", "--features", "another.safetensors")
    refused("a filter as a judge", 1, "filter", "small.png", "--models", "photo-x2", "--features", "cubic")
    refused("where nothing can be", 1, "nowhere", "small.png", "-o", "nowhere/at/all", "--models", "cubic")
    refused("the picture itself", 1, "itself", "small.png", "-t", "small.png", "--models", "cubic")
    check("nothing was made", not os.path.exists("nowhere"))


def test_list():
    done = run("--list", "--scale", 4)
    names = [line.split("\t")[0] for line in done.stdout.splitlines()]
    check(f"--list: {' '.join(names)}", done.returncode == 0 and names[:8] == ["nearest", "linear", "cubic", "mitchell", "lanczos3", "photo-x4", "photo-x4+text", "photo-gan-x4"]
          and {"srcnn-x4", "text-x4"} <= set(names) and all(line.count("\t") == 1 for line in done.stdout.splitlines()))
    os.makedirs("home/acuity/models", exist_ok=True)
    shutil.copy(os.path.join(MODELS, "photo-x2.safetensors"), "home/acuity/models/mine.safetensors")
    with open("home/acuity/models/broken.safetensors", "wb") as file:
        file.write(b"no network")
    names = [line.split("\t")[0] for line in run("--list", "--scale", 2).stdout.splitlines()]
    check(f"a model of one's own is among them, a damaged file is not: {' '.join(names)}", "mine" in names and "broken" not in names and "photo-x4" not in names)
    shutil.rmtree("home/acuity")
    names = [line.split("\t")[0] for line in run("--list", "--scale", 7).stdout.splitlines()]
    check(f"a factor that no network has: {' '.join(names)}", any(n.startswith("photo-x") for n in names) and "cubic" in names)


def test_report():
    done = run("small.png", "-o", "out/report.html", "--models", "linear,cubic", "--report", "--name", "Mine")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    shares = [float(line[2]) for line in lines if line[0] == "progress"]
    check("--report tells of each approach, of progress, and of the page", done.returncode == 0 and all(len(line) == 3 for line in lines) and shares == sorted(shares)
          and 0 <= shares[0] and shares[-1] <= 1 and [line[2] for line in lines if line[0] == "doing"] == ["Linear", "Cubic (Catmull-Rom)"]
          and lines[-1] == ["done", "0", "out/report.html"] and "Mine" in "".join(Page(read("out/report.html")).text))
    done = run("tiny.png", "-o", "out/never.html", "--report")
    check("and of a failure", done.returncode == 1 and done.stdout.startswith("failed\t0\ttiny.png is too small") and not os.path.exists("out/never.html"))
    with open("small.png", "rb") as file:
        done = subprocess.run([ACUITY, "compare", "/dev/stdin", "--models", "cubic", "--name", "x"], stdin=file, capture_output=True, text=True, timeout=100)
    check("a picture from standard input", done.returncode == 0 and done.stdout.splitlines()[1].startswith("x "))


def test_signal():
    """Whenever it comes, the program ends at once and nothing is there."""
    write_png("slow.png", 640, 480)
    for wait, number_of_signal in ((0.3, signal.SIGINT), (1.5, signal.SIGTERM)):
        # forty times the same network's work, so that it is in the middle
        process = subprocess.Popen([ACUITY, "compare", "slow.png", "-o", "stopped", "--scale", "8", "--models", "photo-gan-x4,photo-x4,srcnn-x4,text-x4,photo-x4+text"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": os.path.abspath("tmp")})
        time.sleep(wait)
        process.send_signal(number_of_signal)
        start = time.monotonic()
        process.communicate(timeout=60)
        check(f"signal {number_of_signal} after {wait} s: status {process.returncode}, {time.monotonic() - start:.2f} s", process.returncode in
              (128 + number_of_signal, -number_of_signal) and not os.path.exists("stopped") and not os.listdir("tmp"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="", XDG_DATA_HOME=os.path.join(folder, "home"), XDG_CACHE_HOME=os.path.join(folder, "cache"))
        os.environ.pop("ACUITY_MODELS", None)
        os.chdir(folder)
        os.mkdir("tmp")
        test_whole()
        test_kinds()
        test_peak(test_limits())
        test_refused()
        test_list()
        test_report()
        test_signal()
        check("no temporary file is left", not [n for n in os.listdir(".") + os.listdir("out") if n.startswith(".acuity")])
        os.chdir("/")
    return finish()


sys.exit(main())
