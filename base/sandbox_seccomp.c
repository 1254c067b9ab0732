// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls that are left. The others fail with EPERM rather than kill:
 * a C library that tries something newer first then takes its older way.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>

#include "base/attr.h"
#include "base/sandbox.h"

/* clang-format off */
static const int allowed[] = {
	/* reading and writing */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(write),
	SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(sendfile), SCMP_SYS(copy_file_range), SCMP_SYS(fallocate), SCMP_SYS(ftruncate),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fadvise64), SCMP_SYS(ioctl),
	SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe2),
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
	SCMP_SYS(clone), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(set_tid_address),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(wait4), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(tgkill), SCMP_SYS(gettid), SCMP_SYS(getpid),
	/* children (base/isolate.h): an end put to them, and less for them than this */
	SCMP_SYS(kill), SCMP_SYS(seccomp), SCMP_SYS(landlock_create_ruleset),
	SCMP_SYS(landlock_restrict_self),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	/* asking */
	SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64), SCMP_SYS(getrusage), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid),
#ifdef FB_ADDRESS_SANITIZER
	/* The leak check at the end stops all threads from a traced child. */
	SCMP_SYS(ptrace), SCMP_SYS(prctl), SCMP_SYS(personality), SCMP_SYS(arch_prctl),
	 SCMP_SYS(getppid), SCMP_SYS(getdents),
#endif
};

/* For debuginfod's client. */
static const int for_network[] = {
	SCMP_SYS(socket),      SCMP_SYS(socketpair),    SCMP_SYS(connect),
	SCMP_SYS(bind),        SCMP_SYS(getsockname),   SCMP_SYS(getpeername),
	SCMP_SYS(setsockopt),  SCMP_SYS(getsockopt),    SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),    SCMP_SYS(sendmsg),       SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmsg),     SCMP_SYS(shutdown),      SCMP_SYS(eventfd2),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),   SCMP_SYS(epoll_wait),
	SCMP_SYS(mkdir),       SCMP_SYS(fchmod),        SCMP_SYS(utimensat),
};
/* Of the first list, for a child: no file is made, opened for writing, moved or removed. */
static const int for_child[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(write),
	SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(dup2),
	SCMP_SYS(dup3), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(tgkill), SCMP_SYS(gettid),
	SCMP_SYS(getpid), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage),
	/* Its flags cannot be looked at from here: of what it opens, Landlock lets only reading pass. */
	SCMP_SYS(openat2),
};
/* clang-format on */

static bool allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0))
			return false;
	return true;
}

struct fb_error *fb_sandbox_seccomp(bool network, bool *applied_ret)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool good;

	if (!filter)
		return fb_error_nomem();
	/* glibc makes threads by clone3 and falls back to clone only at ENOSYS. */
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) &&
	       allow(filter, allowed, FB_ARRAY_SIZE(allowed)) &&
	       (!network || allow(filter, for_network, FB_ARRAY_SIZE(for_network))) &&
	       !seccomp_load(filter);
	seccomp_release(filter);
	*applied_ret = good;
	return NULL;
}

void fb_sandbox_seccomp_narrow(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	const unsigned for_writing = O_ACCMODE | O_CREAT | O_TRUNC;

	if (!filter)
		return;
	/* prctl() is refused within the sandbox. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (allow(filter, for_child, FB_ARRAY_SIZE(for_child)) &&
	    !seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
			      SCMP_A1(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY)) &&
	    !seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			      SCMP_A2(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY)))
		(void)seccomp_load(filter);
	seccomp_release(filter);
}
