#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""memory_image.py DUMP FORM OUT...: the memory of a dump, an ELF vmcore or a plain kdump-compressed one, as
a memory image.

lime       LiME, version 1, which is AVML's version 1 too
avml       AVML's version 2
raw        each byte at the offset that is its physical address, gaps as zeros
holes      the same, pages of zeros as holes of the file
vmware     a VMware checkpoint and its memory: OUT is the .vmss and the .vmem
qevm       a guest of less than 3 GiB as qemu saves it, a migration to a file
vbox       the ELF core of VirtualBox's `dumpvmcore`: no VMCOREINFO, no registers of Linux's kind
kcore      as /proc/kcore has the running kernel's: VMCOREINFO (of a kdump-compressed DUMP), notes of a process that is
           none, and memory that is mapped a second time, without a physical address"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../hostile"))
from kdump_file import KdumpFile  # pylint: disable=wrong-import-position

PAGE = 4096
PHDR = struct.Struct("<IIQQQQQQ")
PT_LOAD, PT_NOTE = 1, 4
LIME, AVML = 0x4C694D45, 0x4C4D5641
CHUNK = 1 << 16
GAP = 3 << 30


def frames(path):
    """(physical address, bytes) of each run of pages of a kdump-compressed dump."""
    dump = KdumpFile(path)
    start, run = None, bytearray()
    for pfn in dump.frames:
        if start is not None and start + len(run) != pfn * PAGE:
            yield start, bytes(run)
            start, run = None, bytearray()
        start = pfn * PAGE if start is None else start
        run += dump.read_page(pfn)
    yield start, bytes(run)


def ranges(vmcore):
    """(physical address, bytes) of each stretch of memory, in order, without overlaps."""
    with open(vmcore, "rb") as file:
        data = file.read()
    if data[:8] == b"KDUMP   ":
        yield from frames(vmcore)
        return
    offset, = struct.unpack_from("<Q", data, 32)
    count, = struct.unpack_from("<H", data, 56)
    found = {}
    for index in range(count):
        kind, _, at, _, physical, size, _, _ = PHDR.unpack_from(data, offset + index * PHDR.size)
        if kind == PT_LOAD and size and physical != (1 << 64) - 1:
            found[physical] = max(found.get(physical, b""), data[at:at + size], key=len)
    end = 0
    for physical in sorted(found):
        part = found[physical][max(end - physical, 0):]
        start = max(physical, end)
        if part:
            yield start, part
            end = start + len(part)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc_table():
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        yield value


CRC_TABLE = list(crc_table())


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def snappy(data):
    """A chunk of the raw format: a run of one byte as copies of it, anything else as literals."""
    out = bytearray(varint(len(data)))
    if data.count(data[:1]) == len(data) and len(data) > 4:
        out += b"\0" + data[:1]  # a literal of one byte
        left = len(data) - 1
        while left:
            part = min(left, 64)
            out += struct.pack("<BH", (part - 1) << 2 | 2, 1)
            left -= part
        return bytes(out)
    for at in range(0, len(data), CHUNK):
        part = data[at:at + CHUNK]
        out += struct.pack("<BH", 61 << 2, len(part) - 1) + part
    return bytes(out)


def framed(data):
    """snappy's framing format, as snap's FrameEncoder writes it."""
    out = bytearray(b"\xff\x06\0\0sNaPpY")
    checked = {}
    for at in range(0, len(data), CHUNK):
        part = data[at:at + CHUNK]
        packed = snappy(part)
        plain = len(packed) >= len(part) - len(part) // 8
        # The reader does not look at the sum, and this one takes long: of runs alone.
        if not plain and part not in checked:
            checked[part] = crc32c(part)
        body = struct.pack("<I", checked.get(part, 0)) + (part if plain else packed)
        out += bytes([1 if plain else 0]) + len(body).to_bytes(3, "little") + body
    return bytes(out)


def lime(vmcore, out):
    with open(out, "wb") as file:
        for start, data in ranges(vmcore):
            file.write(struct.pack("<IIQQQ", LIME, 1, start, start + len(data) - 1, 0) + data)


def avml(vmcore, out):
    with open(out, "wb") as file:
        for start, data in ranges(vmcore):
            data = data[:len(data) // PAGE * PAGE]
            if not data:
                continue
            packed = framed(data)
            file.write(struct.pack("<IIQQQ", AVML, 2, start, start + len(data) - 1, 0) + packed
                       + struct.pack("<Q", len(packed)))


def raw(vmcore, out, holes=False):
    end = 0
    with open(out, "wb") as file:
        for start, data in ranges(vmcore):
            for at in range(0, len(data), PAGE):
                page = data[at:at + PAGE]
                if not holes or page.count(0) != len(page):
                    file.seek(start + at)
                    file.write(page)
            end = start + len(data)
        file.truncate((end + PAGE - 1) // PAGE * PAGE)


def tag(name, indexes, value):
    """A value of VMware's checkpoints."""
    return struct.pack("<H", len(name) << 8 | len(indexes) << 6 | len(value)) + name \
        + b"".join(struct.pack("<I", index) for index in indexes) + value


def vmware(vmcore, state, memory):
    """Memory up to the gap below 4 GiB, and behind it, as VMware has it: two regions."""
    regions, sizes = b"", [0, 0]
    with open(memory, "wb") as file:
        parts = list(ranges(vmcore))
        low = max((start + len(data) for start, data in parts if start < GAP), default=0)
        low = (low + PAGE - 1) // PAGE * PAGE
        for start, data in parts:
            file.seek(start if start < GAP else low + start - (1 << 32))
            file.write(data)
            sizes[start >= GAP] = file.tell() - low * (start >= GAP)
    count = 2 if sizes[1] else 1
    for index, (at, first) in enumerate([(0, 0), (low // PAGE, 1 << 20)][:count]):
        size = (sizes[index] + PAGE - 1) // PAGE
        for name, value in ((b"regionPageNum", at), (b"regionPPN", first), (b"regionSize", size)):
            regions += tag(name, [index], struct.pack("<I", value))
    with open(memory, "ab") as file:
        file.truncate(low + (sizes[1] + PAGE - 1) // PAGE * PAGE)
    group = struct.pack("<H", 63 | 6 << 8) + b"screen" + struct.pack("<QQH", 5, 5, 3) + bytes(3) + b"block" \
        + tag(b"align_mask", [0], struct.pack("<I", 0xFFF)) \
        + tag(b"regionsCount", [], struct.pack("<I", count)) + regions + bytes(2)
    head = struct.pack("<III", 0xBED2BED2, 8, 2)
    groups = [(b"cpu", tag(b"cpu:numVCPUs", [], struct.pack("<I", 1)) + bytes(2)), (b"memory", group)]
    at = len(head) + 80 * len(groups)
    body = b""
    for name, data in groups:
        head += name.ljust(64, b"\0") + struct.pack("<QQ", at + len(body), len(data))
        body += data
    with open(state, "wb") as file:
        file.write(head + body)


def qevm(vmcore, out):
    parts = list(ranges(vmcore))
    size = (parts[-1][0] + len(parts[-1][1]) + PAGE - 1) // PAGE * PAGE
    begin, more, end, whole, follows = 1, 2, 0x10, 8, 0x20
    footer = struct.pack(">QBI", end, 0x7E, 2)
    with open(out, "wb") as file:
        file.write(b"QEVM" + struct.pack(">IBI", 3, 7, 10) + b"pc-q35-7.2"
                   + struct.pack(">BI", begin, 2) + b"\x03ram" + struct.pack(">IIQ", 0, 4, size | 4)
                   + b"\x06pc.ram" + struct.pack(">Q", size) + footer + struct.pack(">BI", more + 1, 2))
        block = b"\x06pc.ram"
        for start, data in parts:
            for at in range(0, len(data) // PAGE * PAGE, PAGE):
                page = data[at:at + PAGE]
                zeros = page.count(0) == PAGE
                flags = (2 if zeros else whole) | (0 if block else follows)
                file.write(struct.pack(">Q", start + at | flags) + block + (b"\0" if zeros else page))
                block = b""
        file.write(footer + b"\0")


def elf(out, notes, segments):
    """segments: (virtual address, physical address, bytes)."""
    at = 64 + PHDR.size * (len(segments) + 1)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, PHDR.size,
                                                             len(segments) + 1, 0, 0, 0)
    head += PHDR.pack(PT_NOTE, 0, at, 0, 0, len(notes), len(notes), 0)
    at += len(notes)
    for virtual, physical, data in segments:
        head += PHDR.pack(PT_LOAD, 7, at, virtual, physical, len(data), len(data), 0)
        at += len(data)
    with open(out, "wb") as file:
        file.write(head + notes)
        for _, _, data in segments:
            file.write(data)


def vbox(vmcore, out):
    about = struct.pack("<III", 7, 24, 0xB00) + b"VBCORE\0\0" + struct.pack("<IIIIII", 0xC01AC0DE, 0x10006, 24, 7, 0, 1)
    elf(out, about, [(start, start, data) for start, data in ranges(vmcore)])


def note(owner, kind, desc):
    padded = owner + bytes(1 + -(len(owner) + 1) % 4)
    return struct.pack("<III", len(owner) + 1, len(desc), kind) + padded + desc + bytes(-len(desc) % 4)


def kcore(dump, out):
    """fs/proc/kcore.c: read_kcore_iter(). The addresses of the direct map are not looked at."""
    file = KdumpFile(dump)
    notes = note(b"CORE", 1, bytes(336)) + note(b"CORE", 3, bytes(136)) + note(b"CORE", 4, bytes(64))
    notes += note(b"VMCOREINFO", 0, file.read(*file.vmcoreinfo))
    parts = list(ranges(dump))
    segments = [(0xffffffff81000000, (1 << 64) - 1, bytes(8 * PAGE))]
    segments += [(0xffff888000000000 + start, start, data) for start, data in parts]
    elf(out, notes, segments)


FORMS = {"lime": lime, "avml": avml, "raw": raw, "holes": lambda vmcore, out: raw(vmcore, out, True),
         "vmware": vmware, "qevm": qevm, "vbox": vbox, "kcore": kcore}

if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[2] not in FORMS:
        sys.exit(__doc__)
    FORMS[sys.argv[2]](sys.argv[1], *sys.argv[3:])
