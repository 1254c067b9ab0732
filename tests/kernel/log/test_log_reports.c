// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports found in logs by their words, and which of them led to the panic. The lines are of real logs: of the lab's
 * guests that panic in each way (samples/lab/panics), shortened, or else as the kernel's sources print them. */
#include "kernel/log/log_reports.h"

#include <string.h>

#include "kernel/log/log_source.h"
#include "tests/harness.h"

/* Where the text begins with "<14>", a process wrote it to /dev/kmsg. */
struct line {
	unsigned second;
	const char *text;
};

static struct fb_error *read_text(struct fb_space *space FB_UNUSED, uint64_t address, void *to,
				  size_t length)
{
	memcpy(to, (const void *)(uintptr_t)address, length);
	return NULL;
}

static struct fb_log_cause cause_of(const struct line *lines)
{
	static const struct fb_space_ops ops = {.read = read_text};
	struct fb_space space = {.ops = &ops, .name = "texts"};
	struct fb_log_cause cause;
	struct fb_log *log;

	FB_OK_FATAL(fb_log_create(&log));
	for (size_t i = 0; lines[i].text; i++) {
		bool by_user = !strncmp(lines[i].text, "<14>", 4);
		const char *text = lines[i].text + (by_user ? 4 : 0);
		struct fb_log_record record = {
			.sequence = i,
			.time_ns = lines[i].second * 1000000000ull,
			.length = (uint32_t)strlen(text),
			.facility = by_user ? 1 : 0,
		};

		FB_OK_FATAL(fb_log_append(log, &space, &record, (uintptr_t)text));
	}
	fb_log_finish(log);
	memset(&cause, 0xaa, sizeof(cause));
	fb_log_find_cause(log, &cause);
	fb_log_destroy(log);
	return cause;
}

/* Each way to panic: the lines, the cause, and the record, CPU and task of the report. */
static const struct {
	struct line lines[8];
	enum fb_log_kind kind;
	size_t record;
	int cpu;
	int32_t tid;
} logs[] = {
	{{{0, "boot"},
	  {5, "BUG: kernel NULL pointer dereference, address: 0000000000000008"},
	  {5, "#PF: supervisor write access in kernel mode"},
	  {5, "Oops: 0002 [#1] PREEMPT SMP NOPTI"},
	  {5, "CPU: 1 PID: 123 Comm: insmod Tainted: G           OE"},
	  {5, "Kernel panic - not syncing: Fatal exception"}},
	 FB_LOG_NULL_DEREFERENCE,
	 1,
	 1,
	 123},
	{{{5, "BUG: unable to handle page fault for address: fffffffffffe0000"},
	  {5, "CPU: 0 UID: 0 PID: 7 Comm: a PID: 9"},
	  {5, "Kernel panic - not syncing: Fatal exception in interrupt"}},
	 FB_LOG_PAGE_FAULT,
	 0,
	 0,
	 7},
	{{{5, "Oops: general protection fault, probably for non-canonical address 0x1234"},
	  {5, "Kernel panic - not syncing: Fatal exception"}},
	 FB_LOG_GENERAL_PROTECTION,
	 0,
	 -1,
	 -1},
	{{{5, "------------[ cut here ]------------"},
	  {5, "kernel BUG at fs/x.c:12!"},
	  {5, "Oops: invalid opcode: 0000 [#1] SMP NOPTI"},
	  {5, "CPU: 2 PID: 44 Comm: x"},
	  {5, "Kernel panic - not syncing: Fatal exception"}},
	 FB_LOG_BUG,
	 1,
	 2,
	 44},
	{{{5, "list_add corruption. prev->next should be next (1), but was 2. (prev=3)."},
	  {5, "------------[ cut here ]------------"},
	  {5, "kernel BUG at lib/list_debug.c:30!"},
	  {5, "invalid opcode: 0000 [#1] PREEMPT SMP NOPTI"},
	  {5, "CPU: 1 PID: 44 Comm: x"},
	  {5, "Kernel panic - not syncing: Fatal exception"}},
	 FB_LOG_LIST_CORRUPTION,
	 0,
	 1,
	 44},
	{{{5, "BUG: TASK stack guard page was hit at 1 (stack is 2..3)"},
	  {5, "stack guard page: 0000 [#1] PREEMPT SMP NOPTI"},
	  {5, "CPU: 1 PID: 45 Comm: insmod"},
	  {5, "Kernel panic - not syncing: Fatal exception in interrupt"}},
	 FB_LOG_STACK_OVERFLOW,
	 0,
	 1,
	 45},
	{{{5, "------------[ cut here ]------------"},
	  {5, "WARNING: CPU: 1 PID: 46 at /module/lab_panic.c:80 lab_init+0x1/0x2 [lab_panic]"},
	  {5, "Kernel panic - not syncing: panic_on_warn set ..."}},
	 FB_LOG_WARNING,
	 1,
	 1,
	 46},
	{{{5, "WARNING: /module/lab_panic.c:80 at lab_init+0x1/0x2 [lab_panic], CPU#1: a/b/46"},
	  {5, "Kernel panic - not syncing: kernel: panic_on_warn set ..."}},
	 FB_LOG_WARNING,
	 0,
	 1,
	 46},
	{{{5, "BUG: KASAN: use-after-free in x+0x1/0x2"},
	  {5, "CPU: 1 PID: 46 Comm: x"},
	  {5, "Kernel panic - not syncing: KASAN: panic_on_warn set ..."}},
	 FB_LOG_MEMORY_ERROR,
	 0,
	 1,
	 46},
	{{{5, "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:2:47]"},
	  {5, "CPU: 1 PID: 47 Comm: kworker/1:2"},
	  {5, "Kernel panic - not syncing: softlockup: hung tasks"}},
	 FB_LOG_SOFT_LOCKUP,
	 0,
	 1,
	 47},
	{{{5, "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1"},
	  {5, "CPU: 0 PID: 48 Comm: swapper/0"},
	  {5, "Kernel panic - not syncing: Hard LOCKUP"}},
	 FB_LOG_HARD_LOCKUP,
	 0,
	 1,
	 -1},
	{{{5, "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"},
	  {5, "rcu: \t1-...0: (1 GPs behind) idle=1/1/0x1 softirq=1/1 fqs=1"},
	  {5, "CPU: 0 PID: 5 Comm: someone else"},
	  {5, "Kernel panic - not syncing: RCU Stall"}},
	 FB_LOG_RCU_STALL,
	 0,
	 1,
	 -1},
	{{{5, "rcu: INFO: rcu_preempt self-detected stall on CPU"},
	  {5, "rcu: \t1-....: (1 GPs behind) idle=1/1/0x1 softirq=1/1 fqs=1"},
	  {5, "CPU: 1 PID: 6 Comm: x"},
	  {5, "Kernel panic - not syncing: RCU Stall"}},
	 FB_LOG_RCU_STALL,
	 0,
	 1,
	 6},
	{{{5, "INFO: task kworker/0:1:49 blocked for more than 5 seconds."},
	  {5, "CPU: 0 PID: 30 Comm: khungtaskd"},
	  {5, "Kernel panic - not syncing: hung_task: blocked tasks"}},
	 FB_LOG_HUNG_TASK,
	 0,
	 -1,
	 49},
	{{{5, "tail invoked oom-killer: gfp_mask=0x140dca, order=0"},
	  {5, "CPU: 1 PID: 50 Comm: tail"},
	  {5, "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled"}},
	 FB_LOG_OUT_OF_MEMORY,
	 0,
	 1,
	 50},
	{{{5, "Uhhuh. NMI received for unknown reason 30 on CPU 0."},
	  {5, "Kernel panic - not syncing: NMI: Not continuing"}},
	 FB_LOG_NMI,
	 0,
	 -1,
	 -1},
	{{{5, "mce: [Hardware Error]: CPU 1: Machine Check Exception: 5 Bank 0: be0000000000009f"},
	  {5, "mce: [Hardware Error]: Machine check: Processor context corrupt"},
	  {5, "Kernel panic - not syncing: Fatal machine check"}},
	 FB_LOG_MACHINE_CHECK,
	 0,
	 1,
	 -1},
	{{{5, "sysrq: Trigger a crash"}, {5, "Kernel panic - not syncing: sysrq triggered crash"}},
	 FB_LOG_SYSRQ,
	 0,
	 -1,
	 -1},
};

static void each_kind_of_panic(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(logs); i++) {
		struct fb_log_cause cause = cause_of(logs[i].lines);

		CU_ASSERT_EQUAL(cause.kind, logs[i].kind);
		CU_ASSERT(cause.reported && cause.known && cause.message > cause.report.record);
		CU_ASSERT_EQUAL(cause.report.kind, logs[i].kind);
		CU_ASSERT_EQUAL(cause.report.record, logs[i].record);
		CU_ASSERT_EQUAL(cause.report.cpu, logs[i].cpu);
		CU_ASSERT_EQUAL(cause.report.tid, logs[i].tid);
		CU_ASSERT_EQUAL(cause.reports, logs[i].kind != FB_LOG_SYSRQ);
		CU_ASSERT_PTR_NOT_NULL(fb_log_kind_text(logs[i].kind));
		CU_ASSERT_PTR_NOT_NULL(fb_log_kind_word(logs[i].kind));
	}
}

/* Panics that no report comes before. */
static void panics_without_a_report(void)
{
	static const struct {
		const char *text;
		enum fb_log_kind kind;
	} lines[] = {
		{"Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300",
		 FB_LOG_INIT_KILLED},
		{"Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
		 FB_LOG_NO_ROOT},
		{"Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: x",
		 FB_LOG_STACK_CORRUPTION},
		{"Kernel panic - not syncing: corrupted stack end detected inside scheduler",
		 FB_LOG_STACK_CORRUPTION},
		{"Kernel panic - not syncing: System is deadlocked on memory",
		 FB_LOG_OUT_OF_MEMORY},
		{"Kernel panic - not syncing: something of a driver", FB_LOG_UNKNOWN},
		{"nothing", FB_LOG_UNKNOWN},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++) {
		struct fb_log_cause cause =
			cause_of((struct line[]){{0, "boot"}, {1, lines[i].text}, {0, NULL}});

		CU_ASSERT_EQUAL(cause.kind, lines[i].kind);
		CU_ASSERT(!cause.reported && !cause.reports);
		CU_ASSERT_EQUAL(cause.known, strncmp(lines[i].text, "Kernel panic", 12) == 0);
		CU_ASSERT_EQUAL(cause.message, cause.known);
	}
	CU_ASSERT_PTR_NULL(fb_log_kind_text(FB_LOG_UNKNOWN));
	CU_ASSERT_PTR_NULL(fb_log_kind_word(FB_LOG_UNKNOWN));
	for (int kind = FB_LOG_SYSRQ; kind < FB_LOG_KINDS; kind++)
		CU_ASSERT(fb_log_kind_text((enum fb_log_kind)kind) &&
			  fb_log_kind_word((enum fb_log_kind)kind));
}

/* Of a chain the first is the cause; what was long before is named as the first of the log, and is no cause. */
static void the_first_report_counts(void)
{
	struct fb_log_cause cause = cause_of((struct line[]){
		{1, "WARNING: CPU: 0 PID: 1 at x.c:1 x+0x1/0x2"},
		{100, "BUG: kernel NULL pointer dereference, address: 0000000000000008"},
		{101, "BUG: unable to handle page fault for address: ffff"},
		{102, "Kernel panic - not syncing: Fatal exception"},
		{0, NULL}});

	CU_ASSERT_EQUAL(cause.kind, FB_LOG_NULL_DEREFERENCE);
	CU_ASSERT(cause.reported && cause.report.record == 1);
	CU_ASSERT(cause.reports == 3 && cause.first.record == 0 &&
		  cause.first.kind == FB_LOG_WARNING);
	/* Nothing close before the panic. */
	cause = cause_of((struct line[]){{1, "BUG: kernel NULL pointer dereference, address: 0"},
					 {100, "Kernel panic - not syncing: something of a driver"},
					 {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_UNKNOWN && !cause.reported);
	CU_ASSERT(cause.reports == 1 && cause.first.record == 0);
	/* Of another kind than the panic's words. */
	cause = cause_of((struct line[]){{99, "INFO: task x:7 blocked for more than 5 seconds."},
					 {99, "sysrq: Trigger a crash"},
					 {100, "Kernel panic - not syncing: sysrq triggered crash"},
					 {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_SYSRQ && cause.report.record == 1);
	CU_ASSERT(cause.reports == 1 && cause.first.kind == FB_LOG_HUNG_TASK &&
		  cause.first.tid == 7);
	/* PID 1 dies of an oops. */
	cause = cause_of((struct line[]){
		{99, "BUG: unable to handle page fault for address: ffff"},
		{99, "CPU: 1 PID: 1 Comm: init"},
		{100, "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009"},
		{0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_INIT_KILLED && cause.reported &&
		  cause.report.kind == FB_LOG_PAGE_FAULT);
	/* No panic at all, as of a host that was dumped from outside; what is behind a panic does not count. */
	cause = cause_of(
		(struct line[]){{5, "INFO: task x:7 blocked for more than 5 seconds."}, {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_UNKNOWN && !cause.reported && cause.reports == 1);
	cause = cause_of((struct line[]){{5, "Kernel panic - not syncing: sysrq triggered crash"},
					 {6, "BUG: unable to handle page fault for address: ffff"},
					 {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_SYSRQ && cause.reports == 0);
	/* Without the panic's own line. */
	cause = cause_of((struct line[]){{5, "sysrq: Trigger a crash"}, {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_SYSRQ && cause.report.record == 0);
	CU_ASSERT(cause.known && cause.message == 0);
	/* An oops that went to kdump itself: the report names the panic. */
	cause = cause_of((struct line[]){{5, "boot"},
					 {5, "BUG: kernel NULL pointer dereference, address: 8"},
					 {5, "#PF: error_code(0x0002) - not-present page"},
					 {5, "Oops: 0002 [#1] PREEMPT SMP NOPTI"},
					 {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_NULL_DEREFERENCE && cause.reported && cause.known);
	CU_ASSERT(cause.message == 1 && cause.report.record == 1 && cause.reports == 1);
	cause = cause_of((struct line[]){{5, "general protection fault: 0000"}, {0, NULL}});
	CU_ASSERT(cause.kind == FB_LOG_GENERAL_PROTECTION && cause.report.record == 0);
}

/* What only looks like a report, and numbers that are none. */
/* The clocks of two CPUs differ: what the log has later may have an earlier time. */
static void later_lines_with_an_earlier_time(void)
{
	struct fb_log_cause cause = cause_of((struct line[]){
		{101, "BUG: kernel NULL pointer dereference, address: 0000000000000008"},
		{100, "BUG: unable to handle page fault for address: ffff"},
		{99, "Kernel panic - not syncing: Fatal exception"},
		{0, NULL}});

	CU_ASSERT(cause.kind == FB_LOG_NULL_DEREFERENCE && cause.reported);
	CU_ASSERT(cause.report.record == 0 && cause.message == 2);
}

/* What a process wrote to the log is no report and no panic, whatever it says. */
static void words_of_processes(void)
{
	struct fb_log_cause cause = cause_of(
		(struct line[]){{1, "<14>x invoked oom-killer: no"},
				{5, "kernel BUG at x.c:1!"},
				{5, "<14>CPU: 7 PID: 7 Comm: x"},
				{5, "CPU: 1 PID: 123 Comm: insmod"},
				{5, "Kernel panic - not syncing: Fatal exception"},
				{6, "<14>Kernel panic - not syncing: sysrq triggered crash"},
				{0, NULL}});

	CU_ASSERT(cause.kind == FB_LOG_BUG && cause.message == 4);
	CU_ASSERT(cause.reports == 1 && cause.report.record == 1);
	CU_ASSERT(cause.report.cpu == 1 && cause.report.tid == 123);
	cause = cause_of((struct line[]){{1, "<14>BUG: unable to handle kernel"},
					 {2, "<14>WARNING: a, CPU#1: b/2"},
					 {0, NULL}});
	CU_ASSERT(!cause.known && !cause.reports);
	cause = cause_of((struct line[]){
		{1, "sysrq: Trigger a crash"}, {2, "<14>sysrq: Trigger a crash"}, {0, NULL}});
	CU_ASSERT(cause.known && cause.message == 0);
}

static void odd_lines(void)
{
	struct fb_log_cause cause =
		cause_of((struct line[]){{1, "INFO: task x:7 is fine"},
					 {1, "rcu: INFO: nothing"},
					 {1, "WARNING: you are running out of tea"},
					 {1, "WARNING: "},
					 {1, "a BUG: unable to handle"},
					 {0, NULL}});

	CU_ASSERT_EQUAL(cause.reports, 0);
	cause = cause_of(
		(struct line[]){{1, "watchdog: BUG: soft lockup - CPU#99999999999 stuck! [x:]"},
				{1, "Kernel panic - not syncing: softlockup: hung tasks"},
				{0, NULL}});
	CU_ASSERT(cause.reported && cause.report.cpu == -1 && cause.report.tid == -1);
	cause = cause_of((struct line[]){{1, "INFO: task blocked for more"}, {0, NULL}});
	CU_ASSERT(cause.reports == 1 && cause.first.tid == -1);
	/* Another report's CPU is not the first one's. */
	cause = cause_of((struct line[]){{1, "BUG: unable to handle page fault for address: 1"},
					 {1, "BUG: unable to handle page fault for address: 2"},
					 {1, "CPU: 3 PID: 4 Comm: x"},
					 {0, NULL}});
	CU_ASSERT(cause.first.cpu == -1 && cause.reports == 2);
}

FB_TEST_MAIN("kernel/log_reports", FB_TEST(each_kind_of_panic), FB_TEST(panics_without_a_report),
	     FB_TEST(the_first_report_counts), FB_TEST(later_lines_with_an_earlier_time),
	     FB_TEST(words_of_processes), FB_TEST(odd_lines))
