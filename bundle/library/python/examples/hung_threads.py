#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hung_threads.py DUMP [CORE...]: each thread in D state, what it waits for, and its whole stack; then deadlocks."""
import sys

import fbundle


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with fbundle.open(sys.argv[1], cores=sys.argv[2:]) as bundle:
        waits = bundle.waits()
        hung = [task for task in bundle.tasks() if task.state == "D"]
        print(f"{len(hung)} threads in D state on {bundle.node or 'the host'}, Linux {bundle.release}")
        for stack in bundle.stacks(hung):
            task = stack.task
            print(f"\nPID {task.pid} TID {task.tid} {task.comm!r}")
            for wait in waits.of(task):
                known = f" for {wait.seconds:.0f} s" if wait.seconds is not None else ""
                print(f"  waits{known}: {wait.text!r}")
            for frame in stack:
                half = "user  " if frame.user else "kernel"
                print(f"  {half} {frame.pc:016x} {frame.name or '?'}{' (guess)' if frame.guess else ''}")
        for cycle in waits.cycles:
            print("\ndeadlock:", " -> ".join(str(tid) for tid in cycle + cycle[:1]))
        for warning in bundle.warnings:
            print(f"warning: {warning!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
