// SPDX-License-Identifier: GPL-2.0-or-later
/* Diverted return addresses on the stack of a made task, in every form the kernel had. */
#include "kernel/stacks/return_hooks.h"

#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define GRAPH 0xffffffff81001000ull
#define RETHOOK 0xffffffff81002000ull
#define KRETPROBE 0xffffffff81003000ull
#define REAL 0xffffffff81100010ull
#define SLOT 0xffffc90000010f00ull

struct world {
	struct made_kernel *made;
	struct fb_return_hooks hooks;
	uint64_t task;
};

static void open_world(struct world *world, bool shadow_stack)
{
	static const char *const names[] = {"return_to_handler",    "arch_rethook_trampoline",
					    "kretprobe_trampoline", "kretprobe_inst_table",
					    "fgraph_array",         NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t table = made_alloc(made, 64 * 8);
	const uint64_t addresses[] = {GRAPH, RETHOOK, KRETPROBE, table, GRAPH + 0x100000};
	const char *const without[] = {names[0], names[1], names[2], names[3], NULL};

	made_symbols(made, shadow_stack ? names : without, addresses);
	MADE_FIELD(made, task_ret_stack, 0, 8);
	MADE_FIELD(made, task_curr_ret_stack, 8, 4);
	MADE_FIELD(made, task_rethooks, 16, 8);
	MADE_FIELD(made, ftrace_ret_stack_ret, 0, 8);
	MADE_FIELD(made, ftrace_ret_stack_retp, 24, 8);
	made->kernel.layout.ftrace_ret_stack.size = 32;
	MADE_FIELD(made, rethook_next, 16, 8);
	MADE_FIELD(made, rethook_ret_addr, 32, 8);
	MADE_FIELD(made, rethook_frame, 40, 8);
	MADE_FIELD(made, kretprobe_next, 0, 8);
	MADE_FIELD(made, kretprobe_ret_addr, 24, 8);
	MADE_FIELD(made, kretprobe_frame, 32, 8);
	world->made = made;
	world->task = made_alloc(made, 64);
	fb_return_hooks_init(&made->kernel, &world->hooks);
}

static uint64_t find(const struct world *world, uint64_t slot, uint64_t diverted)
{
	uint64_t address = 0;

	FB_OK(fb_return_hooks_find(&world->hooks, world->task, slot, diverted, &address));
	return address;
}

static uint64_t add_rethook(const struct world *world, uint64_t next, uint64_t slot,
			    uint64_t address)
{
	uint64_t node = made_alloc(world->made, 48);

	MADE_SET(world->made, node, rethook_next, next);
	MADE_SET(world->made, node, rethook_frame, slot);
	MADE_SET(world->made, node, rethook_ret_addr, address);
	return node + 16;
}

static void hooks_are_known_by_name(void)
{
	struct world world;

	open_world(&world, false);
	CU_ASSERT_STRING_EQUAL(fb_return_hooks_name(&world.hooks, GRAPH), "return_to_handler");
	CU_ASSERT_STRING_EQUAL(fb_return_hooks_name(&world.hooks, RETHOOK),
			       "arch_rethook_trampoline");
	CU_ASSERT_PTR_NULL(fb_return_hooks_name(&world.hooks, GRAPH + 1));
	CU_ASSERT_PTR_NULL(fb_return_hooks_name(&world.hooks, 0));
	made_kernel_destroy(world.made);
}

static void graph_tracing_keeps_an_array(void)
{
	struct world world;
	uint64_t stack, address = 0;

	open_world(&world, false);
	stack = made_alloc(world.made, 50 * 32);
	MADE_SET(world.made, world.task, task_ret_stack, stack);
	MADE_SET(world.made, world.task, task_curr_ret_stack, 2);
	for (unsigned i = 0; i < 3; i++) {
		MADE_SET(world.made, stack + 32 * i, ftrace_ret_stack_ret, REAL + i);
		MADE_SET(world.made, stack + 32 * i, ftrace_ret_stack_retp, SLOT - 0x100 * i);
	}
	CU_ASSERT_EQUAL(find(&world, SLOT, GRAPH), REAL);
	CU_ASSERT_EQUAL(find(&world, SLOT - 0x200, GRAPH), REAL + 2);
	FB_FAILS_WITH(fb_return_hooks_find(&world.hooks, world.task, SLOT + 8, GRAPH, &address),
		      FB_NOT_FOUND, "return_to_handler");
	/* A function that jumped to another: both for one slot. */
	MADE_SET(world.made, stack + 64, ftrace_ret_stack_ret, GRAPH);
	MADE_SET(world.made, stack + 64, ftrace_ret_stack_retp, SLOT - 0x100);
	CU_ASSERT_EQUAL(find(&world, SLOT - 0x100, GRAPH), REAL + 1);
	/* Empty, and an index that no array has. */
	MADE_SET(world.made, world.task, task_curr_ret_stack, UINT32_MAX);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address),
		 FB_NOT_FOUND);
	MADE_SET(world.made, world.task, task_curr_ret_stack, 1000);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address),
		 FB_NOT_FOUND);
	CU_ASSERT_EQUAL(address, 0);
	made_kernel_destroy(world.made);
}

static void graph_tracing_keeps_a_shadow_stack(void)
{
	struct world world;
	uint64_t stack, address = 0;

	open_world(&world, true);
	stack = made_alloc_pages(world.made, FB_PAGE_SIZE);
	MADE_SET(world.made, world.task, task_ret_stack, stack);
	/* Two frames: 4 words, and the word with their distance; the second has one of data more. */
	MADE_SET(world.made, stack, ftrace_ret_stack_ret, REAL);
	MADE_SET(world.made, stack, ftrace_ret_stack_retp, SLOT);
	made_put(world.made, stack + 4 * 8, 1 << 12 | 1 << 10 | 4, 8);
	MADE_SET(world.made, stack + 5 * 8, ftrace_ret_stack_ret, REAL + 1);
	MADE_SET(world.made, stack + 5 * 8, ftrace_ret_stack_retp, SLOT - 0x40);
	made_put(world.made, stack + 10 * 8, 3 << 12 | 1 << 10 | 5, 8);
	MADE_SET(world.made, world.task, task_curr_ret_stack, 11);
	CU_ASSERT_EQUAL(find(&world, SLOT, GRAPH), REAL);
	CU_ASSERT_EQUAL(find(&world, SLOT - 0x40, GRAPH), REAL + 1);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT - 8, GRAPH, &address),
		 FB_NOT_FOUND);
	/* Distances that lead out, or nowhere. */
	made_put(world.made, stack + 10 * 8, 1 << 10 | 11, 8);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address),
		 FB_NOT_FOUND);
	made_put(world.made, stack + 10 * 8, 1 << 10, 8);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address),
		 FB_NOT_FOUND);
	MADE_SET(world.made, world.task, task_curr_ret_stack, 0x7fffffff);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address),
		 FB_NOT_FOUND);
	made_kernel_destroy(world.made);
}

static void rethooks_are_listed(void)
{
	struct world world;
	uint64_t address = 0, first, second;

	open_world(&world, false);
	first = add_rethook(&world, 0, SLOT, REAL);
	second = add_rethook(&world, first, SLOT, RETHOOK); /* a second probe of the function */
	second = add_rethook(&world, second, SLOT - 0x80, REAL + 1);
	MADE_SET(world.made, world.task, task_rethooks, second);
	CU_ASSERT_EQUAL(find(&world, SLOT, RETHOOK), REAL);
	CU_ASSERT_EQUAL(find(&world, SLOT - 0x80, RETHOOK), REAL + 1);
	/* A list that closes on itself ends. */
	made_put(world.made, first, second, 8);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT + 8, RETHOOK, &address),
		 FB_NOT_FOUND);
	/* What is kept is no address. */
	MADE_SET(world.made, first - 16, rethook_ret_addr, 0x1234);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, RETHOOK, &address),
		 FB_CORRUPT);
	made_lose(world.made, second);
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, RETHOOK, &address),
		 FB_ABSENT);
	made_kernel_destroy(world.made);
}

/* A probe on a function that is traced: one address took the other's place. */
static void one_hook_may_stand_behind_another(void)
{
	struct world world;
	uint64_t stack, address = 0;

	open_world(&world, false);
	stack = made_alloc(world.made, 50 * 32);
	MADE_SET(world.made, world.task, task_ret_stack, stack);
	MADE_SET(world.made, stack, ftrace_ret_stack_ret, RETHOOK);
	MADE_SET(world.made, stack, ftrace_ret_stack_retp, SLOT);
	MADE_SET(world.made, world.task, task_rethooks, add_rethook(&world, 0, SLOT, REAL));
	CU_ASSERT_EQUAL(find(&world, SLOT, GRAPH), REAL);
	/* Each stands for the other: an end all the same. */
	MADE_SET(world.made, world.task, task_rethooks, add_rethook(&world, 0, SLOT, GRAPH));
	FB_FAILS(fb_return_hooks_find(&world.hooks, world.task, SLOT, GRAPH, &address), FB_CORRUPT);
	made_kernel_destroy(world.made);
}

static void kretprobes_are_hashed_by_task(void)
{
	struct world world;
	uint64_t table = 0, node;

	open_world(&world, false);
	FB_OK(fb_kernel_symbol(&world.made->kernel, "kretprobe_inst_table", &table));
	node = made_alloc(world.made, 64);
	MADE_SET(world.made, node, kretprobe_ret_addr, REAL + 3);
	MADE_SET(world.made, node, kretprobe_frame, SLOT);
	made_put(world.made, table + 63 * 8, node, 8);
	CU_ASSERT_EQUAL(find(&world, SLOT, KRETPROBE), REAL + 3);
	/* From 5.11 on the task has a list of its own. */
	MADE_FIELD(world.made, task_kretprobes, 24, 8);
	MADE_SET(world.made, world.task, task_kretprobes, node);
	MADE_SET(world.made, node, kretprobe_ret_addr, REAL + 4);
	CU_ASSERT_EQUAL(find(&world, SLOT, KRETPROBE), REAL + 4);
	made_kernel_destroy(world.made);
}

struct question {
	struct failing_space failing;
	struct failure failure;
	struct world world;
	uint64_t diverted;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	uint64_t address = 0;

	return fb_return_hooks_find(&question->world.hooks, question->world.task, SLOT,
				    question->diverted, &address);
}

/* An error of a read is the answer, which no other node or entry stands in for. */
static void check_failing(struct question *question, size_t wanted)
{
	struct made_kernel *made = question->world.made;
	size_t reads;

	failing_space_init(&question->failing, made->kernel.space, &question->failure);
	made->kernel.space = &question->failing.space;
	reads = failing_must_pass(ask, question, &question->failure, 100, 0);
	CU_ASSERT_EQUAL(reads, wanted);
	for (size_t at = 1; at <= reads; at++) {
		question->failure = (struct failure){.at = at, .code = FB_ABSENT};
		FB_FAILS(ask(question), FB_ABSENT);
	}
	made->kernel.space = question->failing.whole;
	made_kernel_destroy(made);
}

static void a_failing_read_is_told_of_graphs(void)
{
	for (int shadow = 0; shadow <= 1; shadow++) {
		struct question question = {.diverted = GRAPH};
		struct world *world = &question.world;
		uint64_t stack;

		open_world(world, shadow);
		stack = made_alloc_pages(world->made, FB_PAGE_SIZE);
		MADE_SET(world->made, world->task, task_ret_stack, stack);
		MADE_SET(world->made, stack, ftrace_ret_stack_ret, REAL);
		MADE_SET(world->made, stack, ftrace_ret_stack_retp, SLOT);
		made_put(world->made, stack + 4 * 8, 4, 8);
		MADE_SET(world->made, world->task, task_curr_ret_stack, shadow ? 5 : 0);
		check_failing(&question, shadow ? 5 : 4);
	}
}

static void a_failing_read_is_told_of_probes(void)
{
	struct question question = {.diverted = RETHOOK};
	struct world *world = &question.world;
	uint64_t table = 0, node;

	open_world(world, false);
	node = add_rethook(world, add_rethook(world, 0, SLOT, REAL), SLOT - 8, REAL + 1);
	MADE_SET(world->made, world->task, task_rethooks, node);
	check_failing(&question, 6);
	question.diverted = KRETPROBE;
	open_world(world, false);
	FB_OK(fb_kernel_symbol(&world->made->kernel, "kretprobe_inst_table", &table));
	node = made_alloc(world->made, 64);
	MADE_SET(world->made, node, kretprobe_ret_addr, REAL + 3);
	MADE_SET(world->made, node, kretprobe_frame, SLOT);
	made_put(world->made, table + 2 * 8, node, 8);
	check_failing(&question, 5);
}

/* Kernels without the table, and types without a member. */
static void what_is_needed_is_named(void)
{
	struct world world;
	uint64_t address = 0;

	open_world(&world, false);
	made_symbols(world.made, (const char *const[]){"kretprobe_trampoline", NULL},
		     (const uint64_t[]){KRETPROBE});
	fb_return_hooks_init(&world.made->kernel, &world.hooks);
	FB_FAILS_WITH(fb_return_hooks_find(&world.hooks, world.task, SLOT, KRETPROBE, &address),
		      FB_NOT_FOUND, "kretprobe_inst_table");
	made_kernel_destroy(world.made);
	open_world(&world, false);
	MADE_SET(world.made, world.task, task_rethooks, add_rethook(&world, 0, SLOT, REAL));
	world.made->kernel.layout.rethook_next.found = false;
	FB_FAILS_WITH(fb_return_hooks_find(&world.hooks, world.task, SLOT, RETHOOK, &address),
		      FB_NOT_FOUND, "rethook_next");
	world.made->kernel.layout.task_rethooks.found = false;
	FB_FAILS_WITH(fb_return_hooks_find(&world.hooks, world.task, SLOT, RETHOOK, &address),
		      FB_NOT_FOUND, "task_rethooks");
	made_kernel_destroy(world.made);
}

FB_TEST_MAIN("kernel/return_hooks", FB_TEST(hooks_are_known_by_name),
	     FB_TEST(graph_tracing_keeps_an_array), FB_TEST(graph_tracing_keeps_a_shadow_stack),
	     FB_TEST(rethooks_are_listed), FB_TEST(one_hook_may_stand_behind_another),
	     FB_TEST(kretprobes_are_hashed_by_task), FB_TEST(a_failing_read_is_told_of_graphs),
	     FB_TEST(a_failing_read_is_told_of_probes), FB_TEST(what_is_needed_is_named))
