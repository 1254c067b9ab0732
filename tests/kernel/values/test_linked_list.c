// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of every kind; lists that loop, are torn, or lead out of memory. How a member links is held by
 * tests/cli/test_list.sh. */
#include "kernel/values/linked_list.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

/* Where the link is in an object. */
#define LINK 24u
#define OBJECTS 4u

struct scene {
	struct made_kernel *made;
	uint64_t head, object[OBJECTS];
	uint64_t found[16];
	size_t count, broken, stop_at;
	char message[256]; /* the first one */
	bool whole;
};

static struct fb_error *keep(void *context, uint64_t address)
{
	struct scene *scene = context;

	if (scene->count == FB_ARRAY_SIZE(scene->found))
		return fb_error_create(FB_LIMIT, "enough");
	scene->found[scene->count++] = address;
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

static struct scene make(void)
{
	struct scene scene = {.made = made_kernel_create()};

	scene.head = made_alloc(scene.made, 16);
	made_list_init(scene.made, scene.head);
	for (unsigned i = 0; i < OBJECTS; i++) {
		scene.object[i] = made_alloc_pages(scene.made, 64);
		made_list_add(scene.made, scene.head, scene.object[i] + LINK);
	}
	return scene;
}

static struct fb_error *try(struct scene *scene, enum fb_link_kind kind, uint64_t start,
			    bool from_head, bool backwards)
{
	struct fb_list_walk walk = {
		.kernel = &scene->made->kernel,
		.list = {.kind = kind, .offset = LINK},
		.start = start,
		.from_head = from_head,
		.backwards = backwards,
		.object = keep,
		.broken = note,
		.context = scene,
	};

	scene->count = scene->broken = 0;
	return fb_linked_list_walk(&walk, &scene->whole);
}

/* The objects found, as their numbers. */
static void expect(const struct scene *scene, const char *numbers, size_t broken)
{
	char found[32] = "";

	for (size_t i = 0; i < scene->count; i++) {
		char number = '?';

		for (unsigned n = 0; n < OBJECTS; n++)
			if (scene->object[n] == scene->found[i])
				number = (char)('0' + n);
		found[i] = number;
	}
	CU_ASSERT_STRING_EQUAL(found, numbers);
	CU_ASSERT_EQUAL(scene->broken, broken);
}

static void put(struct scene *scene, unsigned object, unsigned word, uint64_t value)
{
	made_put(scene->made, scene->object[object] + LINK + 8 * word, value, 8);
}

static void walks_a_ring(void)
{
	struct scene scene = make();

	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0123", 0);
	CU_ASSERT(scene.whole);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, true));
	expect(&scene, "3210", 0);
	/* From an object: the head is listed like one. */
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.object[2], false, false));
	expect(&scene, "23?01", 0);
	CU_ASSERT_EQUAL(scene.found[2], scene.head - LINK);
	made_list_init(scene.made, scene.head);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "", 0);
	CU_ASSERT(scene.whole);
	made_kernel_destroy(scene.made);
}

static void a_torn_ring_is_walked_from_both_ends(void)
{
	struct scene scene = make();

	put(&scene, 0, 0, 0xdead000000000100ull);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0321", 1);
	CU_ASSERT(!scene.whole && strstr(scene.message, "dead000000000100"));
	put(&scene, 0, 0, scene.object[1] + LINK + 4);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0321", 1);
	put(&scene, 0, 0, scene.object[1] + LINK);
	made_lose(scene.made, scene.object[1]);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "032", 1);
	CU_ASSERT(!scene.whole);
	/* The other direction leads to the lost object too, which is known by then. */
	made_lose(scene.made, scene.head);
	FB_FAILS(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false), FB_ABSENT);
	made_kernel_destroy(scene.made);
}

static void loops_are_told(void)
{
	struct scene scene = make();

	put(&scene, 2, 0, scene.object[1] + LINK);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0123", 1);
	CU_ASSERT(!scene.whole && strstr(scene.message, "loop"));
	/* A link that leads to itself; the one above is seen from its other side. */
	put(&scene, 0, 0, scene.object[0] + LINK);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0321", 2);
	made_kernel_destroy(scene.made);
}

static void links_back_are_compared(void)
{
	struct scene scene = make();

	put(&scene, 2, 1, scene.object[0] + LINK);
	put(&scene, 3, 1, scene.object[0] + LINK);
	FB_OK(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false));
	expect(&scene, "0123", 1); /* the first is told */
	CU_ASSERT(scene.whole && strstr(scene.message, "link back"));
	made_kernel_destroy(scene.made);
}

/* Links the first three objects into one that ends with `end`; with pprev. */
static void chain(struct scene *scene, uint64_t end, uint64_t step)
{
	uint64_t at = scene->head;

	made_put(scene->made, scene->head, scene->object[0] + step, 8);
	for (unsigned i = 0; i < 3; i++) {
		put(scene, i, 0, i < 2 ? scene->object[i + 1] + step : end);
		put(scene, i, 1, at);
		at = scene->object[i] + LINK;
	}
}

static void walks_chains(void)
{
	struct scene scene = make();

	chain(&scene, 0, LINK);
	FB_OK(try(&scene, FB_LINK_HLIST, scene.head, true, false));
	expect(&scene, "012", 0);
	FB_OK(try(&scene, FB_LINK_LLIST, scene.head, true, false));
	expect(&scene, "012", 0);
	FB_OK(try(&scene, FB_LINK_HLIST, scene.object[1], false, false));
	expect(&scene, "12", 0);
	CU_ASSERT(scene.whole);
	/* A list that is locked. */
	made_put(scene.made, scene.head, (scene.object[0] + LINK) | 1, 8);
	FB_OK(try(&scene, FB_LINK_HLIST_BL, scene.head, true, false));
	expect(&scene, "012", 0);
	chain(&scene, 4711, LINK);
	FB_OK(try(&scene, FB_LINK_HLIST_NULLS, scene.head, true, false));
	expect(&scene, "012", 0);
	CU_ASSERT(scene.whole);
	FB_OK(try(&scene, FB_LINK_HLIST, scene.head, true, false));
	expect(&scene, "012", 1);
	CU_ASSERT(!scene.whole);
	/* Pointers lead to objects, not to their members. */
	chain(&scene, 0, 0);
	FB_OK(try(&scene, FB_LINK_POINTER, scene.object[0], false, false));
	expect(&scene, "012", 0);
	FB_OK(try(&scene, FB_LINK_POINTER, scene.head, true, false));
	expect(&scene, "012", 0);
	put(&scene, 2, 0, scene.object[0]);
	FB_OK(try(&scene, FB_LINK_POINTER, scene.head, true, false));
	expect(&scene, "012", 1);
	CU_ASSERT(!scene.whole && strstr(scene.message, "loop"));
	made_kernel_destroy(scene.made);
}

static void an_error_of_the_caller_ends_it(void)
{
	struct scene scene = make();

	scene.stop_at = 2;
	FB_FAILS(try(&scene, FB_LINK_LIST_HEAD, scene.head, true, false), FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(scene.count, 2);
	scene.stop_at = 1;
	FB_FAILS(try(&scene, FB_LINK_LIST_HEAD, scene.object[0], false, false), FB_UNSUPPORTED);
	made_kernel_destroy(scene.made);
}

static struct fb_error *ask(void *context)
{
	struct scene *scene = context;

	return try(scene, FB_LINK_LIST_HEAD, scene->head, true, false);
}

static void what_is_fatal_passes(void)
{
	struct scene scene = make();

	CU_ASSERT_EQUAL(failing_made_must_pass(scene.made, ask, &scene), 1 + OBJECTS);
	made_kernel_destroy(scene.made);
}

FB_TEST_MAIN("kernel/linked_list", FB_TEST(walks_a_ring),
	     FB_TEST(a_torn_ring_is_walked_from_both_ends), FB_TEST(loops_are_told),
	     FB_TEST(links_back_are_compared), FB_TEST(walks_chains),
	     FB_TEST(an_error_of_the_caller_ends_it), FB_TEST(what_is_fatal_passes))
