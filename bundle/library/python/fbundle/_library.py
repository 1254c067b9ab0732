# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of libfbundle (fbundle.h), as ctypes calls them. Used by the package itself only."""
import ctypes
import os
from ctypes import POINTER, byref, c_bool, c_char, c_char_p, c_double, c_int, c_int32, c_int64
from ctypes import c_size_t, c_uint, c_uint32, c_uint64, c_void_p

SONAME = "libfbundle.so.0"

# In a build tree the library is not where the loader looks.
_library = ctypes.CDLL(os.environ.get("FBUNDLE_LIBRARY", SONAME))

_HANDLE = c_void_p
_ERROR = c_void_p


def _declare(result, arguments, names):
    for name in names.split():
        function = getattr(_library, "fbundle_" + name)
        function.restype = result
        function.argtypes = arguments
        globals()[name] = function


_declare(c_char_p, [], "version")
_declare(c_int, [_ERROR], "error_code")
_declare(c_char_p, [_ERROR], "error_message")
_declare(None, [_HANDLE], """error_free options_free close process_free stacks_free waits_free log_free""")

_declare(_ERROR, [POINTER(_HANDLE)], "options_create")
_declare(_ERROR, [_HANDLE, c_char_p], """options_add_core options_add_part options_add_debug_dir
    options_set_vmlinux options_set_sysroot""")
_declare(None, [_HANDLE, c_uint], "options_set_threads")
_declare(_ERROR, [c_char_p, _HANDLE, POINTER(_HANDLE)], "open")

# Lists: how many, and the one at an index.
_declare(c_size_t, [_HANDLE], """warnings_count warnings_dropped tasks_count tasks_lost_count cores_count
    mappings_count stacks_count frames_count waits_count owners_count cycles_count log_count task_level_count""")
_declare(_HANDLE, [_HANDLE, c_size_t], "tasks_get mappings_get stacks_get frames_get waits_get log_get")
_declare(c_char_p, [_HANDLE, c_size_t], "warnings_get core_name")
_declare(c_int32, [_HANDLE, c_size_t], "tasks_lost_tid core_pid task_level_tid owner_tid")
_declare(c_bool, [_HANDLE, c_size_t], "owner_is_process")
_declare(c_size_t, [_HANDLE, c_size_t], "cycle_size")
_declare(c_int32, [_HANDLE, c_size_t, c_size_t], "cycle_tid")

# What is loaded.
_declare(_ERROR, [_HANDLE, POINTER(_HANDLE)], "load_tasks load_waits load_log")
_declare(_ERROR, [_HANDLE, POINTER(_HANDLE), c_size_t, POINTER(_HANDLE)], "load_stacks")
_declare(_ERROR, [_HANDLE, _HANDLE, POINTER(_HANDLE)], "process_open")
_declare(_ERROR, [_HANDLE, c_char_p, POINTER(c_uint64)], "kernel_symbol")
_declare(_ERROR, [_HANDLE, _HANDLE, c_char_p, c_size_t], "task_name task_cmdline")

# Memory.
_declare(_HANDLE, [_HANDLE], "kernel_memory physical_memory process_memory")
_declare(_ERROR, [_HANDLE, c_uint64, c_void_p, c_size_t], "memory_read")
_declare(_ERROR, [_HANDLE, c_uint64, c_void_p, c_size_t, POINTER(c_size_t)], "memory_read_holes")
_declare(_ERROR, [_HANDLE, c_uint64, c_uint64, POINTER(c_uint64), POINTER(c_int), POINTER(c_int),
                  POINTER(c_char_p)], "memory_locate")

# Members.
_declare(c_char_p, [_HANDLE], """kernel_release kernel_node kernel_build_id task_comm mapping_permissions
    mapping_name stack_kernel_end stack_user_end stack_syscall_name frame_name frame_symbol frame_object
    frame_build_id frame_file frame_language wait_kind wait_object wait_evidence wait_detail
    wait_object_detail wait_need wait_text""")
_declare(c_char_p, [_HANDLE, _HANDLE], "task_core")
_declare(c_uint32, [_HANDLE, _HANDLE], "task_uid")
_declare(c_char, [_HANDLE], "task_state")
_declare(c_bool, [_HANDLE], """task_is_running task_is_idle task_is_kernel_thread mapping_is_from_core
    stack_is_complete frame_is_user frame_is_inlined frame_is_guess wait_is_certain
    wait_owners_are_certain wait_is_stuck wait_has_timeout owners_all_needed owners_others_possible""")
_declare(c_int32, [_HANDLE], "task_pid task_tid task_ppid wait_tid wait_pid")
_declare(c_uint32, [_HANDLE], "task_cpu frame_line")
_declare(c_uint, [_HANDLE], "record_level record_facility")
_declare(c_int, [_HANDLE], "frame_source")
_declare(c_int64, [_HANDLE], "kernel_crash_time stack_syscall")
_declare(c_uint64, [_HANDLE], """task_address task_start_ns task_runtime_ns mapping_start mapping_end
    mapping_offset mapping_inode frame_pc frame_offset log_lost record_time_ns""")
_declare(c_size_t, [_HANDLE], "wait_object_number")
_declare(c_double, [_HANDLE], "kernel_uptime wait_seconds")
_declare(c_void_p, [_HANDLE, POINTER(c_size_t)], "record_text")
_declare(_HANDLE, [_HANDLE, c_int32], "tasks_by_tid")
_declare(c_bool, [_HANDLE, c_char_p, POINTER(c_uint64)], "stack_register")


def text(raw):
    """The text of a char *; None for NULL. Bytes that are no UTF-8 become \\xHH."""
    return None if raw is None else raw.decode("utf-8", "backslashreplace")


def path_bytes(path):
    return os.fsencode(path)
