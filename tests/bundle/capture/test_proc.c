// SPDX-License-Identifier: GPL-2.0-or-later
/* Held against this very process. */
#include "bundle/capture/proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"

static void status_is_that_of_the_process(void)
{
	struct fb_proc_status status;

	(void)prctl(PR_SET_NAME, "a) R 7 (b");
	FB_OK_FATAL(fb_proc_status(getpid(), 0, &status));
	CU_ASSERT_STRING_EQUAL(status.comm, "a) R 7 (b");
	CU_ASSERT_EQUAL(status.state, 'R');
	CU_ASSERT_EQUAL(status.ppid, getppid());
	CU_ASSERT_EQUAL(status.pgrp, getpgrp());
	CU_ASSERT_EQUAL(status.sid, getsid(0));
	CU_ASSERT_EQUAL(status.uid, getuid());
	CU_ASSERT_EQUAL(status.gid, getgid());
	FB_OK_FATAL(fb_proc_status(getpid(), gettid(), &status));
	CU_ASSERT_STRING_EQUAL(status.comm, "a) R 7 (b");
	FB_FAILS(fb_proc_status(FB_MAX_TASKS - 1, 0, &status), FB_NOT_FOUND);
}

static const struct fb_proc_mapping *find(const struct fb_proc_maps *maps, const void *address)
{
	for (size_t i = 0; i < maps->count; i++)
		if (maps->list[i].start <= (uintptr_t)address &&
		    (uintptr_t)address < maps->list[i].end)
			return &maps->list[i];
	return NULL;
}

static void mappings_have_their_kinds(void)
{
	const size_t size = 4 * FB_PAGE_SIZE;
	char *own = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fb_proc_maps maps;
	const struct fb_proc_mapping *mapping;

	FB_OK_FATAL(fb_proc_maps_read(getpid(), &maps));
	mapping = find(&maps, own);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_ANONYMOUS);
	CU_ASSERT_EQUAL(mapping->flags, PF_R);
	mapping = find(&maps, shared);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_SHMEM);
	CU_ASSERT_EQUAL(mapping->flags, PF_R | PF_W);
	mapping = find(&maps, &find);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_FILE);
	CU_ASSERT_TRUE(mapping->flags & PF_X);
	CU_ASSERT_PTR_NOT_NULL(strstr(mapping->path, "/test_bundle_proc"));
	for (size_t i = 1; i < maps.count; i++)
		CU_ASSERT_TRUE(maps.list[i - 1].end <= maps.list[i].start);
	fb_proc_maps_deinit(&maps);
	(void)munmap(own, size);
	(void)munmap(shared, size);
	/* kthreadd, where it is to be seen, has none. */
	FB_FAILS(fb_proc_maps_read(FB_MAX_TASKS - 1, &maps), FB_NOT_FOUND);
}

/* Each line of this process's maps, read in another way. */
static void mappings_are_those_of_the_file(void)
{
	struct fb_proc_maps maps;
	char line[4400];
	FILE *file;
	size_t seen = 0;

	FB_OK_FATAL(fb_proc_maps_read(getpid(), &maps));
	file = fopen("/proc/self/maps", "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (fgets(line, sizeof(line), file)) {
		const char *path = strpbrk(line, "/["), *rights = strchr(line, ' ') + 1;
		const struct fb_proc_mapping *mapping =
			find(&maps, (const void *)(uintptr_t)strtoull(line, NULL, 16));

		line[strcspn(line, "\n")] = '\0';
		/* What has no file comes and goes with what is allocated here. */
		if (!path || !mapping || mapping->path[0] == '\0' || strstr(line, "[heap]"))
			continue;
		seen++;
		CU_ASSERT_EQUAL(mapping->start, strtoull(line, NULL, 16));
		CU_ASSERT_EQUAL(mapping->end, strtoull(strchr(line, '-') + 1, NULL, 16));
		CU_ASSERT_EQUAL(mapping->offset, strtoull(rights + 5, NULL, 16));
		CU_ASSERT_EQUAL(!!(mapping->flags & PF_R), rights[0] == 'r');
		CU_ASSERT_EQUAL(!!(mapping->flags & PF_W), rights[1] == 'w');
		CU_ASSERT_EQUAL(!!(mapping->flags & PF_X), rights[2] == 'x');
		CU_ASSERT_STRING_EQUAL(mapping->path, path);
		if (!strcmp(path, "[vdso]"))
			CU_ASSERT_EQUAL(mapping->kind, FB_PROC_VDSO);
		if (!strncmp(path, "[vvar", 5) || !strcmp(path, "[vsyscall]"))
			CU_ASSERT_EQUAL(mapping->kind, FB_PROC_DEVICE);
		if (!strcmp(path, "[stack]"))
			CU_ASSERT_EQUAL(mapping->kind, FB_PROC_ANONYMOUS);
	}
	CU_ASSERT(seen > 5);
	(void)fclose(file);
	fb_proc_maps_deinit(&maps);
	CU_ASSERT(!maps.count && !maps.list);
}

/* Whose bytes are on no disk, and what may not be read at all. */
static void kinds_are_told_by_paths(void)
{
	int memfd = memfd_create("made", 0), zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	const size_t size = 4 * FB_PAGE_SIZE;
	char *of_memfd, *of_zero;
	struct fb_proc_maps maps;

	CU_ASSERT_FATAL(memfd >= 0 && zero >= 0);
	CU_ASSERT_EQUAL(ftruncate(memfd, (off_t)size), 0);
	of_memfd = mmap(NULL, size, PROT_READ, MAP_SHARED, memfd, 0);
	of_zero = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
	CU_ASSERT_FATAL(of_memfd != MAP_FAILED && of_zero != MAP_FAILED);
	FB_OK_FATAL(fb_proc_maps_read(getpid(), &maps));
	CU_ASSERT_EQUAL(find(&maps, of_memfd)->kind, FB_PROC_SHMEM);
	CU_ASSERT_EQUAL(strncmp(find(&maps, of_memfd)->path, "/memfd:made", 11), 0);
	CU_ASSERT_EQUAL(find(&maps, of_zero)->kind, FB_PROC_SHMEM);
	fb_proc_maps_deinit(&maps);
	(void)munmap(of_memfd, size);
	(void)munmap(of_zero, size);
	(void)close(memfd);
	(void)close(zero);
}

static void numbers_are_those_of_a_folder(void)
{
	int32_t *list = NULL;
	size_t count = 0;
	bool own = false, zero = false;

	/* Beside this thread there may be one of a sanitizer's. */
	FB_OK_FATAL(fb_proc_numbers("/proc/self/task", &list, &count));
	CU_ASSERT(count >= 1 && list[0] == gettid());
	free(list);
	FB_OK_FATAL(fb_proc_numbers("/proc", &list, &count));
	for (size_t i = 0; i < count; i++)
		own |= list[i] == getpid();
	CU_ASSERT_TRUE(own);
	free(list);
	/* Descriptor 0 is no process's number. */
	FB_OK_FATAL(fb_proc_numbers("/proc/self/fd", &list, &count));
	for (size_t i = 0; i < count; i++)
		zero |= list[i] <= 0;
	CU_ASSERT(count >= 2 && !zero);
	free(list);
	FB_FAILS_WITH(fb_proc_numbers("/proc/self/none", &list, &count), FB_NOT_FOUND,
		      "/proc/self/none: the process has exited");
	FB_FAILS_WITH(fb_proc_numbers("/proc/self/maps", &list, &count), FB_OS, "cannot open");
}

/* As nobody, who may not read another's kernel stack. Exit status 0: it is said so. */
static int read_as_nobody(pid_t pid)
{
	struct fb_buf text;
	struct fb_error *err;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534))
		return 77;
	fb_buf_init(&text, 1u << 20);
	err = fb_proc_read(pid, pid, "stack", &text);
	return !fb_error_is(err, FB_ABSENT) || !strstr(fb_error_message(err), "Permission denied");
}

/* That it is not told to this user is an answer of the process's, and nothing that failed; no descriptor is none. */
static void what_is_refused_is_absent(void)
{
	const pid_t pid = geteuid() == 0 ? getpid() : 1;
	struct rlimit before, none;
	bool blocked = true;
	struct fb_buf text;
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(read_as_nobody(pid));
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		fb_test_skip("root may not become nobody here");
	else
		CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	fb_buf_init(&text, 1u << 20);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	FB_FAILS(fb_proc_read(getpid(), 0, "stat", &text), FB_EXHAUSTED);
	FB_FAILS(fb_proc_has_blocked(getpid(), &blocked), FB_EXHAUSTED);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &before), 0);
	FB_OK(fb_proc_has_blocked(getpid(), &blocked));
	CU_ASSERT_FALSE(blocked);
	FB_OK(fb_proc_has_blocked(FB_MAX_TASKS - 1, &blocked));
	CU_ASSERT_FALSE(blocked);
	fb_buf_deinit(&text);
}

/* A child that waits in recvfrom(), whose six arguments are known. */
static void registers_are_those_of_the_system_call(void)
{
	static char buffer[77];
	static struct sockaddr_un from;
	static socklen_t from_size = sizeof(from);
	const struct timespec millisecond = {.tv_nsec = 1000000};
	struct fb_proc_status status = {.state = '?'};
	struct user_regs_struct regs = {0};
	int sockets[2];
	pid_t child;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	child = fork();
	if (child == 0) {
		(void)setpriority(PRIO_PROCESS, 0, 7);
		(void)!syscall(SYS_recvfrom, sockets[0], buffer, sizeof(buffer), MSG_PEEK, &from,
			       &from_size);
		_exit(0);
	}
	for (unsigned i = 0; i < 10000 && regs.orig_rax != SYS_recvfrom; i++) {
		FB_OK_FATAL(fb_proc_status(child, 0, &status));
		fb_error_destroy(fb_proc_syscall_regs(child, child, false, &regs));
		nanosleep(&millisecond, NULL);
	}
	FB_OK_FATAL(fb_proc_status(child, 0, &status));
	CU_ASSERT_EQUAL(status.nice, 7);
	CU_ASSERT(status.ppid == getpid() && status.state == 'S' && !status.tracer);
	CU_ASSERT_EQUAL(regs.orig_rax, SYS_recvfrom);
	CU_ASSERT_EQUAL(regs.rdi, (uint64_t)sockets[0]);
	CU_ASSERT_EQUAL(regs.rsi, (uintptr_t)buffer);
	CU_ASSERT_EQUAL(regs.rdx, sizeof(buffer));
	CU_ASSERT_EQUAL(regs.r10, MSG_PEEK);
	CU_ASSERT_EQUAL(regs.r8, (uintptr_t)&from);
	CU_ASSERT_EQUAL(regs.r9, (uintptr_t)&from_size);
	CU_ASSERT(regs.cs == 0x33 && regs.ss == 0x2b && regs.rax == (uint64_t)-ENOSYS);
	CU_ASSERT(regs.rip && regs.rsp && regs.rcx == regs.rip);
	(void)kill(child, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
	FB_FAILS(fb_proc_syscall_regs(child, child, false, &regs), FB_NOT_FOUND);
	(void)close(sockets[0]);
	(void)close(sockets[1]);
}

/* The times of this process, of which it takes some. */
static void times_are_in_nanoseconds(void)
{
	const uint64_t tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	struct fb_proc_status status;
	struct tms before, after;

	do {
		(void)times(&before);
	} while (before.tms_utime < 2);
	FB_OK(fb_proc_status(getpid(), 0, &status));
	(void)times(&after);
	CU_ASSERT(status.utime_ns / tick >= (uint64_t)before.tms_utime);
	CU_ASSERT(status.utime_ns / tick <= (uint64_t)after.tms_utime);
	CU_ASSERT_EQUAL(status.utime_ns % tick, 0);
	CU_ASSERT(status.stime_ns / tick >= (uint64_t)before.tms_stime);
	CU_ASSERT(status.stime_ns / tick <= (uint64_t)after.tms_stime);
}

static void a_running_thread_has_no_registers(void)
{
	struct user_regs_struct regs;
	struct fb_error *err = fb_proc_syscall_regs(getpid(), gettid(), false, &regs);

	/* It reads its own: so it is in read(), with these arguments. */
	if (!err) {
		CU_ASSERT_EQUAL(regs.orig_rax, 0);
		CU_ASSERT_EQUAL(regs.cs, 0x33);
		CU_ASSERT_TRUE(regs.rip != 0 && regs.rsp != 0);
	}
	fb_error_destroy(err);
}

FB_TEST_MAIN("bundle/capture/proc", FB_TEST(status_is_that_of_the_process),
	     FB_TEST(mappings_have_their_kinds), FB_TEST(mappings_are_those_of_the_file),
	     FB_TEST(kinds_are_told_by_paths), FB_TEST(numbers_are_those_of_a_folder),
	     FB_TEST(registers_are_those_of_the_system_call), FB_TEST(times_are_in_nanoseconds),
	     FB_TEST(a_running_thread_has_no_registers), FB_TEST(what_is_refused_is_absent))
