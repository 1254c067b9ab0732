# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the answer of page for every frame against /proc/kpageflags and /proc/kpagecount. Used by tests/truth/check.

Between the truth and the panic pages are freed, used and aged. So each frame that differs falls into a class: what it
was used for changed (freed, taken, used for another thing), or it is used for the same and other bits are set (aged).
What no frame does while a guest runs (it stops being reserved, or memory) is an error, and so is a total that is not the
kernel's own counter at the panic, which needs no truth.
"""
import collections
import os

# The bits of /proc/kpageflags (include/uapi/linux/kernel-page-flags.h) by the words that page has for them.
BITS = {word: 1 << number for number, word in enumerate(
    "locked error referenced uptodate dirty lru active slab writeback reclaim buddy mmap anon swapcache swapbacked "
    "compound_head compound_tail huge unevictable hwpoison nopage ksm".split())}
BITS |= {"offline": 1 << 23, "pgtable": 1 << 26, "reserved": 1 << 32, "mlocked": 1 << 33, "private": 1 << 35, "private_2": 1 << 36}
KNOWN = sum(BITS.values())
STEADY = sum(BITS[word] for word in "reserved nopage offline hwpoison huge".split())
USE = STEADY | sum(BITS[word] for word in "slab buddy anon swapbacked ksm compound_head compound_tail pgtable".split())
# More of these than of all frames are not what a guest does in the seconds until its panic.
MOST_MOVED = {"freed": 0.10, "taken": 0.03, "used for another thing": 0.03, "aged": 0.02}
# What the kernel counts per CPU, and adds up late; and pages that are not on their list yet.
LATE_PAGES = 64


def runs(path):
    """The value of each frame, of the file's runs."""
    values = []
    with open(path, encoding="ascii") as file:
        for line in file:
            first, count, value = (int(word, 16) for word in line.split())
            values += [0] * (first - len(values)) + [value] * count
    return values


def as_meant(flags, all_are_ksm):
    """What the kernel meant to say of a frame: some say of slabs what the word means in other pages, and that every
    anonymous page is one of KSM's."""
    if flags & BITS["slab"]:
        flags &= ~(BITS["anon"] | BITS["ksm"] | BITS["mmap"])
    return (flags & ~BITS["ksm"] if all_are_ksm else flags) & KNOWN


def class_of(ours, truth):
    if (ours ^ truth) & STEADY:
        return "wrong"
    if ours & BITS["anon"] and ours & truth & BITS["compound_tail"] and truth & BITS["anon"] and not truth & BITS["uptodate"]:
        return "told alone"
    # Free frames without a word are on a list of a CPU's.
    if ours == BITS["buddy"] or not ours and truth != BITS["buddy"]:
        return "freed"
    if truth in (0, BITS["buddy"]):
        return "taken"
    return "aged" if ours & USE == truth & USE else "used for another thing"


def compare(frames, truth):
    """(How many are equal, {class: how many}, {(class, our words, those of the truth): the first such frame})."""
    all_are_ksm = not any(flags & BITS["anon"] and not flags & (BITS["ksm"] | BITS["slab"]) for flags in truth)
    equal, classes, examples = 0, collections.Counter(), {}
    for frame in frames:
        ours = sum(BITS[word] for word in frame["flags"])
        flags = as_meant(truth[frame["pfn"]], all_are_ksm)
        if ours == flags:
            equal += 1
            continue
        kind = class_of(ours, flags)
        classes[kind] += 1
        examples.setdefault((kind, ours, flags), frame["pfn"])
    return equal, classes, examples


def words(flags):
    return " ".join(word for word, bit in BITS.items() if flags & bit) or "-"


def check_flags(report, frames, truth):
    equal, classes, examples = compare(frames, truth)
    bad = [kind for kind, count in classes.items()
           if kind != "told alone" and count > MOST_MOVED.get(kind, 0) * len(frames)]
    moved = ", ".join(f"{count} {kind}" for kind, count in sorted(classes.items()))
    report(equal and not bad, f"page: {equal} of {len(frames)} frames as /proc/kpageflags in all bits, the others {moved}",
           [f"{pfn:x}: {kind}: {words(ours)}, truth {words(flags)}" for (kind, ours, flags), pfn in examples.items() if kind in bad])


def check_counts(report, frames, counts, truth):
    """Only of frames whose words are the same: the others may be mapped by others by now."""
    same, bad = 0, []
    for frame in frames:
        pfn = frame["pfn"]
        if sum(BITS[word] for word in frame["flags"]) != truth[pfn] & KNOWN or not truth[pfn] & BITS["mmap"]:
            continue
        # From 6.15 on of a large block what the average page of it is, where the kernel counts blocks only.
        mapped = frame["map_count"] + frame["whole_map_count"]
        if mapped == counts[pfn]:
            same += 1
        else:
            bad.append(f"{pfn:x}: mapped {mapped} times, truth {counts[pfn]}")
    # A process that took the truth, and has ended, had the C library mapped too.
    report(same and len(bad) <= same, f"page: {same} mapped frames as /proc/kpagecount, {len(bad)} mapped by others since", bad)


def check_totals(report, frames, meminfo):
    """By the kernel's own counters at the panic."""
    total = collections.Counter()
    for frame in frames:
        flags = set(frame["flags"])
        total["MemFree"] += "buddy" in flags
        total["PageTables"] += "pgtable" in flags
        total["AnonPages"] += {"anon", "mmap"} <= flags
    wanted = {name: meminfo[name] // 4096 for name in total}
    report(all(abs(total[name] - wanted[name]) <= min(LATE_PAGES, 10 + wanted[name] // 10) for name in total),
           "page: " + ", ".join(f"{total[name]} frames are {name}, by the counter {wanted[name]}" for name in total))


def check_frames(report, answers, truth):
    if not os.path.exists(f"{truth}/kpageflags"):
        return
    flags = runs(f"{truth}/kpageflags")
    frames = answers.run("page", f"PFN:0-{len(flags) - 1:x}")["frames"]
    check_flags(report, frames, flags)
    if os.path.exists(f"{truth}/kpagecount"):
        check_counts(report, frames, runs(f"{truth}/kpagecount"), flags)
    check_totals(report, frames, answers.run("mem")["meminfo"])
