// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings from trees and lists, whole and broken. */
#include "kernel/mappings/vma.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/mappings/vma_slab.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_vmas.h"
#include "tests/kernel/real_kernel.h"

static const uint64_t starts[] = {0x400000, 0x600000, 0x7f0000000000};

static void make_three(struct made_kernel *made, uint64_t vmas[3])
{
	for (unsigned i = 0; i < 3; i++)
		vmas[i] = made_vma(made, starts[i], starts[i] + 0x3000, i ? 0 : MADE_BASE);
}

static void check_three(const struct fb_vmas *vmas)
{
	CU_ASSERT_EQUAL_FATAL(vmas->count, 3);
	CU_ASSERT_EQUAL(vmas->lost, 0);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(vmas->vma[i].start, starts[i]);
		CU_ASSERT_EQUAL(vmas->vma[i].end, starts[i] + 0x3000);
		CU_ASSERT_EQUAL(vmas->vma[i].file, i ? 0 : MADE_BASE);
		CU_ASSERT_EQUAL(vmas->vma[i].flags, FB_VM_READ | FB_VM_WRITE);
		CU_ASSERT_NOT_EQUAL(vmas->vma[i].address, 0);
	}
}

static void loads_trees_and_lists(void)
{
	for (int tree = 0; tree < 2; tree++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t mm = made_mm(made), vmas[3];
		struct fb_vmas found;

		made_vma_members(made, tree);
		FB_OK(fb_vmas_load(&made->kernel, mm, &found));
		CU_ASSERT_EQUAL(found.count, 0);
		fb_vmas_deinit(&found);
		make_three(made, vmas);
		if (tree)
			made_mm_tree(made, mm, vmas, 3);
		else
			made_mm_list(made, mm, vmas, 3);
		FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
		check_three(&found);
		CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
		fb_vmas_deinit(&found);
		CU_ASSERT_PTR_NULL(found.vma);
		made_kernel_destroy(made);
	}
}

static void finds_by_address(void)
{
	struct fb_vma list[] = {{.start = 0x1000, .end = 0x3000},
				{.start = 0x3000, .end = 0x4000},
				{.start = 0x8000, .end = 0x9000}};
	struct fb_vmas vmas = {.vma = list, .count = 3}, none = {0};

	CU_ASSERT_PTR_NULL(fb_vmas_find(&vmas, 0xfff));
	CU_ASSERT_PTR_EQUAL(fb_vmas_find(&vmas, 0x1000), &list[0]);
	CU_ASSERT_PTR_EQUAL(fb_vmas_find(&vmas, 0x2fff), &list[0]);
	CU_ASSERT_PTR_EQUAL(fb_vmas_find(&vmas, 0x3000), &list[1]);
	CU_ASSERT_PTR_NULL(fb_vmas_find(&vmas, 0x4000));
	CU_ASSERT_PTR_EQUAL(fb_vmas_next(&vmas, 0x4000), &list[2]);
	CU_ASSERT_PTR_EQUAL(fb_vmas_next(&vmas, 0), &list[0]);
	CU_ASSERT_PTR_NULL(fb_vmas_next(&vmas, 0x9000));
	CU_ASSERT_PTR_NULL(fb_vmas_find(&vmas, UINT64_MAX));
	CU_ASSERT_PTR_NULL(fb_vmas_next(&none, 0));
}

/* What a mapping cannot be: each costs itself, and one warning. */
static void leaves_out_what_cannot_be(void)
{
	static const uint64_t bad[][2] = {
		{0x600000, 0x600000},
		{0x600000, 0x5ff000},
		{0x600001, 0x603000},
		{0x600000, 0x603001},
		{0x600000, 0x800000001000},     /* not canonical */
		{0x600000, 0x7ffffffffffff000}, /* nor this: 2^51 pages */
		{0x600000, 0xffffffffffffe000ull},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(bad); i++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t mm = made_mm(made), vmas[3];
		struct fb_vmas found;

		made_vma_members(made, true);
		make_three(made, vmas);
		made_mm_tree(made, mm, vmas, 3);
		MADE_SET(made, vmas[1], vma_start, bad[i][0]);
		MADE_SET(made, vmas[1], vma_end, bad[i][1]);
		FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
		CU_ASSERT_EQUAL(found.count, 2);
		CU_ASSERT_EQUAL(found.lost, 1);
		CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
		fb_vmas_deinit(&found);
		/* Five levels reach further. */
		if (bad[i][1] == 0x800000001000) {
			made->kernel.info.levels = 5;
			made_mm_tree(made, mm, vmas, 2);
			FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
			CU_ASSERT_EQUAL(found.count, 2);
			fb_vmas_deinit(&found);
		}
		made_kernel_destroy(made);
	}
}

static void believes_no_stray_entry(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3];
	struct fb_vmas found;

	made_vma_members(made, true);
	make_three(made, vmas);
	made_mm_tree(made, mm, vmas, 3);
	/* Another range than the tree has it at: of another process, or freed. */
	MADE_SET(made, vmas[2], vma_end, 0x7f0000009000);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL(found.count, 2);
	CU_ASSERT_EQUAL(found.lost, 1);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

static void ends_broken_lists(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3];
	struct fb_vmas found;

	made_vma_members(made, false);
	make_three(made, vmas);
	made_mm_list(made, mm, vmas, 3);
	MADE_SET(made, vmas[2], vma_next, vmas[1]); /* a loop goes back in address */
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	check_three(&found);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_vmas_deinit(&found);
	MADE_SET(made, vmas[1], vma_next, 0x1234);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL(found.count, 2);
	CU_ASSERT_EQUAL(found.lost, 1);
	fb_vmas_deinit(&found);
	/* A count that cannot be says nothing. */
	MADE_SET(made, mm, mm_map_count, 0xffffffff);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL(found.lost, 0);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

/* What a search of the slabs has found, for tests that have no slabs. */
static void put_in_slabs(struct made_kernel *made, uint64_t mm, const uint64_t *vmas, size_t count)
{
	struct fb_slab_vmas *found = calloc(1, sizeof(*found));

	if (!found)
		abort();
	found->vmas = calloc(count + 2, sizeof(*found->vmas));
	if (!found->vmas)
		abort();
	/* Of other processes, on both sides. */
	found->vmas[0] = (struct fb_slab_vma){mm - 8, vmas[0]};
	for (size_t i = 0; i < count; i++)
		found->vmas[i + 1] = (struct fb_slab_vma){mm, vmas[i]};
	found->vmas[count + 1] = (struct fb_slab_vma){mm + 8, vmas[0]};
	found->count = count + 2;
	made->kernel.kept[FB_KERNEL_SLAB_VMAS].thing = found;
	made->kernel.kept[FB_KERNEL_SLAB_VMAS].destroy = fb_slab_vmas_destroy;
}

static void finds_in_slabs_what_the_tree_has_lost(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3];
	struct fb_vmas found;

	made_vma_members(made, true);
	make_three(made, vmas);
	made_mm_tree(made, mm, vmas, 3);
	put_in_slabs(made, mm, vmas, 3);
	made_put(made, mm + 8, 0xffff88f000000002ull, 8); /* the root */
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	check_three(&found);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_vmas_deinit(&found);
	/* A tree that says itself that it is empty is believed, whatever it is counted. */
	MADE_SET(made, mm, mm_mt_root, 0);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL(found.count, 0);
	CU_ASSERT_EQUAL(found.lost, 3);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

static void finds_in_slabs_what_lies_behind_a_broken_link(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3];
	struct fb_vmas found;

	made_vma_members(made, false);
	make_three(made, vmas);
	made_mm_list(made, mm, vmas, 3);
	put_in_slabs(made, mm, vmas, 3);
	MADE_SET(made, vmas[0], vma_next, 0x10);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	check_three(&found);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

/* Not over what the tree has, not over each other, and nothing that cannot be. */
static void believes_no_slab_that_contradicts(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3], slab[5];
	struct fb_vmas found;

	made_vma_members(made, true);
	make_three(made, vmas);
	made_mm_tree(made, mm, vmas, 3);
	slab[0] = made_vma(made, 0x10000, 0x12000, 0);
	slab[1] = made_vma(made, 0x11000, 0x13000, 0);         /* over that one */
	slab[2] = made_vma(made, 0x20000, 0x20000, 0);         /* empty */
	slab[3] = made_vma(made, 0x30000, 0x32000, 0);         /* where nothing is */
	slab[4] = made_vma(made, 0x401000, 0x7f0000000000, 0); /* over all that is known */
	put_in_slabs(made, mm, slab, 5);
	MADE_SET(made, mm, mm_map_count, 9);
	MADE_SET(made, vmas[1], vma_start, 0x800); /* the tree loses one */
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL_FATAL(found.count, 3);
	CU_ASSERT_EQUAL(found.vma[0].address, slab[3]);
	CU_ASSERT_EQUAL(found.vma[1].address, vmas[0]);
	CU_ASSERT_EQUAL(found.vma[2].address, vmas[2]);
	CU_ASSERT_EQUAL(found.lost, 6);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

struct question {
	struct made_kernel *made;
	uint64_t mm;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct fb_vmas found;
	struct fb_error *err = fb_vmas_load(&question->made->kernel, question->mm, &found);

	if (!err)
		fb_vmas_deinit(&found);
	return err;
}

static struct fb_error *answer(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct question *question = context;
	struct fb_vmas found;
	struct fb_error *err = fb_vmas_load(&question->made->kernel, question->mm, &found);

	if (err)
		return err;
	*incomplete_ret = found.broken;
	err = fb_buf_append(text, found.vma, found.count * sizeof(*found.vma));
	fb_vmas_deinit(&found);
	return err;
}

/* By the tree, by the list, and by slabs where the tree has lost one. */
static void each_read_may_fail(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct question question = {.made = made_kernel_create()};
		struct made_kernel *made = question.made;
		uint64_t vmas[3];

		question.mm = made_mm(made);
		made_vma_members(made, i != 1);
		make_three(made, vmas);
		if (i == 1)
			made_mm_list(made, question.mm, vmas, 3);
		else
			made_mm_tree(made, question.mm, vmas, 3);
		if (i == 2) {
			uint64_t lost = made_vma(made, starts[1], starts[1] + 0x1000, 0);

			put_in_slabs(made, question.mm, &lost, 1);
			MADE_SET(made, vmas[1], vma_start, 0x800);
		}
		CU_ASSERT(failing_made_must_pass(made, ask, &question) > 15);
		if (i < 2)
			absent_made_must_tell(made, answer, &question);
		made_kernel_destroy(made);
	}
}

/* Mappings of slabs that only touch others do not overlap them; one that shares a page with another does. */
static void takes_from_slabs_what_fits_exactly(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_mm(made), vmas[3], slab[4];
	struct fb_vmas found;

	made_vma_members(made, true);
	make_three(made, vmas);
	made_mm_tree(made, mm, vmas, 3);
	slab[0] = made_vma(made, starts[0] - 0x2000, starts[0] - 0x1000, 0);
	slab[1] = made_vma(made, starts[0] - 0x1000, starts[0], 0);
	slab[2] = made_vma(made, starts[0] + 0x3000, starts[0] + 0x4000, 0);
	slab[3] =
		made_vma(made, starts[2] + 0x2000, starts[2] + 0x4000, 0); /* over its last page */
	put_in_slabs(made, mm, slab, 4);
	MADE_SET(made, mm, mm_map_count, 5);
	MADE_SET(made, vmas[1], vma_start, 0x800); /* the tree loses one */
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL_FATAL(found.count, 5);
	CU_ASSERT_EQUAL(found.vma[0].address, slab[0]);
	CU_ASSERT_EQUAL(found.vma[1].address, slab[1]);
	CU_ASSERT_EQUAL(found.vma[2].address, vmas[0]);
	CU_ASSERT_EQUAL(found.vma[3].address, slab[2]);
	CU_ASSERT_EQUAL(found.vma[4].address, vmas[2]);
	CU_ASSERT_EQUAL(found.lost, 0);
	CU_ASSERT_TRUE(found.broken);
	fb_vmas_deinit(&found);
	/* Where none is missing by the kernel's count, slabs are not asked. */
	MADE_SET(made, mm, mm_map_count, 2);
	FB_OK_FATAL(fb_vmas_load(&made->kernel, mm, &found));
	CU_ASSERT_EQUAL(found.count, 2);
	fb_vmas_deinit(&found);
	made_kernel_destroy(made);
}

static void names_what_the_kernel_lacks(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_vmas found;

	FB_FAILS_WITH(fb_vmas_load(&made->kernel, made_mm(made), &found), FB_NOT_FOUND,
		      "mm_struct.mmap");
	made_kernel_destroy(made);
}

/* Start and end of every line of /proc/PID/maps, but for vsyscall, which is no mapping of it. */
static void check_maps(const struct real_kernel *real)
{
	size_t compared = 0;

	for (size_t i = 0; i < fb_tasks_count(real->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(real->tasks, i);
		char *maps, *line, *rest;
		struct fb_vmas vmas;
		size_t at = 0;

		if (!task->mm || task->pid != task->tid)
			continue;
		maps = real_kernel_file(real, NULL, "truth/%d/maps", task->pid);
		if (!maps)
			continue;
		FB_OK_FATAL(fb_vmas_load(real->kernel, task->mm, &vmas));
		for (line = strtok_r(maps, "\n", &rest); line && !strstr(line, "[vsyscall]");
		     line = strtok_r(NULL, "\n", &rest), at++) {
			char *end;

			CU_ASSERT_FATAL(at < vmas.count);
			CU_ASSERT_EQUAL(vmas.vma[at].start, strtoull(line, &end, 16));
			CU_ASSERT_EQUAL(vmas.vma[at].end, strtoull(end + 1, NULL, 16));
		}
		CU_ASSERT_EQUAL(at, vmas.count);
		CU_ASSERT_EQUAL(vmas.lost, 0);
		compared += at;
		fb_vmas_deinit(&vmas);
		free(maps);
	}
	CU_ASSERT(compared > 0);
}

static void agrees_with_real_maps(void)
{
	real_kernel_each(check_maps);
}

FB_TEST_MAIN("kernel/vma", FB_TEST(loads_trees_and_lists), FB_TEST(finds_by_address),
	     FB_TEST(leaves_out_what_cannot_be), FB_TEST(believes_no_stray_entry),
	     FB_TEST(ends_broken_lists), FB_TEST(finds_in_slabs_what_the_tree_has_lost),
	     FB_TEST(finds_in_slabs_what_lies_behind_a_broken_link),
	     FB_TEST(believes_no_slab_that_contradicts), FB_TEST(names_what_the_kernel_lacks),
	     FB_TEST(each_read_may_fail), FB_TEST(takes_from_slabs_what_fits_exactly),
	     FB_TEST(agrees_with_real_maps))
