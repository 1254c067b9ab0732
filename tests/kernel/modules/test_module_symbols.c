// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbols of made modules: found, outside of the module, and too many. */
#include <elf.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/modules/module_table.h"
#include "tests/harness.h"
#include "tests/kernel/made_modules.h"

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
	uint64_t tables = core + MADE_RO_INIT_BYTES, kallsyms = made_alloc(made, 64);

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
	struct made_kernel *made = made_modules(&head);
	const struct fb_symtab *table;
	struct fb_modules *modules;
	struct fb_symbol symbol;
	unsigned count = 0;

	module = made_module(made, head, "tree");
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
	CU_ASSERT_TRUE(fb_modules_symbol_by_address(modules, core + MADE_CORE_BYTES - 1, &symbol));
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
	struct made_kernel *made = made_modules(&head);
	const struct fb_symtab *table;
	struct fb_modules *modules;
	struct fb_symbol symbol;

	module = made_module(made, head, "tree");
	memcpy(&core, made_at(made, module + 128), 8);
	kallsyms = put_symbols(made, module, core);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	MADE_SET(made, kallsyms, mod_kallsyms_num_symtab, 0x7fffffff);
	FB_FAILS(fb_module_symbols(modules, fb_modules_get(modules, 0), &table), FB_CORRUPT);
	MADE_SET(made, kallsyms, mod_kallsyms_num_symtab, 5);
	MADE_SET(made, kallsyms, mod_kallsyms_symtab, head);
	FB_FAILS(fb_module_symbols(modules, fb_modules_get(modules, 0), &table), FB_CORRUPT);
	MADE_SET(made, kallsyms, mod_kallsyms_symtab, core + MADE_RO_INIT_BYTES);
	MADE_SET(made, kallsyms, mod_kallsyms_strtab, core + MADE_CORE_BYTES);
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
	struct made_kernel *made = made_modules(&head);
	struct fb_symtab *table = NULL;
	struct fb_modules *modules;

	module = made_module(made, head, "tree");
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

FB_TEST_MAIN("kernel/module_symbols", FB_TEST(finds_symbols),
	     FB_TEST(refuses_symbols_outside_the_module), FB_TEST(bounds_symbols_of_all))
