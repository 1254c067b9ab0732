// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls, and arguments, that the seccomp filters allow. All others fail
 * with EPERM and do not kill the process, so that a C library that tries a newer
 * system call first falls back to the older one.
 *
 * The build runs this program, which prints the filters as arrays of instructions
 * for sandbox_seccomp.c. fbundle does not build filters at run time, because
 * libseccomp (2.5.4) frees memory twice, loops, or gives a filter that lacks rules
 * where memory is out (tested by making each of its allocations fail in turn).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/attr.h"

/* clang-format off */
/* Whatever their arguments are. */
static const int program_calls[] = {
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
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
	SCMP_SYS(landlock_restrict_self), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
	/* asking */
	SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid),
#ifdef FB_ADDRESS_SANITIZER
	/* The leak check at the end stops all threads from a traced child. */
	SCMP_SYS(ptrace), SCMP_SYS(prctl), SCMP_SYS(personality), SCMP_SYS(arch_prctl),
	SCMP_SYS(getdents), SCMP_SYS(tgkill),
#endif
};

/* For debuginfod's client. */
static const int fetcher_calls[] = {
	SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(sendmmsg), SCMP_SYS(shutdown), SCMP_SYS(eventfd2),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(mkdir),
	SCMP_SYS(fchmod), SCMP_SYS(utimensat),
};

/* No file is made, opened for writing, moved or removed; no signal is sent; nothing is forked. */
static const int child_calls[] = {
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

/* The requests of ioctl() that are allowed ask a terminal for its size and whether it is one.
 * Typing into it (TIOCSTI) is not among them. */
static const unsigned long terminal_requests[] = {
	TCGETS, 0x802c542aul /* TCGETS2 */, TIOCGWINSZ,
};

/* The commands of fcntl() that are allowed concern a descriptor alone. F_SETOWN and F_SETSIG,
 * which make the kernel signal other processes, are not among them. */
static const int descriptor_requests[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL,
};
/* clang-format on */

#ifdef FB_ADDRESS_SANITIZER
#define CLONE_FOR_LEAK_CHECK CLONE_UNTRACED
#else
#define CLONE_FOR_LEAK_CHECK 0
#endif

/* What threads and forks are made with by the C library. No new namespace is among it. */
#define CLONE_FLAGS                                                                         \
	((scmp_datum_t)(CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |       \
			CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
			CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CLONE_FOR_LEAK_CHECK))

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
	const struct scmp_arg_cmp compare = SCMP_CMP(number, SCMP_CMP_EQ, value, 0);

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
		failed = allow_all(filter, program_calls, FB_ARRAY_SIZE(program_calls));
	if (!failed)
		failed = allow_common(filter);
	for (size_t i = 0; i < FB_ARRAY_SIZE(terminal_requests) && !failed; i++)
		failed = allow_value(filter, SCMP_SYS(ioctl), 1, terminal_requests[i]);
	if (!failed)
		failed = allow_value(filter, SCMP_SYS(socketpair), 0, AF_UNIX);
	if (!failed) /* a child takes its own filter on */
		failed = allow_value(filter, SCMP_SYS(seccomp), 0, SECCOMP_SET_MODE_FILTER);
#ifndef FB_ADDRESS_SANITIZER
	if (!failed) /* and ends with its parent */
		failed = allow_value(filter, SCMP_SYS(prctl), 0, PR_SET_PDEATHSIG);
#endif
	if (!failed)
		failed = allow_bits(filter, SCMP_SYS(clone), 0, CLONE_FLAGS);
	return failed;
}

/* landlock: whether the kernel that it is taken on in has Landlock. */
static int fill_child(scmp_filter_ctx filter, bool landlock)
{
	const uint64_t for_writing = O_ACCMODE | O_CREAT | O_TRUNC | O_PATH;
	const struct scmp_arg_cmp open_flags =
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY);
	const struct scmp_arg_cmp openat_flags =
		SCMP_A2_64(SCMP_CMP_MASKED_EQ, for_writing, O_RDONLY);
	int failed = allow_all(filter, child_calls, FB_ARRAY_SIZE(child_calls));

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
		failed =
			seccomp_rule_add(filter, landlock ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS),
					 SCMP_SYS(openat2), 0);
	return failed;
}

static int fill_fetcher(scmp_filter_ctx filter)
{
	int failed = fill_program(filter);

	if (!failed)
		failed = allow_all(filter, fetcher_calls, FB_ARRAY_SIZE(fetcher_calls));
	if (!failed) /* a socket without waiting */
		failed = allow_value(filter, SCMP_SYS(ioctl), 1, FIONBIO);
	return failed;
}

static int fill(unsigned which, scmp_filter_ctx filter)
{
	switch (which) {
	case 0:
		return fill_program(filter);
	case 1:
		return fill_fetcher(filter);
	default:
		return fill_child(filter, which == 2);
	}
}

/* Prints the filter's instructions as an array. Returns 0, or what libseccomp does. */
static int print(unsigned which, const char *name)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	FILE *file = tmpfile();
	struct sock_filter instruction;
	int failed = context && file ? fill(which, context) : -ENOMEM;

	if (!failed)
		failed = seccomp_export_bpf(context, fileno(file));
	if (!failed)
		printf("static const struct sock_filter %s[] = {\n", name);
	for (rewind(file); !failed && fread(&instruction, sizeof(instruction), 1, file) == 1;)
		printf("\t{0x%04x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt,
		       instruction.jf, instruction.k);
	if (!failed)
		printf("};\n");
	seccomp_release(context);
	if (file)
		(void)fclose(file);
	return failed;
}

int main(void)
{
	static const char *const names[] = {"for_program", "for_fetcher", "for_child",
					    "for_child_without_landlock"};
	int failed = 0;

	printf("/* Made by base/isolation/filters/make_filters.c. */\n");
	for (unsigned which = 0; which < FB_ARRAY_SIZE(names) && !failed; which++)
		failed = print(which, names[which]);
	if (failed)
		fprintf(stderr, "libseccomp: %s\n", strerror(-failed));
	return failed || fflush(stdout) ? 1 : 0;
}
