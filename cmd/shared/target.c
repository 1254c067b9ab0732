// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses "[PID:]ADDR" and PID on the command line, and opens the memory that they refer to. Called by the
 * commands that take one.
 */
#include "cmd/shared/target.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define MAX_SYMBOL 512
/* PIDs that a message lists. */
#define MAX_LISTED 8u

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

bool fb_is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* "12, 15, 18..." */
static void add_pid(char *list, size_t size, size_t index, int32_t pid)
{
	size_t used = strlen(list);

	if (index < MAX_LISTED)
		snprintf(list + used, size - used, "%s%d", index ? ", " : "", pid);
	else if (index == MAX_LISTED)
		snprintf(list + used, size - used, "...");
}

struct fb_error *fb_find_process_named(struct fb_input *input, const char *text,
				       const struct fb_task **task_ret)
{
	const struct fb_tasks *tasks = NULL;
	char pids[16 * MAX_LISTED + sizeof("...")] = "";
	int32_t pid = -1;
	size_t count = 0;
	struct fb_error *err;

	if (fb_is_number(text))
		return fb_find_process(input, fb_parse_pid(text), task_ret);
	err = fb_input_tasks(input, &tasks);
	if (err)
		return err;
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (task->idle || task->pid != task->tid || strcmp(task->comm, text) != 0)
			continue;
		pid = task->pid;
		add_pid(pids, sizeof(pids), count++, pid);
	}
	if (!count)
		return fb_error_create(
			FB_NOT_FOUND,
			"'%s' is neither a PID nor the name of a process (`fbundle ps` "
			"lists them)",
			text);
	if (count > 1)
		return fb_error_create(FB_INVALID,
				       "%zu processes are named %s: give the PID, of %s", count,
				       text, pids);
	return fb_find_process(input, pid, task_ret);
}

struct fb_error *fb_target_open_process(struct fb_context *context, struct fb_input *input,
					const struct fb_task *task, bool prefer_core,
					struct fb_target *target_ret)
{
	struct fb_target target = {.task = task};
	struct fb_joined_options options = {.prefer_core = prefer_core};
	struct fb_error *err;

	err = fb_memory_sources_open(context, input, &target.sources);
	if (!err) {
		options.files = target.sources.files;
		options.swap = target.sources.swap;
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

bool fb_split_offset(const char *text, char *name, size_t size, uint64_t *offset_ret)
{
	const char *plus = strrchr(text, '+');
	size_t length = plus ? (size_t)(plus - text) : 0;
	char *end;

	if (!length || length >= size || !isxdigit((unsigned char)plus[1]))
		return false;
	errno = 0;
	*offset_ret = strtoull(plus + 1, &end, 16);
	if (errno || (*end && *end != '/'))
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return true;
}

static bool parse_number(const char *text, uint64_t *number_ret)
{
	char *end;

	errno = 0;
	*number_ret = strtoull(text, &end, 16);
	return end != text && !*end && *text != '-' && !errno;
}

static bool is_percpu(struct fb_kernel *kernel, uint64_t address)
{
	uint64_t start, stop;

	return fb_kernel_find_symbol(kernel, "__per_cpu_start", &start) &&
	       fb_kernel_find_symbol(kernel, "__per_cpu_end", &stop) && address >= start &&
	       address < stop;
}

/* cpu: -1: none was named. */
static struct fb_error *find_symbol(struct fb_kernel *kernel, const char *text, int cpu,
				    uint64_t *address_ret)
{
	char name[MAX_SYMBOL];
	uint64_t address = 0, offset = 0;
	bool split = fb_split_offset(text, name, sizeof(name), &offset);
	const char *lost = fb_kernel_lost(kernel);
	struct fb_error *err = fb_kernel_symbol(kernel, split ? name : text, &address);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		if (lost && !fb_kernel_symbols(kernel))
			return fb_error_create(FB_NOT_FOUND, "'%s' cannot be looked up: %s", text,
					       lost);
		return fb_error_create(
			FB_NOT_FOUND,
			"'%s' is neither a hexadecimal address nor a symbol of this kernel", text);
	}
	if (err)
		return err;
	if (cpu < 0 && is_percpu(kernel, address))
		return fb_error_create(FB_INVALID,
				       "%s is a per-CPU variable: name the CPU, as in %s:0", text,
				       text);
	if (cpu >= 0 && !is_percpu(kernel, address))
		return fb_error_create(FB_INVALID, "%s is no per-CPU variable", text);
	if (cpu >= 0)
		err = fb_kernel_percpu(kernel, (uint32_t)cpu, address, &address);
	*address_ret = address + offset;
	return err;
}

/* NAME:CPU */
static struct fb_error *find_percpu(struct fb_kernel *kernel, const char *text, const char *colon,
				    uint64_t *address_ret)
{
	char name[MAX_SYMBOL];
	size_t length = (size_t)(colon - text);
	char *end;
	unsigned long cpu = strtoul(colon + 1, &end, 10);

	if (!isdigit((unsigned char)colon[1]) || *end || cpu > INT_MAX)
		return fb_error_create(FB_INVALID, "'%s' is no CPU's number", colon + 1);
	if (length >= sizeof(name))
		return fb_error_create(FB_INVALID, "the name before ':' is too long");
	memcpy(name, text, length);
	name[length] = '\0';
	return find_symbol(kernel, name, (int)cpu, address_ret);
}

/* Bits above the page tables' reach must repeat its top bit. */
static struct fb_error *check_canonical(struct fb_input *input, uint64_t address, bool process)
{
	unsigned levels = fb_kernel_info(fb_input_kernel(input))->levels;
	unsigned unused = 64 - (FB_PAGE_SHIFT + 9 * levels);

	if ((uint64_t)((int64_t)(address << unused) >> unused) != address)
		return fb_error_create(
			FB_INVALID,
			"0x%" PRIx64
			" is no address of this kernel: its %u page-table levels reach %u bits",
			address, levels, 64 - unused);
	if (!process && !(address >> 63))
		return fb_error_create(
			FB_INVALID,
			"0x%" PRIx64 " is a process's address: name the process, as PID:0x%" PRIx64,
			address, address);
	return NULL;
}

struct fb_error *fb_target_open(struct fb_context *context, struct fb_input *input,
				const char *text, bool prefer_core, struct fb_target *target_ret)
{
	struct fb_target target = {0};
	struct fb_kernel *kernel = fb_input_kernel(input);
	const char *colon = strchr(text, ':');
	bool process = colon && (colon == text || isdigit((unsigned char)*text));
	const struct fb_task *task = NULL;
	char pid[16] = "";
	struct fb_error *err = NULL;

	if (process) {
		size_t length = (size_t)(colon - text);

		if (length < sizeof(pid))
			memcpy(pid, text, length);
		err = fb_find_process(input, fb_parse_pid(pid), &task);
		if (!err)
			err = fb_target_open_process(context, input, task, prefer_core, &target);
	} else {
		target.space = fb_kernel_space(kernel);
	}
	if (!err && colon && !process)
		err = find_percpu(kernel, text, colon, &target.address);
	else if (!err && !parse_number(process ? colon + 1 : text, &target.address))
		err = process ? fb_error_create(FB_INVALID,
						"'%s' is no address: expected hexadecimal",
						colon + 1)
			      : find_symbol(kernel, text, -1, &target.address);
	if (!err)
		err = check_canonical(input, target.address, process);
	if (err)
		fb_target_deinit(&target);
	else
		*target_ret = target;
	return err;
}

void fb_target_deinit(struct fb_target *target)
{
	fb_joined_destroy(target->joined);
	fb_memory_sources_deinit(&target->sources);
	memset(target, 0, sizeof(*target));
}
