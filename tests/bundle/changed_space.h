/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory space of which some words are others, or cannot be read: for tests of what a damaged dump may have. */
#ifndef FB_TESTS_BUNDLE_CHANGED_SPACE_H
#define FB_TESTS_BUNDLE_CHANGED_SPACE_H

#include <stdbool.h>

#include "base/space.h"

#define CHANGED_WORDS 8u

struct changed_word {
	uint64_t address, value;
	size_t size; /* bytes, at most 8 */
	bool fails;  /* reads that touch it fail, and searches for its origin if code is fatal */
	enum fb_code code; /* then */
};

struct changed_space {
	struct fb_space space; /* first */
	struct fb_space *whole;
	struct changed_word words[CHANGED_WORDS];
	size_t count;
};

/* Borrows whole; nothing has to be freed. */
void changed_space_init(struct changed_space *changed, struct fb_space *whole);
/* One more word, or another one at the address of one of them. It may lie where the whole has nothing. */
void changed_space_put(struct changed_space *changed, uint64_t address, uint64_t value,
		       size_t size);
void changed_space_fail(struct changed_space *changed, uint64_t address, size_t size,
			enum fb_code code);
/* All is again as it was. */
void changed_space_clear(struct changed_space *changed);

#endif
