// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the kernel's types: BTF from its memory, up to the types of the basic layout, or DWARF from a vmlinux. Called
 * by kernel_symbols.c.
 */
#include <string.h>

#include "base/parallel_read.h"
#include "kernel/image/kernel_private.h"
#include "symbols/dwarf/dwarf_types.h"

/* Where the kernel keeps its BTF; the names changed with 90ceddcb4950 (5.7). */
static struct fb_error *find_btf(struct fb_kernel *kernel, uint64_t *start_ret, uint64_t *size_ret)
{
	struct fb_error *err;

	err = fb_kernel_symbol_range(kernel, "__start_BTF", "__stop_BTF", 1, FB_MAX_BTF_BYTES,
				     start_ret, size_ret);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = fb_kernel_symbol_range(kernel, "_binary__btf_vmlinux_bin_start",
					     "_binary__btf_vmlinux_bin_end", 1, FB_MAX_BTF_BYTES,
					     start_ret, size_ret);
	}
	return err;
}

static struct fb_error *read_types(void *context, uint64_t offset, void *to, size_t size)
{
	struct fb_kernel *kernel = context;

	return fb_parallel_read(kernel->space, kernel->pool, kernel->types_start + offset, to,
				size);
}

/* Of the types in the basic layout those that not every kernel has, by symbols that tell. */
static bool lacks(void *context, const char *type)
{
	const struct fb_kernel *kernel = context;
	uint64_t address;

	/* The per-CPU variable of the struct of that name. */
	if (!strcmp(type, "pcpu_hot"))
		return !fb_kernel_find_symbol(kernel, "pcpu_hot", &address);
	/* The copy of the timekeeper, which struct tk_data took in. */
	if (!strcmp(type, "tk_data"))
		return fb_kernel_find_symbol(kernel, "shadow_timekeeper", &address);
	return false;
}

struct fb_error *fb_kernel_begin_types(struct fb_kernel *kernel)
{
	const struct fb_btf_source source = {read_types, kernel};
	struct fb_btf *types = NULL;
	uint64_t size;
	struct fb_error *err = find_btf(kernel, &kernel->types_start, &size);

	if (!err)
		err = fb_btf_open(&source, size, &types);
	while (!err && !fb_layout_resolve_basic(types, lacks, kernel, &kernel->basic_layout))
		err = fb_btf_extend(types, !kernel->few_types);
	if (err) {
		fb_btf_destroy(types);
		return err;
	}
	kernel->types = types;
	kernel->types_left = !fb_btf_is_whole(types);
	return NULL;
}

/* The distinct struct names of the layout table, for a vmlinux's DWARF. */
struct fb_error *fb_kernel_dwarf_types(struct fb_kernel *kernel, const char *vmlinux)
{
#define FB_FIELD(id, type, ...) type,
#define FB_SIZE(id, type) type,
#define FB_PART(cost)
	static const char *const listed[] = {
#include "kernel/image/layout_table.h"
	};
#undef FB_FIELD
#undef FB_SIZE
#undef FB_PART
	const char *names[FB_ARRAY_SIZE(listed)];
	size_t count = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(listed); i++)
		if (count == 0 || strcmp(names[count - 1], listed[i]) != 0)
			names[count++] = listed[i];
	return fb_dwarf_types_load(vmlinux, names, count, &kernel->types);
}
