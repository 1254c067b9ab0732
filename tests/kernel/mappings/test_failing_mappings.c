// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings of one of the sample's processes where one read fails. */
#include <inttypes.h>

#include "kernel/mappings/vma.h"
#include "kernel/mappings/vma_name.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

static struct fb_error *answer_mappings(struct sample_kernel *sample, struct fb_buf *text,
					bool *incomplete_ret)
{
	const struct fb_task *task = fb_tasks_by_tid(sample->tasks, 132);
	struct fb_vma_namer namer;
	struct fb_vma_text name;
	struct fb_vmas vmas = {0};
	struct fb_error *err = fb_vmas_load(sample->kernel, task->mm, &vmas);

	if (!err)
		err = fb_vma_namer_init(&namer, sample->kernel, task->mm, NULL);
	for (size_t i = 0; !err && i < vmas.count; i++) {
		const struct fb_vma *vma = &vmas.vma[i];

		err = fb_vma_describe(&namer, vma, &name);
		/* Code without a name: that of [vdso] is not known. */
		*incomplete_ret |= !err && !name.name[0] && (vma->flags & FB_VM_EXEC);
		if (!err)
			err = fb_buf_printf(
				text, "%" PRIx64 "-%" PRIx64 " %" PRIx64 " %" PRIx64 " %s\n",
				vma->start, vma->end, vma->flags, vma->pgoff, name.name);
	}
	*incomplete_ret |= vmas.lost > 0;
	fb_vmas_deinit(&vmas);
	return err;
}

static void of_a_process(void)
{
	failing_reads(answer_mappings, MOST);
}

FB_TEST_MAIN("kernel/failing_mappings", FB_TEST(of_a_process))
