// SPDX-License-Identifier: GPL-2.0-or-later
/* What a core tells of the host and boot it is of. */
#include "bundle/match/boot_facts.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "kernel/tasks/task_table.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "tests/user/make_object.h"

#define BOOT_ID "0123456789abcdef0123456789abcdef"
#define VDSO 0xf7fc1000u
#define OTHER_ID "0123456789abcdef0123456789abcdee"

static const struct fb_boot_facts dump_facts = {
	.boot_id = BOOT_ID,
	.vdso = "aa",
	.vdso_32 = "a3",
	.hwcap = 7,
	.taken_s = NAN,
	.boot_s = 1000,
	.crash_s = 5000,
};

static void check(struct fb_boot_facts core, const struct fb_boot_facts *dump,
		  enum fb_boot_verdict expected, const char *text)
{
	char why[512];

	CU_ASSERT_EQUAL(fb_boot_facts_compare(&core, dump, why, sizeof(why)), expected);
	CU_ASSERT(*text ? strstr(why, text) != NULL : !*why);
}

#define CORE(...) ((struct fb_boot_facts){__VA_ARGS__})

static void compares(void)
{
	struct fb_boot_facts bare = dump_facts;

	bare.boot_id[0] = '\0';
	check(CORE(.taken_s = NAN), &dump_facts, FB_BOOT_UNKNOWN, "");
	check(CORE(.taken_s = 3000, .hwcap = 7), &dump_facts, FB_BOOT_UNKNOWN, "");
	check(CORE(.taken_s = 3000, .vdso = "aa"), &dump_facts, FB_BOOT_SAME,
	      "the same kernel ran");
	check(CORE(.taken_s = NAN, .boot_id = BOOT_ID), &dump_facts, FB_BOOT_SAME,
	      "the boot is the same");
	check(CORE(.taken_s = 6000, .vdso = "aa"), &dump_facts, FB_BOOT_OTHER_TIME,
	      "its file was written 16 min 40 s after the panic: it is of a later boot, or its file "
	      "was copied since (the same kernel ran there)");
	check(CORE(.taken_s = 880), &dump_facts, FB_BOOT_OTHER_TIME,
	      "its file was written 2 min 0 s before this boot: it is of an earlier one");
	/* A boot ID says more than any time, and a name more than a file's time. */
	check(CORE(.taken_s = 6000, .boot_id = BOOT_ID), &dump_facts, FB_BOOT_SAME,
	      "the boot is the same");
	check(CORE(.taken_s = 3000, .boot_id = OTHER_ID), &dump_facts, FB_BOOT_OTHER_BOOT,
	      "boot ID " OTHER_ID ", here " BOOT_ID);
	check(CORE(.taken_s = 6000, .boot_id = OTHER_ID, .taken_by_name = true), &bare,
	      FB_BOOT_OTHER_BOOT,
	      "it was taken 16 min 40 s after the panic: it is of a later boot");
	check(CORE(.taken_s = 3000, .vdso = "bb", .boot_id = OTHER_ID), &dump_facts,
	      FB_BOOT_OTHER_KERNEL, "vDSO bb, here aa");
	/* That of a 32-bit program is another file. */
	check(CORE(.taken_s = 3000, .vdso_32 = "a3"), &dump_facts, FB_BOOT_SAME,
	      "the same kernel ran");
	check(CORE(.taken_s = 3000, .vdso_32 = "aa"), &dump_facts, FB_BOOT_OTHER_KERNEL,
	      "vDSO aa, here a3");
	check(CORE(.taken_s = 3000, .hwcap = 3, .vdso = "bb"), &dump_facts, FB_BOOT_OTHER_HOST,
	      "AT_HWCAP 0x3, here 0x7");
}

static void reads_names(const char *name, const char *boot_id, double taken_s)
{
	const uint64_t auxv[] = {AT_HWCAP, 0x77, AT_NULL, 0};
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_boot_facts facts;
	struct fb_core *core = NULL;
	struct fb_file *file;

	make_thread(&make, 17, 0, 0x401000);
	make_auxv(&make, auxv, 2);
	make_segment(&make, 0x400000, 0x1000, NULL, 0x1000, PF_R);
	file = make_file(&make, name);
	file->mtime_ns = 1234500000000;
	FB_OK_FATAL(fb_core_open_file(file, NULL, &core));
	FB_OK_FATAL(fb_boot_facts_of_core(core, &facts));
	CU_ASSERT_EQUAL(facts.hwcap, 0x77);
	CU_ASSERT_STRING_EQUAL(facts.vdso, "");
	CU_ASSERT_STRING_EQUAL(facts.boot_id, boot_id);
	CU_ASSERT_EQUAL(facts.taken_by_name, *boot_id != '\0');
	/* Else it is the file's time. */
	CU_ASSERT_DOUBLE_EQUAL(facts.taken_s, *boot_id ? taken_s : 1234.5, 1e-3);
	CU_ASSERT(isnan(facts.boot_s) && isnan(facts.crash_s));
	fb_core_destroy(core);
}

static void reads_a_core(void)
{
	reads_names("/x.y/core.nginx.33." BOOT_ID ".812.1700000000500000.zst", BOOT_ID,
		    1700000000.5);
	reads_names("core.a\\x2eb.0." BOOT_ID ".1.1700000000000000", BOOT_ID, 1700000000);
	reads_names("core." BOOT_ID, "", 0);
	reads_names("core.nginx.33." BOOT_ID ".812", "", 0);
	reads_names("core.nginx.33." BOOT_ID ".812.zst", "", 0);
	reads_names("core.nginx.33." BOOT_ID "0.812.1700000000000000", "", 0);
	reads_names("core.nginx.33.ghijklmnopghijklmnopghijklmnopgh.812.1700000000", "", 0);
	reads_names("core.nginx.33." BOOT_ID ".812.x1700000000", "", 0);
	reads_names("core.17", "", 0);
}

/* The kernel has a vDSO for each size of programs: that of a 32-bit core is compared with that of 32 bits. */
static void reads_the_vdso_of_either_size(void)
{
	static const uint64_t pairs[] = {AT_SYSINFO_EHDR, VDSO, AT_HWCAP, 7, AT_NULL, 0};

	for (int narrow = 0; narrow < 2; narrow++) {
		struct make_core make = {.layout = MAKE_KERNEL, .narrow = narrow};
		struct fb_boot_facts facts;
		struct make_object object;
		struct fb_core *core = NULL;

		make_object(&object, 0, 0xab, 4, 0, 0);
		if (narrow)
			make_object_narrow(&object);
		make_thread(&make, 17, 0, VDSO);
		make_auxv(&make, pairs, 3);
		make_segment(&make, VDSO, FB_PAGE_SIZE, object.bytes, FB_PAGE_SIZE, PF_R | PF_X);
		FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), NULL, &core));
		FB_OK_FATAL(fb_boot_facts_of_core(core, &facts));
		CU_ASSERT_STRING_EQUAL(facts.vdso, narrow ? "" : "abababab");
		CU_ASSERT_STRING_EQUAL(facts.vdso_32, narrow ? "abababab" : "");
		CU_ASSERT_EQUAL(facts.hwcap, 7);
		fb_core_destroy(core);
	}
}

/* A core of the same host; nobody read its boot ID there. */
static void reads_a_dump(void)
{
	struct fb_boot_facts facts, core;
	const struct fb_input_core *cores;
	const struct fb_tasks *tasks = NULL;
	struct sample_input sample;
	char why[256];
	size_t count;

	sample_open(&sample, (const char *const[]){"core.128.xz", NULL});
	FB_OK_FATAL(fb_input_tasks(sample.input, &tasks));
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	FB_OK_FATAL(fb_boot_facts_of_dump(fb_input_kernel(sample.input), tasks, &facts));
	FB_OK_FATAL(fb_boot_facts_of_core(cores[0].core, &core));
	CU_ASSERT_STRING_EQUAL(facts.vdso, "704e99b53cb5fd1fe918d8a31d2bcdefdaedc78d");
	CU_ASSERT_STRING_EQUAL(facts.vdso, core.vdso);
	CU_ASSERT(facts.hwcap && facts.hwcap == core.hwcap);
	CU_ASSERT_STRING_EQUAL(facts.boot_id, "");
	CU_ASSERT(facts.crash_s > 1.7e9 && facts.crash_s - facts.boot_s > 100 &&
		  facts.crash_s - facts.boot_s < 130);
	core.taken_s = NAN;
	CU_ASSERT_EQUAL(fb_boot_facts_compare(&core, &facts, why, sizeof(why)), FB_BOOT_SAME);
	sample_close(&sample);
}

static struct fb_boot_facts facts_of(struct sample_input *sample, const struct fb_tasks *tasks)
{
	struct fb_boot_facts facts;

	FB_OK_FATAL(fb_boot_facts_of_dump(fb_input_kernel(sample->input), tasks, &facts));
	return facts;
}

static void reads_a_boot_id(void)
{
	const struct fb_tasks *tasks = NULL;
	struct changed_space memory;
	struct sample_input sample;
	struct fb_kernel *kernel;
	uint64_t address;

	sample_open(&sample, (const char *const[]){NULL});
	FB_OK_FATAL(fb_input_tasks(sample.input, &tasks));
	kernel = fb_input_kernel(sample.input);
	FB_OK_FATAL(fb_kernel_symbol(kernel, "sysctl_bootid", &address));
	changed_space_init(&memory, kernel->space);
	kernel->space = &memory.space;
	CU_ASSERT_STRING_EQUAL(facts_of(&sample, tasks).boot_id, "");
	changed_space_put(&memory, address + 15, 0x0a, 1);
	CU_ASSERT_STRING_EQUAL(facts_of(&sample, tasks).boot_id,
			       "0000000000000000000000000000000a");
	changed_space_put(&memory, address, 0xefcdab8967452301, 8);
	CU_ASSERT_STRING_EQUAL(facts_of(&sample, tasks).boot_id,
			       "0123456789abcdef000000000000000a");
	/* What is damaged is not known. */
	changed_space_fail(&memory, address, 1, FB_CORRUPT);
	CU_ASSERT_STRING_EQUAL(facts_of(&sample, tasks).boot_id, "");
	CU_ASSERT(*facts_of(&sample, tasks).vdso);
	kernel->space = memory.whole;
	sample_close(&sample);
}

#define ASKED 64u /* processes, of which one is to have the word */

/* The word is that of any process; of so many that have lost theirs it is not looked for in more. */
static void asks_so_many_processes_for_their_features(void)
{
	static struct fb_task list[ASKED + 2];
	struct fb_tasks tasks = {.tasks = list};
	struct sample_input sample;
	struct fb_field *field;
	uint32_t size;
	uint64_t mm;

	sample_open(&sample, (const char *const[]){NULL});
	mm = sample_task(&sample, 132)->mm;
	for (tasks.count = 2; tasks.count <= ASKED + 2; tasks.count++) {
		for (size_t i = 1; i < tasks.count; i++)
			list[i] = (struct fb_task){.mm = i + 1 < tasks.count ? 0x1000 : mm};
		list[0] = (struct fb_task){.mm = tasks.count == 2 ? 0 : mm, .kernel_thread = true};
		CU_ASSERT_EQUAL(facts_of(&sample, &tasks).hwcap != 0, tasks.count < ASKED + 2);
	}
	tasks.count = 1;
	CU_ASSERT_EQUAL(facts_of(&sample, &tasks).hwcap, 0); /* a kernel thread's is no process's */
	tasks.count = 2;
	list[1].mm = mm;
	/* The kernel's array may be longer than any vector, or end before that word. */
	field = &fb_input_kernel(sample.input)->layout.mm_saved_auxv;
	size = field->size;
	field->size = 2 * FB_PAGE_SIZE;
	CU_ASSERT_NOT_EQUAL(facts_of(&sample, &tasks).hwcap, 0);
	field->size = 16;
	CU_ASSERT_EQUAL(facts_of(&sample, &tasks).hwcap, 0);
	field->size = size;
	field->found = false;
	CU_ASSERT_EQUAL(facts_of(&sample, &tasks).hwcap, 0);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/boot_facts", FB_TEST(compares), FB_TEST(reads_a_core),
	     FB_TEST(reads_the_vdso_of_either_size), FB_TEST(reads_a_dump),
	     FB_TEST(reads_a_boot_id), FB_TEST(asks_so_many_processes_for_their_features))
