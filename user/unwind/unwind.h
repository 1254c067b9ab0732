/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user stacks of a process, by libdwfl over a memory space: from a thread's
 * registers back to its start, by the objects' unwind tables, and where they
 * have none by frame pointers, marked as such. x86-64 only.
 */
#ifndef FB_USER_UNWIND_H
#define FB_USER_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/space.h"
#include "user/elf/object_cache.h"
#include "user/unwind/string_pool.h"

/* A mapping of the process, as /proc/PID/maps has it. */
struct fb_user_mapping {
	uint64_t start, end;  /* end exclusive */
	uint64_t offset;      /* bytes into the file */
	uint64_t file;        /* the same for all mappings of one file; 0: none */
	uint64_t file_size;   /* bytes; 0: unknown */
	const char *path;     /* "/usr/bin/cat", "[vdso]"; "" if none. Borrowed */
	const char *own_path; /* as a container's process sees it; NULL: the same. Borrowed */
	bool executable;      /* or not known not to be */
	bool path_from_core; /* path is what a core calls the file; where file is known by it alone */
};

struct fb_user_process {
	struct fb_space *space;
	struct fb_object_cache *objects;
	const struct fb_user_mapping *mappings; /* in order of address */
	size_t mapping_count;
	int fetch_fd; /* for fb_fetch(), borrowed; -1: what is not at hand is not fetched */
};

/* How a frame's pc was found. */
enum fb_frame_found {
	FB_FRAME_REGISTERS,     /* the thread's own registers */
	FB_FRAME_UNWIND_TABLE,  /* .eh_frame or .debug_frame */
	FB_FRAME_FRAME_POINTER, /* a guess */
	FB_FRAME_STACK_TOP,     /* the word at the first stack pointer: a guess */
	FB_FRAME_CALL_SITE, /* the first word that stands behind a call of the function: a guess */
	FB_FRAME_PROLOGUE, /* where the function's first instructions left the return address: a guess */
};

static inline bool fb_frame_is_guess(enum fb_frame_found found)
{
	return found != FB_FRAME_REGISTERS && found != FB_FRAME_UNWIND_TABLE;
}

struct fb_user_frame {
	uint64_t pc;
	uint64_t sp;
	const char *symbol;    /* NULL: unknown. This and the other strings: of the pool */
	const char *demangled; /* symbol as C++ and Rust sources have it; NULL: it is not mangled */
	uint64_t offset;       /* of pc from the symbol's start; of no meaning if inlined */
	const char *object;    /* path; NULL: in none */
	const char *build_id;  /* NULL: unknown */
	const char *file;      /* of the source; NULL: unknown */
	uint32_t line;         /* 0: unknown */
	bool inlined;          /* into the next frame, whose pc is the same */
	bool signal;           /* it is what a signal handler returns to */
	enum fb_frame_found found;
	/* Where the word came from that pc was read from; FB_SOURCE_ABSENT: it was in a register, or
	 * that cannot be told. */
	enum fb_source from;
};

struct fb_user_stack {
	struct fb_user_frame *frames; /* owned; innermost first */
	size_t count, room;
	bool complete;   /* it ends where stacks end */
	bool lacks_file; /* it ends as the last frame's object has pages that are nowhere */
	char end[224];   /* why it ends */
};

/* Unwinds one stack for each of count sets of registers. All in borrowed; strings go to pool.
 * Whatever is wrong with a stack is its end, not an error: FB_NOMEM, and FB_UNSUPPORTED where
 * libdwfl itself cannot be had. fb_user_stack_deinit() each of stacks_ret. Processes may be
 * unwound at the same time. */
FB_MUST_CHECK struct fb_error *fb_user_stacks_unwind(const struct fb_user_process *process,
						     const struct user_regs_struct *regs,
						     size_t count, struct fb_string_pool *pool,
						     struct fb_user_stack *stacks_ret);
void fb_user_stack_deinit(struct fb_user_stack *stack);

#endif
