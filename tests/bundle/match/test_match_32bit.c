// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores of i386 against a task whose auxiliary vector the kernel keeps in words of 32 bits. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/match/match.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/made_vmas.h"
#include "tests/user/make_core.h"

#define PROGRAM 0x8048000u
#define ENTRY 0x8049000u
#define AUXV_AT 128u

/* The verdict on a core of PID 300 whose vector has this entry. */
static enum fb_verdict match(struct fb_matcher *matcher, uint32_t entry, bool *equal_ret)
{
	const uint64_t pairs[] = {AT_RANDOM, 0xff9a0000, AT_ENTRY, entry, AT_NULL, 0};
	const uint32_t status[36] = {[6] = 300}; /* pr_pid; it has used no CPU time */
	struct make_core make = {.layout = MAKE_KERNEL, .narrow = true};
	struct fb_core *core = NULL;
	struct fb_match found;
	enum fb_verdict verdict;

	make_note(&make, "CORE", NT_PRSTATUS, status, sizeof(status));
	make_auxv(&make, pairs, 3);
	make_segment(&make, PROGRAM, 0x1000, NULL, 0x1000, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), NULL, &core));
	FB_OK_FATAL(fb_matcher_match(matcher, core, &found));
	verdict = found.verdict;
	*equal_ret = false;
	for (size_t i = 0; i < found.evidence_count; i++)
		*equal_ret |=
			strstr(found.evidence[i], "auxiliary vector equal (2 entries") != NULL;
	fb_match_deinit(&found);
	fb_core_destroy(core);
	return verdict;
}

static void cores_have_their_processes(void)
{
	static const uint32_t narrow[] = {AT_RANDOM, 0xff9a0000, AT_ENTRY, ENTRY, AT_NULL, 0};
	struct made_tasks made;
	struct made_kernel *kernel;
	struct fb_matcher *matcher = NULL;
	struct fb_tasks *tasks = NULL;
	uint64_t mm, vma, task;
	bool equal;

	made_tasks_create(&made);
	kernel = made.made;
	MADE_FIELD(kernel, mm_saved_auxv, AUXV_AT, 96);
	task = made_process(&made, made.init_task, 300, "narrow");
	mm = made_alloc(kernel, 256);
	vma = made_vma(kernel, PROGRAM, ENTRY, MADE_BASE);
	memcpy(made_at(kernel, mm + AUXV_AT), narrow, sizeof(narrow));
	made_mm_list(kernel, mm, &vma, 1);
	MADE_SET(kernel, task, task_mm, mm);
	FB_OK_FATAL(fb_tasks_load(&kernel->kernel, &tasks));
	FB_OK_FATAL(fb_matcher_create(&kernel->kernel, tasks, &matcher));
	CU_ASSERT_EQUAL(match(matcher, ENTRY, &equal), FB_VERDICT_CERTAIN);
	CU_ASSERT_TRUE(equal);
	CU_ASSERT_EQUAL(match(matcher, ENTRY + 4, &equal), FB_VERDICT_NONE);
	CU_ASSERT_FALSE(equal);
	fb_matcher_destroy(matcher);
	fb_tasks_destroy(tasks);
	made_tasks_destroy(&made);
}

FB_TEST_MAIN("bundle/match_32bit", FB_TEST(cores_have_their_processes))
