// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which processes have which files open: by file, inode and private_data, and what cannot be read. Threads and
 * descriptors are made as for the recognisers of waits.
 */
#include "kernel/files/held_files.h"

#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "tests/base/failing.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

#define BATCH 512u                 /* descriptors that are read at a time */
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

/* The table of the first process as one with room for that many descriptors, of which some are open. Gives the table's
 * struct fdtable. */
static uint64_t make_large(struct world *w, uint64_t limit, const uint32_t *fds, size_t count)
{
	struct made_kernel *made = w->waits.made;
	uint64_t files, table, array = made_alloc_pages(made, (fds[count - 1] + 1) * 8ull);

	FB_OK_FATAL(fb_kernel_field(&made->kernel, w->first->address,
				    &made->kernel.layout.task_files, &files));
	FB_OK_FATAL(fb_kernel_field(&made->kernel, files, &made->kernel.layout.files_fdt, &table));
	MADE_SET(made, table, fdtable_max_fds, limit);
	MADE_SET(made, table, fdtable_fd, array);
	for (size_t i = 0; i < count; i++)
		made_put(made, array + fds[i] * 8ull, w->own, 8);
	return table;
}

/* It is read in parts: each descriptor of it is found, and none behind its end. */
static void a_large_table_is_read_whole(void)
{
	static const uint32_t fds[] = {0,         BATCH - 1,    BATCH, 2 * BATCH - 1,
				       2 * BATCH, 2 * BATCH + 9};
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	struct world w;
	size_t count;

	begin(&w);
	make_large(&w, 2 * BATCH + 9, fds, FB_ARRAY_SIZE(fds));
	held = load(&w);
	entries = fb_held_by_file(held, w.own, &count);
	CU_ASSERT_EQUAL_FATAL(count, FB_ARRAY_SIZE(fds));
	for (size_t i = 0; i + 1 < FB_ARRAY_SIZE(fds); i++)
		is(&entries[i], 10, fds[i], FB_FMODE_WRITE);
	is(&entries[count - 1], 20, 2, FB_FMODE_WRITE);
	fb_held_files_destroy(held);
	made_waits_end(&w.waits);
}

/* A table that says it has room for more than any has is lost, with a warning. */
static void a_table_has_room_for_so_many(void)
{
	static const uint32_t fds[] = {0, 1};
	struct fb_held_files *held;
	struct world w;
	size_t count;

	begin(&w);
	make_large(&w, FB_MAX_OPEN_FILES + 1ull, fds, 2);
	held = load(&w);
	CU_ASSERT_EQUAL(fb_held_files_lost(held), 1);
	CU_ASSERT_PTR_NOT_NULL(fb_held_by_file(held, w.own, &count));
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(w.waits.made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(w.waits.made->warnings, 0),
				      "open files of PID 10: room for "));
	fb_held_files_destroy(held);
	made_waits_end(&w.waits);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	struct fb_held_files *held = NULL;
	struct fb_error *err = fb_held_files_create(&w->waits.made->kernel, &w->waits.tasks, &held);

	if (!err)
		fb_held_files_destroy(held);
	return err;
}

static void what_is_no_damage_is_passed_on(void)
{
	struct failure failure = {.at = 0};
	struct failing_space memory;
	struct world w;

	begin(&w);
	failing_space_init(&memory, w.waits.made->kernel.space, &failure);
	w.waits.made->kernel.space = &memory.space;
	CU_ASSERT(failing_must_pass(ask, &w, &failure, 200, 0) > 10);
	w.waits.made->kernel.space = memory.whole;
	made_waits_end(&w.waits);
}

FB_TEST_MAIN("bundle/held_files", FB_TEST(lists_who_has_a_file),
	     FB_TEST(finds_what_an_address_is_in), FB_TEST(counts_what_is_lost),
	     FB_TEST(nothing_is_open_without_tables), FB_TEST(a_large_table_is_read_whole),
	     FB_TEST(a_table_has_room_for_so_many), FB_TEST(what_is_no_damage_is_passed_on))
