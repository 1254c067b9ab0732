#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lossy_dump.py plain DUMP OUT: the dump as makedumpfile -R restores it.
lossy_dump.py split PLAIN FOLDER START END: parts 1 to 3 of a plain dump as a split one, part 2 holding
the page frames [START, END).
lossy_dump.py spoil PLAIN OUT PFN...: the descriptors of these page frames get an impossible size, flags, or
offset in turn.
lossy_dump.py garble PLAIN OUT PFN...: the stored bytes of these page frames, of a length that none but compressed
pages have, are no longer what any method packs.

Numbers may be hexadecimal (0x)."""
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../hostile"))
from kdump_file import DESC, PAGE, KdumpFile, unflatten  # pylint: disable=wrong-import-position

SPLIT = struct.Struct("<iQQ")     # split, start_pfn, end_pfn
SPLIT_AT = PAGE + 12
SPLIT_64 = struct.Struct("<QQ")   # start_pfn_64, end_pfn_64
SPLIT_64_AT = PAGE + 80
MAX_MAPNR_AT = PAGE + 96


def descriptor(dump, data, pfn):
    return DESC.unpack_from(data, dump.descs + DESC.size * dump.slots[pfn])


def part(dump, data, start, end):
    """One part: the headers and bitmaps of the whole, the descriptors and pages of [start, end)."""
    head = bytearray(data[:dump.descs])
    SPLIT.pack_into(head, SPLIT_AT, 1, start, end)
    SPLIT_64.pack_into(head, SPLIT_64_AT, start, end)
    frames = [pfn for pfn in dump.frames if start <= pfn < end]
    first = dump.descs + DESC.size * len(frames)
    table, pages, placed = bytearray(), bytearray(), {}
    for pfn in frames:
        offset, size, flags, page_flags = descriptor(dump, data, pfn)
        if offset not in placed:
            placed[offset] = first + len(pages)
            pages += data[offset:offset + size]
        table += DESC.pack(placed[offset], size, flags, page_flags)
    return head + table + pages


def split(plain, folder, start, end):
    dump = KdumpFile(plain)
    with open(plain, "rb") as file:
        data = file.read()
    last = struct.unpack_from("<Q", data, MAX_MAPNR_AT)[0]
    for number, (low, high) in enumerate([(0, start), (start, end), (end, last)], 1):
        with open(f"{folder}/part{number}", "wb") as file:
            file.write(part(dump, data, low, high))


def spoil(plain, out, frames):
    shutil.copyfile(plain, out)
    dump = KdumpFile(out)
    for number, pfn in enumerate(frames):
        at = dump.descs + DESC.size * dump.slots[pfn]
        offset, size, flags, page_flags = DESC.unpack(dump.read(at, DESC.size))
        wrong = [(offset, 1 << 30, flags), (offset, size, 0x40), (PAGE, size, flags)][number % 3]
        dump.patch(at, DESC.pack(*wrong, page_flags))
    dump.flush()


def garble(plain, out, frames):
    shutil.copyfile(plain, out)
    dump = KdumpFile(out)
    for pfn in frames:
        offset, size, flags, _ = DESC.unpack(dump.read(dump.descs + DESC.size * dump.slots[pfn], DESC.size))
        if not flags:
            sys.exit(f"page frame {pfn:#x} is not compressed: it cannot be damaged so")
        dump.patch(offset, b"\xff" * size)
    dump.flush()


def main(action, *arguments):
    if action == "plain":
        unflatten(*arguments)
    elif action == "split":
        split(*arguments[:2], *(int(text, 0) for text in arguments[2:]))
    else:
        {"spoil": spoil, "garble": garble}[action](*arguments[:2], [int(text, 0) for text in arguments[2:]])


if __name__ == "__main__":
    main(*sys.argv[1:])
