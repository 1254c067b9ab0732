// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the thread that holds a lock by the TID that is written in it. Called by wait_futex.c. */
#include "bundle/waits/futex/wait_owner.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/futex/wait_frame.h"
#include "bundle/waits/futex/wait_thread_words.h"

/* The TID of a thread in its innermost PID namespace, which is what gettid() returns to it. */
struct inner {
	int32_t tid;
	const struct fb_task *task;
};

struct owners {
	struct fb_thread_words bases;        /* by where user space has its struct pthread */
	struct fb_thread_words narrow_bases; /* the same of threads with code of 32 bits */
	struct inner *inner;                 /* owned; all threads, by inner TID, then PID */
	size_t inner_count;
	const struct fb_task *unknown; /* the first of those whose inner TID is lost; NULL: none */
	uint64_t searched;             /* mappings looked through for owners of shared locks */
};

static void deinit(void *state)
{
	struct owners *owners = state;

	fb_thread_words_deinit(&owners->bases);
	fb_thread_words_deinit(&owners->narrow_bases);
	free(owners->inner);
}

static const struct fb_wait_state OWNERS = {sizeof(struct owners), deinit};

static int32_t inner_tid(const struct fb_task *task)
{
	return task->level_count ? task->level_tids[task->level_count - 1] : task->tid;
}

static int by_inner(const void *a, const void *b)
{
	const struct inner *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->task->pid != y->task->pid)
		return x->task->pid < y->task->pid ? -1 : 1;
	return x->task->tid < y->task->tid ? -1 : x->task->tid > y->task->tid;
}

static struct fb_error *index_inner(const struct fb_wait_finder *finder, struct owners *owners)
{
	size_t count = fb_tasks_count(finder->tasks);

	if (owners->inner)
		return NULL;
	owners->inner = calloc(count + 1, sizeof(*owners->inner));
	if (!owners->inner)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_get(finder->tasks, i);

		if (task->idle)
			continue;
		if (!task->levels_lost)
			owners->inner[owners->inner_count++] =
				(struct inner){inner_tid(task), task};
		else if (!owners->unknown)
			owners->unknown = task;
	}
	qsort(owners->inner, owners->inner_count, sizeof(*owners->inner), by_inner);
	return NULL;
}

/* Whether the process has the page frame of the word at that address of its own. */
static struct fb_error *has_frame(const struct fb_wait_finder *finder, const struct fb_task *task,
				  const struct fb_futex_key *key, uint64_t address, bool *has_ret)
{
	struct fb_page_tables tables;
	uint64_t frame = 0;
	struct fb_error *err;

	*has_ret = false;
	if (!key->frame)
		return NULL;
	err = fb_kernel_mm_page_tables(finder->kernel, task->mm, &tables);
	if (!err)
		err = fb_pt_frame(&tables, address, &frame);
	*has_ret = !err && frame == key->frame;
	return fb_part_skip(err);
}

/* Whether the mapping is of the byte that the word is: by its inode, or, where that cannot be read, by the page
 * frame. Notes in *absence where neither tells. */
static struct fb_error *is_mapping_of(const struct fb_wait_finder *finder,
				      const struct fb_task *task, const struct fb_vma *vma,
				      const struct fb_futex_key *key, bool *is_ret,
				      struct fb_wait_absence *absence)
{
	uint64_t inode = 0, start = vma->pgoff * FB_PAGE_SIZE, offset = key->words[1];
	struct fb_error *err, *other;

	*is_ret = false;
	if (!key->words[0] || !vma->file || offset < start ||
	    offset - start >= vma->end - vma->start)
		return NULL;
	err = fb_kernel_field(finder->kernel, vma->file, &finder->layout->file_inode, &inode);
	*is_ret = !err && inode == key->words[0];
	if (!err || fb_error_is_fatal(err))
		return err;
	other = has_frame(finder, task, key, vma->start + (offset - start), is_ret);
	if (!other && !*is_ret)
		return fb_wait_absence_of(absence, err);
	fb_error_destroy(err);
	return other;
}

/* Whether the process maps the byte at that offset of the file; notes in *absence where that cannot be known.
 * Processes that share a lock most often have it at the same address, as parent and child do: its page frame there
 * proves it where their mappings are lost. FB_CORRUPT where more has been looked through than a host has: locks
 * times processes. */
static struct fb_error *maps(const struct fb_wait_finder *finder, struct owners *owners,
			     const struct fb_task *task, const struct fb_futex_key *key,
			     bool *maps_ret, struct fb_wait_absence *absence)
{
	struct fb_vmas vmas;
	struct fb_error *err;

	*maps_ret = false;
	if (owners->searched >= FB_MAX_SEARCHED_VMAS)
		return fb_error_create(FB_CORRUPT, "too many processes have the owner's TID in a "
						   "namespace to look which of them maps the lock");
	err = has_frame(finder, task, key, key->address, maps_ret);
	if (err || *maps_ret)
		return err;
	err = fb_error_prefix(fb_vmas_load(finder->kernel, task->mm, &vmas), "mappings of PID %d",
			      task->pid);
	if (err)
		return fb_wait_absence_of(absence, err);
	owners->searched += vmas.count + 1;
	for (size_t i = 0; i < vmas.count && !*maps_ret && !err; i++)
		err = is_mapping_of(finder, task, &vmas.vma[i], key, maps_ret, absence);
	/* A lock that is known by its frame alone may have another address there. */
	if (!err && !*maps_ret && !key->words[0] && key->frame)
		err = fb_wait_maps_frame(finder, task, key->frame, maps_ret);
	if (!*maps_ret && (vmas.broken || vmas.lost))
		fb_wait_absence_unknown(absence, "mappings of PID %d cannot be read", task->pid);
	else if (!*maps_ret && !key->words[0])
		fb_wait_absence_unknown(absence,
					"of which file the lock's memory is has been lost: PID %d "
					"may have it at another address",
					task->pid);
	fb_vmas_deinit(&vmas);
	return err;
}

/* Notes in *absence that a thread may have the TID that was searched: one whose TID in its PID namespace is lost. Of a
 * lock that is not shared, only a thread of the waiter's process may. */
static void note_lost_levels(const struct fb_wait_finder *finder, const struct owners *owners,
			     const struct fb_task *waiter, bool shared,
			     struct fb_wait_absence *absence)
{
	const struct fb_task *unknown = shared ? owners->unknown : NULL;
	size_t first, count;

	if (!shared && owners->unknown) {
		fb_tasks_group(finder->tasks, waiter->pid, &first, &count);
		for (size_t i = first; i < first + count && !unknown; i++)
			if (fb_tasks_get(finder->tasks, i)->levels_lost)
				unknown = fb_tasks_get(finder->tasks, i);
	}
	if (unknown)
		fb_wait_absence_unknown(absence,
					"the struct pid of thread %d, which has its TID in its PID "
					"namespace, is not in the dump",
					unknown->tid);
}

/* The thread of that TID: of the waiter's process, or, of a shared lock, of one that maps it. Two
 * namespaces may both have one: then none is named. *count_ret says how many; *absence, whether there may be
 * more. */
static struct fb_error *find_owner(const struct fb_wait_finder *finder, struct owners *owners,
				   const struct fb_task *waiter, int32_t tid,
				   const struct fb_futex_key *key, const struct fb_task **owner_ret,
				   size_t *count_ret, struct fb_wait_absence *absence)
{
	const struct inner *inner;
	bool shared = key->shared;
	size_t i;
	struct fb_error *err = index_inner(finder, owners);

	*owner_ret = NULL;
	*count_ret = 0;
	if (err)
		return err;
	inner = owners->inner;
	i = FB_LOWER_BOUND(at, owners->inner_count,
			   inner[at].tid < tid || (!shared && inner[at].tid == tid &&
						   inner[at].task->pid < waiter->pid));
	for (; i < owners->inner_count && inner[i].tid == tid; i++) {
		bool mapped = inner[i].task->pid == waiter->pid;

		if (!shared && !mapped)
			break;
		if (!mapped && inner[i].task->mm)
			err = maps(finder, owners, inner[i].task, key, &mapped, absence);
		if (err)
			return err;
		if (!mapped)
			continue;
		*owner_ret = inner[i].task;
		++*count_ret;
		if (!shared)
			return NULL;
	}
	note_lost_levels(finder, owners, waiter, shared, absence);
	return NULL;
}

/* The thread's registers in a core of its process, by either of its TIDs. */
static const struct fb_core_thread *core_thread(const struct fb_input_core *core,
						const struct fb_task *task)
{
	const struct fb_core_thread *host = fb_core_thread_of(core->core, task->tid);
	const struct fb_core_thread *inner = fb_core_thread_of(core->core, inner_tid(task));

	return !host || (inner && inner < host) ? inner : host;
}

/* All that a program can change. Code of 32 bits has eight registers; what the kernel keeps of the others is no part of
 * the program. */
static bool same_registers(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	bool same = a->rip == b->rip && a->rsp == b->rsp && a->rbp == b->rbp && a->rbx == b->rbx &&
		    a->rdi == b->rdi && a->rsi == b->rsi && a->rdx == b->rdx;

	if (fb_user_regs_are_32bit(a) || fb_user_regs_are_32bit(b))
		return same && fb_user_regs_are_32bit(a) == fb_user_regs_are_32bit(b) &&
		       a->rcx == b->rcx;
	return same && a->r10 == b->r10 && a->r12 == b->r12 && a->r13 == b->r13 &&
	       a->r14 == b->r14 && a->r15 == b->r15;
}

/* Whether the thread stood at the panic where it stood when the core was taken: in the same call, all
 * its registers the same. Then it has let go of nothing in between. */
static struct fb_error *stood_still(struct fb_wait_finder *finder, const struct fb_input_core *core,
				    const struct fb_task *task, bool *still_ret)
{
	const struct fb_core_thread *thread = core_thread(core, task);
	struct user_regs_struct now;
	struct fb_error *err;

	*still_ret = false;
	if (!thread || task->on_cpu)
		return NULL;
	err = fb_user_regs_at_top(finder->kernel, task->stack, &now);
	if (err)
		return err;
	*still_ret = same_registers(&now, &thread->regs);
	return NULL;
}

struct fb_error *fb_wait_owner_is_unchanged(struct fb_wait_finder *finder,
					    const struct fb_task *owner,
					    const struct fb_input_core *memory, bool *is_ret,
					    struct fb_wait_absence *absence)
{
	const struct fb_input_core *core = fb_input_core_of(finder->input, owner->pid);
	struct fb_error *err;

	*is_ret = false;
	if (!core || !memory)
		return NULL;
	err = fb_wait_absence_of(absence, stood_still(finder, core, owner, is_ret));
	if (core != memory &&
	    !(core->match.taken_before_panic_s >= memory->match.taken_before_panic_s))
		*is_ret = false;
	return err;
}

static const char *state_text(const struct fb_task *task)
{
	switch (task->state) {
	case 'R':
		return task->on_cpu ? "runs on a CPU" : "is ready to run";
	case 'T':
		return "is stopped by a signal";
	case 't':
		return "is stopped by its tracer";
	case 'Z':
	case 'X':
		return "has exited";
	default:
		return "sleeps";
	}
}

/* Adds from when the owner is, of a lock that was read from a core. */
static struct fb_error *date_owner(struct fb_wait_finder *finder, const struct fb_task *owner,
				   const struct fb_input_core *core, struct fb_wait_object *object)
{
	double age = core ? core->match.taken_before_panic_s : NAN;
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	char took[32];
	struct fb_error *err =
		fb_wait_owner_is_unchanged(finder, owner, core, &object->certain, &absence);

	if (!err && isnan(age))
		err = fb_wait_append(&object->detail, "owner read from a core that is older than "
						      "the panic, by how much is unknown");
	else if (!err)
		err = fb_wait_append(&object->detail,
				     "owner read from a core taken %s before the panic",
				     fb_text_duration(age, took, sizeof(took)));
	if (err)
		return err;
	if (!absence.known)
		return fb_wait_append(&object->detail,
				      "it may be stale: it cannot be known whether %d has run "
				      "since: %s",
				      owner->tid, absence.because);
	return fb_wait_append(&object->detail,
			      object->certain ? "%d %s where it was then"
					      : "it may be stale: %d %s, and may have run since",
			      owner->tid, state_text(owner));
}

/* Where the owner was read, and what that is worth. */
static struct fb_error *judge(struct fb_wait_finder *finder, struct fb_joined *joined,
			      const struct fb_pthread_wait *lock, const struct fb_task *owner,
			      const struct fb_task *waiter, struct fb_wait_object *object)
{
	const struct fb_input_core *core = fb_input_core_of(finder->input, waiter->pid);
	struct fb_run run;
	struct fb_error *err;

	if (!lock->owner_field) {
		object->certain = lock->certain;
		return fb_wait_append(&object->detail, "owner: the word the kernel compared");
	}
	err = fb_space_locate(fb_joined_space(joined), lock->owner_field, 4, &run);
	if (err)
		return err;
	if (run.origin.source == FB_SOURCE_CORE)
		return date_owner(finder, owner, core, object);
	object->certain = true;
	return fb_wait_append(&object->detail, "read from the dump itself");
}

static int by_tid(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* absence: of the threads' own words. */
static struct fb_error *no_thread_at(struct fb_wait_finder *finder, uint64_t address,
				     struct fb_wait_absence absence, struct fb_wait_object *object)
{
	char none[128], there_is[128];

	fb_wait_absence_of_tasks(finder, &absence);
	snprintf(none, sizeof(none),
		 "no thread of the process is at 0x%" PRIx64 ", which the lock names as its owner",
		 address);
	snprintf(there_is, sizeof(there_is),
		 "a thread of the process is at 0x%" PRIx64 ", which the lock names as its owner",
		 address);
	return fb_wait_say_none(object, &absence, none, there_is);
}

/* A TID that is no task's: one whose task_struct the dump lacks, else one that is gone. absence: of the mappings
 * that were looked through. */
static struct fb_error *add_lost(struct fb_wait_finder *finder, const struct fb_task *waiter,
				 const struct fb_pthread_wait *lock, bool shared,
				 struct fb_wait_absence absence, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char none[192], there_is[96];
	const int32_t *lost;
	size_t count = fb_tasks_lost(finder->tasks, &lost);
	struct fb_error *err;

	/* Lost TIDs are those of the host: in a namespace they tell nothing. */
	if (waiter->level_count <= 1 && !waiter->levels_lost && count &&
	    bsearch(&lock->owner, lost, count, sizeof(*lost), by_tid)) {
		err = fb_wait_graph_owner(&finder->graph, index, lock->owner, false);
		return err ? err
			   : fb_wait_text(&object->need,
					  "thread %d, which the lock names as its "
					  "owner: its task_struct is not in the dump",
					  lock->owner);
	}
	fb_wait_absence_of_tasks(finder, &absence);
	snprintf(
		none, sizeof(none),
		"TID %d, which the lock names as its owner, is no thread %s at the panic: the core "
		"is older, or the owner died with the lock",
		lock->owner, shared ? "that maps it" : "of the process");
	snprintf(there_is, sizeof(there_is), "TID %d, which the lock names as its owner, is there",
		 lock->owner);
	return fb_wait_say_none(object, &absence, none, there_is);
}

/* The thread whose struct pthread is at that address, to which FS points, and GS in code of 32 bits. *absence says
 * whether there may be one where none was found. */
static struct fb_error *find_by_base(struct fb_wait_finder *finder, struct owners *owners,
				     const struct fb_blocked *blocked, uint64_t base,
				     const struct fb_task **owner_ret,
				     struct fb_wait_absence *absence)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_thread_words *words = blocked->compat ? &owners->narrow_bases : &owners->bases;
	struct fb_error *err = fb_thread_words_find(words, finder->kernel, finder->tasks,
						    blocked->compat ? &layout->task_thread_gsbase
								    : &layout->task_thread_fsbase,
						    blocked->task->pid, base, NULL, owner_ret);

	if (err || *owner_ret)
		return err;
	*absence = words->absence;
	/* Where GS selects a descriptor, as it does there, not every CPU lets the kernel read the base. */
	if (blocked->compat)
		fb_wait_absence_unknown(absence, "the kernel may not have saved the bases of GS");
	return NULL;
}

struct fb_error *fb_wait_lock_owner(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    struct fb_joined *joined, const struct fb_pthread_wait *lock,
				    const struct fb_futex_key *key, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	const struct fb_task *owner = NULL;
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	size_t count = 1;
	struct owners *owners;
	struct fb_error *err = fb_wait_state(finder, &OWNERS, &owners);

	if (err)
		return err;
	if (lock->owner_thread)
		err = find_by_base(finder, owners, blocked, lock->owner_thread, &owner, &absence);
	else
		err = find_owner(finder, owners, blocked->task, lock->owner, key, &owner, &count,
				 &absence);
	if (err)
		return err;
	if (!owner && lock->owner_thread)
		return no_thread_at(finder, lock->owner_thread, absence, object);
	if (!owner)
		return add_lost(finder, blocked->task, lock, key->shared, absence, index);
	if (count > 1)
		return fb_wait_text(&object->need,
				    "TID %d, which the lock names as its owner, is that of %zu "
				    "threads in different PID namespaces that map it",
				    lock->owner, count);
	err = fb_wait_graph_owner(&finder->graph, index, owner->tid, false);
	if (!err && lock->owner && owner->tid != lock->owner)
		err = fb_wait_append(&object->detail, "owner TID %d in its PID namespace",
				     lock->owner);
	if (!err)
		err = judge(finder, joined, lock, owner, blocked->task, object);
	if (err || absence.known)
		return err;
	/* Another namespace may have that TID too. */
	object->certain = false;
	object->others = true;
	return fb_wait_append(&object->detail,
			      "it cannot be known whether another process maps it too: %s",
			      absence.because);
}
