/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the stacks of CPython's threads out of a process's memory: function, file and line of each frame. Versions 3.9
 * to 3.14; from 3.13 on the interpreter has a table of its own offsets (python_layout.h). Called by runtimes.c.
 *
 * Sources of the formats: CPython's Include/internal/pycore_frame.h, pycore_interp.h, pycore_runtime.h,
 * Objects/locations.md (the table of lines, PEP 626 and 657), Include/cpython/unicodeobject.h.
 */
#ifndef FB_USER_PYTHON_H
#define FB_USER_PYTHON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/space.h"
#include "user/runtimes/runtime_frames.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

/* The function of the interpreter that evaluates frames; callees that are Python functions too are evaluated by the
 * same call of it. */
#define FB_PYTHON_EVALUATOR "_PyEval_EvalFrameDefault"

struct fb_python;

/* Whether the file name is that of an object that may hold the interpreter: "python3.11", "libpython3.13.so.1.0". */
bool fb_python_is_object(const char *file_name);

/* Finds the interpreter and its threads, in the first object that has one: the program, or the library that it uses.
 * process is borrowed. From 3.13 on the interpreter is found in its variables too, where its table of symbols is
 * missing. FB_NOT_FOUND: there is none; FB_UNSUPPORTED: a version or kind that is not read; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_python_open(const struct fb_user_process *process,
					      struct fb_python **python_ret);
void fb_python_destroy(struct fb_python *python);
/* Lets it read the same process through another space, which is borrowed. */
void fb_python_use(struct fb_python *python, struct fb_space *space);
FB_DESTROY_AT(struct fb_python, fb_python_destroy);

/* A global interpreter lock, without which no thread runs Python (struct _gil_runtime_state). */
struct fb_python_gil {
	uint64_t start,
		end; /* its addresses, end exclusive: its mutexes and conditions are among them */
	bool locked;
	uint64_t holder; /* FS base of the thread that has it, or had it last; 0: unknown */
};

/* All locks: one of each interpreter, but for those that share one. *gils_ret is an array that the caller frees. Locks
 * that cannot be read are left out. FB_NOMEM; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_python_gils(struct fb_python *python,
					      struct fb_python_gil **gils_ret, size_t *count_ret);

/* "3.11". Writes it to `to`, and returns `to`. */
#define FB_PYTHON_VERSION_SIZE 16u
const char *fb_python_version(const struct fb_python *python, char to[FB_PYTHON_VERSION_SIZE]);

/* Adds the frames of the thread with this FS base, which pthread_self() returns, to frames; none where the thread runs
 * no Python. Where a frame cannot be read, frames->end says why. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_python_frames(struct fb_python *python, uint64_t fs_base,
						struct fb_string_pool *pool,
						struct fb_runtime_frames *frames);

#endif
