# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a screen reader meets in a window: everything that can have the focus, with its name, as the accessibility bus tells it.

reader.py TITLE SECONDS   a line each: role, name, and what describes it. Exit status 1: there is no such window."""
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def children(node):
    try:
        return [node.get_child_at_index(i) for i in range(node.get_child_count())]
    except gi.repository.GLib.Error:
        return []


def name_of(node):
    """That of its label, and its own."""
    names = [node.get_name()]
    for relation in node.get_relation_set():
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            names[:0] = [relation.get_target(i).get_name() for i in range(relation.get_n_targets())]
    return " ".join(name for name in names if name)


def window(title):
    for application in children(Atspi.get_desktop(0)):
        for frame in children(application) if application else []:
            if frame and frame.get_name() == title:
                return frame
    return None


def walk(node, tell):
    states = node.get_state_set()
    if not states.contains(Atspi.StateType.SHOWING):
        return
    # what a list holds is read one by one while it is open
    # GTK 2 gives the focus to a part of a list that it does not tell of
    if states.contains(Atspi.StateType.FOCUSABLE) or node.get_role() == Atspi.Role.COMBO_BOX:
        tell(node)
    if node.get_role() not in (Atspi.Role.COMBO_BOX, Atspi.Role.MENU):
        for child in children(node):
            if child:
                walk(child, tell)


def main():
    found, until = None, time.time() + float(sys.argv[2])
    while not found and time.time() < until:
        found = window(sys.argv[1])
        time.sleep(0.3)
    if not found:
        return 1
    walk(found, lambda node: print(f"{node.get_role_name()}\t{name_of(node)}\t{node.get_description()}"))
    return 0


sys.exit(main())
