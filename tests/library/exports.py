#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""libacuity.so offers exactly the functions of its headers, and no module that contains the library offers any of them:
exports.py INCLUDE_FOLDER libacuity.so MODULE.so..."""
import glob
import re
import shutil
import subprocess
import sys

if not shutil.which("nm"):
    print("skipped: nm is not installed")
    sys.exit(77)


def exported(path):
    lines = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout.splitlines()
    return {name.split("@")[0] for *_, kind, name in map(str.split, lines) if kind in "TDBRW" and name.startswith("acu_")}


declared = set()
for header in glob.glob(sys.argv[1] + "/acuity/*.h"):
    with open(header, encoding="utf-8") as f:
        declared |= set(re.findall(r"^[^*/\n]*?\**\b(acu_[a-z0-9_]+) \(", re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S), re.M))
ok = bool(declared)
for problem, names in (("declared, not exported", declared - exported(sys.argv[2])),
                       ("exported, not declared", exported(sys.argv[2]) - declared)):
    for name in sorted(names):
        ok = False
        print(f"{sys.argv[2]}: {problem}: {name}")
for module in sys.argv[3:]:
    for name in sorted(exported(module)):
        ok = False
        print(f"{module}: exported: {name}")
sys.exit(not ok)
