// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that runs or is stopped, and its memory.
 */
#include "tests/user/live_process.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "tests/harness.h"

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static void change(const struct fb_live_process *process, uint64_t address, uint8_t *bytes,
		   size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint64_t at = address + i, noise = mix(at ^ process->seed);

		if (process->patch_at && at - process->patch_at < sizeof(process->patch))
			bytes[i] = (uint8_t)(process->patch >> 8 * (at - process->patch_at));
		if (process->damage && noise % process->damage == 0)
			bytes[i] = (uint8_t)(noise >> 32);
	}
}

static struct fb_error *read_live(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct fb_live_process *process = (const struct fb_live_process *)space;
	struct iovec local = {to, length}, remote = {(void *)(uintptr_t)address, length};

	if (address < process->absent_end && process->absent_start < address + length)
		return fb_error_create(FB_ABSENT, "0x%" PRIx64 " is left out by the test", address);
	if (process_vm_readv(process->pid, &local, 1, &remote, 1, 0) != (ssize_t)length)
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is in no mapping", address);
	change(process, address, to, length);
	return NULL;
}

static struct fb_error *locate_live(struct fb_space *space, uint64_t address, uint64_t length,
				    struct fb_run *run_ret)
{
	const struct fb_live_process *process = (const struct fb_live_process *)space;

	*run_ret = (struct fb_run){
		.start = address, .length = length, .origin = {.source = process->source}};
	if (address >= process->absent_start && address < process->absent_end) {
		run_ret->origin.source = FB_SOURCE_ABSENT;
		run_ret->origin.absence = process->absence;
	}
	return NULL;
}

static const struct fb_space_ops live_ops = {.read = read_live, .locate = locate_live};

static void read_maps(struct fb_live_process *process)
{
	char name[64], line[4400];
	size_t room = 0;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", process->pid);
	maps = fopen(name, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		uint64_t start, end, offset, inode;
		char perms[8], path[4300] = "";
		struct fb_user_mapping *mapping;
		struct stat status;

		if (sscanf(line,
			   "%" PRIx64 "-%" PRIx64 " %7s %" PRIx64 " %*s %" PRIu64 " %4299[^\n]",
			   &start, &end, perms, &offset, &inode, path) < 5)
			continue;
		FB_OK_FATAL(fb_grow_array(&process->mappings, &room, process->mapping_count,
					  sizeof(*mapping), 10000, "mappings"));
		mapping = &process->mappings[process->mapping_count++];
		*mapping = (struct fb_user_mapping){
			.start = start,
			.end = end,
			.offset = offset,
			.file = inode,
			.path = strdup(path),
			.executable = perms[2] == 'x',
		};
		if (inode && stat(path, &status) == 0)
			mapping->file_size = (uint64_t)status.st_size;
	}
	if (maps)
		fclose(maps);
}

/* A thread that has written its byte is about to block: on a busy machine that may take a while. */
static void await_block(const struct fb_live_process *process, pid_t tid)
{
	const struct timespec millisecond = {.tv_nsec = 1000000};
	char name[64], line[256];

	snprintf(name, sizeof(name), "/proc/%d/task/%d/stat", process->pid, tid);
	for (unsigned i = 0; i < 5000; i++) {
		FILE *file = fopen(name, "re");
		const char *state =
			file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;

		if (file)
			fclose(file);
		if (!state || strncmp(state, ") S", 3) == 0)
			return;
		nanosleep(&millisecond, NULL);
	}
}

static bool stop_thread(struct fb_live_process *process, pid_t tid)
{
	struct user_regs_struct *regs = &process->regs[process->thread_count];

	await_block(process, tid);
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0)
		return false;
	if (waitpid(tid, NULL, __WALL) != tid || ptrace(PTRACE_GETREGS, tid, NULL, regs) != 0)
		return false;
	process->tids[process->thread_count++] = tid;
	return true;
}

static bool stop_threads(struct fb_live_process *process)
{
	char name[64];
	struct dirent *entry;
	DIR *tasks;
	bool good = stop_thread(process, process->pid);

	snprintf(name, sizeof(name), "/proc/%d/task", process->pid);
	tasks = opendir(name);
	while (good && tasks && (entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && tid != process->pid && process->thread_count < FB_LIVE_THREADS)
			good = stop_thread(process, tid);
	}
	if (tasks)
		closedir(tasks);
	return good;
}

static void prepare(struct fb_live_process *process)
{
	memset(process, 0, sizeof(*process));
	process->space.ops = &live_ops;
	process->space.name = "live process";
}

void fb_live_process_self(struct fb_live_process *process)
{
	prepare(process);
	process->pid = getpid();
	read_maps(process);
}

bool fb_live_process_start(struct fb_live_process *process, void (*body)(int ready), size_t threads)
{
	int fds[2];
	char byte;

	prepare(process);
	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	process->pid = fork();
	CU_ASSERT_FATAL(process->pid >= 0);
	if (process->pid == 0) {
		/* A fatal assertion of the test keeps it from ending the child. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		body(fds[1]);
		_exit(1);
	}
	close(fds[1]);
	for (size_t i = 0; i < threads; i++)
		CU_ASSERT_EQUAL_FATAL(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	if (!stop_threads(process)) {
		fb_live_process_stop(process);
		fb_test_skip("ptrace is not allowed here");
		return false;
	}
	read_maps(process);
	return true;
}

static void end_child(const struct fb_live_process *process)
{
	kill(process->pid, SIGKILL);
	/* The leader's end is told when those of its traced threads are known. */
	for (size_t i = 1; i < process->thread_count; i++)
		waitpid(process->tids[i], NULL, __WALL);
	waitpid(process->pid, NULL, __WALL);
}

void fb_live_process_stop(struct fb_live_process *process)
{
	if (process->pid != getpid())
		end_child(process);
	for (size_t i = 0; i < process->mapping_count; i++)
		free((void *)process->mappings[i].path);
	free(process->mappings);
	memset(process, 0, sizeof(*process));
}

static struct {
	struct fb_file *files[32];
	size_t count;
} opened;

static void close_files(void)
{
	while (opened.count)
		fb_file_destroy(opened.files[--opened.count]);
}

struct fb_error *fb_live_find_file(void *context FB_UNUSED, const char *path, const uint64_t *size,
				   struct fb_file **file_ret)
{
	struct fb_file *file = NULL;
	struct fb_error *err;

	for (size_t i = 0; i < opened.count; i++)
		if (strcmp(opened.files[i]->path, path) == 0)
			file = opened.files[i];
	if (!file) {
		if (opened.count == FB_ARRAY_SIZE(opened.files))
			return fb_error_create(FB_NOT_FOUND, "%s: too many files", path);
		err = fb_file_open(path, &file);
		if (err)
			return err;
		if (!opened.count)
			atexit(close_files);
		opened.files[opened.count++] = file;
	}
	if (size && file->size != *size)
		return fb_error_create(FB_NOT_FOUND, "%s: of another size", path);
	*file_ret = file;
	return NULL;
}

const struct fb_user_mapping *fb_live_mapping(const struct fb_live_process *process,
					      uint64_t address)
{
	for (size_t i = 0; i < process->mapping_count; i++)
		if (address >= process->mappings[i].start && address < process->mappings[i].end)
			return &process->mappings[i];
	return NULL;
}
