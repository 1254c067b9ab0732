# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutations that make few bytes claim much: trees whose nodes share children, so that a walk that
does not count sees each leaf again and again; mappings as large as the address space; tasks that
share what each task has for itself."""
import struct

PAGE = 4096
WORD = struct.Struct("<Q")
# lib/maple_tree.c on 64 bit: pivots behind the parent, 15 or (of internal nodes that keep gaps) 9.
MAPLE_NODE = 256
MAPLE_LEAF, MAPLE_RANGE, MAPLE_ARANGE = 1, 2, 3
MAPLE_PIVOTS = 8
MAPLE_SLOTS = {MAPLE_LEAF: (128, 16), MAPLE_RANGE: (128, 16), MAPLE_ARANGE: (80, 10)}


class Memory:
    """Words of a dump's physical memory."""

    def __init__(self, kdump):
        self.kdump = kdump

    def words(self, physical, count):
        page = self.kdump.read_page(physical // PAGE)
        at = physical % PAGE
        return list(struct.unpack_from(f"<{min(count, (PAGE - at) // 8)}Q", page, at))

    def put(self, physical, words):
        page = bytearray(self.kdump.read_page(physical // PAGE))
        at = physical % PAGE
        struct.pack_into(f"<{len(words)}Q", page, at, *words)
        self.kdump.write_page(physical // PAGE, bytes(page))

    def has(self, physical):
        return physical // PAGE in self.kdump.slots


class Process:
    """Where the tables and the mappings of a process are, by physical address."""

    def __init__(self, ask, dump, pid, task, direct):
        self.pid = pid
        self.direct = direct
        value = ask("struct", dump, "task_struct", task, ".mm")["value"]
        self.mm = int(value["mm"], 16) - direct
        self.walks = []
        vmas = ask("vm", dump, str(pid))["vmas"]
        for vma in vmas[::len(vmas) // 4 + 1]:
            levels = ask("vtop", dump, f"{pid}:{vma['start']}")["levels"]
            self.walks.append([int(level["entry_address"], 16) for level in levels])
        root = next((m for m in ask("struct", dump, "maple_tree")["members"] if m["name"] == "ma_root"), None)
        self.root = self.mm + root["offset"] if root else None

    def share_tables(self, memory, draw, levels):
        """Entries of tables on the way to an address lead where the one on that way leads."""
        walk = draw.choice(self.walks)
        for entry_address in walk[-levels:] if draw.randrange(2) else walk[:levels]:
            if not memory.has(entry_address):
                continue
            table = entry_address & ~(PAGE - 1)
            entry = memory.words(entry_address, 1)[0]
            first = 0 if draw.randrange(4) else draw.randrange(512)
            count = draw.choice([512 - first, 512 - first, draw.randrange(1, 513 - first)])
            memory.put(table + 8 * first, [entry] * count)

    def leaf(self, memory):
        """The first leaf of the tree of mappings, as it is pointed to; None where it is not there."""
        node = memory.words(self.root, 1)[0]
        for _ in range(16):
            kind = node >> 3 & 15
            address = (node & ~(MAPLE_NODE - 1)) - self.direct
            if kind not in MAPLE_SLOTS or not memory.has(address):
                return None
            if kind == MAPLE_LEAF:
                return node
            node = memory.words(address + MAPLE_SLOTS[kind][0], 1)[0]
        return None

    def one_huge_mapping(self, memory, draw):
        """Its only mapping is all of user space: vm_start and vm_end stand first in each."""
        if self.root is None or not memory.has(self.root):
            return
        node = self.leaf(memory)
        if node is None:
            return
        address = (node & ~(MAPLE_NODE - 1)) - self.direct
        slots, count = MAPLE_SLOTS[MAPLE_LEAF]
        vma = next((w for w in memory.words(address + slots, count) if w and memory.has(w - self.direct)), None)
        if vma is None:
            return
        end = draw.choice([1 << 56, 1 << 47])
        memory.put(self.root, [node | 2])
        memory.put(address + MAPLE_PIVOTS, [end - 1] + [0] * (count - 2))
        memory.put(address + slots, [vma] + [0] * (count - 1))
        memory.put(vma - self.direct, [0, end])

    def share_nodes(self, memory, draw):
        """A node of the tree of mappings has one child at all its slots."""
        if self.root is None or not memory.has(self.root):
            return
        node = memory.words(self.root, 1)[0]
        for _ in range(draw.randrange(3)):
            kind = node >> 3 & 15
            if kind not in (MAPLE_RANGE, MAPLE_ARANGE):
                break
            address = (node & ~(MAPLE_NODE - 1)) - self.direct
            if not memory.has(address):
                return
            node = memory.words(address + MAPLE_SLOTS[kind][0], 1)[0]
        kind = node >> 3 & 15
        address = (node & ~(MAPLE_NODE - 1)) - self.direct
        if kind not in MAPLE_SLOTS or not memory.has(address):
            return
        slots, count = MAPLE_SLOTS[kind]
        child = draw.choice([node & ~2, memory.words(address + slots, 1)[0]])
        memory.put(address + slots, [child] * count)
        if draw.randrange(2):
            memory.put(address + MAPLE_PIVOTS, [(i + 1) << draw.choice([12, 30, 47]) for i in range(count - 1)])


class SharedChildren:
    def __init__(self, ask, dump, tasks, direct):
        """ask(command, ...) answers of the dump; direct is where the direct map begins."""
        self.direct = direct
        self.tasks = [int(t["task"], 16) - direct for t in tasks]
        self.size = ask("struct", dump, "task_struct")["size"]
        users = [t for t in tasks if not t["kernel_thread"] and t["tid"] == t["pid"]]
        self.processes = [Process(ask, dump, t["pid"], t["task"], direct) for t in users[-4:]]
        head = ask("struct", dump, "pid_namespace", "init_pid_ns", ".idr.idr_rt.xa_head")["value"]
        self.pid_tree = (int(next(iter(head.values())), 16) & ~3) - direct
        self.slots = next(m["offset"] for m in ask("struct", dump, "xa_node")["members"] if m["name"] == "slots")

    def share_pid_nodes(self, memory, draw):
        """Slots of a node of the PID tree that have nodes all have the same one, or the node itself."""
        if not memory.has(self.pid_tree):
            return
        at = self.pid_tree + self.slots
        slots = memory.words(at, 64)
        nodes = [s for s in slots if s & 3 == 2]
        child = draw.choice(nodes + [self.pid_tree + self.direct | 2])
        memory.put(at, [child] * len(slots))

    def share_between_tasks(self, memory, draw):
        """A pointer of one task in all others, or in some: lists that run into each other, one mm for
        all, one table of files."""
        source = draw.choice([t for t in self.tasks if memory.has(t)])
        pointers = [(offset + 8 * i, word) for offset in range(0, self.size, PAGE)
                    if memory.has(source + offset)
                    for i, word in enumerate(memory.words(source + offset, min(self.size - offset, PAGE) // 8))
                    if word >> 56 == 0xff and word != 2**64 - 1]
        for offset, word in draw.sample(pointers, min(len(pointers), draw.choice([1, 4, 32]))):
            others = draw.sample(self.tasks, draw.choice([2, len(self.tasks) // 2, len(self.tasks)]))
            for task in others:
                at = (task + offset) & ~7
                if memory.has(at):
                    memory.put(at, [word])

    def mutate(self, kdump, draw):
        """One mutation; the PID whose answers it is for, or None."""
        memory = Memory(kdump)
        process = draw.choice(self.processes)
        how = draw.randrange(6)
        if how <= 1:
            process.share_tables(memory, draw, draw.choice([1, 2, 3, 5]))
            process.one_huge_mapping(memory, draw)
        elif how == 2:
            process.share_tables(memory, draw, draw.choice([1, 2, 3, 5]))
        elif how == 3:
            process.share_nodes(memory, draw)
        elif how == 4:
            self.share_pid_nodes(memory, draw)
        else:
            self.share_between_tasks(memory, draw)
            return None
        return process.pid
