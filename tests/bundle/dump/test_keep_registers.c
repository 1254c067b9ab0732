// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is kept of a process for what the registers and the stack of its threads hold: of a bundle of the sample in
 * which a test puts words into both.
 */
#include "bundle/dump/keep.h"

#include <stddef.h>
#include <string.h>
#include <sys/user.h>

#include "base/attr.h"
#include "kernel/image/kernel_private.h"
#include "kernel/image/thread_size.h"
#include "kernel/mappings/vma.h"
#include "kernel/paging/page_table.h"
#include "kernel/stacks/stack_entry.h"
#include "kernel/stacks/unwind.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

/* A process of three threads, and one of them that sleeps. */
#define DL 128
#define THREAD 130
#define MOST_PATCHES 4u
#define NOWHERE 8ull /* an address that no process has */
/* As keep.c has them. */
#define BEFORE 64u
#define BEHIND 256u
#define RED_ZONE 128u
#define STACK_WORDS 512u
#define WAITV_BYTES 24u
#define WAITV_MOST 128u

/* Memory with some words put into it. */
struct patched {
	struct fb_space space; /* first */
	struct fb_space *whole;
	struct patch {
		uint64_t address, word;
	} patches[MOST_PATCHES];
	size_t count;
};

static struct fb_error *read_patched(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	const struct patched *patched = (const struct patched *)space;
	struct fb_error *err = fb_space_read(patched->whole, address, to, length);

	for (size_t i = 0; i < patched->count && !err; i++)
		for (unsigned j = 0; j < sizeof(uint64_t); j++) {
			uint64_t offset = patched->patches[i].address + j - address;

			if (offset < length)
				((uint8_t *)to)[offset] =
					(uint8_t)(patched->patches[i].word >> 8 * j);
		}
	return err;
}

static struct fb_error *locate_patched(struct fb_space *space, uint64_t address, uint64_t length,
				       struct fb_run *run_ret)
{
	return fb_space_locate(((struct patched *)space)->whole, address, length, run_ret);
}

static const struct fb_space_ops patched_ops = {.read = read_patched, .locate = locate_patched};

struct world {
	struct sample_input bundle;
	struct fb_kernel *kernel;
	struct patched memory, physical; /* of the kernel, by frames */
	struct fb_task *task;
	struct user_regs_struct regs;
	struct fb_vmas vmas;
	struct fb_page_tables tables;
	struct fb_frame_set *before; /* what is kept as it is */
	struct fb_keep_result result;
	uint64_t pages; /* three that the dump has, one behind the other, and that are not kept */
};

static void patch(struct patched *patched, uint64_t address, uint64_t word)
{
	CU_ASSERT_FATAL(patched->count < MOST_PATCHES);
	patched->patches[patched->count++] = (struct patch){address, word};
}

static struct fb_frame_set *find(struct world *w)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = UINT64_MAX};
	struct fb_frame_set *set = NULL;

	FB_OK_FATAL(
		fb_frame_set_create(fb_dump_info(fb_input_dump(w->bundle.input))->max_pfn, &set));
	FB_OK_FATAL(fb_keep_find(w->bundle.input, &options, set, &w->result));
	return set;
}

/* The physical address; 0: the dump has no such page. */
static uint64_t physical_of(struct world *w, uint64_t address)
{
	struct fb_pt_walk walk;

	FB_OK_FATAL(fb_pt_walk(&w->tables, address & FB_PAGE_MASK, &walk));
	if (walk.state != FB_PT_PRESENT ||
	    !fb_dump_has_page(fb_input_dump(w->bundle.input), walk.physical >> FB_PAGE_SHIFT))
		return 0;
	return walk.physical + address % FB_PAGE_SIZE;
}

static bool keeps(struct world *w, const struct fb_frame_set *set, uint64_t address)
{
	uint64_t physical = physical_of(w, address);

	return physical && fb_frame_set_has(set, physical >> FB_PAGE_SHIFT);
}

static uint64_t find_pages(struct world *w)
{
	for (size_t i = 0; i < w->vmas.count; i++) {
		const struct fb_vma *vma = &w->vmas.vma[i];
		unsigned found = 0;

		for (uint64_t at = vma->start; at < vma->end; at += FB_PAGE_SIZE) {
			found = physical_of(w, at) && !keeps(w, w->before, at) ? found + 1 : 0;
			if (found == 3)
				return at - 2 * FB_PAGE_SIZE;
		}
	}
	CU_FAIL_FATAL("no such pages");
	return 0;
}

static void begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	sample_open_bundle(&w->bundle, (const char *const[]){"core.128.xz", NULL});
	w->kernel = fb_input_kernel(w->bundle.input);
	w->task = (struct fb_task *)sample_task(&w->bundle, THREAD);
	FB_OK_FATAL(fb_user_regs_at_top(w->kernel, w->task->stack, &w->regs));
	FB_OK_FATAL(fb_kernel_mm_page_tables(w->kernel, w->task->mm, &w->tables));
	FB_OK_FATAL(fb_vmas_load(w->kernel, w->task->mm, &w->vmas));
	w->before = find(w);
	w->pages = find_pages(w);
	w->memory = (struct patched){.space = {.ops = &patched_ops, .name = "patched"},
				     .whole = w->kernel->space};
	w->kernel->space = &w->memory.space;
	w->physical = (struct patched){.space = {.ops = &patched_ops, .name = "patched"},
				       .whole = w->kernel->tables.physical};
	w->kernel->tables.physical = &w->physical.space;
}

static void end(struct world *w)
{
	w->kernel->space = w->memory.whole;
	w->kernel->tables.physical = w->physical.whole;
	fb_frame_set_destroy(w->before);
	fb_vmas_deinit(&w->vmas);
	sample_close(&w->bundle);
}

/* The thread as if it had entered the kernel with that register. */
static void set_register(struct world *w, size_t offset, uint64_t value)
{
	patch(&w->memory, w->task->stack + fb_thread_size(w->kernel) - FB_PT_REGS_BYTES + offset,
	      value);
}

#define SET(w, name, value) set_register(w, offsetof(struct user_regs_struct, name), value)

/* Which of the three pages are kept now, one bit each; and forgets what was put into memory. */
static unsigned kept_pages(struct world *w)
{
	struct fb_frame_set *set = find(w);
	unsigned kept = 0;

	for (unsigned i = 0; i < 3; i++)
		kept |= (unsigned)keeps(w, set, w->pages + i * FB_PAGE_SIZE) << i;
	fb_frame_set_destroy(set);
	w->memory.count = w->physical.count = 0;
	return kept;
}

/* A few bytes before and some more behind what a register points to. */
static void as_much_is_kept_as_an_object_may_have(void)
{
	static const struct {
		unsigned offset, kept; /* into the second of three pages */
	} places[] = {
		{0, 3},
		{BEFORE - 1, 3},
		{BEFORE, 2},
		{BEHIND, 2},
		{FB_PAGE_SIZE - BEHIND, 2},
		{FB_PAGE_SIZE - BEHIND + 1, 6},
		{FB_PAGE_SIZE - BEFORE, 6},
		{FB_PAGE_SIZE - 1, 6},
	};
	struct world w;

	begin(&w);
	CU_ASSERT_EQUAL(kept_pages(&w), 0);
	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++) {
		SET(&w, rbx, w.pages + FB_PAGE_SIZE + places[i].offset);
		CU_ASSERT_EQUAL(kept_pages(&w), places[i].kept);
	}
	SET(&w, rbx, NOWHERE);
	CU_ASSERT_EQUAL(kept_pages(&w), 0);
	end(&w);
}

static void each_register_may_point_to_the_lock(void)
{
	static const size_t registers[] = {
		offsetof(struct user_regs_struct, rax), offsetof(struct user_regs_struct, rbx),
		offsetof(struct user_regs_struct, rdi), offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdx), offsetof(struct user_regs_struct, rbp),
		offsetof(struct user_regs_struct, r8),  offsetof(struct user_regs_struct, r9),
		offsetof(struct user_regs_struct, r10), offsetof(struct user_regs_struct, r12),
		offsetof(struct user_regs_struct, r13), offsetof(struct user_regs_struct, r14),
		offsetof(struct user_regs_struct, r15),
	};
	struct world w;

	begin(&w);
	for (size_t i = 0; i < FB_ARRAY_SIZE(registers); i++) {
		set_register(&w, registers[i], w.pages + FB_PAGE_SIZE + 1000);
		CU_ASSERT_EQUAL(kept_pages(&w), 2);
	}
	end(&w);
}

/* futex_waitv() has a list of them in memory, here as the thread's stack has it. */
static void each_word_of_a_list_is_kept(void)
{
	const uint64_t far = FB_PAGE_SIZE - 100; /* the page behind it is kept too */
	struct world w;
	uint64_t list;

	begin(&w);
	list = w.regs.rsp & FB_PAGE_MASK;
	for (uint64_t i = 0; i < 3; i++)
		for (uint64_t count = 0; count < 4; count++) {
			SET(&w, orig_rax, 449);
			SET(&w, rdi, list);
			SET(&w, rsi, count);
			patch(&w.physical, physical_of(&w, list) + i * WAITV_BYTES + 8,
			      w.pages + far);
			CU_ASSERT_EQUAL(kept_pages(&w), i < count ? 3 : 0);
			/* Another call has none. */
			SET(&w, orig_rax, 450);
			SET(&w, rdi, list);
			SET(&w, rsi, count);
			patch(&w.physical, physical_of(&w, list) + i * WAITV_BYTES + 8,
			      w.pages + far);
			CU_ASSERT_EQUAL(kept_pages(&w), 0);
		}
	for (uint64_t i = WAITV_MOST - 1; i <= WAITV_MOST; i++) {
		SET(&w, orig_rax, 449);
		SET(&w, rdi, list);
		SET(&w, rsi, 1000);
		patch(&w.physical, physical_of(&w, list) + i * WAITV_BYTES + 8, w.pages + far);
		CU_ASSERT_EQUAL(kept_pages(&w), i < WAITV_MOST ? 3 : 0);
	}
	/* A list that is nowhere costs itself. */
	SET(&w, orig_rax, 449);
	SET(&w, rdi, NOWHERE);
	SET(&w, rsi, 2);
	CU_ASSERT_EQUAL(kept_pages(&w), 0);
	CU_ASSERT_EQUAL(w.result.threads + w.result.without_stack > 0, true);
	CU_ASSERT_EQUAL(fb_warnings_count(w.bundle.warnings), 0);
	end(&w);
}

/* From the red zone on so many words are looked at. */
static void pointers_on_the_stack_are_followed(void)
{
	struct world w;
	uint64_t first, last, at[4];

	begin(&w);
	first = (w.regs.rsp - RED_ZONE) & ~7ull;
	last = first + (STACK_WORDS - 1) * 8 + (w.regs.rsp % 8 ? 8 : 0);
	at[0] = first;
	at[1] = last;
	at[2] = first - 8;
	at[3] = last + 8;
	for (size_t i = 0; i < FB_ARRAY_SIZE(at); i++) {
		uint64_t physical = physical_of(&w, at[i]);

		if (!physical)
			continue;
		patch(&w.physical, physical, w.pages + FB_PAGE_SIZE + 1000);
		CU_ASSERT_EQUAL(kept_pages(&w), i < 2 ? 2 : 0);
	}
	CU_ASSERT_FATAL(physical_of(&w, first) != 0);
	end(&w);
}

/* Processes that "blocked" names. */
static uint64_t count_blocked(struct world *w)
{
	static const char *const words[] = {"blocked"};
	const struct fb_keep_options options = {
		.processes = words, .process_count = 1, .most_pages = UINT64_MAX};
	struct fb_frame_set *set = NULL;

	FB_OK_FATAL(
		fb_frame_set_create(fb_dump_info(fb_input_dump(w->bundle.input))->max_pfn, &set));
	FB_OK_FATAL(fb_keep_find(w->bundle.input, &options, set, &w->result));
	CU_ASSERT_EQUAL(fb_frame_set_count(set) > 0, w->result.processes > 0);
	fb_frame_set_destroy(set);
	w->memory.count = 0;
	return w->result.processes;
}

static void who_waits_for_a_futex_or_a_device_is_blocked(void)
{
	static const struct {
		int64_t call;
		bool is;
	} calls[] = {{201, false}, {202, true},  {203, false}, {448, false}, {449, true},
		     {450, false}, {454, false}, {455, true},  {456, false}, {-1, false}};
	static const char others[] = "RTtZXI?";
	const struct fb_tasks *tasks = NULL;
	struct world w;

	begin(&w);
	FB_OK_FATAL(fb_input_tasks(w.bundle.input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		((struct fb_task *)fb_tasks_get(tasks, i))->state = 'R';
	CU_ASSERT_EQUAL(count_blocked(&w), 0);
	CU_ASSERT_EQUAL(sample_warnings(&w.bundle, "no process is blocked"), 1);
	w.task->state = 'S';
	for (size_t i = 0; i < FB_ARRAY_SIZE(calls); i++) {
		SET(&w, orig_rax, (uint64_t)calls[i].call);
		CU_ASSERT_EQUAL(count_blocked(&w), calls[i].is);
	}
	for (int i = 0; others[i]; i++) {
		w.task->state = others[i];
		SET(&w, orig_rax, 202);
		CU_ASSERT_EQUAL(count_blocked(&w), 0);
	}
	w.task->state = 'D';
	SET(&w, orig_rax, 0);
	CU_ASSERT_EQUAL(count_blocked(&w), 1);
	w.task->on_cpu = true;
	CU_ASSERT_EQUAL(count_blocked(&w), 1);
	w.task->state = 'S';
	SET(&w, orig_rax, 202);
	CU_ASSERT_EQUAL(count_blocked(&w), 0);
	w.task->on_cpu = false;
	/* Without registers nothing is known of it. */
	w.task->stack = 0;
	CU_ASSERT_EQUAL(count_blocked(&w), 0);
	end(&w);
}

#define USER32_CS 0x23

/* A thread with code of 32 bits: its words have 4 bytes, its descriptor is where GS points, and its calls have numbers
 * of their own. */
static void threads_of_32_bits_have_words_of_their_own(void)
{
	static const struct {
		int64_t call;
		bool is;
	} calls[] = {{202, false}, {239, false}, {240, true}, {241, false}, {421, false},
		     {422, true},  {423, false}, {449, true}, {455, true},  {-1, false}};
	const struct fb_tasks *tasks = NULL;
	uint64_t first, bases[2];
	struct world w;

	begin(&w);
	first = physical_of(&w, (w.regs.rsp - RED_ZONE) & ~7ull);
	bases[0] = fb_kernel_layout(w.kernel)->task_thread_fsbase.offset + w.task->address;
	bases[1] = fb_kernel_layout(w.kernel)->task_thread_gsbase.offset + w.task->address;
	for (int narrow = 0; narrow < 2; narrow++) {
		for (int base = 0; base < 2; base++) {
			SET(&w, cs, narrow ? USER32_CS : 0x33);
			patch(&w.memory, bases[base], w.pages + FB_PAGE_SIZE + 2000);
			CU_ASSERT_EQUAL(kept_pages(&w) != 0, base == narrow);
		}
		SET(&w, cs, narrow ? USER32_CS : 0x33);
		patch(&w.physical, first, w.pages + FB_PAGE_SIZE + 1000);
		CU_ASSERT_EQUAL(kept_pages(&w), narrow ? 0 : 2);
	}
	FB_OK_FATAL(fb_input_tasks(w.bundle.input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		((struct fb_task *)fb_tasks_get(tasks, i))->state = 'R';
	w.task->state = 'S';
	for (size_t i = 0; i < FB_ARRAY_SIZE(calls); i++) {
		SET(&w, cs, USER32_CS);
		SET(&w, orig_rax, (uint64_t)calls[i].call);
		CU_ASSERT_EQUAL(count_blocked(&w), calls[i].is);
	}
	end(&w);
}

/* A thread without registers has no stack that could be kept, nor has one whose stack pointer leads nowhere. */
static void threads_without_a_stack_are_counted(void)
{
	uint64_t threads, without;
	struct world w;

	begin(&w);
	threads = w.result.threads;
	without = w.result.without_stack;
	SET(&w, rsp, NOWHERE);
	(void)kept_pages(&w);
	CU_ASSERT(w.result.threads == threads - 1 && w.result.without_stack == without + 1);
	w.task->stack = 0;
	(void)kept_pages(&w);
	CU_ASSERT(w.result.threads == threads - 1 && w.result.without_stack == without + 1);
	CU_ASSERT_EQUAL(fb_warnings_count(w.bundle.warnings), 0);
	end(&w);
}

FB_TEST_MAIN("bundle/keep_registers", FB_TEST(threads_of_32_bits_have_words_of_their_own),
	     FB_TEST(as_much_is_kept_as_an_object_may_have),
	     FB_TEST(each_register_may_point_to_the_lock), FB_TEST(each_word_of_a_list_is_kept),
	     FB_TEST(pointers_on_the_stack_are_followed),
	     FB_TEST(who_waits_for_a_futex_or_a_device_is_blocked),
	     FB_TEST(threads_without_a_stack_are_counted))
