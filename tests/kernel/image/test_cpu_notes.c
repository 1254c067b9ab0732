// SPDX-License-Identifier: GPL-2.0-or-later
/* Which register note is of which CPU, in a made kernel of six CPUs: five present, 1 and 5 offline. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define CPUS 6u
#define CRASH_NOTES 0x100u
#define CURRENT 0x800u
#define STACK(cpu) (0xffffc90000000000ull + (cpu)*0x100000ull)
#define NO_NOTE UINT32_MAX

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint8_t present[FB_MAX_CPUS / 8];
	uint64_t tasks[CPUS];
};

static bool none(uint64_t pfn FB_UNUSED)
{
	return false;
}

/* The test's own bytes, which the dump copied; not aligned. */
static void *note_of(struct host *host, size_t index)
{
	size_t size;

	return (void *)fb_dump_prstatus(host->made->kernel.dump, index, &size);
}

/* The note that CPU would have left: its thread is PID pid, its stack its own. */
static void write_note(struct host *host, size_t index, unsigned cpu, int32_t pid)
{
	struct elf_prstatus note = {.pr_pid = pid};
	struct user_regs_struct regs = {.rip = 0xffffffff81000000ull + cpu,
					.rsp = STACK(cpu) + 0x2000};

	memcpy(&note.pr_reg, &regs, sizeof(regs));
	memcpy(note_of(host, index), &note, sizeof(note));
}

static void set_pid(struct host *host, unsigned cpu, int32_t pid)
{
	MADE_SET(host->made, host->tasks[cpu], task_pid, (uint32_t)pid);
}

static void make(struct host *host, unsigned notes)
{
	static const char *const names[] = {"crash_notes", "current_task", NULL};
	struct mk_recipe recipe = {.max_pfn = 64, .dumped = none, .cpus = notes};
	uint64_t addresses[] = {0, CURRENT};
	struct fb_kernel *kernel;

	memset(host, 0, sizeof(*host));
	host->made = made_kernel_create();
	kernel = &host->made->kernel;
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, host->made->warnings, &kernel->dump));
	addresses[0] = made_alloc(host->made, 64);
	made_put(host->made, addresses[0], CRASH_NOTES, 8);
	made_symbols(host->made, names, addresses);
	MADE_FIELD(host->made, task_pid, 0, 4);
	MADE_FIELD(host->made, task_stack, 8, 8);
	free(kernel->percpu_offsets);
	kernel->percpu_offsets = calloc(CPUS, sizeof(uint64_t));
	kernel->prstatus_index = calloc(CPUS, sizeof(uint32_t));
	kernel->cpu_limit = CPUS;
	kernel->online[0] = 0x1d; /* 0, 2, 3, 4 */
	host->present[0] = 0x1f;
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		kernel->percpu_offsets[cpu] = made_alloc_pages(host->made, FB_PAGE_SIZE);
		host->tasks[cpu] = made_alloc(host->made, 64);
		made_put(host->made, kernel->percpu_offsets[cpu] + CURRENT, host->tasks[cpu], 8);
		set_pid(host, cpu, 100 + (int32_t)cpu);
		MADE_SET(host->made, host->tasks[cpu], task_stack, STACK(cpu));
	}
}

/* The kernel's own buffer of a CPU gets what the dump has as a note. */
static void fill_buffer(struct host *host, unsigned cpu, size_t index)
{
	uint64_t at = host->made->kernel.percpu_offsets[cpu] + CRASH_NOTES;
	const Elf64_Nhdr header = {5, sizeof(struct elf_prstatus), NT_PRSTATUS};
	uint8_t *to = made_at(host->made, at);

	memcpy(to, &header, sizeof(header));
	memcpy(to + sizeof(header), "CORE\0\0\0", 8);
	memcpy(to + sizeof(header) + 8, note_of(host, index), sizeof(struct elf_prstatus));
}

/* notes: of each CPU. */
static void expect_notes(struct host *host, const uint32_t notes[static CPUS], size_t warnings)
{
	const struct fb_kernel *kernel = &host->made->kernel;

	FB_OK_FATAL(fb_kernel_assign_notes(&host->made->kernel, host->present));
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		CU_ASSERT_EQUAL(kernel->prstatus_index[cpu], notes[cpu]);
	CU_ASSERT_EQUAL(fb_warnings_count(host->made->warnings), warnings);
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->made->kernel.prstatus_index);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

/* Their order is all there is, and as many as CPUs. */
static void keeps_the_order(void)
{
	static const uint32_t want[] = {0, NO_NOTE, 1, 2, 3, NO_NOTE};
	struct host host;

	make(&host, 4);
	expect_notes(&host, want, 0);
	destroy(&host);
}

/* CPU 2 is silent; nothing but the buffers would tell, for all ran a thread of the same PID on a stack
 * that is not its own. */
static void asks_the_buffers(void)
{
	static const uint32_t want[] = {0, NO_NOTE, NO_NOTE, 1, 2, NO_NOTE};
	static const unsigned wrote[] = {0, 3, 4};
	struct host host;

	make(&host, 3);
	for (size_t i = 0; i < 3; i++) {
		write_note(&host, i, wrote[i], 0);
		MADE_SET(host.made, host.tasks[wrote[i]], task_stack, STACK(40));
		set_pid(&host, wrote[i], 0);
		fill_buffer(&host, wrote[i], i);
	}
	expect_notes(&host, want, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(host.made->warnings, 0), "CPU 2 left no"));
	destroy(&host);
}

/* The buffers are left out of the dump: by PIDs, then by stacks where all ran their idle threads. */
static void asks_threads_and_stacks(void)
{
	static const uint32_t want[] = {NO_NOTE, NO_NOTE, 0, NO_NOTE, 1, NO_NOTE};

	for (unsigned idle = 0; idle < 2; idle++) {
		struct host host;

		make(&host, 2);
		write_note(&host, 0, 2, idle ? 0 : 102);
		write_note(&host, 1, 4, idle ? 0 : 104);
		for (unsigned cpu = 0; cpu < CPUS && idle; cpu++)
			set_pid(&host, cpu, 0);
		for (unsigned cpu = 0; cpu < CPUS && !idle; cpu++)
			MADE_SET(host.made, host.tasks[cpu], task_stack, STACK(cpu + 20));
		expect_notes(&host, want, 1);
		CU_ASSERT_PTR_NOT_NULL(
			strstr(fb_warnings_get(host.made->warnings, 0), "2 CPUs left no"));
		destroy(&host);
	}
}

/* A buffer that holds no note is not believed, nor one that no note of the dump is like. */
static void doubts_the_buffers(void)
{
	static const uint32_t want[] = {0, NO_NOTE, NO_NOTE, 1, 2, NO_NOTE};
	static const unsigned wrote[] = {0, 3, 4};

	for (unsigned wrong = 0; wrong < 5; wrong++) {
		static const struct {
			unsigned at;
			uint32_t value;
		} bad[] = {{0, 6}, {4, 0xffffffff}, {8, NT_PRPSINFO}, {12, 0}, {100, 77}};
		struct host host;

		make(&host, 3);
		for (size_t i = 0; i < 3; i++)
			write_note(&host, i, wrote[i], 100 + (int32_t)wrote[i]);
		fill_buffer(&host, 4, 0); /* would give CPU 4 what CPU 0 left */
		made_put(host.made,
			 host.made->kernel.percpu_offsets[4] + CRASH_NOTES + bad[wrong].at,
			 bad[wrong].value, 4);
		expect_notes(&host, want, 1);
		destroy(&host);
	}
}

/* A hypervisor's notes: one for each CPU that is present, the offline CPU 1 too, with its own PIDs. */
static void counts_offline_cpus_of_a_hypervisor(void)
{
	static const uint32_t want[] = {0, 1, 2, 3, 4, NO_NOTE};
	struct host host;

	make(&host, 5);
	for (unsigned i = 0; i < 5; i++)
		write_note(&host, i, i, (int32_t)i + 1);
	expect_notes(&host, want, 0);
	destroy(&host);
}

static void lives_without_anything_known(void)
{
	static const uint32_t want[] = {0, NO_NOTE, 1, NO_NOTE, NO_NOTE, NO_NOTE};
	static const uint32_t nothing[] = {NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE};
	struct host host;

	make(&host, 2);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		made_lose(host.made, host.made->kernel.percpu_offsets[cpu]);
	expect_notes(&host, want, 1);
	destroy(&host);
	make(&host, 0);
	expect_notes(&host, nothing, 1);
	destroy(&host);
}

/* The largest note that is believed, and one byte more. */
static void notes_have_a_largest_size(void)
{
	for (uint32_t size = 4096; size <= 4097; size++) {
		static uint8_t bytes[4097];
		struct fb_dump_notes *notes;
		const Elf64_Nhdr header = {5, size, NT_PRSTATUS};
		struct host host;
		uint64_t buffer;

		make(&host, 1);
		notes = &host.made->kernel.dump->notes;
		memset(bytes, 0x5a, sizeof(bytes));
		notes->prstatus[0].desc = bytes;
		notes->prstatus[0].size = size;
		buffer = made_alloc_pages(host.made, 2 * FB_PAGE_SIZE);
		memcpy(made_at(host.made, buffer), &header, sizeof(header));
		memcpy(made_at(host.made, buffer + 12), "CORE\0\0\0", 8);
		/* The CPU's task is known, too, so that nothing else speaks for it. */
		memcpy(bytes + CURRENT - CRASH_NOTES - 20, &host.tasks[3], 8);
		memcpy(made_at(host.made, buffer + 20), bytes, size);
		host.made->kernel.percpu_offsets[3] = buffer - CRASH_NOTES;
		FB_OK_FATAL(fb_kernel_assign_notes(&host.made->kernel, host.present));
		CU_ASSERT_EQUAL(host.made->kernel.prstatus_index[3], size == 4096 ? 0 : NO_NOTE);
		destroy(&host);
	}
}

/* Where some CPUs' stacks are known: one ends at its very last byte. */
static void stacks_end_at_their_size(void)
{
	static const uint32_t own[] = {NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE, 0, NO_NOTE};
	static const uint32_t other[] = {0, NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE, NO_NOTE};
	static const struct {
		uint64_t within;
		const uint32_t *want;
	} cases[] = {{0, own}, {0x4000, own}, {0x4001, other}, {UINT64_MAX, other}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct elf_prstatus note = {0};
		struct user_regs_struct regs = {.rsp = STACK(4) + cases[i].within};
		struct host host;

		make(&host, 1);
		memcpy(&note.pr_reg, &regs, sizeof(regs));
		memcpy(note_of(&host, 0), &note, sizeof(note));
		for (unsigned cpu = 0; cpu < CPUS; cpu++)
			set_pid(&host, cpu, 0);
		expect_notes(&host, cases[i].want, 1);
		CU_ASSERT_STRING_EQUAL(
			fb_warnings_get(host.made->warnings, 0),
			cases[i].want == own
				? "3 CPUs left no registers (no NT_PRSTATUS), CPU 0 first, as those "
				  "do that are locked up and do not answer the NMI of the crash: "
				  "where they were is not known"
				: "3 CPUs left no registers (no NT_PRSTATUS), CPU 2 first, as those "
				  "do that are locked up and do not answer the NMI of the crash: "
				  "where they were is not known");
		destroy(&host);
	}
}

/* A PID counts less than a stack, and a wrong PID speaks against. */
static void points_are_weighed(void)
{
	static const uint32_t want[] = {NO_NOTE, NO_NOTE, 0, NO_NOTE, NO_NOTE, NO_NOTE};
	struct host host;

	make(&host, 1);
	write_note(&host, 0, 2, 104); /* the stack of 2, the PID of 4 */
	expect_notes(&host, want, 1);
	destroy(&host);
	/* Nothing is known but that it ran another thread than CPU 0's and 3's; 4 is later than 2. */
	make(&host, 1);
	write_note(&host, 0, 20, 777);
	for (unsigned cpu = 2; cpu < CPUS; cpu += 2)
		made_lose(host.made, host.made->kernel.percpu_offsets[cpu]);
	expect_notes(&host, want, 1);
	destroy(&host);
}

FB_TEST_MAIN("kernel/cpu_notes", FB_TEST(keeps_the_order), FB_TEST(asks_the_buffers),
	     FB_TEST(asks_threads_and_stacks), FB_TEST(doubts_the_buffers),
	     FB_TEST(counts_offline_cpus_of_a_hypervisor), FB_TEST(lives_without_anything_known),
	     FB_TEST(notes_have_a_largest_size), FB_TEST(stacks_end_at_their_size),
	     FB_TEST(points_are_weighed))
