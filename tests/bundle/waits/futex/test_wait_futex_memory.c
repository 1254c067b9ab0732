// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of the sample in futex() whose lock lies in memory that the test lays over theirs: what each library's
 * locks are told as, and why no owner is known where they are told as none.
 */
#include <string.h>

#include "bundle/process/joined_private.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "bundle/waits/futex/wait_library.h"
#include "kernel/image/kernel_private.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_names.h"
#include "tests/base/failing.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

/* Of PID 128, which has three threads: 128, 130 and 131. */
#define WAITER 130
#define OTHER 131
#define PRIVATE 128u
#define MUSL_WAITERS 0x80000000u
#define WAITV 449
#define MOST_LAID 4u

struct laid {
	uint64_t address;
	size_t size;
	const void *bytes;
};

struct over {
	struct sample_input sample;
	struct fb_wait_finder finder;
	struct fb_blocked blocked;
	struct fb_joined *joined; /* the finder's */
};

/* What is laid over the memory of the process; the space has no room for it. */
static const struct fb_space_ops *whole;
static struct laid laid[MOST_LAID];
static size_t laid_count;

static struct fb_error *read_over(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	for (size_t i = 0; i < laid_count; i++) {
		uint64_t offset = address - laid[i].address;

		if (offset < laid[i].size && length <= laid[i].size - offset) {
			memcpy(to, (const uint8_t *)laid[i].bytes + offset, length);
			return NULL;
		}
	}
	return whole->read(space, address, to, length);
}

static struct fb_error *locate_over(struct fb_space *space, uint64_t address, uint64_t length,
				    struct fb_run *run_ret)
{
	return whole->locate(space, address, length, run_ret);
}

static const struct fb_space_ops over_ops = {.read = read_over, .locate = locate_over};

static void lay(uint64_t address, const void *bytes, size_t size)
{
	CU_ASSERT_FATAL(laid_count < MOST_LAID);
	laid[laid_count++] = (struct laid){address, size, bytes};
}

static void begin(struct over *o, const char *core, int32_t tid)
{
	*o = (struct over){0};
	laid_count = 0;
	sample_open(&o->sample, (const char *const[]){core, NULL});
	o->finder.input = o->sample.input;
	o->finder.kernel = fb_input_kernel(o->sample.input);
	o->finder.space = fb_kernel_space(o->finder.kernel);
	o->finder.layout = fb_kernel_layout(o->finder.kernel);
	FB_OK_FATAL(fb_input_tasks(o->sample.input, &o->finder.tasks));
	o->blocked.task = sample_task(&o->sample, tid);
	FB_OK_FATAL(
		fb_user_regs_at_top(o->finder.kernel, o->blocked.task->stack, &o->blocked.regs));
	fb_syscall_arguments(&o->blocked.regs, o->blocked.args);
	o->blocked.args[3] = 0;
	o->blocked.syscall = 202;
	o->blocked.has_regs = true;
	FB_OK_FATAL(fb_wait_process(&o->finder, o->blocked.task, &o->joined));
	whole = o->joined->space.ops;
	o->joined->space.ops = &over_ops;
}

static void end(struct over *o)
{
	fb_wait_finder_deinit(&o->finder);
	sample_close(&o->sample);
}

/* The mapping that the thread called from, as if it were of a file of that name. */
static struct fb_vma *call_from(struct over *o, const char *path)
{
	struct fb_vma *vma =
		(struct fb_vma *)fb_vmas_find(fb_joined_vmas(o->joined), o->blocked.regs.rip);

	CU_ASSERT_PTR_NOT_NULL_FATAL(vma);
	vma->file = 0;
	vma->path = path;
	return vma;
}

static void wait_for(struct over *o, uint32_t command, uint32_t value)
{
	o->blocked.args[1] = command;
	o->blocked.args[2] = value;
	FB_OK_FATAL(fb_wait_futex(&o->finder, &o->blocked));
}

static const struct fb_wait *wait_of(const struct over *o)
{
	CU_ASSERT_FATAL(o->finder.graph.wait_count > 0);
	return &o->finder.graph.waits[o->finder.graph.wait_count - 1];
}

static const struct fb_wait_object *object_of(const struct over *o)
{
	return &o->finder.graph.objects[wait_of(o)->object];
}

static void check_need(const struct over *o, const char *kind, const char *need)
{
	CU_ASSERT_STRING_EQUAL(wait_of(o)->kind, kind);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object_of(o)->need);
	CU_ASSERT_STRING_EQUAL(object_of(o)->need, need);
	CU_ASSERT_EQUAL(object_of(o)->owner_count, 0);
}

/* A lock within musl counts threads: two at least, and no more than the process has. */
static void musl_is_told_how_many_threads_there_are(void)
{
	static const struct {
		uint32_t inside;
		bool is;
	} counts[] = {{1, false}, {2, true}, {3, true}, {4, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		const uint32_t value = MUSL_WAITERS | counts[i].inside;
		const uint32_t words[5] = {0xffffffff, value, 0xffffffff, 0xffffffff, 0xffffffff};
		struct over o;

		begin(&o, NULL, WAITER);
		call_from(&o, "/lib/ld-musl-x86_64.so.1");
		lay(o.blocked.args[0] - 4, words, sizeof(words));
		wait_for(&o, FB_FUTEX_WAIT | PRIVATE, value);
		if (counts[i].is)
			check_need(&o, "library-lock",
				   "a lock within musl does not record who holds it");
		else
			check_need(&o, "futex",
				   "the word looks like no lock of musl that is known here");
		CU_ASSERT_EQUAL(wait_of(&o)->certain, !counts[i].is);
		end(&o);
	}
}

/* Three of four have come to a barrier that no process of three threads can have. */
static void musl_is_told_where_the_stack_is(void)
{
	static const uint32_t barrier[6] = {2, 0, 1, 1, 0, 0};
	struct over o;

	begin(&o, NULL, WAITER);
	call_from(&o, "/lib/ld-musl-x86_64.so.1");
	o.blocked.args[0] = (o.blocked.regs.rsp & ~7ull) + 64 + 12;
	lay(o.blocked.args[0] - 12, barrier, sizeof(barrier));
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 1);
	check_need(&o, "barrier", "a barrier does not record which threads have yet to arrive");
	CU_ASSERT_STRING_EQUAL(object_of(&o)->detail, "barrier of musl, 3 have arrived");
	o.blocked.regs.rsp = o.blocked.args[0] + 8; /* not in its stack any more */
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 1);
	CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "futex");
	end(&o);
}

static void what_lies_around_is_no_lock(void)
{
	static const uint32_t none[16];
	struct over o;

	begin(&o, NULL, WAITER);
	lay(o.blocked.args[0] - 16, none, sizeof(none));
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 5);
	check_need(&o, "futex", "the word looks like no lock of glibc that is known here");
	CU_ASSERT(wait_of(&o)->certain && !wait_of(&o)->timeout);
	end(&o);
}

/* The kernel's own code of 32 bits calls; where it returns to is on the stack, above three registers. */
static void locks_of_musl_of_32_bits_are_not_read(void)
{
	static const uint32_t code = 0x1800;
	struct fb_vma *first;
	struct over o;

	begin(&o, NULL, WAITER);
	first = (struct fb_vma *)fb_joined_vmas(o.joined)->vma;
	*first = (struct fb_vma){.start = 0x1000,
				 .end = 0x2000,
				 .flags = FB_VM_EXEC,
				 .path = "/lib/ld-musl-i386.so.1"};
	o.blocked.compat = true;
	o.blocked.syscall = 240;
	lay(o.blocked.regs.rsp + 12, &code, sizeof(code));
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 5);
	check_need(&o, "futex",
		   "a lock of musl in a 32-bit process: what lies around the word is not read");
	/* Of glibc they are, though what called syscall() cannot be told. */
	first->path = "/lib/libc.so.6";
	o.blocked.args[0] += 64;
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 5);
	check_need(&o, "futex",
		   "the lock's memory: give a core of PID 128, or of another process that maps it");
	end(&o);
}

static void a_program_that_calls_by_syscall_has_its_own_locks(void)
{
	const struct fb_vma *code;
	uint64_t returns_to;
	struct over o;

	begin(&o, NULL, WAITER);
	for (code = fb_joined_vmas(o.joined)->vma; !(code->flags & FB_VM_EXEC);)
		code++;
	returns_to = code->start + 8;
	lay(o.blocked.regs.rsp, &returns_to, sizeof(returns_to));
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, FB_FUTEX_WAITERS | OTHER);
	check_need(&o, "futex",
		   "a lock of actors's own, which called futex() itself: the program alone knows "
		   "who wakes it");
	end(&o);
}

/* A file that neither the dump nor a core names could be any library. */
static void a_file_without_a_name_is_no_library(void)
{
	struct over o;

	begin(&o, NULL, WAITER);
	call_from(&o, NULL)->file = 0x1000;
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 2);
	CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "futex");
	CU_ASSERT_PTR_NOT_NULL_FATAL(object_of(&o)->need);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(object_of(&o)->need, "it cannot be known which library called futex(): "));
	end(&o);
}

/* A mutex of glibc is certain where it is proven that glibc called, and likely where it is not. */
static void what_called_makes_it_certain(void)
{
	static const uint32_t mutex[6] = {2, 0, OTHER, 1, 0, 0};

	for (int proven = 0; proven < 2; proven++) {
		struct over o;
		uint64_t inside;

		begin(&o, NULL, WAITER);
		inside = o.blocked.regs.rip;
		lay(o.blocked.args[0], mutex, sizeof(mutex));
		if (proven)
			lay(o.blocked.regs.rsp, &inside, sizeof(inside));
		wait_for(&o, FB_FUTEX_WAIT | PRIVATE, 2);
		CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "mutex");
		CU_ASSERT_EQUAL(wait_of(&o)->certain, proven);
		CU_ASSERT(object_of(&o)->owner_count == 1 && object_of(&o)->owners[0].tid == OTHER);
		CU_ASSERT_PTR_NULL(wait_of(&o)->detail);
		if (!proven)
			CU_ASSERT_FALSE(object_of(&o)->certain);
		end(&o);
	}
}

/* The word that the kernel clears when a thread ends is waited for by who joins it. */
static void who_joins_a_thread_waits_for_its_end(void)
{
	static const uint32_t commands[] = {FB_FUTEX_WAIT, FB_FUTEX_WAIT_BITSET};
	uint64_t cleared = 0, own = 0;
	struct over o;

	begin(&o, NULL, WAITER);
	FB_OK_FATAL(fb_kernel_field(o.finder.kernel, sample_task(&o.sample, OTHER)->address,
				    &o.finder.layout->task_clear_child_tid, &cleared));
	FB_OK_FATAL(fb_kernel_field(o.finder.kernel, o.blocked.task->address,
				    &o.finder.layout->task_clear_child_tid, &own));
	CU_ASSERT_FATAL(cleared && own && cleared != own);
	o.blocked.args[0] = cleared;
	for (size_t i = 0; i < FB_ARRAY_SIZE(commands); i++) {
		o.blocked.args[3] = i;
		wait_for(&o, commands[i], OTHER);
		CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "join");
		CU_ASSERT_EQUAL(wait_of(&o)->timeout, i);
		CU_ASSERT_STRING_EQUAL(
			wait_of(&o)->evidence,
			"the word is one of that thread's own, which its end changes");
		CU_ASSERT_STRING_EQUAL(object_of(&o)->class, "join");
		CU_ASSERT_EQUAL(object_of(&o)->key[0], OTHER);
		CU_ASSERT_STRING_EQUAL(object_of(&o)->name, "the end of thread 131");
		CU_ASSERT_EQUAL(object_of(&o)->waiters, i + 1);
		CU_ASSERT_FATAL(object_of(&o)->owner_count == 1);
		CU_ASSERT(object_of(&o)->owners[0].tid == OTHER &&
			  !object_of(&o)->owners[0].process);
		CU_ASSERT_TRUE(object_of(&o)->certain);
	}
	CU_ASSERT_EQUAL(o.finder.graph.object_count, 1);
	/* A lock there is none, and nobody waits for the end of itself. */
	wait_for(&o, FB_FUTEX_LOCK_PI | PRIVATE, OTHER);
	CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "mutex-pi");
	o.blocked.args[0] = own;
	wait_for(&o, FB_FUTEX_WAIT | PRIVATE, OTHER);
	CU_ASSERT_STRING_EQUAL(wait_of(&o)->kind, "futex");
	end(&o);
}

/* futex_waitv(): a wait for each of its words, in order. */
static void each_word_of_many_is_waited_for(void)
{
	struct fb_futex_waitv entries[3] = {
		{.value = 1, .address = 0x10000, .flags = PRIVATE},
		{.value = 2, .address = 0x20000, .flags = PRIVATE},
		{.value = 3, .address = 0x30000, .flags = PRIVATE},
	};
	const uint64_t at = 0x7000;

	for (uint64_t count = 0; count <= 3; count++) {
		struct over o;

		begin(&o, NULL, WAITER);
		lay(at, entries, sizeof(entries));
		o.blocked.syscall = WAITV;
		o.blocked.args[0] = at;
		o.blocked.args[1] = count;
		FB_OK_FATAL(fb_wait_futex(&o.finder, &o.blocked));
		CU_ASSERT_EQUAL_FATAL(o.finder.graph.wait_count, count);
		CU_ASSERT_EQUAL(o.finder.graph.object_count, count);
		for (uint64_t i = 0; i < count; i++) {
			CU_ASSERT_EQUAL(o.finder.graph.objects[i].key[0], o.blocked.task->mm);
			CU_ASSERT_EQUAL(o.finder.graph.objects[i].key[1], entries[i].address);
			CU_ASSERT_EQUAL(o.finder.graph.waits[i].object, i);
		}
		end(&o);
	}
}

static struct fb_error *ask(void *context)
{
	struct over *o = context;
	struct fb_error *err = fb_wait_futex(&o->finder, &o->blocked);

	fb_wait_finder_deinit(&o->finder);
	return err;
}

/* What says nothing of the dump ends it, with private and with shared locks. */
static void errors_of_the_machine_pass(void)
{
	static const int32_t tids[] = {WAITER, 144};

	for (size_t i = 0; i < FB_ARRAY_SIZE(tids); i++) {
		struct failure failure = {0};
		struct failing_space memory, physical;
		struct fb_kernel *kernel;
		struct over o;

		begin(&o, NULL, tids[i]);
		/* A robust mutex, whose owner is looked for among those who map it. */
		o.blocked.args[1] = i ? FB_FUTEX_WAIT : FB_FUTEX_WAIT | PRIVATE;
		o.blocked.args[2] = FB_FUTEX_WAITERS | (i ? 143 : OTHER);
		kernel = o.finder.kernel;
		failing_space_init(&memory, kernel->space, &failure);
		kernel->space = o.finder.space = &memory.space;
		failing_space_init(&physical, kernel->tables.physical, &failure);
		kernel->tables.physical = &physical.space;
		FB_OK(ask(&o)); /* with tables that were opened before */
		CU_ASSERT(failing_must_pass(ask, &o, &failure, 40, 300) > 100);
		kernel->space = memory.whole;
		kernel->tables.physical = physical.whole;
		o.finder.space = memory.whole;
		end(&o);
	}
}

FB_TEST_MAIN("bundle/wait_futex_memory", FB_TEST(musl_is_told_how_many_threads_there_are),
	     FB_TEST(musl_is_told_where_the_stack_is), FB_TEST(what_lies_around_is_no_lock),
	     FB_TEST(locks_of_musl_of_32_bits_are_not_read),
	     FB_TEST(a_program_that_calls_by_syscall_has_its_own_locks),
	     FB_TEST(a_file_without_a_name_is_no_library), FB_TEST(what_called_makes_it_certain),
	     FB_TEST(who_joins_a_thread_waits_for_its_end),
	     FB_TEST(each_word_of_many_is_waited_for), FB_TEST(errors_of_the_machine_pass))
