/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns mangled names of C++ and Rust into what the source has, by libiberty, which gdb and binutils use
 * too. The names come from hostile inputs, and libiberty was not written for those. So this is called only
 * in the child processes that read objects (base/isolation/isolate.h; user/unwind/unwind_frames.c).
 */
#ifndef FB_SYMBOLS_DEMANGLE_H
#define FB_SYMBOLS_DEMANGLE_H

/* "_ZN3foo3barEi" becomes "foo::bar(int)". Both manglings of Rust are handled; the hash at the end of a
 * Rust name is left out. NULL where name is not mangled, or where it has FB_MAX_STRING bytes or more before
 * or after. The caller frees the result. */
char *fb_demangle(const char *name);

#endif
