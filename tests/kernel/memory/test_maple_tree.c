// SPDX-License-Identifier: GPL-2.0-or-later
/* Maple trees of several heights; nodes that are lost, wrong, or lead in circles. */
#include "kernel/memory/maple_tree.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_vmas.h"

#define ITEM(n) (0xffff900000000000ull + (n)*64ull)

struct seen {
	struct {
		uint64_t first, last, entry;
	} item[64];
	size_t count, broken;
	enum fb_code code; /* of the last break */
	size_t fail_at;    /* 0: never */
};

static struct fb_error *keep(void *context, uint64_t first, uint64_t last, uint64_t entry)
{
	struct seen *seen = context;

	if (seen->count == FB_ARRAY_SIZE(seen->item))
		return fb_error_create(FB_LIMIT, "enough");
	seen->item[seen->count].first = first;
	seen->item[seen->count].last = last;
	seen->item[seen->count++].entry = entry;
	return seen->count == seen->fail_at ? fb_error_create(FB_UNSUPPORTED, "stop") : NULL;
}

static struct fb_error *note_broken(void *context, struct fb_error *err)
{
	struct seen *seen = context;

	seen->broken++;
	seen->code = fb_error_code(err);
	fb_error_destroy(err);
	return NULL;
}

struct tree {
	struct made_kernel *made;
	uint64_t root; /* address of ma_root */
};

static struct tree make(void)
{
	struct tree tree = {.made = made_kernel_create()};

	made_vma_members(tree.made, true);
	tree.root = made_alloc(tree.made, 8);
	return tree;
}

static struct fb_error *walk(struct tree *tree, struct seen *seen)
{
	memset(seen, 0, offsetof(struct seen, fail_at));
	return fb_maple_for_each(&tree->made->kernel, tree->root, keep, note_broken, seen);
}

static void check_item(const struct seen *seen, size_t index, uint64_t first, uint64_t last,
		       uint64_t entry)
{
	CU_ASSERT_FATAL(index < seen->count);
	CU_ASSERT_EQUAL(seen->item[index].first, first);
	CU_ASSERT_EQUAL(seen->item[index].last, last);
	CU_ASSERT_EQUAL(seen->item[index].entry, entry);
}

static void walks_an_empty_tree_and_one_entry(void)
{
	struct tree tree = make();
	struct seen seen = {0};

	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 0);
	made_put(tree.made, tree.root, ITEM(1), 8);
	FB_OK(walk(&tree, &seen));
	check_item(&seen, 0, 0, 0, ITEM(1));
	made_kernel_destroy(tree.made);
}

static void walks_one_leaf(void)
{
	struct tree tree = make();
	struct seen seen = {0};
	uint64_t leaf = made_maple_node(tree.made, MADE_LEAF_64);

	made_put(tree.made, tree.root, leaf | MADE_MAPLE_TAG, 8);
	made_maple_pivot(tree.made, leaf, 0, 0xfff);
	made_maple_pivot(tree.made, leaf, 1, 0x1fff);
	made_maple_slot(tree.made, leaf, 1, ITEM(1));
	made_maple_slot(tree.made, leaf, 2, ITEM(2)); /* up to the end */
	/* The node's own notes stand where the last slot would be. */
	made_maple_slot(tree.made, leaf, 15, 2);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 2);
	check_item(&seen, 0, 0x1000, 0x1fff, ITEM(1));
	check_item(&seen, 1, 0x2000, UINT64_MAX, ITEM(2));
	/* All slots in use: the last one ends where the node does. */
	for (unsigned i = 0; i < 15; i++) {
		made_maple_pivot(tree.made, leaf, i, i + 1);
		made_maple_slot(tree.made, leaf, i, ITEM(i));
	}
	made_maple_slot(tree.made, leaf, 15, ITEM(15));
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 16);
	check_item(&seen, 0, 0, 1, ITEM(0));
	check_item(&seen, 15, 16, UINT64_MAX, ITEM(15));
	seen.fail_at = 3;
	FB_FAILS(walk(&tree, &seen), FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(seen.count, 3);
	made_kernel_destroy(tree.made);
}

/* A top node with gaps, one below it, leaves: pivots split the range of what is above. */
static struct tree make_high(uint64_t leaves[3])
{
	static const uint64_t ends[] = {0x7fff, 0xffff, UINT64_MAX};
	struct tree tree = make();
	uint64_t top = made_maple_node(tree.made, MADE_ARANGE_64);
	uint64_t middle = made_maple_node(tree.made, MADE_RANGE_64);

	for (unsigned i = 0; i < 3; i++) {
		leaves[i] = made_maple_node(tree.made, MADE_LEAF_64);
		made_maple_pivot(tree.made, leaves[i], 0, ends[i]);
		made_maple_slot(tree.made, leaves[i], 0, ITEM(i));
	}
	made_put(tree.made, tree.root, top | MADE_MAPLE_TAG, 8);
	made_maple_pivot(tree.made, top, 0, 0xffff);
	made_maple_slot(tree.made, top, 0, middle);
	made_maple_slot(tree.made, top, 1, leaves[2]);
	made_maple_pivot(tree.made, middle, 0, 0x7fff);
	made_maple_slot(tree.made, middle, 0, leaves[0]);
	made_maple_slot(tree.made, middle, 1, leaves[1]);
	return tree;
}

static void walks_a_high_tree(void)
{
	uint64_t leaves[3];
	struct tree tree = make_high(leaves);
	struct seen seen = {0};

	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 3);
	check_item(&seen, 0, 0, 0x7fff, ITEM(0));
	check_item(&seen, 1, 0x8000, 0xffff, ITEM(1));
	check_item(&seen, 2, 0x10000, UINT64_MAX, ITEM(2));
	CU_ASSERT_EQUAL(seen.broken, 0);
	/* Pivots that do not grow, or leave the node's range. */
	made_maple_pivot(tree.made, leaves[1], 0, 0x7fff);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 2);
	CU_ASSERT_EQUAL(seen.broken, 1);
	CU_ASSERT_EQUAL(seen.code, FB_CORRUPT);
	made_maple_pivot(tree.made, leaves[1], 0, 0x10000);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.broken, 1);
	/* A node of no known type costs what is below it. */
	made_put(tree.made, tree.root, leaves[0] | 0x78 | MADE_MAPLE_TAG, 8);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 0);
	CU_ASSERT_EQUAL(seen.code, FB_CORRUPT);
	made_kernel_destroy(tree.made);
}

static void loses_what_is_below_a_lost_node(void)
{
	struct tree tree = make();
	struct seen seen = {0};
	uint64_t top = made_maple_node(tree.made, MADE_ARANGE_64);
	uint64_t first = made_maple_node(tree.made, MADE_LEAF_64);
	uint64_t second = made_alloc_pages(tree.made, 4096) | MADE_LEAF_64 << 3;

	made_put(tree.made, tree.root, top | MADE_MAPLE_TAG, 8);
	made_maple_pivot(tree.made, top, 0, 0xffff);
	made_maple_slot(tree.made, top, 0, second);
	made_maple_slot(tree.made, top, 1, first);
	made_maple_pivot(tree.made, first, 0, UINT64_MAX);
	made_maple_slot(tree.made, first, 0, ITEM(1));
	made_lose(tree.made, second & ~255ull);
	FB_OK(walk(&tree, &seen));
	check_item(&seen, 0, 0x10000, UINT64_MAX, ITEM(1));
	CU_ASSERT_EQUAL(seen.broken, 1);
	CU_ASSERT_EQUAL(seen.code, FB_ABSENT);
	/* The root itself is an error. */
	made_lose(tree.made, tree.root);
	FB_FAILS(walk(&tree, &seen), FB_ABSENT);
	made_kernel_destroy(tree.made);
}

/* Pivots are no offsets: a node that is met again does not fit into another range. */
static void ends_loops(void)
{
	struct tree tree = make();
	struct seen seen = {0};
	uint64_t node = made_maple_node(tree.made, MADE_RANGE_64);
	uint64_t leaf = made_maple_node(tree.made, MADE_LEAF_64);

	made_put(tree.made, tree.root, node | MADE_MAPLE_TAG, 8);
	made_maple_pivot(tree.made, node, 0, UINT64_MAX);
	made_maple_slot(tree.made, node, 0, node); /* the whole range, again */
	FB_FAILS(walk(&tree, &seen), FB_LIMIT);
	/* A child below with the same range in two slots fits one of them. */
	made_maple_pivot(tree.made, node, 0, 0xffff);
	made_maple_slot(tree.made, node, 0, leaf);
	made_maple_slot(tree.made, node, 1, leaf);
	made_maple_pivot(tree.made, leaf, 0, 0xffff);
	made_maple_slot(tree.made, leaf, 0, ITEM(1));
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.count, 1);
	CU_ASSERT_EQUAL(seen.broken, 1);
	made_kernel_destroy(tree.made);
}

static void names_what_the_kernel_lacks(void)
{
	uint64_t leaves[3];
	struct tree tree = make_high(leaves);
	struct seen seen = {0};

	tree.made->kernel.layout.maple_arange_slot.found = false;
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.code, FB_NOT_FOUND);
	/* Larger nodes than there are. */
	MADE_FIELD(tree.made, maple_arange_slot, 80, 8 * 17);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.code, FB_UNSUPPORTED);
	MADE_FIELD(tree.made, maple_arange_slot, 80, 0);
	FB_OK(walk(&tree, &seen));
	CU_ASSERT_EQUAL(seen.code, FB_UNSUPPORTED);
	made_kernel_destroy(tree.made);
}

static struct fb_error *ask(void *context)
{
	struct seen seen = {0};

	return walk(context, &seen);
}

static void what_is_fatal_passes(void)
{
	uint64_t leaves[3];
	struct tree tree = make_high(leaves);

	/* A fatal error is no broken part: note_broken() would take it. */
	CU_ASSERT(failing_made_must_pass(tree.made, ask, &tree) > 5);
	made_kernel_destroy(tree.made);
}

FB_TEST_MAIN("kernel/maple_tree", FB_TEST(walks_an_empty_tree_and_one_entry),
	     FB_TEST(walks_one_leaf), FB_TEST(walks_a_high_tree),
	     FB_TEST(loses_what_is_below_a_lost_node), FB_TEST(ends_loops),
	     FB_TEST(names_what_the_kernel_lacks), FB_TEST(what_is_fatal_passes))
