/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF notes of a kernel dump: one CORE/NT_PRSTATUS for each CPU that was
 * online (crash_save_cpu() in kernel/kexec_core.c), one VMCOREINFO.
 */
#ifndef FB_KERNEL_DUMP_NOTES_H
#define FB_KERNEL_DUMP_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/warnings.h"

struct fb_dump_note {
	const void *desc; /* into the notes' data */
	size_t size;
};

struct fb_dump_notes {
	void *data; /* owned; all notes one behind the other */
	size_t size;
	struct fb_dump_note *prstatus; /* owned */
	size_t prstatus_count;
	struct fb_dump_note vmcoreinfo; /* desc NULL: none */
	bool of_process;                /* holds notes that only a process core has */
};

/* Takes data (malloc'd) and indexes what it holds. What follows a corrupt note is lost and named
 * in warnings, for path. */
FB_MUST_CHECK struct fb_error *fb_dump_notes_init(void *data, size_t size, const char *path,
						  struct fb_warnings *warnings,
						  struct fb_dump_notes *notes_ret);
void fb_dump_notes_deinit(struct fb_dump_notes *notes);

#endif
