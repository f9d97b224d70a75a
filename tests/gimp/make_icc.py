# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes a small ICC profile that is not sRGB (Adobe RGB's primaries, gamma 2.2): make_icc.py OUT.icc"""
import struct
import sys


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def xyz(*values):
    return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))


text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.19921875 * 256)) + b"\0\0"
tags = {b"desc": text + bytes(-len(text) % 4), b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947), b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
offset = 128 + 4 + 12 * len(tags)
table, data = struct.pack(">I", len(tags)), b""
for name, body in tags.items():
    table += name + struct.pack(">II", offset + len(data), len(body))
    data += body
header = (struct.pack(">I", offset + len(data)) + bytes(4) + b"\x02\x10\0\0" + b"mntrRGB XYZ "
          + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(0.9642) + fixed(1) + fixed(0.8249))
with open(sys.argv[1], "wb") as out:
    out.write(header + bytes(128 - len(header)) + table + data)
