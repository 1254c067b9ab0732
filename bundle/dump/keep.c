// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Goes through the processes three times: for the stacks of blocked threads, for all other stacks,
 * and for the processes that are kept whole; then keep_whole.c fills what is left of a budget. Where it
 * ends the work early, the most useful pages are in it. Called by filtered_dump.c.
 */
#include "bundle/dump/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/dump/keep_memory.h"
#include "bundle/dump/keep_runtimes.h"
#include "bundle/dump/keep_threads.h"
#include "bundle/dump/keep_whole.h"
#include "kernel/stacks/stack_entry.h"
#include "kernel/tasks/task_detail.h"
#include "user/elf/elf_form.h"

/* How much of a stack is kept, counted from its stack pointer upwards. A deeper stack is runaway
 * recursion, and this much shows enough of it. Below the stack pointer a function may use the
 * red zone of the ABI, which is kept too. */
#define MOST_STACK_BYTES (256u << 10)
#define RED_ZONE 128u
/* struct pthread, at the thread pointer: 2,304 bytes in glibc 2.36; the TLS blocks of ld.so and libc stand
 * before it. */
#define THREAD_BEFORE 512u
#define THREAD_BEHIND 4096u
/* How much is kept around the address that a register holds: it may be that of a lock that the
 * thread waits for, or of an argument of its system call. */
#define OBJECT_BEFORE 64u
#define OBJECT_BEHIND 256u
#define WAITV_MOST 128u
#define WAITV_BYTES 24u
#define WAITV_ADDRESS 8u

struct keep {
	struct fb_input *input;
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	const struct fb_keep_options *options;
	struct fb_keep_budget budget;
	struct fb_keep_result result;
};

static struct fb_error *keep_around(struct fb_keep_memory *memory, uint64_t address,
				    uint64_t before, uint64_t behind)
{
	const struct fb_vma *vma = fb_vmas_find(memory->vmas, address);
	uint64_t start, end;

	if (!vma)
		return NULL;
	start = address - vma->start < before ? vma->start : address - before;
	end = vma->end - address < behind ? vma->end : address + behind;
	return fb_keep_range(memory, start, end);
}

/* What futex_waitv() waits for: an array of struct futex_waitv (include/uapi/linux/futex.h). */
static struct fb_error *keep_waitv(struct fb_keep_memory *memory, uint64_t array, uint64_t count)
{
	struct fb_error *err = NULL;

	for (uint64_t i = 0; i < count && i < WAITV_MOST && !err; i++) {
		uint64_t address;

		err = fb_space_u64(memory->space, array + i * WAITV_BYTES + WAITV_ADDRESS,
				   &address);
		if (!err)
			err = keep_around(memory, address, OBJECT_BEFORE, OBJECT_BEHIND);
	}
	return fb_part_skip(err);
}

/* Keeps what the registers of a thread point to. One of them points to the lock that it waits
 * for; which one depends on the library. */
static struct fb_error *keep_pointed(struct fb_keep_memory *memory,
				     const struct user_regs_struct *regs)
{
	const uint64_t values[] = {
		regs->rip, regs->rax, regs->rbx, regs->rdi, regs->rsi, regs->rdx, regs->rbp,
		regs->r8,  regs->r9,  regs->r10, regs->r12, regs->r13, regs->r14, regs->r15,
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(values) && !err; i++)
		err = keep_around(memory, values[i], OBJECT_BEFORE, OBJECT_BEHIND);
	if (!err && regs->orig_rax == FB_NR_FUTEX_WAITV)
		err = keep_waitv(memory, regs->rdi, regs->rsi);
	return err;
}

/* Keeps what pointers on the innermost part of the stack point to: locks that callers hold or
 * wait for, and the code of the callers. */
#define STACK_WORDS 512u

static struct fb_error *keep_stack_words(struct fb_keep_memory *memory, uint64_t start,
					 uint64_t end, const struct fb_elf_form *form)
{
	struct fb_error *err = NULL;

	if (end - start > STACK_WORDS * sizeof(uint64_t))
		end = start + STACK_WORDS * sizeof(uint64_t);
	for (uint64_t at = start & ~7ull; at < end && !err; at += form->word) {
		uint64_t word = 0;

		err = fb_part_skip(fb_space_read(memory->space, at, &word, form->word));
		if (!err && word >= FB_PAGE_SIZE)
			err = keep_around(memory, word, OBJECT_BEFORE, OBJECT_BEHIND);
	}
	return err;
}

/* Notes which code the whole stack leads to; what it holds beside return addresses costs a library more at most. */
static struct fb_error *note_code(struct fb_keep_memory *memory, uint64_t start, uint64_t end,
				  const struct fb_elf_form *form)
{
	uint8_t bytes[FB_PAGE_SIZE];
	struct fb_error *err = NULL;
	uint64_t next;

	for (uint64_t at = start & ~7ull; at < end && !err; at = next) {
		next = (at & FB_PAGE_MASK) + FB_PAGE_SIZE;
		if (next > end)
			next = end;
		err = fb_space_read(memory->space, at, bytes, next - at);
		for (uint64_t i = 0; !err && i < (next - at) / form->word; i++)
			err = fb_keep_note_code(memory,
						fb_elf_read_word(form, bytes + i * form->word));
		err = fb_part_skip(err);
	}
	return err;
}

/* Registers of the threads of a process that were kept. */
struct kept_threads {
	struct user_regs_struct *regs; /* owned */
	size_t count, room;
};
/* More threads of one process than these are not asked for their runtime's frames. */
#define MOST_RUNTIME_THREADS 65536u

static struct fb_error *note_thread(struct kept_threads *kept, const struct user_regs_struct *regs)
{
	struct fb_error *err = fb_grow_array(&kept->regs, &kept->room, kept->count,
					     sizeof(*kept->regs), MOST_RUNTIME_THREADS, "threads");

	if (!err)
		kept->regs[kept->count++] = *regs;
	return fb_part_skip(err);
}

static struct fb_error *keep_thread(struct keep *keep, struct fb_keep_memory *memory,
				    const struct fb_task *task, struct kept_threads *kept)
{
	struct user_regs_struct regs = {0};
	const struct fb_elf_form *form;
	const struct fb_vma *vma = NULL;
	uint64_t start, end;
	bool found;
	struct fb_error *err = fb_keep_user_regs(keep->kernel, task, &regs, &found);

	if (!err && found)
		vma = fb_vmas_find(memory->vmas, regs.rsp);
	if (err || !vma) {
		keep->result.without_stack++;
		return err;
	}
	form = fb_user_regs_are_32bit(&regs) ? &fb_elf_32 : &fb_elf_64;
	start = regs.rsp - vma->start < RED_ZONE ? vma->start : regs.rsp - RED_ZONE;
	end = vma->end - regs.rsp < MOST_STACK_BYTES ? vma->end : regs.rsp + MOST_STACK_BYTES;
	err = fb_keep_range(memory, start, end);
	if (!err)
		err = keep_stack_words(memory, start, end, form);
	if (!err)
		err = fb_keep_note_code(memory, regs.rip);
	if (!err)
		err = note_code(memory, start, end, form);
	if (!err)
		err = keep_around(memory, form == &fb_elf_32 ? regs.gs_base : regs.fs_base,
				  THREAD_BEFORE, THREAD_BEHIND);
	if (!err)
		err = keep_pointed(memory, &regs);
	keep->result.threads++;
	return err ? err : note_thread(kept, &regs);
}

/* Keeps the arguments and the environment, up to the end of the mapping of the stack. The kernel
 * puts the name of the program and the random bytes of AT_RANDOM there too. */
static struct fb_error *keep_arguments(const struct keep *keep, struct fb_keep_memory *memory)
{
	const struct fb_vma *vma;
	uint64_t start = 0;
	struct fb_error *err = fb_part_skip(fb_kernel_field(
		keep->kernel, memory->mm, &fb_kernel_layout(keep->kernel)->mm_arg_start, &start));

	vma = fb_vmas_find(memory->vmas, start);
	return err || !vma ? err : fb_keep_range(memory, start, vma->end);
}

/* Keeps the stacks of the threads [first, end) of one process: of those that are blocked, or of
 * the others. */
static struct fb_error *keep_threads(struct keep *keep, size_t first, size_t end, bool blocked)
{
	const struct fb_task *opened = NULL;
	struct kept_threads kept = {.regs = NULL};
	struct fb_keep_memory memory;
	struct fb_error *err = NULL;

	for (size_t i = first; i < end && !err; i++) {
		const struct fb_task *task = fb_tasks_get(keep->tasks, i);
		bool is;

		err = fb_keep_is_blocked(keep->kernel, task, &is);
		if (err || is != blocked)
			continue;
		if (!opened) {
			err = fb_keep_memory_init(&memory, keep->input, task, &keep->budget);
			opened = err ? NULL : task;
			if (!err)
				err = keep_arguments(keep, &memory);
		}
		if (!err)
			err = keep_thread(keep, &memory, task, &kept);
	}
	if (opened && !err)
		err = fb_keep_objects(&memory);
	if (opened && !err && kept.count)
		err = fb_keep_runtimes(&memory, keep->input, opened, kept.regs, kept.count);
	if (opened)
		fb_keep_memory_deinit(&memory);
	free(kept.regs);
	return err;
}

/* Whether one of the words that name processes names this one; tasks first to end are its threads. */
static struct fb_error *is_named(const struct keep *keep, const char *word, size_t first,
				 size_t end, bool *named_ret)
{
	static const char prefix[] = "cgroup:";
	const struct fb_task *task = fb_tasks_get(keep->tasks, first);
	char cgroup[FB_MAX_STRING], *rest;
	size_t length;
	long long pid;
	struct fb_error *err;

	*named_ret = false;
	errno = 0;
	pid = strtoll(word, &rest, 10);
	if (rest != word && !*rest && !errno) {
		*named_ret = pid == task->pid;
		return NULL;
	}
	if (strcmp(word, "blocked") == 0) {
		err = NULL;
		for (size_t i = first; i < end && !err && !*named_ret; i++)
			err = fb_keep_is_blocked(keep->kernel, fb_tasks_get(keep->tasks, i),
						 named_ret);
		return err;
	}
	if (strncmp(word, prefix, strlen(prefix)) != 0) {
		for (size_t i = first; i < end && !*named_ret; i++)
			*named_ret = strncmp(word, fb_tasks_get(keep->tasks, i)->comm,
					     sizeof(task->comm) - 1) == 0;
		return NULL;
	}
	word += strlen(prefix);
	err = fb_task_cgroup(keep->kernel, task, cgroup, sizeof(cgroup));
	if (err)
		return fb_part_skip(err);
	length = strlen(word);
	while (length && word[length - 1] == '/')
		length--;
	*named_ret =
		strncmp(cgroup, word, length) == 0 && (!cgroup[length] || cgroup[length] == '/');
	return NULL;
}

enum phase {
	PHASE_BLOCKED,
	PHASE_STACKS,
	PHASE_PROCESSES,
};

/* hits: of each word, how many processes it has named. */
static struct fb_error *keep_process(struct keep *keep, size_t first, size_t end, enum phase phase,
				     size_t *hits)
{
	bool wanted = false, named;
	struct fb_error *err = NULL;

	if (phase != PHASE_PROCESSES)
		return keep_threads(keep, first, end, phase == PHASE_BLOCKED);
	for (size_t i = 0; i < keep->options->process_count && !err; i++) {
		err = is_named(keep, keep->options->processes[i], first, end, &named);
		if (!err && named) {
			hits[i]++;
			wanted = true;
		}
	}
	return err || !wanted
		       ? err
		       : fb_keep_whole(keep->input, fb_tasks_get(keep->tasks, first),
				       keep->options->with_files, &keep->budget, &keep->result);
}

/* Whether the process is left out because the time is over. Those of the first phase come again in the second. */
static bool is_too_late(struct keep *keep, enum phase phase)
{
	if (!keep->options->end_ns || fb_clock_ns() < keep->options->end_ns)
		return false;
	keep->result.too_late += phase == PHASE_STACKS;
	return true;
}

static struct fb_error *run_phase(struct keep *keep, enum phase phase, size_t *hits)
{
	size_t count = fb_tasks_count(keep->tasks), end;
	struct fb_error *err = NULL;

	for (size_t first = 0; first < count && !err; first = end) {
		const struct fb_task *task = fb_tasks_get(keep->tasks, first);

		end = fb_keep_threads_end(keep->tasks, first);
		if (!fb_keep_has_memory(task) || is_too_late(keep, phase))
			continue;
		err = fb_part_warn(fb_kernel_warnings(keep->kernel),
				   keep_process(keep, first, end, phase, hits),
				   "the memory of PID %d is left out", task->pid);
	}
	return err;
}

static struct fb_error *check_hits(const struct keep *keep, const size_t *hits)
{
	for (size_t i = 0; i < keep->options->process_count; i++) {
		const char *word = keep->options->processes[i];

		if (hits[i] || keep->result.too_late)
			continue;
		if (strcmp(word, "blocked") != 0)
			return fb_error_create(
				FB_NOT_FOUND, "no process is '%s' (`fbundle ps` lists them)", word);
		fb_warn(fb_kernel_warnings(keep->kernel), "no process is blocked");
	}
	return NULL;
}

static struct fb_error *run_phases(struct keep *keep)
{
	/* The set may have frames that others than processes need. */
	const uint64_t before = fb_frame_set_count(keep->budget.set);
	size_t *hits = calloc(keep->options->process_count + 1, sizeof(*hits));
	struct fb_error *err = NULL;

	if (!hits)
		return fb_error_nomem();
	if (keep->options->stacks)
		err = run_phase(keep, PHASE_BLOCKED, hits);
	if (!err && keep->options->stacks)
		err = run_phase(keep, PHASE_STACKS, hits);
	keep->result.stack_pages = fb_frame_set_count(keep->budget.set) - before;
	if (!err && keep->options->process_count)
		err = run_phase(keep, PHASE_PROCESSES, hits);
	keep->result.process_pages =
		fb_frame_set_count(keep->budget.set) - before - keep->result.stack_pages;
	if (!err)
		err = check_hits(keep, hits);
	if (!err && keep->options->stacks && keep->options->most_pages != UINT64_MAX)
		err = fb_keep_rest(keep->input, keep->options->end_ns, &keep->budget,
				   &keep->result);
	free(hits);
	return err;
}

struct fb_error *fb_keep_find(struct fb_input *input, const struct fb_keep_options *options,
			      struct fb_frame_set *set, struct fb_keep_result *result_ret)
{
	struct keep keep = {
		.input = input,
		.kernel = fb_input_kernel(input),
		.options = options,
		.budget = {.set = set, .most_pages = options->most_pages},
	};
	struct fb_error *err = fb_input_tasks(input, &keep.tasks);

	if (!err)
		err = run_phases(&keep);
	fb_keep_budget_deinit(&keep.budget);
	if (err)
		return err;
	keep.result.refused = keep.budget.refused;
	keep.result.in_files = keep.budget.in_files;
	*result_ret = keep.result;
	return NULL;
}
