// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "tests/user/make_report.h"
#include "user/core/core.h"

/* Writes the bytes to a file, opens it, and checks that it is the usual core. */
static void check(const char *name, const void *bytes, size_t size, const char *stream, bool apport)
{
	char *path = fb_test_file(name, bytes, size);
	const struct fb_core_info *info;
	struct fb_core *core = NULL;
	uint64_t word = 0;

	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	info = fb_core_info(core);
	CU_ASSERT_STRING_EQUAL(info->path, path);
	CU_ASSERT_EQUAL(info->apport, apport);
	if (stream)
		CU_ASSERT_STRING_EQUAL(info->stream, stream);
	CU_ASSERT_EQUAL(!info->stream, !stream);
	CU_ASSERT_EQUAL(info->pid, 17);
	CU_ASSERT_EQUAL(info->kind, FB_CORE_KERNEL);
	CU_ASSERT_FALSE(info->truncated);
	CU_ASSERT_TRUE(info->mtime_ns > 0);
	FB_OK(fb_space_u64(fb_core_space(core), MAKE_STACK + 0x2ff8, &word));
	CU_ASSERT_EQUAL(word, MAKE_STACK + 0x2ff8);
	fb_core_destroy(core);
	free(path);
}

static void opens_what_wraps_a_core(void)
{
	size_t size, zstd_size, gzip_size, report_size, packed_size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size), *zstd, *gzip, *packed;
	char *report;

	zstd = make_compressed(MAKE_ZSTD, bytes, size, &zstd_size);
	gzip = make_compressed(MAKE_GZIP, bytes, size, &gzip_size);
	report = make_report(gzip, gzip_size, 1000, &report_size);
	packed = make_compressed(MAKE_ZSTD, report, report_size, &packed_size);
	check("core", bytes, size, NULL, false);
	check("core.zst", zstd, zstd_size, "zstd", false);
	check("core.gz", gzip, gzip_size, "gzip", false);
	check("victim.crash", report, report_size, NULL, true);
	check("victim.crash.zst", packed, packed_size, "zstd", true);
	free(packed);
	free(report);
	free(gzip);
	free(zstd);
	free(bytes);
}

/* systemd-coredump's other compressors, where the machine has their programs. */
static void opens_what_other_programs_packed(void)
{
	static const struct {
		const char *command, *suffix, *stream;
	} packers[] = {{"xz", "xz", "xz"}, {"lz4 -q", "lz4", "lz4"}, {"bzip2", "bz2", "bzip2"}};
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	char *path = fb_test_file("core.plain", bytes, size);
	unsigned tried = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(packers); i++) {
		char command[8192], packed[4096];
		struct fb_core *core = NULL;

		(void)snprintf(packed, sizeof(packed), "%s/core.%s", fb_test_folder(),
			       packers[i].suffix);
		(void)snprintf(command, sizeof(command), "%s -c '%s' > '%s' 2>/dev/null",
			       packers[i].command, path, packed);
		if (system(command) != 0)
			continue;
		tried++;
		FB_OK_FATAL(fb_core_open(packed, NULL, &core));
		CU_ASSERT_STRING_EQUAL(fb_core_info(core)->stream, packers[i].stream);
		CU_ASSERT_EQUAL(fb_core_info(core)->pid, 17);
		fb_core_destroy(core);
	}
	free(path);
	free(bytes);
	if (!tried)
		fb_test_skip("none of xz, lz4 and bzip2 is installed");
}

static void says_that_a_stream_was_cut(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	size_t size, packed_size;
	uint8_t *bytes, *packed, *noise = malloc(2 << 20);
	struct fb_warnings *warnings;
	struct fb_core *core = NULL;
	char *path;

	srand(1);
	for (size_t i = 0; i < 2 << 20; i++)
		noise[i] = (uint8_t)rand();
	make_thread(&make, 17, 0, 0);
	make_segment(&make, MAKE_STACK, 2 << 20, noise, 2 << 20, PF_R);
	bytes = make_finish(&make, &size);
	packed = make_compressed(MAKE_GZIP, bytes, size, &packed_size);
	path = fb_test_file("core.cut.gz", packed, packed_size / 2);

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open(path, warnings, &core));
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	CU_ASSERT_EQUAL(fb_core_info(core)->threads[0].tid, 17);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "gzip stream ends early"));
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
	free(path);
	free(packed);
	free(bytes);
	free(noise);
}

static void refuse(const char *name, const char *text, enum fb_code code, const char *message)
{
	char *path = fb_test_file(name, text, strlen(text));
	struct fb_core *core;

	FB_FAILS_WITH(fb_core_open(path, NULL, &core), code, message);
	FB_FAILS_WITH(fb_core_open(path, NULL, &core), code, path);
	free(path);
}

static void says_what_a_path_is_instead(void)
{
	struct fb_core *core;

	refuse("empty", "", FB_INVALID, "is empty");
	refuse("text", "Hello, world\n", FB_INVALID, "is a text file");
	refuse("nocore.crash", "ProblemType: Crash\nUname: x\n", FB_NOT_FOUND, "holds no core");
	FB_FAILS_WITH(fb_core_open(fb_test_folder(), NULL, &core), FB_INVALID, "is a folder");
	FB_FAILS_WITH(fb_core_open("/proc/self/exe", NULL, &core), FB_INVALID, "not a core");
	FB_FAILS_WITH(fb_core_open("/nonexistent/core", NULL, &core), FB_OS, "/nonexistent/core");
}

FB_TEST_MAIN("user/open", FB_TEST(opens_what_wraps_a_core),
	     FB_TEST(opens_what_other_programs_packed), FB_TEST(says_that_a_stream_was_cut),
	     FB_TEST(says_what_a_path_is_instead))
