// SPDX-License-Identifier: GPL-2.0-or-later
/* The wait graph of made-up goroutines: who may end a wait, deadlocks that are likely, and what is no deadlock. */
#include "bundle/waits/goroutines/wait_goroutines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "bundle/waits/goroutines/wait_go.h"
#include "tests/harness.h"

#define A 0x1000u
#define B 0x2000u
#define CHANNEL 0x3000u

struct made {
	struct fb_wait_goroutines of;
	size_t references;
};

static struct fb_goroutine_stack *add(struct made *made, enum fb_go_wait_kind kind,
				      uint64_t address)
{
	struct fb_goroutine_stack *one = &made->of.all.list[made->of.all.count++];

	one->id = 10 + made->of.all.count;
	one->since = 1000000000;
	if (address) {
		one->waits[0] = (struct fb_go_wait){
			.kind = kind, .address = address, .count = 2, .locked = true};
		one->wait_count = 1;
	}
	return one;
}

static void refer(struct made *made, uint32_t routine, uint64_t object)
{
	made->of.all.references[made->of.all.reference_count++] =
		(struct fb_go_reference){object, routine, false};
}

static void begin(struct made *made)
{
	memset(made, 0, sizeof(*made));
	made->of.pid = 7;
	made->of.of_dump = true;
	made->of.all.list = calloc(8, sizeof(*made->of.all.list));
	made->of.all.references = calloc(8, sizeof(*made->of.all.references));
	CU_ASSERT_PTR_NOT_NULL_FATAL(made->of.all.list);
	CU_ASSERT_PTR_NOT_NULL_FATAL(made->of.all.references);
}

static const struct fb_wait_object *object_of(const struct made *made, size_t wait)
{
	return &made->of.graph.objects[made->of.graph.waits[wait].object];
}

static void two_that_have_what_the_other_wants_are_a_deadlock(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_MUTEX, A);
	add(&made, FB_GO_WAIT_MUTEX, B);
	add(&made, FB_GO_WAIT_MUTEX, B);
	refer(&made, 0, A);
	refer(&made, 1, A);
	refer(&made, 0, B);
	refer(&made, 1, B);
	refer(&made, 2, B);
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 3000000000));
	CU_ASSERT_EQUAL_FATAL(made.of.graph.wait_count, 3);
	CU_ASSERT_STRING_EQUAL(made.of.graph.waits[0].kind, "go-mutex");
	CU_ASSERT_EQUAL(made.of.graph.waits[0].seconds, 2);
	CU_ASSERT(made.of.graph.waits[0].certain);
	CU_ASSERT_EQUAL_FATAL(object_of(&made, 0)->owner_count, 1);
	CU_ASSERT_EQUAL(object_of(&made, 0)->owners[0].tid, 2);
	CU_ASSERT(!object_of(&made, 0)->certain);
	CU_ASSERT_EQUAL_FATAL(made.of.analysis.cycle_count, 1);
	CU_ASSERT_EQUAL(made.of.analysis.cycles[0].count, 2);
	CU_ASSERT_EQUAL(made.of.analysis.cycles[0].behind, 1);
	CU_ASSERT(made.of.analysis.stuck[2]);
	fb_wait_goroutines_deinit(&made.of);
}

/* One whose stack has the lock's own address comes before those that have one near it. */
static void what_is_near_counts_where_nobody_has_the_address(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_MUTEX, A);
	add(&made, FB_GO_WAIT_MUTEX, B);
	add(&made, FB_GO_WAIT_MUTEX, 0);
	refer(&made, 1, A);
	refer(&made, 2, A);
	refer(&made, 0, B);
	made.of.all.references[1].near = made.of.all.references[2].near = true;
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 0));
	CU_ASSERT_EQUAL_FATAL(object_of(&made, 0)->owner_count, 1);
	CU_ASSERT_EQUAL(object_of(&made, 0)->owners[0].tid, 2);
	CU_ASSERT_EQUAL(object_of(&made, 1)->owner_count, 1);
	CU_ASSERT_EQUAL(made.of.analysis.cycle_count, 1);
	fb_wait_goroutines_deinit(&made.of);
}

/* A third goroutine, which waits for nothing, may have the lock as well. */
static void one_that_may_go_on_breaks_the_circle(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_MUTEX, A);
	add(&made, FB_GO_WAIT_MUTEX, B);
	add(&made, FB_GO_WAIT_MUTEX, 0);
	refer(&made, 1, A);
	refer(&made, 2, A);
	refer(&made, 0, B);
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 0));
	CU_ASSERT_EQUAL(object_of(&made, 0)->owner_count, 2);
	CU_ASSERT_EQUAL(made.of.analysis.cycle_count, 0);
	CU_ASSERT(isnan(made.of.graph.waits[0].seconds));
	fb_wait_goroutines_deinit(&made.of);
}

/* select {} never goes on. */
static void one_that_waits_for_ever_breaks_no_circle(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_MUTEX, A);
	add(&made, FB_GO_WAIT_MUTEX, B);
	add(&made, FB_GO_WAIT_MUTEX, 0)->reason = "select (no cases)";
	refer(&made, 1, A);
	refer(&made, 2, A);
	refer(&made, 0, B);
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 0));
	CU_ASSERT_EQUAL(object_of(&made, 0)->owner_count, 1);
	CU_ASSERT_EQUAL(made.of.analysis.cycle_count, 1);
	fb_wait_goroutines_deinit(&made.of);
}

static void what_is_free_or_that_nobody_refers_to_has_no_owner(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_MUTEX, A)->waits[0].locked = false;
	add(&made, FB_GO_WAIT_MUTEX, 0);
	add(&made, FB_GO_WAIT_GROUP, B);
	add(&made, FB_GO_WAIT_RECEIVE, CHANNEL)->waits[0].room = 4;
	refer(&made, 1, A);
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 0));
	CU_ASSERT_EQUAL(object_of(&made, 0)->owner_count, 0);
	CU_ASSERT(object_of(&made, 0)->others);
	CU_ASSERT_PTR_NOT_NULL(strstr(object_of(&made, 0)->need, "it is free"));
	CU_ASSERT_STRING_EQUAL(object_of(&made, 1)->detail, "Done() is missing 2 times");
	CU_ASSERT_PTR_NOT_NULL(strstr(object_of(&made, 1)->need, "no other goroutine's stack"));
	CU_ASSERT_STRING_EQUAL(object_of(&made, 2)->detail, "2 of 4 elements full");
	CU_ASSERT_STRING_EQUAL(made.of.graph.waits[2].detail, "receives");
	fb_wait_goroutines_deinit(&made.of);
}

/* The runtime's own, and those that were read from a core. */
static void what_is_not_the_programs_is_left_out(void)
{
	struct made made;

	begin(&made);
	add(&made, FB_GO_WAIT_RECEIVE, CHANNEL)->system = true;
	add(&made, FB_GO_WAIT_SEND, CHANNEL);
	made.of.of_dump = false;
	FB_OK_FATAL(fb_wait_goroutines_analyse(&made.of, 0));
	CU_ASSERT_EQUAL_FATAL(made.of.graph.wait_count, 1);
	CU_ASSERT(!made.of.graph.waits[0].certain);
	CU_ASSERT_EQUAL(made.of.graph.waits[0].tid, 2);
	fb_wait_goroutines_deinit(&made.of);
}

static void functions_in_which_threads_idle_are_known(void)
{
	CU_ASSERT_STRING_EQUAL(fb_wait_go_idle("runtime.stopm"), "has no goroutine to run");
	CU_ASSERT_STRING_EQUAL(fb_wait_go_idle("runtime.sysmon"), "is the runtime's monitor");
	CU_ASSERT_PTR_NULL(fb_wait_go_idle("runtime.lock2"));
	CU_ASSERT_PTR_NULL(fb_wait_go_idle("main.stopm"));
}

FB_TEST_MAIN("bundle/waits/goroutines/wait_goroutines",
	     FB_TEST(two_that_have_what_the_other_wants_are_a_deadlock),
	     FB_TEST(what_is_near_counts_where_nobody_has_the_address),
	     FB_TEST(one_that_may_go_on_breaks_the_circle),
	     FB_TEST(one_that_waits_for_ever_breaks_no_circle),
	     FB_TEST(what_is_free_or_that_nobody_refers_to_has_no_owner),
	     FB_TEST(what_is_not_the_programs_is_left_out),
	     FB_TEST(functions_in_which_threads_idle_are_known))
