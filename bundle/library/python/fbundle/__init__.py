# SPDX-License-Identifier: GPL-2.0-or-later
"""Linux kernel dumps joined with the cores of their processes, by libfbundle.

    import fbundle

    with fbundle.open("dump.202611231722") as bundle:
        for task in bundle.tasks():
            if task.state == "D":
                print(task.tid, task.comm, [frame.name for frame in task.stack()])

Everything but Bundle, Process and Memory is a plain object with a copy of its values, which stays good when the
bundle is closed. rows() makes dicts of such objects, for csv, json or pandas.DataFrame().

Text comes from the dump, which may be hostile: escape it (repr()) before it reaches a terminal or a page. A bundle
is used by one thread at a time. See fbundle.h for what each value means.
"""
import ctypes
import math
import weakref

from . import _library
from ._values import (Absence, Code, Error, Frame, Mapping, Owner, Record, Run, Source, Stack, Task, Wait, Waits, known,
                      rows)

__all__ = ["Absence", "Bundle", "Code", "Error", "Frame", "Mapping", "Memory", "Owner", "Process", "Record", "Run",
           "Source", "Stack", "Task", "Wait", "Waits", "open", "rows", "version"]


def version():
    """The version of libfbundle."""
    return _library.text(_library.version())


def _check(error):
    if not error:
        return
    code = known(Code, _library.error_code(error))
    message = _library.text(_library.error_message(error))
    _library.error_free(error)
    if code == Code.NOMEM:
        raise MemoryError(message)
    raise Error(code, message)


def _seconds(value):
    return None if math.isnan(value) else value


class Memory:
    """An address space: the kernel's, physical memory, or a process's. Good as long as what it was asked of."""

    def __init__(self, owner, handle):
        self._owner = owner
        self._handle = handle

    def _open_handle(self):
        self._owner._open_handle()
        return self._handle

    def readinto(self, address, buffer, holes=False):
        """Fills a writable buffer (bytearray, memoryview, array, numpy.ndarray). With holes, what cannot be read
        becomes zeros; returns how many bytes those are."""
        view = memoryview(buffer).cast("B")
        missing = ctypes.c_size_t()
        if not len(view):
            return 0
        to = (ctypes.c_char * len(view)).from_buffer(view)
        if holes:
            _check(_library.memory_read_holes(self._open_handle(), address, to, len(view), ctypes.byref(missing)))
        else:
            _check(_library.memory_read(self._open_handle(), address, to, len(view)))
        return missing.value

    def read(self, address, length, holes=False):
        """The bytes; with holes, zeros for what cannot be read."""
        buffer = bytearray(length)
        self.readinto(address, buffer, holes)
        return bytes(buffer)

    def u32(self, address):
        return int.from_bytes(self.read(address, 4), "little")

    def u64(self, address):
        return int.from_bytes(self.read(address, 8), "little")

    def runs(self, address, length):
        """Iterates over the sources of the bytes of a range."""
        end = address + length
        while address < end:
            got, source, absence = ctypes.c_uint64(), ctypes.c_int(), ctypes.c_int()
            detail = ctypes.c_char_p()
            _check(_library.memory_locate(self._open_handle(), address, end - address, ctypes.byref(got),
                                          ctypes.byref(source), ctypes.byref(absence), ctypes.byref(detail)))
            yield Run(address, got.value, known(Source, source.value), known(Absence, absence.value),
                      _library.text(detail.value))
            address += got.value


class _Handle:
    """What the library has open. Closed by `with`, close(), or with what it was opened of."""

    _close = None

    def __init__(self, handle):
        self._handle = handle

    def _open_handle(self):
        if not self._handle:
            raise ValueError("it is closed")
        return self._handle

    def close(self):
        handle, self._handle = self._handle, None
        if handle:
            type(self)._close(handle)

    def __enter__(self):
        self._open_handle()
        return self

    def __exit__(self, *exception):
        self.close()

    def __del__(self):
        self.close()


class Process(_Handle):
    """A process: its mappings, and its memory joined from dump, swap, core and files."""

    _close = staticmethod(_library.process_free)

    def __init__(self, bundle, task):
        self._handle = None
        handle = ctypes.c_void_p()
        _check(_library.process_open(bundle._open_handle(), task._handle, ctypes.byref(handle)))
        super().__init__(handle.value)
        self.task = task
        self._bundle = bundle
        self.memory = Memory(self, _library.process_memory(handle))
        bundle._processes.add(self)

    def mappings(self):
        """In order of address."""
        handle = self._open_handle()
        found = []
        for index in range(_library.mappings_count(handle)):
            one = _library.mappings_get(handle, index)
            found.append(Mapping(
                _library.mapping_start(one), _library.mapping_end(one),
                _library.text(_library.mapping_permissions(one)), _library.mapping_offset(one),
                _library.mapping_inode(one), _library.text(_library.mapping_name(one)),
                _library.mapping_is_from_core(one)))
        return found


_REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
              "r14", "r15", "rip", "eflags", "cs", "ss", "orig_rax", "fs_base", "gs_base")


class Bundle(_Handle):
    """An open input: a dump or a bundle, with its cores."""

    _close = staticmethod(_library.close)

    def __init__(self, handle):
        self._processes = weakref.WeakSet()
        super().__init__(handle)
        self.kernel = Memory(self, _library.kernel_memory(handle))
        self.physical = Memory(self, _library.physical_memory(handle))
        self.release = _library.text(_library.kernel_release(handle))
        self.node = _library.text(_library.kernel_node(handle))
        self.build_id = _library.text(_library.kernel_build_id(handle))
        self.crash_time = _library.kernel_crash_time(handle) or None
        self.uptime = _seconds(_library.kernel_uptime(handle))

    def close(self):
        for process in list(self._processes):
            process.close()
        super().close()

    @property
    def warnings(self):
        """What is damaged or missing, as far as calls have come upon it."""
        handle = self._open_handle()
        return [_library.text(_library.warnings_get(handle, index))
                for index in range(_library.warnings_count(handle))]

    def symbol(self, name):
        """The address of a symbol of the kernel."""
        address = ctypes.c_uint64()
        _check(_library.kernel_symbol(self._open_handle(), name.encode(), ctypes.byref(address)))
        return address.value

    def cores(self):
        """(name, PID) of each core; PID None: no process matches it."""
        handle = self._open_handle()
        self._table()
        pids = [(_library.text(_library.core_name(handle, index)), _library.core_pid(handle, index))
                for index in range(_library.cores_count(handle))]
        return [(name, pid if pid >= 0 else None) for name, pid in pids]

    def tasks(self):
        """Iterates over all tasks, idle tasks first, then by PID and TID."""
        table = self._table()
        for index in range(_library.tasks_count(table)):
            self._open_handle()
            yield self._task(_library.tasks_get(table, index))

    def task(self, tid):
        """The task with this TID; LookupError where there is none."""
        found = _library.tasks_by_tid(self._table(), tid)
        if not found:
            raise LookupError(f"no task has the TID {tid}")
        return self._task(found)

    def lost_tids(self):
        """TIDs that the kernel had and whose task_struct is not in the dump."""
        table = self._table()
        return [_library.tasks_lost_tid(table, index) for index in range(_library.tasks_lost_count(table))]

    def cmdline(self, task):
        """The command line of a task's process; "" where neither dump nor core has it."""
        return self._text_of(_library.task_cmdline, task._handle)

    def process(self, task):
        """The process of a task, for `with`: mappings and memory. Error(Code.INVALID) where it has no memory."""
        return Process(self, task)

    def stacks(self, tasks=None):
        """A list with the stack of each of these tasks; None: of all."""
        chosen = list(self.tasks() if tasks is None else tasks)
        handles = (ctypes.c_void_p * max(len(chosen), 1))(*(task._handle for task in chosen))
        loaded = ctypes.c_void_p()
        _check(_library.load_stacks(self._open_handle(), handles, len(chosen), ctypes.byref(loaded)))
        try:
            return [_stack(task, _library.stacks_get(loaded, index)) for index, task in enumerate(chosen)]
        finally:
            _library.stacks_free(loaded)

    def waits(self):
        """What each blocked thread waits for, and who can end that."""
        loaded = ctypes.c_void_p()
        _check(_library.load_waits(self._open_handle(), ctypes.byref(loaded)))
        try:
            waits = [_wait(_library.waits_get(loaded, index)) for index in range(_library.waits_count(loaded))]
            cycles = [[_library.cycle_tid(loaded, cycle, index)
                       for index in range(_library.cycle_size(loaded, cycle))]
                      for cycle in range(_library.cycles_count(loaded))]
            return Waits(waits, cycles)
        finally:
            _library.waits_free(loaded)

    def log(self):
        """The records of the kernel's log, oldest first."""
        loaded = ctypes.c_void_p()
        _check(_library.load_log(self._open_handle(), ctypes.byref(loaded)))
        try:
            return [_record(_library.log_get(loaded, index)) for index in range(_library.log_count(loaded))]
        finally:
            _library.log_free(loaded)

    def _table(self):
        table = ctypes.c_void_p()
        _check(_library.load_tasks(self._open_handle(), ctypes.byref(table)))
        return table

    def _text_of(self, function, handle):
        to = ctypes.create_string_buffer(4096)
        _check(function(self._open_handle(), handle, to, len(to)))
        return _library.text(to.value)

    def _task(self, one):
        bundle = self._open_handle()
        ppid, uid, start = _library.task_ppid(one), _library.task_uid(bundle, one), _library.task_start_ns(one)
        return Task(
            _library.task_pid(one), _library.task_tid(one), ppid if ppid >= 0 else None,
            _library.text(_library.task_comm(one)), self._text_of(_library.task_name, one),
            _library.text(_library.task_state(one)), _library.task_cpu(one), _library.task_is_running(one),
            _library.task_is_idle(one), _library.task_is_kernel_thread(one), uid if uid != 0xffffffff else None,
            _library.task_address(one), start / 1e9 if start else None, _library.task_runtime_ns(one) / 1e9,
            _library.text(_library.task_core(bundle, one)),
            tuple(_library.task_level_tid(one, index) for index in range(_library.task_level_count(one))),
            self, one)


def _frame(one):
    return Frame(
        _library.frame_is_user(one), _library.text(_library.frame_name(one)),
        _library.text(_library.frame_symbol(one)), _library.frame_offset(one), _library.frame_pc(one),
        _library.text(_library.frame_object(one)), _library.text(_library.frame_build_id(one)),
        _library.text(_library.frame_file(one)), _library.frame_line(one) or None, _library.frame_is_inlined(one),
        _library.frame_is_guess(one), _library.text(_library.frame_language(one)),
        known(Source, _library.frame_source(one)))


def _stack(task, one):
    syscall = _library.stack_syscall(one)
    registers, value = {}, ctypes.c_uint64()
    for name in _REGISTERS:
        if _library.stack_register(one, name.encode(), ctypes.byref(value)):
            registers[name] = value.value
    return Stack(
        task, tuple(_frame(_library.frames_get(one, index)) for index in range(_library.frames_count(one))),
        _library.stack_is_complete(one), _library.text(_library.stack_kernel_end(one)),
        _library.text(_library.stack_user_end(one)), syscall if syscall >= 0 else None,
        _library.text(_library.stack_syscall_name(one)), registers)


def _wait(one):
    owners = tuple(Owner(_library.owner_tid(one, index), _library.owner_is_process(one, index))
                   for index in range(_library.owners_count(one)))
    return Wait(
        _library.wait_tid(one), _library.wait_pid(one), _library.text(_library.wait_kind(one)),
        _library.text(_library.wait_object(one)), _library.wait_object_number(one), owners,
        _library.owners_all_needed(one), _library.owners_others_possible(one), _library.wait_is_certain(one),
        _library.wait_owners_are_certain(one), _library.wait_is_stuck(one), _library.wait_has_timeout(one),
        _seconds(_library.wait_seconds(one)), _library.text(_library.wait_evidence(one)),
        _library.text(_library.wait_detail(one)), _library.text(_library.wait_object_detail(one)),
        _library.text(_library.wait_need(one)), _library.text(_library.wait_text(one)))


def _record(one):
    length = ctypes.c_size_t()
    raw = _library.record_text(one, ctypes.byref(length))
    return Record(_library.record_time_ns(one) / 1e9, _library.record_level(one), _library.record_facility(one),
                  _library.text(ctypes.string_at(raw, length.value)))


def open(path, cores=(), parts=(), debug_dirs=(), vmlinux=None, sysroot=None, threads=0):
    """Opens a dump, a bundle or the folder that kdump-tools left. cores: paths of cores or folders of them; without
    any, those of such a folder are taken. sysroot: the folder below which the host's programs lie."""
    options, handle = ctypes.c_void_p(), ctypes.c_void_p()
    _check(_library.options_create(ctypes.byref(options)))
    try:
        for add, paths in ((_library.options_add_core, cores), (_library.options_add_part, parts),
                           (_library.options_add_debug_dir, debug_dirs)):
            for one in paths:
                _check(add(options, _library.path_bytes(one)))
        if vmlinux is not None:
            _check(_library.options_set_vmlinux(options, _library.path_bytes(vmlinux)))
        if sysroot is not None:
            _check(_library.options_set_sysroot(options, _library.path_bytes(sysroot)))
        _library.options_set_threads(options, threads)
        _check(_library.open(_library.path_bytes(path), options, ctypes.byref(handle)))
    finally:
        _library.options_free(options)
    return Bundle(handle.value)
