// SPDX-License-Identifier: GPL-2.0-or-later
/* The super blocks of a made kernel: found by address, by what is in them, in order; and their names. */
#include "bundle/waits/files/wait_superblock.h"

#include <string.h>

#include "bundle/waits/finder/wait_memory.h"
#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define COUNT 5

struct world {
	struct made_waits waits;
	struct fb_wait_finder *finder;
	uint64_t head;
	uint64_t superblocks[COUNT]; /* by address; 2 is nowhere mounted */
};

static void begin(struct world *w)
{
	static const char *const types[COUNT] = {"ext4", "nfs", "nfs4", "xfs", "tmpfs"};
	static const char *const names[COUNT] = {"a", "b\033", NULL, "d", "e"};

	made_waits_begin(&w->waits);
	w->finder = &w->waits.finder;
	w->head = made_superblocks_begin(&w->waits);
	for (int i = 0; i < COUNT; i++)
		w->superblocks[i] =
			made_superblocks_add(&w->waits, w->head, types[i], "vd\033a", names[i]);
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
}

static void finds_the_one_around_an_address(void)
{
	const struct fb_field *member;
	struct world w;
	uint64_t found;

	begin(&w);
	member = &w.finder->layout->super_block_umount;
	for (int i = 0; i < COUNT; i++) {
		uint64_t start = w.superblocks[i] + member->offset;
		const struct {
			uint64_t address, found;
		} cases[] = {{start, w.superblocks[i]},
			     {start + member->size - 1, w.superblocks[i]},
			     {start + member->size, 0},
			     {start - 1, 0},
			     {w.superblocks[i], 0}};

		for (size_t k = 0; k < FB_ARRAY_SIZE(cases); k++) {
			found = 99;
			FB_OK(fb_wait_superblock_at(w.finder, member, cases[k].address, &found));
			CU_ASSERT_EQUAL(found, cases[k].found);
		}
	}
	FB_OK(fb_wait_superblock_at(w.finder, member, w.superblocks[0] - 8, &found));
	CU_ASSERT_EQUAL(found, 0);
	w.waits.made->kernel.layout.super_block_umount.found = false;
	FB_OK(fb_wait_superblock_at(w.finder, member, w.superblocks[0] + member->offset, &found));
	CU_ASSERT_EQUAL(found, 0);
	end(&w);
}

static void knows_a_super_block_by_its_address(void)
{
	struct world w;
	bool is;

	begin(&w);
	for (int i = 0; i < COUNT; i++)
		for (int off = -8; off <= 8; off += 8) {
			is = off != 0;
			FB_OK(fb_wait_is_superblock(w.finder, w.superblocks[i] + (uint64_t)off,
						    &is));
			CU_ASSERT_EQUAL(is, off == 0);
		}
	FB_OK(fb_wait_is_superblock(w.finder, 0, &is));
	CU_ASSERT_FALSE(is);
	end(&w);
	/* Nor is 0 one where there are none. */
	made_waits_begin(&w.waits);
	FB_OK(fb_wait_is_superblock(&w.waits.finder, 0, &is));
	CU_ASSERT_FALSE(is);
	FB_OK(fb_wait_is_superblock(&w.waits.finder, 8, &is));
	CU_ASSERT_FALSE(is);
	made_waits_end(&w.waits);
}

static void gives_all_in_order(void)
{
	struct world w;
	uint64_t found = 0;

	begin(&w);
	for (size_t i = 0; i < COUNT; i++) {
		FB_OK(fb_wait_superblock_get(w.finder, i, &found));
		CU_ASSERT_EQUAL(found, w.superblocks[i]);
	}
	FB_FAILS(fb_wait_superblock_get(w.finder, COUNT, &found), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(fb_warnings_count(w.waits.made->warnings), 0);
	end(&w);
}

/* A link that leads nowhere: what is behind it is found from the end; each is there once. */
static void reads_a_broken_list_from_both_ends(void)
{
	static const struct {
		int broken;   /* whose next link is */
		int back;     /* whose previous link is; -1: none */
		size_t count; /* that are found */
	} cases[] = {{1, -1, COUNT}, {0, 3, 3}, {4, -1, COUNT}, {COUNT, -1, COUNT}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct world w;
		uint64_t found, last = 0;
		size_t count = 0;

		begin(&w);
		made_put(w.waits.made,
			 cases[i].broken == COUNT ? w.head : w.superblocks[cases[i].broken] + 16,
			 0x1230, 8);
		if (cases[i].back >= 0)
			made_put(w.waits.made, w.superblocks[cases[i].back] + 16 + 8,
				 MADE_BASE + (1ull << 30), 8);
		for (size_t k = 0; k < 2 * COUNT; k++) {
			struct fb_error *err = fb_wait_superblock_get(w.finder, k, &found);

			if (err) {
				fb_error_destroy(err);
				break;
			}
			count += found != last;
			last = found;
		}
		CU_ASSERT(count >= cases[i].count);
		CU_ASSERT_EQUAL(fb_warnings_count(w.waits.made->warnings), 1);
		end(&w);
	}
}

/* One that a broken list does not lead to is believed where its root leads back to it. */
static void believes_a_root_where_the_list_is_broken(void)
{
	for (int broken = 0; broken < 2; broken++) {
		struct world w;
		uint64_t head, root, superblock;
		bool is = false;

		begin(&w);
		/* In no list; its root at first is another's. */
		superblock = made_alloc(w.waits.made, 448);
		root = made_dentry(w.waits.made, w.superblocks[0], 0, "/", 2, 0040755);
		MADE_SET(w.waits.made, superblock, super_block_root, root);
		head = w.waits.addresses[0];
		if (broken)
			made_put(w.waits.made, head, 0x1230, 8);
		FB_OK(fb_wait_is_superblock(w.finder, superblock, &is));
		CU_ASSERT_FALSE(is);
		FB_OK(fb_wait_is_superblock(w.finder, 0, &is));
		CU_ASSERT_FALSE(is);
		FB_OK(fb_wait_is_superblock(w.finder, 0x1230, &is));
		CU_ASSERT_FALSE(is);
		MADE_SET(w.waits.made, root, dentry_sb, superblock);
		FB_OK(fb_wait_is_superblock(w.finder, superblock, &is));
		CU_ASSERT_EQUAL(is, broken);
		end(&w);
	}
}

/* And so it is found around an address in one of its members, each of the semaphores of an array by itself. */
static void finds_one_that_is_in_no_list(void)
{
	const struct fb_layout *layout;
	struct world w;
	uint64_t superblock, root, found;

	begin(&w);
	layout = w.finder->layout;
	w.waits.made->kernel.layout.percpu_rwsem.size = MADE_PERCPU_BYTES;
	superblock = made_alloc(w.waits.made, 448);
	root = made_dentry(w.waits.made, superblock, 0, "/", 2, 0040755);
	MADE_SET(w.waits.made, superblock, super_block_root, root);
	made_put(w.waits.made, w.waits.addresses[0], 0x1230, 8);
	for (uint64_t i = 0; i < 4; i++) {
		FB_OK(fb_wait_superblock_at(w.finder, &layout->super_block_writers,
					    superblock + layout->super_block_writers.offset +
						    i * MADE_PERCPU_BYTES,
					    &found));
		CU_ASSERT_EQUAL(found, i < 3 ? superblock : 0);
	}
	FB_OK(fb_wait_superblock_at(w.finder, &layout->super_block_umount,
				    superblock + layout->super_block_umount.offset, &found));
	CU_ASSERT_EQUAL(found, superblock);
	for (uint64_t off = 8; off < 40; off += 8) {
		FB_OK(fb_wait_superblock_at(w.finder, &layout->super_block_umount,
					    superblock + layout->super_block_umount.offset + off,
					    &found));
		CU_ASSERT_EQUAL(found, 0);
	}
	end(&w);
}

static bool is_type(struct fb_wait_finder *finder, uint64_t superblock, const char *begins)
{
	bool is = true;

	FB_OK(fb_wait_superblock_is_type(finder, superblock, begins, &is));
	return is;
}

static void knows_types_by_how_they_begin(void)
{
	struct world w;

	begin(&w);
	CU_ASSERT(is_type(w.finder, w.superblocks[1], "nfs"));
	CU_ASSERT(is_type(w.finder, w.superblocks[2], "nfs"));
	CU_ASSERT_FALSE(is_type(w.finder, w.superblocks[1], "nfs4"));
	CU_ASSERT_FALSE(is_type(w.finder, w.superblocks[3], "nfs"));
	CU_ASSERT_FALSE(is_type(w.finder, 0xffff800000001000ull, ""));
	end(&w);
}

static void names_file_systems(void)
{
	char name[FB_WAIT_PATH + 64];
	struct world w;
	uint64_t dentry;

	begin(&w);
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "/a (ext4 on vd\\x1ba)");
	dentry = made_superblocks_dentry(&w.waits, w.superblocks[1], "x");
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[1], dentry, name));
	CU_ASSERT_STRING_EQUAL(name, "/b\\x1b/x (nfs on vd\\x1ba)");
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[2], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "a file system (nfs4 on vd\\x1ba)");
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[2], dentry, name));
	CU_ASSERT_STRING_EQUAL(name, "? (nfs4 on vd\\x1ba)");
	w.waits.made->kernel.layout.super_block_id.found = false;
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "/a (ext4 on ?)");
	w.waits.made->kernel.layout.super_block_type.found = false;
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "/a (? on ?)");
	w.waits.made->kernel.layout.mount_instance.found = false;
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "a file system (? on ?)");
	/* There may be a pointer to the first mount in place of a list. */
	MADE_FIELD(w.waits.made, mount_next_of_super, 200, 8);
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "/a (? on ?)");
	made_put(w.waits.made, w.superblocks[0] + w.finder->layout->super_block_mounts.offset, 0,
		 8);
	FB_OK(fb_wait_superblock_name(w.finder, w.superblocks[0], 0, name));
	CU_ASSERT_STRING_EQUAL(name, "a file system (? on ?)");
	end(&w);
}

FB_TEST_MAIN("bundle/wait_superblock", FB_TEST(finds_the_one_around_an_address),
	     FB_TEST(knows_a_super_block_by_its_address), FB_TEST(gives_all_in_order),
	     FB_TEST(reads_a_broken_list_from_both_ends),
	     FB_TEST(believes_a_root_where_the_list_is_broken),
	     FB_TEST(finds_one_that_is_in_no_list), FB_TEST(knows_types_by_how_they_begin),
	     FB_TEST(names_file_systems))
