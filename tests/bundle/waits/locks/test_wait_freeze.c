// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that a per-CPU rw_semaphore holds back: a frozen file system's, or another. */
#include "bundle/waits/locks/wait_freeze.h"

#include <string.h>

#include "bundle/waits/locks/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define EVIDENCE "the waiter's structure on its kernel stack"
#define NEED "the kernel does not record who froze it: any process with CAP_SYS_ADMIN may thaw it"
/* Of struct percpu_rw_semaphore: its wait queue's list. */
#define WAITERS 40u

static void put_members(struct made_waits *w)
{
	MADE_FIELD(w->made, percpu_rwsem_waiters, WAITERS, 16);
	w->made->kernel.layout.percpu_rwsem.size = MADE_PERCPU_BYTES;
	MADE_FIELD(w->made, wait_entry_private, 8, 8);
	MADE_FIELD(w->made, wait_entry_list, 24, 16);
	w->made->kernel.layout.wait_queue_entry.size = 40;
}

/* A thread asleep in the queue of the semaphore. */
static struct fb_blocked sleeper(struct made_waits *w, uint64_t semaphore)
{
	struct fb_task *task = made_waits_task(w, 20, 20, "writer");
	uint64_t entry = made_waits_frame(task);

	MADE_SET(w->made, entry, wait_entry_private, task->address);
	made_list_init(w->made, semaphore + WAITERS);
	made_list_add(w->made, semaphore + WAITERS, entry + 24);
	return made_waits_blocked(w, task, "percpu-rwsem");
}

/* Of two file systems the second: marks[0]. */
static struct fb_blocked frozen(struct made_waits *w, uint64_t level, uint64_t state)
{
	uint64_t head = made_superblocks_begin(w);

	put_members(w);
	made_superblocks_add(w, head, "xfs", "vdb", "other");
	w->marks[0] = made_superblocks_add(w, head, "ext4", "loop0", "fz");
	made_superblocks_add(w, head, "tmpfs", "tmpfs", NULL);
	MADE_SET(w->made, w->marks[0], super_block_frozen, state);
	return sleeper(w, w->marks[0] + MADE_SUPER_WRITERS + level * MADE_PERCPU_BYTES);
}

static struct fb_blocked writers_frozen(struct made_waits *w)
{
	return frozen(w, 0, 4);
}

static struct fb_blocked faults_freezing(struct made_waits *w)
{
	return frozen(w, 1, 2);
}

static struct fb_blocked inner_frozen(struct made_waits *w)
{
	return frozen(w, 2, 0);
}

static struct fb_blocked in_no_known_state(struct made_waits *w)
{
	return frozen(w, 0, 5);
}

static struct fb_blocked without_percpu_types(struct made_waits *w)
{
	struct fb_blocked blocked = frozen(w, 1, 4);

	w->made->kernel.layout.percpu_rwsem.size = 0;
	return blocked;
}

static void tells_a_frozen_file_system(void)
{
#define FROZEN(state, level)                                                                 \
	{                                                                                    \
		.kind = "frozen", .object = "frozen {0} 0x0", .name = "/fz (ext4 on loop0)", \
		.detail = "file system " state, .need = NEED, .flags = "others sure",        \
		.wait = level, .evidence = EVIDENCE                                          \
	}
	static const struct made_scene scenes[] = {
		{writers_frozen, fb_wait_percpu_rwsem, FROZEN("frozen", "to write")},
		{faults_freezing, fb_wait_percpu_rwsem,
		 FROZEN("being frozen: page faults", "to write, in a page fault")},
		{inner_frozen, fb_wait_percpu_rwsem,
		 FROZEN("not frozen", "to write, within the file system")},
		{in_no_known_state, fb_wait_percpu_rwsem, FROZEN("damaged", "to write")},
		{without_percpu_types, fb_wait_percpu_rwsem, FROZEN("frozen", "to write")},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* Its device is one of the device mapper. */
static struct fb_blocked on_mapped(struct made_waits *w, uint64_t flags, const char *name)
{
	struct fb_blocked blocked = frozen(w, 0, 4);

	MADE_FIELD(w->made, bdev_disk, 8, 8);
	MADE_FIELD(w->made, disk_name, 16, 32);
	MADE_FIELD(w->made, disk_private, 48, 8);
	MADE_SET(w->made, w->marks[0], super_block_bdev, made_mapped_device(w, flags, name, true));
	return blocked;
}

static struct fb_blocked suspended(struct made_waits *w)
{
	return on_mapped(w, 2, "vg-ro\033ot");
}

static struct fb_blocked suspended_without_a_name(struct made_waits *w)
{
	return on_mapped(w, 2, NULL);
}

static struct fb_blocked running(struct made_waits *w)
{
	return on_mapped(w, ~2ull, "vg-root");
}

static void tells_the_device_that_froze_it(void)
{
#define RESUME "the kernel does not record who suspended the device; dmsetup resume lets it go on"
#define ON_MAPPED(text, who)                                                                 \
	{                                                                                    \
		.kind = "frozen", .object = "frozen {0} 0x0", .name = "/fz (ext4 on loop0)", \
		.detail = "file system frozen" text, .need = who, .flags = "others sure",    \
		.wait = "to write", .evidence = EVIDENCE                                     \
	}
	static const struct made_scene scenes[] = {
		{suspended, fb_wait_percpu_rwsem,
		 ON_MAPPED("; its device /dev/mapper/vg-ro\\x1bot is suspended, which froze it",
			   RESUME)},
		{suspended_without_a_name, fb_wait_percpu_rwsem,
		 ON_MAPPED("; its device is suspended, which froze it", RESUME)},
		{running, fb_wait_percpu_rwsem, ON_MAPPED("", NEED)},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* The list of super blocks is broken behind the first: the one that is frozen is found from the end. */
static struct fb_blocked behind_a_broken_link(struct made_waits *w)
{
	struct fb_blocked blocked = frozen(w, 0, 4);
	uint64_t first;

	memcpy(&first, made_at(w->made, w->addresses[0]), 8);
	made_put(w->made, first, 0x1230, 8);
	return blocked;
}

/* The list is broken before and behind the one that is frozen: no end of it leads there. */
static struct fb_blocked between_broken_links(struct made_waits *w, uint64_t level)
{
	struct fb_blocked blocked = frozen(w, level, 4);
	uint64_t head = w->addresses[0];

	made_put(w->made, head, 0x1230, 8);
	made_put(w->made, head + 8, 0x1238, 8);
	return blocked;
}

static struct fb_blocked unlisted(struct made_waits *w)
{
	return between_broken_links(w, 0);
}

static struct fb_blocked unlisted_by_its_last_semaphore(struct made_waits *w)
{
	return between_broken_links(w, 2);
}

/* Its root is another's: what lies there is no super block, as far as can be known. */
static struct fb_blocked without_its_root(struct made_waits *w)
{
	struct fb_blocked blocked = between_broken_links(w, 0);
	uint64_t root;

	memcpy(&root,
	       made_at(w->made, w->marks[0] + w->made->kernel.layout.super_block_root.offset), 8);
	MADE_SET(w->made, root, dentry_sb, w->marks[0] + 8);
	w->marks[0] += MADE_SUPER_WRITERS;
	return blocked;
}

static void finds_it_in_a_broken_list(void)
{
	static const struct made_scene scenes[] = {
		{behind_a_broken_link, fb_wait_percpu_rwsem, FROZEN("frozen", "to write")},
		{unlisted, fb_wait_percpu_rwsem, FROZEN("frozen", "to write")},
		{unlisted_by_its_last_semaphore, fb_wait_percpu_rwsem,
		 FROZEN("frozen", "to write, within the file system")},
		{without_its_root,
		 fb_wait_percpu_rwsem,
		 {.kind = "percpu-rwsem",
		  .object = "percpu {0} 0x0",
		  .name = "{0}",
		  .need = "a per-CPU rw_semaphore does not record who holds it",
		  .flags = "sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* No super block's: behind the last of one's semaphores, or far from all. */
static struct fb_blocked behind_them(struct made_waits *w)
{
	frozen(w, 0, 4);
	w->marks[0] += MADE_SUPER_WRITERS + 3 * MADE_PERCPU_BYTES;
	w->finder.graph.wait_count = 0;
	return sleeper(w, w->marks[0]);
}

static struct fb_blocked far_away(struct made_waits *w)
{
	frozen(w, 0, 4);
	w->marks[0] = made_alloc(w->made, 64);
	return sleeper(w, w->marks[0]);
}

static struct fb_blocked of_a_symbol(struct made_waits *w)
{
	put_members(w);
	w->marks[0] = made_alloc(w->made, 64);
	made_superblocks_begin(w);
	made_waits_modules(w);
	made_waits_symbol(w, "cgroup_threadgroup_rwsem", w->marks[0]);
	return sleeper(w, w->marks[0]);
}

static void tells_other_semaphores(void)
{
	static const struct made_answer unnamed = {
		.kind = "percpu-rwsem",
		.object = "percpu {0} 0x0",
		.name = "{0}",
		.need = "a per-CPU rw_semaphore does not record who holds it",
		.flags = "sure",
		.evidence = EVIDENCE};
	struct made_scene scenes[] = {{behind_them, fb_wait_percpu_rwsem, unnamed},
				      {far_away, fb_wait_percpu_rwsem, unnamed},
				      {of_a_symbol, fb_wait_percpu_rwsem, unnamed}};

	scenes[2].answer.name = "cgroup_threadgroup_rwsem";
	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* How long it has been frozen: as long as any thread waits. */
static void dates_a_freeze_by_the_longest_wait(void)
{
	for (int known = 0; known < 2; known++) {
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		blocked = frozen(&w, 0, 4);
		w.finder.now = 30000000000ull;
		blocked.ran = known ? 5000000000ull : 0;
		FB_OK_FATAL(fb_wait_percpu_rwsem(&w.finder, &blocked));
		blocked = sleeper(&w, made_alloc(w.made, 64)); /* of another sort */
		blocked.ran = 1000000000ull;
		FB_OK_FATAL(fb_wait_percpu_rwsem(&w.finder, &blocked));
		FB_OK_FATAL(fb_wait_date_freezes(&w.finder));
		CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail,
				       known ? "file system frozen; for at least 25.0 s"
					     : "file system frozen");
		CU_ASSERT_PTR_NULL(w.finder.graph.objects[1].detail);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_freeze", FB_TEST(tells_a_frozen_file_system),
	     FB_TEST(tells_the_device_that_froze_it), FB_TEST(finds_it_in_a_broken_list),
	     FB_TEST(tells_other_semaphores), FB_TEST(dates_a_freeze_by_the_longest_wait))
