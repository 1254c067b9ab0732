// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encodes and decodes a user stack. It consists of a u32, the number of frames; a u8, how it ends; and the text of the
 * end. Then for each frame: u64 pc, sp and offset, u32 line, u8 inlined, signal, found, from and language, and five
 * texts. Then what a runtime says of the thread: u8 language, and where it is not 0, u64 id and waits_object, and four
 * texts. A text is a
 * u8 that tells which kind it is, followed, for a new text, by its bytes up to a NUL. Called in parent and child of
 * base/isolation/isolate.h, by bundle/stacks.
 */
#include "user/unwind/stack_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"

enum how { ENDS_EARLY, ENDS_COMPLETE, ENDS_LACKING_FILE };

enum text { TEXT_NONE, TEXT_NEW, TEXT_SAME };

/* Frames mostly stay in one object: its texts are the same pointers as in the frame before. */
#define TEXTS 5u

/* The bytes of a frame without texts. */
#define FRAME_BYTES (3u * 8 + 4 + 5 + TEXTS)

static struct fb_error *put_u8(struct fb_buf *to, uint8_t value)
{
	return fb_buf_append(to, &value, 1);
}

static struct fb_error *put_text(struct fb_buf *to, const char *text, const char **last)
{
	struct fb_error *err;

	if (!text)
		return put_u8(to, TEXT_NONE);
	if (text == *last)
		return put_u8(to, TEXT_SAME);
	*last = text;
	err = put_u8(to, TEXT_NEW);
	return err ? err : fb_buf_append(to, text, strlen(text) + 1);
}

static struct fb_error *put_frame(struct fb_buf *to, const struct fb_user_frame *frame,
				  const char *last[TEXTS])
{
	const char *const texts[TEXTS] = {frame->symbol, frame->demangled, frame->object,
					  frame->build_id, frame->file};
	const uint8_t bytes[] = {frame->inlined, frame->signal, (uint8_t)frame->found,
				 (uint8_t)frame->from, (uint8_t)frame->language};
	struct fb_error *err = fb_buf_u64(to, frame->pc);

	if (!err)
		err = fb_buf_u64(to, frame->sp);
	if (!err)
		err = fb_buf_u64(to, frame->offset);
	if (!err)
		err = fb_buf_u32(to, frame->line);
	if (!err)
		err = fb_buf_append(to, bytes, sizeof(bytes));
	for (size_t i = 0; i < TEXTS && !err; i++)
		err = put_text(to, texts[i], &last[i]);
	return err;
}

static struct fb_error *put_thread(struct fb_buf *to, const struct fb_user_thread *thread)
{
	const char *const texts[] = {thread->name, thread->state, thread->waits,
				     thread->waits_class};
	struct fb_error *err = put_u8(to, (uint8_t)thread->language);

	if (err || thread->language == FB_LANGUAGE_NATIVE)
		return err;
	err = fb_buf_u64(to, thread->id);
	if (!err)
		err = fb_buf_u64(to, thread->waits_object);
	for (size_t i = 0; i < FB_ARRAY_SIZE(texts) && !err; i++) {
		const char *none = NULL;

		err = put_text(to, texts[i], &none);
	}
	return err;
}

struct fb_error *fb_user_stack_encode(const struct fb_user_stack *stack, struct fb_buf *to)
{
	const char *last[TEXTS] = {NULL};
	struct fb_error *err = fb_buf_u32(to, (uint32_t)stack->count);

	if (!err)
		err = put_u8(to, stack->complete     ? ENDS_COMPLETE
				 : stack->lacks_file ? ENDS_LACKING_FILE
						     : ENDS_EARLY);
	if (!err)
		err = fb_buf_append(to, stack->end, strlen(stack->end) + 1);
	for (size_t i = 0; i < stack->count && !err; i++)
		err = put_frame(to, &stack->frames[i], last);
	return err ? err : put_thread(to, &stack->thread);
}

static struct fb_error *get_text(struct fb_cursor *cursor, struct fb_string_pool *pool,
				 const char **last, const char **text_ret)
{
	const char *text;
	uint8_t which;
	struct fb_error *err = fb_cursor_u8(cursor, &which);

	if (err)
		return err;
	if (which == TEXT_NONE) {
		*text_ret = NULL;
		return NULL;
	}
	if (which == TEXT_NEW) {
		err = fb_cursor_string(cursor, &text);
		if (!err)
			err = fb_string_pool_add(pool, text, last);
	} else if (which != TEXT_SAME || !*last) {
		err = fb_error_create(FB_CORRUPT, "a text of kind %u", which);
	}
	if (!err)
		*text_ret = *last;
	return err;
}

static struct fb_error *get_frame(struct fb_cursor *cursor, struct fb_string_pool *pool,
				  const char *last[TEXTS], struct fb_user_frame *frame)
{
	const char **const texts[TEXTS] = {&frame->symbol, &frame->demangled, &frame->object,
					   &frame->build_id, &frame->file};
	uint8_t bytes[5];
	struct fb_error *err = fb_cursor_u64(cursor, &frame->pc);

	if (!err)
		err = fb_cursor_u64(cursor, &frame->sp);
	if (!err)
		err = fb_cursor_u64(cursor, &frame->offset);
	if (!err)
		err = fb_cursor_u32(cursor, &frame->line);
	if (!err)
		err = fb_cursor_copy(cursor, bytes, sizeof(bytes));
	if (!err && (bytes[0] > 1 || bytes[1] > 1 || bytes[2] > FB_FRAME_PROLOGUE ||
		     bytes[3] > FB_SOURCE_ABSENT || bytes[4] > FB_LANGUAGE_JAVA))
		err = fb_error_create(FB_CORRUPT, "a frame found in way %u, from %u", bytes[2],
				      bytes[3]);
	if (err)
		return err;
	frame->inlined = bytes[0];
	frame->signal = bytes[1];
	frame->found = (enum fb_frame_found)bytes[2];
	frame->from = (enum fb_source)bytes[3];
	frame->language = (enum fb_frame_language)bytes[4];
	for (size_t i = 0; i < TEXTS && !err; i++)
		err = get_text(cursor, pool, &last[i], texts[i]);
	return err;
}

static struct fb_error *get_thread(struct fb_cursor *cursor, struct fb_string_pool *pool,
				   struct fb_user_thread *thread)
{
	const char **const texts[] = {&thread->name, &thread->state, &thread->waits,
				      &thread->waits_class};
	uint8_t language;
	struct fb_error *err = fb_cursor_u8(cursor, &language);

	if (!err && language > FB_LANGUAGE_JAVA)
		err = fb_error_create(FB_CORRUPT, "a thread of runtime %u", language);
	if (err || language == FB_LANGUAGE_NATIVE)
		return err;
	thread->language = (enum fb_frame_language)language;
	err = fb_cursor_u64(cursor, &thread->id);
	if (!err)
		err = fb_cursor_u64(cursor, &thread->waits_object);
	for (size_t i = 0; i < FB_ARRAY_SIZE(texts) && !err; i++) {
		const char *last = NULL;

		err = get_text(cursor, pool, &last, texts[i]);
	}
	return err;
}

struct fb_error *fb_user_stack_decode(struct fb_cursor *cursor, struct fb_string_pool *pool,
				      struct fb_user_stack *stack_ret)
{
	struct fb_user_stack stack = {0};
	const char *last[TEXTS] = {NULL}, *end;
	uint32_t count;
	uint8_t how;
	struct fb_error *err = fb_cursor_u32(cursor, &count);

	if (!err)
		err = fb_cursor_u8(cursor, &how);
	if (!err)
		err = fb_cursor_string(cursor, &end);
	if (!err && (how > ENDS_LACKING_FILE || count > fb_cursor_left(cursor) / FRAME_BYTES))
		err = fb_error_create(FB_CORRUPT, "a stack of %u frames in %zu bytes", count,
				      fb_cursor_left(cursor));
	if (!err)
		err = fb_alloc_array(count, sizeof(*stack.frames), FB_MAX_STACK_FRAMES, "frames",
				     &stack.frames);
	if (err)
		return err;
	stack.complete = how == ENDS_COMPLETE;
	stack.lacks_file = how == ENDS_LACKING_FILE;
	snprintf(stack.end, sizeof(stack.end), "%s", end);
	for (stack.room = count; stack.count < count && !err; stack.count++)
		err = get_frame(cursor, pool, last, &stack.frames[stack.count]);
	if (!err)
		err = get_thread(cursor, pool, &stack.thread);
	if (err)
		fb_user_stack_deinit(&stack);
	else
		*stack_ret = stack;
	return err;
}
