# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutants of tests/hostile/attack: inputs that keep their shape while what they say is changed."""
import bz2
import glob
import gzip
import lzma
import os
import shutil
import struct
import subprocess
import sys

import commands
import kdump_file
import manifest

PAGE = kdump_file.PAGE
PHDR = struct.Struct("<IIQQQQQQ")
ODD_NUMBERS = [0, 1, 2, 7, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, 1 << 47, 1 << 56,
               (1 << 63) - 1, 1 << 63, (1 << 64) - 1, PAGE, PAGE - 1, PAGE + 1]


def odd(draw, size, old=None):
    """A number of SIZE bytes that is at an edge, near the old one, or any."""
    choices = list(ODD_NUMBERS) + [draw.getrandbits(64), draw.getrandbits(16)]
    if old is not None:
        choices += [old + 1, old - 1, old * 2, old ^ 1 << draw.randrange(8 * size)] * 3
    return (draw.choice(choices) & (1 << 8 * size) - 1).to_bytes(size, "little")


def set_number(data, at, size, draw):
    old = int.from_bytes(data[at:at + size], "little")
    data[at:at + size] = odd(draw, size, old)


def noise(data, draw, times):
    for _ in range(times):
        at = draw.randrange(len(data))
        size = min(draw.choice([1, 1, 2, 4, 8]), len(data) - at)
        set_number(data, at, size, draw)


class Subject:
    """The healthy inputs of all kinds, made once."""

    def __init__(self, options):
        self.options = options
        self.work = options.work
        self.plain = os.path.join(self.work, "plain")
        kdump_file.unflatten(glob.glob(os.path.join(options.sample, "dump.*"))[0], self.plain)
        self.cores = [self.unpacked(path) for path in sorted(glob.glob(os.path.join(options.sample, "core.*")))]
        self.report = glob.glob(os.path.join(options.sample, "*.crash"))[0]
        self.sysroot = os.path.join(options.sample, "sysroot")
        self.bundle = os.path.join(self.work, "whole.fbundle")
        self.ask_plainly("merge", self.plain, *self.cores, "-o", self.bundle)
        tasks = commands.ask(options.fbundle, "ps", self.plain)["tasks"]
        self.pids = [str(task["pid"]) for task in tasks if not task["kernel_thread"]]
        self.tasks = [int(task["task"], 16) for task in tasks]
        physical = int(commands.ask(options.fbundle, "vtop", self.plain, f"{self.tasks[0]:x}")["physical"], 16)
        self.direct = self.tasks[0] - physical
        kdump = kdump_file.KdumpFile(self.plain)
        self.frames = kdump.frames

    def unpacked(self, path):
        to = os.path.join(self.work, os.path.basename(path))
        tool = {".xz": "xz", ".gz": "gzip", ".zst": "zstd", ".lz4": "lz4"}.get(os.path.splitext(path)[1])
        if not tool:
            return shutil.copy(path, to)
        to = os.path.splitext(to)[0]
        with open(to, "wb") as file:
            subprocess.run([tool, "-dc", path], stdout=file, check=True)
        return to

    def plain_in(self, folder):
        """The healthy dump under a name there."""
        path = os.path.join(folder, "dump")
        if not os.path.exists(path):
            os.link(self.plain, path)
        return path

    def ask_plainly(self, *line):
        done = subprocess.run([self.options.fbundle, *line], env=self.options.environment, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode not in (0, 3):
            sys.exit(f"fbundle {' '.join(line)}: {done.stderr.decode(errors='replace')}")


class Kinds:
    """Each method makes the files of one mutant in a folder, and gives the commands to run on them."""

    def __init__(self, subject):
        self.subject = subject

    def names(self):
        return [name[5:] for name in dir(self) if name.startswith("make_")]

    def on_dump(self, dump, draw, cores=()):
        pid = draw.choice(self.subject.pids)
        given = [part for core in cores for part in ("--core", core)]
        out = ["--force", "-o", dump + ".out"]
        return [["info", dump, *given], ["ps", dump, "--threads", *given], ["bt", dump, "-a", *given],
                ["waits", dump, *given], ["vm", dump, pid, *given], ["files", dump, pid], ["log", dump],
                ["mods", dump], ["report", dump, *given, *out], ["extract", dump, pid, *given, "--from-dump", *out],
                ["struct", dump, "task_struct", f"{draw.choice(self.subject.tasks):x}"],
                ["merge", dump, *(cores or self.subject.cores[:3]), *out], ["dump", dump, *given, *out],
                ["rd", dump, f"{pid}:7ffff0000000", "4096", *given]]

    def on_bundle(self, bundle, draw):
        out = ["--force", "-o", bundle + ".out"]
        pid = draw.choice(self.subject.pids)
        return [["verify", bundle], ["extract", bundle, pid, *out], ["extract", bundle, "--all", "--force", "-o",
                bundle + ".all"], ["merge", bundle, self.subject.cores[0], *out], *self.on_dump(bundle, draw)]

    # Kernel memory: what is read is well formed, and means something else.

    def changed_dump(self, folder, change):
        path = shutil.copy(self.subject.plain, os.path.join(folder, "dump"))
        kdump = kdump_file.KdumpFile(path)
        change(kdump)
        kdump.flush()
        return path

    def pointers_of(self, page):
        low, high = self.subject.direct, self.subject.direct + (1 << 40)
        return [at for at in range(0, PAGE, 8)
                if low <= int.from_bytes(page[at:at + 8], "little") < high]

    def make_pointers(self, folder, draw):
        """Pointers of one task, or of any page, lead where others lead, to themselves, or a little beside."""
        def change(kdump):
            near = [(task - self.subject.direct + at) // PAGE for task in self.subject.tasks
                    for at in (0, PAGE, 2 * PAGE)]
            for _ in range(draw.choice([1, 3, 20])):
                pfn = draw.choice(draw.choice([near, self.subject.frames]))
                if pfn not in kdump.slots:
                    continue
                page = bytearray(kdump.read_page(pfn))
                places = self.pointers_of(page)
                for at in draw.sample(places, min(len(places), draw.choice([1, 2, 30]))):
                    other = draw.choice(places)
                    old = int.from_bytes(page[at:at + 8], "little")
                    value = draw.choice([int.from_bytes(page[other:other + 8], "little"),
                                         self.subject.direct + pfn * PAGE + at,
                                         draw.choice(self.subject.tasks),
                                         old + draw.choice([-8, 8, 64, PAGE])])
                    page[at:at + 8] = (value & (1 << 64) - 1).to_bytes(8, "little")
                kdump.write_page(pfn, bytes(page))
        return self.on_dump(self.changed_dump(folder, change), draw, self.subject.cores[:2])

    def make_numbers(self, folder, draw):
        """Counts, sizes, flags and states of kernel objects at their edges."""
        def change(kdump):
            for _ in range(draw.choice([1, 4, 40])):
                task = draw.choice(self.subject.tasks) - self.subject.direct
                pfn = draw.choice([draw.choice(self.subject.frames), task // PAGE, task // PAGE + 1])
                if pfn in kdump.slots:
                    page = bytearray(kdump.read_page(pfn))
                    for _ in range(draw.choice([1, 8])):
                        size = draw.choice([1, 2, 4, 8])
                        set_number(page, draw.randrange(PAGE // size) * size, size, draw)
                    kdump.write_page(pfn, bytes(page))
        return self.on_dump(self.changed_dump(folder, change), draw, self.subject.cores[:2])

    def make_swapped(self, folder, draw):
        """Pages stand in each other's place."""
        def change(kdump):
            for _ in range(draw.choice([1, 10, 200])):
                one, other = draw.sample(self.subject.frames, 2)
                at = [kdump.descs + kdump_file.DESC.size * kdump.slots[pfn] for pfn in (one, other)]
                first, second = (kdump.read(place, kdump_file.DESC.size) for place in at)
                kdump.patch(at[0], second)
                kdump.patch(at[1], first)
        return self.on_dump(self.changed_dump(folder, change), draw, self.subject.cores[:2])

    def make_lost(self, folder, draw):
        """Pages are lost: some, every so many, a stretch, nearly all; lost, left out, or without end."""
        def change(kdump):
            frames = self.subject.frames
            how = draw.randrange(4)
            if how == 0:
                lost = draw.sample(frames, draw.choice([1, 30, 1000]))
            elif how == 1:
                step = draw.choice([2, 3, 8, 16])
                lost = frames[draw.randrange(step)::step]
            elif how == 2:
                start = draw.randrange(len(frames))
                lost = frames[start:start + draw.choice([100, 3000])]
            else:
                lost = [pfn for pfn in frames if draw.random() < 0.9]
            descriptor = kdump_file.DESC.pack(*draw.choice(
                [(0, 0, 0, 0), (1 << 62, 100, 1, 0), (kdump.descs, 0x7FFFFFFF, 1, 0), (-5, 4096, 0, 0)]))
            for pfn in lost:
                kdump.patch(kdump.descs + kdump_file.DESC.size * kdump.slots[pfn], descriptor)
        return self.on_dump(self.changed_dump(folder, change), draw, self.subject.cores[:2])

    # Files around dumps.

    def make_flattened(self, folder, draw):
        """A flattened dump: records of odd places and sizes, in other order, twice, cut off."""
        with open(self.subject.plain, "rb") as file:
            data = file.read()
        chunk = draw.choice([1 << 16, 1 << 18, 1 << 20])
        records = [[at, len(data[at:at + chunk]), data[at:at + chunk]] for at in range(0, len(data), chunk)]
        for _ in range(draw.choice([0, 1, 3])):
            record = draw.choice(records)
            where = draw.randrange(2)
            record[where] = int.from_bytes(odd(draw, 8, record[where]), "little", signed=True)
        if draw.random() < 0.5:
            draw.shuffle(records)
        if draw.random() < 0.3:
            records += draw.sample(records, len(records) // 3)
        path = os.path.join(folder, "dump.flat")
        with open(path, "wb") as file:
            file.write(struct.pack(">16sqq", b"makedumpfile", 1, draw.choice([1, 1, 1, 2])).ljust(PAGE, b"\0"))
            for offset, size, content in records:
                file.write(struct.pack(">qq", offset, size) + content)
            file.write(struct.pack(">qq", -1, -1))
            if draw.random() < 0.4:
                file.truncate(draw.randrange(file.tell()))
        return self.on_dump(path, draw, self.subject.cores[:1])

    def make_packed(self, folder, draw):
        """A compressed dump or core: cut, changed, two in a row, something behind it."""
        name, pack = draw.choice([("gz", lambda data: gzip.compress(data, 1)), ("xz", lambda data: lzma.compress(
            data, preset=0)), ("bz2", lambda data: bz2.compress(data, 1)), ("zst", self.by_tool("zstd", "-1")),
            ("lz4", self.by_tool("lz4", "-1"))])
        source = draw.choice([self.subject.plain, *self.subject.cores])
        with open(source, "rb") as file:
            data = file.read()
        parts = [data]
        if draw.random() < 0.3:
            cut = draw.randrange(len(data))
            parts = [data[:cut], data[cut:]]
        packed = bytearray(b"".join(pack(part) for part in parts))
        noise(packed, draw, draw.choice([0, 1, 1, 3]))
        packed += draw.choice([b"", b"", b"\0" * 100, draw.randbytes(50), bytes(packed[:1000])])
        if draw.random() < 0.4:
            del packed[draw.randrange(len(packed)):]
        path = os.path.join(folder, f"input.{name}")
        with open(path, "wb") as file:
            file.write(packed)
        if source == self.subject.plain:
            return self.on_dump(path, draw)
        return self.on_dump(self.subject.plain_in(folder), draw, [path])

    @staticmethod
    def by_tool(tool, level):
        return lambda data: subprocess.run([tool, level, "-c"], input=data, stdout=subprocess.PIPE,
                                           stderr=subprocess.DEVNULL, check=True).stdout

    def make_images(self, folder, draw):
        """Memory images of each form, their headers and ranges changed."""
        form = draw.choice(["lime", "avml", "raw", "holes", "vmware", "vbox"])
        paths = [os.path.join(folder, name) for name in (
            ("guest.vmss", "guest.vmem") if form == "vmware" else ("image",))]
        subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../formats/memory_image.py"), self.subject.plain, form, *paths], check=True)
        with open(paths[0], "r+b") as file:
            size = os.fstat(file.fileno()).st_size
            for _ in range(draw.choice([0, 1, 2, 6])):
                at = draw.choice([0, 0, draw.randrange(size)])
                file.seek(at)
                head = bytearray(file.read(draw.choice([32, 64, 4096])))
                noise(head, draw, draw.choice([1, 3]))
                file.seek(at)
                file.write(head)
            if draw.random() < 0.3:
                file.truncate(draw.randrange(size))
        more = ["--part", paths[1]] if form == "vmware" and draw.random() < 0.9 else []
        return [[*line, *more] for line in self.on_dump(paths[0], draw)]

    # Bundles whose checksums agree.

    def make_bundles(self, folder, draw):
        """A bundle of which a part or the table of parts was changed, and all checksums made anew."""
        with open(self.subject.bundle, "rb") as file:
            data = bytearray(file.read())
        magic, version, count, start, _, table_at, _, reserved, _ = manifest.TRAILER.unpack(
            data[-manifest.TRAILER.size:])
        parts = [list(manifest.PART.unpack_from(data, table_at + i * manifest.PART.size)) for i in range(count)]
        for _ in range(draw.choice([1, 1, 2, 5])):
            part = draw.choice(parts + [parts[0]] * 20)
            if draw.random() < 0.3:
                field = draw.randrange(len(part))
                size = 4 if field in (0, 1, 6, 7) else 8
                part[field] = int.from_bytes(odd(draw, size, part[field]), "little")
                continue
            at, size = part[2], part[3]
            if at + size > table_at or not size:
                continue
            body = bytearray(data[at:at + size])
            self.change_part(body, part[0], draw)
            data[at:at + size] = body
            part[5] = manifest.xxh64(bytes(body))
        table = b"".join(manifest.PART.pack(*part) for part in parts)
        end = manifest.TRAILER.pack(magic, version, count, start, len(data) - start, table_at,
                                    manifest.xxh64(table), reserved, 0)[:-8]
        path = os.path.join(folder, "mutant.fbundle")
        with open(path, "wb") as file:
            file.write(data[:table_at] + table + end + struct.pack("<Q", manifest.xxh64(end)))
        return self.on_bundle(path, draw)

    @staticmethod
    def change_part(body, kind, draw):
        if kind != 1 or draw.random() < 0.3:
            noise(body, draw, draw.choice([1, 3, 30]))
            return
        # The manifest is JSON: digits and letters of it are turned, and it mostly stays JSON.
        for _ in range(draw.choice([1, 5, 50])):
            at = draw.randrange(len(body))
            if chr(body[at]).isdigit():
                body[at] = ord(draw.choice("0123456789-."))
            elif chr(body[at]).isalpha():
                body[at] = ord(draw.choice("abcdefnrtu\\"))

    def make_flipped(self, folder, draw):
        """A bundle with a few bytes changed or cut off, its checksums as they were."""
        path = shutil.copy(self.subject.bundle, os.path.join(folder, "flipped.fbundle"))
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            if draw.random() < 0.3:
                file.truncate(draw.randrange(size))
            else:
                for _ in range(draw.choice([1, 1, 4])):
                    at = draw.choice([draw.randrange(size), size - 1 - draw.randrange(min(size, 4096))])
                    file.seek(at)
                    old = file.read(1)
                    file.seek(at)
                    file.write(bytes([old[0] ^ 1 << draw.randrange(8)]))
        return self.on_bundle(path, draw)

    # Cores.

    def make_cores(self, folder, draw):
        """Program headers and notes of cores: fields at their edges, segments over each other, out of order,
        notes cut, twice, of other types, in other order."""
        path = os.path.join(folder, "core.mutant")
        with open(draw.choice(self.subject.cores), "rb") as file:
            data = bytearray(file.read())
        at, = struct.unpack_from("<Q", data, 32)
        count, = struct.unpack_from("<H", data, 56)
        places = [at + i * PHDR.size for i in range(count) if at + (i + 1) * PHDR.size <= len(data)]
        for _ in range(draw.choice([1, 2, 8])):
            how = draw.randrange(5)
            place = draw.choice(places)
            if how == 0:
                field = draw.choice([0, 4, 8, 16, 24, 32, 40, 48])
                set_number(data, place + field, 4 if field < 8 else 8, draw)
            elif how == 1:
                other = draw.choice(places)
                data[place:place + PHDR.size] = data[other:other + PHDR.size]
            elif how == 2:
                set_number(data, *draw.choice([(16, 2), (18, 2), (32, 8), (54, 2), (56, 2), (40, 8)]), draw)
            else:
                self.change_notes(data, places, draw)
        if draw.random() < 0.25:
            del data[draw.choice([draw.randrange(len(data)), draw.randrange(min(len(data), 1 << 15))]):]
        with open(path, "wb") as file:
            file.write(data)
        dump = self.subject.plain_in(folder)
        return [["bt", path], *self.on_dump(dump, draw, [path, *draw.sample(self.subject.cores, 2)])]

    @staticmethod
    def change_notes(data, places, draw):
        notes = [struct.unpack_from("<QQQQ", data, place + 8) for place in places
                 if struct.unpack_from("<I", data, place)[0] == 4]
        if not notes:
            return
        start, size = notes[0][0], min(notes[0][3], len(data) - notes[0][0])
        at, found = start, []
        while at + 12 <= start + size:
            name, length, _ = struct.unpack_from("<III", data, at)
            whole = 12 + (name + 3 & ~3) + (length + 3 & ~3)
            found.append((at, whole))
            at += whole
        if not found:
            return
        place, whole = draw.choice(found)
        how = draw.randrange(4)
        if how == 0:
            set_number(data, place + draw.choice([0, 4, 8]), 4, draw)
        elif how == 1:
            other, length = draw.choice(found)
            data[place:place + min(whole, length)] = data[other:other + min(whole, length)]
        elif whole > 24:
            word = place + 20 + draw.randrange((whole - 20) // 4) * 4
            set_number(data, word, draw.choice([4, 8]), draw)

    def make_apport(self, folder, draw):
        """An Apport report: lines twice, in other order, cut, without colons, its base64 changed."""
        with open(self.subject.report, "rb") as file:
            lines = file.read().split(b"\n")
        heads = [i for i, line in enumerate(lines) if line[:1] != b" "]
        for _ in range(draw.choice([1, 2, 6])):
            how = draw.randrange(5)
            at = draw.choice(heads + [draw.randrange(len(lines))] * len(heads))
            if how == 0:
                lines.insert(at, lines[draw.choice(heads)] if heads else b"")
            elif how == 1:
                del lines[at]
            elif how == 2 and lines[at]:
                line = bytearray(lines[at])
                noise(line, draw, 2)
                lines[at] = bytes(line)
            elif how == 3:
                lines[at] = lines[at][:draw.randrange(len(lines[at]) + 1)]
            else:
                other = draw.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            heads = [i for i, line in enumerate(lines) if line[:1] != b" "]
            if not lines:
                lines = [b""]
        path = os.path.join(folder, "mutant.crash")
        with open(path, "wb") as file:
            file.write(b"\n".join(lines))
        return self.on_dump(self.subject.plain_in(folder), draw, [path])

    def make_objects(self, folder, draw):
        """Programs and libraries below --sysroot: headers, unwind tables, symbols and notes changed."""
        root = os.path.join(folder, "root")
        shutil.copytree(self.subject.sysroot, root, symlinks=True)
        files = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names
                 if not os.path.islink(os.path.join(at, name))]
        for path in draw.sample(files, min(len(files), draw.choice([1, 2, 5]))):
            os.chmod(path, 0o600)
            with open(path, "rb") as file:
                data = bytearray(file.read())
            if data[:4] != b"\x7fELF":
                continue
            sections, = struct.unpack_from("<Q", data, 40)
            number, = struct.unpack_from("<H", data, 60)
            for _ in range(draw.choice([1, 3, 20])):
                header = sections + draw.randrange(max(number, 1)) * 64
                if header + 64 > len(data):
                    continue
                at, size = struct.unpack_from("<QQ", data, header + 24)
                how = draw.randrange(3)
                if how == 0:
                    set_number(data, header + draw.choice([4, 24, 32, 40, 56]), 4, draw)
                elif how == 1:
                    set_number(data, draw.choice([32, 54, 56, 60, 62, 64 + 56 * draw.randrange(8) + 8]), 2, draw)
                elif size and at + size <= len(data) and size < 1 << 30:
                    set_number(data, at + draw.randrange(size), draw.choice([1, 2, 4]), draw)
            with open(path, "wb") as file:
                file.write(data)
        dump = self.subject.plain_in(folder)
        cores = self.subject.cores[:3]
        given = [part for core in cores for part in ("--core", core)]
        out = ["--force", "-o", dump + ".out"]
        return [["bt", dump, "-a", *given, "--sysroot", root], ["waits", dump, *given, "--sysroot", root],
                ["vm", dump, draw.choice(self.subject.pids), *given, "--sysroot", root],
                ["report", dump, *given, "--sysroot", root, *out],
                ["merge", dump, *cores, "--sysroot", root, *out], ["dump", dump, "--sysroot", root, *out]]
