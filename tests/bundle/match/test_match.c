// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores against the tasks of a made kernel: what proves, what is likely, what contradicts. */
#include "bundle/match/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/made_vmas.h"
#include "tests/user/make_core.h"

#define CRASH 1000000000ll
#define UPTIME 1000.0
#define BOOT_NS ((CRASH + 1 - 1000) * 1000000000ll)
#define AUXV_AT 128u
#define STACK_AT (AUXV_AT + 96u)

/* 100 and its child 200 (in a container, where it is 7) share a vector; 300 has its own; that of
 * 400 is not in the dump. */
struct host {
	struct made_tasks made;
	struct fb_tasks *tasks;
	struct fb_matcher *matcher;
	struct fb_warnings *warnings;
	uint64_t parent, child, other, lost;
};

struct auxv {
	uint64_t pairs[6];
};

static struct auxv auxv_of(uint64_t random)
{
	return (struct auxv){{AT_RANDOM, random, AT_ENTRY, random + 0x1000, AT_NULL, 0}};
}

static void give_memory(struct host *host, uint64_t task, uint64_t random, bool own_page)
{
	struct made_kernel *made = host->made.made;
	uint64_t mm = own_page ? made_alloc_pages(made, 4096) : made_alloc(made, 256);
	struct auxv auxv = auxv_of(random);
	uint64_t vma = made_vma(made, 0x400000, 0x403000, MADE_BASE);

	memcpy(made_at(made, mm + AUXV_AT), &auxv, sizeof(auxv));
	made_mm_list(made, mm, &vma, 1);
	MADE_SET(made, task, task_mm, mm);
	if (own_page)
		made_lose(made, mm);
}

static void make(struct host *host)
{
	struct made_kernel *made;

	memset(host, 0, sizeof(*host));
	made_tasks_create(&host->made);
	made = host->made.made;
	made_vma_members(made, false);
	MADE_FIELD(made, mm_saved_auxv, AUXV_AT, 96);
	MADE_FIELD(made, mm_start_stack, STACK_AT, 8);
	made->kernel.info.crash_time = CRASH;
	made->kernel.info.uptime_s = UPTIME;
	host->parent = made_process(&host->made, host->made.init_task, 100, "daemon");
	host->child = made_process(&host->made, host->parent, 200, "daemon");
	host->other = made_process(&host->made, host->made.init_task, 300, "other");
	host->lost = made_process(&host->made, host->made.init_task, 400, "lost");
	made_task_inner_tid(&host->made, host->child, 0, 7);
	give_memory(host, host->parent, 0xaaaa0000, false);
	give_memory(host, host->child, 0xaaaa0000, false);
	give_memory(host, host->other, 0xbbbb0000, false);
	give_memory(host, host->lost, 0xdddd0000, true);
	FB_OK_FATAL(fb_warnings_create(&host->warnings));
}

static void load(struct host *host)
{
	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &host->tasks));
	FB_OK_FATAL(fb_matcher_create(&host->made.made->kernel, host->tasks, &host->matcher));
}

static void destroy(struct host *host)
{
	fb_matcher_destroy(host->matcher);
	fb_tasks_destroy(host->tasks);
	fb_warnings_destroy(host->warnings);
	made_tasks_destroy(&host->made);
}

struct recipe {
	int pid;          /* 0: the core names none */
	uint64_t random;  /* 0: no auxiliary vector */
	const char *comm; /* NULL: no NT_PRPSINFO */
	unsigned cpu_s;
	int64_t mtime_ns;
	uint64_t mapping; /* start of its one mapped file; 0: no NT_FILE */
	bool cut;         /* before its segment ends */
	const char *name; /* of its file; NULL: "core" */
	uint64_t start;   /* of eight segments of a page each, a page apart; 0: one at 0x400000 */
	bool vector;      /* the first of them has the vector of random in its middle */
};

#define SEGMENTS 8u
#define STAND 0x2000u /* from one of them to the next */

static void make_stand(struct make_core *make, const struct recipe *recipe)
{
	struct auxv auxv = auxv_of(recipe->random);
	uint8_t page[0x1000] = {0};

	if (recipe->vector)
		memcpy(page + 0x800, &auxv, sizeof(auxv));
	for (unsigned i = 0; i < SEGMENTS; i++)
		make_segment(make, recipe->start + i * STAND, 0x1000, page, 0x1000, PF_R);
}

static struct fb_core *core_of(struct host *host, const struct recipe *recipe)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct elf_prstatus status = {.pr_pid = recipe->pid};
	struct auxv auxv = auxv_of(recipe->random);
	struct make_mapping mapping = {
		.start = recipe->mapping, .end = recipe->mapping + 0x3000, .path = "/bin/x"};
	struct fb_core *core = NULL;
	struct fb_file *file;
	uint8_t *bytes;
	size_t size;

	status.pr_utime.tv_sec = recipe->cpu_s;
	if (recipe->pid)
		make_note(&make, "CORE", NT_PRSTATUS, &status, sizeof(status));
	if (recipe->comm)
		make_psinfo(&make, recipe->pid, recipe->comm, recipe->comm);
	if (recipe->random && !recipe->vector)
		make_auxv(&make, auxv.pairs, 3);
	if (recipe->mapping)
		make_files(&make, &mapping, 1, 4096);
	if (recipe->start)
		make_stand(&make, recipe);
	else
		make_segment(&make, 0x400000, 0x1000, NULL, 0x1000, PF_R);
	bytes = make_finish(&make, &size);
	file = make_file_of(recipe->name ? recipe->name : "core", bytes,
			    recipe->cut ? size - 100 : size);
	free(bytes);
	file->mtime_ns = recipe->mtime_ns;
	FB_OK_FATAL(fb_core_open_file(file, host->warnings, &core));
	return core;
}

static struct fb_match match(struct host *host, struct recipe recipe)
{
	struct fb_core *core = core_of(host, &recipe);
	struct fb_match found;

	memset(&found, 0xaa, sizeof(found));
	FB_OK_FATAL(fb_matcher_match(host->matcher, core, &found));
	CU_ASSERT(found.evidence_count > 0);
	CU_ASSERT_EQUAL(found.verdict == FB_VERDICT_NONE, found.task == NULL);
	CU_ASSERT_EQUAL(found.verdict == FB_VERDICT_NONE, found.mm == 0);
	fb_core_destroy(core);
	return found;
}

static bool has_evidence(const struct fb_match *found, const char *text)
{
	for (size_t i = 0; i < found->evidence_count; i++)
		if (strstr(found->evidence[i], text))
			return true;
	return false;
}

/* Matches, and checks verdict, PID (0: none) and a piece of evidence. */
static void check(struct host *host, struct recipe recipe, enum fb_verdict verdict, int pid,
		  const char *evidence)
{
	struct fb_match found = match(host, recipe);

	CU_ASSERT_EQUAL(found.verdict, verdict);
	CU_ASSERT_EQUAL(found.task ? found.task->pid : 0, pid);
	CU_ASSERT(has_evidence(&found, evidence));
	fb_match_deinit(&found);
	CU_ASSERT_EQUAL(found.evidence_count, 0);
}

#define CHECK(host, verdict, pid, evidence, ...) \
	check(host, (struct recipe){__VA_ARGS__}, verdict, pid, evidence)

static void tells_relatives_by_their_pid(void)
{
	struct host host;

	make(&host);
	load(&host);
	CHECK(&host, FB_VERDICT_CERTAIN, 100, "PID 100 equal", .pid = 100, .random = 0xaaaa0000);
	CHECK(&host, FB_VERDICT_CERTAIN, 200, "auxiliary vector equal (2 entries", .pid = 200,
	      .random = 0xaaaa0000);
	CHECK(&host, FB_VERDICT_CERTAIN, 200, "number in a PID namespace, level 1", .pid = 7,
	      .random = 0xaaaa0000);
	CHECK(&host, FB_VERDICT_NONE, 0, "gone at the panic", .pid = 999, .random = 0xaaaa0000);
	CHECK(&host, FB_VERDICT_CERTAIN, 300, "name equal (other)", .pid = 300,
	      .random = 0xbbbb0000, .comm = "other");
	CHECK(&host, FB_VERDICT_CERTAIN, 300, "name was changed to other", .pid = 300,
	      .random = 0xbbbb0000, .comm = "before");
	destroy(&host);
}

/* The host's number comes before a container's. */
static void prefers_the_outer_number(void)
{
	struct host host;

	make(&host);
	made_task_inner_tid(&host.made, host.child, 0, 100);
	load(&host);
	CHECK(&host, FB_VERDICT_CERTAIN, 100, "PID 100 equal", .pid = 100, .random = 0xaaaa0000);
	destroy(&host);
}

static void does_not_believe_a_pid_alone(void)
{
	struct host host;

	make(&host);
	load(&host);
	CHECK(&host, FB_VERDICT_NONE, 0, "was another process at the panic (other", .pid = 300,
	      .random = 0xcccc0000);
	CHECK(&host, FB_VERDICT_NONE, 0, "no process with its auxiliary vector or PID 999",
	      .pid = 999, .random = 0xcccc0000);
	CHECK(&host, FB_VERDICT_LIKELY, 300, "none in the core", .pid = 300);
	CHECK(&host, FB_VERDICT_LIKELY, 400, "not in the dump", .pid = 400, .random = 0xdddd0000);
	/* Written by the kernel, and whole: whoever has that PID did not write it as it died. */
	CHECK(&host, FB_VERDICT_NONE, 0, "PID 400 still ran", .pid = 400, .random = 0xdddd0000,
	      .comm = "dead");
	/* One that is cut off may have been on its way to the disk. */
	CHECK(&host, FB_VERDICT_LIKELY, 400, "PID 400 equal; no auxiliary vector to compare",
	      .pid = 400, .random = 0xdddd0000, .comm = "dead", .cut = true);
	/* A number of a container says nothing without a vector. */
	CHECK(&host, FB_VERDICT_NONE, 0, "PID 7", .pid = 7);
	/* No kernel thread, no idle task, no process without memory. */
	CHECK(&host, FB_VERDICT_NONE, 0, "PID 1", .pid = 1, .random = 0xcccc0000);
	destroy(&host);
}

static void matches_cores_without_a_pid(void)
{
	struct host host;

	make(&host);
	load(&host);
	CHECK(&host, FB_VERDICT_LIKELY, 300, "names no PID", .random = 0xbbbb0000);
	CHECK(&host, FB_VERDICT_NONE, 0, "auxiliary vector equal", .random = 0xaaaa0000);
	CHECK(&host, FB_VERDICT_NONE, 0, "no process", .comm = "x");
	destroy(&host);
}

static void weighs_mappings(void)
{
	struct host host;

	make(&host);
	load(&host);
	CHECK(&host, FB_VERDICT_LIKELY, 300, "1 of 1 file mappings", .pid = 300,
	      .mapping = 0x400000);
	CHECK(&host, FB_VERDICT_NONE, 0, "against it: none of 1 mapped files", .pid = 300,
	      .mapping = 0x500000);
	/* What the vector proves, changed mappings do not disprove. */
	CHECK(&host, FB_VERDICT_CERTAIN, 300, "0 of 1 file mappings", .pid = 300,
	      .random = 0xbbbb0000, .mapping = 0x500000);
	/* Where the mappings are lost they say nothing. */
	CHECK(&host, FB_VERDICT_LIKELY, 400, "0 of 1", .pid = 400, .mapping = 0x500000);
	destroy(&host);
}

static void weighs_cpu_time(void)
{
	struct host host;
	struct fb_match found;

	make(&host);
	MADE_SET(host.made.made, host.other, task_utime, 3000000000ull);
	MADE_SET(host.made.made, host.other, task_stime, 2000000000ull);
	load(&host);
	CHECK(&host, FB_VERDICT_NONE, 0, "against it: thread 300 had used 6.00 s", .pid = 300,
	      .random = 0xbbbb0000, .cpu_s = 6);
	found = match(&host, (struct recipe){.pid = 300, .random = 0xbbbb0000, .cpu_s = 2});
	CU_ASSERT_EQUAL(found.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_DOUBLE_EQUAL(found.taken_before_panic_s, 3.0, 0.001);
	fb_match_deinit(&found);
	/* A time that no process can have. */
	CHECK(&host, FB_VERDICT_NONE, 0, "against it", .pid = 300, .random = 0xbbbb0000,
	      .cpu_s = UINT32_MAX);
	destroy(&host);
}

/* /proc makes its times of what the scheduler counted, which may be more than the timer's ticks. */
static void weighs_cpu_time_of_proc(void)
{
	struct host host;

	make(&host);
	MADE_SET(host.made.made, host.other, task_utime, 3000000000ull);
	MADE_SET(host.made.made, host.other, task_stime, 0);
	MADE_FIELD(host.made.made, task_runtime, 248, 8); /* behind the others */
	MADE_SET(host.made.made, host.other, task_runtime, 4000000000ull);
	load(&host);
	CHECK(&host, FB_VERDICT_CERTAIN, 300, "", .pid = 300, .random = 0xbbbb0000, .cpu_s = 4);
	CHECK(&host, FB_VERDICT_NONE, 0, "9.00 s of CPU time in the core, 4.00 s at the panic",
	      .pid = 300, .random = 0xbbbb0000, .cpu_s = 9);
	destroy(&host);
}

static void weighs_age(void)
{
	struct host host;
	char name[96];
	struct fb_match found;

	make(&host);
	load(&host);
	/* 300 began 300 s after boot. */
	CHECK(&host, FB_VERDICT_NONE, 0, "against it: the core is 200 s older", .pid = 300,
	      .random = 0xbbbb0000, .mtime_ns = BOOT_NS + 100 * 1000000000ll);
	found = match(&host, (struct recipe){.pid = 300,
					     .random = 0xbbbb0000,
					     .mtime_ns = BOOT_NS + 900 * 1000000000ll});
	CU_ASSERT_EQUAL(found.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_DOUBLE_EQUAL(found.taken_before_panic_s, 100.0, 0.001);
	fb_match_deinit(&found);
	/* Copied later, or older than the boot: its time says nothing. */
	for (int i = 0; i < 2; i++) {
		found = match(&host, (struct recipe){.pid = 300,
						     .random = 0xbbbb0000,
						     .mtime_ns = i ? BOOT_NS - 1000000000ll
								   : (CRASH + 500) * 1000000000ll});
		CU_ASSERT_EQUAL(found.verdict, FB_VERDICT_CERTAIN);
		CU_ASSERT(isnan(found.taken_before_panic_s));
		fb_match_deinit(&found);
	}
	/* But for a name of systemd-coredump's, 900 s after boot. */
	snprintf(name, sizeof(name), "core.x.0.%032x.300.%lld.zst", 7, BOOT_NS / 1000 + 900000000);
	found = match(&host, (struct recipe){.pid = 300, .random = 0xbbbb0000, .name = name});
	CU_ASSERT_DOUBLE_EQUAL(found.taken_before_panic_s, 100.0, 0.001);
	fb_match_deinit(&found);
	destroy(&host);
}

/* A leader that is lost is stood for by a thread, which may be younger than the core. */
static void knows_no_start_without_the_leader(void)
{
	struct host host;
	struct fb_match found;
	uint64_t thread;

	make(&host);
	thread = made_thread(&host.made, host.other, 350, "late");
	MADE_SET(host.made.made, host.other, task_stack, 0x1000);
	MADE_SET(host.made.made, thread, task_start_boottime, 950000000000ull);
	load(&host);
	found = match(&host, (struct recipe){.pid = 300,
					     .random = 0xbbbb0000,
					     .mtime_ns = BOOT_NS + 900 * 1000000000ll});
	CU_ASSERT_EQUAL(found.verdict, FB_VERDICT_CERTAIN);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found.task);
	CU_ASSERT_EQUAL(found.task->tid, 350);
	fb_match_deinit(&found);
	destroy(&host);
}

/* A name out of a dump is shown. */
static void escapes_names(void)
{
	struct host host;

	make(&host);
	memcpy(made_at(host.made.made, host.other + 24), "\033[2J\0", 5);
	load(&host);
	CHECK(&host, FB_VERDICT_CERTAIN, 300, "name was changed to \\x1b[2J", .pid = 300,
	      .random = 0xbbbb0000, .comm = "before");
	destroy(&host);
}

/* Gives a process mappings where a core that starts there has segments: as many of them, then others. */
static void stand(struct host *host, uint64_t mm, uint64_t start, unsigned as_many)
{
	uint64_t vmas[SEGMENTS];

	for (unsigned i = 0; i < SEGMENTS; i++) {
		uint64_t at = start + i * STAND + (i < as_many ? 0 : 0x10000000);

		vmas[i] = made_vma(host->made.made, at, at + 0x1000, 0);
	}
	made_mm_list(host->made.made, mm, vmas, SEGMENTS);
}

static uint64_t mm_of(struct host *host, uint64_t task)
{
	uint64_t mm;

	memcpy(&mm, made_at(host->made.made, task + host->made.made->kernel.layout.task_mm.offset),
	       sizeof(mm));
	return mm;
}

/* A core without a note: its segments and the name of its file are left. */
static void matches_by_where_mappings_stand(void)
{
	struct host host;

	make(&host);
	stand(&host, mm_of(&host, host.parent), 0x550000000000, 8);
	stand(&host, mm_of(&host, host.child), 0x550000000000, 7);
	stand(&host, mm_of(&host, host.other), 0x7f0000000000, 5);
	load(&host);
	/* By most of them; a name's number decides among relatives, and not against addresses. */
	CHECK(&host, FB_VERDICT_LIKELY, 300, "5 of its 8 segments", .start = 0x7f0000000000);
	CHECK(&host, FB_VERDICT_LIKELY, 100, "8 of its 8", .start = 0x550000000000);
	CHECK(&host, FB_VERDICT_LIKELY, 200, "PID 200, of its file's name, equal",
	      .start = 0x550000000000, .name = "core.200.xz");
	CHECK(&host, FB_VERDICT_LIKELY, 200, "PID 7, of its file's name, is its number in a PID",
	      .start = 0x550000000000, .name = "x/core-daemon-0.7");
	CHECK(&host, FB_VERDICT_LIKELY, 100, "8 of its 8", .start = 0x550000000000,
	      .name = "core.300");
	/* Numbers of a name that are no PIDs of their own. */
	CHECK(&host, FB_VERDICT_LIKELY, 100, "8 of its 8", .start = 0x550000000000,
	      .name = "core200.v200");
	CHECK(&host, FB_VERDICT_LIKELY, 200, "PID 200, of its", .start = 0x550000000000,
	      .name = "core.x.100.0123456789abcdef0123456789abcdef.200.1700000000000000");
	/* A PID of its notes that none of them has: a relative that is gone. */
	CHECK(&host, FB_VERDICT_NONE, 0, "no process with its auxiliary vector or PID 999",
	      .pid = 999, .start = 0x550000000000, .name = "core.200");
	CHECK(&host, FB_VERDICT_LIKELY, 200, "7 of its 8 segments", .pid = 200,
	      .start = 0x550000000000);
	CHECK(&host, FB_VERDICT_NONE, 0, "none of the core's 8 segments stands", .pid = 300,
	      .start = 0x550000000000);
	/* Too few, or none. */
	CHECK(&host, FB_VERDICT_NONE, 0, "the core names no PID",
	      .start = 0x7f0000000000 + 4 * STAND, .name = "core.300");
	CHECK(&host, FB_VERDICT_NONE, 0, "the core names no PID", .start = 0x600000000000);
	destroy(&host);
}

/* Relatives that stand alike are told apart by nothing but the name. */
static void does_not_choose_among_relatives(void)
{
	struct host host;

	make(&host);
	stand(&host, mm_of(&host, host.parent), 0x550000000000, 8);
	stand(&host, mm_of(&host, host.child), 0x550000000000, 8);
	load(&host);
	CHECK(&host, FB_VERDICT_NONE, 0, "2 processes have these mappings",
	      .start = 0x550000000000);
	CHECK(&host, FB_VERDICT_NONE, 0, "2 processes have these mappings", .start = 0x550000000000,
	      .name = "core.100.200");
	CHECK(&host, FB_VERDICT_LIKELY, 100, "PID 100, of its file's name, equal",
	      .start = 0x550000000000, .name = "core.100");
	destroy(&host);
}

/* Notes are cut off, the stack is not. */
static void finds_the_vector_on_the_stack(void)
{
	struct host host;
	struct made_kernel *made;

	make(&host);
	made = host.made.made;
	MADE_SET(made, mm_of(&host, host.parent), mm_start_stack, 0x660000000010);
	MADE_SET(made, mm_of(&host, host.child), mm_start_stack, 0x660000000010);
	MADE_SET(made, mm_of(&host, host.other), mm_start_stack, 0x660000000808);
	load(&host);
	CHECK(&host, FB_VERDICT_CERTAIN, 200, "the core's is that on its stack",
	      .random = 0xaaaa0000, .vector = true, .start = 0x660000000000, .name = "core.200");
	CHECK(&host, FB_VERDICT_NONE, 0, "2 processes have this vector", .random = 0xaaaa0000,
	      .vector = true, .start = 0x660000000000);
	/* Behind the place where its stack began at exec, not before. */
	CHECK(&host, FB_VERDICT_NONE, 0, "the core names no PID", .random = 0xbbbb0000,
	      .vector = true, .start = 0x660000000000);
	destroy(&host);
}

static void names_verdicts(void)
{
	CU_ASSERT_STRING_EQUAL(fb_verdict_name(FB_VERDICT_CERTAIN), "certain");
	CU_ASSERT_STRING_EQUAL(fb_verdict_name((enum fb_verdict)9), "unknown");
	fb_matcher_destroy(NULL);
}

FB_TEST_MAIN("bundle/match", FB_TEST(tells_relatives_by_their_pid),
	     FB_TEST(prefers_the_outer_number), FB_TEST(does_not_believe_a_pid_alone),
	     FB_TEST(matches_cores_without_a_pid), FB_TEST(weighs_mappings),
	     FB_TEST(weighs_cpu_time), FB_TEST(weighs_cpu_time_of_proc), FB_TEST(weighs_age),
	     FB_TEST(knows_no_start_without_the_leader), FB_TEST(escapes_names),
	     FB_TEST(matches_by_where_mappings_stand), FB_TEST(does_not_choose_among_relatives),
	     FB_TEST(finds_the_vector_on_the_stack), FB_TEST(names_verdicts))
