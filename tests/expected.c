// SPDX-License-Identifier: GPL-2.0-or-later
/* See expected.h. */
#include "tests/expected.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files/file.h"
#include "tests/harness.h"

void expected_add(struct fb_buf *text, const char *format, ...)
{
	char *line = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&line, format, args);
	va_end(args);
	if (length < 0)
		abort();
	FB_OK_FATAL(fb_buf_append(text, line, (size_t)length));
	free(line);
}

/* The file's bytes with a NUL behind them, and as many as it has; none where there is no such file. */
static char *read_whole(const char *path, size_t *size_ret)
{
	struct fb_file *file = NULL;
	struct fb_error *err = fb_file_open(path, &file);
	size_t size = err ? 0 : (size_t)file->size;
	char *bytes = calloc(1, size + 1);

	fb_error_destroy(err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	if (size)
		FB_OK_FATAL(fb_file_read(file, 0, bytes, size));
	fb_file_destroy(file);
	*size_ret = size;
	return bytes;
}

static void print_difference(const char *name, const char *wanted, const char *text)
{
	size_t line = 1, start = 0;

	for (size_t i = 0; wanted[i] && wanted[i] == text[i]; i++)
		if (wanted[i] == '\n') {
			line++;
			start = i + 1;
		}
	printf("\n    tests/%s:%zu: wanted \"%.*s\", got \"%.*s\" ", name, line,
	       (int)strcspn(wanted + start, "\n"), wanted + start, (int)strcspn(text + start, "\n"),
	       text + start);
}

static void leave(const char *name, const struct fb_buf *text)
{
	const char *folder = getenv("FB_TEST_ACTUAL"), *slash = strrchr(name, '/');
	char path[4200];
	FILE *file;

	if (!folder)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", folder, slash ? slash + 1 : name);
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(text->data, 1, text->size, file), text->size);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

void expected_check(struct fb_buf *text, const char *name)
{
	char path[4200], *wanted;
	size_t size;
	bool same;

	(void)snprintf(path, sizeof(path), "%s/%s", FB_TEST_TEXTS, name);
	wanted = read_whole(path, &size);
	same = text->size == size && memcmp(text->data, wanted, size) == 0;
	if (!same) {
		leave(name, text);
		expected_add(text, "%c", '\0');
		print_difference(name, wanted, (const char *)text->data);
	}
	CU_ASSERT(same);
	free(wanted);
	fb_buf_deinit(text);
}
