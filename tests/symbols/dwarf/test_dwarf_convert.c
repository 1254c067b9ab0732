// SPDX-License-Identifier: GPL-2.0-or-later
/* Types written down as DWARF, entry by entry, and the whole of what they become. */
#include "symbols/dwarf/dwarf_convert.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/symbols/list_btf.h"
#include "tests/symbols/make_dwarf.h"

struct opened {
	int fd;
	Dwarf *dwarf;
	struct fb_dwarf_converter converter;
};

static void open_made(struct mk_dwarf *made, struct opened *opened)
{
	char *path = mk_dwarf_file(made, "types");

	opened->fd = open(path, O_RDONLY | O_CLOEXEC);
	opened->dwarf = dwarf_begin(opened->fd, DWARF_C_READ);
	CU_ASSERT_PTR_NOT_NULL_FATAL(opened->dwarf);
	FB_OK_FATAL(fb_dwarf_converter_init(&opened->converter));
	free(path);
}

static void close_made(struct opened *opened)
{
	fb_dwarf_converter_deinit(&opened->converter);
	dwarf_end(opened->dwarf);
	(void)close(opened->fd);
}

static struct fb_error *convert(struct opened *opened, uint64_t entry, uint32_t *id_ret)
{
	Dwarf_Die die;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dwarf_offdie(opened->dwarf, entry, &die));
	return fb_dwarf_convert(&opened->converter, &die, id_ret);
}

/* All that was converted, as list_btf() writes it. */
static void expect_types(struct opened *opened, const char *wanted)
{
	struct fb_btf *btf = NULL;
	char *text;

	FB_OK_FATAL(fb_btf_builder_finish(&opened->converter.builder, &btf));
	text = list_btf(btf);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	free(text);
	fb_btf_destroy(btf);
}

/* The one entry, and what it brings along. */
static void expect(struct mk_dwarf *made, uint64_t entry, const char *wanted)
{
	struct opened opened;
	uint32_t id;

	mk_dwarf_end(made);
	open_made(made, &opened);
	FB_OK(convert(&opened, entry, &id));
	expect_types(&opened, wanted);
	close_made(&opened);
}

static void expect_failure(struct mk_dwarf *made, uint64_t entry, enum fb_code code,
			   const char *message)
{
	struct opened opened;
	uint32_t id = 77;

	mk_dwarf_end(made);
	open_made(made, &opened);
	FB_FAILS_WITH(convert(&opened, entry, &id), code, message);
	CU_ASSERT_EQUAL(id, 77);
	close_made(&opened);
}

static uint64_t base(struct mk_dwarf *made, const char *name, uint64_t bytes, uint64_t encoding)
{
	return mk_entry(made, DW_TAG_base_type, MK_NAMED(name), MK_BYTES(bytes),
			MK_NUMBER(DW_AT_encoding, encoding));
}

static void numbers_keep_size_and_sign(void)
{
	struct mk_dwarf made = {0};
	struct opened opened;
	uint64_t entries[10];
	uint32_t id;

	mk_unit(&made, MK_NAMED("a.c"));
	entries[0] = base(&made, "int", 4, DW_ATE_signed);
	entries[1] = base(&made, "char", 1, DW_ATE_signed_char);
	entries[2] = base(&made, "long unsigned int", 8, DW_ATE_unsigned);
	entries[3] = base(&made, "unsigned char", 1, DW_ATE_unsigned_char);
	entries[4] = base(&made, "_Bool", 1, DW_ATE_boolean);
	entries[5] = base(&made, "double", 8, DW_ATE_float);
	entries[6] = base(&made, "complex", 16, DW_ATE_complex_float);
	entries[7] = mk_entry(&made, DW_TAG_base_type, MK_NAMED("plain"), MK_BYTES(2));
	entries[8] = base(&made, "int", 4, DW_ATE_signed); /* another of that name */
	entries[9] = mk_entry(&made, DW_TAG_class_type, MK_NAMED("of_cxx"));
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	for (uint32_t i = 0; i < 10; i++) {
		FB_OK(convert(&opened, entries[i], &id));
		CU_ASSERT_EQUAL(id, i < 9 ? i + 1 : 0); /* the last is void */
	}
	FB_OK(convert(&opened, entries[3], &id)); /* is there already */
	CU_ASSERT_EQUAL(id, 4);
	expect_types(&opened, "1 int 4 signed\n"
			      "2 char 1 signed char\n"
			      "3 long unsigned int 8\n"
			      "4 unsigned char 1 char\n"
			      "5 _Bool 1 bool\n"
			      "6 float double 8\n"
			      "7 float complex 16\n"
			      "8 plain 2\n"
			      "9 int 4 signed\n");
	close_made(&opened);
}

static uint64_t member(struct mk_dwarf *made, const char *name, uint64_t type, uint64_t at)
{
	return mk_entry(made, DW_TAG_member, MK_NAMED(name), MK_TYPE(type),
			MK_NUMBER(DW_AT_data_member_location, at));
}

static void structs_and_unions_have_their_members(void)
{
	struct mk_dwarf made = {0};
	uint64_t number, wide, whole;

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	wide = base(&made, "long", 8, DW_ATE_signed);
	whole = mk_parent(&made, DW_TAG_structure_type, MK_NAMED("whole"), MK_BYTES(24));
	member(&made, "first", number, 0);
	/* Neither a member nor the end of them. */
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("within"), MK_BYTES(4));
	member(&made, "second", wide, 8);
	mk_entry(&made, DW_TAG_member, MK_TYPE(mk_dwarf_here(&made) + 400), MK_NAMED("lost"));
	mk_entry(&made, DW_TAG_member, MK_NAMED("no_type"),
		 MK_NUMBER(DW_AT_data_member_location, 20));
	mk_dwarf_end(&made);
	expect(&made, whole,
	       "1 int 4 signed\n2 long 8 signed\n"
	       "3 struct whole 24 {first:1@0 second:2@64 lost:0@0 no_type:0@160}\n");

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	whole = mk_parent(&made, DW_TAG_union_type, MK_NAMED("either"), MK_BYTES(4));
	mk_entry(&made, DW_TAG_member, MK_NAMED("only"), MK_TYPE(number)); /* of a union: at 0 */
	mk_dwarf_end(&made);
	expect(&made, whole, "1 int 4 signed\n2 union either 4 {only:1@0}\n");

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_structure_type, MK_NAMED("empty"));
	expect(&made, whole, "1 struct empty 0 {}\n");
}

/* As DWARF 4 has them, and as older ones had: from the top of the storage unit, whose size the member has
 * or its type. */
static void bit_fields_stand_where_they_did(void)
{
	struct mk_dwarf made = {0};
	uint64_t number, other, again, whole;

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	other = mk_entry(&made, DW_TAG_typedef, MK_NAMED("other_t"), MK_TYPE(number));
	again = mk_entry(&made, DW_TAG_typedef, MK_NAMED("again_t"), MK_TYPE(other));
	whole = mk_parent(&made, DW_TAG_structure_type, MK_NAMED("bits"), MK_BYTES(16));
	mk_entry(&made, DW_TAG_member, MK_NAMED("newer"), MK_TYPE(number),
		 MK_NUMBER(DW_AT_bit_size, 3), MK_NUMBER(DW_AT_data_bit_offset, 37));
	mk_entry(&made, DW_TAG_member, MK_NAMED("older"), MK_TYPE(number), MK_BYTES(2),
		 MK_NUMBER(DW_AT_bit_size, 5), MK_NUMBER(DW_AT_bit_offset, 9),
		 MK_NUMBER(DW_AT_data_member_location, 6));
	mk_entry(&made, DW_TAG_member, MK_NAMED("oldest"), MK_TYPE(again),
		 MK_NUMBER(DW_AT_bit_size, 7), MK_NUMBER(DW_AT_bit_offset, 20),
		 MK_NUMBER(DW_AT_data_member_location, 8));
	/* Nothing says where: at the storage unit's first bit. */
	mk_entry(&made, DW_TAG_member, MK_NAMED("bare"), MK_TYPE(number),
		 MK_NUMBER(DW_AT_bit_size, 4), MK_NUMBER(DW_AT_data_member_location, 12));
	/* More bits than BTF can say: the whole of its type. */
	mk_entry(&made, DW_TAG_member, MK_NAMED("vast"), MK_TYPE(number),
		 MK_NUMBER(DW_AT_bit_size, 256), MK_NUMBER(DW_AT_data_bit_offset, 64),
		 MK_NUMBER(DW_AT_data_member_location, 12));
	mk_dwarf_end(&made);
	/* 6 * 8 + 16 - 9 - 5 and 8 * 8 + 32 - 20 - 7. */
	expect(&made, whole,
	       "1 int 4 signed\n2 other_t -> 1\n3 again_t -> 2\n"
	       "4 struct bits 16 {newer:1@37/3 older:1@50/5 oldest:3@69/7 bare:1@96/4 "
	       "vast:1@96}\n");
}

static void sizes_end_at_32_bits(void)
{
	struct mk_dwarf made = {0};
	struct opened opened;
	uint64_t whole;
	uint32_t id = 0;

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_structure_type, MK_NAMED("vast"), MK_BYTES(UINT32_MAX));
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	FB_OK(convert(&opened, whole, &id)); /* that BTF takes less is for its check to say */
	CU_ASSERT_EQUAL(id, 1);
	close_made(&opened);
	for (unsigned i = 0; i < 3; i++) {
		static const unsigned tags[] = {DW_TAG_structure_type, DW_TAG_base_type,
						DW_TAG_enumeration_type};

		mk_unit(&made, MK_NAMED("a.c"));
		whole = mk_entry(&made, tags[i], MK_NAMED("vast"), MK_BYTES(1ull << 32));
		expect_failure(&made, whole, FB_CORRUPT, "vast: type of 4294967296 bytes");
	}
	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_union_type, MK_BYTES(UINT64_MAX));
	expect_failure(&made, whole, FB_CORRUPT, "{...}: type of 18446744073709551615 bytes");
}

/* Named structs are only told of where they stand behind a pointer, and where only their name is known. */
static void what_is_pointed_to_is_a_forward(void)
{
	struct mk_dwarf made = {0};
	uint64_t number, named, either, anonymous, declared, alias, fixed, pointers[6], whole;

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	named = mk_parent(&made, DW_TAG_structure_type, MK_NAMED("named"), MK_BYTES(4));
	member(&made, "within", number, 0);
	mk_dwarf_end(&made);
	either = mk_entry(&made, DW_TAG_union_type, MK_NAMED("either"), MK_BYTES(4));
	anonymous = mk_parent(&made, DW_TAG_structure_type, MK_BYTES(4));
	member(&made, "shown", number, 0);
	mk_dwarf_end(&made);
	declared = mk_entry(&made, DW_TAG_structure_type, MK_NAMED("declared"),
			    MK_FLAG(DW_AT_declaration));
	alias = mk_entry(&made, DW_TAG_typedef, MK_NAMED("named_t"), MK_TYPE(named));
	fixed = mk_entry(&made, DW_TAG_const_type, MK_TYPE(alias));
	pointers[0] = mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(named));
	pointers[1] = mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(either));
	pointers[2] = mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(anonymous));
	pointers[3] = mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(fixed));
	pointers[4] = mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(named));      /* again */
	pointers[5] = mk_entry(&made, DW_TAG_pointer_type, MK_NAMED("ignored")); /* to void */
	whole = mk_parent(&made, DW_TAG_structure_type, MK_NAMED("whole"), MK_BYTES(64));
	for (unsigned i = 0; i < 6; i++)
		member(&made, (const char *[]){"a", "b", "c", "d", "e", "f"}[i], pointers[i],
		       8ull * i);
	member(&made, "g", fixed, 48); /* embedded: whole */
	member(&made, "h", declared, 52);
	mk_dwarf_end(&made);
	expect(&made, whole,
	       "1 forward struct named\n"
	       "2 struct named * -> 1\n"
	       "3 forward union either\n"
	       "4 union either * -> 3\n"
	       "5 int 4 signed\n"
	       "6 struct {...} 4 {shown:5@0}\n"
	       "7 struct {...} * -> 6\n"
	       "8 named_t -> 1\n"
	       "9 const named_t -> 8\n"
	       "10 const named_t * -> 9\n"
	       "11 struct named * -> 1\n"
	       "12 void * -> 0\n"
	       "13 struct named 4 {within:5@0}\n"
	       "14 named_t -> 13\n"
	       "15 const named_t -> 14\n"
	       "16 forward struct declared\n"
	       "17 struct whole 64 {a:2@0 b:4@64 c:7@128 d:10@192 e:11@256 f:12@320 g:15@384 "
	       "h:16@416}\n");
}

static void modifiers_stay(void)
{
	struct mk_dwarf made = {0};
	uint64_t number, fixed, hardly, alone, atomic, whole;

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	fixed = mk_entry(&made, DW_TAG_const_type, MK_TYPE(number));
	hardly = mk_entry(&made, DW_TAG_volatile_type, MK_TYPE(fixed));
	alone = mk_entry(&made, DW_TAG_restrict_type,
			 MK_TYPE(mk_entry(&made, DW_TAG_pointer_type, MK_TYPE(hardly))));
	atomic = mk_entry(&made, DW_TAG_atomic_type, MK_TYPE(alone));
	whole = mk_entry(&made, DW_TAG_typedef, MK_NAMED("all_t"), MK_TYPE(atomic));
	expect(&made, whole,
	       "1 int 4 signed\n"
	       "2 const int -> 1\n"
	       "3 volatile const int -> 2\n"
	       "4 volatile const int * -> 3\n"
	       "5 volatile const int *restrict -> 4\n"
	       "6 all_t -> 5\n");
}

static uint64_t enumerator(struct mk_dwarf *made, const char *name, int64_t value)
{
	return mk_entry(made, DW_TAG_enumerator, MK_NAMED(name),
			MK_SIGNED(DW_AT_const_value, value));
}

static void enums_have_their_values(void)
{
	struct mk_dwarf made = {0};
	uint64_t whole;

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_parent(&made, DW_TAG_enumeration_type, MK_NAMED("colour"), MK_BYTES(4));
	enumerator(&made, "RED", -5);
	mk_entry(&made, DW_TAG_enumerator, MK_NAMED("NO_VALUE"));
	mk_entry(&made, DW_TAG_member, MK_NAMED("no_enumerator"), MK_SIGNED(DW_AT_const_value, 3));
	enumerator(&made, "GREEN", 7);
	mk_dwarf_end(&made);
	expect(&made, whole, "1 enum colour 4 signed {RED=-5 GREEN=7}\n");

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_parent(&made, DW_TAG_enumeration_type, MK_NAMED("wide"), MK_BYTES(8));
	enumerator(&made, "ZERO", 0);
	enumerator(&made, "HIGH", 0x123456789);
	mk_dwarf_end(&made);
	expect(&made, whole, "1 enum wide 8 {ZERO=0 HIGH=4886718345}\n");

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_enumeration_type, MK_NAMED("none"), MK_BYTES(4));
	expect(&made, whole, "1 enum none 4 {}\n");
}

static uint64_t array(struct mk_dwarf *made, uint64_t element)
{
	return mk_parent(made, DW_TAG_array_type, MK_TYPE(element));
}

static void arrays_have_their_dimensions(void)
{
	struct mk_dwarf made = {0};
	uint64_t letter, open_one, pointed, whole, arrays[5];

	mk_unit(&made, MK_NAMED("a.c"));
	letter = base(&made, "char", 1, DW_ATE_unsigned_char);
	pointed = mk_entry(&made, DW_TAG_structure_type, MK_NAMED("element"), MK_BYTES(2));
	arrays[0] = array(&made, letter);
	mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_upper_bound, 2));
	mk_entry(&made, DW_TAG_enumeration_type, MK_NUMBER(DW_AT_upper_bound, 9));
	mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_count, 5));
	mk_dwarf_end(&made);
	arrays[1] = array(&made, letter);
	mk_entry(&made, DW_TAG_subrange_type, MK_NAMED("open"));
	mk_dwarf_end(&made);
	arrays[2] = array(&made, letter); /* no dimension at all */
	mk_dwarf_end(&made);
	arrays[3] = array(&made, letter); /* -1: of no elements */
	mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_upper_bound, UINT32_MAX));
	mk_dwarf_end(&made);
	arrays[4] = array(&made, letter);
	mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_count, 1ull << 32));
	mk_dwarf_end(&made);
	open_one = array(&made, pointed); /* of structs, whole */
	mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_upper_bound, 0));
	mk_dwarf_end(&made);
	whole = mk_parent(&made, DW_TAG_structure_type, MK_NAMED("whole"), MK_BYTES(64));
	for (unsigned i = 0; i < 5; i++)
		member(&made, (const char *[]){"a", "b", "c", "d", "e"}[i], arrays[i], 0);
	member(&made, "f", open_one, 0);
	mk_dwarf_end(&made);
	expect(&made, whole,
	       "1 char 1 char\n"
	       "2 [5] -> 1\n"
	       "3 [3] -> 2\n"
	       "4 [0] -> 1\n"
	       "5 [0] -> 1\n"
	       "6 [0] -> 1\n"
	       "7 [0] -> 1\n"
	       "8 struct element 2 {}\n"
	       "9 [1] -> 8\n"
	       "10 struct whole 64 {a:3@0 b:4@0 c:5@0 d:6@0 e:7@0 f:9@0}\n");
}

/* The largest number of elements, and one dimension too many. */
static void arrays_end_somewhere(void)
{
	struct mk_dwarf made = {0};
	uint64_t letter, whole;

	for (unsigned i = 0; i < 2; i++) {
		mk_unit(&made, MK_NAMED("a.c"));
		whole = mk_parent(&made, DW_TAG_array_type, MK_NAMED("of_void"));
		mk_entry(&made, DW_TAG_subrange_type,
			 MK_NUMBER(i ? DW_AT_count : DW_AT_upper_bound, UINT32_MAX - 1 + i));
		mk_dwarf_end(&made);
		expect(&made, whole, "1 [4294967295] -> 0\n");
	}
	for (unsigned dimensions = 8; dimensions < 10; dimensions++) {
		mk_unit(&made, MK_NAMED("a.c"));
		letter = base(&made, "char", 1, DW_ATE_signed_char);
		whole = array(&made, letter);
		for (unsigned i = 0; i < dimensions; i++)
			mk_entry(&made, DW_TAG_subrange_type, MK_NUMBER(DW_AT_count, i + 1));
		mk_dwarf_end(&made);
		if (dimensions == 9)
			expect_failure(&made, whole, FB_UNSUPPORTED,
				       "{...}: array of 9 dimensions");
		else
			expect(&made, whole,
			       "1 char 1 signed char\n2 [8] -> 1\n3 [7] -> 2\n4 [6] -> 3\n"
			       "5 [5] -> 4\n6 [4] -> 5\n7 [3] -> 6\n8 [2] -> 7\n9 [1] -> 8\n");
	}
}

static void prototypes_have_their_parameters(void)
{
	struct mk_dwarf made = {0};
	uint64_t number, named, whole;

	mk_unit(&made, MK_NAMED("a.c"));
	number = base(&made, "int", 4, DW_ATE_signed);
	named = mk_entry(&made, DW_TAG_structure_type, MK_NAMED("named"), MK_BYTES(4));
	whole = mk_parent(&made, DW_TAG_subroutine_type, MK_TYPE(named));
	mk_entry(&made, DW_TAG_formal_parameter, MK_TYPE(number));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("within"), MK_BYTES(4));
	mk_entry(&made, DW_TAG_formal_parameter, MK_TYPE(named));
	mk_entry(&made, DW_TAG_unspecified_parameters, MK_TYPE(number));
	mk_dwarf_end(&made);
	expect(&made, whole,
	       "1 forward struct named\n2 int 4 signed\n"
	       "3 struct named (int, struct named, ...) -> 1\n");

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_subroutine_type, MK_NAMED("nothing"));
	expect(&made, whole, "1 void (void) -> 0\n");
}

/* What fails deep within is told with the way to it, and nothing is half there. */
static void failures_are_told(void)
{
	struct mk_dwarf made = {0};
	uint64_t bad, whole;

	for (unsigned i = 0; i < 4; i++) {
		mk_unit(&made, MK_NAMED("a.c"));
		bad = mk_entry(&made, DW_TAG_base_type, MK_NAMED("bad"), MK_BYTES(1ull << 32));
		whole = mk_parent(&made,
				  i == 0   ? DW_TAG_structure_type
				  : i == 1 ? DW_TAG_array_type
					   : DW_TAG_subroutine_type,
				  MK_NAMED("whole"), MK_TYPE(i == 2 || i == 1 ? bad : 0));
		if (i == 0)
			member(&made, "first", bad, 0);
		if (i == 3)
			mk_entry(&made, DW_TAG_formal_parameter, MK_TYPE(bad));
		mk_entry(&made, DW_TAG_unspecified_parameters, MK_NAMED("behind"));
		mk_dwarf_end(&made);
		expect_failure(&made, whole, FB_CORRUPT, "whole: bad: type of 4294967296 bytes");
	}
	mk_unit(&made, MK_NAMED("a.c"));
	bad = mk_entry(&made, DW_TAG_base_type, MK_NAMED("bad"), MK_BYTES(1ull << 32));
	whole = mk_entry(&made, DW_TAG_typedef, MK_NAMED("bad_t"), MK_TYPE(bad));
	expect_failure(&made, whole, FB_CORRUPT, "bad_t: bad: type of");
}

/* Types that embed each other, which no compiler writes, and the deepest that do not. */
static void types_nest_so_deep(void)
{
	struct mk_dwarf made = {0};
	struct opened opened;
	uint64_t whole, last;
	uint32_t id = 0;

	mk_unit(&made, MK_NAMED("a.c"));
	whole = mk_entry(&made, DW_TAG_typedef, MK_NAMED("itself"), MK_TYPE(mk_dwarf_here(&made)));
	expect_failure(&made, whole, FB_CORRUPT, "itself: types nested deeper than 64");
	mk_unit(&made, MK_NAMED("a.c"));
	whole = last = base(&made, "int", 4, DW_ATE_signed);
	for (unsigned depth = 1; depth <= FB_MAX_TYPE_DEPTH; depth++) {
		whole = last;
		last = mk_entry(&made, DW_TAG_typedef, MK_NAMED("again"), MK_TYPE(last));
	}
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	FB_FAILS_WITH(convert(&opened, last, &id), FB_CORRUPT, "types nested deeper than 64");
	FB_OK(convert(&opened, whole, &id));
	CU_ASSERT_EQUAL(id, FB_MAX_TYPE_DEPTH);
	close_made(&opened);
}

FB_TEST_MAIN("symbols/dwarf_convert", FB_TEST(numbers_keep_size_and_sign),
	     FB_TEST(structs_and_unions_have_their_members),
	     FB_TEST(bit_fields_stand_where_they_did), FB_TEST(sizes_end_at_32_bits),
	     FB_TEST(what_is_pointed_to_is_a_forward), FB_TEST(modifiers_stay),
	     FB_TEST(enums_have_their_values), FB_TEST(arrays_have_their_dimensions),
	     FB_TEST(arrays_end_somewhere), FB_TEST(prototypes_have_their_parameters),
	     FB_TEST(failures_are_told), FB_TEST(types_nest_so_deep))
