// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the input once and runs commands on it in children. Started by front.c; it leaves no function but by ending the
 * process.
 */
#include "cmd/shell/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/isolation/isolate_owner.h"
#include "base/isolation/packet.h"
#include "cmd/shared/names.h"
#include "cmd/shared/run.h"
#include "cmd/shell/current.h"
#include "cmd/shell/names.h"
#include "cmd/shell/request.h"

struct reader {
	const struct fb_command *const *commands;
	struct fb_opened opened;
	int channel;
	struct fb_request request; /* the one at hand */
	int fds[FB_PACKET_DESCRIPTORS];
	int alive; /* a pipe's end that the child has while it lives */
};

/* What exit() would do beyond this, destructors and checks for leaks, is for the parent's memory. */
static void end_at_once(int status, void *context FB_UNUSED)
{
	(void)fflush(NULL);
	_exit(status);
}

/* The exit status of a request that is no command. */
static int answer(struct fb_error *err)
{
	if (!err && fb_flush())
		return FB_EXIT_OK;
	fb_print_message("", err ? fb_error_message(err) : "standard output: cannot be written");
	fb_error_destroy(err);
	return FB_EXIT_FAILURE;
}

static int run_command(struct reader *reader)
{
	char name[64], *argv[FB_MAX_LINE / 2 + 2];
	const size_t count = reader->request.word_count;
	const struct fb_command *command;

	if (!count || count >= FB_ARRAY_SIZE(argv))
		return FB_EXIT_USAGE;
	for (size_t i = 0; i < count; i++)
		argv[i] = fb_request_word(&reader->request, i);
	argv[count] = NULL;
	command = fb_command_find(reader->commands, argv[0]);
	if (!command || command->apart)
		return FB_EXIT_USAGE;
	/* argp takes the name for its messages from here. */
	(void)snprintf(name, sizeof(name), "fbundle %s", command->name);
	argv[0] = name;
	return fb_run(command, reader->commands, &reader->opened, (int)count, argv);
}

static int list_names(struct reader *reader)
{
	struct fb_request *request = &reader->request;

	for (unsigned i = 0; request->word_count == 3 && i < FB_NAMES_COUNT; i++)
		if (strcmp(fb_request_word(request, 0), fb_names_words[i]) == 0)
			return answer(fb_names_print(reader->opened.input, i,
						     fb_request_word(request, 1),
						     fb_request_word(request, 2)));
	return FB_EXIT_USAGE;
}

/* A command's child, up to its end. */
static void live(void *context)
{
	struct reader *reader = context;
	struct fb_request *request = &reader->request;
	int status = FB_EXIT_USAGE;

	(void)close(reader->channel);
	(void)on_exit(end_at_once, NULL);
	if (dup2(reader->fds[0], STDOUT_FILENO) < 0 || dup2(reader->fds[1], STDERR_FILENO) < 0)
		_exit(FB_EXIT_FAILURE);
	(void)close(reader->fds[0]);
	(void)close(reader->fds[1]);
	fb_input_renew(reader->opened.input);
	reader->opened.terminal_width = request->terminal_width;
	if (request->kind == FB_REQUEST_RUN)
		status = run_command(reader);
	else if (request->kind == FB_REQUEST_NAMES)
		status = list_names(reader);
	else if (request->kind == FB_REQUEST_TASK)
		status = answer(
			fb_current_print(reader->opened.input,
					 request->word_count ? fb_request_word(request, 0) : NULL));
	exit(status);
}

/* Waits until the child has ended, or ends it where a packet comes: it can only be FB_REQUEST_CANCEL, or the end of the
 * terminal's process, with which this one ends. */
static void await(struct reader *reader, struct fb_isolate_owner *owner, int alive)
{
	struct pollfd polled[2] = {{.fd = alive, .events = POLLIN},
				   {.fd = reader->channel, .events = POLLIN}};
	int fds[FB_PACKET_DESCRIPTORS];
	size_t count;

	while (!polled[0].revents) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			_exit(FB_EXIT_FAILURE);
		if (!polled[1].revents)
			continue;
		if (fb_packet_receive(reader->channel, &reader->request, sizeof(reader->request),
				      fds, &count) <= 0)
			_exit(FB_EXIT_OK);
		while (count)
			(void)close(fds[--count]);
		fb_isolate_owner_end(owner);
	}
}

/* Runs the request at hand in a child. */
static struct fb_reply serve(struct reader *reader)
{
	struct fb_reply reply = {.status = FB_EXIT_FAILURE};
	struct fb_isolate_owner owner = {.pid = -1};
	int alive[2], status = 0;

	if (pipe2(alive, O_CLOEXEC))
		return reply;
	reader->alive = alive[1];
	if (!fb_isolate_owner_start(&owner, live, reader)) {
		(void)close(alive[1]);
		await(reader, &owner, alive[0]);
		while (waitpid(owner.pid, &status, 0) < 0 && errno == EINTR)
			;
		fb_isolate_owner_end(&owner);
		if (WIFSIGNALED(status))
			reply.signal = WTERMSIG(status);
		else
			reply.status = WEXITSTATUS(status);
	} else {
		(void)close(alive[1]);
	}
	(void)close(alive[0]);
	return reply;
}

/* Answers requests until the channel is closed. */
static void serve_all(struct reader *reader)
{
	for (;;) {
		size_t count;
		const ssize_t got = fb_packet_receive(reader->channel, &reader->request,
						      sizeof(reader->request), reader->fds, &count);
		const bool cancel = fb_request_good(&reader->request, got) &&
				    reader->request.kind == FB_REQUEST_CANCEL;
		struct fb_reply reply;

		if (got <= 0 || !fb_request_good(&reader->request, got) ||
		    (!cancel && count != FB_PACKET_DESCRIPTORS))
			return;
		if (cancel)
			continue; /* what it was to end has ended */
		reply = serve(reader);
		(void)close(reader->fds[0]);
		(void)close(reader->fds[1]);
		if (!fb_packet_send(reader->channel, &reply, sizeof(reply), NULL, 0))
			return;
	}
}

/* Standard input and output are nothing from here on. */
static void let_go_of_output(int nothing)
{
	(void)fflush(NULL);
	(void)dup2(nothing, STDIN_FILENO);
	(void)dup2(nothing, STDOUT_FILENO);
	(void)dup2(nothing, STDERR_FILENO);
}

/* Opens the input, says what there is to say, and replies. Returns whether it is open. */
static bool open_input(struct reader *reader, struct fb_context *context)
{
	struct fb_opened *opened = &reader->opened;
	struct fb_error *err = fb_context_open(context, &opened->input);
	struct fb_reply reply = {.status = FB_EXIT_FAILURE};

	opened->options = context->options;
	opened->warnings = context->warnings;
	opened->remarks = context->remarks;
	opened->sandbox = context->sandbox;
	if (err) {
		fb_print_message("", fb_error_message(err));
	} else {
		fb_context_print_remarks(context);
		fb_run_print_warnings(context);
		opened->warnings_told = fb_warnings_count(context->warnings);
		opened->remarks_told = fb_warnings_count(context->remarks);
		reply.status = opened->warnings_told ? FB_EXIT_PARTIAL : FB_EXIT_OK;
	}
	fb_error_destroy(err);
	(void)fflush(NULL);
	return fb_packet_send(reader->channel, &reply, sizeof(reply), NULL, 0) && opened->input;
}

void fb_reader_run(struct fb_context *context, int channel, bool prepare)
{
	struct reader *reader =
		calloc(1, sizeof(*reader)); /* large; the end of the process frees it */
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (!reader || nothing < 0)
		_exit(FB_EXIT_FAILURE);
	reader->commands = context->commands;
	reader->channel = channel;
	if (!open_input(reader, context))
		_exit(FB_EXIT_FAILURE);
	let_go_of_output(nothing);
	/* The running kernel's tasks change: each command reads them. */
	if (prepare && !fb_dump_info(fb_input_dump(reader->opened.input))->live)
		fb_input_prepare(reader->opened.input);
	serve_all(reader);
	_exit(FB_EXIT_OK);
}
