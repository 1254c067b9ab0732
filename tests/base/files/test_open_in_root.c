// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files/open_in_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"

static int root;

/* What is read of path: a letter; 0 and errno where it cannot be opened. */
static char letter(int (*open_path)(int, const char *), const char *path)
{
	char text = 0;
	int fd = open_path(root, path);

	if (fd < 0)
		return 0;
	CU_ASSERT_EQUAL(read(fd, &text, 1), 1);
	(void)close(fd);
	return text;
}

static void make_file(const char *path, char text)
{
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, &text, 1) != 1)
		abort();
	(void)close(fd);
}

static void link_to(const char *target, const char *path)
{
	if (symlinkat(target, root, path))
		abort();
}

static void make_root(void)
{
	char path[4096];
	int outside;

	(void)snprintf(path, sizeof(path), "%s/root", fb_test_folder());
	(void)mkdir(path, 0700);
	root = open(path, O_RDONLY | O_DIRECTORY);
	outside = open(fb_test_folder(), O_RDONLY | O_DIRECTORY);
	(void)close(openat(outside, "secret", O_WRONLY | O_CREAT, 0600));
	(void)close(outside);
	(void)mkdirat(root, "usr", 0700);
	(void)mkdirat(root, "usr/lib", 0700);
	make_file("usr/lib/a", 'a');
	make_file("secret", 's');
	link_to("usr/lib", "lib");
	link_to("/usr/lib", "absolute");
	link_to("../../../../secret", "usr/up");
	link_to("a", "usr/lib/b");
	link_to("loop", "loop");
	link_to("../secret", "usr/lib/none");
}

static void leads_where_openat2_does(void)
{
	static const char *const paths[] = {
		"/usr/lib/a", "usr/lib/a", "/lib/a",     "/absolute/a",
		"//lib//b",   "/usr/up",   "/../secret", "/usr/./up",
		"/lib/../up", "/loop",     "/nothing",   "/usr/lib/none",
		"/secret/a",  "/lib/b/c",  "",           "/absolute/../../secret",
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		const char by_names = letter(fb_open_in_root_by_names, paths[i]);
		const int errnum = errno;

		CU_ASSERT_EQUAL(by_names, letter(fb_open_in_root, paths[i]));
		if (!by_names)
			CU_ASSERT_EQUAL(errnum, errno);
	}
	CU_ASSERT_EQUAL(letter(fb_open_in_root_by_names, "/absolute/b"), 'a');
	CU_ASSERT_EQUAL(letter(fb_open_in_root_by_names, "/usr/up"), 's');
}

static void ends_a_path_without_end(void)
{
	char path[8192];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CU_ASSERT_EQUAL(fb_open_in_root_by_names(root, path), -1);
	CU_ASSERT_EQUAL(errno, ENAMETOOLONG);
	for (size_t i = 0; i < sizeof(path) - 1; i += 2)
		memcpy(path + i, "./", 2);
	path[4000] = '\0';
	CU_ASSERT_EQUAL(fb_open_in_root_by_names(root, path), -1);
	CU_ASSERT_EQUAL(errno, EISDIR);
}

int main(void)
{
	static const struct fb_test tests[] = {
		FB_TEST(leads_where_openat2_does),
		FB_TEST(ends_a_path_without_end),
	};

	make_root();
	return fb_test_run("base/open_in_root", tests, FB_ARRAY_SIZE(tests));
}
