#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/peers/compare_dump.py OURS THEIRS: which frames only one of two kdump-compressed dumps has."""
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


def tell(what, bits):
    print(f"{what}: {bits.bit_count()}")
    for index, (first, count) in enumerate(ranges(bits)):
        if index == SHOWN:
            print("    and more")
            break
        print(f"    {first:#x} +{count}")


def main():
    ours, theirs = dumped(sys.argv[1]), dumped(sys.argv[2])
    print(f"frames: {ours.bit_count()}, makedumpfile has {theirs.bit_count()}")
    tell("fbundle alone has", ours & ~theirs)
    tell("makedumpfile alone has", theirs & ~ours)


main()
