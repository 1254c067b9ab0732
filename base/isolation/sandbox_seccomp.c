// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls that are left, and with which arguments. The others fail with
 * EPERM rather than kill: a C library that tries something newer first then
 * takes its older way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/isolation/sandbox.h"

struct fb_sandbox_filter {
	struct sock_fprog program;
	struct sock_filter instructions[BPF_MAXINSNS];
};

/* clang-format off */
/* Whatever their arguments are. */
static const int for_program[] = {
	/* reading and writing */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(write),
	SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(sendfile), SCMP_SYS(copy_file_range), SCMP_SYS(fallocate), SCMP_SYS(ftruncate),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fadvise64),
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe2),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(memfd_create),
	/* files: which, Landlock decides */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(linkat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(umask), SCMP_SYS(openat2),
	/* memory */
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(brk), SCMP_SYS(mincore), SCMP_SYS(membarrier),
	/* threads, signals, time */
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(set_tid_address),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(wait4), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	/* children (base/isolation/isolate.h): less for them than this, and the end of a channel to
	 * the fetcher (fetcher.h): no other socket is to be had */
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_restrict_self), SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),
	/* asking */
	SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid),
#ifdef FB_ADDRESS_SANITIZER
	/* The leak check at the end stops all threads from a traced child. */
	SCMP_SYS(ptrace), SCMP_SYS(prctl), SCMP_SYS(personality), SCMP_SYS(arch_prctl),
	SCMP_SYS(getdents), SCMP_SYS(clone),
#endif
};

/* For debuginfod's client. */
static const int for_fetcher[] = {
	SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(sendmmsg), SCMP_SYS(shutdown), SCMP_SYS(eventfd2),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(mkdir),
	SCMP_SYS(fchmod), SCMP_SYS(utimensat),
};

/* No file is made, opened for writing, moved or removed; no signal is sent; nothing is forked. */
static const int for_child[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(write),
	SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(dup2),
	SCMP_SYS(dup3), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(gettid),
	SCMP_SYS(getpid), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit), SCMP_SYS(getrusage),
	/* what the fetcher hands over */
	SCMP_SYS(recvmsg),
};

/* Of a terminal, its size and whether it is one. Typing into it (TIOCSTI) is not among them. */
static const unsigned long terminal_requests[] = {
	TCGETS, 0x802c542aul /* TCGETS2 */, TIOCGWINSZ,
};

/* Of a descriptor. F_SETOWN and F_SETSIG, which have other processes signalled, are not among them. */
static const int descriptor_requests[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL,
};
/* clang-format on */

/* What threads and forks are made with by the C library. No new namespace is among it. */
#define CLONE_FLAGS                                                                         \
	((scmp_datum_t)(CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |       \
			CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
			CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID))

static int allow_all(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count && !failed; i++)
		failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return failed;
}

/* call where its argument `number` is this value. */
static int allow_value(scmp_filter_ctx filter, int call, unsigned number, uint64_t value)
{
	const struct scmp_arg_cmp compare = SCMP_CMP(number, SCMP_CMP_EQ, value);

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compare);
}

/* call where no other bits of its argument than these are set. */
static int allow_bits(scmp_filter_ctx filter, int call, unsigned number, uint64_t bits)
{
	const struct scmp_arg_cmp compare = SCMP_CMP(number, SCMP_CMP_MASKED_EQ, ~bits, 0);

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compare);
}

/* What both may, with arguments. */
static int allow_common(scmp_filter_ctx filter)
{
	/* One's own limits, not another's. */
	int failed = allow_value(filter, SCMP_SYS(prlimit64), 0, 0);

	for (size_t i = 0; i < FB_ARRAY_SIZE(descriptor_requests) && !failed; i++)
		failed = allow_value(filter, SCMP_SYS(fcntl), 1, (uint64_t)descriptor_requests[i]);
	return failed;
}

static int fill_program(scmp_filter_ctx filter)
{
	/* glibc makes threads by clone3 and falls back to clone only at ENOSYS. */
	int failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	if (!failed)
		failed = allow_all(filter, for_program, FB_ARRAY_SIZE(for_program));
	if (!failed)
		failed = allow_common(filter);
	for (size_t i = 0; i < FB_ARRAY_SIZE(terminal_requests) && !failed; i++)
		failed = allow_value(filter, SCMP_SYS(ioctl), 1, terminal_requests[i]);
	if (!failed) /* abort() */
		failed = allow_value(filter, SCMP_SYS(tgkill), 0, (uint64_t)getpid());
	if (!failed)
		failed = allow_value(filter, SCMP_SYS(socketpair), 0, AF_UNIX);
	if (!failed) /* a child takes its own filter on */
		failed = allow_value(filter, SCMP_SYS(seccomp), 0, SECCOMP_SET_MODE_FILTER);
#ifndef FB_ADDRESS_SANITIZER
	if (!failed) /* and ends with its parent */
		failed = allow_value(filter, SCMP_SYS(prctl), 0, PR_SET_PDEATHSIG);
	if (!failed)
		failed = allow_bits(filter, SCMP_SYS(clone), 0, CLONE_FLAGS);
#endif
	return failed;
}

static int fill_child(scmp_filter_ctx filter)
{
	const uint64_t for_writing = O_ACCMODE | O_CREAT | O_TRUNC | O_PATH;
	const struct scmp_arg_cmp open_flags =
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY);
	const struct scmp_arg_cmp openat_flags =
		SCMP_A2_64(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY);
	int failed = allow_all(filter, for_child, FB_ARRAY_SIZE(for_child));

	if (!failed)
		failed = allow_common(filter);
	if (!failed)
		failed = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
						&open_flags);
	if (!failed)
		failed = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
						&openat_flags);
	/* Its flags stand in memory, where they cannot be looked at: allowed where Landlock lets
	 * only reading pass; elsewhere fb_open_in_root() does without. */
	if (!failed)
		failed = seccomp_rule_add(
			filter, fb_sandbox_has_landlock() ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS),
			SCMP_SYS(openat2), 0);
	return failed;
}

static int fill(enum fb_sandbox_whose whose, scmp_filter_ctx filter)
{
	int failed = whose == FB_SANDBOX_CHILD ? fill_child(filter) : fill_program(filter);

	if (whose == FB_SANDBOX_FETCHER && !failed)
		failed = allow_all(filter, for_fetcher, FB_ARRAY_SIZE(for_fetcher));
	if (whose == FB_SANDBOX_FETCHER && !failed) /* a socket without waiting */
		failed = allow_value(filter, SCMP_SYS(ioctl), 1, FIONBIO);
	return failed;
}

/* The filter's instructions, by way of a file in memory. false: out of memory, or too many. */
static bool export(scmp_filter_ctx context, struct fb_sandbox_filter *filter)
{
	struct stat stat_buf;
	bool good;
	int fd = memfd_create("filter", MFD_CLOEXEC);

	if (fd < 0)
		return false;
	good = !seccomp_export_bpf(context, fd) && !fstat(fd, &stat_buf) && stat_buf.st_size > 0 &&
	       stat_buf.st_size <= (off_t)sizeof(filter->instructions) &&
	       pread(fd, filter->instructions, (size_t)stat_buf.st_size, 0) == stat_buf.st_size;
	(void)close(fd);
	if (!good)
		return false;
	filter->program.len =
		(unsigned short)((size_t)stat_buf.st_size / sizeof(filter->instructions[0]));
	filter->program.filter = filter->instructions;
	return true;
}

static bool build(enum fb_sandbox_whose whose, struct fb_sandbox_filter *filter)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool good;

	if (!context)
		return false;
	good = !fill(whose, context) && export(context, filter);
	seccomp_release(context);
	return good;
}

struct fb_error *fb_sandbox_filter_create(enum fb_sandbox_whose whose,
					  struct fb_sandbox_filter **filter_ret)
{
	struct fb_sandbox_filter *filter = calloc(1, sizeof(*filter));
	struct fb_sandbox_filter *again = calloc(1, sizeof(*again));
	/* libseccomp (2.5.4) does not see each allocation that fails, and what it gives then lacks
	 * rules, or has them for other calls: two that are the same are right. */
	bool good = filter && again && build(whose, filter) && build(whose, again) &&
		    filter->program.len == again->program.len &&
		    memcmp(filter->instructions, again->instructions,
			   filter->program.len * sizeof(filter->instructions[0])) == 0;

	free(again);
	if (!good) {
		free(filter);
		return fb_error_nomem();
	}
	*filter_ret = filter;
	return NULL;
}

void fb_sandbox_filter_destroy(struct fb_sandbox_filter *filter)
{
	free(filter);
}

bool fb_sandbox_filter_apply(const struct fb_sandbox_filter *filter)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->program) == 0;
}
