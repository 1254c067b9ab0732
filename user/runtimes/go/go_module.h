/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what the linker of Go wrote into a program: its version, and where its tables and variables are. Called by
 * go.c. */
#ifndef FB_USER_GO_MODULE_H
#define FB_USER_GO_MODULE_H

#include <stdint.h>

#include "base/error.h"
#include "user/elf/elf_headers.h"
#include "user/runtimes/go/go_private.h"
#include "user/unwind/unwind.h"

/* A program that is mapped. */
struct fb_go_program {
	struct fb_space *space;        /* borrowed */
	struct fb_space *searched;     /* borrowed; the same, for what is only looked through */
	struct fb_elf_headers headers; /* owned */
	uint64_t bias;                 /* of addresses in memory over those of its headers */
	const struct fb_user_mapping *mapping; /* that with its ELF header; borrowed */
};

/* Opens the program of a process, the first object that is mapped. FB_NOT_FOUND: there is none; errors of
 * fb_space_read(). The caller frees it with fb_go_program_deinit(). */
FB_MUST_CHECK struct fb_error *fb_go_program_open(const struct fb_user_process *process,
						  struct fb_go_program *program_ret);
void fb_go_program_deinit(struct fb_go_program *program);

/* The version of Go by which the program was built. FB_NOT_FOUND: it is none of Go; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_go_version_find(const struct fb_go_program *program,
						  uint32_t *version_ret);

/* Finds the tables. FB_NOT_FOUND: there are none; errors of fb_space_read() where pages of variables are missing. */
FB_MUST_CHECK struct fb_error *fb_go_module_find(const struct fb_go_program *program,
						 const struct fb_go_layout *layout,
						 struct fb_go_module *module_ret);

/* Calls each() for every word of the ranges [start, start + size) of which a page can be read, with the words behind
 * it up to FB_GO_WINDOW in all, until it sets *done or fails. Pages that are missing are left out; *missing_ret is the
 * error of the first, or NULL. Other errors are fatal ones, and those of each(). */
#define FB_GO_WINDOW 64u
typedef struct fb_error *fb_go_each(void *context, uint64_t address, const uint64_t *words,
				    bool *done);
FB_MUST_CHECK struct fb_error *fb_go_search(struct fb_space *space, uint64_t start, uint64_t size,
					    fb_go_each *each, void *context, bool *done,
					    struct fb_error **missing_ret);

#endif
