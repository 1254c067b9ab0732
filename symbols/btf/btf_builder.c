// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds BTF type by type. Called by symbols/dwarf, and by tests.
 */
#include "symbols/btf/btf_builder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/btf/btf_format.h"

#define MAX_VLEN 0xffffffu

static struct fb_error *add_string(struct fb_btf_builder *builder, const char *text,
				   uint32_t *offset_ret)
{
	uint32_t offset = (uint32_t)builder->strings.size;
	struct fb_error *err;

	if (!*text) {
		*offset_ret = 0;
		return NULL;
	}
	err = fb_buf_append(&builder->strings, text, strlen(text) + 1);
	if (!err)
		*offset_ret = offset;
	return err;
}

struct fb_error *fb_btf_builder_init(struct fb_btf_builder *builder)
{
	fb_buf_init(&builder->types, FB_MAX_BTF_BYTES / 2);
	fb_buf_init(&builder->strings, FB_MAX_BTF_BYTES / 4);
	builder->count = 0;
	/* String 0 is the empty one. */
	return fb_buf_append(&builder->strings, "", 1);
}

void fb_btf_builder_deinit(struct fb_btf_builder *builder)
{
	fb_buf_deinit(&builder->types);
	fb_buf_deinit(&builder->strings);
}

/* vlen is at most MAX_VLEN: the callers allocate by it. */
static struct btf_type make_type(enum fb_type_kind kind, bool flag, size_t vlen,
				 uint32_t size_or_type)
{
	return (struct btf_type){
		.info = (uint32_t)vlen | (uint32_t)kind << 24 | (uint32_t)flag << 31,
		.size_or_type = size_or_type,
	};
}

/* A type with extra_size bytes behind it, all or nothing. */
static struct fb_error *add_type(struct fb_btf_builder *builder, const char *name,
				 struct btf_type type, const void *extra, size_t extra_size,
				 uint32_t *id_ret)
{
	struct fb_error *err;
	void *to = NULL;

	err = add_string(builder, name, &type.name_off);
	if (!err)
		err = fb_buf_reserve(&builder->types, sizeof(type) + extra_size, &to);
	if (err)
		return err;
	memcpy(to, &type, sizeof(type));
	if (extra_size)
		memcpy((uint8_t *)to + sizeof(type), extra, extra_size);
	fb_buf_commit(&builder->types, sizeof(type) + extra_size);
	*id_ret = ++builder->count;
	return NULL;
}

struct fb_error *fb_btf_builder_int(struct fb_btf_builder *builder, const char *name, uint32_t size,
				    enum fb_btf_encoding encoding, uint32_t *id_ret)
{
	uint32_t word = (uint32_t)encoding << 24 | size * 8;

	return add_type(builder, name, make_type(FB_TYPE_INT, false, 0, size), &word, sizeof(word),
			id_ret);
}

struct fb_error *fb_btf_builder_float(struct fb_btf_builder *builder, const char *name,
				      uint32_t size, uint32_t *id_ret)
{
	return add_type(builder, name, make_type(FB_TYPE_FLOAT, false, 0, size), NULL, 0, id_ret);
}

struct fb_error *fb_btf_builder_reference(struct fb_btf_builder *builder, enum fb_type_kind kind,
					  const char *name, uint32_t target, uint32_t *id_ret)
{
	uint32_t linkage = 0;

	return add_type(builder, name, make_type(kind, false, 0, target), &linkage,
			kind == FB_TYPE_VARIABLE ? sizeof(linkage) : 0, id_ret);
}

struct fb_error *fb_btf_builder_forward(struct fb_btf_builder *builder, const char *name,
					bool is_union, uint32_t *id_ret)
{
	return add_type(builder, name, make_type(FB_TYPE_FORWARD, is_union, 0, 0), NULL, 0, id_ret);
}

struct fb_error *fb_btf_builder_array(struct fb_btf_builder *builder, uint32_t element,
				      uint32_t count, uint32_t *id_ret)
{
	struct btf_array array = {.type = element, .index_type = 0, .count = count};

	return add_type(builder, "", make_type(FB_TYPE_ARRAY, false, 0, 0), &array, sizeof(array),
			id_ret);
}

struct fb_error *fb_btf_builder_composite(struct fb_btf_builder *builder, enum fb_type_kind kind,
					  const char *name, uint32_t size,
					  const struct fb_btf_member *members, size_t count,
					  uint32_t *id_ret)
{
	struct btf_member *extra;
	struct fb_error *err;
	bool flag = false;

	err = fb_alloc_array(count, sizeof(*extra), MAX_VLEN, "members", &extra);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		flag |= members[i].bit_size != 0;
	for (size_t i = 0; i < count && !err; i++) {
		uint64_t offset = members[i].bit_offset;

		if (members[i].bit_size > UINT8_MAX || offset > (flag ? 0xffffff : UINT32_MAX)) {
			err = fb_error_create(FB_UNSUPPORTED, "member %s at bit %" PRIu64,
					      members[i].name, offset);
			break;
		}
		extra[i].type = members[i].type;
		extra[i].offset = (uint32_t)offset | members[i].bit_size << 24;
		err = add_string(builder, members[i].name, &extra[i].name_off);
	}
	if (!err)
		err = add_type(builder, name, make_type(kind, flag, count, size), extra,
			       count * sizeof(*extra), id_ret);
	free(extra);
	return err;
}

struct fb_error *fb_btf_builder_enum(struct fb_btf_builder *builder, const char *name,
				     uint32_t size, bool is_signed,
				     const struct fb_btf_value *values, size_t count,
				     uint32_t *id_ret)
{
	enum fb_type_kind kind = size == 8 ? FB_TYPE_ENUM64 : FB_TYPE_ENUM;
	size_t words = kind == FB_TYPE_ENUM64 ? 3 : 2;
	struct fb_error *err;
	uint32_t *extra;

	err = fb_alloc_array(count, words * sizeof(*extra), MAX_VLEN, "enumerators", &extra);
	if (err)
		return err;
	for (size_t i = 0; i < count && !err; i++) {
		uint64_t value = (uint64_t)values[i].value;

		err = add_string(builder, values[i].name, &extra[i * words]);
		extra[i * words + 1] = (uint32_t)value;
		if (kind == FB_TYPE_ENUM64)
			extra[i * words + 2] = (uint32_t)(value >> 32);
	}
	if (!err)
		err = add_type(builder, name, make_type(kind, is_signed, count, size), extra,
			       count * words * sizeof(*extra), id_ret);
	free(extra);
	return err;
}

struct fb_error *fb_btf_builder_prototype(struct fb_btf_builder *builder, uint32_t returned,
					  const uint32_t *parameters, size_t count,
					  uint32_t *id_ret)
{
	struct btf_param *extra;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*extra), MAX_VLEN, "parameters", &extra);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		extra[i].type = parameters[i];
	err = add_type(builder, "", make_type(FB_TYPE_PROTOTYPE, false, count, returned), extra,
		       count * sizeof(*extra), id_ret);
	free(extra);
	return err;
}

struct fb_error *fb_btf_builder_finish(struct fb_btf_builder *builder, struct fb_btf **btf_ret)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = BTF_HEADER_SHORT,
		.type_len = (uint32_t)builder->types.size,
		.str_off = (uint32_t)builder->types.size,
		.str_len = (uint32_t)builder->strings.size,
	};
	size_t size = BTF_HEADER_SHORT + builder->types.size + builder->strings.size;
	uint8_t *data = malloc(size);

	if (!data)
		return fb_error_nomem();
	memcpy(data, &header, BTF_HEADER_SHORT);
	if (builder->types.size)
		memcpy(data + BTF_HEADER_SHORT, builder->types.data, builder->types.size);
	memcpy(data + BTF_HEADER_SHORT + builder->types.size, builder->strings.data,
	       builder->strings.size);
	return fb_btf_adopt(data, size, NULL, btf_ret);
}
