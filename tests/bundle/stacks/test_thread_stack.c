// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole stacks of the real dumps, whose actors are known: who recurses how
 * deep, who waits where.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/input/input.h"
#include "bundle/process/host_files.h"
#include "bundle/stacks/thread_stack.h"
#include "tests/harness.h"

struct host {
	struct fb_warnings *warnings;
	struct fb_input *input;
	struct fb_host_files *files;
	struct fb_thread_stacks *stacks;
	const struct fb_task **tasks;
	char **paths;
	size_t path_count;
	char actors[512];
};

static void list_cores(struct host *host, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	host->paths = calloc(64, sizeof(*host->paths));
	while (host->path_count < 64 && (entry = readdir(dir)))
		if (strncmp(entry->d_name, "core.", 5) == 0 &&
		    asprintf(&host->paths[host->path_count], "%s/%s", folder, entry->d_name) > 0)
			host->path_count++;
	closedir(dir);
}

static void read_actors(struct host *host, const char *folder)
{
	char path[4200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/truth/actors", folder);
	file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	if (!fgets(host->actors, sizeof(host->actors), file))
		host->actors[0] = '\0';
	fclose(file);
}

/* Stacks of all threads, with the sysroot or without. */
static void open_host(struct host *host, const char *data, const char *kernel, bool sysroot)
{
	char folder[4096], dump[4200], root[4096];
	struct fb_input_options options = {.path = dump};
	struct fb_thread_stacks_options stack_options = {0};
	const struct fb_tasks *tasks;

	memset(host, 0, sizeof(*host));
	snprintf(folder, sizeof(folder), "%s/%s", data, kernel);
	snprintf(dump, sizeof(dump), "%s/dump.flat-zlib-d31", folder);
	snprintf(root, sizeof(root), "%s/sysroot", data);
	list_cores(host, folder);
	read_actors(host, folder);
	options.cores = (const char *const *)host->paths;
	options.core_count = host->path_count;
	FB_OK_FATAL(fb_warnings_create(&host->warnings));
	FB_OK_FATAL(fb_input_open(&options, host->warnings, &host->input));
	FB_OK_FATAL(fb_input_tasks(host->input, &tasks));
	FB_OK_FATAL(fb_host_files_create(sysroot ? root : NULL, &host->files));
	stack_options.files = host->files;
	host->tasks = calloc(fb_tasks_count(tasks), sizeof(*host->tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		host->tasks[i] = fb_tasks_get(tasks, i);
	FB_OK_FATAL(fb_thread_stacks_load(host->input, &stack_options, host->tasks,
					  fb_tasks_count(tasks), &host->stacks));
}

static void close_host(struct host *host)
{
	fb_thread_stacks_destroy(host->stacks);
	fb_host_files_destroy(host->files);
	fb_input_destroy(host->input);
	fb_warnings_destroy(host->warnings);
	for (size_t i = 0; i < host->path_count; i++)
		free(host->paths[i]);
	free(host->paths);
	free(host->tasks);
}

/* The PID that truth/actors gives a name: "DL=126 PT=127 ...". */
static int actor(const struct host *host, const char *name)
{
	char key[16];
	const char *at;

	snprintf(key, sizeof(key), "%s=", name);
	at = strstr(host->actors, key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	return (int)strtol(at + strlen(key), NULL, 10);
}

static const struct fb_thread_stack *stack_of(const struct host *host, int pid, const char *comm)
{
	for (size_t i = 0; i < fb_thread_stacks_count(host->stacks); i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(host->stacks, i);

		if (stack->task->pid == pid && (!comm || strcmp(stack->task->comm, comm) == 0))
			return stack;
	}
	CU_FAIL_FATAL("no such thread");
	return NULL;
}

static size_t count(const struct fb_thread_stack *stack, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < stack->user.count; i++)
		found += stack->user.frames[i].symbol &&
			 strcmp(stack->user.frames[i].symbol, name) == 0;
	return found;
}

static void check_waiting(const struct fb_thread_stack *stack, size_t depth)
{
	CU_ASSERT_EQUAL(count(stack, "pause"), 1);
	CU_ASSERT_EQUAL(count(stack, "wait_forever"), depth);
	CU_ASSERT(stack->user.complete);
}

static void check_actors(const struct host *host)
{
	const struct fb_thread_stack *stack = stack_of(host, actor(host, "PT"), NULL);
	size_t threads = 0;

	check_waiting(stack, 6);
	CU_ASSERT_EQUAL(count(stack, "pattern"), 1);
	CU_ASSERT_EQUAL(count(stack, "main"), 1);
	CU_ASSERT_STRING_EQUAL(stack->user.end, "end of the stack: _start");
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_KERNEL_STACK);

	stack = stack_of(host, actor(host, "DL"), "lock-ab");
	CU_ASSERT_EQUAL(count(stack, "pthread_mutex_lock"), 1);
	CU_ASSERT_EQUAL(count(stack, "ab"), 1);
	stack = stack_of(host, actor(host, "DL"), "lock-ba");
	CU_ASSERT_EQUAL(count(stack, "pthread_mutex_lock"), 1);
	CU_ASSERT_EQUAL(count(stack, "ba"), 1);

	stack = stack_of(host, actor(host, "SP"), NULL);
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_CPU);
	CU_ASSERT_EQUAL(count(stack, "spin"), 1);

	stack = stack_of(host, actor(host, "FZ"), NULL);
	CU_ASSERT_EQUAL(stack->kernel.ended, FB_UNWIND_USER);
	CU_ASSERT(!stack->user.complete);
	CU_ASSERT_PTR_NOT_NULL(strstr(stack->user.end, "is not in dump or core"));

	for (size_t i = 0; i < fb_thread_stacks_count(host->stacks); i++) {
		stack = fb_thread_stacks_get(host->stacks, i);
		if (stack->task->pid == actor(host, "TH"))
			threads += stack->user.complete && count(stack, "wait_forever") > 0;
	}
	CU_ASSERT_EQUAL(threads, 41);

	stack = stack_of(host, actor(host, "PY"), NULL);
	CU_ASSERT_EQUAL(count(stack, "Py_RunMain"), 1);
	CU_ASSERT(stack->user.complete);
}

/* Each child of FK waits one call deeper than the one before it. */
static void check_children(const struct host *host)
{
	for (size_t i = 0; i < 3; i++) {
		char comm[16];

		snprintf(comm, sizeof(comm), "child-%zu", i);
		for (size_t j = 0; j < fb_thread_stacks_count(host->stacks); j++) {
			const struct fb_thread_stack *stack = fb_thread_stacks_get(host->stacks, j);

			if (strcmp(stack->task->comm, comm) == 0)
				check_waiting(stack, 3 + i);
		}
	}
}

static void shows_what_the_actors_do(void)
{
	static const char *const kernels[] = {"5.10", "6.1"};
	const char *data = fb_test_data();

	for (size_t i = 0; data && i < FB_ARRAY_SIZE(kernels); i++) {
		struct host host;

		open_host(&host, data, kernels[i], true);
		check_actors(&host);
		check_children(&host);
		close_host(&host);
	}
}

/* Without files each stack still says why it ends, and nothing is passed off as an end. */
static void says_why_without_files(void)
{
	static const char *const kernels[] = {"5.10", "6.1"};
	const char *data = fb_test_data();

	for (size_t i = 0; data && i < FB_ARRAY_SIZE(kernels); i++) {
		const struct fb_thread_stack *stack;
		struct host host;

		open_host(&host, data, kernels[i], false);
		for (size_t j = 0; j < fb_thread_stacks_count(host.stacks); j++)
			CU_ASSERT(fb_thread_stacks_get(host.stacks, j)->user.end[0] != '\0');
		stack = stack_of(&host, actor(&host, "PT"), NULL);
		CU_ASSERT_EQUAL(count(stack, "pause"), 1); /* .dynsym is in the core */
		CU_ASSERT(!stack->user.complete);
		CU_ASSERT_PTR_NOT_NULL(strstr(stack->user.end, "no unwind table (page 0x"));
		close_host(&host);
	}
}

FB_TEST_MAIN("bundle/thread_stack", FB_TEST(shows_what_the_actors_do),
	     FB_TEST(says_why_without_files))
