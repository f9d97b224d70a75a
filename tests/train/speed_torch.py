#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""speed_torch.py SPEED [ROUNDS [NET]]: training steps of compact networks beside PyTorch's (channels last and not, whichever is quicker), two
threads, in turns; medians of the seconds a step and their ratio; both in single precision and with convolutions of bfloat16 numbers (PyTorch's
autocast). Not a test: it needs a quiet machine."""
import statistics
import subprocess
import sys
import time

import torch

# channels, convolutions, scale, batch, side
NETS = [(32, 8, 2, 16, 48), (48, 8, 4, 16, 48), (64, 12, 4, 16, 32), (64, 16, 2, 8, 64)]
THREADS = 2


class Compact(torch.nn.Module):
    def __init__(self, channels, convolutions, scale):
        super().__init__()
        body, width = [], 3
        for _ in range(convolutions + 1):
            body += [torch.nn.Conv2d(width, channels, 3, padding=1), torch.nn.PReLU(channels)]
            width = channels
        self.body = torch.nn.Sequential(*body, torch.nn.Conv2d(channels, 3 * scale * scale, 3, padding=1))
        self.scale = scale

    def forward(self, x):
        return (torch.nn.functional.pixel_shuffle(self.body(x), self.scale)
                + torch.nn.functional.interpolate(x, scale_factor=self.scale, mode="nearest"))


def torch_steps(net, steps, layout, bf16):
    channels, convolutions, scale, batch, side = net
    model = Compact(channels, convolutions, scale).to(memory_format=layout)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    small = torch.rand(batch, 3, side, side).to(memory_format=layout)
    large = torch.zeros(batch, 3, side * scale, side * scale).to(memory_format=layout)
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        optimiser.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = torch.nn.functional.l1_loss(model(small).float(), large)
        loss.backward()
        optimiser.step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def our_steps(program, net, steps, bf16):
    text = subprocess.run([program, *map(str, net), str(THREADS), str(steps), *(["bf16"] if bf16 else [])], check=True, capture_output=True, text=True).stdout
    return statistics.median([float(t) for t in text.split()][1:])


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    torch.set_num_threads(THREADS)
    for net in NETS if len(sys.argv) < 4 else [NETS[int(sys.argv[3])]]:
        channels, convolutions, scale, batch, side = net
        flop = 3 * 2 * 9 * batch * side * side * (3 * channels + convolutions * channels * channels + channels * 3 * scale * scale)
        for bf16 in (False, True):
            ours, plain, last = [], [], []
            for _ in range(rounds):
                ours.append(our_steps(sys.argv[1], net, 6, bf16))
                plain.append(torch_steps(net, 4, torch.contiguous_format, bf16))
                last.append(torch_steps(net, 4, torch.channels_last, bf16))
            a, b, c = statistics.median(ours), statistics.median(plain), statistics.median(last)
            print(f"{channels} channels, {convolutions} convolutions, x{scale}, {batch} crops of {side}², {'bf16' if bf16 else 'f32'}: ours {a:.3f} s "
                  f"({flop / a / 1e9:.0f} GFLOP/s), PyTorch {torch.__version__} {b:.3f} s, channels last {c:.3f} s: {min(b, c) / a:.2f} times", flush=True)


main()
