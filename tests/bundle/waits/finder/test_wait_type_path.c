// SPDX-License-Identifier: GPL-2.0-or-later
/* Types of slab caches by their names, and what lies where in them. */
#include "bundle/waits/finder/wait_type_path.h"

#include <stdio.h>
#include <string.h>

#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"
#include "tests/kernel/made_types.h"

#define MEMBERS(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})

#define TEXT_BYTES 256u

struct world {
	struct made_waits waits;
	struct made_types types;
};

/* struct ext4_inode_info: vfs_inode at 64, in which i_rwsem is at 16, i_wait at 56, and i_lock, a mutex, at 96. */
static void begin(struct world *w)
{
	struct made_types *types = &w->types;
	uint32_t rwsem, mutex, inode, inner;

	made_waits_begin(&w->waits);
	made_types_begin(types);
	rwsem = made_struct(types, "rw_semaphore", 40, MEMBERS({"count", types->word, 0}));
	mutex = made_struct(types, "mutex", 32, MEMBERS({"owner", types->word, 0}));
	inner = made_struct(types, "", 32, MEMBERS({"i_lock", mutex, 0}));
	inode = made_struct(
		types, "inode", 128,
		MEMBERS({"i_rwsem", rwsem, 16}, {"i_wait", types->queue, 56}, {"", inner, 96}));
	made_struct(types, "ext4_inode_info", 256, MEMBERS({"vfs_inode", inode, 64}));
	made_struct(types, "signal_struct", 64, MEMBERS({"wait_chldexit", types->queue, 8}));
	made_struct(types, "file", 64, MEMBERS({"f_mode", types->half, 0}));
	made_struct(types, "sockfs_inode", 192, MEMBERS({"xattrs", types->word, 0}));
	made_struct(types, "socket_alloc", 128, MEMBERS({"socket", types->word, 0}));
	made_types_give(types, w->waits.made);
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
	made_types_end(&w->types);
}

static void derives_types_from_caches(void)
{
	static const struct {
		const char *cache, *type;
		uint32_t size;
	} cases[] = {
		{"ext4_inode_cache", "ext4_inode_info", 256},
		{"signal_cache", "signal_struct", 64},
		{"filp", "file", 64},
		{"sock_inode_cache", "sockfs_inode", 192},
		{"sock_inode_cache", "socket_alloc", 160},
		{"inode", "inode", 192},
		{"inode_cache", "inode", 192},
		/* Of another size it is another type. */
		{"signal_cache", NULL, 56},
		{"signal_cache", NULL, 1024},
		{"kmalloc-64", NULL, 64},
		{"xfs_inode", NULL, 960},
	};
	struct world w;

	begin(&w);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_wait_type type;

		if (!cases[i].type) {
			FB_FAILS(fb_wait_type_of_cache(&w.waits.finder, cases[i].cache,
						       cases[i].size, &type),
				 FB_NOT_FOUND);
			continue;
		}
		FB_OK_FATAL(fb_wait_type_of_cache(&w.waits.finder, cases[i].cache, cases[i].size,
						  &type));
		CU_ASSERT_STRING_EQUAL(type.name, cases[i].type);
	}
	end(&w);
}

static void names_members(void)
{
	static const struct {
		uint64_t offset;
		const char *path;
		bool is_queue;
	} cases[] = {
		{64 + 16, "vfs_inode.i_rwsem", true},
		{64 + 16 + 39, "vfs_inode.i_rwsem", true},
		{64 + 56 + 8, "vfs_inode.i_wait", true},
		{64 + 96 + 8, "vfs_inode.i_lock", true},
		{64, "vfs_inode", false},
		{0, "", false},
		{255, "", false},
		{1ull << 40, "", false},
	};
	struct fb_wait_type type;
	struct world w;
	char path[64];
	bool is_queue;

	begin(&w);
	FB_OK_FATAL(fb_wait_type_of_cache(&w.waits.finder, "ext4_inode_cache", 256, &type));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		FB_OK(fb_wait_type_path(&type, cases[i].offset, path, sizeof(path), &is_queue));
		CU_ASSERT_STRING_EQUAL(path, cases[i].path);
		CU_ASSERT_EQUAL(is_queue, cases[i].is_queue);
	}
	end(&w);
}

static struct fb_error *list(void *context, const char *path, uint64_t offset, bool is_mutex)
{
	char *text = context;

	snprintf(text + strlen(text), TEXT_BYTES - strlen(text), "%s at %u%s; ", path,
		 (unsigned)offset, is_mutex ? ", a mutex" : "");
	return NULL;
}

static struct fb_error *fail(void *context FB_UNUSED, const char *path FB_UNUSED,
			     uint64_t offset FB_UNUSED, bool is_mutex FB_UNUSED)
{
	return fb_error_create(FB_LIMIT, "enough");
}

static void lists_locks(void)
{
	struct fb_wait_type type;
	struct world w;
	char text[TEXT_BYTES] = "";

	begin(&w);
	FB_OK_FATAL(fb_wait_type_of_cache(&w.waits.finder, "ext4_inode_cache", 256, &type));
	FB_OK(fb_wait_type_locks(&type, list, text));
	CU_ASSERT_STRING_EQUAL(text, "vfs_inode.i_rwsem at 80; vfs_inode.i_lock at 160, a mutex; ");
	FB_FAILS(fb_wait_type_locks(&type, fail, NULL), FB_LIMIT);
	end(&w);
}

FB_TEST_MAIN("bundle/wait_type_path", FB_TEST(derives_types_from_caches), FB_TEST(names_members),
	     FB_TEST(lists_locks))
