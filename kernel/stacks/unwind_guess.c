// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers where ORC does not lead: BPF programs, trampolines, code that was jumped to by mistake.
 * What is found here is marked as unreliable. Called by unwind.c.
 */
#include <string.h>

#include "kernel/stacks/unwind.h"

#define CALL_REL32 0xe8u
#define DIRECT_CALL_BYTES 5u
/* A direct call may skip the ENDBR64 and the hash check that a function begins with for indirect
 * ones (FineIBT, 931ab63664f0, 6.2). */
#define ENTRY_SKIP 16u
/* A call has 2 to 7 bytes: e8 rel32 (5), or ff /2 with a register (2, 3 with REX) or memory. */
#define CALL_BYTES 7u

/* Whether the instruction before address may be a call. Code is never missing from a dump, so what
 * cannot be read is none. */
static bool follows_call(const struct fb_unwind *unwind, uint64_t address)
{
	uint8_t code[CALL_BYTES];
	struct fb_error *err;

	err = fb_space_read(unwind->space, address - sizeof(code), code, sizeof(code));
	if (err) {
		fb_error_destroy(err);
		return false;
	}
	if (code[CALL_BYTES - DIRECT_CALL_BYTES] == CALL_REL32)
		return true;
	for (unsigned length = 2; length <= CALL_BYTES; length++)
		if (code[CALL_BYTES - length] == 0xff &&
		    (code[CALL_BYTES - length + 1] & 0x38) == 0x10)
			return true;
	return false;
}

static bool is_return_address(const struct fb_unwind *unwind, uint64_t address)
{
	return unwind->ops->is_text(unwind->context, address) && follows_call(unwind, address);
}

static bool read_word(const struct fb_unwind *unwind, uint64_t address, uint64_t *word_ret)
{
	struct fb_error *err = fb_space_u64(unwind->space, address, word_ret);

	if (!err)
		return true;
	fb_error_destroy(err);
	return false;
}

static void stand_at(struct fb_unwind *unwind, uint64_t pc, uint64_t sp)
{
	unwind->pc = pc;
	unwind->sp = sp;
	unwind->exact = false;
	unwind->unreliable = true;
	unwind->regs_known = false;
	unwind->regs_address = 0;
}

/* RBP may still be the caller's where it points above the caller's stack pointer. */
static void keep_bp(struct fb_unwind *unwind)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];

	unwind->bp_known = unwind->bp_known && unwind->bp >= unwind->sp && unwind->bp < area->end;
	unwind->bp_guessed = true;
}

/* A call through a bad pointer: nothing ran at pc, and its return address is the last word. */
static bool by_bad_call(struct fb_unwind *unwind)
{
	uint64_t pc;

	if (!unwind->exact || unwind->ops->is_text(unwind->context, unwind->pc) ||
	    unwind->sp >= unwind->areas[unwind->area].end || !read_word(unwind, unwind->sp, &pc) ||
	    !is_return_address(unwind, pc))
		return false;
	stand_at(unwind, pc, unwind->sp + sizeof(pc));
	return true;
}

bool fb_unwind_is_call_to(const struct fb_unwind *unwind, uint64_t address, uint64_t callee)
{
	uint64_t start, target;
	uint8_t call[DIRECT_CALL_BYTES];
	int32_t distance;
	struct fb_error *err;

	if (!unwind->ops->function(unwind->context, callee, &start))
		return false;
	err = fb_space_read(unwind->space, address - sizeof(call), call, sizeof(call));
	if (err) {
		fb_error_destroy(err);
		return false;
	}
	memcpy(&distance, call + 1, sizeof(distance));
	target = address + (uint64_t)(int64_t)distance;
	return call[0] == CALL_REL32 && target - start <= ENTRY_SKIP;
}

/* The first word on the stack that was pushed by a call to this very function. */
static bool by_call(struct fb_unwind *unwind)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];
	uint64_t callee = unwind->exact ? unwind->pc : unwind->pc - 1;
	uint64_t pc;

	if (!unwind->ops->function(unwind->context, callee, &pc))
		return false;
	for (uint64_t at = unwind->sp; at < area->end; at += sizeof(pc)) {
		if (!read_word(unwind, at, &pc))
			return false;
		if (!unwind->ops->is_text(unwind->context, pc) ||
		    !fb_unwind_is_call_to(unwind, pc, callee))
			continue;
		stand_at(unwind, pc, at + sizeof(pc));
		keep_bp(unwind);
		return true;
	}
	return false;
}

/* RBP points to the caller's RBP, and the return address lies above. */
static bool by_frame_pointer(struct fb_unwind *unwind)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];
	uint64_t bp = unwind->bp, pc, caller_bp;

	if (!unwind->bp_known || bp % sizeof(bp) || bp < unwind->sp || bp >= area->end ||
	    area->end - bp < 2 * sizeof(bp))
		return false;
	if (!read_word(unwind, bp, &caller_bp) || !read_word(unwind, bp + sizeof(bp), &pc) ||
	    !is_return_address(unwind, pc))
		return false;
	stand_at(unwind, pc, bp + 2 * sizeof(bp));
	unwind->bp = caller_bp;
	unwind->bp_guessed = true;
	return true;
}

static bool by_scan(struct fb_unwind *unwind)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];
	uint64_t pc;

	for (uint64_t at = unwind->sp; at < area->end; at += sizeof(pc)) {
		if (!read_word(unwind, at, &pc))
			return false;
		if (!is_return_address(unwind, pc))
			continue;
		stand_at(unwind, pc, at + sizeof(pc));
		keep_bp(unwind);
		return true;
	}
	return false;
}

bool fb_unwind_guess(struct fb_unwind *unwind)
{
	return by_bad_call(unwind) || by_call(unwind) || by_frame_pointer(unwind) ||
	       by_scan(unwind);
}
