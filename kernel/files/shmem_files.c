// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the files of all tmpfs that have memory. Called by the command mem. */
#include "kernel/files/shmem_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/files/path.h"

struct loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_shmem_files files;
	size_t room;
	uint64_t operations; /* of file systems of shmem; 0: unknown */
	uint64_t superblock; /* whose inodes are read */
	uint64_t steps;      /* inodes that may still be read, of all file systems */
};

static struct fb_error *read_swapped(const struct loader *loader, struct fb_shmem_file *file)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t pages = 0;
	struct fb_error *err = fb_layout_require(&layout->shmem_inode);

	if (!err)
		err = fb_kernel_field(loader->kernel, file->inode - layout->shmem_inode.offset,
				      &layout->shmem_swapped, &pages);
	file->swapped_known = !err;
	file->swapped = pages < UINT64_MAX / FB_PAGE_SIZE ? pages * FB_PAGE_SIZE : 0;
	return fb_part_skip(err);
}

static struct fb_error *add_inode(void *context, uint64_t entry)
{
	struct loader *loader = context;
	const struct fb_layout *layout = loader->layout;
	struct fb_shmem_file file = {.inode = entry - layout->inode_sb_list.offset,
				     .superblock = loader->superblock};
	uint64_t pages = 0, host = 0;
	struct fb_error *err =
		fb_kernel_field(loader->kernel, file.inode, &layout->inode_mapping, &file.mapping);

	if (!err)
		err = fb_kernel_field(loader->kernel, file.mapping, &layout->address_space_host,
				      &host);
	/* The file of a block device has the pages of the device. */
	if (!err && host != file.inode)
		return NULL;
	if (!err)
		err = fb_kernel_field(loader->kernel, file.mapping, &layout->address_space_count,
				      &pages);
	if (!err)
		err = read_swapped(loader, &file);
	if (err) {
		loader->files.complete = false;
		return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "a file of tmpfs");
	}
	file.bytes = pages < UINT64_MAX / FB_PAGE_SIZE ? pages * FB_PAGE_SIZE : 0;
	if (!file.bytes && !file.swapped)
		return NULL;
	err = fb_grow_array(&loader->files.files, &loader->room, loader->files.count, sizeof(file),
			    FB_MAX_LIST_OBJECTS, "files of tmpfs");
	if (!err)
		loader->files.files[loader->files.count++] = file;
	return err;
}

/* Not all go by the name of tmpfs: the root of an initramfs may be one too. */
static struct fb_error *is_of_shmem(const struct loader *loader, bool *is_ret)
{
	const struct fb_layout *layout = loader->layout;
	char type[32] = "";
	uint64_t operations = 0;
	struct fb_error *err;

	if (loader->operations && layout->super_block_ops.found) {
		err = fb_kernel_field(loader->kernel, loader->superblock, &layout->super_block_ops,
				      &operations);
		*is_ret = !err && operations == loader->operations;
		return err;
	}
	err = fb_file_system_type(loader->kernel, loader->superblock, type, sizeof(type));
	*is_ret = !err && !strcmp(type, "tmpfs");
	return err;
}

static struct fb_error *read_file_system(void *context, uint64_t entry)
{
	struct loader *loader = context;
	const struct fb_layout *layout = loader->layout;
	bool is = false;
	struct fb_error *err;

	loader->superblock = entry - layout->super_block_list.offset;
	err = is_of_shmem(loader, &is);
	if (!err && is)
		err = fb_kernel_ring(loader->kernel,
				     loader->superblock + layout->super_block_inodes.offset,
				     &loader->steps, add_inode, loader);
	if (err)
		loader->files.complete = false;
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "files of tmpfs");
}

static int by_size(const void *left, const void *right)
{
	const struct fb_shmem_file *a = left, *b = right;
	const uint64_t first = a->bytes + a->swapped, second = b->bytes + b->swapped;

	if (first != second)
		return first < second ? 1 : -1;
	return (a->inode > b->inode) - (a->inode < b->inode);
}

struct fb_error *fb_shmem_files_load(struct fb_kernel *kernel, struct fb_shmem_files *files_ret)
{
	struct loader loader = {
		.kernel = kernel,
		.layout = fb_kernel_layout(kernel),
		.files.complete = true,
		.steps = FB_MAX_LIST_OBJECTS,
	};
	const struct fb_field *const needed[] = {&loader.layout->super_block_list,
						 &loader.layout->super_block_inodes,
						 &loader.layout->inode_sb_list};
	uint64_t head = 0;
	struct fb_error *err = fb_kernel_symbol(kernel, "super_blocks", &head);

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (err)
		return err;
	fb_kernel_find_symbol(kernel, "shmem_ops", &loader.operations);
	err = fb_kernel_list(kernel, head, FB_MAX_SUPERBLOCKS, read_file_system, &loader);
	if (err)
		loader.files.complete = false;
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "the list of file systems");
	if (err) {
		fb_shmem_files_deinit(&loader.files);
		return err;
	}
	if (loader.files.count)
		qsort(loader.files.files, loader.files.count, sizeof(*loader.files.files), by_size);
	*files_ret = loader.files;
	return NULL;
}

void fb_shmem_files_deinit(struct fb_shmem_files *files)
{
	free(files->files);
	*files = (struct fb_shmem_files){0};
}
