// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/table/demangle.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

static void gives_names_as_their_sources_have_them(void)
{
	static const struct {
		const char *name, *expected; /* NULL: it is not mangled */
	} cases[] = {
		{"_ZN3foo3barEi", "foo::bar(int)"},
		{"_ZNSt6thread4joinEv", "std::thread::join()"},
		{"_ZN3std6thread5sleep17h0123456789abcdefE", "std::thread::sleep"},
		{"_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function"},
		{"pthread_mutex_lock", NULL},
		{"_start", NULL},
		{"_ZN3foo", NULL},
		{"_Z", NULL},
		{"", NULL},
		{"foo__bar", NULL}, /* Ada's, to libiberty */
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		char *demangled = fb_demangle(cases[i].name);

		CU_ASSERT_EQUAL(!demangled, !cases[i].expected);
		if (demangled && cases[i].expected)
			CU_ASSERT_STRING_EQUAL(demangled, cases[i].expected);
		free(demangled);
	}
}

/* Names that are as long as no symbol, nest as no type, or repeat themselves. */
static void bounds_what_comes_out(void)
{
	char *name = malloc(FB_MAX_STRING + 1), *demangled;

	CU_ASSERT_PTR_NOT_NULL_FATAL(name);
	memset(name, 'P', FB_MAX_STRING);
	name[FB_MAX_STRING] = '\0';
	memcpy(name, "_Z1f", 4);
	CU_ASSERT_PTR_NULL(fb_demangle(name));
	name[FB_MAX_STRING - 8] = 'i';
	name[FB_MAX_STRING - 7] = '\0';
	demangled = fb_demangle(name);
	CU_ASSERT(!demangled || strlen(demangled) < FB_MAX_STRING);
	free(demangled);
	free(name);
}

FB_TEST_MAIN("symbols/demangle", FB_TEST(gives_names_as_their_sources_have_them),
	     FB_TEST(bounds_what_comes_out))
