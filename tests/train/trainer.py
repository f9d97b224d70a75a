#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""trainer.py ACUITY_TRAIN ACUITY: small runs on made pictures: that they learn, that a run killed at any moment goes on to the same bytes, that the number
of threads does not matter, that the model is one that acuity opens, that PyTorch's files can be begun with, and that mistakes in run files are told."""
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

TRAIN, ACUITY = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
LIMIT = 240
RUN = """[run]
steps={steps}
batch=4
side=12
seed=7
threads={threads}
[network]
architecture={architecture}
scale={scale}
channels=16
blocks=2
[data]
train=pictures
held_out=judges
[degradation]
preset=cubic
[loss]
charbonnier=1
[optimiser]
rate={rate}
warm_up=20
average=0.9
[validation]
every=100
checkpoint_seconds=0
"""


def picture(path, seed, side=104):
    """Discs and stripes, which have edges to be learnt."""
    rand = random.Random(seed)
    discs = [(rand.uniform(0, side), rand.uniform(0, side), rand.uniform(3, 16), [rand.randrange(256) for _ in range(3)]) for _ in range(28)]
    rows = bytearray()
    for y in range(side):
        for x in range(side):
            colour = [200, 190, 180] if (x + 2 * y) // 5 % 2 else [60, 70, 80]
            for cx, cy, r, c in discs:
                if (x - cx) ** 2 + (y - cy) ** 2 < r * r:
                    colour = c
            rows += bytes(colour)
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (side, side) + rows)


def start(name, folder, *more, env=None):
    return subprocess.Popen([TRAIN, name, "-o", folder, *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=None if env is None else {**os.environ, **env})


def run(name, folder, *more, fails=False, env=None):
    process = start(name, folder, *more, env=env)
    output = process.communicate(timeout=LIMIT)[0]
    if (process.returncode != 0) != fails:
        sys.exit(f"FAILED: acuity-train {name} ended with {process.returncode}:\n{output}")
    return output


def write_run(name, **values):
    with open(name, "w", encoding="utf-8") as file:
        file.write(RUN.format(**{"steps": 300, "threads": 2, "architecture": "compact", "scale": 2, "rate": 0.004, **values}))


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def log_of(folder):
    with open(os.path.join(folder, "log.csv"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(",") for line in file]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def model(folder):
    return contents(os.path.join(folder, "model.safetensors"))


def check(what, ok):
    print(("ok: " if ok else "FAILED: ") + what, flush=True)
    if not ok:
        sys.exit(1)


def test_learns():
    write_run("a.run")
    output = run("a.run", "a")
    rows = log_of("a")
    check(f"the loss falls from {rows[0]['loss']} to {rows[-1]['loss']}", float(rows[-1]["loss"]) < 0.8 * float(rows[0]["loss"]))
    gain = float(rows[-1]["psnr_y"]) - float(output.split("Bicubic: PSNR ")[1].split()[0])
    check(f"the result is better than bicubic's ({gain:+.2f} dB)", gain > 0.3)
    check("every hundred steps are judged", [r["step"] for r in rows if r["psnr_y"]] == ["100", "200", "300"])
    subprocess.run([TRAIN, "report", "a.run"], check=True, timeout=LIMIT, stdout=subprocess.DEVNULL)
    check("curves and a sheet are drawn", all(contents(f"a/{n}.png").startswith(b"\x89PNG") for n in ("curves", "sheet")))
    picture_in, picture_out = "judges/0.ppm", "large.png"
    subprocess.run([ACUITY, picture_in, "-o", picture_out, "--scale", "2", "--model", "a/model.safetensors"], check=True, timeout=LIMIT)
    check("acuity enlarges with the model", os.path.getsize(picture_out) > 100)


def test_recolour():
    """Other colours are learnt from when the run says so, and only then."""
    write_run("r.run", steps=60)
    with open("r.run", encoding="utf-8") as file:
        text = file.read()
    for share in ("0", "1"):
        with open(f"r{share}.run", "w", encoding="utf-8") as file:
            file.write(text.replace("train=pictures", f"train=pictures\nrecolour={share}"))
        run(f"r{share}.run", f"r{share}")
    run("r.run", "r")
    check("without other colours nothing changes", same_tensors("r", "r0"))
    check("with them, another model is learnt", not same_tensors("r", "r1"))


def test_pictures():
    """Damaged pictures are left out, and said to be; lines of a log that are none go."""
    os.mkdir("some")
    for i in range(3):
        shutil.copy(f"pictures/{i}.ppm", f"some/{i}.ppm")
    subprocess.run([ACUITY, "pictures/4.ppm", "-o", "some/whole.png", "--scale", "2", "--model", "cubic"], check=True, timeout=LIMIT)
    with open("some/cut.png", "wb") as file:
        file.write(contents("some/whole.png")[:-3000])
    write_run("p.run", steps=100)
    with open("p.run", encoding="utf-8") as file:
        text = file.read().replace("train=pictures", "train=some")
    with open("p.run", "w", encoding="utf-8") as file:
        file.write(text)
    output = run("p.run", "p")
    check("a picture that is cut short is left out", "cut.png is left out" in output and "4 pictures to learn from" in output)
    with open("p/log.csv", "a", encoding="utf-8") as file:
        file.write("x\n50,again\n60,1\n" + ",".join(["100"] * 9) + "\n")
    run("p.run", "p")
    check("lines of the log that are no rows go", [row["step"] for row in log_of("p")] == ["50", "100"])
    shutil.copy("pictures/5.ppm", "some/0.ppm")
    check("a run does not go on with other pictures", "pictures" in run("p.run", "p", fails=True))


def test_threads():
    write_run("b.run", threads=1)
    run("b.run", "b")
    check("one thread makes the same model as two", model("a").split(b"}", 2)[2:] == model("b").split(b"}", 2)[2:] or same_tensors("a", "b"))


def same_tensors(a, b):
    """Without the metadata, which names the run."""
    def data(folder):
        raw = model(folder)
        return raw[8 + int.from_bytes(raw[:8], "little"):]
    return data(a) == data(b)


def step_of(folder):
    """The step of the newest checkpoint, or -1."""
    try:
        raw = contents(os.path.join(folder, "checkpoint.safetensors"))
        return int(json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])["__metadata__"]["step"])
    except (OSError, ValueError, KeyError):
        return -1


def test_killed():
    """Killed a random moment after each checkpoint that it gets to."""
    write_run("whole.run", steps=900)
    run("whole.run", "whole")
    write_run("c.run", steps=900)
    rand = random.Random(time.time_ns())
    kills, before = 0, -1
    for _ in range(40):
        process = start("c.run", "c")
        deadline = time.time() + LIMIT
        while process.poll() is None and step_of("c") <= before and time.time() < deadline:
            time.sleep(0.002)
        time.sleep(rand.uniform(0, 0.04))
        if process.poll() is None:
            kills += 1
            process.send_signal(signal.SIGKILL if rand.random() < 0.8 else signal.SIGTERM)
        process.communicate(timeout=LIMIT)
        before = step_of("c")
        if process.returncode == 0:
            break
    run("c.run", "c")
    check(f"killed {kills} times, the model is the same", kills >= 2 and same_tensors("whole", "c"))
    left = [{k: v for k, v in row.items() if k not in ("seconds", "pictures_per_second")} for row in log_of("whole")]
    again = [{k: v for k, v in row.items() if k not in ("seconds", "pictures_per_second")} for row in log_of("c")]
    check("and so is what was judged", [r["psnr_y"] for r in left if r["psnr_y"]] == [r["psnr_y"] for r in again if r["psnr_y"]])
    strange = [f for f in os.listdir("c") if f not in ("checkpoint-before.safetensors", "checkpoint.safetensors", "log.csv", "model.safetensors")]
    check(f"no file is left that was being written: {strange}", not strange)


def test_damaged():
    """The newest checkpoint is cut short: the one before it serves."""
    write_run("d.run")
    process = start("d.run", "d")
    deadline = time.time() + LIMIT
    while not os.path.exists("d/checkpoint.safetensors") and time.time() < deadline and process.poll() is None:
        time.sleep(0.02)
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        output = run("d.run", "d", fails=True)
        check("a second training in the same folder is refused", "Another training" in output)
        process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LIMIT)
    if not os.path.exists("d/checkpoint.safetensors"):
        sys.exit("FAILED: no checkpoint")
    shutil.copy("d/checkpoint.safetensors", "d/checkpoint-before.safetensors")
    with open("d/checkpoint.safetensors", "r+b") as file:
        file.truncate(1000)
    run("d.run", "d")
    check("after a damaged checkpoint the older one serves", same_tensors("a", "d"))
    with open("d/checkpoint.safetensors", "r+b") as file:
        file.truncate(1000)
    os.unlink("d/checkpoint-before.safetensors")
    check("with nothing but damage it says so", "damaged" in run("d.run", "d", fails=True))
    write_run("d.run", steps=200)
    run("d.run", "d", "--restart")
    write_run("d.run", steps=200, threads=1)
    with open("d.run", "a", encoding="utf-8") as file:
        file.write("[card]\ndescription=other words\n")
    run("d.run", "d")
    print("ok: threads and words may change", flush=True)
    write_run("d.run", steps=100)
    check("what decides the result may not", "changed since" in run("d.run", "d", fails=True))
    write_run("d.run", steps=200)
    with open("d.run", encoding="utf-8") as file:
        text = file.read()
    with open("d.run", "w", encoding="utf-8") as file:
        file.write(text.replace("charbonnier=1", "charbonnier=1\nl1=1").replace("steps=200", "steps=100000").replace("every=100", "every=100000")
                   .replace("checkpoint_seconds=0", "checkpoint_seconds=1000"))
    process = start("d.run", "d", "--restart")
    deadline = time.time() + LIMIT
    while not (os.path.exists("d/log.csv") and len(log_of("d")) > 1 and "l1" in log_of("d")[0]) and time.time() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=LIMIT)
    check("a restart begins another log, and leaves no checkpoint of the run before", process.returncode == -signal.SIGKILL
          and "l1" in log_of("d")[0] and not any("checkpoint" in f for f in os.listdir("d")))


def test_processes():
    """Two processes with two crops each take the steps of one with four."""
    if not shutil.which("mpirun") or "mpi" not in subprocess.run(["ldd", TRAIN], capture_output=True, text=True, timeout=LIMIT).stdout:
        print("SKIPPED: several processes: there is no MPI", flush=True)
        return
    write_run("e.run", steps=30)
    write_run("f.run", steps=30, threads=1)
    with open("f.run", encoding="utf-8") as file:
        text = file.read()
    with open("f.run", "w", encoding="utf-8") as file:
        file.write(text.replace("batch=4", "batch=2"))
    run("e.run", "e")
    command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", TRAIN, "f.run", "-o", "f"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        sys.exit("FAILED: mpirun: " + done.stdout + done.stderr)
    one, two = numbers("e"), numbers("f")
    largest = max(abs(a) for a in one)
    off = max(abs(a - b) for a, b in zip(one, two))
    check(f"two processes make the same model as one with twice the batch, to {off:.1e} of {largest:.2f}", off < 1e-3 * largest)


def numbers(folder):
    raw = model(folder)
    data = raw[8 + int.from_bytes(raw[:8], "little"):]
    return struct.unpack(f"<{len(data) // 4}f", data)


def test_architectures():
    for architecture, scale in (("srcnn", 2), ("fsrcnn", 3), ("espcn", 2), ("srresnet", 2), ("rrdb", 4), ("span", 2)):
        name = f"{architecture}.run"
        write_run(name, architecture=architecture, scale=scale, steps=60, rate=0.001)
        run(name, architecture)
        rows = log_of(architecture)
        check(f"{architecture} is trained: loss {rows[-1]['loss']}", float(rows[-1]["loss"]) < 0.3)
        subprocess.run([ACUITY, "judges/0.ppm", "-o", f"{architecture}.png", "--scale", str(scale), "--model",
                        f"{architecture}/model.safetensors"], check=True, timeout=LIMIT)


def pickled(number):
    return b"J" + struct.pack("<i", number)


def write_pth(path, source):
    """The tensors of a .safetensors file as PyTorch writes them, which need not be here: every name and number by its own instruction."""
    raw = contents(source)
    header_bytes = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + header_bytes])
    data = raw[8 + header_bytes:]
    text = lambda t: b"X" + struct.pack("<I", len(t)) + t.encode()
    pickle = b"\x80\x02}" + text("params_ema") + b"}("
    with zipfile.ZipFile(path, "w") as archive:
        for name, tensor in header.items():
            if name == "__metadata__":
                continue
            begin, end = tensor["data_offsets"]
            shape, strides = tensor["shape"], [1]
            for side in shape[:0:-1]:
                strides.insert(0, strides[0] * side)
            pickle += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + b"ctorch\nFloatStorage\n" + text(name) + text("cpu")
            pickle += pickled((end - begin) // 4) + b"tQK\x00(" + b"".join(map(pickled, shape)) + b"t(" + b"".join(map(pickled, strides)) + b"t\x89}tR"
            archive.writestr(f"model/data/{name}", data[begin:end])
        archive.writestr("model/data.pkl", pickle + b"us.")


def test_pytorch():
    """A model in PyTorch's format enlarges alike, and a run can begin with it."""
    write_pth("m.pt", "a/model.safetensors")
    for model, out in (("m.pt", "from-pt.ppm"), ("a/model.safetensors", "from-safetensors.ppm")):
        subprocess.run([ACUITY, "judges/0.ppm", "-o", out, "--scale", "2", "--model", model], check=True, timeout=LIMIT)
    check("a .pt file makes the same picture", contents("from-pt.ppm") == contents("from-safetensors.ppm"))
    write_run("g.run", steps=100)
    with open("g.run", encoding="utf-8") as file:
        text = file.read()
    with open("g.run", "w", encoding="utf-8") as file:
        file.write(text.replace("[data]", "start=m.pt\n[data]"))
    run("g.run", "g")
    begun, fresh = log_of("g"), log_of("a")
    check(f"a run begins with a .pt file: loss {begun[0]['loss']} instead of {fresh[0]['loss']}", float(begun[0]["loss"]) < 0.8 * float(fresh[0]["loss"]))


def test_guides():
    """A discriminator, a teacher and a comparison of features: each run learns, and what is killed goes on to the same."""
    base = RUN.format(steps=100, threads=2, architecture="compact", scale=2, rate=0.004)
    extra = {
        "photo": "[degradation]\npreset=photo\nsecond-quality=60..90\nstrength=0.5\n",
        "gan": "[discriminator]\narchitecture=unet-discriminator\nchannels=4\nloss=relativistic\nweight=0.005\n",
        "vgg": "[discriminator]\narchitecture=vgg-discriminator\nchannels=4\nblocks=2\nloss=least-squares\nweight=0.005\n",
        "teacher": "[teacher]\nmodel=a/model.safetensors\nweight=0.5\n",
        "features": "[features]\nmodel=a/model.safetensors\nlayer=body.2\nweight=0.05\n",
    }
    for name, text in extra.items():
        with open(f"{name}.run", "w", encoding="utf-8") as file:
            file.write(base + text)
        run(f"{name}.run", name)
        rows = log_of(name)
        column = {"gan": "discriminator", "vgg": "discriminator", "photo": "loss"}.get(name, name)
        check(f"{name}: loss {rows[0]['charbonnier']} becomes {rows[-1]['charbonnier']}, {column} {rows[0][column]} {rows[-1][column]}",
              float(rows[-1]["charbonnier"]) < float(rows[0]["charbonnier"]) and float(rows[-1][column]) < float(rows[0][column]))
    process = start("gan.run", "gan2")
    while step_of("gan2") < 0 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=LIMIT)
    run("gan.run", "gan2", env={"ACUITY_CPU": "auto"})
    check("a killed run with a discriminator goes on to the same model", same_tensors("gan", "gan2"))


def metadata(folder):
    raw = model(folder)
    return json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])["__metadata__"]


def write_diffusion_run(name, *changes, **values):
    text = RUN.format(**{"steps": 200, "threads": 2, "architecture": "diffusion", "scale": 2, "rate": 0.002, **values})
    text += "[diffusion]\nfirst=weak/model.safetensors\nkappa=1.5\n"
    text = text.replace("average=0.9\n", "average=0.9\nclip=0.02\n")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def test_diffusion():
    """What is missing in a network's estimate is learnt as a diffusion: with everything in one file, the same whatever happens on the way."""
    write_run("weak.run", steps=20, rate=0.0001)
    run("weak.run", "weak")
    write_diffusion_run("diffusion.run")
    output = run("diffusion.run", "diffusion")
    rows, card = log_of("diffusion"), metadata("diffusion")
    check(f"the loss falls from {rows[0]['loss']} to {rows[-1]['loss']}", float(rows[-1]["loss"]) < 0.9 * float(rows[0]["loss"]))
    spread = float(card["spread"])
    check(f"what is missing was measured: {spread}", 0.02 < spread < 0.2 and f"deviation of {spread:.5f}" in output)
    check("kappa, likeness, scale and licence are in the file", card["kappa"] == "1.5" and 0.3 < float(card["likeness"]) <= 0.999 and card["scale"] == "2" and "licence" in card)
    subprocess.run([ACUITY, "judges/0.ppm", "-o", "diffusion.ppm", "--scale", "2", "--model", "diffusion/model.safetensors"], check=True, timeout=LIMIT)
    write_diffusion_run("diffusion1.run", threads=1)
    process = start("diffusion1.run", "diffusion1")
    while step_of("diffusion1") < 0 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=LIMIT)
    run("diffusion1.run", "diffusion1")
    check("killed, and with one thread, it makes the same model", process.returncode == -signal.SIGKILL and same_tensors("diffusion", "diffusion1"))
    write_diffusion_run("known.run", ("kappa=1.5", f"kappa=1.5\nspread={spread}\nlikeness={card['likeness']}"))
    run("known.run", "known")
    check("a spread that is known makes the same model", same_tensors("diffusion", "known") and float(metadata("known")["spread"]) == spread)
    shutil.copy("a/model.safetensors", "a2.safetensors")
    write_diffusion_run("other.run", ("first=weak/model.safetensors", "first=a2.safetensors"))
    run("other.run", "other")
    shutil.copy("g/model.safetensors", "a2.safetensors")
    check("a run does not go on with another first network", "changed since" in run("other.run", "other", fails=True))
    # Two times twice as large; what has been learnt serves as a beginning.
    write_diffusion_run("twice.run", ("first=", "before=a/model.safetensors\nfirst="), ("channels=16", "channels=16\nstart=diffusion/model.safetensors"),
                        scale=4, steps=40)
    run("twice.run", "twice")
    check("a network before the first one doubles the scale", metadata("twice")["scale"] == "4")
    subprocess.run([ACUITY, "judges/0.ppm", "-o", "twice.ppm", "--scale", "4", "--model", "twice/model.safetensors"], check=True, timeout=LIMIT)
    check("pictures are 2 and 4 times as large", [contents(f).split(b"\n", 2)[1].split()[0] for f in ("diffusion.ppm", "twice.ppm")] == [b"208", b"416"])


def test_diffusion_mistakes():
    for changes, values, word in (((("first=weak/model.safetensors\n", ""),), {}, "need each other"), ((), {"architecture": "compact"}, "need each other"),
                                  ((("kappa=1.5", "kappa=0"),), {}, "kappa"), ((("kappa=1.5", "kappa=nan"),), {}, "kappa"), ((("kappa=1.5", "spread=-1"),), {}, "spread"),
                                  ((("first=weak/", "first=none/"),), {}, "none/"), ((("first=weak/", "first=srcnn/"),), {}, "no compact network"),
                                  ((("kappa=1.5", "before=srcnn/model.safetensors"),), {}, "no compact network"), ((), {"scale": 4}, "enlarge 2 times"),
                                  ((("kappa=1.5", "before=a/model.safetensors"),), {}, "enlarge 4 times")):
        write_diffusion_run("bad.run", *changes, **values)
        output = run("bad.run", "bad", fails=True)
        check(f"a mistake is told: {output.strip().splitlines()[-1]}", word in output and "acuity-train: " in output)


def png(path, width, height, rows, channels):
    """rows: bytes; gray or RGB of 8 bits."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    line = width * channels
    raw = b"".join(b"\0" + rows[y * line:(y + 1) * line] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


SIDE, BLOCK = 192, 88


def share_of_crops(first):
    """How much of a crop, 24 of 96 pixels with 6 around, a block from `first` on covers along one side, on average."""
    overlaps = [max(0, min(x + 30, (first + BLOCK) / 2) - max(x + 6, first / 2)) for x in range(61)]
    return sum(overlaps) / len(overlaps) / 24


def page(folder, name, seed, masked=True):
    """A coloured ground, with a block of fine stripes for text, and its mask; twice as large as what is learnt from. Returns the mask's mean in crops."""
    rand = random.Random(seed)
    light, slope = rand.randrange(150, 200), rand.uniform(-0.2, 0.2)
    left, top = rand.randrange(8, 96), rand.randrange(8, 96)
    rows, mask = bytearray(), bytearray()
    for y in range(SIDE):
        for x in range(SIDE):
            inside = masked and left <= x < left + BLOCK and top <= y < top + BLOCK
            value = 20 if inside and (x // 4) % 2 else int(light + slope * (x - y) / 2)
            rows += bytes((value, value, max(value - 15, 0)))
            mask.append(255 if inside else 0)
    png(f"{folder}/{name}.png", SIDE, SIDE, bytes(rows), 3)
    if masked:
        png(f"{folder}/masks/{name}.mask.png", SIDE, SIDE, bytes(mask), 1)
    return share_of_crops(left) * share_of_crops(top) if masked else 0


MASK_RUN = RUN.replace("side=12", "side=24").replace("train=pictures", "train=pages;bare\nshrink=2\ntruth=mask").replace("held_out=judges", "held_out=proofs") \
    .replace("preset=cubic", "preset=screen").replace("charbonnier=1", "mse=1").replace("channels=16", "channels=8")


def write_mask_run(name, *changes, **values):
    text = MASK_RUN.format(**{"steps": 250, "threads": 2, "architecture": "text-mask", "scale": 1, "rate": 0.004, **values})
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def test_masks():
    """Where stripes are is learnt; what has no mask has no stripes; masks that do not fit are told."""
    for folder in ("pages/masks", "proofs/masks", "bare"):
        os.makedirs(folder)
    shares = [page("pages", f"p{i}", 200 + i) for i in range(6)]
    shares += [page("bare", f"b{i}", 300 + i, masked=False) for i in range(2)]
    for i in range(2):
        page("proofs", f"q{i}", 400 + i)
    page("pages", "wide", 500)
    page("pages", "colour", 501)
    page("pages", "broken", 502)
    png("pages/masks/wide.mask.png", 190, 192, bytes(190 * 192), 1)
    png("pages/masks/colour.mask.png", 192, 192, bytes(192 * 192 * 3), 3)
    with open("pages/masks/broken.mask.png", "wb") as file:
        file.write(contents("pages/masks/p0.mask.png")[:90])
    write_mask_run("masks.run")
    output = run("masks.run", "masks")
    check("masks that do not fit are told, and only those", "8 pictures to learn from, 2 held out" in output and output.count("left out") == 3
          and all(f"{name}.png is left out" in output for name in ("wide", "colour", "broken")))
    rows = log_of("masks")
    mean = sum(shares) / len(shares)
    check(f"the loss falls to {rows[-1]['loss']}, well below the best constant answer's {mean * (1 - mean):.3f}",
          float(rows[-1]["loss"]) < 0.3 * mean * (1 - mean))
    check(f"masks of other pages are found: PSNR {rows[-1]['psnr_y']}", float(rows[-1]["psnr_y"]) > 16)
    check("no bicubic picture is beside them", "PSNR" in output and "icubic" not in output)
    subprocess.run([TRAIN, "report", "masks.run"], check=True, timeout=LIMIT, stdout=subprocess.DEVNULL)
    check("a sheet is drawn", contents("masks/sheet.png").startswith(b"\x89PNG"))
    last = three_masks("masks")
    check("the three channels stay alike", last[0] == last[1] == last[2])
    done = subprocess.run([ACUITY, "proofs/q0.png", "-o", "q.png", "--model", "masks/model.safetensors"], capture_output=True, text=True, timeout=LIMIT)
    check("acuity says that it does not enlarge: " + done.stderr.strip(), done.returncode != 0 and "does not enlarge" in done.stderr and not os.path.exists("q.png"))
    # Another mask is another run.
    shutil.copy("pages/masks/p1.mask.png", "pages/masks/p0.mask.png")
    check("a run does not go on with other masks", "pictures" in run("masks.run", "masks", fails=True))


def three_masks(folder):
    """The weights of the last convolution, one bytes object a channel."""
    raw = model(folder)
    size = int.from_bytes(raw[:8], "little")
    first, after = json.loads(raw[8:8 + size])["mask.weight"]["data_offsets"]
    data, part = raw[8 + size + first:8 + size + after], (after - first) // 3
    return [data[i * part:(i + 1) * part] for i in range(3)]


def test_bare():
    """Without a mask nothing is to be found: with such pictures alone, nothing is."""
    write_mask_run("bare.run", ("pages;bare", "bare"), steps=60)
    run("bare.run", "nothing")
    rows = log_of("nothing")
    # A black answer to pages of which a fifth is white; a white one would be at 2 dB.
    check(f"nothing is found: loss {rows[-1]['loss']}, PSNR of other pages {rows[-1]['psnr_y']}",
          float(rows[-1]["loss"]) < 0.001 and 7.5 < float(rows[-1]["psnr_y"]) < 8.5)


def test_mask_mistakes():
    for changes, values, word in (((), {"scale": 2}, "scale must be 1"), ((), {"architecture": "compact"}, "need each other"),
                                  ((("truth=mask", "truth=picture"),), {}, "need each other"), ((("truth=mask", "truth=x"),), {}, "picture, mask"),
                                  ((("truth=mask\n", "\n"),), {"architecture": "compact"}, "scale=1"), ((("side=24", "side=26"),), {}, "multiple of 4")):
        write_mask_run("bad.run", *changes, **values)
        output = run("bad.run", "bad", fails=True)
        check(f"a mistake is told: {output.strip().splitlines()[-1]}", word in output)


def test_mistakes():
    good = RUN.format(steps=10, threads=1, architecture="compact", scale=2, rate=0.004)
    for text, word in ((good.replace("batch=4", "batch=0"), "batch"), (good.replace("batch=4", "bach=4"), "bach"),
                       (good.replace("train=pictures", "train=pictures\nrecolour=1.5"), "from 0 to 1"),
                       (good.replace("charbonnier=1", "nothing=1"), "nothing"), (good.replace("charbonnier=1", ""), "loss"),
                       (good.replace("architecture=compact", "architecture=x"), "compact"), (good.replace("train=pictures", "train=none"), "none"),
                       (good.replace("side=12", "side=500"), "pictures"), (good.replace("held_out=judges", "held_out=pictures"), "held out"), (good.replace("rate=0.004", "rate=x"), "rate"),
                       (good.replace("charbonnier=1", "charbonnier=0"), "above 0"), (good.replace("architecture=compact", "architecture=unet-discriminator"), "judges"),
                       (good.replace("[loss]", "[discriminator]\narchitecture=compact\n[loss]"), "vgg-discriminator"),
                       (good.replace("[network]", "precision=half\n[network]"), "one of fast, exact."),
                       (good.replace("[loss]", "[degradation]\npreset=none\n[loss]"), "clean"),
                       (good.replace("[loss]", "[degradation]\nnone=1\n[loss]"), "none"), ("nonsense", "")):
        with open("bad.run", "w", encoding="utf-8") as file:
            file.write(text)
        output = run("bad.run", "bad", fails=True)
        check(f"a mistake is told: {output.strip().splitlines()[-1]}", word in output and "acuity-train: " in output)
    check("the keys are listed", "[optimiser]" in subprocess.run([TRAIN, "--keys"], check=True, capture_output=True, text=True, timeout=LIMIT).stdout)


def main():
    with tempfile.TemporaryDirectory(prefix="acuity-trainer-") as folder:
        os.chdir(folder)
        os.mkdir("pictures")
        os.mkdir("judges")
        for i in range(6):
            picture(f"pictures/{i}.ppm", i)
        for i in range(2):
            picture(f"judges/{i}.ppm", 100 + i)
        for test in (test_learns, test_recolour, test_pictures, test_threads, test_killed, test_damaged, test_processes, test_architectures, test_pytorch,
                     test_guides, test_diffusion, test_diffusion_mistakes, test_masks, test_bare, test_mask_mistakes, test_mistakes):
            test()


main()
