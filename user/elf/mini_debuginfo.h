/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .gnu_debugdata: the function symbols of a stripped file as an ELF file of its own, packed by xz. Fedora
 * and RHEL put it into all programs and libraries ("MiniDebuginfo" in gdb's manual). Read in children
 * only, like the file that holds it (user/elf/object_cache.h).
 */
#ifndef FB_USER_MINI_DEBUGINFO_H
#define FB_USER_MINI_DEBUGINFO_H

#include <libelf.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the unpacked file to bytes, whose maximum bounds it. FB_NOT_FOUND: elf has none; FB_CORRUPT,
 * FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_mini_debuginfo_unpack(Elf *elf, struct fb_buf *bytes);

#endif
