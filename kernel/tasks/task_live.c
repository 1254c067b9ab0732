// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decides whether an address is that of a task_struct in use. A freed task_struct keeps most of its contents. So an
 * address that was found only in a slab, on a stack or in the word of a lock is accepted only where several fields show
 * that the task_struct is in use. Called by the sources (task_*.c) that find such addresses.
 */
#include "base/limits.h"
#include "base/part.h"
#include "kernel/tasks/task_table.h"

/* include/linux/sched.h, magic.h; unchanged since 4.14. */
#define EXIT_DEAD 0x10u
#define STACK_END_MAGIC 0x57AC6E9Du
/* Readable fields that have to speak for a task. */
#define NEEDED_SIGNS 4u

/* What is known of a candidate: fields in favour; one against rules it out. */
struct signs {
	unsigned good;
	bool bad;
};

static struct fb_error *weigh(struct signs *signs, struct fb_error *err, bool good)
{
	if (!err) {
		signs->good += good;
		signs->bad |= !good;
	}
	return fb_part_skip(err); /* not in the dump: says nothing */
}

static struct fb_error *weigh_pointer(struct fb_kernel *kernel, uint64_t base,
				      const struct fb_field *field, struct signs *signs)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &value);

	return weigh(signs, err, fb_kernel_address_ok(value));
}

static struct fb_error *weigh_count(struct fb_kernel *kernel, uint64_t base,
				    const struct fb_field *field, struct signs *signs)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &value);

	return weigh(signs, err, value > 0 && value < FB_MAX_REFERENCES);
}

/* Both links of a list_head; list_del_rcu() leaves LIST_POISON2, which is no address. */
static struct fb_error *weigh_links(struct fb_kernel *kernel, uint64_t base,
				    const struct fb_field *field, struct signs *signs)
{
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t links[2] = {0};
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_space_read(space, base + field->offset, links, sizeof(links));
	return weigh(signs, err, fb_kernel_address_ok(links[0]) && fb_kernel_address_ok(links[1]));
}

/* The struct pid has to have the task's number, and the task's link. */
static struct fb_error *weigh_thread_pid(struct fb_kernel *kernel, uint64_t task,
					 struct signs *signs)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t pid = 0, nr = 0, tid = 0, link = 0;
	struct fb_error *err = fb_kernel_field(kernel, task, &layout->task_thread_pid, &pid);
	bool readable = !err;

	err = weigh(signs, err, fb_kernel_address_ok(pid));
	if (err || signs->bad || !readable)
		return err;
	err = fb_kernel_field(kernel, pid + layout->pid_numbers.offset, &layout->upid_nr, &nr);
	if (!err)
		err = fb_kernel_field(kernel, task, &layout->task_pid, &tid);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), pid + layout->pid_tasks.offset, &link);
	return weigh(signs, err, nr == tid && link == task + layout->task_pid_links.offset);
}

/* set_task_stack_end_magic() marks every stack, at its lowest address. */
static struct fb_error *weigh_stack(struct fb_kernel *kernel, uint64_t task, struct signs *signs)
{
	uint64_t stack = 0;
	uint32_t magic = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, task, &fb_kernel_basic_layout(kernel)->task_stack, &stack);

	if (!err && stack)
		err = fb_space_u32(fb_kernel_space(kernel), stack, &magic);
	return weigh(signs, err, !stack || magic == STACK_END_MAGIC);
}

static struct fb_error *weigh_exit_state(struct fb_kernel *kernel, uint64_t task,
					 struct signs *signs)
{
	uint64_t state = 0;
	struct fb_error *err = fb_kernel_field(
		kernel, task, &fb_kernel_basic_layout(kernel)->task_exit_state, &state);

	return weigh(signs, err, !(state & EXIT_DEAD));
}

static struct fb_error *weigh_task(struct fb_kernel *kernel, uint64_t task, bool *live_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	struct signs signs = {0};
	struct fb_error *err;

	err = weigh_count(kernel, task, &layout->task_usage, &signs);
	/* __exit_signal() and __unhash_process() clear these of a task that is no more. */
	if (!err && !signs.bad)
		err = weigh_pointer(kernel, task, &layout->task_sighand, &signs);
	if (!err && !signs.bad)
		err = weigh_pointer(kernel, task, &layout->task_signal, &signs);
	if (!err && !signs.bad)
		err = weigh_pointer(kernel, task, &layout->task_real_parent, &signs);
	if (!err && !signs.bad)
		err = weigh_links(kernel, task, &layout->task_thread_node, &signs);
	if (!err && !signs.bad)
		err = weigh_exit_state(kernel, task, &signs);
	if (!err && !signs.bad)
		err = weigh_thread_pid(kernel, task, &signs);
	if (!err && !signs.bad)
		err = weigh_stack(kernel, task, &signs);
	*live_ret = !signs.bad && signs.good >= NEEDED_SIGNS;
	return err;
}

struct fb_error *fb_tasks_add_live(struct fb_tasks *tasks, uint64_t address, uint32_t found_by)
{
	bool live = false;
	struct fb_error *err;

	if (!fb_kernel_address_ok(address) || address % sizeof(uint64_t))
		return NULL;
	if (!fb_tasks_by_address(tasks, address)) {
		err = weigh_task(tasks->kernel, address, &live);
		if (err || !live)
			return err;
	}
	err = fb_tasks_add(tasks, address, found_by, NULL);
	return fb_error_is(err, FB_LIMIT) ? err : fb_part_skip(err);
}
