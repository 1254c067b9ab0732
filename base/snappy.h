/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snappy's functions, which are loaded where an input has pages of that method, or one is to be written: the library is
 * of C++, whose own library takes as long to start as all others of the program together.
 */
#ifndef FB_BASE_SNAPPY_H
#define FB_BASE_SNAPPY_H

#include <snappy-c.h>

#include "base/error.h"
#include "base/shared_library.h"

#define FB_SNAPPY_FUNCTIONS(each) \
	each(snappy_compress) each(snappy_uncompress) each(snappy_uncompressed_length)

struct fb_snappy {
	struct fb_shared_library *library; /* NULL: not loaded */
	struct fb_snappy_functions {
		FB_SNAPPY_FUNCTIONS(FB_LIBRARY_POINTER)
	} call;
};

/* Loads the library, where that was not done yet. snappy must be all zeros at first. FB_UNSUPPORTED where the host has
 * none. */
FB_MUST_CHECK struct fb_error *fb_snappy_load(struct fb_snappy *snappy);
void fb_snappy_deinit(struct fb_snappy *snappy);

#endif
