// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and parses the files of /proc that a capture needs. Called by the other sources of this
 * room, and by cmd/capture.c.
 */
#include "bundle/capture/proc.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "base/limits.h"
#include "base/part.h"

/* The text comes from the running kernel and not from an input, so its numbers are known to fit.
 * NOLINTBEGIN(cert-err34-c) */

/* A line of maps is at most a path and 100 bytes. */
#define MAX_MAPS_TEXT (FB_MAX_VMAS * 200ull + (1u << 20))
#define MAX_STATUS_TEXT (1u << 20)

/* What the kernel says of a process in errno: that it is gone, or that this user is not told. NULL: neither. */
static struct fb_error *process_says(const char *path)
{
	switch (errno) {
	case ENOENT:
	case ESRCH:
		return fb_error_create(FB_NOT_FOUND, "%s: the process has exited", path);
	case EACCES:
	case EPERM:
		return fb_error_create(FB_ABSENT, "cannot read %s: %m", path);
	default:
		return NULL;
	}
}

struct fb_error *fb_proc_read(int32_t pid, int32_t tid, const char *name, struct fb_buf *text)
{
	char path[96];
	struct fb_error *err, *said;
	int fd;

	if (tid)
		(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	else
		(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = process_says(path);
		return err ? err : fb_error_os(errno, "cannot open %s", path);
	}
	err = fb_read_to_end(fd, path, text);
	said = fb_error_is(err, FB_OS) ? process_says(path) : NULL;
	if (said) {
		fb_error_destroy(err);
		err = said;
	}
	(void)close(fd);
	return err;
}

/* The same as a string. */
static struct fb_error *read_text(int32_t pid, int32_t tid, const char *name, struct fb_buf *text)
{
	struct fb_error *err = fb_proc_read(pid, tid, name, text);

	return err ? err : fb_buf_append(text, "", 1);
}

/* The number behind "NAME:\t" of a line of status; 0 where it is not there. */
static long status_line(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtol(line + strlen(name), NULL, 10) : 0;
}

/* proc(5): pid (comm) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime
 * cutime cstime priority nice ... The name may hold anything, so the rest is behind its last parenthesis. */
static struct fb_error *parse_stat(const char *text, struct fb_proc_status *status)
{
	const char *name = strchr(text, '('), *end = strrchr(text, ')');
	const uint64_t tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t utime, stime;
	size_t length;

	if (!name || !end || end < name ||
	    sscanf(end + 1,
		   " %c %" SCNd32 " %" SCNd32 " %" SCNd32 " %*d %*d %" SCNu32
		   " %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %*d %*d %*d %" SCNd32,
		   &status->state, &status->ppid, &status->pgrp, &status->sid, &status->flags,
		   &utime, &stime, &status->nice) != 8)
		return fb_error_create(FB_CORRUPT, "/proc: a stat that is none: %.80s", text);
	length = (size_t)(end - name) - 1;
	if (length > sizeof(status->comm) - 1)
		length = sizeof(status->comm) - 1;
	memcpy(status->comm, name + 1, length);
	status->comm[length] = '\0';
	status->utime_ns = utime * tick;
	status->stime_ns = stime * tick;
	return NULL;
}

struct fb_error *fb_proc_status(int32_t pid, int32_t tid, struct fb_proc_status *status_ret)
{
	struct fb_proc_status status = {0};
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, MAX_STATUS_TEXT);
	err = read_text(pid, tid, "stat", &text);
	if (!err)
		err = parse_stat((const char *)text.data, &status);
	text.size = 0;
	if (!err)
		err = read_text(pid, tid, "status", &text);
	if (!err) {
		status.tracer = (int32_t)status_line((const char *)text.data, "\nTracerPid:");
		status.uid = (uint32_t)status_line((const char *)text.data, "\nUid:");
		status.gid = (uint32_t)status_line((const char *)text.data, "\nGid:");
		*status_ret = status;
	}
	fb_buf_deinit(&text);
	return err;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static enum fb_proc_kind kind_of(const char *path, uint64_t inode)
{
	if (strcmp(path, "[vdso]") == 0)
		return FB_PROC_VDSO;
	if (begins(path, "[vvar") || strcmp(path, "[vsyscall]") == 0)
		return FB_PROC_DEVICE;
	if (!inode && path[0] != '/')
		return FB_PROC_ANONYMOUS;
	if (begins(path, "/dev/shm/") || begins(path, "/memfd:") || begins(path, "/SYSV") ||
	    begins(path, "/dev/zero"))
		return FB_PROC_SHMEM;
	/* What is read of a device may be taken from it. */
	if (begins(path, "/dev/") || path[0] != '/')
		return FB_PROC_DEVICE;
	return FB_PROC_FILE;
}

/* start-end rwxp offset dev inode path; false: not a line of maps. */
static bool parse_mapping(const char *line, struct fb_proc_mapping *mapping)
{
	char rights[5];
	uint64_t inode;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*x:%*x %" SCNu64 " %n",
		   &mapping->start, &mapping->end, rights, &mapping->offset, &inode, &at) != 5 ||
	    !at || mapping->end <= mapping->start)
		return false;
	mapping->flags = (rights[0] == 'r' ? PF_R : 0) | (rights[1] == 'w' ? PF_W : 0) |
			 (rights[2] == 'x' ? PF_X : 0);
	mapping->kind = kind_of(line + at, inode);
	mapping->path = strdup(line + at);
	return true;
}

static struct fb_error *parse_maps(char *text, struct fb_proc_maps *maps)
{
	struct fb_error *err = NULL;
	char *rest = NULL;

	for (const char *line = strtok_r(text, "\n", &rest); line && !err;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct fb_proc_mapping mapping;

		if (!parse_mapping(line, &mapping))
			return fb_error_create(FB_CORRUPT,
					       "/proc: a line of maps that is none: %.80s", line);
		err = mapping.path ? fb_grow_array(&maps->list, &maps->room, maps->count,
						   sizeof(mapping), FB_MAX_VMAS, "mappings")
				   : fb_error_nomem();
		if (err)
			free(mapping.path);
		else
			maps->list[maps->count++] = mapping;
	}
	return err;
}

struct fb_error *fb_proc_maps_read(int32_t pid, struct fb_proc_maps *maps_ret)
{
	struct fb_proc_maps maps = {0};
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, MAX_MAPS_TEXT);
	err = read_text(pid, 0, "maps", &text);
	if (!err)
		err = parse_maps((char *)text.data, &maps);
	fb_buf_deinit(&text);
	if (err)
		fb_proc_maps_deinit(&maps);
	else
		*maps_ret = maps;
	return err;
}

void fb_proc_maps_deinit(struct fb_proc_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		free(maps->list[i].path);
	free(maps->list);
	*maps = (struct fb_proc_maps){0};
}

struct fb_error *fb_proc_numbers(const char *folder, int32_t **list_ret, size_t *count_ret)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int32_t *list = NULL;
	size_t count = 0, room = 0;
	struct fb_error *err = NULL;

	if (!dir) {
		err = process_says(folder);
		return err ? err : fb_error_os(errno, "cannot open %s", folder);
	}
	while (!err && (entry = readdir(dir))) {
		char *end;
		long number = strtol(entry->d_name, &end, 10);

		if (*end || number <= 0 || number >= FB_MAX_TASKS)
			continue;
		err = fb_grow_array(&list, &room, count, sizeof(*list), FB_MAX_TASKS, "threads");
		if (!err)
			list[count++] = (int32_t)number;
	}
	(void)closedir(dir);
	if (err) {
		free(list);
		return err;
	}
	*list_ret = list;
	*count_ret = count;
	return NULL;
}

struct fb_error *fb_proc_has_blocked(int32_t pid, bool *blocked_ret)
{
	char folder[64];
	int32_t *tids = NULL;
	size_t count = 0;
	struct fb_error *err;

	*blocked_ret = false;
	(void)snprintf(folder, sizeof(folder), "/proc/%d/task", pid);
	err = fb_part_skip(fb_proc_numbers(folder, &tids, &count));
	for (size_t i = 0; i < count && !err && !*blocked_ret; i++) {
		struct fb_proc_status status = {0};

		err = fb_part_skip(fb_proc_status(pid, tids[i], &status));
		*blocked_ret = status.state == 'D';
	}
	free(tids);
	return err;
}

/* Puts the arguments of a system call where they are (syscall(2)). */
static void set_syscall(struct user_regs_struct *regs, uint64_t nr, const uint64_t args[6],
			bool is_32bit)
{
	regs->orig_rax = nr;
	if (is_32bit) {
		regs->rbx = args[0];
		regs->rcx = args[1];
		regs->rdx = args[2];
		regs->rsi = args[3];
		regs->rdi = args[4];
		regs->rbp = args[5];
	} else {
		regs->rdi = args[0];
		regs->rsi = args[1];
		regs->rdx = args[2];
		regs->r10 = args[3];
		regs->r8 = args[4];
		regs->r9 = args[5];
	}
}

struct fb_error *fb_proc_syscall_regs(int32_t pid, int32_t tid, bool is_32bit,
				      struct user_regs_struct *regs_ret)
{
	/* __USER32_CS or __USER_CS, and __USER_DS. */
	struct user_regs_struct regs = {
		.cs = is_32bit ? 0x23 : 0x33, .ss = 0x2b, .rax = (uint64_t)-ENOSYS};
	uint64_t nr, args[6], sp, pc;
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, MAX_STATUS_TEXT);
	err = read_text(pid, tid, "syscall", &text);
	if (!err && sscanf((const char *)text.data,
			   "%" SCNu64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
			   " %" SCNx64 " %" SCNx64 " %" SCNx64,
			   &nr, &args[0], &args[1], &args[2], &args[3], &args[4], &args[5], &sp,
			   &pc) == 9) {
		set_syscall(&regs, nr, args, is_32bit);
	} else if (!err &&
		   sscanf((const char *)text.data, "-1 %" SCNx64 " %" SCNx64, &sp, &pc) == 2) {
		regs.orig_rax = (uint64_t)-1; /* in the kernel, but for no system call */
	} else if (!err) {
		err = fb_error_create(FB_ABSENT, "TID %d runs: its registers are not told", tid);
	}
	if (!err) {
		regs.rsp = sp;
		regs.rip = pc;
		if (!is_32bit)
			regs.rcx = pc; /* as SYSCALL leaves it */
		*regs_ret = regs;
	}
	fb_buf_deinit(&text);
	return err;
}

/* NOLINTEND(cert-err34-c) */
