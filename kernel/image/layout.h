/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every member offset and type size that this program uses of the kernel,
 * resolved once from its types when the dump is opened. A member that this
 * kernel does not have is missing: what needs it says so, nothing else fails.
 * No version is ever asked: a name that changed lists the newer one first.
 *
 * To use a member: add a line to kernel/image/layout_table.h.
 */
#ifndef FB_KERNEL_LAYOUT_H
#define FB_KERNEL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/btf/btf.h"

struct fb_field {
	uint32_t offset; /* bytes from the start of the struct */
	uint32_t size;   /* bytes; for a bit-field, of its storage unit */
	uint16_t bit_offset;
	uint16_t bit_size; /* 0: not a bit-field */
	bool found;
	bool untyped;     /* no types at all were to be had when it was looked for */
	const char *name; /* "task_struct.pid": for messages; static */
};

struct fb_type_size {
	uint32_t size; /* bytes; 0: this kernel has no such type */
	const char *name;
};

#define FB_FIELD(id, type, ...) struct fb_field id;
#define FB_SIZE(id, type) struct fb_type_size id;
struct fb_layout {
#include "kernel/image/layout_table.h"
};
#undef FB_FIELD
#undef FB_SIZE

/* Fills layout from types. NULL: every field is missing, but for those of struct module that have been the
 * same in all kernels: its list of modules and its name. */
void fb_layout_resolve(const struct fb_btf *types, struct fb_layout *layout_ret);

/* One member beside the table, of types of a module for example. names are tried in turn, NULL
 * behind the last; label becomes the field's name. False where there is none. */
bool fb_layout_find(const struct fb_btf *types, const char *type, const char *const *names,
		    const char *label, struct fb_field *field_ret);
/* The size of a type; 0: there is none. */
uint32_t fb_layout_size(const struct fb_btf *types, const char *type);

/* FB_NOT_FOUND, naming the member, where it is missing, and whether that is because all types are. */
FB_MUST_CHECK struct fb_error *fb_layout_require(const struct fb_field *field);

#endif
