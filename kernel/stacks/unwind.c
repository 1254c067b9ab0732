// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One step of a kernel stack: what arch/x86/kernel/unwind_orc.c does in a live kernel, with every
 * step checked. The stack pointer only ever grows, and a stack that was left is not entered again,
 * so the steps end. Called by stack.c.
 */
#include "kernel/stacks/unwind.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of struct user_regs_struct, whose beginning is pt_regs. */
#define IRET_OFFSET offsetof(struct user_regs_struct, rip)

_Static_assert(offsetof(struct user_regs_struct, ss) + 8 == FB_PT_REGS_BYTES, "pt_regs");
_Static_assert(FB_PT_REGS_BYTES - IRET_OFFSET == FB_IRET_FRAME_BYTES, "IRET frame");

size_t fb_unwind_area(const struct fb_unwind *unwind, uint64_t address, uint64_t length)
{
	for (size_t i = 0; i < unwind->area_count; i++) {
		const struct fb_stack_area *area = &unwind->areas[i];

		if (address >= area->start && address <= area->end && length <= area->end - address)
			return i;
	}
	return SIZE_MAX;
}

/* Reads bytes of a stack; an address outside of all stacks is an error. */
static struct fb_error *read_stack(const struct fb_unwind *unwind, uint64_t address, void *to,
				   size_t length)
{
	if (address % sizeof(uint64_t) || fb_unwind_area(unwind, address, length) == SIZE_MAX)
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is on no stack of this thread",
				       address);
	return fb_space_read(unwind->space, address, to, length);
}

/* The area of registers that have this sp. A stack that overflowed was left for the guard page below it, and its frames
 * lie above all the same: __unwind_start() of arch/x86/kernel/unwind_orc.c takes the next page's stack too. */
static size_t area_of_regs(const struct fb_unwind *unwind, uint64_t sp)
{
	size_t area = fb_unwind_area(unwind, sp, 0);

	if (area != SIZE_MAX || sp > UINT64_MAX - FB_PAGE_SIZE)
		return area;
	return fb_unwind_area(unwind, (sp + FB_PAGE_SIZE - 1) & FB_PAGE_MASK, sizeof(uint64_t));
}

/* Stands at sp, in that area (SIZE_MAX: in none). The end of an area (exclusive) still belongs to it: the outermost
 * frame's. */
static struct fb_error *move_to(struct fb_unwind *unwind, uint64_t sp, size_t area, bool first)
{
	if (area == SIZE_MAX || sp % sizeof(uint64_t))
		return fb_error_create(FB_CORRUPT,
				       "stack pointer 0x%" PRIx64 " is on no stack of this thread",
				       sp);
	if (!first && area == unwind->area && sp <= unwind->sp)
		return fb_error_create(FB_CORRUPT,
				       "stack pointer 0x%" PRIx64 " does not lie above 0x%" PRIx64,
				       sp, unwind->sp);
	if (!first && area != unwind->area) {
		if (unwind->left & 1u << area)
			return fb_error_create(
				FB_CORRUPT, "stack pointer 0x%" PRIx64 " goes back to the %s stack",
				sp, unwind->areas[area].name);
		unwind->left |= 1u << unwind->area;
	}
	unwind->area = area;
	unwind->sp = sp;
	return NULL;
}

static struct fb_error *stand_at_regs(struct fb_unwind *unwind, const struct user_regs_struct *regs,
				      uint64_t address, bool first)
{
	struct fb_error *err = move_to(unwind, regs->rsp, area_of_regs(unwind, regs->rsp), first);

	if (err)
		return err;
	unwind->regs = *regs;
	unwind->regs_known = true;
	unwind->regs_address = address;
	unwind->pc = regs->rip;
	unwind->bp = regs->rbp;
	unwind->bp_known = true;
	unwind->bp_guessed = false;
	unwind->exact = true;
	return NULL;
}

struct fb_error *fb_unwind_from_regs(struct fb_unwind *unwind, const struct user_regs_struct *regs,
				     uint64_t address)
{
	unwind->left = 0;
	unwind->unreliable = false;
	return stand_at_regs(unwind, regs, address, true);
}

struct fb_error *fb_unwind_from_frame(struct fb_unwind *unwind, uint64_t pc, uint64_t sp,
				      uint64_t bp, bool exact)
{
	struct fb_error *err;

	unwind->left = 0;
	err = move_to(unwind, sp, fb_unwind_area(unwind, sp, 0), true);
	if (err)
		return err;
	unwind->pc = pc;
	unwind->bp = bp;
	unwind->bp_known = true;
	unwind->bp_guessed = false;
	unwind->exact = exact;
	unwind->unreliable = false;
	unwind->regs_known = false;
	unwind->regs_address = 0;
	return NULL;
}

/* A register that ORC counts from. FB_NOT_FOUND where it is not known at this frame. */
static struct fb_error *base_register(const struct fb_unwind *unwind, enum fb_orc_reg reg,
				      uint64_t *value_ret)
{
	bool known = unwind->regs_known;

	switch (reg) {
	case FB_ORC_REG_SP:
	case FB_ORC_REG_SP_INDIRECT:
		*value_ret = unwind->sp;
		known = true;
		break;
	case FB_ORC_REG_BP:
	case FB_ORC_REG_BP_INDIRECT:
		*value_ret = unwind->bp;
		known = unwind->bp_known;
		break;
	case FB_ORC_REG_AX:
		*value_ret = unwind->regs.rax;
		break;
	case FB_ORC_REG_DX:
		*value_ret = unwind->regs.rdx;
		break;
	case FB_ORC_REG_DI:
		*value_ret = unwind->regs.rdi;
		break;
	case FB_ORC_REG_R10:
		*value_ret = unwind->regs.r10;
		break;
	case FB_ORC_REG_R13:
		*value_ret = unwind->regs.r13;
		break;
	default:
		return fb_error_create(FB_CORRUPT,
				       "ORC counts 0x%" PRIx64 "'s stack from no register",
				       unwind->pc);
	}
	return known ? NULL
		     : fb_error_create(FB_NOT_FOUND, "a register that ORC counts from was "
						     "not saved");
}

/* The caller's stack pointer (DWARF's CFA), or where the registers were saved. */
static struct fb_error *previous_sp(const struct fb_unwind *unwind, const struct fb_orc_row *row,
				    uint64_t *sp_ret)
{
	uint64_t base = 0;
	struct fb_error *err;

	err = base_register(unwind, row->sp_reg, &base);
	if (err)
		return err;
	switch (row->sp_reg) {
	case FB_ORC_REG_SP_INDIRECT: /* (sp) + offset: 87ccce826bf1, 5.12; not in use before */
		err = read_stack(unwind, base, &base, sizeof(base));
		base += (uint64_t)(int64_t)row->sp_offset;
		break;
	case FB_ORC_REG_BP_INDIRECT: /* (bp + offset) */
		err = read_stack(unwind, base + (uint64_t)(int64_t)row->sp_offset, &base,
				 sizeof(base));
		break;
	case FB_ORC_REG_SP:
	case FB_ORC_REG_BP:
		base += (uint64_t)(int64_t)row->sp_offset;
		break;
	default: /* the value itself: the kernel takes no offset to these */
		break;
	}
	if (!err)
		*sp_ret = base;
	return err;
}

/* The caller's RBP. */
static struct fb_error *previous_bp(const struct fb_unwind *unwind, const struct fb_orc_row *row,
				    uint64_t sp, uint64_t *bp_ret, bool *known_ret)
{
	uint64_t base;
	struct fb_error *err;

	if (row->bp_reg == FB_ORC_REG_UNDEFINED) {
		*bp_ret = unwind->bp;
		*known_ret = unwind->bp_known;
		return NULL;
	}
	if (row->bp_reg == FB_ORC_REG_PREV_SP)
		base = sp;
	else if (row->bp_reg == FB_ORC_REG_BP && unwind->bp_known)
		base = unwind->bp;
	else
		return fb_error_create(FB_NOT_FOUND, "ORC counts the frame pointer from a register "
						     "that was not saved");
	err = read_stack(unwind, base + (uint64_t)(int64_t)row->bp_offset, bp_ret, sizeof(*bp_ret));
	if (!err)
		*known_ret = true;
	return err;
}

static struct fb_error *step_call(struct fb_unwind *unwind, const struct fb_orc_row *row,
				  uint64_t sp)
{
	uint64_t pc = 0, bp = 0;
	bool bp_known = false;
	struct fb_error *err;

	err = read_stack(unwind, sp - sizeof(pc), &pc, sizeof(pc));
	if (!err && !fb_kernel_address_ok(pc))
		err = fb_error_create(FB_CORRUPT,
				      "return address 0x%" PRIx64 " is not the kernel's", pc);
	if (!err)
		err = previous_bp(unwind, row, sp, &bp, &bp_known);
	if (!err)
		err = move_to(unwind, sp, fb_unwind_area(unwind, sp, 0), false);
	if (err)
		return err;
	unwind->pc = pc;
	unwind->bp = bp;
	unwind->bp_known = bp_known;
	unwind->bp_guessed = unwind->bp_guessed && row->bp_reg == FB_ORC_REG_UNDEFINED;
	unwind->exact = row->signal;
	unwind->regs_known = false;
	unwind->regs_address = 0;
	return NULL;
}

/* Only the CPU's own part of pt_regs is there: the general registers are still what they were. */
static struct fb_error *step_iret(struct fb_unwind *unwind, uint64_t sp,
				  enum fb_unwind_end *end_ret)
{
	struct user_regs_struct regs = unwind->regs;
	bool known = unwind->regs_known, bp_known = unwind->bp_known;
	bool bp_guessed = unwind->bp_guessed;
	uint64_t bp = unwind->bp;
	struct fb_error *err;

	err = read_stack(unwind, sp, &regs.rip, FB_IRET_FRAME_BYTES);
	if (err)
		return err;
	if (regs.cs & 3) {
		/* Without the general registers these are of no use to anyone above. */
		if (known) {
			unwind->regs = regs;
			unwind->regs_address = sp - IRET_OFFSET;
		} else {
			unwind->regs_address = 0;
		}
		*end_ret = FB_UNWIND_USER;
		return NULL;
	}
	err = stand_at_regs(unwind, &regs, sp - IRET_OFFSET, false);
	if (err)
		return err;
	unwind->regs_known = known;
	unwind->bp = bp;
	unwind->bp_known = bp_known;
	unwind->bp_guessed = bp_guessed;
	return NULL;
}

static struct fb_error *step_regs(struct fb_unwind *unwind, uint64_t sp,
				  enum fb_unwind_end *end_ret)
{
	struct user_regs_struct regs = {0};
	struct fb_error *err;

	err = read_stack(unwind, sp, &regs, FB_PT_REGS_BYTES);
	if (err)
		return err;
	if (regs.cs & 3) {
		unwind->regs = regs;
		unwind->regs_known = true;
		unwind->regs_address = sp;
		*end_ret = FB_UNWIND_USER;
		return NULL;
	}
	return stand_at_regs(unwind, &regs, sp, false);
}

static struct fb_error *step(struct fb_unwind *unwind, const struct fb_orc_row *row,
			     enum fb_unwind_end *end_ret)
{
	uint64_t sp = 0;
	struct fb_error *err;

	if (row->type == FB_ORC_TYPE_END) {
		*end_ret = FB_UNWIND_START;
		return NULL;
	}
	if (row->type == FB_ORC_TYPE_UNDEFINED)
		return fb_error_create(FB_NOT_FOUND, "ORC says nothing of 0x%" PRIx64, unwind->pc);
	err = previous_sp(unwind, row, &sp);
	if (err)
		return err;
	if (row->type == FB_ORC_TYPE_REGS)
		return step_regs(unwind, sp, end_ret);
	if (row->type == FB_ORC_TYPE_REGS_PARTIAL)
		return step_iret(unwind, sp, end_ret);
	return step_call(unwind, row, sp);
}

static bool counts_from_bp(const struct fb_orc_row *row)
{
	return row->sp_reg == FB_ORC_REG_BP || row->sp_reg == FB_ORC_REG_BP_INDIRECT;
}

/* A step by a row that was worked out from code, which may be wrong about it: it is undone where it does not come to a
 * return address. */
static struct fb_error *step_by_code(struct fb_unwind *unwind, const struct fb_orc_row *row,
				     enum fb_unwind_end *end_ret)
{
	struct fb_unwind before = *unwind;
	struct fb_error *err = step(unwind, row, end_ret);
	bool is = err || *end_ret != FB_UNWIND_GOES_ON || unwind->exact;

	if (!is)
		err = fb_unwind_is_return_address(unwind, unwind->pc, &is);
	if (fb_error_is_fatal(err) || (!err && is))
		return err;
	*unwind = before;
	fb_error_destroy(err);
	return fb_error_create(FB_NOT_FOUND,
			       "the code before 0x%" PRIx64 " does not say where its stack is",
			       unwind->pc);
}

struct fb_error *fb_unwind_next(struct fb_unwind *unwind, enum fb_unwind_end *end_ret)
{
	uint64_t callee = unwind->exact ? unwind->pc : unwind->pc - 1;
	bool bp_guessed = unwind->bp_guessed, found = false;
	struct fb_orc_row row;
	struct fb_error *err, *guessing = NULL;

	*end_ret = FB_UNWIND_GOES_ON;
	err = unwind->ops->find(unwind->context, unwind->pc, unwind->exact, &row);
	if (!err)
		err = row.by_code ? step_by_code(unwind, &row, end_ret)
				  : step(unwind, &row, end_ret);
	if (!err) {
		unwind->unreliable = bp_guessed && counts_from_bp(&row);
		if (unwind->unreliable)
			err = fb_unwind_is_call_to(unwind, unwind->pc, callee, &found);
		unwind->unreliable = unwind->unreliable && !found;
		return err;
	}
	if (fb_error_is_fatal(err))
		return err;
	/* What ORC cannot say may be guessed; what it says and the stack contradicts may not. */
	if (fb_error_is(err, FB_NOT_FOUND))
		guessing = fb_unwind_guess(unwind, &found);
	if (!found) {
		snprintf(unwind->reason, sizeof(unwind->reason), "%s", fb_error_message(err));
		*end_ret = FB_UNWIND_LOST;
	}
	fb_error_destroy(err);
	return guessing;
}
