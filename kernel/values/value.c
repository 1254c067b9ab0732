// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Follows a path of members through values, and reads one. Called by the command struct and by bundle/waits.
 */
#include "kernel/values/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"

#define MAX_NAME 256u

static uint32_t stripped(const struct fb_value *value)
{
	return fb_btf_strip(value->types, value->type);
}

static enum fb_type_kind kind_of(const struct fb_value *value)
{
	return fb_btf_kind(value->types, stripped(value));
}

/* Only what is called char itself, constant or not: u8 is a byte. */
static bool is_letter(const struct fb_btf *types, uint32_t type)
{
	while (fb_btf_kind(types, type) == FB_TYPE_CONST ||
	       fb_btf_kind(types, type) == FB_TYPE_VOLATILE)
		type = fb_btf_target(types, type);
	return fb_btf_is_char(types, type);
}

bool fb_value_points_to_text(const struct fb_value *value)
{
	return kind_of(value) == FB_TYPE_POINTER &&
	       is_letter(value->types, fb_btf_target(value->types, stripped(value)));
}

enum fb_value_kind fb_value_kind(const struct fb_value *value)
{
	switch (kind_of(value)) {
	case FB_TYPE_STRUCT:
	case FB_TYPE_UNION:
		return FB_VALUE_STRUCT;
	case FB_TYPE_INT:
	case FB_TYPE_FLOAT:
	case FB_TYPE_POINTER:
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
		return FB_VALUE_SCALAR;
	case FB_TYPE_ARRAY:
		return is_letter(value->types, fb_btf_target(value->types, stripped(value)))
			       ? FB_VALUE_TEXT
			       : FB_VALUE_ARRAY;
	default:
		return FB_VALUE_OTHER;
	}
}

uint64_t fb_value_size(const struct fb_value *value)
{
	uint64_t size = 0;

	if (value->bit_size)
		return (value->bit_size + 7) / 8;
	fb_error_destroy(fb_btf_sizeof(value->types, value->type, &size));
	return size;
}

static struct fb_value inner(const struct fb_value *value, const struct fb_btf_member *member)
{
	struct fb_value found = {
		.types = value->types,
		.type = member->type,
		.address = value->address + member->bit_offset / 8,
		.bit_size = member->bit_size,
	};

	if (member->bit_size)
		found.bit_offset = member->bit_offset % 8;
	return found;
}

void fb_value_member(const struct fb_value *value, uint32_t index, const char **name_ret,
		     struct fb_value *member_ret)
{
	struct fb_btf_member member;

	fb_btf_member(value->types, stripped(value), index, &member);
	*name_ret = member.name;
	*member_ret = inner(value, &member);
}

struct fb_value fb_value_element(const struct fb_value *array, uint64_t index)
{
	struct fb_value element = {
		.types = array->types,
		.type = fb_btf_target(array->types, stripped(array)),
	};

	element.address = array->address + index * fb_value_size(&element);
	return element;
}

/* A struct that its types only declare, by the name under which another module has it whole. */
static struct fb_error *complete(struct fb_module_types *module_types, struct fb_value *value)
{
	static const enum fb_type_kind kinds[] = {FB_TYPE_STRUCT, FB_TYPE_UNION};
	const char *name = fb_btf_name(value->types, stripped(value));
	struct fb_error *err = NULL;

	for (size_t i = 0; module_types && i < FB_ARRAY_SIZE(kinds) && !err; i++)
		if (kind_of(value) == FB_TYPE_FORWARD)
			err = fb_part_skip(fb_module_types_find(module_types, kinds[i], name,
								&value->types, &value->type));
	return err;
}

/* How far a path has been followed. */
struct walk {
	struct fb_space *space; /* NULL: nothing is read */
	struct fb_module_types *module_types;
	const char *path, *at; /* all of it, and what is still to be followed */
	struct fb_value value; /* what was reached */
	/* The last pointer that was followed: the part of the path that leads to it (0: none), and what it holds. */
	size_t pointer_length;
	uint64_t pointer;
};

/* Reads the pointer that was reached, which the first bytes of the path lead to. */
static struct fb_error *read_pointer(struct walk *walk, size_t length, uint64_t *address_ret)
{
	struct fb_error *err = fb_space_u64(walk->space, walk->value.address, address_ret);

	if (err && !fb_error_is_fatal(err))
		return fb_error_prefix(err, "the pointer %.*s cannot be read", (int)length,
				       walk->path);
	if (!err && !*address_ret)
		return fb_error_create(FB_FAULT, "the pointer %.*s is null", (int)length,
				       walk->path);
	walk->pointer_length = length;
	walk->pointer = *address_ret;
	return err;
}

/* A pointer becomes what it leads to. length: of the path up to it. */
static struct fb_error *dereference(struct walk *walk, size_t length)
{
	struct fb_value target = {
		.types = walk->value.types,
		.type = fb_btf_target(walk->value.types, stripped(&walk->value)),
	};
	struct fb_error *err = NULL;

	if (walk->space)
		err = read_pointer(walk, length, &target.address);
	if (!err)
		err = complete(walk->module_types, &target);
	if (!err)
		walk->value = target;
	return err;
}

/* "[3]" at walk->at, which moves behind it. */
static struct fb_error *follow_index(struct walk *walk)
{
	const size_t before = (size_t)(walk->at - walk->path);
	struct fb_value *value = &walk->value;
	char spelling[MAX_NAME];
	uint64_t index;
	uint32_t length;
	char *end;
	struct fb_error *err;

	index = strtoull(walk->at + 1, &end, 0);
	if (walk->at[1] < '0' || walk->at[1] > '9' || *end != ']' || index > UINT32_MAX)
		return fb_error_create(FB_INVALID, "'%s' is no index", walk->at);
	walk->at = end + 1;
	if (kind_of(value) == FB_TYPE_POINTER) {
		err = dereference(walk, before);
		if (!err)
			value->address += index * fb_value_size(value);
		return err;
	}
	if (kind_of(value) != FB_TYPE_ARRAY)
		return fb_error_create(
			FB_INVALID, "%s is neither array nor pointer",
			fb_btf_spell(value->types, value->type, spelling, sizeof(spelling)));
	length = fb_btf_length(value->types, stripped(value));
	/* The array at a struct's end has any number. */
	if (length && index >= length)
		return fb_error_create(FB_INVALID,
				       "[%" PRIu64 "] lies behind the last of %u elements", index,
				       length);
	*value = fb_value_element(value, index);
	return NULL;
}

static bool is_arrow(const char *at)
{
	return at[0] == '-' && at[1] == '>';
}

/* How many bytes at the path's rest are a member's name: up to ".", "[" or "->". */
static size_t name_length(const char *at)
{
	size_t length = 0;

	while (at[length] && !strchr(".[", at[length]) && !is_arrow(at + length))
		length++;
	return length;
}

/* A member's name at walk->at, which moves behind it; before it the path has `before` bytes. */
static struct fb_error *follow_name(struct walk *walk, size_t before)
{
	size_t length = name_length(walk->at);
	struct fb_btf_member member;
	char name[MAX_NAME];
	struct fb_error *err = NULL;

	if (!length || length >= sizeof(name))
		return fb_error_create(FB_INVALID, "'%s' is no member", walk->at);
	memcpy(name, walk->at, length);
	name[length] = '\0';
	walk->at += length;
	if (kind_of(&walk->value) == FB_TYPE_POINTER)
		err = dereference(walk, before);
	if (!err)
		err = fb_btf_find_member(walk->value.types, walk->value.type, name, &member);
	if (!err)
		walk->value = inner(&walk->value, &member);
	return err;
}

/* A number or text behind a pointer that leads nowhere: the pointer is told, and not only where it led. Of a struct or
 * an array a part may be there. */
static struct fb_error *check_pointer(struct walk *walk)
{
	const enum fb_value_kind kind = fb_value_kind(&walk->value);
	struct fb_error *err;
	uint8_t byte;

	if (!walk->pointer_length || (kind != FB_VALUE_SCALAR && kind != FB_VALUE_TEXT))
		return NULL;
	err = fb_space_u8(walk->space, walk->value.address, &byte);
	if (!err || fb_error_is_fatal(err))
		return err;
	return fb_error_prefix(err,
			       "the pointer %.*s = 0x%" PRIx64 " leads to nothing that can be read",
			       (int)walk->pointer_length, walk->path, walk->pointer);
}

struct fb_error *fb_value_follow(struct fb_space *space, struct fb_module_types *module_types,
				 const struct fb_value *from, const char *path,
				 struct fb_value *value_ret)
{
	struct walk walk = {space, module_types, path, path, *from, 0, 0};
	struct fb_error *err = NULL;

	while (!err && *walk.at) {
		const size_t before = (size_t)(walk.at - path);

		if (*walk.at == '[') {
			err = follow_index(&walk);
			continue;
		}
		/* Between two members stands a dot or "->"; before the first one may. */
		walk.at += is_arrow(walk.at) ? 2 : *walk.at == '.';
		err = follow_name(&walk, before);
	}
	if (!err)
		err = check_pointer(&walk);
	if (err)
		return fb_error_prefix(err, "%.*s", (int)(walk.at - path), path);
	*value_ret = walk.value;
	return NULL;
}

static const char *enumerator_name(const struct fb_value *value, uint64_t bits)
{
	uint32_t id = stripped(value);

	for (uint32_t i = 0; i < fb_btf_length(value->types, id); i++) {
		const char *name;
		int64_t number;

		fb_btf_enumerator(value->types, id, i, &name, &number);
		if ((uint64_t)number == bits)
			return name;
	}
	return NULL;
}

/* The bits of a bit-field reach over at most 9 bytes: 64 of them, and 7 before. */
static struct fb_error *read_bits(struct fb_space *space, const struct fb_value *value,
				  uint64_t *bits_ret)
{
	uint8_t bytes[16] = {0};
	unsigned __int128 wide;
	uint32_t bits = value->bit_size;
	struct fb_error *err;

	if (bits > 64)
		return fb_error_create(FB_CORRUPT, "a bit-field of %u bits", bits);
	err = fb_space_read(space, value->address, bytes, (value->bit_offset + bits + 7) / 8);
	if (err)
		return err;
	memcpy(&wide, bytes, sizeof(wide));
	wide >>= value->bit_offset;
	*bits_ret = bits == 64 ? (uint64_t)wide : (uint64_t)wide & ((1ull << bits) - 1);
	return NULL;
}

static struct fb_error *read_number(struct fb_space *space, const struct fb_value *value,
				    struct fb_scalar *scalar)
{
	uint64_t words[2] = {0};
	struct fb_error *err;

	if (value->bit_size)
		return read_bits(space, value, &scalar->bits);
	if (scalar->size > sizeof(words))
		return fb_error_create(FB_UNSUPPORTED, "a number of %u bytes", scalar->size);
	err = fb_space_read(space, value->address, words, scalar->size);
	if (err)
		return err;
	scalar->bits = words[0];
	scalar->high = words[1];
	return NULL;
}

static enum fb_scalar_kind scalar_kind(const struct fb_value *value)
{
	uint32_t id = stripped(value);

	switch (fb_btf_kind(value->types, id)) {
	case FB_TYPE_POINTER:
		return FB_SCALAR_POINTER;
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
		return FB_SCALAR_ENUM;
	case FB_TYPE_FLOAT:
		return FB_SCALAR_RAW;
	default:
		break;
	}
	if (fb_value_size(value) > sizeof(uint64_t))
		return FB_SCALAR_RAW;
	if (fb_btf_is_bool(value->types, id))
		return FB_SCALAR_BOOL;
	return fb_btf_is_signed(value->types, id) ? FB_SCALAR_SIGNED : FB_SCALAR_UNSIGNED;
}

struct fb_error *fb_value_scalar(struct fb_space *space, const struct fb_value *value,
				 struct fb_scalar *scalar_ret)
{
	struct fb_scalar scalar = {
		.kind = scalar_kind(value),
		.size = (uint32_t)fb_value_size(value),
	};
	unsigned bits = value->bit_size ? value->bit_size : scalar.size * 8;
	struct fb_error *err = read_number(space, value, &scalar);

	if (err)
		return err;
	if (bits && bits < 64 && fb_btf_is_signed(value->types, stripped(value)) &&
	    (scalar.kind == FB_SCALAR_SIGNED || scalar.kind == FB_SCALAR_ENUM))
		scalar.bits = (uint64_t)((int64_t)(scalar.bits << (64 - bits)) >> (64 - bits));
	if (scalar.kind == FB_SCALAR_ENUM)
		scalar.name = enumerator_name(value, scalar.bits);
	*scalar_ret = scalar;
	return NULL;
}
