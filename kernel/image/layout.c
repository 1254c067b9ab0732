// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up the members of the table (layout_table.h) in a kernel's types. Called once when a
 * kernel is opened, and for members of modules' types.
 */
#include "kernel/image/layout.h"

#include <stddef.h>
#include <string.h>

#define MAX_NAMES 4

struct field_entry {
	size_t slot; /* offset in struct fb_layout */
	const char *type;
	const char *label;
	const char *names[MAX_NAMES]; /* newest first, NULL-terminated */
};

struct size_entry {
	size_t slot;
	const char *type;
};

#define FIRST_NAME(first, ...) first
#define FB_SIZE(id, type)
#define FB_FIELD(id, type, ...) \
	{offsetof(struct fb_layout, id), type, type "." FIRST_NAME(__VA_ARGS__, ), {__VA_ARGS__}},
static const struct field_entry field_entries[] = {
#include "kernel/image/layout_table.h"
};
#undef FB_FIELD
#undef FB_SIZE

#define FB_FIELD(id, type, ...)
#define FB_SIZE(id, type) {offsetof(struct fb_layout, id), type},
static const struct size_entry size_entries[] = {
#include "kernel/image/layout_table.h"
};
#undef FB_FIELD
#undef FB_SIZE

/* A struct, a union, or what a typedef of that name stands for; 0 if there is none. */
static uint32_t find_type(const struct fb_btf *types, const char *name)
{
	static const enum fb_type_kind kinds[] = {FB_TYPE_STRUCT, FB_TYPE_UNION, FB_TYPE_TYPEDEF};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		uint32_t id = 0;
		struct fb_error *err = fb_btf_find(types, kinds[i], name, &id);

		if (!err)
			return fb_btf_strip(types, id);
		fb_error_destroy(err);
	}
	return 0;
}

static bool resolve_field(const struct fb_btf *types, uint32_t type, const char *member,
			  struct fb_field *field)
{
	struct fb_btf_member found;
	struct fb_error *err;
	uint64_t size = 0;

	if (!fb_btf_has_member(types, type, member, &found))
		return false;
	err = fb_btf_sizeof(types, found.type, &size);
	if (err) {
		fb_error_destroy(err);
		return false;
	}
	if (found.bit_size && size) {
		/* Read as the smallest aligned unit of its type's size that holds it. */
		uint64_t unit_bits = size * 8;

		field->offset = (uint32_t)(found.bit_offset / unit_bits * size);
		field->bit_offset = (uint16_t)(found.bit_offset % unit_bits);
		field->bit_size = (uint16_t)found.bit_size;
	} else {
		field->offset = (uint32_t)(found.bit_offset / 8);
	}
	field->size = (uint32_t)size;
	/* A flexible array member has size 0. */
	field->found = size <= UINT32_MAX && found.bit_offset / 8 <= UINT32_MAX;
	return field->found;
}

/* struct module begins with its state, its list_head and its name, of MODULE_NAME_LEN (64 - 8) bytes, in
 * every kernel since 2.6 (include/linux/module.h). */
static void assume_module(struct fb_layout *layout)
{
	layout->module_list.offset = 8;
	layout->module_list.size = 16;
	layout->module_list.found = true;
	layout->module_name.offset = 24;
	layout->module_name.size = 56;
	layout->module_name.found = true;
}

void fb_layout_resolve(const struct fb_btf *types, struct fb_layout *layout_ret)
{
	const char *last_name = "";
	uint32_t type = 0;

	memset(layout_ret, 0, sizeof(*layout_ret));
	for (size_t i = 0; i < FB_ARRAY_SIZE(field_entries); i++) {
		const struct field_entry *entry = &field_entries[i];
		struct fb_field *field = (void *)((char *)layout_ret + entry->slot);

		field->name = entry->label;
		field->untyped = !types;
		if (!types)
			continue;
		if (strcmp(last_name, entry->type) != 0) {
			last_name = entry->type;
			type = find_type(types, entry->type);
		}
		for (size_t n = 0; type && n < MAX_NAMES && entry->names[n]; n++)
			if (resolve_field(types, type, entry->names[n], field))
				break;
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(size_entries); i++) {
		const struct size_entry *entry = &size_entries[i];
		struct fb_type_size *slot = (void *)((char *)layout_ret + entry->slot);

		slot->name = entry->type;
		slot->size = types ? fb_layout_size(types, entry->type) : 0;
	}
	if (!types)
		assume_module(layout_ret);
}

bool fb_layout_find(const struct fb_btf *types, const char *type, const char *const *names,
		    const char *label, struct fb_field *field_ret)
{
	uint32_t id = find_type(types, type);

	field_ret->name = label;
	for (size_t i = 0; id && names[i]; i++)
		if (resolve_field(types, id, names[i], field_ret))
			return true;
	return false;
}

uint32_t fb_layout_size(const struct fb_btf *types, const char *type)
{
	uint32_t id = find_type(types, type);
	uint64_t size = 0;

	if (id)
		fb_error_destroy(fb_btf_sizeof(types, id, &size));
	return size <= UINT32_MAX ? (uint32_t)size : 0;
}

struct fb_error *fb_layout_require(const struct fb_field *field)
{
	if (field->found)
		return NULL;
	return fb_error_create(FB_NOT_FOUND,
			       field->untyped ? "the kernel's types are missing, and with them %s"
					      : "this kernel's types have no %s",
			       field->name);
}
