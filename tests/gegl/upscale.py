#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""acuity:upscale from Python, and from the gegl command line. Skipped (77) without GEGL's introspection data."""
import locale
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import gi
    gi.require_version("Gegl", "0.4")
    from gi.repository import Gegl
except (ImportError, ValueError) as e:
    print(f"skipped: {e}")
    sys.exit(77)


def png(path, width, height):
    """A gray 8-bit PNG whose pixel is 3x + 5y."""
    rows = b"".join(b"\0" + bytes((3 * x + 5 * y) % 256 for x in range(width)) for y in range(height))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
                           (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
            f.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def size_of(path):
    with open(path, "rb") as f:
        return struct.unpack(">II", f.read(24)[16:24])


def check(what, ok):
    print(("ok - " if ok else "not ok - ") + what)
    return ok


with tempfile.TemporaryDirectory() as tmp:
    source, result = os.path.join(tmp, "in.png"), os.path.join(tmp, "out.png")
    png(source, 40, 30)
    Gegl.init(None)
    root = Gegl.Node()
    load = root.create_child("gegl:load")
    load.set_property("path", source)
    upscale = root.create_child("acuity:upscale")
    upscale.set_property("model", "lanczos3")
    upscale.set_property("scale", 2.5)
    save = root.create_child("gegl:png-save")
    save.set_property("path", result)
    load.connect_to("output", upscale, "input")
    upscale.connect_to("output", save, "input")
    box = upscale.get_bounding_box()
    # Translations themselves need a language of the system's, and there may be none.
    folder = locale.bindtextdomain("acuity", None)
    ok = check("the folder of translations beside the module is used",
               os.path.basename(os.path.dirname(folder)) == "plug-ins" and os.path.exists(folder + "/de/LC_MESSAGES/acuity.mo"))
    ok &= check("bounds from Python", (box.width, box.height) == (100, 75))
    save.process()
    ok &= check("size from Python", size_of(result) == (100, 75))
    if shutil.which("gegl"):
        os.remove(result)
        # Larger than the pieces that the command line asks for.
        run = subprocess.run(["gegl", source, "-o", result, "--", "acuity:upscale", "scale=16", "model=nearest", "gegl:crop",
                              "width=640", "height=480"], capture_output=True, text=True)
        ok &= check("gegl's exit status", run.returncode == 0)
        ok &= check("size from gegl", os.path.exists(result) and size_of(result) == (640, 480))
sys.stdout.flush()
# GEGL's exit handlers warn about buffers that Python still holds.
os._exit(0 if ok else 1)
