// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects of slab caches in the sample: each task_struct is in one, and anything within it leads back to it. */
#include <string.h>

#include "kernel/memory/slab_object.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

static void finds_task_structs(void)
{
	static const uint64_t within[] = {0, 8, 1000, 2000};
	struct sample_kernel sample;
	size_t found = 0;

	sample_kernel_open(&sample);
	for (size_t i = 0; i < fb_tasks_count(sample.tasks); i++) {
		const struct fb_task *task = fb_tasks_get(sample.tasks, i);
		struct fb_slab_object object;

		/* That of CPU 0 is in the kernel's image. */
		if (task->idle)
			continue;
		for (size_t k = 0; k < FB_ARRAY_SIZE(within); k++) {
			FB_OK_FATAL(fb_slab_object_at(sample.kernel, task->address + within[k],
						      &object));
			CU_ASSERT_EQUAL(object.address, task->address);
			CU_ASSERT_STRING_EQUAL(object.name, "task_struct");
			CU_ASSERT(object.cache.object_size > 4096);
			found++;
		}
	}
	CU_ASSERT(found > 100);
	sample_kernel_close(&sample);
}

/* A kernel stack is memory of no slab, the image is not in the direct map. */
static void knows_what_is_in_no_slab(void)
{
	struct sample_kernel sample;
	struct fb_slab_object object;
	const struct fb_task *task;
	uint64_t symbol;

	sample_kernel_open(&sample);
	task = fb_tasks_by_tid(sample.tasks, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	FB_FAILS(fb_slab_object_at(sample.kernel, task->stack, &object), FB_NOT_FOUND);
	FB_OK_FATAL(fb_kernel_symbol(sample.kernel, "init_task", &symbol));
	FB_FAILS(fb_slab_object_at(sample.kernel, symbol, &object), FB_NOT_FOUND);
	FB_FAILS(fb_slab_object_at(sample.kernel, 0x1000, &object), FB_NOT_FOUND);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/sample_slab", FB_TEST(finds_task_structs), FB_TEST(knows_what_is_in_no_slab))
