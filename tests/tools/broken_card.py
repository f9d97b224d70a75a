#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""A graphics card that fails: broken_card.py ACUITY BROKEN_VULKAN EVERY_CALL CREATE_NETWORK. Prints TAP. Each call of each function of Vulkan fails, alone and with
all later ones; the result is the processor's, to a last digit, or there is one clear sentence and no file. Skipped without lavapipe."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

acuity, broken, every_call, create_network = sys.argv[1:5]
drivers = sorted(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))
validation = os.path.exists("/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json")
LOST = "-4"
number = failures = 0


def tell(good, name, why=""):
    global number, failures
    number += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} {name}", flush=True)
    for line in str(why).splitlines()[-10:] if not good else []:
        print("# " + line)


def loader():
    text = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    found = re.search(r"libvulkan\.so\.1 .*=> (\S+)", text)
    return found and found.group(1)


def watched(folder, env):
    """By the validation layers, where they are."""
    if not validation:
        return env
    with open(os.path.join(folder, "vk_layer_settings.txt"), "w") as file:
        file.write("khronos_validation.debug_action = VK_DBG_LAYER_ACTION_LOG_MSG\n"
                   f"khronos_validation.log_filename = {folder}/messages\nkhronos_validation.report_flags = error,warn,perf,info\n")
    return {**env, "VK_INSTANCE_LAYERS": "VK_LAYER_KHRONOS_validation", "VK_LAYER_SETTINGS_PATH": folder}


def messages(folder):
    """None if the layers were not there."""
    path = os.path.join(folder, "messages")
    if not os.path.exists(path):
        return None
    text = open(path, errors="replace").read()
    return [line for line in text.splitlines() if re.search(r"Validation (Error|Warning|Performance)|\((ERROR|WARN|PERF)", line)]


class Job:
    def __init__(self, folder, path):
        self.folder, self.picture = folder, os.path.join(folder, "in.ppm")
        os.mkdir(os.path.join(folder, "lib"))
        shutil.copy(broken, os.path.join(folder, "lib", "libvulkan.so.1"))
        self.env = {**os.environ, "VK_ICD_FILENAMES": drivers[0], "VK_DRIVER_FILES": drivers[0], "XDG_RUNTIME_DIR": folder, "LC_ALL": "C.UTF-8",
                    "XDG_CACHE_HOME": os.path.join(folder, "cache"), "LD_LIBRARY_PATH": os.path.join(folder, "lib"),
                    "ACUITY_TEST_VULKAN": path}
        with open(self.picture, "wb") as file:
            file.write(b"P6\n12 10\n255\n" + bytes((7 * i * i + 13 * i) % 251 for i in range(12 * 10 * 3)))

    def run(self, name, fail=None, device="vulkan:llvmpipe", count=False, more=()):
        """Status, what was said for people, what for developers, the result's samples or None."""
        out = os.path.join(self.folder, name + ".ppm")
        env = dict(self.env)
        if fail:
            env["ACUITY_TEST_FAIL"] = fail
        if count:
            env["ACUITY_TEST_COUNT"] = "1"
        if os.path.exists(out):
            os.unlink(out)
        done = subprocess.run([acuity, self.picture, "-o", out, "--scale", "2", "--device", device, *more], env=env, capture_output=True, text=True, timeout=120)
        pixels = open(out, "rb").read().split(b"\n", 3)[-1] if os.path.exists(out) else None
        people = [line for line in done.stderr.splitlines() if line.startswith("acuity:")]
        return done.returncode, people, done.stderr + done.stdout, pixels


def same(a, b):
    return a is not None and b is not None and len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) <= 1


def main():
    path = loader()
    if not drivers or not path:
        print("1..0 # SKIP no lavapipe (Debian's package mesa-vulkan-drivers)")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        job = Job(folder, path)
        wanted = job.run("cpu", device="cpu")[3]
        job.run("first")                          # its test has been passed from here on
        status, people, text, pixels = job.run("card", count=True)
        tell(status == 0 and same(pixels, wanted) and "calls CreateDevice 1\n" in text, "a sound card", text)
        calls = {name: int(n) for name, n in re.findall(r"^calls (\w+) (\d+)$", text, re.M)}
        tell(len(calls) > 20 and calls["QueueSubmit"] > 0, "calls are counted", calls)
        letters = job.run("cpu", device="cpu", more=("--text", "everywhere"))[3]
        status, people, text, pixels = job.run("card", count=True, more=("--text", "everywhere"))
        tell(status == 0 and same(pixels, letters) and letters != wanted and not re.search(r"^calls QueueSubmit 0$", text, re.M),
             "the network for text, blended in on the card", text)
        for name in ("CreateInstance", "EnumeratePhysicalDevices", "EnumerateDeviceExtensionProperties",
                     "GetPhysicalDeviceCooperativeMatrixPropertiesKHR"):                  # once a process, the last one only where there are matrices
            status, people, text, pixels = job.run("failed", f"{name} 1 {LOST} on")
            tell(same(pixels, wanted) if status == 0 else pixels is None and len(people) == 1 and status == 1, f"{name} fails", f"{status} {text}")
        model = os.path.join(folder, "small.safetensors")
        subprocess.run([create_network, "compact", "2", "4", "1", model], check=True)
        done = subprocess.run([every_call, model], env=watched(folder, job.env), capture_output=True, text=True, timeout=400)
        said = messages(folder)
        silent = said == [] or (said is None and not validation)
        tell(done.returncode == 0 and silent, "every call of every function fails: " + (done.stdout.splitlines() or [""])[-1], done.stdout + done.stderr + str(said))
        n = calls["QueueSubmit"]
        status, people, text, pixels = job.run("once", f"QueueSubmit {n} {LOST}", count=True)
        tell(status == 0 and same(pixels, wanted) and "calls CreateDevice 2\n" in text and f"calls QueueSubmit {2 * n}\n" in text,
             "lost once: all of the picture on the card again", text)
        status, people, text, pixels = job.run("twice", f"QueueSubmit {n} {LOST} on", count=True)
        tell(status == 0 and same(pixels, wanted) and "calls CreateDevice 2\n" in text and f"calls QueueSubmit {n + 1}\n" in text,
             "lost twice: the processor", text)
        for how in ("nan", "black"):
            status, people, text, pixels = job.run(how, f"WaitForFences 1 {how} on", count=True)
            tell(status == 0 and same(pixels, wanted) and re.search("spoilt [1-9]", text), f"a result of {how} is never saved", text)
        status, people, text, pixels = job.run("hang", f"WaitForFences {calls['WaitForFences']} 2")
        tell(status == 0 and same(pixels, wanted), "one wait that takes too long is waited for again", text)
        for name in os.listdir(os.path.join(folder, "cache", "acuity", "vulkan")):
            with open(os.path.join(folder, "cache", "acuity", "vulkan", name), "r+b") as file:
                file.write(b"?")
        status, people, text, pixels = job.run("damaged")
        tell(status == 0 and same(pixels, wanted), "what was kept is damaged", text)
        kept = glob.glob(os.path.join(folder, "cache", "acuity", "vulkan", "*.test"))
        tell(len(kept) == 1 and open(kept[0]).read().startswith("sound"), "and made anew", kept)
        open(kept[0], "w").write("wrong\n")
        status, people, text, pixels = job.run("wrong")
        tell(status == 1 and pixels is None and len(people) == 1 and "calculate rightly" in text, "a card that failed its test is not used", text)
        ended = subprocess.Popen(["true"])
        ended.wait()
        open(kept[0], "w").write(f"begun {ended.pid} 3\n")
        status, people, text, pixels = job.run("ended")
        tell(status == 1 and pixels is None and len(people) == 1, "nor one whose test ended the process three times", text)
        open(kept[0], "w").write(f"begun {ended.pid} 1\n")
        status, people, text, pixels = job.run("cancelled")
        tell(status == 0 and same(pixels, wanted) and open(kept[0]).read().startswith("sound"), "one whose test was ended once is tested again", text)
        os.unlink(kept[0])
        job.env["ACUITY_TEST_DISGUISE"] = "1"
        status, people, text, pixels = job.run("disguised", device="vulkan")
        paces = re.fullmatch(r"sound (\d+) (\d+) 1( \d+){5}\n", open(kept[0]).read())
        tell(status == 0 and same(pixels, wanted) and paces and 0 < int(paces.group(1)) < int(paces.group(2)),
             "what says that it is a card is taken for one, and timed beside the processor", text)
        text = subprocess.run([acuity, "devices"], env=job.env, capture_output=True, text=True).stdout
        tell("slower than the processor" in text and "fast precision: 16-bit floats between layers" in text, "and is listed as slow, with what it uses", text)
        del job.env["ACUITY_TEST_DISGUISE"]
        os.unlink(kept[0])
        status, people, text, pixels = job.run("test", f"WaitForFences 1 black on")
        tell(status == 1 and pixels is None and open(kept[0]).read() == "wrong\n", "a card that calculates wrongly fails its test", text)
    print(f"1..{number}")
    return failures != 0


sys.exit(main())
