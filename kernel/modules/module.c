// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of modules and its index by address. The list `modules` is walked, from both ends where it is broken; then
 * modules that it lost are searched through other sources (module_tree.c, module_named.c). Called wherever modules, or
 * the code at an address, are needed.
 */
#include "kernel/modules/module.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "kernel/modules/module_table.h"

/* Each finds at least one more; the second finds what is left, as a rule. */
#define MAX_ROUNDS 16u

/* A module with implausible values is skipped: the list goes on behind it. */
static struct fb_error *add_entry(void *context, uint64_t entry)
{
	struct fb_modules *modules = context;
	const struct fb_layout *layout = fb_kernel_layout(modules->kernel);
	struct fb_error *err = fb_modules_add(modules, entry - layout->module_list.offset);

	if (fb_error_is(err, FB_LIMIT))
		return err;
	return fb_part_warn(fb_kernel_warnings(modules->kernel), err, "modules");
}

/* For what lies behind a broken link; a list_head's prev stands behind its next. */
static struct fb_error *walk_backwards(struct fb_modules *modules, uint64_t head)
{
	const struct fb_layout *layout = fb_kernel_layout(modules->kernel);
	struct fb_space *space = fb_kernel_space(modules->kernel);
	uint64_t entry = head;

	for (size_t i = 0; i < FB_MAX_MODULES; i++) {
		struct fb_error *err = fb_space_u64(space, entry + sizeof(uint64_t), &entry);

		if (err)
			return err;
		if (entry == head || fb_modules_known(modules, entry - layout->module_list.offset))
			break;
		err = add_entry(modules, entry);
		if (err)
			return err;
	}
	return NULL;
}

/* What one of them finds may lead the other on. */
static struct fb_error *ask_others(struct fb_modules *modules)
{
	struct fb_error *err = NULL;
	size_t before;

	for (unsigned round = 0; round < MAX_ROUNDS && !err; round++) {
		before = modules->count;
		err = fb_modules_from_names(modules);
		if (!err)
			err = fb_modules_from_tree(modules);
		if (modules->count == before)
			break;
	}
	return err;
}

static struct fb_error *walk(struct fb_modules *modules)
{
	struct fb_kernel *kernel = modules->kernel;
	uint64_t head;
	size_t forwards;
	struct fb_error *err;

	err = fb_kernel_symbol(kernel, "modules", &head);
	if (!err)
		err = fb_layout_require(&fb_kernel_layout(kernel)->module_list);
	if (err)
		return err;
	err = fb_kernel_list(kernel, head, FB_MAX_MODULES, add_entry, modules);
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_warn_error(fb_kernel_warnings(kernel), err, "modules");
	forwards = modules->count;
	err = walk_backwards(modules, head);
	/* They came last one first. */
	for (size_t low = forwards, high = modules->count; low + 1 < high; low++, high--) {
		struct fb_module module = modules->modules[low];

		modules->modules[low] = modules->modules[high - 1];
		modules->modules[high - 1] = module;
	}
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "modules, from the list's end");
	return err ? err : ask_others(modules);
}

static int compare_spans(const void *a, const void *b)
{
	const struct fb_module_span *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static struct fb_error *index_modules(struct fb_modules *modules)
{
	struct fb_error *err;

	err = fb_alloc_array(modules->count * FB_MODULE_MEMORY_KINDS, sizeof(*modules->spans),
			     FB_MAX_MODULES * FB_MODULE_MEMORY_KINDS, "module ranges",
			     &modules->spans);
	if (!err)
		err = fb_alloc_array(modules->count, sizeof(*modules->symbols), FB_MAX_MODULES,
				     "modules", &modules->symbols);
	if (!err)
		err = fb_alloc_array(modules->count, sizeof(*modules->symbols_failed),
				     FB_MAX_MODULES, "modules", &modules->symbols_failed);
	if (err)
		return err;
	for (size_t i = 0; i < modules->count; i++) {
		for (unsigned kind = 0; kind < FB_MODULE_MEMORY_KINDS; kind++) {
			const struct fb_module_range *range = &modules->modules[i].ranges[kind];

			if (range->size)
				modules->spans[modules->span_count++] = (struct fb_module_span){
					range->start, range->start + range->size, (uint32_t)i};
		}
	}
	qsort(modules->spans, modules->span_count, sizeof(*modules->spans), compare_spans);
	return NULL;
}

struct fb_error *fb_modules_load(struct fb_kernel *kernel, struct fb_modules **modules_ret)
{
	struct fb_modules *modules = calloc(1, sizeof(*modules));
	struct fb_error *err;

	if (!modules)
		return fb_error_nomem();
	modules->kernel = kernel;
	pthread_mutex_init(&modules->lock, NULL); /* the default kind cannot fail */
	err = walk(modules);
	if (!err)
		err = index_modules(modules);
	if (err) {
		fb_modules_destroy(modules);
		return fb_error_prefix(err, "modules");
	}
	*modules_ret = modules;
	return NULL;
}

void fb_modules_destroy(struct fb_modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->count; i++) {
		free(modules->modules[i].used_by);
		if (modules->symbols)
			fb_symtab_destroy(modules->symbols[i]);
	}
	free(modules->modules);
	free(modules->spans);
	free(modules->symbols);
	free(modules->symbols_failed);
	fb_generated_code_destroy(modules->generated);
	pthread_mutex_destroy(&modules->lock);
	free(modules);
}

size_t fb_modules_count(const struct fb_modules *modules)
{
	return modules->count;
}

const struct fb_module *fb_modules_get(const struct fb_modules *modules, size_t index)
{
	return &modules->modules[index];
}

const struct fb_module *fb_modules_by_name(const struct fb_modules *modules, const char *name)
{
	for (size_t i = 0; i < modules->count; i++)
		if (!strcmp(modules->modules[i].name, name))
			return &modules->modules[i];
	return NULL;
}

const struct fb_module *fb_modules_by_address(const struct fb_modules *modules, uint64_t address)
{
	size_t behind = FB_LOWER_BOUND(i, modules->span_count, modules->spans[i].start <= address);

	if (!behind || address >= modules->spans[behind - 1].end)
		return NULL;
	return &modules->modules[modules->spans[behind - 1].module];
}

char *fb_module_flags(const struct fb_module *module, char *to, size_t size)
{
	/* Those of taint_flags[] (kernel/panic.c) that a module can have: bit and letter. */
	static const struct {
		unsigned bit;
		char letter;
	} taints[] = {{0, 'P'},  {1, 'F'},  {10, 'C'}, {12, 'O'}, {13, 'E'},
		      {15, 'K'}, {16, 'X'}, {18, 'N'}, {19, 'J'}};
	size_t length = 0;

	if (!size)
		return to;
	for (size_t i = 0; i < FB_ARRAY_SIZE(taints) && length + 1 < size; i++)
		if (module->taints >> taints[i].bit & 1)
			to[length++] = taints[i].letter;
	if (module->state == FB_MODULE_GOING && length + 1 < size)
		to[length++] = '-';
	if (module->state == FB_MODULE_COMING && length + 1 < size)
		to[length++] = '+';
	to[length] = '\0';
	return to;
}

const char *fb_module_state_name(enum fb_module_state state)
{
	static const char *const names[] = {"Live", "Loading", "Unloading", "Unformed"};

	return (size_t)state < FB_ARRAY_SIZE(names) ? names[state] : "Unknown";
}
