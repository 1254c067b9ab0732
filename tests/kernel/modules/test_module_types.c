// SPDX-License-Identifier: GPL-2.0-or-later
/* Types of modules: made ones, split on made types of the kernel, damage, and the real ones. */
#include "kernel/modules/module_types.h"

#include <string.h>

#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/real_kernel.h"
#include "tests/symbols/make_btf.h"

/* The kernel's strings are 19 bytes; a module's begin behind them. */
#define MODULE_STRINGS "\0disk"

struct made {
	struct made_kernel *kernel;
	struct fb_module_types *types;
	uint64_t head;
};

static struct made make(void)
{
	struct made made = {.kernel = made_kernel_create()};

	made.head = made_alloc(made.kernel, 16);
	made_list_init(made.kernel, made.head);
	made_symbols(made.kernel, (const char *const[]){"btf_modules", NULL}, &made.head);
	MADE_FIELD(made.kernel, btf_module_list, 0, 16);
	MADE_FIELD(made.kernel, btf_module_module, 16, 8);
	MADE_FIELD(made.kernel, btf_module_btf, 24, 8);
	MADE_FIELD(made.kernel, btf_data, 8, 8);
	MADE_FIELD(made.kernel, btf_data_size, 32, 4);
	MADE_FIELD(made.kernel, module_name, 24, 56);
	/* Type 1 is int, type 2 struct s {int a;}. */
	FB_OK_FATAL(LOAD(&made.kernel->kernel.types, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5,
			 1, 0));
	FB_OK_FATAL(fb_module_types_create(&made.kernel->kernel, &made.types));
	return made;
}

static void destroy(struct made *made)
{
	fb_module_types_destroy(made->types);
	fb_btf_destroy(made->kernel->kernel.types);
	made_kernel_destroy(made->kernel);
}

/* A module whose type 3 is struct disk {struct s a;}; returns its struct btf. */
static uint64_t add_module(struct made *made, const char *name)
{
	const uint32_t words[] = {20, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 2, 0};
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = BTF_HEADER_SHORT,
		.type_len = sizeof(words),
		.str_off = sizeof(words),
		.str_len = sizeof(MODULE_STRINGS),
	};
	size_t size = BTF_HEADER_SHORT + sizeof(words) + sizeof(MODULE_STRINGS);
	uint64_t module = made_alloc(made->kernel, 128), entry = made_alloc(made->kernel, 64);
	uint64_t btf = made_alloc(made->kernel, 64), data = made_alloc_pages(made->kernel, size);
	uint8_t *bytes = made_at(made->kernel, data);

	memcpy(bytes, &header, BTF_HEADER_SHORT);
	memcpy(bytes + BTF_HEADER_SHORT, words, sizeof(words));
	memcpy(bytes + BTF_HEADER_SHORT + sizeof(words), MODULE_STRINGS, sizeof(MODULE_STRINGS));
	memcpy(made_at(made->kernel, module + 24), name, strlen(name) + 1);
	MADE_SET(made->kernel, btf, btf_data, data);
	MADE_SET(made->kernel, btf, btf_data_size, size);
	MADE_SET(made->kernel, entry, btf_module_module, module);
	MADE_SET(made->kernel, entry, btf_module_btf, btf);
	made_list_add(made->kernel, made->head, entry);
	return btf;
}

static void reads_split_types(void)
{
	struct made made = make();
	const struct fb_btf *btf, *again;
	struct fb_btf_member member;
	uint32_t id;

	add_module(&made, "ring");
	add_module(&made, "disk");
	FB_OK_FATAL(fb_module_types_get(made.types, "disk", &btf));
	FB_OK_FATAL(fb_btf_find(btf, FB_TYPE_STRUCT, "disk", &id));
	CU_ASSERT_EQUAL(id, 3);
	FB_OK(fb_btf_find_member(btf, id, "a.a", &member));
	CU_ASSERT_EQUAL(member.type, 1);
	FB_OK(fb_module_types_get(made.types, "disk", &again));
	CU_ASSERT_PTR_EQUAL(btf, again);
	FB_FAILS(fb_module_types_get(made.types, "tape", &btf), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(fb_warnings_count(made.kernel->warnings), 0);
	destroy(&made);
}

static void finds_types_anywhere(void)
{
	struct made made = make();
	const struct fb_btf *btf;
	uint32_t id;

	add_module(&made, "ring");
	FB_OK(fb_module_types_find(made.types, FB_TYPE_STRUCT, "s", &btf, &id));
	CU_ASSERT_PTR_EQUAL(btf, made.kernel->kernel.types);
	FB_OK(fb_module_types_find(made.types, FB_TYPE_STRUCT, "disk", &btf, &id));
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, id), "disk");
	FB_FAILS(fb_module_types_find(made.types, FB_TYPE_UNION, "disk", &btf, &id), FB_NOT_FOUND);
	destroy(&made);
}

static void passes_over_damage(void)
{
	struct made made = make();
	const struct fb_btf *btf;
	uint64_t large, lost, data;
	uint32_t id;

	large = add_module(&made, "large");
	lost = add_module(&made, "lost");
	add_module(&made, "good");
	MADE_SET(made.kernel, large, btf_data_size, UINT32_MAX);
	memcpy(&data, made_at(made.kernel, lost + 8), 8);
	made_lose(made.kernel, data);
	FB_FAILS_WITH(fb_module_types_get(made.types, "large", &btf), FB_LIMIT, "module large");
	FB_FAILS_WITH(fb_module_types_get(made.types, "lost", &btf), FB_ABSENT, "module lost");
	FB_OK(fb_module_types_find(made.types, FB_TYPE_STRUCT, "disk", &btf, &id));
	CU_ASSERT_EQUAL(fb_warnings_count(made.kernel->warnings), 2);
	FB_FAILS(fb_module_types_find(made.types, FB_TYPE_STRUCT, "tape", &btf, &id), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(fb_warnings_count(made.kernel->warnings), 2);
	destroy(&made);
}

/* Without the list there are the kernel's own types, and no module's. */
static void lives_without_modules(void)
{
	struct made made = make();
	const struct fb_btf *btf;
	uint32_t id;

	made_symbols(made.kernel, (const char *const[]){NULL}, NULL);
	FB_FAILS(fb_module_types_get(made.types, "disk", &btf), FB_NOT_FOUND);
	FB_FAILS(fb_module_types_find(made.types, FB_TYPE_STRUCT, "disk", &btf, &id), FB_NOT_FOUND);
	FB_OK(fb_module_types_find(made.types, FB_TYPE_STRUCT, "s", &btf, &id));
	destroy(&made);
}

static void check_real(const struct real_kernel *real)
{
	struct fb_module_types *types;
	const struct fb_btf *btf;
	struct fb_error *err;
	uint32_t id;

	FB_OK_FATAL(fb_module_types_create(real->kernel, &types));
	err = fb_module_types_get(types, "zram", &btf);
	if (strcmp(real->name, "5.10") == 0) {
		FB_FAILS(err, FB_NOT_FOUND);
	} else {
		FB_OK(err);
		FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "zram_table_entry", &id));
		FB_OK(fb_module_types_find(types, FB_TYPE_STRUCT, "zspage", &btf, &id));
		CU_ASSERT_PTR_NOT_EQUAL(btf, fb_kernel_types(real->kernel));
	}
	fb_module_types_destroy(types);
}

static void reads_real_modules(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/module_types", FB_TEST(reads_split_types), FB_TEST(finds_types_anywhere),
	     FB_TEST(passes_over_damage), FB_TEST(lives_without_modules),
	     FB_TEST(reads_real_modules))
