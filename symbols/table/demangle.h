/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of C++ and Rust as their sources have them, by libiberty, which gdb and binutils use too. Names come
 * from inputs, and libiberty parses them: so only children that read objects call this
 * (base/isolation/isolate.h; user/unwind/unwind_frames.c).
 */
#ifndef FB_SYMBOLS_DEMANGLE_H
#define FB_SYMBOLS_DEMANGLE_H

/* "_ZN3foo3barEi" is "foo::bar(int)"; both manglings of Rust are known, and their hashes left out.
 * NULL where name is not mangled, or as long as FB_MAX_STRING before or after. The caller frees it. */
char *fb_demangle(const char *name);

#endif
