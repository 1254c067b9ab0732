# SPDX-License-Identifier: GPL-2.0-or-later
"""Leaves page frames out of a plain kdump-compressed file, as a filter does that takes them for something else.

usage: misfilter.py DUMP OUT PFN...
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../hostile"))
from kdump_file import DESC, KdumpFile  # pylint: disable=wrong-import-position


def main():
    source, target = sys.argv[1:3]
    out = {int(number, 0) for number in sys.argv[3:]}
    dump = KdumpFile(source)
    with open(source, "rb") as file:
        data = bytearray(file.read())
    # The second half of the bitmaps, which end where the descriptors begin.
    bitmap = (dump.bitmaps + dump.descs) // 2
    places = [dump.descs + DESC.size * dump.slots[pfn] for pfn in dump.frames if pfn not in out]
    kept = [bytes(data[at:at + DESC.size]) for at in places]
    data[dump.descs:dump.descs + DESC.size * len(kept)] = b"".join(kept)
    for pfn in out & set(dump.slots):
        data[bitmap + pfn // 8] &= ~(1 << pfn % 8) & 0xff
    with open(target, "wb") as file:
        file.write(data)


main()
