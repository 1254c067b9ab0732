// SPDX-License-Identifier: GPL-2.0-or-later
/* A folder stands for a server: debuginfod's client takes file:// too. */
#include "base/isolation/fetcher.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness.h"

#define BUILD_ID "0123456789abcdef0123456789abcdef01234567"

static char cache[4096];

static void make_folder(const char *name)
{
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/%s", fb_test_folder(), name);
	(void)mkdir(path, 0700);
}

static void make_server(void)
{
	const char *folder = fb_test_folder();
	char path[4200];
	FILE *file;

	make_folder("buildid");
	make_folder("buildid/" BUILD_ID);
	(void)snprintf(path, sizeof(path), "%s/buildid/" BUILD_ID "/executable", folder);
	file = fopen(path, "w");
	if (!file || fputs("an ELF file", file) < 0 || fclose(file))
		abort();
	(void)snprintf(cache, sizeof(cache), "%s/cache", folder);
	(void)mkdir(cache, 0700);
	(void)snprintf(path, sizeof(path), "file://%s", folder);
	(void)setenv("DEBUGINFOD_URLS", path, 1);
	(void)setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
}

static struct fb_fetcher *start(void)
{
	const char *const read[] = {"/etc", "/usr", "/lib", "/lib64", "/run", fb_test_folder()};
	const char *const write[] = {cache};
	const struct fb_sandbox_options options = {
		.read = read,
		.read_count = FB_ARRAY_SIZE(read),
		.write = write,
		.write_count = 1,
		.network = true,
	};
	struct fb_fetcher *fetcher = NULL;

	FB_OK_FATAL(fb_fetcher_start(&options, &fetcher));
	CU_ASSERT_PTR_NOT_NULL_FATAL(fetcher);
	return fetcher;
}

static bool has_client(void)
{
	void *library = dlopen("libdebuginfod.so.1", RTLD_NOW);

	if (!library) {
		fb_test_skip("libdebuginfod is not installed");
		return false;
	}
	(void)dlclose(library);
	return true;
}

static void expect_text(int fd)
{
	char text[16] = "";

	CU_ASSERT_EQUAL(pread(fd, text, sizeof(text) - 1, 0), 11);
	CU_ASSERT_STRING_EQUAL(text, "an ELF file");
	(void)close(fd);
}

static void gives_files_by_build_id(void)
{
	struct fb_fetcher *fetcher;
	int channel, fd = -1;

	if (!has_client())
		return;
	fetcher = start();
	channel = fb_fetcher_connect(fetcher);
	CU_ASSERT_TRUE_FATAL(channel >= 0);
	for (int i = 0; i < 2; i++) {
		FB_OK_FATAL(fb_fetch(channel, FB_FETCH_EXECUTABLE, BUILD_ID, &fd));
		expect_text(fd);
	}
	FB_FAILS(fb_fetch(channel, FB_FETCH_DEBUGINFO, BUILD_ID, &fd), FB_NOT_FOUND);
	(void)close(channel);
	fb_fetcher_destroy(fetcher);
}

static void serves_two_at_a_time(void)
{
	struct fb_fetcher *fetcher;
	int channels[2], fd = -1;

	if (!has_client())
		return;
	fetcher = start();
	for (int i = 0; i < 2; i++)
		channels[i] = fb_fetcher_connect(fetcher);
	for (int i = 1; i >= 0; i--) {
		FB_OK_FATAL(fb_fetch(channels[i], FB_FETCH_EXECUTABLE, BUILD_ID, &fd));
		expect_text(fd);
		(void)close(channels[i]);
	}
	fb_fetcher_destroy(fetcher);
}

static void takes_nothing_but_build_ids(void)
{
	static const char *const bad[] = {"", "0", "012", "../../etc/passwd", "01 2", "0g"};
	struct fb_fetcher *fetcher = start();
	int channel = fb_fetcher_connect(fetcher), fd = -1;
	char digits[200];

	for (size_t i = 0; i < FB_ARRAY_SIZE(bad); i++)
		FB_FAILS(fb_fetch(channel, FB_FETCH_EXECUTABLE, bad[i], &fd), FB_INVALID);
	memset(digits, '0', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	FB_FAILS(fb_fetch(channel, FB_FETCH_EXECUTABLE, digits, &fd), FB_INVALID);
	/* A packet of another size ends the channel, not the fetcher. */
	CU_ASSERT_EQUAL(write(channel, "x", 1), 1);
	FB_FAILS(fb_fetch(channel, FB_FETCH_EXECUTABLE, BUILD_ID, &fd), FB_OS);
	(void)close(channel);
	channel = fb_fetcher_connect(fetcher);
	FB_FAILS(fb_fetch(channel, FB_FETCH_EXECUTABLE, "0", &fd), FB_INVALID);
	(void)close(channel);
	fb_fetcher_destroy(fetcher);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void is_not_there_without_servers(void)
{
	struct fb_fetcher *fetcher = NULL;
	char *urls = strdup(getenv("DEBUGINFOD_URLS"));

	(void)setenv("DEBUGINFOD_URLS", "", 1);
	FB_OK(fb_fetcher_start(NULL, &fetcher));
	CU_ASSERT_PTR_NULL(fetcher);
	(void)setenv("DEBUGINFOD_URLS", urls, 1);
	free(urls);
}

int main(void)
{
	static const struct fb_test tests[] = {
		FB_TEST(gives_files_by_build_id),
		FB_TEST(serves_two_at_a_time),
		FB_TEST(takes_nothing_but_build_ids),
		FB_TEST(is_not_there_without_servers),
	};

	make_server();
	return fb_test_run("base/fetcher", tests, FB_ARRAY_SIZE(tests));
}
