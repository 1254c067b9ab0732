/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program promises of damage, for one answer after another: a read that
 * fails costs a part of the answer at most, and the answer says so.
 */
#ifndef FB_TESTS_KERNEL_FAILING_READS_H
#define FB_TESTS_KERNEL_FAILING_READS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "tests/kernel/sample_kernel.h"

/* Appends an answer to text. Sets *incomplete_ret where the answer itself says that a part is missing. */
typedef struct fb_error *failing_answer(struct sample_kernel *sample, struct fb_buf *text,
					bool *incomplete_ret);

/* Asks once as it is, then again and again, with one read of kernel memory failing each time, at most
 * `most` of them, spread over all: because it is not in the dump, and for want of memory. Each answer has to be the
 * same to the byte, or to be an error, to say that it is incomplete, or to come with a warning. */
void failing_reads(failing_answer *answer, size_t most);
/* The same, and whatever fails for want of memory must fail the whole: nothing was learned of the dump. */
void failing_reads_strictly(failing_answer *answer, size_t most);

#endif
