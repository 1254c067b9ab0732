/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared libraries that are loaded when something needs them. The program itself is linked only with those that nearly
 * every command uses: the dynamic linker binds the names of all others, and of what they are linked with in turn, at
 * each start, which takes longer than most answers. The sandbox leaves the folders of libraries readable
 * (cmd/shared/confine.c), so that this works at any time, in children too.
 *
 * The user writes down the functions that it takes once, and makes a struct of pointers and an array of names of it:
 *
 *     #define FUNCTIONS(each) each(snappy_compress) each(snappy_uncompress)
 *     struct functions { FUNCTIONS(FB_LIBRARY_POINTER) };
 *     static const char *const names[] = {FUNCTIONS(FB_LIBRARY_NAME)};
 */
#ifndef FB_BASE_SHARED_LIBRARY_H
#define FB_BASE_SHARED_LIBRARY_H

#include <stddef.h>

#include "base/error.h"

/* The library's header declares the function, and so the type of the pointer. */
#define FB_LIBRARY_POINTER(function) __typeof__(function) *(function);
#define FB_LIBRARY_NAME(function) #function,

struct fb_shared_library; /* what dlopen() gives */

/* Loads the library of a file name as dlopen() takes it ("libsnappy.so.1"), and sets the count pointers to functions
 * that the struct `functions` consists of to those of the names, in their order. They may be called until the library
 * is closed. FB_UNSUPPORTED where the host lacks the library or the library one of the names; functions is then
 * undefined. */
FB_MUST_CHECK struct fb_error *fb_shared_library_open(const char *file, const char *const *names,
						      size_t count, void *functions,
						      struct fb_shared_library **library_ret);
/* NULL is allowed. */
void fb_shared_library_close(struct fb_shared_library *library);

#endif
