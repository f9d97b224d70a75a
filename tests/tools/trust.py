#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""trust.py ACUITY: --trust, --faithful and --candidates, and what is said of limits, on pictures made here."""
import os
import signal
import subprocess
import sys
import tempfile

from tap import ACUITY, check, finish, peak, run

SIDE = 64


def write(name, pixel, side=SIDE):
    with open(name, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (side, side) + bytes(v for y in range(side) for x in range(side) for v in pixel(x, y)))


def read(name):
    """Rows of values of a PPM, of 16 bits their upper ones."""
    with open(name, "rb") as file:
        kind, width, height, most, data = file.read().split(None, 4)
    assert kind == b"P6"
    line = 3 * int(width) * (2 if most == b"65535" else 1)
    data = data[-line * int(height):]
    return [data[i:i + line:2 if most == b"65535" else 1] for i in range(0, len(data), line)]


def trust():
    done = run("p.ppm", "-o", "r.ppm", "--model", "photo-x2", "--trust", "map.ppm", "-q")
    check(f"a map is written {done.stderr}", done.returncode == 0)
    rows = read("map.ppm")
    n = len(rows[0]) // len(rows)
    side = len(rows)
    check("as large as the result", side == 2 * SIDE)
    left = sum(sum(row[:n * (side // 2 - 16)]) for row in rows) / side / n / (side // 2 - 16)
    right = sum(sum(row[n * (side // 2 + 16):]) for row in rows) / side / n / (side // 2 - 16)
    check(f"dark where it is sure, light in grain: {left:.0f} {right:.0f}", left < 30 and right > 120)
    run("p.ppm", "-o", "plain.ppm", "--model", "photo-x2", "-q")
    check("the result is the same as without", read("plain.ppm") == read("r.ppm"))
    run("p.ppm", "-o", "lanczos.ppm", "--model", "lanczos3", "-q")
    done = run("p.ppm", "-o", "faithful.ppm", "--model", "photo-x2", "--faithful", "1", "-q")
    parts = [abs(a - c) for f, p, z in zip(*map(read, ("faithful.ppm", "plain.ppm", "lanczos.ppm"))) for a, b, c in zip(f, p, z) if abs(b - c) > 20]
    whole = [abs(b - c) for p, z in zip(*map(read, ("plain.ppm", "lanczos.ppm"))) for b, c in zip(p, z) if abs(b - c) > 20]
    check(f"faithful: much nearer to Lanczos in grain: {sum(parts)} of {sum(whole)}", done.returncode == 0 and sum(parts) < sum(whole) / 2)
    for what, arguments in (("as the result", ("-o", "r.png", "--trust", "r.png")), ("as the picture", ("-o", "r.png", "--trust", "p.ppm")),
                            ("of no kind", ("-o", "r.png", "--trust", "map.xyz")), ("in no folder", ("-o", "r.png", "--trust", "no/map.png"))):
        done = run("p.ppm", *arguments, "-q")
        check(f"a map named {what} is refused", done.returncode == 1 and len(done.stderr.splitlines()) == 1 and not os.path.exists("r.png"))
    check("not together with versions", run("p.ppm", "-o", "r.png", "--trust", "m.png", "--candidates", "2").returncode == 2)


def shares(*arguments):
    """What --report says of progress."""
    done = run(*arguments, "--report", "-q")
    return done, [float(line.split("\t")[2]) for line in done.stdout.splitlines() if line.startswith("progress\t")]


def progress():
    """Of all parts of a job with a map: of a filter, those after the first are all the work."""
    write("q.ppm", lambda x, y: [x % 256, y % 256, (x * y) % 256], 250)
    done, told = shares("q.ppm", "-o", "q-out.ppm", "--model", "lanczos3", "--scale", "4", "--trust", "q-map.ppm", "--faithful", "0.5")
    check(f"progress covers a map, what the result goes back to and writing: {len(told)} reports {done.stderr}", done.returncode == 0 and told == sorted(told) and told[-1] == 1
          and all(sum(low < share < low + 0.25 for share in told) >= 2 for low in (0.25, 0.5, 0.75)))
    os.remove("q-out.ppm")
    os.remove("q-map.ppm")
    for when in (0.3, 0.6, 0.8):
        process = subprocess.Popen([ACUITY, "q.ppm", "-o", "q-out.ppm", "--model", "lanczos3", "--scale", "8", "--trust", "q-map.ppm", "--faithful", "0.5", "--report", "-q"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        last = 0
        for line in process.stdout:
            if line.startswith("progress\t"):
                last = float(line.split("\t")[2])
            if last >= when:
                break
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        told = [float(line.split("\t")[2]) for line in rest.splitlines() if line.startswith("progress\t")]
        check(f"cancelled at {last:.2f}, it ends before {max(told, default=0):.2f} is done, and nothing is there", process.returncode == 130 and all(share < 1 for share in told)
              and len(told) < 20 and not [name for name in os.listdir(".") if name.startswith(("q-", ".acuity"))])
    done, told = shares("q.ppm", "-o", "several.ppm", "--model", "photo-x2", "--scale", "2", "--candidates", "3")
    check(f"versions have one progress: {len(told)} reports", done.returncode == 0 and told == sorted(told) and len(told) >= 3 and told[0] < 0.5 < told[-1] <= 1)
    for name in ("photo-x2", "diffusion-x4"):
        done = run("q.ppm", "-o", "same.ppm", "--model", name, "--strength", "0", "--candidates", "3", "-q")
        check(f"versions that would be the same are refused: {done.stderr}", done.returncode == 1 and "the same" in done.stderr and len(done.stderr.splitlines()) == 1
              and not [made for made in os.listdir(".") if made.startswith("same")])
    done = run("p.ppm", "-o", "filters.ppm", "--model", "lanczos3", "--strength", "0", "--candidates", "2", "-q")
    check(f"filters differ whatever the strength {done.stderr}", done.returncode == 0)


def candidates():
    done = run("p.ppm", "-o", "v.ppm", "--model", "photo-x2", "--candidates", "3")
    lines = done.stdout.splitlines()
    check(f"versions are made {done.stderr}", done.returncode == 0)
    check("three, their mean and a sheet", all(os.path.exists(f) for f in ("v.ppm", "v-1.ppm", "v-2.ppm", "v-3.ppm", "v-sheet.ppm")) and not os.path.exists("v-4.ppm"))
    check(f"a line for each with its numbers: {lines}", len(lines) == 4 and all("Sharpness" in line and " dB" in line and "NIQE" in line for line in lines))
    check("and with what made it", "photo-x2" in lines[0] and len({line.split(": ")[1].split(". Sharp")[0] for line in lines}) == 4)
    check("the first is the job itself", read("v-1.ppm") == read("plain.ppm"))
    values = list(zip(*[b"".join(read(f)) for f in ("v.ppm", "v-1.ppm", "v-2.ppm", "v-3.ppm")]))
    check("the mean is theirs", max(abs(v[0] - sum(v[1:]) / 3) for v in values) <= 1)
    check("they differ", any(abs(v[1] - v[2]) > 3 for v in values) and any(abs(v[2] - v[3]) > 0 for v in values))
    for n in ("0", "9", "many", "2.5"):
        check(f"{n} versions are refused", run("p.ppm", "-o", "w.ppm", "--candidates", n).returncode == 2)
    os.rename("v-2.ppm", "w-2.ppm")
    before = read("w-2.ppm")
    done = run("w-2.ppm", "-o", "w.ppm", "--model", "nearest", "--candidates", "3")
    check("a version does not replace the picture", done.returncode == 1 and read("w-2.ppm") == before)


def resolution(name):
    with open(name, "rb") as file:
        data = file.read()
    at = data.find(b"pHYs")
    return int.from_bytes(data[at + 4:at + 8], "big") if at > 0 else None


def versions_and_others():
    done = run("p.ppm", "-o", "clean.ppm", "--model", "photo-x2", "--clean", "0.5", "--candidates", "3", "-q")
    check(f"networks that cannot clean are versions as well {done.stderr}", done.returncode == 0 and os.path.exists("clean.ppm"))
    run("p.ppm", "-o", "print.png", "--model", "nearest", "--print", "2x2cm", "--resolution", "200", "--candidates", "2", "-q")
    check("versions for print say their resolution", resolution("print.png") == resolution("print-1.png") == 7874)
    os.mkdir("folder")
    write("n-1.ppm", lambda x, y: [9, 9, 9])
    done = run("p.ppm", "n-1.ppm", "n.ppm", "-o", "folder", "--model", "nearest", "--candidates", "2", "-q")
    check("several pictures with versions: one that is not there is all that fails", done.returncode == 1 and len(done.stderr.splitlines()) == 1)
    os.rename("n-1.ppm", "p-1.ppm")
    os.mkdir("other")
    done = run("p.ppm", "p-1.ppm", "-o", "other", "--model", "nearest", "--candidates", "2", "-q")
    check(f"what is called like a version does not replace it {done.stderr}",
          done.returncode == 1 and "written twice" in done.stderr and any(v != 9 for row in read("other/p-1.ppm") for v in row))


def memory():
    # The sanitizer's own memory counts as the program's.
    with open(ACUITY, "rb") as program:
        if b"__asan_init" in program.read():
            return
    write("wide.ppm", lambda x, y: [x % 251, y % 241, (x + y) % 239], 1500)
    status, used, said = peak("wide.ppm", "-o", "w.png", "--model", "nearest", "--candidates", "2", "--memory", "150M")
    check(f"versions keep to a limit: {used / 1e6:.0f} MB", status == 0 and used <= 150e6 * 1.05 and "–" in said)
    done = run("w-1.png", "-o", "x.png", "--scale", "1", "--model", "nearest", "--memory", "75M", "-q")
    check(f"a picture that a limit has room for {done.stderr}", done.returncode == 0)
    done = run("w-1.png", "-o", "y.png", "--scale", "1", "--model", "nearest", "--trust", "t.png", "--memory", "75M", "-q")
    check(f"a map that the limit has no room for is refused beforehand: {done.stderr}", done.returncode == 1 and "memory" in done.stderr and not os.path.exists("y.png"))


def limits():
    write("sharp.ppm", lambda x, y: [((x * x // 37) * 71 + (y * y // 53) * 113) % 256] * 3, 128)
    run("sharp.ppm", "-o", "large.ppm", "--model", "cubic", "--scale", "3", "-q")
    done = run("sharp.ppm", "-o", "r.ppm", "--model", "nearest")
    check(f"nothing is said of a sharp picture {done.stderr}", done.returncode == 0 and done.stderr == "")
    done = run("sharp.ppm", "-o", "r.ppm", "--model", "nearest", "--scale", "7")
    check("above 6 times it says what to expect", done.returncode == 0 and "made up" in done.stderr and "blurred" not in done.stderr)
    done = run("large.ppm", "-o", "r.ppm", "--model", "nearest", "--scale", "4")
    check(f"of a blurred one it proposes less: {done.stderr}", done.returncode == 0 and "blurred" in done.stderr and "A factor of 1" in done.stderr)
    check("not when quiet", run("large.ppm", "-o", "r.ppm", "--model", "nearest", "--scale", "4", "-q").stderr == "")


def main():
    os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="", ACUITY_MODELS="")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.path.join(folder, "home")
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        os.chdir(folder)
        write("p.ppm", lambda x, y: [2 * x] * 3 if x < SIDE // 2 else [(x * 7919 + y * 104729 + x * y * 37) % 256, (x * y * 73) % 256, (x * 31 + y * y * 17) % 256])
        trust()
        candidates()
        progress()
        versions_and_others()
        memory()
        limits()
    sys.exit(finish())


main()
