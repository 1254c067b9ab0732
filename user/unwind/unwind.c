// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks user stacks: by the unwind tables that libdwfl finds, and where there is none by guesses, which are marked.
 * Called by bundle/stacks, in a child process.
 */
#include "user/unwind/unwind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "user/unwind/unwind_private.h"

/* struct pt_regs' cs in user mode: __USER_CS, and of 32 bits __USER32_CS. */
#define USER_CS 0x33u
#define USER32_CS 0x23u

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
	fb_unwind_keep_fatal(session, err);
	end_stack(session, "out of memory");
}

/* Reads memory for a row of the unwind table. What cannot be read is the reason why the stack
 * ends. */
static bool read_word(void *context, uint64_t address, uint64_t *word_ret)
{
	struct fb_unwind_session *session = context;

	if (fb_unwind_read_word(session, address, word_ret))
		return true;
	session->faulted = true;
	session->fault = address;
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
	fb_unwind_keep_fatal(session, err);
}

/* The unwind table's row at address; NULL where there is none. free() it. */
static Dwarf_Frame *find_row(struct fb_unwind_session *session, uint64_t address)
{
	struct fb_unwind_module *module = fb_unwind_module_at(session, address);
	Dwarf_Frame *frame = NULL;
	Dwarf_Addr bias;
	Dwarf_CFI *cfi;

	/* The row of an object of the other machine numbers its registers in another way. */
	if (!module || !module->dwfl || !module->object || !module->object->form ||
	    module->object->form->machine != session->regs.machine->elf_machine)
		return NULL;
	cfi = dwfl_module_eh_cfi(module->dwfl, &bias);
	if (cfi && dwarf_cfi_addrframe(cfi, address - bias, &frame) == 0)
		return frame;
	cfi = dwfl_module_dwarf_cfi(module->dwfl, &bias);
	if (cfi && dwarf_cfi_addrframe(cfi, address - bias, &frame) == 0)
		return frame;
	return NULL;
}

/* Where the memory at address came from. */
static enum fb_source source_of(struct fb_unwind_session *session, uint64_t address)
{
	struct fb_run run = {.origin = {.source = FB_SOURCE_ABSENT}};

	fb_unwind_keep_fatal(session, fb_space_locate(session->process->space, address, 1, &run));
	return run.origin.source;
}

/* Whether the program has not run yet: the kernel starts it with registers of its own making, in the
 * dynamic linker if it has one, and what lies on its stack are arguments. */
static bool is_first_instruction(struct fb_unwind_session *session, uint64_t pc)
{
	const struct fb_unwind_module *module = fb_unwind_module_at(session, pc);

	return module && module->object && module->object->entry &&
	       pc == module->object->entry + (module->start - module->object->first_vaddr);
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
	uint64_t pc = fb_unwind_pc(session), sp = fb_unwind_sp(session);
	struct fb_user_frame frame = {.pc = pc, .sp = sp, .found = found};
	bool signal = false;
	struct fb_error *err;

	free(session->row);
	session->row = NULL;
	if (!check_progress(session, sp))
		return;
	/* A caller's stack pointer stands behind the return address. */
	frame.from = session->caller ? source_of(session, sp - session->regs.machine->word)
				     : FB_SOURCE_ABSENT;
	session->row = find_row(session, exact ? pc : pc - 1);
	if (session->row && dwarf_frame_info(session->row, NULL, NULL, &signal) < 0)
		signal = false;
	frame.signal = signal;
	err = fb_unwind_add_frame(session, &frame, exact || signal ? pc : pc - 1);
	if (err || session->err)
		note_nomem(session, err);
	else if ((session->row && fb_cfi_is_outermost(session->regs.machine, session->row)) ||
		 (found == FB_FRAME_REGISTERS && is_first_instruction(session, pc)))
		end_clean(session);
	session->after_signal = signal;
}

/* The return address cannot be computed. The register it depends on may have been lost some
 * frames earlier, in a page that is missing. */
static void end_without_caller(struct fb_unwind_session *session)
{
	if (session->faulted)
		end_at_fault(session);
	else if (session->guessed)
		end_stack(session, "behind a guessed frame nothing leads on");
	else
		end_stack(session, "the return address of the next frame is not known");
}

/* Whether pc can be what a call pushed. Else it is the beginning of a function that was put there for
 * one to return to: of a signal's or a context's end. */
static bool may_be_return_address(struct fb_unwind_session *session, uint64_t pc)
{
	bool signal = false;
	Dwarf_Frame *row;

	if (fb_unwind_may_follow_call(session, pc))
		return true;
	if (!fb_unwind_is_code(session, pc))
		return false;
	row = find_row(session, pc);
	if (row && dwarf_frame_info(row, NULL, NULL, &signal) < 0)
		signal = false;
	free(row);
	return signal || fb_unwind_function_start(session, pc) == pc;
}

/* The words of a core may be older or newer than the registers by which they are found. */
static void end_at_wild_word(struct fb_unwind_session *session)
{
	uint64_t pc = fb_unwind_pc(session), sp = fb_unwind_sp(session);
	bool old = source_of(session, sp - session->regs.machine->word) == FB_SOURCE_CORE;

	end_stack(session, "0x%" PRIx64 " is no return address%s%s", pc,
		  fb_unwind_is_code(session, pc) ? ": no call stands before it" : ": it is no code",
		  old ? " (a word of the core, which is older)" : "");
}

static void step_by_table(struct fb_unwind_session *session)
{
	const struct fb_cfi_memory memory = {.read = read_word, .context = session};
	struct fb_cfi_registers *regs = &session->regs;

	fb_cfi_step(session->row, regs, &memory, regs);
	session->caller = !session->after_signal;
	if (!(regs->known & (1u << regs->machine->pc)))
		end_without_caller(session);
	else if (fb_unwind_pc(session) == 0 && session->guessed)
		end_stack(session, "behind a guessed frame nothing leads on");
	else if (fb_unwind_pc(session) == 0)
		end_clean(session);
	else if (!(regs->known & (1u << regs->machine->stack)))
		end_stack(session, "the stack pointer of the next frame is not known");
	else if (session->caller && !may_be_return_address(session, fb_unwind_pc(session)))
		end_at_wild_word(session);
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

	if (!fb_unwind_is_code(session, pc)) {
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

/* By the runtime that has made the code; false where it does not know it. */
static bool step_by_runtime(struct fb_unwind_session *session)
{
	const struct fb_foreign_code *foreign = session->process->foreign;
	const struct fb_cfi_machine *machine = session->regs.machine;
	const struct fb_foreign_registers callee = {
		.pc = fb_unwind_pc(session),
		.sp = fb_unwind_sp(session),
		.fp = session->regs.known & (1u << machine->frame)
			      ? session->regs.values[machine->frame]
			      : 0,
		.is_return = session->caller,
	};
	struct fb_foreign_registers caller;
	bool found = false;

	if (!foreign || machine != &fb_cfi_x86_64)
		return false;
	fb_unwind_keep_fatal(session, foreign->step(foreign->context, &callee, &caller, &found));
	if (!found)
		return false;
	session->regs.known = 1u << machine->pc | 1u << machine->stack | 1u << machine->frame;
	session->regs.values[machine->pc] = caller.pc;
	session->regs.values[machine->stack] = caller.sp;
	session->regs.values[machine->frame] = caller.fp;
	session->caller = true;
	take_frame(session, false, FB_FRAME_UNWIND_TABLE);
	return true;
}

static void step_by_guess(struct fb_unwind_session *session)
{
	uint64_t pc = fb_unwind_pc(session);
	char missing[160];
	enum fb_frame_found found;

	if (fb_unwind_is_outermost(session)) {
		end_clean(session);
		return;
	}
	if (!fb_unwind_guess_caller(session, &found)) {
		session->stack->lacks_file = describe_missing(
			session, session->caller ? pc - 1 : pc, missing, sizeof(missing));
		end_stack(session, "%s; no frame pointer", missing);
		return;
	}
	session->caller = true;
	session->guessed = true;
	take_frame(session, false, found);
}

/* False where the code segment is neither that of 64-bit nor that of 32-bit programs. */
static bool set_registers(const struct user_regs_struct *regs, struct fb_cfi_registers *to)
{
	const uint64_t of_64[FB_DWARF_REGS] = {
		regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi,
		regs->rbp, regs->rsp, regs->r8,  regs->r9,  regs->r10, regs->r11,
		regs->r12, regs->r13, regs->r14, regs->r15, regs->rip,
	};
	const uint64_t of_32[] = {
		regs->rax, regs->rcx, regs->rdx, regs->rbx, regs->rsp,
		regs->rbp, regs->rsi, regs->rdi, regs->rip,
	};

	if ((regs->cs & 0xffff) == USER_CS) {
		to->machine = &fb_cfi_x86_64;
		memcpy(to->values, of_64, sizeof(of_64));
	} else if ((regs->cs & 0xffff) == USER32_CS) {
		to->machine = &fb_cfi_i386;
		for (size_t i = 0; i < FB_ARRAY_SIZE(of_32); i++)
			to->values[i] = (uint32_t)of_32[i];
	} else {
		return false;
	}
	to->known = (1u << to->machine->count) - 1;
	return true;
}

static void unwind_thread(struct fb_unwind_session *session, const struct user_regs_struct *regs,
			  struct fb_user_stack *stack)
{
	session->stack = stack;
	session->stop = session->after_signal = session->caller = false;
	session->faulted = session->guessed = false;
	if (!set_registers(regs, &session->regs)) {
		end_stack(session, "it runs in a code segment of its own (cs 0x%" PRIx64 ")",
			  (uint64_t)regs->cs);
		return;
	}
	take_frame(session, true, FB_FRAME_REGISTERS);
	while (!session->stop) {
		if (session->row)
			step_by_table(session);
		else if (!step_by_runtime(session))
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
		fb_unwind_units_deinit(session);
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

void fb_user_stack_note(struct fb_user_stack *stack, const char *runtime, const char *why)
{
	const size_t length = strlen(stack->end);

	snprintf(stack->end + length, sizeof(stack->end) - length, "%s%s: %s", length ? "; " : "",
		 runtime, why);
}

void fb_user_stack_deinit(struct fb_user_stack *stack)
{
	free(stack->frames);
	memset(stack, 0, sizeof(*stack));
}
