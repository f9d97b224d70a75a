#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""mean.py TO SHARE FROM [SHARE FROM]... [KEY=VALUE]...: the mean of networks that are stages of one training, each with its share; metadata as the last one's, with what is said
here changed. `acuity-train export` makes 16 bits of it (as FOLDER/model.safetensors)."""
import sys

from tensors import read, write

words = [word for word in sys.argv[2:] if "=" not in word]
sum_of = {}
for share, path in zip(words[::2], words[1::2]):
    tensors, metadata = read(path)
    if sum_of and sum_of.keys() != tensors.keys():
        sys.exit(f"{path}: not the same network")
    for name, values in tensors.items():
        sum_of[name] = sum_of.get(name, 0) + float(share) * values.astype("<f8")
metadata.update(word.split("=", 1) for word in sys.argv[2:] if "=" in word)
write(sys.argv[1], {name: values.astype("<f4") for name, values in sum_of.items()}, metadata)
