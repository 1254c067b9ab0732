# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what compare-stacks has collected.
import json
import re
import sys


def read_gdb(path):
    threads, names = {}, None
    for line in open(path):
        words = line.split()
        if words[:1] == ["process"]:
            names = (int(words[1]), int(words[2]))
        elif words[:1] == ["frame"]:
            # In a container the core has the numbers of its PID namespace.
            tid = names[0] if int(words[1]) == names[1] else int(words[1])
            name = " ".join(words[4:])
            frame = (int(words[2], 16), None if name == "None" else name, words[3] == "1")
            threads.setdefault((names[0], tid), []).append(frame)
    return threads


def read_drgn(path):
    tasks, frames = {}, None
    for line in open(path):
        words = line.split()
        if words[0] == "task":
            frames = tasks.setdefault(int(words[2]), [])
        elif words[0] == "frame":
            frames.append((int(words[1], 16), words[2]))
    return tasks


def user_frames(thread):
    return [(int(f["pc"], 16), f["demangled"] or f["symbol"], f["inlined"]) for f in thread["user"] if not f["language"]]


def last_of(name):
    """The function's own name: gdb makes Rust's of DWARF's and leaves their hashes in, so that what
    is generic, or an impl's, stands elsewhere; and it shows a symbol's version."""
    name = re.sub(r"::h[0-9a-f]{16}$", "", name.split("@")[0])
    before = None
    while before != name:
        before, name = name, re.sub(r"<[^<>]*>", "", name.replace("->", ""))
    return re.sub(r"\(.*", "", name).rstrip(":").split("::")[-1]


def same_frames(ours, theirs):
    # Where gdb has no tables it ends with a caller at 0: what fbundle has behind that, gdb does not say.
    if theirs and theirs[-1][0] == 0:
        theirs = theirs[:-1]
        ours = ours[:len(theirs)]
    return [(a[0], a[2]) for a in ours] == [(b[0], b[2]) for b in theirs]


def other_names(ours, theirs):
    """Only where both have one: symbols of one address, of which each shows another."""
    return [(a[1], b[1]) for a, b in zip(ours, theirs)
            if a[1] and b[1] and last_of(a[1]) != last_of(b[1])]


def show(title, ours, theirs):
    print(title)
    for i in range(max(len(ours), len(theirs))):
        left = "%x %s" % ours[i][:2] if i < len(ours) else "-"
        right = "%x %s" % theirs[i][:2] if i < len(theirs) else "-"
        print("  %s %-50s %s" % (" " if left == right else "!", left, right))


def compare_user(threads, gdb):
    same = differ = moved = longer = frames = 0
    names = []
    for thread in threads:
        theirs = gdb.get((thread["pid"], thread["tid"]))
        if theirs is None:
            continue
        ours = user_frames(thread)
        if same_frames(ours, theirs):
            same += 1
            longer += theirs[-1][0] == 0 and len(ours) >= len(theirs)
            frames += len(ours)
            names += other_names(ours, theirs)
        elif thread["user_regs"] and thread["user_regs"]["core"]:
            moved += 1
            print("TID %d ran on after its core was taken: not compared" % thread["tid"])
        else:
            differ += 1
            show("TID %d (%s): fbundle, gdb" % (thread["tid"], thread["comm"]), ours, theirs)
    for ours, theirs in sorted(set(names)):
        print("named otherwise: %s, gdb: %s" % (ours, theirs))
    print("user stacks: %d as gdb's (%d frames, %d named otherwise; %d go on where gdb ends), %d differ, "
          "%d ran on since" % (same, frames, len(names), longer, differ, moved))
    return differ


def compare_kernel(threads, drgn):
    same = differ = 0
    for thread in threads:
        theirs = drgn.get(thread["tid"])
        if thread["tid"] == 0 or not theirs:
            continue
        ours = [(int(f["pc"], 16), f["symbol"]) for f in thread["kernel"]]
        # drgn goes on into user mode, with the registers of the entry.
        theirs = [f for f in theirs if f[0] >> 63]
        if [f[0] for f in ours] == [f[0] for f in theirs]:
            same += 1
        else:
            differ += 1
            show("TID %d (%s): fbundle, drgn" % (thread["tid"], thread["comm"]), ours, theirs)
    print("kernel stacks: %d as drgn's, %d differ" % (same, differ))
    return differ


def main():
    threads = json.load(open(sys.argv[1]))["threads"]
    differ = compare_user(threads, read_gdb(sys.argv[2]))
    drgn = read_drgn(sys.argv[3])
    if drgn:
        differ += compare_kernel(threads, drgn)
    sys.exit(1 if differ else 0)


main()
