// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The size of a type, and the members of structs and unions: by index, and by a path of names.
 * Called to resolve the layout table, and for values.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "symbols/btf/btf_private.h"
#include "symbols/table/name_distance.h"

/* A walk through the members of one struct, anonymous ones entered. */
struct search {
	const struct fb_btf *btf;
	const char *name; /* not NUL-terminated */
	size_t length;
	uint32_t budget; /* members still looked at */
	struct fb_btf_member found;
	const char *nearest;
	unsigned distance;
};

struct fb_error *fb_btf_sizeof(const struct fb_btf *btf, uint32_t id, uint64_t *size_ret)
{
	struct fb_btf_extent extent = fb_btf_extent(btf, id);
	char spelling[128];

	if (extent.size == FB_BTF_NO_SIZE)
		return fb_error_create(FB_INVALID, "%s has no size",
				       fb_btf_spell(btf, id, spelling, sizeof(spelling)));
	*size_ret = extent.size;
	return NULL;
}

void fb_btf_member(const struct fb_btf *btf, uint32_t id, uint32_t index,
		   struct fb_btf_member *member_ret)
{
	const struct btf_type *type = fb_btf_type(btf, id);
	const struct btf_member *member = fb_btf_behind(type);
	const struct btf_type *inner;
	uint32_t word;

	*member_ret = (struct fb_btf_member){.name = ""};
	if (!fb_btf_is_composite(fb_btf_kind_of(type)) || index >= BTF_INFO_VLEN(type->info))
		return;
	member += index;
	member_ret->name = fb_btf_string(btf, member->name_off);
	member_ret->type = member->type;
	member_ret->bit_offset = member->offset;
	if (BTF_INFO_FLAG(type->info)) {
		member_ret->bit_offset = BTF_MEMBER_BIT_OFFSET(member->offset);
		member_ret->bit_size = BTF_MEMBER_BIT_SIZE(member->offset);
		return;
	}
	/* Without the flag (9d5f9f701b18, 5.0) a bit-field is an integer with fewer bits. */
	inner = fb_btf_type(btf, fb_btf_strip(btf, member->type));
	if (fb_btf_kind_of(inner) != FB_TYPE_INT)
		return;
	word = *(const uint32_t *)fb_btf_behind(inner);
	if (BTF_INT_BITS(word) != inner->size_or_type * 8) {
		member_ret->bit_size = BTF_INT_BITS(word);
		member_ret->bit_offset += BTF_INT_OFFSET(word);
	}
}

static bool is_anonymous_composite(const struct fb_btf *btf, const struct fb_btf_member *member)
{
	return !*member->name &&
	       fb_btf_is_composite(fb_btf_kind(btf, fb_btf_strip(btf, member->type)));
}

static void note_nearest(struct search *search, const char *name)
{
	unsigned distance;

	if (!*name || !fb_name_distance(search->name, search->length, name, &distance))
		return;
	if (!search->nearest || distance < search->distance) {
		search->nearest = name;
		search->distance = distance;
	}
}

typedef bool (*visit_fn)(struct search *search, const struct fb_btf_member *member);

static bool visit_equal(struct search *search, const struct fb_btf_member *member)
{
	if (strncmp(member->name, search->name, search->length) || member->name[search->length])
		return false;
	search->found = *member;
	return true;
}

static bool visit_nearest(struct search *search, const struct fb_btf_member *member)
{
	note_nearest(search, member->name);
	return false;
}

/* Whether the name of a member can be the one that is searched: most differ in their first letter, so that nothing else
 * of the member is read. Members without a name may have it in them. */
static bool can_be(const struct search *search, const struct btf_member *member)
{
	const char *name = fb_btf_string(search->btf, member->name_off);

	return !*name || *name == *search->name;
}

/* Until visit says true. Depth is bounded by the check, breadth by the budget. */
static bool walk(struct search *search, uint32_t id, uint64_t bit_offset, visit_fn visit)
{
	const struct btf_member *members = fb_btf_behind(fb_btf_type(search->btf, id));
	uint32_t count = fb_btf_length(search->btf, id);
	struct fb_btf_member member;

	for (uint32_t i = 0; i < count; i++) {
		if (!search->budget)
			return false;
		search->budget--;
		if (visit == visit_equal && !can_be(search, &members[i]))
			continue;
		fb_btf_member(search->btf, id, i, &member);
		member.bit_offset += bit_offset;
		if (is_anonymous_composite(search->btf, &member)) {
			if (walk(search, fb_btf_strip(search->btf, member.type), member.bit_offset,
				 visit))
				return true;
		} else if (visit(search, &member)) {
			return true;
		}
	}
	return false;
}

static struct fb_error *not_found(struct search *search, uint32_t id)
{
	char spelling[128], wanted[128], nearest[128];

	search->budget = FB_MAX_MEMBER_VISITS;
	walk(search, id, 0, visit_nearest);
	fb_btf_spell(search->btf, id, spelling, sizeof(spelling));
	fb_text_escape(search->name, search->length, wanted, sizeof(wanted));
	if (!search->nearest)
		return fb_error_create(FB_NOT_FOUND, "%s has no member '%s'", spelling, wanted);
	fb_text_escape(search->nearest, strlen(search->nearest), nearest, sizeof(nearest));
	return fb_error_create(FB_NOT_FOUND, "%s has no member '%s'; the nearest is '%s'", spelling,
			       wanted, nearest);
}

/* Finds one name of a path in the struct or union id, which is stripped. explain: where there is none, the error
 * shall have the most similar name. */
static struct fb_error *find_name(const struct fb_btf *btf, uint32_t id, const char *name,
				  size_t length, bool explain, struct fb_btf_member *member_ret)
{
	struct search search = {
		.btf = btf,
		.name = name,
		.length = length,
		.budget = FB_MAX_MEMBER_VISITS,
	};
	char spelling[128];

	if (!fb_btf_is_composite(fb_btf_kind(btf, id)))
		return fb_error_create(FB_INVALID, "%s has no members",
				       fb_btf_spell(btf, id, spelling, sizeof(spelling)));
	if (!length)
		return fb_error_create(FB_INVALID, "a member's name is missing");
	if (!walk(&search, id, 0, visit_equal)) {
		if (!search.budget)
			return fb_error_create(FB_LIMIT, "more than %u members to look at",
					       FB_MAX_MEMBER_VISITS);
		return explain ? not_found(&search, id)
			       : fb_error_create(FB_NOT_FOUND, "no such member");
	}
	*member_ret = search.found;
	return NULL;
}

/* "[3]" at *path, which moves behind it: the element replaces the array in member. */
static struct fb_error *enter_array(const struct fb_btf *btf, const char **path,
				    struct fb_btf_member *member)
{
	uint32_t array = fb_btf_strip(btf, member->type);
	uint64_t size = 0, offset;
	struct fb_error *err;
	char spelling[128];
	char *end;
	unsigned long index;

	if ((*path)[1] < '0' || (*path)[1] > '9')
		return fb_error_create(FB_INVALID, "'%s' is no index", *path);
	index = strtoul(*path + 1, &end, 10);
	if (*end != ']' || index > UINT32_MAX)
		return fb_error_create(FB_INVALID, "'%s' is no index", *path);
	fb_btf_spell(btf, array, spelling, sizeof(spelling));
	if (fb_btf_kind(btf, array) != FB_TYPE_ARRAY)
		return fb_error_create(FB_INVALID, "%s is no array", spelling);
	/* An array of 0 or 1 elements may go on behind the end of its struct. */
	if (fb_btf_length(btf, array) > 1 && index >= fb_btf_length(btf, array))
		return fb_error_create(FB_INVALID, "%s has no element %lu", spelling, index);
	member->type = fb_btf_target(btf, array);
	err = fb_btf_sizeof(btf, member->type, &size);
	if (err)
		return err;
	if (__builtin_mul_overflow(size * 8, index, &offset) ||
	    __builtin_add_overflow(member->bit_offset, offset, &member->bit_offset))
		return fb_error_create(FB_INVALID, "%s has no element %lu", spelling, index);
	*path = end + 1;
	return NULL;
}

static struct fb_error *find_path(const struct fb_btf *btf, uint32_t id, const char *path,
				  bool explain, struct fb_btf_member *member_ret)
{
	struct fb_btf_member member = {.type = id};
	uint64_t start = 0;

	for (;;) {
		size_t length = strcspn(path, ".[");
		struct fb_error *err;

		err = find_name(btf, fb_btf_strip(btf, member.type), path, length, explain,
				&member);
		if (err)
			return err;
		member.bit_offset += start;
		path += length;
		while (*path == '[') {
			err = enter_array(btf, &path, &member);
			if (err)
				return err;
		}
		if (!*path)
			break;
		if (*path != '.')
			return fb_error_create(FB_INVALID, "'%s' behind an index", path);
		path++;
		start = member.bit_offset;
	}
	*member_ret = member;
	return NULL;
}

struct fb_error *fb_btf_find_member(const struct fb_btf *btf, uint32_t id, const char *path,
				    struct fb_btf_member *member_ret)
{
	return find_path(btf, id, path, true, member_ret);
}

bool fb_btf_has_member(const struct fb_btf *btf, uint32_t id, const char *path,
		       struct fb_btf_member *member_ret)
{
	struct fb_error *err = find_path(btf, id, path, false, member_ret);
	bool found = !err;

	fb_error_destroy(err);
	return found;
}
