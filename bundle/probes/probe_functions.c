// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up the functions in which threads wait. A compiler gives the copies of a function that it makes for some
 * callers a suffix ("pipe_read.constprop.0"), so all symbols are gone through. Called by probes.c.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/probes/probes_private.h"
#include "bundle/waits/recognisers.h"

/* Marks the functions of the list from the index first on that have a symbol in this table. */
static void mark(const struct fb_symtab *symbols, struct fb_probe_list *list, size_t first,
		 const char *module)
{
	for (size_t i = 0; i < fb_symtab_count(symbols); i++) {
		struct fb_symbol symbol;
		size_t low = first, high = list->count, length;

		fb_symtab_get(symbols, i, &symbol);
		length = strcspn(symbol.name, ".");
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			struct fb_probe *probe = &list->probes[middle];
			int order = strncmp(symbol.name, probe->name, length);

			if (!order && probe->name[length])
				order = -1;
			if (!order &&
			    (!module || (probe->module && !strcmp(probe->module, module))))
				probe->found = probe->name;
			if (order < 0)
				high = middle;
			else
				low = middle + 1;
			if (!order)
				break;
		}
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct fb_probe *)a)->name, ((const struct fb_probe *)b)->name);
}

/* Rows of one kind stand together in the table; a report groups by them. */
static int by_wait(const void *a, const void *b)
{
	int order = strcmp(((const struct fb_probe *)a)->wait, ((const struct fb_probe *)b)->wait);

	return order ? order : by_name(a, b);
}

/* Symbols of the modules that have such functions. */
static struct fb_error *mark_modules(struct fb_modules *modules, struct fb_probe_list *list,
				     size_t first)
{
	for (size_t i = 0; i < fb_modules_count(modules); i++) {
		const struct fb_module *module = fb_modules_get(modules, i);
		const struct fb_symtab *symbols;
		bool wanted = false;
		struct fb_error *err;

		for (size_t k = first; k < list->count; k++)
			wanted = wanted || (list->probes[k].module &&
					    !strcmp(list->probes[k].module, module->name));
		if (!wanted)
			continue;
		err = fb_module_symbols(modules, module, &symbols);
		if (!err)
			mark(symbols, list, first, module->name);
		else if (fb_error_is_fatal(err))
			return err;
		else
			fb_error_destroy(err);
	}
	return NULL;
}

struct fb_error *fb_probes_add_functions(struct fb_kernel *kernel, struct fb_modules *modules,
					 struct fb_probe_list *list)
{
	size_t count, first = list->count;
	const struct fb_wait_recogniser *rows = fb_wait_recognisers(&count);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; !err && k < FB_WAIT_FUNCTIONS && rows[i].functions[k]; k++) {
			const struct fb_probe probe = {
				.kind = FB_PROBE_FUNCTION,
				.name = rows[i].functions[k],
				.module = fb_probe_module_of(rows[i].functions[k]),
				.wait = rows[i].kind ? rows[i].kind : "idle",
				.row = (unsigned)i + 1,
				.cost = "what threads wait for",
			};

			err = fb_probe_list_add(list, &probe);
		}
	if (err)
		return err;
	qsort(&list->probes[first], list->count - first, sizeof(*list->probes), by_name);
	if (fb_kernel_symbols(kernel))
		mark(fb_kernel_symbols(kernel), list, first, NULL);
	if (modules)
		err = mark_modules(modules, list, first);
	qsort(&list->probes[first], list->count - first, sizeof(*list->probes), by_wait);
	return err;
}
