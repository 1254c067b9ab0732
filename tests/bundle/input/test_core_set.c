// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores that were met before: by file, by name, by contents. */
#include "bundle/input/core_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"

static void knows_files(void)
{
	struct fb_core_set *set = NULL;
	char *one = fb_test_file("one", "1", 1), *two = fb_test_file("two", "1", 1), *linked;
	bool met = true;

	if (asprintf(&linked, "%s/link", fb_test_folder()) < 0)
		abort();
	CU_ASSERT_EQUAL_FATAL(symlink(one, linked), 0);
	FB_OK_FATAL(fb_core_set_create(&set));
	FB_OK(fb_core_set_path(set, one, &met));
	CU_ASSERT(!met);
	FB_OK(fb_core_set_path(set, two, &met));
	CU_ASSERT(!met);
	FB_OK(fb_core_set_path(set, linked, &met));
	CU_ASSERT(met);
	for (unsigned i = 0; i < 2; i++) {
		FB_OK(fb_core_set_path(set, "/no/such/core", &met));
		CU_ASSERT(!met);
	}
	fb_core_set_destroy(set);
	fb_core_set_destroy(NULL);
	free(linked);
	free(two);
	free(one);
}

/* A core of one page full of words; one of them is other. */
static struct fb_core *make(int pid, size_t other)
{
	struct make_core made = {.layout = MAKE_GCORE};
	static uint64_t words[1u << 18];
	struct fb_core *core = NULL;

	memset(words, 0, sizeof(words));
	words[other] = 1;
	make_thread(&made, pid, 0, 0x401000);
	make_segment(&made, 0x400000, sizeof(words), words, sizeof(words), PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&made, "core.1"), NULL, &core));
	return core;
}

static void compares_bytes(void)
{
	struct fb_core *cores[] = {make(1, 77777), make(1, 88888), make(1, 99999),
				   make(2, 88888), make(1, 88888), make(1, 99999)};
	const struct fb_core *same = NULL;
	struct fb_core_set *set = NULL;

	FB_OK_FATAL(fb_core_set_create(&set));
	FB_OK(fb_core_set_find(set, cores[0], &same));
	CU_ASSERT_PTR_NULL(same);
	for (size_t i = 0; i < 3; i++)
		FB_OK(fb_core_set_add(set, cores[i]));
	FB_OK(fb_core_set_find(set, cores[3], &same));
	CU_ASSERT_PTR_NULL(same);
	FB_OK(fb_core_set_find(set, cores[4], &same));
	CU_ASSERT_PTR_EQUAL(same, cores[1]);
	FB_OK(fb_core_set_find(set, cores[5], &same));
	CU_ASSERT_PTR_EQUAL(same, cores[2]);
	FB_OK(fb_core_set_find(set, cores[0], &same));
	CU_ASSERT_PTR_EQUAL(same, cores[0]);
	fb_core_set_destroy(set);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cores); i++)
		fb_core_destroy(cores[i]);
}

static void check_name(struct fb_core_set *set, const char *name, const char *expected)
{
	struct fb_core *core = make(1, 0);

	FB_OK_FATAL(fb_core_rename(core, name));
	FB_OK(fb_core_set_name(set, core));
	CU_ASSERT_STRING_EQUAL(fb_core_name(core), expected);
	CU_ASSERT_STRING_EQUAL(fb_core_info(core)->path, "core.1");
	fb_core_destroy(core);
}

static void gives_names(void)
{
	struct fb_core_set *set = NULL;

	FB_OK_FATAL(fb_core_set_create(&set));
	check_name(set, "core.1", "core.1");
	check_name(set, "core.2", "core.2");
	check_name(set, "core.1.3", "core.1.3");
	check_name(set, "core.1", "core.1.2");
	check_name(set, "core.1", "core.1.4");
	check_name(set, "core.1.2", "core.1.2.2");
	check_name(set, "core.2", "core.2.2");
	fb_core_set_destroy(set);
}

FB_TEST_MAIN("bundle/core_set", FB_TEST(knows_files), FB_TEST(compares_bytes), FB_TEST(gives_names))
