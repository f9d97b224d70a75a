#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The resampler against Pillow, which shares its border rule, in 32-bit floats.

    compare_pillow.py RESAMPLE_CLI

Runs with the Python named by ACUITY_TEST_PYTHON if that is set; skipped (77) without Pillow and NumPy.
"""
import os
import subprocess
import sys

if os.environ.get("ACUITY_TEST_PYTHON") and not os.environ.get("ACUITY_TEST_INNER"):
    os.environ["ACUITY_TEST_INNER"] = "1"
    os.execv(os.environ["ACUITY_TEST_PYTHON"], [os.environ["ACUITY_TEST_PYTHON"], *sys.argv])
try:
    import numpy as np
    from PIL import Image
except ImportError as e:
    print(f"skipped: {e}")
    sys.exit(77)

FILTERS = {"linear": Image.BILINEAR, "cubic": Image.BICUBIC, "lanczos3": Image.LANCZOS, "area": Image.BOX,
           "nearest": Image.NEAREST}
SIZES = [(37, 23, 74, 46), (37, 23, 111, 92), (37, 23, 50, 60), (64, 48, 31, 17), (64, 48, 16, 12), (300, 5, 7, 9),
         (1, 1, 5, 5), (13, 1, 40, 3)]
LIMIT = 2e-6

rng = np.random.default_rng(1)
failed = 0
for name, filter_ in FILTERS.items():
    for w, h, new_w, new_h in SIZES:
        picture = rng.random((h, w), np.float32)
        expected = np.asarray(Image.fromarray(picture, "F").resize((new_w, new_h), filter_))
        raw = subprocess.run([sys.argv[1], name, *map(str, (w, h, new_w, new_h))], input=picture.tobytes(),
                             capture_output=True, check=True).stdout
        ours = np.frombuffer(raw, np.float32).reshape(new_h, new_w)
        worst = float(np.abs(ours - expected).max())
        if worst > LIMIT:
            failed += 1
            print(f"{name} {w}x{h} -> {new_w}x{new_h}: largest difference {worst:.2e}")
print(f"{len(FILTERS) * len(SIZES)} comparisons, {failed} failed")
sys.exit(failed > 0)
