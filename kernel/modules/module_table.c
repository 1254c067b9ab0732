// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds modules to the table, each address once. Called by module.c, module_tree.c and module_named.c, which find the
 * addresses.
 */
#include "kernel/modules/module_table.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

bool fb_modules_known(const struct fb_modules *modules, uint64_t address)
{
	for (size_t i = 0; i < modules->count; i++)
		if (modules->modules[i].address == address)
			return true;
	return false;
}

struct fb_error *fb_modules_add(struct fb_modules *modules, uint64_t address)
{
	struct fb_module module;
	struct fb_error *err;

	if (fb_modules_known(modules, address))
		return NULL;
	err = fb_grow_array(&modules->modules, &modules->room, modules->count, sizeof(module),
			    FB_MAX_MODULES, "modules");
	if (err)
		return err;
	err = fb_module_read(modules->kernel, address, &module);
	if (!err)
		modules->modules[modules->count++] = module;
	return err;
}

struct fb_error *fb_modules_add_hint(struct fb_modules *modules, uint64_t address)
{
	struct fb_error *err = fb_modules_add(modules, address);

	return fb_error_is(err, FB_LIMIT) ? err : fb_part_skip(err);
}
