// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cores of a child that waits in cat's read(), against what /proc says of it; and the child afterwards, which
 * must not have noticed.
 */
#include "bundle/capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "user/core/core.h"

#define BOOT_ID "0123456789abcdef0123456789abcdef"
#define NAME "c t.x-7"

struct child {
	pid_t pid;
	int to_fd, from_fd;
	char name[4200];
};

/* cat by another name, in its read(). */
static void start_child(struct child *child)
{
	const struct timespec millisecond = {.tv_nsec = 1000000};
	struct user_regs_struct regs = {.orig_rax = UINT64_MAX};
	struct fb_proc_status status = {.state = '?'};
	int in[2], out[2];

	(void)snprintf(child->name, sizeof(child->name), "%s/%s", fb_test_folder(), NAME);
	(void)unlink(child->name);
	CU_ASSERT_EQUAL_FATAL(symlink("/bin/cat", child->name), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(in) | pipe(out), 0);
	child->pid = fork();
	if (child->pid == 0) {
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(out[1], STDOUT_FILENO);
		(void)close(in[1]);
		(void)close(out[0]);
		execl(child->name, NAME, "-u", "-", NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	child->to_fd = in[1];
	child->from_fd = out[0];
	/* Until it has nothing to do but to read. */
	for (unsigned i = 0; i < 10000; i++) {
		FB_OK_FATAL(fb_proc_status(child->pid, 0, &status));
		fb_error_destroy(fb_proc_syscall_regs(child->pid, child->pid, false, &regs));
		if (status.state == 'S' && regs.orig_rax == 0 && regs.rdi == 0)
			break;
		nanosleep(&millisecond, NULL);
	}
}

/* It does what it did before. */
static void expect_cat(const struct child *child)
{
	char echo[6] = "";

	CU_ASSERT_EQUAL(write(child->to_fd, "hello", 5), 5);
	CU_ASSERT_EQUAL(read(child->from_fd, echo, sizeof(echo)), 5);
	CU_ASSERT_STRING_EQUAL(echo, "hello");
}

static void stop_child(struct child *child)
{
	(void)close(child->to_fd);
	(void)close(child->from_fd);
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
}

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* False where the test may not trace: it is skipped. */
static bool capture(const struct child *child, struct fb_captured *captured)
{
	const struct fb_capture_options options = {
		.folder = fb_test_folder(), .seconds = 30, .at_once = 1, .boot_id = BOOT_ID};

	FB_OK_FATAL(fb_capture(child->pid, &options, captured));
	if (captured->unstopped_count && !captured->unstopped[0].tracer) {
		fb_test_skip("ptrace is not allowed here");
		fb_captured_deinit(captured);
		return false;
	}
	return true;
}

static void check_captured(const struct child *child, const struct fb_captured *captured,
			   int64_t before)
{
	char path[4400];
	struct stat status;

	(void)snprintf(path, sizeof(path), "%s/core.c_t_x-7.%u." BOOT_ID ".%d.%" PRId64,
		       fb_test_folder(), getuid(), child->pid, captured->taken_ns / 1000);
	CU_ASSERT_STRING_EQUAL(captured->path, path);
	CU_ASSERT(captured->taken_ns >= before && captured->taken_ns <= now_ns());
	CU_ASSERT(captured->stopped_ns > 0 && (int64_t)captured->stopped_ns <= now_ns() - before);
	CU_ASSERT_EQUAL_FATAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(captured->bytes, (uint64_t)status.st_size);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_EQUAL(captured->lost_pages, 0);
	CU_ASSERT_EQUAL(captured->threads, 1);
	CU_ASSERT_EQUAL(captured->unstopped_count, 0);
	CU_ASSERT_TRUE(captured->consistent);
	CU_ASSERT_STRING_EQUAL(captured->status.comm, NAME);
	CU_ASSERT_EQUAL(captured->status.state, 'S');
}

/* The notes, against the same files of /proc that the process has. */
static void check_notes(const struct child *child, const struct fb_core_info *info,
			const struct user_regs_struct *regs, const struct fb_proc_maps *maps)
{
	struct fb_buf auxv;
	size_t files = 0;

	CU_ASSERT(info->kind == FB_CORE_KERNEL && !info->truncated && info->has_psinfo);
	CU_ASSERT(info->pid == child->pid && info->ppid == getpid());
	CU_ASSERT(info->pgrp == getpgrp() && info->sid == getsid(0));
	CU_ASSERT(info->uid == getuid() && info->gid == getgid());
	CU_ASSERT_STRING_EQUAL(info->comm, NAME);
	CU_ASSERT_STRING_EQUAL(info->args, NAME " -u - ");
	CU_ASSERT_EQUAL_FATAL(info->thread_count, 1);
	CU_ASSERT_EQUAL(info->threads[0].tid, child->pid);
	CU_ASSERT_EQUAL(info->threads[0].signal, 0);
	CU_ASSERT_EQUAL(info->threads[0].regs.rip, regs->rip);
	CU_ASSERT_EQUAL(info->threads[0].regs.rsp, regs->rsp);
	CU_ASSERT_EQUAL(info->threads[0].regs.rsi, regs->rsi);
	CU_ASSERT_EQUAL(info->threads[0].regs.cs, 0x33);
	CU_ASSERT_EQUAL(info->threads[0].fpregs_size, 512);
	fb_buf_init(&auxv, 1u << 20);
	FB_OK_FATAL(fb_proc_read(child->pid, 0, "auxv", &auxv));
	CU_ASSERT_EQUAL_FATAL(info->auxv_pairs, auxv.size / 16);
	CU_ASSERT_EQUAL(memcmp(info->auxv, auxv.data, auxv.size), 0);
	fb_buf_deinit(&auxv);
	for (size_t i = 0; i < maps->count; i++) {
		const struct fb_proc_mapping *mapping = &maps->list[i];

		if (mapping->path[0] != '/')
			continue;
		CU_ASSERT_FATAL(files < info->mapping_count);
		CU_ASSERT_EQUAL(info->mappings[files].start, mapping->start);
		CU_ASSERT_EQUAL(info->mappings[files].end, mapping->end);
		CU_ASSERT_EQUAL(info->mappings[files].offset, mapping->offset);
		CU_ASSERT_STRING_EQUAL(info->mappings[files].path, mapping->path);
		files++;
	}
	CU_ASSERT_EQUAL(files, info->mapping_count);
}

/* All bytes that the core has are those that the process has still. */
static void check_memory(const struct child *child, struct fb_core *core, uint64_t sp)
{
	const struct fb_core_info *info = fb_core_info(core);
	char path[64];
	uint64_t word = 0, there = 0, changed = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", child->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_FATAL(fd >= 0);
	for (size_t i = 0; i < info->segment_count; i++) {
		const struct fb_core_segment *segment = &info->segments[i];
		uint8_t *bytes = malloc(2 * segment->file_size + 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
		FB_OK(fb_file_read(fb_core_file(core), segment->file_offset, bytes,
				   segment->file_size));
		if (pread(fd, bytes + segment->file_size, segment->file_size,
			  (off_t)segment->address) == (ssize_t)segment->file_size)
			for (uint64_t at = 0; at < segment->file_size; at++)
				changed += bytes[at] != bytes[segment->file_size + at];
		free(bytes);
	}
	/* The kernel writes into it on which CPU it runs (rseq). */
	CU_ASSERT(changed <= 32);
	FB_OK(fb_space_u64(fb_core_space(core), sp, &word));
	CU_ASSERT_EQUAL(pread(fd, &there, 8, (off_t)sp), 8);
	CU_ASSERT_EQUAL(word, there);
	(void)close(fd);
}

static void a_core_is_as_proc_has_it(void)
{
	struct user_regs_struct regs = {0};
	struct fb_captured captured;
	struct fb_proc_status status;
	struct fb_core *core = NULL;
	struct fb_proc_maps maps;
	const int64_t before = now_ns();
	uint64_t estimate = 0;
	struct child child;

	start_child(&child);
	FB_OK(fb_proc_syscall_regs(child.pid, child.pid, false, &regs));
	FB_OK_FATAL(fb_proc_maps_read(child.pid, &maps));
	FB_OK(fb_capture_estimate(child.pid, &estimate));
	if (capture(&child, &captured)) {
		check_captured(&child, &captured, before);
		FB_OK_FATAL(fb_core_open(captured.path, NULL, &core));
		check_notes(&child, fb_core_info(core), &regs, &maps);
		check_memory(&child, core, regs.rsp);
		CU_ASSERT(estimate > 0 && estimate < captured.bytes);
		fb_core_destroy(core);
		fb_captured_deinit(&captured);
		CU_ASSERT_PTR_NULL(captured.path);
		FB_OK(fb_proc_status(child.pid, 0, &status));
		CU_ASSERT_EQUAL(status.tracer, 0);
		expect_cat(&child);
	}
	fb_proc_maps_deinit(&maps);
	stop_child(&child);
}

/* What another traces is captured too, as far as it goes: the registers of its system call. */
static void a_traced_child_is_told_of(void)
{
	struct user_regs_struct regs = {0};
	struct fb_captured captured;
	struct fb_core *core = NULL;
	struct child child;

	start_child(&child);
	FB_OK(fb_proc_syscall_regs(child.pid, child.pid, false, &regs));
	if (ptrace(PTRACE_SEIZE, child.pid, NULL, NULL)) {
		fb_test_skip("ptrace is not allowed here");
	} else if (capture(&child, &captured)) {
		CU_ASSERT_FALSE(captured.consistent);
		CU_ASSERT_EQUAL_FATAL(captured.unstopped_count, 1);
		CU_ASSERT_EQUAL(captured.unstopped[0].tid, child.pid);
		CU_ASSERT_EQUAL(captured.unstopped[0].state, 'S');
		CU_ASSERT_EQUAL(captured.unstopped[0].tracer, getpid());
		CU_ASSERT_TRUE(captured.unstopped[0].has_regs);
		CU_ASSERT_EQUAL(captured.threads, 1);
		FB_OK_FATAL(fb_core_open(captured.path, NULL, &core));
		CU_ASSERT_EQUAL_FATAL(fb_core_info(core)->thread_count, 1);
		CU_ASSERT_EQUAL(memcmp(&fb_core_info(core)->threads[0].regs, &regs, sizeof(regs)),
				0);
		CU_ASSERT_PTR_NULL(fb_core_info(core)->threads[0].fpregs);
		fb_core_destroy(core);
		fb_captured_deinit(&captured);
	}
	stop_child(&child);
}

static void what_is_gone_is_not_found(void)
{
	const struct fb_capture_options options = {
		.folder = fb_test_folder(), .seconds = 1, .at_once = 1, .boot_id = BOOT_ID};
	struct fb_captured captured = {.threads = 99};
	uint64_t bytes = 99;
	pid_t zombie = fork();
	siginfo_t info;

	if (zombie == 0)
		_exit(0);
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT), 0);
	FB_FAILS_WITH(fb_capture(zombie, &options, &captured), FB_NOT_FOUND,
		      "has no memory: a kernel thread, or one that has exited");
	FB_FAILS(fb_capture_estimate(zombie, &bytes), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(waitpid(zombie, NULL, 0), zombie);
	FB_FAILS_WITH(fb_capture(zombie, &options, &captured), FB_NOT_FOUND,
		      "the process has exited");
	CU_ASSERT(captured.threads == 99 && bytes == 99);
}

static void the_boot_id_has_no_dashes(void)
{
	char boot_id[33] = "", text[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	size_t at = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL(fgets(text, sizeof(text), file));
	(void)fclose(file);
	FB_OK(fb_capture_boot_id(boot_id));
	CU_ASSERT_EQUAL_FATAL(strlen(boot_id), 32);
	for (size_t i = 0; text[i] && text[i] != '\n'; i++)
		if (text[i] != '-')
			CU_ASSERT_EQUAL(boot_id[at++], text[i]);
	CU_ASSERT_EQUAL(at, 32);
}

FB_TEST_MAIN("bundle/capture", FB_TEST(a_core_is_as_proc_has_it),
	     FB_TEST(a_traced_child_is_told_of), FB_TEST(what_is_gone_is_not_found),
	     FB_TEST(the_boot_id_has_no_dashes))
