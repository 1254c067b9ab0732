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

#endif
