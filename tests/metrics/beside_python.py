# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compares the measures with scikit-image, and where that has none with their formulas, written anew in NumPy and SciPy.
Arguments: the program metrics_cli, core/metrics/niqe_model.c."""
import os
import re
import subprocess
import sys

wanted = os.environ.get("ACUITY_TEST_PYTHON")
if wanted and "ACUITY_TEST_PYTHON_TAKEN" not in os.environ:
    os.environ["ACUITY_TEST_PYTHON_TAKEN"] = "1"
    os.execv(wanted, [wanted] + sys.argv)
try:
    import numpy
    import scipy.ndimage
    import scipy.signal
    import scipy.special
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity
except ImportError as error:
    print(f"skipped: {error}; ACUITY_TEST_PYTHON can name a python that has scikit-image, SciPy and NumPy")
    sys.exit(77)

TOLERANCE = {"psnr_y": 1e-9, "psnr_rgb": 1e-9, "ssim_y": 1e-9, "ms_ssim_y": 1e-9, "gmsd": 1e-9, "niqe": 1e-4, "consistency": 1e-3}


def luma(picture):
    p = numpy.clip(picture.astype(numpy.float64), 0, 1)
    if p.shape[2] == 1:
        p = numpy.repeat(p, 3, axis=2)
    return p @ [65.481, 128.553, 24.966] + 16


def ssim_scikit(a, b):
    return structural_similarity(a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)


# --- MS-SSIM: the paper's formulas with two-dimensional filtering ---

def ssim_parts(a, b):
    x = numpy.arange(11) - 5
    window = numpy.exp(-(x[:, None] ** 2 + x[None, :] ** 2) / (2 * 1.5 ** 2))
    window /= window.sum()

    def mean(v):
        return scipy.signal.convolve2d(v, window, mode="valid")

    ma, mb = mean(a), mean(b)
    # around the middle, so that no large numbers are subtracted
    va, vb, ab = mean((a - 128) ** 2) - (ma - 128) ** 2, mean((b - 128) ** 2) - (mb - 128) ** 2, \
        mean((a - 128) * (b - 128)) - (ma - 128) * (mb - 128)
    c1, c2 = 6.5025, 58.5225
    cs = (2 * ab + c2) / (va + vb + c2)
    return (cs * (2 * ma * mb + c1) / (ma ** 2 + mb ** 2 + c1)).mean(), cs.mean()


def halve(v):
    v = numpy.pad(v, [(0, v.shape[0] % 2), (0, v.shape[1] % 2)], mode="symmetric")
    return v.reshape(v.shape[0] // 2, 2, v.shape[1] // 2, 2).mean(axis=(1, 3))


def ms_ssim(a, b):
    result = 1
    for scale, exponent in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        if scale:
            a, b = halve(a), halve(b)
        whole, cs = ssim_parts(a, b)
        result *= max(whole if scale == 4 else cs, 0) ** exponent
    return result


# --- GMSD: line by line what its authors' program does ---

def gmsd(a, b):
    maps = []
    for y in (a, b):
        gray = (y - 16) * 255 / 219
        mean = scipy.signal.convolve2d(gray, numpy.full((2, 2), 0.25))[1:, 1:][::2, ::2]
        kernel = numpy.array([[1, 0, -1]] * 3) / 3
        maps.append(numpy.hypot(scipy.signal.convolve2d(mean, kernel, mode="same"),
                                scipy.signal.convolve2d(mean, kernel.T, mode="same")))
    p, q = maps
    return ((2 * p * q + 170) / (p ** 2 + q ** 2 + 170)).std(ddof=1)


# --- NIQE ---

def cubic(x):
    x = numpy.abs(x)
    return numpy.where(x <= 1, 1.5 * x ** 3 - 2.5 * x ** 2 + 1, numpy.where(x < 2, -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2, 0))


def shrinking_matrix(n, m, mirror):
    """The weights of MATLAB's imresize from n to m samples; or with what lies outside left out, as the resampler does."""
    matrix = numpy.zeros((m, n))
    scale = n / m
    for i in range(m):
        centre = (i + 0.5) * scale - 0.5
        for j in range(int(numpy.floor(centre - 2 * scale)), int(numpy.ceil(centre + 2 * scale)) + 1):
            weight = cubic((centre - j) / scale)
            k = -1 - j if j < 0 else 2 * n - 1 - j if j >= n else j
            if mirror or k == j:
                matrix[i, k] += weight
    return matrix / matrix.sum(axis=1, keepdims=True)


GRID = numpy.arange(0.2, 10.001, 0.001)
RATIO = scipy.special.gamma(2 / GRID) ** 2 / (scipy.special.gamma(1 / GRID) * scipy.special.gamma(3 / GRID))


def aggd(v):
    v = v.ravel()
    left, right = numpy.sqrt(numpy.mean(v[v < 0] ** 2)), numpy.sqrt(numpy.mean(v[v > 0] ** 2))
    g = left / right
    r = numpy.mean(numpy.abs(v)) ** 2 / numpy.mean(v ** 2) * (g ** 3 + 1) * (g + 1) / (g ** 2 + 1) ** 2
    alpha = GRID[numpy.argmin((RATIO - r) ** 2)]
    factor = numpy.sqrt(scipy.special.gamma(1 / alpha) / scipy.special.gamma(3 / alpha))
    return alpha, left * factor, right * factor


def niqe_features(block):
    alpha, left, right = aggd(block)
    features = [alpha, (left + right) / 2]
    for shift in (0, 1), (1, 0), (1, 1), (1, -1):
        alpha, left, right = aggd(block * numpy.roll(block, shift, axis=(0, 1)))
        features += [alpha, (right - left) * scipy.special.gamma(2 / alpha) / scipy.special.gamma(1 / alpha), left, right]
    return features


def niqe(y, model):
    down, across = y.shape[0] // 96, y.shape[1] // 96
    y = numpy.round(y[:down * 96, :across * 96])
    every = []
    x = numpy.arange(-3, 4)
    window = numpy.exp(-(x[:, None] ** 2 + x[None, :] ** 2) / (2 * (7 / 6) ** 2))
    window /= window.sum()
    for size in 96, 48:
        mean = scipy.ndimage.convolve(y, window, mode="nearest")
        deviation = numpy.sqrt(numpy.abs(scipy.ndimage.convolve(y ** 2, window, mode="nearest") - mean ** 2))
        difference = numpy.where(numpy.abs(y - mean) < 1e-6, 0, y - mean)
        normalised = difference / (deviation + 1)
        every.append(numpy.array([niqe_features(normalised[i * size:(i + 1) * size, j * size:(j + 1) * size])
                                  for i in range(down) for j in range(across)]))
        y = shrinking_matrix(y.shape[0], y.shape[0] // 2, True) @ y @ shrinking_matrix(y.shape[1], y.shape[1] // 2, True).T
    every = numpy.concatenate(every, axis=1)
    mean, covariance = model
    inverse = numpy.linalg.pinv((covariance + numpy.cov(every[~numpy.isnan(every).any(axis=1)], rowvar=False)) / 2)
    difference = mean - numpy.nanmean(every, axis=0)
    return numpy.sqrt(difference @ inverse @ difference)


def read_model(path):
    with open(path, encoding="utf-8") as file:
        tables = re.findall(r"\] = \{(.*?)\}", file.read(), re.S)
    mean, upper = ([float(word) for word in table.replace(",", " ").split()] for table in tables)
    covariance = numpy.zeros((36, 36))
    covariance[numpy.triu_indices(36)] = upper
    return numpy.array(mean), covariance + covariance.T - numpy.diag(numpy.diag(covariance))


# --- pictures ---

def smooth(random, height, width, channels):
    """Something with detail at all sizes."""
    if min(height, width) < 9:
        return random.random((height, width, channels), numpy.float32)
    picture = numpy.zeros((height, width, channels))
    for sigma in 0.6, 2, 6, 20:
        noise = scipy.ndimage.gaussian_filter(random.normal(size=picture.shape), (sigma, sigma, 0))
        picture += noise / noise.std()
    return (0.5 + 0.09 * picture).astype(numpy.float32)


def damage(random, picture, kind):
    if kind == "noise":
        return (picture + random.normal(scale=0.05, size=picture.shape)).astype(numpy.float32)
    if kind == "blur":
        return scipy.ndimage.gaussian_filter(picture, (1.3, 1.3, 0))
    if kind == "bright":
        return picture + numpy.float32(0.1)
    return (1 - picture).astype(numpy.float32)      # structure is the opposite


def ours(program, a, b, border, enlarged=False):
    height, width, channels = a.shape
    words = [program, *map(str, (width, height, channels, border))]
    if enlarged:
        words += [str(b.shape[1]), str(b.shape[0])]
    done = subprocess.run(words, input=a.tobytes() + b.tobytes(), stdout=subprocess.PIPE, check=True)
    return dict(line.split() for line in done.stdout.decode().splitlines())


def expected(a, b, border, model):
    inner = (slice(border, a.shape[0] - border), slice(border, a.shape[1] - border))
    p, q = luma(a)[inner], luma(b)[inner]
    rgb = [255 * numpy.clip(v.astype(numpy.float64), 0, 1)[inner] for v in (a, b)]
    side = min(p.shape)
    return {
        "psnr_y": peak_signal_noise_ratio(p, q, data_range=255),
        "psnr_rgb": peak_signal_noise_ratio(*rgb, data_range=255),
        "ssim_y": ssim_scikit(p, q) if side >= 11 else "error",
        "ms_ssim_y": ms_ssim(p, q) if side >= 161 else "error",
        "gmsd": gmsd(p, q) if side >= 3 else "error",
        "niqe": niqe(p, model) if side >= 96 and p.shape[0] // 96 * (p.shape[1] // 96) >= 2 else "error",
    }


def consistency(large, small, border):
    large = numpy.clip(large, 0, 1)
    for axis in 0, 1:
        large = numpy.moveaxis(numpy.tensordot(shrinking_matrix(large.shape[axis], small.shape[axis], False), large, (1, axis)), 0, axis)
    inner = (slice(border, small.shape[0] - border), slice(border, small.shape[1] - border))
    a, b = (255 * numpy.clip(v.astype(numpy.float64), 0, 1)[inner] for v in (large, small))
    return {"consistency": peak_signal_noise_ratio(a, b, data_range=255)}


def main():
    random = numpy.random.default_rng(5)
    numpy.seterr(divide="ignore")       # pictures that are alike have an infinite PSNR
    model = read_model(sys.argv[2])
    worst, compared, failed = dict.fromkeys(TOLERANCE, 0.0), 0, 0

    def check(what, results, reference):
        nonlocal compared, failed
        for name, wanted in reference.items():
            compared += 1
            if wanted == "error" or results.get(name) in (None, "error"):
                bad = wanted != results.get(name)
            else:
                off = 0.0 if float(results[name]) == wanted else abs(float(results[name]) - wanted)
                worst[name] = max(worst[name], off)
                bad = not off <= TOLERANCE[name]
            if bad:
                failed += 1
                print(f"{what}: {name} is {results.get(name)}, expected {wanted}")

    for height, width, channels, border in ((210, 300, 3, 4), (211, 173, 3, 0), (96, 192, 1, 0), (164, 331, 1, 1), (11, 11, 3, 0),
                                            (40, 13, 3, 1), (12, 40, 3, 1), (3, 5, 1, 0), (1, 1, 3, 0), (2, 9, 1, 0)):
        a = smooth(random, height, width, channels)
        for kind in "noise", "blur", "bright", "negative":
            b = damage(random, a, kind)
            check(f"{width}x{height}, {channels} channels, border {border}, {kind}", ours(sys.argv[1], b, a, border),
                  expected(b, a, border, model))
    for height, width, small_height, small_width, channels, border in ((120, 180, 40, 60, 3, 3), (121, 90, 30, 45, 1, 0),
                                                                       (9, 9, 9, 9, 3, 0), (8, 8, 1, 1, 3, 0)):
        # Beyond 0..1 here and there.
        a = 2 * smooth(random, height, width, channels) - 0.5
        b = damage(random, smooth(random, small_height, small_width, channels), "noise")
        check(f"{width}x{height} to {small_width}x{small_height}", ours(sys.argv[1], a, b, border, True), consistency(a, b, border))
    print(f"{compared} values compared, {failed} differ; largest differences:",
          ", ".join(f"{name} {off:.2g}" for name, off in worst.items()))
    sys.exit(1 if failed else 0)


main()
