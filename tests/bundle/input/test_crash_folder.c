// SPDX-License-Identifier: GPL-2.0-or-later
/* Which file of a crash folder is the dump. */
#include "bundle/input/crash_folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "tests/base/failing_memory.h"
#include "tests/harness.h"

static char path[PATH_MAX];

/* A fresh folder with these files, NULL behind the last. */
static const char *make(const char *const *names)
{
	static unsigned count;

	snprintf(path, sizeof(path), "%s/%u", fb_test_folder(), count);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
	for (; *names; names++) {
		char name[128];

		snprintf(name, sizeof(name), "%u/%s", count, *names);
		free(fb_test_file(name, "x", 1));
	}
	count++;
	return path;
}

#define FOLDER(...) make((const char *const[]){__VA_ARGS__, NULL})

static void check_one(const char *folder, const char *name)
{
	struct fb_crash_folder found = {0};
	char expected[PATH_MAX + 128];

	snprintf(expected, sizeof(expected), "%s/%s", folder, name);
	FB_OK_FATAL(fb_crash_folder_find(folder, false, &found));
	CU_ASSERT_EQUAL_FATAL(found.dump.count, 1);
	CU_ASSERT_STRING_EQUAL(found.dump.list[0], expected);
	fb_crash_folder_deinit(&found);
	CU_ASSERT_EQUAL(found.dump.count, 0);
}

static void finds_the_dump(void)
{
	check_one(FOLDER("dump.202601010000", "dmesg.202601010000"), "dump.202601010000");
	check_one(FOLDER("dump-incomplete", "dmesg.1"), "dump-incomplete");
	check_one(FOLDER("vmcore", "vmcore-dmesg.txt", "vmcore-dmesg", "vmcoreinfo"), "vmcore");
	check_one(FOLDER("vmcore.1", "kexec-dmesg.log"), "vmcore.1");
	check_one(FOLDER("dump.1", "dump.1.html", "dump.1.json", "dump.1.sha256"), "dump.1");
}

static void finds_the_bundle(void)
{
	const char *both = FOLDER("dump.1", "dump.1.fbundle", "core.3");
	struct fb_crash_folder found = {0};

	check_one(both, "dump.1.fbundle");
	check_one(FOLDER("b.fbundle", "core.1"), "b.fbundle");
	FB_FAILS_WITH(
		fb_crash_folder_find(FOLDER("dump.1", "a.fbundle", "b.fbundle"), false, &found),
		FB_INVALID, "2 bundles in this folder");
	both = FOLDER("dump.1", "dump.1.fbundle", "core.3");
	FB_OK_FATAL(fb_crash_folder_find(both, true, &found));
	CU_ASSERT_STRING_EQUAL(strrchr(found.dump.list[0], '/'), "/dump.1");
	CU_ASSERT(found.found && !found.bundle);
	CU_ASSERT_EQUAL(found.cores.count, 1);
	fb_crash_folder_deinit(&found);
	FB_OK_FATAL(fb_crash_folder_find(both, false, &found));
	CU_ASSERT(found.found && found.bundle);
	CU_ASSERT_EQUAL(found.cores.count, 0);
	fb_crash_folder_deinit(&found);
}

static void finds_cores(void)
{
	static const char *const order[] = {"_lab.0.crash", "core",     "core.9.zst",
					    "core.10",      "app.core", "x.core.gz"};
	const char *folder = FOLDER("dump.1", "core.10", "core.9.zst", "x.core.gz", "core.txt",
				    "core", "_lab.0.crash", "app.core", "notes", "core.1.html");
	struct fb_crash_folder found = {0};
	struct fb_path_list cores = {0};
	char file[PATH_MAX + 16];
	size_t met = 0;

	FB_OK_FATAL(fb_crash_folder_find(folder, false, &found));
	CU_ASSERT_EQUAL_FATAL(found.cores.count, FB_ARRAY_SIZE(order));
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++)
		for (size_t j = 0; j < found.cores.count; j++)
			met += strcmp(strrchr(found.cores.list[j], '/') + 1, order[i]) == 0;
	CU_ASSERT_EQUAL(met, FB_ARRAY_SIZE(order));
	CU_ASSERT(strverscmp(found.cores.list[3], found.cores.list[4]) < 0);
	fb_crash_folder_deinit(&found);
	/* A folder of cores, then a file. */
	snprintf(file, sizeof(file), "%s/notes", folder);
	FB_OK_FATAL(fb_crash_folder_cores(folder, &cores));
	FB_OK_FATAL(fb_crash_folder_cores(file, &cores));
	CU_ASSERT_EQUAL_FATAL(cores.count, FB_ARRAY_SIZE(order) + 1);
	CU_ASSERT_STRING_EQUAL(cores.list[FB_ARRAY_SIZE(order)], file);
	FB_FAILS_WITH(fb_crash_folder_cores(FOLDER("dump.1", "core.txt"), &cores), FB_NOT_FOUND,
		      "no core in this folder");
	CU_ASSERT_EQUAL(cores.count, FB_ARRAY_SIZE(order) + 1);
	fb_path_list_deinit(&cores);
}

static void gives_a_file_itself(void)
{
	struct fb_crash_folder found = {0};

	FB_OK_FATAL(fb_crash_folder_find("/no/such/file", false, &found));
	CU_ASSERT_EQUAL(found.dump.count, 1);
	CU_ASSERT_STRING_EQUAL(found.dump.list[0], "/no/such/file");
	fb_crash_folder_deinit(&found);
}

static void joins_numbered_parts(void)
{
	const char *folder = FOLDER("dump.10", "dump.9", "dump.1", "dump.2");
	static const char *const order[] = {"/dump.1", "/dump.2", "/dump.9", "/dump.10"};
	struct fb_crash_folder found = {0};
	char with_slash[PATH_MAX];

	FB_OK_FATAL(fb_crash_folder_find(folder, false, &found));
	CU_ASSERT_EQUAL_FATAL(found.dump.count, 4);
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_STRING_EQUAL(strrchr(found.dump.list[i], '/'), order[i]);
	fb_crash_folder_deinit(&found);
	snprintf(with_slash, sizeof(with_slash) - 1, "%s", folder);
	strncat(with_slash, "/", 2);
	FB_OK_FATAL(fb_crash_folder_find(with_slash, false, &found));
	CU_ASSERT_PTR_NULL(strstr(found.dump.list[0], "//"));
	fb_crash_folder_deinit(&found);
}

static void names_what_it_cannot_choose_from(void)
{
	struct fb_crash_folder found = {.dump.count = 77};

	FB_FAILS_WITH(fb_crash_folder_find(FOLDER("dump.1", "dump-incomplete"), false, &found),
		      FB_INVALID, "2 dumps in this folder");
	FB_FAILS(fb_crash_folder_find(FOLDER("vmcore", "vmcore.1"), false, &found), FB_INVALID);
	FB_FAILS(fb_crash_folder_find(FOLDER("dump.1", "dump.1a"), false, &found), FB_INVALID);
	FB_FAILS_WITH(fb_crash_folder_find(FOLDER("dmesg.1", "core.12"), false, &found),
		      FB_NOT_FOUND, "no dump in this folder");
	CU_ASSERT_EQUAL(found.dump.count, 77);
}

static void ends_at_its_cap(void)
{
	const char *folder = FOLDER("dump.0");
	struct fb_crash_folder found;
	char name[64];

	for (unsigned i = 1; i <= FB_MAX_SPLIT_PARTS; i++) {
		snprintf(name, sizeof(name), "%s/dump.%u", strrchr(folder, '/') + 1, i);
		if (i < FB_MAX_SPLIT_PARTS)
			free(fb_test_file(name, "x", 1));
	}
	FB_OK_FATAL(fb_crash_folder_find(folder, false, &found));
	CU_ASSERT_EQUAL(found.dump.count, FB_MAX_SPLIT_PARTS);
	fb_crash_folder_deinit(&found);
	free(fb_test_file(name, "x", 1));
	FB_FAILS_WITH(fb_crash_folder_find(folder, false, &found), FB_LIMIT,
		      "dumps in this folder");
}

/* What lies beside a dump and what is one, by its name alone. */
static void names_tell_dumps_from_texts(void)
{
	static const char *const texts[] = {
		"vmcore-dmesg",     "vmcore-dmesg.1", "vmcore-dmesg-old",
		"vmcoreinfo",       "vmcoreinfo.1",   "vmcore.txt",
		"vmcore.log",       "vmcore.json",    "vmcore.html",
		"vmcore.sha256",    "dump",           "dump-1",
		"dump-incomplete1", "vmcor",          "dmesg.1",
		"my.dump.1",        ".txt",           "xcore",
		"core1.sha256",
	};
	static const char *const dumps[] = {
		"vmcore",    "vmcore-dmes", "vmcoreinf", "vmcore2", "dump.",
		"dump.core", "vmcore.txt1", "vmcoretxt", "dump.gz",
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(texts); i++) {
		const char *folder = FOLDER("dump.5", texts[i]);
		struct fb_crash_folder found = {0};

		FB_OK_FATAL(fb_crash_folder_find(folder, true, &found));
		CU_ASSERT_EQUAL(found.dump.count, 1);
		CU_ASSERT_EQUAL(found.cores.count, 0);
		fb_crash_folder_deinit(&found);
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(dumps); i++)
		check_one(FOLDER("core.1", "dmesg.1", dumps[i]), dumps[i]);
}

/* core*, and the ends of those that are named otherwise. */
static void names_tell_cores(void)
{
	static const struct {
		const char *name;
		bool is;
	} names[] = {
		{"core", true},        {"cor", false},        {"core.1", true},
		{"a.core", true},      {"a.core.gz", true},   {"a.core.bz2", true},
		{"a.core.xz", true},   {"a.core.lz4", true},  {"a.core.zst", true},
		{"a.crash", true},     {"a.core.zip", false}, {"a.core1", false},
		{"acore", false},      {"a.crashx", false},   {"core.1.txt", false},
		{"core.1.log", false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		const char *folder = FOLDER(names[i].name);
		struct fb_path_list cores = {0};
		struct fb_error *err = fb_crash_folder_cores(folder, &cores);

		CU_ASSERT_EQUAL(!err, names[i].is);
		CU_ASSERT(!err || fb_error_is(err, FB_NOT_FOUND));
		CU_ASSERT_EQUAL(cores.count, names[i].is);
		fb_error_destroy(err);
		fb_path_list_deinit(&cores);
	}
}

static void parts_differ_in_their_digits_alone(void)
{
	static const struct {
		const char *first, *second;
		bool are;
	} parts[] = {
		{"dump.1", "dump.2", true},      {"dump.1", "dump.10", true},
		{"dump.", "dump.1", false},      {"dump.1", "dump.1a", false},
		{"dump.1", "dump.x1", false},    {"vmcore1", "vmcore2", true},
		{"vmcore", "vmcore1", false},    {"dump.1", "vmcore1", false},
		{"dump.a1", "dump.a2", true},    {"dump.a1", "dump.b1", false},
		{"dump.1.1", "dump.2.1", false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(parts); i++) {
		const char *folder = FOLDER(parts[i].first, parts[i].second, "core.7");
		struct fb_crash_folder found = {0};
		struct fb_error *err = fb_crash_folder_find(folder, false, &found);

		CU_ASSERT_EQUAL(!err, parts[i].are);
		CU_ASSERT(!err || fb_error_is(err, FB_INVALID));
		CU_ASSERT_EQUAL(found.dump.count, parts[i].are ? 2 : 0);
		CU_ASSERT_EQUAL(found.cores.count, parts[i].are);
		fb_error_destroy(err);
		fb_crash_folder_deinit(&found);
	}
}

/* A folder of a dump's or a core's name is neither, and one that cannot be opened is an error. */
static void folders_are_no_files(void)
{
	const char *folder = FOLDER("dump.1");
	struct fb_crash_folder found = {0};
	char inner[PATH_MAX + 16];

	(void)snprintf(inner, sizeof(inner), "%s/core.d", folder);
	CU_ASSERT_EQUAL_FATAL(mkdir(inner, 0700), 0);
	(void)snprintf(inner, sizeof(inner), "%s/dump.2", folder);
	CU_ASSERT_EQUAL_FATAL(mkdir(inner, 0700), 0);
	(void)snprintf(inner, sizeof(inner), "%s/x.fbundle", folder);
	CU_ASSERT_EQUAL_FATAL(mkdir(inner, 0700), 0);
	FB_OK_FATAL(fb_crash_folder_find(folder, false, &found));
	CU_ASSERT(found.dump.count == 1 && !found.cores.count && !found.bundle);
	fb_crash_folder_deinit(&found);
}

/* A folder with parts of a dump and cores. */
static struct fb_error *find_all(void *context)
{
	struct fb_crash_folder found = {0};
	struct fb_path_list cores = {0};
	struct fb_error *err = fb_crash_folder_find(context, false, &found);

	if (!err)
		err = fb_crash_folder_cores(context, &cores);
	CU_ASSERT(err || (found.dump.count == 2 && found.cores.count == 2 && cores.count == 2));
	fb_path_list_deinit(&cores);
	fb_crash_folder_deinit(&found);
	return err;
}

/* asprintf() does without the memory to give some back; what was found is compared above. */
static bool is_whole(void *context)
{
	(void)context;
	return true;
}

static void allocations_fail_the_search(void)
{
	char *folder = strdup(FOLDER("dump.1", "dump.2", "core.1", "core.2"));

	(void)failing_memory_must_pass(find_all, folder, is_whole, 100, 0);
	free(folder);
}

FB_TEST_MAIN("bundle/crash_folder", FB_TEST(finds_the_dump), FB_TEST(finds_the_bundle),
	     FB_TEST(finds_cores), FB_TEST(gives_a_file_itself), FB_TEST(joins_numbered_parts),
	     FB_TEST(names_what_it_cannot_choose_from), FB_TEST(ends_at_its_cap),
	     FB_TEST(names_tell_dumps_from_texts), FB_TEST(names_tell_cores),
	     FB_TEST(parts_differ_in_their_digits_alone), FB_TEST(folders_are_no_files),
	     FB_TEST(allocations_fail_the_search))
