// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of made tmpfs: which have memory, in what order, and who maps them; broken lists. */
#include "kernel/files/shmem_files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/tasks/task_table.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"

#define INODE_BYTES 128u
#define SWAPPED 96u /* in the struct that an inode is within */
#define TASKS 3u

struct host {
	struct made_kernel *made;
	uint64_t head, tmpfs;
	struct fb_task list[TASKS];
	struct fb_tasks tasks;
};

static void put_members(struct made_kernel *made)
{
	made_files_members(made);
	MADE_FIELD(made, super_block_inodes, 24, 16);
	MADE_FIELD(made, super_block_list, 48, 16);
	MADE_FIELD(made, inode_sb_list, 32, 16);
	MADE_FIELD(made, inode_mapping, 48, 8);
	MADE_FIELD(made, address_space_count, 0, 8);
	MADE_FIELD(made, address_space_mappings, 16, 16);
	MADE_FIELD(made, address_space_host, 32, 8);
	MADE_FIELD(made, shmem_inode, 8, 64);
	MADE_FIELD(made, shmem_swapped, SWAPPED, 8);
	MADE_FIELD(made, rb_parent, 0, 8);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, rb_left, 16, 8);
	MADE_FIELD(made, vma_shared_rb, 32, 24);
	MADE_FIELD(made, vma_mm, 8, 8);
}

static uint64_t add_file_system(struct host *host, const char *type)
{
	uint64_t root, superblock = made_superblock(host->made, type, 1, &root);

	made_list_init(host->made, superblock + 24);
	made_list_add(host->made, host->head, superblock + 48);
	return superblock;
}

/* A file with so many pages in memory and in swap. Gives its inode. */
static uint64_t add_file(struct host *host, uint64_t superblock, uint64_t pages, uint64_t swapped)
{
	struct made_kernel *made = host->made;
	uint64_t inode = made_alloc(made, INODE_BYTES) + 8, mapping = made_alloc(made, 64);

	MADE_SET(made, inode, inode_mapping, mapping);
	MADE_SET(made, mapping, address_space_count, pages);
	MADE_SET(made, mapping, address_space_host, inode);
	made_put(made, inode - 8 + SWAPPED, swapped, 8);
	made_list_add(made, superblock + 24, inode + 32);
	return inode;
}

static void build(struct host *host)
{
	static const char *const names[] = {"super_blocks", NULL};
	struct made_kernel *made = made_kernel_create();

	*host = (struct host){.made = made};
	put_members(made);
	host->head = made_alloc(made, 16);
	made_list_init(made, host->head);
	made_symbols(made, names, &host->head);
	host->tmpfs = add_file_system(host, "tmpfs");
	for (unsigned i = 0; i < TASKS; i++)
		host->list[i] = (struct fb_task){
			.pid = (int32_t)(30 - i), .tid = (int32_t)(30 - i), .mm = 0x7000 + 8 * i};
	host->tasks.tasks = host->list;
	host->tasks.count = TASKS;
}

static void end(struct host *host)
{
	made_kernel_destroy(host->made);
}

static void the_largest_comes_first(void)
{
	struct host host;
	struct fb_shmem_files files;
	uint64_t small, large, swapped, other;

	build(&host);
	small = add_file(&host, host.tmpfs, 2, 0);
	add_file(&host, host.tmpfs, 0, 0);
	other = add_file_system(&host, "tmpfs");
	large = add_file(&host, other, 9, 1);
	swapped = add_file(&host, other, 0, 3);
	add_file(&host, add_file_system(&host, "ext4"), 50, 0);
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 3);
	CU_ASSERT(files.complete);
	CU_ASSERT_EQUAL(files.files[0].inode, large);
	CU_ASSERT_EQUAL(files.files[0].bytes, 9 * 4096);
	CU_ASSERT(files.files[0].swapped_known && files.files[0].swapped == 4096);
	CU_ASSERT_EQUAL(files.files[0].superblock, other);
	CU_ASSERT_EQUAL(files.files[1].inode, swapped);
	CU_ASSERT_EQUAL(files.files[2].inode, small);
	CU_ASSERT_EQUAL(files.files[2].superblock, host.tmpfs);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	fb_shmem_files_deinit(&files);
	/* Without the type of the larger struct nothing is known of swap. */
	host.made->kernel.layout.shmem_inode.found = false;
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 2);
	CU_ASSERT_FALSE(files.files[0].swapped_known);
	fb_shmem_files_deinit(&files);
	end(&host);
}

/* In kernels such as 5.10 the file of a block device in /dev has the device's pages for its own. */
static void pages_of_a_device_are_none(void)
{
	struct host host;
	struct fb_shmem_files files;
	uint64_t device, mapping = 0;

	build(&host);
	device = add_file(&host, host.tmpfs, 80, 0);
	add_file(&host, host.tmpfs, 3, 0);
	memcpy(&mapping, made_at(host.made, device + 48), 8);
	MADE_SET(host.made, mapping, address_space_host, device + 512);
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 1);
	CU_ASSERT_EQUAL(files.files[0].bytes, 3 * 4096);
	CU_ASSERT(files.complete);
	fb_shmem_files_deinit(&files);
	end(&host);
}

/* The operations of its super_block tell what a file system is, whatever its name; without them only the name does. */
static void a_root_of_shmem_counts(void)
{
	static const char *const names[] = {"shmem_ops", "super_blocks", NULL};
	struct host host;
	struct fb_shmem_files files;
	uint64_t root, file;

	build(&host);
	MADE_FIELD(host.made, super_block_ops, 40, 8);
	root = add_file_system(&host, "rootfs");
	file = add_file(&host, root, 7, 0);
	add_file(&host, host.tmpfs, 3, 0);
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 1);
	CU_ASSERT_EQUAL(files.files[0].superblock, host.tmpfs);
	fb_shmem_files_deinit(&files);
	made_symbols(host.made, names, (const uint64_t[]){0x5000, host.head});
	MADE_SET(host.made, root, super_block_ops, 0x5000);
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_EQUAL_FATAL(files.count, 1);
	CU_ASSERT_EQUAL(files.files[0].inode, file);
	fb_shmem_files_deinit(&files);
	end(&host);
}

static void a_broken_list_is_told(void)
{
	struct host host;
	struct fb_shmem_files files;
	uint64_t first;

	build(&host);
	first = add_file(&host, host.tmpfs, 2, 0);
	add_file(&host, host.tmpfs, 3, 0);
	made_put(host.made, first + 32, 8, 8);
	FB_OK_FATAL(fb_shmem_files_load(&host.made->kernel, &files));
	CU_ASSERT_FALSE(files.complete);
	CU_ASSERT_EQUAL(files.count, 2); /* from the list's other end */
	CU_ASSERT(fb_warnings_count(host.made->warnings) > 0);
	fb_shmem_files_deinit(&files);
	end(&host);
}

/* Mappings of the file by these tasks, as a tree whose root is the first. */
static void map_by(struct host *host, uint64_t inode, unsigned first, unsigned left, unsigned right)
{
	const unsigned tasks[] = {first, left, right};
	struct made_kernel *made = host->made;
	uint64_t mapping = 0, nodes[3];

	memcpy(&mapping, made_at(made, inode + 48), 8);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t vma = made_alloc(made, 64);

		MADE_SET(made, vma, vma_mm, 0x7000 + 8ull * tasks[i]);
		nodes[i] = vma + 32;
		MADE_SET(made, nodes[i], rb_parent, (i ? nodes[0] : 0) | 1);
	}
	MADE_SET(made, nodes[0], rb_left, nodes[1]);
	MADE_SET(made, nodes[0], rb_right, nodes[2]);
	made_put(made, mapping + 16, nodes[0], 8);
}

static struct fb_error *spell(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	struct host *host = context;
	struct fb_shmem_files files = {0};
	struct fb_shmem_users *users = NULL;
	struct fb_error *err = fb_shmem_files_load(&host->made->kernel, &files);

	*incomplete_ret = !err && !files.complete;
	if (!err)
		err = fb_shmem_users_create(&host->made->kernel, &host->tasks, NULL, &users);
	for (size_t i = 0; i < files.count && !err; i++) {
		struct fb_shmem_user *list = NULL;
		size_t count = 0;

		err = fb_shmem_users_of(users, &files.files[i], &list, &count);
		if (!err)
			err = fb_buf_printf(text, "%" PRIu64 ":", files.files[i].bytes / 4096);
		if (!err && !files.files[i].swapped_known)
			*incomplete_ret = true;
		for (size_t k = 0; k < count && !err; k++)
			err = fb_buf_printf(text, " %d(%u,%u)", list[k].task->pid,
					    list[k].descriptors, list[k].mappings);
		if (!err)
			err = fb_buf_printf(text, "\n");
		free(list);
	}
	fb_shmem_users_destroy(users);
	fb_shmem_files_deinit(&files);
	return err;
}

static void tells_who_maps_it(void)
{
	struct host host;
	struct fb_buf text;
	bool incomplete;

	build(&host);
	map_by(&host, add_file(&host, host.tmpfs, 4, 0), 0, 2, 0);
	add_file(&host, host.tmpfs, 3, 0);
	map_by(&host, add_file(&host, host.tmpfs, 2, 0), 1, 7, 7); /* 7: no known process */
	fb_buf_init(&text, 4096);
	FB_OK_FATAL(spell(&host, &text, &incomplete));
	FB_OK_FATAL(fb_buf_append(&text, "", 1));
	CU_ASSERT_STRING_EQUAL((const char *)text.data, "4: 28(0,1) 30(0,2)\n3:\n2: 29(0,1)\n");
	CU_ASSERT_FALSE(incomplete);
	fb_buf_deinit(&text);
	CU_ASSERT(absent_made_must_tell(host.made, spell, &host) > 20);
	end(&host);
}

FB_TEST_MAIN("kernel/shmem_files", FB_TEST(the_largest_comes_first),
	     FB_TEST(pages_of_a_device_are_none), FB_TEST(a_root_of_shmem_counts),
	     FB_TEST(a_broken_list_is_told), FB_TEST(tells_who_maps_it))
