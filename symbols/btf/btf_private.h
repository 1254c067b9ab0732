/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form in which loaded BTF is kept, shared by the files of this folder. */
#ifndef FB_SYMBOLS_BTF_PRIVATE_H
#define FB_SYMBOLS_BTF_PRIVATE_H

#include "symbols/btf/btf.h"
#include "symbols/btf/btf_format.h"

#define FB_BTF_NO_SIZE UINT32_MAX

/* In a level: the type holds one by value that has not been read yet, or it is such a type. */
#define FB_BTF_UNREAD 0x40000000u

/* What the check computes for a type. */
struct fb_btf_extent {
	uint32_t size; /* in bytes; FB_BTF_NO_SIZE for void, a function or a forward declaration */
	uint32_t
		level; /* how deep other types are nested in it by value, perhaps with FB_BTF_UNREAD */
};

/* Bytes behind struct btf_type, and for each of its vlen elements, of each kind of type. */
struct fb_btf_layouts {
	struct btf_layout kind[BTF_KINDS];
	bool known[BTF_KINDS];
};

struct fb_btf {
	const struct fb_btf *base; /* NULL for vmlinux's */
	uint8_t *data;             /* owned */
	const uint8_t *types;      /* in data */
	const char *strings;       /* in data; the last byte is 0 */
	struct fb_btf_layouts layouts;
	uint32_t types_size;
	uint32_t strings_size;
	uint32_t strings_start; /* offset of strings[0]; lower offsets are strings of the base */
	uint32_t first;         /* the lowest id of this BTF; 1 without a base */
	uint32_t last;          /* the highest one; first - 1 where there is no type */
	bool enums_tell_sign;   /* some enum has the flag for signed enums, which came with 6.0 */
	bool partial_ints;      /* some integer (the base's too) has fewer than 8 * size bits */

	/* Of BTF that is read in parts. A type that has been read may refer to ids above `last`, which count as void
	 * until their types are read; its names have been read up to their ends. */
	bool whole; /* all is read and checked */
	struct fb_btf_source source;
	uint32_t types_read; /* bytes of the types */
	uint32_t
		types_end; /* bytes of the types up to the end of the last one that is there as a whole */
	uint32_t strings_read; /* bytes of the strings */
	uint32_t last_name;    /* the highest offset of a name that a type refers to */
	uint32_t
		last_reference; /* the highest id that a type refers to, of those that were not there */

	/* Arrays, owned, indexed by id - first. */
	uint32_t *offsets; /* in types, in bytes */
	struct fb_btf_extent *extents;

	/* The hash table of names, owned: heads has the first type of each chain, links the next type of
	 * each type. Both hold id - first + 1; 0 ends a chain. */
	uint32_t *heads;
	uint32_t *links;
	uint32_t head_mask;
};

/* Check the types from the id `from` on, which were found last. The first checks ids and offsets of names, which it
 * notes; the second checks sizes and chains of types, and fills the extents of all types. FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_btf_check_references(struct fb_btf *btf, uint32_t from);
FB_MUST_CHECK struct fb_error *fb_btf_check_extents(struct fb_btf *btf, uint32_t from);

/* The string at this offset; "" where it lies in neither btf nor its base. */
const char *fb_btf_string(const struct fb_btf *btf, uint32_t offset);
/* The extent of a type. Id 0 and ids out of range have no size and level 0. */
struct fb_btf_extent fb_btf_extent(const struct fb_btf *btf, uint32_t id);

/* The type's entry in the data; a void type where id is 0 or out of range. Inline, because the check calls
 * it for every id of every type. */
static inline const struct btf_type *fb_btf_type(const struct fb_btf *btf, uint32_t id)
{
	static const struct btf_type void_type;

	while (id < btf->first && btf->base)
		btf = btf->base;
	if (id < btf->first || id > btf->last)
		return &void_type;
	return (const struct btf_type *)(btf->types + btf->offsets[id - btf->first]);
}

/* What follows a struct btf_type in the data. The caller must have looked at the type's kind, and the type
 * must have been checked. */
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
