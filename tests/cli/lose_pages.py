# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes pages of a kdump-compressed file zeros or noise, as a filter or a bad disk would.

usage: lose_pages.py zeros|noise DUMP OUT PHYSICAL LENGTH    (both hexadecimal)
"""
import random
import struct
import sys

BLOCK = 4096


def main():
    how, source, target = sys.argv[1:4]
    first, length = int(sys.argv[4], 16) // BLOCK, int(sys.argv[5], 16)
    with open(source, 'rb') as dump:
        data = bytearray(dump.read())
    # signature 8, version 4, utsname 6 * 65, padding 6, timestamp 16; then status, block_size,
    # sub_hdr_size, bitmap_blocks, each 4 bytes.
    sub_blocks, bitmap_blocks = struct.unpack_from('<ii', data, 8 + 4 + 390 + 6 + 16 + 8)
    bitmap = (1 + sub_blocks) * BLOCK + bitmap_blocks * BLOCK // 2  # the second half: what is dumped
    descs = (1 + sub_blocks + bitmap_blocks) * BLOCK
    end = len(data)
    noise = random.Random(1)
    lost = 0
    before = sum(bin(byte).count('1') for byte in data[bitmap:bitmap + first // 8])
    before += bin(data[bitmap + first // 8] & ((1 << first % 8) - 1)).count('1')
    for pfn in range(first, first + (length + BLOCK - 1) // BLOCK):
        if not data[bitmap + pfn // 8] >> (pfn % 8) & 1:
            continue
        page = bytes(BLOCK) if how == 'zeros' else noise.randbytes(BLOCK)
        data += page
        struct.pack_into('<qIIQ', data, descs + before * 24, len(data) - BLOCK, BLOCK, 0, 0)
        before += 1
        lost += 1
    if not lost:
        sys.exit('no page of that range is in the dump')
    with open(target, 'wb') as out:
        out.write(data)


main()
