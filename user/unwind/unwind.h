/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unwinds the user stacks of a process, with libdwfl over a memory space: from a thread's
 * registers back to its start, by the unwind tables of programs and libraries, and where
 * these have none by frame pointers and other guesses, which are marked. For x86-64, and i386 in
 * 32-bit processes, by the code segment of each thread.
 * Called by bundle/stacks, in child processes.
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
	uint64_t file;        /* a number that all mappings of one file share; 0: no file */
	uint64_t file_size;   /* bytes; 0: unknown */
	const char *path;     /* "/usr/bin/cat", "[vdso]"; "" if none. Borrowed */
	const char *own_path; /* as a process in a container sees it; NULL: the same. Borrowed */
	bool executable;      /* also where it is not known */
	bool path_from_core;  /* path is known only from a core */
};

/* What is known of a frame of code that a runtime has made. fp: RBP. */
struct fb_foreign_registers {
	uint64_t pc, sp, fp;
	bool is_return; /* pc is a return address */
};

/* Finds the caller's registers of a frame whose code is in no object. False in *found_ret where it is no code of the
 * runtime's, or nothing leads on. Only fatal errors are returned. */
struct fb_foreign_code {
	struct fb_error *(*step)(void *context, const struct fb_foreign_registers *callee,
				 struct fb_foreign_registers *caller_ret, bool *found_ret);
	void *context;
};

struct fb_user_process {
	struct fb_space *space; /* borrowed; the process's memory */
	/* The same memory, for readers of runtimes that look for something in all of a program's variables; borrowed.
	 * NULL: it is space. Where space notes what was read (bundle/dump), what was only looked through is not among
	 * it. */
	struct fb_space *searched;
	struct fb_object_cache *objects;        /* borrowed */
	const struct fb_user_mapping *mappings; /* borrowed; in order of address */
	size_t mapping_count;
	const struct fb_foreign_code *foreign; /* borrowed; NULL: there is none */
	int fetch_fd; /* channel for fb_fetch(), borrowed; -1: nothing is fetched */
};

/* How a frame's pc was found. */
enum fb_frame_found {
	FB_FRAME_REGISTERS,     /* the thread's own registers */
	FB_FRAME_UNWIND_TABLE,  /* .eh_frame or .debug_frame */
	FB_FRAME_FRAME_POINTER, /* a guess */
	FB_FRAME_STACK_TOP,     /* the word at the first stack pointer: a guess */
	/* The first word on the stack that is an address behind a call of the function: a guess. */
	FB_FRAME_CALL_SITE,
	/* The word at which the return address lies by the function's first instructions: a guess. */
	FB_FRAME_PROLOGUE,
};

/* Whose function a frame is of. Those of an interpreted language stand before the native frame that evaluates them, and
 * have its pc, sp, object, found and from (user/runtimes). Those of Go and Java are machine code, found by the
 * runtimes' own tables. */
enum fb_frame_language {
	FB_LANGUAGE_NATIVE,
	FB_LANGUAGE_PYTHON,
	FB_LANGUAGE_GO,
	FB_LANGUAGE_JAVA, /* the last */
};

static inline bool fb_frame_is_guess(enum fb_frame_found found)
{
	return found != FB_FRAME_REGISTERS && found != FB_FRAME_UNWIND_TABLE;
}

struct fb_user_frame {
	uint64_t pc;
	uint64_t sp;
	const char *symbol;    /* NULL: unknown. This and the other strings are owned by the pool */
	const char *demangled; /* symbol as C++ and Rust sources have it; NULL: it is not mangled */
	uint64_t offset;       /* of pc from the symbol's start; has no meaning if inlined */
	const char *object;    /* path of the program or library; NULL: pc is in none */
	const char *build_id;  /* of the object; NULL: unknown */
	const char *file;      /* source file; NULL: unknown */
	uint32_t line;         /* 0: unknown */
	bool inlined;          /* into the next frame, which has the same pc */
	enum fb_frame_language language;
	bool signal; /* the code to which a signal handler returns */
	enum fb_frame_found found;
	/* The source of the word of the stack that pc was read from; FB_SOURCE_ABSENT: pc was in a register, or
	 * the source is not known. */
	enum fb_source from;
};

/* What a runtime that has threads of its own says of one. */
struct fb_user_thread {
	enum fb_frame_language language; /* FB_LANGUAGE_NATIVE: it is a thread of no runtime */
	const char *
		name; /* NULL: unknown. This and the other texts are owned by the pool, or static */
	const char *state; /* in the language's words; NULL: unknown */
	uint64_t id;       /* the runtime's own number; 0: unknown */
	/* What it waits for, as the runtime's own tools say it: "waiting to lock", the address of an object, and its
	 * class. waits: NULL: nothing, or not known; class: NULL: not known; object: 0: not known. */
	const char *waits, *waits_class;
	uint64_t waits_object;
};

struct fb_user_stack {
	struct fb_user_frame *frames; /* owned; innermost first */
	size_t count, room;
	bool complete;   /* it ends with the outermost frame */
	bool lacks_file; /* it ends because pages of the last frame's object were not found */
	char end[224];   /* why it ends, as text */
	struct fb_user_thread thread;
};

/* Unwinds one stack for each of the count sets of registers, and fills the array stacks_ret, each of which the caller
 * frees with fb_user_stack_deinit(). Parameters are borrowed; strings are stored in pool. Where a stack is damaged it
 * ends, with the reason in `end`. Only fatal errors are returned, and FB_UNSUPPORTED where libdwfl cannot be used.
 * Several threads may unwind different processes at the same time. */
FB_MUST_CHECK struct fb_error *fb_user_stacks_unwind(const struct fb_user_process *process,
						     const struct user_regs_struct *regs,
						     size_t count, struct fb_string_pool *pool,
						     struct fb_user_stack *stacks_ret);
void fb_user_stack_deinit(struct fb_user_stack *stack);
/* Adds to why a stack ends what a reader of a runtime says of it: "...; Python: WHY". */
void fb_user_stack_note(struct fb_user_stack *stack, const char *runtime, const char *why);

/* Whether a frame is one of the machine's stack, and not of a function that is part of the next such frame. */
static inline bool fb_frame_is_of_machine(const struct fb_user_frame *frame)
{
	return !frame->inlined && frame->language != FB_LANGUAGE_PYTHON;
}

#endif
