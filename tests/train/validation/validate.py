#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""validate.py ACUITY_TRAIN METRICS_CLI: acuity-train validate on made pictures: its numbers beside those of the training's log, of NumPy and of metrics_cli,
computed from the results that it keeps; which rows and columns there are; damaged pictures; mistakes; an interrupt at any moment."""
import csv
import json
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

try:
    import numpy
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

TRAIN, METRICS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
LIMIT = 120
COLUMNS = ["PSNR-Y dB", "SSIM-Y", "NIQE", "consistency dB", "seconds/megapixel", "pictures"]
RUN = """[run]
steps=40
batch=4
side=12
seed={seed}
threads=2
[network]
architecture=compact
scale=2
channels=8
blocks=2
[data]
train=learnt
held_out=good
[degradation]
preset=photo
[loss]
charbonnier=1
[optimiser]
rate=0.004
warm_up=10
"""


def check(what, ok):
    print(("ok: " if ok else "FAILED: ") + what, flush=True)
    if not ok:
        sys.exit(1)


# --- pictures ---

def make_picture(seed, width, height):
    """Discs with grain, which is what NIQE needs, and dark edges all around, which a border must cut off."""
    rand = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    picture = numpy.empty((height, width, 3))
    picture[:] = numpy.where((x + 2 * y) // 7 % 2, 180, 90)[:, :, None]
    for _ in range(40):
        inside = (x - rand.uniform(0, width)) ** 2 + (y - rand.uniform(0, height)) ** 2 < rand.uniform(3, 24) ** 2
        picture[inside] = rand.uniform(0, 255, 3)
    picture += rand.normal(0, 1, picture.shape) * (2 + 12 * rand.random()) + 20 * numpy.sin(x / 9 + y / 23)[:, :, None]
    picture[[0, -1]] = picture[:, [0, -1]] = 0
    return numpy.clip(numpy.round(picture), 0, 255).astype(numpy.uint8)


def write_ppm(path, picture):
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (picture.shape[1], picture.shape[0]) + picture.tobytes())


def write_png(path, picture):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    height, width = picture.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def unfilter(kind, row, above, pixel):
    for i, value in enumerate(row):
        left, corner = (row[i - pixel], above[i - pixel]) if i >= pixel else (0, 0)
        if kind == 4:
            distances = [abs(above[i] - corner), abs(left - corner), abs(left + above[i] - 2 * corner)]
            guess = (left, above[i], corner)[distances.index(min(distances))]
        else:
            guess = (0, left, above[i], (left + above[i]) // 2)[kind]
        row[i] = (value + guess) & 255


def read_png(path):
    """A picture of 16 bits as numbers 0..1."""
    with open(path, "rb") as file:
        raw = file.read()
    width, height, depth, kind = struct.unpack(">IIBB", raw[16:26])
    if (depth, kind) != (16, 2) or raw[-8:-4] != b"IEND":
        sys.exit(f"FAILED: {path} is no complete picture of 16 bits")
    data, at = b"", 8
    while at < len(raw):
        length = int.from_bytes(raw[at:at + 4], "big")
        data += raw[at + 8:at + 8 + length] if raw[at + 4:at + 8] == b"IDAT" else b""
        at += 12 + length
    data, above, rows = zlib.decompress(data), bytearray(width * 6), []
    for y in range(height):
        at = y * (width * 6 + 1)
        row = bytearray(data[at + 1:at + 1 + width * 6])
        if data[at]:
            unfilter(data[at], row, above, 6)
        rows.append(bytes(row))
        above = row
    return numpy.frombuffer(b"".join(rows), ">u2").reshape(height, width, 3) / 65535


# --- measures by other hands ---

def luma(picture):
    return picture @ [65.481, 128.553, 24.966] + 16


def psnr(a, b, peak):
    return 10 * numpy.log10(peak ** 2 / numpy.mean((a - b) ** 2))


def smooth(plane):
    window = numpy.exp(-((numpy.arange(11) - 5) ** 2) / (2 * 1.5 ** 2))
    window /= window.sum()
    for _ in range(2):
        plane = sum(w * plane[i:plane.shape[0] - 10 + i] for i, w in enumerate(window)).T
    return plane


def ssim(a, b):
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    x, y = smooth(a), smooth(b)
    xx, yy, xy = smooth(a * a) - x * x, smooth(b * b) - y * y, smooth(a * b) - x * y
    return float(numpy.mean((2 * x * y + c1) * (2 * xy + c2) / ((x * x + y * y + c1) * (xx + yy + c2))))


def shrinking(n, scale):
    """The matrix of bicubic shrinking, antialiased; taps outside are left out."""
    def keys(t):
        t = numpy.abs(t)
        return numpy.where(t < 1, 1.5 * t ** 3 - 2.5 * t ** 2 + 1, numpy.where(t < 2, -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2, 0))
    centres = (numpy.arange(n // scale) + 0.5) * scale - 0.5
    weights = keys((numpy.arange(n)[None, :] - centres[:, None]) / scale)
    return weights / weights.sum(1, keepdims=True)


def shrink(picture, scale):
    rows, columns = shrinking(picture.shape[0], scale), shrinking(picture.shape[1], scale)
    return numpy.clip(numpy.moveaxis(numpy.tensordot(numpy.tensordot(rows, picture, 1), columns, (1, 1)), 2, 1), 0, 1)


def niqe(picture, border):
    height, width = picture.shape[:2]
    raw = picture.astype(numpy.float32).tobytes()
    done = subprocess.run([METRICS, str(width), str(height), "3", str(border)], input=raw + raw, capture_output=True, check=True, timeout=LIMIT)
    return float(dict(line.split() for line in done.stdout.decode().splitlines())["niqe"].replace("error", "nan"))


def tensors(path):
    with open(path, "rb") as file:
        raw = file.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8:start])
    return {name: numpy.frombuffer(raw[start + t["data_offsets"][0]:start + t["data_offsets"][1]], "<f4").reshape(t["shape"])
            for name, t in head.items() if name != "__metadata__"}


def features(net, picture):
    """What each activation of a compact net of two blocks gives, each place's vector made 1 long."""
    maps, found = picture.transpose(2, 0, 1), []
    for i in (0, 2, 4):
        padded = numpy.pad(maps, ((0, 0), (1, 1), (1, 1)))
        height, width = maps.shape[1:]
        weights = net[f"body.{i}.weight"]
        maps = sum(numpy.einsum("oi,ihw->ohw", weights[:, :, ky, kx], padded[:, ky:ky + height, kx:kx + width]) for ky in range(3) for kx in range(3))
        maps = maps + net[f"body.{i}.bias"][:, None, None]
        maps = numpy.where(maps < 0, maps * net[f"body.{i + 1}.weight"][:, None, None], maps)
        found.append(maps / (numpy.sqrt((maps ** 2).sum(0)) + 1e-10))
    return found


def feature_distance(net, a, b):
    return float(numpy.mean([((x - y) ** 2).sum(0).mean() for x, y in zip(features(net, a), features(net, b))]))


# --- running ---

def run(*arguments, status=0):
    done = subprocess.run([TRAIN, *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    if done.returncode != status:
        sys.exit(f"FAILED: acuity-train {arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def validate(*arguments):
    """The numbers of each row, by set and approach; what was printed; what was said."""
    done = run("validate", *arguments, "--table", "table.csv")
    with open("table.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    numbers = {(row[0], row[1]): {name: float(cell) if cell else None for name, cell in zip(rows[0][2:], row[2:])} for row in rows[1:]}
    return numbers, done.stdout, done.stderr


def close(a, b, tolerance):
    return abs(a - b) <= tolerance


def test_log():
    """The last row of a training's log, and the line about bicubic that it begins with, with a degradation that chance decides."""
    for name, seed in (("one", 1), ("two", 2)):
        with open(f"{name}.run", "w", encoding="utf-8") as file:
            file.write(RUN.format(seed=seed))
        said = run(f"{name}.run", "-o", name).stderr
    with open("two/log.csv", encoding="utf-8", newline="") as file:
        last = list(csv.DictReader(file))[-1]
    rows, _, _ = validate("good", "--model", "two/model.safetensors", "--degradation", "photo")
    row, bicubic = rows["good", "two/model.safetensors"], rows["good", "bicubic"]
    check(f"PSNR and SSIM are those of the training's log: {last['psnr_y']}, {last['ssim_y']}",
          f"{row['PSNR-Y dB']:.6g}" == last["psnr_y"] and f"{row['SSIM-Y']:.6g}" == last["ssim_y"])
    check("and bicubic's those that it began with", f"Bicubic: PSNR {bicubic['PSNR-Y dB']:.2f} dB, SSIM {bicubic['SSIM-Y']:.4f}" in said)
    again, _, _ = validate("good", "--model", "two/model.safetensors", "--degradation", "photo,0", "--threads", "1")
    other, _, _ = validate("good", "--model", "two/model.safetensors", "--degradation", "photo,1")
    check("the same seed gives the same numbers, with one thread as well", all(
        {k: v for k, v in again[key].items() if "seconds" not in k} == {k: v for k, v in rows[key].items() if "seconds" not in k} for key in rows))
    check("another seed gives others", other["good", "bicubic"]["PSNR-Y dB"] != bicubic["PSNR-Y dB"])
    fast, _, _ = validate("good", "--model", "two/model.safetensors", "--degradation", "photo", "--precision", "fast")
    off = abs(fast["good", "two/model.safetensors"]["PSNR-Y dB"] - row["PSNR-Y dB"])
    check(f"fast arithmetic is off by {off:.1e} dB", off < 0.01)


def test_numbers():
    """From the pictures that it keeps."""
    rows, printed, said = validate("good", "--model", "photo-x2", "--model", "two/model.safetensors", "--features", "one/model.safetensors", "--save", "kept")
    approaches = {"bicubic": "bicubic", "lanczos3": "lanczos3", "photo-x2": "photo-x2", "two/model.safetensors": "two-model.safetensors"}
    distance = "feature distance (one/model.safetensors)"
    check("there is a row for each approach, in order", [key for key in rows] == [("good", name) for name in approaches])
    check("the columns are in order", all(list(row) == COLUMNS[:2] + [distance] + COLUMNS[2:] for row in rows.values()))
    check("the text says the same", printed.splitlines()[0].split("  ")[0] == "set" and printed.count("\n") == 5
          and f"{rows['good', 'photo-x2']['PSNR-Y dB']:.2f}" in printed and distance in printed)
    check("four pictures are measured", all(row["pictures"] == 4 for row in rows.values()))
    check("and what is none is left out, by name", "cut.png is left out" in said and "notes.txt is left out" in said and "tiny.ppm is left out" in said)
    check("of one, NIQE is not measured", "good: NIQE is the mean over 3 of 4 pictures" in said)
    net, wanted = tensors("one/model.safetensors"), {}
    for name, folder in approaches.items():
        sums = []
        for i, size in enumerate(SIZES):
            result, given = (read_png(f"kept/good/{f}/{i}.ppm.png") for f in (folder, "given"))
            truth = TRUTHS[i][:size[1] // 2 * 2, :size[0] // 2 * 2] / 255
            made, true = result[2:-2, 2:-2], truth[2:-2, 2:-2]
            sums.append([psnr(luma(made), luma(true), 255), ssim(luma(made), luma(true)), feature_distance(net, made, true), niqe(result, 2),
                         psnr(shrink(result, 2)[1:-1, 1:-1], given[1:-1, 1:-1], 1)])
            if not numpy.allclose(shrink(truth, 2), given, atol=2e-5):
                sys.exit("FAILED: what was made small is not what was enlarged")
        wanted[name] = [float(numpy.nanmean(column)) for column in zip(*sums)]
    for name, values in wanted.items():
        got = [v for k, v in rows["good", name].items() if k not in ("seconds/megapixel", "pictures")]
        off = [abs(a - b) for a, b in zip(got, values)]
        check(f"{name}: {', '.join(f'{v:.4f}' for v in got)} as other programs measure it, to {', '.join(f'{v:.0e}' for v in off)}",
              all(o <= t for o, t in zip(off, (2e-4, 2e-6, 2e-5, 1e-2 * got[3], 2e-3))))
    check("seconds are measured", all(0 < row["seconds/megapixel"] < 100 for row in rows.values()))
    small, large = (rows["good", name]["seconds/megapixel"] for name in ("bicubic", "photo-x2"))
    check(f"a network takes longer than a filter: {large:.3f} s, {small:.3f} s", large > small)
    check("nothing else is kept", sorted(os.listdir("kept/good")) == sorted([*approaches.values(), "given"])
          and all(sorted(os.listdir(f"kept/good/{f}")) == [f"{i}.ppm.png" for i in range(4)] for f in os.listdir("kept/good")))
    run("validate", "good", "--table", "table.md")
    with open("table.md", encoding="utf-8") as file:
        check("a table ending in .md is Markdown", file.readline().startswith("| set | approach | PSNR-Y dB |"))


def test_real():
    rows, printed, _ = validate("good", "--real", "real", "--features", "one/model.safetensors", "--save", "kept")
    check("good and real pictures are two sets", [key[0] for key in rows] == ["good"] * 3 + ["real"] * 3)
    for name in ("bicubic", "lanczos3", "photo-x2"):
        row = rows["real", name]
        values = [(niqe(r, 2), psnr(shrink(r, 2)[1:-1, 1:-1], g[1:-1, 1:-1], 1), r.shape, numpy.allclose(g, t / 255, atol=1e-5)) for r, g, t in (
            (read_png(f"kept/real/{name}/{i}.png"), read_png(f"kept/real/given/{i}.png"), REAL[i]) for i in range(2))]
        check(f"real, {name}: NIQE {row['NIQE']:.3f}, consistency {row['consistency dB']:.2f} and seconds alone", list(row.values())[:3] == [None] * 3
              and close(row["NIQE"], numpy.mean([v[0] for v in values]), 1e-2 * row["NIQE"]) and close(row["consistency dB"], numpy.mean([v[1] for v in values]), 2e-3)
              and row["seconds/megapixel"] > 0)
        check("they are enlarged as they are", all(v[2] == (2 * t.shape[0], 2 * t.shape[1], 3) and v[3] for v, t in zip(values, REAL)))
    check("the printed table has a - there", printed.splitlines()[4].split()[:5] == ["real", "bicubic", "-", "-", "-"])


def test_nothing_lost():
    """With scale 1 and no harm done, bicubic returns the truth."""
    rows, _, _ = validate("good", "--scale", "1", "--features", "one/model.safetensors")
    row = list(rows["good", "bicubic"].values())
    check("the truth itself measures 100, 1, 0", row[:3] == [100, 1, 0] and row[4] == 100)


def test_scale():
    rows, _, _ = validate("good", "--scale", "3")
    check("the default model is the built-in one of the scale", list(rows)[2] == ("good", "photo-x3"))


def test_mistakes():
    shutil.copy("two/model.safetensors", "copy.safetensors")
    run("export", "two", "half.safetensors")
    two = ["--model", "two/model.safetensors"]
    for arguments, status, words in ((["good", "--model", "photo-x9"], 1, ["photo-x9"]),
                                     (["good", "--model", "none.safetensors"], 1, ["none.safetensors"]),
                                     (["good", "--model", "notes.safetensors"], 1, ["notes.safetensors"]),
                                     (["good", "--model", "photo-x2", "--model", "auto"], 1, ["photo-x2", "twice"]),
                                     (["good", *two, "--features", "two/model.safetensors"], 1, ["being judged", "two/model"]),
                                     (["good", *two, "--features", "copy.safetensors"], 1, ["being judged", "copy", "two/model"]),
                                     (["good", *two, "--features", "half.safetensors"], 1, ["being judged", "half", "two/model"]),
                                     (["good", "--features", "photo-x2"], 1, ["being judged", "photo-x2"]),
                                     (["good", "--features", "cubic"], 1, ["classic"]),
                                     (["good", "nowhere"], 1, ["nowhere"]),
                                     (["good", "bad"], 1, ["bad", "no pictures"]),
                                     (["good", "elsewhere/good"], 1, ["good"]),
                                     (["good", "--table", "nowhere/table.csv"], 1, ["nowhere"]),
                                     (["good", "--save", "notes.safetensors"], 1, ["notes.safetensors"]),
                                     (["good", "--degradation", "none"], 2, ["clean", "camera"]),
                                     (["good", "--degradation", "photo,x"], 2, ["photo,x"]),
                                     (["good", "--scale", "9"], 2, ["scale"]), (["good", "--scale", "0"], 2, ["scale"]),
                                     (["good", "--threads", "-1"], 2, ["threads"]), (["good", "--precision", "x"], 2, ["precision"]), ([], 2, ["folder"])):
        done = run("validate", *arguments, status=status)
        lines = done.stderr.splitlines()
        check(f"told: {lines[-1]}", len(lines) == 1 and not done.stdout and lines[0].startswith("acuity-train: ") and all(w in lines[0] for w in words))
    check("a mistake leaves nothing behind", not os.path.exists("nowhere"))


def test_interrupt():
    """At any moment: what is there is complete, and there is no table."""
    for i in range(8):
        shutil.rmtree("stopped", ignore_errors=True)
        process = subprocess.Popen([TRAIN, "validate", "good", "--save", "stopped", "--table", "stopped.csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.time() + LIMIT
        while not (os.path.isdir("stopped/good/given") and os.listdir("stopped/good/given")) and process.poll() is None and time.time() < deadline:
            time.sleep(0.002)
        time.sleep(random.random() * 0.1 * (i > 1))
        process.send_signal(signal.SIGINT)
        start = time.time()
        printed = process.communicate(timeout=LIMIT)[0]
        if process.returncode != 130 or printed or time.time() - start > 3:
            sys.exit(f"FAILED: interrupted, it ended with {process.returncode} after {time.time() - start:.1f} s")
        for folder, _, files in os.walk("stopped"):
            for file in files:
                if file.startswith(".") or not read_png(os.path.join(folder, file)).size:
                    sys.exit(f"FAILED: {file} was left behind")
    check("interrupted 8 times, it ends at once and leaves complete files and no table", not any(f.startswith("stopped.csv") for f in os.listdir(".")))


SIZES = [(203, 101), (198, 104), (76, 71), (101, 200)]
TRUTHS = [make_picture(i, *size) for i, size in enumerate(SIZES)]
REAL = [make_picture(20 + i, 110, 103) for i in range(2)]


def make_sets():
    for folder in ("good", "learnt", "real", "bad", "elsewhere/good"):
        os.makedirs(folder)
    for i, picture in enumerate(TRUTHS):
        write_ppm(f"good/{i}.ppm", picture)
    write_ppm("good/tiny.ppm", TRUTHS[0][:40, :90])
    write_ppm("elsewhere/good/0.ppm", TRUTHS[0])
    # Among the others, so that pictures after it keep their numbers.
    write_png("good/00cut.png", TRUTHS[1])
    with open("good/00cut.png", "r+b") as file:
        file.truncate(10000)
    for i in range(3):
        write_ppm(f"learnt/{i}.ppm", make_picture(10 + i, 120, 110))
    for i, picture in enumerate(REAL):
        write_png(f"real/{i}.png", picture)
    for path in ("good/notes.txt", "bad/notes.txt", "notes.safetensors"):
        with open(path, "w", encoding="utf-8") as file:
            file.write("no picture\n")


def main():
    with tempfile.TemporaryDirectory(prefix="acuity-validate-") as folder:
        os.chdir(folder)
        make_sets()
        for test in (test_log, test_numbers, test_real, test_nothing_lost, test_scale, test_mistakes, test_interrupt):
            test()


main()
