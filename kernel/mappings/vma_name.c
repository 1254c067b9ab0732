// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a mapping is called: its file, what the kernel calls it ([vdso]), what it is used for
 * ([heap], [stack]), or what its process calls it ([anon:...]). Called by vm, and for the objects
 * of user stacks.
 */
#include "kernel/mappings/vma_name.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* The name that a process gave with PR_SET_VMA_ANON_NAME: at most 80 bytes
 * (ANON_VMA_NAME_MAX_LEN, 9a10064f5625, 5.17). */
#define ANON_NAME_SIZE 81

static uint64_t field_or_zero(struct fb_kernel *kernel, uint64_t base, const struct fb_field *field)
{
	uint64_t value = 0;

	fb_error_destroy(fb_kernel_field(kernel, base, field, &value));
	return value;
}

static uint64_t symbol_or_zero(struct fb_kernel *kernel, const char *name)
{
	uint64_t address = 0;

	fb_error_destroy(fb_kernel_symbol(kernel, name, &address));
	return address;
}

void fb_vma_namer_init(struct fb_vma_namer *namer, struct fb_kernel *kernel, uint64_t mm,
		       const struct fb_path *root)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);

	*namer = (struct fb_vma_namer){
		.kernel = kernel,
		.has_root = root != NULL,
		.start_brk = field_or_zero(kernel, mm, &layout->mm_start_brk),
		.brk = field_or_zero(kernel, mm, &layout->mm_brk),
		.start_stack = field_or_zero(kernel, mm, &layout->mm_start_stack),
		.special_ops = symbol_or_zero(kernel, "special_mapping_vmops"),
		.legacy_special_ops = symbol_or_zero(kernel, "legacy_special_mapping_vmops"),
	};
	if (root)
		namer->root = *root;
}

/* The name that the process gave; false where there is none. */
static bool given_name(const struct fb_vma_namer *namer, const struct fb_vma *vma, char *to)
{
	const struct fb_layout *layout = fb_kernel_layout(namer->kernel);
	uint64_t anon_name;
	struct fb_error *err;

	/* Up to 6.1 it shares its place with what links the mappings of a file (moved by
	 * d09e8ca6cb93, 6.2). */
	if (vma->file && layout->vma_anon_name.found && layout->vma_shared_rb.found &&
	    layout->vma_anon_name.offset == layout->vma_shared_rb.offset)
		return false;
	anon_name = field_or_zero(namer->kernel, vma->address, &layout->vma_anon_name);
	if (!anon_name || !layout->anon_vma_name_name.found)
		return false;
	err = fb_space_string(fb_kernel_space(namer->kernel),
			      anon_name + layout->anon_vma_name_name.offset, to, ANON_NAME_SIZE);
	if (!err)
		return true;
	fb_error_destroy(err);
	return false;
}

/* special_mapping_name(): what install_special_mapping() was told; false where it was not. */
static bool special_name(const struct fb_vma_namer *namer, const struct fb_vma *vma, char *to,
			 size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(namer->kernel);
	uint64_t ops = field_or_zero(namer->kernel, vma->address, &layout->vma_ops);
	uint64_t mapping, name;
	struct fb_error *err;

	if (!ops || (ops != namer->special_ops && ops != namer->legacy_special_ops))
		return false;
	mapping = field_or_zero(namer->kernel, vma->address, &layout->vma_private_data);
	err = fb_kernel_field(namer->kernel, mapping, &layout->special_mapping_name, &name);
	if (!err)
		err = fb_space_string(fb_kernel_space(namer->kernel), name, to, size);
	if (!err)
		return true;
	fb_error_destroy(err);
	return false;
}

/* [heap] and [stack], which the mm_struct knows. */
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

static void name_without_file(const struct fb_vma_namer *namer, const struct fb_vma *vma,
			      struct fb_vma_text *text)
{
	char given[ANON_NAME_SIZE];

	if (special_name(namer, vma, text->name, sizeof(text->name)))
		return;
	name_by_use(namer, vma, text);
	if (!text->name[0] && given_name(namer, vma, given))
		snprintf(text->name, sizeof(text->name), "[anon:%s]", given);
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
	struct fb_error *err;

	err = fb_file_info(namer->kernel, vma->file, &info);
	if (err)
		return err;
	text->major = info.major;
	text->minor = info.minor;
	text->inode = info.inode;
	if (given_name(namer, vma, given)) {
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
		name_without_file(namer, vma, text_ret);
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
