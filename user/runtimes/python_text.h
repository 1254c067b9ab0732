/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of CPython. Called by python.c. */
#ifndef FB_USER_PYTHON_TEXT_H
#define FB_USER_PYTHON_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/runtimes/python_layout.h"

/* Characters of a name that are read; what is longer is cut. */
#define FB_PYTHON_NAME_LENGTH 1024u
/* Bytes that always suffice for a name: UTF-8 has at most four for a character. */
#define FB_PYTHON_NAME_SIZE (4u * FB_PYTHON_NAME_LENGTH + 1)

/* Reads the str object at address, as UTF-8. FB_CORRUPT: it is none; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_python_text(struct fb_space *space,
					      const struct fb_python_layout *layout,
					      uint64_t address, char to[FB_PYTHON_NAME_SIZE]);

#endif
