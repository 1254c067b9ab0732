/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A value: a place in memory together with its type. From a value one gets to those of
 * its members, of array elements, and of what a pointer points to; scalars can be read.
 * Called by the command struct and by bundle/waits.
 */
#ifndef FB_KERNEL_VALUE_H
#define FB_KERNEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "kernel/modules/module_types.h"
#include "symbols/btf/btf.h"

struct fb_value {
	const struct fb_btf *types; /* borrowed; the BTF in which `type` is an id */
	uint32_t type;
	uint64_t address;    /* of its first byte, or of the byte that holds its first bit */
	uint32_t bit_offset; /* within that byte; 0 unless a bit-field */
	uint32_t bit_size;   /* 0: not a bit-field */
};

enum fb_value_kind {
	FB_VALUE_SCALAR, /* a number, a pointer, an enumerator */
	FB_VALUE_STRUCT, /* or a union */
	FB_VALUE_ARRAY,
	FB_VALUE_TEXT,  /* an array of char */
	FB_VALUE_OTHER, /* void, a function, a type that is only declared */
};

enum fb_value_kind fb_value_kind(const struct fb_value *value);

/*
 * The value at a path of members that begins at `from`: "mm.pgd", "mm->pgd", "comm[3]", or with a leading dot ".a.b".
 * A pointer is followed where a member comes next, by a dot as by "->", or an index ("p[3]" is the fourth element at
 * p). An error names the pointer that is null, or that leads to no memory. Where
 * space is NULL nothing is read, and what a pointer points to is assumed to be at address 0. A type that is
 * only declared is looked up in module_types (NULL: it is not).
 * FB_NOT_FOUND, whose message offers the most similar name; FB_INVALID for a malformed path; FB_FAULT for a
 * null pointer; errors of fb_space_read().
 */
FB_MUST_CHECK struct fb_error *fb_value_follow(struct fb_space *space,
					       struct fb_module_types *module_types,
					       const struct fb_value *from, const char *path,
					       struct fb_value *value_ret);

/* Whether it is a pointer to char, constant or not. */
bool fb_value_points_to_text(const struct fb_value *value);

/* One member of a struct or union (index < fb_btf_length()), or one element of an array. Nothing
 * is read. */
void fb_value_member(const struct fb_value *value, uint32_t index, const char **name_ret,
		     struct fb_value *member_ret);
struct fb_value fb_value_element(const struct fb_value *array, uint64_t index);

enum fb_scalar_kind {
	FB_SCALAR_SIGNED,
	FB_SCALAR_UNSIGNED,
	FB_SCALAR_BOOL,
	FB_SCALAR_ENUM,
	FB_SCALAR_POINTER,
	FB_SCALAR_RAW, /* floating point, and integers of 16 bytes */
};

struct fb_scalar {
	enum fb_scalar_kind kind;
	uint64_t bits;    /* the number, sign-extended where it is signed */
	uint64_t high;    /* the upper 8 bytes of a number of 16 bytes */
	uint32_t size;    /* bytes of its type */
	const char *name; /* of the enumerator; NULL if none, or no enum. Raw: escape it */
};

/* Reads the value, whose fb_value_kind() must be FB_VALUE_SCALAR. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_value_scalar(struct fb_space *space, const struct fb_value *value,
					       struct fb_scalar *scalar_ret);

/* The size of the value in bytes; that of a bit-field is rounded up. 0 where its type has no size. */
uint64_t fb_value_size(const struct fb_value *value);

#endif
