// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of the sample at locks in memory that processes share, as if the dump had lost what is mapped there: the
 * page frame of the word says all the same which lock it is, and who has it.
 */
#include "bundle/waits/futex/wait_owner.h"

#include <string.h>

#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "kernel/image/kernel_private.h"
#include "kernel/mappings/vma.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_names.h"
#include "tests/bundle/sample_input.h"
#include "tests/bundle/unmapped_frame.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "futex() arguments and the lock's layout in memory"
/* SHARER sleeps for a mutex that OWNER has; both have it at one address. */
#define OWNER 143
#define SHARER 144
#define ADDRESS 0x7f3756601000ull
#define FRAME 0x4439ull
/* The same, at two addresses. */
#define OTHER_OWNER 146
#define OTHER_SHARER 148
#define OTHER_ADDRESS 0x210000041340ull
#define OWNERS_ADDRESS 0x200000001340ull
#define OTHER_FRAME 0x4478ull
#define MOST_LOST 256u
#define LOST 0xffff800000001000ull /* an address that the dump does not have */

/* Kernel memory as it is, but for some words that are lost, and some that are others. */
struct losing {
	struct fb_space space; /* first */
	struct fb_space *whole;
	uint64_t words[MOST_LOST];
	size_t count;
	struct {
		uint64_t address, value;
	} changed[3]; /* address 0: none */
};

static struct fb_error *read_losing(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct losing *losing = (const struct losing *)space;
	struct fb_error *err;

	for (size_t i = 0; i < losing->count; i++)
		if (losing->words[i] + 8 > address && losing->words[i] < address + length)
			return fb_error_create(FB_ABSENT, "made to be lost");
	err = fb_space_read(losing->whole, address, to, length);
	for (size_t i = 0; i < FB_ARRAY_SIZE(losing->changed) && !err; i++) {
		uint64_t at = losing->changed[i].address - address;

		if (at < length && length - at >= 8)
			memcpy((char *)to + at, &losing->changed[i].value, 8);
	}
	return err;
}

static struct fb_error *locate_losing(struct fb_space *space, uint64_t address, uint64_t length,
				      struct fb_run *run_ret)
{
	return fb_space_locate(((struct losing *)space)->whole, address, length, run_ret);
}

static const struct fb_space_ops losing_ops = {.read = read_losing, .locate = locate_losing};

struct sleeper {
	struct sample_input sample;
	struct fb_wait_finder finder;
	struct fb_blocked blocked;
	struct losing losing;
};

/* core: of a process, or NULL. */
static void begin(struct sleeper *s, int32_t tid, const char *core)
{
	const char *const cores[] = {core, NULL};

	*s = (struct sleeper){0};
	sample_open(&s->sample, cores);
	s->finder.input = s->sample.input;
	s->finder.kernel = fb_input_kernel(s->sample.input);
	s->finder.layout = fb_kernel_layout(s->finder.kernel);
	FB_OK_FATAL(fb_input_tasks(s->sample.input, &s->finder.tasks));
	s->blocked.task = sample_task(&s->sample, tid);
	FB_OK_FATAL(
		fb_user_regs_at_top(s->finder.kernel, s->blocked.task->stack, &s->blocked.regs));
	fb_syscall_arguments(&s->blocked.regs, s->blocked.args);
	s->blocked.syscall = 202;
	s->blocked.has_regs = true;
	s->losing.space = (struct fb_space){.ops = &losing_ops, .name = "losing memory"};
	s->losing.whole = s->finder.kernel->space;
	s->finder.kernel->space = &s->losing.space;
	s->finder.space = &s->losing.space;
}

static void end(struct sleeper *s)
{
	fb_wait_finder_deinit(&s->finder);
	s->finder.kernel->space = s->losing.whole;
	sample_close(&s->sample);
}

static void lose(struct sleeper *s, uint64_t word)
{
	CU_ASSERT_FATAL(s->losing.count < MOST_LOST);
	s->losing.words[s->losing.count++] = word;
}

/* All mappings of a process: what leads to them, and each of them. */
static void lose_mappings(struct sleeper *s, int32_t tid)
{
	uint64_t mm = sample_task(&s->sample, tid)->mm;
	struct fb_vmas vmas;

	FB_OK_FATAL(fb_vmas_load(s->finder.kernel, mm, &vmas));
	for (size_t i = 0; i < vmas.count; i++)
		lose(s, vmas.vma[i].address + s->finder.layout->vma_start.offset);
	fb_vmas_deinit(&vmas);
	lose(s, mm + s->finder.layout->mm_mt_root.offset);
}

/* The mapping of the process at the address. */
static struct fb_vma mapping(struct sleeper *s, int32_t tid, uint64_t address)
{
	const struct fb_vma *vma;
	struct fb_vma found;
	struct fb_vmas vmas;

	FB_OK_FATAL(fb_vmas_load(s->finder.kernel, sample_task(&s->sample, tid)->mm, &vmas));
	vma = fb_vmas_find(&vmas, address);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vma);
	found = *vma;
	fb_vmas_deinit(&vmas);
	return found;
}

/* The word that the kernel compared names the owner: no core is needed. */
static void names_owner(struct sleeper *s, int32_t tid)
{
	s->blocked.args[1] = FB_FUTEX_WAIT;
	s->blocked.args[2] = FB_FUTEX_WAITERS | (uint32_t)tid;
	s->blocked.args[3] = 0;
}

static const struct fb_wait_object *recognise(struct sleeper *s)
{
	FB_OK_FATAL(fb_wait_futex(&s->finder, &s->blocked));
	CU_ASSERT_EQUAL_FATAL(s->finder.graph.object_count, 1);
	return &s->finder.graph.objects[0];
}

static void is_owned_by(const struct fb_wait_object *object, int32_t tid)
{
	CU_ASSERT_STRING_EQUAL(object->class, "shared lock");
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 1);
	CU_ASSERT_EQUAL(object->owners[0].tid, tid);
	CU_ASSERT_PTR_NULL(object->need);
}

static void is_unknown(const struct fb_wait_object *object, const char *why)
{
	CU_ASSERT_STRING_EQUAL(object->class, "shared lock");
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT(object->others);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object->need);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "it cannot be known whether TID "));
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, why));
}

/* Whoever has the frame at the same address has the lock, whatever is left of its mappings. */
static void an_owner_at_the_same_address_needs_no_mappings(void)
{
	struct sleeper s;

	begin(&s, SHARER, NULL);
	lose_mappings(&s, OWNER);
	names_owner(&s, OWNER);
	is_owned_by(recognise(&s), OWNER);
	CU_ASSERT(s.finder.graph.objects[0].key[0] != 0);
	end(&s);
}

/* At another address the mapping alone tells. */
static void an_owner_at_another_address_needs_its_mappings(void)
{
	for (int lost = 0; lost < 2; lost++) {
		struct sleeper s;

		begin(&s, OTHER_SHARER, NULL);
		names_owner(&s, OTHER_OWNER);
		if (lost)
			lose_mappings(&s, OTHER_OWNER);
		if (lost)
			is_unknown(recognise(&s), "mappings of PID 146 cannot be read");
		else
			is_owned_by(recognise(&s), OTHER_OWNER);
		end(&s);
	}
}

/* The owner's mapping begins with the word's page, and what file it is of is lost. */
static void begin_without_a_file(struct sleeper *s)
{
	const struct fb_layout *layout;
	struct fb_vma vma;

	begin(s, OTHER_SHARER, NULL);
	names_owner(s, OTHER_OWNER);
	layout = s->finder.layout;
	vma = mapping(s, OTHER_OWNER, OWNERS_ADDRESS);
	s->losing.changed[0].address = vma.address + layout->vma_file.offset;
	s->losing.changed[0].value = LOST;
	s->losing.changed[1].address = vma.address + layout->vma_start.offset;
	s->losing.changed[1].value = OWNERS_ADDRESS & FB_PAGE_MASK;
	s->losing.changed[2].address = vma.address + layout->vma_pgoff.offset;
	s->losing.changed[2].value = vma.pgoff + (OWNERS_ADDRESS - vma.start) / FB_PAGE_SIZE;
}

/* The page frame of the same byte tells. */
static void an_owner_without_an_inode_is_known_by_its_frame(void)
{
	struct sleeper s;

	begin_without_a_file(&s);
	is_owned_by(recognise(&s), OTHER_OWNER);
	end(&s);
}

/* The owner maps no page of the word's frame there: what its mapping is of cannot be known. */
static void another_frame_is_no_proof(void)
{
	struct unmapped_frame unmapped;
	struct sleeper s;

	begin_without_a_file(&s);
	unmapped_frame_begin(&unmapped, s.sample.input, OTHER_FRAME);
	is_unknown(recognise(&s), "f_inode");
	unmapped_frame_end(&unmapped);
	end(&s);
}

/* The inode of the waiter's mapping is lost: the lock is known by where it is in memory. */
static void a_lock_without_an_inode_is_known_by_its_frame(void)
{
	const struct fb_wait_object *object;
	struct sleeper s;

	begin(&s, SHARER, NULL);
	lose(&s, mapping(&s, SHARER, ADDRESS).file + s.finder.layout->file_inode.offset);
	names_owner(&s, OWNER);
	object = recognise(&s);
	is_owned_by(object, OWNER);
	CU_ASSERT_EQUAL(object->key[0], 0);
	CU_ASSERT_EQUAL(object->key[1], FRAME << FB_PAGE_SHIFT);
	end(&s);
}

/* A mapping that only the core tells of: it may be shared or not. */
static void a_mapping_of_the_core_is_known_by_its_frame(void)
{
	const struct fb_wait_object *object;
	struct sleeper s;

	begin(&s, SHARER, "core.144.gz");
	lose_mappings(&s, SHARER);
	object = recognise(&s);
	is_owned_by(object, OWNER);
	CU_ASSERT_EQUAL(object->key[0], 0);
	CU_ASSERT_EQUAL(object->key[1], FRAME << FB_PAGE_SHIFT);
	CU_ASSERT_STRING_EQUAL(s.finder.graph.waits[0].detail, "at 0x7f3756601000 in this process");
	end(&s);
}

static void a_private_call_is_of_its_address_space(void)
{
	struct sleeper s;

	begin(&s, SHARER, "core.144.gz");
	lose_mappings(&s, SHARER);
	s.blocked.args[1] |= 128;
	CU_ASSERT_STRING_EQUAL(recognise(&s)->class, "lock");
	CU_ASSERT_EQUAL(s.finder.graph.objects[0].key[0], s.blocked.task->mm);
	CU_ASSERT_EQUAL(s.finder.graph.objects[0].key[1], ADDRESS);
	end(&s);
}

/* A lock that is known by its frame alone is at another address in its owner: there is the same frame. */
static void another_address_of_a_frame_is_found(void)
{
	struct sleeper s;

	begin(&s, OTHER_SHARER, "core.148.xz");
	lose_mappings(&s, OTHER_SHARER);
	is_owned_by(recognise(&s), OTHER_OWNER);
	end(&s);
}

/* Where the page tables of who has the TID do not lead to it, it may not have been touched there. */
static void a_frame_that_is_not_mapped_is_not_known(void)
{
	struct sleeper s;

	begin(&s, SHARER, NULL);
	lose(&s, mapping(&s, SHARER, ADDRESS).file + s.finder.layout->file_inode.offset);
	names_owner(&s, OTHER_OWNER);
	is_unknown(recognise(&s), "PID 146 may have it at another address");
	CU_ASSERT_EQUAL(s.finder.graph.objects[0].key[1], FRAME << FB_PAGE_SHIFT);
	end(&s);
}

/* The owner's struct pid is lost: its TID may be that which the lock names, or another in a namespace. */
static void an_owner_without_a_struct_pid_is_not_known(void)
{
	struct fb_task *owner;
	struct sleeper s;

	begin(&s, SHARER, NULL);
	owner = (struct fb_task *)(uintptr_t)sample_task(&s.sample, OWNER);
	owner->levels_lost = true;
	names_owner(&s, OWNER);
	is_unknown(recognise(&s), "the struct pid of thread 143");
	owner->levels_lost = false;
	end(&s);
}

/* That of another thread is: it may have that TID too. */
static void an_owner_beside_a_lost_struct_pid_is_not_certain(void)
{
	const struct fb_wait_object *object;
	struct fb_task *other;
	struct sleeper s;

	begin(&s, SHARER, NULL);
	other = (struct fb_task *)(uintptr_t)sample_task(&s.sample, OTHER_OWNER);
	other->levels_lost = true;
	names_owner(&s, OWNER);
	object = recognise(&s);
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 1);
	CU_ASSERT_EQUAL(object->owners[0].tid, OWNER);
	CU_ASSERT(!object->certain && object->others);
	other->levels_lost = false;
	end(&s);
}

/* Two threads of one process. */
#define LOCK_AB 130
#define LOCK_BA 131
#define BASE 0xf7700740u

/* What is said of the owner of a lock that names a struct pthread at BASE, where GS of LOCK_BA has that base, or not;
 * of threads with code of 32 bits, or of 64. */
static const struct fb_wait_object *by_base(struct sleeper *s, bool compat, bool has)
{
	const struct fb_pthread_wait lock = {.owner_thread = BASE, .certain = true};
	const struct fb_futex_key key = {.address = ADDRESS};
	size_t index;
	bool fresh;

	begin(s, LOCK_AB, NULL);
	s->blocked.compat = compat;
	if (has) {
		s->losing.changed[0].address = sample_task(&s->sample, LOCK_BA)->address +
					       s->finder.layout->task_thread_gsbase.offset;
		s->losing.changed[0].value = BASE;
	}
	FB_OK_FATAL(fb_wait_graph_object(&s->finder.graph, "lock", 1, 2, &index, &fresh));
	FB_OK_FATAL(fb_wait_lock_owner(&s->finder, &s->blocked, NULL, &lock, &key, index));
	return &s->finder.graph.objects[index];
}

static void threads_of_32_bits_are_known_by_the_base_of_gs(void)
{
	const struct fb_wait_object *object;
	struct sleeper s;

	object = by_base(&s, true, true);
	CU_ASSERT_EQUAL_FATAL(object->owner_count, 1);
	CU_ASSERT_EQUAL(object->owners[0].tid, LOCK_BA);
	CU_ASSERT_PTR_NULL(object->need);
	end(&s);
	/* Not every kernel saves it: that there is none is not known. */
	object = by_base(&s, true, false);
	CU_ASSERT(object->owner_count == 0 && object->others);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object->need);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "it cannot be known whether a thread"));
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "saved the bases of GS"));
	end(&s);
	object = by_base(&s, false, true);
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object->need);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "no thread of the process is at 0xf7700740"));
	end(&s);
}

FB_TEST_MAIN("bundle/wait_owner", FB_TEST(an_owner_without_a_struct_pid_is_not_known),
	     FB_TEST(an_owner_beside_a_lost_struct_pid_is_not_certain),
	     FB_TEST(threads_of_32_bits_are_known_by_the_base_of_gs),
	     FB_TEST(an_owner_at_the_same_address_needs_no_mappings),
	     FB_TEST(an_owner_at_another_address_needs_its_mappings),
	     FB_TEST(an_owner_without_an_inode_is_known_by_its_frame),
	     FB_TEST(another_frame_is_no_proof),
	     FB_TEST(a_lock_without_an_inode_is_known_by_its_frame),
	     FB_TEST(a_mapping_of_the_core_is_known_by_its_frame),
	     FB_TEST(a_private_call_is_of_its_address_space),
	     FB_TEST(another_address_of_a_frame_is_found),
	     FB_TEST(a_frame_that_is_not_mapped_is_not_known))
