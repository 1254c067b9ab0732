// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that sleep in futex(): which lock the word belongs to, and who holds it. The
 * arguments of the call say where the word is; a word in shared memory is the same object in every
 * process that maps it. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "bundle/waits/futex/wait_java.h"
#include "bundle/waits/futex/wait_library.h"
#include "bundle/waits/futex/wait_musl.h"
#include "bundle/waits/futex/wait_owner.h"
#include "bundle/waits/futex/wait_pthread.h"
#include "bundle/waits/futex/wait_python.h"
#include "bundle/waits/futex/wait_runtime.h"
#include "bundle/waits/futex/wait_thread_words.h"
#include "bundle/waits/locks/wait_rt_lock.h"
#include "kernel/files/files.h"

/* A word that other processes may have too, in a mapping of which the dump has lost what it maps, is known by where
 * it lies in memory. */
static struct fb_error *find_lost_key(struct fb_joined *joined, uint64_t address,
				      struct fb_futex_key *key)
{
	struct fb_error *err = fb_pt_frame(fb_joined_tables(joined), address, &key->frame);

	if (err || !key->frame)
		return err;
	key->shared = true;
	key->words[0] = 0;
	key->words[1] = (key->frame << FB_PAGE_SHIFT) + address % FB_PAGE_SIZE;
	return NULL;
}

static struct fb_error *find_key(struct fb_wait_finder *finder, const struct fb_task *task,
				 struct fb_joined *joined, uint64_t address, bool process_private,
				 struct fb_futex_key *key)
{
	const struct fb_vma *vma = fb_vmas_find(fb_joined_vmas(joined), address);
	uint64_t inode = 0;
	struct fb_error *err;

	*key = (struct fb_futex_key){.words = {task->mm, address}, .address = address};
	if (process_private)
		return NULL;
	if (!vma || vma->from_core)
		return find_lost_key(joined, address, key);
	if (!vma->file || !(vma->flags & FB_VM_MAYSHARE))
		return NULL;
	err = fb_kernel_field(finder->kernel, vma->file, &finder->layout->file_inode, &inode);
	if (err) {
		err = fb_part_skip(err);
		return err ? err : find_lost_key(joined, address, key);
	}
	key->shared = true;
	key->words[0] = inode;
	key->words[1] = vma->pgoff * FB_PAGE_SIZE + (address - vma->start);
	return fb_pt_frame(fb_joined_tables(joined), address, &key->frame);
}

/* "A (0x5584e75621c0)", "0x7fd50c0c1000", "memory shared at ..." */
static struct fb_error *name_object(struct fb_wait_finder *finder, const struct fb_task *task,
				    struct fb_joined *joined, uint64_t address,
				    const struct fb_futex_key *key, struct fb_wait_object *object)
{
	char symbol[256];
	struct fb_error *err;

	err = fb_wait_user_symbol(finder, task, joined, address, symbol, sizeof(symbol));
	if (!err && *symbol)
		err = fb_wait_text(&object->name, "%s (0x%" PRIx64 ")", symbol, address);
	else if (!err)
		err = fb_wait_text(&object->name, "0x%" PRIx64, address);
	if (!err && key->frame)
		err = fb_wait_append(&object->detail,
				     "shared, page frame 0x%" PRIx64 ", offset 0x%" PRIx64,
				     key->frame, (address % FB_PAGE_SIZE));
	return err;
}

static struct fb_error *add_join(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct fb_task *thread, const struct fb_futex_call *call)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "join");
	char what[48];

	wait.timeout = call->timeout;
	wait.evidence = "the word is one of that thread's own, which its end changes";
	(void)snprintf(what, sizeof(what), "the end of thread %d", thread->tid);
	return fb_wait_graph_add_on_task(&finder->graph, &wait, "join", thread->tid, false, what);
}

/* An object that was met before: its owner was looked for then. Only the kind may differ. */
static struct fb_error *describe_object(struct fb_wait_finder *finder,
					const struct fb_blocked *blocked, struct fb_joined *joined,
					const struct fb_pthread_wait *lock,
					const struct fb_futex_key *key, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_error *err;

	err = name_object(finder, blocked->task, joined, lock->object, key, object);
	if (!err && *lock->detail)
		err = fb_wait_append(&object->detail, "%s", lock->detail);
	if (!err && lock->need)
		err = fb_wait_text(&object->need, "%s", lock->need);
	if (!err && (lock->owner || lock->owner_thread))
		err = fb_wait_lock_owner(finder, blocked, joined, lock, key, index);
	/* What is concluded from a guess is a guess too. */
	if (!lock->certain)
		finder->graph.objects[index].certain = false;
	return err;
}

static struct fb_error *add_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 struct fb_joined *joined, const struct fb_futex_call *call,
				 const struct fb_pthread_wait *lock)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, lock->kind);
	struct fb_futex_key key;
	bool fresh;
	struct fb_error *err;

	wait.timeout = call->timeout && !lock->looks_again;
	wait.certain = lock->certain;
	wait.evidence = "futex() arguments and the lock's layout in memory";
	err = find_key(finder, blocked->task, joined, lock->object, call->process_private, &key);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, key.shared ? "shared lock" : "lock",
					   key.words[0], key.words[1], &wait.object, &fresh);
	if (!err && fresh)
		err = describe_object(finder, blocked, joined, lock, &key, wait.object);
	if (!err && key.shared)
		err = fb_wait_text(&wait.detail, "at 0x%" PRIx64 " in this process", lock->object);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* Adds the owner of a priority-inheriting lock, which the kernel itself records. */
static struct fb_error *add_pi_owner(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, size_t object)
{
	uint64_t lock;
	struct fb_error *err = fb_wait_rt_lock(finder, blocked->task, &lock);

	if (!err)
		err = fb_wait_add_rt_owner(finder, lock, object);
	return fb_part_skip(err);
}

/* Why no owner is known of a word that no lock was recognised at. */
static struct fb_error *explain_word(struct fb_wait_object *object,
				     const struct fb_blocked *blocked,
				     const struct fb_futex_caller *caller, bool absent)
{
	if (blocked->compat && caller->library == FB_FUTEX_MUSL)
		return fb_wait_text(&object->need,
				    "a lock of musl in a 32-bit process: what lies around the word "
				    "is not read");
	if (caller->library == FB_FUTEX_PROGRAM)
		return fb_wait_text(&object->need,
				    "a lock of %s's own, which called futex() itself: the program "
				    "alone knows who wakes it",
				    caller->object);
	if (*caller->because)
		return fb_wait_text(&object->need,
				    "it cannot be known which library called futex(): %s",
				    caller->because);
	if (caller->library == FB_FUTEX_UNKNOWN)
		return fb_wait_text(&object->need,
				    "%s%swhat called futex() is no C library that is known here: "
				    "the program alone knows who wakes it",
				    caller->object, *caller->object ? ": " : "");
	if (absent)
		return fb_wait_text(&object->need,
				    "the lock's memory: give a core of PID %d, or of another "
				    "process that maps it",
				    blocked->task->pid);
	return fb_wait_text(&object->need, "the word looks like no lock of %s that is known here",
			    caller->library == FB_FUTEX_MUSL ? "musl" : "glibc");
}

/* Adds what the arguments alone say, where the memory of the lock cannot be read or holds no
 * lock of a known library. */
static struct fb_error *add_word(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 struct fb_joined *joined, const struct fb_futex_call *call,
				 const struct fb_futex_caller *caller, const struct fb_error *why)
{
	struct fb_pthread_wait lock = {.kind = "futex", .object = call->address, .certain = true};
	struct fb_wait_object *object;
	bool absent = why && fb_error_code(why) != FB_NOT_FOUND;
	size_t index;
	struct fb_error *err;

	if (caller->library == FB_FUTEX_GLIBC && (call->value & FB_FUTEX_WAITERS) &&
	    fb_pthread_is_tid(call->value & FB_FUTEX_TID_MASK)) {
		/* robust: the expected word names the owner */
		lock.kind = "mutex-robust";
		lock.owner = (int32_t)(call->value & FB_FUTEX_TID_MASK);
		lock.certain = false;
	}
	if (fb_futex_call_is_pi(call))
		lock.kind = "mutex-pi";
	else
		snprintf(lock.detail, sizeof(lock.detail), "went to sleep while the word was %u",
			 call->value);
	err = add_lock(finder, blocked, joined, call, &lock);
	if (err)
		return err;
	index = finder->graph.waits[finder->graph.wait_count - 1].object;
	if (fb_futex_call_is_pi(call) && !finder->graph.objects[index].owner_count)
		err = add_pi_owner(finder, blocked, index);
	object = &finder->graph.objects[index];
	if (err || object->owner_count || object->need)
		return err;
	return explain_word(object, blocked, caller, absent);
}

/* Threads of the process of the last call, by the word that the kernel clears when they exit, and by the address of
 * their struct pthread. */
struct ends {
	struct fb_thread_words cleared, bases;
};

static void deinit(void *state)
{
	struct ends *ends = state;

	fb_thread_words_deinit(&ends->cleared);
	fb_thread_words_deinit(&ends->bases);
}

static const struct fb_wait_state ENDS = {sizeof(struct ends), deinit};

/* The thread that pthread_join() waits for at this word: with glibc one whose exit clears it; with musl
 * the word is in its struct pthread. NULL: it is no such wait. */
static struct fb_error *find_joined_thread(struct fb_wait_finder *finder,
					   const struct fb_blocked *blocked,
					   const struct fb_futex_call *call,
					   const struct fb_task **thread_ret)
{
	struct ends *ends;
	struct fb_error *err;

	*thread_ret = NULL;
	if (call->command != FB_FUTEX_WAIT_BITSET && call->command != FB_FUTEX_WAIT)
		return NULL;
	err = fb_wait_state(finder, &ENDS, &ends);
	if (!err)
		err = fb_thread_words_find(&ends->cleared, finder->kernel, finder->tasks,
					   &finder->layout->task_clear_child_tid,
					   blocked->task->pid, call->address, blocked->task,
					   thread_ret);
	if (err || *thread_ret || call->value != FB_MUSL_JOINABLE || blocked->compat)
		return err;
	return fb_thread_words_find(&ends->bases, finder->kernel, finder->tasks,
				    &finder->layout->task_thread_fsbase, blocked->task->pid,
				    call->address - FB_MUSL_DETACH_STATE, blocked->task,
				    thread_ret);
}

/* The lock around the word, by the layouts of the library that called. */
static struct fb_error *recognise_lock(const struct fb_wait_finder *finder,
				       struct fb_joined *joined, const struct fb_blocked *blocked,
				       const struct fb_futex_call *call,
				       const struct fb_futex_caller *caller,
				       struct fb_pthread_wait *lock)
{
	size_t first, threads;
	struct fb_error *err;

	if (blocked->compat && caller->library == FB_FUTEX_MUSL)
		return fb_error_create(FB_NOT_FOUND, "locks of musl of 32 bits are not read");
	switch (caller->library) {
	case FB_FUTEX_GLIBC:
		err = fb_pthread_recognise(fb_joined_space(joined), call, lock);
		if (!err && !caller->proven)
			lock->certain = false;
		return err;
	case FB_FUTEX_MUSL:
		fb_tasks_group(finder->tasks, blocked->task->pid, &first, &threads);
		return fb_musl_recognise(fb_joined_space(joined), call, blocked->regs.rsp, threads,
					 lock);
	default:
		return fb_error_create(FB_NOT_FOUND, "no library whose locks are known");
	}
}

/* Each thread of Java sleeps at a condition of its own. */
static bool is_condition_of_java(const char *runtime, const struct fb_pthread_wait *lock)
{
	return runtime && !strcmp(runtime, FB_RUNTIME_JAVA) && !strcmp(lock->kind, "condition");
}

static struct fb_error *replace_by_java(struct fb_wait_finder *finder,
					const struct fb_blocked *blocked, struct fb_joined *joined,
					struct fb_pthread_wait *lock, char name[FB_JAVA_NAME_SIZE])
{
	struct fb_pthread_wait java;
	bool found = false;
	struct fb_error *err = fb_wait_java(finder, blocked, joined, &java, name, &found);

	if (!err && found)
		*lock = java;
	return err;
}

static struct fb_error *note_thread(const struct fb_blocked *blocked, const char *runtime,
				    const char *name, struct fb_wait *wait)
{
	return *name ? fb_wait_append(&wait->detail, "thread \"%s\" of Java", name)
		     : fb_wait_note_runtime(blocked, runtime, wait);
}

static struct fb_error *one_futex(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  const struct fb_futex_call *call)
{
	struct fb_futex_caller caller;
	struct fb_pthread_wait lock;
	const struct fb_task *thread;
	const char *runtime = NULL;
	char name[FB_JAVA_NAME_SIZE] = "";
	struct fb_joined *joined;
	struct fb_error *err, *added;
	bool python = false;

	err = find_joined_thread(finder, blocked, call, &thread);
	if (err || thread)
		return err ? err : add_join(finder, blocked, thread, call);
	err = fb_wait_process(finder, blocked->task, &joined);
	if (!err)
		err = fb_futex_caller_find(finder, blocked, joined, &caller);
	if (!err)
		err = fb_wait_find_runtime(finder, blocked, joined, &runtime);
	if (!err && runtime && !strcmp(runtime, FB_RUNTIME_CPYTHON))
		err = fb_wait_python(finder, blocked, joined, call, &lock, &python);
	if (err)
		return err;
	if (!python)
		err = recognise_lock(finder, joined, blocked, call, &caller, &lock);
	if (!err && is_condition_of_java(runtime, &lock))
		err = replace_by_java(finder, blocked, joined, &lock, name);
	if (fb_error_is_fatal(err))
		return err;
	added = err ? add_word(finder, blocked, joined, call, &caller, err)
		    : add_lock(finder, blocked, joined, call, &lock);
	fb_error_destroy(err);
	return added ? added
		     : note_thread(blocked, runtime, name,
				   &finder->graph.waits[finder->graph.wait_count - 1]);
}

/* futex_waitv(): an array in user memory. */
static struct fb_error *many_futexes(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked)
{
	struct fb_futex_waitv entries[FB_FUTEX_MOST_WAITV];
	struct fb_joined *joined;
	uint64_t count = blocked->args[1];
	struct fb_error *err = fb_wait_process(finder, blocked->task, &joined);

	if (!err && count > FB_FUTEX_MOST_WAITV)
		err = fb_error_create(FB_CORRUPT, "futex_waitv() of %" PRIu64 " words", count);
	if (!err)
		err = fb_space_read(fb_joined_space(joined), blocked->args[0], entries,
				    count * sizeof(entries[0]));
	for (uint64_t i = 0; i < count && !err; i++) {
		const struct fb_futex_call call = fb_futex_call_of_waitv(blocked, &entries[i]);

		err = one_futex(finder, blocked, &call);
	}
	return err;
}

struct fb_error *fb_wait_futex(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_futex_call call;
	struct fb_error *err;

	if (fb_futex_is_waitv(blocked))
		return many_futexes(finder, blocked);
	err = fb_futex_call_read(finder, blocked, &call);
	return err ? err : one_futex(finder, blocked, &call);
}
