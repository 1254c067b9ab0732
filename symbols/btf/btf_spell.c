// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spells types as C does. A declaration has a part left of the name and one right of it ("int (*"
 * name ")[4]"); each type adds to both. Called by the command struct, and for messages that name a type.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/btf/btf_private.h"

struct writer {
	const struct fb_btf *btf;
	char *to;
	size_t size;
	size_t used; /* < size; size - 1 is full */
};

static void declare(struct writer *writer, uint32_t id, const char *name, unsigned depth);

static bool is_full(const struct writer *writer)
{
	return writer->used + 1 >= writer->size;
}

static void put(struct writer *writer, const char *text)
{
	size_t length = strnlen(text, writer->size - 1 - writer->used);

	memcpy(writer->to + writer->used, text, length);
	writer->used += length;
	writer->to[writer->used] = '\0';
}

/* A space, where the last character does not stand well before what follows. */
static void put_space(struct writer *writer)
{
	char last = writer->used ? writer->to[writer->used - 1] : ' ';

	if (last != ' ' && last != '*' && last != '(')
		put(writer, " ");
}

static const char *keyword(enum fb_type_kind kind, const struct btf_type *type)
{
	switch (kind) {
	case FB_TYPE_STRUCT:
		return "struct ";
	case FB_TYPE_UNION:
		return "union ";
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
		return "enum ";
	case FB_TYPE_FORWARD:
		return BTF_INFO_FLAG(type->info) ? "union " : "struct ";
	case FB_TYPE_VOLATILE:
		return "volatile";
	case FB_TYPE_CONST:
		return "const";
	case FB_TYPE_RESTRICT:
		return "restrict";
	default:
		return "";
	}
}

/* What a modifier stands before, in the end; the check bounds the chain. */
static uint32_t unmodified(const struct fb_btf *btf, uint32_t id)
{
	while (fb_btf_is_modifier(fb_btf_kind(btf, id)))
		id = fb_btf_target(btf, id);
	return id;
}

/* Pointers to these need parentheses. */
static bool binds_tighter(const struct fb_btf *btf, uint32_t id)
{
	enum fb_type_kind kind = fb_btf_kind(btf, unmodified(btf, id));

	return kind == FB_TYPE_ARRAY || kind == FB_TYPE_PROTOTYPE;
}

static void put_left(struct writer *writer, uint32_t id, unsigned depth)
{
	const struct btf_type *type = fb_btf_type(writer->btf, id);
	const char *name = fb_btf_string(writer->btf, type->name_off);
	enum fb_type_kind kind = fb_btf_kind_of(type);
	uint32_t target = fb_btf_target(writer->btf, id);

	if (is_full(writer))
		return;
	if (depth > FB_MAX_TYPE_DEPTH) {
		put(writer, "...");
		return;
	}
	switch (kind) {
	case FB_TYPE_POINTER:
		put_left(writer, target, depth + 1);
		put_space(writer);
		put(writer, binds_tighter(writer->btf, target) ? "(*" : "*");
		return;
	case FB_TYPE_VOLATILE:
	case FB_TYPE_CONST:
	case FB_TYPE_RESTRICT:
		/* "const int", but "int *const". */
		if (fb_btf_kind(writer->btf, unmodified(writer->btf, id)) == FB_TYPE_POINTER) {
			put_left(writer, target, depth + 1);
			put_space(writer);
			put(writer, keyword(kind, type));
			return;
		}
		put(writer, keyword(kind, type));
		put(writer, " ");
		put_left(writer, target, depth + 1);
		return;
	case FB_TYPE_TYPE_TAG:
	case FB_TYPE_DECL_TAG:
	case FB_TYPE_ARRAY:
	case FB_TYPE_PROTOTYPE:
	case FB_TYPE_FUNCTION:
	case FB_TYPE_VARIABLE:
		put_left(writer, target, depth + 1);
		return;
	case FB_TYPE_VOID:
		put(writer, "void");
		return;
	default:
		put(writer, keyword(kind, type));
		put(writer, *name ? name : "{...}");
		return;
	}
}

static void put_parameters(struct writer *writer, const struct btf_type *type, unsigned depth)
{
	const struct btf_param *params = fb_btf_behind(type);
	uint32_t count = BTF_INFO_VLEN(type->info);

	put(writer, count ? "(" : "(void");
	for (uint32_t i = 0; i < count && !is_full(writer); i++) {
		if (i)
			put(writer, ", ");
		if (!params[i].type && i == count - 1)
			put(writer, "...");
		else
			declare(writer, params[i].type, "", depth + 1);
	}
	put(writer, ")");
}

static void put_right(struct writer *writer, uint32_t id, unsigned depth)
{
	const struct btf_type *type = fb_btf_type(writer->btf, id);
	uint32_t target = fb_btf_target(writer->btf, id);
	char length[16];

	if (is_full(writer) || depth > FB_MAX_TYPE_DEPTH)
		return;
	switch (fb_btf_kind_of(type)) {
	case FB_TYPE_POINTER:
		if (binds_tighter(writer->btf, target))
			put(writer, ")");
		break;
	case FB_TYPE_ARRAY:
		(void)snprintf(length, sizeof(length), "[%u]", fb_btf_length(writer->btf, id));
		put(writer, length);
		break;
	case FB_TYPE_PROTOTYPE:
		put_parameters(writer, type, depth);
		break;
	case FB_TYPE_VOLATILE:
	case FB_TYPE_CONST:
	case FB_TYPE_RESTRICT:
	case FB_TYPE_TYPE_TAG:
	case FB_TYPE_DECL_TAG:
	case FB_TYPE_FUNCTION:
	case FB_TYPE_VARIABLE:
		break;
	default:
		return;
	}
	put_right(writer, target, depth + 1);
}

static void declare(struct writer *writer, uint32_t id, const char *name, unsigned depth)
{
	enum fb_type_kind kind = fb_btf_kind(writer->btf, unmodified(writer->btf, id));

	put_left(writer, id, depth);
	if (*name || kind == FB_TYPE_ARRAY || kind == FB_TYPE_PROTOTYPE)
		put_space(writer);
	put(writer, name);
	put_right(writer, id, depth);
}

char *fb_btf_declare(const struct fb_btf *btf, uint32_t id, const char *name, char *to, size_t size)
{
	struct writer writer = {.btf = btf, .to = to, .size = size};

	if (!size)
		return to;
	to[0] = '\0';
	declare(&writer, id, name, 1);
	return to;
}

char *fb_btf_spell(const struct fb_btf *btf, uint32_t id, char *to, size_t size)
{
	return fb_btf_declare(btf, id, "", to, size);
}
