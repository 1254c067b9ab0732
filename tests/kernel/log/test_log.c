// SPDX-License-Identifier: GPL-2.0-or-later
/* The log found in a kernel by its symbols and members, and its text. */
#include "kernel/log/log.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/log/log_source.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/real_kernel.h"

/* A log of these texts, each at its own second; the space is that of the texts themselves. */
static struct fb_error *read_text(struct fb_space *space FB_UNUSED, uint64_t address, void *to,
				  size_t length)
{
	memcpy(to, (const void *)(uintptr_t)address, length);
	return NULL;
}

static struct fb_log *log_of(const char *const texts[])
{
	static const struct fb_space_ops ops = {.read = read_text};
	struct fb_space space = {.ops = &ops, .name = "texts"};
	struct fb_log *log;

	FB_OK_FATAL(fb_log_create(&log));
	for (size_t i = 0; texts[i]; i++) {
		struct fb_log_record record = {
			.sequence = i,
			.time_ns = i * 1000000000ull + 1234,
			.length = (uint32_t)strlen(texts[i]),
		};

		FB_OK_FATAL(fb_log_append(log, &space, &record, (uintptr_t)texts[i]));
	}
	fb_log_finish(log);
	return log;
}

static void check_format(const char *text, size_t length, uint64_t time_ns, const char *expected)
{
	struct fb_log_record record = {
		.text = text, .length = (uint32_t)length, .time_ns = time_ns};
	struct fb_buf buf;

	fb_buf_init(&buf, 4096);
	FB_OK(fb_log_format(&record, &buf));
	CU_ASSERT_EQUAL(buf.size, strlen(expected));
	CU_ASSERT_EQUAL(memcmp(buf.data, expected, buf.size), 0);
	fb_buf_deinit(&buf);
}

static void formats_as_dmesg(void)
{
	check_format("hello", 5, 1234567890, "[    1.234567] hello\n");
	check_format("", 0, 0, "[    0.000000] \n");
	check_format("one\ntwo", 7, 99999999999, "[   99.999999] one\n               two\n");
	check_format("a\tb\\", 4, 123456000000000, "[123456.000000] a\tb\\\n");
	check_format("\033[2J\177\303\266", 7, 0, "[    0.000000] \\x1b[2J\\x7f\\xc3\\xb6\n");
	check_format("\0x\r", 3, 0, "[    0.000000] \\x00x\\x0d\n");
}

static void finds_the_panic(void)
{
	struct fb_log *log = log_of((const char *const[]){
		"boot", "BUG: kernel NULL pointer dereference, address: 0000000000000008",
		"an hour of peace", "BUG: unable to handle page fault for address: ffff",
		"#PF: supervisor read access in kernel mode", "Oops: 0000 [#1] SMP NOPTI",
		"Call Trace:", "Kernel panic - not syncing: Fatal\nexception\033", "Rebooting",
		NULL});
	struct fb_log_panic panic;

	CU_ASSERT_TRUE_FATAL(fb_log_panic(log, &panic));
	CU_ASSERT_EQUAL(panic.message, 7);
	CU_ASSERT_EQUAL(panic.first, 3);
	fb_log_destroy(log);
}

static void finds_the_end_without_a_panic(void)
{
	struct fb_log *log =
		log_of((const char *const[]){"boot", "sysrq: Trigger a crash", "later", NULL});
	struct fb_log_panic panic;

	CU_ASSERT_TRUE_FATAL(fb_log_panic(log, &panic));
	CU_ASSERT_EQUAL(panic.message, 1);
	CU_ASSERT_EQUAL(panic.first, 1);
	fb_log_destroy(log);
	log = log_of((const char *const[]){"boot", "not a BUG: at all", NULL});
	CU_ASSERT_FALSE(fb_log_panic(log, &panic));
	fb_log_destroy(log);
}

/* What ends a kernel by itself, and what a report that leads to a panic begins with. */
static void knows_how_reports_begin(void)
{
	static const struct {
		const char *text;
		bool fatal, report;
	} lines[] = {
		{"BUG: ", true, true},
		{"BUG:", false, false},
		{"a BUG: ", false, false},
		{"Oops: 0000 [#1] SMP", true, true},
		{"kernel BUG at fs/x.c:1!", true, true},
		{"general protection fault, probably", true, true},
		{"sysrq: Trigger a crash", true, true},
		{"sysrq: SysRq : Trigger a crash", true, true},
		{"double fault: 0000", true, true},
		{"invalid opcode: 0000", true, true},
		{"divide error: 0000", true, true},
		{"stack segment: 0000", true, true},
		{"traps: PANIC: double fault, error_code: 0x0", true, true},
		{"unchecked MSR access error: WRMSR", true, true},
		{"mce: [Hardware Error]: Machine check: Processor", true, true},
		{"watchdog: BUG: soft lockup - CPU#0", true, true},
		{"NMI watchdog: Watchdog detected hard LOCKUP on cpu 1", true, true},
		{"watchdog: Watchdog detected hard LOCKUP on cpu 1", true, true},
		{"in #PF: supervisor write", true, true},
		{"------------[ cut here ]------------", false, true},
		{"INFO: task x:1 blocked", false, true},
		{"rcu: INFO: rcu_sched detected", false, true},
		{"Out of memory: Killed process 1", false, true},
		{"x invoked oom-killer: gfp", false, true},
		{"invoked oom-killer: gfp", false, false},
		{"Kernel panic", false, false},
	};
	struct fb_log_panic panic;

	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++) {
		struct fb_log *log = log_of((const char *const[]){
			"boot", lines[i].text, "later", "Kernel panic - not syncing: x", NULL});

		CU_ASSERT_TRUE_FATAL(fb_log_panic(log, &panic));
		CU_ASSERT_EQUAL(panic.message, 3);
		CU_ASSERT_EQUAL(panic.first, lines[i].report ? 1 : 3);
		fb_log_destroy(log);
		log = log_of((const char *const[]){"boot", lines[i].text, "later", NULL});
		CU_ASSERT_EQUAL(fb_log_panic(log, &panic), lines[i].fatal);
		if (lines[i].fatal)
			CU_ASSERT(panic.message == 1 && panic.first == 1);
		fb_log_destroy(log);
	}
}

/* The last panic counts, and a report that begins at most 400 records before it. */
static void reports_are_near_their_panic(void)
{
	for (size_t between = 399; between <= 400; between++) {
		const char *texts[410] = {"Kernel panic - not syncing: first", "Oops: 1"};
		struct fb_log_panic panic;
		struct fb_log *log;

		for (size_t i = 0; i < between; i++)
			texts[2 + i] = "line";
		texts[2 + between] = "Kernel panic - not syncing: last";
		texts[3 + between] = "BUG: behind it";
		log = log_of(texts);
		CU_ASSERT_TRUE_FATAL(fb_log_panic(log, &panic));
		CU_ASSERT_EQUAL(panic.message, 2 + between);
		CU_ASSERT_EQUAL(panic.first, between == 399 ? 1 : 2 + between);
		fb_log_destroy(log);
	}
}

/* Wherever the room for a line ends, that is an error. */
static void lines_need_their_room(void)
{
	static const char text[] = "one\ntwo\033 three";
	const struct fb_log_record record = {.text = text, .length = sizeof(text) - 1};
	struct fb_buf buf;
	size_t size;

	fb_buf_init(&buf, 4096);
	FB_OK(fb_log_format(&record, &buf));
	size = buf.size;
	fb_buf_deinit(&buf);
	for (size_t most = 0; most < size; most++) {
		fb_buf_init(&buf, most);
		FB_FAILS(fb_log_format(&record, &buf), FB_LIMIT);
		fb_buf_deinit(&buf);
	}
}

static void names_levels_and_facilities(void)
{
	static const char *const levels[] = {"emerg", "alert",  "crit", "err",
					     "warn",  "notice", "info", "debug"};

	for (unsigned i = 0; i < FB_ARRAY_SIZE(levels); i++)
		CU_ASSERT_STRING_EQUAL(fb_log_level_name(i), levels[i]);
	CU_ASSERT_STRING_EQUAL(fb_log_level_name(8), "unknown");
	CU_ASSERT_STRING_EQUAL(fb_log_facility_name(0), "kern");
	CU_ASSERT_STRING_EQUAL(fb_log_facility_name(10), "authpriv");
	CU_ASSERT_STRING_EQUAL(fb_log_facility_name(23), "local7");
	CU_ASSERT_STRING_EQUAL(fb_log_facility_name(255), "unknown");
}

/* VMCOREINFO of a kernel whose ring has two descriptors and 64 bytes of text. */
static const char ring_info[] = "SIZE(prb_desc)=24\nSIZE(printk_info)=32\n"
				"OFFSET(printk_ringbuffer.desc_ring)=0\n"
				"OFFSET(printk_ringbuffer.text_data_ring)=64\n"
				"OFFSET(prb_desc_ring.count_bits)=0\n"
				"OFFSET(prb_desc_ring.descs)=8\n"
				"OFFSET(prb_desc_ring.infos)=16\n"
				"OFFSET(prb_desc_ring.head_id)=24\n"
				"OFFSET(prb_desc_ring.tail_id)=32\n"
				"OFFSET(prb_desc.state_var)=0\n"
				"OFFSET(prb_desc.text_blk_lpos)=8\n"
				"OFFSET(prb_data_blk_lpos.begin)=0\n"
				"OFFSET(prb_data_blk_lpos.next)=8\n"
				"OFFSET(prb_data_ring.size_bits)=0\n"
				"OFFSET(prb_data_ring.data)=8\n"
				"OFFSET(printk_info.seq)=0\nOFFSET(printk_info.ts_nsec)=8\n"
				"OFFSET(printk_info.text_len)=16\n"
				"OFFSET(printk_info.caller_id)=20\n";

static void set_vmcoreinfo(struct made_kernel *made, const char *text)
{
	fb_vmcoreinfo_destroy(made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(text, &made->kernel.vmcoreinfo));
}

static void reads_a_ring_by_vmcoreinfo_alone(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t pointer = made_alloc(made, 8), prb = made_alloc(made, 128);
	uint64_t descs = made_alloc(made, 48), infos = made_alloc(made, 64);
	uint64_t text = made_alloc(made, 64);
	struct fb_log *log;

	set_vmcoreinfo(made, ring_info);
	made_symbols(made, (const char *const[]){"prb", NULL}, &pointer);
	made_put(made, pointer, prb, 8);
	made_put(made, prb, 1, 4);
	made_put(made, prb + 8, descs, 8);
	made_put(made, prb + 16, infos, 8);
	made_put(made, prb + 64, 6, 4);
	made_put(made, prb + 72, text, 8);
	made_put(made, descs, 2ull << 62, 8); /* ID 0, finalized */
	made_put(made, descs + 16, 16, 8);
	made_put(made, infos + 8, 5000, 8);
	made_put(made, infos + 16, 3ull | 1ull << 16 | 0xc0ull << 24, 8);
	made_put(made, infos + 20, 42, 4);
	memcpy(made_at(made, text + 8), "yes", 3);
	FB_OK_FATAL(fb_log_load(&made->kernel, &log));
	CU_ASSERT_EQUAL_FATAL(fb_log_count(log), 1);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->length, 3);
	CU_ASSERT_EQUAL(memcmp(fb_log_get(log, 0)->text, "yes", 3), 0);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->time_ns, 5000);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->caller, 42);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->facility, 1);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->level, 6);
	fb_log_destroy(log);
	set_vmcoreinfo(made, "OSRELEASE=made\n");
	FB_FAILS_WITH(fb_log_load(&made->kernel, &log), FB_NOT_FOUND, "prb_desc");
	made_kernel_destroy(made);
}

static void reads_log_buf_before_5_10(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t at[5], text = made_alloc(made, 64);
	struct fb_log *log;

	for (size_t i = 0; i < 5; i++)
		at[i] = made_alloc(made, 8);
	set_vmcoreinfo(made, "SIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\n"
			     "OFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\n"
			     "OFFSET(printk_log.dict_len)=12\n");
	made_symbols(made,
		     (const char *const[]){"log_buf", "log_buf_len", "log_first_idx",
					   "log_next_idx", "log_first_seq", NULL},
		     at);
	for (size_t i = 1; i <= 3; i++)
		made_put(made, at[i], 0xffffffff00000000, 8); /* of 4 bytes alone */
	made_put(made, at[0], text, 8);
	made_put(made, at[1], 64, 4);
	made_put(made, at[3], 24, 4);
	made_put(made, at[4], 7, 8);
	made_put(made, text, 6000, 8);
	made_put(made, text + 8, 24ull | 4ull << 16, 8);
	memcpy(made_at(made, text + 16), "olde", 4);
	FB_OK_FATAL(fb_log_load(&made->kernel, &log));
	CU_ASSERT_EQUAL_FATAL(fb_log_count(log), 1);
	CU_ASSERT_EQUAL(memcmp(fb_log_get(log, 0)->text, "olde", 4), 0);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->sequence, 7);
	fb_log_destroy(log);
	/* What is readable before damage is kept. */
	made_put(made, at[3], 40, 4);
	made_put(made, text + 24 + 8, 3, 2);
	FB_OK_FATAL(fb_log_load(&made->kernel, &log));
	CU_ASSERT_EQUAL(fb_log_count(log), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_log_destroy(log);
	made_kernel_destroy(made);
}

static void says_that_there_is_none(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_log *log;

	FB_FAILS_WITH(fb_log_load(&made->kernel, &log), FB_NOT_FOUND, "log_buf");
	made_kernel_destroy(made);
}

static void check_real(const struct real_kernel *real)
{
	size_t size;
	char *truth = real_kernel_file(real, &size, "dmesg.txt");
	struct fb_log_panic panic;
	struct fb_log *log;
	struct fb_buf buf;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	FB_OK_FATAL(fb_log_load(real->kernel, &log));
	fb_buf_init(&buf, 64u << 20);
	for (size_t i = 0; i < fb_log_count(log); i++)
		FB_OK_FATAL(fb_log_format(fb_log_get(log, i), &buf));
	CU_ASSERT_EQUAL_FATAL(buf.size, size);
	CU_ASSERT_EQUAL(memcmp(buf.data, truth, size), 0);
	CU_ASSERT_EQUAL(fb_log_lost(log), 0);
	CU_ASSERT_TRUE_FATAL(fb_log_panic(log, &panic));
	CU_ASSERT_EQUAL(strncmp(fb_log_get(log, panic.message)->text,
				"Kernel panic - not syncing: sysrq triggered crash", 49),
			0);
	fb_buf_deinit(&buf);
	fb_log_destroy(log);
	free(truth);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/log", FB_TEST(formats_as_dmesg), FB_TEST(finds_the_panic),
	     FB_TEST(finds_the_end_without_a_panic), FB_TEST(names_levels_and_facilities),
	     FB_TEST(knows_how_reports_begin), FB_TEST(reports_are_near_their_panic),
	     FB_TEST(lines_need_their_room), FB_TEST(reads_a_ring_by_vmcoreinfo_alone),
	     FB_TEST(reads_log_buf_before_5_10), FB_TEST(says_that_there_is_none),
	     FB_TEST(agrees_with_real_kernels))
