// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait for a page: for its lock, or until it is written. */
#include <string.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"

#define EVIDENCE "the waiter's structure on its kernel stack"
#define NOBODY "the device has the request: no thread is known to work on it"
#define UNKNOWN "a page does not record who locked it"
#define WRITEBACK 15u

/* A thread below a function of this kind, on a bit of a page, marks[0], of inode 77 of a file system on a
 * device, marks[1]. */
static struct fb_blocked at_page(struct made_waits *w, const char *kind, uint64_t bit)
{
	struct fb_task *task = made_waits_task(w, 90, 90, "reader");
	uint64_t page = made_alloc(w->made, 64), mapping = made_alloc(w->made, 64);
	uint64_t inode = made_alloc(w->made, 64), entry = made_waits_frame(task);
	uint64_t head = made_superblocks_begin(w), superblock;

	made_devices_members(w);
	MADE_FIELD(w->made, wait_page_page, 0, 8);
	MADE_FIELD(w->made, wait_page_bit, 8, 4);
	MADE_FIELD(w->made, wait_page_wait, 16, 40);
	w->made->kernel.layout.wait_page_queue.size = 56;
	MADE_FIELD(w->made, page_mapping, 24, 8);
	MADE_FIELD(w->made, address_space_host, 0, 8);
	superblock = made_superblocks_add(w, head, "ext4", "vda1", "mnt");
	w->marks[0] = page;
	w->marks[1] = made_device(w, "vda", 0);
	w->marks[2] = superblock;
	w->marks[3] = mapping;
	MADE_SET(w->made, superblock, super_block_bdev, w->marks[1]);
	MADE_SET(w->made, page, page_mapping, mapping);
	MADE_SET(w->made, mapping, address_space_host, inode);
	MADE_SET(w->made, inode, inode_number, 77);
	MADE_SET(w->made, inode, inode_sb, superblock);
	MADE_SET(w->made, entry, wait_page_page, page);
	MADE_SET(w->made, entry, wait_page_bit, bit);
	MADE_SET(w->made, entry + 16, wait_entry_private, task->address);
	made_list_init(w->made, page + 48);
	made_list_add(w->made, page + 48, entry + 16 + 24);
	return made_waits_blocked(w, task, kind);
}

static struct fb_blocked for_its_lock(struct made_waits *w)
{
	return at_page(w, "page-lock", 0);
}

static struct fb_blocked by_its_bit(struct made_waits *w)
{
	return at_page(w, "page-wait", 0);
}

/* Whatever the function is called: the bit decides. */
static struct fb_blocked of_another_function(struct made_waits *w)
{
	return at_page(w, "page-writeback", 0);
}

/* Where the kernel has PG_locked elsewhere. */
static struct fb_blocked of_another_kernel(struct made_waits *w)
{
	static const struct fb_btf_value flags[] = {{"PG_writeback", 0}, {"PG_locked", 1}};
	struct made_types *types = made_waits_types(w);
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_enum(&types->builder, "pageflags", 4, false, flags, 2, &id));
	made_types_give(types, w->made);
	return at_page(w, "page-wait", 1);
}

static struct fb_blocked anonymous(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-lock", 0);

	MADE_SET(w->made, w->marks[0], page_mapping, w->marks[3] | 1);
	return blocked;
}

static struct fb_blocked of_no_file(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-lock", 0);

	MADE_SET(w->made, w->marks[0], page_mapping, 0);
	return blocked;
}

static struct fb_blocked of_no_inode(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-lock", 0);

	MADE_SET(w->made, w->marks[3], address_space_host, 0);
	return blocked;
}

static struct fb_blocked of_no_device(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-lock", 0);

	MADE_SET(w->made, w->marks[2], super_block_bdev, 0);
	return blocked;
}

#define NAMED "page {0} of inode 77 in /mnt (ext4 on vda1)"

static void tells_which_page_is_locked(void)
{
#define LOCKED(bit)                                                                             \
	{                                                                                       \
		.kind = "page-lock", .object = "page {0} " bit, .name = NAMED,                  \
		.detail = "on /dev/vda", .need = UNKNOWN, .flags = "sure", .evidence = EVIDENCE \
	}
#define UNNAMED                                                                    \
	{                                                                          \
		.kind = "page-lock", .object = "page {0} 0x0", .name = "page {0}", \
		.need = UNKNOWN, .flags = "sure", .evidence = EVIDENCE             \
	}
	static const struct made_scene scenes[] = {
		{for_its_lock, fb_wait_page, LOCKED("0x0")},
		{by_its_bit, fb_wait_page, LOCKED("0x0")},
		{of_another_function, fb_wait_page, LOCKED("0x0")},
		{of_another_kernel, fb_wait_page, LOCKED("0x1")},
		{anonymous, fb_wait_page, UNNAMED},
		{of_no_file, fb_wait_page, UNNAMED},
		{of_no_inode, fb_wait_page, UNNAMED},
		{of_no_device,
		 fb_wait_page,
		 {.kind = "page-lock",
		  .object = "page {0} 0x0",
		  .name = NAMED,
		  .need = UNKNOWN,
		  .flags = "sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static struct fb_blocked until_written(struct made_waits *w)
{
	return at_page(w, "page-writeback", WRITEBACK);
}

static struct fb_blocked until_written_by_its_bit(struct made_waits *w)
{
	return at_page(w, "page-wait", WRITEBACK);
}

static struct fb_blocked until_written_somewhere(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-wait", WRITEBACK);

	MADE_SET(w->made, w->marks[2], super_block_bdev, 0);
	return blocked;
}

/* Through NFS: its server, which the transport marks[1] leads to, writes it. */
static struct fb_blocked until_written_by_a_server(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);
	uint64_t server = made_alloc(w->made, 64), client = made_alloc(w->made, 64), system;
	struct fb_blocked blocked;

	made_struct(types, "super_block", 448, MADE_MEMBERS_OF({"s_fs_info", types->word, 384}));
	made_struct(types, "nfs_server", 64, MADE_MEMBERS_OF({"client", types->word, 8}));
	made_struct(types, "rpc_clnt", 64, MADE_MEMBERS_OF({"cl_xprt", types->word, 16}));
	made_struct(types, "rpc_xprt", 64,
		    MADE_MEMBERS_OF({"servername", types->word, 8}, {"state", types->word, 16}));
	made_types_give(types, w->made);
	blocked = at_page(w, "page-writeback", WRITEBACK);
	memcpy(&system, made_at(w->made, w->marks[2] + 8), 8);
	MADE_SET(w->made, system, file_system_type_name, made_string(w->made, "nfs4"));
	w->marks[1] = made_alloc(w->made, 64);
	made_put(w->made, w->marks[2] + 384, server, 8);
	made_put(w->made, server + 8, client, 8);
	made_put(w->made, client + 16, w->marks[1], 8);
	made_put(w->made, w->marks[1] + 8, made_string(w->made, "fil\033er"), 8);
	made_put(w->made, w->marks[1] + 16, 2, 8);
	return blocked;
}

static void tells_what_writes_a_page(void)
{
#define WRITTEN                                                                           \
	{                                                                                 \
		.kind = "page-writeback", .object = "device {1} 0x0", .name = "/dev/vda", \
		.need = NOBODY, .flags = "sure", .wait = NAMED, .evidence = EVIDENCE      \
	}
	static const struct made_scene scenes[] = {
		{until_written, fb_wait_page, WRITTEN},
		{until_written_by_its_bit, fb_wait_page, WRITTEN},
		{until_written_somewhere,
		 fb_wait_page,
		 {.kind = "page-writeback",
		  .object = "page {0} 0xf",
		  .name = NAMED,
		  .need = UNKNOWN,
		  .flags = "sure",
		  .evidence = EVIDENCE}},
		{until_written_by_a_server,
		 fb_wait_page,
		 {.kind = "page-writeback",
		  .object = "nfs server {1} 0x0",
		  .name = "NFS server fil\\x1ber of /mnt",
		  .detail = "its transport is connected",
		  .need = "the server has to answer: it is not among what this dump tells of",
		  .flags = "others sure",
		  .wait = "page {0} of inode 77 in /mnt (nfs4 on vda1)",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static struct fb_blocked until_read(struct made_waits *w)
{
	return at_page(w, "page-read", 0);
}

static struct fb_blocked until_read_somewhere(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-read", 0);

	MADE_SET(w->made, w->marks[2], super_block_bdev, 0);
	return blocked;
}

/* Of the device vda itself, whose inode is in one struct with it, in the file system bdev. */
static struct fb_blocked until_read_of_a_device(struct made_waits *w)
{
	struct fb_blocked blocked = at_page(w, "page-read", 0);
	uint64_t inode = made_alloc(w->made, 256), system, disk;

	MADE_FIELD(w->made, bdev_inode_inode, 16, 64);
	MADE_FIELD(w->made, bdev_inode_bdev, 144, 64);
	memcpy(&system, made_at(w->made, w->marks[2] + 8), 8);
	MADE_SET(w->made, system, file_system_type_name, made_string(w->made, "bdev"));
	MADE_SET(w->made, w->marks[2], super_block_bdev, 0);
	memcpy(&disk, made_at(w->made, w->marks[1] + 8), 8);
	w->marks[1] = inode + 128;
	MADE_SET(w->made, w->marks[1], bdev_disk, disk);
	MADE_SET(w->made, w->marks[3], address_space_host, inode);
	MADE_SET(w->made, inode, inode_number, 5);
	MADE_SET(w->made, inode, inode_sb, w->marks[2]);
	return blocked;
}

static void tells_what_reads_a_page(void)
{
#define READ(text)                                                                   \
	{                                                                            \
		.kind = "page-read", .object = "device {1} 0x0", .name = "/dev/vda", \
		.need = NOBODY, .flags = "sure", .wait = text, .evidence = EVIDENCE  \
	}
	static const struct made_scene scenes[] = {
		{until_read, fb_wait_page, READ(NAMED)},
		{until_read_of_a_device, fb_wait_page, READ("page {0} of the device itself")},
		{until_read_somewhere,
		 fb_wait_page,
		 {.kind = "page-read",
		  .object = "page {0} 0x0",
		  .name = NAMED,
		  .need = UNKNOWN,
		  .flags = "sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* Pages of one device, and several waits for one page, are one object each, described once. */
static void waits_for_a_page_are_one_object(void)
{
	for (uint64_t bit = 0; bit <= WRITEBACK; bit += WRITEBACK) {
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		blocked = at_page(&w, "page-wait", bit);
		FB_OK_FATAL(fb_wait_page(&w.finder, &blocked));
		FB_OK_FATAL(fb_wait_page(&w.finder, &blocked));
		CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
		CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
		if (bit) {
			CU_ASSERT_PTR_NULL(w.finder.graph.objects[0].detail);
		} else {
			CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail, "on /dev/vda");
		}
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_page", FB_TEST(tells_which_page_is_locked),
	     FB_TEST(tells_what_writes_a_page), FB_TEST(tells_what_reads_a_page),
	     FB_TEST(waits_for_a_page_are_one_object))
