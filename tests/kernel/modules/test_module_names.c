// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be told of modules where the kernel's types are missing. */
#include <string.h>

#include "kernel/modules/module.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

/* No member of any type is known, as where the dump has lost its types. */
static void has_names_without_types(void)
{
	static const char *const names[] = {"disk", "net_core-2.0", "not a name", "\x01"};
	struct made_kernel *made = made_kernel_create();
	uint64_t head = made_alloc_pages(made, 16);
	struct fb_modules *modules;

	made_list_init(made, head);
	made_symbols(made, (const char *const[]){"modules", NULL}, &head);
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		uint64_t module = made_alloc(made, 256);

		memcpy(made_at(made, module + 24), names[i], strlen(names[i]) + 1);
		made_list_add(made, head, module + 8);
	}
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct fb_module *module = fb_modules_get(modules, i);

		CU_ASSERT_STRING_EQUAL(module->name, names[i]);
		CU_ASSERT_EQUAL(module->state, FB_MODULE_UNKNOWN);
		CU_ASSERT_EQUAL(module->references, -1);
		CU_ASSERT_STRING_EQUAL(module->used_by, "");
	}
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 2);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/module_names", FB_TEST(has_names_without_types))
