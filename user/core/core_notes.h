/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes of a process core. Called by core.c.
 * Format: fs/binfmt_elf.c (fill_note_info, fill_files_note), include/linux/elfcore.h;
 * gcore's: gdb/linux-tdep.c (linux_make_corefile_notes).
 */
#ifndef FB_USER_CORE_NOTES_H
#define FB_USER_CORE_NOTES_H

#include "user/core/core.h"

struct fb_core_notes {
	struct fb_core_thread *threads; /* owned */
	size_t thread_count, thread_room;
	struct fb_core_mapping *mappings; /* owned; in order of address; paths lie in the data */
	size_t mapping_count;
	uint64_t *auxv; /* owned */
	size_t auxv_pairs;
	const void *siginfo; /* lies in the notes' data */
	size_t siginfo_size;

	int32_t pid, ppid, pgrp, sid;
	uint32_t uid, gid;
	char comm[17];
	char args[81];
	bool has_psinfo;

	bool is_32bit;       /* set by the caller: the notes are those of i386 */
	bool psinfo_first;   /* NT_PRPSINFO comes before every NT_PRSTATUS */
	bool has_gdb_note;   /* there is a note of owner "GDB" */
	bool has_vmcoreinfo; /* there is a note that only a kernel dump has */
	const char *foreign; /* the name of the system, where it is not Linux; static */
	bool cut;            /* the last note extends behind the data */
};

/* Parses the notes of one PT_NOTE segment, size bytes of data, and adds them to *notes. Before the first call, all of
 * *notes must be zeros but is_32bit. data must live as long as *notes. Damage is a warning, with "CONTEXT: " before
 * it; only fatal errors and FB_LIMIT are returned. The caller frees *notes with fb_core_notes_deinit(), after an error
 * too. */
FB_MUST_CHECK struct fb_error *fb_core_notes_parse(const void *data, size_t size,
						   const char *context,
						   struct fb_warnings *warnings,
						   struct fb_core_notes *notes);
void fb_core_notes_deinit(struct fb_core_notes *notes);

#endif
