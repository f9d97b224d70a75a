# SPDX-License-Identifier: CC0-1.0
"""Files of tensors (safetensors), for the scripts beside this one."""
import json
import struct

import numpy


def read(path):
    """Tensors by name, in 32 bits, and the metadata."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    kinds = {"F32": "<f4", "F16": "<f2"}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = numpy.frombuffer(data[start:end], kinds[entry["dtype"]]).reshape(entry["shape"]).astype("<f4")
    return tensors, header.get("__metadata__", {})


def write(path, tensors, metadata):
    entries, body = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        entries[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(body), len(body) + values.nbytes]}
        body += values.tobytes()
    head = json.dumps(entries).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + body)
