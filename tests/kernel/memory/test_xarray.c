// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays of several heights, siblings, and trees that cannot be. */
#include "kernel/memory/xarray.h"

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define ITEM(n) (MADE_BASE + 0x10000 + (n)*64ull)

static struct made_kernel *make(uint64_t *array_ret)
{
	struct made_kernel *made = made_kernel_create();

	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_slots, 40, 512);
	*array_ret = made_alloc(made, 16);
	return made;
}

static uint64_t make_node(struct made_kernel *made, unsigned shift)
{
	uint64_t node = made_alloc(made, 576);

	MADE_SET(made, node, xa_node_shift, shift);
	return node;
}

static void set_slot(struct made_kernel *made, uint64_t node, unsigned slot, uint64_t entry)
{
	made_put(made, node + 40 + slot * 8ull, entry, 8);
}

static uint64_t load(struct made_kernel *made, uint64_t array, uint64_t index)
{
	uint64_t entry = 1;

	FB_OK(fb_xarray_load(&made->kernel, array, index, &entry));
	return entry;
}

static void loads_from_any_height(void)
{
	uint64_t array, top, middle, leaf;
	struct made_kernel *made = make(&array);

	CU_ASSERT_EQUAL(load(made, array, 0), 0);
	MADE_SET(made, array, xarray_head, ITEM(0));
	CU_ASSERT_EQUAL(load(made, array, 0), ITEM(0));
	CU_ASSERT_EQUAL(load(made, array, 1), 0);
	top = make_node(made, 12);
	middle = make_node(made, 6);
	leaf = make_node(made, 0);
	MADE_SET(made, array, xarray_head, top + 2);
	set_slot(made, top, 3, middle + 2);
	set_slot(made, middle, 63, leaf + 2);
	set_slot(made, leaf, 5, ITEM(5));
	set_slot(made, leaf, 6, 0x123456789 << 1 | 1); /* a value */
	CU_ASSERT_EQUAL(load(made, array, 3 << 12 | 63 << 6 | 5), ITEM(5));
	CU_ASSERT_EQUAL(load(made, array, 3 << 12 | 63 << 6 | 6), 0x123456789 << 1 | 1);
	CU_ASSERT_EQUAL(load(made, array, 3 << 12 | 63 << 6 | 7), 0);
	CU_ASSERT_EQUAL(load(made, array, 2 << 12), 0);
	/* Behind what the tree is high enough for. */
	CU_ASSERT_EQUAL(load(made, array, 1 << 18 | 3 << 12 | 63 << 6 | 5), 0);
	CU_ASSERT_EQUAL(load(made, array, UINT64_MAX), 0);
	made_kernel_destroy(made);
}

static void follows_siblings(void)
{
	uint64_t array, node;
	struct made_kernel *made = make(&array);

	node = make_node(made, 0);
	MADE_SET(made, array, xarray_head, node + 2);
	set_slot(made, node, 4, ITEM(4));
	for (unsigned i = 5; i < 8; i++)
		set_slot(made, node, i, 4 << 2 | 2);
	CU_ASSERT_EQUAL(load(made, array, 7), ITEM(4));
	/* One that is a sibling of itself, and reserved entries, hold nothing. */
	set_slot(made, node, 9, 9 << 2 | 2);
	CU_ASSERT_EQUAL(load(made, array, 9), 0);
	set_slot(made, node, 10, 256 << 2 | 2);
	set_slot(made, node, 11, 257 << 2 | 2);
	CU_ASSERT_EQUAL(load(made, array, 10), 0);
	CU_ASSERT_EQUAL(load(made, array, 11), 0);
	made_kernel_destroy(made);
}

static void refuses_what_cannot_be(void)
{
	uint64_t array, top, node, entry = 77;
	struct made_kernel *made = make(&array);

	top = make_node(made, 6);
	MADE_SET(made, array, xarray_head, top + 2);
	/* A loop: no child has its parent's shift. */
	set_slot(made, top, 0, top + 2);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_CORRUPT);
	set_slot(made, top, 0, 1 << 2 | 2);
	set_slot(made, top, 1, top + 2);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_CORRUPT);
	/* A node below a leaf. */
	node = make_node(made, 0);
	set_slot(made, top, 0, node + 2);
	set_slot(made, node, 1, node + 2);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_CORRUPT);
	/* Shifts that are none. */
	MADE_SET(made, top, xa_node_shift, 7);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_CORRUPT);
	MADE_SET(made, top, xa_node_shift, 66);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_CORRUPT);
	MADE_SET(made, top, xa_node_shift, 60); /* the highest tree there can be */
	FB_OK(fb_xarray_load(&made->kernel, array, 5ull << 60, &entry));
	CU_ASSERT_EQUAL(entry, 0);
	/* Outside memory. */
	entry = 77;
	MADE_SET(made, array, xarray_head, 0xffff900000000002ull);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 1, &entry), FB_FAULT);
	FB_FAILS(fb_xarray_load(&made->kernel, UINT64_MAX - 4, 1, &entry), FB_FAULT);
	CU_ASSERT_EQUAL(entry, 77);
	made_kernel_destroy(made);
}

static void says_what_is_missing(void)
{
	uint64_t array, node, entry;
	struct made_kernel *made = make(&array);

	node = made_alloc_pages(made, FB_PAGE_SIZE);
	MADE_SET(made, array, xarray_head, node + 2);
	made_lose(made, node);
	FB_FAILS(fb_xarray_load(&made->kernel, array, 0, &entry), FB_ABSENT);
	made->absent[(node - MADE_BASE) / FB_PAGE_SIZE] = false;
	made->kernel.layout.xa_node_slots.found = false;
	FB_FAILS_WITH(fb_xarray_load(&made->kernel, array, 0, &entry), FB_NOT_FOUND, "slots");
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/xarray", FB_TEST(loads_from_any_height), FB_TEST(follows_siblings),
	     FB_TEST(refuses_what_cannot_be), FB_TEST(says_what_is_missing))
