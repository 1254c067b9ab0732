// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names frames of the code cache by the methods that they run, with lines, and adds those that were inlined. Called by
 * runtimes.c.
 */
#include "user/runtimes/java/java_frames.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/java/java_code.h"
#include "user/runtimes/java/java_methods.h"
#include "user/runtimes/java/java_scopes.h"

/* Words below the frame pointer of an interpreted method: the method, and its bytecode (frame_x86.hpp). No table has
 * them; what is found there is only taken if it is a method, and bytecode of that one. */
#define METHOD_WORDS 3u
#define BYTECODE_WORDS 8u

struct naming {
	struct fb_java *java;
	struct fb_user_stack *from;
	struct fb_user_stack to;
	char why[128]; /* why one of the frames has no name; "": all have */
};

static struct fb_error *append(struct naming *naming, const struct fb_user_frame *frame)
{
	struct fb_user_stack *to = &naming->to;
	struct fb_error *err = fb_grow_array(&to->frames, &to->room, to->count, sizeof(*to->frames),
					     FB_MAX_STACK_FRAMES, "frames");

	if (!err)
		to->frames[to->count++] = *frame;
	return err;
}

static struct fb_error *append_method(struct naming *naming, const struct fb_user_frame *frame,
				      uint64_t address, int32_t index, bool inlined)
{
	const struct fb_java_method *method = NULL;
	struct fb_user_frame named = *frame;
	struct fb_error *err = fb_java_method(naming->java, address, &method);

	if (err)
		return err;
	named.symbol = method->function;
	named.file = method->file;
	named.language = FB_LANGUAGE_JAVA;
	named.inlined = inlined;
	named.line = 0;
	if (!method->native && index >= 0 && index < method->size)
		err = fb_java_line(naming->java, method, index, &named.line);
	return err ? err : append(naming, &named);
}

static struct fb_error *name_interpreted(struct naming *naming, const struct fb_user_frame *frame)
{
	struct fb_java *java = naming->java;
	const uint64_t *fp = fb_u64_map_find(&java->frame_pointers, frame->sp);
	const struct fb_java_method *method = NULL;
	uint64_t address = 0, bytecode = 0, code;
	struct fb_error *err;

	if (!fp)
		return fb_error_create(
			FB_NOT_FOUND, "the frame pointer of 0x%" PRIx64 " is not known", frame->sp);
	err = fb_space_u64(java->space, *fp - 8 * METHOD_WORDS, &address);
	if (!err)
		err = fb_space_u64(java->space, *fp - 8 * BYTECODE_WORDS, &bytecode);
	if (!err)
		err = fb_java_method(java, address, &method);
	if (err)
		return err;
	code = method->code + fb_java_value(java, FB_JAVA_CONST_TYPE_SIZE);
	if (!method->native && (bytecode < code || bytecode - code >= method->size))
		return fb_error_create(FB_CORRUPT,
				       "an interpreted frame at 0x%" PRIx64
				       " has bytecode of another method",
				       frame->sp);
	return append_method(naming, frame, address,
			     method->native ? -1 : (int32_t)(bytecode - code), false);
}

/* The frame may have been marked: then it returns to code that will have it interpreted. */
static struct fb_error *find_pc(const struct fb_java *java, const struct fb_java_blob *blob,
				const struct fb_user_frame *frame, uint64_t *pc_ret)
{
	*pc_ret = frame->pc;
	if (!blob->deopt_handler || frame->pc != blob->deopt_handler)
		return NULL;
	return fb_space_u64(java->space, frame->sp + blob->original_pc, pc_ret);
}

static struct fb_error *name_compiled(struct naming *naming, const struct fb_java_blob *blob,
				      const struct fb_user_frame *frame)
{
	struct fb_java_scope scopes[FB_MAX_INLINED];
	size_t count = 0;
	uint64_t pc = 0;
	struct fb_error *err = find_pc(naming->java, blob, frame, &pc);

	if (!err)
		err = fb_java_scopes(naming->java, blob, pc, frame->found != FB_FRAME_REGISTERS,
				     scopes, &count);
	/* The wrapper of a native method has no scopes, and code between two places that have may be running. */
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return append_method(naming, frame, blob->method, -1, false);
	}
	for (size_t i = 0; i < count && !err; i++)
		err = append_method(naming, frame, scopes[i].method, scopes[i].index,
				    i + 1 < count);
	return err;
}

/* "StubRoutines (1)", "RuntimeStub - _new_instance" */
static struct fb_error *name_stub(struct naming *naming, const char *name, uint64_t start,
				  const struct fb_user_frame *frame)
{
	struct fb_user_frame named = *frame;
	struct fb_error *err = fb_string_pool_add(naming->java->pool, name, &named.symbol);

	named.offset = frame->pc - start;
	return err ? err : append(naming, &named);
}

static struct fb_error *name_frame(struct naming *naming, const struct fb_user_frame *frame)
{
	struct fb_java *java = naming->java;
	struct fb_java_blob blob;
	struct fb_user_frame named = *frame;
	struct fb_error *err;

	if (fb_java_is_interpreter(java, frame->pc)) {
		named.offset = frame->pc - java->interpreter;
		return name_interpreted(naming, &named);
	}
	err = fb_java_blob_at(java, frame->pc, &blob);
	if (err)
		return err;
	named.offset = frame->pc - blob.code;
	if (blob.method)
		return name_compiled(naming, &blob, &named);
	return name_stub(naming, frame->pc == java->call_stub_return ? "call_stub" : blob.name,
			 blob.code, &named);
}

/* A frame that cannot be named stays as it is. */
static struct fb_error *name_all(struct naming *naming)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < naming->from->count && !err; i++) {
		const struct fb_user_frame *frame = &naming->from->frames[i];
		const size_t before = naming->to.count;

		if (frame->object || frame->language || !fb_java_is_code(naming->java, frame->pc)) {
			err = append(naming, frame);
			continue;
		}
		err = fb_part_reason(name_frame(naming, frame), naming->why, sizeof(naming->why));
		if (!err && naming->to.count == before)
			err = append(naming, frame);
	}
	return err;
}

static bool has_code(const struct fb_java *java, const struct fb_user_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (fb_java_is_code(java, stack->frames[i].pc))
			return true;
	return false;
}

/* Puts the frames from where the thread left Java behind those of the stack. */
static struct fb_error *add_walked(struct fb_java *java, const struct fb_java_thread *thread,
				   struct fb_user_stack *stack, char *why, size_t size)
{
	struct fb_user_stack walked = {.frames = NULL};
	struct fb_error *err = fb_java_walk(java, thread, &walked);

	if (!err && walked.end[0])
		snprintf(why, size, "%.120s", walked.end);
	for (size_t i = 0; i < walked.count && !err; i++) {
		err = fb_grow_array(&stack->frames, &stack->room, stack->count,
				    sizeof(*stack->frames), FB_MAX_STACK_FRAMES, "frames");
		if (!err)
			stack->frames[stack->count++] = walked.frames[i];
	}
	fb_user_stack_deinit(&walked);
	return err;
}

struct fb_error *fb_java_name_frames(struct fb_java *java, uint64_t fs_base,
				     struct fb_user_stack *stack)
{
	const struct fb_java_thread *thread = fb_java_thread_of(java, fs_base);
	struct naming naming = {.java = java, .from = stack};
	struct fb_error *err = NULL;

	if (!java->heap_count) {
		if (thread && java->no_code[0])
			fb_user_stack_note(stack, "Java", java->no_code);
		return NULL;
	}
	if (thread && thread->last_sp && !has_code(java, stack))
		err = add_walked(java, thread, stack, naming.why, sizeof(naming.why));
	if (!err)
		err = name_all(&naming);
	if (err) {
		free(naming.to.frames);
		return err;
	}
	free(stack->frames);
	stack->frames = naming.to.frames;
	stack->count = naming.to.count;
	stack->room = naming.to.room;
	if (naming.why[0])
		fb_user_stack_note(stack, "Java", naming.why);
	return NULL;
}
