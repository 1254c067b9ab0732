// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds modules through data of other modules: those that a known module uses or is used by; and through the list of
 * modules' types, whose entries are not part of the modules' memory. Called by module.c.
 */
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module_table.h"

/* A list whose entries name modules. */
struct named_list {
	struct fb_modules *modules;
	const struct fb_field *link, *module; /* of an entry */
};

/* An entry that cannot be read ends the list; what it names may be lost. */
static struct fb_error *add_named(void *context, uint64_t entry)
{
	struct named_list *list = context;
	uint64_t module;
	struct fb_error *err = fb_kernel_field(list->modules->kernel, entry - list->link->offset,
					       list->module, &module);

	return err ? err : fb_modules_add_hint(list->modules, module);
}

/* Walks the list from both ends. A warning that it is broken was given when the modules
 * themselves were listed. */
static struct fb_error *walk(struct fb_modules *modules, uint64_t head, const struct fb_field *link,
			     const struct fb_field *module)
{
	struct named_list list = {modules, link, module};
	uint64_t steps = FB_MAX_MODULES;
	struct fb_error *err;

	if (!link->found || !module->found)
		return NULL;
	err = fb_kernel_ring(modules->kernel, head, &steps, add_named, &list);
	return fb_part_skip(err);
}

struct fb_error *fb_modules_from_names(struct fb_modules *modules)
{
	const struct fb_layout *layout = fb_kernel_layout(modules->kernel);
	struct fb_error *err = NULL;
	uint64_t head;

	/* Modules have types since 36e68442d1af, 5.11. */
	if (fb_kernel_find_symbol(modules->kernel, "btf_modules", &head))
		err = walk(modules, head, &layout->btf_module_list, &layout->btf_module_module);
	/* The table grows under the loop. */
	for (size_t i = 0; i < modules->count && !err; i++) {
		uint64_t module = modules->modules[i].address;

		if (layout->module_source_list.found)
			err = walk(modules, module + layout->module_source_list.offset,
				   &layout->module_use_source_list, &layout->module_use_source);
		if (!err && layout->module_target_list.found)
			err = walk(modules, module + layout->module_target_list.offset,
				   &layout->module_use_target_list, &layout->module_use_target);
	}
	return err;
}
