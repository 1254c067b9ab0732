// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads BTF, all at once or in parts: parses the header, finds where each type starts, runs the check, and builds the
 * index of names. Called for the kernel's types, for each module's, and for types converted from DWARF.
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

/* fb_btf_extend() reads the types in so many parts. */
#define PARTS 8u
/* Names are read in steps of this many bytes. */
#define NAMES_STEP 65536u

static bool section_fits(uint32_t offset, uint32_t length, size_t room)
{
	return offset <= room && length <= room - offset;
}

/* Reads a part of the data, unless all of it was given. */
static struct fb_error *fetch(struct fb_btf *btf, const void *at, size_t size)
{
	uint64_t offset = (uint64_t)((const uint8_t *)at - btf->data);

	if (!btf->source.read || !size)
		return NULL;
	return btf->source.read(btf->source.context, offset, btf->data + offset, size);
}

/* The kinds of today, and those that the data describe without our knowing them. */
static struct fb_error *read_layouts(struct fb_btf *btf, const struct btf_header *header,
				     const uint8_t *sections)
{
	struct fb_btf_layouts *layouts = &btf->layouts;
	const uint8_t *start = sections + header->layout_off;
	size_t described = header->layout_len / sizeof(struct btf_layout);
	struct fb_error *err;

	if (described > BTF_KINDS)
		described = BTF_KINDS;
	err = fetch(btf, start, described * sizeof(struct btf_layout));
	if (err)
		return err;
	for (size_t kind = 1; kind < BTF_KINDS; kind++) {
		if (kind < FB_ARRAY_SIZE(known_layouts)) {
			layouts->kind[kind] = known_layouts[kind];
			layouts->known[kind] = true;
		} else if (kind < described) {
			memcpy(&layouts->kind[kind], start + kind * sizeof(struct btf_layout),
			       sizeof(struct btf_layout));
			layouts->known[kind] = true;
		}
	}
	return NULL;
}

static struct fb_error *read_header(struct fb_btf *btf, size_t size)
{
	struct btf_header header = {0};
	const uint8_t *sections;
	struct fb_error *err;
	size_t room;

	if (size < BTF_HEADER_SHORT)
		return fb_error_create(FB_TRUNCATED, "%zu bytes, less than the header", size);
	err = fetch(btf, btf->data, size < sizeof(header) ? size : sizeof(header));
	if (err)
		return err;
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
	/* Only split BTF may have no strings of its own. */
	if (!header.str_len && !btf->base)
		return fb_error_create(FB_CORRUPT, "the strings do not end with a NUL");
	btf->types = sections + header.type_off;
	btf->types_size = header.type_len;
	btf->strings = (const char *)sections + header.str_off;
	btf->strings_size = header.str_len;
	return read_layouts(btf, &header, sections);
}

/* Room for one more than the types that are there. */
static struct fb_error *make_room(struct fb_btf *btf)
{
	size_t count = (size_t)(btf->last + 1 - btf->first) + 1;
	struct fb_btf_extent *extents = realloc(btf->extents, count * sizeof(*extents));
	uint32_t *links;

	if (!extents)
		return fb_error_nomem();
	btf->extents = extents;
	links = realloc(btf->links, count * sizeof(*links));
	if (!links)
		return fb_error_nomem();
	btf->links = links;
	return NULL;
}

/* Where each type starts that has been read as a whole. */
static struct fb_error *find_types(struct fb_btf *btf)
{
	const struct fb_btf_layouts *layouts = &btf->layouts;
	uint32_t at = btf->types_end;
	uint32_t count = btf->last + 1 - btf->first;

	while (at < btf->types_read) {
		const struct btf_type *type = (const struct btf_type *)(btf->types + at);
		uint32_t left = btf->types_size - at;
		uint64_t length;
		uint32_t kind;

		if (left < sizeof(*type))
			return fb_error_create(FB_TRUNCATED, "type %u", btf->first + count);
		if (btf->types_read - at < sizeof(*type))
			break;
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
		if (length > btf->types_read - at)
			break;
		btf->offsets[count++] = at;
		at += (uint32_t)length;
	}
	btf->types_end = at;
	btf->last = btf->first + count - 1;
	return make_room(btf);
}

static bool last_name_is_read(const struct fb_btf *btf)
{
	return btf->strings_read > btf->last_name &&
	       memchr(btf->strings + btf->last_name, 0, btf->strings_read - btf->last_name);
}

/* Reads strings up to the end of the last one that a type refers to; all of them, where all types are there. */
static struct fb_error *read_names(struct fb_btf *btf)
{
	bool first = !btf->strings_read;
	struct fb_error *err;

	while (btf->strings_read < btf->strings_size) {
		uint32_t left = btf->strings_size - btf->strings_read;
		uint32_t step = left;

		if (!btf->whole) {
			if (last_name_is_read(btf))
				break;
			step = btf->strings_read < btf->last_name
				       ? btf->last_name - btf->strings_read + 1
				       : 1;
			step = (step + NAMES_STEP - 1) / NAMES_STEP * NAMES_STEP;
			step = step < left ? step : left;
		}
		err = fetch(btf, btf->strings + btf->strings_read, step);
		if (err)
			return err;
		btf->strings_read += step;
	}
	if (first && !btf->base && btf->strings[0])
		return fb_error_create(FB_CORRUPT, "string 0 is not empty");
	if (btf->strings_size && btf->strings_read == btf->strings_size &&
	    btf->strings[btf->strings_size - 1] != 0)
		return fb_error_create(FB_CORRUPT, "the strings do not end with a NUL");
	return NULL;
}

/* Functions are half of all names, and tags are no types: neither is looked up by name. */
static bool is_indexed(const struct btf_type *type)
{
	enum fb_type_kind kind = fb_btf_kind_of(type);

	return type->name_off && kind != FB_TYPE_FUNCTION && kind != FB_TYPE_DECL_TAG &&
	       !fb_btf_is_modifier(kind);
}

/* Chains begin with the last type. */
static void index_names(struct fb_btf *btf, uint32_t from)
{
	for (uint32_t i = from - btf->first; i + btf->first <= btf->last; i++) {
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
}

/* The number of types is not known before all are found: those of kernels have 26 bytes on average. */
static struct fb_error *make_tables(struct fb_btf *btf)
{
	uint32_t maximum = btf->types_size / sizeof(struct btf_type);
	size_t heads = 16;

	while (heads < btf->types_size / 52)
		heads *= 2;
	btf->heads = calloc(heads, sizeof(*btf->heads));
	btf->offsets = malloc(((size_t)maximum + 1) * sizeof(*btf->offsets));
	if (!btf->heads || !btf->offsets)
		return fb_error_nomem();
	btf->head_mask = (uint32_t)heads - 1;
	return NULL;
}

/* Reads types up to an end, and takes in those that are there as a whole. */
static struct fb_error *read_types(struct fb_btf *btf, uint32_t end)
{
	uint32_t from = btf->last + 1;
	struct fb_error *err = fetch(btf, btf->types + btf->types_read, end - btf->types_read);

	if (err)
		return err;
	btf->types_read = end;
	err = find_types(btf);
	btf->whole = end == btf->types_size;
	if (!err)
		err = fb_btf_check_references(btf, from);
	if (!err)
		err = read_names(btf);
	if (!err)
		err = fb_btf_check_extents(btf, from);
	if (!err)
		index_names(btf, from);
	return err;
}

/* data was taken over. */
static struct fb_error *begin(void *data, size_t size, const struct fb_btf *base,
			      const struct fb_btf_source *source, struct fb_btf **btf_ret)
{
	struct fb_btf *btf = calloc(1, sizeof(*btf));
	struct fb_error *err;

	if (!btf) {
		free(data);
		return fb_error_nomem();
	}
	btf->data = data;
	btf->base = base;
	btf->first = base ? base->last + 1 : 1;
	btf->last = btf->first - 1;
	btf->strings_start = base ? base->strings_start + base->strings_size : 0;
	btf->enums_tell_sign = base && base->enums_tell_sign;
	btf->partial_ints = base && base->partial_ints;
	if (source)
		btf->source = *source;
	err = read_header(btf, size);
	if (!err)
		err = make_tables(btf);
	if (err)
		fb_btf_destroy(btf);
	else
		*btf_ret = btf;
	return fb_error_prefix(err, "BTF");
}

struct fb_error *fb_btf_adopt(void *data, size_t size, const struct fb_btf *base,
			      struct fb_btf **btf_ret)
{
	FB_CLEANUP(fb_free_at) void *taken = data;
	struct fb_btf *btf = NULL;
	struct fb_error *err;

	if (size > FB_MAX_BTF_BYTES)
		return fb_error_create(FB_LIMIT, "BTF of %zu bytes", size);
	err = begin(fb_take(taken), size, base, NULL, &btf);
	if (!err)
		err = fb_btf_extend(btf, true);
	if (err)
		fb_btf_destroy(btf);
	else
		*btf_ret = btf;
	return err;
}

struct fb_error *fb_btf_open(const struct fb_btf_source *source, size_t size,
			     struct fb_btf **btf_ret)
{
	void *data;

	if (size > FB_MAX_BTF_BYTES)
		return fb_error_create(FB_LIMIT, "BTF of %zu bytes", size);
	data = malloc(size + 1);
	return data ? begin(data, size, NULL, source, btf_ret) : fb_error_nomem();
}

struct fb_error *fb_btf_extend(struct fb_btf *btf, bool all)
{
	uint32_t left = btf->types_size - btf->types_read;
	uint32_t part = btf->types_size / PARTS;
	uint32_t unit = part < FB_PAGE_SIZE ? sizeof(struct btf_type) : FB_PAGE_SIZE;

	if (btf->whole)
		return NULL;
	part = (part / unit + 1) * unit;
	if (all || part > left)
		part = left;
	return fb_error_prefix(read_types(btf, btf->types_read + part), "BTF");
}

bool fb_btf_is_whole(const struct fb_btf *btf)
{
	return btf->whole;
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
