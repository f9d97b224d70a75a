# SPDX-License-Identifier: LGPL-3.0-or-later
"""Networks in .safetensors files make the same picture here as in PyTorch: files written here are opened by the spandrel package, and
files that PyTorch writes are opened here.

    compare_spandrel.py NET_CLI CREATE_NETWORK

Needs torch, numpy, safetensors and spandrel; says so and skips (77) without them."""
import os
import pathlib
import subprocess
import sys
import tempfile

# A Python that has them, as tests/run makes it.
with_torch = os.environ.get("ACUITY_TEST_TORCH")
if with_torch and os.path.abspath(sys.executable) != os.path.abspath(with_torch):
    os.execv(with_torch, [with_torch, *sys.argv])

try:
    import numpy
    import torch
    from safetensors.torch import load_file, save_file
    from spandrel import ModelLoader
except ImportError as error:
    print(f"SKIPPED: networks are not compared with PyTorch's: {error}", file=sys.stderr)
    sys.exit(77)

# A name that is not there is a failure, not a package that is missing.
from spandrel.architectures.Compact import Compact
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.SPAN import SPAN

WIDTH, HEIGHT = 13, 9
TOLERANCE = 1e-4
# Architecture, scale, channels, blocks: written here.
OURS = [("compact", 2, 16, 2), ("compact", 3, 16, 1), ("compact", 4, 24, 3), ("rrdb", 4, 16, 1), ("rrdb", 4, 32, 2), ("span", 2, 16, 0),
        ("span", 3, 16, 0), ("span", 4, 24, 0)]
# Made by PyTorch.
THEIRS = [
    ("compact x2", lambda: Compact(num_feat=16, num_conv=3, upscale=2)),
    ("compact x4", lambda: Compact(num_feat=24, num_conv=2, upscale=4)),
    ("span x2", lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2)),
    ("span x4, no norm", lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=4, norm=False)),
    ("rrdb x4, old keys", lambda: ESRGAN(num_filters=16, num_blocks=1, scale=4)),
]


def enliven(state, generator):
    """New networks hardly use some of their tensors: their last layer is small and biases are 0."""
    for name, tensor in state.items():
        if name.endswith("bias"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * 0.2 - 0.1)
        elif tensor.dim() == 4:
            fan = tensor[0].numel()
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (0.7 / fan ** 0.5))


def run_theirs(path, picture):
    model = ModelLoader().load_from_state_dict(load_file(path)).model.eval()
    with torch.no_grad():
        result = model(torch.from_numpy(picture.transpose(2, 0, 1)[None].copy()))
    return result[0].numpy().transpose(1, 2, 0)


def run_ours(net_cli, path, picture, folder):
    source, result = folder / "in", folder / "out"
    source.write_bytes(picture.tobytes())
    done = subprocess.run([net_cli, str(path), str(WIDTH), str(HEIGHT), str(source), str(result)], capture_output=True, text=True,
                          timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    scale = int(done.stdout.split()[0])
    return numpy.frombuffer(result.read_bytes(), dtype="<f4").reshape(HEIGHT * scale, WIDTH * scale, 3)


def compare(net_cli, path, picture, folder):
    """What is wrong, or None; and the largest difference."""
    theirs, ours = run_theirs(path, picture), run_ours(net_cli, path, picture, folder)
    if theirs.shape != ours.shape:
        return f"sizes differ: {theirs.shape} there, {ours.shape} here", 0
    if not theirs.std() > 1e-3:
        return "the picture shows nothing", 0
    largest = float(abs(theirs - ours).max() / max(1, abs(theirs).max()))
    return (None if largest <= TOLERANCE else f"differs by {largest:.2g}"), largest


def main(net_cli, create_network):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    picture = numpy.random.default_rng(3).random((HEIGHT, WIDTH, 3), dtype=numpy.float32)
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = folder / "net.safetensors"
        jobs = [("written here: %s x%d, %d channels, %d blocks" % row, row) for row in OURS]
        jobs += [(f"written by PyTorch: {label}", make) for label, make in THEIRS]
        for label, job in jobs:
            try:
                if isinstance(job, tuple):
                    subprocess.run([create_network, *map(str, job), str(path)], check=True, timeout=60)
                    what, largest = compare(net_cli, path, picture, folder)
                else:
                    what, largest = None, 0
                if what is None:
                    state = load_file(path) if isinstance(job, tuple) else job().state_dict()
                    state = {key: tensor.clone().contiguous() for key, tensor in state.items()}
                    enliven(state, generator)
                    if "conv_1.eval_conv.weight" in state:
                        # The form for use follows from the one that is trained.
                        model = ModelLoader().load_from_state_dict(dict(state)).model.eval()
                        with torch.no_grad():
                            model(torch.from_numpy(picture.transpose(2, 0, 1)[None].copy()))
                        state = {key: tensor.clone().contiguous() for key, tensor in model.state_dict().items()}
                    save_file(state, path)
                    what, largest = compare(net_cli, path, picture, folder)
            except Exception as error:
                what, largest = f"{type(error).__name__}: {str(error)[:160].splitlines()[:1]}", 0
            print(f"{'ok' if what is None else 'FAILED'}: {label}: {what or f'{largest:.1e}'}")
            failures += what is not None
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
