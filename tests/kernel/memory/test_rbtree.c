// SPDX-License-Identifier: GPL-2.0-or-later
/* Red-black trees in order; nodes that are lost, shared, or have another parent. */
#include "kernel/memory/rbtree.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

#define NODES 7u

struct scene {
	struct made_kernel *made;
	uint64_t root, node[NODES];
	char found[16];
	size_t count, broken, stop_at;
	char message[256]; /* the first one */
};

static struct fb_error *keep(void *context, uint64_t address)
{
	struct scene *scene = context;
	char number = '?';

	for (unsigned i = 0; i < NODES; i++)
		if (scene->node[i] == address)
			number = (char)('0' + i);
	if (scene->count == sizeof(scene->found) - 1)
		return fb_error_create(FB_LIMIT, "enough");
	scene->found[scene->count++] = number;
	scene->found[scene->count] = '\0';
	return scene->count == scene->stop_at ? fb_error_create(FB_UNSUPPORTED, "stop") : NULL;
}

static struct fb_error *note(void *context, struct fb_error *err)
{
	struct scene *scene = context;

	if (fb_error_is_fatal(err))
		return err;
	if (!scene->broken++)
		snprintf(scene->message, sizeof(scene->message), "%s", fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}

static void put_node(struct scene *scene, unsigned node, uint64_t parent, uint64_t left,
		     uint64_t right)
{
	MADE_SET(scene->made, scene->node[node], rb_parent, parent | (node & 1));
	MADE_SET(scene->made, scene->node[node], rb_left, left);
	MADE_SET(scene->made, scene->node[node], rb_right, right);
}

/* The complete tree of 7: its nodes are numbered in order. */
static struct scene make(void)
{
	struct scene scene = {.made = made_kernel_create()};
	const uint64_t *n = scene.node;

	MADE_FIELD(scene.made, rb_parent, 0, 8);
	MADE_FIELD(scene.made, rb_right, 8, 8);
	MADE_FIELD(scene.made, rb_left, 16, 8);
	scene.root = made_alloc(scene.made, 8);
	for (unsigned i = 0; i < NODES; i++)
		scene.node[i] = made_alloc_pages(scene.made, 24);
	for (unsigned i = 0; i < NODES; i += 2)
		put_node(&scene, i, n[i % 4 ? i - 1 : i + 1], 0, 0);
	put_node(&scene, 1, n[3], n[0], n[2]);
	put_node(&scene, 5, n[3], n[4], n[6]);
	put_node(&scene, 3, 0, n[1], n[5]);
	made_put(scene.made, scene.root, n[3], 8);
	return scene;
}

static struct fb_error *walk(void *context)
{
	struct scene *scene = context;

	scene->count = scene->broken = 0;
	scene->found[0] = '\0';
	return fb_rbtree_for_each(&scene->made->kernel, scene->root, keep, note, scene);
}

static void expect(struct scene *scene, const char *found, size_t broken)
{
	FB_OK(walk(scene));
	CU_ASSERT_STRING_EQUAL(scene->found, found);
	CU_ASSERT_EQUAL(scene->broken, broken);
}

static void walks_in_order(void)
{
	struct scene scene = make();

	expect(&scene, "0123456", 0);
	made_put(scene.made, scene.root, 0, 8);
	expect(&scene, "", 0);
	made_kernel_destroy(scene.made);
}

static void what_is_lost_costs_what_is_below(void)
{
	struct scene scene = make();

	made_lose(scene.made, scene.node[5]);
	expect(&scene, "0123", 1);
	made_lose(scene.made, scene.root);
	FB_FAILS(walk(&scene), FB_ABSENT);
	made_kernel_destroy(scene.made);
	scene = make();
	scene.made->kernel.layout.rb_left.found = false;
	FB_FAILS_WITH(walk(&scene), FB_NOT_FOUND, "rb_left");
	made_kernel_destroy(scene.made);
}

static void refuses_what_is_no_tree(void)
{
	struct scene scene = make();
	const uint64_t *n = scene.node;

	/* A loop, a node with two ways to it, a node of another tree, and what is no address. */
	put_node(&scene, 2, n[1], n[3], 0);
	expect(&scene, "0123456", 1);
	CU_ASSERT(strstr(scene.message, "two ways") != NULL);
	put_node(&scene, 2, n[1], 0, n[4]);
	expect(&scene,
	       "0123"
	       "56",
	       2);
	CU_ASSERT(strstr(scene.message, "its parent is") != NULL);
	put_node(&scene, 2, n[5], 0, 0);
	expect(&scene, "013456", 1);
	put_node(&scene, 2, n[1], 0x1234, n[2] + 4);
	expect(&scene, "0123456", 2);
	made_kernel_destroy(scene.made);
}

/* A path that is longer than a balanced tree's. */
static void no_tree_is_too_high(void)
{
	struct scene scene = make();
	uint64_t parent = 0, node = made_alloc(scene.made, 24), at = scene.root;

	for (unsigned i = 0; i < 200; i++) {
		made_put(scene.made, at, node, 8);
		MADE_SET(scene.made, node, rb_parent, parent);
		parent = node;
		at = node + 16;
		node = made_alloc(scene.made, 24);
	}
	scene.stop_at = 1;
	FB_FAILS(walk(&scene), FB_UNSUPPORTED);
	CU_ASSERT(scene.broken == 1 && strstr(scene.message, "too high"));
	made_kernel_destroy(scene.made);
}

static void what_is_fatal_passes(void)
{
	struct scene scene = make();

	CU_ASSERT_EQUAL(failing_made_must_pass(scene.made, walk, &scene), 1 + 3 * NODES);
	made_kernel_destroy(scene.made);
}

FB_TEST_MAIN("kernel/rbtree", FB_TEST(walks_in_order), FB_TEST(what_is_lost_costs_what_is_below),
	     FB_TEST(refuses_what_is_no_tree), FB_TEST(no_tree_is_too_high),
	     FB_TEST(what_is_fatal_passes))
