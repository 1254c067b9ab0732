// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The check of BTF, after which every query may rely on it: names lie in the strings, ids refer to
 * types, no type contains itself, members lie in their struct. It also computes the size and nesting of
 * each type, once. Called by btf.c before any query.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "symbols/btf/btf_private.h"

/* Levels while a type is not done; what is done has a level up to FB_MAX_TYPE_DEPTH. */
#define LEVEL_UNKNOWN UINT32_MAX
#define LEVEL_OPEN (UINT32_MAX - 1)

/* Size and level of a type whose extent is not known yet. */
static struct fb_error *measure(struct fb_btf *btf, uint32_t id, unsigned depth);

static bool name_is_good(struct fb_btf *btf, uint32_t offset)
{
	if (offset > btf->last_name)
		btf->last_name = offset;
	return offset < (uint64_t)btf->strings_start + btf->strings_size;
}

/* An id that is not there may still be read; when all is, those that were let through are looked at again. */
static bool id_is_good(struct fb_btf *btf, uint32_t id)
{
	if (id <= btf->last)
		return true;
	if (id > btf->last_reference)
		btf->last_reference = id;
	return !btf->whole;
}

static struct fb_error *bad(uint32_t id, const char *what, uint64_t value)
{
	return fb_error_create(FB_CORRUPT, "type %u: %s %" PRIu64, id, what, value);
}

/* Elements of size words that begin with a name and, where typed, go on with a type. */
static struct fb_error *check_elements(struct fb_btf *btf, uint32_t id, const struct btf_type *type,
				       unsigned words, bool typed)
{
	const uint32_t *element = fb_btf_behind(type);
	const uint32_t *end = element + (size_t)BTF_INFO_VLEN(type->info) * words;

	for (; element < end; element += words) {
		if (!name_is_good(btf, element[0]))
			return bad(id, "element's name at", element[0]);
		if (typed && !id_is_good(btf, element[1]))
			return bad(id, "element's type is", element[1]);
	}
	return NULL;
}

static struct fb_error *check_int(uint32_t id, const struct btf_type *type)
{
	uint32_t word = *(const uint32_t *)fb_btf_behind(type);

	if (!type->size_or_type || type->size_or_type > 16)
		return bad(id, "integer of size", type->size_or_type);
	if (BTF_INT_OFFSET(word) + BTF_INT_BITS(word) > type->size_or_type * 8)
		return bad(id, "integer with bits", BTF_INT_BITS(word));
	return NULL;
}

static struct fb_error *check_sections(struct fb_btf *btf, uint32_t id, const struct btf_type *type)
{
	const struct btf_var_secinfo *section = fb_btf_behind(type);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if (!id_is_good(btf, section[i].type))
			return bad(id, "variable's type is", section[i].type);
	return NULL;
}

/* Ids and names that a type refers to; the extents need them to be right. */
static struct fb_error *check_references(struct fb_btf *btf, uint32_t id,
					 const struct btf_type *type)
{
	const struct btf_array *array;

	if (!name_is_good(btf, type->name_off))
		return bad(id, "name at", type->name_off);
	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_INT:
		return check_int(id, type);
	case FB_TYPE_POINTER:
	case FB_TYPE_TYPEDEF:
	case FB_TYPE_VOLATILE:
	case FB_TYPE_CONST:
	case FB_TYPE_RESTRICT:
	case FB_TYPE_TYPE_TAG:
	case FB_TYPE_DECL_TAG:
	case FB_TYPE_FUNCTION:
	case FB_TYPE_VARIABLE:
		if (!id_is_good(btf, type->size_or_type))
			return bad(id, "refers to", type->size_or_type);
		return NULL;
	case FB_TYPE_ARRAY:
		array = fb_btf_behind(type);
		if (!id_is_good(btf, array->type) || !id_is_good(btf, array->index_type))
			return bad(id, "array of", array->type);
		return NULL;
	case FB_TYPE_STRUCT:
	case FB_TYPE_UNION:
		return check_elements(btf, id, type, 3, true);
	case FB_TYPE_ENUM:
		return check_elements(btf, id, type, 2, false);
	case FB_TYPE_ENUM64:
		return check_elements(btf, id, type, 3, false);
	case FB_TYPE_PROTOTYPE:
		if (!id_is_good(btf, type->size_or_type))
			return bad(id, "returns", type->size_or_type);
		return check_elements(btf, id, type, 2, true);
	case FB_TYPE_DATASEC:
		return check_sections(btf, id, type);
	default:
		return NULL;
	}
}

static uint32_t depth_of(const struct fb_btf_extent *extent)
{
	return extent->level & ~FB_BTF_UNREAD;
}

/* The level of a type grows by what it holds. */
static void nest(struct fb_btf_extent *extent, const struct fb_btf_extent *inner)
{
	uint32_t unread = (extent->level | inner->level) & FB_BTF_UNREAD;
	uint32_t level = depth_of(inner) + 1;

	if (level < depth_of(extent))
		level = depth_of(extent);
	extent->level = level | unread;
}

/* The extent of a type that another one holds or renames. */
static struct fb_error *measure_inner(struct fb_btf *btf, uint32_t id, unsigned depth,
				      struct fb_btf_extent *extent_ret)
{
	struct fb_error *err;

	if (id > btf->last) {
		*extent_ret = (struct fb_btf_extent){FB_BTF_NO_SIZE, FB_BTF_UNREAD};
		return NULL;
	}
	if (id >= btf->first && btf->extents[id - btf->first].level >= LEVEL_OPEN) {
		err = measure(btf, id, depth + 1);
		if (err)
			return err;
	}
	*extent_ret = fb_btf_extent(btf, id);
	return NULL;
}

static struct fb_error *measure_array(struct fb_btf *btf, uint32_t id, unsigned depth,
				      struct fb_btf_extent *extent)
{
	const struct btf_array *array = fb_btf_behind(fb_btf_type(btf, id));
	struct fb_btf_extent element;
	struct fb_error *err;

	err = measure_inner(btf, array->type, depth, &element);
	if (err)
		return err;
	extent->level = element.level + 1;
	extent->size = FB_BTF_NO_SIZE;
	if (element.size == FB_BTF_NO_SIZE)
		return NULL;
	if (__builtin_mul_overflow(element.size, array->count, &extent->size) ||
	    extent->size == FB_BTF_NO_SIZE)
		return bad(id, "array too large, elements", array->count);
	return NULL;
}

/* Where a member lies, as fb_btf_member() tells, whose name is not asked for here: most members are no
 * bit-fields, nor can be where no integer has fewer bits than its bytes. */
static struct fb_btf_member place_member(const struct fb_btf *btf, uint32_t id, uint32_t index,
					 const struct btf_type *type)
{
	const struct btf_member *at = (const struct btf_member *)fb_btf_behind(type) + index;
	struct fb_btf_member member = {.bit_offset = at->offset};

	if (BTF_INFO_FLAG(type->info)) {
		member.bit_offset = BTF_MEMBER_BIT_OFFSET(at->offset);
		member.bit_size = BTF_MEMBER_BIT_SIZE(at->offset);
	} else if (btf->partial_ints) {
		fb_btf_member(btf, id, index, &member);
	}
	return member;
}

/* Whether a member lies in its struct. */
static struct fb_error *check_member(const struct fb_btf *btf, uint32_t id, uint32_t index,
				     const struct btf_type *type, uint32_t size)
{
	const struct fb_btf_member member = place_member(btf, id, index, type);
	uint64_t bits;

	if (size == FB_BTF_NO_SIZE)
		size = 0;
	if (member.bit_size && member.bit_size > (uint64_t)size * 8)
		return bad(id, "too many bits in member", index);
	if (!member.bit_size && member.bit_offset % 8)
		return bad(id, "half a byte before member", index);
	bits = member.bit_size ? member.bit_size : (uint64_t)size * 8;
	if (member.bit_offset + bits > (uint64_t)type->size_or_type * 8)
		return bad(id, "behind the end is member", index);
	return NULL;
}

static struct fb_error *measure_members(struct fb_btf *btf, uint32_t id, unsigned depth,
					struct fb_btf_extent *extent)
{
	const struct btf_type *type = fb_btf_type(btf, id);
	const struct btf_member *members = fb_btf_behind(type);
	struct fb_btf_extent inner;
	struct fb_error *err = NULL;

	if (type->size_or_type == FB_BTF_NO_SIZE)
		return bad(id, "size", type->size_or_type);
	extent->size = type->size_or_type;
	extent->level = 1;
	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info) && !err; i++) {
		err = measure_inner(btf, members[i].type, depth, &inner);
		if (err)
			return err;
		nest(extent, &inner);
		err = check_member(btf, id, i, type, inner.size);
	}
	return err;
}

static struct fb_error *measure_kind(struct fb_btf *btf, uint32_t id, unsigned depth,
				     struct fb_btf_extent *extent)
{
	const struct btf_type *type = fb_btf_type(btf, id);
	struct fb_error *err;

	extent->size = FB_BTF_NO_SIZE;
	extent->level = 0;
	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_INT:
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
	case FB_TYPE_FLOAT:
		if (type->size_or_type > 16)
			return bad(id, "size", type->size_or_type);
		extent->size = type->size_or_type;
		return NULL;
	case FB_TYPE_POINTER:
		extent->size = 8;
		return NULL;
	case FB_TYPE_TYPEDEF:
	case FB_TYPE_VOLATILE:
	case FB_TYPE_CONST:
	case FB_TYPE_RESTRICT:
	case FB_TYPE_TYPE_TAG:
	case FB_TYPE_VARIABLE:
		err = measure_inner(btf, type->size_or_type, depth, extent);
		if (!err)
			extent->level++;
		return err;
	case FB_TYPE_ARRAY:
		return measure_array(btf, id, depth, extent);
	case FB_TYPE_STRUCT:
	case FB_TYPE_UNION:
		return measure_members(btf, id, depth, extent);
	case FB_TYPE_DATASEC:
		extent->size = type->size_or_type;
		return NULL;
	default:
		return NULL;
	}
}

/* Recursion ends at the depth limit, and no type is opened twice: a loop is an open type. */
static struct fb_error *measure(struct fb_btf *btf, uint32_t id, unsigned depth)
{
	struct fb_btf_extent *known = &btf->extents[id - btf->first];
	struct fb_btf_extent extent;
	struct fb_error *err;

	if (known->level == LEVEL_OPEN)
		return bad(id, "contains itself, at depth", depth);
	if (depth > FB_MAX_TYPE_DEPTH)
		return bad(id, "nested deeper than", FB_MAX_TYPE_DEPTH);
	known->level = LEVEL_OPEN;
	err = measure_kind(btf, id, depth, &extent);
	if (err)
		return err;
	if (depth_of(&extent) > FB_MAX_TYPE_DEPTH)
		return bad(id, "nested deeper than", FB_MAX_TYPE_DEPTH);
	*known = extent;
	return NULL;
}

/* What can be said of a type without looking at others: most types are pointers and functions. */
static struct fb_btf_extent first_extent(const struct btf_type *type)
{
	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_POINTER:
		return (struct fb_btf_extent){8, 0};
	case FB_TYPE_FUNCTION:
	case FB_TYPE_PROTOTYPE:
	case FB_TYPE_FORWARD:
		return (struct fb_btf_extent){FB_BTF_NO_SIZE, 0};
	default:
		return (struct fb_btf_extent){0, LEVEL_UNKNOWN};
	}
}

/* What has to be known of the types as a whole. */
static void note_kind(struct fb_btf *btf, const struct btf_type *type)
{
	enum fb_type_kind kind = fb_btf_kind_of(type);
	uint32_t word;

	if (kind == FB_TYPE_INT) {
		word = *(const uint32_t *)fb_btf_behind(type);
		btf->partial_ints |= BTF_INT_BITS(word) != type->size_or_type * 8;
	} else if (kind == FB_TYPE_ENUM64 || (kind == FB_TYPE_ENUM && BTF_INFO_FLAG(type->info))) {
		btf->enums_tell_sign = true;
	}
}

/* Whether a type that was let through refers to an id that is not there, although all is read. */
static struct fb_error *check_unread(struct fb_btf *btf)
{
	struct fb_error *err = NULL;

	if (btf->last_reference <= btf->last)
		return NULL;
	for (uint32_t id = btf->first; id <= btf->last && !err; id++)
		err = check_references(btf, id, fb_btf_type(btf, id));
	return err;
}

struct fb_error *fb_btf_check_references(struct fb_btf *btf, uint32_t from)
{
	struct fb_error *err = NULL;

	for (uint32_t id = from; id <= btf->last && !err; id++) {
		const struct btf_type *type = fb_btf_type(btf, id);

		btf->extents[id - btf->first] = first_extent(type);
		note_kind(btf, type);
		err = check_references(btf, id, type);
	}
	if (!err && btf->whole)
		err = check_unread(btf);
	return err;
}

struct fb_error *fb_btf_check_extents(struct fb_btf *btf, uint32_t from)
{
	uint32_t count = btf->last - btf->first + 1;
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < from - btf->first; i++)
		if (btf->extents[i].level & FB_BTF_UNREAD)
			btf->extents[i].level = LEVEL_UNKNOWN;
	for (uint32_t i = 0; i < count && !err; i++)
		if (btf->extents[i].level == LEVEL_UNKNOWN)
			err = measure(btf, btf->first + i, 1);
	return err;
}
