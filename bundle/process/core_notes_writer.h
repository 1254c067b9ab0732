/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the notes of an ELF core from the kernel's data about a process in a dump.
 * Called by core_builder.c.
 * Format: fs/binfmt_elf.c (fill_note_info, fill_psinfo, fill_auxv_note,
 * fill_files_note), include/linux/elfcore.h; sys/procfs.h.
 */
#ifndef FB_BUNDLE_CORE_NOTES_WRITER_H
#define FB_BUNDLE_CORE_NOTES_WRITER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "bundle/input/input.h"
#include "kernel/files/path.h"
#include "kernel/mappings/vma.h"

struct fb_written_notes {
	uint64_t threads;           /* threads with registers */
	uint64_t without_regs;      /* threads that had not exited and have no registers */
	char program[FB_PATH_SIZE]; /* the file of NT_FILE that holds AT_PHDR; "": not known */
};

/*
 * Appends the notes of the task's process: for each thread NT_PRSTATUS and, where the thread's FPU state is
 * in the dump, NT_FPREGSET; once NT_PRPSINFO, NT_AUXV and NT_FILE. The thread that panicked comes first, or
 * else the leader. IDs are those of the host's namespaces; paths are as the process sees them.
 * FB_UNSUPPORTED for a 32-bit program. What cannot be read is a warning.
 */
FB_MUST_CHECK struct fb_error *fb_core_notes_write(struct fb_input *input,
						   const struct fb_task *task,
						   const struct fb_vmas *vmas, struct fb_buf *notes,
						   struct fb_written_notes *written_ret);

#endif
