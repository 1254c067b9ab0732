// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the functions of a compilation unit. A unit of a kernel has thousands of types before its functions,
 * so it is walked once and not for each address. Called by dwarf_lines.c and user/unwind/unwind_frames.c.
 */
#include "symbols/dwarf/dwarf_functions.h"

#include <dwarf.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

/* Namespaces, as of Rust's modules, within each other. */
#define MAX_NAMESPACES 32u
/* Blocks and inlined functions within each other. */
#define MAX_BLOCKS 256u

struct walk {
	struct fb_unit_functions functions;
	bool in_types;         /* the language has functions within types */
	uint64_t entries_left; /* a damaged DW_AT_sibling may lead back */
};

static struct fb_error *add_function(struct walk *walk, Dwarf_Die *function)
{
	struct fb_unit_functions *functions = &walk->functions;
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(function, offset, &base, &start, &end)) > 0) {
		struct fb_error *err;

		if (start >= end)
			continue;
		err = fb_grow_array(&functions->ranges, &functions->room, functions->count,
				    sizeof(*functions->ranges), FB_MAX_KALLSYMS,
				    "functions of a unit");
		if (err)
			return err;
		functions->ranges[functions->count++] =
			(struct fb_function_range){start, end, dwarf_dieoffset(function)};
	}
	return NULL;
}

static bool may_hold_functions(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
	       tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

static struct fb_error *add_children(struct walk *walk, Dwarf_Die *parent, unsigned depth)
{
	struct fb_error *err = NULL;
	Dwarf_Die die;

	if (depth > MAX_NAMESPACES || dwarf_child(parent, &die) != 0)
		return NULL;
	do {
		int tag = dwarf_tag(&die);

		if (!walk->entries_left--)
			return fb_error_create(FB_LIMIT, "a unit of too many entries");
		if (tag == DW_TAG_subprogram)
			err = add_function(walk, &die);
		else if (tag == DW_TAG_namespace || tag == DW_TAG_module ||
			 (walk->in_types && may_hold_functions(tag)))
			err = add_children(walk, &die, depth + 1);
	} while (!err && dwarf_siblingof(&die, &die) == 0);
	return err;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct fb_function_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/* Assembler too; whatever is not known may have functions anywhere. */
static bool is_plain_c(int language)
{
	return language == DW_LANG_C89 || language == DW_LANG_C || language == DW_LANG_C99 ||
	       language == DW_LANG_C11 || language == DW_LANG_Mips_Assembler;
}

struct fb_error *fb_unit_functions_load(Dwarf_Die *unit, struct fb_unit_functions *functions_ret)
{
	struct walk walk = {
		.functions = {.unit = dwarf_dieoffset(unit)},
		.in_types = !is_plain_c(dwarf_srclang(unit)),
		.entries_left = FB_MAX_UNIT_ENTRIES,
	};
	struct fb_error *err = add_children(&walk, unit, 0);

	if (err) {
		fb_unit_functions_deinit(&walk.functions);
		return err;
	}
	if (walk.functions.count)
		qsort(walk.functions.ranges, walk.functions.count, sizeof(*walk.functions.ranges),
		      compare_ranges);
	*functions_ret = walk.functions;
	return NULL;
}

void fb_unit_functions_deinit(struct fb_unit_functions *functions)
{
	free(functions->ranges);
	functions->ranges = NULL;
	functions->count = functions->room = 0;
}

bool fb_unit_functions_find(const struct fb_unit_functions *functions, Dwarf *dwarf,
			    uint64_t address, Dwarf_Die *function_ret)
{
	size_t behind = FB_LOWER_BOUND(i, functions->count, functions->ranges[i].start <= address);

	return behind && address < functions->ranges[behind - 1].end &&
	       dwarf_offdie(dwarf, functions->ranges[behind - 1].entry, function_ret);
}

/* The child of block that has code at address. */
static bool enter(const Dwarf_Die *block, uint64_t address, Dwarf_Die *child_ret)
{
	uint64_t left = FB_MAX_UNIT_ENTRIES;
	Dwarf_Die die, parent = *block;

	if (dwarf_child(&parent, &die) != 0)
		return false;
	do {
		int tag = dwarf_tag(&die);

		if ((tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) ||
		    dwarf_haspc(&die, address) != 1)
			continue;
		*child_ret = die;
		return true;
	} while (--left && dwarf_siblingof(&die, &die) == 0);
	return false;
}

size_t fb_inlined_at(Dwarf_Die *function, uint64_t address, Dwarf_Die *inlined, size_t room)
{
	Dwarf_Die block = *function;
	size_t count = 0;

	for (unsigned depth = 0; depth < MAX_BLOCKS && count < room; depth++) {
		if (!enter(&block, address, &block))
			break;
		if (dwarf_tag(&block) == DW_TAG_inlined_subroutine)
			inlined[count++] = block;
	}
	return count;
}
