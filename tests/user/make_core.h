/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Process cores from recipes, laid out as the kernel or as gcore does it:
 *
 *	struct make_core make = { .layout = MAKE_KERNEL };
 *
 *	make_thread(&make, 17, SIGSEGV, 0x401000);
 *	make_segment(&make, 0x400000, 0x3000, NULL, 0x1000, PF_R);
 *	bytes = make_finish(&make, &size);
 *
 * A core that cannot be made stops the test program.
 */
#ifndef FB_TESTS_USER_MAKE_CORE_H
#define FB_TESTS_USER_MAKE_CORE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/files/file.h"

enum make_layout {
	MAKE_KERNEL, /* headers, notes, memory; no sections */
	MAKE_GCORE,  /* headers, memory, notes, one section per segment */
};

struct make_core {
	enum make_layout layout;
	bool narrow; /* of i386 */
	bool xnum;   /* the number of segments stands in section 0 */
	uint8_t *notes;
	size_t notes_size;
	Elf64_Phdr *segments; /* p_offset: into memory */
	size_t segment_count;
	uint8_t *memory;
	size_t memory_size;
};

struct make_mapping {
	uint64_t start, end, offset; /* offset in bytes */
	const char *path;
};

void make_note(struct make_core *make, const char *owner, uint32_t type, const void *desc,
	       size_t size);
/* NT_PRSTATUS; rsp is rip + 1. Of i386: cs 0x23, gs 0x63, orig_eax -1. */
void make_thread(struct make_core *make, int tid, int signal, uint64_t rip);
void make_psinfo(struct make_core *make, int pid, const char *comm, const char *args);
/* count pairs of numbers, AT_NULL included. */
void make_auxv(struct make_core *make, const uint64_t *pairs, size_t count);
/* NT_FILE with offsets counted in page_size. */
void make_files(struct make_core *make, const struct make_mapping *mappings, size_t count,
		uint64_t page_size);
/* bytes NULL: each 8-byte word is its own address. */
void make_segment(struct make_core *make, uint64_t address, uint64_t memory_size, const void *bytes,
		  uint64_t file_size, uint32_t flags);

/* The core's bytes (the caller frees them); empties make. */
uint8_t *make_finish(struct make_core *make, size_t *size_ret);
/* The same as a file named name. */
struct fb_file *make_file(struct make_core *make, const char *name);
/* A copy of bytes as a file. */
struct fb_file *make_file_of(const char *name, const void *bytes, size_t size);

/* A process of one thread, a program and a stack; PID 17, "victim". The base of most tests. */
#define MAKE_PROGRAM 0x555555554000ull
#define MAKE_STACK 0x7ffffffde000ull
uint8_t *make_usual(enum make_layout layout, size_t *size_ret);

#endif
