/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encodes user stacks as bytes, by which they are sent from the child process that
 * unwound them to its parent (base/isolation/isolate.h). The form is written to no file,
 * so it may change. Called by bundle/stacks.
 */
#ifndef FB_USER_STACK_CODEC_H
#define FB_USER_STACK_CODEC_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/error.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

FB_MUST_CHECK struct fb_error *fb_user_stack_encode(const struct fb_user_stack *stack,
						    struct fb_buf *to);

/* Decodes the stack at the cursor, and moves the cursor behind it. Strings are stored in pool. The bytes may be
 * hostile: FB_TRUNCATED, FB_CORRUPT. The caller frees the result with fb_user_stack_deinit(). */
FB_MUST_CHECK struct fb_error *fb_user_stack_decode(struct fb_cursor *cursor,
						    struct fb_string_pool *pool,
						    struct fb_user_stack *stack_ret);

#endif
