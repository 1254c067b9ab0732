# SPDX-License-Identifier: GPL-2.0-or-later
"""drgn_words.py DUMP VMLINUX WORDS: answers each line of the file WORDS, a command in crash's words, as drgn does.

Runs in a drgn that knows them (0.1 and newer). Before each answer it prints "=== NANOSECONDS", as Peer (peer.py) wants it.
"""
import sys
import time

import drgn
import drgn.cli
from drgn.commands._crash.common import CRASH_COMMAND_NAMESPACE


def cgroups(program):
    """Not a word of crash's: the paths of all control groups of version 2, by drgn's helpers."""
    from drgn.helpers.linux.cgroup import cgroup_path, css_for_each_descendant_pre
    for css in css_for_each_descendant_pre(program["cgrp_dfl_root"].cgrp.self.address_of_()):
        print(css.cgroup.value_(), cgroup_path(css.cgroup).decode())


def main():
    dump, vmlinux, words = sys.argv[1:]
    program = drgn.Program()
    program.set_core_dump(dump)
    program.load_debug_info([vmlinux])
    drgn.set_default_prog(program)
    names = drgn.cli.default_globals(program)
    with open(words, encoding="ascii") as file:
        lines = file.read().splitlines()
    for line in lines:
        print("===", time.time_ns(), flush=True)
        try:
            if line == "cgroups":
                cgroups(program)
            else:
                CRASH_COMMAND_NAMESPACE.run(program, line, globals=names)
        except Exception as error:  # pylint: disable=broad-except
            print("error:", error)
        sys.stdout.flush()
    print("===", time.time_ns(), flush=True)


main()
