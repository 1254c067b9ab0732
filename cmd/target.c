// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "[PID:]ADDR" on the command line.
 */
#include "cmd/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

struct fb_error *fb_find_process(struct fb_input *input, int32_t pid,
				 const struct fb_task **task_ret)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *task;
	const struct fb_input_core *cores, *core;
	size_t core_count;
	const int32_t *lost;
	size_t first, count, lost_count;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (err)
		return err;
	task = fb_tasks_by_tid(tasks, pid);
	if (!task) {
		/* A core may have found its memory all the same. */
		err = fb_input_cores(input, &cores, &core_count);
		if (err)
			return err;
		core = fb_input_core_of(input, pid);
		if (core) {
			*task_ret = core->match.task;
			return NULL;
		}
		lost_count = fb_tasks_lost(tasks, &lost);
		for (size_t i = 0; i < lost_count; i++)
			if (lost[i] == pid)
				return fb_error_create(
					FB_ABSENT,
					"PID %d existed, but its task_struct is not in "
					"the dump",
					pid);
		return fb_error_create(FB_NOT_FOUND,
				       "no process has PID %d (`fbundle ps` lists them)", pid);
	}
	/* A leader that exited before its threads has given its memory back. */
	fb_tasks_group(tasks, task->pid, &first, &count);
	for (size_t i = first; i < first + count && !task->mm; i++)
		task = fb_tasks_get(tasks, i);
	*task_ret = task;
	return NULL;
}

struct fb_error *fb_target_open_process(struct fb_context *context, struct fb_input *input,
					const struct fb_task *task, bool prefer_core,
					struct fb_target *target_ret)
{
	struct fb_target target = {.task = task};
	struct fb_joined_options options = {.prefer_core = prefer_core};
	struct fb_error *err;

	err = fb_host_files_create(context->options.sysroot, &target.files);
	if (!err)
		err = fb_swap_create(fb_input_kernel(input), &target.swap);
	if (fb_error_is(err, FB_NOT_FOUND) || fb_error_is(err, FB_ABSENT) ||
	    fb_error_is(err, FB_CORRUPT)) {
		fb_warn_error(context->warnings, err, "swapped pages cannot be looked for");
		err = NULL;
	}
	if (!err) {
		options.files = target.files;
		options.swap = target.swap;
		err = fb_joined_create(input, task, &options, &target.joined);
	}
	if (err) {
		fb_target_deinit(&target);
		return err;
	}
	target.space = fb_joined_space(target.joined);
	*target_ret = target;
	return NULL;
}

static struct fb_error *parse_address(struct fb_input *input, const char *text, bool symbols,
				      uint64_t *address_ret)
{
	char *end;

	errno = 0;
	*address_ret = strtoull(text, &end, 16);
	if (end != text && !*end && *text != '-' && !errno)
		return NULL;
	if (symbols) {
		struct fb_error *err = fb_kernel_symbol(fb_input_kernel(input), text, address_ret);

		if (!fb_error_is(err, FB_NOT_FOUND))
			return err;
		fb_error_destroy(err);
		return fb_error_create(
			FB_NOT_FOUND,
			"'%s' is neither a hexadecimal address nor a symbol of this kernel", text);
	}
	return fb_error_create(FB_INVALID, "'%s' is no address: expected hexadecimal", text);
}

/* Bits above the page tables' reach must repeat its top bit. */
static struct fb_error *check_canonical(struct fb_input *input, uint64_t address, bool process)
{
	unsigned levels = fb_kernel_info(fb_input_kernel(input))->levels;
	unsigned unused = 64 - (FB_PAGE_SHIFT + 9 * levels);

	if ((uint64_t)((int64_t)(address << unused) >> unused) != address)
		return fb_error_create(FB_INVALID,
				       "0x%llx is no address of this kernel: its %u page-table "
				       "levels reach %u bits",
				       (unsigned long long)address, levels, 64 - unused);
	if (!process && !(address >> 63))
		return fb_error_create(
			FB_INVALID,
			"0x%llx is a process's address: name the process, as PID:0x%llx",
			(unsigned long long)address, (unsigned long long)address);
	return NULL;
}

struct fb_error *fb_target_open(struct fb_context *context, struct fb_input *input,
				const char *text, bool prefer_core, struct fb_target *target_ret)
{
	struct fb_target target = {0};
	const char *colon = strchr(text, ':');
	const struct fb_task *task = NULL;
	char pid[16] = "";
	struct fb_error *err = NULL;

	if (colon) {
		size_t length = (size_t)(colon - text);

		if (length < sizeof(pid))
			memcpy(pid, text, length);
		err = fb_find_process(input, fb_parse_pid(pid), &task);
		if (!err)
			err = fb_target_open_process(context, input, task, prefer_core, &target);
	} else {
		target.space = fb_kernel_space(fb_input_kernel(input));
	}
	if (!err)
		err = parse_address(input, colon ? colon + 1 : text, !colon, &target.address);
	if (!err)
		err = check_canonical(input, target.address, colon != NULL);
	if (err)
		fb_target_deinit(&target);
	else
		*target_ret = target;
	return err;
}

void fb_target_deinit(struct fb_target *target)
{
	fb_joined_destroy(target->joined);
	fb_swap_destroy(target->swap);
	fb_host_files_destroy(target->files);
	memset(target, 0, sizeof(*target));
}
