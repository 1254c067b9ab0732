/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of BTF share: the loaded form. */
#ifndef FB_SYMBOLS_BTF_PRIVATE_H
#define FB_SYMBOLS_BTF_PRIVATE_H

#include "symbols/btf/btf.h"
#include "symbols/btf/btf_format.h"

#define FB_BTF_NO_SIZE UINT32_MAX

/* What the check found out of a type: its size and how deep types are nested in it by value. */
struct fb_btf_extent {
	uint32_t size; /* FB_BTF_NO_SIZE: void, a function, a forward */
	uint32_t level;
};

struct fb_btf {
	const struct fb_btf *base; /* NULL for vmlinux's */
	uint8_t *data;             /* owned */
	const uint8_t *types;      /* in data */
	const char *strings;       /* in data; the last byte is 0 */
	uint32_t types_size;
	uint32_t strings_size;
	uint32_t strings_start; /* the base's strings come before */
	uint32_t first;         /* id; 1 without a base */
	uint32_t last;          /* id; first - 1 where there is none */
	bool enums_tell_sign;   /* some enum has the flag that came with 6.0 */
	bool partial_ints;      /* some integer, the base's too, has not all bits of its bytes */

	/* By id - first. */
	uint32_t *offsets; /* in types */
	struct fb_btf_extent *extents;

	/* Index of names; heads and links hold id - first + 1, 0 ends a chain. */
	uint32_t *heads;
	uint32_t *links;
	uint32_t head_mask;
};

/* Checks every id, name, size and chain of types found by the parser; fills extents. */
FB_MUST_CHECK struct fb_error *fb_btf_check(struct fb_btf *btf);

/* "" where offset is no string of btf or its base. */
const char *fb_btf_string(const struct fb_btf *btf, uint32_t offset);
/* 0 size, no level for id 0 and out of range. */
struct fb_btf_extent fb_btf_extent(const struct fb_btf *btf, uint32_t id);

/* The type itself, in place; void where id is 0 or out of range. Inline, as the check asks it for
 * every id of every type. */
static inline const struct btf_type *fb_btf_type(const struct fb_btf *btf, uint32_t id)
{
	static const struct btf_type void_type;

	while (id < btf->first && btf->base)
		btf = btf->base;
	if (id < btf->first || id > btf->last)
		return &void_type;
	return (const struct btf_type *)(btf->types + btf->offsets[id - btf->first]);
}

/* What follows a struct btf_type; the caller knows its kind, and that it was checked. */
static inline const void *fb_btf_behind(const struct btf_type *type)
{
	return type + 1;
}

static inline enum fb_type_kind fb_btf_kind_of(const struct btf_type *type)
{
	return (enum fb_type_kind)BTF_INFO_KIND(type->info);
}

static inline bool fb_btf_is_modifier(enum fb_type_kind kind)
{
	return kind == FB_TYPE_VOLATILE || kind == FB_TYPE_CONST || kind == FB_TYPE_RESTRICT ||
	       kind == FB_TYPE_TYPE_TAG;
}

static inline bool fb_btf_is_composite(enum fb_type_kind kind)
{
	return kind == FB_TYPE_STRUCT || kind == FB_TYPE_UNION;
}

#endif
