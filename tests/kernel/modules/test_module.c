// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules: made ones of both layouts, broken lists and tables, and the real ones. */
#include "kernel/modules/module.h"

#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/modules/module_table.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/real_kernel.h"

#define CORE_BYTES 0x3000u
#define TEXT_BYTES 0x1000u
#define RO_BYTES 0x1800u
#define RO_INIT_BYTES 0x1a00u

/* Where the members stand: as in no kernel. */
static void put_members(struct made_kernel *made)
{
	made->kernel.layout.module.size = 1024;
	MADE_FIELD(made, module_list, 8, 16);
	MADE_FIELD(made, module_name, 24, FB_MODULE_NAME);
	MADE_FIELD(made, module_state, 0, 4);
	MADE_FIELD(made, module_core_layout, 128, 40);
	MADE_FIELD(made, module_init_layout, 168, 40);
	MADE_FIELD(made, module_refcnt, 208, 4);
	MADE_FIELD(made, module_source_list, 216, 16);
	MADE_FIELD(made, module_taints, 232, 8);
	MADE_FIELD(made, module_init, 240, 8);
	MADE_FIELD(made, module_exit, 248, 8);
	MADE_FIELD(made, module_kallsyms, 256, 8);
	MADE_FIELD(made, module_layout_base, 0, 8);
	MADE_FIELD(made, module_layout_size, 8, 4);
	MADE_FIELD(made, module_layout_text_size, 12, 4);
	MADE_FIELD(made, module_layout_ro_size, 16, 4);
	MADE_FIELD(made, module_layout_ro_after_init_size, 20, 4);
	MADE_FIELD(made, module_use_source_list, 0, 16);
	MADE_FIELD(made, module_use_source, 32, 8);
	MADE_FIELD(made, mod_kallsyms_symtab, 0, 8);
	MADE_FIELD(made, mod_kallsyms_num_symtab, 8, 4);
	MADE_FIELD(made, mod_kallsyms_strtab, 16, 8);
	MADE_FIELD(made, mod_kallsyms_typetab, 24, 8);
}

/* A module with text, read-only data and data in one block; its struct on a page of its own. */
static uint64_t put_module(struct made_kernel *made, uint64_t head, const char *name)
{
	uint64_t module = made_alloc_pages(made, 1024);
	uint64_t core = made_alloc_pages(made, CORE_BYTES);
	uint64_t layout = module + made->kernel.layout.module_core_layout.offset;

	memcpy(made_at(made, module + 24), name, strlen(name) + 1);
	MADE_SET(made, layout, module_layout_base, core);
	MADE_SET(made, layout, module_layout_size, CORE_BYTES);
	MADE_SET(made, layout, module_layout_text_size, TEXT_BYTES);
	MADE_SET(made, layout, module_layout_ro_size, RO_BYTES);
	MADE_SET(made, layout, module_layout_ro_after_init_size, RO_INIT_BYTES);
	MADE_SET(made, module, module_refcnt, 1);
	MADE_SET(made, module, module_init, core);
	MADE_SET(made, module, module_exit, core);
	made_list_init(made, module + made->kernel.layout.module_source_list.offset);
	made_list_add(made, head, module + made->kernel.layout.module_list.offset);
	return module;
}

static struct made_kernel *make(uint64_t *head_ret)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t head = made_alloc_pages(made, 16);

	put_members(made);
	made_list_init(made, head);
	made_symbols(made, (const char *const[]){"modules", NULL}, &head);
	*head_ret = head;
	return made;
}

static void use(struct made_kernel *made, uint64_t used, uint64_t source)
{
	uint64_t use = made_alloc(made, 64);

	MADE_SET(made, use, module_use_source, source);
	made_list_add(made, used + made->kernel.layout.module_source_list.offset, use);
}

static void reads_one_block_layout(void)
{
	uint64_t head, ring, disk;
	struct made_kernel *made = make(&head);
	const struct fb_module *module;
	struct fb_modules *modules;
	char flags[8];

	disk = put_module(made, head, "disk");
	ring = put_module(made, head, "ring");
	use(made, ring, disk);
	MADE_SET(made, ring, module_refcnt, 4);
	MADE_SET(made, ring, module_taints, 1u << 12 | 1u << 13);
	MADE_SET(made, ring, module_state, FB_MODULE_COMING);
	MADE_SET(made, disk, module_exit, 0);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 2);
	module = fb_modules_get(modules, 1);
	CU_ASSERT_STRING_EQUAL(module->name, "ring");
	CU_ASSERT_STRING_EQUAL(module->used_by, "disk,");
	CU_ASSERT_EQUAL(module->references, 3);
	CU_ASSERT_EQUAL(module->size, CORE_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_TEXT].size, TEXT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_RODATA].size, RO_BYTES - TEXT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_RO_AFTER_INIT].size, RO_INIT_BYTES - RO_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_DATA].start, module->base + RO_INIT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_DATA].size, CORE_BYTES - RO_INIT_BYTES);
	CU_ASSERT_FALSE(module->permanent);
	CU_ASSERT_STRING_EQUAL(fb_module_flags(module, flags, sizeof(flags)), "OE+");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(module, flags, 2), "O");
	CU_ASSERT_TRUE(fb_modules_get(modules, 0)->permanent);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->used_by, "");
	CU_ASSERT_PTR_EQUAL(fb_modules_by_name(modules, "ring"), module);
	CU_ASSERT_PTR_NULL(fb_modules_by_name(modules, "rin"));
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, module->base), module);
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, module->base + CORE_BYTES - 1), module);
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, module->base + CORE_BYTES));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, module->base - 1));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, UINT64_MAX));
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void reads_memory_by_kind(void)
{
	uint64_t head, module, at;
	struct made_kernel *made = make(&head);
	const struct fb_module *found;
	struct fb_modules *modules;

	MADE_FIELD(made, module_mem, 512, FB_MODULE_MEMORY_KINDS * 64);
	MADE_FIELD(made, module_memory_base, 0, 8);
	MADE_FIELD(made, module_memory_size, 16, 4);
	made->kernel.layout.module_memory.size = 64;
	module = put_module(made, head, "new");
	at = module + 512;
	MADE_SET(made, at + 64 * FB_MODULE_TEXT, module_memory_base, MADE_BASE + 0x20000);
	MADE_SET(made, at + 64 * FB_MODULE_TEXT, module_memory_size, 0x2000);
	MADE_SET(made, at + 64 * FB_MODULE_RODATA, module_memory_base, MADE_BASE + 0x30000);
	MADE_SET(made, at + 64 * FB_MODULE_RODATA, module_memory_size, 0x1000);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 1);
	found = fb_modules_get(modules, 0);
	CU_ASSERT_EQUAL(found->base, MADE_BASE + 0x20000);
	CU_ASSERT_EQUAL(found->size, 0x3000);
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, MADE_BASE + 0x30fff), found);
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, MADE_BASE + 0x22000));
	fb_modules_destroy(modules);
	/* Fewer kinds than there should be. */
	made->kernel.layout.module_mem.size = 64;
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(fb_modules_count(modules), 0);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void goes_round_a_broken_link(void)
{
	uint64_t head, lost;
	struct made_kernel *made = make(&head);
	struct fb_modules *modules;

	put_module(made, head, "one");
	lost = put_module(made, head, "two");
	put_module(made, head, "three");
	put_module(made, head, "four");
	made_lose(made, lost);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "one");
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 1)->name, "three");
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "four");
	CU_ASSERT(fb_warnings_count(made->warnings) > 0);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

/* The node of a module's core block in one of both trees, 24 bytes each, behind its pointer; the block
 * is at 128, the node behind what put_members() has of it. */
static uint64_t node_of(uint64_t module, unsigned tree)
{
	return module + 128 + 256 + 8 + tree * 24ull;
}

static void link_nodes(struct made_kernel *made, unsigned tree, uint64_t parent, uint64_t module,
		       unsigned side)
{
	uint64_t node = node_of(module, tree);

	made_put(made, node - tree * 24ull - 8, module, 8);
	made_put(made, node, parent ? node_of(parent, tree) | 1 : 1, 8);
	if (parent)
		made_put(made, node_of(parent, tree) + 8 + side * 8ull, node, 8);
}

/* Five modules of which the second and the fourth are lost: nothing of the list leads to the third.
 * Gives where the roots of both trees are. */
static uint64_t lose_two_of_five(struct made_kernel *made, uint64_t head, unsigned tree,
				 uint64_t modules[5])
{
	static const char *const names[] = {"one", "two", "three", "four", "five"};
	const uint64_t roots = made_alloc(made, 64);

	MADE_FIELD(made, module_layout_node, 256, 56);
	MADE_FIELD(made, mod_tree_roots, 8, 16);
	MADE_FIELD(made, mod_tree_node_module, 0, 8);
	MADE_FIELD(made, mod_tree_node_nodes, 8, 48);
	MADE_FIELD(made, rb_parent, 0, 8);
	MADE_FIELD(made, rb_left, 8, 8);
	MADE_FIELD(made, rb_right, 16, 8);
	for (unsigned i = 0; i < 5; i++)
		modules[i] = put_module(made, head, names[i]);
	link_nodes(made, tree, 0, modules[1], 0);
	link_nodes(made, tree, modules[1], modules[0], 0);
	link_nodes(made, tree, modules[1], modules[4], 1);
	link_nodes(made, tree, modules[4], modules[2], 0);
	link_nodes(made, tree, modules[2], modules[3], 1);
	made_put(made, roots + 8 + tree * 8ull, node_of(modules[1], tree), 8);
	made_lose(made, modules[1]);
	made_lose(made, modules[3]);
	made_symbols(made, (const char *const[]){"modules", "mod_tree", NULL},
		     (const uint64_t[]){head, roots});
	return roots;
}

/* The root is lost too: from the fifth the way leads down. */
static void finds_by_the_tree_what_both_ends_have_lost(void)
{
	for (unsigned tree = 0; tree < 2; tree++) {
		uint64_t head, five[5];
		struct made_kernel *made = make(&head);
		struct fb_modules *modules;

		lose_two_of_five(made, head, tree, five);
		FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
		CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "one");
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 1)->name, "five");
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "three");
		fb_modules_destroy(modules);
		made_kernel_destroy(made);
	}
}

/* The list of modules' types, and what uses what: none of their entries stands in a module. */
static void finds_what_others_name(void)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		uint64_t head, types, entry, five[5];
		struct made_kernel *made = make(&head);
		struct fb_modules *modules;

		lose_two_of_five(made, head, 0, five);
		types = made_alloc(made, 16);
		made_list_init(made, types);
		MADE_FIELD(made, btf_module_list, 0, 16);
		MADE_FIELD(made, btf_module_module, 16, 8);
		MADE_FIELD(made, module_target_list, 320, 16);
		MADE_FIELD(made, module_use_target_list, 16, 16);
		MADE_FIELD(made, module_use_target, 40, 8);
		made_list_init(made, five[0] + 320);
		made_list_init(made, five[2] + 320);
		made_list_init(made, five[4] + 320);
		made_symbols(made, (const char *const[]){"modules", "btf_modules", NULL},
			     (const uint64_t[]){head, types});
		if (kind == 0) { /* the entry of a lost one is no end */
			for (unsigned i = 0; i < 5; i++) {
				entry = made_alloc(made, 64);
				made_put(made, entry + 16, five[i], 8);
				made_list_add(made, types, entry);
			}
		} else if (kind == 1) {
			use(made, five[0], five[2]);
		} else {
			entry = made_alloc(made, 64);
			made_put(made, entry + 40, five[2], 8);
			made_list_add(made, five[4] + 320, entry + 16);
		}
		FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
		CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "three");
		fb_modules_destroy(modules);
		made_kernel_destroy(made);
	}
}

static void believes_no_stray_node(void)
{
	uint64_t head, roots, five[5];
	struct made_kernel *made = make(&head);
	struct fb_modules *modules;

	roots = lose_two_of_five(made, head, 0, five);
	/* It names another module than the one that it stands in; and a loop. */
	made_put(made, node_of(five[2], 0) - 8, five[0], 8);
	made_put(made, node_of(five[0], 0) + 8, node_of(five[4], 0), 8);
	made_put(made, node_of(five[0], 0) + 16, node_of(five[0], 0), 8);
	made_put(made, roots + 8, node_of(five[0], 0), 8);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(fb_modules_count(modules), 2);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void refuses_impossible_modules(void)
{
	uint64_t head, wild, nameless, state;
	struct made_kernel *made = make(&head);
	struct fb_modules *modules;

	wild = put_module(made, head, "wild");
	nameless = put_module(made, head, "");
	state = put_module(made, head, "state");
	put_module(made, head, "good");
	MADE_SET(made, wild + 128, module_layout_text_size, CORE_BYTES + 1);
	MADE_SET(made, state, module_state, 7);
	(void)nameless;
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 1);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "good");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 3);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void says_what_is_missing(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_modules *modules;

	FB_FAILS_WITH(fb_modules_load(&made->kernel, &modules), FB_NOT_FOUND, "modules");
	made_kernel_destroy(made);
}

static void put_symbol(struct made_kernel *made, uint64_t table, size_t index, uint32_t name,
		       unsigned char info, uint16_t section, uint64_t value, uint64_t size)
{
	Elf64_Sym symbol = {.st_name = name,
			    .st_info = info,
			    .st_shndx = section,
			    .st_value = value,
			    .st_size = size};

	memcpy(made_at(made, table + index * sizeof(symbol)), &symbol, sizeof(symbol));
}

/* Symbols in the module's data: a null one, two of its own, one of another module's. */
static uint64_t put_symbols(struct made_kernel *made, uint64_t module, uint64_t core)
{
	uint64_t tables = core + RO_INIT_BYTES, kallsyms = made_alloc(made, 64);

	put_symbol(made, tables, 1, 1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 2, core + 0x10, 0x20);
	put_symbol(made, tables, 2, 6, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 2, core + 0x40, 0);
	put_symbol(made, tables, 3, 11, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), SHN_UNDEF, 0, 0);
	put_symbol(made, tables, 4, 0xfffffff0, 0, 2, core + 0x80, 0);
	memcpy(made_at(made, tables + 0x100), "\0grow\0turn\0printk", 18);
	memcpy(made_at(made, tables + 0x200), "?ttUt", 5);
	MADE_SET(made, kallsyms, mod_kallsyms_symtab, tables);
	MADE_SET(made, kallsyms, mod_kallsyms_num_symtab, 5);
	MADE_SET(made, kallsyms, mod_kallsyms_strtab, tables + 0x100);
	MADE_SET(made, kallsyms, mod_kallsyms_typetab, tables + 0x200);
	MADE_SET(made, module, module_kallsyms, kallsyms);
	return kallsyms;
}

static struct fb_error *count_symbol(void *context, const struct fb_symbol *symbol)
{
	CU_ASSERT_STRING_EQUAL(symbol->name, "grow");
	*(unsigned *)context += symbol->module ? 1 : 100;
	return NULL;
}

static void finds_symbols(void)
{
	uint64_t head, module, core;
	struct made_kernel *made = make(&head);
	const struct fb_symtab *table;
	struct fb_modules *modules;
	struct fb_symbol symbol;
	unsigned count = 0;

	module = put_module(made, head, "tree");
	memcpy(&core, made_at(made, module + 128), 8);
	put_symbols(made, module, core);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	FB_OK_FATAL(fb_module_symbols(modules, fb_modules_get(modules, 0), &table));
	CU_ASSERT_EQUAL(fb_symtab_count(table), 2);
	CU_ASSERT_TRUE_FATAL(fb_modules_symbol_by_address(modules, core + 0x2f, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "grow");
	CU_ASSERT_STRING_EQUAL(symbol.module, "tree");
	CU_ASSERT_EQUAL(symbol.type, 'T');
	CU_ASSERT_EQUAL(symbol.size, 0x20);
	CU_ASSERT_FALSE(fb_modules_symbol_by_address(modules, core + 0x30, &symbol));
	/* Without a size it reaches to the module's end. */
	CU_ASSERT_TRUE(fb_modules_symbol_by_address(modules, core + CORE_BYTES - 1, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "turn");
	CU_ASSERT_EQUAL(symbol.type, 't');
	/* The kernel's own, and nothing. */
	CU_ASSERT_TRUE(fb_modules_symbol_by_address(modules, head + 7, &symbol));
	CU_ASSERT_PTR_NULL(symbol.module);
	CU_ASSERT_FALSE(fb_modules_symbol_by_address(modules, head + 8, &symbol));
	FB_OK(fb_modules_each_symbol(modules, "grow", count_symbol, &count));
	FB_OK(fb_modules_each_symbol(modules, "tree:grow", count_symbol, &count));
	FB_OK(fb_modules_each_symbol(modules, "tre:grow", count_symbol, &count));
	FB_OK(fb_modules_each_symbol(modules, "tree:shrink", count_symbol, &count));
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void refuses_symbols_outside_the_module(void)
{
	uint64_t head, module, core, kallsyms;
	struct made_kernel *made = make(&head);
	const struct fb_symtab *table;
	struct fb_modules *modules;
	struct fb_symbol symbol;

	module = put_module(made, head, "tree");
	memcpy(&core, made_at(made, module + 128), 8);
	kallsyms = put_symbols(made, module, core);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	MADE_SET(made, kallsyms, mod_kallsyms_num_symtab, 0x7fffffff);
	FB_FAILS(fb_module_symbols(modules, fb_modules_get(modules, 0), &table), FB_CORRUPT);
	MADE_SET(made, kallsyms, mod_kallsyms_num_symtab, 5);
	MADE_SET(made, kallsyms, mod_kallsyms_symtab, head);
	FB_FAILS(fb_module_symbols(modules, fb_modules_get(modules, 0), &table), FB_CORRUPT);
	MADE_SET(made, kallsyms, mod_kallsyms_symtab, core + RO_INIT_BYTES);
	MADE_SET(made, kallsyms, mod_kallsyms_strtab, core + CORE_BYTES);
	FB_FAILS(fb_module_symbols(modules, fb_modules_get(modules, 0), &table), FB_CORRUPT);
	CU_ASSERT_FALSE(fb_modules_symbol_by_address(modules, core + 0x10, &symbol));
	CU_ASSERT_FALSE(fb_modules_symbol_by_address(modules, core + 0x11, &symbol));
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

/* Tables of modules that claim the same memory: each is as large as may be, but not all. */
static void bounds_symbols_of_all(void)
{
	uint64_t head, module, core, seen = FB_MAX_KALLSYMS - 5;
	struct made_kernel *made = make(&head);
	struct fb_symtab *table = NULL;
	struct fb_modules *modules;

	module = put_module(made, head, "tree");
	memcpy(&core, made_at(made, module + 128), 8);
	put_symbols(made, module, core);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	FB_OK(fb_module_symbols_read(&made->kernel, fb_modules_get(modules, 0), &seen, &table));
	CU_ASSERT_EQUAL(seen, FB_MAX_KALLSYMS);
	fb_symtab_destroy(table);
	FB_FAILS(fb_module_symbols_read(&made->kernel, fb_modules_get(modules, 0), &seen, &table),
		 FB_LIMIT);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void bounds_users(void)
{
	uint64_t head, disk, ring;
	struct made_kernel *made = make(&head);
	struct fb_modules *modules;

	disk = put_module(made, head, "disk");
	ring = put_module(made, head, "ring");
	for (unsigned i = 0; i <= FB_MAX_MODULE_USERS; i++)
		use(made, ring, disk);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(strlen(fb_modules_get(modules, 1)->used_by), FB_MAX_MODULE_USERS * 5);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

/* truth/modules and the lines of truth/kallsyms that name a module. */
static void check_list(const struct real_kernel *real, struct fb_modules *modules)
{
	char *truth = real_kernel_file(real, NULL, "truth/modules"), *line, *save = NULL;
	size_t index = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	for (line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const struct fb_module *module;
		char made[512], flags[16];

		CU_ASSERT_TRUE_FATAL(index < fb_modules_count(modules));
		module = fb_modules_get(modules, index++);
		fb_module_flags(module, flags, sizeof(flags));
		(void)snprintf(made, sizeof(made),
			       "%s %" PRIu64 " %lld %s %s 0x%016" PRIx64 "%s%s%s", module->name,
			       module->size, (long long)module->references,
			       *module->used_by ? module->used_by : "-",
			       fb_module_state_name(module->state), module->base,
			       *flags ? " (" : "", flags, *flags ? ")" : "");
		CU_ASSERT_STRING_EQUAL(made, line);
	}
	CU_ASSERT_EQUAL(index, fb_modules_count(modules));
	free(truth);
}

static bool has_symbol(struct fb_modules *modules, const struct fb_module *module, const char *name,
		       uint64_t address, char type)
{
	const struct fb_symtab *table;
	struct fb_symbol symbol;
	size_t cursor = 0;

	FB_OK_FATAL(fb_module_symbols(modules, module, &table));
	while (fb_symtab_next_by_name(table, name, &cursor, &symbol))
		if (symbol.address == address && tolower(symbol.type) == tolower(type))
			return true;
	return false;
}

static void check_symbols(const struct real_kernel *real, struct fb_modules *modules)
{
	char *truth = real_kernel_file(real, NULL, "truth/kallsyms"), *line, *save = NULL;
	size_t found = 0, wrong = 0, counted = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	for (line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t address;
		char type, name[512], module[64];

		if (sscanf(line, "%" PRIx64 " %c %511s [%63[^]]]", &address, &type, name, module) !=
			    4 ||
		    !strcmp(module, "bpf"))
			continue;
		found++;
		wrong += !has_symbol(modules, fb_modules_by_name(modules, module), name, address,
				     type);
	}
	for (size_t i = 0; i < fb_modules_count(modules); i++) {
		const struct fb_symtab *table;

		FB_OK_FATAL(fb_module_symbols(modules, fb_modules_get(modules, i), &table));
		counted += fb_symtab_count(table);
	}
	printf("\n    %s: %zu symbols of modules; ", real->name, found);
	CU_ASSERT(found > 100);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(counted, found);
	free(truth);
}

static void check_real(const struct real_kernel *real)
{
	struct fb_modules *modules;

	FB_OK_FATAL(fb_modules_load(real->kernel, &modules));
	check_list(real, modules);
	check_symbols(real, modules);
	fb_modules_destroy(modules);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/module", FB_TEST(reads_one_block_layout), FB_TEST(reads_memory_by_kind),
	     FB_TEST(goes_round_a_broken_link), FB_TEST(finds_by_the_tree_what_both_ends_have_lost),
	     FB_TEST(finds_what_others_name), FB_TEST(believes_no_stray_node),
	     FB_TEST(refuses_impossible_modules), FB_TEST(says_what_is_missing),
	     FB_TEST(finds_symbols), FB_TEST(refuses_symbols_outside_the_module),
	     FB_TEST(bounds_symbols_of_all), FB_TEST(bounds_users),
	     FB_TEST(agrees_with_real_kernels))
