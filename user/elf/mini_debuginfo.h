/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacks .gnu_debugdata, a section with the function symbols of a stripped file as an ELF file compressed by xz.
 * Fedora and RHEL put it into all programs and libraries ("MiniDebuginfo" in gdb's manual). Called by elf_symbols.c,
 * only in child processes, like all that reads such files (user/elf/object_cache.h).
 */
#ifndef FB_USER_MINI_DEBUGINFO_H
#define FB_USER_MINI_DEBUGINFO_H

#include <libelf.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the unpacked ELF file to bytes, up to the maximum of bytes. FB_NOT_FOUND: elf has no such section;
 * FB_CORRUPT, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_mini_debuginfo_unpack(Elf *elf, struct fb_buf *bytes);

#endif
