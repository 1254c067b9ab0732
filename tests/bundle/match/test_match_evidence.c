// SPDX-License-Identifier: GPL-2.0-or-later
/* What is weighed for and against a match: threads, mappings, CPU time and age, each by itself, in all its words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/match/match_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/made_vmas.h"

#define CRASH 1000000000ll
#define UPTIME 1000ll
#define SECOND 1000000000ll
#define BOOT_NS ((CRASH + 1 - UPTIME) * SECOND)
#define CRASH_NS ((CRASH + 1) * SECOND)
#define BOOT_ID "0123456789abcdef0123456789abcdef"

/* 300 has the threads 301 and 302, 400 has none more. */
struct host {
	struct made_tasks made;
	struct made_kernel *kernel;
	struct fb_tasks *tasks;
	uint64_t leader, other, mm;
	struct fb_core_info info; /* of the core: at first it tells nothing */
	enum fb_verdict verdict;  /* before it is weighed */
	double before_panic;      /* after */
};

static void begin(struct host *host)
{
	uint64_t second, third, vmas[3];
	struct made_kernel *made;

	memset(host, 0, sizeof(*host));
	made_tasks_create(&host->made);
	host->kernel = made = host->made.made;
	made_vma_members(made, false);
	made->kernel.info.crash_time = 0;
	host->leader = made_process(&host->made, host->made.init_task, 300, "worker");
	second = made_thread(&host->made, host->leader, 301, "second");
	third = made_thread(&host->made, host->leader, 302, "third");
	host->other = made_process(&host->made, host->made.init_task, 400, "other");
	/* Not in the order of the others. */
	made_task_inner_tid(&host->made, host->leader, 0, 9);
	made_task_inner_tid(&host->made, second, 0, 3);
	made_task_inner_tid(&host->made, third, 0, 6);
	MADE_SET(made, host->leader, task_utime, 3 * SECOND);
	MADE_SET(made, host->leader, task_stime, SECOND);
	MADE_SET(made, second, task_utime, 0);
	MADE_SET(made, second, task_stime, 2 * SECOND);
	MADE_SET(made, host->leader, task_start_boottime, 300 * SECOND);
	vmas[0] = made_vma(made, 0x400000, 0x403000, MADE_BASE);
	vmas[1] = made_vma(made, 0x403000, 0x405000, MADE_BASE);
	MADE_SET(made, vmas[1], vma_pgoff, 3);
	vmas[2] = made_vma(made, 0x500000, 0x501000, 0);
	host->mm = made_alloc(made, 256);
	made_mm_list(made, host->mm, vmas, 3);
	MADE_SET(made, host->leader, task_mm, host->mm);
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &host->tasks));
	host->info.path = "core";
	host->verdict = FB_VERDICT_CERTAIN;
}

static void end(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

/* Weighs the core as one of the process; evidence: what is then said, or NULL: nothing. */
static void check(struct host *host, int32_t pid, enum fb_verdict verdict, const char *evidence)
{
	struct fb_match match = {.verdict = host->verdict,
				 .task = fb_tasks_by_tid(host->tasks, pid),
				 .mm = host->mm,
				 .taken_before_panic_s = NAN};

	FB_OK(fb_match_weigh(&host->kernel->kernel, host->tasks, &host->info, &match));
	CU_ASSERT_EQUAL(match.verdict, verdict);
	CU_ASSERT_EQUAL_FATAL(match.evidence_count, evidence ? 1 : 0);
	if (evidence && strcmp(match.evidence[0], evidence) != 0)
		printf("\n    \"%s\", not \"%s\" ", match.evidence[0], evidence);
	if (evidence)
		CU_ASSERT_STRING_EQUAL(match.evidence[0], evidence);
	host->before_panic = match.taken_before_panic_s;
	fb_match_deinit(&match);
}

static void weighs_names(void)
{
	struct host host;

	begin(&host);
	check(&host, 300, FB_VERDICT_CERTAIN, NULL);
	host.info.has_psinfo = true;
	memcpy(host.info.comm, "worker", 7);
	check(&host, 300, FB_VERDICT_CERTAIN, "name equal (worker)");
	memcpy(host.info.comm, "worker2", 8);
	check(&host, 300, FB_VERDICT_CERTAIN, "name was changed to worker");
	host.verdict = FB_VERDICT_NONE;
	check(&host, 300, FB_VERDICT_NONE, NULL);
	end(&host);
}

static void weighs_threads(void)
{
	static const struct {
		int32_t pid;
		int32_t tids[4]; /* of the core; 0 behind the last */
		const char *evidence;
	} cases[] = {
		{400, {400}, "its only thread is the same"},
		{400, {401}, "its only thread is another"},
		{300, {300}, "1 of the core's 1 thread was still there at the panic, among 3"},
		{300, {400}, "0 of the core's 1 thread was still there at the panic, among 3"},
		{400,
		 {300, 400},
		 "1 of the core's 2 threads were still there at the panic, among 1"},
		{300,
		 {300, 301, 999},
		 "2 of the core's 3 threads were still there at the panic, among 3"},
		/* Their numbers in their namespace. */
		{300,
		 {3, 6, 9, 12},
		 "3 of the core's 4 threads were still there at the panic, among 3"},
	};
	struct host host;

	begin(&host);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_core_thread threads[4] = {{.tid = 0}};

		host.info.thread_count = 0;
		host.info.threads = threads;
		for (size_t j = 0; j < 4 && cases[i].tids[j]; j++)
			threads[host.info.thread_count++].tid = cases[i].tids[j];
		check(&host, cases[i].pid, FB_VERDICT_CERTAIN, cases[i].evidence);
	}
	end(&host);
}

#define NONE_STANDS "against it: none of 1 mapped files stands where the core has it"

static void weighs_mappings(void)
{
	static const struct {
		struct fb_core_mapping mapping;
		bool equal;
	} cases[] = {
		{{.start = 0x400000, .end = 0x403000}, true},
		{{.start = 0x403000, .end = 0x405000, .offset = 0x3000}, true},
		{{.start = 0x403000, .end = 0x405000, .offset = 0x2000}, false},
		{{.start = 0x400000, .end = 0x402000}, false},
		{{.start = 0x401000, .end = 0x403000}, false},
		{{.start = 0x500000, .end = 0x501000}, false}, /* of no file */
		{{.start = 0x600000, .end = 0x601000}, false},
	};
	struct fb_core_mapping both[] = {cases[0].mapping, cases[6].mapping};
	struct host host;

	begin(&host);
	host.info.mapping_count = 1;
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		bool equal = cases[i].equal;

		host.info.mappings = &cases[i].mapping;
		host.verdict = FB_VERDICT_CERTAIN;
		check(&host, 300, FB_VERDICT_CERTAIN,
		      equal ? "1 of 1 file mappings at the same addresses"
			    : "0 of 1 file mappings at the same addresses");
		host.verdict = FB_VERDICT_LIKELY;
		check(&host, 300, equal ? FB_VERDICT_LIKELY : FB_VERDICT_NONE,
		      equal ? "1 of 1 file mappings at the same addresses" : NONE_STANDS);
	}
	host.info.mappings = both;
	host.info.mapping_count = 2;
	check(&host, 300, FB_VERDICT_LIKELY, "1 of 2 file mappings at the same addresses");
	host.info.mappings = &both[1];
	host.info.mapping_count = 1;
	/* What is lost of them may have been at the same addresses. */
	MADE_SET(host.kernel, host.mm, mm_map_count, 4);
	check(&host, 300, FB_VERDICT_LIKELY, "0 of 1 file mappings at the same addresses");
	host.mm = 0x1000; /* where nothing is */
	check(&host, 300, FB_VERDICT_LIKELY, "0 of 1 file mappings at the same addresses");
	host.kernel->kernel.layout.mm_mmap.found = false;
	check(&host, 300, FB_VERDICT_LIKELY, "the mappings at the panic are not in the dump");
	end(&host);
}

#define ONLY_CPU_TIME(seconds)                                                                 \
	"the process used " seconds " s of CPU time after the core (the file's own time says " \
	"nothing)"

static void check_times(struct host *host, const struct fb_core_thread threads[2],
			enum fb_verdict verdict, const char *evidence)
{
	struct fb_match match = {.verdict = FB_VERDICT_CERTAIN,
				 .task = fb_tasks_by_tid(host->tasks, 300),
				 .taken_before_panic_s = NAN};

	host->info.threads = threads;
	host->info.thread_count = 2;
	FB_OK(fb_match_weigh(&host->kernel->kernel, host->tasks, &host->info, &match));
	CU_ASSERT_EQUAL(match.verdict, verdict);
	/* The first piece is of the threads. */
	CU_ASSERT_EQUAL(match.evidence_count, evidence ? 2 : 1);
	if (evidence && match.evidence_count > 1)
		CU_ASSERT_STRING_EQUAL(match.evidence[1], evidence);
	host->before_panic = match.taken_before_panic_s;
	fb_match_deinit(&match);
}

/* The leader has used 4 s, the second thread 2 s. */
static void weighs_cpu_time(void)
{
	static const struct {
		struct fb_core_thread threads[2];
		double seconds; /* since the core; NaN: unknown */
		const char *evidence;
	} cases[] = {
		{{{.tid = 300, .utime_us = 1000000, .stime_us = 500000}, {.tid = 301}},
		 2.5,
		 ONLY_CPU_TIME("2.50")},
		{{{.tid = 300, .utime_us = 3000000}, {.tid = 301, .stime_us = 500000}},
		 2.5,
		 ONLY_CPU_TIME("2.50")},
		/* What is rounded up, as far as it may be. */
		{{{.tid = 300, .utime_us = 4010000}, {.tid = 301, .stime_us = 1000000}},
		 1,
		 ONLY_CPU_TIME("1.00")},
		/* No times; those of another process; of one that is gone. */
		{{{.tid = 300}, {.tid = 301}}, NAN, NULL},
		{{{.tid = 400, .utime_us = 9000000}, {.tid = 999, .utime_us = 9000000}}, NAN, NULL},
		{{{.tid = 300, .utime_us = 4010001}, {.tid = 301}},
		 NAN,
		 "against it: thread 300 had used 4.01 s of CPU time in the core, 4.00 s at the panic"},
		{{{.tid = 300, .utime_us = 1}, {.tid = 301, .stime_us = 9000000}},
		 NAN,
		 "against it: thread 301 had used 9.00 s of CPU time in the core, 2.00 s at the panic"},
	};
	struct host host;

	begin(&host);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		bool against = cases[i].evidence && strstr(cases[i].evidence, "against");

		check_times(&host, cases[i].threads, against ? FB_VERDICT_NONE : FB_VERDICT_CERTAIN,
			    cases[i].evidence);
		CU_ASSERT_EQUAL(isnan(host.before_panic), isnan(cases[i].seconds));
		if (!isnan(cases[i].seconds))
			CU_ASSERT_DOUBLE_EQUAL(host.before_panic, cases[i].seconds, 1e-6);
	}
	end(&host);
}

/* The process began 300 s after boot, which was 1000 s before the panic. */
static void weighs_age(void)
{
	static const struct {
		int64_t written_ns; /* by the file's time, from boot on */
		int64_t named_us;   /* by its name; INT64_MIN: it has none */
		double before_panic;
		const char *evidence;
	} cases[] = {
		{900 * SECOND, INT64_MIN, 100, NULL},
		{UPTIME * SECOND, INT64_MIN, 0, NULL},
		{UPTIME * SECOND + SECOND / 2, INT64_MIN, NAN, NULL},
		{299 * SECOND, INT64_MIN, 701, NULL},
		{298 * SECOND, INT64_MIN, NAN,
		 "against it: the core is 2 s older than the process"},
		{0, INT64_MIN, NAN, "against it: the core is 300 s older than the process"},
		{-SECOND / 2, INT64_MIN, NAN, NULL},
		/* The name goes before, where it is of this boot. */
		{900 * SECOND, 800000000, 200, NULL},
		{900 * SECOND, UPTIME * 1000000, 0, NULL},
		{900 * SECOND, UPTIME * 1000000 + 500000, 100, NULL},
		{900 * SECOND, 0, NAN, "against it: the core is 300 s older than the process"},
		{900 * SECOND, -500000, 100, NULL},
	};
	struct host host;

	begin(&host);
	host.kernel->kernel.info.crash_time = CRASH;
	host.kernel->kernel.info.uptime_s = (double)UPTIME;
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		char path[128] = "/some.folder/core";

		if (cases[i].named_us != INT64_MIN)
			(void)snprintf(path, sizeof(path),
				       "/some.folder/core.x.0." BOOT_ID ".300.%lld",
				       (long long)(BOOT_NS / 1000 + cases[i].named_us));
		host.info.path = path;
		host.info.mtime_ns = BOOT_NS + cases[i].written_ns;
		check(&host, 300, cases[i].evidence ? FB_VERDICT_NONE : FB_VERDICT_CERTAIN,
		      cases[i].evidence);
		CU_ASSERT_EQUAL(isnan(host.before_panic), isnan(cases[i].before_panic));
		if (!isnan(cases[i].before_panic))
			CU_ASSERT_DOUBLE_EQUAL(host.before_panic, cases[i].before_panic, 1e-3);
	}
	/* Without a folder; and where nobody knows when the panic was. */
	host.info.path = "core";
	host.info.mtime_ns = CRASH_NS - 100 * SECOND;
	check(&host, 300, FB_VERDICT_CERTAIN, NULL);
	CU_ASSERT_DOUBLE_EQUAL(host.before_panic, 100, 1e-3);
	host.kernel->kernel.info.crash_time = 0;
	check(&host, 300, FB_VERDICT_CERTAIN, NULL);
	CU_ASSERT(isnan(host.before_panic));
	end(&host);
}

FB_TEST_MAIN("bundle/match_evidence", FB_TEST(weighs_names), FB_TEST(weighs_threads),
	     FB_TEST(weighs_mappings), FB_TEST(weighs_cpu_time), FB_TEST(weighs_age))
