#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""widen.py FROM.safetensors CHANNELS N TO.safetensors: a compact network with more channels, and N more convolutions before its last, to be taught further. It makes nearly the
same pictures: nothing hears the new channels yet, which begin with random weights, and the new convolutions do almost nothing."""
import sys

import numpy

from tensors import read, write

source, channels, more, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
tensors, metadata = read(source)
last = max(int(name.split(".")[1]) for name in tensors)
rand = numpy.random.default_rng(1)
wide = {}
for layer in range(0, last + 1, 2):
    weight, bias = tensors[f"body.{layer}.weight"], tensors[f"body.{layer}.bias"]
    outputs, inputs = weight.shape[0] if layer == last else channels, channels if layer else 3
    place = layer if layer < last else last + 2 * more
    grown = numpy.zeros((outputs, inputs, 3, 3), "<f4")
    grown[:weight.shape[0], :weight.shape[1]] = weight
    if outputs > weight.shape[0]:
        grown[weight.shape[0]:] = rand.normal(0, (2 / (9 * inputs)) ** 0.5 / 2, (outputs - weight.shape[0], inputs, 3, 3))
    wide[f"body.{place}.weight"], wide[f"body.{place}.bias"] = grown, numpy.pad(bias, (0, outputs - len(bias)))
    if layer < last:
        slopes = tensors[f"body.{layer + 1}.weight"]
        wide[f"body.{layer + 1}.weight"] = numpy.pad(slopes, (0, channels - len(slopes)), constant_values=0.1)
for layer in range(last, last + 2 * more, 2):
    same = numpy.zeros((channels, channels, 3, 3), "<f4")
    same[range(channels), range(channels), 1, 1] = 1
    wide[f"body.{layer}.weight"] = (same + rand.normal(0, 0.002, same.shape)).astype("<f4")
    wide[f"body.{layer}.bias"], wide[f"body.{layer + 1}.weight"] = numpy.zeros(channels, "<f4"), numpy.ones(channels, "<f4")
write(target, wide, metadata)
