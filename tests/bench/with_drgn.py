#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/with_drgn.py threads|stacks DUMP VMLINUX: what drgn takes for the same answers."""
import sys

import drgn


def main():
    what, dump, vmlinux = sys.argv[1:]
    program = drgn.Program()
    program.set_core_dump(dump)
    program.load_debug_info([vmlinux])
    for thread in program.threads():
        task = thread.object
        line = f"{thread.tid} {task.comm.string_().decode('utf-8', 'replace')}"
        print(line if what == "threads" else f"{line}\n{thread.stack_trace()}")


main()
