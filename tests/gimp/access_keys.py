#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""access_keys.py SOURCE: no two things that the dialog shows at the same time have the same access key, in English and in every language of po/ whose labels
are all translated. Prints TAP."""
import os
import re
import sys

SOURCE = sys.argv[1]
number = failures = 0
# Of buttons that GIMP itself brings.
GIMPS = {2: ["_Help"], 3: ["_Help", "_Load Saved Settings", "_Save Settings", "_Reset"]}
MODES = {"factor": ["scale"], "pixels": ["width", "height"], "longest": ["longest"], "print": ["print-width", "print-height", "resolution"]}


def check(what, ok):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def labels_of_buttons():
    """What panel.c, presets_row.c and the windows around them name with a key."""
    found = []
    for name in ("panel.c", "presets_row.c"):
        text = read("plugins", "gimp", name)
        # the name of a preset is asked in a window of its own
        found += [label for label in re.findall(r'plugin_(?:button_new|row_new) \((?:panel->lines.labels\[\d\], |labels, )?_\("([^"]*_[^"]*)"\)', text) if label != "_Name"]
    return found


def catalogue(path):
    """Translations that count: those that are not fuzzy."""
    texts = {}
    for entry in re.split(r"\n\s*\n", read(*path)):
        pairs = re.findall(r'^(msgid|msgstr) ((?:"(?:[^"\\]|\\.)*"\s*)+)', entry, re.M)
        if "#, fuzzy" not in entry and len(pairs) >= 2:
            texts["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', pairs[0][1]))] = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', pairs[1][1]))
    return texts


def key(label):
    found = re.search(r"_(\w)", label)
    return found.group(1).lower() if found else None


def main():
    rows = re.findall(r'\{ "([\w-]+)", N_\("([^"]+)"\),.*?\.use = ([^}]*)\}', read("core", "options.c"), re.S)
    options = {name: label for name, label, use in rows if "EVERYWHERE" in use or "GIMP" in use}
    buttons = labels_of_buttons()
    check(f"{len(options)} options and {len(buttons)} buttons with keys are found", len(options) >= 19 and len(buttons) >= 3 and "model" in options)
    languages = {"en": None}
    for name in read("po", "LINGUAS").split("\n"):
        if name and not name.startswith("#"):
            languages[name] = catalogue(("po", name + ".po"))
    for language, texts in languages.items():
        own = [label for label in [*options.values(), *buttons, "_Upscale", "_Cancel", "_Reset"] if texts is not None and not texts.get(label)]
        if own:
            print(f"# {language}: not translated yet: {own}")
            continue
        for gimp, brought in GIMPS.items():
            for mode, sizes in MODES.items():
                shown = [label for name, label in options.items() if name in sizes or not any(name in s for s in MODES.values())] + buttons + ["_Upscale", "_Cancel"]
                shown += ["_Reset"] if gimp == 2 else []
                # GIMP's own texts are GIMP's to translate
                named = [texts[label] if texts else label for label in shown] + (brought if texts is None else [])
                keys = [key(label) for label in named if key(label)]
                twice = sorted({label for label in named if key(label) and keys.count(key(label)) > 1})
                check(f"{language}, GIMP {gimp}, size by {mode}: {len(keys)} keys, each once {twice or ''}", not twice)
    print(f"1..{number}")
    return 1 if failures else 0


sys.exit(main())
