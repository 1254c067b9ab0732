// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks/syscall_meta.h"

#include <stdio.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

struct traced {
	struct made_kernel *made;
	uint64_t table, read; /* the struct syscall_metadata of read() */
	uint64_t names;
};

static void make(struct traced *traced)
{
	static const char *const names[] = {"fd", "buf", "count"};
	static const char *const types[] = {"unsigned int", "char *", "size_t"};
	static const char *const symbols[] = {"syscalls_metadata", NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t addresses[1], type_array = made_alloc(made, 3 * 8);

	MADE_FIELD(made, syscall_meta_nr, 8, 4);
	MADE_FIELD(made, syscall_meta_nb_args, 12, 4);
	MADE_FIELD(made, syscall_meta_types, 16, 8);
	MADE_FIELD(made, syscall_meta_args, 24, 8);
	traced->made = made;
	traced->table = made_alloc(made, 1024 * 8);
	traced->read = made_alloc(made, 64);
	traced->names = made_alloc(made, 3 * 8);
	for (unsigned i = 0; i < 3; i++) {
		made_put(made, traced->names + i * 8ull, made_string(made, names[i]), 8);
		made_put(made, type_array + i * 8ull, made_string(made, types[i]), 8);
	}
	MADE_SET(made, traced->read, syscall_meta_nr, 5);
	MADE_SET(made, traced->read, syscall_meta_nb_args, 3);
	MADE_SET(made, traced->read, syscall_meta_types, type_array);
	MADE_SET(made, traced->read, syscall_meta_args, traced->names);
	made_put(made, traced->table + 5 * 8, traced->read, 8);
	addresses[0] = made_alloc(made, 8);
	made_put(made, addresses[0], traced->table, 8);
	made_symbols(made, symbols, addresses);
}

static void names_and_types_are_the_kernels(void)
{
	struct fb_syscall_meta meta;
	struct traced traced;

	make(&traced);
	FB_OK_FATAL(fb_syscall_meta_read(&traced.made->kernel, 5, &meta));
	CU_ASSERT_EQUAL_FATAL(meta.count, 3);
	CU_ASSERT_STRING_EQUAL(meta.arguments[0].name, "fd");
	CU_ASSERT_STRING_EQUAL(meta.arguments[1].type, "char *");
	CU_ASSERT_STRING_EQUAL(meta.arguments[2].name, "count");
	made_kernel_destroy(traced.made);
}

static void what_is_not_described_is_not_found(void)
{
	struct fb_syscall_meta meta = {.count = 99};
	struct made_kernel *without = made_kernel_create();
	struct traced traced;

	make(&traced);
	FB_FAILS(fb_syscall_meta_read(&traced.made->kernel, 6, &meta), FB_NOT_FOUND);
	FB_FAILS(fb_syscall_meta_read(&traced.made->kernel, -1, &meta), FB_NOT_FOUND);
	FB_FAILS(fb_syscall_meta_read(&traced.made->kernel, INT64_MAX, &meta), FB_NOT_FOUND);
	FB_FAILS(fb_syscall_meta_read(&without->kernel, 5, &meta), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(meta.count, 99);
	made_kernel_destroy(traced.made);
	made_kernel_destroy(without);
}

static void damage_is_not_believed(void)
{
	struct fb_syscall_meta meta;
	struct traced traced;
	struct fb_error *err;

	make(&traced);
	MADE_SET(traced.made, traced.read, syscall_meta_nb_args, 7);
	FB_FAILS(fb_syscall_meta_read(&traced.made->kernel, 5, &meta), FB_CORRUPT);
	MADE_SET(traced.made, traced.read, syscall_meta_nb_args, 3);
	MADE_SET(traced.made, traced.read, syscall_meta_nr, 4);
	FB_FAILS(fb_syscall_meta_read(&traced.made->kernel, 5, &meta), FB_CORRUPT);
	MADE_SET(traced.made, traced.read, syscall_meta_nr, 5);
	made_put(traced.made, traced.names + 8, 0x1234, 8);
	err = fb_syscall_meta_read(&traced.made->kernel, 5, &meta);
	CU_ASSERT_PTR_NOT_NULL(err);
	fb_error_destroy(err);
	made_kernel_destroy(traced.made);
}

static void values_are_shown_by_their_type(void)
{
	static const struct {
		const char *name, *type, *text;
		uint64_t value;
	} cases[] = {
		{"dfd", "int", "AT_FDCWD", 0xffffff9c},
		{"dfd", "int", "AT_FDCWD", 0xffffffffffffff9c},
		{"upid", "pid_t", "-100", 0xffffff9c},
		{"fd", "unsigned int", "3", 0xdead00000003},
		{"uid", "uid_t", "4294967295", UINT64_MAX},
		{"count", "size_t", "1048576", 1048576},
		{"count", "size_t", "0xffffffffffffffff", UINT64_MAX},
		{"offset", "loff_t", "-1", UINT64_MAX},
		{"buf", "char *", "0x0", 0},
		{"buf", "const char *", "0x7ffe00001000", 0x7ffe00001000},
		{"flags", "int", "0x80042", 0x80042},
		{"mode", "umode_t", "0x180", 0600},
		{"op", "int", "0x80", 0x80},
		{"", "", "7", 7},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_syscall_argument argument;
		char text[32];

		(void)snprintf(argument.name, sizeof(argument.name), "%s", cases[i].name);
		(void)snprintf(argument.type, sizeof(argument.type), "%s", cases[i].type);
		CU_ASSERT_STRING_EQUAL(
			fb_syscall_value_text(&argument, cases[i].value, text, sizeof(text)),
			cases[i].text);
	}
}

static void descriptors_are_known_by_name(void)
{
	static const struct {
		struct fb_syscall_argument argument;
		bool is_fd;
	} cases[] = {
		{{"fd", "unsigned int"}, true},
		{{"dfd", "int"}, true},
		{{"fildes", "unsigned int"}, true},
		{{"epfd", "int"}, true},
		{{"fdin", "int"}, true},
		{{"ufds", "struct pollfd *"}, false},
		{{"pidfd", "int *"}, false},
		{{"count", "size_t"}, false},
		{{"", ""}, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(fb_syscall_argument_is_fd(&cases[i].argument), cases[i].is_fd);
}

struct question {
	struct failing_space failing;
	struct failure failure;
	struct traced traced;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_syscall_meta meta = {.count = 77};
	struct fb_error *err = fb_syscall_meta_read(&question->traced.made->kernel, 5, &meta);

	CU_ASSERT_EQUAL(meta.count, err ? 77 : 3);
	return err;
}

static void every_read_counts(void)
{
	struct question question;
	size_t reads;

	make(&question.traced);
	failing_space_init(&question.failing, question.traced.made->kernel.space,
			   &question.failure);
	question.traced.made->kernel.space = &question.failing.space;
	reads = failing_must_pass(ask, &question, &question.failure, 100, 0);
	CU_ASSERT(reads >= 6 + 2 * 3 * 2);
	for (size_t at = 1; at <= reads; at++) {
		question.failure = (struct failure){.at = at, .code = FB_ABSENT};
		FB_FAILS(ask(&question), FB_ABSENT);
	}
	question.traced.made->kernel.space = question.failing.whole;
	made_kernel_destroy(question.traced.made);
}

FB_TEST_MAIN("kernel/syscall_meta", FB_TEST(names_and_types_are_the_kernels),
	     FB_TEST(what_is_not_described_is_not_found), FB_TEST(damage_is_not_believed),
	     FB_TEST(values_are_shown_by_their_type), FB_TEST(descriptors_are_known_by_name),
	     FB_TEST(every_read_counts))
