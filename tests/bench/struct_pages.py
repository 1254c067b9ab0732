#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/struct_pages.py FBUNDLE VMCORE GIB: gives the memory that sparse_vmcore.py added struct pages, as the
kernel of so large a host has.

All of them are one page of 64 struct pages, which the kernel's page tables then lead to everywhere: 63 of anonymous
memory and one of the kernel's own, so that a dump of level 31 has a 64th of the memory. The tables stand at its
beginning, and behind them so much data that the file can be as large as it claims (FB_MAX_HOLES).
"""
import json
import os
import struct
import subprocess
import sys

PAGE = 4096
PHDR = struct.Struct("<IIQQQQQQ")
PT_LOAD = 1
PHYSICAL = 1 << 38
STRUCT_PAGE = 64
TABLE = 0x67  # present, writable, user, accessed, dirty
LEAF = 1 << 63 | 0x163
RESERVED = 0x1000  # page->flags of a page of the kernel: any bit of no meaning to a filter


class Vmcore:
    def __init__(self, fbundle, path):
        self.fbundle, self.path = fbundle, path
        self.file = open(path, "r+b", buffering=0)
        self.file.seek(32)
        offset, = struct.unpack("<Q", self.file.read(8))
        self.file.seek(56)
        count, = struct.unpack("<H", self.file.read(2))
        self.file.seek(offset)
        headers = [PHDR.unpack(self.file.read(PHDR.size)) for _ in range(count)]
        self.segments = [(physical, size, at) for kind, _, at, _, physical, size, _, _ in headers
                         if kind == PT_LOAD and physical != (1 << 64) - 1]
        self.next_page = PHYSICAL

    def ask(self, *words):
        done = subprocess.run([self.fbundle, *words, "--json", "--quiet"], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            sys.exit(done.stderr)
        return json.loads(done.stdout)

    def write(self, physical, data):
        for start, size, at in self.segments:
            if start <= physical < start + size:
                self.file.seek(at + physical - start)
                self.file.write(data)
                return
        sys.exit(f"{physical:#x} is no memory")

    def page(self, data):
        """Puts a page into the added memory; its physical address."""
        at = self.next_page
        self.write(at, data)
        self.next_page += PAGE
        return at

    def bytes_at(self, address, length):
        return bytes.fromhex(self.ask("rd", self.path, str(address), str(length))["hex"])


def anonymous_page(vmcore):
    """The struct page of the top of some process's stack."""
    for task in vmcore.ask("ps", vmcore.path)["tasks"]:
        if task["kernel_thread"] or not task["pid"]:
            continue
        for mapping in vmcore.ask("vm", vmcore.path, str(task["pid"]))["vmas"]:
            if mapping.get("name") != "[stack]":
                continue
            page = vmcore.ask("vtop", vmcore.path, f"{task['pid']}:{int(mapping['end'], 16) - PAGE:#x}").get("page")
            if page and page["type"] == "anonymous":
                return vmcore.bytes_at(page["head"] or page["address"], STRUCT_PAGE)
    return sys.exit("no process has a stack")


def main():
    vmcore = Vmcore(sys.argv[1], sys.argv[2])
    gib = int(sys.argv[3])
    base, = struct.unpack("<Q", vmcore.bytes_at("vmemmap_base", 8))
    size = vmcore.ask("struct", vmcore.path, "page")["size"]
    if size != STRUCT_PAGE:
        sys.exit(f"struct page has {size} bytes")
    user = anonymous_page(vmcore)
    kernel = struct.pack("<Q", RESERVED) + bytes(40) + struct.pack("<iI", -1, 1) + bytes(8)
    leaf = vmcore.page(user * 63 + kernel)
    pages = vmcore.page(struct.pack("<Q", leaf | LEAF) * 512)
    tables = vmcore.page(struct.pack("<Q", pages | TABLE) * 512)
    start = base + (PHYSICAL >> 12) * STRUCT_PAGE
    for address in range(start, start + (gib << 30) // PAGE * STRUCT_PAGE, 1 << 30):
        while True:
            last = vmcore.ask("vtop", vmcore.path, hex(address))["levels"][-1]
            if last["name"] == "PUD":
                break
            vmcore.write(int(last["entry_address"], 16), struct.pack("<Q", vmcore.page(bytes(PAGE)) | TABLE))
        if int(last["entry"], 16):
            sys.exit(f"{address:#x} is mapped already")
        vmcore.write(int(last["entry_address"], 16), struct.pack("<Q", tables | TABLE))
    for _ in range((gib << 30) // 1024 // PAGE + 1):
        vmcore.page(b"\1" * PAGE)
    os.fsync(vmcore.file.fileno())


main()
