// SPDX-License-Identifier: GPL-2.0-or-later
/* See mem_shmem.h. Called by mem.c. */
#include "cmd/mem/mem_shmem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "kernel/files/page_file.h"

/* Processes of one file that a person is shown. */
#define SHOWN_USERS 3u

/* A mount of the whole file system names its files; where there is none their paths are those within it. */
static struct fb_error *load_mounts(const struct fb_tasks *tasks, struct fb_mem_shmem *shmem)
{
	const struct fb_task *init = fb_tasks_by_tid(tasks, 1);
	struct fb_path root;
	uint64_t namespace = 0;
	struct fb_error *err;

	if (!init)
		return NULL;
	err = fb_path_task_root(shmem->kernel, init, &root);
	if (!err)
		err = fb_mounts_namespace(shmem->kernel, init, &namespace);
	if (!err && namespace)
		err = fb_mounts_load(shmem->kernel, namespace, &root, &shmem->mounts);
	for (size_t i = 0; i < shmem->mounts.count && !err; i++) {
		const struct fb_mount *mount = &shmem->mounts.mounts[i];

		if (mount->target && mount->root && !strcmp(mount->root, "/"))
			err = fb_u64_map_add(&shmem->by_block, mount->superblock.address, i,
					     FB_MAX_MOUNTS, "mounted file systems", NULL);
	}
	return fb_part_warn(fb_kernel_warnings(shmem->kernel), err,
			    "where file systems are mounted is not known");
}

struct fb_error *fb_mem_shmem_load(struct fb_input *input, struct fb_mem_shmem *shmem)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err;

	shmem->kernel = kernel;
	err = fb_shmem_files_load(kernel, &shmem->files);
	shmem->known = !err;
	if (!err && shmem->files.count)
		err = fb_input_tasks(input, &tasks);
	if (!err && tasks)
		err = fb_part_warn(fb_kernel_warnings(kernel),
				   fb_held_files_create(kernel, tasks, &shmem->held),
				   "who has files of shared memory open");
	if (!err && tasks)
		err = fb_shmem_users_create(kernel, tasks, shmem->held, &shmem->users);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "shared memory is not shown by file");
	return err || !tasks ? err : load_mounts(tasks, shmem);
}

void fb_mem_shmem_deinit(struct fb_mem_shmem *shmem)
{
	fb_u64_map_deinit(&shmem->by_block);
	fb_mounts_deinit(&shmem->mounts);
	fb_shmem_users_destroy(shmem->users);
	fb_held_files_destroy(shmem->held);
	fb_shmem_files_deinit(&shmem->files);
}

/* A file with its name and its users. */
struct row {
	const struct fb_shmem_file *file;
	struct fb_page_file of;
	char path[2 * FB_PATH_SIZE]; /* raw; "": unknown */
	struct fb_shmem_user *users; /* owned */
	size_t user_count;
};

static struct fb_error *read_row(const struct fb_mem_shmem *shmem, size_t index, struct row *row)
{
	struct fb_warnings *warnings = fb_kernel_warnings(shmem->kernel);
	const uint64_t *mount;
	struct fb_error *err;

	row->file = &shmem->files.files[index];
	row->users = NULL;
	row->user_count = 0;
	err = fb_part_warn(warnings, fb_page_file_read(shmem->kernel, row->file->mapping, &row->of),
			   "a file of tmpfs");
	mount = fb_u64_map_find(&shmem->by_block, row->file->superblock);
	snprintf(row->path, sizeof(row->path), "%s%s",
		 mount && *row->of.path && strcmp(shmem->mounts.mounts[*mount].target, "/") != 0
			 ? shmem->mounts.mounts[*mount].target
			 : "",
		 row->of.path);
	if (!err && shmem->users)
		err = fb_shmem_users_of(shmem->users, row->file, &row->users, &row->user_count);
	return err;
}

/* "416 mix, 224 postgres and 3 more". */
static struct fb_error *add_users(struct fb_table *table, const struct row *row)
{
	char text[400] = ""; /* has room for so many names, escaped */
	size_t used = 0;

	for (size_t i = 0; i < row->user_count && i < SHOWN_USERS; i++) {
		const struct fb_task *task = row->users[i].task;

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d %s", i ? ", " : "",
					 task->pid, fb_task_comm(task).text);
	}
	if (row->user_count > SHOWN_USERS)
		snprintf(text + used, sizeof(text) - used, " and %zu more",
			 row->user_count - SHOWN_USERS);
	return fb_table_cell(table, row->user_count ? FB_STYLE_BOLD : FB_STYLE_DIM, "%s",
			     row->user_count ? text : "nobody");
}

static struct fb_error *add_row(struct fb_table *table, const struct row *row)
{
	char text[32];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					     fb_text_size(row->file->bytes, text, sizeof(text)));

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    row->file->swapped_known
					    ? fb_text_size(row->file->swapped, text, sizeof(text))
					    : "unknown");
	if (!err)
		err = add_users(table, row);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", *row->path ? row->path : "?");
}

struct fb_error *fb_mem_shmem_print(struct fb_context *context, const struct fb_mem_shmem *shmem,
				    size_t most)
{
	static const struct fb_column columns[] = {{"SHARED MEMORY", FB_RIGHT},
						   {"SWAPPED", FB_RIGHT},
						   {"WHO HAS IT", FB_LEFT},
						   {"FILE", FB_LEFT}};
	const size_t shown = shmem->files.count < most ? shmem->files.count : most;
	struct fb_table *table = NULL;
	struct row *row;
	struct fb_error *err;

	if (!shown)
		return NULL;
	row = malloc(sizeof(*row));
	err = row ? fb_table_create(columns, FB_ARRAY_SIZE(columns), &table) : fb_error_nomem();
	for (size_t i = 0; i < shown && !err; i++) {
		err = read_row(shmem, i, row);
		if (!err)
			err = add_row(table, row);
		free(row->users);
	}
	free(row);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	if (shmem->files.count > shown)
		fb_print(context->output, FB_STYLE_DIM, "%zu more: --all\n",
			 shmem->files.count - shown);
	fb_table_destroy(table);
	return err;
}

static json_t *users_json(const struct row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->user_count; i++) {
		const struct fb_task *task = row->users[i].task;
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(task->pid));
		json_object_set_new(object, "comm", fb_json_bytes(task->comm, strlen(task->comm)));
		json_object_set_new(object, "descriptors", json_integer(row->users[i].descriptors));
		json_object_set_new(object, "mappings", json_integer(row->users[i].mappings));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *row_json(const struct row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "path", *row->path ? fb_json_text(row->path) : json_null());
	json_object_set_new(object, "inode", json_integer((json_int_t)row->of.inode));
	json_object_set_new(object, "major", json_integer(row->of.superblock.major));
	json_object_set_new(object, "minor", json_integer(row->of.superblock.minor));
	json_object_set_new(object, "bytes", json_integer((json_int_t)row->file->bytes));
	json_object_set_new(object, "swapped_bytes",
			    row->file->swapped_known ? json_integer((json_int_t)row->file->swapped)
						     : json_null());
	json_object_set_new(object, "users", users_json(row));
	return object;
}

struct fb_error *fb_mem_shmem_json(const struct fb_mem_shmem *shmem, json_t **json_ret)
{
	json_t *list = shmem->known ? json_array() : json_null();
	struct row *row = malloc(sizeof(*row));
	struct fb_error *err = row ? NULL : fb_error_nomem();

	for (size_t i = 0; i < shmem->files.count && !err; i++) {
		err = read_row(shmem, i, row);
		if (!err)
			json_array_append_new(list, row_json(row));
		free(row->users);
	}
	free(row);
	if (err)
		json_decref(list);
	else
		*json_ret = list;
	return err;
}
