#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same questions to fbundle and to a peer that answers in crash's words: what both say, value by value.

tests/peers/compare_answers.py FBUNDLE DUMP VMLINUX crash|drgn START...

DUMP is one that both read (not flattened), START... the words that start the peer (drgn: its Python). Prints for each
question how many values are equal, and each that differs, with what explains it where that is known. Status 1 where one
differs without an explanation.
"""
import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from peer import Peer  # noqa: E402 pylint: disable=wrong-import-position

SHOWN = 5
PAGE = 4096


class Fbundle:
    def __init__(self, program, dump):
        self.program, self.dump = program, dump
        # Of each slab cache: how many objects may be in CPUs' own slabs and on these slabs' lists of free ones. A CPU that
        # keeps none of them itself (kept) has such a slab too, but which one it is slab does not tell.
        self.freed_by_others = {}

    def ask(self, command, *arguments):
        done = subprocess.run([self.program, command, self.dump, *arguments, "--json"], capture_output=True, timeout=600,
                              check=False)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{command}: {done.stderr.decode().strip()}")
        return json.loads(done.stdout)


def address(text):
    return text[2:] if text.startswith("0x") else text


def rows(text, pattern):
    return [match.groups() for match in (re.match(pattern, line) for line in text.splitlines()) if match]


# Each question has a function that gives, of the peer's text and of fbundle's answer, values by their names.

def memory_peer(text):
    names = {"TOTAL MEM": "MemTotal", "FREE": "MemFree", "BUFFERS": "Buffers", "CACHED": "Cached", "SLAB": "Slab",
             "TOTAL SWAP": "SwapTotal", "SWAP FREE": "SwapFree", "COMMIT LIMIT": "CommitLimit", "COMMITTED": "Committed_AS",
             "TOTAL HUGE": "HugePages_Total"}
    return {names[name]: int(pages) for name, pages in rows(text, r" *([A-Z ]+?) +(\d+) +\S+") if name in names}


def memory_ours(fbundle):
    # crash's and drgn's CACHED is without buffers and swap cache, as /proc/meminfo's.
    return {name: value if name.startswith("HugePages") else value // PAGE
            for name, value in fbundle.ask("mem")["meminfo"].items() if name in
            ("MemTotal", "MemFree", "Buffers", "Cached", "Slab", "SwapTotal", "SwapFree", "CommitLimit", "Committed_AS",
             "HugePages_Total")}


def slabs_peer(text):
    values = {}
    for cache, size, used, total, slabs, name in rows(text, r"([0-9a-f]{16}) +(\d+) +(\d+) +(\d+) +(\d+) +\d+k +(.*)"):
        values.update({f"{name} {cache} size": int(size), f"{name} {cache} used": int(used),
                       f"{name} {cache} objects": int(total), f"{name} {cache} slabs": int(slabs)})
    return values


def slabs_ours(fbundle):
    """The peers' ALLOCATED has no objects that CPUs keep free for themselves, as "in use" of slab CACHE, while "active" of
    slab is that of /proc/slabinfo, which counts these too."""
    values, fbundle.freed_by_others = {}, {}
    for cache in fbundle.ask("slab", "--all")["caches"]:
        name = f"{cache['name']} {address(cache['address'])}"
        slabs = fbundle.ask("slab", cache["name"], "--all")["slabs"]
        known = sum(slab["free"] for slab in slabs if slab["kept"])
        fbundle.freed_by_others[f"{name} used"] = {known} | {known + slab["free"] for slab in slabs if not slab["kept"]}
        values.update({f"{name} size": cache["object_size"], f"{name} used": sum(slab["in_use"] for slab in slabs),
                       f"{name} objects": cache["objects"], f"{name} slabs": cache["slabs"]})
    return values


def zones_peer(text):
    values, name = {}, None
    for line in text.splitlines():
        found = re.match(r'NODE: (\d+) .*NAME: "(\w+)"', line)
        if found:
            name = f"node {found[1]} {found[2]}"
        found = re.search(r"MIN/LOW/HIGH: (\d+)/(\d+)/(\d+)", line)
        if found:
            values.update({f"{name} {mark}": int(found[i + 1]) for i, mark in enumerate(("min", "low", "high"))})
        found = re.match(r" *NR_FREE_PAGES:? +(\d+)", line)
        if found:
            values[f"{name} free"] = int(found[1])
    return values


def zones_ours(fbundle):
    return {f"node {zone['node']} {zone['name']} {mark}": zone[f"{mark}_bytes"] // PAGE
            for zone in fbundle.ask("mem")["zones"] if zone["managed_bytes"] for mark in ("min", "low", "high", "free")}


def disks_peer(text):
    return {f"{name} {disk}": (queue, int(total)) for disk, name, queue, total in
            rows(text, r" *\d+ +([0-9a-f]{16}) +(\S+) +([0-9a-f]{16}) +(\d+)")}


def disks_ours(fbundle):
    return {f"{disk['name']} {address(disk['gendisk'])}": (address(disk["queue"]["address"]), disk["in_flight"])
            for disk in fbundle.ask("block", "--all")["disks"] if disk["queue"]}


def interfaces_peer(text):
    return {f"{name} {device}": sorted(re.findall(r"[^ ,]+", addresses)) for device, name, addresses in
            rows(text, r" *([0-9a-f]{16}) +(\S+) *(.*)")}


def interfaces_ours(fbundle):
    return {f"{one['name']} {address(one['device'])}": sorted(entry["address"] for entry in one["addresses"])
            for one in fbundle.ask("net", "--if")["interfaces"]}


def swaps_peer(text):
    return {name: (kind.lower(), int(size), int(used), int(priority)) for kind, size, used, priority, name in
            rows(text, r"[0-9a-f]{16} +(\w+) +(\d+)k +(\d+)k +\d+% +(-?\d+) +(\S+)")}


def swaps_ours(fbundle):
    return {area["name"]: (area["type"], area["bytes"] // 1024, area["used_bytes"] // 1024, area["priority"])
            for area in fbundle.ask("swap")["areas"]}


def ipc_peer(text):
    values = {}
    for line in text.splitlines():
        kind = re.match(r"(SHMID|SEM|MSG)", line)
        if kind:
            what = kind[1]
        words = line.split()
        if words and re.fullmatch(r"[0-9a-f]{16}", words[0]):
            values[f"{what} {words[2]}"] = (words[0], words[1], int(words[3]), words[4], int(words[5]))
            if what == "MSG":
                values[f"{what} {words[2]} messages"] = int(words[6])
    return values


def ipc_ours(fbundle):
    values = {}
    for namespace in fbundle.ask("ipcs")["namespaces"]:
        for what, kind, size in (("SHMID", "shared_memory", lambda one: one["size"]),
                                 ("SEM", "semaphore_sets", lambda one: len(one["semaphores"])),
                                 ("MSG", "message_queues", lambda one: one["bytes"])):
            for one in namespace[kind]:
                key = f"{int(one['key'], 16):08x}"
                values[f"{what} {one['id']}"] = (address(one["address"]), key, one["uid"], one["mode"].lstrip("0"), size(one))
                if what == "MSG":
                    values[f"{what} {one['id']} messages"] = one["messages"]
    return values


def timers_peer(text):
    return {timer: (int(expires), function) for expires, timer, function in
            rows(text, r" *(\d+) +-?\d+ +([0-9a-f]{16}) +[0-9a-f]{16} +<(\S+)>")}


def hrtimers_peer(text):
    return {timer: (int(expires), function) for expires, timer, function in
            rows(text, r" *\d+ +(\d+) +-?\d+ +([0-9a-f]{16}) +[0-9a-f]{16} +<(\S+)>")}


def timers_of(kind):
    def ours(fbundle):
        return {address(timer["address"]): (timer["expires"], timer["function"].split(" ")[0])
                for timer in fbundle.ask("timers")["timers"] if timer["kind"] == kind}
    return ours


def interrupts_peer(text):
    return {f"IRQ {irq} {name}": [int(count) for count in counts.split()] for irq, counts, name in
            rows(text, r" *(\d+):((?: +\d+)+)  +\S+ +(\S+)")}


def interrupts_ours(fbundle):
    return {f"IRQ {one['irq']} {','.join(action['name'] for action in one['actions'])}": one["counts"]
            for one in fbundle.ask("irq")["interrupts"] if one["actions"]}


def queues_peer(text):
    values, cpu = {}, None
    for line in text.splitlines():
        found = re.match(r"CPU (\d+)", line)
        if found:
            cpu = f"CPU {found[1]}"
            values[f"{cpu} queued"] = []
        found = re.match(r" *CURRENT: PID: (\d+)", line)
        if found:
            values[f"{cpu} runs"] = int(found[1])
        found = re.match(r" *\[ *(\d+)\] PID: (\d+)", line)
        if found:
            values[f"{cpu} queued"].append((int(found[2]), int(found[1])))
    return values


def queues_ours(fbundle):
    values = {}
    for cpu in fbundle.ask("cpus")["cpus"]:
        values[f"CPU {cpu['cpu']} runs"] = cpu["tid"]
        values[f"CPU {cpu['cpu']} queued"] = [(one["tid"], one["priority"]) for one in cpu["queued"]]
    return values


def signals_peer(text):
    values = {"ignored": [], "caught": []}
    for number, handler, flags in rows(text, r" *\[(\d+)\] +[0-9a-f]{16} +(\S+) +[0-9a-f]{16} +([0-9a-f]+)"):
        if handler == "SIG_IGN":
            values["ignored"].append(int(number))
        elif handler != "SIG_DFL":
            values["caught"].append((int(number), handler, flags))
    values["blocked"] = int(re.search(r"BLOCKED: ([0-9a-f]+)", text)[1], 16)
    values["pending"] = [int(mask, 16) for mask in re.findall(r"SIGNAL: ([0-9a-f]+)", text)]
    return values


def signals_of(pid):
    numbers = {signal.Signals(number).name: number for number in range(1, 32)}
    numbers.update({f"SIGRTMIN+{number - 34}": number for number in range(34, 65)}, SIG32=32, SIG33=33, SIGRTMIN=34)

    def mask(names):
        return sum(1 << (numbers[name] - 1) for name in names)

    def ours(fbundle):
        answer = fbundle.ask("sig", str(pid))
        thread = next(one for one in answer["threads"] if one["tid"] == pid)
        return {"ignored": [numbers[name] for name in answer["ignored"]],
                "caught": [(numbers[one["signal"]], address(one["handler"]), address(one["flags"])) for one in answer["caught"]],
                "blocked": mask(thread["blocked"]), "pending": [mask(thread["pending"]), mask(answer["pending"])]}
    return ours


def mounts_peer(text):
    values = {}
    for superblock, kind, device, target in rows(text, r"[0-9a-f]{16} +([0-9a-f]{16}) +(\S+) +(\S+) +(\S+)"):
        values.setdefault(target, []).append((superblock, kind, device))
    return values


def mounts_ours(fbundle):
    values = {}
    for mount in fbundle.ask("mounts")["mounts"]:
        values.setdefault(mount["target"], []).append((address(mount["superblock"]), mount["type"], mount["source"]))
    return values


LIMITS = {"CPU": "cpu time", "FSIZE": "file size", "DATA": "data size", "STACK": "stack size", "CORE": "core file size",
          "RSS": "resident set", "NPROC": "processes", "NOFILE": "open files", "MEMLOCK": "locked memory",
          "AS": "address space", "LOCKS": "file locks", "SIGPENDING": "pending signals", "MSGQUEUE": "msgqueue size",
          "NICE": "nice priority", "RTPRIO": "realtime priority", "RTTIME": "realtime timeout"}


def limits_peer(text):
    return {LIMITS[name]: (soft.strip("()"), hard.strip("()")) for name, soft, hard in
            rows(text, r" *([A-Z]+) +(\(?\w+\)?) +(\(?\w+\)?) *$") if name in LIMITS}


def limits_of(pid):
    def ours(fbundle):
        return {one["name"].removeprefix("Max "): (str(one["soft"]), str(one["hard"]))
                for one in fbundle.ask("limits", str(pid))["limits"]}
    return ours


def addresses_peer(text):
    return {"objects": [line.strip() for line in text.splitlines() if re.fullmatch(r" *[0-9a-f]{16} *", line)]}


def objects_of(*arguments):
    def ours(fbundle):
        return {"objects": [address(one["address"]) for one in fbundle.ask(*arguments)["objects"]]}
    return ours


def sorted_objects(objects):
    def values(source):
        return {one: True for one in objects(source)["objects"]}
    return values


def mappings_peer(text):
    """Of vm: start, end and the file of each mapping; names in brackets are the peer's own."""
    return {f"{start}-{end}": name if name.startswith("/") else "" for start, end, name in
            rows(text, r"[0-9a-f]{16} +([0-9a-f]+) +([0-9a-f]+) +[0-9a-f]+ *(.*)")}


def mappings_of(pid):
    def ours(fbundle):
        return {f"{address(vma['start'])}-{address(vma['end'])}": vma["name"] if vma["name"].startswith("/") else ""
                for vma in fbundle.ask("vm", str(pid))["vmas"]}
    return ours


def pages_peer(text):
    """Of vm -p: the frame of each page that has one."""
    return dict(rows(text, r"([0-9a-f]+) +([0-9a-f]+) *$"))


def pages_of(pid):
    """Of the first page of each mapping; None where it has no frame."""
    def ours(fbundle):
        values = {}
        for vma in fbundle.ask("vm", str(pid))["vmas"]:
            place = address(vma["start"])
            values[place] = address(fbundle.ask("vtop", f"{pid}:{place}")["physical"] or "") or None
        return values
    return ours


def code_peer(text):
    return {place: mnemonic for place, mnemonic in rows(text, r"0x([0-9a-f]+) <\S+>:\s+(?:data16 |cs |notrack )*(\w+)")}


def plain_mnemonic(word):
    """Without the suffix for the operand's size, which capstone always writes and gdb only where it is in doubt."""
    word = {"retq": "ret", "callq": "call", "jmpq": "jmp", "movabsq": "movabs", "int3": "int3"}.get(word, word)
    return re.sub(r"^(\w{2,})[bwlq]$", r"\1", word)


def code_of(symbol):
    def ours(fbundle):
        return {address(one["at"]["address"]): plain_mnemonic(one["mnemonic"])
                for one in fbundle.ask("dis", symbol)["instructions"]}
    return ours


def code_plain(text):
    return {place: plain_mnemonic(word) for place, word in code_peer(text).items()}


def found_peer(text):
    return [int(place, 16) for place, in rows(text, r"([0-9a-f]{16}): [0-9a-f]{16}")]


def found_at(fbundle, value):
    """Both by physical address: crash shows a page once for each of the kernel's mappings of it, fbundle once."""
    direct = int.from_bytes(bytes.fromhex(fbundle.ask("rd", "page_offset_base", "8")["hex"]), "little")
    kernel = fbundle.ask("info")["kernel"]
    places = fbundle.ask("search", value)["places"]
    physical = {int(place["address"], 16): place["physical"] for place in places}

    def theirs(text):
        values = {}
        for place in found_peer(text):
            if place in physical:
                at = physical[place]
            elif place >= 0xffffffff80000000:
                at = f"0x{(place - 0xffffffff80000000 + int(kernel['phys_base'], 16)) % (1 << 64):x}"
            elif 0 <= place - direct < 1 << 46:
                at = f"0x{place - direct:x}"
            else:
                at = f"0x{int(fbundle.ask('vtop', f'{place:x}')['physical'] or '0', 16):x}"
            values[at] = True
        return values
    return theirs, lambda fbundle: {place["physical"]: True for place in places}


def cgroups_peer(text):
    return {f"{int(place):x}": path for place, path in rows(text, r"(\d+) (/.*)")}


def cgroups_ours(fbundle):
    return {address(group["address"]): group["path"] for hierarchy in fbundle.ask("cgroups")["hierarchies"]
            if hierarchy["version"] == 2 for group in hierarchy["groups"]}


def fields_peer(text):
    """The members of a struct, as crash and drgn show them: numbers, and texts up to their end."""
    values = {}
    for name, value in rows(text, r" *(\w+) = (?:\([\w \[\]]+\))?(.*?),? *$"):
        values[name] = value.strip('"').split("\\000")[0]
    return values


def fields_of(struct, place, names):
    def ours(fbundle):
        value = fbundle.ask("struct", struct, place)["value"]
        return {name: str(value[name]) for name in names}
    return ours


def questions(fbundle):
    """(crash's word, how its answer is read, how ours is had)"""
    tasks = fbundle.ask("ps")["tasks"]
    one = next(task for task in tasks if task["pid"] == 1)
    other = next(task for task in tasks if task["pid"] > 1 and not task["kernel_thread"] and task["pid"] == task["tid"])
    pid = other["pid"]
    value = address(one["task"])
    return [
        ("kmem -i", memory_peer, memory_ours),
        ("kmem -s", slabs_peer, slabs_ours),
        ("kmem -z", zones_peer, zones_ours),
        ("dev -d", disks_peer, disks_ours),
        ("net", interfaces_peer, interfaces_ours),
        ("swap", swaps_peer, swaps_ours),
        ("ipcs", ipc_peer, ipc_ours),
        ("timer", timers_peer, timers_of("wheel")),
        ("timer -r", hrtimers_peer, timers_of("hrtimer")),
        ("irq -s", interrupts_peer, interrupts_ours),
        ("runq", queues_peer, queues_ours),
        ("sig 1", signals_peer, signals_of(1)),
        (f"sig {pid}", signals_peer, signals_of(pid)),
        ("mount", mounts_peer, mounts_ours),
        (f"ps -r {pid}", limits_peer, limits_of(pid)),
        (f"vm {pid}", mappings_peer, mappings_of(pid)),
        (f"vm -p {pid}", pages_peer, pages_of(pid)),
        ("list -H super_blocks -o super_block.s_list", addresses_peer,
         objects_of("list", "super_block.s_list", "super_blocks")),
        ("tree -t rbtree -o vmap_area.rb_node vmap_area_root", sorted_objects(addresses_peer),
         sorted_objects(objects_of("tree", "rbtree", "vmap_area_root", "vmap_area.rb_node"))),
        ("struct task_struct.pid,comm init_task", fields_peer, fields_of("task_struct", "init_task", ("pid", "comm"))),
        ("dis schedule", code_plain, code_of("schedule")),
        (f"search -k {value}", *found_at(fbundle, value)),
        ("cgroups", cgroups_peer, cgroups_ours),
    ]


def explanation(kind, word, name, theirs, ours, fbundle):
    """Why a value differs, where that is known; None: it is not."""
    if kind == "drgn" and word == "kmem -s" and theirs and ours is not None:
        if theirs - ours in fbundle.freed_by_others[name]:
            return "drgn takes objects for used that other CPUs freed into a CPU's own slab (its slab.freelist); crash does not"
    if kind == "crash" and word == "kmem -i" and name == "Committed_AS":
        return "crash leaves out the CPUs' own parts of the counter (percpu_counter.counters)"
    if kind == "crash" and word == "dev -d" and theirs is None:
        return "crash lists no loop devices"
    if word == "mount" and name == "/" and len(theirs or []) == len(ours) + 1:
        return "rootfs lies below the file system that is mounted on it, where no path leads; fbundle counts it as hidden"
    if kind == "crash" and word.startswith("vm -p") and theirs and int(theirs, 16) >= 1 << 46:
        return "crash does not invert the page table entry of a page that is PROT_NONE"
    return None


def compare(kind, word, theirs, ours, fbundle):
    """Prints the verdict of one question; the number of values that differ for no known reason."""
    equal, known, unknown = 0, {}, []
    if word.startswith("vm -p"):
        theirs = {name: value for name, value in theirs.items() if name in ours}
    for name in sorted(set(theirs) | set(ours), key=str):
        mine, peers = ours.get(name), theirs.get(name)
        if mine == peers:
            equal += 1
            continue
        why = explanation(kind, word, name, peers, mine, fbundle)
        if why:
            known.setdefault(why, []).append(name)
        else:
            unknown.append(f"{name}: {kind} {peers}, fbundle {mine}")
    explained = sum(len(names) for names in known.values())
    print(f"{'not ok' if unknown else 'ok'} - {word}: {equal} equal, {explained + len(unknown)} differ"
          + (f", {explained} of them explained" if explained else ""))
    for why, names in known.items():
        print(f"#   {len(names)} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''}): {why}")
    for line in unknown[:SHOWN]:
        print("#   " + line)
    return len(unknown)


def main():
    program, dump, vmlinux, kind, *start = sys.argv[1:]
    fbundle = Fbundle(program, dump)
    asked = questions(fbundle)
    failures = 0
    for (word, read, ours), (text, _) in zip(asked, Peer(kind, start, vmlinux, dump).ask([one[0] for one in asked])):
        if re.search(r"command not found|unrecognized arguments|^error: ", text):
            print(f"skipped - {word}: {kind} has no answer ({text.splitlines()[-1].strip()})")
            continue
        failures += compare(kind, word, read(text), ours(fbundle), fbundle)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
