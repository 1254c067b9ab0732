// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints layouts like pahole, and as JSON. A value at address 0 stands for the type, so
 * that the addresses of its members are their offsets. Called by struct.c.
 */
#include "cmd/struct_layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TEXT_SIZE 2048u
#define COMMENT_COLUMN 56
#define TAB 8

static uint32_t stripped(const struct fb_value *value)
{
	return fb_btf_strip(value->types, value->type);
}

static const char *keyword(const struct fb_value *value)
{
	switch (fb_btf_kind(value->types, stripped(value))) {
	case FB_TYPE_STRUCT:
		return "struct";
	case FB_TYPE_UNION:
		return "union";
	default:
		return "enum";
	}
}

static bool is_union(const struct fb_value *value)
{
	return fb_btf_kind(value->types, stripped(value)) == FB_TYPE_UNION;
}

static bool is_enum(const struct fb_value *value)
{
	enum fb_type_kind kind = fb_btf_kind(value->types, stripped(value));

	return kind == FB_TYPE_ENUM || kind == FB_TYPE_ENUM64;
}

static bool is_anonymous(const struct fb_value *member, const char *name)
{
	return !*name && fb_value_kind(member) == FB_VALUE_STRUCT;
}

/* The text, and what brings a comment to its column. */
static void print_line(unsigned level, const char *text, size_t *column_ret)
{
	size_t column = (size_t)level * TAB + strlen(text);

	for (unsigned i = 0; i < level; i++)
		fb_put("\t");
	fb_put("%s", text);
	*column_ret = column;
}

static void print_place(struct fb_output *output, size_t column, const struct fb_value *member)
{
	int padding = column < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - column) : 1;

	if (member->bit_size)
		fb_print(output, FB_STYLE_DIM, "%*s/* %5" PRIu64 ":%2u %3u bits */\n", padding, "",
			 member->address, member->bit_offset, member->bit_size);
	else
		fb_print(output, FB_STYLE_DIM, "%*s/* %5" PRIu64 " %5" PRIu64 " */\n", padding, "",
			 member->address, fb_value_size(member));
}

static void print_member(struct fb_output *output, const char *name, const struct fb_value *member,
			 unsigned level)
{
	char declared[TEXT_SIZE / 4 - 16], text[TEXT_SIZE];
	size_t column, length;

	fb_btf_declare(member->types, member->type, name, declared, sizeof(declared));
	fb_text_escape(declared, strlen(declared), text, sizeof(text) - 16);
	length = strlen(text);
	if (member->bit_size)
		snprintf(text + length, sizeof(text) - length, ":%u;", member->bit_size);
	else
		snprintf(text + length, sizeof(text) - length, ";");
	print_line(level, text, &column);
	print_place(output, column, member);
}

static void print_hole(struct fb_output *output, uint64_t bytes, unsigned level, bool last)
{
	for (unsigned i = 0; i < level; i++)
		fb_put("\t");
	fb_print(output, FB_STYLE_DIM, "/* %" PRIu64 " byte%s %s */\n", bytes,
		 bytes == 1 ? "" : "s", last ? "of padding" : "unused");
}

/* end_bit: where what came before ends; a struct's members stand in order. */
static void print_members(struct fb_output *output, const struct fb_value *value, unsigned level)
{
	uint32_t count = fb_btf_length(value->types, stripped(value));
	uint64_t end_bit = value->address * 8;
	uint64_t whole = value->address + fb_value_size(value);
	bool holes = !is_union(value);

	for (uint32_t i = 0; i < count; i++) {
		struct fb_value member;
		const char *name;
		uint64_t bits;
		size_t column;

		fb_value_member(value, i, &name, &member);
		if (holes && member.address > (end_bit + 7) / 8)
			print_hole(output, member.address - (end_bit + 7) / 8, level, false);
		bits = member.bit_size ? member.bit_size : fb_value_size(&member) * 8;
		end_bit = member.address * 8 + member.bit_offset + bits;
		if (!is_anonymous(&member, name)) {
			print_member(output, name, &member, level);
			continue;
		}
		print_line(level, keyword(&member), &column);
		fb_put(" {\n");
		print_members(output, &member, level + 1);
		print_line(level, "};", &column);
		print_place(output, column, &member);
	}
	if (holes && count && whole > (end_bit + 7) / 8)
		print_hole(output, whole - (end_bit + 7) / 8, level, true);
}

static void print_enumerators(const struct fb_value *value)
{
	uint32_t id = stripped(value);

	for (uint32_t i = 0; i < fb_btf_length(value->types, id); i++) {
		const char *name;
		char text[TEXT_SIZE];
		int64_t number;

		fb_btf_enumerator(value->types, id, i, &name, &number);
		fb_put("\t%s = %lld,\n", fb_text_escape(name, strlen(name), text, sizeof(text)),
		       (long long)number);
	}
}

void fb_layout_print(struct fb_output *output, const struct fb_value *value)
{
	char spelled[TEXT_SIZE / 4], text[TEXT_SIZE];
	bool body = fb_value_kind(value) == FB_VALUE_STRUCT || is_enum(value);

	fb_btf_spell(value->types, body ? stripped(value) : value->type, spelled, sizeof(spelled));
	fb_print(output, FB_STYLE_BOLD, "%s",
		 fb_text_escape(spelled, strlen(spelled), text, sizeof(text)));
	if (!body) {
		fb_put(" /* size: %" PRIu64 " */\n", fb_value_size(value));
		return;
	}
	fb_put(" {\n");
	if (is_enum(value))
		print_enumerators(value);
	else
		print_members(output, value, 1);
	fb_put("}; /* size: %" PRIu64 " */\n", fb_value_size(value));
}

static json_t *members_json(const struct fb_value *value)
{
	uint32_t count = fb_btf_length(value->types, stripped(value));
	json_t *list;

	if (fb_value_kind(value) != FB_VALUE_STRUCT)
		return json_null();
	list = json_array();
	for (uint32_t i = 0; i < count; i++) {
		struct fb_value member;
		const char *name;

		fb_value_member(value, i, &name, &member);
		json_array_append_new(list, fb_layout_member_json(name, &member));
	}
	return list;
}

json_t *fb_layout_member_json(const char *name, const struct fb_value *member)
{
	json_t *object = json_object();
	bool bits = member->bit_size;
	char spelled[TEXT_SIZE / 4];

	fb_btf_spell(member->types, member->type, spelled, sizeof(spelled));
	json_object_set_new(object, "name", fb_json_text(*name ? name : NULL));
	json_object_set_new(object, "type", fb_json_text(spelled));
	json_object_set_new(object, "offset", json_integer((json_int_t)member->address));
	json_object_set_new(object, "size", json_integer((json_int_t)fb_value_size(member)));
	json_object_set_new(object, "bit_offset",
			    bits ? json_integer(member->bit_offset) : json_null());
	json_object_set_new(object, "bit_size",
			    bits ? json_integer(member->bit_size) : json_null());
	json_object_set_new(object, "members",
			    is_anonymous(member, name) ? members_json(member) : json_null());
	return object;
}

static json_t *enumerators_json(const struct fb_value *value)
{
	uint32_t id = stripped(value);
	json_t *list;

	if (!is_enum(value))
		return json_null();
	list = json_array();
	for (uint32_t i = 0; i < fb_btf_length(value->types, id); i++) {
		json_t *object = json_object();
		const char *name;
		int64_t number;

		fb_btf_enumerator(value->types, id, i, &name, &number);
		json_object_set_new(object, "name", fb_json_text(name));
		json_object_set_new(object, "value", json_integer(number));
		json_array_append_new(list, object);
	}
	return list;
}

void fb_layout_to_json(const struct fb_value *value, json_t *object)
{
	json_object_set_new(object, "members", members_json(value));
	json_object_set_new(object, "enumerators", enumerators_json(value));
}
