#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""gradients_torch.py GRADIENTS_DUMP: results and gradients of every kind of layer beside PyTorch's, to 1e-4."""
import math
import os
import subprocess
import sys
import tempfile

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("SKIPPED: there is no PyTorch (Debian's python3-torch)")
    sys.exit(77)

TOLERANCE = 1e-4
WIDTH, HEIGHT = 14, 10


def keys(n, ratio, a):
    """The matrix of a bicubic enlargement along one side, the ends repeated."""
    matrix = torch.zeros(round(n * ratio), n)
    for to in range(len(matrix)):
        at = (to + 0.5) / ratio - 0.5
        for tap in range(math.floor(at) - 1, math.floor(at) + 3):
            d = abs(at - tap)
            weight = (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1 if d < 1 else a * (d ** 3 - 5 * d ** 2 + 8 * d - 4)
            matrix[to, min(max(tap, 0), n - 1)] += weight
    return matrix


def bicubic(x, ratio, a):
    if a == -0.75:
        return F.interpolate(x, scale_factor=ratio, mode="bicubic", align_corners=False)
    return keys(x.shape[2], ratio, a) @ x @ keys(x.shape[3], ratio, a).T


def run(layers, picture):
    maps = []
    for l in layers:
        x = [maps[i] for i in l["inputs"]]
        kind = l["kind"]
        if kind == "input":
            y = picture
        elif kind == "conv2d":
            y = F.conv2d(F.pad(x[0], l["pads"]), l["weight"], l["bias"], stride=l["stride"])
        elif kind == "deconv2d":
            y = F.conv_transpose2d(x[0], l["weight"], l["bias"], stride=l["stride"])
            left, right, top, bottom = l["pads"]
            y = y[:, :, top:y.shape[2] - bottom, left:y.shape[3] - right]
        elif kind == "slope":
            y = F.prelu(x[0], l["weight"])
        elif kind == "sigmoid":
            y = torch.sigmoid(x[0])
        elif kind == "swish":
            y = F.silu(x[0])
        elif kind == "add":
            y = x[0] * l["scale"][0] + x[1] * l["scale"][1]
        elif kind == "mul":
            y = x[0] * x[1]
        elif kind == "affine":
            y = x[0] * l["weight"].view(1, -1, 1, 1) + l["bias"].view(1, -1, 1, 1)
        elif kind == "concat":
            y = torch.cat(x, 1)
        elif kind == "crop":
            left, right, top, bottom = l["pads"]
            y = x[0][:, :, top:x[0].shape[2] - bottom, left:x[0].shape[3] - right]
        elif kind == "nearest":
            y = F.interpolate(x[0], scale_factor=l["factor"], mode="nearest")
        elif kind == "bicubic":
            y = bicubic(x[0], l["ratio"], l["cubic"])
        elif kind == "pixel_shuffle":
            y = F.pixel_shuffle(x[0], l["factor"])
        elif kind == "global_pool":
            y = x[0].mean((2, 3), keepdim=True)
        else:
            sys.exit("unknown layer " + kind)
        maps.append(y)
    return maps[-1]


def compare(name, what, ours, theirs):
    size = max(theirs.abs().max().item(), 1e-6)
    off = (ours - theirs).abs().max().item() / size
    print(f"  {what}: {off:.1e}")
    if not off <= TOLERANCE:
        sys.exit(f"FAILED: {name}: {what} is {off:.2e} of its largest number off")


def read(folder, number):
    lines = open(os.path.join(folder, f"{number}.txt"), encoding="utf-8").read().splitlines()
    data = torch.frombuffer(bytearray(open(os.path.join(folder, f"{number}.bin"), "rb").read()), dtype=torch.float32)
    at = 0

    def take(*shape):
        nonlocal at
        n = 1
        for s in shape:
            n *= s
        at += n
        return data[at - n:at].view(*shape).clone()

    name, layers = lines[0], []
    for line in lines[1:]:
        w = line.split()
        n = [int(v) for v in w[1:11]]
        layers.append({"kind": w[0], "channels": n[0], "kernel": (n[2], n[1]), "stride": n[3], "pads": n[4:8], "factor": n[8],
                       "scale": (float(w[11]), float(w[12])), "ratio": float(w[13]), "cubic": float(w[14]), "learnt": (w[15] == "1", w[16] == "1"),
                       "inputs": [int(v) for v in w[17:17 + n[9]]], "weight": None, "bias": None})
    return name, layers, take


def image(take, channels, height, width):
    return take(height, width, channels).permute(2, 0, 1)[None]


def shapes(layer, channels):
    kind = layer["kind"]
    if kind == "conv2d":
        return (layer["channels"], channels, *layer["kernel"])
    if kind == "deconv2d":
        return (channels, layer["channels"], *layer["kernel"])
    return (channels,) if kind in ("slope", "affine") else None


def check(folder, number):
    name, layers, take = read(folder, number)
    print(name)
    picture = image(take, layers[0]["channels"], HEIGHT, WIDTH).requires_grad_()
    # The result's shape is known only after running; weights come last in the file. So: twice through the layers.
    probe = [dict(l) for l in layers]
    for l in probe:
        s = shapes(l, probe[l["inputs"][0]]["channels"] if l["inputs"] else 0)
        l["weight"] = torch.zeros(s) if s else None
        l["bias"] = torch.zeros(s[0] if l["kind"] != "deconv2d" else s[1]) if s and l["kind"] != "slope" else None
    out = run(probe, picture.detach()).shape
    direction, result = image(take, *out[1:]), image(take, *out[1:])
    picture_gradient = image(take, layers[0]["channels"], HEIGHT, WIDTH)
    ours = []
    for l in layers:
        s = shapes(l, layers[l["inputs"][0]]["channels"] if l["inputs"] else 0)
        for k, key in enumerate(("weight", "bias")):
            if not s or (key == "bias" and l["kind"] == "slope"):
                continue
            shape = s if key == "weight" else ((l["channels"],) if l["kind"] in ("conv2d", "deconv2d") else s)
            l[key] = take(*shape)
            if l["learnt"][k]:
                l[key].requires_grad_()
                ours.append((l["kind"] + " " + key, l[key], take(*shape)))
    got = run(layers, picture)
    compare(name, "result", result, got.detach())
    got.backward(direction)
    compare(name, "gradient of the picture", picture_gradient, picture.grad)
    for what, parameter, gradient in ours:
        compare(name, "gradient of " + what, gradient, parameter.grad)


def main():
    with tempfile.TemporaryDirectory(prefix="acuity-gradients-") as folder:
        subprocess.run([sys.argv[1], folder], check=True, timeout=120)
        numbers = sorted(int(f[:-4]) for f in os.listdir(folder) if f.endswith(".txt"))
        if len(numbers) < 10:
            sys.exit("FAILED: too few nets")
        for number in numbers:
            check(folder, number)


main()
