// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a CPU took interrupts, by the registers that it saved, and of which CPUs there are stacks. */
#include "bundle/stacks/cpu_places.h"

#include <sys/procfs.h>

#include "kernel/dump/dump_private.h"
#include "kernel/image/kernel_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define FLAGS 18 /* eflags in pr_reg */

static void expect(struct made_kernel *made, uint64_t flags, bool on)
{
	struct elf_prstatus status = {0};
	struct fb_dump_note note = {.desc = &status, .size = sizeof(status)};
	struct fb_dump dump = {.notes = {.prstatus = &note, .prstatus_count = 1}};
	struct fb_dump *before = made->kernel.dump;
	uint32_t index = 0;
	bool found = !on, known = false;

	status.pr_reg[FLAGS] = flags;
	made->kernel.dump = &dump;
	made->kernel.prstatus_index = &index;
	FB_OK(fb_cpu_interrupts_on(&made->kernel, 0, &found, &known));
	CU_ASSERT_TRUE(known);
	CU_ASSERT_EQUAL(found, on);
	/* Of another CPU there is no note. */
	FB_OK(fb_cpu_interrupts_on(&made->kernel, 1, &found, &known));
	CU_ASSERT_FALSE(known || found);
	made->kernel.prstatus_index = NULL;
	made->kernel.dump = before;
}

static void tells_by_the_flag_of_the_registers(void)
{
	struct made_kernel *made = made_kernel_create();
	const uint32_t limit = made->kernel.cpu_limit;

	made->kernel.cpu_limit = 1;
	expect(made, 0x246, true);
	expect(made, ~0x200ull, false);
	made->kernel.cpu_limit = limit;
	made_kernel_destroy(made);
}

/* None is locked up: no stack is read, so that the input is not even asked. */
static void reads_no_stack_of_cpus_that_go_on(void)
{
	struct fb_task task = {.tid = 7};
	struct fb_run_queue queue[] = {{.current = &task, .watchdog_known = true, .watchdog_s = 20},
				       {.watchdog_known = true, .watchdog_s = 30}};
	const struct fb_run_queues queues = {queue, 2};
	struct fb_cpu_places places;

	FB_OK_FATAL(fb_cpu_places_load(NULL, &queues, 20, &places));
	CU_ASSERT_PTR_NULL(places.stacks);
	CU_ASSERT_PTR_NULL(places.stack_of[0]);
	CU_ASSERT_PTR_NULL(places.stack_of[1]);
	fb_cpu_places_deinit(&places);
}

FB_TEST_MAIN("bundle/cpu_places", FB_TEST(tells_by_the_flag_of_the_registers),
	     FB_TEST(reads_no_stack_of_cpus_that_go_on))
