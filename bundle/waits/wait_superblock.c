// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of super blocks (fs/super.c), and names for what lies in them. */
#include "bundle/waits/wait_superblock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

struct list {
	struct fb_wait_finder *finder;
	size_t room;
};

static struct fb_error *add(void *context, uint64_t entry)
{
	struct list *list = context;
	struct fb_wait_finder *finder = list->finder;
	struct fb_error *err;

	err = fb_grow_array(&finder->superblocks, &list->room, finder->superblock_count,
			    sizeof(*finder->superblocks), FB_MAX_SUPERBLOCKS, "file systems");
	if (!err)
		finder->superblocks[finder->superblock_count++] = (struct fb_wait_superblock){
			entry - finder->layout->super_block_list.offset};
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct fb_wait_superblock *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* From the other end of a list that is broken, up to where it is. */
static struct fb_error *walk_back(struct list *list, uint64_t head)
{
	struct fb_wait_finder *finder = list->finder;
	uint64_t at = head;
	struct fb_error *err = NULL;

	while (head && finder->superblock_count < FB_MAX_SUPERBLOCKS) {
		err = fb_space_u64(finder->space, at + 8, &at);
		if (err || at == head || !fb_kernel_address_ok(at))
			break;
		err = add(list, at);
		if (err)
			break;
	}
	if (!err || fb_error_is(err, FB_NOMEM))
		return err;
	fb_error_destroy(err);
	return NULL;
}

static struct fb_error *load(struct fb_wait_finder *finder)
{
	struct list list = {.finder = finder};
	uint64_t head = 0;
	struct fb_error *err;

	if (finder->has_superblocks)
		return NULL;
	finder->has_superblocks = true;
	err = fb_layout_require(&finder->layout->super_block_list);
	if (!err)
		err = fb_kernel_symbol(finder->kernel, "super_blocks", &head);
	if (!err)
		err = fb_kernel_list(finder->kernel, head, FB_MAX_SUPERBLOCKS, add, &list);
	if (err && !fb_error_is(err, FB_NOMEM)) {
		fb_warn_error(fb_kernel_warnings(finder->kernel), err, "mounted file systems");
		err = finder->layout->super_block_list.found ? walk_back(&list, head) : NULL;
	}
	if (!err && finder->superblock_count)
		qsort(finder->superblocks, finder->superblock_count, sizeof(*finder->superblocks),
		      by_address);
	return err;
}

/* The last one at or below the address; 0: none. */
static uint64_t below(const struct fb_wait_finder *finder, uint64_t address)
{
	size_t low = 0, high = finder->superblock_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (finder->superblocks[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? finder->superblocks[low - 1].address : 0;
}

struct fb_error *fb_wait_superblock_at(struct fb_wait_finder *finder, const struct fb_field *member,
				       uint64_t address, uint64_t *superblock_ret)
{
	struct fb_error *err = load(finder);
	uint64_t superblock;

	if (err)
		return err;
	superblock = member->found ? below(finder, address) : 0;
	if (superblock && address - superblock - member->offset >= member->size)
		superblock = 0;
	*superblock_ret = superblock;
	return NULL;
}

struct fb_error *fb_wait_is_superblock(struct fb_wait_finder *finder, uint64_t address,
				       bool *is_ret)
{
	struct fb_error *err = load(finder);

	if (!err)
		*is_ret = address && below(finder, address) == address;
	return err;
}

/* The first mount of the file system, and its root where dentry is 0. */
static struct fb_error *path_of(struct fb_wait_finder *finder, uint64_t superblock, uint64_t dentry,
				struct fb_path *path)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t link, mount;
	struct fb_error *err = fb_layout_require(&layout->super_block_mounts);

	if (!err)
		err = fb_layout_require(&layout->mount_instance);
	if (!err)
		err = fb_layout_require(&layout->mount_mnt);
	if (!err)
		err = fb_space_u64(finder->space, superblock + layout->super_block_mounts.offset,
				   &link);
	if (err)
		return err;
	if (link == superblock + layout->super_block_mounts.offset)
		return fb_error_create(FB_NOT_FOUND, "it is not mounted");
	mount = link - layout->mount_instance.offset;
	path->mount = mount + layout->mount_mnt.offset;
	path->dentry = dentry;
	if (dentry)
		return NULL;
	return fb_kernel_field(finder->kernel, path->mount, &layout->vfsmount_root, &path->dentry);
}

void fb_wait_superblock_name(struct fb_wait_finder *finder, uint64_t superblock, uint64_t dentry,
			     char *to)
{
	char path[FB_PATH_SIZE], type[32] = "?", id[33] = "?";
	char shown[FB_WAIT_PATH], shown_type[28], shown_id[28];
	uint64_t type_address, name;
	struct fb_path at;
	struct fb_error *err = path_of(finder, superblock, dentry, &at);

	if (!err)
		err = fb_path_text(finder->kernel, &at, NULL, path);
	if (err)
		snprintf(path, sizeof(path), "%s", dentry ? "?" : "a file system");
	fb_error_destroy(err);
	err = fb_kernel_field(finder->kernel, superblock, &finder->layout->super_block_type,
			      &type_address);
	if (!err)
		err = fb_kernel_field(finder->kernel, type_address,
				      &finder->layout->file_system_type_name, &name);
	if (!err)
		err = fb_space_string(finder->space, name, type, sizeof(type));
	if (!err)
		err = fb_layout_require(&finder->layout->super_block_id);
	if (!err)
		err = fb_space_string(finder->space,
				      superblock + finder->layout->super_block_id.offset, id,
				      sizeof(id));
	fb_error_destroy(err);
	fb_text_escape(path, strlen(path), shown, sizeof(shown));
	fb_text_escape(type, strlen(type), shown_type, sizeof(shown_type));
	fb_text_escape(id, strlen(id), shown_id, sizeof(shown_id));
	snprintf(to, FB_WAIT_PATH + 64, "%s (%s on %s)", shown, shown_type, shown_id);
}
