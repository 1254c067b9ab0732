// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the caller of code for which ORC has no row: BPF programs, trampolines, and code that was jumped to by mistake.
 * What is found here is marked as unreliable. Called by unwind.c.
 */
#include <string.h>

#include "base/part.h"
#include "kernel/stacks/unwind.h"

#define CALL_REL32 0xe8u
#define DIRECT_CALL_BYTES 5u
/* A direct call may skip the ENDBR64 and the hash check that a function begins with for indirect
 * ones (FineIBT, 931ab63664f0, 6.2). */
#define ENTRY_SKIP 16u
/* A call has 2 to 7 bytes: e8 rel32 (5), or ff /2 with a register (2, 3 with REX) or memory. */
#define CALL_BYTES 7u

/* Reads what a guess goes by. What the dump lacks makes no guess (*read_ret false); a fatal error is
 * returned, as by all of the functions here. */
static struct fb_error *read_some(const struct fb_unwind *unwind, uint64_t address, void *to,
				  size_t size, bool *read_ret)
{
	struct fb_error *err = fb_space_read(unwind->space, address, to, size);

	*read_ret = !err;
	return fb_part_skip(err);
}

/* Whether the last instruction of code may be a call. */
static bool ends_with_call(const uint8_t code[CALL_BYTES])
{
	if (code[CALL_BYTES - DIRECT_CALL_BYTES] == CALL_REL32)
		return true;
	for (unsigned length = 2; length <= CALL_BYTES; length++)
		if (code[CALL_BYTES - length] == 0xff &&
		    (code[CALL_BYTES - length + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* Whether the instruction before address may be a call. Code is never missing from a dump, so what
 * cannot be read is none. */
struct fb_error *fb_unwind_is_return_address(const struct fb_unwind *unwind, uint64_t address,
					     bool *is_ret)
{
	uint8_t code[CALL_BYTES];
	struct fb_error *err;

	*is_ret = false;
	if (!unwind->ops->is_text(unwind->context, address))
		return NULL;
	err = read_some(unwind, address - sizeof(code), code, sizeof(code), is_ret);
	*is_ret = *is_ret && ends_with_call(code);
	return err;
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
static struct fb_error *by_bad_call(struct fb_unwind *unwind, bool *found_ret)
{
	uint64_t pc = 0;
	struct fb_error *err;

	*found_ret = false;
	if (!unwind->exact || unwind->ops->is_text(unwind->context, unwind->pc) ||
	    unwind->sp >= unwind->areas[unwind->area].end)
		return NULL;
	err = read_some(unwind, unwind->sp, &pc, sizeof(pc), found_ret);
	if (!err && *found_ret)
		err = fb_unwind_is_return_address(unwind, pc, found_ret);
	if (!err && *found_ret)
		stand_at(unwind, pc, unwind->sp + sizeof(pc));
	return err;
}

struct fb_error *fb_unwind_is_call_to(const struct fb_unwind *unwind, uint64_t address,
				      uint64_t callee, bool *is_ret)
{
	uint64_t start, target;
	uint8_t call[DIRECT_CALL_BYTES];
	int32_t distance;
	struct fb_error *err;

	*is_ret = false;
	if (!unwind->ops->function(unwind->context, callee, &start))
		return NULL;
	err = read_some(unwind, address - sizeof(call), call, sizeof(call), is_ret);
	if (err || !*is_ret)
		return err;
	memcpy(&distance, call + 1, sizeof(distance));
	target = address + (uint64_t)(int64_t)distance;
	*is_ret = call[0] == CALL_REL32 && target - start <= ENTRY_SKIP;
	return NULL;
}

/* Goes on from the first word on the stack that is a return address as is_return has it. */
static struct fb_error *search_stack(struct fb_unwind *unwind,
				     struct fb_error *(*is_return)(const struct fb_unwind *unwind,
								   uint64_t word, bool *is_ret),
				     bool *found_ret)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];
	uint64_t pc;

	*found_ret = false;
	for (uint64_t at = unwind->sp; at < area->end; at += sizeof(pc)) {
		bool is = false;
		struct fb_error *err = read_some(unwind, at, &pc, sizeof(pc), &is);

		if (err || !is)
			return err;
		err = is_return(unwind, pc, &is);
		if (err)
			return err;
		if (!is)
			continue;
		stand_at(unwind, pc, at + sizeof(pc));
		keep_bp(unwind);
		*found_ret = true;
		return NULL;
	}
	return NULL;
}

/* Whether a call to the current function ends at address. */
static struct fb_error *is_own_return(const struct fb_unwind *unwind, uint64_t address,
				      bool *is_ret)
{
	*is_ret = unwind->ops->is_text(unwind->context, address);
	return *is_ret ? fb_unwind_is_call_to(unwind, address,
					      unwind->exact ? unwind->pc : unwind->pc - 1, is_ret)
		       : NULL;
}

/* The first word on the stack that was pushed by a call to this very function. */
static struct fb_error *by_call(struct fb_unwind *unwind, bool *found_ret)
{
	uint64_t start;

	*found_ret = false;
	if (!unwind->ops->function(unwind->context, unwind->exact ? unwind->pc : unwind->pc - 1,
				   &start))
		return NULL;
	return search_stack(unwind, is_own_return, found_ret);
}

/* RBP points to the caller's RBP, and the return address lies above. */
static struct fb_error *by_frame_pointer(struct fb_unwind *unwind, bool *found_ret)
{
	const struct fb_stack_area *area = &unwind->areas[unwind->area];
	uint64_t bp = unwind->bp, words[2]; /* the caller's RBP, the return address */
	struct fb_error *err;

	*found_ret = false;
	if (!unwind->bp_known || bp % sizeof(bp) || bp < unwind->sp || bp >= area->end ||
	    area->end - bp < sizeof(words))
		return NULL;
	err = read_some(unwind, bp, words, sizeof(words), found_ret);
	if (!err && *found_ret)
		err = fb_unwind_is_return_address(unwind, words[1], found_ret);
	if (err || !*found_ret)
		return err;
	stand_at(unwind, words[1], bp + sizeof(words));
	unwind->bp = words[0];
	unwind->bp_guessed = true;
	return NULL;
}

/* The first word on the stack that may be a return address. */
static struct fb_error *by_scan(struct fb_unwind *unwind, bool *found_ret)
{
	return search_stack(unwind, fb_unwind_is_return_address, found_ret);
}

struct fb_error *fb_unwind_guess(struct fb_unwind *unwind, bool *found_ret)
{
	struct fb_error *err = by_bad_call(unwind, found_ret);

	if (!err && !*found_ret)
		err = by_call(unwind, found_ret);
	if (!err && !*found_ret)
		err = by_frame_pointer(unwind, found_ret);
	if (!err && !*found_ret)
		err = by_scan(unwind, found_ret);
	return err;
}
