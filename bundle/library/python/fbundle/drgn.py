# SPDX-License-Identifier: GPL-2.0-or-later
"""For drgn: the memory of processes, as libfbundle joins it from dump, swap, cores and files.

drgn reads what the dump has. What was filtered out of it, swapped out, or is only in a file or a core, it does not
find. With prog, drgn's program of a dump or bundle:

    from fbundle.drgn import process_program, select

    select(prog, 132)                   # from now on the user half of prog's addresses is that of PID 132
    prog.read(0x7fe81883cdd0, 16)
    app = process_program(prog, 132)    # or a program of its own, with the process's symbols and types
    app.symbol(0x7fe81883cdd0)

Where drgn has commands (0.3.0 does, 0.0.31 does not), `%process 132` at its prompt is select(prog, 132).
"""
import os
import struct

import drgn

from . import Bundle, Error, open as open_input

__all__ = ["bundle_of", "process_program", "select"]

_BUNDLE = "fbundle.drgn.bundle"
_SELECTED = "fbundle.drgn.selected"
# The lower half of the addresses with five levels of page tables, which has that with four.
_USER_END = 1 << 56
_PT_LOAD, _PT_DYNAMIC, _PT_NOTE = 1, 2, 4
_NT_GNU_BUILD_ID = 3
_PHDR = struct.Struct("<IIQQQQQQ")
_NOTES_MAX = 1 << 16


def bundle_of(prog, path=None, **options):
    """The fbundle.Bundle of the dump that prog has open. It is opened at the first call, with the options of
    fbundle.open(), and stays so as long as prog. A drgn that does not tell the path of the dump (0.0.31 does not, 0.3.0
    does) needs it."""
    if isinstance(prog, Bundle):
        return prog
    if _BUNDLE not in prog.cache:
        path = path or getattr(prog, "core_dump_path", None)
        if path is None:
            raise ValueError("this drgn does not tell which dump it has open: give its path")
        prog.cache[_BUNDLE] = open_input(path, **options)
    return prog.cache[_BUNDLE]


def _process_of(bundle, task):
    if isinstance(task, drgn.Object):
        task = task.pid.value_()
    return bundle.process(bundle.task(task))


def _reader(process):
    """A function that drgn calls for memory."""
    def read(address, count, _offset, _physical):
        try:
            return process.memory.read(address, count)
        except Error as error:
            raise drgn.FaultError(str(error), address) from None
    return read


def select(prog, task, path=None, **options):
    """From now on prog reads user addresses as the process of this task has them: a PID, a TID, or a struct
    task_struct *. The path and options are those of bundle_of()."""
    process = _process_of(bundle_of(prog, path, **options), task)
    if _SELECTED not in prog.cache:
        prog.add_memory_segment(0, _USER_END, lambda *where: _reader(prog.cache[_SELECTED])(*where))
    prog.cache[_SELECTED] = process


def _phdrs(memory, start):
    """The program headers of the ELF file that is mapped at start: (type, address in the file, size in memory)."""
    header = memory.read(start, 64)
    if header[:6] != b"\x7fELF\x02\x01":
        return []
    offset, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
    if size != _PHDR.size:
        return []
    table = memory.read(start + offset, size * count)
    return [(kind, address, length) for kind, _, _, address, _, _, length, _ in _PHDR.iter_unpack(table)]


def _build_id(memory, address, length):
    """The build-id in the notes at this address; None: there is none."""
    notes = memory.read(address, min(length, _NOTES_MAX))
    at = 0
    while at + 12 <= len(notes):
        name, size, kind = struct.unpack_from("<III", notes, at)
        content = at + 12 + (name + 3 & ~3)
        if kind == _NT_GNU_BUILD_ID and notes[at + 12:at + 16] == b"GNU\0":
            return notes[content:content + size] or None
        at = content + (size + 3 & ~3)
    return None


def _add_module(prog, memory, name, start, end, files):
    """Makes what is mapped at start known to drgn as a shared library, which it also takes a position-independent
    program for, and tries the file for symbols and types."""
    phdrs = _phdrs(memory, start)
    dynamic = next((address for kind, address, _ in phdrs if kind == _PT_DYNAMIC), None)
    if dynamic is None:
        return
    first = min((address for kind, address, _ in phdrs if kind == _PT_LOAD), default=0) & ~4095
    bias = start - first
    module = prog.shared_library_module(name, bias + dynamic, create=True)
    module.address_range = (start, end)
    for kind, address, length in phdrs:
        if kind == _PT_NOTE and module.build_id is None:
            module.build_id = _build_id(memory, bias + address, length)
    for file in files:
        if os.path.exists(file):
            module.try_file(file)


def _add_modules(prog, process, sysroot):
    """Each file that is mapped from its start on. What cannot be read of one costs that one."""
    extents = {}
    for mapping in process.mappings():
        if mapping.name.startswith("/"):
            extents.setdefault(mapping.name, []).append(mapping)
    for name, parts in extents.items():
        start = next((part.start for part in parts if part.offset == 0), None)
        if start is None:
            continue
        end = max(part.end for part in parts)
        files = [os.path.join(sysroot, name.lstrip("/"))] if sysroot else []
        try:
            _add_module(prog, process.memory, name, start, end, files)
        except (Error, ValueError, struct.error):
            continue


def process_program(prog, task, path=None, sysroot=None, **options):
    """A drgn.Program of the process of this task (as for select()): its memory, and where drgn has modules (0.0.31
    and newer) those of its program and libraries, with symbols and types from the files below sysroot; others, and
    debug information, drgn finds by load_debug_info(). prog may be a fbundle.Bundle too."""
    if sysroot:
        options["sysroot"] = sysroot
    process = _process_of(bundle_of(prog, path, **options), task)
    made = drgn.Program(drgn.Platform(drgn.Architecture.X86_64))
    made.cache[_SELECTED] = process
    made.add_memory_segment(0, _USER_END, _reader(process))
    if hasattr(made, "shared_library_module"):
        _add_modules(made, process, sysroot)
    return made
