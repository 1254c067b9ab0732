// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes of a made kernel have which files open: by file, inode and private_data, and what cannot be read. */
#include "bundle/waits/files/wait_held_files.h"

#include <sys/stat.h>

#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

#define LOST 0xffff800000001000ull /* an address that the dump does not have */

struct world {
	struct made_waits waits;
	struct fb_task *first, *second, *thread;
	uint64_t shared, own; /* files: of both processes, of the second alone */
	uint64_t data;        /* the private_data of both files: 256 bytes */
};

/* The second process has two threads with one table; the first has the shared file at two descriptors. */
static void begin(struct world *w)
{
	uint64_t files;

	made_waits_begin(&w->waits);
	made_open_files_members(&w->waits);
	w->first = made_waits_task(&w->waits, 10, 10, "first");
	w->second = made_waits_task(&w->waits, 20, 20, "second");
	w->thread = made_waits_task(&w->waits, 20, 21, "thread");
	w->data = made_alloc(w->waits.made, 256);
	/* In another order than that of their private_data. */
	w->own = made_open_file(&w->waits, w->data + 128, S_IFREG | 0600, FB_FMODE_WRITE);
	w->shared = made_open_file(&w->waits, w->data, S_IFREG | 0600, FB_FMODE_READ);
	made_open_fd(&w->waits, w->second, 4, w->shared);
	made_open_fd(&w->waits, w->second, 2, w->own);
	made_open_fd(&w->waits, w->first, 7, w->shared);
	made_open_fd(&w->waits, w->first, 5, w->shared);
	FB_OK_FATAL(fb_kernel_field(&w->waits.made->kernel, w->second->address,
				    &w->waits.made->kernel.layout.task_files, &files));
	MADE_SET(w->waits.made, w->thread->address, task_files, files);
}

static struct fb_held_files *load(struct world *w)
{
	struct fb_held_files *held = NULL;

	FB_OK_FATAL(fb_held_files_create(&w->waits.made->kernel, &w->waits.tasks, &held));
	return held;
}

static void is(const struct fb_held_file *entry, int32_t pid, uint32_t fd, uint32_t mode)
{
	CU_ASSERT_EQUAL(entry->pid, pid);
	CU_ASSERT_EQUAL(entry->fd, fd);
	CU_ASSERT_EQUAL(entry->mode, mode);
}

/* One entry for each descriptor of a process, in order of process and descriptor. */
static void lists_who_has_a_file(void)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	struct world w;
	size_t count;

	begin(&w);
	held = load(&w);
	entries = fb_held_by_file(held, w.shared, &count);
	CU_ASSERT_EQUAL_FATAL(count, 3);
	is(&entries[0], 10, 5, FB_FMODE_READ);
	is(&entries[1], 10, 7, FB_FMODE_READ);
	is(&entries[2], 20, 4, FB_FMODE_READ);
	entries = fb_held_by_inode(held, entries->inode, &count);
	CU_ASSERT_EQUAL(count, 3);
	entries = fb_held_by_private(held, w.data + 128, &count);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	is(entries, 20, 2, FB_FMODE_WRITE);
	CU_ASSERT_PTR_NULL(fb_held_by_file(held, w.shared + 1, &count));
	CU_ASSERT_EQUAL(count, 0);
	entries = fb_held_all(held, &count);
	CU_ASSERT_EQUAL_FATAL(count, 4);
	CU_ASSERT_EQUAL(entries[0].private_data, w.data);
	CU_ASSERT_EQUAL(entries[3].private_data, w.data + 128);
	CU_ASSERT_EQUAL(fb_held_files_lost(held), 0);
	fb_held_files_destroy(held);
	made_waits_end(&w.waits);
}

/* The last private_data at or below an address; none that is 0. */
static void finds_what_an_address_is_in(void)
{
	struct fb_held_files *held;
	struct world w;
	size_t count;

	begin(&w);
	made_open_fd(&w.waits, w.first, 1, made_open_file(&w.waits, 0, S_IFREG | 0600, 1));
	held = load(&w);
	CU_ASSERT_EQUAL(fb_held_private_below(held, w.data + 127, &count)->file, w.shared);
	CU_ASSERT_EQUAL(count, 3);
	CU_ASSERT_EQUAL(fb_held_private_below(held, w.data + 128, &count)->file, w.own);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(fb_held_private_below(held, UINT64_MAX, &count)->file, w.own);
	CU_ASSERT_PTR_NULL(fb_held_private_below(held, w.data - 1, &count));
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_PTR_NULL(fb_held_inode_below(held, 1, &count));
	fb_held_files_destroy(held);
	made_waits_end(&w.waits);
}

/* A file, a table or a task that cannot be read counts once each; the others are listed all the same. */
static void counts_what_is_lost(void)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	struct world w;
	size_t count;

	begin(&w);
	made_open_fd(&w.waits, w.first, 1, LOST);
	made_open_fd(&w.waits, w.second, 1, LOST);
	held = load(&w);
	CU_ASSERT_EQUAL(fb_held_files_lost(held), 1);
	entries = fb_held_by_file(held, LOST, &count);
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL(entries[1].private_data, 0);
	(void)fb_held_all(held, &count);
	CU_ASSERT_EQUAL(count, 6);
	fb_held_files_destroy(held);
	MADE_SET(w.waits.made, w.first->address, task_files, LOST);
	w.thread->address = LOST;
	held = load(&w);
	CU_ASSERT_EQUAL(fb_held_files_lost(held), 3);
	CU_ASSERT_EQUAL(fb_warnings_count(w.waits.made->warnings), 1);
	(void)fb_held_by_file(held, w.shared, &count);
	CU_ASSERT_EQUAL(count, 1);
	fb_held_files_destroy(held);
	made_waits_end(&w.waits);
}

static void nothing_is_open_without_tables(void)
{
	struct fb_held_files *held;
	struct made_waits w;
	size_t count = 1;

	made_waits_begin(&w);
	made_open_files_members(&w);
	made_waits_task(&w, 10, 10, "kthread");
	FB_OK_FATAL(fb_held_files_create(&w.made->kernel, &w.tasks, &held));
	CU_ASSERT_PTR_NULL(fb_held_all(held, &count));
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_PTR_NULL(fb_held_private_below(held, UINT64_MAX, &count));
	CU_ASSERT_EQUAL(fb_held_files_lost(held), 0);
	fb_held_files_destroy(held);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_held_files", FB_TEST(lists_who_has_a_file),
	     FB_TEST(finds_what_an_address_is_in), FB_TEST(counts_what_is_lost),
	     FB_TEST(nothing_is_open_without_tables))
