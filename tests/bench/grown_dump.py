# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps of hosts with many threads, made of the sample's: one of its blocked threads many times over.

Each thread made gets a task_struct, a kernel stack and what it waits for (a file_lock, or an rw_semaphore)
of its own, in memory behind the sample's, which an entry of the kernel's page tables maps. Pointers from one
of these to another lead to the thread's own; all others lead where those of the thread copied lead."""
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))
import kdump_file  # noqa: E402
from kernel_memory import Memory, ask  # noqa: E402

PAGE = kdump_file.PAGE
GIB = 1 << 30
STACK = 4 * PAGE
# Of each thread: its stack, its task_struct (three pages), and a page for what it waits for.
THREAD = 8 * PAGE
TASK_AT, OBJECT_AT = STACK, STACK + 3 * PAGE
# Present, writable, accessed, dirty, one page of 1 GiB, not executable: arch/x86/include/asm/pgtable_types.h.
PUD_HUGE = 0x80000000000001e3
FIRST_TID = 1000000


class Piece:
    """Kernel memory that each thread has its own copy of."""

    def __init__(self, memory, address, size, at):
        self.address, self.size, self.at = address, size, at
        # The pages of the copy that the dump has, as lists of words.
        self.pages = {}
        for offset in range(0, size, 8):
            try:
                word = memory.read(address + offset)
            except KeyError:
                continue
            page, index = divmod(at + offset, PAGE)
            self.pages.setdefault(page, [0] * (PAGE // 8))[index // 8] = word


class GrownDump:
    def __init__(self, fbundle, sample, work):
        self.path = os.path.join(work, "sample")
        kdump_file.unflatten(sample, self.path)
        self.kdump = kdump_file.KdumpFile(self.path)
        self.memory = Memory(fbundle, self.path, self.kdump)
        self.fbundle = fbundle
        self.tasks = {task["tid"]: task for task in ask(fbundle, "ps", self.path)[0]["tasks"]}
        self.added = []  # (page frame, its compressed bytes), ascending
        self.stored = {}  # what pages became of late
        self.first = None  # address of the first thread made

    def field(self, type_name, member):
        return self.memory.offset(type_name, member)

    def map_more(self, task, bytes_needed):
        """Maps physical memory from 1 GiB on behind the direct map; returns the first address."""
        walk = ask(self.fbundle, "vtop", self.path, f"{task:x}")[0]
        direct = task - int(walk["physical"], 16)
        level = next(level for level in walk["levels"] if level["name"] == "PUD")
        entry_at = int(level["entry_address"], 16)
        page = bytearray(self.kdump.read_page(entry_at // PAGE))
        # The entry found maps the task; those behind it one GiB each.
        index = entry_at % PAGE // 8 - (task - direct) // GIB
        count = -(-bytes_needed // GIB)
        if index + 1 + count > 512:
            raise ValueError("the page table that maps the kernel's memory has no room behind it")
        for i in range(1, count + 1):
            struct.pack_into("<Q", page, 8 * (index + i), i * GIB | PUD_HUGE)
        self.kdump.write_page(entry_at // PAGE, bytes(page))
        self.first = direct + GIB
        return self.first

    def add_threads(self, tid, count, pieces, links):
        """count threads like tid in its process; links(i, base) gives what pieces of thread i have apart from
        pointers to themselves: pairs of address and word."""
        source = int(self.tasks[tid]["task"], 16)
        task_size = ask(self.fbundle, "struct", self.path, "task_struct")[0]["size"]
        stack = self.memory.read(source + self.field("task_struct", "stack"))
        first = self.map_more(source, count * THREAD)
        pieces = [Piece(self.memory, stack, STACK, 0), Piece(self.memory, source, task_size, TASK_AT)] + pieces
        pages = {page: words for piece in pieces for page, words in piece.pages.items()}
        moves = [(page, i, piece.at + word - piece.address)
                 for page, words in pages.items() for i, word in enumerate(words)
                 for piece in pieces if piece.address <= word < piece.address + piece.size]
        signal = self.memory.read(source + self.field("task_struct", "signal"))
        node = self.field("task_struct", "thread_node")
        head = signal + self.field("signal_struct", "thread_head")
        last = self.memory.read(head + 8)
        pid_at = TASK_AT + self.field("task_struct", "pid")
        for i in range(count):
            base = first + i * THREAD
            for page, index, offset in moves:
                pages[page][index] = base + offset
            own = [(base + TASK_AT + node, base + THREAD + TASK_AT + node if i + 1 < count else head),
                   (base + TASK_AT + node + 8, base - THREAD + TASK_AT + node if i else last)]
            for address, word in own + links(i, base):
                page, at = divmod(address - base, PAGE)
                pages[page][at // 8] = word
            word = pages[pid_at // PAGE][pid_at % PAGE // 8]
            shift = pid_at % 8 * 8
            pages[pid_at // PAGE][pid_at % PAGE // 8] = word & ~(0xFFFFFFFF << shift) | FIRST_TID + i << shift
            frame = (GIB + i * THREAD) // PAGE
            self.added += [(frame + page, self.store(pages[page])) for page in sorted(pages)]
        self.memory.write(last, first + TASK_AT + node)
        self.memory.write(head + 8, first + (count - 1) * THREAD + TASK_AT + node)
        self.count_more(signal + self.field("signal_struct", "nr_threads"), count)
        self.count_more(self.memory.symbol("nr_threads"), count)

    def store(self, words):
        """A page as it is stored, one for all that are equal."""
        page = struct.pack("<512Q", *words)
        if page not in self.stored:
            if len(self.stored) > 64:  # those of one thread that others have too come again soon
                self.stored.clear()
            self.stored[page] = zlib.compress(page, 1)
        return self.stored[page]

    def count_more(self, address, more):
        """Adds to a 32-bit counter."""
        word = self.memory.read(address)
        self.memory.write(address, word >> 32 << 32 | ((word & 0xFFFFFFFF) + more))

    def write(self, path):
        """The grown dump: as the sample, and the frames added behind its own."""
        kdump = self.kdump
        kdump.flush()
        frames = max(frame for frame, _ in self.added) + 1
        half = -(-frames // (8 * PAGE)) * PAGE
        old_half = (kdump.descs - kdump.bitmaps) // 2
        bitmaps = [bytearray(kdump.read(kdump.bitmaps + i * old_half, old_half).ljust(half, b"\0")) for i in (0, 1)]
        for frame, _ in self.added:
            for bitmap in bitmaps:
                bitmap[frame // 8] |= 1 << frame % 8
        head = bytearray(kdump.read(0, kdump.bitmaps))
        struct.pack_into("<iI", head, 436, 2 * half // PAGE, frames)
        struct.pack_into("<Q", head, kdump.sub_header + 96, frames)
        old_data = kdump.descs + kdump_file.DESC.size * len(kdump.frames)
        data = kdump.bitmaps + 2 * half + kdump_file.DESC.size * (len(kdump.frames) + len(self.added))
        moved = data - old_data
        end = kdump.file.seek(0, 2) + moved
        with open(path, "wb") as out:
            out.write(head)
            out.write(bitmaps[0])
            out.write(bitmaps[1])
            for slot in range(len(kdump.frames)):
                offset, *others = kdump_file.DESC.unpack(
                    kdump.read(kdump.descs + kdump_file.DESC.size * slot, kdump_file.DESC.size))
                out.write(kdump_file.DESC.pack(offset + moved, *others))
            placed = {}  # of each object that is stored once: where
            for _, page in self.added:
                if id(page) not in placed:
                    placed[id(page)] = end
                    end += len(page)
                out.write(kdump_file.DESC.pack(placed[id(page)], len(page), kdump_file.METHOD_ZLIB, 0))
            out.write(kdump.read(old_data, kdump.file.seek(0, 2) - old_data))
            out.writelines({id(page): page for _, page in self.added}.values())


def wait_for_one_file_lock(grown, tid, count):
    """count more threads like tid, which waits in flock(): each below the one before, as the kernel hangs them."""
    memory = grown.memory
    task = int(grown.tasks[tid]["task"], 16)
    stack = memory.read(task + grown.field("task_struct", "stack"))
    # struct wait_queue_entry on its stack: its task, and behind that its link in the queue.
    private, link = (grown.field("wait_queue_entry", name) for name in ("private", "entry"))
    queue = grown.field("file_lock", "fl_wait") + grown.field("wait_queue_head", "head")
    size = ask(grown.fbundle, "struct", grown.path, "file_lock")[0]["size"]
    entry = next(at for at in range(stack + STACK - PAGE, stack + STACK, 8)
                 if memory.read(at + private) == task and memory.read(memory.read(at + link)) == at + link)
    lock = memory.read(entry + link) - queue
    requests = grown.field("file_lock", "fl_blocked_requests")
    member = grown.field("file_lock", "fl_blocked_member")

    def links(i, base):
        own = base + OBJECT_AT
        before = own - THREAD if i else lock
        behind = own + THREAD
        last = i + 1 == count
        return [(own + grown.field("file_lock", "fl_blocker"), before),
                (own + member, before + requests), (own + member + 8, before + requests),
                (own + requests, own + requests if last else behind + member),
                (own + requests + 8, own + requests if last else behind + member)]

    grown.add_threads(tid, count, [Piece(memory, lock, size, OBJECT_AT)], links)
    for offset in (0, 8):
        memory.write(lock + requests + offset, grown.first + OBJECT_AT + member)


def deadlock_in_pairs(grown, tid, lock, count):
    """count more threads like tid, which waits for the rw_semaphore at lock: each two for each other."""
    size = ask(grown.fbundle, "struct", grown.path, "rw_semaphore")[0]["size"]
    owner = grown.field("rw_semaphore", "owner")

    def links(i, base):
        return [(base + OBJECT_AT + owner, base + TASK_AT + (-THREAD if i % 2 else THREAD))]

    grown.add_threads(tid, count, [Piece(grown.memory, lock, size, OBJECT_AT)], links)
