# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what compare-stacks has collected.
import json
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
            frame = (int(words[2], 16), None if words[3] == "None" else words[3], words[4] == "1")
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
    return [(int(f["pc"], 16), f["symbol"], f["inlined"]) for f in thread["user"]]


def same_user(ours, theirs):
    # Names only where both have one, and without the version that gdb shows with it.
    if len(ours) != len(theirs):
        return False
    return all(a[0] == b[0] and a[2] == b[2] and
               (not a[1] or not b[1] or a[1] == b[1].split("@")[0])
               for a, b in zip(ours, theirs))


def show(title, ours, theirs):
    print(title)
    for i in range(max(len(ours), len(theirs))):
        left = "%x %s" % ours[i][:2] if i < len(ours) else "-"
        right = "%x %s" % theirs[i][:2] if i < len(theirs) else "-"
        print("  %s %-50s %s" % (" " if left == right else "!", left, right))


def compare_user(threads, gdb):
    same = differ = moved = 0
    for thread in threads:
        theirs = gdb.get((thread["pid"], thread["tid"]))
        if theirs is None:
            continue
        ours = user_frames(thread)
        if same_user(ours, theirs):
            same += 1
        elif thread["user_regs"] and thread["user_regs"]["core"]:
            moved += 1
            print("TID %d ran on after its core was taken: not compared" % thread["tid"])
        else:
            differ += 1
            show("TID %d (%s): fbundle, gdb" % (thread["tid"], thread["comm"]), ours, theirs)
    print("user stacks: %d as gdb's, %d differ, %d ran on since" % (same, differ, moved))
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
