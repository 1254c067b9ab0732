// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matches cores with processes whose task_struct is lost: their mm_struct may still be in its slab, with the
 * auxiliary vector, and mm->owner has the address of the task_struct. A lost TID whose struct pid is still there leads
 * to the same address. Called by match.c where no task of the table fits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/match/match_private.h"
#include "kernel/memory/slab.h"

/* Users of one mm_struct: its threads, and readers of /proc. */
#define MAX_USERS FB_MAX_TASKS

struct lost_mm {
	uint64_t address;
	uint64_t owner; /* task_struct; 0: unknown */
	struct fb_auxv auxv;
};

struct fb_lost_mms {
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	uint64_t *known; /* mm_structs of the tasks in the table, sorted */
	size_t known_count;
	struct lost_mm *mms;
	size_t count, room;
};

static int compare_addresses(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static struct fb_error *note_known(struct fb_lost_mms *lost)
{
	size_t total = fb_tasks_count(lost->tasks);
	struct fb_error *err =
		fb_alloc_array(total, sizeof(*lost->known), FB_MAX_TASKS, "tasks", &lost->known);

	if (err)
		return err;
	for (size_t i = 0; i < total; i++)
		if (fb_tasks_get(lost->tasks, i)->mm)
			lost->known[lost->known_count++] = fb_tasks_get(lost->tasks, i)->mm;
	qsort(lost->known, lost->known_count, sizeof(*lost->known), compare_addresses);
	return NULL;
}

/* Freed ones have no users. */
static struct fb_error *read_mm(const struct fb_lost_mms *lost, uint64_t address,
				struct lost_mm *mm)
{
	const struct fb_layout *layout = fb_kernel_layout(lost->kernel);
	uint64_t users = 0, pgd = 0;
	struct fb_error *err = fb_kernel_field(lost->kernel, address, &layout->mm_users, &users);

	if (!err)
		err = fb_kernel_field(lost->kernel, address, &layout->mm_pgd, &pgd);
	if (!err)
		err = fb_saved_auxv_read(lost->kernel, address, &mm->auxv);
	if (err)
		return err;
	if (!users || users > MAX_USERS || !fb_kernel_address_ok(pgd) || !mm->auxv.pairs)
		return fb_error_create(FB_CORRUPT, "no mm_struct in use");
	mm->address = address;
	/* Without CONFIG_MEMCG there is no such member. */
	return fb_part_skip(fb_kernel_field(lost->kernel, address, &layout->mm_owner, &mm->owner));
}

static struct fb_error *visit(void *context, const struct fb_slab_cache *cache FB_UNUSED,
			      uint64_t object)
{
	struct fb_lost_mms *lost = context;
	struct lost_mm mm = {0};
	struct fb_error *err;

	if (lost->known_count && bsearch(&object, lost->known, lost->known_count,
					 sizeof(*lost->known), compare_addresses))
		return NULL;
	err = read_mm(lost, object, &mm);
	if (err)
		return fb_part_skip(err);
	err = fb_grow_array(&lost->mms, &lost->room, lost->count, sizeof(mm), FB_MAX_TASKS,
			    "mm_structs");
	if (!err)
		lost->mms[lost->count++] = mm;
	return err;
}

static struct fb_error *scan(struct fb_lost_mms *lost)
{
	struct fb_slab_cache cache;
	struct fb_slab_scan how = {
		.caches = &cache, .cache_count = 1, .object = visit, .context = lost};
	uint64_t address;
	struct fb_error *err = fb_kernel_variable_u64(lost->kernel, "mm_cachep", &address);

	if (!err)
		err = fb_slab_cache_read(lost->kernel, address, &cache);
	return err ? err : fb_slab_scan(lost->kernel, &how);
}

struct fb_error *fb_lost_mms_create(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				    struct fb_lost_mms **lost_ret)
{
	struct fb_lost_mms *lost = calloc(1, sizeof(*lost));
	struct fb_error *err;

	if (!lost)
		return fb_error_nomem();
	lost->kernel = kernel;
	lost->tasks = tasks;
	err = note_known(lost);
	if (!err)
		err = scan(lost);
	if (fb_error_is_fatal(err)) {
		fb_lost_mms_destroy(lost);
		return err;
	}
	fb_warn_error(fb_kernel_warnings(kernel), err, "mm_structs of lost tasks");
	*lost_ret = lost;
	return NULL;
}

void fb_lost_mms_destroy(struct fb_lost_mms *lost)
{
	if (!lost)
		return;
	free(lost->mms);
	free(lost->known);
	free(lost);
}

/* A task as far as core and mm_struct tell. */
static struct fb_error *make_task(const struct fb_core_info *info, const struct lost_mm *mm,
				  struct fb_match *match)
{
	struct fb_task *task = calloc(1, sizeof(*task));

	if (!task)
		return fb_error_nomem();
	task->address = mm->owner;
	task->pid = task->tid = info->pid;
	task->ppid = -1;
	task->uid = UINT32_MAX;
	task->state = '?';
	task->mm = mm->address;
	task->level_count = 1;
	task->level_tids[0] = info->pid;
	memcpy(task->comm, info->comm, sizeof(task->comm) - 1);
	match->own_task = task;
	match->task = task;
	match->mm = mm->address;
	return fb_match_add(match,
			    "auxiliary vector equal (%zu entries) to that of mm_struct 0x%" PRIx64
			    ", whose task_struct is not in the dump",
			    mm->auxv.pairs, mm->address);
}

struct fb_error *fb_lost_mms_match(const struct fb_lost_mms *lost, const struct fb_core_info *info,
				   struct fb_match *match)
{
	uint64_t task = info->pid ? fb_tasks_lost_address(lost->tasks, info->pid) : 0;
	const struct lost_mm *only = NULL;
	size_t equal = 0;
	struct fb_error *err;

	for (size_t i = 0; i < lost->count; i++) {
		const struct lost_mm *mm = &lost->mms[i];

		if (!fb_auxv_equal(&mm->auxv, info->auxv, info->auxv_pairs))
			continue;
		if (task && mm->owner == task) {
			match->verdict = FB_VERDICT_CERTAIN;
			err = make_task(info, mm, match);
			return err ? err
				   : fb_match_add(match, "PID %d is the number of its owner",
						  info->pid);
		}
		/* Its owner is known to be another. */
		if (mm->owner && (task || fb_tasks_by_address(lost->tasks, mm->owner)))
			continue;
		equal++;
		only = mm;
	}
	/* One of several relatives that share a vector cannot be told without its owner. */
	if (equal != 1 || !info->pid || fb_tasks_by_tid(lost->tasks, info->pid))
		return NULL;
	match->verdict = FB_VERDICT_LIKELY;
	return make_task(info, only, match);
}
