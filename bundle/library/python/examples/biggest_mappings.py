#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""biggest_mappings.py DUMP [COUNT]: the COUNT (3) biggest mappings of each process, and how much of it can be read."""
import sys

import fbundle


def readable(memory, mapping):
    """How many bytes of a mapping have a source."""
    return sum(run.length for run in memory.runs(mapping.start, mapping.size) if run.source != fbundle.Source.ABSENT)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with fbundle.open(sys.argv[1]) as bundle:
        print(f"{'PID':>7} {'KIB':>10} {'READABLE':>10}  NAME")
        for task in bundle.tasks():
            if task.tid != task.pid or task.idle or task.kernel_thread:
                continue
            try:
                process = task.process()
            except fbundle.Error as error:
                print(f"{task.pid:7} {task.comm!r}: {error}")
                continue
            with process:
                biggest = sorted(process.mappings(), key=lambda mapping: mapping.size, reverse=True)[:count]
                for mapping in biggest:
                    print(f"{task.pid:7} {mapping.size // 1024:10} {readable(process.memory, mapping) // 1024:10}"
                          f"  {task.comm!r} {mapping.name!r}")


if __name__ == "__main__":
    main()
