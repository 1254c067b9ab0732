// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the BTF of modules, each when it is first needed. Called for the types of zram, and for values whose type is a
 * module's.
 */
#include "kernel/modules/module_types.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module.h"

struct entry {
	char module[FB_MODULE_NAME];
	uint64_t address;   /* of the struct btf */
	struct fb_btf *btf; /* NULL until it is first needed */
	bool failed;        /* warned of already */
};

struct fb_module_types {
	struct fb_kernel *kernel;
	pthread_mutex_t lock; /* guards what follows */
	bool listed;
	struct entry *entries;
	size_t count, room;
};

struct fb_error *fb_module_types_create(struct fb_kernel *kernel,
					struct fb_module_types **types_ret)
{
	struct fb_module_types *types = calloc(1, sizeof(*types));

	if (!types)
		return fb_error_nomem();
	types->kernel = kernel;
	pthread_mutex_init(&types->lock, NULL); /* the default kind cannot fail */
	*types_ret = types;
	return NULL;
}

void fb_module_types_destroy(struct fb_module_types *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->count; i++)
		fb_btf_destroy(types->entries[i].btf);
	free(types->entries);
	pthread_mutex_destroy(&types->lock);
	free(types);
}

/* at: the list_head of a struct btf_module. */
static struct fb_error *add_entry(void *context, uint64_t at)
{
	struct fb_module_types *types = context;
	const struct fb_layout *layout = fb_kernel_layout(types->kernel);
	uint64_t base = at - layout->btf_module_list.offset, module;
	struct entry entry = {0};
	struct fb_error *err;

	err = fb_kernel_field(types->kernel, base, &layout->btf_module_btf, &entry.address);
	if (!err)
		err = fb_kernel_field(types->kernel, base, &layout->btf_module_module, &module);
	if (!err)
		err = fb_layout_require(&layout->module_name);
	if (!err)
		err = fb_space_string(fb_kernel_space(types->kernel),
				      module + layout->module_name.offset, entry.module,
				      sizeof(entry.module));
	if (!err)
		err = fb_grow_array(&types->entries, &types->room, types->count, sizeof(entry),
				    FB_MAX_MODULES, "modules with types");
	if (!err)
		types->entries[types->count++] = entry;
	return err;
}

/* What lies behind a broken link is lost, with a warning; what came before it stays. */
static struct fb_error *list_entries(struct fb_module_types *types)
{
	const struct fb_layout *layout = fb_kernel_layout(types->kernel);
	uint64_t head;
	struct fb_error *err;

	if (types->listed)
		return NULL;
	err = fb_layout_require(&layout->btf_module_list);
	if (!err)
		err = fb_kernel_symbol(types->kernel, "btf_modules", &head);
	if (err)
		return err;
	err = fb_kernel_list(types->kernel, head, FB_MAX_MODULES, add_entry, types);
	err = fb_part_warn(fb_kernel_warnings(types->kernel), err, "types of modules");
	if (err)
		return err;
	types->listed = true;
	return NULL;
}

static struct fb_error *load(struct fb_module_types *types, struct entry *entry)
{
	const struct fb_layout *layout = fb_kernel_layout(types->kernel);
	uint64_t data, size = 0;
	void *bytes = NULL;
	struct fb_error *err;

	err = fb_kernel_field(types->kernel, entry->address, &layout->btf_data, &data);
	if (!err)
		err = fb_kernel_field(types->kernel, entry->address, &layout->btf_data_size, &size);
	if (!err)
		err = fb_alloc_array(size, 1, FB_MAX_BTF_BYTES, "types of a module", &bytes);
	if (!err && size)
		err = fb_space_read(fb_kernel_space(types->kernel), data, bytes, size);
	if (!err)
		return fb_btf_adopt(bytes, size, fb_kernel_types(types->kernel), &entry->btf);
	free(bytes);
	return err;
}

static struct fb_error *get(struct fb_module_types *types, const char *module,
			    const struct fb_btf **btf_ret)
{
	struct fb_error *err = list_entries(types);

	if (err)
		return err;
	for (size_t i = 0; i < types->count; i++) {
		struct entry *entry = &types->entries[i];

		if (strcmp(entry->module, module) != 0)
			continue;
		err = entry->btf ? NULL : load(types, entry);
		if (!err)
			*btf_ret = entry->btf;
		return fb_error_prefix(err, "types of module %s", module);
	}
	return fb_error_create(FB_NOT_FOUND, "the kernel keeps no types of a module %s", module);
}

struct fb_error *fb_module_types_get(struct fb_module_types *types, const char *module,
				     const struct fb_btf **btf_ret)
{
	struct fb_error *err;

	pthread_mutex_lock(&types->lock);
	err = get(types, module, btf_ret);
	pthread_mutex_unlock(&types->lock);
	return err;
}

static struct fb_error *find_in(struct fb_module_types *types, struct entry *entry,
				enum fb_type_kind kind, const char *name, uint32_t *id_ret)
{
	struct fb_error *err = entry->btf || entry->failed ? NULL : load(types, entry);

	if (err && !fb_error_is_fatal(err)) {
		fb_warn_error(fb_kernel_warnings(types->kernel), err, "types of module %s",
			      entry->module);
		entry->failed = true;
		err = NULL;
	}
	if (err)
		return err;
	return entry->btf ? fb_btf_find(entry->btf, kind, name, id_ret)
			  : fb_error_create(FB_NOT_FOUND, "no types");
}

static struct fb_error *find(struct fb_module_types *types, enum fb_type_kind kind,
			     const char *name, const struct fb_btf **btf_ret, uint32_t *id_ret)
{
	struct fb_error *err = list_entries(types);

	if (err && !fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err);
	for (size_t i = 0; i < types->count; i++) {
		err = find_in(types, &types->entries[i], kind, name, id_ret);
		if (!err)
			*btf_ret = types->entries[i].btf;
		if (!fb_error_is(err, FB_NOT_FOUND))
			return err;
		fb_error_destroy(err);
	}
	return fb_error_create(FB_NOT_FOUND, "neither the kernel nor a module has a type %s", name);
}

struct fb_error *fb_module_types_find(struct fb_module_types *types, enum fb_type_kind kind,
				      const char *name, const struct fb_btf **btf_ret,
				      uint32_t *id_ret)
{
	const struct fb_btf *base = fb_kernel_types(types->kernel);
	struct fb_error *err;

	if (base) {
		err = fb_btf_find(base, kind, name, id_ret);
		if (!err)
			*btf_ret = base;
		if (!fb_error_is(err, FB_NOT_FOUND))
			return err;
		fb_error_destroy(err);
	}
	pthread_mutex_lock(&types->lock);
	err = find(types, kind, name, btf_ret, id_ret);
	pthread_mutex_unlock(&types->lock);
	return err;
}
