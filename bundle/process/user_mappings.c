// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mappings for the user unwinder.
 */
#include "bundle/process/user_mappings.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/process.h"
#include "kernel/files/path.h"
#include "kernel/mappings/vma_name.h"

struct mapper {
	struct fb_kernel *kernel;
	struct fb_string_pool *pool;
	struct fb_path root;
	bool has_root;
	struct fb_path own_root; /* where it is another */
	bool has_own_root;
	struct fb_vma_namer namer;
	struct fb_vma_text text;
};

/* Of a process in a container: its files may be at hand by the names that it has for them. */
static struct fb_error *add_own_path(struct mapper *mapper, const struct fb_file_info *info,
				     struct fb_user_mapping *mapping)
{
	char path[FB_PATH_SIZE];
	struct fb_error *err;

	if (!mapper->has_own_root || !mapping->file)
		return NULL;
	err = fb_path_text(mapper->kernel, &info->path, &mapper->own_root, path);
	if (!err)
		return fb_string_pool_add(mapper->pool, path, &mapping->own_path);
	return fb_part_skip(err);
}

/* Leaves what cannot be read as it is: zero. Only a fatal error is returned. */
static struct fb_error *describe_file(struct mapper *mapper, const struct fb_vma *vma,
				      struct fb_user_mapping *mapping)
{
	const struct fb_layout *layout = fb_kernel_layout(mapper->kernel);
	struct fb_file_info info = {0};
	char path[FB_PATH_SIZE] = "";
	struct fb_error *err = fb_file_info(mapper->kernel, vma->file, &info);

	if (!err) {
		mapping->file = info.inode_address;
		err = fb_path_text(mapper->kernel, &info.path,
				   mapper->has_root ? &mapper->root : NULL, path);
	}
	if (!err)
		err = fb_kernel_field(mapper->kernel, info.inode_address, &layout->inode_size,
				      &mapping->file_size);
	err = fb_part_skip(err);
	if (!err)
		err = fb_string_pool_add(mapper->pool, path, &mapping->path);
	return err ? err : add_own_path(mapper, &info, mapping);
}

/* [vdso] is the only code without a file that has tables. */
static struct fb_error *describe_anonymous(struct mapper *mapper, const struct fb_vma *vma,
					   struct fb_user_mapping *mapping)
{
	struct fb_error *err;

	if (!mapping->executable)
		return NULL;
	err = fb_vma_describe(&mapper->namer, vma, &mapper->text);
	if (!err)
		err = fb_string_pool_add(mapper->pool, mapper->text.name, &mapping->path);
	return err;
}

static struct fb_error *describe(struct mapper *mapper, const struct fb_vma *vma,
				 const struct fb_vma *last, struct fb_user_mapping *mapping)
{
	mapping->start = vma->start;
	mapping->end = vma->end;
	mapping->executable = vma->flags & FB_VM_EXEC;
	mapping->path = "";
	if (!vma->file)
		return describe_anonymous(mapper, vma, mapping);
	mapping->offset = vma->pgoff * FB_PAGE_SIZE;
	if (!last || last->file != vma->file)
		return describe_file(mapper, vma, mapping);
	mapping->file = mapping[-1].file;
	mapping->file_size = mapping[-1].file_size;
	mapping->path = mapping[-1].path;
	mapping->own_path = mapping[-1].own_path;
	return NULL;
}

struct fb_error *fb_user_mappings_load(struct fb_input *input, const struct fb_task *task,
				       const struct fb_joined *joined, struct fb_string_pool *pool,
				       struct fb_user_mapping **mappings_ret)
{
	const struct fb_vmas *vmas = fb_joined_vmas(joined);
	struct mapper *mapper = calloc(1, sizeof(*mapper));
	struct fb_user_mapping *mappings = NULL;
	struct fb_error *err = mapper ? NULL : fb_error_nomem();

	if (!err)
		err = fb_alloc_array(vmas->count, sizeof(*mappings), FB_MAX_VMAS, "mappings",
				     &mappings);
	if (!err) {
		mapper->kernel = fb_input_kernel(input);
		mapper->pool = pool;
		err = fb_process_root(input, task, false, &mapper->root, &mapper->has_root);
	}
	if (!err)
		err = fb_process_root(input, task, true, &mapper->own_root, &mapper->has_own_root);
	if (!err && mapper->has_root && mapper->root.mount == mapper->own_root.mount &&
	    mapper->root.dentry == mapper->own_root.dentry)
		mapper->has_own_root = false;
	if (!err)
		fb_vma_namer_init(&mapper->namer, mapper->kernel, task->mm, NULL);
	for (size_t i = 0; !err && i < vmas->count; i++)
		err = describe(mapper, &vmas->vma[i], i ? &vmas->vma[i - 1] : NULL, &mappings[i]);
	free(mapper);
	if (err)
		free(mappings);
	else
		*mappings_ret = mappings;
	return err;
}
