// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches a stack for the frame of its task's last __schedule(). Called by stack.c where the task's stack pointer is
 * lost.
 */
#include "kernel/stacks/stack_search.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define CALL_REL32 0xe8u
#define CALL_BYTES 5u
/* __schedule() has some 3 KiB. */
#define MAX_SCHEDULE_BYTES 16384u
/* Stacks have 16 KiB, 32 with KASAN. */
#define MAX_STACK_BYTES (64u << 10)

struct fb_error *fb_switch_return_address(const struct fb_kernel *kernel, uint64_t *address_ret)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(kernel);
	uint8_t code[MAX_SCHEDULE_BYTES];
	struct fb_symbol schedule;
	uint64_t target;
	struct fb_error *err = fb_kernel_symbol(kernel, "__switch_to_asm", &target);

	if (!err && (!symbols || !fb_symtab_by_name(symbols, "__schedule", &schedule) ||
		     schedule.size < CALL_BYTES || schedule.size > sizeof(code)))
		err = fb_error_create(FB_NOT_FOUND, "no symbol __schedule");
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), schedule.address, code, schedule.size);
	if (err)
		return err;
	for (uint64_t at = 0; at + CALL_BYTES <= schedule.size; at++) {
		uint64_t behind = schedule.address + at + CALL_BYTES;
		int32_t distance;

		memcpy(&distance, code + at + 1, sizeof(distance));
		if (code[at] != CALL_REL32 || behind + (uint64_t)(int64_t)distance != target)
			continue;
		*address_ret = behind;
		return NULL;
	}
	return fb_error_create(FB_NOT_FOUND, "__schedule() does not call __switch_to_asm()");
}

/* Whether unwind tables alone lead from here to the stack's end. */
static struct fb_error *leads_to_the_end(const struct fb_unwind *from, bool *leads_ret)
{
	enum fb_unwind_end end = FB_UNWIND_GOES_ON;
	struct fb_unwind unwind = *from;
	struct fb_error *err = NULL;

	for (unsigned i = 0; !err && end == FB_UNWIND_GOES_ON && i < FB_MAX_KERNEL_FRAMES; i++) {
		err = fb_unwind_next(&unwind, &end);
		if (!err && unwind.unreliable)
			break;
	}
	*leads_ret = !err && (end == FB_UNWIND_USER || end == FB_UNWIND_START);
	return err;
}

/* index: of the word that may be the return address. */
static struct fb_error *try_frame(const uint64_t *words, size_t index, uint64_t start,
				  uint64_t bp_distance, struct fb_unwind *unwind, bool *found_ret)
{
	struct fb_unwind trial = *unwind;
	struct fb_error *err;

	err = fb_unwind_from_frame(&trial, words[index], start + (index + 1) * sizeof(*words),
				   words[index - bp_distance / sizeof(*words)], false);
	if (!err)
		err = leads_to_the_end(&trial, found_ret);
	if (!err && *found_ret) {
		*unwind = trial;
		unwind->unreliable = true;
	}
	return err;
}

/* How far below the return address RBP lies. */
static struct fb_error *bp_distance(const struct fb_kernel *kernel, uint64_t *distance_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *bp = &layout->inactive_frame_bp;
	const struct fb_field *address = &layout->inactive_frame_ret_addr;
	struct fb_error *err = fb_layout_require(address);

	if (!err)
		err = fb_layout_require(bp);
	if (!err && (bp->offset >= address->offset || address->offset % sizeof(uint64_t) ||
		     bp->offset % sizeof(uint64_t)))
		err = fb_error_create(FB_CORRUPT, "inactive_task_frame is of no known shape");
	if (!err)
		*distance_ret = address->offset - bp->offset;
	return err;
}

static struct fb_error *search(const uint64_t *words, size_t count, uint64_t start,
			       uint64_t return_address, uint64_t distance, struct fb_unwind *unwind)
{
	bool found = false;
	struct fb_error *err = NULL;

	for (size_t i = count; !err && !found && i-- > distance / sizeof(*words);)
		if (words[i] == return_address)
			err = try_frame(words, i, start, distance, unwind, &found);
	if (!err && !found)
		err = fb_error_create(FB_NOT_FOUND, "no frame of __schedule() leads to its end");
	return err;
}

struct fb_error *fb_stack_search(const struct fb_kernel *kernel, size_t area,
				 struct fb_unwind *unwind)
{
	const uint64_t start = unwind->areas[area].start, size = unwind->areas[area].end - start;
	uint64_t return_address, distance, *words;
	struct fb_error *err;

	if (size > MAX_STACK_BYTES)
		return fb_error_create(FB_LIMIT, "a stack of %" PRIu64 " bytes", size);
	err = fb_switch_return_address(kernel, &return_address);
	if (!err)
		err = bp_distance(kernel, &distance);
	if (err)
		return err;
	words = malloc(size);
	if (!words)
		return fb_error_nomem();
	err = fb_space_read(fb_kernel_space(kernel), start, words, size);
	if (!err)
		err = search(words, size / sizeof(*words), start, return_address, distance, unwind);
	free(words);
	return err;
}
