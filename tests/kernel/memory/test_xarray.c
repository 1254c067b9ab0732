// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays of several heights, siblings, and trees that cannot be. */
#include "kernel/memory/xarray.h"

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

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

/* The first entry from index to last: its index, or with *entry_ret 0 what the walk says of none. */
static uint64_t next(struct made_kernel *made, uint64_t array, uint64_t index, uint64_t last,
		     uint64_t *entry_ret)
{
	uint64_t found = 4711;

	*entry_ret = 4711;
	FB_OK(fb_xarray_next(&made->kernel, array, index, last, &found, entry_ret));
	return found;
}

static void finds_the_next(void)
{
	uint64_t array, top, middle, leaf, entry, value = 0x123456789 << 1 | 1;
	struct made_kernel *made = make(&array);
	const uint64_t at = 3 << 12 | 62 << 6 | 5;

	CU_ASSERT_TRUE(next(made, array, 0, 100, &entry) > 0 || !entry);
	MADE_SET(made, array, xarray_head, ITEM(0));
	CU_ASSERT_EQUAL(next(made, array, 0, 0, &entry), 0);
	CU_ASSERT_EQUAL(entry, ITEM(0));
	(void)next(made, array, 1, UINT64_MAX, &entry);
	CU_ASSERT_EQUAL(entry, 0);
	top = make_node(made, 12);
	middle = make_node(made, 6);
	leaf = make_node(made, 0);
	MADE_SET(made, array, xarray_head, top + 2);
	set_slot(made, top, 3, middle + 2);
	set_slot(made, middle, 62, leaf + 2);
	set_slot(made, leaf, 5, ITEM(5));
	set_slot(made, leaf, 6, value);
	set_slot(made, middle, 63, ITEM(63)); /* a folio of 64 pages */
	CU_ASSERT_EQUAL(next(made, array, 0, UINT64_MAX, &entry), at);
	CU_ASSERT_EQUAL(entry, ITEM(5));
	CU_ASSERT_EQUAL(next(made, array, 3 << 12, at, &entry), at);
	CU_ASSERT_EQUAL(entry, ITEM(5));
	CU_ASSERT(next(made, array, 0, at - 1, &entry) > at - 1 && !entry);
	CU_ASSERT_EQUAL(next(made, array, at + 1, UINT64_MAX, &entry), at + 1);
	CU_ASSERT_EQUAL(entry, value);
	/* From the end of a leaf into what is next to it, and into the midst of that. */
	CU_ASSERT_EQUAL(next(made, array, at + 2, UINT64_MAX, &entry), 3 << 12 | 63 << 6);
	CU_ASSERT_EQUAL(entry, ITEM(63));
	CU_ASSERT_EQUAL(next(made, array, 3 << 12 | 63 << 6 | 9, UINT64_MAX, &entry),
			3 << 12 | 63 << 6 | 9);
	CU_ASSERT_EQUAL(entry, ITEM(63));
	/* Behind all, within the tree and behind what it is high enough for. */
	(void)next(made, array, 4 << 12, UINT64_MAX, &entry);
	CU_ASSERT_EQUAL(entry, 0);
	(void)next(made, array, 1 << 18, UINT64_MAX, &entry);
	CU_ASSERT_EQUAL(entry, 0);
	/* A part of what spans several slots; what is reserved. */
	set_slot(made, leaf, 7, 5 << 2 | 2);
	CU_ASSERT_EQUAL(next(made, array, at + 2, at + 2, &entry), at + 2);
	CU_ASSERT_EQUAL(entry, ITEM(5));
	set_slot(made, leaf, 7, 257 << 2 | 2);
	CU_ASSERT_EQUAL(next(made, array, at + 2, at + 2, &entry), at + 2);
	CU_ASSERT_EQUAL(entry, 0);
	made_kernel_destroy(made);
}

/* Of the highest tree the last index is the last number. */
static void the_last_index_ends_it(void)
{
	uint64_t array, nodes[11], entry, index = 4711;
	struct made_kernel *made = make(&array);

	for (unsigned i = 0; i < 11; i++) {
		nodes[i] = make_node(made, 60 - i * 6);
		if (i)
			set_slot(made, nodes[i - 1], i == 1 ? 15 : 63, nodes[i] + 2);
	}
	MADE_SET(made, array, xarray_head, nodes[0] + 2);
	set_slot(made, nodes[10], 63, ITEM(1));
	FB_OK(fb_xarray_next(&made->kernel, array, 0, UINT64_MAX, &index, &entry));
	CU_ASSERT(index == UINT64_MAX && entry == ITEM(1));
	set_slot(made, nodes[10], 63, 0);
	FB_OK(fb_xarray_next(&made->kernel, array, UINT64_MAX - 5, UINT64_MAX, &index, &entry));
	CU_ASSERT_EQUAL(entry, 0);
	made_kernel_destroy(made);
}

static void no_walk_to_the_next_is_endless(void)
{
	uint64_t array, nodes[4], index = 4711, entry = 77;
	struct made_kernel *made = make(&array);

	/* Every slot leads to the same node below, and the last has nothing: 2^18 ways down. */
	for (unsigned i = 0; i < 4; i++)
		nodes[i] = make_node(made, 18 - i * 6);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned slot = 0; slot < 64; slot++)
			set_slot(made, nodes[i], slot, nodes[i + 1] + 2);
	MADE_SET(made, array, xarray_head, nodes[0] + 2);
	made->reads = 0;
	FB_FAILS_WITH(fb_xarray_next(&made->kernel, array, 0, UINT64_MAX, &index, &entry),
		      FB_CORRUPT, "without entries");
	CU_ASSERT_TRUE(made->reads < 1000);
	/* A loop, and what is not there. */
	set_slot(made, nodes[0], 0, nodes[0] + 2);
	FB_FAILS(fb_xarray_next(&made->kernel, array, 0, 9, &index, &entry), FB_CORRUPT);
	nodes[0] = made_alloc_pages(made, FB_PAGE_SIZE);
	MADE_SET(made, array, xarray_head, nodes[0] + 2);
	made_lose(made, nodes[0]);
	FB_FAILS(fb_xarray_next(&made->kernel, array, 0, 9, &index, &entry), FB_ABSENT);
	FB_FAILS(fb_xarray_next(&made->kernel, UINT64_MAX - 4, 0, 9, &index, &entry), FB_FAULT);
	CU_ASSERT(index == 4711 && entry == 77);
	made_kernel_destroy(made);
}

struct question {
	struct made_kernel *made;
	uint64_t array;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	uint64_t index, entry;
	struct fb_error *err =
		fb_xarray_load(&question->made->kernel, question->array, 64 * 63 + 6, &entry);

	if (!err)
		CU_ASSERT_EQUAL(entry, ITEM(5));
	if (!err)
		err = fb_xarray_next(&question->made->kernel, question->array, 0, UINT64_MAX,
				     &index, &entry);
	if (!err)
		CU_ASSERT(index == 64 * 63 + 5 && entry == ITEM(5));
	return err;
}

/* Through two levels, and a sibling that leads to the slot before it. */
static void what_is_fatal_passes(void)
{
	struct question question = {0};
	uint64_t top, leaf;

	question.made = make(&question.array);
	top = make_node(question.made, 6);
	leaf = make_node(question.made, 0);
	MADE_SET(question.made, question.array, xarray_head, top + 2);
	set_slot(question.made, top, 63, leaf + 2);
	set_slot(question.made, leaf, 5, ITEM(5));
	set_slot(question.made, leaf, 6, 5 << 2 | 2);
	CU_ASSERT_EQUAL(failing_made_must_pass(question.made, ask, &question), 6 + 5);
	made_kernel_destroy(question.made);
}

struct walked {
	struct {
		uint64_t first, last, entry;
	} item[16];
	size_t count, broken;
};

static struct fb_error *keep(void *context, uint64_t first, uint64_t last, uint64_t entry)
{
	struct walked *walked = context;

	if (walked->count == FB_ARRAY_SIZE(walked->item))
		return fb_error_create(FB_UNSUPPORTED, "stop");
	walked->item[walked->count].first = first;
	walked->item[walked->count].last = last;
	walked->item[walked->count++].entry = entry;
	return NULL;
}

static struct fb_error *note_broken(void *context, struct fb_error *err)
{
	struct walked *walked = context;

	if (fb_error_is_fatal(err))
		return err;
	walked->broken++;
	fb_error_destroy(err);
	return NULL;
}

static bool is_item(const struct walked *walked, size_t at, uint64_t first, uint64_t last,
		    uint64_t entry)
{
	return at < walked->count && walked->item[at].first == first &&
	       walked->item[at].last == last && walked->item[at].entry == entry;
}

static void walks_all_in_order(void)
{
	struct walked walked = {0};
	uint64_t array, top, leaf, lost;
	struct made_kernel *made = make(&array);

	FB_OK(fb_xarray_for_each(&made->kernel, array, keep, note_broken, &walked));
	CU_ASSERT(!walked.count && !walked.broken);
	MADE_SET(made, array, xarray_head, ITEM(0));
	FB_OK(fb_xarray_for_each(&made->kernel, array, keep, note_broken, &walked));
	CU_ASSERT(is_item(&walked, 0, 0, 0, ITEM(0)));
	top = make_node(made, 6);
	leaf = make_node(made, 0);
	lost = made_alloc_pages(made, FB_PAGE_SIZE);
	made_lose(made, lost);
	MADE_SET(made, array, xarray_head, top + 2);
	set_slot(made, top, 1, leaf + 2);
	set_slot(made, top, 2, lost + 2);
	set_slot(made, top, 3, leaf + 2); /* a second way to it */
	set_slot(made, top, 8, ITEM(8));
	set_slot(made, top, 9, 8 << 2 | 2);
	set_slot(made, top, 10, 257 << 2 | 2); /* reserved */
	set_slot(made, leaf, 3, ITEM(3));
	set_slot(made, leaf, 63, 77 << 1 | 1);
	walked.count = 0;
	FB_OK(fb_xarray_for_each(&made->kernel, array, keep, note_broken, &walked));
	CU_ASSERT(walked.count == 3 && walked.broken == 2);
	CU_ASSERT(is_item(&walked, 0, 64 + 3, 64 + 3, ITEM(3)));
	CU_ASSERT(is_item(&walked, 1, 64 + 63, 64 + 63, 77 << 1 | 1));
	CU_ASSERT(is_item(&walked, 2, 64 * 8, 64 * 10 - 1, ITEM(8)));
	made_kernel_destroy(made);
}

static void the_highest_tree_has_16_slots(void)
{
	struct walked walked = {0};
	uint64_t array, top;
	struct made_kernel *made = make(&array);

	top = make_node(made, 60);
	MADE_SET(made, array, xarray_head, top + 2);
	set_slot(made, top, 15, ITEM(15));
	set_slot(made, top, 16, ITEM(16));
	FB_OK(fb_xarray_for_each(&made->kernel, array, keep, note_broken, &walked));
	CU_ASSERT(walked.count == 1 && !walked.broken);
	CU_ASSERT(is_item(&walked, 0, 15ull << 60, UINT64_MAX, ITEM(15)));
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/xarray", FB_TEST(loads_from_any_height), FB_TEST(follows_siblings),
	     FB_TEST(refuses_what_cannot_be), FB_TEST(says_what_is_missing),
	     FB_TEST(finds_the_next), FB_TEST(the_last_index_ends_it),
	     FB_TEST(no_walk_to_the_next_is_endless), FB_TEST(walks_all_in_order),
	     FB_TEST(the_highest_tree_has_16_slots), FB_TEST(what_is_fatal_passes))
