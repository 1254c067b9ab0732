/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An opened interpreter, as the files that read CPython share it. */
#ifndef FB_USER_PYTHON_PRIVATE_H
#define FB_USER_PYTHON_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "user/runtimes/python.h"
#include "user/runtimes/python_layout.h"

struct fb_python_thread {
	uint64_t id;    /* pthread_self() */
	uint64_t state; /* the address of its PyThreadState */
};

/* A code object that was read; texts are owned by a string pool. */
struct fb_python_code {
	uint64_t address; /* 0: none was read */
	const char *function, *file;
	uint32_t first_line;
	uint8_t *lines; /* owned; NULL: they cannot be read */
	size_t lines_size;
};

/* A process of which so many are read has more than any. */
#define FB_PYTHON_INTERPRETERS 1024u

struct fb_python {
	struct fb_space *space; /* borrowed */
	uint64_t runtime;       /* the address of _PyRuntime */
	struct fb_python_layout layout;
	uint64_t interpreters[FB_PYTHON_INTERPRETERS]; /* addresses of PyInterpreterState */
	size_t interpreter_count;
	struct fb_python_thread *threads; /* owned */
	size_t count, room;
	struct fb_python_code last; /* recursive functions ask for the same one again */
};

/* What is read of a frame of a thread (_PyInterpreterFrame). */
struct fb_python_frame {
	uint64_t address;
	uint64_t previous; /* address of its caller; 0: none */
	uint64_t code;
	uint64_t instruction; /* address of its bytecode */
	uint8_t owner;
	uint8_t is_entry;
};

/* The address of the innermost frame of a thread; 0: it runs no Python now. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_python_first_frame(struct fb_python *python, uint64_t state,
						     uint64_t *frame_ret);
FB_MUST_CHECK struct fb_error *fb_python_frame_read(struct fb_python *python, uint64_t address,
						    struct fb_python_frame *frame);
/* Makes python->last the code object at address. Its texts are stored in pool. Errors of fb_space_read(); FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_python_code_read(struct fb_python *python, uint64_t address,
						   struct fb_string_pool *pool);

#endif
