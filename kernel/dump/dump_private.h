/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dump formats share with dump.c and dump_open.c; for the files of this room and its tests. */
#ifndef FB_KERNEL_DUMP_PRIVATE_H
#define FB_KERNEL_DUMP_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/space.h"
#include "base/warnings.h"
#include "kernel/dump/dump.h"
#include "kernel/dump/dump_notes.h"
#include "kernel/dump/page_cache.h"
#include "kernel/images/image.h"

/* One file of a dump, unwrapped. */
struct fb_dump_input {
	struct fb_file *file; /* owned; NULL once a format has taken it */
	const char *stream;   /* the whole-stream compression it came in, or NULL */
	/* What bounds the bytes of the dump: file->size of a flattened file counts what no record
	 * gives, and that of any file its holes. */
	uint64_t stored_size;
	bool flattened;
	bool truncated; /* the wrapping ended early */
};

/* Of each format. Those without an error treat what cannot be read as not there, and tell fb_dump_keep_failure() where
 * that says nothing of the dump. */
struct fb_dump_ops {
	bool (*has_page)(struct fb_dump *dump, uint64_t pfn);
	/* The first frame at or behind pfn whose page is readable (or not); UINT64_MAX if none. */
	uint64_t (*next)(struct fb_dump *dump, uint64_t pfn, bool readable);
	struct fb_error *(*read_page)(struct fb_dump *dump, uint64_t pfn, void *page);
	/* The first frame at or behind pfn whose page was meant to be in the dump, readable or lost
	 * (or was not); UINT64_MAX if none. NULL: the format does not tell. */
	uint64_t (*next_meant)(struct fb_dump *dump, uint64_t pfn, bool meant);
	/* As fb_dump_in_hole(); NULL: pages have to be read. */
	bool (*in_hole)(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret);
	/* As fb_dump_survey(); NULL: there is nothing more to look at. */
	struct fb_error *(*survey)(struct fb_dump *dump, struct fb_warnings *warnings);
	void (*destroy)(struct fb_dump *dump);

	/* As in dump.h; NULL where pages are not stored as kdump-compressed files do. */
	struct fb_file *(*file)(const struct fb_dump *dump);
	size_t (*parts)(const struct fb_dump *dump);
	struct fb_error *(*part)(struct fb_dump *dump, size_t index, struct fb_dump_part *part_ret);
	struct fb_error *(*stored)(struct fb_dump *dump, uint64_t pfn,
				   struct fb_dump_stored *stored, size_t room, size_t *count_ret);
	const void *(*header)(const struct fb_dump *dump, size_t *size_ret);
	struct fb_error *(*existing)(struct fb_dump *dump, uint64_t offset, void *bits,
				     size_t length);
};

/* Embedded first in every format's own struct. */
struct fb_dump {
	const struct fb_dump_ops *ops;
	struct fb_dump_info info;
	struct fb_space physical;
	struct fb_page_cache *cache;
	struct fb_dump_notes notes;
	char *vmcoreinfo;                   /* owned */
	_Atomic(struct fb_error *) failure; /* fb_dump_failure() */
};

/* Fills in the common part; info, notes and vmcoreinfo are the format's to set. */
FB_MUST_CHECK struct fb_error *fb_dump_init(struct fb_dump *dump, const struct fb_dump_ops *ops);
/* Takes a dump whose fb_dump_init() failed or was never called, if zeroed. */
void fb_dump_deinit(struct fb_dump *dump);

/* Takes err, which whoever asks whether a page is there cannot be given: a fatal one, and FB_CORRUPT (a disk that does not
 * give the tables of pages), is kept for fb_dump_failure() if it is the first; any other is forgotten. From any thread. */
void fb_dump_keep_failure(struct fb_dump *dump, struct fb_error *err);

/* Sets dump->vmcoreinfo to a copy of size bytes of text; keeps the one that is there. */
FB_MUST_CHECK struct fb_error *fb_dump_set_vmcoreinfo(struct fb_dump *dump, const void *text,
						      size_t size);

/* "page frame 0x12345: ..." of a page that is not in the dump. */
FB_MUST_CHECK struct fb_error *fb_dump_absent(uint64_t pfn);

/* The formats. Each takes inputs[].file on success, and may on failure; who called destroys what
 * is left. */
FB_MUST_CHECK struct fb_error *fb_kdump_open(struct fb_dump_input *inputs, size_t count,
					     struct fb_warnings *warnings,
					     struct fb_dump **dump_ret);
FB_MUST_CHECK struct fb_error *fb_elf_vmcore_open(struct fb_dump_input *input,
						  struct fb_warnings *warnings,
						  struct fb_dump **dump_ret);
/* FB_NOT_FOUND, with input->file in place, where libkdumpfile knows no such format. */
FB_MUST_CHECK struct fb_error *fb_kdumpfile_open(struct fb_dump_input *input,
						 struct fb_warnings *warnings,
						 struct fb_dump **dump_ret);

/* An image that the reader knows (kernel/images/image.h). */
FB_MUST_CHECK struct fb_error *fb_image_dump_open(struct fb_dump_input *input,
						  fb_image_reader *reader,
						  struct fb_warnings *warnings,
						  struct fb_dump **dump_ret);

/* A VMware checkpoint, and its .vmem where memory is not in it. */
FB_MUST_CHECK struct fb_error *fb_vmware_dump_open(struct fb_dump_input *inputs, size_t count,
						   struct fb_warnings *warnings,
						   struct fb_dump **dump_ret);

/* Unwraps a flattened file, in place; takes nothing on failure. */
FB_MUST_CHECK struct fb_error *fb_dump_input_unwrap(struct fb_dump_input *input,
						    struct fb_warnings *warnings);
/* As fb_dump_open(), of files that are open already; on failure inputs may have lost files. */
FB_MUST_CHECK struct fb_error *fb_dump_open_inputs(struct fb_dump_input *inputs, size_t count,
						   struct fb_warnings *warnings,
						   struct fb_dump **dump_ret);

#endif
