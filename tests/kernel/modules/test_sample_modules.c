// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules of the sample, as /proc/modules and /proc/kallsyms had them before its panic. */
#include <string.h>

#include "kernel/modules/module.h"
#include "symbols/table/symtab.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

/* /proc/modules */
static const struct {
	const char *name;
	uint64_t size;
	int64_t references;
	const char *used_by;
	uint64_t base;
} listed[] = {
	{"lzo_rle", 16384, 2, "", 0xffffffffc0411000},
	{"zram", 40960, 2, "", 0xffffffffc0406000},
	{"zsmalloc", 28672, 1, "zram,", 0xffffffffc03fe000},
	{"loop", 32768, 4, "", 0xffffffffc03f5000},
	{"virtio_blk", 28672, 2, "", 0xffffffffc03ed000},
	{"virtio_pci", 24576, 0, "", 0xffffffffc03e6000},
	{"virtio_pci_modern_dev", 20480, 1, "virtio_pci,", 0xffffffffc03e0000},
	{"virtio_pci_legacy_dev", 16384, 1, "virtio_pci,", 0xffffffffc03db000},
	{"virtio", 20480, 2, "virtio_blk,virtio_pci,", 0xffffffffc03d5000},
	{"virtio_ring", 45056, 2, "virtio_blk,virtio_pci,", 0xffffffffc03c9000},
};

static struct fb_modules *load(struct sample_kernel *sample)
{
	struct fb_modules *modules = NULL;

	sample_kernel_open(sample);
	FB_OK_FATAL(fb_modules_load(sample->kernel, &modules));
	return modules;
}

static void close_modules(struct sample_kernel *sample, struct fb_modules *modules)
{
	CU_ASSERT_EQUAL(fb_warnings_count(sample->warnings), 0);
	fb_modules_destroy(modules);
	sample_kernel_close(sample);
}

static void are_those_of_proc_modules(void)
{
	struct sample_kernel sample;
	struct fb_modules *modules = load(&sample);
	char flags[16];

	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), FB_ARRAY_SIZE(listed));
	for (size_t i = 0; i < FB_ARRAY_SIZE(listed); i++) {
		const struct fb_module *module = fb_modules_get(modules, i);

		CU_ASSERT_STRING_EQUAL(module->name, listed[i].name);
		CU_ASSERT_EQUAL(module->size, listed[i].size);
		CU_ASSERT_EQUAL(module->references, listed[i].references);
		CU_ASSERT_STRING_EQUAL(module->used_by, listed[i].used_by);
		CU_ASSERT_EQUAL(module->base, listed[i].base);
		CU_ASSERT_STRING_EQUAL(fb_module_state_name(module->state), "Live");
		CU_ASSERT_STRING_EQUAL(fb_module_flags(module, flags, sizeof(flags)), "");
		CU_ASSERT_PTR_EQUAL(fb_modules_by_name(modules, listed[i].name), module);
		CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, listed[i].base), module);
		CU_ASSERT_PTR_EQUAL(
			fb_modules_by_address(modules, listed[i].base + listed[i].size - 1),
			module);
	}
	CU_ASSERT_PTR_NULL(fb_modules_by_name(modules, "zra"));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, listed[9].base - 1));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, listed[0].base + listed[0].size));
	close_modules(&sample, modules);
}

static struct fb_error *count_symbol(void *context, const struct fb_symbol *symbol)
{
	uint64_t *sum = context;

	*sum += symbol->address - 0xffffffffc0400000;
	return NULL;
}

static void have_the_symbols_of_kallsyms(void)
{
	struct sample_kernel sample;
	struct fb_modules *modules = load(&sample);
	const struct fb_symtab *symbols = NULL;
	struct fb_symbol symbol;
	uint64_t sum = 0;

	FB_OK_FATAL(fb_module_symbols(modules, fb_modules_by_name(modules, "zram"), &symbols));
	CU_ASSERT_TRUE_FATAL(fb_symtab_by_name(symbols, "zram_exit", &symbol));
	CU_ASSERT_EQUAL(symbol.address, 0xffffffffc040968b);
	CU_ASSERT(symbol.size == 5 && symbol.type == 't');
	CU_ASSERT_TRUE_FATAL(fb_modules_symbol_by_address(modules, 0xffffffffc0406100, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "zcomp_available_show");
	CU_ASSERT(symbol.address == 0xffffffffc0406020 && symbol.size == 0xf9);
	CU_ASSERT_STRING_EQUAL(symbol.module, "zram");
	FB_OK(fb_modules_each_symbol(modules, "zram_exit", count_symbol, &sum));
	FB_OK(fb_modules_each_symbol(modules, "zram:zram_exit", count_symbol, &sum));
	FB_OK(fb_modules_each_symbol(modules, "loop:zram_exit", count_symbol, &sum));
	CU_ASSERT_EQUAL(sum, 2 * 0x968bu);
	/* The kernel's own. */
	CU_ASSERT_TRUE_FATAL(fb_modules_symbol_by_address(modules, 0xffffffffa3206a3d, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "__schedule");
	CU_ASSERT_PTR_NULL(symbol.module);
	CU_ASSERT_FALSE(fb_modules_symbol_by_address(modules, 0x400000000000, &symbol));
	close_modules(&sample, modules);
}

FB_TEST_MAIN("kernel/sample_modules", FB_TEST(are_those_of_proc_modules),
	     FB_TEST(have_the_symbols_of_kallsyms))
