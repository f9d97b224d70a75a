#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Graphics cards, on lavapipe, which is the processor in disguise: vulkan.py TEST_CORE_VULKAN TEST_CORE_LAYERS NET_CLI MODELS BROKEN_VULKAN. Prints TAP.
Every layer and every built-in network beside the processor; all of it is watched by the validation layers, which must not say a word. Layers and small
networks find new memory full of what is no number.
Skipped where there is no lavapipe; without the validation layers only watching is."""
import glob
import math
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

TOLERANCE = 1e-4
DECIBELS = 55
program, layers, net_cli, models, broken = sys.argv[1:6]
drivers = sorted(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))
validation = os.path.exists("/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json")
number = failures = 0


def tell(good, name, why=""):
    global number, failures
    number += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} {name}", flush=True)
    for line in why.splitlines()[-30:] if not good else []:
        print("# " + line)


def environment(folder, watch):
    env = {**os.environ, "VK_ICD_FILENAMES": drivers[0], "VK_DRIVER_FILES": drivers[0], "XDG_RUNTIME_DIR": folder,
           "XDG_CACHE_HOME": os.path.join(folder, "cache"), "ACUITY_TEST_DEVICE": "vulkan:llvmpipe"}
    if watch:
        with open(os.path.join(folder, "vk_layer_settings.txt"), "w") as file:
            file.write("khronos_validation.debug_action = VK_DBG_LAYER_ACTION_LOG_MSG\n"
                       f"khronos_validation.log_filename = {folder}/messages\n"
                       "khronos_validation.report_flags = error,warn,perf,info\n"
                       "khronos_validation.validate_sync = true\n")
        # the first for older layers, the second for newer ones
        env.update(VK_INSTANCE_LAYERS="VK_LAYER_KHRONOS_validation", VK_LAYER_SETTINGS_PATH=folder,
                   VK_LAYER_ENABLES="VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT", VK_VALIDATION_VALIDATE_SYNC="1")
    return env


def messages(folder):
    """What the layers have complained of since the last time; None if they were not there."""
    path = os.path.join(folder, "messages")
    if not os.path.exists(path):
        return None
    text = open(path, errors="replace").read()
    os.unlink(path)
    return [line for line in text.splitlines() if re.search(r"Validation (Error|Warning|Performance)|\((ERROR|WARN|PERF)", line)]


def run(folder, env, name, command):
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=400)
    said = messages(folder)
    if "VK_INSTANCE_LAYERS" in env:
        tell(done.returncode == 0 and said == [], name, done.stdout + done.stderr + "\n" + ("\n".join(said) if said else "no messages" if said == []
             else "the validation layers were not there"))
    else:
        tell(done.returncode == 0, name, done.stdout + done.stderr)
    return done.stdout


def poisoned(folder, env):
    found = re.search(r"libvulkan\.so\.1 .*=> (\S+)", subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout)
    library = os.path.join(folder, "poison")
    os.mkdir(library)
    shutil.copy(broken, os.path.join(library, "libvulkan.so.1"))
    return {**env, "LD_LIBRARY_PATH": library, "ACUITY_TEST_VULKAN": found.group(1), "ACUITY_TEST_POISON": "1"}


def floats(path):
    data = open(path, "rb").read()
    return struct.unpack(f"{len(data) // 4}f", data)


def chosen_models():
    """All but those that only differ in their numbers; with ACUITY_TEST_KINDS in the environment, the smallest factor of each kind."""
    found = [model for model in sorted(glob.glob(os.path.join(models, "*.safetensors"))) if not re.search("-(clean|gan)", os.path.basename(model))]
    if "ACUITY_TEST_KINDS" not in os.environ:
        return found
    kinds = {}
    for model in found:
        kinds.setdefault(re.sub(r"-x\d+", "", os.path.basename(model)), model)
    return list(kinds.values())


def compare_models(folder, env):
    width, height = 43, 37
    picture, paths = os.path.join(folder, "picture"), [os.path.join(folder, str(i)) for i in range(5)]
    numbers = random.Random(1)
    with open(picture, "wb") as file:
        file.write(struct.pack(f"{width * height * 3}f", *(numbers.random() for _ in range(width * height * 3))))
    for model in chosen_models():
        name = os.path.basename(model).split(".")[0]
        size = [net_cli, model, str(width), str(height), picture]
        subprocess.run([*size, paths[0], "2", "0", "0", "exact", "cpu"], check=True, env=env, stdout=subprocess.DEVNULL)
        for path, precision, bands in zip(paths[1:], ("exact", "exact", "fast", "fast"), ("0", "5", "0", "5")):
            run(folder, env, f"{name} runs, {precision}, bands {bands}", [*size, path, "1", bands, "0", precision, "vulkan:llvmpipe"])
        wanted, exact, banded, fast, fast_banded = map(floats, paths)
        worst = max(abs(a - b) for a, b in zip(wanted, exact)) if len(wanted) == len(exact) else float("inf")
        tell(worst <= TOLERANCE, f"{name}, exact, is what the processor makes", f"apart by {worst}")
        decibels = -10 * math.log10(max(sum((a - b) ** 2 for a, b in zip(wanted, fast)) / len(wanted), 1e-20))
        tell(decibels >= DECIBELS and fast != exact, f"{name}, fast, is like it", f"{decibels} dB")
        tell(exact == banded and fast == fast_banded, f"{name} does not depend on bands")
        print(f"# {name}: exact is apart by {worst:.2g} at most, fast by {decibels:.1f} dB")


def no_card(folder, env):
    """Without any device, or without Vulkan at all, the processor does the work and cards are refused in a sentence."""
    model = sorted(glob.glob(os.path.join(models, "*.safetensors")))[0]
    library = os.path.join(folder, "none")
    os.mkdir(library)
    open(os.path.join(library, "libvulkan.so.1"), "w").close()
    command = [net_cli, model, "43", "37", os.path.join(folder, "picture"), "/dev/null", "1", "0", "0", "fast"]
    for what, change in (("device", {"VK_ICD_FILENAMES": "/nonexistent", "VK_DRIVER_FILES": "/nonexistent"}), ("Vulkan", {"LD_LIBRARY_PATH": library})):
        for device, wanted in (("auto", 0), ("cpu", 0), ("vulkan", 1), ("vulkan:llvmpipe", 1)):
            done = subprocess.run([*command, device], env={**env, **change}, capture_output=True, text=True, timeout=60)
            tell(done.returncode == wanted and (wanted == 0 or "graphics card" in done.stderr), f"without a {what}: {device}", done.stderr)


def main():
    if not drivers:
        print("1..0 # SKIP no lavapipe (Debian's package mesa-vulkan-drivers)")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder, validation)
        if validation:
            subprocess.run([program, "--tap"], env={**env, "ACUITY_TEST_HAZARD": "1"}, check=True, stdout=subprocess.DEVNULL)
            said = messages(folder)
            tell(any("HAZARD" in line for line in said or []), "the validation layers see a hazard", str(said))
        else:
            print("# the validation layers are not there (Debian's package vulkan-validationlayers)")
        poison = poisoned(folder, env)
        if validation:
            run(folder, {**poison, "ACUITY_TEST_BRIEF": "1"}, "nets of one size, watched", [program, "--tap"])
        run(folder, {key: value for key, value in poison.items() if key != "VK_INSTANCE_LAYERS"}, "nets", [program, "--tap"])
        run(folder, poison, "layers", [layers, "--tap"])
        compare_models(folder, env)
        no_card(folder, environment(folder, False))
    print(f"1..{number}")
    return failures != 0


sys.exit(main())
