// SPDX-License-Identifier: GPL-2.0-or-later
/* Types of more members, enumerators and parameters than a small array holds. */
#include <stdio.h>
#include <stdlib.h>

#include "symbols/dwarf/dwarf_types.h"
#include "tests/harness.h"
#include "tests/symbols/make_dwarf.h"

#define MANY 300u

static void large_types_are_whole(void)
{
	static const char *const names[] = {"record", "kind", "call_t"};
	struct mk_dwarf made = {0};
	struct fb_btf *btf = NULL;
	uint64_t number, call;
	uint32_t id = 0;
	char *path;

	mk_unit(&made, MK_NAMED("a.c"));
	number = mk_entry(&made, DW_TAG_base_type, MK_NAMED("int"), MK_BYTES(4),
			  MK_NUMBER(DW_AT_encoding, DW_ATE_signed));
	mk_parent(&made, DW_TAG_structure_type, MK_NAMED("record"), MK_BYTES(4 * MANY));
	for (unsigned i = 0; i < MANY; i++)
		mk_entry(&made, DW_TAG_member, MK_NAMED("m"), MK_TYPE(number),
			 MK_NUMBER(DW_AT_data_member_location, 4 * i));
	mk_dwarf_end(&made);
	mk_parent(&made, DW_TAG_enumeration_type, MK_NAMED("kind"), MK_BYTES(4));
	for (unsigned i = 0; i < MANY; i++)
		mk_entry(&made, DW_TAG_enumerator, MK_NAMED("E"), MK_SIGNED(DW_AT_const_value, i));
	mk_dwarf_end(&made);
	call = mk_parent(&made, DW_TAG_subroutine_type, MK_TYPE(number));
	for (unsigned i = 0; i < MANY; i++)
		mk_entry(&made, DW_TAG_formal_parameter, MK_TYPE(number));
	mk_dwarf_end(&made);
	mk_entry(&made, DW_TAG_typedef, MK_NAMED("call_t"), MK_TYPE(call));
	mk_dwarf_end(&made);
	path = mk_dwarf_file(&made, "large");
	FB_OK_FATAL(fb_dwarf_types_load(path, names, FB_ARRAY_SIZE(names), &btf));
	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "record", &id));
	CU_ASSERT_EQUAL_FATAL(fb_btf_length(btf, id), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		struct fb_btf_member member;

		fb_btf_member(btf, id, i, &member);
		CU_ASSERT_EQUAL(member.bit_offset, 32ull * i);
	}
	FB_OK(fb_btf_find(btf, FB_TYPE_ENUM, "kind", &id));
	CU_ASSERT_EQUAL_FATAL(fb_btf_length(btf, id), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		const char *name;
		int64_t value;

		fb_btf_enumerator(btf, id, i, &name, &value);
		CU_ASSERT_EQUAL(value, i);
	}
	FB_OK(fb_btf_find(btf, FB_TYPE_TYPEDEF, "call_t", &id));
	CU_ASSERT_EQUAL(fb_btf_length(btf, fb_btf_target(btf, id)), MANY);
	fb_btf_destroy(btf);
	free(path);
}

FB_TEST_MAIN("symbols/dwarf_counts", FB_TEST(large_types_are_whole))
