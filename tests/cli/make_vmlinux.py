#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make_vmlinux.py FBUNDLE DUMP BUILD_ID OUT: an ELF file as a vmlinux has its symbols and unwind tables (ORC),
out of the kallsyms and the memory of a dump of 6.1 whose VMCOREINFO names them; without code, types or lines."""
import re
import struct
import subprocess
import sys

PER_GROUP = 256          # names per marker; the count of names is 8 bytes before them
SYMBOL = struct.Struct("<IBBHQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
PROGBITS, SYMTAB, STRTAB, NOTE = 1, 2, 3, 7


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

    table, strings, addresses = bytearray(SYMBOL.size), bytearray(b"\0"), {}
    for name, address in symbols(read, at):
        kind, place = chr(name[0]), address - shift if address >> 63 else address
        info = (1 if kind.isupper() else 0) << 4 | (2 if kind in "tT" else 1)
        table += SYMBOL.pack(len(strings), info, 0, 1, place, 0)
        strings += name[1:] + b"\0"
        addresses[name[1:].decode()] = address
    identity = bytes.fromhex(build_id)
    # Name, type, address, contents, link, first global, alignment and size of an entry.
    sections = [(b"", NOTE, 0, struct.pack("<III4s", 4, len(identity), 3, b"GNU\0") + identity, 0, 0, 4, 0),
                (b"", SYMTAB, 0, bytes(table), 3, 1, 8, SYMBOL.size)]
    unwind = []
    for name in ("orc_unwind_ip", "orc_unwind"):
        start, stop = addresses[f"__start_{name}"], addresses[f"__stop_{name}"]
        unwind.append((f".{name}".encode(), PROGBITS, start - shift, read(start, stop - start), 0, 0, 8, 0))
    places = {}
    for section in unwind:
        places[section[0]] = len(strings)
        strings += section[0] + b"\0"
    sections += [(b"", STRTAB, 0, bytes(strings), 0, 0, 1, 0), *unwind]
    headers, contents, place = [(0,) * 10], [], 64
    for name, kind, address, data, link, info, align, entry in sections:
        headers.append((places.get(name, 0), kind, 0, address, place, len(data), link, info, align, entry))
        contents.append(data)
        place += len(data)
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0, 0, place, 0, 64, 0, 0,
                       SECTION.size, len(headers), 3)
    with open(out, "wb") as file:
        file.write(head + b"".join(contents) + b"".join(SECTION.pack(*header) for header in headers))


if __name__ == "__main__":
    main(*sys.argv[1:])
