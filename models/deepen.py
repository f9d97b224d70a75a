#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""deepen.py FROM.safetensors N TO.safetensors: a compact or text-mask network with N more convolutions, which change nothing yet, before its last, to be taught further."""
import sys

import numpy

from tensors import read, write

source, more, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tensors, metadata = read(source)
last = max(int(name.split(".")[1]) for name in tensors if name.startswith("body."))
# A compact network's last convolution is one of the body; after text-mask's body comes another.
moves = "mask.weight" not in tensors
channels = tensors[f"body.{last}.weight"].shape[1] if moves else tensors["mask.weight"].shape[1]
last += not moves
same = numpy.zeros((channels, channels, 3, 3), "<f4")
same[range(channels), range(channels), 1, 1] = 1
moved = {part: tensors.pop(f"body.{last}.{part}") for part in ("weight", "bias") if moves}
for layer in range(last, last + 2 * more, 2):
    tensors[f"body.{layer}.weight"], tensors[f"body.{layer}.bias"] = same, numpy.zeros(channels, "<f4")
    tensors[f"body.{layer + 1}.weight"] = numpy.ones(channels, "<f4")
tensors.update({f"body.{last + 2 * more}.{part}": values for part, values in moved.items()})
write(target, tensors, metadata)
