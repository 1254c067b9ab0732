// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings by their slab, against those of the tree, process by process. */
#include "kernel/mappings/vma_slab.h"

#include "kernel/image/kernel_private.h"
#include "kernel/mappings/vma.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

/* Whether a mapping is among those of the slab, which are in order of address. */
static bool is_among(uint64_t address, const struct fb_slab_vma *vmas, size_t count)
{
	size_t times = 0;

	for (size_t i = 0; i < count; i++) {
		times += vmas[i].address == address;
		CU_ASSERT(!i || vmas[i - 1].address < vmas[i].address);
	}
	return times == 1;
}

static void the_slab_has_what_the_tree_has(void)
{
	struct sample_kernel sample;
	size_t processes = 0, mappings = 0;

	sample_kernel_open(&sample);
	for (size_t i = 0; i < fb_tasks_count(sample.tasks); i++) {
		const struct fb_task *task = fb_tasks_get(sample.tasks, i);
		const struct fb_slab_vma *first = NULL;
		struct fb_vmas vmas;
		size_t count = 0;

		if (!task->mm || task->tid != task->pid)
			continue;
		FB_OK_FATAL(fb_vmas_load(sample.kernel, task->mm, &vmas));
		FB_OK_FATAL(fb_slab_vmas_of(sample.kernel, task->mm, &first, &count));
		CU_ASSERT_EQUAL(count, vmas.count);
		for (size_t j = 0; j < count; j++)
			CU_ASSERT_EQUAL(first[j].mm, task->mm);
		for (size_t j = 0; j < vmas.count; j++)
			CU_ASSERT(is_among(vmas.vma[j].address, first, count));
		processes++;
		mappings += vmas.count;
		fb_vmas_deinit(&vmas);
	}
	CU_ASSERT_EQUAL(processes, 40);
	CU_ASSERT(mappings > 40 * 15);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_kernel_close(&sample);
}

static void of_no_process_there_is_none(void)
{
	static const uint64_t nobodys[] = {0, 0x1000, UINT64_MAX};
	struct sample_kernel sample;

	sample_kernel_open(&sample);
	for (size_t i = 0; i < FB_ARRAY_SIZE(nobodys); i++) {
		const struct fb_slab_vma *first = (const struct fb_slab_vma *)1;
		size_t count = 7;

		FB_OK_FATAL(fb_slab_vmas_of(sample.kernel, nobodys[i], &first, &count));
		CU_ASSERT_PTR_NULL(first);
		CU_ASSERT_EQUAL(count, 0);
	}
	sample_kernel_close(&sample);
}

/* Without the slab's numbers there is nothing to find, and one warning says why. */
static void says_once_why_there_is_none(void)
{
	struct sample_kernel sample;

	sample_kernel_open(&sample);
	sample.kernel->layout.kmem_cache_size.found = false;
	for (int i = 0; i < 2; i++) {
		const struct fb_task *task = fb_tasks_by_tid(sample.tasks, 128);
		const struct fb_slab_vma *first;
		size_t count = 7;

		CU_ASSERT_PTR_NOT_NULL_FATAL(task);
		FB_OK_FATAL(fb_slab_vmas_of(sample.kernel, task->mm, &first, &count));
		CU_ASSERT_EQUAL(count, 0);
	}
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/vma_slab", FB_TEST(the_slab_has_what_the_tree_has),
	     FB_TEST(of_no_process_there_is_none), FB_TEST(says_once_why_there_is_none))
