#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every network against the ncnn package, run on the whole picture in f32.

    compare_ncnn.py NET_CLI [FOLDER] [--time] [--size W H] [--photo FILE] [NAME...]

FOLDER, or ACUITY_TEST_MODELS, holds .param and .bin files. Runs with the Python named by ACUITY_TEST_PYTHON if that is set; skipped (77)
without models, or without the ncnn package. Prints for each net the largest difference; fails above 1e-3 of full scale.
With --time also the seconds of both on 2 threads, medians of interleaved runs.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

if os.environ.get("ACUITY_TEST_PYTHON") and not os.environ.get("ACUITY_TEST_INNER"):
    os.environ["ACUITY_TEST_INNER"] = "1"
    os.execv(os.environ["ACUITY_TEST_PYTHON"], [os.environ["ACUITY_TEST_PYTHON"], *sys.argv])

LIMIT = 1e-3


def layers_of(param):
    with open(param) as f:
        return [line.split() for line in f][2:]


def border_of(layers):
    """Border, alignment and mode that the published pipelines of these nets use; (0, 1, None) where the net pads itself."""
    kinds = [t[0] for t in layers if t]
    if "Pooling" in kinds and "Scale" in kinds:
        return (18, 2, "edge") if enlarges(layers) else (28, 4, "edge")
    if kinds.count("Crop") >= 4 and "Deconvolution" in kinds:
        last = [t for t in layers if t][-1]
        if last[0] == "PixelShuffle":
            return 19, 2, "reflect"
        deconv = [t for t in layers if t and t[0] == "Deconvolution" and "0=3" in t]
        return (14, 4, "reflect") if "3=3" in deconv[0] else (18, 2, "reflect")
    if kinds.count("Convolution") == 6 and kinds.count("Deconvolution") == 1:
        return 7, 1, "edge"
    return 0, 1, None


def enlarges(layers):
    """waifu2x's cunet: its first U-Net ends in a transposed convolution to 3 channels when it enlarges."""
    return any(t and t[0] == "Deconvolution" and "0=3" in t for t in layers)


SRMD = [-1.12360956e-08, -1.36899159e-08, 1.85637958e-02, 2.86066886e-08, 3.35292965e-02, 8.37272935e-08,
        -2.54424009e-07, -3.16234976e-02, -1.35169253e-02, -1.10466090e-08, 3.84753793e-02, 3.79465739e-08,
        -2.44916752e-01, -8.02213490e-01, -5.40549755e-01, 3 / 255]


def srmd_channels(layers):
    first = next(t for t in layers if t and t[0] == "Convolution")
    p = dict(kv.split("=") for kv in first[6:] if not kv.startswith("-"))
    channels = int(p["6"]) // (int(p["0"]) * 9)
    return channels if channels in (18, 19) else 0


class Ncnn:
    def __init__(self, param):
        import ncnn
        import numpy as np
        self.np, self.ncnn = np, ncnn
        self.layers = layers_of(param)
        self.net = ncnn.Net()
        o = self.net.opt
        o.num_threads = 2
        o.use_fp16_packed = o.use_fp16_storage = o.use_fp16_arithmetic = False
        o.use_bf16_storage = False
        if self.net.load_param(param) or self.net.load_model(param[:-6] + ".bin"):
            raise SystemExit(f"ncnn cannot load {param}")
        self.input = next(t[4] for t in self.layers if t and t[0] == "Input")
        last = [t for t in self.layers if t][-1]
        self.output = last[4 + int(last[2])]
        self.border = border_of(self.layers)
        self.srmd = srmd_channels(self.layers)

    def run(self, picture):
        np = self.np
        h, w, _ = picture.shape
        border, align, mode = self.border
        x = picture.transpose(2, 0, 1)
        if self.srmd:
            border, align, mode = 12, 1, "edge"
        if mode:
            more_h, more_w = -h % align, -w % align
            x = np.pad(x, ((0, 0), (border, border + more_h), (border, border + more_w)), mode=mode)
        if self.srmd:
            constants = np.array(SRMD[:self.srmd - 3], np.float32)[:, None, None]
            x = np.concatenate([x, np.broadcast_to(constants, (len(constants),) + x.shape[1:])])
        x = np.ascontiguousarray(x, np.float32)
        start = time.monotonic()
        with self.net.create_extractor() as e:
            e.input(self.input, self.ncnn.Mat(x))
            _, out = e.extract(self.output)
            out = np.array(out)
        self.seconds = time.monotonic() - start
        out = out.transpose(1, 2, 0)
        if self.srmd:
            scale = round(out.shape[0] / x.shape[1])
            return out[12 * scale:(12 + h) * scale, 12 * scale:(12 + w) * scale]
        scale = out.shape[0] // h
        if mode == "reflect" and scale == 4:
            out = out[:h * 4, :w * 4] + picture.repeat(4, 0).repeat(4, 1)
        return out[:h * scale, :w * scale]


def photo(np, path, w, h):
    """A real photograph where there is one, otherwise a fixed picture with edges, gradients and noise."""
    if path:
        from PIL import Image
        image = Image.open(path).convert("RGB")
        left, top = (image.width - w) // 2, (image.height - h) // 2
        return np.asarray(image.crop((left, top, left + w, top + h)), np.float32) / 255
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    rng = np.random.default_rng(1)
    base = np.stack([0.5 + 0.4 * np.sin(x / 5 + y / 11), (x + 2 * y) % 40 / 40, (np.hypot(x - w / 2, y - h / 2) < w / 4) * 0.8], 2)
    return np.clip(base + rng.normal(0, 0.02, base.shape), 0, 1).astype(np.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("net_cli")
    parser.add_argument("folder", nargs="?", default=os.environ.get("ACUITY_TEST_MODELS", ""))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--size", nargs=2, type=int, default=[67, 45])
    parser.add_argument("--photo")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    if not a.folder or not os.path.isdir(a.folder):
        print("skipped: no folder with models (ACUITY_TEST_MODELS)")
        return 77
    try:
        import numpy as np
        import ncnn  # noqa: F401
    except ImportError as e:
        print(f"skipped: {e}")
        return 77
    w, h = a.size
    picture = photo(np, a.photo, w, h)
    params = sorted(os.path.join(d, f) for d, _, files in os.walk(a.folder) for f in files if f.endswith(".param"))
    params = [p for p in params if not a.names or any(n in p for n in a.names)]
    failed = 0
    seen = {}
    with tempfile.TemporaryDirectory() as tmp:
        source, result = os.path.join(tmp, "in"), os.path.join(tmp, "out")
        picture.tofile(source)
        for param in params:
            with open(param, "rb") as f, open(param[:-6] + ".bin", "rb") as g:
                contents = hash((f.read(), g.read()))
            if contents in seen:
                continue
            seen[contents] = param
            theirs = Ncnn(param)
            rounds = a.rounds if a.time else 1
            times = ([], [])
            for _ in range(rounds):
                expected = theirs.run(picture)
                times[1].append(theirs.seconds)
                run = subprocess.run([a.net_cli, param, str(w), str(h), source, result, "2"], capture_output=True, text=True)
                if run.returncode:
                    break
                times[0].append(float(run.stdout.split()[1]))
            name = os.path.relpath(param, a.folder)
            if run.returncode:
                print(f"{name}: {run.stderr.strip()}")
                failed += 1
                continue
            ours = np.fromfile(result, np.float32).reshape(expected.shape if expected.size else (0,))
            worst = float(np.abs(ours - expected).max())
            ok = worst <= LIMIT and np.ptp(expected) > 0.1
            failed += not ok
            line = f"{name}: largest difference {worst:.2e} {'ok' if ok else 'TOO LARGE'}"
            if a.time:
                line += f", {statistics.median(times[0]):.3f} s, ncnn {statistics.median(times[1]):.3f} s"
            print(line, flush=True)
    print(f"{len(seen)} networks, {failed} failed")
    return 1 if failed or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
