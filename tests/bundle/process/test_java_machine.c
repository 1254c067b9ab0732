// SPDX-License-Identifier: GPL-2.0-or-later
/* By which of its threads a process of Java is known, and a process of the sample, which is none. */
#include "bundle/process/java_machine.h"

#include <string.h>

#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

static bool may_be(const char *comm, bool kernel_thread)
{
	struct fb_task task = {.kernel_thread = kernel_thread};

	memcpy(task.comm, comm, strlen(comm));
	return fb_java_machine_may_be(&task);
}

static void a_machine_is_known_by_its_own_thread(void)
{
	CU_ASSERT_TRUE(may_be("VM Thread", false));
	CU_ASSERT_FALSE(may_be("VM Thread", true));
	CU_ASSERT_FALSE(may_be("VM Thread2", false));
	CU_ASSERT_FALSE(may_be("java", false));
}

static void a_process_of_another_program_has_none(void)
{
	struct fb_string_pool pool = {0};
	struct fb_java *java = NULL;
	struct sample_finder of;

	sample_finder_begin(&of, 130, "core.128.xz", NULL);
	FB_FAILS_WITH(
		fb_java_machine_open(of.finder.input, of.blocked.task, of.joined, &pool, &java),
		FB_NOT_FOUND, "no libjvm.so is mapped");
	sample_finder_end(&of);
	fb_string_pool_deinit(&pool);
}

FB_TEST_MAIN("bundle/process/java_machine", FB_TEST(a_machine_is_known_by_its_own_thread),
	     FB_TEST(a_process_of_another_program_has_none))
