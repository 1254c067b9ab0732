#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/peers/compare_dump.py OURS THEIRS [KPAGEFLAGS]: which frames only one of two kdump-compressed dumps has.

KPAGEFLAGS, which samples/lab/run leaves in truth/, says what each of these frames was a moment before the panic.
"""
import struct
import sys

# struct disk_dump_header: signature, version, utsname, padding, timestamp, then these.
STATUS_AT = 8 + 4 + 6 * 65 + 6 + 16
SHOWN = 10  # ranges


def dumped(path):
    """The second bitmap as a number: bit n is frame n."""
    with open(path, "rb") as dump:
        header = dump.read(4096)
        if header[:8] != b"KDUMP   ":
            sys.exit(f"{path} is no kdump-compressed dump, or flattened")
        _, block, sub_blocks, bitmap_blocks = struct.unpack_from("<IiiI", header, STATUS_AT)
        half = bitmap_blocks * block // 2
        dump.seek((1 + sub_blocks) * block + half)
        return int.from_bytes(dump.read(half), "little")


def ranges(bits):
    """(first, count) of each run of ones."""
    first = 0
    while bits:
        zeros = (bits & -bits).bit_length() - 1
        bits >>= zeros
        first += zeros
        count = (~bits & (bits + 1)).bit_length() - 1
        yield first, count
        bits >>= count
        first += count


# Documentation/admin-guide/mm/pagemap.rst; the first that a page has says what it is.
CLASSES = [
    ("no page", 1 << 20), ("poisoned", 1 << 19), ("offline", 1 << 23), ("free", 1 << 10), ("slab", 1 << 7),
    ("page table", 1 << 26), ("huge page of hugetlbfs", 1 << 17), ("anonymous memory", 1 << 12), ("zero page", 1 << 24),
    ("page cache", 1 << 5 | 1 << 11), ("reserved", 1 << 32),
]


def class_of(flags):
    return next((name for name, bits in CLASSES if flags & bits), "of the kernel, or free in a list of a CPU")


def tell_classes(bits, kpageflags):
    counts = {}
    with open(kpageflags, encoding="ascii") as runs:
        for line in runs:
            first, count, flags = (int(word, 16) for word in line.split())
            there = (bits >> first & (1 << count) - 1).bit_count()
            if there:
                name = class_of(flags)
                counts[name] = counts.get(name, 0) + there
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"    {count} {name}")
    if sum(counts.values()) != bits.bit_count():
        print(f"    {bits.bit_count() - sum(counts.values())} behind all that it tells of")


def tell(what, bits, kpageflags):
    print(f"{what}: {bits.bit_count()}")
    if kpageflags and bits:
        tell_classes(bits, kpageflags)
    for index, (first, count) in enumerate(ranges(bits)):
        if index == SHOWN:
            print("    and more")
            break
        print(f"    {first:#x} +{count}")


def main():
    ours, theirs = dumped(sys.argv[1]), dumped(sys.argv[2])
    print(f"frames: {ours.bit_count()}, makedumpfile has {theirs.bit_count()}")
    kpageflags = sys.argv[3] if len(sys.argv) > 3 else None
    tell("fbundle alone has", ours & ~theirs, kpageflags)
    tell("makedumpfile alone has", theirs & ~ours, kpageflags)


main()
