// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of the sample in futex(), with other arguments than they had, and without the memory of their
 * locks: what the arguments alone say, and who in the sample that can be.
 */
#include <string.h>

#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_names.h"
#include "tests/bundle/sample_input.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "futex() arguments and the lock's layout in memory"
#define LOCK_AB 130 /* sleeps for a mutex of its process, as do 131 and, for others, nobody else */
#define SHARER 144  /* sleeps for a mutex in memory that processes share, 143 among them */
#define PRIVATE 128u
#define WAITV 449

struct sleeper {
	struct sample_input sample;
	struct fb_wait_finder finder;
	struct fb_blocked blocked;
};

static void begin(struct sleeper *s, int32_t tid)
{
	static const char *const none[] = {NULL};

	*s = (struct sleeper){0};
	sample_open(&s->sample, none);
	s->finder.input = s->sample.input;
	s->finder.kernel = fb_input_kernel(s->sample.input);
	s->finder.space = fb_kernel_space(s->finder.kernel);
	s->finder.layout = fb_kernel_layout(s->finder.kernel);
	FB_OK_FATAL(fb_input_tasks(s->sample.input, &s->finder.tasks));
	s->blocked.task = sample_task(&s->sample, tid);
	FB_OK_FATAL(
		fb_user_regs_at_top(s->finder.kernel, s->blocked.task->stack, &s->blocked.regs));
	fb_syscall_arguments(&s->blocked.regs, s->blocked.args);
	s->blocked.syscall = 202;
	s->blocked.has_regs = true;
}

static void end(struct sleeper *s)
{
	fb_wait_finder_deinit(&s->finder);
	sample_close(&s->sample);
}

#define AGAIN "the lock's memory: give a core of PID 128, or of another process that maps it"
#define PRIVATE_WORD .object = "lock 0xff29a9a201ca7180 0x55d4a696e4e0", .name = "0x55d4a696e4e0"
#define SHARED_WORD                                                               \
	.object = "shared lock 0xff29a9a201f746b0 0x0", .name = "0x7f3756601000", \
	.wait = "at 0x7f3756601000 in this process"
#define FRAME "shared, page frame 0x4439, offset 0x0; "
#define GONE "at the panic: the core is older, or the owner died with the lock"

static const struct {
	int32_t tid;
	uint32_t command, value;
	struct made_answer answer;
} words[] = {
	{LOCK_AB,
	 FB_FUTEX_WAIT | PRIVATE,
	 2,
	 {PRIVATE_WORD, .kind = "futex", .detail = "went to sleep while the word was 2",
	  .need = AGAIN, .flags = "sure"}},
	{LOCK_AB,
	 FB_FUTEX_WAIT | PRIVATE,
	 FB_FUTEX_WAITERS | 131,
	 {PRIVATE_WORD, .kind = "mutex-robust",
	  .detail = "went to sleep while the word was 2147483779; owner: the word the "
		    "kernel compared",
	  .owners = "131", .flags = ""}},
	{LOCK_AB,
	 FB_FUTEX_WAIT | PRIVATE,
	 FB_FUTEX_WAITERS | 132,
	 {PRIVATE_WORD, .kind = "mutex-robust",
	  .detail = "went to sleep while the word was 2147483780",
	  .need = "TID 132, which the lock names as its owner, is no thread of the process " GONE,
	  .flags = ""}},
	/* No thread has a TID above 4,194,304: the word is of another lock. */
	{LOCK_AB,
	 FB_FUTEX_WAIT | PRIVATE,
	 UINT32_MAX,
	 {PRIVATE_WORD, .kind = "futex", .detail = "went to sleep while the word was 4294967295",
	  .need = AGAIN, .flags = "sure"}},
	{LOCK_AB,
	 FB_FUTEX_LOCK_PI | PRIVATE,
	 0,
	 {PRIVATE_WORD, .kind = "mutex-pi", .need = AGAIN, .flags = "sure"}},
	{LOCK_AB,
	 FB_FUTEX_LOCK_PI2 | PRIVATE,
	 0,
	 {PRIVATE_WORD, .kind = "mutex-pi", .need = AGAIN, .flags = "sure"}},
	{SHARER,
	 FB_FUTEX_WAIT,
	 FB_FUTEX_WAITERS | 143,
	 {SHARED_WORD, .kind = "mutex-robust",
	  .detail = FRAME "went to sleep while the word was 2147483791; owner: the word "
			  "the kernel compared",
	  .owners = "143", .flags = ""}},
	{SHARER,
	 FB_FUTEX_WAIT,
	 FB_FUTEX_WAITERS | 130,
	 {SHARED_WORD, .kind = "mutex-robust",
	  .detail = FRAME "went to sleep while the word was 2147483778",
	  .need = "TID 130, which the lock names as its owner, is no thread that maps it " GONE,
	  .flags = ""}},
	/* The bits above a TID are none of it. */
	{SHARER,
	 FB_FUTEX_WAIT,
	 FB_FUTEX_WAITERS | 0x40000000u | 144,
	 {SHARED_WORD, .kind = "mutex-robust",
	  .detail = FRAME "went to sleep while the word was 3221225616; owner: the word "
			  "the kernel compared",
	  .owners = "144", .flags = ""}},
};

/* The word that the kernel compared names the owner of a robust mutex by its waiters' bit. */
static void tells_what_the_arguments_say(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		struct made_answer answer = words[i].answer;
		struct sleeper s;

		begin(&s, words[i].tid);
		s.blocked.args[1] = words[i].command;
		s.blocked.args[2] = words[i].value;
		s.blocked.args[3] = 0;
		answer.evidence = EVIDENCE;
		FB_OK(fb_wait_futex(&s.finder, &s.blocked));
		made_graph_check(&s.finder.graph, words[i].tid, &answer, NULL);
		/* A second thread there waits for the same. */
		FB_OK(fb_wait_futex(&s.finder, &s.blocked));
		CU_ASSERT_EQUAL(s.finder.graph.object_count, 1);
		CU_ASSERT_EQUAL(s.finder.graph.objects[0].waiters, 2);
		end(&s);
	}
}

/* A private wait at shared memory is the process's own. */
static void a_private_word_is_of_its_address_space(void)
{
	struct sleeper s;

	begin(&s, SHARER);
	s.blocked.args[1] = PRIVATE;
	s.blocked.args[3] = 0x7fff0000;
	FB_OK(fb_wait_futex(&s.finder, &s.blocked));
	CU_ASSERT_STRING_EQUAL(s.finder.graph.objects[0].class, "lock");
	CU_ASSERT_EQUAL(s.finder.graph.objects[0].key[0], s.blocked.task->mm);
	CU_ASSERT_PTR_NULL(s.finder.graph.waits[0].detail);
	CU_ASSERT(s.finder.graph.waits[0].timeout);
	end(&s);
}

/* A thread whose call does not come from a C library has a lock of its program's own. */
static void names_the_program_that_called(void)
{
	const struct fb_vma *code;
	struct fb_joined *joined;
	struct sleeper s;

	begin(&s, LOCK_AB);
	FB_OK_FATAL(fb_wait_process(&s.finder, s.blocked.task, &joined));
	for (code = fb_joined_vmas(joined)->vma; !(code->flags & FB_VM_EXEC);)
		code++;
	s.blocked.regs.rip = code->start + 64;
	s.blocked.args[2] = FB_FUTEX_WAITERS | 131; /* which is glibc's word alone */
	FB_OK(fb_wait_futex(&s.finder, &s.blocked));
	CU_ASSERT_STRING_EQUAL(s.finder.graph.waits[0].kind, "futex");
	CU_ASSERT_STRING_EQUAL(s.finder.graph.objects[0].need,
			       "actors: what called futex() is no C library that is known here: "
			       "the program alone knows who wakes it");
	CU_ASSERT_EQUAL(s.finder.graph.objects[0].owner_count, 0);
	end(&s);
}

static void bounds_a_wait_for_many(void)
{
	struct sleeper s;

	begin(&s, LOCK_AB);
	s.blocked.syscall = WAITV;
	s.blocked.args[1] = FB_FUTEX_MOST_WAITV + 1;
	FB_FAILS_WITH(fb_wait_futex(&s.finder, &s.blocked), FB_CORRUPT,
		      "futex_waitv() of 129 words");
	s.blocked.args[1] = 0;
	FB_OK(fb_wait_futex(&s.finder, &s.blocked));
	/* The list is not in the dump. */
	s.blocked.args[1] = FB_FUTEX_MOST_WAITV;
	s.blocked.args[0] = 8;
	FB_FAILS(fb_wait_futex(&s.finder, &s.blocked), FB_FAULT);
	CU_ASSERT_EQUAL(s.finder.graph.wait_count, 0);
	s.blocked.has_regs = false;
	FB_FAILS(fb_wait_futex(&s.finder, &s.blocked), FB_ABSENT);
	end(&s);
}

FB_TEST_MAIN("bundle/wait_futex", FB_TEST(tells_what_the_arguments_say),
	     FB_TEST(a_private_word_is_of_its_address_space),
	     FB_TEST(names_the_program_that_called), FB_TEST(bounds_a_wait_for_many))
