#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The real networks' results, to the last bit, against stored checksums: for each instruction set, 1 to 4 threads, bands of one row to all,
and a small memory limit.

    checksums.py NET_CLI [FOLDER] [--update]

FOLDER, or ACUITY_TEST_MODELS, holds .param and .bin files; networks are known by the checksum of both. Skipped (77) without it.
"""
import array
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile

STORED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checksums.txt")
WIDTH, HEIGHT = 37, 23
# Threads, band rows, memory limit, instruction set.
RUNS = [("1", "0", "0", ""), ("2", "1", "0", ""), ("3", "2", "0", ""), ("4", "7", "0", ""), ("2", "0", "small", ""),
        ("2", "5", "0", "avx2"), ("2", "3", "0", "avx512"), ("2", "0", "0", "scalar")]
PRECISIONS = ("exact", "fast")
# What runs programs for another processor; meson sets it. An emulator is slow, so it gets one run of small networks, and of
# those that differ by their weights only the first.
EMULATOR = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
EMULATED_RUNS = [("2", "3", "0", "")]
EMULATED_BYTES = 1_300_000


def picture():
    """Triangle waves: smooth, so that no network leaves its range, and the same everywhere."""
    return array.array("f", [(abs((x * 5 + y * 3 + c * 11) % 64 - 32) + 4 * c) / 64
                             for y in range(HEIGHT) for x in range(WIDTH) for c in range(3)]).tobytes()


def digest(*paths):
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as f:
            total.update(f.read())
    return total.hexdigest()


def run(cli, param, source, result, precision, threads, bands, memory, isa):
    env = dict(os.environ, ACUITY_CPU=isa) if isa else dict(os.environ)
    if memory == "small":
        # What single rows need, and a little: found by asking for one byte.
        asked = subprocess.run(EMULATOR + [cli, param, str(WIDTH), str(HEIGHT), source, result, threads, "1", "0", precision],
                               capture_output=True, text=True, env=env)
        memory = str(int(asked.stdout.split()[2]) + 4096)
        bands = "0"
    done = subprocess.run(EMULATOR + [cli, param, str(WIDTH), str(HEIGHT), source, result, threads, bands, memory, precision],
                          capture_output=True, text=True, env=env)
    return digest(result) if done.returncode == 0 else done.stderr.strip()


def main():
    args = [a for a in sys.argv[1:] if a != "--update"]
    update = "--update" in sys.argv
    folder = args[1] if len(args) > 1 else os.environ.get("ACUITY_TEST_MODELS", "")
    if not os.path.isdir(folder):
        print("skipped: no folder with models (ACUITY_TEST_MODELS)")
        return 77
    cli = args[0]
    with open(STORED) if os.path.exists(STORED) else open(os.devnull) as f:
        stored = {line.split()[0]: line.split() for line in f if line.strip() and not line.startswith("#")}
    failed, seen, graphs, left_out = 0, {}, set(), set()
    with tempfile.TemporaryDirectory() as tmp:
        source, result = os.path.join(tmp, "in"), os.path.join(tmp, "out")
        with open(source, "wb") as f:
            f.write(picture())
        for param in sorted(os.path.join(d, n) for d, _, names in os.walk(folder) for n in names if n.endswith(".param")):
            weights = digest(param, param[:-6] + ".bin")
            name = os.path.relpath(param, folder)
            if weights in seen or (weights not in stored and not update):
                continue
            if EMULATOR:
                graph = digest(param)
                if graph in graphs or os.path.getsize(param[:-6] + ".bin") > EMULATED_BYTES:
                    left_out.add(weights)
                    continue
                graphs.add(graph)
            wrong, sums = [], []
            for number, precision in enumerate(PRECISIONS):
                results = []
                for threads, bands, memory, isa in EMULATED_RUNS if EMULATOR else RUNS:
                    # Plain C takes seconds for large nets; small ones have the same kernels.
                    if isa == "scalar" and os.path.getsize(param[:-6] + ".bin") > 1_000_000:
                        continue
                    results.append((run(cli, param, source, result, precision, threads, bands, memory, isa), precision, threads,
                                    bands, memory, isa))
                sums.append(results[0][0])
                expected = results[0][0] if update else stored[weights][1 + number]
                wrong += [r for r in results if r[0] != expected]
            seen[weights] = (sums, name)
            failed += bool(wrong)
            print(f"{name}: {'ok' if not wrong else 'differs: ' + str(wrong)}", flush=True)
    if update:
        with open(STORED, "w") as f:
            f.write("# SPDX-License-Identifier: CC0-1.0\n# SHA-256 of .param and .bin, of the exact and the fast result for checksums.py's picture, and where it was.\n")
            f.writelines(f"{w} {' '.join(r)} {n}\n" for w, (r, n) in seen.items())
    missing = [s[3] for w, s in stored.items() if w not in seen and w not in left_out and not update]
    for name in missing:
        print(f"{name}: not in {folder}")
    print(f"{len(seen)} networks, {failed} failed, {len(missing)} missing, {len(left_out)} left out")
    return 1 if failed or missing or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
