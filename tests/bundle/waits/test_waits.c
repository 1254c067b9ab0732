// SPDX-License-Identifier: GPL-2.0-or-later
/* The waits of the sample: what cores make of a lock's owner, and that nothing is certain without. */
#include "bundle/waits/waits.h"

#include <stddef.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "kernel/image/thread_size.h"
#include "kernel/stacks/unwind.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define LOCK_AB 130 /* waits for a mutex that 131 of its process holds, which waits for one of it */
#define LOCK_BA 131
#define USER_CS 0x33u
#define USER32_CS 0x23u
#define WAITER 144 /* waits for a mutex in memory that it shares with the owner's process */

struct world {
	struct sample_input sample;
	struct fb_waits *waits;
};

static void begin(struct world *w, const char *const *cores)
{
	const struct fb_wait_options options = {0};

	sample_open(&w->sample, cores);
	FB_OK_FATAL(fb_waits_find(w->sample.input, &options, &w->waits));
}

static void end(struct world *w)
{
	fb_waits_destroy(w->waits);
	sample_close(&w->sample);
}

static const struct fb_wait_object *object_of(const struct world *w, int32_t tid,
					      const struct fb_wait **wait_ret)
{
	size_t count;

	*wait_ret = fb_waits_of(w->waits, tid, &count);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	return &fb_waits_graph(w->waits)->objects[(*wait_ret)->object];
}

/* Its core is older than the panic, but the owner slept then where it sleeps now. */
static void an_owner_that_stood_still_is_certain(void)
{
	static const char *const cores[] = {"core.128.xz", NULL};
	const struct fb_wait_object *object;
	const struct fb_wait *wait;
	struct world w;

	begin(&w, cores);
	object = object_of(&w, LOCK_AB, &wait);
	CU_ASSERT_STRING_EQUAL(wait->kind, "mutex");
	CU_ASSERT(wait->certain);
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 1);
	CU_ASSERT_EQUAL(object->owners[0].tid, LOCK_BA);
	CU_ASSERT(object->certain);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->detail, "sleeps where it was then"));
	CU_ASSERT_EQUAL(fb_waits_analysis(w.waits)->cycle_count, 1);
	end(&w);
}

/* Whether the lock's owner is known for certain, as the waits are found anew for its waiter alone. */
static bool owner_is_certain(struct world *w)
{
	const struct fb_task *waiter = sample_task(&w->sample, LOCK_AB);
	const struct fb_wait_options options = {.tasks = &waiter, .task_count = 1};
	const struct fb_wait_object *object;
	const struct fb_wait *wait;

	fb_waits_destroy(w->waits);
	FB_OK_FATAL(fb_waits_find(w->sample.input, &options, &w->waits));
	object = object_of(w, LOCK_AB, &wait);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object->detail);
	CU_ASSERT_EQUAL(strstr(object->detail, "may have run since") == NULL, object->certain);
	return object->certain;
}

/* The registers that the core has of the owner. */
static struct user_regs_struct *owner_regs(const struct world *w)
{
	const struct fb_core *core = fb_input_core_of(w->sample.input, 128)->core;

	return &((struct fb_core_thread *)fb_core_thread_of(core, LOCK_BA))->regs;
}

/* In another call, or at another place of its program, it was when the core was taken. */
static void an_owner_whose_registers_changed_is_not(void)
{
	static const char *const cores[] = {"core.128.xz", NULL};
	struct user_regs_struct *regs;
	struct fb_task *owner;
	struct world w;

	begin(&w, cores);
	regs = owner_regs(&w);
	for (size_t i = 0; i < 12; i++) {
		unsigned long long *const registers[12] = {
			&regs->rip, &regs->rsp, &regs->rbp, &regs->rbx, &regs->r12, &regs->r13,
			&regs->r14, &regs->r15, &regs->rdi, &regs->rsi, &regs->rdx, &regs->r10};

		++*registers[i];
		CU_ASSERT_FALSE(owner_is_certain(&w));
		--*registers[i];
	}
	CU_ASSERT_TRUE(owner_is_certain(&w));
	owner = (struct fb_task *)sample_task(&w.sample, LOCK_BA);
	owner->on_cpu = true;
	CU_ASSERT_FALSE(owner_is_certain(&w));
	end(&w);
}

/* Where the dump has the code segment of the owner's user registers, at the top of its kernel stack. */
static uint64_t owner_code_segment(struct world *w, const struct fb_kernel *kernel)
{
	const struct fb_task *owner = sample_task(&w->sample, LOCK_BA);
	const uint64_t top = owner->stack + fb_thread_size(kernel);
	const size_t from_top = FB_PT_REGS_BYTES - offsetof(struct user_regs_struct, cs);
	uint64_t word = 0;

	/* With FRED, 16 bytes lower. */
	FB_OK_FATAL(fb_space_u64(kernel->space, top - from_top, &word));
	return word == USER_CS ? top - from_top : top - from_top - 16;
}

/* As if the owner ran code of 32 bits: then ECX counts, and registers that only 64 bits have do not. */
static void an_owner_of_32_bits_has_other_registers(void)
{
	static const char *const cores[] = {"core.128.xz", NULL};
	struct user_regs_struct *regs;
	struct changed_space changed;
	struct fb_kernel *kernel;
	struct world w;

	begin(&w, cores);
	regs = owner_regs(&w);
	kernel = fb_input_kernel(w.sample.input);
	changed_space_init(&changed, kernel->space);
	changed_space_put(&changed, owner_code_segment(&w, kernel), USER32_CS, 8);
	kernel->space = &changed.space;
	CU_ASSERT_FALSE(owner_is_certain(&w));
	regs->cs = USER32_CS;
	CU_ASSERT_TRUE(owner_is_certain(&w));
	regs->rcx++;
	CU_ASSERT_FALSE(owner_is_certain(&w));
	regs->rcx--;
	regs->rbx++;
	CU_ASSERT_FALSE(owner_is_certain(&w));
	regs->rbx--;
	regs->r10++, regs->r12++, regs->r13++, regs->r14++, regs->r15++;
	CU_ASSERT_TRUE(owner_is_certain(&w));
	kernel->space = changed.whole;
	CU_ASSERT_FALSE(owner_is_certain(&w));
	end(&w);
}

/* No core tells what the owner did since the waiter's memory was saved. */
static void an_owner_without_a_core_may_have_run_since(void)
{
	static const char *const cores[] = {"core.144.gz", NULL};
	const struct fb_wait_object *object;
	const struct fb_wait *wait;
	struct world w;

	begin(&w, cores);
	object = object_of(&w, WAITER, &wait);
	CU_ASSERT_STRING_EQUAL(wait->kind, "mutex-shared");
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 1);
	CU_ASSERT_FALSE(object->certain);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->detail, "it may be stale"));
	end(&w);
}

static void without_memory_a_lock_is_a_word(void)
{
	static const char *const cores[] = {NULL};
	const struct fb_wait_object *object;
	const struct fb_wait *wait;
	struct world w;

	begin(&w, cores);
	object = object_of(&w, LOCK_AB, &wait);
	CU_ASSERT_STRING_EQUAL(wait->kind, "futex");
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "give a core of PID 128"));
	CU_ASSERT_EQUAL(fb_waits_analysis(w.waits)->cycle_count, 0);
	end(&w);
}

FB_TEST_MAIN("bundle/waits", FB_TEST(an_owner_that_stood_still_is_certain),
	     FB_TEST(an_owner_whose_registers_changed_is_not),
	     FB_TEST(an_owner_of_32_bits_has_other_registers),
	     FB_TEST(an_owner_without_a_core_may_have_run_since),
	     FB_TEST(without_memory_a_lock_is_a_word))
