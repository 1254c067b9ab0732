/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory spaces and files of which one read fails, for tests of what becomes of the error. Reads of all that shares a
 * struct failure are counted together.
 */
#ifndef FB_TESTS_BASE_FAILING_H
#define FB_TESTS_BASE_FAILING_H

#include <stddef.h>

#include "base/files/file.h"
#include "base/space.h"

struct failure {
	_Atomic size_t reads; /* so far; by several threads */
	size_t at;            /* the read that fails, from 1; 0: none */
	enum fb_code code;
};

/* One more read, or another step that may fail: the error where it is the one that fails. */
struct fb_error *failing_step(struct failure *failure);

struct failing_space {
	struct fb_space space; /* first */
	struct fb_space *whole;
	struct failure *failure;
};

struct failing_file {
	struct fb_file file; /* first */
	struct fb_file *whole;
	struct failure *failure;
};

/* Both borrow what they are given; nothing has to be freed. */
void failing_space_init(struct failing_space *failing, struct fb_space *whole,
			struct failure *failure);
/* fb_file_destroy() of it does nothing, so that it can be given away many times. */
void failing_file_init(struct failing_file *failing, struct fb_file *whole,
		       struct failure *failure);

/* Asks once, counting reads; then once for each of the first `first` and the last `last` reads with that read
 * failing by each fatal code, and asserts that the answer fails by the same. Returns the number of reads. */
typedef struct fb_error *failing_question(void *context);
size_t failing_must_pass(failing_question *ask, void *context, struct failure *failure,
			 size_t first, size_t last);

#endif
