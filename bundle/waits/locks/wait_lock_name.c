// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names a lock of the kernel by the structure that it is embedded in. Called by wait_kernel_lock.c.
 */
#include "bundle/waits/locks/wait_lock_name.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "base/u64_map.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_memory.h"

/* Names the lock of an inode. The lock is taken to be one where the inode around it has an i_sb
 * that is a super block, and a number that can be read. */
static struct fb_error *name_inode(struct fb_wait_finder *finder, uint64_t lock,
				   struct fb_wait_object *object)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t inode = lock - layout->inode_rwsem.offset, superblock = 0, number = 0, alias = 0;
	char name[FB_WAIT_PATH + 64];
	bool is = false;
	struct fb_error *err;

	if (!layout->inode_rwsem.found)
		return NULL;
	err = fb_kernel_field(finder->kernel, inode, &layout->inode_sb, &superblock);
	if (!err)
		err = fb_kernel_field(finder->kernel, inode, &layout->inode_number, &number);
	if (err)
		return fb_part_skip(err);
	err = fb_wait_is_superblock(finder, superblock, &is);
	if (err || !is)
		return err;
	err = fb_part_skip(fb_kernel_field(finder->kernel, inode, &layout->inode_dentries, &alias));
	if (err)
		return err;
	if (alias && layout->dentry_alias.found)
		alias -= layout->dentry_alias.offset;
	err = fb_wait_superblock_name(finder, superblock, alias, name);
	if (err)
		return err;
	return alias ? fb_wait_text(&object->name, "i_rwsem:%s", name)
		     : fb_wait_text(&object->name, "i_rwsem of inode %" PRIu64 " in %s", number,
				    name);
}

/* Names a lock that is this member of a super block. */
static struct fb_error *name_superblock(struct fb_wait_finder *finder,
					const struct fb_field *member, const char *called,
					uint64_t lock, struct fb_wait_object *object)
{
	char name[FB_WAIT_PATH + 64];
	uint64_t superblock = 0;
	struct fb_error *err = fb_wait_superblock_at(finder, member, lock, &superblock);

	if (err || !superblock)
		return err;
	err = fb_wait_superblock_name(finder, superblock, 0, name);
	return err ? err : fb_wait_text(&object->name, "%s:%s", called, name);
}

/* The first task that has each mm_struct, in the order of the table of tasks. */
struct mm_users {
	struct fb_u64_map by_mm; /* to indexes of tasks */
	bool loaded;
};

static void deinit_mm_users(void *state)
{
	fb_u64_map_deinit(&((struct mm_users *)state)->by_mm);
}

static const struct fb_wait_state MM_USERS = {sizeof(struct mm_users), deinit_mm_users};

static struct fb_error *load_mm_users(struct fb_wait_finder *finder, struct mm_users **users_ret)
{
	struct mm_users *users;
	struct fb_error *err = fb_wait_state(finder, &MM_USERS, &users);

	for (size_t i = 0; !err && !users->loaded && i < fb_tasks_count(finder->tasks); i++)
		if (fb_tasks_get(finder->tasks, i)->mm)
			err = fb_u64_map_add(&users->by_mm, fb_tasks_get(finder->tasks, i)->mm, i,
					     FB_MAX_TASKS, "address spaces", NULL);
	if (err)
		return err;
	users->loaded = true;
	*users_ret = users;
	return NULL;
}

/* mmap_lock of the address space of some process. */
static struct fb_error *name_mm(struct fb_wait_finder *finder, uint64_t lock,
				struct fb_wait_object *object)
{
	uint64_t mm = lock - finder->layout->mm_mmap_lock.offset;
	struct mm_users *users;
	const uint64_t *index;
	struct fb_error *err;

	if (!finder->layout->mm_mmap_lock.found)
		return NULL;
	err = load_mm_users(finder, &users);
	if (err)
		return err;
	index = fb_u64_map_find(&users->by_mm, mm);
	return index ? fb_wait_text(&object->name, "mmap_lock of PID %d",
				    fb_tasks_get(finder->tasks, *index)->pid)
		     : NULL;
}

static struct fb_error *name_symbol(struct fb_wait_finder *finder, uint64_t lock,
				    struct fb_wait_object *object)
{
	struct fb_symbol symbol;
	char name[256];

	if (!finder->modules || !fb_modules_symbol_by_address(finder->modules, lock, &symbol))
		return NULL;
	fb_text_escape(symbol.name, strlen(symbol.name), name, sizeof(name));
	if (lock == symbol.address)
		return fb_wait_text(&object->name, "%s (0x%" PRIx64 ")", name, lock);
	return fb_wait_text(&object->name, "%s+0x%" PRIx64 " (0x%" PRIx64 ")", name,
			    (lock - symbol.address), lock);
}

struct fb_error *fb_wait_lock_name(struct fb_wait_finder *finder, const char *kind, uint64_t lock,
				   struct fb_wait_object *object)
{
	struct fb_error *err = name_symbol(finder, lock, object);

	if (!err && !object->name && !strcmp(kind, "rwsem"))
		err = name_inode(finder, lock, object);
	if (!err && !object->name && !strcmp(kind, "rwsem"))
		err = name_superblock(finder, &finder->layout->super_block_umount, "s_umount", lock,
				      object);
	if (!err && !object->name && !strcmp(kind, "kernel-mutex"))
		err = name_superblock(finder, &finder->layout->super_block_rename,
				      "s_vfs_rename_mutex", lock, object);
	if (!err && !object->name && !strcmp(kind, "rwsem"))
		err = name_mm(finder, lock, object);
	if (err)
		return err;
	if (!object->name)
		return fb_wait_text(&object->name, "0x%" PRIx64, lock);
	return fb_wait_append(&object->detail, "lock 0x%" PRIx64, lock);
}
