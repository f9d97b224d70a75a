#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""deepen.py FROM.safetensors N TO.safetensors: a compact or text-mask network with N more convolutions, which change nothing yet, before its last, to be taught further."""
import json
import struct
import sys

import numpy

source, more, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(source, "rb") as file:
    data = file.read()
length = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + length])
kinds = {"F32": "<f4", "F16": "<f2"}
tensors = {}
for name, entry in header.items():
    if name != "__metadata__":
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = numpy.frombuffer(data[start:end], kinds[entry["dtype"]]).reshape(entry["shape"]).astype("<f4")
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
entries, body = {"__metadata__": header.get("__metadata__", {})}, b""
for name, values in tensors.items():
    entries[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(body), len(body) + values.nbytes]}
    body += values.tobytes()
head = json.dumps(entries).encode()
head += b" " * (-len(head) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head + body)
