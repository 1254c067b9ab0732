#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What an ELF core says, as JSON, read by nothing of fbundle's.

core_facts.py CORE               threads with their registers, auxv, mapped files, segments
core_facts.py --pages CORE FROM  how many of FROM's pages CORE has too: same, differ, missing;
                                 and how many of CORE's FROM has not (extra)
"""
import json
import struct
import sys

PAGE = 4096
REGISTERS = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss "
             "fs_base gs_base ds es fs gs").split()
NT_PRSTATUS, NT_FPREGSET, NT_PRPSINFO, NT_AUXV, NT_FILE = 1, 2, 3, 6, 0x46494C45


class Core:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        header = struct.unpack_from("<16sHHIQQQIHHHHHH", self.data)
        self.kind, self.machine = header[1], header[2]
        offset, count = header[5], header[10]
        if header[0][:6] != b"\x7fELF\x02\x01":
            raise SystemExit(f"{path}: no 64-bit ELF file")
        self.headers = [struct.unpack_from("<IIQQQQQQ", self.data, offset + 56 * i) for i in range(count)]
        self.loads = [h for h in self.headers if h[0] == 1]

    def notes(self):
        for header in self.headers:
            if header[0] != 4:
                continue
            at, end = header[2], header[2] + header[5]
            while at + 12 <= end:
                name, size, kind = struct.unpack_from("<III", self.data, at)
                start = at + 12 + (name + 3) // 4 * 4
                yield kind, self.data[start:start + size]
                at = start + (size + 3) // 4 * 4

    def pages(self):
        """Address of each page that has bytes, and where they are."""
        return {load[3] + at: load[2] + at
                for load in self.loads for at in range(0, load[5], PAGE)}

    def facts(self):
        facts = {"core": self.kind == 4, "machine": self.machine, "threads": [], "fpu": 0, "files": [],
                 "auxv": None, "psinfo": None}
        for kind, desc in self.notes():
            if kind == NT_PRSTATUS:
                registers = dict(zip(REGISTERS, struct.unpack_from("<27Q", desc, 112)))
                facts["threads"].append({"tid": struct.unpack_from("<i", desc, 32)[0],
                                         **{name: hex(value) for name, value in registers.items()}})
            elif kind == NT_FPREGSET:
                facts["fpu"] += 1
            elif kind == NT_PRPSINFO:
                facts["psinfo"] = {"pid": struct.unpack_from("<i", desc, 24)[0],
                                   "comm": desc[40:56].rstrip(b"\0").decode("latin-1")}
            elif kind == NT_AUXV:
                facts["auxv"] = desc.hex()
            elif kind == NT_FILE:
                count = struct.unpack_from("<Q", desc)[0]
                names = desc[16 + 24 * count:].split(b"\0")
                facts["files"] = [{"start": hex(start), "end": hex(end), "offset": hex(offset * PAGE),
                                   "path": names[i].decode("latin-1")}
                                  for i, (start, end, offset) in
                                  enumerate(struct.unpack_from("<QQQ", desc, 16 + 24 * i)
                                            for i in range(count))]
        facts["segments"] = [{"start": hex(load[3]), "end": hex(load[3] + load[6]), "bytes": load[5]}
                             for load in self.loads]
        return facts


def compare(core, other):
    ours, theirs = core.pages(), other.pages()
    counts = {"same": 0, "differ": 0, "missing": 0, "extra": len(ours.keys() - theirs.keys())}
    for address, offset in theirs.items():
        if address not in ours:
            counts["missing"] += 1
            continue
        mine = core.data[ours[address]:ours[address] + PAGE]
        counts["same" if mine == other.data[offset:offset + PAGE] else "differ"] += 1
    return counts


if sys.argv[1] == "--pages":
    print(json.dumps(compare(Core(sys.argv[2]), Core(sys.argv[3]))))
else:
    print(json.dumps(Core(sys.argv[1]).facts()))
