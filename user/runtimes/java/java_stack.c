// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks frames of the code cache. None of them has an unwind table: an interpreted method has a frame pointer, and at
 * fixed places below it the method, the bytecode that it is at, and the stack pointer of its caller; a compiled one has
 * a frame of a size that its nmethod tells. Called by runtimes.c, and by the unwinder through fb_user_process.foreign.
 *
 * Source of the format: OpenJDK's src/hotspot/cpu/x86/frame_x86.hpp and frame_x86.inline.hpp.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/java/java_code.h"
#include "user/runtimes/java/java_frames.h"

/* Words from the frame pointer, of every frame that has one: the caller's, and the return address. */
#define LINK 0u
#define RETURN 8u
#define BEHIND 16u

/* By the frame pointer: of the call stub, and of what the interpreter runs. The caller of an interpreted method may
 * have got room for arguments: its own stack pointer is in the frame. */
static struct fb_error *step_by_pointer(const struct fb_java *java,
					const struct fb_foreign_registers *callee, bool interpreted,
					struct fb_foreign_registers *caller)
{
	const int64_t sender = 8 * (int64_t)(int32_t)fb_java_value(java, FB_JAVA_FRAME_SENDER_SP);
	struct fb_error *err;

	if (callee->fp < callee->sp)
		return fb_error_create(FB_CORRUPT, "a frame pointer leads back");
	err = fb_space_u64(java->space, callee->fp + LINK, &caller->fp);
	if (!err)
		err = fb_space_u64(java->space, callee->fp + RETURN, &caller->pc);
	caller->sp = callee->fp + BEHIND;
	if (!err && interpreted)
		err = fb_space_u64(java->space, callee->fp + (uint64_t)sender, &caller->sp);
	return err;
}

/* By the size of the frame, which has the return address and the caller's frame pointer on its top. */
static struct fb_error *step_by_size(const struct fb_java *java, const struct fb_java_blob *blob,
				     const struct fb_foreign_registers *callee,
				     struct fb_foreign_registers *caller)
{
	struct fb_error *err;

	if (!callee->is_return && callee->pc - blob->code < blob->complete)
		return fb_error_create(FB_NOT_FOUND, "the frame is being made");
	caller->sp = callee->sp + blob->frame_size;
	err = fb_space_u64(java->space, caller->sp - 8, &caller->pc);
	return err ? err : fb_space_u64(java->space, caller->sp - 16, &caller->fp);
}

static struct fb_error *step(struct fb_java *java, const struct fb_foreign_registers *callee,
			     struct fb_foreign_registers *caller)
{
	struct fb_java_blob blob;
	struct fb_error *err;

	if (fb_java_is_interpreter(java, callee->pc))
		return step_by_pointer(java, callee, true, caller);
	if (callee->pc == java->call_stub_return)
		return step_by_pointer(java, callee, false, caller);
	err = fb_java_blob_at(java, callee->pc, &blob);
	if (!err && !blob.frame_size)
		err = fb_error_create(FB_NOT_FOUND, "frames of %s are of no fixed size", blob.name);
	return err ? err : step_by_size(java, &blob, callee, caller);
}

struct fb_error *fb_java_step(void *context, const struct fb_foreign_registers *callee,
			      struct fb_foreign_registers *caller_ret, bool *found_ret)
{
	struct fb_java *java = context;
	struct fb_foreign_registers caller = {.is_return = true};
	struct fb_error *err;

	*found_ret = false;
	if (!fb_java_is_code(java, callee->pc))
		return NULL;
	err = fb_java_count_steps(java, FB_JAVA_FRAME_STEPS);
	if (!err)
		err = fb_u64_map_add(&java->frame_pointers, callee->sp, callee->fp,
				     FB_MAX_JAVA_FRAME_POINTERS, "frames of Java", NULL);
	if (!err)
		err = step(java, callee, &caller);
	/* Callers lie higher on the stack. */
	if (!err && caller.sp > callee->sp) {
		*caller_ret = caller;
		*found_ret = true;
	}
	return fb_part_skip(err);
}

/* The frames from where the thread left Java's code, and from where that was called by the VM, and so on. */
struct walk {
	struct fb_java *java;
	struct fb_user_stack *stack; /* gets the frames, without names */
	struct fb_foreign_registers regs;
	uint64_t low, high; /* of the thread's stack */
};

static struct fb_error *add_frame(struct walk *walk)
{
	struct fb_user_stack *stack = walk->stack;
	struct fb_error *err = fb_grow_array(&stack->frames, &stack->room, stack->count,
					     sizeof(*stack->frames), FB_MAX_JAVA_FRAMES, "frames");

	if (!err)
		stack->frames[stack->count++] = (struct fb_user_frame){
			.pc = walk->regs.pc,
			.sp = walk->regs.sp,
			.found = FB_FRAME_UNWIND_TABLE,
			.from = FB_SOURCE_ABSENT,
		};
	return err;
}

/* Before the VM called Java, it had been called by Java itself, or not: then sp is 0. */
static struct fb_error *read_previous(struct walk *walk)
{
	const struct fb_java *java = walk->java;
	const int64_t offset = 8 * (int64_t)(int32_t)fb_java_value(java, FB_JAVA_FRAME_WRAPPER);
	struct fb_foreign_registers previous = {.is_return = true};
	uint64_t anchor = 0;
	struct fb_error *err = fb_space_u64(java->space, walk->regs.fp + (uint64_t)offset, &anchor);

	anchor += fb_java_value(java, FB_JAVA_WRAPPER_ANCHOR);
	if (!err)
		err = fb_java_u64(java, anchor, FB_JAVA_ANCHOR_SP, &previous.sp);
	if (!err)
		err = fb_java_u64(java, anchor, FB_JAVA_ANCHOR_PC, &previous.pc);
	if (!err)
		err = fb_java_u64(java, anchor, FB_JAVA_ANCHOR_FP, &previous.fp);
	if (!err && previous.sp && previous.sp <= walk->regs.sp)
		err = fb_error_create(FB_CORRUPT, "the VM's stack of calls leads back");
	walk->regs = previous;
	return err;
}

/* Where only the stack pointer was recorded, the return address lies below it. */
static struct fb_error *complete_registers(struct walk *walk)
{
	if (!walk->regs.sp || walk->regs.pc)
		return NULL;
	return fb_space_u64(walk->java->space, walk->regs.sp - 8, &walk->regs.pc);
}

static struct fb_error *walk_stack(struct walk *walk)
{
	static const enum fb_java_value needed[] = {FB_JAVA_FRAME_WRAPPER, FB_JAVA_WRAPPER_ANCHOR};
	struct fb_error *err =
		fb_java_tables_need(&walk->java->tables, needed, FB_ARRAY_SIZE(needed));

	while (!err && walk->regs.sp) {
		bool found = false;

		err = complete_registers(walk);
		if (!err && (walk->regs.sp < walk->low || walk->regs.sp >= walk->high ||
			     !fb_java_is_code(walk->java, walk->regs.pc)))
			err = fb_error_create(FB_CORRUPT,
					      "0x%" PRIx64 " is no return address of Java's",
					      walk->regs.pc);
		if (!err)
			err = add_frame(walk);
		if (!err && walk->regs.pc == walk->java->call_stub_return) {
			err = read_previous(walk);
			continue;
		}
		if (!err)
			err = fb_java_step(walk->java, &walk->regs, &walk->regs, &found);
		if (!err && !found)
			err = fb_error_create(FB_NOT_FOUND, "nothing leads on from 0x%" PRIx64,
					      walk->regs.pc);
	}
	return err;
}

struct fb_error *fb_java_walk(struct fb_java *java, const struct fb_java_thread *thread,
			      struct fb_user_stack *stack)
{
	struct walk walk = {
		.java = java,
		.stack = stack,
		.regs = {.pc = thread->last_pc,
			 .sp = thread->last_sp,
			 .fp = thread->last_fp,
			 .is_return = true},
		.low = thread->stack_low,
		.high = thread->stack_high,
	};

	return fb_part_reason(walk_stack(&walk), stack->end, sizeof(stack->end));
}
