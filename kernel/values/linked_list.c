// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks linked lists of every kind that the kernel has. A list is bounded by the links that were seen: none is followed
 * twice. Called by the command list.
 */
#include "kernel/values/linked_list.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/u64_map.h"

/* In all these structs the pointer to the next link is the first word, and what leads back, prev or pprev, the
 * second. */
#define NEXT 0u
#define BACK 1u

struct state {
	const struct fb_list_walk *walk;
	struct fb_u64_map seen; /* links */
	uint64_t first;     /* the link where the walk began; for a list_head it ends there too */
	uint64_t differing; /* links whose other direction leads elsewhere */
};

const char *fb_link_kind_name(enum fb_link_kind kind)
{
	static const char *const names[] = {
		[FB_LINK_LIST_HEAD] = "list_head",
		[FB_LINK_HLIST] = "hlist",
		[FB_LINK_HLIST_NULLS] = "hlist_nulls",
		[FB_LINK_HLIST_BL] = "hlist_bl",
		[FB_LINK_LLIST] = "llist",
		[FB_LINK_POINTER] = "pointer",
	};

	return names[kind];
}

/* Whether a pointer leads to a struct of the type that has it: the same id, or a declaration of that name. */
static bool points_to_own(const struct fb_btf *types, uint32_t pointer, uint32_t type)
{
	uint32_t target = fb_btf_strip(types, fb_btf_target(types, pointer));
	uint32_t own = fb_btf_strip(types, type);
	const char *name = fb_btf_name(types, own);

	return target == own || (name && *name && fb_btf_kind(types, target) != FB_TYPE_INT &&
				 !strcmp(fb_btf_name(types, target), name));
}

struct fb_error *fb_linked_list_find(const struct fb_btf *types, uint32_t type, const char *member,
				     struct fb_linked_list *list_ret)
{
	static const struct {
		const char *name;
		enum fb_link_kind kind;
	} links[] = {
		{"struct list_head", FB_LINK_LIST_HEAD},
		{"struct hlist_node", FB_LINK_HLIST},
		{"struct hlist_nulls_node", FB_LINK_HLIST_NULLS},
		{"struct hlist_bl_node", FB_LINK_HLIST_BL},
		{"struct llist_node", FB_LINK_LLIST},
		{"struct callback_head", FB_LINK_LLIST},
	};
	struct fb_linked_list list;
	struct fb_btf_member found;
	char spelling[128];
	uint32_t stripped;
	struct fb_error *err = fb_btf_find_member(types, type, member, &found);

	if (err)
		return err;
	list.offset = found.bit_offset / 8;
	stripped = fb_btf_strip(types, found.type);
	fb_btf_spell(types, stripped, spelling, sizeof(spelling));
	for (size_t i = 0; i < FB_ARRAY_SIZE(links); i++) {
		if (strcmp(spelling, links[i].name) != 0)
			continue;
		list.kind = links[i].kind;
		*list_ret = list;
		return NULL;
	}
	if (fb_btf_kind(types, stripped) != FB_TYPE_POINTER ||
	    !points_to_own(types, stripped, type))
		return fb_error_create(
			FB_INVALID,
			"%s is a %s, which links no objects: a list goes by a list_head, "
			"an hlist_node, an llist_node, a callback_head, or a pointer to the "
			"same type",
			member, spelling);
	list.kind = FB_LINK_POINTER;
	*list_ret = list;
	return NULL;
}

/* What a pointer says, as the address of a link; 0: the list ends. */
static uint64_t link_of(const struct state *state, uint64_t pointer)
{
	const struct fb_linked_list *list = &state->walk->list;

	switch (list->kind) {
	case FB_LINK_HLIST_NULLS:
		return pointer & 1 ? 0 : pointer;
	case FB_LINK_HLIST_BL:
		return pointer & ~UINT64_C(1);
	case FB_LINK_POINTER:
		return pointer ? pointer + list->offset : 0;
	default:
		return pointer;
	}
}

static bool has_back(enum fb_link_kind kind)
{
	return kind == FB_LINK_LIST_HEAD || kind == FB_LINK_HLIST || kind == FB_LINK_HLIST_NULLS ||
	       kind == FB_LINK_HLIST_BL;
}

/* Only the first link whose other direction leads elsewhere is told of: one that was torn spoils many. */
static struct fb_error *compare_back(struct state *state, uint64_t link, uint64_t back,
				     uint64_t from)
{
	const struct fb_list_walk *walk = state->walk;

	if (!has_back(walk->list.kind) || back == from || state->differing++)
		return NULL;
	return walk->broken(walk->context,
			    fb_error_create(FB_CORRUPT,
					    "object 0x%" PRIx64 " was reached from 0x%" PRIx64
					    ", but its link back leads to 0x%" PRIx64,
					    link - walk->list.offset, from, back));
}

/* Checks the way from one link to the next, and reads that. *seen_ret: the walk was there already. */
static struct fb_error *enter(struct state *state, uint64_t from, uint64_t link,
			      uint64_t words_ret[2], bool *seen_ret)
{
	const struct fb_list_walk *walk = state->walk;
	size_t count = has_back(walk->list.kind) ? 2 : 1;
	bool fresh = false;
	struct fb_error *err;

	if (!fb_kernel_address_ok(link) || link % sizeof(link))
		return fb_error_create(FB_CORRUPT,
				       "the link at 0x%" PRIx64 " leads to 0x%" PRIx64
				       ", which is no address of a link",
				       from, link);
	err = fb_u64_set_add(&state->seen, link, FB_MAX_LIST_OBJECTS, "objects in a list", &fresh);
	*seen_ret = !fresh;
	if (err || !fresh)
		return err;
	err = fb_space_read(fb_kernel_space(walk->kernel), link, words_ret,
			    count * sizeof(uint64_t));
	return fb_error_prefix(err, "the link at 0x%" PRIx64 " leads to 0x%" PRIx64, from, link);
}

/* Goes on in one direction from the link `from`, whose pointer is given, up to the list's end. */
static struct fb_error *go(struct state *state, uint64_t from, uint64_t pointer, unsigned direction,
			   bool turned, bool *whole_ret)
{
	const struct fb_list_walk *walk = state->walk;
	const bool ring = walk->list.kind == FB_LINK_LIST_HEAD;
	uint64_t words[2] = {0}, link;
	bool seen = false;
	struct fb_error *err = NULL;

	*whole_ret = false;
	while (!err) {
		link = link_of(state, pointer);
		if (ring ? link == state->first : !link) {
			*whole_ret = true;
			return NULL;
		}
		err = enter(state, from, link, words, &seen);
		if (!err && seen && turned)
			return NULL; /* the whole rest is known */
		if (!err && seen)
			err = fb_error_create(FB_CORRUPT,
					      "the list is a loop: 0x%" PRIx64
					      " leads back to 0x%" PRIx64,
					      from, link);
		if (err)
			return fb_error_is_fatal(err) || fb_error_is(err, FB_LIMIT)
				       ? err
				       : walk->broken(walk->context, err);
		err = compare_back(state, link, words[!direction], from);
		if (!err)
			err = walk->object(walk->context, link - walk->list.offset);
		pointer = words[direction];
		from = link;
	}
	return err;
}

struct fb_error *fb_linked_list_walk(const struct fb_list_walk *walk, bool *whole_ret)
{
	struct state state = {.walk = walk};
	bool ring = walk->list.kind == FB_LINK_LIST_HEAD, fresh, rest;
	unsigned direction = walk->backwards && ring ? BACK : NEXT;
	uint64_t words[2] = {0};
	struct fb_error *err;

	state.first = walk->start + (walk->from_head ? 0 : walk->list.offset);
	/* The head of a list that is no circle is one pointer. */
	err = fb_space_read(fb_kernel_space(walk->kernel), state.first, words,
			    ring ? sizeof(words) : sizeof(words[0]));
	if (!err)
		err = fb_u64_set_add(&state.seen, state.first, FB_MAX_LIST_OBJECTS,
				     "objects in a list", &fresh);
	if (!err && !walk->from_head)
		err = walk->object(walk->context, walk->start);
	/* A pointer in a head leads to an object, as one in an object does. */
	if (!err)
		err = go(&state, state.first, words[direction], direction, false, whole_ret);
	if (!err && ring && !*whole_ret)
		err = go(&state, state.first, words[!direction], !direction, true, &rest);
	fb_u64_map_deinit(&state.seen);
	return err;
}
