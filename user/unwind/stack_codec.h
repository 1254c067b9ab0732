/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User stacks as bytes, on their way out of the child that unwound them
 * (base/isolation/isolate.h). The form is the two functions' own and is stored nowhere.
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

/* The next stack of the cursor; strings go to pool. The bytes are not trusted: FB_TRUNCATED,
 * FB_CORRUPT. fb_user_stack_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_user_stack_decode(struct fb_cursor *cursor,
						    struct fb_string_pool *pool,
						    struct fb_user_stack *stack_ret);

#endif
