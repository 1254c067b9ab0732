// SPDX-License-Identifier: GPL-2.0-or-later
/* Where CPUs were when they were stopped (cpu_places.h). */
#include "bundle/stacks/cpu_places.h"

#include <stdlib.h>
#include <sys/user.h>

#include "base/buf.h"
#include "base/part.h"
#include "bundle/input/input.h"
#include "kernel/stacks/stack_entry.h"

/* The flag of a CPU that takes interrupts (X86_EFLAGS_IF). */
#define INTERRUPTS_ON 0x200u

/* One that is locked up, or that is busy while others want it to call functions. */
static bool is_wanted(const struct fb_run_queue *queue, uint32_t lockup_s)
{
	return queue->current && (fb_run_queue_is_locked_up(queue, lockup_s) ||
				  (queue->calls && !queue->current->idle));
}

static struct fb_error *load_stacks(struct fb_input *input, const struct fb_run_queues *queues,
				    uint32_t lockup_s, struct fb_cpu_places *places)
{
	const struct fb_thread_stacks_options kernel_half = {.kernel_only = true};
	const struct fb_task **tasks = NULL;
	size_t count = 0;
	struct fb_error *err =
		fb_alloc_array(queues->count, sizeof(*tasks), SIZE_MAX, "CPUs", &tasks);

	for (size_t i = 0; i < queues->count && !err; i++)
		if (is_wanted(&queues->queues[i], lockup_s))
			tasks[count++] = queues->queues[i].current;
	if (!err && count)
		err = fb_thread_stacks_load(input, &kernel_half, tasks, count, &places->stacks);
	free(tasks);
	return fb_input_do_without(input, err, "stacks of CPUs");
}

struct fb_error *fb_cpu_places_load(struct fb_input *input, const struct fb_run_queues *queues,
				    uint32_t lockup_s, struct fb_cpu_places *places_ret)
{
	struct fb_cpu_places places = {0};
	size_t count = 0;
	struct fb_error *err = fb_alloc_array(queues->count, sizeof(*places.stack_of), SIZE_MAX,
					      "CPUs", &places.stack_of);

	if (!err)
		err = load_stacks(input, queues, lockup_s, &places);
	if (err) {
		fb_cpu_places_deinit(&places);
		return err;
	}
	for (size_t i = 0; i < queues->count && places.stacks; i++)
		if (is_wanted(&queues->queues[i], lockup_s))
			places.stack_of[i] = fb_thread_stacks_get(places.stacks, count++);
	*places_ret = places;
	return NULL;
}

void fb_cpu_places_deinit(struct fb_cpu_places *places)
{
	fb_thread_stacks_destroy(places->stacks);
	free(places->stack_of);
	*places = (struct fb_cpu_places){0};
}

struct fb_error *fb_cpu_interrupts_on(const struct fb_kernel *kernel, uint32_t cpu, bool *on_ret,
				      bool *known_ret)
{
	struct user_regs_struct regs = {0};
	struct fb_error *err = fb_cpu_regs(kernel, cpu, &regs);

	*known_ret = !err;
	*on_ret = !err && regs.eflags & INTERRUPTS_ON;
	return fb_part_skip(err);
}
