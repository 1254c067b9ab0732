// SPDX-License-Identifier: GPL-2.0-or-later
/* What a lock of a made kernel protects: told by the object that it is a member of. */
#include "bundle/waits/locks/wait_lock_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define INODE_RWSEM 40u
#define MMAP_LOCK 96u

struct world {
	struct made_waits waits;
	struct made_kernel *made;
	uint64_t superblock, inode;
	struct fb_wait_object object;
};

static void begin(struct world *w)
{
	uint64_t head, dentry;

	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	w->object = (struct fb_wait_object){0};
	head = made_superblocks_begin(&w->waits);
	w->superblock = made_superblocks_add(&w->waits, head, "ext4", "loop1", "in");
	MADE_FIELD(w->made, inode_rwsem, INODE_RWSEM, 16);
	MADE_FIELD(w->made, inode_dentries, 32, 8);
	MADE_FIELD(w->made, dentry_alias, 56, 8);
	MADE_FIELD(w->made, mm_mmap_lock, MMAP_LOCK, 40);
	dentry = made_superblocks_dentry(&w->waits, w->superblock, "d");
	memcpy(&w->inode, made_at(w->made, dentry + w->made->kernel.layout.dentry_inode.offset), 8);
	MADE_SET(w->made, w->inode, inode_dentries, dentry + 56);
}

static void end(struct world *w)
{
	free(w->object.name);
	free(w->object.detail);
	made_waits_end(&w->waits);
}

/* name, with the lock's address where it has "%": "%" alone is a lock without a name. */
static void check(struct world *w, const char *kind, uint64_t lock, const char *name)
{
	char expected[128];

	FB_OK_FATAL(fb_wait_lock_name(&w->waits.finder, kind, lock, &w->object));
	if (!strcmp(name, "%")) {
		snprintf(expected, sizeof(expected), "0x%" PRIx64, lock);
		CU_ASSERT_STRING_EQUAL(w->object.name, expected);
		CU_ASSERT_PTR_NULL(w->object.detail);
		return;
	}
	CU_ASSERT_STRING_EQUAL(w->object.name, name);
	snprintf(expected, sizeof(expected), "lock 0x%" PRIx64, lock);
	CU_ASSERT_STRING_EQUAL(w->object.detail, expected);
}

static void names_the_lock_of_an_inode(void)
{
	struct world w;

	begin(&w);
	check(&w, "rwsem", w.inode + INODE_RWSEM, "i_rwsem:/in/d (ext4 on loop1)");
	end(&w);
	/* One without a name that is known. */
	begin(&w);
	MADE_SET(w.made, w.inode, inode_dentries, 0);
	check(&w, "rwsem", w.inode + INODE_RWSEM, "i_rwsem of inode 77 in /in (ext4 on loop1)");
	end(&w);
	begin(&w);
	w.made->kernel.layout.inode_dentries.found = false;
	check(&w, "rwsem", w.inode + INODE_RWSEM, "i_rwsem of inode 77 in /in (ext4 on loop1)");
	end(&w);
	/* Its dentry is not in the dump. */
	begin(&w);
	MADE_SET(w.made, w.inode, inode_dentries, 0xffff800000001038ull);
	check(&w, "rwsem", w.inode + INODE_RWSEM, "i_rwsem:? (ext4 on loop1)");
	end(&w);
}

/* A word before the lock that is no super block's address, a number that cannot be read, another sort of
 * lock, a kernel without the member. */
static void believes_no_other_memory_to_be_an_inode(void)
{
	struct world w;

	begin(&w);
	MADE_SET(w.made, w.inode, inode_sb, w.superblock + 8);
	check(&w, "rwsem", w.inode + INODE_RWSEM, "%");
	end(&w);
	begin(&w);
	MADE_SET(w.made, w.inode, inode_sb, 0);
	check(&w, "rwsem", w.inode + INODE_RWSEM, "%");
	end(&w);
	begin(&w);
	w.made->kernel.layout.inode_number.found = false;
	check(&w, "rwsem", w.inode + INODE_RWSEM, "%");
	end(&w);
	begin(&w);
	w.made->kernel.layout.inode_rwsem.found = false;
	check(&w, "rwsem", w.inode + INODE_RWSEM, "%");
	end(&w);
	begin(&w);
	check(&w, "kernel-mutex", w.inode + INODE_RWSEM, "%");
	end(&w);
}

static void names_the_locks_of_a_super_block(void)
{
	struct world w;

	begin(&w);
	check(&w, "rwsem", w.superblock + MADE_SUPER_UMOUNT, "s_umount:/in (ext4 on loop1)");
	end(&w);
	begin(&w);
	check(&w, "kernel-mutex", w.superblock + MADE_SUPER_RENAME,
	      "s_vfs_rename_mutex:/in (ext4 on loop1)");
	end(&w);
	/* Each is what it is only as a lock of its sort. */
	begin(&w);
	check(&w, "kernel-mutex", w.superblock + MADE_SUPER_UMOUNT, "%");
	end(&w);
	begin(&w);
	check(&w, "rwsem", w.superblock + MADE_SUPER_RENAME, "%");
	end(&w);
	/* Outside of both. */
	begin(&w);
	check(&w, "rwsem", w.superblock + MADE_SUPER_UMOUNT + 40, "%");
	end(&w);
	begin(&w);
	check(&w, "rwsem", w.superblock + MADE_SUPER_UMOUNT - 8, "%");
	end(&w);
}

/* Of several processes that share it the first. */
static void names_the_lock_of_an_address_space(void)
{
	for (int kind = 0; kind < 3; kind++) {
		struct world w;
		uint64_t mm;

		begin(&w);
		mm = made_alloc(w.made, 256);
		made_waits_task(&w.waits, 10, 10, "other")->mm = made_alloc(w.made, 256);
		made_waits_task(&w.waits, 17, 18, "thread")->mm = mm;
		made_waits_task(&w.waits, 30, 30, "later")->mm = mm;
		w.made->kernel.layout.mm_mmap_lock.found = kind != 2;
		if (kind)
			check(&w, kind == 1 ? "kernel-mutex" : "rwsem", mm + MMAP_LOCK, "%");
		else
			check(&w, "rwsem", mm + MMAP_LOCK, "mmap_lock of PID 17");
		end(&w);
	}
}

/* A lock of the kernel's own data goes by its symbol, whatever else it may look like. */
static void names_a_lock_by_its_symbol(void)
{
	for (unsigned offset = 0; offset <= 4; offset += 4) {
		char name[64];
		struct world w;
		uint64_t lock;

		begin(&w);
		made_waits_modules(&w.waits);
		lock = w.inode + INODE_RWSEM;
		made_waits_symbol(&w.waits, "rtnl\x01mutex", lock - offset);
		snprintf(name, sizeof(name), "rtnl\\x01mutex%s (0x%" PRIx64 ")",
			 offset ? "+0x4" : "", lock);
		check(&w, "rwsem", lock, name);
		end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_lock_name", FB_TEST(names_the_lock_of_an_inode),
	     FB_TEST(believes_no_other_memory_to_be_an_inode),
	     FB_TEST(names_the_locks_of_a_super_block), FB_TEST(names_the_lock_of_an_address_space),
	     FB_TEST(names_a_lock_by_its_symbol))
