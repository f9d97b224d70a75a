#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""smaller.py FACTOR FROM TO: copies of a folder's pictures, and of their masks, FACTOR times smaller, so that a training need not read large ones again and again."""
import os
import sys

from PIL import Image

factor, source, target = float(sys.argv[1]), sys.argv[2], sys.argv[3]
for folder in ("", "masks"):
    if os.path.isdir(os.path.join(source, folder)):
        os.makedirs(os.path.join(target, folder), exist_ok=True)
        for name in sorted(os.listdir(os.path.join(source, folder))):
            if name.endswith((".png", ".jpg")):
                with Image.open(os.path.join(source, folder, name)) as picture:
                    size = [int(side / factor) for side in picture.size]
                    picture.convert("L" if folder else "RGB").resize(size, Image.BICUBIC).save(os.path.join(target, folder, name[:-4] + ".png"), compress_level=1)
