# SPDX-License-Identifier: GPL-2.0-or-later
"""What fbundle says of a dump, and what may differ between two dumps of one panic.

Two dumps that hold the same pages have to give the same answers, whatever their format. Where one
holds more (a lower dump level leaves the memory of processes in), only what follows needs that memory
may be said where it was null before, and nothing that was said may change: see grow().
"""
import json
import os
import subprocess

# Answers by name: the command's words. INPUT is put behind the first.
COMMANDS = {
    "info": ["info"],
    "ps": ["ps"],
    "log": ["log"],
    "mods": ["mods"],
    "bt": ["bt", "-a"],
    "waits": ["waits"],
}
MERGED = {"merged waits": ["waits"], "verify": ["verify"]}

# How far a word that a thread waits on may lie behind the beginning of its lock or condition.
LOCK_BYTES = 64


class Failed(Exception):
    """A command gave no answer."""


def ask(fbundle, words, paths, options=()):
    """The command's JSON with its exit status, and without what names files."""
    parts = [word for path in paths[1:] for word in ("--part", path)]
    line = [fbundle, words[0], paths[0], *words[1:], *parts, *options, "--json"]
    done = subprocess.run(line, capture_output=True, timeout=600, check=False)
    if done.returncode not in (0, 3):
        raise Failed(f"{' '.join(words)}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    answer = json.loads(done.stdout)
    answer["status"] = done.returncode
    for path in paths:
        answer["warnings"] = [text.replace(path, "DUMP") for text in answer["warnings"]]
    for core in answer.get("cores") or []:
        core["path"] = os.path.basename(core["path"])
    answer.pop("output", None)
    return answer


def ask_all(fbundle, paths, cores, bundle):
    """Every answer by its name. The merged bundle is written to the path `bundle`, and removed."""
    answers = {name: ask(fbundle, words, paths) for name, words in COMMANDS.items()}
    answers["dump"] = answers["info"].pop("dump")
    answers["info"].pop("sandbox")
    if cores:
        answers["merge"] = ask(fbundle, ["merge", *cores], paths, ["-f", "-o", bundle])
        for name, words in MERGED.items():
            answers[name] = ask(fbundle, words, [bundle])
        os.remove(bundle)
    return answers


def differences(a, b, where=""):
    """Where two JSON values differ, as texts."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [text for key in sorted(a.keys() | b.keys())
                for text in differences(a.get(key), b.get(key), f"{where}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [text for n, items in enumerate(zip(a, b)) for text in differences(*items, f"{where}[{n}]")]
    return [] if a == b else [f"{where}: {json.dumps(a)[:200]}, here {json.dumps(b)[:200]}"]


def without(value, *names):
    return {key: item for key, item in value.items() if key not in names}


def pair(name, a, b):
    """The two answers of that name, as they are to be compared. Only kdump-compressed files say which
    frames exist; of others the kernel's own count is shown."""
    x, y = a[name], b[name]
    if name == "info" and a["dump"]["format"] != b["dump"]["format"]:
        x, y = ({**info, "kernel": without(info["kernel"], "memory_bytes")} for info in (x, y))
    return x, y


def same(name, a, b):
    """Of two dumps with the same pages."""
    return differences(*pair(name, a, b))


def grow_ps(less, more):
    """A command line stands in the memory of its process; all else in the kernel's."""
    wrong = differences(less["lost_tids"], more["lost_tids"], "lost_tids")
    found = {task["task"]: task for task in more["tasks"]}
    wrong += [f"TID {task['tid']} is not there" for task in less["tasks"] if task["task"] not in found]
    wrong += [f"{len(more['tasks'])} tasks, {len(less['tasks'])} before"] * (len(more["tasks"]) != len(less["tasks"]))
    for task in less["tasks"]:
        other = found.get(task["task"], task)
        leave = ["cmdline"] if task["cmdline"] is None else []
        wrong += differences(without(task, *leave), without(other, *leave), f"TID {task['tid']}")
    return wrong


def grow_bt(less, more):
    """Kernel halves and registers are of kernel memory. The user half is longer, and names its
    functions, where its stack and its unwind tables are there: it begins with the same frames."""
    wrong = [f"{len(more['threads'])} threads, {len(less['threads'])} before"] * \
        (len(more["threads"]) != len(less["threads"]))
    for a, b in zip(less["threads"], more["threads"]):
        at = f"TID {a['tid']}"
        wrong += differences(without(a, "user", "end", "waits_for"), without(b, "user", "end", "waits_for"), at)
        wrong += differences([frame["pc"] for frame in a["user"]],
                             [frame["pc"] for frame in b["user"][:len(a["user"])]], f"{at} user")
        for x, y in zip(a["user"], b["user"]):
            wrong += [f"{at} user: {key} was {x[key]}, here {y[key]}"
                      for key in x if x[key] not in (None, y[key])]
    return wrong


def is_sharper(edge, other):
    """Whether a thread's wait is as it was: all of it, if it waits for something of the kernel's. Of a
    lock in process memory the futex word is known without that memory. With it come the sort of the
    lock and where it begins, its owner, and certainty; none of these changes once it was said."""
    later = ["detail", "evidence", "stuck"]
    if any("futex" in frame for frame in edge["frames"]):
        if edge["kind"] == "futex":
            behind = int(edge["object"], 16) - int(other["object"], 16)
            if not 0 <= behind < LOCK_BYTES:
                return False
            later += ["kind", "object"]
        later += ["others_possible"] + ["certain"] * (not edge["certain"] or edge["owner_tid"] is None)
        later += ["owner_tid", "owner_comm", "owner_is_process", "owners"] * (edge["owner_tid"] is None)
    return without(edge, *later) == without(other, *later)


def grow_waits(less, more):
    """The same threads wait for the same, but for what is_sharper() allows. With owners come deadlocks
    and longer chains."""
    wrong = []
    edges = {}
    for edge in more["edges"]:
        edges.setdefault(edge["tid"], []).append(edge)
    for edge in less["edges"]:
        others = edges.get(edge["tid"], [])
        if not any(is_sharper(edge, other) for other in others):
            wrong.append(f"waited: {without(edge, 'frames')}, here {[without(other, 'frames') for other in others]}")
    tids = {edge["tid"] for edge in less["edges"]}
    wrong += [f"TID {tid} did not wait, here {[e['kind'] for e in edges[tid]]}" for tid in edges.keys() - tids]
    cycles = [set(cycle) for cycle in more["cycles"]]
    wrong += [f"the deadlock {cycle} is none here" for cycle in less["cycles"] if set(cycle) not in cycles]
    return wrong


def grow_merge(less, more, ordered):
    """Matches rest on kernel memory: the same, by the same evidence. A page of a core that the dump
    lacked (filled) is, where the dump has it, either the same or was written to since (differ).
    Not ordered: each dump has pages that the other lacks."""
    wrong = []
    for a, b in zip(less["cores"], more["cores"]):
        wrong += differences(without(a, "pages"), without(b, "pages"), a["path"])
        x, y = a["pages"], b["pages"]
        wrong += differences((x["total"], x["unplaced"]), (y["total"], y["unplaced"]), f"{a['path']} pages")
        if ordered and (y["filled"] > x["filled"] or y["same"] < x["same"] or y["differ"] < x["differ"]):
            wrong.append(f"{a['path']}: pages {x}, here {y}")
    if ordered and (more["pages_added"] > less["pages_added"] or more["conflicts"] > less["conflicts"]):
        wrong.append(f"{less['pages_added']} pages added, here {more['pages_added']}")
    return wrong


def grow_info(less, more):
    """The same but for deadlocks, which come with the owners of locks, and are then what to look at."""
    wrong = differences(without(less, "look"), without(more, "look"))
    wrong += differences(less["look"]["uninterruptible"], more["look"]["uninterruptible"], "look.uninterruptible")
    for count in ("deadlocks", "deadlocked_threads"):
        if less["look"][count] > more["look"][count]:
            wrong.append(f"{less['look'][count]} {count}, here {more['look'][count]}")
    if less["look"]["deadlocks"] == more["look"]["deadlocks"]:
        wrong += differences(less["look"], more["look"], "look")
    return wrong


GROW = {"info": grow_info, "ps": grow_ps, "bt": grow_bt, "waits": grow_waits, "merged waits": grow_waits}


def grow(name, less, more, ordered=True):
    """Of a dump whose pages are some of the other's: what the other says that its further pages do
    not account for. How complete an answer is may change with them, and so status and warnings."""
    leave = ("status", "warnings")
    a, b = (without(answer, *leave) for answer in pair(name, less, more))
    if name == "merge":
        return grow_merge(a, b, ordered)
    return GROW.get(name, differences)(a, b)
