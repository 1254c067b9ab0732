// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the super blocks (fs/super.c) and names file systems and what lies in them. Called by the
 * recognisers of locks and of waits for devices.
 */
#include "bundle/waits/files/wait_superblock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_memory.h"

#define TYPE 32u /* of a file system's name that is read */

/* The addresses of all super blocks. */
struct superblocks {
	uint64_t *addresses; /* owned; ascending */
	size_t count, room;
	bool loaded;
	bool broken; /* the list: there may be others */
};

static void deinit(void *state)
{
	struct superblocks *superblocks = state;

	free(superblocks->addresses);
}

static const struct fb_wait_state SUPERBLOCKS = {sizeof(struct superblocks), deinit};

struct list {
	struct fb_wait_finder *finder;
	struct superblocks *superblocks;
};

static struct fb_error *add(void *context, uint64_t entry)
{
	struct list *list = context;
	struct superblocks *to = list->superblocks;
	struct fb_error *err;

	err = fb_grow_array(&to->addresses, &to->room, to->count, sizeof(*to->addresses),
			    FB_MAX_SUPERBLOCKS, "file systems");
	if (!err)
		to->addresses[to->count++] = entry - list->finder->layout->super_block_list.offset;
	return err;
}

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Walks a broken list from its other end up to where it is broken. */
static struct fb_error *walk_back(struct list *list, uint64_t head)
{
	uint64_t at = head;
	struct fb_error *err = NULL;

	while (head && list->superblocks->count < FB_MAX_SUPERBLOCKS) {
		err = fb_space_u64(list->finder->space, at + 8, &at);
		if (err || at == head || !fb_kernel_address_ok(at))
			break;
		err = add(list, at);
		if (err)
			break;
	}
	return fb_part_skip(err);
}

static struct fb_error *load(struct fb_wait_finder *finder, struct superblocks **superblocks_ret)
{
	struct superblocks *superblocks;
	struct list list = {.finder = finder};
	uint64_t head = 0;
	struct fb_error *err = fb_wait_state(finder, &SUPERBLOCKS, &superblocks);

	if (err)
		return err;
	*superblocks_ret = list.superblocks = superblocks;
	if (superblocks->loaded)
		return NULL;
	superblocks->loaded = true;
	err = fb_layout_require(&finder->layout->super_block_list);
	if (!err)
		err = fb_kernel_symbol(finder->kernel, "super_blocks", &head);
	if (!err)
		err = fb_kernel_list(finder->kernel, head, FB_MAX_SUPERBLOCKS, add, &list);
	if (err && !fb_error_is_fatal(err)) {
		fb_warn_error(fb_kernel_warnings(finder->kernel), err, "mounted file systems");
		superblocks->broken = true;
		err = finder->layout->super_block_list.found ? walk_back(&list, head) : NULL;
	}
	if (!err && superblocks->count)
		qsort(superblocks->addresses, superblocks->count, sizeof(*superblocks->addresses),
		      by_address);
	return err;
}

/* The last one at or below the address; 0: none. */
static uint64_t below(const struct superblocks *superblocks, uint64_t address)
{
	size_t above =
		FB_LOWER_BOUND(at, superblocks->count, superblocks->addresses[at] <= address);

	return above ? superblocks->addresses[above - 1] : 0;
}

/* Whether what may be a super block has a root whose dentry leads back to it. */
static struct fb_error *has_root(struct fb_wait_finder *finder, uint64_t address, bool *has_ret)
{
	uint64_t root = 0, back = 0;
	struct fb_error *err = NULL;

	if (fb_kernel_address_ok(address))
		err = fb_kernel_field(finder->kernel, address, &finder->layout->super_block_root,
				      &root);
	if (!err && fb_kernel_address_ok(root))
		err = fb_kernel_field(finder->kernel, root, &finder->layout->dentry_sb, &back);
	*has_ret = !err && back && back == address;
	return fb_part_skip(err);
}

/* The super block that the address lies in by its member, which may be an array of semaphores, where no list
 * leads to it; 0: there is none. */
static struct fb_error *find_unlisted(struct fb_wait_finder *finder, const struct fb_field *member,
				      uint64_t address, uint64_t *superblock_ret)
{
	uint32_t step = member == &finder->layout->super_block_writers
				? finder->layout->percpu_rwsem.size
				: 0;
	bool has = false;
	struct fb_error *err = NULL;

	*superblock_ret = 0;
	for (uint32_t at = 0; !err && !has && at < member->size; at += step ? step : member->size) {
		err = has_root(finder, address - member->offset - at, &has);
		if (has)
			*superblock_ret = address - member->offset - at;
	}
	return err;
}

struct fb_error *fb_wait_superblock_at(struct fb_wait_finder *finder, const struct fb_field *member,
				       uint64_t address, uint64_t *superblock_ret)
{
	struct superblocks *superblocks;
	struct fb_error *err = load(finder, &superblocks);
	uint64_t superblock;

	if (err)
		return err;
	superblock = member->found ? below(superblocks, address) : 0;
	if (superblock && address - superblock - member->offset >= member->size)
		superblock = 0;
	if (!superblock && superblocks->broken && member->found)
		return find_unlisted(finder, member, address, superblock_ret);
	*superblock_ret = superblock;
	return NULL;
}

struct fb_error *fb_wait_is_superblock(struct fb_wait_finder *finder, uint64_t address,
				       bool *is_ret)
{
	struct superblocks *superblocks;
	struct fb_error *err = load(finder, &superblocks);

	if (err)
		return err;
	*is_ret = address && below(superblocks, address) == address;
	return *is_ret || !superblocks->broken ? NULL : has_root(finder, address, is_ret);
}

struct fb_error *fb_wait_superblock_get(struct fb_wait_finder *finder, size_t index,
					uint64_t *superblock_ret)
{
	struct superblocks *superblocks;
	struct fb_error *err = load(finder, &superblocks);

	if (!err && index >= superblocks->count)
		err = fb_error_create(FB_NOT_FOUND, "no more file systems");
	if (!err)
		*superblock_ret = superblocks->addresses[index];
	return err;
}

/* The name of its type. */
static struct fb_error *read_type(struct fb_wait_finder *finder, uint64_t superblock, char *to,
				  size_t size)
{
	uint64_t address, name;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, superblock, &finder->layout->super_block_type,
			      &address);
	if (!err)
		err = fb_kernel_field(finder->kernel, address,
				      &finder->layout->file_system_type_name, &name);
	return err ? err : fb_space_string(finder->space, name, to, size);
}

struct fb_error *fb_wait_superblock_is_type(struct fb_wait_finder *finder, uint64_t superblock,
					    const char *begins, bool *is_ret)
{
	char type[TYPE] = "";
	struct fb_error *err = read_type(finder, superblock, type, sizeof(type));

	*is_ret = !err && !strncmp(type, begins, strlen(begins));
	return fb_part_skip(err);
}

/* The address of the first struct mount of the file system. FB_NOT_FOUND where it is not mounted. */
static struct fb_error *first_mount(struct fb_wait_finder *finder, uint64_t superblock,
				    uint64_t *mount_ret)
{
	const struct fb_layout *layout = finder->layout;
	bool is_list = !layout->mount_next_of_super.found;
	uint64_t link;
	struct fb_error *err = fb_layout_require(&layout->super_block_mounts);

	if (!err && is_list)
		err = fb_layout_require(&layout->mount_instance);
	if (!err)
		err = fb_space_u64(finder->space, superblock + layout->super_block_mounts.offset,
				   &link);
	if (err)
		return err;
	if (!link || link == superblock + layout->super_block_mounts.offset)
		return fb_error_create(FB_NOT_FOUND, "it is not mounted");
	*mount_ret = is_list ? link - layout->mount_instance.offset : link;
	return NULL;
}

/* The first mount of the file system, and its root where dentry is 0. */
static struct fb_error *path_of(struct fb_wait_finder *finder, uint64_t superblock, uint64_t dentry,
				struct fb_path *path)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t mount;
	struct fb_error *err = fb_layout_require(&layout->mount_mnt);

	if (!err)
		err = first_mount(finder, superblock, &mount);
	if (err)
		return err;
	path->mount = mount + layout->mount_mnt.offset;
	path->dentry = dentry;
	if (dentry)
		return NULL;
	return fb_kernel_field(finder->kernel, path->mount, &layout->vfsmount_root, &path->dentry);
}

/* The name of its device. */
static struct fb_error *read_id(struct fb_wait_finder *finder, uint64_t superblock, char *to,
				size_t size)
{
	const struct fb_field *id = &finder->layout->super_block_id;
	struct fb_error *err = fb_layout_require(id);

	return err ? err : fb_space_string(finder->space, superblock + id->offset, to, size);
}

struct fb_error *fb_wait_superblock_name(struct fb_wait_finder *finder, uint64_t superblock,
					 uint64_t dentry, char *to)
{
	char path[FB_PATH_SIZE], type[TYPE] = "?", id[33] = "?";
	char shown[FB_WAIT_PATH], shown_type[28], shown_id[28];
	struct fb_path at;
	struct fb_error *err = path_of(finder, superblock, dentry, &at);

	if (!err)
		err = fb_path_text(finder->kernel, &at, NULL, path);
	if (err)
		snprintf(path, sizeof(path), "%s", dentry ? "?" : "a file system");
	err = fb_part_skip(err);
	if (!err)
		err = fb_part_skip(read_type(finder, superblock, type, sizeof(type)));
	if (!err)
		err = fb_part_skip(read_id(finder, superblock, id, sizeof(id)));
	if (err)
		return err;
	fb_text_escape(path, strlen(path), shown, sizeof(shown));
	fb_text_escape(type, strlen(type), shown_type, sizeof(shown_type));
	fb_text_escape(id, strlen(id), shown_id, sizeof(shown_id));
	snprintf(to, FB_WAIT_PATH + 64, "%s (%s on %s)", shown, shown_type, shown_id);
	return NULL;
}
