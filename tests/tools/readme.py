#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""readme.py ACUITY ACUITY-TRAIN SOURCE: what the texts for people say that can be looked up: options, models, linked files and headings. Prints TAP."""
import json
import os
import re
import subprocess
import sys

from tap import ACUITY, check, finish

TRAIN, SOURCE = map(os.path.abspath, sys.argv[2:4])
TEXTS = ["README.md", "CONTRIBUTING.md", "models/README.md", "docs/README.md", "docs/SPEED.md"]
HELP = [[ACUITY], *([ACUITY, command] for command in ("models", "inspect", "degrade", "compare", "devices", "bench")), [ACUITY, "models", "install"],
        [TRAIN], *([TRAIN, command] for command in ("report", "export", "pages", "validate"))]


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def anchors(path):
    """As GitHub and GitLab name headings."""
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", read(path), re.M)}


def broken_links(text):
    broken = []
    for link in re.findall(r"\]\(([^)]+)\)", read(text)):
        path, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(text), path)) if path else text
        if not re.match(r"https?:", link) and (not os.path.exists(os.path.join(SOURCE, target)) or anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def main():
    options = {option for command in HELP for option in re.findall(r"--[a-z][a-z-]*", subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60).stdout)}
    used = set(re.findall(r"--[a-z][a-z-]+", read("README.md")))
    check(f"README.md has {len(used)} options, all in the programs' help: {sorted(used - options)}", len(used) > 30 and not used - options)
    for text in TEXTS:
        check(f"what {text} links to is there: {broken_links(text)}", not broken_links(text))
    models = {model["name"] for model in json.loads(subprocess.run([ACUITY, "models", "--json"], capture_output=True, text=True, timeout=60).stdout)}
    named = set(re.findall(r"(?:--model |model=|models install |inspect )([a-z][\w-]*)", read("README.md"))) - {"my-x4"}
    check(f"the models of its commands are there: {sorted(named)}", len(named) > 4 and named <= models)


main()
sys.exit(finish())
