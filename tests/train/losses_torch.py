# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compares the losses and their gradients with PyTorch, which computes in double precision. Argument: the program losses_cli."""
import array
import os
import struct
import subprocess
import sys

try:
    import torch
except ImportError as error:
    system = "/usr/bin/python3"
    if os.path.exists(system) and "ACUITY_TEST_SYSTEM_PYTHON" not in os.environ:
        os.environ["ACUITY_TEST_SYSTEM_PYTHON"] = "1"
        os.execv(system, [system] + sys.argv)
    print(f"skipped: the losses have not been compared with PyTorch: {error}; Debian's python3-torch has it")
    sys.exit(77)
from torch.nn import functional

SIZES = [(1, 1, 1), (1, 1, 3), (5, 1, 3), (1, 7, 3), (11, 11, 1), (12, 17, 3), (31, 23, 3), (48, 30, 3), (64, 40, 4), (97, 13, 1), (192, 192, 3)]
WEIGHT = 0.7
TOLERANCE = 1e-4          # of the loss, and of the gradient's largest number
torch.set_num_threads(1)


def ssim(result, target):
    x = torch.arange(11, dtype=torch.float64) - 5
    g = torch.exp(-x * x / (2 * 1.5 ** 2))
    g = g / g.sum()
    window = (g[:, None] * g[None, :])[None, None]

    def blur(v):
        return functional.conv2d(v.permute(2, 0, 1)[:, None], window)

    a, b = blur(result), blur(target)
    va, vb, cov = blur(result * result) - a * a, blur(target * target) - b * b, blur(result * target) - a * b
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    return 1 - ((2 * a * b + c1) * (2 * cov + c2) / ((a * a + b * b + c1) * (va + vb + c2))).mean()


def fft(result, target):
    a, b = (torch.view_as_real(torch.fft.fft2(v, dim=(0, 1))) for v in (result, target))
    return functional.l1_loss(a, b)


def edge(result, target):
    p = functional.pad(target.permute(2, 0, 1)[None], (1, 1, 1, 1), mode="replicate")[0].permute(1, 2, 0)
    around = (p[:-2, 1:-1], p[2:, 1:-1], p[1:-1, :-2], p[1:-1, 2:])
    slope = (sum((target - v) ** 2 for v in around) / 2).sqrt()
    return ((result - target).abs() * (1 + 4 * slope)).mean()


def gradient(result, target):
    d = result - target
    return (d.diff(dim=0).abs().sum() + d.diff(dim=1).abs().sum()) / d.numel()


LOSSES = {
    "l1": functional.l1_loss,
    "charbonnier": lambda a, b: ((a - b) ** 2 + 1e-6).sqrt().mean(),
    "mse": functional.mse_loss,
    "ssim": ssim,
    "fft": fft,
    "edge": edge,
    "gradient": gradient,
}


def entropy(score, label):
    return functional.binary_cross_entropy_with_logits(score, torch.full_like(score, label))


def square(score, label):
    return functional.mse_loss(score, torch.full_like(score, label)) / 2


ADVERSARIAL = {
    "vanilla": (lambda r, f: entropy(r, 1) + entropy(f, 0), lambda r, f: entropy(f, 1)),
    "relativistic": (lambda r, f: entropy(r - f.mean(), 1) + entropy(f - r.mean(), 0),
                     lambda r, f: entropy(r - f.mean(), 0) + entropy(f - r.mean(), 1)),
    "least-squares": (lambda r, f: square(r, 1) + square(f, 0), lambda r, f: square(f, 1)),
}
worst = {}
failures = 0


def check(name, what, ours, theirs):
    """One number beside another, or one gradient beside another."""
    global failures
    difference = (ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-12)
    worst[name] = max(worst.get(name, 0), difference.item())
    if not difference <= TOLERANCE:
        failures += 1
        print(f"{name} {what}: {difference:.2e} beside PyTorch's, allowed {TOLERANCE:.0e}")


def run(arguments, *numbers):
    data = b"".join(array.array("f", n.flatten().tolist()).tobytes() for n in numbers)
    return subprocess.run([sys.argv[1], *map(str, arguments)], input=data, stdout=subprocess.PIPE, check=True).stdout


def take(output, at, count):
    loss = struct.unpack_from("d", output, at)[0]
    return torch.tensor(loss, dtype=torch.float64), torch.tensor(struct.unpack_from(f"{count}f", output, at + 8), dtype=torch.float64)


torch.manual_seed(1)
for width, height, channels in SIZES:
    # a smooth picture and one near to it, as in training
    target = torch.rand(height, width, channels).cumsum(0).cumsum(1).sin() * 0.4 + 0.5
    result = target + 0.1 * torch.randn(height, width, channels)
    for name, loss in LOSSES.items():
        if name == "ssim" and min(width, height) < 11:
            continue
        variable = result.double().requires_grad_()
        value = loss(variable, target.double())
        (value * WEIGHT).backward()
        output = run([name, width, height, channels, WEIGHT], result, target)
        ours, slope = take(output, 0, result.numel())
        check(name, f"{width}x{height}x{channels} loss", ours, value.detach())
        if variable.grad is not None and variable.grad.abs().max() > 0:
            check(name, f"{width}x{height}x{channels} gradient", slope, variable.grad.flatten())
        elif slope.abs().max() > 0:
            failures += 1
            print(f"{name} {width}x{height}x{channels}: a gradient where PyTorch has none")

for count in (1, 2, 77, 4096):
    for size in (1, 30):
        real, fake = size * torch.randn(count), size * torch.randn(count) - 0.5
        for name, (discriminator, generator) in ADVERSARIAL.items():
            output = run([name, count, WEIGHT], real, fake)
            r, f = real.double().requires_grad_(), fake.double().requires_grad_()
            value = discriminator(r, f)
            (value * WEIGHT).backward()
            ours, slope = take(output, 0, 2 * count)
            check(name, f"discriminator's loss of {count}", ours, value.detach())
            check(name, f"discriminator's gradient of {count}", slope, torch.cat([r.grad, f.grad]))
            f = fake.double().requires_grad_()
            value = generator(real.double(), f)
            (value * WEIGHT).backward()
            ours, slope = take(output, 8 + 8 * count, count)
            check(name, f"generator's loss of {count}", ours, value.detach())
            check(name, f"generator's gradient of {count}", slope, f.grad)

for name, difference in worst.items():
    print(f"{name:14} {difference:.1e}")
sys.exit(failures > 0)
