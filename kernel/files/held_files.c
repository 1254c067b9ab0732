// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the descriptor tables of all processes (include/linux/fdtable.h), each shared one once.
 * Called by kernel/net/sockets.c, and by wait_holders.c, wait_open_file.c and wait_poll.c for all threads together.
 */
#include "kernel/files/held_files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"

/* Descriptors read at a time. */
#define BATCH 512u

struct fb_held_files {
	struct fb_kernel *kernel;
	struct fb_held_file *entries[3]; /* owned; the same ones in each order below */
	size_t count, room;
	uint64_t slots; /* that all tables have room for */
	size_t lost;
};

struct table {
	uint64_t files; /* files_struct */
	int32_t pid;
};

static struct fb_error *add(struct fb_held_files *held, uint64_t file, int32_t pid, uint32_t fd)
{
	struct fb_error *err;

	err = fb_grow_array(&held->entries[0], &held->room, held->count, sizeof(*held->entries[0]),
			    FB_MAX_HELD_FILES, "open files of all processes");
	if (!err)
		held->entries[0][held->count++] =
			(struct fb_held_file){.file = file, .pid = pid, .fd = fd};
	return err;
}

static struct fb_error *read_table(struct fb_held_files *held, const struct table *table)
{
	const struct fb_layout *layout = fb_kernel_layout(held->kernel);
	uint64_t fdt, limit, array, files[BATCH];
	struct fb_error *err;

	err = fb_kernel_field(held->kernel, table->files, &layout->files_fdt, &fdt);
	if (!err)
		err = fb_kernel_field(held->kernel, fdt, &layout->fdtable_max_fds, &limit);
	if (!err)
		err = fb_kernel_field(held->kernel, fdt, &layout->fdtable_fd, &array);
	if (!err && limit > FB_MAX_OPEN_FILES)
		err = fb_error_create(FB_CORRUPT, "room for %" PRIu64 " descriptors", limit);
	if (!err && limit > FB_MAX_HELD_SLOTS - held->slots)
		err = fb_error_create(FB_LIMIT, "all tables have room for more than %u descriptors",
				      FB_MAX_HELD_SLOTS);
	if (!err)
		held->slots += limit;
	for (uint64_t first = 0; !err && first < limit; first += BATCH) {
		size_t count = limit - first < BATCH ? (size_t)(limit - first) : BATCH;

		err = fb_space_read(fb_kernel_space(held->kernel), array + first * 8, files,
				    count * 8);
		for (size_t i = 0; i < count && !err; i++)
			if (fb_kernel_address_ok(files[i]))
				err = add(held, files[i], table->pid, (uint32_t)(first + i));
	}
	return err;
}

static int by_table(const void *a, const void *b)
{
	const struct table *x = a, *y = b;

	if (x->files != y->files)
		return x->files < y->files ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The orders of the index: by what, then by process and descriptor. */
enum { BY_FILE, BY_INODE, BY_PRIVATE, ORDERS };

static uint64_t key_of(const struct fb_held_file *entry, int order)
{
	return order == BY_FILE    ? entry->file
	       : order == BY_INODE ? entry->inode
				   : entry->private_data;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct fb_held_file *x = a, *y = b;
	int order = *(const int *)context;
	uint64_t key_x = key_of(x, order), key_y = key_of(y, order);

	if (key_x != key_y)
		return key_x < key_y ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static void sort(struct fb_held_files *held, int order)
{
	if (held->count)
		qsort_r(held->entries[order], held->count, sizeof(*held->entries[order]), compare,
			&order);
}

/* One table for each (files_struct, process): processes may share one (CLONE_FILES). */
static struct fb_error *list_tables(struct fb_held_files *held, const struct fb_tasks *tasks,
				    struct table **tables_ret, size_t *count_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(held->kernel);
	struct table *tables = calloc(fb_tasks_count(tasks) + 1, sizeof(*tables));
	size_t used = 0, unique = 0;
	struct fb_error *err = NULL;

	if (!tables)
		return fb_error_nomem();
	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		uint64_t files = 0;

		if (task->idle)
			continue;
		err = fb_kernel_field(held->kernel, task->address, &layout->task_files, &files);
		held->lost += err != NULL;
		err = fb_part_skip(err);
		if (files)
			tables[used++] = (struct table){files, task->pid};
	}
	if (err) {
		free(tables);
		return err;
	}
	qsort(tables, used, sizeof(*tables), by_table);
	for (size_t i = 0; i < used; i++)
		if (!i || by_table(&tables[i], &tables[i - 1]))
			tables[unique++] = tables[i];
	*tables_ret = tables;
	*count_ret = unique;
	return NULL;
}

/* Inode, mode and private data of each file, read once for all of its descriptors. */
static struct fb_error *read_files(struct fb_held_files *held)
{
	const struct fb_layout *layout = fb_kernel_layout(held->kernel);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < held->count && !err; i++) {
		struct fb_held_file *entry = &held->entries[BY_FILE][i];
		uint64_t mode = 0;

		if (i && entry->file == entry[-1].file) {
			entry->inode = entry[-1].inode;
			entry->mode = entry[-1].mode;
			entry->private_data = entry[-1].private_data;
			continue;
		}
		err = fb_kernel_field(held->kernel, entry->file, &layout->file_inode,
				      &entry->inode);
		if (!err)
			err = fb_kernel_field(held->kernel, entry->file, &layout->file_mode, &mode);
		if (!err)
			err = fb_kernel_field(held->kernel, entry->file, &layout->file_private_data,
					      &entry->private_data);
		held->lost += err != NULL;
		err = fb_part_skip(err);
		entry->mode = (uint32_t)mode;
	}
	return err;
}

static struct fb_error *load(struct fb_held_files *held, const struct fb_tasks *tasks)
{
	struct table *tables = NULL;
	size_t count = 0;
	bool full = false;
	struct fb_error *err = list_tables(held, tasks, &tables, &count);

	for (size_t i = 0; i < count && !err && !full; i++) {
		err = read_table(held, &tables[i]);
		if (!err || fb_error_is_fatal(err))
			continue;
		held->lost++;
		full = fb_error_is(err, FB_LIMIT);
		fb_warn_error(fb_kernel_warnings(held->kernel), err, "open files of PID %d",
			      tables[i].pid);
		err = NULL;
	}
	free(tables);
	if (err)
		return err;
	sort(held, BY_FILE);
	err = read_files(held);
	for (int order = BY_FILE + 1; order < ORDERS && !err; order++) {
		held->entries[order] = malloc((held->count + 1) * sizeof(*held->entries[order]));
		if (!held->entries[order])
			return fb_error_nomem();
		if (held->count)
			memcpy(held->entries[order], held->entries[BY_FILE],
			       held->count * sizeof(*held->entries[order]));
		sort(held, order);
	}
	return err;
}

struct fb_error *fb_held_files_create(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				      struct fb_held_files **held_ret)
{
	struct fb_held_files *held = calloc(1, sizeof(*held));
	struct fb_error *err;

	if (!held)
		return fb_error_nomem();
	held->kernel = kernel;
	err = load(held, tasks);
	if (err) {
		fb_held_files_destroy(held);
		return err;
	}
	*held_ret = held;
	return NULL;
}

void fb_held_files_destroy(struct fb_held_files *held)
{
	if (!held)
		return;
	for (int order = 0; order < ORDERS; order++)
		free(held->entries[order]);
	free(held);
}

/* The entries with that key; NULL where there are none. */
static const struct fb_held_file *find(const struct fb_held_files *held, int order, uint64_t key,
				       size_t *count_ret)
{
	const struct fb_held_file *entries = held->entries[order];
	size_t first = FB_LOWER_BOUND(at, held->count, key_of(&entries[at], order) < key);
	size_t end = FB_LOWER_BOUND(at, held->count, key_of(&entries[at], order) <= key);

	*count_ret = end - first;
	return end > first ? entries + first : NULL;
}

const struct fb_held_file *fb_held_by_file(const struct fb_held_files *held, uint64_t file,
					   size_t *count_ret)
{
	return find(held, BY_FILE, file, count_ret);
}

const struct fb_held_file *fb_held_by_inode(const struct fb_held_files *held, uint64_t inode,
					    size_t *count_ret)
{
	return find(held, BY_INODE, inode, count_ret);
}

const struct fb_held_file *fb_held_by_private(const struct fb_held_files *held,
					      uint64_t private_data, size_t *count_ret)
{
	return find(held, BY_PRIVATE, private_data, count_ret);
}

const struct fb_held_file *fb_held_all(const struct fb_held_files *held, size_t *count_ret)
{
	*count_ret = held->count;
	return held->count ? held->entries[BY_PRIVATE] : NULL;
}

/* The entries with the last key at or below the address. */
static const struct fb_held_file *find_below(const struct fb_held_files *held, int order,
					     uint64_t address, size_t *count_ret)
{
	const struct fb_held_file *entries = held->entries[order];
	size_t end = FB_LOWER_BOUND(at, held->count, key_of(&entries[at], order) <= address);

	if (!end || !key_of(&entries[end - 1], order)) {
		*count_ret = 0;
		return NULL;
	}
	return find(held, order, key_of(&entries[end - 1], order), count_ret);
}

const struct fb_held_file *fb_held_private_below(const struct fb_held_files *held, uint64_t address,
						 size_t *count_ret)
{
	return find_below(held, BY_PRIVATE, address, count_ret);
}

const struct fb_held_file *fb_held_inode_below(const struct fb_held_files *held, uint64_t address,
					       size_t *count_ret)
{
	return find_below(held, BY_INODE, address, count_ret);
}

size_t fb_held_files_lost(const struct fb_held_files *held)
{
	return held->lost;
}
