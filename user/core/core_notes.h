/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes of a process core (internal to user/).
 * Format: fs/binfmt_elf.c (fill_note_info, fill_files_note), include/linux/elfcore.h;
 * gcore's: gdb/linux-tdep.c (linux_make_corefile_notes).
 */
#ifndef FB_USER_CORE_NOTES_H
#define FB_USER_CORE_NOTES_H

#include "user/core/core.h"

struct fb_core_notes {
	struct fb_core_thread *threads; /* owned */
	size_t thread_count, thread_room;
	struct fb_core_mapping *mappings; /* owned; in order of address; paths borrow the data */
	size_t mapping_count;
	uint64_t *auxv; /* owned */
	size_t auxv_pairs;
	const void *siginfo; /* borrows the data */
	size_t siginfo_size;

	int32_t pid, ppid, pgrp, sid;
	uint32_t uid, gid;
	char comm[17];
	char args[81];
	bool has_psinfo;

	bool psinfo_first;   /* NT_PRPSINFO stands before every NT_PRSTATUS */
	bool has_gdb_note;   /* any note of owner "GDB" */
	bool has_vmcoreinfo; /* only a kernel dump has one */
	const char *foreign; /* the system whose notes these are, where it is not Linux; static */
	bool cut;            /* the last note reaches behind the data */
};

/* Parses the notes of one PT_NOTE segment and adds them to *notes (zeroed before the first).
 * data must live as long as *notes. Damage goes to warnings, behind "CONTEXT: "; only a fatal one
 * and FB_LIMIT are errors, and leave *notes fit for fb_core_notes_deinit(). */
FB_MUST_CHECK struct fb_error *fb_core_notes_parse(const void *data, size_t size,
						   const char *context,
						   struct fb_warnings *warnings,
						   struct fb_core_notes *notes);
void fb_core_notes_deinit(struct fb_core_notes *notes);

#endif
