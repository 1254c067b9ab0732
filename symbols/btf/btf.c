// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads BTF: parses the header, finds where each type starts, runs the check, and builds the index of names.
 * Called for the kernel's types, for each module's, and for types converted from DWARF.
 */
#include "symbols/btf/btf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "symbols/btf/btf_private.h"
#include "symbols/table/name_hash.h"

/* Bytes behind struct btf_type, and for each of its vlen elements. */
static const struct btf_layout known_layouts[] = {
	[FB_TYPE_INT] = {4, 0, 0},       [FB_TYPE_POINTER] = {0, 0, 0},
	[FB_TYPE_ARRAY] = {12, 0, 0},    [FB_TYPE_STRUCT] = {0, 12, 0},
	[FB_TYPE_UNION] = {0, 12, 0},    [FB_TYPE_ENUM] = {0, 8, 0},
	[FB_TYPE_FORWARD] = {0, 0, 0},   [FB_TYPE_TYPEDEF] = {0, 0, 0},
	[FB_TYPE_VOLATILE] = {0, 0, 0},  [FB_TYPE_CONST] = {0, 0, 0},
	[FB_TYPE_RESTRICT] = {0, 0, 0},  [FB_TYPE_FUNCTION] = {0, 0, 0},
	[FB_TYPE_PROTOTYPE] = {0, 8, 0}, [FB_TYPE_VARIABLE] = {4, 0, 0},
	[FB_TYPE_DATASEC] = {0, 12, 0},  [FB_TYPE_FLOAT] = {0, 0, 0},
	[FB_TYPE_DECL_TAG] = {4, 0, 0},  [FB_TYPE_TYPE_TAG] = {0, 0, 0},
	[FB_TYPE_ENUM64] = {0, 12, 0},
};

struct layouts {
	struct btf_layout kind[BTF_KINDS];
	bool known[BTF_KINDS];
};

static bool section_fits(uint32_t offset, uint32_t length, size_t room)
{
	return offset <= room && length <= room - offset;
}

/* The kinds of today, and those that the data describe without our knowing them. */
static void read_layouts(struct layouts *layouts, const struct btf_header *header,
			 const uint8_t *sections)
{
	size_t described = header->layout_len / sizeof(struct btf_layout);

	memset(layouts, 0, sizeof(*layouts));
	for (size_t kind = 1; kind < BTF_KINDS; kind++) {
		if (kind < FB_ARRAY_SIZE(known_layouts)) {
			layouts->kind[kind] = known_layouts[kind];
			layouts->known[kind] = true;
		} else if (kind < described) {
			memcpy(&layouts->kind[kind],
			       sections + header->layout_off + kind * sizeof(struct btf_layout),
			       sizeof(struct btf_layout));
			layouts->known[kind] = true;
		}
	}
}

static struct fb_error *read_header(struct fb_btf *btf, size_t size, struct layouts *layouts)
{
	struct btf_header header = {0};
	const uint8_t *sections;
	size_t room;

	if (size < BTF_HEADER_SHORT)
		return fb_error_create(FB_TRUNCATED, "%zu bytes, less than the header", size);
	memcpy(&header, btf->data, BTF_HEADER_SHORT);
	if (header.magic != BTF_MAGIC)
		return fb_error_create(FB_CORRUPT, "magic 0x%x", header.magic);
	if (header.version != BTF_VERSION)
		return fb_error_create(FB_UNSUPPORTED, "version %u", header.version);
	if (header.hdr_len < BTF_HEADER_SHORT || header.hdr_len > size)
		return fb_error_create(FB_CORRUPT, "header length %u", header.hdr_len);
	if (header.hdr_len >= sizeof(header))
		memcpy(&header, btf->data, sizeof(header));
	sections = btf->data + header.hdr_len;
	room = size - header.hdr_len;
	if (!section_fits(header.type_off, header.type_len, room) ||
	    !section_fits(header.str_off, header.str_len, room) ||
	    !section_fits(header.layout_off, header.layout_len, room))
		return fb_error_create(FB_TRUNCATED, "a section ends behind the %zu bytes", size);
	if ((header.hdr_len + (size_t)header.type_off) % 4 || header.type_len % 4)
		return fb_error_create(FB_CORRUPT, "unaligned types");
	btf->types = sections + header.type_off;
	btf->types_size = header.type_len;
	btf->strings = (const char *)sections + header.str_off;
	btf->strings_size = header.str_len;
	/* Only split BTF may have no strings of its own. */
	if (header.str_len ? btf->strings[header.str_len - 1] != 0 : !btf->base)
		return fb_error_create(FB_CORRUPT, "the strings do not end with a NUL");
	if (!btf->base && btf->strings[0])
		return fb_error_create(FB_CORRUPT, "string 0 is not empty");
	read_layouts(layouts, &header, sections);
	return NULL;
}

/* Where each type starts. */
static struct fb_error *find_types(struct fb_btf *btf, const struct layouts *layouts)
{
	uint32_t maximum = btf->types_size / sizeof(struct btf_type);
	uint32_t at = 0;
	uint32_t count = 0;

	btf->offsets = malloc((maximum + 1) * sizeof(*btf->offsets));
	if (!btf->offsets)
		return fb_error_nomem();
	while (at < btf->types_size) {
		const struct btf_type *type = (const struct btf_type *)(btf->types + at);
		uint32_t left = btf->types_size - at;
		uint64_t length;
		uint32_t kind;

		if (left < sizeof(*type))
			return fb_error_create(FB_TRUNCATED, "type %u", btf->first + count);
		kind = BTF_INFO_KIND(type->info);
		if (!layouts->known[kind])
			return fb_error_create(FB_UNSUPPORTED, "type %u is of kind %u",
					       btf->first + count, kind);
		length = sizeof(*type) + layouts->kind[kind].info_size +
			 (uint64_t)layouts->kind[kind].element_size * BTF_INFO_VLEN(type->info);
		if (length > left)
			return fb_error_create(FB_TRUNCATED, "type %u of kind %u",
					       btf->first + count, kind);
		if (length % 4)
			return fb_error_create(FB_CORRUPT,
					       "type %u of kind %u has %" PRIu64 " bytes",
					       btf->first + count, kind, length);
		btf->offsets[count++] = at;
		at += (uint32_t)length;
	}
	btf->last = btf->first + count - 1;
	return NULL;
}

/* Functions are half of all names, and tags are no types: neither is looked up by name. */
static bool is_indexed(const struct btf_type *type)
{
	enum fb_type_kind kind = fb_btf_kind_of(type);

	return type->name_off && kind != FB_TYPE_FUNCTION && kind != FB_TYPE_DECL_TAG &&
	       !fb_btf_is_modifier(kind);
}

static struct fb_error *index_names(struct fb_btf *btf)
{
	uint32_t count = btf->last - btf->first + 1;
	size_t heads = 16;

	while (heads < count / 2)
		heads *= 2;
	btf->heads = calloc(heads, sizeof(*btf->heads));
	btf->links = malloc(((size_t)count + 1) * sizeof(*btf->links));
	if (!btf->heads || !btf->links)
		return fb_error_nomem();
	btf->head_mask = (uint32_t)heads - 1;
	/* From the last to the first, so that a chain starts with the first. */
	for (uint32_t i = count; i-- > 0;) {
		const struct btf_type *type =
			(const struct btf_type *)(btf->types + btf->offsets[i]);
		const char *name;
		uint32_t *head;

		if (!is_indexed(type))
			continue;
		name = fb_btf_string(btf, type->name_off);
		head = &btf->heads[fb_name_hash(name, strlen(name)) & btf->head_mask];
		btf->links[i] = *head;
		*head = i + 1;
	}
	return NULL;
}

static struct fb_error *load(struct fb_btf *btf, size_t size)
{
	struct layouts layouts;
	struct fb_error *err;

	err = read_header(btf, size, &layouts);
	if (!err)
		err = find_types(btf, &layouts);
	if (!err)
		err = fb_btf_check(btf);
	if (!err)
		err = index_names(btf);
	return fb_error_prefix(err, "BTF");
}

struct fb_error *fb_btf_adopt(void *data, size_t size, const struct fb_btf *base,
			      struct fb_btf **btf_ret)
{
	FB_CLEANUP(fb_free_at) void *taken = data;
	struct fb_btf *btf;
	struct fb_error *err;

	if (size > FB_MAX_BTF_BYTES)
		return fb_error_create(FB_LIMIT, "BTF of %zu bytes", size);
	btf = calloc(1, sizeof(*btf));
	if (!btf)
		return fb_error_nomem();
	btf->data = fb_take(taken);
	btf->base = base;
	btf->first = base ? base->last + 1 : 1;
	btf->strings_start = base ? base->strings_start + base->strings_size : 0;
	err = load(btf, size);
	if (err)
		fb_btf_destroy(btf);
	else
		*btf_ret = btf;
	return err;
}

void fb_btf_destroy(struct fb_btf *btf)
{
	if (!btf)
		return;
	free(btf->data);
	free(btf->offsets);
	free(btf->extents);
	free(btf->heads);
	free(btf->links);
	free(btf);
}
