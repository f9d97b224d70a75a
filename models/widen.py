#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""widen.py FROM.safetensors CHANNELS N TO.safetensors: a compact network with more channels, and N more convolutions before its last, to be taught further. It makes nearly the
same pictures: nothing hears the new channels yet, which begin with random weights, and the new convolutions do almost nothing."""
import json
import struct
import sys

import numpy

source, channels, more, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
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
entries, body = {"__metadata__": header.get("__metadata__", {})}, b""
for name, values in wide.items():
    entries[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(body), len(body) + values.nbytes]}
    body += values.tobytes()
head = json.dumps(entries).encode()
head += b" " * (-len(head) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head + body)
