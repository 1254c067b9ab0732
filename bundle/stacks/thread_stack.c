// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwinds whole stacks: first the kernel halves, in threads of this process; then the user halves, one process after
 * the other, in child processes, because libelf and libdw read the programs and libraries. Both run on all CPUs.
 * Called by bt, report and info, and by merge --redact.
 */
#include "bundle/stacks/thread_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/isolation/isolate.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/joined_space.h"
#include "bundle/process/process.h"
#include "bundle/process/user_mappings.h"
#include "bundle/stacks/stored_stack.h"
#include "bundle/stacks/thread_syscall.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/kernel_lines.h"
#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack_entry.h"
#include "user/runtimes/runtimes.h"
#include "user/unwind/stack_codec.h"

/* The threads of one process among the given ones. */
struct job {
	size_t first, count;
	struct fb_string_pool pool;
	struct fb_goroutines goroutines;
};

struct fb_thread_stacks {
	struct fb_input *input;
	struct fb_thread_stacks_options options;
	struct fb_modules *modules;
	struct fb_orc *orc;
	struct fb_kernel_lines *lines;
	struct fb_object_cache *objects;
	struct fb_thread_syscalls *syscalls;
	struct fb_thread_stack *stacks; /* owned */
	size_t count;
	struct job *jobs; /* owned */
	size_t job_count;
	struct fb_stored_stacks *stored; /* NULL: the input keeps none */
	int fetch_fd;                    /* in a child: for fb_fetch(); -1: none */
};

/* Modules and ORC: without them there is less to show, but something. */
static struct fb_error *load_tables(struct fb_thread_stacks *stacks)
{
	struct fb_kernel *kernel = fb_input_kernel(stacks->input);
	struct fb_warnings *warnings = fb_input_warnings(stacks->input);
	struct fb_error *err = fb_modules_load(kernel, &stacks->modules);

	err = fb_part_warn(warnings, err, "the kernel's modules");
	if (err)
		return err;
	err = fb_orc_open(kernel, stacks->modules, &stacks->orc);
	err = fb_part_warn(warnings, err, "the kernel's unwind tables");
	if (err)
		return err;
	return fb_kernel_lines_create(kernel, stacks->modules, stacks->options.debug_dirs,
				      stacks->options.debug_dir_count, &stacks->lines);
}

static struct fb_error *unwind_kernel(void *context, size_t index)
{
	struct fb_thread_stacks *stacks = context;
	struct fb_thread_stack *stack = &stacks->stacks[index];
	struct fb_error *err;

	err = fb_kernel_stack_unwind(fb_input_kernel(stacks->input), stacks->orc, stack->task,
				     &stack->kernel);
	return err ? err : fb_kernel_lines_add(stacks->lines, &stack->kernel);
}

/* The registers that do not change while a thread only waits; a system call changes the others. */
static bool differ(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	return a->rip != b->rip || a->rsp != b->rsp || a->rbp != b->rbp || a->rbx != b->rbx ||
	       a->r12 != b->r12 || a->r13 != b->r13 || a->r14 != b->r14 || a->r15 != b->r15;
}

static void choose_registers(struct fb_thread_stacks *stacks, struct fb_thread_stack *stack)
{
	stack->core = fb_input_core_of(stacks->input, stack->task->pid);
	if (stack->core)
		stack->core_thread = fb_process_core_thread(stack->core->core, stack->task);
	if (stack->kernel.has_user_regs) {
		stack->user_regs = stack->kernel.user_regs;
		stack->user_regs_from = stack->kernel.user_regs_from == FB_USER_REGS_PRSTATUS
						? FB_USER_REGS_CPU
						: FB_USER_REGS_KERNEL_STACK;
		stack->core_differs =
			stack->core_thread && differ(&stack->user_regs, &stack->core_thread->regs);
	} else if (stack->core_thread) {
		stack->user_regs = stack->core_thread->regs;
		stack->user_regs_from = FB_USER_REGS_CORE;
	}
}

static void FB_PRINTF(3, 4)
	end_all(struct fb_thread_stacks *stacks, const struct job *job, const char *format, ...)
{
	for (size_t i = job->first; i < job->first + job->count; i++) {
		struct fb_user_stack *user = &stacks->stacks[i].user;
		va_list args;

		if (user->end[0])
			continue;
		va_start(args, format);
		vsnprintf(user->end, sizeof(user->end), format, args);
		va_end(args);
	}
}

static struct fb_error *unwind_process(struct fb_thread_stacks *stacks, struct job *job,
				       struct fb_joined *joined,
				       const struct fb_user_mapping *mappings)
{
	const struct fb_user_process process = {
		.space = fb_joined_space(joined),
		.objects = stacks->objects,
		.mappings = mappings,
		.mapping_count = fb_joined_vmas(joined)->count,
		.fetch_fd = stacks->fetch_fd,
	};
	struct user_regs_struct *regs = calloc(job->count, sizeof(*regs));
	struct fb_user_stack *users = calloc(job->count, sizeof(*users));
	struct fb_error *err = regs && users ? NULL : fb_error_nomem(), *late = NULL;
	size_t known = 0;

	for (size_t i = 0; !err && i < job->count; i++)
		if (stacks->stacks[job->first + i].user_regs_from)
			regs[known++] = stacks->stacks[job->first + i].user_regs;
	if (!err && known)
		err = fb_runtimes_unwind(&process, regs, known, &job->pool, users);
	if (!err && !late && stacks->options.goroutines)
		late = fb_goroutines_read(&process, &job->pool, &job->goroutines);
	known = 0;
	for (size_t i = 0; !err && i < job->count; i++)
		if (stacks->stacks[job->first + i].user_regs_from)
			stacks->stacks[job->first + i].user = users[known++];
	free(regs);
	free(users);
	return err ? err : late;
}

/* The task whose memory the threads share. NULL where there is none; then the ends of their
 * stacks say why. */
static const struct fb_task *find_memory(struct fb_thread_stacks *stacks, const struct job *job)
{
	const struct fb_task *first = stacks->stacks[job->first].task;

	if (first->kernel_thread || first->idle) {
		end_all(stacks, job, "a kernel thread: it has no user half");
		return NULL;
	}
	for (size_t i = job->first; i < job->first + job->count; i++)
		if (stacks->stacks[i].task->mm)
			return stacks->stacks[i].task;
	end_all(stacks, job, "the process has exited: its memory is gone");
	return NULL;
}

/* Errors that are not fatal become the ends of the stacks. Nothing of the mappings is kept:
 * those of all processes together could be any number. */
static struct fb_error *unwind_user(struct fb_thread_stacks *stacks, struct job *job,
				    const struct fb_task *task)
{
	const struct fb_joined_options options = {
		.files = stacks->options.files,
		.swap = stacks->options.swap,
	};
	struct fb_user_mapping *mappings = NULL;
	struct fb_joined *joined = NULL;
	struct fb_error *err;

	err = fb_joined_create(stacks->input, task, &options, &joined);
	if (!err)
		err = fb_user_mappings_load(stacks->input, task, joined, &job->pool, &mappings);
	if (!err)
		err = unwind_process(stacks, job, joined, mappings);
	free(mappings);
	fb_joined_destroy(joined);
	if (fb_error_is_fatal(err))
		return err;
	if (err)
		end_all(stacks, job, "%s", fb_error_message(err));
	fb_error_destroy(err);
	end_all(stacks, job, "its registers are neither in the dump nor in a core");
	return NULL;
}

/* Runs in a child. */
static void begin(void *context, int fetch_fd)
{
	struct fb_thread_stacks *stacks = context;

	stacks->fetch_fd = fetch_fd;
}

/* Runs in a child, and sends the stacks back as bytes. */
static struct fb_error *work(void *context, size_t index, struct fb_buf *result)
{
	struct fb_thread_stacks *stacks = context;
	struct job *job = &stacks->jobs[index];
	const struct fb_task *task = find_memory(stacks, job);
	struct fb_error *err = task ? unwind_user(stacks, job, task) : NULL;

	for (size_t i = job->first; i < job->first + job->count && !err; i++)
		err = fb_user_stack_encode(&stacks->stacks[i].user, result);
	return err ? err : fb_goroutines_encode(&job->goroutines, result);
}

static struct fb_error *take(void *context, size_t index, struct fb_cursor *result)
{
	struct fb_thread_stacks *stacks = context;
	struct job *job = &stacks->jobs[index];
	struct fb_error *err = NULL;

	for (size_t i = job->first; i < job->first + job->count && !err; i++)
		err = fb_user_stack_decode(result, &job->pool, &stacks->stacks[i].user);
	if (!err)
		err = fb_goroutines_decode(result, &job->pool, &job->goroutines);
	if (!err || fb_error_is_fatal(err))
		return err;
	end_all(stacks, job, "its stack was not understood: %s", fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}

static struct fb_error *lose(void *context, size_t index, struct fb_error *why)
{
	struct fb_thread_stacks *stacks = context;

	end_all(stacks, &stacks->jobs[index], "not unwound: %s", fb_error_message(why));
	fb_error_destroy(why);
	return NULL;
}

/* How much time a process may take: one second for each 100 threads, of which it may have 5,000
 * and more. */
static unsigned seconds(void *context, size_t index)
{
	const struct fb_thread_stacks *stacks = context;

	return FB_ISOLATE_SECONDS + (unsigned)(stacks->jobs[index].count / 100);
}

static struct fb_error *unwind_users(struct fb_thread_stacks *stacks)
{
	const struct fb_isolate_ops ops = {
		.begin = begin,
		.work = work,
		.take = take,
		.lost = lose,
		.seconds = seconds,
		.fetcher = fb_input_fetcher(stacks->input),
	};
	struct fb_error *err;

	for (size_t i = 0; i < stacks->count; i++)
		choose_registers(stacks, &stacks->stacks[i]);
	err = fb_isolate_for(fb_pool_threads(fb_input_pool(stacks->input)), stacks->job_count, &ops,
			     stacks, fb_input_warnings(stacks->input));
	if (!fb_error_is(err, FB_OS))
		return err;
	/* No child can be made: the kernel halves are there nevertheless. */
	for (size_t i = 0; i < stacks->job_count; i++)
		end_all(stacks, &stacks->jobs[i], "not unwound: %s", fb_error_message(err));
	fb_warn_error(fb_input_warnings(stacks->input), err, "user stacks");
	return NULL;
}

static struct fb_error *split(struct fb_thread_stacks *stacks, const struct fb_task *const *tasks)
{
	struct fb_error *err;

	err = fb_alloc_array(stacks->count, sizeof(*stacks->stacks), FB_MAX_TASKS, "stacks",
			     &stacks->stacks);
	if (!err)
		err = fb_alloc_array(stacks->count, sizeof(*stacks->jobs), FB_MAX_TASKS,
				     "processes", &stacks->jobs);
	for (size_t i = 0; !err && i < stacks->count; i++) {
		struct job *job = &stacks->jobs[stacks->job_count];

		stacks->stacks[i].task = tasks[i];
		if (i && !tasks[i]->idle && tasks[i]->pid == tasks[i - 1]->pid) {
			job[-1].count++;
			continue;
		}
		job->first = i;
		job->count = 1;
		stacks->job_count++;
	}
	return err;
}

static struct fb_error *find_file(void *context, const char *path, const uint64_t *size,
				  struct fb_file **file_ret)
{
	struct fb_host_files *files = ((struct fb_thread_stacks *)context)->options.files;

	return size ? fb_host_files_find(files, path, *size, file_ret)
		    : fb_host_files_find_any(files, path, file_ret);
}

/* What the input's bundle keeps of a file. */
static struct fb_error *find_stored(void *context, const char *build_id, const char *path,
				    uint64_t size, char found_id[FB_BUILD_ID_TEXT],
				    void **bytes_ret, size_t *size_ret)
{
	struct fb_fiber *fiber = fb_input_fiber(((struct fb_thread_stacks *)context)->input);
	const struct fb_fiber_objects *objects = fb_fiber_objects(fiber);
	size_t index = fb_fiber_objects_find(objects, build_id, path, size);

	if (index == objects->count)
		return fb_error_create(FB_NOT_FOUND, "the bundle keeps nothing of %s", path);
	snprintf(found_id, FB_BUILD_ID_TEXT, "%s", objects->objects[index].build_id);
	return fb_fiber_object_load(fiber, index, bytes_ret, size_ret);
}

static struct fb_error *load(struct fb_thread_stacks *stacks, const struct fb_task *const *tasks)
{
	const struct fb_object_sources sources = {
		.find = stacks->options.files ? find_file : NULL,
		.stored = fb_input_fiber(stacks->input) ? find_stored : NULL,
		.context = stacks,
		.debug_dirs = stacks->options.debug_dirs,
		.debug_dir_count = stacks->options.debug_dir_count,
	};
	struct fb_pool *pool = fb_input_pool(stacks->input);
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_error *err;

	err = fb_input_cores(stacks->input, &cores, &core_count);
	if (!err)
		err = load_tables(stacks);
	if (!err)
		err = fb_object_cache_create(&sources, &stacks->objects);
	if (!err)
		err = split(stacks, tasks);
	if (!err)
		err = fb_pool_for(pool, stacks->count, unwind_kernel, stacks);
	if (!err)
		err = fb_thread_syscalls_apply(stacks->input, stacks->stacks, stacks->count,
					       &stacks->syscalls);
	if (!err && !stacks->options.kernel_only)
		err = unwind_users(stacks);
	if (!err && !stacks->options.kernel_only)
		err = fb_stored_stacks_apply(stacks->input, stacks->stacks, stacks->count,
					     &stacks->stored);
	return err;
}

struct fb_error *fb_thread_stacks_load(struct fb_input *input,
				       const struct fb_thread_stacks_options *options,
				       const struct fb_task *const *tasks, size_t count,
				       struct fb_thread_stacks **stacks_ret)
{
	struct fb_thread_stacks *stacks = calloc(1, sizeof(*stacks));
	struct fb_error *err;

	if (!stacks)
		return fb_error_nomem();
	stacks->input = input;
	stacks->options = *options;
	stacks->count = count;
	err = load(stacks, tasks);
	if (err)
		fb_thread_stacks_destroy(stacks);
	else
		*stacks_ret = stacks;
	return err;
}

void fb_thread_stacks_destroy(struct fb_thread_stacks *stacks)
{
	if (!stacks)
		return;
	for (size_t i = 0; stacks->stacks && i < stacks->count; i++) {
		fb_kernel_stack_deinit(&stacks->stacks[i].kernel);
		fb_user_stack_deinit(&stacks->stacks[i].user);
		for (unsigned j = 0; j < FB_SYSCALL_ARGUMENTS; j++) {
			free(stacks->stacks[i].syscall_paths[j]);
			free(stacks->stacks[i].syscall_sockets[j]);
		}
	}
	for (size_t i = 0; i < stacks->job_count; i++) {
		fb_goroutines_deinit(&stacks->jobs[i].goroutines);
		fb_string_pool_deinit(&stacks->jobs[i].pool);
	}
	fb_stored_stacks_destroy(stacks->stored);
	fb_thread_syscalls_destroy(stacks->syscalls);
	free(stacks->stacks);
	free(stacks->jobs);
	fb_object_cache_destroy(stacks->objects);
	fb_kernel_lines_destroy(stacks->lines);
	fb_orc_destroy(stacks->orc);
	fb_modules_destroy(stacks->modules);
	free(stacks);
}

size_t fb_thread_stacks_count(const struct fb_thread_stacks *stacks)
{
	return stacks->count;
}

const struct fb_thread_stack *fb_thread_stacks_get(const struct fb_thread_stacks *stacks,
						   size_t index)
{
	return &stacks->stacks[index];
}

size_t fb_thread_stacks_process_count(const struct fb_thread_stacks *stacks)
{
	return stacks->job_count;
}

const struct fb_goroutines *fb_thread_stacks_goroutines(const struct fb_thread_stacks *stacks,
							size_t process,
							const struct fb_task **task_ret)
{
	*task_ret = stacks->stacks[stacks->jobs[process].first].task;
	return &stacks->jobs[process].goroutines;
}

struct fb_modules *fb_thread_stacks_modules(const struct fb_thread_stacks *stacks)
{
	return stacks->modules;
}
