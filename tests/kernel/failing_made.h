/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads of a made kernel's memory that fail, one after another: what becomes of the answer. */
#ifndef FB_TESTS_KERNEL_FAILING_MADE_H
#define FB_TESTS_KERNEL_FAILING_MADE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "tests/base/failing.h"
#include "tests/kernel/made_kernel.h"

/* Each read fails by each fatal code, and the question has to fail by the same, without a further warning. Gives the
 * number of reads. */
size_t failing_made_must_pass(struct made_kernel *made, failing_question *ask, void *context);

/* Appends an answer to text. Sets *incomplete_ret where the answer itself says that a part is missing. */
typedef struct fb_error *made_answer(void *context, struct fb_buf *text, bool *incomplete_ret);

/* Each read is of memory that the dump lacks: the answer has to be the same to the byte, or to be an error, to say that
 * it is incomplete, or to come with a warning. Gives the number of reads. */
size_t absent_made_must_tell(struct made_kernel *made, made_answer *answer, void *context);

#endif
