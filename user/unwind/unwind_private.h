/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the user unwinder share. A session is the unwinding of one process. */
#ifndef FB_USER_UNWIND_PRIVATE_H
#define FB_USER_UNWIND_PRIVATE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "symbols/dwarf/dwarf_functions.h"
#include "user/unwind/cfi_step.h"
#include "user/unwind/unwind.h"

struct fb_unwind_module {
	uint64_t start, end; /* of its mappings; end exclusive */
	const struct fb_user_mapping *first;
	bool executable;
	bool loaded;                           /* it was tried to load object */
	const struct fb_cached_object *object; /* NULL: it cannot be loaded */
	const char *path, *build_id;           /* in the pool; NULL until a frame lies in it */
	Dwfl_Module *dwfl;
	struct fb_unwind_session *session;
};

/* Pages of the stack that were read last. */
#define FB_UNWIND_PAGES 8u
struct fb_unwind_page {
	uint64_t address; /* UINT64_MAX: none */
	uint8_t bytes[FB_PAGE_SIZE];
};

/* How many units of debug information are kept with their functions; threads wait in few units. */
#define FB_UNWIND_UNITS 64u
struct fb_unwind_unit {
	Dwarf *dwarf; /* NULL: unused */
	struct fb_unit_functions functions;
};

struct fb_unwind_session {
	const struct fb_user_process *process;
	struct fb_string_pool *pool;
	Dwfl *dwfl;
	struct fb_unwind_module *modules; /* owned */
	size_t module_count;
	struct fb_error *err; /* owned; a fatal error inside a callback of libdwfl */

	struct fb_unwind_unit units[FB_UNWIND_UNITS];
	unsigned next_unit;

	struct fb_unwind_page pages[FB_UNWIND_PAGES];
	unsigned next_page;
	bool faulted;   /* a read of this thread's stack failed */
	uint64_t fault; /* the address of the last read that failed */

	/* The current thread. */
	struct fb_user_stack *stack;
	struct fb_cfi_registers regs; /* of the current frame */
	Dwarf_Frame *row;             /* owned; of the frame's unwind table; NULL: it has none */
	bool caller;                  /* the frame called another: pc is a return address */
	bool after_signal;
	bool stop;    /* the stack has ended, and stack->end is set */
	bool guessed; /* one of the frames so far is a guess */
};

/* unwind_modules.c: finds the objects in the mappings and reports them to libdwfl. */
FB_MUST_CHECK struct fb_error *fb_unwind_modules_report(struct fb_unwind_session *session);
extern const Dwfl_Callbacks fb_unwind_dwfl_callbacks;
/* The module that holds address, its object loaded; or NULL. */
struct fb_unwind_module *fb_unwind_module_at(struct fb_unwind_session *session, uint64_t address);
const struct fb_user_mapping *fb_unwind_mapping_at(const struct fb_user_process *process,
						   uint64_t address);

/* unwind_frames.c: appends the functions that are inlined at address, then the frame itself. address: pc, or, where pc
 * is a return address, that of the call before it. */
FB_MUST_CHECK struct fb_error *fb_unwind_add_frame(struct fb_unwind_session *session,
						   const struct fb_user_frame *frame,
						   uint64_t address);
void fb_unwind_units_deinit(struct fb_unwind_session *session);

/* unwind_memory.c */
/* Takes over err. A fatal error is stored in the session, if that has none yet, and ends the unwinding of the process
 * after the current thread. Any other is discarded. */
void fb_unwind_keep_fatal(struct fb_unwind_session *session, struct fb_error *err);
/* Reads the 8 bytes at address, for a thread of either size; false where they cannot be read. */
bool fb_unwind_read_bytes(struct fb_unwind_session *session, uint64_t address, uint64_t *bytes_ret);
/* Reads a word of the current thread's size at address; false where it cannot be read. */
bool fb_unwind_read_word(struct fb_unwind_session *session, uint64_t address, uint64_t *word_ret);
/* The pc and the stack pointer of the current frame. */
static inline uint64_t fb_unwind_pc(const struct fb_unwind_session *session)
{
	return session->regs.values[session->regs.machine->pc];
}

static inline uint64_t fb_unwind_sp(const struct fb_unwind_session *session)
{
	return session->regs.values[session->regs.machine->stack];
}

bool fb_unwind_is_code(const struct fb_unwind_session *session, uint64_t address);

/* caller_guess.c, for code without an unwind table: */
/* Replaces the current registers by a guess at the caller's, and tells how it was found. False, with nothing changed,
 * where there is no guess. */
bool fb_unwind_guess_caller(struct fb_unwind_session *session, enum fb_frame_found *found_ret);
/* Whether the code of the current function, which has no unwind table, marks it as the outermost one, with which a
 * program or thread begins. */
bool fb_unwind_is_outermost(struct fb_unwind_session *session);
/* Whether a call instruction ends at address; true too where the code cannot be read. */
bool fb_unwind_may_follow_call(struct fb_unwind_session *session, uint64_t address);
/* The start of the function that holds address, by the symbols of its object; 0: unknown. */
uint64_t fb_unwind_function_start(struct fb_unwind_session *session, uint64_t address);

#endif
