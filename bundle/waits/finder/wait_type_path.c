// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the type of a slab cache's objects, and the members at an offset of a type. Called by wait_surroundings.c and
 * recognisers. */
#include "bundle/waits/finder/wait_type_path.h"

#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_types.h"
#include "kernel/memory/slab_object.h"

/* Structs in structs that are looked into: locks of inodes are two deep. */
#define DEEPEST 6u
#define PATH_SIZE 160u

/* Caches whose names tell their type by no rule. */
static const struct {
	const char *cache, *type;
} named[] = {
	{"filp", "file"},
	{"sock_inode_cache", "sockfs_inode"}, /* 7.x: a socket_alloc with extended attributes */
	{"sock_inode_cache", "socket_alloc"},
	{"bdev_cache", "bdev_inode"},
	{"eventpoll_epi", "epitem"},
	{"TCP", "tcp_sock"},
	{"TCPv6", "tcp6_sock"},
	{"UDP", "udp_sock"},
	{"UNIX", "unix_sock"},
	{"UNIX-STREAM", "unix_sock"},
};

/* How caches are named after types: what the cache's name ends with, and the type's instead. */
static const struct {
	const char *of_cache, *of_type;
} rules[] = {
	{"", ""},
	{"", "_struct"},
	{"_cache", "_struct"},
	{"_cache", ""},
	{"_inode_cache", "_inode_info"},
	{"_inode_cache", "_inode"},
	{"_inode", "_inode_info"},
	{"_cachep", ""},
};

static bool derive(const char *cache, const char *of_cache, const char *of_type, char *to,
		   size_t size)
{
	size_t length = strlen(cache), end = strlen(of_cache);

	if (length <= end || strcmp(cache + length - end, of_cache) != 0)
		return false;
	return snprintf(to, size, "%.*s%s", (int)(length - end), cache, of_type) < (int)size;
}

/* The struct of that name, if it fits into the objects. */
static struct fb_error *try_type(struct fb_wait_finder *finder, const char *name,
				 uint32_t object_size, struct fb_wait_type *type)
{
	uint64_t size;
	struct fb_error *err = fb_wait_struct(finder, name, &type->types, &type->id);

	if (!err)
		err = fb_btf_sizeof(type->types, type->id, &size);
	if (!err && (size > object_size || size * 2 < object_size))
		err = fb_error_create(FB_NOT_FOUND, "struct %s has another size", name);
	if (!err)
		type->name = fb_btf_name(type->types, type->id);
	return err;
}

struct fb_error *fb_wait_type_of_cache(struct fb_wait_finder *finder, const char *cache,
				       uint32_t object_size, struct fb_wait_type *type_ret)
{
	struct fb_wait_type type;
	char name[FB_SLAB_NAME + 16];

	for (size_t i = 0; i < FB_ARRAY_SIZE(named) + FB_ARRAY_SIZE(rules); i++) {
		size_t rule = i - FB_ARRAY_SIZE(named);
		struct fb_error *err;

		if (i < FB_ARRAY_SIZE(named)) {
			if (strcmp(cache, named[i].cache) != 0)
				continue;
			snprintf(name, sizeof(name), "%s", named[i].type);
		} else if (!derive(cache, rules[rule].of_cache, rules[rule].of_type, name,
				   sizeof(name))) {
			continue;
		}
		err = try_type(finder, name, object_size, &type);
		if (!err) {
			*type_ret = type;
			return NULL;
		}
		if (fb_error_is_fatal(err))
			return err;
		fb_error_destroy(err);
	}
	return fb_error_create(FB_NOT_FOUND, "the type of slab cache %.64s's objects is not known",
			       cache);
}

static bool is_queue_or_lock(const char *name)
{
	static const char *const names[] = {"wait_queue_head", "swait_queue_head", "completion",
					    "mutex",           "rw_semaphore",     "semaphore"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool has_members(const struct fb_btf *types, uint32_t id)
{
	return fb_btf_kind(types, id) == FB_TYPE_STRUCT || fb_btf_kind(types, id) == FB_TYPE_UNION;
}

/* The member that the byte at *offset is in, which then counts from the member. */
static struct fb_error *member_around(const struct fb_btf *types, uint32_t id, uint64_t *offset,
				      struct fb_btf_member *member, bool *found_ret)
{
	for (uint32_t i = 0; i < fb_btf_length(types, id); i++) {
		uint64_t size = 0;
		struct fb_error *err;

		fb_btf_member(types, id, i, member);
		if (member->bit_size || *offset < member->bit_offset / 8)
			continue;
		err = fb_part_skip(fb_btf_sizeof(types, member->type, &size));
		if (err)
			return err;
		if (*offset - member->bit_offset / 8 >= size)
			continue;
		*offset -= member->bit_offset / 8;
		*found_ret = true;
		return NULL;
	}
	*found_ret = false;
	return NULL;
}

struct fb_error *fb_wait_type_path(const struct fb_wait_type *type, uint64_t offset, char *to,
				   size_t size, bool *is_queue_ret)
{
	char path[PATH_SIZE] = "";
	uint32_t id = type->id;
	size_t used = 0;

	for (unsigned depth = 0; depth < DEEPEST && used < sizeof(path); depth++) {
		struct fb_btf_member member;
		struct fb_error *err;
		bool found;

		if (!has_members(type->types, id) ||
		    (depth && is_queue_or_lock(fb_btf_name(type->types, id))))
			break;
		err = member_around(type->types, id, &offset, &member, &found);
		if (err)
			return err;
		if (!found)
			break;
		if (*member.name)
			used += (size_t)snprintf(path + used, sizeof(path) - used, "%s%s",
						 used ? "." : "", member.name);
		id = fb_btf_strip(type->types, member.type);
	}
	fb_text_escape(path, strlen(path), to, size);
	*is_queue_ret =
		has_members(type->types, id) && is_queue_or_lock(fb_btf_name(type->types, id));
	return NULL;
}

struct walk {
	const struct fb_btf *types;
	struct fb_error *(*visit)(void *context, const char *path, uint64_t offset, bool is_mutex);
	void *context;
};

static struct fb_error *visit_member(const struct walk *walk, uint32_t id, uint64_t offset,
				     const char *path, unsigned depth);

/* NOLINTNEXTLINE(misc-no-recursion): bounded by DEEPEST */
static struct fb_error *visit_members(const struct walk *walk, uint32_t id, uint64_t offset,
				      const char *path, unsigned depth)
{
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < fb_btf_length(walk->types, id) && !err; i++) {
		struct fb_btf_member member;
		char inner[PATH_SIZE];

		fb_btf_member(walk->types, id, i, &member);
		snprintf(inner, sizeof(inner), "%s%s%s", path, *path && *member.name ? "." : "",
			 member.name);
		if (!member.bit_size)
			err = visit_member(walk, fb_btf_strip(walk->types, member.type),
					   offset + member.bit_offset / 8, inner, depth + 1);
	}
	return err;
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by DEEPEST */
static struct fb_error *visit_member(const struct walk *walk, uint32_t id, uint64_t offset,
				     const char *path, unsigned depth)
{
	const char *name = fb_btf_name(walk->types, id);
	char shown[4 * PATH_SIZE];

	if (depth > DEEPEST || fb_btf_kind(walk->types, id) != FB_TYPE_STRUCT)
		return NULL;
	if (strcmp(name, "mutex") != 0 && strcmp(name, "rw_semaphore") != 0)
		return visit_members(walk, id, offset, path, depth);
	fb_text_escape(path, strlen(path), shown, sizeof(shown));
	return walk->visit(walk->context, shown, offset, !strcmp(name, "mutex"));
}

struct fb_error *fb_wait_type_locks(const struct fb_wait_type *type,
				    struct fb_error *(*visit)(void *context, const char *path,
							      uint64_t offset, bool is_mutex),
				    void *context)
{
	const struct walk walk = {type->types, visit, context};

	return visit_members(&walk, type->id, 0, "", 0);
}
