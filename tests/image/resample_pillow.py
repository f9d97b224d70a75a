# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compares the resampler with Pillow. Argument: the program resample_cli."""
import os
import subprocess
import sys

wanted = os.environ.get("ACUITY_TEST_PYTHON")
if wanted and "ACUITY_TEST_PYTHON_TAKEN" not in os.environ:
    os.environ["ACUITY_TEST_PYTHON_TAKEN"] = "1"
    os.execv(wanted, [wanted] + sys.argv)
try:
    import numpy
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}; ACUITY_TEST_PYTHON can name a python that has Pillow and numpy")
    sys.exit(77)

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "linear": Image.Resampling.BILINEAR,
    "cubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
}
SIZES = [
    (97, 61, 211, 130), (97, 61, 388, 244), (97, 61, 33, 20), (97, 61, 96, 62), (97, 61, 1, 1), (1, 1, 5, 3),
    (301, 7, 11, 29), (7, 301, 29, 11), (64, 48, 32, 24), (64, 48, 64, 24), (64, 48, 17, 48), (1000, 4, 3, 2), (5, 1, 9, 1),
]
TOLERANCE = 1e-5


def pillow(picture, name, size):
    planes = [picture[:, :, c] for c in range(picture.shape[2])]
    return numpy.stack([numpy.asarray(Image.fromarray(plane).resize(size, FILTERS[name])) for plane in planes], axis=2)


def decode(v):
    a = numpy.abs(v.astype(numpy.float64))
    return numpy.copysign(numpy.where(a <= 0.04045, a / 12.92, ((a + 0.055) / 1.055) ** 2.4), v).astype(numpy.float32)


def encode(v):
    a = numpy.abs(v.astype(numpy.float64))
    return numpy.copysign(numpy.where(a <= 0.0031308, a * 12.92, 1.055 * a ** (1 / 2.4) - 0.055), v).astype(numpy.float32)


def reference(picture, name, size, alpha, linear):
    picture = picture.copy()
    changes = name != "nearest" and size != (picture.shape[1], picture.shape[0])
    colours = picture.shape[2] - (1 if alpha else 0)
    if linear and changes:
        picture[:, :, :colours] = decode(picture[:, :, :colours])
    if alpha and changes:
        picture[:, :, :colours] *= picture[:, :, colours:]
    result = pillow(picture, name, size)
    if alpha and changes:
        result[:, :, :colours] /= result[:, :, colours:]
        result[:, :, colours:] = numpy.clip(result[:, :, colours:], 0, 1)
    if linear and changes:
        result[:, :, :colours] = encode(result[:, :, :colours])
    return result


def ours(program, picture, name, size, alpha, linear):
    height, width, channels = picture.shape
    words = [program, name, *map(str, (width, height, *size, channels))] + ["alpha"] * alpha + ["linear"] * linear
    done = subprocess.run(words, input=picture.tobytes(), stdout=subprocess.PIPE, check=True)
    return numpy.frombuffer(done.stdout, numpy.float32).reshape(size[1], size[0], channels)


def main():
    random = numpy.random.default_rng(1)
    failed = compared = 0
    largest = 0.0
    for name in FILTERS:
        for width, height, new_width, new_height in SIZES:
            for channels, alpha, linear in ((1, 0, 0), (3, 0, 0), (3, 0, 1), (4, 1, 0), (4, 1, 1)):
                picture = random.random((height, width, channels), numpy.float32)
                if alpha:
                    # Far enough from 0 that no filter makes it vanish: there the two follow different rules.
                    picture[:, :, -1] = 0.75 + picture[:, :, -1] / 4
                size = (new_width, new_height)
                wanted = reference(picture, name, size, alpha, linear)
                result = ours(sys.argv[1], picture, name, size, alpha, linear)
                difference = float(numpy.abs(wanted - result).max())
                compared += 1
                largest = max(largest, difference)
                if not difference <= TOLERANCE:
                    failed += 1
                    print(f"{name} {width}x{height} to {new_width}x{new_height}, {channels} channels, "
                          f"alpha {alpha}, linear {linear}: off by {difference:.3g}")
    print(f"{compared} pictures compared with Pillow, {failed} differ; largest difference {largest:.3g}")
    sys.exit(1 if failed else 0)


main()
