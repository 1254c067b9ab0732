/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CUnit, as this project uses it: one program per tested module, a table of
 * tests, exit status 1 where one fails, asserts nothing without being skipped, or
 * none ran.
 *
 *	static void reads_past_the_end(void) { ... }
 *
 *	FB_TEST_MAIN("base/cursor", FB_TEST(reads_past_the_end), FB_TEST(...))
 */
#ifndef FB_TESTS_HARNESS_H
#define FB_TESTS_HARNESS_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fb_test {
	const char *name;
	void (*run)(void);
};

/* clang-format off */
#define FB_TEST(function) {#function, function}
/* clang-format on */

#define FB_TEST_MAIN(suite, ...)                                        \
	int main(void)                                                  \
	{                                                               \
		static const struct fb_test tests[] = {__VA_ARGS__};    \
		return fb_test_run(suite, tests, FB_ARRAY_SIZE(tests)); \
	}

int fb_test_run(const char *suite, const struct fb_test *tests, size_t count);

/* expression gives NULL; else the test fails, with the error's message. FB_OK_FATAL leaves the
 * test function too. */
#define FB_OK(expression) ((void)fb_test_ok((expression), #expression, __FILE__, __LINE__, false))
#define FB_OK_FATAL(expression) \
	((void)fb_test_ok((expression), #expression, __FILE__, __LINE__, true))
/* expression gives an error of this code. */
#define FB_FAILS(expression, code) \
	((void)fb_test_fails((expression), (code), NULL, #expression, __FILE__, __LINE__))
/* ... whose message holds text. */
#define FB_FAILS_WITH(expression, code, text) \
	((void)fb_test_fails((expression), (code), (text), #expression, __FILE__, __LINE__))

/* Both take the error. */
bool fb_test_ok(struct fb_error *err, const char *expression, const char *file, int line,
		bool fatal);
bool fb_test_fails(struct fb_error *err, enum fb_code code, const char *text,
		   const char *expression, const char *file, int line);

/* Marks the running test as skipped, and says why. Return from it next. */
void fb_test_skip(const char *reason);

/* The folder of the real dumps ($FBUNDLE_DATA), or NULL: the test is then marked as skipped. */
const char *fb_test_data(void);
/* The samples folder of the source tree. */
const char *fb_test_sample(void);

/* A fresh folder for this program's files, removed at its end. */
const char *fb_test_folder(void);
/* Writes a file into it; the path is the caller's to free(). */
char *fb_test_file(const char *name, const void *bytes, size_t size);

#endif
