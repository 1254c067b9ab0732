// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle makedumpfile. In a capture kernel no user can try again. kdump-tools pipes the output of makedumpfile through
 * another program and checks only the exit status of that program, so it does not notice that makedumpfile failed.
 * Therefore this code tries one way to write a dump after another. Each runs in a child process whose standard output
 * goes through this process. As long as no byte of it was passed on, another way can still be tried.
 */
#include "cmd/dump/makedumpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "cmd/shared/command.h"

#define PIECE (256u << 10) /* bytes that go through at once */

struct call {
	int argc;
	char **argv;
	int (*dump)(int argc, char **argv);
	const char *input; /* NULL: none was given */
	bool log_only;     /* --dump-dmesg */
	bool understood;   /* fbundle dump has all of these options */
	bool sent;         /* some of it has gone to standard output */
	bool broken;       /* standard output takes no more */
};

/* Those of makedumpfile's options that say nothing which fbundle would not do. */
static void read_arguments(struct call *call)
{
	static const struct option options[] = {
		{"dump-dmesg", no_argument, NULL, 'm'},
		{"message-level", required_argument, NULL, 'n'},
		{"num-threads", required_argument, NULL, 'n'},
		{0},
	};
	int option;

	opterr = 0;
	call->understood = true;
	while ((option = getopt_long(call->argc, call->argv, "clpzFfd:x:i:", options, NULL)) !=
	       -1) {
		call->understood &= option != '?';
		call->log_only |= option == 'm';
	}
	if (optind < call->argc)
		call->input = call->argv[optind];
}

static void say(const char *text)
{
	fprintf(stderr, "fbundle: %s\n", text);
}

/* Hands on what the child writes, until it ends. */
static void pass_on(struct call *call, int from)
{
	static char piece[PIECE];
	ssize_t got;

	while ((got = read(from, piece, sizeof(piece))) != 0) {
		if (got < 0) {
			if (errno != EINTR)
				break;
			continue;
		}
		if (!fb_write_all(STDOUT_FILENO, piece, (size_t)got)) {
			fprintf(stderr, "fbundle: cannot write standard output: %s\n",
				strerror(errno));
			call->broken = true;
			return;
		}
		call->sent = true;
	}
}

/* An attempt: `work` in a child that writes through us. True: it ended well. */
static bool attempt(struct call *call, int (*work)(struct call *call))
{
	int ends[2], status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	(void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	child = fork();
	if (child == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		if (dup2(ends[1], STDOUT_FILENO) < 0)
			_exit(FB_EXIT_FAILURE);
		(void)close(ends[0]);
		(void)close(ends[1]);
		exit(work(call));
	}
	(void)close(ends[1]);
	if (child > 0)
		pass_on(call, ends[0]);
	/* Where we can write no more, the child's next write ends it. */
	(void)close(ends[0]);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	if (WIFSIGNALED(status))
		fprintf(stderr, "fbundle: ended by signal %d\n", WTERMSIG(status));
	return !call->broken && WIFEXITED(status) &&
	       (WEXITSTATUS(status) == FB_EXIT_OK || WEXITSTATUS(status) == FB_EXIT_PARTIAL);
}

static int run_dump(struct call *call)
{
	return call->dump(call->argc, call->argv);
}

/* What reads user stacks is the larger part of the work, and of what may go wrong. */
static int run_filter_alone(struct call *call)
{
	static char keep[] = "--keep=none";
	char **argv = calloc((size_t)call->argc + 2, sizeof(*argv));

	if (!argv)
		return FB_EXIT_FAILURE;
	argv[0] = call->argv[0];
	argv[1] = keep;
	for (int i = 1; i < call->argc; i++)
		argv[i + 1] = call->argv[i];
	return call->dump(call->argc + 1, argv);
}

/* Returns only where there is none. */
static int run_makedumpfile(struct call *call)
{
	char name[] = "makedumpfile";

	call->argv[0] = name;
	say("running makedumpfile instead");
	(void)execvp(name, call->argv);
	fprintf(stderr, "fbundle: makedumpfile: %s\n", strerror(errno));
	return FB_EXIT_FAILURE;
}

static int copy_memory(struct call *call)
{
	static char piece[PIECE];
	int fd = open(call->input, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0) {
		got = read(fd, piece, sizeof(piece));
		if (got > 0 && !fb_write_all(STDOUT_FILENO, piece, (size_t)got))
			return FB_EXIT_FAILURE;
	}
	if (got < 0)
		fprintf(stderr, "fbundle: cannot read %s: %s\n", call->input, strerror(errno));
	return got < 0 ? FB_EXIT_FAILURE : FB_EXIT_OK;
}

/* Whether another way may be gone: nothing has been written yet. */
static bool may_go_on(const struct call *call)
{
	if (call->broken)
		return false;
	if (call->sent)
		say("the dump is not complete; what was written of it can be read: its pages so far "
		    "are there");
	return !call->sent;
}

int fb_makedumpfile(int argc, char **argv, int (*dump)(int argc, char **argv))
{
	struct call call = {.argc = argc, .argv = argv, .dump = dump};
	bool to_stdout;

	(void)signal(SIGPIPE, SIG_IGN);
	read_arguments(&call);
	to_stdout = call.input && optind + 1 == argc;
	if (call.understood && call.input) {
		if (attempt(&call, run_dump))
			return FB_EXIT_OK;
		if (!may_go_on(&call))
			return FB_EXIT_FAILURE;
		if (!call.log_only) {
			say("trying again without process memory");
			if (attempt(&call, run_filter_alone))
				return FB_EXIT_OK;
			if (!may_go_on(&call))
				return FB_EXIT_FAILURE;
		}
	}
	if (attempt(&call, run_makedumpfile))
		return FB_EXIT_OK;
	if (!to_stdout || call.log_only || !call.understood || !may_go_on(&call))
		return FB_EXIT_FAILURE;
	say("copying all of the memory as it is");
	return attempt(&call, copy_memory) ? FB_EXIT_OK : FB_EXIT_FAILURE;
}
