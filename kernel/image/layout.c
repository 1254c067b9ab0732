// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up the members of the table (layout_table.h) in a kernel's types. Called when a kernel is opened and when more
 * than the basic layout is first asked for, and for members of modules' types.
 */
#include "kernel/image/layout.h"

#include <stddef.h>
#include <string.h>

#define MAX_NAMES 4

struct entry {
	size_t slot;      /* offset in struct fb_layout */
	const char *type; /* NULL: a part begins */
	const char *label;
	const char *names[MAX_NAMES]; /* newest first, NULL-terminated; none: the type itself */
	const char *part;
};

#define FIRST_NAME(first, ...) first
#define FB_PART(cost) {.part = (cost)},
#define FB_SIZE(id, type) {offsetof(struct fb_layout, id), type, type, {NULL}, NULL},
#define FB_FIELD(id, type, ...)              \
	{offsetof(struct fb_layout, id),     \
	 type,                               \
	 type "." FIRST_NAME(__VA_ARGS__, ), \
	 {__VA_ARGS__},                      \
	 NULL},
static const struct entry entries[] = {
#include "kernel/image/layout_table.h"
};
#undef FB_FIELD
#undef FB_SIZE
#undef FB_PART

/* The basic members stand at the same places in both structs, and in front of all others. */
#define FB_PART(cost)
#define FB_SIZE(id, type) FB_FIELD(id, type)
#define FB_FIELD(id, ...)                                                                      \
	_Static_assert(offsetof(struct fb_layout, id) == offsetof(struct fb_basic_layout, id), \
		       "fb_layout begins with the basic layout");
#include "kernel/image/layout_table_basic.h"
#undef FB_FIELD
#undef FB_SIZE
#undef FB_PART

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

static void resolve_entry(const struct fb_btf *types, uint32_t type, const struct entry *entry,
			  struct fb_field *field)
{
	field->name = entry->label;
	field->untyped = !types;
	for (size_t n = 0; type && n < MAX_NAMES && entry->names[n]; n++)
		if (resolve_field(types, type, entry->names[n], field)) {
			field->member = entry->names[n];
			break;
		}
}

/* type 0: there is none. */
static uint32_t size_of(const struct fb_btf *types, uint32_t type)
{
	uint64_t size = 0;

	if (type)
		fb_error_destroy(fb_btf_sizeof(types, type, &size));
	return size <= UINT32_MAX ? (uint32_t)size : 0;
}

/* Whether an entry is of the basic layout; the rows that begin a part are of none. */
static bool is_basic(const struct entry *entry)
{
	return entry->slot < sizeof(struct fb_basic_layout);
}

typedef bool (*lacks_fn)(void *context, const char *type);

/* Entries whose type the kernel lacks stay missing. */
static void resolve(const struct fb_btf *types, bool basic, lacks_fn lacks, void *context,
		    void *layout)
{
	const char *last_name = "";
	uint32_t type = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(entries); i++) {
		const struct entry *entry = &entries[i];
		void *slot = (char *)layout + entry->slot;

		if (!entry->type || is_basic(entry) != basic)
			continue;
		if (strcmp(last_name, entry->type) != 0) {
			last_name = entry->type;
			type = types && !(lacks && lacks(context, last_name))
				       ? find_type(types, entry->type)
				       : 0;
		}
		if (entry->names[0])
			resolve_entry(types, type, entry, slot);
		else
			*(struct fb_type_size *)slot =
				(struct fb_type_size){size_of(types, type), entry->type};
	}
}

void fb_layout_resolve(const struct fb_btf *types, struct fb_layout *layout_ret)
{
	memset(layout_ret, 0, sizeof(*layout_ret));
	resolve(types, true, NULL, NULL, layout_ret);
	fb_layout_resolve_rest(types, layout_ret);
}

void fb_layout_resolve_rest(const struct fb_btf *types, struct fb_layout *layout)
{
	resolve(types, false, NULL, NULL, layout);
	if (!types)
		assume_module(layout);
}

/* Whether the struct of this name is there with all that it holds. A type of another kind may have the name of a
 * struct that has not been read, and one without members may be declared elsewhere. */
static bool is_settled(const struct fb_btf *types, const char *name)
{
	uint32_t id = 0;
	struct fb_error *err = fb_btf_find(types, FB_TYPE_STRUCT, name, &id);

	if (!err)
		return fb_btf_length(types, id) && fb_btf_is_read(types, id);
	fb_error_destroy(err);
	return false;
}

bool fb_layout_resolve_basic(const struct fb_btf *types, lacks_fn lacks, void *context,
			     struct fb_basic_layout *layout_ret)
{
	const char *last_name = "";

	for (size_t i = 0; !fb_btf_is_whole(types) && i < FB_ARRAY_SIZE(entries); i++) {
		const struct entry *entry = &entries[i];

		if (!entry->type || !is_basic(entry) || !strcmp(last_name, entry->type))
			continue;
		last_name = entry->type;
		if (!lacks(context, last_name) && !is_settled(types, last_name))
			return false;
	}
	memset(layout_ret, 0, sizeof(*layout_ret));
	resolve(types, true, lacks, context, layout_ret);
	return true;
}

bool fb_layout_find(const struct fb_btf *types, const char *type, const char *const *names,
		    const char *label, struct fb_field *field_ret)
{
	uint32_t id = find_type(types, type);

	*field_ret = (struct fb_field){.name = label};
	for (size_t i = 0; id && names[i]; i++)
		if (resolve_field(types, id, names[i], field_ret))
			return true;
	return false;
}

uint32_t fb_layout_size(const struct fb_btf *types, const char *type)
{
	return size_of(types, find_type(types, type));
}

bool fb_layout_row(const struct fb_layout *layout, size_t index, struct fb_layout_row *row_ret)
{
	const char *part = "";

	for (size_t i = 0; i < FB_ARRAY_SIZE(entries); i++) {
		const struct entry *entry = &entries[i];
		const void *slot = (const char *)layout + entry->slot;

		if (entry->part) {
			part = entry->part;
		} else if (index-- == 0) {
			bool is_type = !entry->names[0];
			const struct fb_type_size *size = slot;
			const struct fb_field *field = slot;

			*row_ret = (struct fb_layout_row){.type = entry->type,
							  .name = entry->label,
							  .part = part,
							  .is_type = is_type};
			if (!is_type)
				row_ret->found = field->member;
			else if (size->size)
				row_ret->found = entry->type;
			return true;
		}
	}
	return false;
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
