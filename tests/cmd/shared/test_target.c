// SPDX-License-Identifier: GPL-2.0-or-later
/* "[PID:]ADDR" on the sample. */
#include "cmd/shared/target.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

struct opened {
	struct sample_input sample;
	struct fb_context context;
	struct fb_target target;
};

static void open_sample(struct opened *opened)
{
	memset(opened, 0, sizeof(*opened));
	sample_open(&opened->sample, (const char *const[]){NULL});
	opened->context.warnings = opened->sample.warnings;
}

static struct fb_error *open_target(struct opened *opened, const char *text)
{
	return fb_target_open(&opened->context, opened->sample.input, text, false, &opened->target);
}

static void opens_kernel_addresses(void)
{
	struct opened opened;
	uint64_t init_task;

	open_sample(&opened);
	FB_OK_FATAL(
		fb_kernel_symbol(fb_input_kernel(opened.sample.input), "init_task", &init_task));
	FB_OK_FATAL(open_target(&opened, "init_task"));
	CU_ASSERT_EQUAL(opened.target.address, init_task);
	CU_ASSERT_PTR_NULL(opened.target.task);
	CU_ASSERT_PTR_NULL(opened.target.joined);
	fb_target_deinit(&opened.target);
	FB_OK_FATAL(open_target(&opened, "0xffffffff81000000"));
	CU_ASSERT_EQUAL(opened.target.address, 0xffffffff81000000ull);
	fb_target_deinit(&opened.target);
	FB_OK_FATAL(open_target(&opened, "ffffffff81000000"));
	fb_target_deinit(&opened.target);
	FB_FAILS_WITH(open_target(&opened, "no_such_symbol"), FB_NOT_FOUND, "no_such_symbol");
	FB_FAILS(open_target(&opened, ""), FB_NOT_FOUND);
	/* A process's address, one in the hole, one too long. */
	FB_FAILS_WITH(open_target(&opened, "400000"), FB_INVALID, "as PID:0x400000");
	FB_FAILS_WITH(open_target(&opened, "0x0fff000000000000"), FB_INVALID, "5 page-table");
	FB_FAILS(open_target(&opened, "0x1ffffffffffffffff"), FB_NOT_FOUND);
	sample_close(&opened.sample);
}

static void opens_processes(void)
{
	struct opened opened;

	open_sample(&opened);
	FB_OK_FATAL(open_target(&opened, "128:0x7ffd00000000"));
	CU_ASSERT_EQUAL(opened.target.address, 0x7ffd00000000ull);
	CU_ASSERT_PTR_NOT_NULL_FATAL(opened.target.task);
	CU_ASSERT_EQUAL(opened.target.task->pid, 128);
	CU_ASSERT_PTR_EQUAL(opened.target.space, fb_joined_space(opened.target.joined));
	fb_target_deinit(&opened.target);
	CU_ASSERT_PTR_NULL(opened.target.space);
	/* By a thread's number; the kernel's half is there too. */
	FB_OK_FATAL(open_target(&opened, "130:ffffffff81000000"));
	CU_ASSERT_EQUAL(opened.target.task->pid, 128);
	fb_target_deinit(&opened.target);
	FB_FAILS_WITH(open_target(&opened, "128:init_task"), FB_INVALID, "no address");
	FB_FAILS(open_target(&opened, "128:"), FB_INVALID);
	FB_FAILS(open_target(&opened, "128:-5"), FB_INVALID);
	FB_FAILS_WITH(open_target(&opened, "99999:0"), FB_NOT_FOUND, "no process has PID 99999");
	FB_FAILS_WITH(open_target(&opened, "2:0"), FB_INVALID, "kernel thread");
	FB_FAILS(open_target(&opened, "0:0"), FB_NOT_FOUND); /* idle tasks are no process */
	CU_ASSERT_PTR_NULL(opened.target.joined);
	sample_close(&opened.sample);
}

static void splits_offsets(void)
{
	static const char *const none[] = {"panic",
					   "+0x10",
					   "panic+",
					   "panic+0xzz",
					   "panic+10000000000000000",
					   "a_name_much_too_long+1"};
	char name[16];
	uint64_t offset = 0;

	CU_ASSERT(fb_split_offset("panic+0x13d/0x2f4", name, sizeof(name), &offset));
	CU_ASSERT_STRING_EQUAL(name, "panic");
	CU_ASSERT_EQUAL(offset, 0x13d);
	CU_ASSERT(fb_split_offset("a+b+1c", name, sizeof(name), &offset));
	CU_ASSERT_STRING_EQUAL(name, "a+b");
	CU_ASSERT_EQUAL(offset, 0x1c);
	for (size_t i = 0; i < FB_ARRAY_SIZE(none); i++)
		CU_ASSERT(!fb_split_offset(none[i], name, sizeof(name), &offset));
}

/* A per-CPU variable lies elsewhere on each CPU. */
static void opens_percpu_variables(void)
{
	struct opened opened;
	uint64_t first;

	open_sample(&opened);
	FB_OK_FATAL(open_target(&opened, "runqueues:0"));
	first = opened.target.address;
	CU_ASSERT_PTR_NULL(opened.target.task);
	fb_target_deinit(&opened.target);
	FB_OK_FATAL(open_target(&opened, "runqueues+0x10:1"));
	CU_ASSERT(opened.target.address != first + 0x10);
	fb_target_deinit(&opened.target);
	FB_FAILS_WITH(open_target(&opened, "runqueues"), FB_INVALID, "as in runqueues:0");
	FB_FAILS_WITH(open_target(&opened, "runqueues:"), FB_INVALID, "no CPU's number");
	FB_FAILS_WITH(open_target(&opened, "runqueues:0x1"), FB_INVALID, "no CPU's number");
	FB_FAILS_WITH(open_target(&opened, "runqueues:99"), FB_NOT_FOUND, "CPU 99");
	FB_FAILS_WITH(open_target(&opened, "init_task:0"), FB_INVALID, "no per-CPU variable");
	FB_FAILS_WITH(open_target(&opened, "no_such:0"), FB_NOT_FOUND, "no_such");
	sample_close(&opened.sample);
}

static void refuses_a_sysroot_that_is_none(void)
{
	struct opened opened;

	open_sample(&opened);
	opened.context.options.sysroot = "/no/such/folder";
	FB_FAILS_WITH(open_target(&opened, "128:0"), FB_OS, "/no/such/folder");
	sample_close(&opened.sample);
}

FB_TEST_MAIN("cmd/target", FB_TEST(opens_kernel_addresses), FB_TEST(opens_processes),
	     FB_TEST(splits_offsets), FB_TEST(opens_percpu_variables),
	     FB_TEST(refuses_a_sysroot_that_is_none))
