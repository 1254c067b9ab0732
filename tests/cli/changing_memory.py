#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""changing_memory.py ELF ADDRESS:SIZE...: exchanges the bytes at physical addresses of an ELF dump all the time, each with
the next one's, as objects move in and out of lists of a running kernel. Says "ready" after the first round, runs until it
is killed, and leaves the file in any state."""
import itertools
import struct
import sys

PHDR = struct.Struct("<IIQQQQQQ")
PT_LOAD = 1


def segments(file):
    file.seek(32)
    offset, = struct.unpack("<Q", file.read(8))
    file.seek(56)
    count, = struct.unpack("<H", file.read(2))
    file.seek(offset)
    for _ in range(count):
        kind, _, at, _, physical, size, _, _ = PHDR.unpack(file.read(PHDR.size))
        if kind == PT_LOAD and physical != (1 << 64) - 1:
            yield physical, size, at


def main():
    with open(sys.argv[1], "r+b", buffering=0) as file:
        found = list(segments(file))
        places = []
        for word in sys.argv[2:]:
            address, size = (int(part, 0) for part in word.split(":"))
            place = next(at + address - physical for physical, length, at in found if physical <= address < physical + length)
            places.append((place, size))
        contents = []
        for place, size in places:
            file.seek(place)
            contents.append(file.read(size))
        for turn in itertools.count(1):
            for index, (place, _) in enumerate(places):
                # Every other round all is as it was.
                file.seek(place)
                file.write(contents[(index + turn % 2) % len(places)])
            if turn == 1:
                print("ready", flush=True)


main()
