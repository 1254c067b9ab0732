#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes a bundle's manifest as somebody would who knows the format: checksums are right.

usage: manifest.py BUNDLE OUT FROM TO    replaces the first FROM of the manifest by TO
"""
import struct
import sys

PART = struct.Struct("<IIQQQQII")
TRAILER = struct.Struct("<8sIIQQQQQQ")


PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
          0x27D4EB2F165667C5)
MASK = (1 << 64) - 1


def rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def xxh64_round(lane, value):
    return rotate((lane + value * PRIMES[1]) & MASK, 31) * PRIMES[0] & MASK


def xxh64(data):
    """XXH64 with seed 0 (xxHash's specification), so that no module is needed."""
    at = len(data) // 32 * 32
    value = PRIMES[4]
    if at:
        lanes = [(PRIMES[0] + PRIMES[1]) & MASK, PRIMES[1], 0, -PRIMES[0] & MASK]
        for stripe in struct.iter_unpack("<4Q", data[:at]):
            lanes = [xxh64_round(*pair) for pair in zip(lanes, stripe)]
        value = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ xxh64_round(0, lane)) * PRIMES[0] + PRIMES[3]) & MASK
    value = (value + len(data)) & MASK
    while at + 8 <= len(data):
        value ^= xxh64_round(0, struct.unpack_from("<Q", data, at)[0])
        value = (rotate(value, 27) * PRIMES[0] + PRIMES[3]) & MASK
        at += 8
    if at + 4 <= len(data):
        value ^= struct.unpack_from("<I", data, at)[0] * PRIMES[0] & MASK
        value = (rotate(value, 23) * PRIMES[1] + PRIMES[2]) & MASK
        at += 4
    for byte in data[at:]:
        value = rotate(value ^ byte * PRIMES[4] & MASK, 11) * PRIMES[0] & MASK
    for shift, prime in ((33, PRIMES[1]), (29, PRIMES[2])):
        value = (value ^ value >> shift) * prime & MASK
    return value ^ value >> 32


def main():
    bundle, out, old, new = sys.argv[1:]
    with open(bundle, "rb") as file:
        data = file.read()
    magic, version, count, start, _, table_at, _, reserved, _ = TRAILER.unpack(data[-TRAILER.size:])
    parts = [list(PART.unpack_from(data, table_at + i * PART.size)) for i in range(count)]
    body = data[start:table_at]
    # Type 1, and the first part.
    kind, _, offset, size = parts[0][:4]
    if kind != 1 or offset != start:
        sys.exit("the manifest is not the first part")
    manifest = body[:size]
    changed = manifest.replace(old.encode(), new.encode(), 1)
    if changed == manifest:
        sys.exit(f"no {old!r} in the manifest")
    grown = len(changed) - size
    parts[0][3] = parts[0][4] = len(changed)
    parts[0][5] = xxh64(changed)
    for part in parts[1:]:
        part[2] += grown
    body = changed + body[size:]
    table = b"".join(PART.pack(*part) for part in parts)
    trailer = TRAILER.pack(magic, version, count, start, len(body) + len(table) + TRAILER.size,
                           start + len(body), xxh64(table), reserved, 0)[:-8]
    with open(out, "wb") as file:
        file.write(data[:start] + body + table + trailer)
        file.write(struct.pack("<Q", xxh64(trailer)))


if __name__ == "__main__":
    main()
