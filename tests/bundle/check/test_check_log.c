// SPDX-License-Identifier: GPL-2.0-or-later
/* What of the kernel's messages is reported, and what is not. */
#include "kernel/log/log_source.h"
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

struct message {
	const char *text;
	uint64_t time_ns;
	uint8_t facility;
};

static void expect_of(const struct message *messages, size_t count, const char *expected)
{
	struct checked c;
	struct fb_log *log = NULL;

	checked_begin(&c);
	FB_OK_FATAL(fb_log_create(&log));
	for (size_t i = 0; i < count; i++) {
		const struct fb_log_record record = {
			.sequence = i,
			.time_ns = messages[i].time_ns,
			.length = (uint32_t)strlen(messages[i].text),
			.facility = messages[i].facility,
		};

		FB_OK_FATAL(fb_log_append(log, &c.made.made->space, &record,
					  made_string(c.made.made, messages[i].text)));
	}
	fb_log_finish(log);
	c.options.log = log; /* as where the caller has it */
	FB_OK(fb_check_log(&c.check));
	checked_expect(&c, expected);
	fb_log_destroy(log);
	checked_end(&c);
}

/* One message of each wording alone. */
static const struct {
	const char *kind, *what;
	const char *texts[8];
} known[] = {
	{"serious work-queue-stall",
	 "a stalled work queue",
	 {"BUG: workqueue lockup - pool cpus=0"}},
	{"grave memory-corruption",
	 "corrupted kernel memory",
	 {"list_add corruption. prev->next should be next",
	  "list_del corruption, 1->next is LIST_POISON1", "refcount_t: underflow; use-after-free.",
	  "BUG: KASAN: use-after-free in f", "BUG: KFENCE: out-of-bounds read in f",
	  "BUG: Bad page state in process sh", "usercopy: Kernel memory exposure attempt"}},
	{"grave soft-lockup-report",
	 "a soft lockup",
	 {"watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [a:1]"}},
	{"grave hard-lockup", "a hard lockup", {"Watchdog detected hard LOCKUP on cpu 0"}},
	{"grave stack-overflow-report",
	 "an overflown kernel stack",
	 {"BUG: TASK stack guard page was hit at 0", "kernel stack overflow (double-fault)",
	  "corrupted stack end detected inside scheduler"}},
	{"grave kernel-fault",
	 "a fault of the kernel",
	 {"BUG: kernel NULL pointer dereference, address: 0", "kernel BUG at mm/slub.c:1!",
	  "general protection fault, probably for", "Oops: 0002 [#1]", "invalid opcode: 0000 [#1]",
	  "double fault: 0000 [#1]", "stack segment: 0000 [#1]"}},
	{"grave rcu-stall",
	 "a CPU or thread that holds up RCU",
	 {"rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
	  "rcu: INFO: rcu_sched self-detected stall on CPU",
	  "rcu: INFO: rcu_preempt detected expedited stalls"}},
	{"grave hung-task-report",
	 "a task that hangs",
	 {"INFO: task cp:7 blocked for more than 120 seconds."}},
	{"grave out-of-memory",
	 "a process killed because memory was out",
	 {"Out of memory: Killed process 7 (cp)", "Out of memory and no killable processes...",
	  "Kernel panic - not syncing: System is deadlocked on memory"}},
	{"serious group-out-of-memory",
	 "a process killed because its control group's memory was out",
	 {"Memory cgroup out of memory: Killed process 7 (cp)"}},
	{"serious allocation-failure",
	 "memory that could not be allocated",
	 {"cp: page allocation failure: order:4", "SLUB: Unable to allocate memory on node -1"}},
	{"grave file-system-error",
	 "an error of a file system",
	 {"EXT4-fs error (device sda1): f:1", "EXT4-fs (sda1): Remounting filesystem read-only",
	  "XFS (sda1): Filesystem has been shut down due to log error",
	  "XFS (sda1): Metadata corruption detected at f",
	  "BTRFS critical (device sda1): corrupt leaf", "BTRFS: error (device sda1) in f",
	  "Aborting journal on device sda1-8."}},
	{"serious io-error",
	 "a failed request to a device",
	 {"I/O error, dev sda, sector 8 op 0x1", "Buffer I/O error on dev sda1, logical block 1",
	  "critical medium error, dev sda", "dev sda1, logical block 2, lost async page write"}},
	{"serious device-timeout",
	 "a device that does not answer",
	 {"NETDEV WATCHDOG: eth0 (e1000): transmit queue 0 timed out",
	  "nvme nvme0: I/O 1 QID 2 timeout, aborting",
	  "nvme nvme0: I/O 1 QID 0 timeout, reset controller",
	  "nvme nvme0: I/O 1 QID 0 timeout, disable controller",
	  "sd 0:0:0:0: attempting task abort!", "ata1: hard resetting link"}},
	{"serious hardware-error",
	 "an error of the hardware",
	 {"mce: [Hardware Error]: CPU 0: Machine Check",
	  "pcieport 0000:00:01.0: PCIe Bus Error: severity=Corrected"}},
	{"serious nfs-server",
	 "an NFS server that does not answer",
	 {"nfs: server a not responding, still trying", "nfs: server a not responding, timed out"}},
	{"serious table-full",
	 "a table or queue that is full",
	 {"nf_conntrack: nf_conntrack: table full, dropping packet",
	  "VFS: file-max limit 100 reached", "cgroup: fork rejected by pids controller in /a",
	  "TCP: request_sock_TCP: Possible SYN flooding on port 80.",
	  "neighbour: arp_cache: neighbor table overflow!"}},
	{"notable lock-order",
	 "locks taken in different orders",
	 {"WARNING: possible circular locking dependency detected",
	  "WARNING: possible recursive locking detected"}},
	{"notable kernel-warning",
	 "a warning of the kernel",
	 {"WARNING: CPU: 0 PID: 1 at mm/a.c:1 f+0x1/0x2"}},
	{"notable process-fault",
	 "a process that crashed",
	 {"cp[7]: segfault at 8 ip 1 sp 2 error 6",
	  "traps: cp[7] general protection fault ip:1 sp:2 error:0"}},
};

static void each_kind_is_known_by_its_words(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(known); i++) {
		for (size_t j = 0; known[i].texts[j]; j++) {
			const struct message message = {known[i].texts[j], 12000345678u, 0};
			char expected[512];

			snprintf(expected, sizeof(expected),
				 "%s log: 1 report of %s in the log\n\t[   12.000345] %s\n",
				 known[i].kind, known[i].what, known[i].texts[j]);
			expect_of(&message, 1, expected);
		}
	}
}

static void what_is_no_report_is_not_taken_for_one(void)
{
	static const struct message messages[] = {
		{"BUG: kernel NULL pointer dereference", 1, 1}, /* a process wrote it */
		{"see kernel BUG at a.c", 1, 0},                /* not at the beginning */
		{"Oops", 1, 0},
		{"sysrq: Trigger a crash", 1, 0},
		{"Kernel panic - not syncing: sysrq triggered crash", 1, 0},
		{"", 1, 0},
	};

	expect_of(messages, FB_ARRAY_SIZE(messages), "");
}

static void messages_of_one_kind_are_one_finding(void)
{
	static const struct message messages[] = {
		{"INFO: task a:1 blocked for more than 120 seconds.\nnot shown", 1000000000u, 0},
		{"I/O error, dev sda, sector 1", 2000000000u, 0},
		{"something else", 3000000000u, 0},
		{"INFO: task b:2 blocked for more than 120 seconds.", 4000000000u, 3},
		{"INFO: task c:3 blocked for more than \x1b seconds.", 5000000000u, 0},
	};

	expect_of(messages, FB_ARRAY_SIZE(messages),
		  "grave hung-task-report log: 2 reports of a task that hangs in the log\n"
		  "\t[    1.000000] INFO: task a:1 blocked for more than 120 seconds.\n"
		  "\t[    5.000000] INFO: task c:3 blocked for more than \\x1b seconds.\n"
		  "serious io-error log: 1 report of a failed request to a device in the log\n"
		  "\t[    2.000000] I/O error, dev sda, sector 1\n");
}

static void a_server_that_answers_again_is_none(void)
{
	static const struct message messages[] = {
		{"nfs: server a not responding, still trying", 1, 0},
		{"nfs: server a OK", 2, 0},
		{"nfs: server b not responding, still trying", 1000u, 0},
	};

	expect_of(messages, 2, "");
	expect_of(
		messages, 3,
		"serious nfs-server log: 1 report of an NFS server that does not answer in the log\n"
		"\t[    0.000001] nfs: server b not responding, still trying\n");
}

static void what_is_not_of_that_server_does_not_end_it(void)
{
#define SILENT "nfs: server a not responding, still trying"
	static const char *const others[] = {
		"nfs: server b OK",  "nfs: server a OK.", " OK",
		"nfs: server aa OK", "nfs: serve OK",     "test OK",
	};
	static const char expected[] =
		"serious nfs-server log: 1 report of an NFS server that does not answer in the log\n"
		"\t[    0.000001] " SILENT "\n";
	static const struct message by_a_process[] = {{SILENT, 1000, 0},
						      {"nfs: server a OK", 2000, 1}};
	static const struct message of_two[] = {
		{SILENT, 1000, 0},
		{"nfs: server b not responding, timed out", 2000, 0},
		{"nfs: server b OK", 3000, 0},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++) {
		const struct message messages[] = {{SILENT, 1000, 0}, {others[i], 2000, 0}};

		expect_of(messages, 2, expected);
	}
	expect_of(by_a_process, 2, expected);
	expect_of(
		of_two, 3,
		"serious nfs-server log: 2 reports of an NFS server that does not answer in the log\n"
		"\t[    0.000001] " SILENT "\n"
		"\t[    0.000002] nfs: server b not responding, timed out\n");
#undef SILENT
}

static void evidence_is_of_its_kind_alone(void)
{
	static const struct message messages[] = {
		{"BUG: kernel NULL pointer dereference", 1000u, 0},
		{"watchdog: BUG: soft lockup - CPU#1", 2000u, 0},
		{"BUG: workqueue lockup - pool", 3000u, 0},
		{"BUG: unable to handle page fault", 4000u, 0},
	};

	expect_of(messages, FB_ARRAY_SIZE(messages),
		  "serious work-queue-stall log: 1 report of a stalled work queue in the log\n"
		  "\t[    0.000003] BUG: workqueue lockup - pool\n"
		  "grave soft-lockup-report log: 1 report of a soft lockup in the log\n"
		  "\t[    0.000002] watchdog: BUG: soft lockup - CPU#1\n"
		  "grave kernel-fault log: 2 reports of a fault of the kernel in the log\n"
		  "\t[    0.000001] BUG: kernel NULL pointer dereference\n"
		  "\t[    0.000004] BUG: unable to handle page fault\n");
}

FB_TEST_MAIN("bundle/check_log", FB_TEST(each_kind_is_known_by_its_words),
	     FB_TEST(what_is_no_report_is_not_taken_for_one),
	     FB_TEST(messages_of_one_kind_are_one_finding), FB_TEST(evidence_is_of_its_kind_alone),
	     FB_TEST(a_server_that_answers_again_is_none),
	     FB_TEST(what_is_not_of_that_server_does_not_end_it))
