#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""documented.py PAGE...: runs every fbundle command of pages in docs/, and prints "ok" or "not ok" for each.

The current folder has the sample, and fbundle is in PATH. A command of an indented block, "$ COMMAND", has to print
the lines that follow it in the block, where "[...]" stands for any: on a line of its own for any number of lines,
else for any text within the line. A blank line is part of the output only where more of the block follows. A
command in backticks has to succeed, with or without a part missing.
"""
import re
import subprocess
import sys


def run(command):
    done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def report(good, text, seen):
    print(("ok" if good else "not ok") + " - " + text)
    if not good:
        print("".join("# %s\n" % line for line in seen.splitlines()[:40]), end="")
    return good


def blocks(text):
    """The indented blocks that begin with a command: lists of lines, blank ones within included."""
    block, blank = [], 0
    for line in text.split("\n") + ["end"]:
        if line.startswith("    "):
            block += [""] * blank if block else []
            block.append(line[4:])
            blank = 0
        elif line == "" and block:
            blank += 1
        elif line:
            if block and block[0][:2] in ("$ ", "# "):
                yield block
            block, blank = [], 0


def expected(lines):
    """The regular expression of an output that is shown so."""
    pattern = ""
    for line in lines:
        if line == "[...]":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += r".*?".join(re.escape(part) for part in line.split("[...]")) + r"\n"
    return pattern


def check_block(page, block):
    """Each command of it, with the lines up to the next one."""
    starts = [i for i, line in enumerate(block) if line[:2] in ("$ ", "# ")]
    for start, end in zip(starts, starts[1:] + [len(block)]):
        command, lines = block[start][2:], block[start + 1:end]
        if not command.startswith("fbundle"):
            continue
        while lines and lines[-1] == "":
            lines.pop()
        status, output, errors = run(command)
        good = status in (0, 3) and re.fullmatch(expected(lines), output) is not None
        report(good, "%s: %s" % (page, command), "status %d\n%s%s" % (status, output, errors))


def check_page(path):
    page = path.rsplit("/", 1)[-1]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for block in blocks(text):
        check_block(page, block)
    # Commands in text and tables; those that stand for the whole program or for any of them are no calls.
    prose = "\n".join(line for line in text.split("\n") if not line.startswith("    "))
    for command in sorted(set(re.findall(r"`(fbundle [^`]*)`", prose))):
        if re.search(r"\b[A-Z]{3,}\b", command) or command == "fbundle merge":
            continue
        status, output, errors = run(command)
        report(status in (0, 3), "%s: %s" % (page, command), "status %d\n%s%s" % (status, output, errors))


for name in sys.argv[1:]:
    check_page(name)
