// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The open files of a process: fdtable.fd[] holds the files, bitmaps say which descriptors are in
 * use and which close on exec. Called by files and report, by waits for who holds a pipe or
 * socket, and for the arguments of system calls.
 */
#include "kernel/files/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* The values are those of x86-64's fcntl.h, whatever this program is built for. */
#define FLAG_CLOEXEC 02000000u

/* Descriptors handled at a time. */
#define BATCH 64u

struct table {
	struct fb_kernel *kernel;
	const struct fb_path *root;
	uint64_t files, open, close_on_exec; /* addresses: pointers, and two bitmaps */
	uint32_t limit;                      /* descriptors there is room for */
	struct fb_open_files list;
	size_t room;
	bool warned[3]; /* of a part of each array; its other parts have the same reason */
};

enum { PART_FILES, PART_OPEN, PART_CLOSE_ON_EXEC };

static const char *type_of(const struct fb_file_info *info)
{
	if (!strcmp(info->fs_type, "anon_inodefs") || !strcmp(info->fs_type, "pidfs"))
		return "anon";
	switch (info->mode & S_IFMT) {
	case S_IFREG:
		return "regular";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFIFO:
		return strcmp(info->fs_type, "pipefs") ? "fifo" : "pipe";
	case S_IFSOCK:
		return "socket";
	}
	return "anon";
}

bool fb_file_is_socket(const struct fb_file_info *info)
{
	return S_ISSOCK(info->mode) && !strcmp(info->fs_type, "sockfs");
}

struct fb_error *fb_file_socket(struct fb_kernel *kernel, uint64_t file,
				const struct fb_file_info *info, struct fb_socket *socket_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t address;
	struct fb_error *err;

	err = fb_kernel_field(kernel, file, &layout->file_private_data, &address);
	return err ? err : fb_socket_read(kernel, address, info->inode, socket_ret);
}

static struct fb_error *read_socket(struct table *table, struct fb_open_file *file)
{
	struct fb_socket *socket = malloc(sizeof(*socket));
	struct fb_error *err;

	if (!socket)
		return fb_error_nomem();
	err = fb_file_socket(table->kernel, file->address, &file->info, socket);
	if (err) {
		free(socket);
		return err;
	}
	file->socket = socket;
	return NULL;
}

static struct fb_error *read_inode(struct table *table, struct fb_open_file *file)
{
	const struct fb_layout *layout = fb_kernel_layout(table->kernel);
	uint64_t device;
	struct fb_error *err;

	err = fb_file_info(table->kernel, file->address, &file->info);
	if (err)
		return err;
	file->type = type_of(&file->info);
	if (S_ISCHR(file->info.mode) || S_ISBLK(file->info.mode)) {
		err = fb_kernel_field(table->kernel, file->info.inode_address, &layout->inode_rdev,
				      &device);
		if (err)
			return err;
		fb_device_parts(device, &file->device_major, &file->device_minor);
	}
	return fb_file_is_socket(&file->info) ? read_socket(table, file) : NULL;
}

static struct fb_error *read_path(struct table *table, struct fb_open_file *file)
{
	char path[FB_PATH_SIZE];
	struct fb_error *err;

	if (!file->info.path.dentry)
		return NULL; /* the file could not be read, which has been said */
	err = fb_path_text(table->kernel, &file->info.path, table->root, path);
	if (err)
		return err;
	file->path = strdup(path);
	return file->path ? NULL : fb_error_nomem();
}

/* Damage is a warning. */
static struct fb_error *warn_of(struct table *table, struct fb_error *err, uint32_t fd)
{
	return fb_part_warn(fb_kernel_warnings(table->kernel), err, "open file %u", fd);
}

static struct fb_error *add_file(struct table *table, uint32_t fd, uint64_t address,
				 bool close_on_exec)
{
	const struct fb_layout *layout = fb_kernel_layout(table->kernel);
	struct fb_open_file *file;
	struct fb_error *err;

	if (table->list.count == FB_MAX_LISTED_FILES) {
		table->list.lost++;
		fb_warn(fb_kernel_warnings(table->kernel),
			"more than %u open files: the others are "
			"not listed",
			FB_MAX_LISTED_FILES);
		return NULL;
	}
	err = fb_grow_array(&table->list.files, &table->room, table->list.count, sizeof(*file),
			    FB_MAX_LISTED_FILES, "open files");
	if (err)
		return err;
	file = &table->list.files[table->list.count];
	*file = (struct fb_open_file){.fd = fd, .address = address};
	err = fb_kernel_field(table->kernel, address, &layout->file_flags, &file->flags);
	if (!err)
		err = fb_kernel_field_signed(table->kernel, address, &layout->file_pos, &file->pos);
	if (err) {
		table->list.lost++;
		return warn_of(table, err, fd);
	}
	table->list.count++;
	if (close_on_exec)
		file->flags |= FLAG_CLOEXEC;
	err = warn_of(table, read_inode(table, file), fd);
	return err ? err : warn_of(table, read_path(table, file), fd);
}

/* A part of one of the arrays that cannot be read. */
static struct fb_error *lose_part(struct table *table, struct fb_error *err, unsigned part,
				  uint32_t first)
{
	static const char *const names[] = {"file pointers", "bits of those in use",
					    "close-on-exec bits"};

	if (fb_error_is_fatal(err))
		return err;
	if (table->warned[part])
		fb_error_destroy(err);
	else
		fb_warn_error(fb_kernel_warnings(table->kernel), err,
			      "open files: %s from descriptor %u on", names[part], first);
	table->warned[part] = true;
	return NULL;
}

/* Descriptors first to first + 63: one word of the bitmaps. A lost bitmap costs no file: the kernel
 * clears the pointer of a descriptor that is closed. */
static struct fb_error *add_batch(struct table *table, uint32_t first)
{
	struct fb_space *space = fb_kernel_space(table->kernel);
	uint32_t count = table->limit - first < BATCH ? table->limit - first : BATCH;
	uint64_t files[BATCH], open = 0, close_on_exec = 0;
	struct fb_error *err = fb_space_u64(space, table->open + first / 8, &open);
	bool known = !err;

	if (!known) {
		open = UINT64_MAX;
		err = lose_part(table, err, PART_OPEN, first);
	}
	if (err || !open)
		return err;
	err = fb_space_read(space, table->files + (uint64_t)first * sizeof(files[0]), files,
			    count * sizeof(files[0]));
	if (err) {
		table->list.lost += known ? (uint64_t)__builtin_popcountll(open) : 1;
		return lose_part(table, err, PART_FILES, first);
	}
	err = fb_space_u64(space, table->close_on_exec + first / 8, &close_on_exec);
	if (err)
		err = lose_part(table, err, PART_CLOSE_ON_EXEC, first);
	for (uint32_t i = 0; i < count && !err; i++)
		/* A descriptor that is reserved but not installed yet has no file. */
		if ((open >> i & 1) && files[i])
			err = add_file(table, first + i, files[i], close_on_exec >> i & 1);
	return err;
}

static struct fb_error *find_table(struct table *table, uint64_t files_struct)
{
	const struct fb_layout *layout = fb_kernel_layout(table->kernel);
	uint64_t fdt, limit;
	struct fb_error *err;

	err = fb_kernel_field(table->kernel, files_struct, &layout->files_fdt, &fdt);
	if (!err)
		err = fb_kernel_field(table->kernel, fdt, &layout->fdtable_max_fds, &limit);
	if (!err)
		err = fb_kernel_field(table->kernel, fdt, &layout->fdtable_fd, &table->files);
	if (!err)
		err = fb_kernel_field(table->kernel, fdt, &layout->fdtable_open, &table->open);
	if (!err)
		err = fb_kernel_field(table->kernel, fdt, &layout->fdtable_close_on_exec,
				      &table->close_on_exec);
	if (err)
		return err;
	if (limit > FB_MAX_OPEN_FILES)
		return fb_error_create(FB_CORRUPT, "room for %" PRIu64 " descriptors", limit);
	table->limit = (uint32_t)limit;
	return NULL;
}

struct fb_error *fb_open_files_load(struct fb_kernel *kernel, const struct fb_task *task,
				    const struct fb_path *root, struct fb_open_files *files_ret)
{
	struct table table = {.kernel = kernel, .root = root};
	uint64_t files_struct;
	struct fb_error *err;

	err = fb_kernel_field(kernel, task->address, &fb_kernel_layout(kernel)->task_files,
			      &files_struct);
	if (!err && files_struct)
		err = find_table(&table, files_struct);
	for (uint32_t fd = 0; fd < table.limit && !err; fd += BATCH)
		err = add_batch(&table, fd);
	if (err) {
		fb_open_files_deinit(&table.list);
		return fb_error_prefix(err, "files of task %d", task->tid);
	}
	*files_ret = table.list;
	return NULL;
}

struct fb_error *fb_open_file_find(struct fb_kernel *kernel, const struct fb_task *task,
				   uint32_t fd, uint64_t *file_ret)
{
	struct table table = {.kernel = kernel};
	uint64_t files_struct, file = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, task->address, &fb_kernel_layout(kernel)->task_files,
			      &files_struct);
	if (!err && !files_struct)
		err = fb_error_create(FB_NOT_FOUND, "it has given its files back");
	if (!err)
		err = find_table(&table, files_struct);
	if (!err && fd >= table.limit)
		err = fb_error_create(FB_NOT_FOUND, "it has no descriptor %u", fd);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), table.files + (uint64_t)fd * 8, &file);
	if (!err && !fb_kernel_address_ok(file))
		err = fb_error_create(FB_NOT_FOUND, "descriptor %u is closed", fd);
	if (!err)
		*file_ret = file;
	return err;
}

void fb_open_files_deinit(struct fb_open_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free(files->files[i].socket);
	}
	free(files->files);
	memset(files, 0, sizeof(*files));
}
