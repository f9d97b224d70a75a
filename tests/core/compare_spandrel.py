# SPDX-License-Identifier: LGPL-3.0-or-later
"""Networks in files make the same picture here as in PyTorch: .safetensors files written here are opened by the spandrel package, and
.safetensors and .pth files that PyTorch writes are opened here.

    compare_spandrel.py NET_CLI CREATE_NETWORK

Needs torch, numpy, safetensors and spandrel; says so and skips (77) without them."""
import collections
import os
import pathlib
import re
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


class Residual(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(channels, channels, 3, 1, 1)
        self.conv2 = torch.nn.Conv2d(channels, channels, 3, 1, 1)

    def forward(self, x):
        return x + self.conv2(torch.relu(self.conv1(x)))


class MSRResNet(torch.nn.Module):
    """As BasicSR has it, which spandrel does not know."""
    def __init__(self, channels, blocks, scale):
        super().__init__()
        self.scale = scale
        self.conv_first = torch.nn.Conv2d(3, channels, 3, 1, 1)
        self.body = torch.nn.Sequential(*(Residual(channels) for _ in range(blocks)))
        factor = 2 if scale == 4 else scale
        self.upconv1 = torch.nn.Conv2d(channels, channels * factor ** 2, 3, 1, 1)
        if scale == 4:
            self.upconv2 = torch.nn.Conv2d(channels, channels * 4, 3, 1, 1)
        self.shuffle = torch.nn.PixelShuffle(factor)
        self.conv_hr = torch.nn.Conv2d(channels, channels, 3, 1, 1)
        self.conv_last = torch.nn.Conv2d(channels, 3, 3, 1, 1)

    def forward(self, x):
        leaky = lambda v: torch.nn.functional.leaky_relu(v, 0.1)
        out = leaky(self.shuffle(self.upconv1(self.body(leaky(self.conv_first(x))))))
        if self.scale == 4:
            out = leaky(self.shuffle(self.upconv2(out)))
        out = self.conv_last(leaky(self.conv_hr(out)))
        return out + torch.nn.functional.interpolate(x, scale_factor=self.scale, mode="bilinear", align_corners=False)


def names_of(names):
    """Gives ESRGAN's tensors, which spandrel names by place, the names of other programs."""
    def rename(state):
        result = collections.OrderedDict()
        for key, tensor in state.items():
            for pattern, name in names:
                key, n = re.subn(pattern, name, key)
                if n:
                    break
            else:
                raise ValueError(key)
            result[key] = tensor
        return result
    return rename


REAL_ESRGAN = names_of([(r"^model\.0\.", "conv_first."), (r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.", r"body.\1.rdb\2.conv\3."),
                        (r"^model\.1\.sub\.\d+\.", "conv_body."), (r"^model\.3\.", "conv_up1."), (r"^model\.6\.", "conv_up2."),
                        (r"^model\.8\.", "conv_hr."), (r"^model\.10\.", "conv_last.")])
BSRGAN_X2 = names_of([(r"^model\.0\.", "conv_first."), (r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.", r"RRDB_trunk.\1.RDB\2.conv\3."),
                      (r"^model\.1\.sub\.\d+\.", "trunk_conv."), (r"^model\.3\.", "upconv1."), (r"^model\.5\.", "HRconv."),
                      (r"^model\.7\.", "conv_last.")])
# Made by PyTorch: how, whether spandrel knows it, what its tensors are called, what else the file says.
Theirs = collections.namedtuple("Theirs", "label make known rename metadata", defaults=[True, lambda state: state, None])
THEIRS = [
    Theirs("compact x2", lambda: Compact(num_feat=16, num_conv=3, upscale=2)),
    Theirs("compact x4", lambda: Compact(num_feat=24, num_conv=2, upscale=4)),
    Theirs("compact x2, ReLU", lambda: Compact(num_feat=16, num_conv=2, upscale=2, act_type="relu"), False),
    Theirs("compact x3, leaky ReLU", lambda: Compact(num_feat=16, num_conv=2, upscale=3, act_type="leakyrelu"), False,
           metadata={"activation": "leakyrelu"}),
    Theirs("span x2", lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2)),
    Theirs("span x4, no norm", lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=4, norm=False)),
    Theirs("rrdb x4, old keys", lambda: ESRGAN(num_filters=16, num_blocks=1, scale=4)),
    Theirs("rrdb x1, old keys", lambda: ESRGAN(num_filters=16, num_blocks=1, scale=1)),
    Theirs("rrdb x8, old keys", lambda: ESRGAN(num_filters=16, num_blocks=1, scale=8)),
    Theirs("rrdb x2, BSRGAN's keys", lambda: ESRGAN(num_filters=16, num_blocks=1, scale=2), rename=BSRGAN_X2),
    Theirs("rrdb x2plus", lambda: ESRGAN(in_nc=12, num_filters=16, num_blocks=2, scale=4, shuffle_factor=2), rename=REAL_ESRGAN),
    Theirs("rrdb x1plus", lambda: ESRGAN(in_nc=48, num_filters=16, num_blocks=1, scale=4, shuffle_factor=4), rename=REAL_ESRGAN),
    Theirs("msrresnet x2", lambda: MSRResNet(16, 2, 2), False),
    Theirs("msrresnet x3", lambda: MSRResNet(16, 1, 3), False),
    Theirs("msrresnet x4", lambda: MSRResNet(12, 2, 4), False),
]


def other(state):
    """What must not be taken in place of the weights."""
    return collections.OrderedDict((key, torch.full_like(tensor, 9)) for key, tensor in state.items())


def channels_last(state):
    return {key: tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor for key, tensor in state.items()}


def one_storage(state):
    """All tensors in one storage, with offsets."""
    whole = torch.cat([tensor.reshape(-1) for tensor in state.values()])
    result, at = collections.OrderedDict(), 0
    for key, tensor in state.items():
        result[key] = whole[at:at + tensor.numel()].view(tensor.shape)
        at += tensor.numel()
    return result


def prefixed(state, prefix="module."):
    return collections.OrderedDict((prefix + key, tensor) for key, tensor in state.items())


# How a state_dict() lies in a .pth file, and of which type its numbers are.
PTH = {
    "alone": (lambda state: state, torch.float32),
    "params and params_ema": (lambda state: {"params": other(state), "params_ema": state}, torch.float32),
    "params": (lambda state: {"params": state, "step": 7, "note": "text", "rate": 0.5, "list": [1, None, True], "large": 1 << 40}, torch.float32),
    "module.": (prefixed, torch.float32),
    "half": (lambda state: {"params_ema": state}, torch.float16),
    "bfloat16": (lambda state: state, torch.bfloat16),
    "double": (lambda state: state, torch.float64),
    "nested, module.": (lambda state: {"epoch": 3, "model": {"state_dict": prefixed(state)}}, torch.float32),
    "parameters": (lambda state: {key: torch.nn.Parameter(tensor) for key, tensor in state.items()}, torch.float32),
    "channels last": (channels_last, torch.float32),
    "channels last, half": (channels_last, torch.float16),
    "one storage": (one_storage, torch.float32),
    "counters": (lambda state: {**state, "bn.num_batches_tracked": torch.tensor(5)}, torch.float32),
}


def enliven(state, generator):
    """New networks hardly use some of their tensors: their last layer is small and biases are 0."""
    for name, tensor in state.items():
        if name.endswith("bias"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * 0.2 - 0.1)
        elif tensor.dim() == 4:
            fan = tensor[0].numel()
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (0.7 / fan ** 0.5))


def run_model(model, picture):
    with torch.no_grad():
        result = model.eval()(torch.from_numpy(picture.transpose(2, 0, 1)[None].copy()))
    return result[0].numpy().transpose(1, 2, 0)


def run_spandrel(state, picture):
    return run_model(ModelLoader().load_from_state_dict(dict(state)).model, picture)


def run_ours(net_cli, path, picture, folder, *more):
    source, result = folder / "in", folder / "out"
    source.write_bytes(picture.tobytes())
    done = subprocess.run([net_cli, str(path), str(picture.shape[1]), str(picture.shape[0]), str(source), str(result), *more], capture_output=True,
                          text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    scale = int(done.stdout.split()[0])
    return numpy.frombuffer(result.read_bytes(), dtype="<f4").reshape(picture.shape[0] * scale, picture.shape[1] * scale, 3)


def compare(theirs, ours):
    """The largest difference; ValueError when it is too large."""
    if theirs.shape != ours.shape:
        raise ValueError(f"sizes differ: {theirs.shape} there, {ours.shape} here")
    if not theirs.std() > 1e-3:
        raise ValueError("the picture shows nothing")
    largest = float(abs(theirs - ours).max() / max(1, abs(theirs).max()))
    if not largest <= TOLERANCE:
        raise ValueError(f"differs by {largest:.2g}")
    return largest


def enlivened(state, generator, picture):
    """A copy in which every tensor matters, contiguous."""
    state = collections.OrderedDict((key, tensor.clone().contiguous()) for key, tensor in state.items())
    enliven(state, generator)
    if "conv_1.eval_conv.weight" in state:
        # The form for use follows from the one that is trained.
        model = ModelLoader().load_from_state_dict(dict(state)).model
        run_model(model, picture)
        state = collections.OrderedDict((key, tensor.clone().contiguous()) for key, tensor in model.state_dict().items())
    return state


def written_here(row, tools, picture, generator):
    path = tools.folder / "net.safetensors"
    subprocess.run([tools.create_network, *map(str, row), str(path)], check=True, timeout=60)
    compare(run_spandrel(load_file(path), picture), run_ours(tools.net_cli, path, picture, tools.folder))
    state = enlivened(load_file(path), generator, picture)
    save_file(state, path)
    return compare(run_spandrel(load_file(path), picture), run_ours(tools.net_cli, path, picture, tools.folder))


def reference(job, state, picture):
    if job.known:
        return run_spandrel(job.rename(state), picture)
    model = job.make()
    model.load_state_dict(state)
    return run_model(model, picture)


def written_by_torch(job, tools, picture, generator):
    """One .safetensors file, and unless metadata is wanted, .pth files of all kinds."""
    path = tools.folder / "net.safetensors"
    state = enlivened(job.make().state_dict(), generator, picture)
    save_file(dict(job.rename(state)), path, metadata=job.metadata)
    ours = run_ours(tools.net_cli, path, picture, tools.folder)
    largest = compare(reference(job, state, picture), ours)
    if not numpy.array_equal(ours, run_ours(tools.net_cli, path, picture, tools.folder, "2", "1")):
        raise ValueError("single rows and two threads make another picture")
    path = tools.folder / "net.pth"
    for kind, (put, dtype) in PTH.items() if not job.metadata else ():
        rounded = collections.OrderedDict((key, tensor.to(dtype).float()) for key, tensor in state.items())
        torch.save(put({key: tensor.to(dtype) for key, tensor in job.rename(state).items()}), path)
        try:
            largest = max(largest, compare(reference(job, rounded, picture), run_ours(tools.net_cli, path, picture, tools.folder)))
        except (ValueError, RuntimeError) as error:
            raise ValueError(f".pth, {kind}: {error}") from error
    return largest


def refused(put, words, tools):
    """A .pth file that is not opened, and why."""
    path = tools.folder / "net.pth"
    put(path)
    try:
        run_ours(tools.net_cli, path, numpy.zeros((2, 2, 3), dtype=numpy.float32), tools.folder)
    except RuntimeError as error:
        if words in str(error) and str(error).count("\n") == 0:
            return 0
        raise ValueError(f"refused with other words: {error}") from error
    raise ValueError("it is opened")


REFUSED = [
    ("before 1.6", lambda path: torch.save({"a": torch.zeros(2)}, path, _use_new_zipfile_serialization=False), "PyTorch before 1.6"),
    ("a whole module", lambda path: torch.save(torch.nn.Conv2d(3, 3, 3), path), "“torch.nn.modules.conv.Conv2d”"),
    ("numbers of NumPy", lambda path: torch.save({"a": numpy.float32(1)}, path), "numpy"),
    ("something to run", lambda path: torch.save({"a": print}, path), "print”"),
    ("TorchScript", lambda path: torch.jit.script(torch.nn.Conv2d(3, 3, 3)).save(str(path)), "“__torch__."),
    ("no tensors", lambda path: torch.save({"a": 1}, path), "no tensors by name"),
    ("one tensor without a name", lambda path: torch.save(torch.zeros(2), path), "no tensors by name"),
    ("ESRGAN+", lambda path: torch.save(ESRGAN(num_filters=8, num_blocks=1, scale=4, plus=True).state_dict(), path), "conv1x1"),
    ("an unknown network", lambda path: torch.save({"a": torch.zeros(2)}, path), "tensors are not those of an architecture"),
    ("whole numbers alone", lambda path: torch.save({"a": torch.zeros(2, dtype=torch.int64)}, path), "no tensors by name"),
    ("five dimensions", lambda path: torch.save({"a": torch.zeros(1, 1, 1, 1, 1)}, path), "at most 4 dimensions"),
    ("many numbers of few", lambda path: torch.save({"a": torch.zeros(1).expand(1000, 1000)}, path), "more numbers than are in it"),
]


def main(net_cli, create_network):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    picture = numpy.random.default_rng(3).random((HEIGHT, WIDTH, 3), dtype=numpy.float32)
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        tools = collections.namedtuple("Tools", "net_cli create_network folder")(net_cli, create_network, pathlib.Path(name))
        jobs = [("written here: %s x%d, %d channels, %d blocks" % row, lambda row=row: written_here(row, tools, picture, generator)) for row in OURS]
        jobs += [(f"written by PyTorch: {job.label}", lambda job=job: written_by_torch(job, tools, picture, generator)) for job in THEIRS]
        jobs += [(f"refused: {label}", lambda put=put, words=words: refused(put, words, tools)) for label, put, words in REFUSED]
        for label, job in jobs:
            try:
                print(f"ok: {label}: {job():.1e}")
            except Exception as error:
                print(f"FAILED: {label}: {type(error).__name__}: {str(error)[:300].splitlines()[:1]}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
