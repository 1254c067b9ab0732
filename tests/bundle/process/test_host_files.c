// SPDX-License-Identifier: GPL-2.0-or-later
/* Files under a sysroot; paths out of a dump that want to leave it. */
#include "bundle/process/host_files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"

static char root[PATH_MAX];

static char *in_folder(const char *name)
{
	static char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", fb_test_folder(), name);
	return path;
}

static void make_link(const char *target, const char *name)
{
	unlink(in_folder(name));
	CU_ASSERT_EQUAL_FATAL(symlink(target, in_folder(name)), 0);
}

/* root/lib/libc.so (5 bytes), and beside root a secret of 6. */
static struct fb_host_files *make(void)
{
	struct fb_host_files *files = NULL;

	(void)mkdir(in_folder("root"), 0700);
	(void)mkdir(in_folder("root/lib"), 0700);
	free(fb_test_file("root/lib/libc.so", "inside", 5));
	free(fb_test_file("secret", "secret", 6));
	snprintf(root, sizeof(root), "%s/root", fb_test_folder());
	FB_OK_FATAL(fb_host_files_create(root, &files));
	return files;
}

static void finds_by_path_and_size(void)
{
	struct fb_host_files *files = make();
	struct fb_file *file = NULL, *again = NULL;
	char bytes[8] = "";

	FB_OK_FATAL(fb_host_files_find(files, "/lib/libc.so", 5, &file));
	FB_OK(fb_file_read(file, 0, bytes, 5));
	CU_ASSERT_STRING_EQUAL(bytes, "insid");
	FB_OK(fb_host_files_find(files, "/lib/libc.so", 5, &again));
	CU_ASSERT_PTR_EQUAL(file, again);
	FB_FAILS(fb_host_files_find(files, "/lib/libc.so", 6, &file), FB_NOT_FOUND);
	FB_OK(fb_host_files_find_any(files, "/lib/libc.so", &again));
	CU_ASSERT_EQUAL(again->size, 5);
	FB_FAILS(fb_host_files_find_any(files, "/lib/libm.so", &again), FB_NOT_FOUND);
	FB_FAILS(fb_host_files_find(files, "/lib/libm.so", 5, &file), FB_NOT_FOUND);
	FB_FAILS(fb_host_files_find(files, "/lib", 4096, &file), FB_NOT_FOUND);
	FB_FAILS(fb_host_files_find(files, "lib/libc.so", 5, &file), FB_NOT_FOUND);
	FB_FAILS(fb_host_files_find(files, "", 5, &file), FB_NOT_FOUND);
	fb_host_files_destroy(files);
}

static void stays_inside(void)
{
	static const char *const paths[] = {
		"/../secret", "/lib/../../secret", "/../../../../../../../../etc/passwd",
		"/up",        "/absolute",         "/folder/secret",
		"/proc",
	};
	struct fb_host_files *files = make();
	struct fb_file *file = NULL;
	struct stat status;
	char path[2 * PATH_MAX];

	make_link("../secret", "root/up");
	snprintf(path, sizeof(path), "%s/secret", fb_test_folder());
	make_link(path, "root/absolute");
	make_link("..", "root/folder");
	make_link("/proc/self/root", "root/proc");
	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++)
		FB_FAILS(fb_host_files_find(files, paths[i], 6, &file), FB_NOT_FOUND);
	CU_ASSERT_EQUAL_FATAL(stat("/etc/passwd", &status), 0);
	FB_FAILS(fb_host_files_find(files, "/../../etc/passwd", (uint64_t)status.st_size, &file),
		 FB_NOT_FOUND);
	/* Links that stay, absolute ones too: their root is the sysroot. */
	make_link("lib/libc.so", "root/relative");
	make_link("/lib/libc.so", "root/rooted");
	FB_OK(fb_host_files_find(files, "/relative", 5, &file));
	FB_OK(fb_host_files_find(files, "/rooted", 5, &file));
	FB_OK(fb_host_files_find(files, "/../lib/libc.so", 5, &file));
	/* A link to itself. */
	make_link("loop", "root/loop");
	FB_FAILS(fb_host_files_find(files, "/loop", 5, &file), FB_NOT_FOUND);
	fb_host_files_destroy(files);
}

/* Opening must not wait for a writer. */
static void passes_over_what_is_no_file(void)
{
	struct fb_host_files *files = make();
	struct fb_file *file = NULL;

	unlink(in_folder("root/pipe"));
	CU_ASSERT_EQUAL_FATAL(mkfifo(in_folder("root/pipe"), 0600), 0);
	FB_FAILS(fb_host_files_find(files, "/pipe", 0, &file), FB_NOT_FOUND);
	fb_host_files_destroy(files);
}

static void lives_without_a_sysroot(void)
{
	struct fb_host_files *files = NULL;
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_host_files_create(NULL, &files));
	FB_FAILS(fb_host_files_find(files, "/bin/sh", 1, &file), FB_NOT_FOUND);
	fb_host_files_destroy(files);
	fb_host_files_destroy(NULL);
	FB_FAILS_WITH(fb_host_files_create("/no/such/folder", &files), FB_OS, "sysroot");
	FB_FAILS(fb_host_files_create("/etc/passwd", &files), FB_OS);
}

/* A damaged process may name any number of files. */
static void ends_at_its_cap(void)
{
	struct fb_host_files *files = make();
	struct fb_file *file = NULL;
	enum fb_code code = FB_NOT_FOUND;

	unsigned asked = 0;

	for (; asked < 5000 && code == FB_NOT_FOUND; asked++) {
		struct fb_error *err = fb_host_files_find(files, "/lib/none", asked, &file);

		CU_ASSERT_PTR_NOT_NULL_FATAL(err);
		code = fb_error_code(err);
		fb_error_destroy(err);
	}
	CU_ASSERT_EQUAL(code, FB_LIMIT);
	CU_ASSERT_EQUAL(asked, 4097);
	/* What is known already is still answered, in the same words. */
	FB_FAILS_WITH(fb_host_files_find(files, "/lib/none", 0, &file), FB_NOT_FOUND,
		      "not under the sysroot, or of another size");
	FB_FAILS_WITH(fb_host_files_find(files, "/lib/none", 4095, &file), FB_NOT_FOUND,
		      "/lib/none: not under");
	FB_FAILS(fb_host_files_find_any(files, "/lib/none", &file), FB_LIMIT);
	fb_host_files_destroy(files);
}

/* An answer to any size is none to a size of 0, nor the other way round. */
static void tells_any_size_from_none(void)
{
	struct fb_host_files *files = make();
	struct fb_file *any = NULL, *none = NULL, *again = NULL;

	free(fb_test_file("root/lib/empty", "", 0));
	FB_FAILS_WITH(fb_host_files_find(files, "/lib/libc.so", 0, &any), FB_NOT_FOUND,
		      "or of another size");
	CU_ASSERT_PTR_NULL(any);
	FB_OK(fb_host_files_find_any(files, "/lib/libc.so", &any));
	FB_FAILS(fb_host_files_find(files, "/lib/libc.so", 0, &none), FB_NOT_FOUND);
	FB_OK(fb_host_files_find_any(files, "/lib/libc.so", &again));
	CU_ASSERT_PTR_EQUAL(any, again);
	FB_OK(fb_host_files_find(files, "/lib/empty", 0, &none));
	FB_OK(fb_host_files_find_any(files, "/lib/empty", &again));
	CU_ASSERT_PTR_NOT_EQUAL(none, again);
	CU_ASSERT(none->size == 0 && again->size == 0);
	FB_FAILS_WITH(fb_host_files_find_any(files, "/lib/gone", &again), FB_NOT_FOUND,
		      "/lib/gone: not under the sysroot");
	fb_host_files_destroy(files);
}

static void knows_when_a_file_was_written(void)
{
	const struct timespec times[2] = {{.tv_sec = 5},
					  {.tv_sec = 1700000000, .tv_nsec = 123456789}};
	struct fb_host_files *files = make();
	struct fb_file *file = NULL;

	CU_ASSERT_EQUAL_FATAL(utimensat(AT_FDCWD, in_folder("root/lib/libc.so"), times, 0), 0);
	FB_OK_FATAL(fb_host_files_find(files, "/lib/libc.so", 5, &file));
	CU_ASSERT_EQUAL(file->mtime_ns, 1700000000123456789);
	CU_ASSERT_STRING_EQUAL(file->path, "/lib/libc.so");
	fb_host_files_destroy(files);
}

/* Too many open files say nothing of this one: it is asked for again the next time. */
static void forgets_what_could_not_be_asked(void)
{
	struct fb_host_files *files = make();
	struct fb_file *file = NULL;
	struct rlimit whole, none;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &whole), 0);
	none = whole;
	none.rlim_cur = 0;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	FB_FAILS_WITH(fb_host_files_find(files, "/lib/libc.so", 5, &file), FB_EXHAUSTED,
		      "cannot open /lib/libc.so");
	FB_FAILS(fb_host_files_find_any(files, "/lib/libc.so", &file), FB_EXHAUSTED);
	CU_ASSERT_PTR_NULL(file);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &whole), 0);
	FB_OK(fb_host_files_find(files, "/lib/libc.so", 5, &file));
	fb_host_files_destroy(files);
}

FB_TEST_MAIN("bundle/host_files", FB_TEST(finds_by_path_and_size), FB_TEST(stays_inside),
	     FB_TEST(passes_over_what_is_no_file), FB_TEST(lives_without_a_sysroot),
	     FB_TEST(ends_at_its_cap), FB_TEST(tells_any_size_from_none),
	     FB_TEST(knows_when_a_file_was_written), FB_TEST(forgets_what_could_not_be_asked))
