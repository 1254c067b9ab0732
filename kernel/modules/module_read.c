// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one struct module: its name, memory, state and users. Called by module_table.c for each address
 * that may be one.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module_table.h"

/* MODULE_REF_BASE: a loaded module counts one reference of its own (kernel/module/main.c). */
#define MODULE_REF_BASE 1

/* The module area is 1 to 1.5 GiB (MODULES_LEN). */
#define MAX_MODULE_BYTES (1536u << 20)

/* struct module_layout, before 6.4: one block, cut by running sums into text, read-only data,
 * data that is read-only after init, and data. */
static struct fb_error *read_layout(struct fb_kernel *kernel, uint64_t address,
				    struct fb_module_range *text, struct fb_module_range *rodata,
				    struct fb_module_range *ro_after_init,
				    struct fb_module_range *data)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *ends[] = {
		&layout->module_layout_text_size,
		&layout->module_layout_ro_size,
		&layout->module_layout_ro_after_init_size,
		&layout->module_layout_size,
	};
	struct fb_module_range *const ranges[] = {text, rodata, ro_after_init, data};
	uint64_t base, start = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, address, &layout->module_layout_base, &base);
	for (size_t i = 0; i < FB_ARRAY_SIZE(ends) && !err; i++) {
		uint64_t end;

		err = fb_kernel_field(kernel, address, ends[i], &end);
		if (err)
			break;
		if (end < start || end > MAX_MODULE_BYTES)
			return fb_error_create(FB_CORRUPT,
					       "%s 0x%" PRIx64 " lies outside its module",
					       ends[i]->name, end);
		if (!ranges[i])
			continue;
		*ranges[i] = (struct fb_module_range){.start = base + start, .size = end - start};
		start = end;
	}
	return err;
}

static struct fb_error *read_layouts(struct fb_kernel *kernel, struct fb_module *module)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_module_range *ranges = module->ranges;
	struct fb_error *err;

	err = fb_layout_require(&layout->module_core_layout);
	if (!err)
		err = fb_layout_require(&layout->module_init_layout);
	if (!err)
		err = read_layout(kernel, module->address + layout->module_core_layout.offset,
				  &ranges[FB_MODULE_TEXT], &ranges[FB_MODULE_RODATA],
				  &ranges[FB_MODULE_RO_AFTER_INIT], &ranges[FB_MODULE_DATA]);
	if (!err)
		err = read_layout(kernel, module->address + layout->module_init_layout.offset,
				  &ranges[FB_MODULE_INIT_TEXT], &ranges[FB_MODULE_INIT_RODATA],
				  NULL, &ranges[FB_MODULE_INIT_DATA]);
	return err;
}

/* module.mem[], from 6.4 on. */
static struct fb_error *read_memories(struct fb_kernel *kernel, struct fb_module *module)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t step = layout->module_memory.size;
	struct fb_error *err = NULL;

	if (!step || layout->module_mem.size / step < FB_MODULE_MEMORY_KINDS)
		return fb_error_create(FB_UNSUPPORTED, "module.mem has %" PRIu64 " kinds of memory",
				       (step ? layout->module_mem.size / step : 0));
	for (unsigned i = 0; i < FB_MODULE_MEMORY_KINDS && !err; i++) {
		uint64_t at = module->address + layout->module_mem.offset + i * step;
		struct fb_module_range *range = &module->ranges[i];

		err = fb_kernel_field(kernel, at, &layout->module_memory_base, &range->start);
		if (!err)
			err = fb_kernel_field(kernel, at, &layout->module_memory_size,
					      &range->size);
		if (!err && range->size > MAX_MODULE_BYTES)
			err = fb_error_create(FB_CORRUPT, "%" PRIu64 " bytes of memory",
					      range->size);
	}
	return err;
}

/* The text of a module must be where the kernel keeps modules; an empty range counts for none. */
static struct fb_error *check_ranges(struct fb_module *module)
{
	for (unsigned i = 0; i < FB_MODULE_MEMORY_KINDS; i++) {
		struct fb_module_range *range = &module->ranges[i];

		if (!range->size)
			continue;
		if (!fb_kernel_address_ok(range->start) || range->size > UINT64_MAX - range->start)
			return fb_error_create(FB_CORRUPT, "memory at 0x%" PRIx64, range->start);
		module->size += range->size;
	}
	module->base = module->ranges[FB_MODULE_TEXT].start;
	return NULL;
}

struct users {
	struct fb_kernel *kernel;
	struct fb_buf text;
};

/* entry: module_use.source_list; its source is the module that uses this one. */
static struct fb_error *add_user(void *context, uint64_t entry)
{
	struct users *users = context;
	const struct fb_layout *layout = fb_kernel_layout(users->kernel);
	char name[FB_MODULE_NAME];
	uint64_t source;
	struct fb_error *err;

	err = fb_kernel_field(users->kernel, entry - layout->module_use_source_list.offset,
			      &layout->module_use_source, &source);
	if (!err)
		err = fb_space_string(fb_kernel_space(users->kernel),
				      source + layout->module_name.offset, name, sizeof(name));
	return err ? err : fb_buf_printf(&users->text, "%s,", name);
}

/* What stays unread is left out, with a warning: a module is worth showing without its users. */
static struct fb_error *read_users(struct fb_kernel *kernel, struct fb_module *module)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct users users = {.kernel = kernel};
	struct fb_error *err;

	fb_buf_init(&users.text, FB_MAX_MODULE_USERS * FB_MODULE_NAME);
	err = fb_layout_require(&layout->module_source_list);
	if (!err)
		err = fb_layout_require(&layout->module_use_source_list);
	if (!err)
		err = fb_kernel_list(kernel, module->address + layout->module_source_list.offset,
				     FB_MAX_MODULE_USERS, add_user, &users);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "users of a module");
	if (!err) {
		module->used_by =
			strndup(users.text.data ? (char *)users.text.data : "", users.text.size);
		err = module->used_by ? NULL : fb_error_nomem();
	}
	fb_buf_deinit(&users.text);
	return err;
}

static struct fb_error *read_numbers(struct fb_kernel *kernel, struct fb_module *module)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t state = FB_MODULE_LIVE, init = 0, exit = 0;
	int64_t references;
	struct fb_error *err;

	err = fb_kernel_field(kernel, module->address, &layout->module_state, &state);
	if (!err && state > FB_MODULE_UNFORMED)
		err = fb_error_create(FB_CORRUPT, "state %" PRIu64, state);
	if (err)
		return err;
	module->state = (enum fb_module_state)state;
	err = fb_part_skip(
		fb_kernel_field(kernel, module->address, &layout->module_taints, &module->taints));
	if (err)
		return err;
	/* Without CONFIG_MODULE_UNLOAD there are neither references nor an exit function. */
	module->references = -1;
	err = fb_kernel_field_signed(kernel, module->address, &layout->module_refcnt, &references);
	if (!err)
		module->references = references - MODULE_REF_BASE;
	err = fb_part_skip(err);
	if (err)
		return err;
	err = fb_kernel_field(kernel, module->address, &layout->module_init, &init);
	if (!err)
		err = fb_kernel_field(kernel, module->address, &layout->module_exit, &exit);
	module->permanent = !err && init && !exit;
	return fb_part_skip(err);
}

/* Without types all else is unknown. The name is no proof that there is a module, so it must look like one. */
static struct fb_error *read_name_only(struct fb_module *module)
{
	for (const char *at = module->name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("_-.", *at))
			return fb_error_create(FB_CORRUPT, "no name of a module");
	module->references = -1;
	module->state = FB_MODULE_UNKNOWN;
	module->used_by = strdup("");
	return module->used_by ? NULL : fb_error_nomem();
}

static struct fb_error *read_module(struct fb_kernel *kernel, struct fb_module *module)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err;

	if (!fb_kernel_address_ok(module->address))
		return fb_error_create(FB_CORRUPT, "no address of a module");
	err = fb_layout_require(&layout->module_name);
	if (!err)
		err = fb_space_string(fb_kernel_space(kernel),
				      module->address + layout->module_name.offset, module->name,
				      sizeof(module->name));
	if (!err && !module->name[0])
		err = fb_error_create(FB_CORRUPT, "a module without a name");
	if (!err && layout->module_state.untyped)
		return read_name_only(module);
	if (!err)
		err = read_numbers(kernel, module);
	if (!err)
		err = layout->module_mem.found ? read_memories(kernel, module)
					       : read_layouts(kernel, module);
	if (!err)
		err = check_ranges(module);
	return err ? err : read_users(kernel, module);
}

struct fb_error *fb_module_read(struct fb_kernel *kernel, uint64_t address,
				struct fb_module *module_ret)
{
	struct fb_module module = {.address = address};
	struct fb_error *err = read_module(kernel, &module);

	if (err)
		return fb_error_prefix(err, "module 0x%" PRIx64, address);
	*module_ret = module;
	return NULL;
}
