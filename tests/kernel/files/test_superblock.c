// SPDX-License-Identifier: GPL-2.0-or-later
/* Made super_blocks: type, options and state; and made lists of inodes to be written. */
#include "kernel/files/superblock.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"

#define ERRSEQ_SEEN 0x1000u

static void members(struct made_kernel *made)
{
	made_files_members(made);
	MADE_FIELD(made, super_block_flags, 16, 8);
	MADE_FIELD(made, super_block_frozen, 24, 4);
	MADE_FIELD(made, super_block_subtype, 32, 8);
	MADE_FIELD(made, super_block_write_error, 40, 4);
}

static void reads_type_device_and_state(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_superblock superblock;
	uint64_t root, address;

	members(made);
	address = made_superblock(made, "fuse", 5u << 20 | 77, &root);
	MADE_SET(made, address, super_block_subtype, made_string(made, "bindfs"));
	MADE_SET(made, address, super_block_flags, 0x11);
	MADE_SET(made, address, super_block_frozen, 3);
	MADE_SET(made, address, super_block_write_error, 0xabc000 | ERRSEQ_SEEN | 28);
	FB_OK_FATAL(fb_superblock_read(&made->kernel, address, &superblock));
	CU_ASSERT_EQUAL(superblock.address, address);
	CU_ASSERT_STRING_EQUAL(superblock.type, "fuse.bindfs");
	CU_ASSERT_EQUAL(superblock.major, 5);
	CU_ASSERT_EQUAL(superblock.minor, 77);
	CU_ASSERT_EQUAL(superblock.flags, 0x11);
	CU_ASSERT_EQUAL(superblock.freeze, 3);
	CU_ASSERT_EQUAL(superblock.write_error, 28);
	made_kernel_destroy(made);
}

static void older_kernels_keep_no_errors(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_superblock superblock;
	uint64_t root, address;

	members(made);
	made->kernel.layout.super_block_write_error.found = false;
	address = made_superblock(made, "ext4", 1, &root);
	FB_OK_FATAL(fb_superblock_read(&made->kernel, address, &superblock));
	CU_ASSERT_STRING_EQUAL(superblock.type, "ext4");
	CU_ASSERT_EQUAL(superblock.write_error, 0);
	CU_ASSERT_EQUAL(superblock.major, 0);
	CU_ASSERT_EQUAL(superblock.minor, 1);
	/* Nor a subtype, where this is not known. */
	MADE_SET(made, address, super_block_subtype, made_string(made, "sub"));
	made->kernel.layout.super_block_subtype.found = false;
	FB_OK_FATAL(fb_superblock_read(&made->kernel, address, &superblock));
	CU_ASSERT_STRING_EQUAL(superblock.type, "ext4");
	made_kernel_destroy(made);
}

static void says_what_cannot_be_read(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_superblock superblock = {.major = 9};
	uint64_t root, address;

	members(made);
	FB_FAILS_WITH(fb_superblock_read(&made->kernel, 64, &superblock), FB_CORRUPT, "0x40");
	address = made_superblock(made, "ext4", 1, &root);
	MADE_SET(made, address, super_block_type, 8);
	FB_FAILS_WITH(fb_superblock_read(&made->kernel, address, &superblock), FB_CORRUPT,
		      "super_block_type is 0x8");
	CU_ASSERT_EQUAL(superblock.major, 9);
	made_kernel_destroy(made);
}

static void names_options_and_states(void)
{
	static const struct {
		uint64_t flag;
		const char *text;
	} each[] = {{0x1, "ro"},          {0x10, "rw,sync"},          {0x40, "rw,mand"},
		    {0x80, "rw,dirsync"}, {0x2000000, "rw,lazytime"}, {~0x20000d1ull, "rw"}};
	static const char *const states[] = {"not frozen",
					     "being frozen: writers",
					     "being frozen: page faults",
					     "being frozen: the file system",
					     "frozen",
					     "damaged"};
	struct fb_superblock superblock = {0};
	char text[64];

	for (size_t i = 0; i < FB_ARRAY_SIZE(each); i++) {
		superblock.flags = each[i].flag;
		fb_superblock_options(&superblock, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, each[i].text);
	}
	for (uint64_t i = 0; i < FB_ARRAY_SIZE(states); i++)
		CU_ASSERT_STRING_EQUAL(fb_superblock_freeze_name(i), states[i]);
	superblock.flags = 0;

	fb_superblock_options(&superblock, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "rw");
	superblock.flags = 0x1 | 0x10 | 0x40 | 0x80 | 1u << 25 | 0x2;
	fb_superblock_options(&superblock, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "ro,sync,dirsync,mand,lazytime");
	fb_superblock_options(&superblock, text, 6);
	CU_ASSERT_STRING_EQUAL(text, "ro,sy");
}

/* Two devices; the first has two writers, as with control groups. */
struct devices {
	struct made_kernel *made;
	uint64_t list, device[2], writeback[3];
};

static const char *const names[] = {"bdi_list", NULL};

static uint64_t add_writeback(struct devices *devices, uint64_t device)
{
	struct made_kernel *made = devices->made;
	uint64_t writeback = made_alloc_pages(made, 4096);

	made_list_add(made, device + 16, writeback);
	made_list_init(made, writeback + 16);
	made_list_init(made, writeback + 32);
	made_list_init(made, writeback + 48);
	return writeback;
}

static void add_inode(struct devices *devices, uint64_t head, uint64_t superblock)
{
	uint64_t inode = made_alloc(devices->made, 64);

	MADE_SET(devices->made, inode, inode_sb, superblock);
	made_list_add(devices->made, head, inode + 40);
}

static void build(struct devices *devices)
{
	struct made_kernel *made = made_kernel_create();

	*devices = (struct devices){.made = made};
	members(made);
	MADE_FIELD(made, bdi_list, 0, 16);
	MADE_FIELD(made, bdi_wb_list, 16, 16);
	MADE_FIELD(made, wb_bdi_node, 0, 16);
	MADE_FIELD(made, wb_dirty, 16, 16);
	MADE_FIELD(made, wb_io, 32, 16);
	MADE_FIELD(made, wb_more_io, 48, 16);
	MADE_FIELD(made, inode_io_list, 40, 16);
	devices->list = made_alloc(made, 64);
	made_symbols(made, names, &devices->list);
	made_list_init(made, devices->list);
	for (unsigned i = 0; i < 2; i++) {
		devices->device[i] = made_alloc_pages(made, 4096);
		made_list_add(made, devices->list, devices->device[i]);
		made_list_init(made, devices->device[i] + 16);
		devices->writeback[i] = add_writeback(devices, devices->device[i]);
	}
	devices->writeback[2] = add_writeback(devices, devices->device[0]);
	add_inode(devices, devices->writeback[0] + 16, 0x1000);
	add_inode(devices, devices->writeback[0] + 32, 0x1000);
	add_inode(devices, devices->writeback[2] + 48, 0x1000);
	add_inode(devices, devices->writeback[0] + 16, 0x2000);
	add_inode(devices, devices->writeback[1] + 16, 0x3000);
}

static void counts_inodes_by_file_system(void)
{
	struct devices devices;
	struct fb_dirty_inodes dirty;

	build(&devices);
	FB_OK_FATAL(fb_dirty_inodes_load(&devices.made->kernel, &dirty));
	CU_ASSERT(dirty.complete);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x1000), 3);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x2000), 1);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x3000), 1);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x4000), 0);
	CU_ASSERT_EQUAL(fb_warnings_count(devices.made->warnings), 0);
	fb_dirty_inodes_deinit(&dirty);
	made_kernel_destroy(devices.made);
}

static void a_broken_list_costs_its_rest(void)
{
	struct devices devices;
	struct fb_dirty_inodes dirty;

	build(&devices);
	made_put(devices.made, devices.writeback[0] + 16, 8, 8);
	FB_OK_FATAL(fb_dirty_inodes_load(&devices.made->kernel, &dirty));
	CU_ASSERT_FALSE(dirty.complete);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x1000), 2);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x3000), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(devices.made->warnings), 1);
	fb_dirty_inodes_deinit(&dirty);
	made_lose(devices.made, devices.device[1]);
	FB_OK_FATAL(fb_dirty_inodes_load(&devices.made->kernel, &dirty));
	CU_ASSERT_FALSE(dirty.complete);
	CU_ASSERT_EQUAL(fb_dirty_inodes_of(&dirty, 0x3000), 0);
	fb_dirty_inodes_deinit(&dirty);
	made_kernel_destroy(devices.made);
}

static void unknown_lists_are_an_error(void)
{
	static const size_t members[] = {
		offsetof(struct fb_layout, bdi_list),      offsetof(struct fb_layout, bdi_wb_list),
		offsetof(struct fb_layout, wb_bdi_node),   offsetof(struct fb_layout, wb_dirty),
		offsetof(struct fb_layout, wb_io),         offsetof(struct fb_layout, wb_more_io),
		offsetof(struct fb_layout, inode_io_list), offsetof(struct fb_layout, inode_sb),
	};
	struct fb_dirty_inodes dirty;
	struct devices devices;

	build(&devices);
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct fb_field *field =
			(struct fb_field *)((char *)&devices.made->kernel.layout + members[i]);

		field->found = false;
		FB_FAILS_WITH(fb_dirty_inodes_load(&devices.made->kernel, &dirty), FB_NOT_FOUND,
			      field->name);
		field->found = true;
	}
	CU_ASSERT_EQUAL(fb_warnings_count(devices.made->warnings), 0);
	made_kernel_destroy(devices.made);
}

static struct fb_error *read_one(void *context)
{
	const struct devices *devices = context;
	struct fb_superblock superblock;

	return fb_superblock_read(&devices->made->kernel, devices->list, &superblock);
}

static struct fb_error *count_all(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct devices *devices = context;
	struct fb_dirty_inodes dirty;
	struct fb_error *err = fb_dirty_inodes_load(&devices->made->kernel, &dirty);

	for (uint64_t i = 1; i < 4 && !err; i++)
		err = fb_buf_u64(text, fb_dirty_inodes_of(&dirty, i * 0x1000));
	if (err)
		return err;
	*incomplete_ret = !dirty.complete;
	fb_dirty_inodes_deinit(&dirty);
	return NULL;
}

static struct fb_error *ask_all(void *context)
{
	struct fb_buf text;
	bool incomplete;
	struct fb_error *err;

	fb_buf_init(&text, 64);
	err = count_all(context, &text, &incomplete);
	fb_buf_deinit(&text);
	return err;
}

static void each_read_may_fail(void)
{
	struct devices devices;
	uint64_t root;

	build(&devices);
	CU_ASSERT(failing_made_must_pass(devices.made, ask_all, &devices) > 20);
	absent_made_must_tell(devices.made, count_all, &devices);
	devices.list = made_superblock(devices.made, "fuse", 5, &root);
	MADE_SET(devices.made, devices.list, super_block_subtype,
		 made_string(devices.made, "bindfs"));
	CU_ASSERT(failing_made_must_pass(devices.made, read_one, &devices) > 6);
	made_kernel_destroy(devices.made);
}

FB_TEST_MAIN("kernel/superblock", FB_TEST(reads_type_device_and_state),
	     FB_TEST(older_kernels_keep_no_errors), FB_TEST(says_what_cannot_be_read),
	     FB_TEST(names_options_and_states), FB_TEST(counts_inodes_by_file_system),
	     FB_TEST(a_broken_list_costs_its_rest), FB_TEST(unknown_lists_are_an_error),
	     FB_TEST(each_read_may_fail))
