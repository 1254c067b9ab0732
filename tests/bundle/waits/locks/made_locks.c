// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_locks.h. */
#include "tests/bundle/waits/locks/made_locks.h"

void made_lock_members(struct made_waits *w, enum made_lock_layout layout)
{
	struct made_kernel *made = w->made;

	MADE_FIELD(made, mutex_owner, MADE_LOCK_OWNER, 8);
	MADE_FIELD(made, mutex_waiter_list, 0, 16);
	MADE_FIELD(made, mutex_waiter_task, 16, 8);
	made->kernel.layout.mutex_waiter.size = 40;
	MADE_FIELD(made, rwsem_count, 0, 8);
	MADE_FIELD(made, rwsem_owner, MADE_LOCK_OWNER, 8);
	MADE_FIELD(made, rwsem_waiter_list, 0, 16);
	MADE_FIELD(made, rwsem_waiter_task, 16, 8);
	made->kernel.layout.rwsem_waiter.size = 40;
	MADE_FIELD(made, semaphore_waiter_list, 0, 16);
	MADE_FIELD(made, semaphore_waiter_task, 16, 8);
	made->kernel.layout.semaphore_waiter.size = 40;
	if (layout == MADE_RING) {
		MADE_FIELD(made, mutex_first_waiter, MADE_LOCK_QUEUE, 8);
		MADE_FIELD(made, rwsem_first_waiter, MADE_LOCK_QUEUE, 8);
		MADE_FIELD(made, semaphore_first_waiter, MADE_LOCK_QUEUE, 8);
	} else {
		MADE_FIELD(made, mutex_wait_list, MADE_LOCK_QUEUE, 16);
		MADE_FIELD(made, rwsem_wait_list, MADE_LOCK_QUEUE, 16);
		MADE_FIELD(made, semaphore_wait_list, MADE_LOCK_QUEUE, 16);
	}
}

void made_lock(struct made_waits *w, enum made_lock_layout layout, uint64_t flags)
{
	struct made_kernel *made = w->made;
	struct fb_task *holder = made_waits_task(w, MADE_LOCK_HOLDER, MADE_LOCK_HOLDER, "holder");
	uint64_t lock = made_alloc(made, 64), first = 0;

	made_lock_members(w, layout);
	w->marks[0] = lock;
	made_put(made, lock, 1, 8);
	made_put(made, lock + MADE_LOCK_OWNER, holder->address | flags, 8);
	made_list_init(made, lock + MADE_LOCK_QUEUE);
	for (int i = 0; i < MADE_LOCK_WAITERS; i++) {
		uint64_t waiter = made_waits_frame(made_waits_task(w, 20 + i, 20 + i, "waiter"));

		made_put(made, waiter + 16, w->list[1 + i].address, 8);
		made_put(made, waiter + 64, lock, 8);
		if (layout == MADE_LIST) {
			made_list_add(made, lock + MADE_LOCK_QUEUE, waiter);
		} else if (!i) {
			first = waiter;
			made_list_init(made, first);
			made_put(made, lock + MADE_LOCK_QUEUE, first, 8);
		} else {
			made_list_add(made, first, waiter);
		}
	}
}

struct fb_blocked made_lock_waiter(struct made_waits *w, enum made_lock_layout layout,
				   uint64_t flags)
{
	made_lock(w, layout, flags);
	return made_waits_blocked(w, &w->list[3], "made");
}
