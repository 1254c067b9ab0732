/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF notes of a kernel dump: one CORE/NT_PRSTATUS for each CPU that was
 * online (crash_save_cpu() in kernel/kexec_core.c), and one VMCOREINFO. Called by
 * the readers of dump formats.
 */
#ifndef FB_KERNEL_DUMP_NOTES_H
#define FB_KERNEL_DUMP_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/warnings.h"

struct fb_dump_note {
	const void *desc; /* the note's contents, within the data of struct fb_dump_notes */
	size_t size;      /* bytes */
};

struct fb_dump_notes {
	void *data; /* owned; all notes, one after the other */
	size_t size;
	struct fb_dump_note *prstatus; /* owned */
	size_t prstatus_count;
	struct fb_dump_note vmcoreinfo; /* desc NULL: none */
	bool of_process;                /* there are notes that only the core of a process has */
};

/* Finds the notes in size bytes of data (from malloc()), which it takes over. What follows a corrupt note is
 * lost, with a warning that names path. FB_NOMEM, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_dump_notes_init(void *data, size_t size, const char *path,
						  struct fb_warnings *warnings,
						  struct fb_dump_notes *notes_ret);
void fb_dump_notes_deinit(struct fb_dump_notes *notes);

#endif
