// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking user stacks: by the unwind tables that libdwfl finds, and by a guess
 * that is marked as one where there is none.
 */
#include "user/unwind/unwind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "user/unwind/unwind_private.h"

/* struct pt_regs' cs of 64-bit user mode (__USER_CS); a 32-bit one has another (0x23). */
#define USER_CS 0x33u

static void FB_PRINTF(2, 3) end_stack(struct fb_unwind_session *session, const char *format, ...)
{
	va_list args;

	if (session->stop)
		return;
	session->stop = true;
	va_start(args, format);
	vsnprintf(session->stack->end, sizeof(session->stack->end), format, args);
	va_end(args);
}

static void note_nomem(struct fb_unwind_session *session, struct fb_error *err)
{
	if (session->err)
		fb_error_destroy(err);
	else
		session->err = err;
	end_stack(session, "out of memory");
}

/* The page at address, from the last ones read; NULL where it is not to be had as a whole. */
static const struct fb_unwind_page *read_page(struct fb_unwind_session *session, uint64_t address)
{
	struct fb_unwind_page *page;
	struct fb_error *err;

	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		if (session->pages[i].address == address)
			return &session->pages[i];
	page = &session->pages[session->next_page++ % FB_UNWIND_PAGES];
	page->address = UINT64_MAX;
	err = fb_space_read(session->process->space, address, page->bytes, FB_PAGE_SIZE);
	if (err) {
		fb_error_destroy(err);
		return NULL;
	}
	page->address = address;
	return page;
}

static bool read_word(void *context, uint64_t address, uint64_t *word_ret)
{
	struct fb_unwind_session *session = context;
	const struct fb_unwind_page *page = NULL;
	struct fb_error *err;

	if (address % FB_PAGE_SIZE <= FB_PAGE_SIZE - sizeof(*word_ret))
		page = read_page(session, address & FB_PAGE_MASK);
	if (page) {
		memcpy(word_ret, page->bytes + address % FB_PAGE_SIZE, sizeof(*word_ret));
		return true;
	}
	err = fb_space_read(session->process->space, address, word_ret, sizeof(*word_ret));
	if (!err)
		return true;
	session->faulted = true;
	session->fault = address;
	fb_error_destroy(err);
	return false;
}

/* "stack page 0x7ffe1234000 is not in dump or core (filtered)". */
static void end_at_fault(struct fb_unwind_session *session)
{
	uint64_t page = session->fault & FB_PAGE_MASK;
	struct fb_run run;
	struct fb_error *err;

	if (!fb_unwind_mapping_at(session->process, session->fault)) {
		end_stack(session, "it leads to 0x%" PRIx64 ", where nothing is mapped",
			  session->fault);
		return;
	}
	err = fb_space_locate(session->process->space, session->fault, 1, &run);
	if (!err && run.origin.source == FB_SOURCE_ABSENT && run.origin.absence)
		end_stack(session, "stack page 0x%" PRIx64 " is not in dump or core (%s)", page,
			  fb_absence_name(run.origin.absence));
	else
		end_stack(session, "stack page 0x%" PRIx64 " is not in dump or core", page);
	fb_error_destroy(err);
}

static bool is_code(const struct fb_unwind_session *session, uint64_t address)
{
	const struct fb_user_mapping *mapping = fb_unwind_mapping_at(session->process, address);

	return mapping && mapping->executable;
}

/* The unwind table's row at address; NULL where there is none. free() it. */
static Dwarf_Frame *find_row(struct fb_unwind_session *session, uint64_t address)
{
	struct fb_unwind_module *module = fb_unwind_module_at(session, address);
	Dwarf_Frame *frame = NULL;
	Dwarf_Addr bias;
	Dwarf_CFI *cfi;

	if (!module || !module->dwfl)
		return NULL;
	cfi = dwfl_module_eh_cfi(module->dwfl, &bias);
	if (cfi && dwarf_cfi_addrframe(cfi, address - bias, &frame) == 0)
		return frame;
	cfi = dwfl_module_dwarf_cfi(module->dwfl, &bias);
	if (cfi && dwarf_cfi_addrframe(cfi, address - bias, &frame) == 0)
		return frame;
	return NULL;
}

/* Callers lie higher on the stack; only what a signal interrupted may stand elsewhere. */
static bool check_progress(struct fb_unwind_session *session, uint64_t sp)
{
	const struct fb_user_stack *stack = session->stack;

	if (stack->count >= FB_MAX_USER_FRAMES) {
		end_stack(session, "more than %u frames", FB_MAX_USER_FRAMES);
		return false;
	}
	if (!stack->count || session->after_signal || sp > stack->frames[stack->count - 1].sp)
		return true;
	end_stack(session, "the stack pointer does not move on (0x%" PRIx64 ")", sp);
	return false;
}

static void end_clean(struct fb_unwind_session *session)
{
	const struct fb_user_stack *stack = session->stack;
	const char *symbol = stack->count ? stack->frames[stack->count - 1].symbol : NULL;

	session->stack->complete = true;
	end_stack(session, "end of the stack%s%.100s", symbol ? ": " : "", symbol ? symbol : "");
}

/* Adds the frame that regs are of, with its row. exact: pc is what runs next, not a return
 * address, whose call may be another function's last instruction. */
static void take_frame(struct fb_unwind_session *session, bool exact, enum fb_frame_found found)
{
	uint64_t pc = session->regs.values[FB_DWARF_RIP], sp = session->regs.values[FB_DWARF_RSP];
	struct fb_user_frame frame = {.pc = pc, .sp = sp, .found = found};
	bool signal = false;
	struct fb_error *err;

	free(session->row);
	session->row = NULL;
	if (!check_progress(session, sp))
		return;
	session->row = find_row(session, exact ? pc : pc - 1);
	if (session->row && dwarf_frame_info(session->row, NULL, NULL, &signal) < 0)
		signal = false;
	frame.signal = signal;
	err = fb_unwind_add_frame(session, &frame, exact || signal ? pc : pc - 1);
	if (err || session->err)
		note_nomem(session, err);
	else if (session->row && fb_cfi_is_outermost(session->row))
		end_clean(session);
	session->after_signal = signal;
}

/* The return address cannot be computed. A register that was lost to a missing page may be needed
 * some frames later. */
static void end_without_caller(struct fb_unwind_session *session)
{
	if (session->faulted)
		end_at_fault(session);
	else if (session->guessed)
		end_stack(session, "behind a guessed frame nothing leads on");
	else
		end_stack(session, "the return address of the next frame is not known");
}

static void step_by_table(struct fb_unwind_session *session)
{
	const struct fb_cfi_memory memory = {.read = read_word, .context = session};
	struct fb_cfi_registers *regs = &session->regs;

	fb_cfi_step(session->row, regs, &memory, regs);
	session->caller = !session->after_signal;
	if (!(regs->known & (1u << FB_DWARF_RIP)))
		end_without_caller(session);
	else if (regs->values[FB_DWARF_RIP] == 0 && session->guessed)
		end_stack(session, "behind a guessed frame nothing leads on");
	else if (regs->values[FB_DWARF_RIP] == 0)
		end_clean(session);
	else if (!(regs->known & (1u << FB_DWARF_RSP)))
		end_stack(session, "the stack pointer of the next frame is not known");
	else
		take_frame(session, session->after_signal, FB_FRAME_UNWIND_TABLE);
}

/* Why a frame has no unwind table, for the end of a stack that no guess leads on from. Returns
 * whether its object's file would have it. */
static bool describe_missing(struct fb_unwind_session *session, uint64_t pc, char *to, size_t size)
{
	struct fb_unwind_module *module = fb_unwind_module_at(session, pc);
	const char *path = module ? module->first->path : NULL, *slash;
	uint64_t missing = 0;

	if (!is_code(session, pc)) {
		snprintf(to, size, "0x%" PRIx64 " is no code", pc);
		return false;
	}
	if (!module) {
		snprintf(to, size, "0x%" PRIx64 " is code of no file", pc);
		return false;
	}
	slash = strrchr(path, '/');
	path = slash ? slash + 1 : path;
	if (!module->object)
		missing = module->start;
	else
		missing = module->object->image.missing;
	if (missing)
		snprintf(to, size,
			 "%.30s: no unwind table (page 0x%" PRIx64 " is not in dump or core)", path,
			 missing);
	else
		snprintf(to, size, "%.30s: no unwind table for 0x%" PRIx64, path, pc);
	return missing;
}

/* Whether a call ends at address; true as well where its code cannot be read. */
static bool may_follow_call(struct fb_unwind_session *session, uint64_t address)
{
	uint8_t code[8];
	uint64_t word;

	if (!is_code(session, address) || address < sizeof(code))
		return false;
	if (!read_word(session, address - sizeof(code), &word))
		return true;
	memcpy(code, &word, sizeof(code));
	if (code[3] == 0xe8) /* call rel32 */
		return true;
	/* call r/m64: ff /2, with a ModRM byte, maybe SIB, and a displacement of 0, 1 or 4 bytes */
	for (unsigned length = 2; length <= 7; length++)
		if (code[sizeof(code) - length] == 0xff &&
		    (code[sizeof(code) - length + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* The word on top of the stack: the return address where pc was called without being code, and
 * where the thread's registers are of a function that has pushed nothing, as the wrappers of
 * system calls are. */
static bool guess_by_stack_top(struct fb_unwind_session *session, uint64_t sp)
{
	uint64_t pc;

	if (session->caller || !read_word(session, sp, &pc) || !may_follow_call(session, pc))
		return false;
	session->regs.values[FB_DWARF_RIP] = pc;
	session->regs.values[FB_DWARF_RSP] = sp + 8;
	return true;
}

/* A frame that begins as the ABI suggests: [rbp] is the caller's rbp, and behind it the return
 * address. Only what a function must not change stays known. */
static bool guess_by_frame_pointer(struct fb_unwind_session *session, uint64_t sp)
{
	struct fb_cfi_registers *regs = &session->regs;
	uint64_t frame = regs->values[FB_DWARF_RBP], caller, pc;

	if (!(regs->known & (1u << FB_DWARF_RBP)) || frame < sp || frame % 8 || frame > INT64_MAX ||
	    !read_word(session, frame, &caller) || !read_word(session, frame + 8, &pc) ||
	    !may_follow_call(session, pc))
		return false;
	regs->values[FB_DWARF_RIP] = pc;
	regs->values[FB_DWARF_RSP] = frame + 16;
	regs->values[FB_DWARF_RBP] = caller;
	regs->known = 1u << FB_DWARF_RIP | 1u << FB_DWARF_RSP | 1u << FB_DWARF_RBP;
	return true;
}

static void step_by_guess(struct fb_unwind_session *session)
{
	uint64_t pc = session->regs.values[FB_DWARF_RIP], sp = session->regs.values[FB_DWARF_RSP];
	char missing[160];
	enum fb_frame_found found;

	if (guess_by_stack_top(session, sp)) {
		found = FB_FRAME_STACK_TOP;
	} else if (guess_by_frame_pointer(session, sp)) {
		found = FB_FRAME_FRAME_POINTER;
	} else {
		session->stack->lacks_file = describe_missing(
			session, session->caller ? pc - 1 : pc, missing, sizeof(missing));
		end_stack(session, "%s; no frame pointer", missing);
		return;
	}
	session->caller = true;
	session->guessed = true;
	take_frame(session, false, found);
}

static void unwind_thread(struct fb_unwind_session *session, const struct user_regs_struct *regs,
			  struct fb_user_stack *stack)
{
	const uint64_t dwarf[FB_DWARF_REGS] = {
		regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi,
		regs->rbp, regs->rsp, regs->r8,  regs->r9,  regs->r10, regs->r11,
		regs->r12, regs->r13, regs->r14, regs->r15, regs->rip,
	};

	memcpy(session->regs.values, dwarf, sizeof(dwarf));
	session->regs.known = (1u << FB_DWARF_REGS) - 1;
	session->stack = stack;
	session->stop = session->after_signal = session->caller = false;
	session->faulted = session->guessed = false;
	if (regs->cs != USER_CS) {
		end_stack(session, "a 32-bit process: its stack is not unwound");
		return;
	}
	take_frame(session, true, FB_FRAME_REGISTERS);
	while (!session->stop) {
		if (session->row)
			step_by_table(session);
		else
			step_by_guess(session);
	}
	free(session->row);
	session->row = NULL;
}

static struct fb_error *open_session(struct fb_unwind_session *session)
{
	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		session->pages[i].address = UINT64_MAX;
	session->dwfl = dwfl_begin(&fb_unwind_dwfl_callbacks);
	if (!session->dwfl)
		return fb_error_create(FB_UNSUPPORTED, "libdwfl: %s", dwfl_errmsg(-1));
	return fb_unwind_modules_report(session);
}

struct fb_error *fb_user_stacks_unwind(const struct fb_user_process *process,
				       const struct user_regs_struct *regs, size_t count,
				       struct fb_string_pool *pool,
				       struct fb_user_stack *stacks_ret)
{
	struct fb_unwind_session *session = calloc(1, sizeof(*session));
	struct fb_user_stack *stacks = calloc(count ? count : 1, sizeof(*stacks));
	struct fb_error *err = session && stacks ? NULL : fb_error_nomem();

	if (!err) {
		session->process = process;
		session->pool = pool;
		err = open_session(session);
	}
	for (size_t i = 0; !err && i < count; i++) {
		unwind_thread(session, &regs[i], &stacks[i]);
		err = session->err;
	}
	if (session) {
		dwfl_end(session->dwfl);
		fb_object_cache_release(process->objects, process->space);
		free(session->modules);
		free(session);
	}
	for (size_t i = 0; err && stacks && i < count; i++)
		fb_user_stack_deinit(&stacks[i]);
	if (!err && count)
		memcpy(stacks_ret, stacks, count * sizeof(*stacks));
	free(stacks);
	return err;
}

void fb_user_stack_deinit(struct fb_user_stack *stack)
{
	free(stack->frames);
	memset(stack, 0, sizeof(*stack));
}
