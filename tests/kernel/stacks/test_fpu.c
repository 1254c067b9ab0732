// SPDX-License-Identifier: GPL-2.0-or-later
/* FPU registers of a made task, in each place where kernels keep them. */
#include "kernel/stacks/fpu.h"

#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define TASK_BYTES 256u
#define STATE_AT 64u
#define XSAVE_BIT (1u << 26)

struct host {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t cpu_data;
	uint8_t fxsave[FB_FXSAVE_BYTES];
};

static void make(struct host *host, uint32_t capability)
{
	static const char *const names[] = {"boot_cpu_data", NULL};

	memset(host, 0, sizeof(*host));
	host->made = made_kernel_create();
	host->cpu_data = made_alloc(host->made, 128);
	made_symbols(host->made, names, &host->cpu_data);
	MADE_FIELD(host->made, cpuinfo_capability, 32, 4);
	made_put(host->made, host->cpu_data + 32 + 4 * 4, capability, 4);
	host->task.address = made_alloc_pages(host->made, 2 * FB_PAGE_SIZE);
	host->task.tid = 42;
	memset(host->fxsave, 0xee, sizeof(host->fxsave));
}

/* What a thread's registers are, each byte its own, and which of them count. */
static void put_state(struct host *host, uint64_t address, uint64_t features)
{
	uint8_t *bytes = made_at(host->made, address);

	for (unsigned i = 0; i < FB_FXSAVE_BYTES; i++)
		bytes[i] = (uint8_t)(i / 3 + 1);
	made_put(host->made, address + FB_FXSAVE_BYTES, features, 8);
}

/* Bytes first to end (exclusive) are those of put_state(). */
static bool kept(const struct host *host, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++)
		if (host->fxsave[i] != (uint8_t)(i / 3 + 1))
			return false;
	return true;
}

static bool zero(const struct host *host, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++)
		if (host->fxsave[i])
			return false;
	return true;
}

/* 5.15 and before: the registers are in fpu.state, fpu in thread or task_struct. */
static void make_state(struct host *host, uint32_t capability, uint64_t features)
{
	make(host, capability);
	MADE_FIELD(host->made, task_fpu, 128, 900);
	MADE_FIELD(host->made, fpu_state, STATE_AT, 832);
	put_state(host, host->task.address + 128 + STATE_AT, features);
}

static void reads_what_xsave_saved(void)
{
	struct host host;

	make_state(&host, XSAVE_BIT, 0x3);
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT(kept(&host, 0, 416));
	CU_ASSERT(zero(&host, 416, 512)); /* reserved, and the program's */
	made_kernel_destroy(host.made);
}

static void what_is_initial_is_not_an_older_state(void)
{
	static const uint8_t fcw[] = {0x7f, 0x03}, mxcsr[] = {0x80, 0x1f, 0, 0};
	struct host host;

	make_state(&host, XSAVE_BIT, 0); /* nothing is in use */
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT_EQUAL(memcmp(host.fxsave, fcw, 2), 0);
	CU_ASSERT(zero(&host, 2, 24));
	CU_ASSERT_EQUAL(memcmp(host.fxsave + 24, mxcsr, 4), 0);
	CU_ASSERT(kept(&host, 28, 32)); /* the mask of MXCSR is the processor's */
	CU_ASSERT(zero(&host, 32, 512));
	made_kernel_destroy(host.made);

	make_state(&host, XSAVE_BIT, 0x1); /* x87 alone */
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT(kept(&host, 0, 24) && kept(&host, 32, 160));
	CU_ASSERT_EQUAL(memcmp(host.fxsave + 24, mxcsr, 4), 0);
	CU_ASSERT(zero(&host, 160, 512));
	made_kernel_destroy(host.made);

	make_state(&host, XSAVE_BIT, 0x2); /* SSE alone */
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT_EQUAL(memcmp(host.fxsave, fcw, 2), 0);
	CU_ASSERT(zero(&host, 2, 24) && zero(&host, 32, 160));
	CU_ASSERT(kept(&host, 24, 32) && kept(&host, 160, 416));
	made_kernel_destroy(host.made);

	make_state(&host, XSAVE_BIT, 0x4); /* AVX: MXCSR counts, the lower halves do not */
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT(kept(&host, 24, 32));
	CU_ASSERT(zero(&host, 160, 416));
	made_kernel_destroy(host.made);
}

/* A processor without XSAVE: what stands behind the registers is no header. */
static void fxsave_saves_all(void)
{
	struct host host;

	make_state(&host, ~XSAVE_BIT, 0);
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT(kept(&host, 0, 512));
	made_kernel_destroy(host.made);
}

/* From 5.16 on fpu.fpstate points to them; from 6.16 on fpu stands behind the task_struct. */
static void finds_them_behind_the_task(void)
{
	struct host host;
	uint64_t fpstate;

	make(&host, XSAVE_BIT);
	host.made->kernel.layout.task_struct.size = TASK_BYTES;
	MADE_FIELD(host.made, task_fpu, 8, 8); /* a pointer: no struct fpu */
	MADE_FIELD(host.made, fpu_fpstate, 16, 8);
	MADE_FIELD(host.made, fpstate_regs, STATE_AT, 832);
	fpstate = made_alloc_pages(host.made, FB_PAGE_SIZE);
	made_put(host.made, host.task.address + TASK_BYTES + 16, fpstate, 8);
	put_state(&host, fpstate + STATE_AT, 0x3);
	FB_OK(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave));
	CU_ASSERT(kept(&host, 0, 416));

	made_lose(host.made, fpstate);
	FB_FAILS_WITH(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_ABSENT,
		      "the FPU state of TID 42");
	host.made->kernel.layout.fpstate_regs.found = false;
	FB_FAILS(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND);
	host.made->kernel.layout.task_struct.size = 0;
	FB_FAILS_WITH(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND,
		      "no type task_struct");
	made_kernel_destroy(host.made);
}

static void some_have_none(void)
{
	struct host host;

	make_state(&host, XSAVE_BIT, 0x3);
	host.task.on_cpu = true;
	FB_FAILS_WITH(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND,
		      "TID 42: its FPU registers were in the CPU");
	host.task.on_cpu = false;
	host.task.kernel_thread = true;
	FB_FAILS_WITH(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND,
		      "TID 42: a kernel thread has no user registers");
	host.task.kernel_thread = false;
	host.made->kernel.layout.fpu_state.found = false;
	FB_FAILS(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND);
	host.made->kernel.layout.fpu_state.found = true;
	host.made->kernel.layout.cpuinfo_capability.found = false;
	FB_FAILS(fb_task_fxsave(&host.made->kernel, &host.task, host.fxsave), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(host.fxsave[0], 0xee);
	CU_ASSERT_EQUAL(host.fxsave[511], 0xee);
	made_kernel_destroy(host.made);
}

struct question {
	struct failing_space failing;
	struct failure failure;
	struct host host;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;

	return fb_task_fxsave(&question->host.made->kernel, &question->host.task,
			      question->host.fxsave);
}

static void every_read_counts(void)
{
	struct question question;
	size_t reads;

	make_state(&question.host, XSAVE_BIT, 0x3);
	failing_space_init(&question.failing, question.host.made->kernel.space, &question.failure);
	question.host.made->kernel.space = &question.failing.space;
	reads = failing_must_pass(ask, &question, &question.failure, 100, 0);
	CU_ASSERT(reads >= 2);
	for (size_t at = 1; at <= reads; at++) {
		question.failure = (struct failure){.at = at, .code = FB_ABSENT};
		FB_FAILS(ask(&question), FB_ABSENT);
	}
	question.host.made->kernel.space = question.failing.whole;
	made_kernel_destroy(question.host.made);
}

FB_TEST_MAIN("kernel/fpu", FB_TEST(reads_what_xsave_saved),
	     FB_TEST(what_is_initial_is_not_an_older_state), FB_TEST(fxsave_saves_all),
	     FB_TEST(finds_them_behind_the_task), FB_TEST(some_have_none),
	     FB_TEST(every_read_counts))
