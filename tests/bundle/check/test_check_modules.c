// SPDX-License-Identifier: GPL-2.0-or-later
/* Which modules are reported: those that tainted the kernel. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"
#include "tests/kernel/made_modules.h"

#define TAINT_PROPRIETARY 1u
#define TAINT_OUT_OF_TREE (1u << 12)

static void expect_of(const uint64_t taints[2], const char *expected)
{
	static const char *const names[] = {"first", "sec\x1bond"};
	struct fb_modules *modules = NULL;
	struct checked c;
	uint64_t head;
	struct made_kernel *made = made_modules(&head);

	checked_begin(&c);
	for (size_t i = 0; i < 2; i++)
		MADE_SET(made, made_module(made, head, names[i]), module_taints, taints[i]);
	c.check.kernel = &made->kernel;
	FB_OK(fb_check_modules(&c.check));
	checked_expect(&c, expected);
	/* Those that the caller has are not loaded again. */
	fb_findings_deinit(&c.findings);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	c.options.modules = modules;
	c.check.kernel = NULL;
	FB_OK(fb_check_modules(&c.check));
	checked_expect(&c, expected);
	fb_modules_destroy(modules);
	checked_end(&c);
	made_kernel_destroy(made);
}

static void modules_that_tainted_the_kernel_are_named(void)
{
	expect_of((const uint64_t[]){0, 0}, "");
	expect_of((const uint64_t[]){0, TAINT_PROPRIETARY | TAINT_OUT_OF_TREE},
		  "notable foreign-modules mods: 1 module tainted the kernel\n"
		  "\tsec\\x1bond (PO)\n");
	expect_of((const uint64_t[]){TAINT_OUT_OF_TREE, TAINT_PROPRIETARY},
		  "notable foreign-modules mods: 2 modules tainted the kernel\n"
		  "\tfirst (O)\n"
		  "\tsec\\x1bond (P)\n");
}

FB_TEST_MAIN("bundle/check_modules", FB_TEST(modules_that_tainted_the_kernel_are_named))
