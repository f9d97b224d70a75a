#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""diffusion_torch.py DIFFUSION_DUMP: one step of learning of a diffusion upscaler beside PyTorch's: the first estimate, what a step reads and how its answer becomes a picture, the loss and
its gradient by every parameter, to 1e-4."""
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
COUNT, KAPPA, SPREAD, LIKENESS, WEIGHT, EPSILON = 3, 1.5, 0.07, 0.6, 2, 1e-3


def read(folder):
    data = torch.frombuffer(bytearray(open(os.path.join(folder, "tensors.bin"), "rb").read()), dtype=torch.float32)
    tensors = {}
    with open(os.path.join(folder, "tensors.txt"), encoding="utf-8") as file:
        for line in file:
            name, offset, *shape = line.split()
            shape = [int(n) for n in shape]
            n = 1
            for side in shape:
                n *= side
            tensors[name] = data[int(offset):int(offset) + n].view(*shape).clone()
    return tensors


def picture(t, name):
    return t[name].permute(2, 0, 1)[None]


def conv(t, name, x):
    return F.conv2d(x, t[name + ".weight"], t[name + ".bias"], padding=1)


def compact(t, prefix, x):
    """As a picture."""
    last = max(int(name.split(".")[2]) for name in t if name.startswith(prefix + "body."))
    y = x
    for i in range(0, last + 1, 2):
        y = conv(t, f"{prefix}body.{i}", y)
        if i < last:
            y = F.prelu(y, t[f"{prefix}body.{i + 1}.weight"])
    scale = round((y.shape[1] / 3) ** 0.5)
    return F.pixel_shuffle(y, scale) + F.interpolate(x, scale_factor=scale, mode="nearest")


def answer(t, x):
    x = conv(t, "step.head", x)
    i = 0
    while f"step.blocks.{i}.conv1.weight" in t:
        inner = F.prelu(conv(t, f"step.blocks.{i}.conv1", x), t[f"step.blocks.{i}.slope.weight"])
        x = x + conv(t, f"step.blocks.{i}.conv2", inner)
        i += 1
    assert i == 2
    return conv(t, "step.tail", F.prelu(x, t["step.slope.weight"]))


def compare(what, ours, theirs):
    off = (ours - theirs).abs().max().item() / max(theirs.abs().max().item(), 1e-6)
    print(f"  {what}: {off:.1e}")
    if not off <= TOLERANCE:
        sys.exit(f"FAILED: {what} is {off:.2e} of its largest number off")


def check(folder, before, factor):
    t = read(folder)
    learnt = [name[len("gradient/"):] for name in t if name.startswith("gradient/")]
    if sorted(learnt) != sorted(name for name in t if name.startswith("step.")):
        sys.exit("FAILED: what learns is not the step alone")
    for name in learnt:
        t[name].requires_grad_()
    total = 0
    n = 3 * factor * factor
    for i in range(COUNT):
        small, truth, ours = picture(t, f"small{i}"), picture(t, f"large{i}"), picture(t, f"input{i}")
        eta = t[f"eta{i}"].item()
        with torch.no_grad():
            stand_in = compact(t, "before.", small) if before > 1 else small
            first = compact(t, "first.", stand_in)
            missing = F.pixel_unshuffle(truth - first, factor) / SPREAD
            variance = (1 - eta) ** 2 + KAPPA ** 2 * eta
            noisy = ours[:, :n] * variance ** 0.5
            noise = (noisy - (1 - eta) * missing) / (KAPPA * eta ** 0.5)
            compare("first estimate", ours[:, n:2 * n], F.pixel_unshuffle(first, factor))
            compare("picture", ours[:, 2 * n:2 * n + 3], stand_in)
            compare("time", ours[:, 2 * n + 3], torch.full_like(ours[:, 0], eta ** 0.5))
            compare("base", picture(t, f"base{i}"), first + SPREAD * F.pixel_shuffle((1 - eta) / variance * noisy, factor))
            compare("factor of the answer", t[f"factor{i}"], torch.tensor([SPREAD * KAPPA * (eta / variance) ** 0.5]))
        colours = noise.reshape(3, -1)
        covariance = colours @ colours.T / colours.shape[1]
        wanted = torch.full((3, 3), LIKENESS) + (1 - LIKENESS) * torch.eye(3)
        print(f"  noise at {eta:.3f}: covariance of its colours {[round(v, 3) for v in covariance.flatten().tolist()]}")
        # Five standard deviations of what chance does.
        if (covariance - wanted).abs().max() > 5 * (2 / colours.shape[1]) ** 0.5 or noise.mean().abs() > 5 * (3 / noise.numel()) ** 0.5:
            sys.exit("FAILED: the noise is not what it should be")
        result = picture(t, f"base{i}") + t[f"factor{i}"] * F.pixel_shuffle(answer(t, ours), factor)
        total = total + torch.sqrt((result - truth) ** 2 + EPSILON ** 2).mean() / COUNT
    (WEIGHT * total).backward()
    compare("loss", t["loss0"], total.detach()[None])
    for name in learnt:
        compare("gradient of " + name, t["gradient/" + name], t[name].grad)


def main():
    for before, factor in ((1, 2), (1, 4), (2, 2)):
        print(f"{before} times, then {factor} times")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.argv[1], folder, str(before), str(factor)], check=True)
            check(folder, before, factor)


main()
