// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises waits for CPython's global lock: a mutex and a condition of the C library, which do not record who has the
 * lock; the interpreter does. And those for objects of Python. Called by wait_futex.c.
 */
#include "bundle/waits/futex/wait_python.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/process/user_mappings.h"

/* The interpreter and the global locks of the process of the last call. */
struct gils {
	uint64_t mm;
	struct fb_python *python;   /* owned; NULL: none is read */
	struct fb_python_gil *list; /* owned */
	size_t count;
	char version[FB_PYTHON_VERSION_SIZE];
};

static void deinit(void *state)
{
	struct gils *gils = state;

	fb_python_destroy(gils->python);
	free(gils->list);
}

static const struct fb_wait_state GILS = {sizeof(struct gils), deinit};

/* Fills *gils, which has none. */
static struct fb_error *read_gils(struct fb_wait_finder *finder, const struct fb_task *task,
				  struct fb_joined *joined, struct gils *gils)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_free_at) struct fb_user_mapping *mappings = NULL;
	struct fb_user_process process = {
		.space = fb_joined_space(joined),
		.mapping_count = fb_joined_vmas(joined)->count,
		.fetch_fd = -1,
	};
	struct fb_error *err = fb_user_mappings_load(finder->input, task, joined, &pool, &mappings);

	process.mappings = mappings;
	if (!err)
		err = fb_python_open(&process, &gils->python);
	if (!err)
		err = fb_python_gils(gils->python, &gils->list, &gils->count);
	if (!err)
		(void)fb_python_version(gils->python, gils->version);
	return fb_part_skip(err);
}

static struct fb_error *gils_of(struct fb_wait_finder *finder, const struct fb_task *task,
				struct fb_joined *joined, struct gils **gils_ret)
{
	struct gils *gils;
	struct fb_error *err = fb_wait_state(finder, &GILS, &gils);

	if (err)
		return err;
	*gils_ret = gils;
	if (gils->mm == task->mm)
		return NULL;
	fb_python_destroy(gils->python);
	gils->python = NULL;
	free(gils->list);
	gils->list = NULL;
	gils->count = 0;
	gils->mm = task->mm;
	return read_gils(finder, task, joined, gils);
}

bool fb_python_gil_describe(const struct fb_python_gil *gils, size_t count, const char *version,
			    uint64_t address, struct fb_pthread_wait *lock_ret)
{
	for (size_t i = 0; i < count; i++) {
		const struct fb_python_gil *gil = &gils[i];

		if (address < gil->start || address >= gil->end)
			continue;
		*lock_ret = (struct fb_pthread_wait){
			.kind = "python-gil",
			.object = gil->start,
			.owner_thread = gil->locked ? gil->holder : 0,
			.owner_field = gil->start,
			.certain = true,
		};
		(void)snprintf(lock_ret->detail, sizeof(lock_ret->detail),
			       "global interpreter lock of Python %s", version);
		if (!gil->locked)
			lock_ret->need = "it is free: the thread was about to be woken";
		else if (!gil->holder)
			lock_ret->need = "the thread that the interpreter names as its holder is "
					 "none of its threads";
		return true;
	}
	return false;
}

void fb_python_wait_describe(const struct fb_python_wait *wait, const char *version,
			     struct fb_pthread_wait *lock_ret)
{
	static const struct {
		const char *kind, *name, *need;
	} kinds[] = {
		[FB_PYTHON_LOCK] = {"python-lock", "threading.Lock",
				    "Python does not record which thread has a Lock"},
		[FB_PYTHON_RLOCK] = {"python-rlock", "threading.RLock", NULL},
		[FB_PYTHON_SEMAPHORE] = {"python-semaphore", "semaphore of multiprocessing",
					 "Python does not record which process has it"},
		[FB_PYTHON_QUEUE] = {"python-condition", "SimpleQueue",
				     "whoever calls put() ends the wait"},
	};
	char class[4 * FB_PYTHON_CLASS_SIZE], method[4 * FB_PYTHON_CLASS_SIZE];

	*lock_ret = (struct fb_pthread_wait){
		.kind = kinds[wait->kind].kind,
		.object = wait->lock,
		.owner_thread = wait->owner,
		.owner_field = wait->owner_field,
		.need = kinds[wait->kind].need,
		.certain = true,
	};
	if (wait->kind == FB_PYTHON_RLOCK && !wait->owner)
		lock_ret->need = "it is free: the thread was about to be woken";
	if (!*wait->class) {
		(void)snprintf(lock_ret->detail, sizeof(lock_ret->detail), "%s of Python %s",
			       kinds[wait->kind].name, version);
		return;
	}
	/* The lock is one that the method made for this wait. */
	if (wait->kind == FB_PYTHON_LOCK) {
		lock_ret->kind = "python-condition";
		lock_ret->object = wait->object;
		lock_ret->need = "whoever calls the method that ends the wait: nobody is recorded";
	}
	(void)snprintf(lock_ret->detail, sizeof(lock_ret->detail), "%s of Python %s, in %s()",
		       fb_text_escape(wait->class, strlen(wait->class), class, sizeof(class)),
		       version,
		       fb_text_escape(wait->method, strlen(wait->method), method, sizeof(method)));
}

struct fb_error *fb_wait_python(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				struct fb_joined *joined, const struct fb_futex_call *call,
				struct fb_pthread_wait *lock_ret, bool *found_ret)
{
	struct gils *gils = NULL;
	struct fb_python_wait wait;
	struct fb_error *err = gils_of(finder, blocked->task, joined, &gils);

	*found_ret = !err && fb_python_gil_describe(gils->list, gils->count, gils->version,
						    call->address, lock_ret);
	if (err || *found_ret || !gils->python)
		return err;
	/* The finder opens the memory of a process again after that of another. */
	fb_python_use(gils->python, fb_joined_space(joined));
	err = fb_python_wait_find(gils->python, &blocked->regs, call->address, &wait, found_ret);
	if (!err && *found_ret)
		fb_python_wait_describe(&wait, gils->version, lock_ret);
	return err;
}
