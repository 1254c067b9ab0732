// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one task_struct, and the command line of a process. Called for each task that a source leads to.
 */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/tasks/task_table.h"

/* include/linux/sched.h; unchanged since 4.14. */
#define PF_KTHREAD 0x00200000u
#define TASK_UNINTERRUPTIBLE 0x2u
#define TASK_REPORT 0x7fu
#define TASK_NOLOAD 0x400u
#define TASK_RTLOCK_WAIT 0x1000u
#define TASK_FROZEN 0x8000u

/* Gives the letter of a state as task_state_array and task_state_index() of fs/proc/array.c do. */
static char state_letter(uint64_t state, uint64_t exit_state)
{
	static const char letters[] = "RSDTtXZP";
	uint64_t reported = (state | exit_state) & TASK_REPORT;
	unsigned index = 0;

	if ((state & (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)) == (TASK_UNINTERRUPTIBLE | TASK_NOLOAD))
		return 'I';
	if (state & (TASK_RTLOCK_WAIT | TASK_FROZEN))
		reported = TASK_UNINTERRUPTIBLE;
	while (reported >> index)
		index++;
	return letters[index];
}

/* One task_struct while it is read. */
struct reader {
	struct fb_kernel *kernel;
	struct fb_task task;
	struct fb_error *fatal; /* ends the reading; NULL: none yet. Owned */
};

/* Reads a member that is not needed to accept the task. False, with one more damaged field, where it cannot be
 * read. */
static bool read_member(struct reader *reader, uint64_t base, const struct fb_field *field,
			bool may_lack, uint64_t *value_ret)
{
	struct fb_error *err;

	if (reader->fatal)
		return false;
	err = fb_kernel_field(reader->kernel, base, field, value_ret);
	if (!err)
		return true;
	if (!may_lack || !fb_error_is(err, FB_NOT_FOUND))
		reader->task.damaged++;
	reader->fatal = fb_part_skip(err);
	return false;
}

/* One that not every kernel has; 0 where it fails. */
static uint64_t optional(struct reader *reader, uint64_t base, const struct fb_field *field)
{
	uint64_t value = 0;

	(void)read_member(reader, base, field, true, &value);
	return value;
}

static void read_levels(struct reader *reader)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(reader->kernel);
	struct fb_task *task = &reader->task;
	uint32_t damaged = task->damaged;
	uint64_t pid = optional(reader, task->address, &layout->task_thread_pid);
	uint64_t level, numbers = pid + layout->pid_numbers.offset;

	task->level_count = 1;
	task->level_tids[0] = task->tid;
	if (!pid || !layout->pid_numbers.found || !layout->upid.size) {
		task->levels_lost = task->damaged > damaged;
		return;
	}
	level = optional(reader, pid, &layout->pid_level);
	if (level >= FB_MAX_PID_LEVELS)
		task->damaged++;
	for (uint32_t i = 1; i <= level && task->damaged == damaged; i++) {
		uint64_t tid = optional(reader, numbers + (uint64_t)i * layout->upid.size,
					&layout->upid_nr);

		task->level_tids[i] = (int32_t)tid;
		task->level_count = i + 1;
	}
	task->levels_lost = task->damaged > damaged;
	if (task->levels_lost)
		task->level_count = 1;
}

static void read_relations(struct reader *reader)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(reader->kernel);
	struct fb_task *task = &reader->task;
	uint64_t parent = optional(reader, task->address, &layout->task_real_parent);
	uint64_t cred = optional(reader, task->address, &layout->task_cred);
	uint64_t value;

	task->ppid = -1;
	if (read_member(reader, parent, &layout->task_tgid, false, &value))
		task->ppid = (int32_t)value;
	task->uid = UINT32_MAX;
	if (read_member(reader, cred, &layout->cred_uid, false, &value))
		task->uid = (uint32_t)value;
}

/* Checks what a task must have to be accepted: plausible numbers, a name that ends, a stack. */
static struct fb_error *read_identity(struct fb_kernel *kernel, struct fb_task *task)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	char comm[sizeof(task->comm)] = "";
	uint64_t tid = 0, pid = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, task->address, &layout->task_pid, &tid);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_tgid, &pid);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_stack, &task->stack);
	if (!err)
		err = fb_layout_require(&layout->task_comm);
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel),
				    task->address + layout->task_comm.offset, comm, sizeof(comm));
	if (err)
		return err;
	/* A stack of 0 is a task that has given it back on its way out (account_kernel_stack). */
	if (tid >= FB_MAX_TASKS || pid >= FB_MAX_TASKS || (tid == 0) != (pid == 0) ||
	    !memchr(comm, 0, sizeof(comm)) || (task->stack && task->stack % FB_PAGE_SIZE) ||
	    (task->stack && !fb_kernel_address_ok(task->stack)))
		return fb_error_create(FB_CORRUPT, "no task_struct there");
	task->tid = (int32_t)tid;
	task->pid = (int32_t)pid;
	memcpy(task->comm, comm, sizeof(comm));
	return NULL;
}

struct fb_error *fb_task_read(struct fb_kernel *kernel, uint64_t address, struct fb_task *task_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	struct reader reader = {.kernel = kernel, .task = {.address = address}};
	struct fb_task *task = &reader.task;
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(address) || address % sizeof(uint64_t))
		err = fb_error_create(FB_CORRUPT, "no address of a task");
	if (!err)
		err = read_identity(kernel, task);
	if (err)
		return fb_error_prefix(err, "task_struct 0x%" PRIx64, address);

	task->idle = task->tid == 0;
	task->flags = optional(&reader, address, &layout->task_flags);
	task->kernel_thread = task->flags & PF_KTHREAD;
	task->mm = optional(&reader, address, &layout->task_mm);
	task->cpu = (uint32_t)optional(&reader, address, &layout->task_cpu);
	task->state_bits = optional(&reader, address, &layout->task_state);
	task->state = state_letter(task->state_bits,
				   optional(&reader, address, &layout->task_exit_state));
	task->start_ns = optional(&reader, address, &layout->task_start_boottime);
	task->utime_ns = optional(&reader, address, &layout->task_utime);
	task->stime_ns = optional(&reader, address, &layout->task_stime);
	task->runtime_ns = optional(&reader, address, &layout->task_runtime);
	read_relations(&reader);
	read_levels(&reader);
	if (!reader.fatal)
		*task_ret = *task;
	return reader.fatal;
}

/* A program that wrote over the NUL behind its arguments shows a title of its own there, which may go on where its
 * environment was (setproctitle(3); get_mm_proctitle() of fs/proc/base.c). *length, in: bytes of the arguments; out: of
 * the title, at most size. It stays as it is where the arguments are as exec() left them. */
static struct fb_error *find_title(struct fb_kernel *kernel, uint64_t mm, struct fb_space *space,
				   uint64_t start, uint64_t size, uint64_t *length)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t environment = 0, end = 0;
	char last = 0;
	struct fb_error *err = fb_space_read(space, start + *length - 1, &last, 1);

	if (err || !last || !layout->mm_env_start.found)
		return err;
	err = fb_kernel_field(kernel, mm, &layout->mm_env_start, &environment);
	if (!err)
		err = fb_kernel_field(kernel, mm, &layout->mm_env_end, &end);
	if (!err && environment == start + *length && end > environment)
		*length = end - start < size ? end - start : size;
	return err;
}

struct fb_error *fb_task_cmdline(struct fb_kernel *kernel, const struct fb_task *task,
				 struct fb_space *space, char *to, size_t size)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t start = 0, end = 0, length = 0, arguments;
	struct fb_error *err = NULL;

	if (task->mm) {
		err = fb_kernel_field(kernel, task->mm, &layout->mm_arg_start, &start);
		if (!err)
			err = fb_kernel_field(kernel, task->mm, &layout->mm_arg_end, &end);
	}
	to[0] = '\0';
	if (err || end <= start)
		return fb_part_skip(err);
	arguments = end - start;
	length = arguments < size - 1 ? arguments : size - 1;
	if (length == arguments)
		err = fb_part_skip(find_title(kernel, task->mm, space, start, size - 1, &length));
	if (!err)
		err = fb_space_read(space, start, to, length);
	if (err && !fb_error_is_fatal(err) && length > arguments) {
		fb_error_destroy(err); /* the environment is on a page that is missing */
		length = arguments;
		err = fb_space_read(space, start, to, length);
	}
	if (err) {
		to[0] = '\0';
		return fb_part_skip(err);
	}
	/* A title ends at its first NUL. */
	if (length > arguments)
		length = strnlen(to, length);
	while (length && to[length - 1] == '\0')
		length--;
	for (uint64_t i = 0; i < length; i++)
		if (to[i] == '\0')
			to[i] = ' ';
	to[length] = '\0';
	return NULL;
}
