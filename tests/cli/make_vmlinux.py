#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make_vmlinux.py FBUNDLE DUMP BUILD_ID OUT: an ELF file as a vmlinux has its symbols, out of the kallsyms of
a dump of 6.1 whose VMCOREINFO names them; without code, types or lines."""
import re
import struct
import subprocess
import sys

PER_GROUP = 256          # names per marker; the count of names is 8 bytes before them
SYMBOL = struct.Struct("<IBBHQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMTAB, STRTAB, NOTE = 2, 3, 7


def vmcoreinfo(dump):
    with open(dump, "rb") as file:
        text = file.read(1 << 20)
    pairs = re.findall(rb"^SYMBOL\((\w+)\)=([0-9a-f]+)$", text, re.M)
    shift = re.search(rb"^KERNELOFFSET=([0-9a-f]+)$", text, re.M)
    return {name.decode(): int(value, 16) for name, value in pairs}, int(shift.group(1), 16)


def symbols(read, at):
    """(name, address) of each symbol; scripts/kallsyms.c has the format."""
    count = struct.unpack("<I", read(at["kallsyms_num_syms"], 4))[0]
    text = read(at["kallsyms_token_table"], at["kallsyms_token_index"] - at["kallsyms_token_table"])
    index = struct.unpack("<256H", read(at["kallsyms_token_index"], 512))
    tokens = [text[start:text.index(b"\0", start)] for start in index]
    base = struct.unpack("<Q", read(at["kallsyms_relative_base"], 8))[0]
    offsets = struct.unpack(f"<{count}i", read(at["kallsyms_offsets"], 4 * count))
    names = read(at["kallsyms_names"], at["kallsyms_token_table"] - at["kallsyms_names"])
    place = 0
    for offset in offsets:
        length, place = names[place], place + 1
        if length & 0x80:
            length, place = (length & 0x7f) | names[place] << 7, place + 1
        name = b"".join(tokens[token] for token in names[place:place + length])
        place += length
        yield name, offset if offset >= 0 else base - 1 - offset


def main(fbundle, dump, build_id, out):
    at, shift = vmcoreinfo(dump)

    def read(address, length):
        return subprocess.run([fbundle, "rd", dump, f"{address:x}", str(length), "--raw"], check=True,
                              capture_output=True).stdout

    table, strings = bytearray(SYMBOL.size), bytearray(b"\0")
    for name, address in symbols(read, at):
        kind, place = chr(name[0]), address - shift if address >> 63 else address
        info = (1 if kind.isupper() else 0) << 4 | (2 if kind in "tT" else 1)
        table += SYMBOL.pack(len(strings), info, 0, 1, place, 0)
        strings += name[1:] + b"\0"
    identity = bytes.fromhex(build_id)
    note = struct.pack("<III4s", 4, len(identity), 3, b"GNU\0") + identity
    parts = [note, bytes(table), bytes(strings)]
    offsets = [64 + sum(len(part) for part in parts[:number]) for number in range(3)]
    sections = [(0,) * 10, (0, NOTE, 2, 0, offsets[0], len(note), 0, 0, 4, 0),
                (0, SYMTAB, 0, 0, offsets[1], len(table), 3, 1, 8, SYMBOL.size),
                (0, STRTAB, 0, 0, offsets[2], len(strings), 0, 0, 1, 0)]
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0, 0,
                       offsets[2] + len(strings), 0, 64, 0, 0, SECTION.size, len(sections), 3)
    with open(out, "wb") as file:
        file.write(head + b"".join(parts) + b"".join(SECTION.pack(*section) for section in sections))


if __name__ == "__main__":
    main(*sys.argv[1:])
