#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""compare_tasks.py DUMP DUMP: names of processes of which two dumps have other numbers, or other states."""
import collections
import sys

import fbundle


def states_by_name(path):
    """{name: Counter of states} of the processes of a dump."""
    found = collections.defaultdict(collections.Counter)
    with fbundle.open(path) as bundle:
        for task in bundle.tasks():
            if not task.idle and not task.kernel_thread:
                found[task.comm][task.state] += 1
    return found


def text(states):
    return " ".join(f"{state}:{count}" for state, count in sorted(states.items())) or "-"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    first, second = (states_by_name(path) for path in sys.argv[1:])
    print(f"{'NAME':<20} {'FIRST':<20} SECOND")
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            print(f"{name!r:<20} {text(first.get(name, {})):<20} {text(second.get(name, {}))}")


if __name__ == "__main__":
    main()
