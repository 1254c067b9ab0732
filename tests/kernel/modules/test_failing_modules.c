// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules of the sample, and the symbols of one, where one read fails. */
#include <inttypes.h>

#include "kernel/modules/module.h"
#include "symbols/table/symtab.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

static struct fb_error *answer_modules(struct sample_kernel *sample, struct fb_buf *text,
				       bool *incomplete_ret)
{
	struct fb_modules *modules = NULL;
	struct fb_error *err = fb_modules_load(sample->kernel, &modules);

	for (size_t i = 0; !err && i < fb_modules_count(modules); i++) {
		const struct fb_module *module = fb_modules_get(modules, i);

		/* One that says itself that little is known of it. */
		*incomplete_ret |= module->state == FB_MODULE_UNKNOWN || module->references < 0;
		err = fb_buf_printf(text, "%s %" PRIx64 " %" PRIu64 " %" PRId64 " %s %s %d\n",
				    module->name, module->base, module->size, module->references,
				    fb_module_state_name(module->state), module->used_by,
				    module->permanent);
	}
	fb_modules_destroy(modules);
	return err;
}

static struct fb_error *answer_symbols(struct sample_kernel *sample, struct fb_buf *text,
				       bool *incomplete_ret)
{
	struct fb_modules *modules = NULL;
	const struct fb_symtab *symbols = NULL;
	const struct fb_module *module;
	struct fb_error *err = fb_modules_load(sample->kernel, &modules);
	struct fb_symbol symbol;

	module = err ? NULL : fb_modules_by_name(modules, "zram");
	*incomplete_ret = !module;
	if (module)
		err = fb_module_symbols(modules, module, &symbols);
	for (uint64_t at = 0xffffffffc0406000; symbols && !err && at < 0xffffffffc0410000; at += 64)
		if (fb_symtab_by_address(symbols, at, &symbol))
			err = fb_buf_printf(text, "%s %" PRIx64 " %" PRIu64 " %c\n", symbol.name,
					    symbol.address, symbol.size, symbol.type);
	fb_modules_destroy(modules);
	return err;
}

static void the_table(void)
{
	failing_reads_strictly(answer_modules, MOST);
}

static void symbols_of_one(void)
{
	failing_reads_strictly(answer_symbols, MOST);
}

FB_TEST_MAIN("kernel/failing_modules", FB_TEST(the_table), FB_TEST(symbols_of_one))
