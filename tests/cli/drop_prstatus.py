# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the first CPU's NT_PRSTATUS out of a kdump-compressed file, as /proc/vmcore has it where that CPU
did not answer the NMI of the crash: later notes move up.

usage: drop_prstatus.py DUMP OUT
"""
import struct
import sys

NOTE = 12 + 8 + 336  # header, "CORE" and its padding, struct elf_prstatus
SUB_HEADER = 4096    # struct kdump_sub_header, in the second block
OFFSET_VMCOREINFO, OFFSET_NOTE, SIZE_NOTE = SUB_HEADER + 32, SUB_HEADER + 48, SUB_HEADER + 56

with open(sys.argv[1], 'rb') as dump:
    data = bytearray(dump.read())
vmcoreinfo, = struct.unpack_from('<Q', data, OFFSET_VMCOREINFO)
start, size = struct.unpack_from('<QQ', data, OFFSET_NOTE)
data[start:start + size] = data[start + NOTE:start + size] + bytes(NOTE)
struct.pack_into('<Q', data, OFFSET_VMCOREINFO, vmcoreinfo - NOTE)
struct.pack_into('<Q', data, SIZE_NOTE, size - NOTE)
with open(sys.argv[2], 'wb') as out:
    out.write(data)
