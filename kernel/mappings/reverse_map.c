// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the page tables of all processes for one page frame. Called by the command page. */
#include "kernel/mappings/reverse_map.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/paging/page_table_visits.h"

struct reverse_walk {
	struct fb_kernel *kernel;
	const struct fb_task *task;
	uint64_t physical; /* of the frame */
	struct fb_frame_users *users;
	size_t room;
	bool unread; /* a part of this process's tables */
};

static struct fb_error *visit_run(void *context, const struct fb_pt_run *run)
{
	struct reverse_walk *walk = context;
	struct fb_frame_users *users = walk->users;
	struct fb_error *err;

	if (run->state == FB_PT_ABSENT || run->state == FB_PT_LOST || run->state == FB_PT_CORRUPT)
		walk->unread = true;
	if ((run->state != FB_PT_PRESENT && run->state != FB_PT_PROTNONE) ||
	    walk->physical < run->physical ||
	    walk->physical - run->physical >= run->end - run->start)
		return NULL;
	err = fb_grow_array(&users->users, &walk->room, users->count, sizeof(*users->users),
			    FB_MOST_FRAME_USERS, "places that map the page");
	if (!err)
		users->users[users->count++] = (struct fb_frame_user){
			.task = walk->task,
			.address = run->start + (walk->physical - run->physical),
			.page_size = run->page_size,
			.writable = run->writable,
			.accessible = run->state == FB_PT_PRESENT,
		};
	return err;
}

static struct fb_error *walk_process(struct reverse_walk *walk)
{
	struct fb_dump *dump = fb_kernel_dump(walk->kernel);
	struct fb_pt_visits *visits = NULL;
	struct fb_page_tables tables;
	struct fb_error *err = fb_kernel_mm_page_tables(walk->kernel, walk->task->mm, &tables);

	if (err) {
		walk->unread = true;
		return fb_part_skip(err);
	}
	err = fb_pt_visits_create(fb_dump_info(dump)->max_pfn, &visits);
	if (!err)
		err = fb_pt_for_each(&tables, 0, 1ull << (tables.levels == 5 ? 56 : 47), visits,
				     visit_run, walk);
	fb_pt_visits_destroy(visits);
	return err;
}

struct fb_error *fb_frame_users_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				     uint64_t pfn, struct fb_frame_users *users_ret)
{
	struct reverse_walk walk = {
		.kernel = kernel, .physical = pfn << FB_PAGE_SHIFT, .users = users_ret};
	struct fb_u64_map seen = {0}; /* mm_structs: threads, and processes of vfork(), share one */
	struct fb_error *err = NULL;

	*users_ret = (struct fb_frame_users){0};
	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		bool fresh = false;

		walk.task = fb_tasks_get(tasks, i);
		if (!walk.task->mm || walk.task->kernel_thread)
			continue;
		err = fb_u64_set_add(&seen, walk.task->mm, FB_MAX_TASKS, "processes", &fresh);
		if (err || !fresh)
			continue;
		walk.unread = false;
		err = walk_process(&walk);
		users_ret->unread += walk.unread;
	}
	fb_u64_map_deinit(&seen);
	return err;
}

void fb_frame_users_deinit(struct fb_frame_users *users)
{
	free(users->users);
	*users = (struct fb_frame_users){0};
}
