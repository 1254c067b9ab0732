/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An opened runtime of Go, as the files that read it share it. */
#ifndef FB_USER_GO_PRIVATE_H
#define FB_USER_GO_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "base/u64_map.h"
#include "user/runtimes/go/go.h"
#include "user/runtimes/go/go_layout.h"

/* A table of the program: of functions, their names, and so on. */
struct fb_go_table {
	uint64_t address, size; /* size in bytes */
};

/* The program's tables, which its linker wrote (struct moduledata). */
struct fb_go_module {
	struct fb_go_table names, units, files, pc_table, functions, index;
	uint64_t text, text_end; /* code; end exclusive */
	struct fb_go_table variables[4];
	uint64_t funcdata; /* the address that offsets of tables of a function count from */
	size_t count;      /* functions */
};

/* A function as its entry in the tables has it. */
struct fb_go_function {
	uint64_t entry; /* address of its first instruction */
	uint64_t at;    /* address of its struct _func */
	uint32_t name, pc_sp, pc_file, pc_line, pcdata_count, unit;
	uint8_t flags, funcdata_count;
};

/* The function is the outermost of a stack; it changes the stack pointer in a way that no table has. */
#define FB_GO_OUTERMOST 1u
#define FB_GO_CHANGES_SP 2u

/* A place in the code, with the functions that are inlined there, innermost first. */
#define FB_GO_MOST_INLINED 32u
struct fb_go_place {
	uint64_t entry;    /* of the function */
	uint64_t sp_delta; /* bytes from the stack pointer to the return address */
	bool has_delta;
	uint8_t flags;
	uint16_t count; /* at least 1: the last is the function itself */
	size_t first;   /* index of its first line */
};

struct fb_go {
	struct fb_space *space;      /* borrowed */
	struct fb_string_pool *pool; /* borrowed; owns the texts of lines */
	struct fb_go_layout layout;
	struct fb_go_module module;
	const char *path; /* of the program; borrowed */
	uint64_t list;    /* address of the array of addresses of all g (runtime.allgs) */
	size_t list_count;
	/* index in places by pc, which is shifted, with a bit for a return address */
	struct fb_u64_map by_pc;
	struct fb_go_place *places; /* owned */
	size_t place_count, place_room;
	struct fb_go_line *lines; /* owned */
	size_t line_count, line_room;
	uint64_t work;      /* bytes of tables that were decoded */
	size_t frame_count; /* of all stacks that were walked */
};

#endif
