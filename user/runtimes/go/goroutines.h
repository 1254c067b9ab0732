/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All goroutines of a process, with their frames and what they wait on, as they are sent from the child process that
 * reads them to its parent. Called by bundle/stacks and bundle/waits.
 */
#ifndef FB_USER_GOROUTINES_H
#define FB_USER_GOROUTINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/error.h"
#include "user/runtimes/go/go.h"
#include "user/runtimes/go/go_references.h"
#include "user/runtimes/go/go_waits.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

/* One goroutine. Texts are owned by a string pool. */
struct fb_goroutine_stack {
	uint64_t address, id, creator_id, thread; /* as in struct fb_goroutine */
	const char *state, *reason;               /* reason may be NULL */
	int64_t since, m_id;
	int32_t p_id;
	bool locked;
	bool system; /* the runtime's own */
	/* The go statement that started it; function "" where it is not known. */
	const char *creator, *creator_file;
	uint32_t creator_line;
	struct fb_go_wait waits[FB_GO_WAITS];
	size_t wait_count;
	/* without frames where it runs on a thread, of whose stack they are then */
	struct fb_user_stack stack;
};

struct fb_goroutines {
	struct fb_goroutine_stack *list; /* owned; by ID */
	size_t count, room;
	/* "": the program is none of Go, or of a version that is not read */
	char version[FB_GO_VERSION_SIZE];
	char why[FB_GO_WHY]; /* what is missing; "": nothing */
	/* Owned: which of them refer to what others wait on. Not sent. */
	struct fb_go_reference *references;
	size_t reference_count;
};

/* Reads them. Those of a program that is none of Go are none. Strings are stored in pool. Only fatal errors are
 * returned. */
FB_MUST_CHECK struct fb_error *fb_goroutines_read(const struct fb_user_process *process,
						  struct fb_string_pool *pool,
						  struct fb_goroutines *goroutines);
/* Fills goroutines, which has none, with those of a program that is open, the first `most` of them. FB_NOMEM; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_goroutines_of(struct fb_go *go, size_t most,
						struct fb_goroutines *goroutines);
void fb_goroutines_deinit(struct fb_goroutines *goroutines);

/* To bytes, and back: the bytes may be hostile. FB_NOMEM, FB_LIMIT; FB_TRUNCATED, FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_goroutines_encode(const struct fb_goroutines *goroutines,
						    struct fb_buf *to);
FB_MUST_CHECK struct fb_error *fb_goroutines_decode(struct fb_cursor *cursor,
						    struct fb_string_pool *pool,
						    struct fb_goroutines *goroutines);

#endif
