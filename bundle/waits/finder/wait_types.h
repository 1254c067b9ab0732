/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks up members of types of modules (NFS, FUSE, device mapper), and members that only one recogniser needs,
 * by name in the types of the kernel and its modules. Results are kept, so that each is looked up once.
 */
#ifndef FB_BUNDLE_WAIT_TYPES_H
#define FB_BUNDLE_WAIT_TYPES_H

#include <stdint.h>

#include "bundle/waits/finder/wait_finder.h"
#include "kernel/modules/driver_types.h"
#include "symbols/btf/btf.h"

/* The struct of this name: the kernel's, else that of the first module that has one. *btf_ret is owned by the finder.
 * FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_struct(struct fb_wait_finder *finder, const char *name,
					      const struct fb_btf **btf_ret, uint32_t *id_ret);

/* For readers of the kernel's parts: the types of this module (static, its name), owned by the finder. */
FB_MUST_CHECK struct fb_error *fb_wait_driver_types(struct fb_wait_finder *finder,
						    const char *module,
						    struct fb_driver_types *types_ret);

/* The offset of a member in its struct, in bytes; a path "a.b.c" descends. FB_NOT_FOUND where this kernel has no such
 * type or member. type and member must be static, because the pointers are kept. */
FB_MUST_CHECK struct fb_error *fb_wait_member(struct fb_wait_finder *finder, const char *type,
					      const char *member, uint32_t *offset_ret);
/* The member's value (a pointer, or an integer of at most 8 bytes, unsigned) of the struct at base. */
FB_MUST_CHECK struct fb_error *fb_wait_value(struct fb_wait_finder *finder, uint64_t base,
					     const char *type, const char *member,
					     uint64_t *value_ret);
/* The value of an enumerator of the kernel's types, for numbers that differ between kernels. */
FB_MUST_CHECK struct fb_error *fb_wait_enumerator(struct fb_wait_finder *finder, const char *type,
						  const char *enumerator, uint64_t *value_ret);
/* The string to which a member (a pointer to char) of the struct at base points, escaped into `to` (size bytes). */
FB_MUST_CHECK struct fb_error *fb_wait_value_text(struct fb_wait_finder *finder, uint64_t base,
						  const char *type, const char *member, char *to,
						  size_t size);

#endif
