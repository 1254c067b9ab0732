// SPDX-License-Identifier: GPL-2.0-or-later
/* Members of the layout table, found in types that have them under new and old names. */
#include "kernel/image/layout.h"

#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

/* The state's name and task_struct's size are of a newer or older kernel. */
static struct fb_btf *make_types(bool newer)
{
	struct fb_btf_builder builder;
	uint32_t number, wide, character, name, info, task, other;
	struct fb_btf *types = NULL;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "unsigned int", 4, FB_BTF_UNSIGNED, &number));
	FB_OK(fb_btf_builder_int(&builder, "long", 8, FB_BTF_SIGNED, &wide));
	FB_OK(fb_btf_builder_int(&builder, "char", 1, FB_BTF_CHAR, &character));
	FB_OK(fb_btf_builder_array(&builder, character, 16, &name));
	const struct fb_btf_member inner[] = {
		{.name = "flags", .type = wide},
		{.name = "cpu", .type = number, .bit_offset = 64},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "thread_info", 16, inner, 2,
				       &info));
	const struct fb_btf_member members[] = {
		{.name = "thread_info", .type = info},
		{.name = newer ? "__state" : "state", .type = number, .bit_offset = 128},
		/* 10 bits behind 27 others: in the second word of their type */
		{.name = "exit_state", .type = number, .bit_offset = 160 + 32 + 3, .bit_size = 10},
		{.name = "comm", .type = name, .bit_offset = 256},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "task_struct", newer ? 64 : 48,
				       members, 4, &task));
	FB_OK(fb_btf_builder_composite(
		&builder, FB_TYPE_STRUCT, "", 8,
		(const struct fb_btf_member[]){{.name = "counter", .type = wide}}, 1, &other));
	/* A struct known by a typedef only. */
	FB_OK(fb_btf_builder_reference(&builder, FB_TYPE_TYPEDEF, "journal_s", other, &other));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static void resolves_members(void)
{
	for (int newer = 0; newer < 2; newer++) {
		struct fb_btf *types = make_types(newer);
		struct fb_layout layout;

		fb_layout_resolve(types, &layout);
		CU_ASSERT(layout.task_state.found);
		CU_ASSERT_EQUAL(layout.task_state.offset, 16);
		CU_ASSERT_EQUAL(layout.task_state.size, 4);
		CU_ASSERT_STRING_EQUAL(layout.task_state.name, "task_struct.__state");
		CU_ASSERT_EQUAL(layout.task_cpu.offset, 8);
		CU_ASSERT_EQUAL(layout.task_comm.size, 16);
		CU_ASSERT(layout.task_exit_state.found);
		CU_ASSERT_EQUAL(layout.task_exit_state.offset, 24);
		CU_ASSERT_EQUAL(layout.task_exit_state.bit_offset, 3);
		CU_ASSERT_EQUAL(layout.task_exit_state.bit_size, 10);
		CU_ASSERT_EQUAL(layout.task_struct.size, newer ? 64 : 48);
		CU_ASSERT_EQUAL(layout.journal.size, 8);
		CU_ASSERT(!layout.task_pid.found);
		CU_ASSERT(!layout.mm_pgd.found);
		CU_ASSERT_EQUAL(layout.pid.size, 0);
		FB_OK(fb_layout_require(&layout.task_comm));
		FB_FAILS_WITH(fb_layout_require(&layout.task_pid), FB_NOT_FOUND, "task_struct.pid");
		fb_btf_destroy(types);
	}
}

static void names_all_without_types(void)
{
	struct fb_layout layout;

	memset(&layout, 0xff, sizeof(layout));
	fb_layout_resolve(NULL, &layout);
	CU_ASSERT(!layout.task_pid.found);
	CU_ASSERT_EQUAL(layout.task_struct.size, 0);
	CU_ASSERT_STRING_EQUAL(layout.task_struct.name, "task_struct");
	FB_FAILS_WITH(fb_layout_require(&layout.vma_start), FB_NOT_FOUND,
		      "the kernel's types are missing, and with them vm_area_struct.vm_start");
	/* What never moved. */
	CU_ASSERT(layout.module_list.found && layout.module_name.found);
	CU_ASSERT(!layout.module_state.found && layout.module_state.untyped);
}

static void finds_beside_the_table(void)
{
	static const char *const names[] = {"no_such", "flags", NULL};
	static const char *const none[] = {"no_such", NULL};
	struct fb_btf *types = make_types(true);
	struct fb_field field;

	/* Nothing that stood there before is part of the answer. */
	memset(&field, 0xa5, sizeof(field));
	CU_ASSERT(fb_layout_find(types, "thread_info", names, "thread_info.flags", &field));
	CU_ASSERT(field.found && field.offset == 0 && field.size == 8);
	CU_ASSERT(!field.bit_size && !field.bit_offset && !field.untyped);
	memset(&field, 0xa5, sizeof(field));
	CU_ASSERT(!fb_layout_find(types, "thread_info", none, "thread_info.none", &field));
	CU_ASSERT(!field.found);
	FB_FAILS_WITH(fb_layout_require(&field), FB_NOT_FOUND, "thread_info.none");
	CU_ASSERT(!fb_layout_find(types, "no_such", names, "no_such.flags", &field));
	CU_ASSERT_EQUAL(fb_layout_size(types, "thread_info"), 16);
	CU_ASSERT_EQUAL(fb_layout_size(types, "no_such"), 0);
	fb_btf_destroy(types);
}

/* A struct task_struct of one member, behind a declaration and a typedef of its name, and in front of other types:
 * "flags" is at 1, "task_struct" at 7, "pid" at 19, "int" at 23. */
#define NAMES "\0flags\0task_struct\0pid\0int"
#define EMPTY 0, INFO(FB_TYPE_STRUCT, 0, 0), 8
#define FOUR_EMPTY EMPTY, EMPTY, EMPTY, EMPTY

struct parts {
	struct btf_header header;
	uint32_t words[4 + 3 + 3 + 12 + 6 + 12 * 4];
	char names[sizeof(NAMES)];
};

static const struct parts parts = {
	.header = {.magic = BTF_MAGIC,
		   .version = BTF_VERSION,
		   .hdr_len = sizeof(struct btf_header),
		   .type_len = sizeof(parts.words),
		   .str_off = sizeof(parts.words),
		   .str_len = sizeof(parts.names)},
	.words = {23,         INFO(FB_TYPE_INT, 0, 0),
		  4,          0x01000020, /* 1 */
		  7,          INFO(FB_TYPE_STRUCT, 0, 0),
		  0, /* 2: declared */
		  7,          INFO(FB_TYPE_TYPEDEF, 0, 0),
		  1,          /* 3 */
		  FOUR_EMPTY, /* 4 to 7 */
		  7,          INFO(FB_TYPE_STRUCT, 0, 1),
		  24,         19,
		  1,          64, /* 8 */
		  FOUR_EMPTY, FOUR_EMPTY,
		  FOUR_EMPTY, FOUR_EMPTY},
	.names = NAMES,
};

static struct fb_error *read_parts(void *context FB_UNUSED, uint64_t offset, void *to, size_t size)
{
	memcpy(to, (const char *)&parts + offset, size);
	return NULL;
}

static bool lacks_others(void *context, const char *type)
{
	const char *const *has = context;

	return strcmp(type, *has) != 0;
}

/* Reads types until the basic layout is settled, where the kernel has one type of its table. */
static struct fb_btf *settle(const char *has, struct fb_basic_layout *layout)
{
	const struct fb_btf_source source = {read_parts, NULL};
	struct fb_btf *types = NULL;

	FB_OK_FATAL(fb_btf_open(&source, sizeof(parts), &types));
	memset(layout, 0xff, sizeof(*layout));
	while (!fb_layout_resolve_basic(types, lacks_others, &has, layout)) {
		CU_ASSERT_FALSE(fb_btf_is_whole(types));
		FB_OK_FATAL(fb_btf_extend(types, false));
	}
	return types;
}

static void basic_members_need_no_more_than_their_types(void)
{
	struct fb_basic_layout layout;
	struct fb_layout all;
	struct fb_btf *types = settle("task_struct", &layout);

	CU_ASSERT_TRUE(fb_btf_count(types) >= 8);
	CU_ASSERT_FALSE(fb_btf_is_whole(types));
	CU_ASSERT_TRUE(layout.task_pid.found && !layout.task_pid.untyped);
	CU_ASSERT_EQUAL(layout.task_pid.offset, 8);
	CU_ASSERT_EQUAL(layout.task_struct.size, 24);
	CU_ASSERT_FALSE(layout.task_tgid.found);
	CU_ASSERT_STRING_EQUAL(layout.task_tgid.name, "task_struct.tgid");
	CU_ASSERT_FALSE(layout.pid_level.found);
	/* The rest leaves these as they are. */
	memset(&all, 0, sizeof(all));
	FB_OK_FATAL(fb_btf_extend(types, true));
	fb_layout_resolve_rest(types, &all);
	CU_ASSERT_PTR_NULL(all.task_pid.name);
	CU_ASSERT_STRING_EQUAL(all.vma_start.name, "vm_area_struct.vm_start");
	fb_btf_destroy(types);
	/* A type that is not there is known to be missing when all are. */
	types = settle("rq", &layout);
	CU_ASSERT_TRUE(fb_btf_is_whole(types));
	CU_ASSERT_FALSE(layout.rq_curr.found || layout.task_pid.found);
	fb_btf_destroy(types);
}

FB_TEST_MAIN("kernel/layout", FB_TEST(resolves_members), FB_TEST(names_all_without_types),
	     FB_TEST(basic_members_need_no_more_than_their_types), FB_TEST(finds_beside_the_table))
