#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What drgn reads of a dump and of the bundle made of it.

tests/peers/with_drgn.py DUMP BUNDLE VMLINUX INFO CORES

DUMP is not flattened (libkdumpfile 0.5.1 refuses that), INFO the output of `fbundle info --json` on
the bundle, CORES a folder with its cores extracted. Of every page of every matched core, drgn is
asked for the first 8 bytes at that address of that process.
"""
import json
import os
import re
import struct
import sys
import time

import drgn
from drgn.helpers.linux.mm import access_remote_vm
from drgn.helpers.linux.pid import find_task

failures = 0


def extracted(folder, path):
    """The file that extract made of a core: it has no suffix of a compressed one, unless another core has its name then."""
    whole = os.path.join(folder, os.path.basename(path))
    return whole if os.path.exists(whole) else re.sub(r"\.(zst|xz|lz4|gz|bz2)$", "", whole)


def report(good, text):
    global failures
    failures += not good
    print(("ok - " if good else "not ok - ") + "drgn: " + text)


def core_words(path):
    """Address and first 8 bytes of every page of an ELF core."""
    with open(path, "rb") as file:
        data = file.read()
    table, size, count = (struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54))
    for i in range(count):
        kind, _, offset, address, _, length, _, _ = struct.unpack_from("<IIQQQQQQ", data, table + i * size)
        if kind == 1:
            for at in range(0, min(length, len(data) - offset) - 4095, 4096):
                yield address + at, data[offset + at:offset + at + 8]


def open_program(path, vmlinux):
    program = drgn.Program()
    program.set_core_dump(path)
    program.load_debug_info([vmlinux])
    return program


def read_cores(program, cores, folder):
    """Counts of pages: equal to the core's, readable but not equal, not readable."""
    equal = other = missing = 0
    for core in cores:
        if core["match"]["pid"] is None:
            continue
        mm = find_task(program, core["match"]["pid"]).mm
        for address, word in core_words(extracted(folder, core["path"])):
            try:
                got = access_remote_vm(mm, address, 8)
            except drgn.FaultError:
                missing += 1
                continue
            equal += got == word
            other += got != word
    return equal, other, missing


def main():
    dump, bundle, vmlinux, info, folder = sys.argv[1:]
    with open(info, encoding="utf-8") as file:
        cores = json.load(file)["cores"]
    counts, threads = {}, {}
    for name, path in (("the dump", dump), ("the bundle", bundle)):
        start = time.monotonic()
        program = open_program(path, vmlinux)
        opened = time.monotonic()
        threads[name] = sorted((thread.tid, thread.object.comm.string_().decode("utf-8", "replace"))
                               for thread in program.threads())
        listed = time.monotonic()
        counts[name] = read_cores(program, cores, folder)
        print(f"# {name}: opened in {opened - start:.2f} s, {len(threads[name])} threads listed in {listed - opened:.2f} s; "
              "pages of cores: {} read as in the core, {} as something else, {} not readable".format(*counts[name]))
    report(threads["the dump"] and threads["the dump"] == threads["the bundle"],
           f"the same {len(threads['the bundle'])} threads in both")
    gained = counts["the dump"][2] - counts["the bundle"][2]
    report(gained > 0 and counts["the bundle"][0] > counts["the dump"][0],
           f"{gained} of {sum(counts['the dump'])} pages of the cores can be read from the bundle and not from the dump")
    report(counts["the dump"][0] <= counts["the bundle"][0] and counts["the dump"][1] <= counts["the bundle"][1],
           "what could be read from the dump still can")
    sys.exit(1 if failures else 0)


main()
