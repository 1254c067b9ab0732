// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs of a process's memory: which pages are one, and what reading one that is not there says. */
#include "tests/bundle/process/changed_process.h"
#include "tests/harness.h"

#define PRIVATE "region actor=PT pid=132 kind=private"
#define SWAP_ENTRY (3ull << 59 | 0x200)
#define SPECIAL_ENTRY (30ull << 59 | 0x200)
#define PRESENT 0x8000000000000067ull

static void begin(struct changed_process *process)
{
	changed_process_open(process, NULL, false, (struct fb_joined_options){0});
	changed_process_choose(process, sample_number(PRIVATE, "start="));
	process->joined->tables.zeros_excluded = false;
}

/* The length in pages of the run that begins with the chosen page. */
static uint64_t run_length(struct changed_process *process, uint64_t pages)
{
	struct fb_run run;

	FB_OK_FATAL(fb_space_locate(fb_joined_space(process->joined), process->page, pages * PAGE,
				    &run));
	CU_ASSERT_EQUAL(run.start, process->page);
	CU_ASSERT_EQUAL(run.length % PAGE, 0);
	return run.length / PAGE;
}

/* Pages that differ in nothing but one thing are two runs. */
static void a_run_ends_where_its_origin_does(void)
{
	static const struct {
		uint64_t first, second; /* their entries */
		uint64_t length;
	} cases[] = {
		{SWAP_ENTRY, SWAP_ENTRY, 2},
		{SPECIAL_ENTRY, SPECIAL_ENTRY, 2},
		{SWAP_ENTRY, SPECIAL_ENTRY, 1},
		{SPECIAL_ENTRY, SWAP_ENTRY, 1},
		{0, 0, 2},
		{0, SWAP_ENTRY, 1},
	};
	struct changed_process process;

	begin(&process);
	CU_ASSERT_EQUAL(run_length(&process, 3), 3);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		changed_space_put(&process.physical, process.entry, cases[i].first, 8);
		changed_space_put(&process.physical, process.entry + 8, cases[i].second, 8);
		CU_ASSERT_EQUAL(run_length(&process, 2), cases[i].length);
	}
	/* Filtered both, but the frame of the one is not known. */
	changed_space_put(&process.physical, process.entry, process.out | PRESENT, 8);
	changed_space_fail(&process.physical, process.entry + 8, 8, FB_ABSENT);
	CU_ASSERT_EQUAL(run_length(&process, 2), 1);
	/* One of the dump, and one that was never there. */
	changed_space_put(&process.physical, process.entry, process.in | PRESENT, 8);
	changed_space_put(&process.physical, process.entry + 8, 0, 8);
	CU_ASSERT_EQUAL(run_length(&process, 2), 1);
	changed_process_close(&process);
}

static void what_is_not_there_says_why(void)
{
	static const struct {
		uint64_t entry;
		bool fails;
		enum fb_code unread; /* then */
		enum fb_code code;
		const char *text; /* behind the address */
	} cases[] = {
		{SWAP_ENTRY, false, FB_NOMEM, FB_ABSENT, " is swapped out (area 3, page "},
		{SPECIAL_ENTRY, false, FB_NOMEM, FB_CORRUPT, ": its page-table entry is damaged"},
		{0, true, FB_CORRUPT, FB_CORRUPT, ": its page-table entry is damaged"},
		{0, true, FB_TRUNCATED, FB_TRUNCATED,
		 ": its page is lost with a part of the dump, and no core has it"},
		{0, true, FB_ABSENT, FB_ABSENT,
		 ": its page was left out by the dump filter, and no core has it"},
		{0, true, FB_OS, FB_OS, "made to fail"},
	};
	struct changed_process process;
	uint8_t bytes[16];

	begin(&process);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		if (cases[i].fails)
			changed_space_fail(&process.physical, process.entry, 8, cases[i].unread);
		else
			changed_space_put(&process.physical, process.entry, cases[i].entry, 8);
		FB_FAILS_WITH(fb_space_read(fb_joined_space(process.joined), process.page + 5,
					    bytes, sizeof(bytes)),
			      cases[i].code, cases[i].text);
	}
	changed_process_close(&process);
}

/* A process whose page tables' root is lost: nothing of its memory is in the dump. */
static void without_tables_nothing_is_found(void)
{
	const struct fb_joined_options options = {0};
	struct fb_joined *joined = NULL;
	struct changed_process process;
	uint64_t pgd;
	uint8_t byte;

	for (int with_core = 0; with_core < 2; with_core++) {
		changed_process_open(&process, with_core ? "core.132.xz" : NULL, false, options);
		changed_process_choose(&process, sample_number(PRIVATE, "start="));
		pgd = sample_task(&process.sample, CHANGED_PID)->mm +
		      fb_kernel_layout(process.kernel)->mm_pgd.offset;
		changed_space_fail(&process.memory, pgd, 8, FB_ABSENT);
		if (!with_core) {
			FB_FAILS_WITH(fb_joined_create(process.sample.input,
						       sample_task(&process.sample, CHANGED_PID),
						       &options, &joined),
				      FB_ABSENT, "PID 132: ");
			changed_process_close(&process);
			continue;
		}
		FB_OK_FATAL(fb_joined_create(process.sample.input,
					     sample_task(&process.sample, CHANGED_PID), &options,
					     &joined));
		CU_ASSERT_FALSE(fb_joined_has_tables(joined));
		CU_ASSERT_TRUE(fb_joined_has_tables(process.joined));
		CU_ASSERT_EQUAL(sample_warnings(&process.sample,
						"PID 132: its page tables are lost, so its memory "
						"is as in core.132.xz"),
				1);
		FB_OK(fb_space_u8(fb_joined_space(joined), process.page, &byte));
		joined->options.no_core = true;
		FB_FAILS_WITH(
			fb_space_u8(fb_joined_space(joined), process.page, &byte), FB_ABSENT,
			"its page cannot be found without its page tables, and no core has it");
		fb_joined_destroy(joined);
		changed_process_close(&process);
	}
}

/* A process whose mappings are lost has those of its core, the highest of which is its stack. */
static void without_mappings_those_of_the_core_count(void)
{
	const struct fb_joined_options options = {0};
	struct changed_process process;
	struct fb_joined *joined = NULL;
	const struct fb_vmas *vmas;
	const struct fb_task *task;
	struct fb_vma last;

	for (int with_core = 0; with_core < 2; with_core++) {
		changed_process_open(&process, with_core ? "core.132.xz" : NULL, false, options);
		task = sample_task(&process.sample, CHANGED_PID);
		vmas = fb_joined_vmas(process.joined);
		last = vmas->vma[vmas->count - 1];
		process.kernel->layout.mm_mt_root.found = false;
		if (!with_core) {
			FB_FAILS_WITH(
				fb_joined_create(process.sample.input, task, &options, &joined),
				FB_NOT_FOUND, "PID 132: ");
		} else {
			FB_OK_FATAL(
				fb_joined_create(process.sample.input, task, &options, &joined));
			vmas = fb_joined_vmas(joined);
			CU_ASSERT(vmas->broken && vmas->count > 20);
			for (size_t i = 0; i < vmas->count; i++)
				CU_ASSERT_TRUE(vmas->vma[i].from_core);
			CU_ASSERT_PTR_NOT_NULL(fb_vmas_find(vmas, last.end - 1));
			CU_ASSERT_EQUAL(sample_warnings(&process.sample,
							"PID 132: its mappings are lost, so they "
							"are as in core.132.xz"),
					1);
			fb_joined_destroy(joined);
		}
		changed_process_close(&process);
	}
}

FB_TEST_MAIN("bundle/joined_runs", FB_TEST(a_run_ends_where_its_origin_does),
	     FB_TEST(what_is_not_there_says_why), FB_TEST(without_tables_nothing_is_found),
	     FB_TEST(without_mappings_those_of_the_core_count))
