/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the user unwinder share: one session is one process. */
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
	bool loaded;                           /* object was asked for */
	const struct fb_cached_object *object; /* NULL: not to be had */
	const char *path, *build_id;           /* in the pool; NULL until it is in a frame */
	Dwfl_Module *dwfl;
	struct fb_unwind_session *session;
};

/* Pages of the stack that were read last. */
#define FB_UNWIND_PAGES 8u
struct fb_unwind_page {
	uint64_t address; /* UINT64_MAX: none */
	uint8_t bytes[FB_PAGE_SIZE];
};

/* Units of debug information whose functions are known: threads wait in few. */
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
	struct fb_error *err; /* a fatal one, met inside a callback */

	struct fb_unwind_unit units[FB_UNWIND_UNITS];
	unsigned next_unit;

	struct fb_unwind_page pages[FB_UNWIND_PAGES];
	unsigned next_page;
	bool faulted; /* a read of this thread's stack failed; the last one is fault */
	uint64_t fault;

	/* The thread at hand. */
	struct fb_user_stack *stack;
	struct fb_cfi_registers regs; /* of the frame that was taken last */
	Dwarf_Frame *row;             /* owned; its unwind table's; NULL: it has none */
	bool caller;                  /* regs are a caller's: RIP is a return address */
	bool after_signal;
	bool stop;    /* stack->end is set */
	bool guessed; /* one of the frames so far is a guess */
};

/* unwind_modules.c: finds the objects in the mappings and reports them to libdwfl. */
FB_MUST_CHECK struct fb_error *fb_unwind_modules_report(struct fb_unwind_session *session);
extern const Dwfl_Callbacks fb_unwind_dwfl_callbacks;
/* The module that holds address, its object loaded; or NULL. */
struct fb_unwind_module *fb_unwind_module_at(struct fb_unwind_session *session, uint64_t address);
const struct fb_user_mapping *fb_unwind_mapping_at(const struct fb_user_process *process,
						   uint64_t address);

/* unwind_frames.c: appends the frame, and those inlined into it before it. address: pc, or the
 * call before it. */
FB_MUST_CHECK struct fb_error *fb_unwind_add_frame(struct fb_unwind_session *session,
						   const struct fb_user_frame *frame,
						   uint64_t address);
void fb_unwind_units_deinit(struct fb_unwind_session *session);

/* unwind_memory.c */
/* Takes err. A fatal one becomes the session's, if that has none yet: the process is given up once its thread is
 * done. Any other is forgotten. */
void fb_unwind_keep_fatal(struct fb_unwind_session *session, struct fb_error *err);
/* False where the 8 bytes at address are not to be had. */
bool fb_unwind_read_word(struct fb_unwind_session *session, uint64_t address, uint64_t *word_ret);
bool fb_unwind_is_code(const struct fb_unwind_session *session, uint64_t address);

/* caller_guess.c: where there is no unwind table. */
/* Makes the caller's registers of those at hand, and says how; false, and nothing changed, where
 * nothing suggests a caller. */
bool fb_unwind_guess_caller(struct fb_unwind_session *session, enum fb_frame_found *found_ret);
/* Whether the function at hand, without unwind table, says of itself that nobody called it: of those that a
 * program or thread begins with. */
bool fb_unwind_is_outermost(struct fb_unwind_session *session);
/* Whether a call ends at address; true as well where its code cannot be read. */
bool fb_unwind_may_follow_call(struct fb_unwind_session *session, uint64_t address);
/* Where the function that holds address begins, by the symbols of its object; 0: unknown. */
uint64_t fb_unwind_function_start(struct fb_unwind_session *session, uint64_t address);

#endif
