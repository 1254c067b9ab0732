// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the notes of a core that is built: registers, PIDs, names and files from task_struct,
 * mm_struct and kernel stacks. Called by core_builder.c.
 */
#include "bundle/process/core_notes_writer.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/lost_threads.h"
#include "bundle/process/process.h"
#include "kernel/files/path.h"
#include "kernel/stacks/fpu.h"
#include "kernel/stacks/stack_entry.h"
#include "user/core/core_output.h"

/* enum pid_type (include/linux/pid.h, 6883f81aac6f, 4.19): of signal->pids. */
#define PIDTYPE_PGID 2u
#define PIDTYPE_SID 3u
/* MAX_RT_PRIO + NICE_WIDTH / 2: nice 0. */
#define DEFAULT_PRIO 120

struct writer {
	struct fb_input *input;
	struct fb_kernel *kernel;
	const struct fb_task *task; /* any thread that still has its mm */
	const struct fb_task *leader;
	size_t first, count;
	const struct fb_tasks *tasks;
	struct fb_buf *notes;
	int32_t pgrp, sid;
	uint64_t phdr; /* AT_PHDR; 0: not known */
	struct fb_written_notes written;
};

static struct fb_error *append_note(struct fb_buf *notes, uint32_t type, const void *desc,
				    size_t size)
{
	return fb_core_note(notes, "CORE", type, desc, size);
}

/* The host's number of signal->pids[type]; 0 where it cannot be read. */
static struct fb_error *read_signal_pid(const struct writer *writer, unsigned type, int32_t *pid)
{
	const struct fb_kernel *kernel = writer->kernel;
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t signal, address, number;
	struct fb_error *err;

	err = fb_layout_require(&layout->signal_pids);
	if (!err)
		err = fb_layout_require(&layout->pid_numbers);
	if (!err)
		err = fb_kernel_field(kernel, writer->task->address, &layout->task_signal, &signal);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel),
				   signal + layout->signal_pids.offset + type * sizeof(address),
				   &address);
	if (!err)
		err = fb_kernel_field(kernel, address + layout->pid_numbers.offset,
				      &layout->upid_nr, &number);
	if (!err)
		*pid = (int32_t)number;
	return fb_part_skip(err);
}

/* FB_NOT_FOUND, and errors of fb_space_read() where they cannot be read. */
static struct fb_error *user_regs(const struct writer *writer, const struct fb_task *task,
				  struct user_regs_struct *regs_ret)
{
	struct user_regs_struct regs;
	struct fb_error *err;

	if (task->on_cpu) {
		err = fb_cpu_regs(writer->kernel, task->cpu, &regs);
		if (!err && fb_user_regs_are_user(&regs)) {
			*regs_ret = regs;
			return NULL;
		}
		err = fb_part_skip(err);
		if (err)
			return err;
	}
	err = fb_user_regs_at_top(writer->kernel, task->stack, &regs);
	if (!err)
		err = fb_user_regs_complete(writer->kernel, task, &regs);
	if (!err)
		*regs_ret = regs;
	return err;
}

static void set_time(struct timeval *time, uint64_t ns)
{
	time->tv_sec = (time_t)(ns / 1000000000u);
	time->tv_usec = (suseconds_t)(ns % 1000000000u / 1000u);
}

static struct fb_error *add_prstatus(struct writer *writer, const struct fb_task *task,
				     const struct user_regs_struct *regs, bool has_fpu)
{
	struct elf_prstatus status = {
		.pr_pid = task->tid,
		.pr_ppid = task->ppid > 0 ? task->ppid : 0,
		.pr_pgrp = writer->pgrp,
		.pr_sid = writer->sid,
		.pr_fpvalid = has_fpu,
	};

	set_time(&status.pr_utime, task->utime_ns);
	set_time(&status.pr_stime, task->stime_ns);
	_Static_assert(sizeof(status.pr_reg) == sizeof(*regs), "the note's registers");
	memcpy(&status.pr_reg, regs, sizeof(*regs));
	return append_note(writer->notes, NT_PRSTATUS, &status, sizeof(status));
}

/* The registers in the process's core, where the dump has lost them; false: it has none either. */
static bool core_regs(const struct writer *writer, const struct fb_task *task,
		      struct user_regs_struct *regs)
{
	const struct fb_input_core *core = fb_input_core_of(writer->input, task->pid);
	const struct fb_core_thread *thread =
		core ? fb_process_core_thread(core->core, task) : NULL;

	if (thread)
		*regs = thread->regs;
	return thread;
}

static struct fb_error *add_thread(struct writer *writer, const struct fb_task *task)
{
	uint8_t fpu[FB_FXSAVE_BYTES];
	struct user_regs_struct regs;
	bool has_fpu;
	struct fb_error *err;

	/* A thread that has exited has neither stack nor registers. */
	if (task->state == 'Z' || task->state == 'X')
		return NULL;
	err = user_regs(writer, task, &regs);
	if (err && core_regs(writer, task, &regs))
		err = fb_part_skip(err);
	if (err) {
		err = fb_part_warn(fb_input_warnings(writer->input), err,
				   "TID %d: no registers, so it is left out", task->tid);
		if (err)
			return err;
		writer->written.without_regs++;
		return NULL;
	}
	if (fb_user_regs_are_32bit(&regs))
		return fb_error_create(FB_UNSUPPORTED,
				       "PID %d runs a 32-bit program: cores are built of 64-bit "
				       "ones only",
				       task->pid);
	err = fb_task_fxsave(writer->kernel, task, fpu);
	has_fpu = !err;
	err = fb_part_skip(err);
	if (!err)
		err = add_prstatus(writer, task, &regs, has_fpu);
	if (!err && has_fpu)
		err = append_note(writer->notes, NT_FPREGSET, fpu, sizeof(fpu));
	writer->written.threads += !err;
	return err;
}

static struct fb_error *add_psinfo(struct writer *writer)
{
	const struct fb_layout *layout = fb_kernel_layout(writer->kernel);
	const struct fb_task *task = writer->leader;
	struct elf_prpsinfo info = {
		.pr_sname = task->state,
		.pr_zomb = task->state == 'Z',
		.pr_flag = task->flags,
		.pr_uid = task->uid,
		.pr_pid = task->pid,
		.pr_ppid = task->ppid > 0 ? task->ppid : 0,
		.pr_pgrp = writer->pgrp,
		.pr_sid = writer->sid,
	};
	static const char states[] = "RSDTZW"; /* pr_state is the place of pr_sname */
	const char *state = strchr(states, task->state);
	uint64_t cred = 0, gid = 0;
	int64_t prio = DEFAULT_PRIO;
	char args[sizeof(info.pr_psargs)] = "";
	struct fb_error *err;

	info.pr_state = state ? (char)(state - states) : 0;
	err = fb_kernel_field(writer->kernel, task->address, &layout->task_cred, &cred);
	if (!err)
		err = fb_kernel_field(writer->kernel, cred, &layout->cred_gid, &gid);
	if (!err)
		err = fb_kernel_field_signed(writer->kernel, task->address,
					     &layout->task_static_prio, &prio);
	err = fb_part_skip(err);
	if (!err)
		err = fb_process_cmdline(writer->input, writer->task, args, sizeof(args));
	if (err)
		return err;
	info.pr_gid = (unsigned)gid;
	info.pr_nice = (char)(prio - DEFAULT_PRIO);
	memcpy(info.pr_fname, task->comm, sizeof(info.pr_fname));
	memcpy(info.pr_psargs, args, sizeof(args));
	return append_note(writer->notes, NT_PRPSINFO, &info, sizeof(info));
}

/* mm->saved_auxv; zeros behind its end. */
static struct fb_error *read_auxv(struct writer *writer, uint64_t pairs[FB_MAX_AUXV_PAIRS][2])
{
	const struct fb_field *field = &fb_kernel_layout(writer->kernel)->mm_saved_auxv;
	size_t room = FB_MAX_AUXV_PAIRS * sizeof(pairs[0]);
	struct fb_error *err = fb_layout_require(field);

	return err ? err
		   : fb_space_read(fb_kernel_space(writer->kernel),
				   writer->task->mm + field->offset, pairs,
				   field->size < room ? field->size : room);
}

/* Drawn at exec and never changed: where the dump has lost it, the core's is as good. */
static struct fb_error *auxv_of_core(struct writer *writer, struct fb_error *why,
				     uint64_t pairs[FB_MAX_AUXV_PAIRS][2])
{
	const struct fb_input_core *core = fb_input_core_of(writer->input, writer->task->pid);
	const struct fb_core_info *info = core ? fb_core_info(core->core) : NULL;

	if (!info || !info->auxv || info->auxv_pairs > FB_MAX_AUXV_PAIRS)
		return why;
	fb_error_destroy(why);
	memcpy(pairs, info->auxv, info->auxv_pairs * sizeof(pairs[0]));
	return NULL;
}

/* Up to and including AT_NULL. */
static struct fb_error *add_auxv(struct writer *writer)
{
	uint64_t pairs[FB_MAX_AUXV_PAIRS][2] = {{0}};
	size_t count = 0;
	struct fb_error *err = read_auxv(writer, pairs);

	if (err && !fb_error_is_fatal(err))
		err = auxv_of_core(writer, err, pairs);
	if (err)
		return err;
	while (count < FB_MAX_AUXV_PAIRS && pairs[count][0] != AT_NULL) {
		if (pairs[count][0] == AT_PHDR)
			writer->phdr = pairs[count][1];
		count++;
	}
	if (count < FB_MAX_AUXV_PAIRS)
		count++;
	return append_note(writer->notes, NT_AUXV, pairs, count * sizeof(pairs[0]));
}

/* The path of its file as the process sees it: the dump's, else the core's, else what is left. */
static struct fb_error *path_of(struct writer *writer, const struct fb_vma *vma,
				const struct fb_path *root, char path[FB_PATH_SIZE])
{
	struct fb_file_info info;
	struct fb_error *err = NULL;

	if (vma->file) {
		err = fb_file_info(writer->kernel, vma->file, &info);
		if (!err)
			err = vma->path && *vma->path
				      ? fb_path_text_whole(writer->kernel, &info.path, root, path)
				      : fb_path_text(writer->kernel, &info.path, root, path);
		if (!err || fb_error_is_fatal(err) || !vma->path || !*vma->path)
			return err;
		fb_error_destroy(err);
	}
	snprintf(path, FB_PATH_SIZE, "%s", vma->path);
	return NULL;
}

/* An address range and its offset in pages; the names stand behind all of them. */
static struct fb_error *add_mapping(struct writer *writer, const struct fb_vma *vma,
				    const struct fb_path *root, struct fb_buf *ranges,
				    struct fb_buf *names)
{
	char path[FB_PATH_SIZE];
	struct fb_error *err = path_of(writer, vma, root, path);

	if (err)
		return fb_part_warn(fb_input_warnings(writer->input), err,
				    "mapping 0x%" PRIx64 ": the name of its file", vma->start);
	if (vma->start <= writer->phdr && writer->phdr < vma->end)
		snprintf(writer->written.program, sizeof(writer->written.program), "%s", path);
	err = fb_buf_u64(ranges, vma->start);
	if (!err)
		err = fb_buf_u64(ranges, vma->end);
	if (!err)
		err = fb_buf_u64(ranges, vma->pgoff);
	return err ? err : fb_buf_append(names, path, strlen(path) + 1);
}

static struct fb_error *append_files(struct writer *writer, const struct fb_buf *ranges,
				     const struct fb_buf *names)
{
	struct fb_buf desc;
	struct fb_error *err;

	fb_buf_init(&desc, FB_MAX_CORE_NOTES);
	err = fb_buf_u64(&desc, ranges->size / (3 * sizeof(uint64_t)));
	if (!err)
		err = fb_buf_u64(&desc, FB_PAGE_SIZE);
	if (!err)
		err = fb_buf_append(&desc, ranges->data, ranges->size);
	if (!err)
		err = fb_buf_append(&desc, names->data, names->size);
	if (!err)
		err = append_note(writer->notes, NT_FILE, desc.data, desc.size);
	fb_buf_deinit(&desc);
	return err;
}

static struct fb_error *add_files(struct writer *writer, const struct fb_vmas *vmas)
{
	struct fb_buf ranges, names;
	struct fb_path root;
	bool known = false;
	struct fb_error *err;

	fb_buf_init(&ranges, FB_MAX_CORE_NOTES);
	fb_buf_init(&names, FB_MAX_CORE_NOTES);
	err = fb_process_root(writer->input, writer->task, true, &root, &known);
	for (size_t i = 0; i < vmas->count && !err; i++)
		if (vmas->vma[i].file || (vmas->vma[i].path && *vmas->vma[i].path))
			err = add_mapping(writer, &vmas->vma[i], known ? &root : NULL, &ranges,
					  &names);
	if (!err && ranges.size)
		err = append_files(writer, &ranges, &names);
	fb_buf_deinit(&ranges);
	fb_buf_deinit(&names);
	return err;
}

/* The thread that gdb is to show first. */
static const struct fb_task *find_first(const struct writer *writer)
{
	int cpu = fb_kernel_panic_cpu(writer->kernel);

	for (size_t i = writer->first; i < writer->first + writer->count; i++) {
		const struct fb_task *task = fb_tasks_get(writer->tasks, i);

		if (task->on_cpu && (int)task->cpu == cpu)
			return task;
	}
	return writer->leader;
}

/* Those whose task_struct is lost, as in the process's core. */
static struct fb_error *add_lost_threads(struct writer *writer, const struct fb_task *first)
{
	struct fb_lost_threads lost;
	struct fb_error *err = fb_lost_threads_find(writer->input, &lost);

	if (err)
		return err;
	for (size_t i = 0; i < lost.count && !err; i++)
		if (lost.tasks[i].pid == writer->task->pid && lost.tasks[i].tid != first->tid)
			err = add_thread(writer, &lost.tasks[i]);
	fb_lost_threads_deinit(&lost);
	return err;
}

static struct fb_error *add_threads(struct writer *writer)
{
	const struct fb_task *first = find_first(writer);
	struct fb_error *err = add_thread(writer, first);

	for (size_t i = writer->first; i < writer->first + writer->count && !err; i++)
		if (fb_tasks_get(writer->tasks, i) != first)
			err = add_thread(writer, fb_tasks_get(writer->tasks, i));
	return err ? err : add_lost_threads(writer, first);
}

struct fb_error *fb_core_notes_write(struct fb_input *input, const struct fb_task *task,
				     const struct fb_vmas *vmas, struct fb_buf *notes,
				     struct fb_written_notes *written_ret)
{
	struct writer writer = {
		.input = input,
		.kernel = fb_input_kernel(input),
		.task = task,
		.notes = notes,
	};
	const struct fb_task *leader;
	struct fb_error *err = fb_input_tasks(input, &writer.tasks);

	if (err)
		return err;
	fb_tasks_group(writer.tasks, task->pid, &writer.first, &writer.count);
	leader = fb_tasks_by_tid(writer.tasks, task->pid);
	writer.leader = leader ? leader : task;
	err = read_signal_pid(&writer, PIDTYPE_PGID, &writer.pgrp);
	if (!err)
		err = read_signal_pid(&writer, PIDTYPE_SID, &writer.sid);
	if (!err)
		err = add_threads(&writer);
	if (!err)
		err = add_psinfo(&writer);
	if (!err) {
		err = add_auxv(&writer);
		err = fb_part_warn(fb_input_warnings(input), err, "the auxiliary vector");
	}
	if (!err)
		err = add_files(&writer, vmas);
	if (!err)
		*written_ret = writer.written;
	return err;
}
