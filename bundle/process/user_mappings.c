// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the mappings of a process in the form that the user unwinder takes, with the paths of mapped
 * files. Called by bundle/stacks for each process.
 */
#include "bundle/process/user_mappings.h"

#include <elf.h>
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
	uint64_t vdso; /* as the core has it; 0: unknown */
	struct fb_vma_namer namer;
	struct fb_vma_text text;
};

/* For a process in a container: its files may be found by the paths that it has for them. */
static struct fb_error *add_own_path(struct mapper *mapper, const struct fb_file_info *info,
				     struct fb_user_mapping *mapping)
{
	char path[FB_PATH_SIZE];
	struct fb_error *err;

	if (!mapper->has_own_root)
		return NULL;
	err = fb_path_text_whole(mapper->kernel, &info->path, &mapper->own_root, path);
	if (!err)
		return fb_string_pool_add(mapper->pool, path, &mapping->own_path);
	return fb_part_skip(err);
}

/* What the dump has of the file. Its paths stay as they are where they are lost, *path_ret false; the
 * other members too. Only a fatal error is returned. */
static struct fb_error *describe_in_dump(struct mapper *mapper, const struct fb_vma *vma,
					 struct fb_user_mapping *mapping, bool *path_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(mapper->kernel);
	const struct fb_path *root = mapper->has_root ? &mapper->root : NULL;
	char path[FB_PATH_SIZE] = "";
	struct fb_file_info info;
	struct fb_error *err = fb_file_info(mapper->kernel, vma->file, &info);

	*path_ret = false;
	if (!err) {
		mapping->file = info.inode_address;
		err = fb_kernel_field(mapper->kernel, info.inode_address, &layout->inode_size,
				      &mapping->file_size);
	}
	if (!err)
		err = vma->path ? fb_path_text_whole(mapper->kernel, &info.path, root, path)
				: fb_path_text(mapper->kernel, &info.path, root, path);
	if (!err) {
		*path_ret = true;
		err = fb_string_pool_add(mapper->pool, path, &mapping->path);
		return err ? err : add_own_path(mapper, &info, mapping);
	}
	return fb_part_skip(err);
}

/* Whether a core's name for a file is that of the mapping before it. */
static bool same_path(const struct fb_user_mapping *before, const char *path)
{
	return strcmp(before->path, path) == 0 ||
	       (before->own_path && strcmp(before->own_path, path) == 0);
}

/* Where the dump has lost the file's name, the core's: as the process sees it if the kernel wrote the
 * core, as the host does if gcore did. What identifies a file is then that its mappings, which
 * lie behind each other, have one name. before: of the last file, or NULL. */
static struct fb_error *describe_file(struct mapper *mapper, const struct fb_vma *vma,
				      const struct fb_user_mapping *before,
				      struct fb_user_mapping *mapping)
{
	bool has_path = false;
	struct fb_error *err = NULL;

	mapping->file = vma->file ? vma->file : vma->start;
	if (vma->file)
		err = describe_in_dump(mapper, vma, mapping, &has_path);
	if (!err && !has_path && vma->path) {
		err = fb_string_pool_add(mapper->pool, vma->path, &mapping->path);
		mapping->own_path = mapping->path;
	}
	if (!err && before && *mapping->path && same_path(before, mapping->path) &&
	    (!has_path || before->path_from_core)) {
		mapping->file = before->file;
		if (!mapping->file_size)
			mapping->file_size = before->file_size;
	}
	mapping->path_from_core = !has_path;
	return err;
}

/* Where the kernel put the vDSO, as the core's auxiliary vector has it; 0: unknown. */
static uint64_t vdso_of_core(const struct fb_core *core)
{
	const struct fb_core_info *info = core ? fb_core_info(core) : NULL;

	for (size_t i = 0; info && i < info->auxv_pairs; i++)
		if (info->auxv[2 * i] == AT_SYSINFO_EHDR)
			return info->auxv[2 * i + 1];
	return 0;
}

/* [vdso] is the only code without a file that has tables. */
static struct fb_error *describe_anonymous(struct mapper *mapper, const struct fb_vma *vma,
					   struct fb_user_mapping *mapping)
{
	struct fb_error *err;

	if (!mapping->executable)
		return NULL;
	if (vma->from_core)
		return vma->start == mapper->vdso
			       ? fb_string_pool_add(mapper->pool, "[vdso]", &mapping->path)
			       : NULL;
	err = fb_vma_describe(&mapper->namer, vma, &mapper->text);
	if (!err)
		err = fb_string_pool_add(mapper->pool, mapper->text.name, &mapping->path);
	return err;
}

/* before: the last mapping of a file and where it is described, NULL at first. */
static struct fb_error *describe(struct mapper *mapper, const struct fb_vma *vma,
				 const struct fb_vma *before_vma,
				 const struct fb_user_mapping *before,
				 struct fb_user_mapping *mapping)
{
	mapping->start = vma->start;
	mapping->end = vma->end;
	mapping->executable = vma->no_flags || (vma->flags & FB_VM_EXEC);
	mapping->path = "";
	if (!fb_vma_has_file(vma))
		return describe_anonymous(mapper, vma, mapping);
	mapping->offset = vma->pgoff * FB_PAGE_SIZE;
	if (!vma->file || !before || before_vma->file != vma->file)
		return describe_file(mapper, vma, before, mapping);
	mapping->file = before->file;
	mapping->file_size = before->file_size;
	mapping->path = before->path;
	mapping->own_path = before->own_path;
	mapping->path_from_core = before->path_from_core;
	return NULL;
}

static struct fb_error *describe_all(struct mapper *mapper, const struct fb_vmas *vmas,
				     struct fb_user_mapping *mappings)
{
	size_t before = SIZE_MAX;
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && i < vmas->count; i++) {
		err = describe(mapper, &vmas->vma[i],
			       before == SIZE_MAX ? NULL : &vmas->vma[before],
			       before == SIZE_MAX ? NULL : &mappings[before], &mappings[i]);
		if (fb_vma_has_file(&vmas->vma[i]))
			before = i;
	}
	return err;
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
		mapper->vdso = vdso_of_core(fb_joined_core(joined));
		err = fb_process_root(input, task, false, &mapper->root, &mapper->has_root);
	}
	if (!err)
		err = fb_process_root(input, task, true, &mapper->own_root, &mapper->has_own_root);
	if (!err && mapper->has_root && mapper->root.mount == mapper->own_root.mount &&
	    mapper->root.dentry == mapper->own_root.dentry)
		mapper->has_own_root = false;
	if (!err)
		err = fb_vma_namer_init(&mapper->namer, mapper->kernel, task->mm, NULL);
	if (!err)
		err = describe_all(mapper, vmas, mappings);
	free(mapper);
	if (err)
		free(mappings);
	else
		*mappings_ret = mappings;
	return err;
}
