// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls between three made CPUs: to many CPUs, from a stack, queued, taken; what stands beside them; damaged ones. */
#include "kernel/tasks/cpu_calls.h"

#include <inttypes.h>
#include <stdlib.h>

#include "kernel/image/thread_size.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

#define CPUS 3u
/* Per-CPU addresses, and the size of one CPU's area. */
#define QUEUE 64u
#define DATA 128u
#define SENT 512u /* the calls of CPU 0 to others; those of the next follow */
#define AREA 4096u
#define FLAGS 8u
#define FUNCTION 16u

#define LOCKED 1u
#define WAITS 0x10u
#define WAKEUP 0x30u

struct host {
	struct made_kernel *made;
	struct fb_task tasks[CPUS];
	struct fb_run_queue list[CPUS];
	struct fb_run_queues queues;
};

static uint64_t at(const struct host *host, unsigned cpu, uint64_t address)
{
	return host->made->kernel.percpu_offsets[cpu] + address;
}

static void build(struct host *host)
{
	static const char *const names[] = {"call_single_queue", "cfd_data", NULL};
	static const uint64_t addresses[] = {QUEUE, DATA};
	struct made_kernel *made = made_kernel_create();

	*host = (struct host){.made = made, .queues = {host->list, CPUS}};
	made_symbols(made, names, addresses);
	free(made->kernel.percpu_offsets);
	made->kernel.percpu_offsets = calloc(CPUS, sizeof(uint64_t));
	CU_ASSERT_PTR_NOT_NULL_FATAL(made->kernel.percpu_offsets);
	made->kernel.cpu_limit = CPUS;
	MADE_FIELD(made, csd_flags, FLAGS, 4);
	MADE_FIELD(made, csd_function, FUNCTION, 8);
	MADE_FIELD(made, cfd_calls, 8, 8);
	for (unsigned i = 0; i < CPUS; i++) {
		made->kernel.percpu_offsets[i] = made_alloc_pages(made, AREA);
		made_put(made, at(host, i, DATA) + 8, SENT + 64ull * i, 8);
		host->tasks[i].stack = made_alloc_pages(made, fb_thread_size(&made->kernel));
		host->list[i] = (struct fb_run_queue){.cpu = i, .current = &host->tasks[i]};
	}
}

static void put_call(struct host *host, uint64_t call, uint64_t flags, uint64_t function)
{
	made_put(host->made, call + FLAGS, flags, 4);
	made_put(host->made, call + FUNCTION, function, 8);
}

/* Puts it before what is in the queue. */
static void enqueue(struct host *host, unsigned cpu, uint64_t call)
{
	uint64_t first = 0;

	memcpy(&first, made_at(host->made, at(host, cpu, QUEUE)), 8);
	made_put(host->made, call, first, 8);
	made_put(host->made, at(host, cpu, QUEUE), call, 8);
}

static struct fb_error *spell(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	struct host *host = context;
	struct fb_cpu_calls calls = {0};
	struct fb_error *err = fb_cpu_calls_load(&host->made->kernel, &host->queues, &calls);

	*incomplete_ret = false;
	for (size_t i = 0; i < calls.count && !err; i++) {
		const struct fb_cpu_call *call = &calls.calls[i];

		err = fb_buf_printf(text, "%" PRId64 ">%u 0x%" PRIx64 "%s%s\n", call->from,
				    call->to, call->function, call->waits ? " waits" : "",
				    call->queued ? " queued" : "");
	}
	fb_cpu_calls_deinit(&calls);
	return err;
}

static void expect(struct host *host, const char *expected)
{
	struct fb_buf text;
	bool incomplete;

	fb_buf_init(&text, 1u << 16);
	FB_OK_FATAL(spell(host, &text, &incomplete));
	FB_OK_FATAL(fb_buf_append(&text, "", 1));
	CU_ASSERT_STRING_EQUAL((const char *)text.data, expected);
	fb_buf_deinit(&text);
}

static void end(struct host *host)
{
	made_kernel_destroy(host->made);
}

/* CPU 0 asked both others: 1 has not begun, 2 runs the function. CPU 1 asked 2 and needs no answer. */
static void ask(struct host *host)
{
	put_call(host, at(host, 1, SENT), LOCKED | WAITS, 0x1000);
	enqueue(host, 1, at(host, 1, SENT));
	put_call(host, at(host, 2, SENT), LOCKED | WAITS, 0x1000);
	put_call(host, at(host, 2, SENT + 64), LOCKED, 0x2000);
	enqueue(host, 2, at(host, 2, SENT + 64));
}

static void tells_who_has_not_answered(void)
{
	struct host host;

	build(&host);
	expect(&host, "");
	ask(&host);
	expect(&host, "0>1 0x1000 waits queued\n"
		      "1>2 0x2000 queued\n"
		      "0>2 0x1000 waits\n");
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	end(&host);
}

static void tells_whose_stack_a_call_is_on(void)
{
	struct host host;
	uint64_t elsewhere;

	build(&host);
	elsewhere = made_alloc(host.made, 64);
	put_call(&host, elsewhere, LOCKED, 0x3000);
	enqueue(&host, 0, elsewhere);
	put_call(&host, host.tasks[2].stack + 640, LOCKED | WAITS, 0x4000);
	enqueue(&host, 0, host.tasks[2].stack + 640);
	expect(&host, "2>0 0x4000 waits queued\n"
		      "-1>0 0x3000 queued\n");
	end(&host);
}

static void what_is_no_call_is_left_out(void)
{
	struct host host;
	uint64_t wakeup;

	build(&host);
	wakeup = made_alloc(host.made, 64);
	put_call(&host, wakeup, LOCKED | WAKEUP, 0x3000);
	enqueue(&host, 0, wakeup);
	expect(&host, "");
	end(&host);
}

/* Before 5.8 another bit says that somebody waits, and queues have nothing else. */
static void older_kernels_have_other_flags(void)
{
	struct host host;

	build(&host);
	host.made->kernel.layout.csd_flags.found = false;
	MADE_FIELD(host.made, csd_flags_older, FLAGS, 4);
	put_call(&host, at(&host, 1, SENT), LOCKED | 2, 0x1000);
	put_call(&host, at(&host, 2, SENT), LOCKED, 0x1000);
	expect(&host, "0>1 0x1000 waits\n"
		      "0>2 0x1000\n");
	end(&host);
}

static void a_broken_queue_costs_one_cpu(void)
{
	struct host host;
	uint64_t loop;

	build(&host);
	ask(&host);
	made_put(host.made, at(&host, 1, QUEUE), 8, 8);
	expect(&host, "1>2 0x2000 queued\n"
		      "0>2 0x1000 waits\n");
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 1);
	/* A queue without an end is cut. */
	loop = made_alloc(host.made, 64);
	put_call(&host, loop, LOCKED | WAKEUP, 0);
	made_put(host.made, loop, loop, 8);
	made_put(host.made, at(&host, 1, QUEUE), loop, 8);
	expect(&host, "0>1 0x1000 waits\n"
		      "1>2 0x2000 queued\n"
		      "0>2 0x1000 waits\n");
	end(&host);
}

static struct fb_error *load(void *context)
{
	struct host *host = context;
	struct fb_cpu_calls calls = {0};
	struct fb_error *err = fb_cpu_calls_load(&host->made->kernel, &host->queues, &calls);

	fb_cpu_calls_deinit(&calls);
	return err;
}

static void what_cannot_be_read_is_told(void)
{
	struct host host;

	build(&host);
	ask(&host);
	CU_ASSERT(absent_made_must_tell(host.made, spell, &host) > 8);
	CU_ASSERT(failing_made_must_pass(host.made, load, &host) > 8);
	end(&host);
}

FB_TEST_MAIN("kernel/cpu_calls", FB_TEST(tells_who_has_not_answered),
	     FB_TEST(tells_whose_stack_a_call_is_on), FB_TEST(what_is_no_call_is_left_out),
	     FB_TEST(older_kernels_have_other_flags), FB_TEST(a_broken_queue_costs_one_cpu),
	     FB_TEST(what_cannot_be_read_is_told))
