// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queries of BTF that need only its tables: strings, types by name, what a type is, enumerators. Queries of
 * sizes and members are in btf_member.c. Called by the other files of this folder, the check included, and
 * wherever values of the kernel are read.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "symbols/btf/btf_private.h"
#include "symbols/table/name_hash.h"

static const char *const kind_words[] = {
	[FB_TYPE_VOID] = "void",         [FB_TYPE_INT] = "integer",
	[FB_TYPE_POINTER] = "pointer",   [FB_TYPE_ARRAY] = "array",
	[FB_TYPE_STRUCT] = "struct",     [FB_TYPE_UNION] = "union",
	[FB_TYPE_ENUM] = "enum",         [FB_TYPE_FORWARD] = "forward declaration",
	[FB_TYPE_TYPEDEF] = "typedef",   [FB_TYPE_VOLATILE] = "volatile",
	[FB_TYPE_CONST] = "const",       [FB_TYPE_RESTRICT] = "restrict",
	[FB_TYPE_FUNCTION] = "function", [FB_TYPE_PROTOTYPE] = "function type",
	[FB_TYPE_VARIABLE] = "variable", [FB_TYPE_DATASEC] = "section",
	[FB_TYPE_FLOAT] = "float",       [FB_TYPE_DECL_TAG] = "tag",
	[FB_TYPE_TYPE_TAG] = "type tag", [FB_TYPE_ENUM64] = "enum",
};

const char *fb_btf_string(const struct fb_btf *btf, uint32_t offset)
{
	while (offset < btf->strings_start)
		btf = btf->base;
	offset -= btf->strings_start;
	return offset < btf->strings_read ? btf->strings + offset : "";
}

struct fb_btf_extent fb_btf_extent(const struct fb_btf *btf, uint32_t id)
{
	static const struct fb_btf_extent none = {FB_BTF_NO_SIZE, 0};

	while (id < btf->first && btf->base)
		btf = btf->base;
	if (id < btf->first || id > btf->last)
		return none;
	return btf->extents[id - btf->first];
}

uint32_t fb_btf_count(const struct fb_btf *btf)
{
	return btf->last;
}

static bool is_enum(enum fb_type_kind kind)
{
	return kind == FB_TYPE_ENUM || kind == FB_TYPE_ENUM64;
}

/* An enum or struct without elements may be a declaration: others of its name are better. */
static bool has_elements(const struct btf_type *type)
{
	enum fb_type_kind kind = fb_btf_kind_of(type);

	return (!is_enum(kind) && !fb_btf_is_composite(kind)) || BTF_INFO_VLEN(type->info);
}

static bool kinds_match(enum fb_type_kind wanted, const struct btf_type *type)
{
	enum fb_type_kind kind = fb_btf_kind_of(type);

	return kind == wanted || (wanted == FB_TYPE_ENUM && kind == FB_TYPE_ENUM64);
}

bool fb_btf_is_read(const struct fb_btf *btf, uint32_t id)
{
	return !(fb_btf_extent(btf, id).level & FB_BTF_UNREAD) && (btf->whole || id <= btf->last);
}

/* Among the types of btf itself; 0 where there is none. A chain goes from the last type to the first. */
static uint32_t find_own(const struct fb_btf *btf, enum fb_type_kind kind, const char *name)
{
	uint32_t hash = fb_name_hash(name, strlen(name));
	uint32_t found = 0, empty = 0;

	for (uint32_t at = btf->heads[hash & btf->head_mask]; at; at = btf->links[at - 1]) {
		uint32_t id = btf->first + at - 1;
		const struct btf_type *type = fb_btf_type(btf, id);

		if (!kinds_match(kind, type) || strcmp(fb_btf_string(btf, type->name_off), name))
			continue;
		if (has_elements(type))
			found = id;
		else
			empty = id;
	}
	return found ? found : empty;
}

/* Functions and tags are not in the index. */
static uint32_t scan_own(const struct fb_btf *btf, enum fb_type_kind kind, const char *name)
{
	for (uint32_t id = btf->first; id <= btf->last; id++) {
		const struct btf_type *type = fb_btf_type(btf, id);

		if (fb_btf_kind_of(type) == kind &&
		    !strcmp(fb_btf_string(btf, type->name_off), name))
			return id;
	}
	return 0;
}

struct fb_error *fb_btf_find(const struct fb_btf *btf, enum fb_type_kind kind, const char *name,
			     uint32_t *id_ret)
{
	bool indexed =
		kind != FB_TYPE_FUNCTION && kind != FB_TYPE_DECL_TAG && !fb_btf_is_modifier(kind);
	const struct fb_btf *at;
	uint32_t id = 0;

	if (!*name || (unsigned)kind >= FB_ARRAY_SIZE(kind_words))
		return fb_error_create(FB_INVALID, "no name or kind to look for");
	for (at = btf; at && !id; at = at->base)
		id = indexed ? find_own(at, kind, name) : scan_own(at, kind, name);
	if (!id)
		return fb_error_create(FB_NOT_FOUND, "no %s %s in the kernel's types",
				       kind_words[kind], name);
	*id_ret = id;
	return NULL;
}

enum fb_type_kind fb_btf_kind(const struct fb_btf *btf, uint32_t id)
{
	return fb_btf_kind_of(fb_btf_type(btf, id));
}

const char *fb_btf_name(const struct fb_btf *btf, uint32_t id)
{
	return fb_btf_string(btf, fb_btf_type(btf, id)->name_off);
}

uint32_t fb_btf_strip(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	/* Ends: the check allows chains of FB_MAX_TYPE_DEPTH at most. */
	while (fb_btf_kind_of(type) == FB_TYPE_TYPEDEF ||
	       fb_btf_is_modifier(fb_btf_kind_of(type))) {
		id = type->size_or_type;
		type = fb_btf_type(btf, id);
	}
	return id;
}

uint32_t fb_btf_target(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_POINTER:
	case FB_TYPE_TYPEDEF:
	case FB_TYPE_VOLATILE:
	case FB_TYPE_CONST:
	case FB_TYPE_RESTRICT:
	case FB_TYPE_TYPE_TAG:
	case FB_TYPE_DECL_TAG:
	case FB_TYPE_VARIABLE:
	case FB_TYPE_FUNCTION:
	case FB_TYPE_PROTOTYPE:
		return type->size_or_type;
	case FB_TYPE_ARRAY:
		return ((const struct btf_array *)fb_btf_behind(type))->type;
	default:
		return 0;
	}
}

uint32_t fb_btf_length(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_ARRAY:
		return ((const struct btf_array *)fb_btf_behind(type))->count;
	case FB_TYPE_STRUCT:
	case FB_TYPE_UNION:
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
	case FB_TYPE_PROTOTYPE:
	case FB_TYPE_DATASEC:
		return BTF_INFO_VLEN(type->info);
	default:
		return 0;
	}
}

/* Before 6.0 no enum told its sign: there one with a negative value is signed. */
static bool enum_is_signed(const struct fb_btf *btf, const struct btf_type *type)
{
	const struct btf_enum *values = fb_btf_behind(type);

	if (BTF_INFO_FLAG(type->info))
		return true;
	if (btf->enums_tell_sign || fb_btf_kind_of(type) == FB_TYPE_ENUM64)
		return false;
	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if ((int32_t)values[i].value < 0)
			return true;
	return false;
}

bool fb_btf_is_signed(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	if (is_enum(fb_btf_kind_of(type)))
		return enum_is_signed(btf, type);
	return fb_btf_kind_of(type) == FB_TYPE_INT &&
	       BTF_INT_SIGNED(*(const uint32_t *)fb_btf_behind(type));
}

bool fb_btf_is_bool(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	return fb_btf_kind_of(type) == FB_TYPE_INT &&
	       BTF_INT_BOOL(*(const uint32_t *)fb_btf_behind(type));
}

bool fb_btf_is_char(const struct fb_btf *btf, uint32_t id)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	/* pahole never sets the char bit: an integer of one byte named so is one. */
	if (fb_btf_kind_of(type) != FB_TYPE_INT || type->size_or_type != 1)
		return false;
	return BTF_INT_CHAR(*(const uint32_t *)fb_btf_behind(type)) ||
	       strstr(fb_btf_string(btf, type->name_off), "char");
}

void fb_btf_enumerator(const struct fb_btf *btf, uint32_t id, uint32_t index, const char **name_ret,
		       int64_t *value_ret)
{
	const struct btf_type *type = fb_btf_type(btf, id);

	*name_ret = "";
	*value_ret = 0;
	if (index >= BTF_INFO_VLEN(type->info))
		return;
	if (fb_btf_kind_of(type) == FB_TYPE_ENUM) {
		const struct btf_enum *value = fb_btf_behind(type);

		value += index;
		*name_ret = fb_btf_string(btf, value->name_off);
		*value_ret =
			enum_is_signed(btf, type) ? (int32_t)value->value : (int64_t)value->value;
	} else if (fb_btf_kind_of(type) == FB_TYPE_ENUM64) {
		const struct btf_enum64 *value = fb_btf_behind(type);

		value += index;
		*name_ret = fb_btf_string(btf, value->name_off);
		*value_ret = (int64_t)(value->low | (uint64_t)value->high << 32);
	}
}

bool fb_btf_enumerator_value(const struct fb_btf *btf, const char *type, const char *name,
			     int64_t *value_ret)
{
	uint32_t id;
	struct fb_error *err = btf ? fb_btf_find(btf, FB_TYPE_ENUM, type, &id) : NULL;

	if (!btf || err) {
		fb_error_destroy(err);
		return false;
	}
	for (uint32_t i = 0; i < fb_btf_length(btf, id); i++) {
		const char *found;
		int64_t value;

		fb_btf_enumerator(btf, id, i, &found, &value);
		if (strcmp(found, name) == 0) {
			*value_ret = value;
			return true;
		}
	}
	return false;
}

char *fb_btf_word(const char *name, char *to, size_t size)
{
	fb_text_escape(name, strlen(name), to, size);
	for (size_t c = 0; to[c]; c++)
		to[c] = (char)tolower((unsigned char)to[c]);
	return to;
}

void fb_btf_enumerator_word(const struct fb_btf *btf, uint32_t id, const char *prefix,
			    uint64_t value, char *to, size_t size)
{
	snprintf(to, size, "%" PRIu64, value);
	for (uint32_t i = 0; btf && i < fb_btf_length(btf, id); i++) {
		const char *name;
		int64_t number;

		fb_btf_enumerator(btf, id, i, &name, &number);
		if ((uint64_t)number != value || strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		fb_btf_word(name + strlen(prefix), to, size);
		break;
	}
}
