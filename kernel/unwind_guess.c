// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers where ORC does not lead: BPF programs, trampolines, code that was
 * jumped to by mistake. What is found here is marked as unreliable.
 */
#include "kernel/unwind.h"

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
	if (code[CALL_BYTES - 5] == 0xe8)
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
		unwind->bp_known = false;
		return true;
	}
	return false;
}

bool fb_unwind_guess(struct fb_unwind *unwind)
{
	return by_frame_pointer(unwind) || by_scan(unwind);
}
