/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GNU build-id of an ELF object mapped in a memory space.
 * Format: an NT_GNU_BUILD_ID note of owner "GNU" in one of the object's PT_NOTE segments (ld's
 * --build-id); 20 bytes for the usual SHA-1. Called to tell objects apart, and by matching for the vDSO.
 */
#ifndef FB_USER_BUILD_ID_H
#define FB_USER_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

/* Bytes of the longest build-id that is accepted, and of its text with the NUL. */
#define FB_BUILD_ID_MAX 64u
#define FB_BUILD_ID_TEXT (2 * FB_BUILD_ID_MAX + 1)

/* Writes the build-id as lower-case hex to `to` (size bytes, FB_BUILD_ID_TEXT always suffice). base: the address at
 * which the object's first page, with its ELF header, is mapped.
 * FB_NOT_FOUND: no ELF object there, or one without a build-id; FB_ABSENT, FB_FAULT, FB_TRUNCATED:
 * its headers or notes cannot be read; FB_CORRUPT. FB_INVALID where size is too small. */
FB_MUST_CHECK struct fb_error *fb_build_id_read(struct fb_space *space, uint64_t base, char *to,
						size_t size);

#endif
