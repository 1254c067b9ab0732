# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel memory of a dump that can be changed, by what fbundle itself says of it."""
import json
import subprocess

import kdump_file

PAGE = kdump_file.PAGE
ABSENT_SIZE = 0xFFFF


def ask(fbundle, *arguments):
    done = subprocess.run([fbundle, *arguments, "--json"], capture_output=True, check=False)
    return json.loads(done.stdout or b"{}"), done.returncode


def drop(kdump, pfn):
    """A stored size that no page has: it cannot be read."""
    at = kdump.descs + kdump_file.DESC.size * kdump.slots[pfn]
    offset, _, flags, page_flags = kdump_file.DESC.unpack(kdump.read(at, kdump_file.DESC.size))
    kdump.patch(at, kdump_file.DESC.pack(offset, ABSENT_SIZE, flags, page_flags))


def member(fbundle, dump, type_name, address, path):
    """A number or pointer of a struct."""
    value = ask(fbundle, "struct", dump, type_name, address, "." + path)[0]["value"][path]
    return int(value, 16) if isinstance(value, str) else value


class Memory:
    """Words of kernel memory, read and changed in the dump's pages."""

    def __init__(self, fbundle, dump, kdump):
        self.fbundle, self.dump, self.kdump, self.frames = fbundle, dump, kdump, {}
        self.offsets = {}

    def frame(self, address):
        page = address // PAGE
        if page not in self.frames:
            answer = ask(self.fbundle, "vtop", self.dump, f"{address:x}")[0]
            self.frames[page] = int(answer["physical"], 16) // PAGE
        return self.frames[page]

    def read(self, address):
        page = self.kdump.read_page(self.frame(address))
        return int.from_bytes(page[address % PAGE:][:8], "little")

    def text(self, address):
        page = self.kdump.read_page(self.frame(address))
        return page[address % PAGE:].split(b"\0")[0].decode()

    def write(self, address, value):
        pfn = self.frame(address)
        page = bytearray(self.kdump.read_page(pfn))
        page[address % PAGE:address % PAGE + 8] = value.to_bytes(8, "little")
        self.kdump.write_page(pfn, bytes(page))

    def offsets_of(self, type_name):
        if type_name not in self.offsets:
            # Of anonymous structs too, whose members stand beside the others.
            self.offsets[type_name] = {}
            todo = ask(self.fbundle, "struct", self.dump, type_name)[0]["members"]
            while todo:
                found = todo.pop()
                if found["name"]:
                    self.offsets[type_name][found["name"]] = found["offset"]
                else:
                    todo += found["members"]
        return self.offsets[type_name]

    def offset(self, type_name, member_name):
        return self.offsets_of(type_name)[member_name]

    def unlink(self, entry):
        after, before = self.read(entry), self.read(entry + 8)
        if after and before and after != entry:
            self.write(before, after)
            self.write(after + 8, before)

    def symbol(self, name):
        return int(ask(self.fbundle, "sym", self.dump, name)[0]["symbols"][0]["address"], 16)
