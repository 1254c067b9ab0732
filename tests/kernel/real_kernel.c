// SPDX-License-Identifier: GPL-2.0-or-later
/* See real_kernel.h. */
#include "tests/kernel/real_kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

static void open_and_check(const char *name, void (*check)(const struct real_kernel *real))
{
	struct fb_kernel_options options = {0};
	struct real_kernel real = {.name = name};
	char *path;

	if (asprintf(&path, "%s/%s/dump.flat-zlib-d31", fb_test_data(), name) < 0)
		abort();
	FB_OK_FATAL(fb_warnings_create(&real.warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, real.warnings, &real.dump));
	FB_OK_FATAL(fb_kernel_open(real.dump, &options, real.warnings, &real.kernel));
	FB_OK_FATAL(fb_tasks_load(real.kernel, &real.tasks));
	free(path);
	check(&real);
	for (size_t i = 0; i < fb_warnings_count(real.warnings); i++)
		printf("\n    %s: %s", name, fb_warnings_get(real.warnings, i));
	CU_ASSERT_EQUAL(fb_warnings_count(real.warnings), 0);
	fb_tasks_destroy(real.tasks);
	fb_kernel_destroy(real.kernel);
	fb_dump_destroy(real.dump);
	fb_warnings_destroy(real.warnings);
}

void real_kernel_each(void (*check)(const struct real_kernel *real))
{
	static const char *const names[] = {"5.10", "6.1"};

	if (!fb_test_data())
		return;
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		open_and_check(names[i], check);
}

char *real_kernel_file(const struct real_kernel *real, size_t *size_ret, const char *format, ...)
{
	char *name, *path, *text;
	struct fb_file *file;
	struct fb_error *err;
	va_list args;

	va_start(args, format);
	if (vasprintf(&name, format, args) < 0)
		abort();
	va_end(args);
	if (asprintf(&path, "%s/%s/%s", fb_test_data(), real->name, name) < 0)
		abort();
	err = fb_file_open(path, &file);
	free(name);
	free(path);
	if (err) {
		fb_error_destroy(err);
		return NULL;
	}
	text = malloc(file->size + 1);
	if (!text)
		abort();
	FB_OK_FATAL(fb_file_read(file, 0, text, file->size));
	text[file->size] = '\0';
	if (size_ret)
		*size_ret = file->size;
	fb_file_destroy(file);
	return text;
}
