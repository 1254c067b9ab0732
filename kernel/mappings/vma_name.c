// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the name of a mapping: its file, the kernel's name for it ([vdso]), its use ([heap], [stack]), or the name that
 * its process gave it ([anon:...]). Called by the command vm, and for the objects of user stacks.
 */
#include "kernel/mappings/vma_name.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"

/* The name that a process gave with PR_SET_VMA_ANON_NAME: at most 80 bytes
 * (ANON_VMA_NAME_MAX_LEN, 9a10064f5625, 5.17). */
#define ANON_NAME_SIZE 81

/* 0 where it cannot be read; a fatal error is returned, as by all of the functions here. */
static struct fb_error *field_or_zero(struct fb_kernel *kernel, uint64_t base,
				      const struct fb_field *field, uint64_t *value_ret)
{
	*value_ret = 0;
	return fb_part_skip(fb_kernel_field(kernel, base, field, value_ret));
}

struct fb_error *fb_vma_namer_init(struct fb_vma_namer *namer, struct fb_kernel *kernel,
				   uint64_t mm, const struct fb_path *root)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err;

	*namer = (struct fb_vma_namer){.kernel = kernel, .has_root = root != NULL};
	if (root)
		namer->root = *root;
	err = field_or_zero(kernel, mm, &layout->mm_start_brk, &namer->start_brk);
	if (!err)
		err = field_or_zero(kernel, mm, &layout->mm_brk, &namer->brk);
	if (!err)
		err = field_or_zero(kernel, mm, &layout->mm_start_stack, &namer->start_stack);
	(void)fb_kernel_find_symbol(kernel, "special_mapping_vmops", &namer->special_ops);
	(void)fb_kernel_find_symbol(kernel, "legacy_special_mapping_vmops",
				    &namer->legacy_special_ops);
	return err;
}

/* The name that the process gave, where there is one. */
static struct fb_error *given_name(const struct fb_vma_namer *namer, const struct fb_vma *vma,
				   char *to, bool *given_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(namer->kernel);
	uint64_t anon_name;
	struct fb_error *err;

	*given_ret = false;
	/* Up to 6.1 it shares its place with what links the mappings of a file (moved by
	 * d09e8ca6cb93, 6.2). */
	if (vma->file && layout->vma_anon_name.found && layout->vma_shared_rb.found &&
	    layout->vma_anon_name.offset == layout->vma_shared_rb.offset)
		return NULL;
	err = field_or_zero(namer->kernel, vma->address, &layout->vma_anon_name, &anon_name);
	if (err || !anon_name || !layout->anon_vma_name_name.found)
		return err;
	err = fb_space_string(fb_kernel_space(namer->kernel),
			      anon_name + layout->anon_vma_name_name.offset, to, ANON_NAME_SIZE);
	*given_ret = !err;
	return fb_part_skip(err);
}

/* special_mapping_name(): what install_special_mapping() was told, where it was. */
static struct fb_error *special_name(const struct fb_vma_namer *namer, const struct fb_vma *vma,
				     char *to, size_t size, bool *special_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(namer->kernel);
	uint64_t ops, mapping, name;
	struct fb_error *err;

	*special_ret = false;
	err = field_or_zero(namer->kernel, vma->address, &layout->vma_ops, &ops);
	if (err || !ops || (ops != namer->special_ops && ops != namer->legacy_special_ops))
		return err;
	err = fb_kernel_field(namer->kernel, vma->address, &layout->vma_private_data, &mapping);
	if (!err)
		err = fb_kernel_field(namer->kernel, mapping, &layout->special_mapping_name, &name);
	if (!err)
		err = fb_space_string(fb_kernel_space(namer->kernel), name, to, size);
	*special_ret = !err;
	return fb_part_skip(err);
}

/* [heap] and [stack], whose addresses are in the mm_struct. */
static void name_by_use(const struct fb_vma_namer *namer, const struct fb_vma *vma,
			struct fb_vma_text *text)
{
	if (vma->path)
		return;
	if (namer->start_brk && vma->start <= namer->brk && vma->end >= namer->start_brk)
		snprintf(text->name, sizeof(text->name), "[heap]");
	else if (namer->start_stack && vma->start <= namer->start_stack &&
		 vma->end >= namer->start_stack)
		snprintf(text->name, sizeof(text->name), "[stack]");
}

static struct fb_error *name_without_file(const struct fb_vma_namer *namer,
					  const struct fb_vma *vma, struct fb_vma_text *text)
{
	char given[ANON_NAME_SIZE];
	bool found;
	struct fb_error *err;

	err = special_name(namer, vma, text->name, sizeof(text->name), &found);
	if (err || found)
		return err;
	name_by_use(namer, vma, text);
	if (text->name[0])
		return NULL;
	err = given_name(namer, vma, given, &found);
	if (!err && found)
		snprintf(text->name, sizeof(text->name), "[anon:%s]", given);
	return err;
}

/* The name as the dump has it, else as the core has, else what is left of it. */
static struct fb_error *name_path(const struct fb_vma_namer *namer, const struct fb_vma *vma,
				  const struct fb_path *file, struct fb_vma_text *text)
{
	const struct fb_path *root = namer->has_root ? &namer->root : NULL;
	char path[FB_PATH_SIZE];
	struct fb_error *err = fb_path_text_whole(namer->kernel, file, root, path);

	if (err && (vma->path || fb_error_is_fatal(err)))
		return err;
	if (err) {
		fb_error_destroy(err);
		err = fb_path_text(namer->kernel, file, root, path);
	}
	if (!err)
		fb_path_mangle(path, "\n", text->name, sizeof(text->name));
	return err;
}

static struct fb_error *name_with_file(const struct fb_vma_namer *namer, const struct fb_vma *vma,
				       struct fb_vma_text *text)
{
	char given[ANON_NAME_SIZE];
	struct fb_file_info info;
	bool is_given;
	struct fb_error *err;

	err = fb_file_info(namer->kernel, vma->file, &info);
	if (err)
		return err;
	text->major = info.major;
	text->minor = info.minor;
	text->inode = info.inode;
	err = given_name(namer, vma, given, &is_given);
	if (err)
		return err;
	if (is_given) {
		snprintf(text->name, sizeof(text->name), "[anon_shmem:%s]", given);
		return NULL;
	}
	return name_path(namer, vma, &info.path, text);
}

static void describe_flags(const struct fb_vma *vma, char perms[5])
{
	memcpy(perms, "----", 5);
	if (vma->flags & FB_VM_READ)
		perms[0] = 'r';
	if (vma->flags & FB_VM_WRITE)
		perms[1] = 'w';
	if (vma->flags & FB_VM_EXEC)
		perms[2] = 'x';
	if (vma->no_flags)
		memset(perms, '?', 3);
	perms[3] = vma->from_core ? '?' : vma->flags & FB_VM_MAYSHARE ? 's' : 'p';
}

struct fb_error *fb_vma_describe(const struct fb_vma_namer *namer, const struct fb_vma *vma,
				 struct fb_vma_text *text_ret)
{
	struct fb_error *err = NULL;

	memset(text_ret, 0, offsetof(struct fb_vma_text, name) + 1);
	text_ret->damaged = text_ret->core_name = false;
	describe_flags(vma, text_ret->perms);
	if (fb_vma_has_file(vma))
		text_ret->offset = vma->pgoff * FB_PAGE_SIZE;
	if (vma->file)
		err = name_with_file(namer, vma, text_ret);
	else if (!vma->from_core)
		err = name_without_file(namer, vma, text_ret);
	else
		name_by_use(namer, vma, text_ret);
	if (fb_error_is_fatal(err))
		return err;
	text_ret->damaged = err || vma->from_core;
	if (vma->path && *vma->path && !text_ret->name[0]) {
		fb_path_mangle(vma->path, "\n", text_ret->name, sizeof(text_ret->name));
		text_ret->core_name = true;
		fb_error_destroy(err);
		err = NULL;
	}
	fb_warn_error(fb_kernel_warnings(namer->kernel), err, "the file of a mapping");
	return NULL;
}
