// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Converts the types of C in DWARF (DWARF 5, chapter 5) to BTF. A type is written after those that it needs.
 * That ends, because a cycle of types in C always leads through a pointer to a struct or union, and that
 * struct or union is written as a forward declaration. Called by dwarf_types.c.
 */
#include "symbols/dwarf/dwarf_convert.h"

#include <dwarf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

struct members {
	struct fb_btf_member *items;
	size_t count;
	size_t room;
};

/* whole: it is embedded, or one of the wanted types; else it is only pointed to. */
static struct fb_error *convert(struct fb_dwarf_converter *converter, Dwarf_Die *die, bool whole,
				unsigned depth, uint32_t *id_ret);

struct fb_error *fb_dwarf_converter_init(struct fb_dwarf_converter *converter)
{
	*converter = (struct fb_dwarf_converter){0};
	return fb_btf_builder_init(&converter->builder);
}

void fb_dwarf_converter_deinit(struct fb_dwarf_converter *converter)
{
	fb_btf_builder_deinit(&converter->builder);
	fb_u64_map_deinit(&converter->done);
}

/* One entry for a type as a whole, and one for it as it stands behind a pointer: what is at an address
 * of the file that libdw has mapped or read in. */
static uint64_t done_key(const Dwarf_Die *die, bool whole)
{
	return (uint64_t)(uintptr_t)die->addr << 1 | whole;
}

static const char *name_of(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return name ? name : "";
}

static bool read_number(Dwarf_Die *die, unsigned attribute, uint64_t *value_ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (!dwarf_attr_integrate(die, attribute, &attr) || dwarf_formudata(&attr, &value))
		return false;
	*value_ret = value;
	return true;
}

/* What DW_AT_type of die refers to; 0, void, where it has none. */
static struct fb_error *convert_target(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				       bool whole, unsigned depth, uint32_t *id_ret)
{
	Dwarf_Attribute attr;
	Dwarf_Die target;

	*id_ret = 0;
	if (!dwarf_attr_integrate(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &target))
		return NULL;
	return convert(converter, &target, whole, depth + 1, id_ret);
}

static struct fb_error *byte_size(Dwarf_Die *die, uint32_t *size_ret)
{
	uint64_t size = 0;

	(void)read_number(die, DW_AT_byte_size, &size);
	if (size > UINT32_MAX)
		return fb_error_create(FB_CORRUPT, "type of %" PRIu64 " bytes", size);
	*size_ret = (uint32_t)size;
	return NULL;
}

static struct fb_error *convert_base(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				     uint32_t *id_ret)
{
	enum fb_btf_encoding encoding = FB_BTF_UNSIGNED;
	uint64_t ate = DW_ATE_unsigned;
	struct fb_error *err;
	uint32_t size;

	err = byte_size(die, &size);
	if (err)
		return err;
	(void)read_number(die, DW_AT_encoding, &ate);
	switch (ate) {
	case DW_ATE_float:
	case DW_ATE_complex_float:
		return fb_btf_builder_float(&converter->builder, name_of(die), size, id_ret);
	case DW_ATE_boolean:
		encoding = FB_BTF_BOOL;
		break;
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		encoding = FB_BTF_SIGNED;
		break;
	default:
		break;
	}
	return fb_btf_builder_int(&converter->builder, name_of(die), size, encoding, id_ret);
}

/*
 * Where a member stands. A bit-field has DW_AT_data_bit_offset (DWARF 4), or DW_AT_bit_offset
 * counted from the top bit of its storage unit (DWARF 2 and 3, and GCC before 11).
 */
static void place_member(Dwarf_Die *die, struct fb_btf_member *member)
{
	uint64_t location = 0, bits = 0, from_top, storage = 0;
	Dwarf_Attribute attr;
	Dwarf_Die type;

	(void)read_number(die, DW_AT_data_member_location, &location);
	member->bit_offset = location * 8;
	if (!read_number(die, DW_AT_bit_size, &bits) || bits > UINT8_MAX)
		return;
	member->bit_size = (uint32_t)bits;
	if (read_number(die, DW_AT_data_bit_offset, &member->bit_offset) ||
	    !read_number(die, DW_AT_bit_offset, &from_top))
		return;
	if (!read_number(die, DW_AT_byte_size, &storage) &&
	    dwarf_attr_integrate(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, &type) &&
	    !dwarf_peel_type(&type, &type))
		(void)read_number(&type, DW_AT_byte_size, &storage);
	member->bit_offset += storage * 8 - from_top - bits;
}

static struct fb_error *add_member(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				   unsigned depth, struct members *members)
{
	struct fb_btf_member member = {.name = name_of(die)};
	struct fb_error *err;

	err = convert_target(converter, die, true, depth, &member.type);
	if (!err)
		err = fb_grow_array(&members->items, &members->room, members->count,
				    sizeof(*members->items), UINT16_MAX, "members");
	if (err)
		return err;
	place_member(die, &member);
	members->items[members->count++] = member;
	return NULL;
}

static struct fb_error *convert_composite(struct fb_dwarf_converter *converter, Dwarf_Die *die,
					  bool whole, unsigned depth, uint32_t *id_ret)
{
	bool is_union = dwarf_tag(die) == DW_TAG_union_type;
	struct members members = {0};
	struct fb_error *err;
	uint32_t size;
	Dwarf_Die child;

	if (dwarf_hasattr(die, DW_AT_declaration) || (!whole && *name_of(die)))
		return fb_btf_builder_forward(&converter->builder, name_of(die), is_union, id_ret);
	err = byte_size(die, &size);
	if (!err && !dwarf_child(die, &child))
		do {
			if (dwarf_tag(&child) == DW_TAG_member)
				err = add_member(converter, &child, depth, &members);
		} while (!err && !dwarf_siblingof(&child, &child));
	if (!err)
		err = fb_btf_builder_composite(
			&converter->builder, is_union ? FB_TYPE_UNION : FB_TYPE_STRUCT,
			name_of(die), size, members.items, members.count, id_ret);
	free(members.items);
	return err;
}

static struct fb_error *convert_enum(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				     uint32_t *id_ret)
{
	struct fb_btf_value *values = NULL;
	struct fb_error *err;
	bool negative = false;
	size_t count = 0;
	size_t room = 0;
	uint32_t size;
	Dwarf_Die child;

	err = byte_size(die, &size);
	if (!err && !dwarf_child(die, &child))
		do {
			Dwarf_Attribute attr;
			Dwarf_Sword value = 0;

			if (dwarf_tag(&child) != DW_TAG_enumerator ||
			    !dwarf_attr(&child, DW_AT_const_value, &attr) ||
			    dwarf_formsdata(&attr, &value))
				continue;
			err = fb_grow_array(&values, &room, count, sizeof(*values), UINT16_MAX,
					    "enumerators");
			if (err)
				break;
			values[count].name = name_of(&child);
			values[count++].value = value;
			negative |= value < 0;
		} while (!dwarf_siblingof(&child, &child));
	if (!err)
		err = fb_btf_builder_enum(&converter->builder, name_of(die), size, negative, values,
					  count, id_ret);
	free(values);
	return err;
}

/* Elements of one dimension; 0 where it is open. */
static uint32_t dimension(Dwarf_Die *subrange)
{
	uint64_t count = 0;

	if (read_number(subrange, DW_AT_count, &count))
		return count > UINT32_MAX ? 0 : (uint32_t)count;
	if (!read_number(subrange, DW_AT_upper_bound, &count) || count >= UINT32_MAX)
		return 0;
	return (uint32_t)count + 1;
}

/* int a[2][3] is one DWARF array with two dimensions, and an array of arrays in BTF. */
static struct fb_error *convert_array(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				      unsigned depth, uint32_t *id_ret)
{
	uint32_t counts[8]; /* the kernel's most is 3 */
	size_t dimensions = 0;
	struct fb_error *err;
	uint32_t element;
	Dwarf_Die child;

	err = convert_target(converter, die, true, depth, &element);
	if (err)
		return err;
	if (!dwarf_child(die, &child))
		do {
			if (dwarf_tag(&child) != DW_TAG_subrange_type)
				continue;
			if (dimensions == FB_ARRAY_SIZE(counts))
				return fb_error_create(FB_UNSUPPORTED, "array of %zu dimensions",
						       dimensions + 1);
			counts[dimensions++] = dimension(&child);
		} while (!dwarf_siblingof(&child, &child));
	if (!dimensions)
		counts[dimensions++] = 0;
	while (dimensions-- > 0 && !err)
		err = fb_btf_builder_array(&converter->builder, element, counts[dimensions],
					   &element);
	*id_ret = element;
	return err;
}

static struct fb_error *convert_prototype(struct fb_dwarf_converter *converter, Dwarf_Die *die,
					  unsigned depth, uint32_t *id_ret)
{
	uint32_t *parameters = NULL;
	struct fb_error *err;
	uint32_t returned;
	size_t count = 0;
	size_t room = 0;
	Dwarf_Die child;

	err = convert_target(converter, die, false, depth, &returned);
	if (!err && !dwarf_child(die, &child))
		do {
			int tag = dwarf_tag(&child);
			uint32_t id = 0; /* of "...", too */

			if (tag == DW_TAG_formal_parameter)
				err = convert_target(converter, &child, false, depth, &id);
			else if (tag != DW_TAG_unspecified_parameters)
				continue;
			if (!err)
				err = fb_grow_array(&parameters, &room, count, sizeof(*parameters),
						    UINT16_MAX, "parameters");
			if (!err)
				parameters[count++] = id;
		} while (!err && !dwarf_siblingof(&child, &child));
	if (!err)
		err = fb_btf_builder_prototype(&converter->builder, returned, parameters, count,
					       id_ret);
	free(parameters);
	return err;
}

static struct fb_error *convert_reference(struct fb_dwarf_converter *converter, Dwarf_Die *die,
					  enum fb_type_kind kind, bool whole, unsigned depth,
					  uint32_t *id_ret)
{
	const char *name = kind == FB_TYPE_TYPEDEF ? name_of(die) : "";
	struct fb_error *err;
	uint32_t target;

	err = convert_target(converter, die, whole && kind != FB_TYPE_POINTER, depth, &target);
	if (err)
		return err;
	return fb_btf_builder_reference(&converter->builder, kind, name, target, id_ret);
}

static struct fb_error *convert_new(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				    bool whole, unsigned depth, uint32_t *id_ret)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		return convert_base(converter, die, id_ret);
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return convert_composite(converter, die, whole, depth, id_ret);
	case DW_TAG_enumeration_type:
		return convert_enum(converter, die, id_ret);
	case DW_TAG_array_type:
		return convert_array(converter, die, depth, id_ret);
	case DW_TAG_subroutine_type:
		return convert_prototype(converter, die, depth, id_ret);
	case DW_TAG_pointer_type:
		return convert_reference(converter, die, FB_TYPE_POINTER, whole, depth, id_ret);
	case DW_TAG_typedef:
		return convert_reference(converter, die, FB_TYPE_TYPEDEF, whole, depth, id_ret);
	case DW_TAG_const_type:
		return convert_reference(converter, die, FB_TYPE_CONST, whole, depth, id_ret);
	case DW_TAG_volatile_type:
		return convert_reference(converter, die, FB_TYPE_VOLATILE, whole, depth, id_ret);
	case DW_TAG_restrict_type:
		return convert_reference(converter, die, FB_TYPE_RESTRICT, whole, depth, id_ret);
	case DW_TAG_atomic_type: /* BTF has no word for it */
		return convert_target(converter, die, whole, depth, id_ret);
	default:
		*id_ret = 0;
		return NULL;
	}
}

static struct fb_error *convert(struct fb_dwarf_converter *converter, Dwarf_Die *die, bool whole,
				unsigned depth, uint32_t *id_ret)
{
	uint64_t key = done_key(die, whole);
	const uint64_t *done;
	struct fb_error *err;
	uint32_t id;

	done = fb_u64_map_find(&converter->done, key);
	if (done) {
		*id_ret = (uint32_t)*done;
		return NULL;
	}
	if (depth > FB_MAX_TYPE_DEPTH)
		return fb_error_create(FB_CORRUPT, "types nested deeper than %u",
				       FB_MAX_TYPE_DEPTH);
	err = convert_new(converter, die, whole, depth, &id);
	if (err)
		return fb_error_prefix(err, "%s", *name_of(die) ? name_of(die) : "{...}");
	err = fb_u64_map_add(&converter->done, key, id, FB_MAX_UNIT_ENTRIES, "DWARF types", NULL);
	if (err)
		return err;
	*id_ret = id;
	return NULL;
}

struct fb_error *fb_dwarf_convert(struct fb_dwarf_converter *converter, Dwarf_Die *die,
				  uint32_t *id_ret)
{
	return convert(converter, die, true, 1, id_ret);
}
