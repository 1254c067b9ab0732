// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores whose file fails to be read at one place: what is fatal passes, of opening and of memory. */
#include <stdlib.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "user/core/core.h"

struct question {
	struct failing_file failing;
	struct failure failure;
	struct fb_file *file;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_core *core = NULL;
	uint64_t word;
	struct fb_error *err;

	failing_file_init(&question->failing, question->file, &question->failure);
	err = fb_core_open_file(&question->failing.file, NULL, &core);
	if (err)
		return err;
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 1);
	err = fb_space_u64(fb_core_space(core), MAKE_PROGRAM + 64, &word);
	if (!err)
		err = fb_space_u64(fb_core_space(core), MAKE_STACK + 64, &word);
	fb_core_destroy(core);
	return err;
}

static void check(enum make_layout layout, bool xnum)
{
	struct question question = {.file = NULL};
	struct make_core make = {.layout = layout, .xnum = xnum};
	const uint64_t auxv[] = {AT_ENTRY, MAKE_PROGRAM, AT_NULL, 0};
	const struct make_mapping mapping = {MAKE_PROGRAM, MAKE_PROGRAM + 0x1000, 0, "/bin/victim"};

	make_thread(&make, 17, 11, MAKE_PROGRAM + 8);
	make_psinfo(&make, 17, "victim", "victim -x");
	make_auxv(&make, auxv, 2);
	make_files(&make, &mapping, 1, 4096);
	make_segment(&make, MAKE_PROGRAM, 0x1000, NULL, 0x1000, PF_R | PF_X);
	make_segment(&make, MAKE_STACK, 0x2000, NULL, 0x2000, PF_R | PF_W);
	question.file = make_file(&make, "victim.core");
	CU_ASSERT(failing_must_pass(ask, &question, &question.failure, 100, 0) > 4);
	fb_file_destroy(question.file);
}

static void cores_of_the_kernel(void)
{
	check(MAKE_KERNEL, false);
	check(MAKE_KERNEL, true);
}

static void cores_of_gdb(void)
{
	check(MAKE_GCORE, false);
	check(MAKE_GCORE, true);
}

FB_TEST_MAIN("user/failing_cores", FB_TEST(cores_of_the_kernel), FB_TEST(cores_of_gdb))
