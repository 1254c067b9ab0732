// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle makedumpfile. In a capture kernel no user can try again. kdump-tools pipes the output of makedumpfile through
 * another program and checks only the exit status of that program, so it does not notice that makedumpfile failed.
 * Therefore this code tries one way to write a dump after another: the dump that was asked for; the filter without
 * process memory; makedumpfile; makedumpfile at a level that leaves out only what it cannot mistake; all pages, by
 * fbundle; and a copy of the memory. Each runs in a child process whose standard output goes through this process. As
 * long as no byte of it was passed on, another way can still be tried.
 */
#include "cmd/dump/makedumpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/files/fd_io.h"
#include "cmd/shared/command.h"

#define PIECE (256u << 10) /* bytes that go through at once */
/* What makedumpfile says of a kernel that is newer than those it knows. It goes on nevertheless. No other letter of it
 * is its first one. */
#define UNKNOWN_KERNEL "The kernel version is not supported"
/* Kernels before 6.10 say in VMCOREINFO which flag marks a page of a slab (46df8e73a4a3, "mm: free up PG_slab"). Of
 * newer ones a makedumpfile that does not know them takes slabs in use for process memory or cache. */
#define SLAB_FLAG "NUMBER(PG_slab)="
/* VMCOREINFO stands in the headers of a vmcore or dump, before its memory. */
#define HEADERS_BYTES (1u << 20)
/* Bits of the level that need no more of struct page than VMCOREINFO has: pages of zeros, and free ones. */
#define SURE_LEVELS (1u | 16u)

struct call {
	int argc;
	char **argv;
	int (*dump)(int argc, char **argv);
	const char *input;  /* NULL: none was given */
	const char *output; /* NULL: standard output */
	bool has_level;     /* -d */
	unsigned level;     /* its bits; of several levels all of them */
	bool log_only;      /* --dump-dmesg */
	bool understood;    /* fbundle dump has all of these options */
	bool sent;          /* some of the dump has gone to standard output */
	bool broken;        /* standard output takes no more */
	bool unknown;       /* makedumpfile does not know the kernel */
};

/* Options of fbundle dump that makedumpfile does not have. */
static const struct option own_options[] = {
	{"keep", required_argument, NULL, 'o'},
	{"keep-process", required_argument, NULL, 'o'},
	{"with-files", no_argument, NULL, 'o'},
	{"budget", required_argument, NULL, 'o'},
};

/* makedumpfile's level is a number, or several with commas between, to try one after the other. */
static void read_level(struct call *call, const char *text)
{
	char *rest;

	call->has_level = true;
	call->level = (unsigned)strtoul(text, &rest, 10);
	while (*rest == ',')
		call->level |= (unsigned)strtoul(rest + 1, &rest, 10);
}

/* Those of makedumpfile's options that say nothing which fbundle would not do, and fbundle's own. */
static void read_arguments(struct call *call)
{
	struct option options[FB_ARRAY_SIZE(own_options) + 4] = {
		{"dump-dmesg", no_argument, NULL, 'm'},
		{"message-level", required_argument, NULL, 'n'},
		{"num-threads", required_argument, NULL, 'n'},
	};
	int option;

	memcpy(options + 3, own_options, sizeof(own_options));
	opterr = 0;
	call->understood = true;
	while ((option = getopt_long(call->argc, call->argv, "clpzFfd:x:i:", options, NULL)) !=
	       -1) {
		call->understood &= option != '?';
		call->log_only |= option == 'm';
		if (option == 'd')
			read_level(call, optarg);
	}
	if (optind < call->argc)
		call->input = call->argv[optind];
	if (optind + 1 < call->argc)
		call->output = call->argv[optind + 1];
}

static void say(const char *text)
{
	fprintf(stderr, "fbundle: %s\n", text);
}

/* One of a child's outputs on its way through this process. */
struct stream {
	int from, to;
	bool dump;      /* the dump itself */
	bool watched;   /* for UNKNOWN_KERNEL */
	size_t matched; /* how much of that has come */
};

static bool tells_unknown(struct stream *stream, const char *text, size_t length)
{
	static const char phrase[] = UNKNOWN_KERNEL;

	for (size_t i = 0; i < length && phrase[stream->matched]; i++) {
		if (text[i] == phrase[stream->matched])
			stream->matched++;
		else
			stream->matched = text[i] == phrase[0];
	}
	return !phrase[stream->matched];
}

/* Hands on one piece. False: nothing more is to be handed on. */
static bool pass_piece(struct call *call, struct stream *stream)
{
	static char piece[PIECE];
	ssize_t got = read(stream->from, piece, sizeof(piece));

	if (got < 0 && errno == EINTR)
		return true;
	if (got <= 0) {
		(void)close(stream->from);
		stream->from = -1;
		return true;
	}
	if (!fb_write_all(stream->to, piece, (size_t)got) && stream->to == STDOUT_FILENO) {
		fprintf(stderr, "fbundle: cannot write standard output: %s\n", strerror(errno));
		call->broken = true;
		return false;
	}
	call->sent |= stream->dump;
	if (stream->watched && !call->sent && tells_unknown(stream, piece, (size_t)got))
		call->unknown = true;
	return !call->unknown;
}

/* Hands on what the child writes, until it ends or is not to go on. Messages go first: what makedumpfile says of the
 * kernel it says before it writes. */
static void pass_on(struct call *call, struct stream streams[2])
{
	bool going = true;

	while (going && (streams[0].from >= 0 || streams[1].from >= 0)) {
		struct pollfd polled[2] = {
			{.fd = streams[0].from, .events = POLLIN},
			{.fd = streams[1].from, .events = POLLIN},
		};

		if (poll(polled, 2, -1) < 0) {
			going = errno == EINTR;
			continue;
		}
		going = pass_piece(call, &streams[polled[0].revents ? 0 : 1]);
	}
	for (unsigned i = 0; i < 2; i++)
		if (streams[i].from >= 0)
			(void)close(streams[i].from);
}

static void run_child(struct call *call, int (*work)(struct call *call), const int ends[2],
		      const int messages[2])
{
	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(ends[1], STDOUT_FILENO) < 0 ||
	    (messages[1] >= 0 && dup2(messages[1], STDERR_FILENO) < 0))
		_exit(FB_EXIT_FAILURE);
	for (unsigned i = 0; i < 2; i++) {
		(void)close(ends[i]);
		if (messages[i] >= 0)
			(void)close(messages[i]);
	}
	exit(work(call));
}

/* An attempt: `work` in a child that writes through us. True: it ended well. watch: what it says is listened to, and it
 * is ended where it does not know the kernel. */
static bool attempt(struct call *call, int (*work)(struct call *call), bool watch)
{
	int ends[2], messages[2] = {-1, -1}, status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	if (watch && pipe2(messages, O_CLOEXEC))
		messages[0] = messages[1] = -1; /* then nobody listens */
	(void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	child = fork();
	if (child == 0)
		run_child(call, work, ends, messages);
	(void)close(ends[1]);
	if (messages[1] >= 0)
		(void)close(messages[1]);
	if (child > 0) {
		struct stream streams[2] = {
			{.from = messages[0], .to = STDERR_FILENO, .watched = true},
			{.from = ends[0],
			 .to = STDOUT_FILENO,
			 .dump = !call->output,
			 .watched = watch && call->output},
		};

		pass_on(call, streams);
	}
	/* Where we can write no more, the child's next write would end it too. */
	if (child > 0 && (call->broken || call->unknown))
		(void)kill(child, SIGKILL);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	if (WIFSIGNALED(status) && !call->broken && !call->unknown)
		fprintf(stderr, "fbundle: ended by signal %d\n", WTERMSIG(status));
	return !call->broken && !call->unknown && WIFEXITED(status) &&
	       (WEXITSTATUS(status) == FB_EXIT_OK || WEXITSTATUS(status) == FB_EXIT_PARTIAL);
}

#define MOST_ADDED 3u

/* The arguments of the call with others behind them, which take precedence; added ends with NULL. NULL: no memory. */
static char **arguments_with(const struct call *call, char *const *added, int *argc_ret)
{
	char **argv = calloc((size_t)call->argc + MOST_ADDED + 1, sizeof(*argv));
	int argc = 0;

	if (!argv)
		return NULL;
	for (; argc < call->argc; argc++)
		argv[argc] = call->argv[argc];
	for (; *added; added++)
		argv[argc++] = *added;
	*argc_ret = argc;
	return argv;
}

static int run_ours(struct call *call, char *const *added)
{
	int argc;
	char **argv = arguments_with(call, added, &argc);

	return argv ? call->dump(argc, argv) : FB_EXIT_FAILURE;
}

static char without_processes[] = "--keep=none", no_level[] = "-d0", zeros_alone[] = "-d1",
	    sure_levels[] = "-d17", need_classes[] = "--need-classes";

/* makedumpfile's own level is 0. */
static int run_dump(struct call *call)
{
	return run_ours(call, (char *[]){need_classes, call->has_level ? NULL : no_level, NULL});
}

/* What reads user stacks is the larger part of the work, and of what may go wrong. */
static int run_filter_alone(struct call *call)
{
	return run_ours(call, (char *[]){need_classes, without_processes,
					 call->has_level ? NULL : no_level, NULL});
}

static int run_unfiltered(struct call *call)
{
	return run_ours(call, (char *[]){without_processes, zeros_alone, NULL});
}

/* Whether an argument is an option of fbundle's own, and whether its value is the next argument. */
static bool is_own(const char *argument, bool *value_next_ret)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(own_options); i++) {
		const struct option *own = &own_options[i];
		const size_t length = strlen(own->name);

		if (strncmp(argument, "--", 2) != 0 ||
		    strncmp(argument + 2, own->name, length) != 0)
			continue;
		*value_next_ret = own->has_arg && !argument[2 + length];
		if (!argument[2 + length] || argument[2 + length] == '=')
			return true;
	}
	return false;
}

/* Returns only where there is none. */
static int run_theirs(struct call *call, char *const *added)
{
	static char name[] = "makedumpfile";
	int argc, count = 1;
	char **argv = arguments_with(call, added, &argc);

	if (!argv)
		return FB_EXIT_FAILURE;
	argv[0] = name;
	for (int i = 1; i < argc; i++) {
		bool value_next = false;

		if (!is_own(argv[i], &value_next))
			argv[count++] = argv[i];
		i += value_next;
	}
	argv[count] = NULL;
	(void)execvp(name, argv);
	fprintf(stderr, "fbundle: makedumpfile: %s\n", strerror(errno));
	return FB_EXIT_FAILURE;
}

static int run_makedumpfile(struct call *call)
{
	return run_theirs(call, (char *[]){NULL});
}

static int run_makedumpfile_surely(struct call *call)
{
	return run_theirs(call, (char *[]){call->level & 16 ? sure_levels : zeros_alone, NULL});
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

/* By fbundle, with fewer of the options. Some of the pages have to be known to be left out: else makedumpfile may
 * know. */
static bool ours(struct call *call)
{
	if (attempt(call, run_dump, false))
		return true;
	if (!may_go_on(call) || call->log_only)
		return false;
	say("trying again without process memory");
	return attempt(call, run_filter_alone, false);
}

/* Whether the kernel tells of a flag that marks slabs. */
static bool has_slab_flag(const char *path)
{
	static const char flag[] = SLAB_FLAG;
	static char headers[HEADERS_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0 && length < sizeof(headers)) {
		got = read(fd, headers + length, sizeof(headers) - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		(void)close(fd);
	return memmem(headers, length, flag, sizeof(flag) - 1) != NULL;
}

/* Whether a makedumpfile that does not know the kernel might take pages in use for what is to be left out. */
static bool may_mistake(const struct call *call)
{
	return !call->log_only && (call->level & ~SURE_LEVELS) && call->input &&
	       !has_slab_flag(call->input);
}

/* makedumpfile with the level that was asked for. A file that it has begun is removed where it is ended. */
static bool theirs(struct call *call)
{
	const bool was_there = call->output && access(call->output, F_OK) == 0;

	say("running makedumpfile instead");
	if (attempt(call, run_makedumpfile, may_mistake(call)))
		return true;
	if (call->unknown) {
		say("this makedumpfile does not know the kernel and would leave out slabs in use");
		if (call->output && !was_there)
			(void)unlink(call->output);
	}
	return false;
}

/* More pages than were asked for. */
static bool keep_more(struct call *call)
{
	if (call->unknown) {
		call->unknown = false;
		say("running makedumpfile again, to keep process memory and cache");
		if (attempt(call, run_makedumpfile_surely, false))
			return true;
		if (!may_go_on(call))
			return false;
	}
	if (!call->understood)
		return false;
	say("keeping all pages");
	return attempt(call, run_unfiltered, false);
}

int fb_makedumpfile(int argc, char **argv, int (*dump)(int argc, char **argv))
{
	struct call call = {.argc = argc, .argv = argv, .dump = dump};

	(void)signal(SIGPIPE, SIG_IGN);
	read_arguments(&call);
	if (call.understood && call.input) {
		if (ours(&call))
			return FB_EXIT_OK;
		if (!may_go_on(&call))
			return FB_EXIT_FAILURE;
	}
	if (theirs(&call))
		return FB_EXIT_OK;
	/* Of what makedumpfile has put into a file its caller has to know. */
	if (call.log_only || !call.input || (call.output && !call.unknown) || !may_go_on(&call))
		return FB_EXIT_FAILURE;
	if (keep_more(&call))
		return FB_EXIT_OK;
	if (call.output || !call.understood || !may_go_on(&call))
		return FB_EXIT_FAILURE;
	say("copying all of the memory as it is");
	return attempt(&call, copy_memory, false) ? FB_EXIT_OK : FB_EXIT_FAILURE;
}
