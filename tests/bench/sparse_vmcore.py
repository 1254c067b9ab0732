#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/sparse_vmcore.py VMCORE GIB OUT: an ELF vmcore with so many GiB more of memory, in a hole.

The memory stands behind all that VMCORE has, at a physical address that no struct page is of. VMCORE is
copied with the holes that it has or could have.
"""
import os
import struct
import subprocess
import sys

EHDR_SIZE = 64
PHOFF, PHENTSIZE, PHNUM = 32, 54, 56  # of struct Elf64_Ehdr
PT_LOAD = 1
PAGE = 4096
PHYSICAL = 1 << 38
DIRECT_MAP = 0xFFFF888000000000


def main():
    source, gib, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    length = gib << 30
    subprocess.run(["cp", "--sparse=always", "--", source, target], check=True)
    with open(target, "r+b") as vmcore:
        header = bytearray(vmcore.read(EHDR_SIZE))
        if header[:4] != b"\x7fELF":
            sys.exit(f"{source} is no ELF vmcore")
        (offset,) = struct.unpack_from("<Q", header, PHOFF)
        size, count = struct.unpack_from("<HH", header, PHENTSIZE)
        vmcore.seek(offset)
        segments = vmcore.read(size * count)
        # The program headers move to the end, where there is room for one more.
        table = -(-os.path.getsize(target) // PAGE) * PAGE
        data = table + -(-(len(segments) + size) // PAGE) * PAGE
        added = struct.pack("<IIQQQQQQ", PT_LOAD, 7, data, DIRECT_MAP + PHYSICAL, PHYSICAL, length, length, PAGE)
        vmcore.seek(table)
        vmcore.write(segments + added)
        struct.pack_into("<Q", header, PHOFF, table)
        struct.pack_into("<H", header, PHNUM, count + 1)
        vmcore.seek(0)
        vmcore.write(header)
        vmcore.truncate(data + length)


main()
