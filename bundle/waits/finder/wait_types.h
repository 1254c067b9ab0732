/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of types that live in modules (NFS, FUSE, device mapper) or that one recogniser alone asks
 * for: found by name in the types of the kernel and its modules, each once.
 */
#ifndef FB_BUNDLE_WAIT_TYPES_H
#define FB_BUNDLE_WAIT_TYPES_H

#include <stdint.h>

#include "bundle/waits/finder/wait_finder.h"
#include "symbols/btf/btf.h"

/* The struct of that name: of the kernel, else of the first module that has one. FB_NOT_FOUND. *btf_ret is
 * owned by the finder. */
FB_MUST_CHECK struct fb_error *fb_wait_struct(struct fb_wait_finder *finder, const char *name,
					      const struct fb_btf **btf_ret, uint32_t *id_ret);

/* Where a member is in its struct; a path "a.b.c" descends. FB_NOT_FOUND where this kernel has no such
 * type or member. type and member are static: they are kept. */
FB_MUST_CHECK struct fb_error *fb_wait_member(struct fb_wait_finder *finder, const char *type,
					      const char *member, uint32_t *offset_ret);
/* The member's value (a pointer, or an integer of at most 8 bytes, unsigned) of the struct at base. */
FB_MUST_CHECK struct fb_error *fb_wait_value(struct fb_wait_finder *finder, uint64_t base,
					     const char *type, const char *member,
					     uint64_t *value_ret);
/* The value of an enumerator of the kernel's own types: numbers that kernels have changed. */
FB_MUST_CHECK struct fb_error *fb_wait_enumerator(struct fb_wait_finder *finder, const char *type,
						  const char *enumerator, uint64_t *value_ret);
/* The text that a char pointer of the struct at base leads to, escaped; to holds size bytes. */
FB_MUST_CHECK struct fb_error *fb_wait_value_text(struct fb_wait_finder *finder, uint64_t base,
						  const char *type, const char *member, char *to,
						  size_t size);

#endif
