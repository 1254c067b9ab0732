/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program promises of damage, for answers that a dump and its cores give
 * together: the same as tests/kernel/failing_reads.h promises of those of a kernel.
 */
#ifndef FB_TESTS_BUNDLE_FAILING_INPUTS_H
#define FB_TESTS_BUNDLE_FAILING_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "tests/bundle/sample_input.h"

/* Appends an answer to text. Sets *incomplete_ret where the answer itself says that a part is missing. */
typedef struct fb_error *failing_input_answer(struct sample_input *sample, struct fb_buf *text,
					      bool *incomplete_ret);

/* Asks of the sample with these cores (NULL behind the last), whose tasks and cores are read before; then
 * again and again, with one read of kernel memory or of page tables failing each time, at most `most` of
 * them, spread over all: because it is not in the dump, and for want of memory. The answer has to be as it
 * was to the byte, or be an error, come with a warning, or say that it is incomplete. */
void failing_inputs(failing_input_answer *answer, const char *const *cores, size_t most);
/* The same, and whatever fails for want of memory must fail the whole: nothing was learned of the dump. */
void failing_inputs_strictly(failing_input_answer *answer, const char *const *cores, size_t most);

/* Asks of the sample with these cores, as above; then once for each of the first `first` and the last `last` reads of
 * kernel memory or of page tables, with that read failing by each fatal code: the same error has to come back. Returns
 * the number of reads. */
typedef struct fb_error *failing_input_question(struct sample_input *sample);
size_t failing_inputs_must_pass(failing_input_question *ask, const char *const *cores, size_t first,
				size_t last);

#endif
