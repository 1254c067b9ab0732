// SPDX-License-Identifier: GPL-2.0-or-later
/* Chains of hash tables: how they end, and those that have no end. */
#include "kernel/net/hash_chains.h"

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

#define NODES 40u

struct world {
	struct made_kernel *made;
	struct fb_hash_chains chains;
	uint64_t nodes; /* of 64 bytes each */
	uint64_t left;
	uint64_t met[4 * NODES];
	size_t count;
};

static void begin(struct world *w, uint64_t buckets)
{
	*w = (struct world){.made = made_kernel_create(), .left = 2 * NODES};
	w->nodes = made_alloc(w->made, NODES * 64);
	w->chains = (struct fb_hash_chains){.what = "things",
					    .address = made_alloc_pages(w->made, buckets * 24),
					    .count = buckets,
					    .bucket = 24,
					    .head = 16};
}

static uint64_t node(const struct world *w, unsigned number)
{
	return w->nodes + 64ull * number;
}

static void set_head(struct world *w, uint64_t bucket, uint64_t value)
{
	made_put(w->made, w->chains.address + bucket * 24 + 16, value, 8);
}

static struct fb_error *note(void *context, uint64_t met)
{
	struct world *w = context;

	if (w->count < FB_ARRAY_SIZE(w->met))
		w->met[w->count++] = met;
	return NULL;
}

static bool walk(struct world *w)
{
	bool whole = true;

	w->count = 0;
	FB_OK(fb_hash_chains_each(&w->made->kernel, &w->chains, &w->left, note, w, &whole));
	return whole;
}

/* The last bucket is behind the first block that is read; chains end with 0, or with an odd number. */
static void walks_all_buckets(void)
{
	struct world w;

	begin(&w, 300);
	set_head(&w, 0, node(&w, 1));
	made_put(w.made, node(&w, 1), node(&w, 2), 8);
	set_head(&w, 7, 15);
	set_head(&w, 299, node(&w, 3));
	made_put(w.made, node(&w, 3), 599, 8);
	CU_ASSERT(walk(&w));
	CU_ASSERT_EQUAL_FATAL(w.count, 3);
	CU_ASSERT_EQUAL(w.met[0], node(&w, 1));
	CU_ASSERT_EQUAL(w.met[1], node(&w, 2));
	CU_ASSERT_EQUAL(w.met[2], node(&w, 3));
	CU_ASSERT_EQUAL(w.left, 2 * NODES - 3);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
	made_kernel_destroy(w.made);
}

/* Circles of each length, entered at each place, end soon; the chain behind is walked. */
static void circles_end(void)
{
	for (unsigned into = 0; into < NODES - 1; into += 3) {
		struct world w;

		begin(&w, 2);
		w.left = 100000;
		set_head(&w, 0, node(&w, 0));
		for (unsigned i = 0; i + 1 < NODES - 1; i++)
			made_put(w.made, node(&w, i), node(&w, i + 1), 8);
		made_put(w.made, node(&w, NODES - 2), node(&w, into), 8);
		set_head(&w, 1, node(&w, NODES - 1));
		CU_ASSERT_FALSE(walk(&w));
		CU_ASSERT(w.count >= NODES);
		CU_ASSERT(100000 - w.left < 4 * NODES);
		CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
		made_kernel_destroy(w.made);
	}
}

static void broken_chains_cost_their_rest(void)
{
	struct world w;

	begin(&w, 300);
	set_head(&w, 0, 0x1230); /* no address */
	set_head(&w, 1, node(&w, 1));
	made_put(w.made, node(&w, 1), 0x1230, 8);
	set_head(&w, 2, 0xffff800000001000ull); /* not in the dump */
	set_head(&w, 299, node(&w, 2));
	CU_ASSERT_FALSE(walk(&w));
	CU_ASSERT_EQUAL(w.count, 3);
	CU_ASSERT_EQUAL(w.met[2], node(&w, 2));
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 3);
	/* Without its first page, the table has the buckets of the second one. */
	made_lose(w.made, w.chains.address);
	CU_ASSERT_FALSE(walk(&w));
	CU_ASSERT_EQUAL(w.count, 1);
	made_kernel_destroy(w.made);
}

static void so_many_are_walked(void)
{
	struct world w;

	begin(&w, 3);
	for (unsigned i = 0; i < 3; i++)
		set_head(&w, i, node(&w, i));
	w.left = 3;
	CU_ASSERT(walk(&w));
	w.left = 2;
	CU_ASSERT_FALSE(walk(&w));
	CU_ASSERT_EQUAL(w.count, 2);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
	made_kernel_destroy(w.made);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	bool whole = true;

	w->left = NODES;
	return fb_hash_chains_each(&w->made->kernel, &w->chains, &w->left, note, w, &whole);
}

static struct fb_error *refuse(void *context FB_UNUSED, uint64_t met FB_UNUSED)
{
	return fb_error_create(FB_INVALID, "enough");
}

static void errors_are_passed_on(void)
{
	bool whole = true;
	struct world w;

	begin(&w, 2);
	set_head(&w, 0, node(&w, 0));
	made_put(w.made, node(&w, 0), node(&w, 1), 8);
	CU_ASSERT_EQUAL(failing_made_must_pass(w.made, ask, &w), 3);
	FB_FAILS_WITH(
		fb_hash_chains_each(&w.made->kernel, &w.chains, &w.left, refuse, NULL, &whole),
		FB_INVALID, "enough");
	CU_ASSERT(whole);
	made_kernel_destroy(w.made);
}

FB_TEST_MAIN("kernel/hash_chains", FB_TEST(walks_all_buckets), FB_TEST(circles_end),
	     FB_TEST(broken_chains_cost_their_rest), FB_TEST(so_many_are_walked),
	     FB_TEST(errors_are_passed_on))
