// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores that were met before: by file, by name, by contents. */
#include "bundle/input/core_set.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
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

/* Cores are the same up to a byte, which is another in each of them: in either end, of which hashes are compared, and
 * around where one comparison ends. */
static void finds_each_byte_that_differs(void)
{
	static const size_t words[] = {1,      8191,           8192,          131071,
				       131072, (1u << 18) - 1, (1u << 18) - 2};

	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		struct fb_core *core = make(1, 0), *other = make(1, words[i]);
		const struct fb_core *same = core;
		struct fb_core_set *set = NULL;

		FB_OK_FATAL(fb_core_set_create(&set));
		FB_OK(fb_core_set_add(set, core));
		FB_OK(fb_core_set_find(set, other, &same));
		CU_ASSERT_PTR_NULL(same);
		FB_OK(fb_core_set_add(set, other));
		FB_OK(fb_core_set_find(set, other, &same));
		CU_ASSERT_PTR_EQUAL(same, other);
		fb_core_set_destroy(set);
		fb_core_destroy(core);
		fb_core_destroy(other);
	}
}

#define HOLED (8u << 20) /* bytes of a core, most of which are a hole */

/* A core on disk that is a hole but for its head and its tail, and for a page in the midst where page is not 0. */
static struct fb_core *make_holed(const char *name, off_t page, char byte)
{
	struct make_core made = {.layout = MAKE_KERNEL};
	struct fb_core *core = NULL;
	uint8_t *bytes, filled[4096];
	size_t size;
	char *path;
	int fd;

	memset(filled, byte, sizeof(filled));
	make_thread(&made, 1, 0, 0x401000);
	make_segment(&made, 0x400000, HOLED, filled, sizeof(filled), PF_R);
	bytes = make_finish(&made, &size);
	path = fb_test_file(name, bytes, size);
	fd = open(path, O_WRONLY);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(ftruncate(fd, HOLED), 0);
	CU_ASSERT_EQUAL(pwrite(fd, "end", 3, HOLED - 3), 3);
	if (page)
		CU_ASSERT_EQUAL(pwrite(fd, filled, sizeof(filled), page), sizeof(filled));
	close(fd);
	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	free(path);
	free(bytes);
	return core;
}

/* Data of one that are a hole in the other make a difference, whichever is looked for; zeros do not. */
static void holes_are_zeros(void)
{
	struct fb_core *hole = make_holed("hole", 0, 1), *data = make_holed("data", 3 << 20, 1);
	struct fb_core *again = make_holed("again", 0, 1);
	struct fb_core *const pairs[][2] = {{hole, data}, {data, hole}, {hole, again}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(pairs); i++) {
		const struct fb_core *same = NULL;
		struct fb_core_set *set = NULL;

		FB_OK_FATAL(fb_core_set_create(&set));
		FB_OK(fb_core_set_add(set, pairs[i][0]));
		FB_OK(fb_core_set_find(set, pairs[i][1], &same));
		CU_ASSERT_PTR_EQUAL(same, i == 2 ? hole : NULL);
		fb_core_set_destroy(set);
	}
	fb_core_destroy(hole);
	fb_core_destroy(data);
	fb_core_destroy(again);
}

struct met {
	struct fb_core *cores[2]; /* the same */
	struct failing_file files[2];
	struct failure failure;
	const char *path;
};

static struct fb_error *meet(void *context)
{
	struct met *met = context;
	const struct fb_core *same = NULL;
	struct fb_core_set *set = NULL;
	bool before = false;
	struct fb_error *err = fb_core_set_create(&set);

	if (!err)
		err = fb_core_set_path(set, met->path, &before);
	for (size_t i = 0; i < 2 && !err; i++)
		err = fb_core_set_add(set, met->cores[i]);
	if (!err)
		err = fb_core_set_find(set, met->cores[1], &same);
	CU_ASSERT(err || same == met->cores[0]);
	for (size_t i = 0; i < 2 && !err; i++) {
		err = fb_core_rename(met->cores[i], "core.1");
		if (!err)
			err = fb_core_set_name(set, met->cores[i]);
	}
	fb_core_set_destroy(set);
	return err;
}

/* asprintf() does without the memory to give some back. */
static bool are_named(void *context)
{
	const struct met *met = context;

	return strcmp(fb_core_name(met->cores[0]), "core.1") == 0 &&
	       strcmp(fb_core_name(met->cores[1]), "core.1.2") == 0;
}

static void what_is_fatal_passes(void)
{
	struct met met = {.path = "/"};
	const struct fb_core *same = NULL;
	struct fb_core_set *set = NULL;
	struct fb_core *whole = make(1, 0);

	for (size_t i = 0; i < 2; i++) {
		failing_file_init(&met.files[i], fb_core_file(whole), &met.failure);
		FB_OK_FATAL(fb_core_open_file(&met.files[i].file, NULL, &met.cores[i]));
	}
	(void)failing_must_pass(meet, &met, &met.failure, 100, 0);
	(void)failing_memory_must_pass(meet, &met, are_named, 100, 0);
	/* What cannot be read is the same as nothing, and no error. */
	FB_OK_FATAL(fb_core_set_create(&set));
	FB_OK(fb_core_set_add(set, whole));
	met.failure = (struct failure){.at = 1, .code = FB_CORRUPT};
	FB_OK(fb_core_set_find(set, met.cores[0], &same));
	CU_ASSERT_PTR_NULL(same);
	met.failure = (struct failure){.at = 1, .code = FB_CORRUPT};
	FB_OK(fb_core_set_add(set, met.cores[0]));
	fb_core_set_destroy(set);
	for (size_t i = 0; i < 2; i++)
		fb_core_destroy(met.cores[i]);
	fb_core_destroy(whole);
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

FB_TEST_MAIN("bundle/core_set", FB_TEST(knows_files), FB_TEST(compares_bytes),
	     FB_TEST(finds_each_byte_that_differs), FB_TEST(holes_are_zeros),
	     FB_TEST(what_is_fatal_passes), FB_TEST(gives_names))
