#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What crash reads of a dump and of the bundle made of it.

tests/peers/with_crash.py DUMP BUNDLE VMLINUX INFO CORES CRASH...

As with_drgn.py; CRASH... is the command that starts crash. Where it does not open the dump, the
bundle is not held against it. Of each matched process: `ps -a`, and `rd -u` of some of its pages.
"""
import json
import os
import random
import re
import struct
import subprocess
import sys

PAGES_OF_EACH = 20
failures = 0


def extracted(folder, path):
    """The file that extract made of a core: it has no suffix of a compressed one, unless another core has its name then."""
    whole = os.path.join(folder, os.path.basename(path))
    return whole if os.path.exists(whole) else re.sub(r"\.(zst|xz|lz4|gz|bz2)$", "", whole)


def report(good, text):
    global failures
    failures += not good
    print(("ok - " if good else "not ok - ") + "crash: " + text)


def core_words(path):
    with open(path, "rb") as file:
        data = file.read()
    table, size, count = (struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54))
    for i in range(count):
        kind, _, offset, address, _, length, _, _ = struct.unpack_from("<IIQQQQQQ", data, table + i * size)
        if kind == 1:
            for at in range(0, min(length, len(data) - offset) - 4095, 4096):
                yield address + at, struct.unpack_from("<Q", data, offset + at)[0]


def run(crash, vmlinux, path, commands, folder):
    script = os.path.join(folder, "commands")
    with open(script, "w", encoding="ascii") as file:
        file.write("\n".join([*commands, "quit", ""]))
    done = subprocess.run([*crash, "-s", "-i", script, vmlinux, path], capture_output=True, timeout=600, check=False,
                          stdin=subprocess.DEVNULL)
    return done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")


def main():
    dump, bundle, vmlinux, info, folder = sys.argv[1:6]
    crash = sys.argv[6:]
    with open(info, encoding="utf-8") as file:
        cores = [core for core in json.load(file)["cores"] if core["match"]["pid"] is not None]
    random.seed(3)
    commands, words = [], {}
    for core in cores:
        pid = core["match"]["pid"]
        pages = list(core_words(extracted(folder, core["path"])))
        commands += [f"ps -a {pid}", f"set {pid}"]
        for address, word in random.sample(pages, min(PAGES_OF_EACH, len(pages))):
            commands.append(f"rd -u {address:x} 1")
            words[address] = word
    arguments, equal, threads = {}, {}, {}
    for name, path in (("dump", dump), ("bundle", bundle)):
        text = run(crash, vmlinux, path, ["ps", *commands], folder)
        threads[name] = len(re.findall(r"^>? +\d+ +\d+ +\d+ +[0-9a-f]{16} ", text, re.M))
        arguments[name] = len(re.findall(r"^ARG: \S", text, re.M))
        got = {int(a, 16): int(w, 16) for a, w in re.findall(r"^ *([0-9a-f]{6,16}): +([0-9a-f]{16})", text, re.M)}
        equal[name] = sum(got.get(address) == word for address, word in words.items())
        print(f"# the {name}: {threads[name]} threads, arguments of {arguments[name]} of {len(cores)} processes, "
              f"{equal[name]} of {len(words)} pages read as in the core")
    if threads["dump"] < len(cores):
        print(f"skipped - crash: this version does not cope with the dump: {threads['dump']} threads")
        return
    report(threads["bundle"] == threads["dump"], f"lists {threads['bundle']} threads of the bundle, {threads['dump']} of the dump")
    report(arguments["bundle"] > arguments["dump"], f"`ps -a` has the arguments of {arguments['bundle']} processes, "
           f"of the dump {arguments['dump']}")
    report(equal["bundle"] > equal["dump"], f"`rd -u` reads {equal['bundle']} pages, of the dump {equal['dump']}")
    sys.exit(1 if failures else 0)


main()
