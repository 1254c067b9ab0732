/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every offset of a member and size of a type that this program uses of the kernel.
 * They are looked up once in the kernel's types: those of the basic layout when a dump is opened, the others
 * when they are first asked for. A member that
 * this kernel does not have is marked as missing: only code that needs it fails, with
 * a message that names it. The kernel's version is never tested; a member that was
 * renamed is looked up under its newer names first.
 *
 * To use a member, add a line to kernel/image/layout_table.h.
 */
#ifndef FB_KERNEL_LAYOUT_H
#define FB_KERNEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/btf/btf.h"

struct fb_field {
	uint32_t offset; /* bytes from the start of the struct */
	uint32_t size;   /* bytes; for a bit-field, of its storage unit */
	uint16_t bit_offset;
	uint16_t bit_size; /* 0: not a bit-field */
	bool found;
	bool untyped;     /* not found because the dump had no types at all */
	const char *name; /* "task_struct.pid": for messages; static */
	/* The one of its names that this kernel has it under, without the type's; static. NULL: not found in the
	 * table. */
	const char *member;
};

struct fb_type_size {
	uint32_t size;    /* bytes; 0: this kernel has no such type */
	const char *name; /* for messages; static */
};

#define FB_FIELD(id, type, ...) struct fb_field id;
#define FB_SIZE(id, type) struct fb_type_size id;
#define FB_PART(cost)
struct fb_layout {
#include "kernel/image/layout_table.h"
};
/* What struct fb_layout begins with, in the same form. */
struct fb_basic_layout {
#include "kernel/image/layout_table_basic.h"
};
#undef FB_FIELD
#undef FB_SIZE
#undef FB_PART

/* Fills the layout from types. Where types is NULL, every member is missing, except the list and the name of struct
 * module, whose offsets are the same in all kernels. */
void fb_layout_resolve(const struct fb_btf *types, struct fb_layout *layout_ret);

/* Fills the basic layout from types of which not all may have been read (fb_btf_extend()). lacks(context, type) tells
 * whether the kernel is known not to have a type; its members are then missing, whatever the types say. False, and
 * nothing is filled, where a type may be among those that have not been read. */
bool fb_layout_resolve_basic(const struct fb_btf *types,
			     bool (*lacks)(void *context, const char *type), void *context,
			     struct fb_basic_layout *layout_ret);
/* Fills all but the basic layout, as fb_layout_resolve() does. */
void fb_layout_resolve_rest(const struct fb_btf *types, struct fb_layout *layout);

/* Looks up a member that is not in the table, such as one of a module's type. names is an array that ends with NULL;
 * its names are tried in turn. label (static) becomes the name of the field, all of which is set. False where
 * there is none. */
bool fb_layout_find(const struct fb_btf *types, const char *type, const char *const *names,
		    const char *label, struct fb_field *field_ret);
/* The size of a type; 0: there is none. */
uint32_t fb_layout_size(const struct fb_btf *types, const char *type);

/* A row of the table, for those who list what this kernel has (probes.h). Strings are static. */
struct fb_layout_row {
	const char *type;
	const char *name; /* "task_struct.__state"; of a type its name */
	/* the member's name in this kernel, without the type's; of a type its name. NULL: it has
	 * none */
	const char *found;
	const char *part; /* what is missing without it */
	bool is_type;
};
/* The row of a number, counted from 0. False behind the last. */
bool fb_layout_row(const struct fb_layout *layout, size_t index, struct fb_layout_row *row_ret);

/* NULL where the member was found; else FB_NOT_FOUND, with a message that names the member and says whether all types
 * are missing. */
FB_MUST_CHECK struct fb_error *fb_layout_require(const struct fb_field *field);

#endif
