# SPDX-License-Identifier: GPL-2.0-or-later
# For gdb: every frame of every thread of a core, one a line.
import gdb

for thread in gdb.selected_inferior().threads():
    thread.switch()
    frame = gdb.newest_frame()
    while frame is not None and frame.is_valid():
        print("frame", thread.ptid[1] or thread.ptid[0], hex(frame.pc()),
              int(frame.type() == gdb.INLINE_FRAME), frame.name())
        try:
            frame = frame.older()
        except gdb.error:
            break
