/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of dump formats share with dump.c and dump_open.c. Included by the files of this folder and
 * their tests. */
#ifndef FB_KERNEL_DUMP_PRIVATE_H
#define FB_KERNEL_DUMP_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/space.h"
#include "base/warnings.h"
#include "kernel/dump/dump.h"
#include "kernel/dump/dump_notes.h"
#include "kernel/dump/page_cache.h"
#include "kernel/images/image.h"

/* One file of a dump, after whole-stream compression and flattening were undone. */
struct fb_dump_input {
	struct fb_file *file; /* owned; NULL once a format's reader has taken it over */
	const char *stream;   /* the whole-stream compression that it had, or NULL; static */
	/* How many bytes are really stored. The file's size may be larger: it counts holes, and in a
	 * flattened file also bytes that no record gives. */
	uint64_t stored_size;
	bool flattened;
	bool truncated; /* the compressed or flattened stream ended early */
};

/* The functions of a format. Those that return no error treat what cannot be read as missing, and pass the error
 * to fb_dump_keep_failure(). */
struct fb_dump_ops {
	bool (*has_page)(struct fb_dump *dump, uint64_t pfn);
	/* The first frame at or behind pfn whose page is readable (or not, where readable is false);
	 * UINT64_MAX if none. */
	uint64_t (*next)(struct fb_dump *dump, uint64_t pfn, bool readable);
	struct fb_error *(*read_page)(struct fb_dump *dump, uint64_t pfn, void *page);
	/* The first frame at or behind pfn whose page should be in the dump, readable or lost (or should
	 * not, where meant is false); UINT64_MAX if none. NULL: the format does not tell. */
	uint64_t (*next_meant)(struct fb_dump *dump, uint64_t pfn, bool meant);
	/* As fb_dump_in_hole(); NULL: pages have to be read. */
	bool (*in_hole)(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret);
	/* As fb_dump_survey(); NULL: opening has already found all losses. */
	struct fb_error *(*survey)(struct fb_dump *dump, struct fb_warnings *warnings);
	void (*destroy)(struct fb_dump *dump);

	/* As the functions of these names in dump.h; NULL for formats other than kdump-compressed. */
	struct fb_file *(*file)(const struct fb_dump *dump);
	size_t (*parts)(const struct fb_dump *dump);
	struct fb_error *(*part)(struct fb_dump *dump, size_t index, struct fb_dump_part *part_ret);
	struct fb_error *(*stored)(struct fb_dump *dump, uint64_t pfn,
				   struct fb_dump_stored *stored, size_t room, size_t *count_ret);
	const void *(*header)(const struct fb_dump *dump, size_t *size_ret);
	struct fb_error *(*existing)(struct fb_dump *dump, uint64_t offset, void *bits,
				     size_t length);
};

/* The first member of the struct of every format. */
struct fb_dump {
	const struct fb_dump_ops *ops;
	struct fb_dump_info info;
	struct fb_space physical;           /* fb_dump_physical() */
	struct fb_page_cache *cache;        /* owned; of that space */
	struct fb_dump_notes notes;         /* owned */
	char *vmcoreinfo;                   /* owned; NUL-terminated, or NULL */
	_Atomic(struct fb_error *) failure; /* owned; fb_dump_failure() */
};

/* Initialises the common part, except info, notes and vmcoreinfo, which the format's reader sets. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_dump_init(struct fb_dump *dump, const struct fb_dump_ops *ops);
/* Frees the common part. Allowed too for a struct of zeros, and where fb_dump_init() failed. */
void fb_dump_deinit(struct fb_dump *dump);

/* Takes over an error that a function without an error result met. The first one that is fatal or FB_CORRUPT (the disk
 * does not give the tables of pages) is kept for fb_dump_failure(), all others are discarded. Safe from many
 * threads. */
void fb_dump_keep_failure(struct fb_dump *dump, struct fb_error *err);

/* Sets dump->vmcoreinfo to a copy of size bytes of text, unless it is set already. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_dump_set_vmcoreinfo(struct fb_dump *dump, const void *text,
						      size_t size);

/* Makes the FB_ABSENT error of a page that is not in the dump: "page frame 0x12345: ...". */
FB_MUST_CHECK struct fb_error *fb_dump_absent(uint64_t pfn);

/* The readers of the formats. Each takes over inputs[].file on success, and may do so on failure too, where it
 * sets it to NULL; the caller destroys the files that are left. Errors as fb_dump_open(). */
FB_MUST_CHECK struct fb_error *fb_kdump_open(struct fb_dump_input *inputs, size_t count,
					     struct fb_warnings *warnings,
					     struct fb_dump **dump_ret);
FB_MUST_CHECK struct fb_error *fb_elf_vmcore_open(struct fb_dump_input *input,
						  struct fb_warnings *warnings,
						  struct fb_dump **dump_ret);
/* Opens the file with libkdumpfile. FB_NOT_FOUND, with input->file untouched, where libkdumpfile does not
 * recognise the format. */
FB_MUST_CHECK struct fb_error *fb_kdumpfile_open(struct fb_dump_input *input,
						 struct fb_warnings *warnings,
						 struct fb_dump **dump_ret);

/* A memory image of the format that reader reads (kernel/images/image.h). */
FB_MUST_CHECK struct fb_error *fb_image_dump_open(struct fb_dump_input *input,
						  fb_image_reader *reader,
						  struct fb_warnings *warnings,
						  struct fb_dump **dump_ret);

/* A VMware checkpoint, and the .vmem file with the memory where the checkpoint does not contain it, in any
 * order. */
FB_MUST_CHECK struct fb_error *fb_vmware_dump_open(struct fb_dump_input *inputs, size_t count,
						   struct fb_warnings *warnings,
						   struct fb_dump **dump_ret);

/* Where input->file is flattened, or a disk image with a saved guest, replaces it by the file inside; leaves it in
 * place on failure. */
FB_MUST_CHECK struct fb_error *fb_dump_input_unwrap(struct fb_dump_input *input,
						    struct fb_warnings *warnings);
/* As fb_dump_open(), for files that are open already. On failure some of inputs[].file may have been taken over
 * and be NULL. */
FB_MUST_CHECK struct fb_error *fb_dump_open_inputs(struct fb_dump_input *inputs, size_t count,
						   struct fb_warnings *warnings,
						   struct fb_dump **dump_ret);

#endif
