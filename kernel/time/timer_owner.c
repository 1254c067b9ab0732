// SPDX-License-Identifier: GPL-2.0-or-later
/* Adds timers, and finds out whose each is by the function that it calls. Called by hrtimers.c, timer_wheel.c,
 * timers.c. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/time/timers_private.h"

void fb_timer_functions_find(struct fb_timer_loader *loader)
{
	uint64_t *functions = loader->functions;

	fb_kernel_find_symbol(loader->kernel, "hrtimer_wakeup", &functions[FB_TIMER_SLEEPER]);
	fb_kernel_find_symbol(loader->kernel, "it_real_fn", &functions[FB_TIMER_ALARM]);
	fb_kernel_find_symbol(loader->kernel, "posix_timer_fn", &functions[FB_TIMER_POSIX]);
	fb_kernel_find_symbol(loader->kernel, "dl_task_timer", &functions[FB_TIMER_DEADLINE]);
	fb_kernel_find_symbol(loader->kernel, "process_timeout", &functions[FB_TIMER_PROCESS]);
	fb_kernel_find_symbol(loader->kernel, "delayed_work_timer_fn", &functions[FB_TIMER_WORK]);
	fb_kernel_find_symbol(loader->kernel, "kthread_delayed_work_timer_fn",
			      &functions[FB_TIMER_KTHREAD_WORK]);
}

/* The task that a struct around the timer points to. inner: the timer in it. */
static struct fb_error *read_task(const struct fb_timer_loader *loader, struct fb_timer *timer,
				  const struct fb_field *inner, const struct fb_field *pointer)
{
	uint64_t task;
	struct fb_error *err = fb_layout_require(inner);

	if (!err)
		err = fb_kernel_field(loader->kernel, timer->address - inner->offset, pointer,
				      &task);
	if (!err)
		timer->task = fb_tasks_by_address(loader->tasks, task);
	return err;
}

/* The first thread of the process that a signal_struct is of. */
static struct fb_error *read_process(const struct fb_timer_loader *loader, struct fb_timer *timer,
				     uint64_t signal)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t thread;
	struct fb_error *err = fb_layout_require(&layout->signal_thread_head);

	/* A list, whose first link comes first. */
	if (!err)
		err = fb_space_u64(fb_kernel_space(loader->kernel),
				   signal + layout->signal_thread_head.offset, &thread);
	if (!err)
		timer->task = fb_tasks_by_address(loader->tasks,
						  thread - layout->task_thread_node.offset);
	return err;
}

static struct fb_error *read_posix(const struct fb_timer_loader *loader, struct fb_timer *timer)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t signal;
	struct fb_error *err = fb_layout_require(&layout->posix_timer_timer);

	if (!err)
		err = fb_kernel_field(loader->kernel,
				      timer->address - layout->posix_timer_timer.offset,
				      &layout->posix_timer_signal, &signal);
	/* Its low bit marks a timer that is being made or deleted (since 6.16). */
	return err ? err : read_process(loader, timer, signal & ~(uint64_t)1);
}

static struct fb_error *read_work(const struct fb_timer_loader *loader, struct fb_timer *timer)
{
	const struct fb_layout *layout = loader->layout;
	const struct fb_field *name = &layout->workqueue_name;
	uint64_t work, queue = 0;
	struct fb_error *err = fb_layout_require(&layout->delayed_work_timer);

	if (err)
		return err;
	work = timer->address - layout->delayed_work_timer.offset;
	err = fb_kernel_field(loader->kernel, work, &layout->delayed_work_function,
			      &timer->work_function);
	if (!err)
		err = fb_kernel_field(loader->kernel, work, &layout->delayed_work_queue, &queue);
	if (!err && queue && name->found)
		err = fb_space_read(
			fb_kernel_space(loader->kernel), queue + name->offset, timer->queue,
			name->size < sizeof(timer->queue) ? name->size : sizeof(timer->queue));
	timer->queue[sizeof(timer->queue) - 1] = '\0';
	return err;
}

static struct fb_error *read_kthread_work(const struct fb_timer_loader *loader,
					  struct fb_timer *timer)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_error *err = fb_layout_require(&layout->kthread_delayed_timer);

	return err ? err
		   : fb_kernel_field(loader->kernel,
				     timer->address - layout->kthread_delayed_timer.offset,
				     &layout->kthread_delayed_function, &timer->work_function);
}

static struct fb_error *read_owner(const struct fb_timer_loader *loader, struct fb_timer *timer)
{
	const struct fb_layout *layout = loader->layout;
	const uint64_t *functions = loader->functions;
	size_t which = 0;

	while (which < FB_TIMER_FUNCTIONS && functions[which] != timer->function)
		which++;
	if (!timer->function)
		return NULL;
	switch (which) {
	case FB_TIMER_SLEEPER:
		return read_task(loader, timer, &layout->sleeper_timer, &layout->sleeper_task);
	case FB_TIMER_PROCESS:
		return read_task(loader, timer, &layout->process_timer_timer,
				 &layout->process_timer_task);
	case FB_TIMER_ALARM:
		return layout->signal_real_timer.found
			       ? read_process(loader, timer,
					      timer->address - layout->signal_real_timer.offset)
			       : NULL;
	case FB_TIMER_POSIX:
		return read_posix(loader, timer);
	case FB_TIMER_DEADLINE:
		if (layout->task_dl_timer.found)
			timer->task = fb_tasks_by_address(
				loader->tasks, timer->address - layout->task_dl_timer.offset);
		return NULL;
	case FB_TIMER_WORK:
		return read_work(loader, timer);
	case FB_TIMER_KTHREAD_WORK:
		return read_kthread_work(loader, timer);
	default:
		return NULL;
	}
}

struct fb_error *fb_timers_add(struct fb_timer_loader *loader, struct fb_timer *timer)
{
	struct fb_timers *found = &loader->found;
	bool fresh;
	struct fb_error *err =
		fb_u64_set_add(&loader->seen, timer->address, FB_MAX_TIMERS, "timers", &fresh);

	if (err || !fresh)
		return err;
	err = fb_part_warn(fb_kernel_warnings(loader->kernel), read_owner(loader, timer),
			   "whose timer 0x%" PRIx64 " is", timer->address);
	if (!err)
		err = fb_grow_array(&found->timers, &loader->room, found->count, sizeof(*timer),
				    FB_MAX_TIMERS, "timers");
	if (!err)
		found->timers[found->count++] = *timer;
	return err;
}
