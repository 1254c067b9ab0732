// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fills the folder: runs commands in children, as the prompt does, on the input that is open.
 */
#include "cmd/report/sos/sos.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "base/isolation/isolate_owner.h"
#include "cmd/report/markdown/ticket.h"
#include "cmd/report/sos/sos_files.h"
#include "cmd/shared/confine.h"
#include "cmd/shared/names.h"
#include "cmd/shared/run.h"

struct filling {
	const struct fb_report *report;
	struct fb_opened opened;
	const struct fb_sos_file *file; /* the one at hand */
	int folder, output, log;        /* descriptors */
	struct fb_buf index;
	size_t partial, count;
	/* Owned. They join those of the report at the end: what a child tells begins behind what it was forked with. */
	struct fb_warnings *failures;
};

/* "ps --threads" */
static char *words_of(const struct fb_sos_file *file, char *to, size_t size)
{
	size_t used = 0;

	*to = '\0';
	for (size_t i = 0; i < FB_SOS_WORDS && file->words[i] && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? " " : "",
					 file->words[i]);
	return to;
}

/* What exit() would do beyond this is for the parent's memory. */
static void end_at_once(int status, void *context FB_UNUSED)
{
	(void)fflush(NULL);
	_exit(status);
}

/* The child: from here on it may open only what the input is made of. */
static void live(void *argument)
{
	struct filling *filling = argument;
	struct fb_context *context = filling->report->context;
	const struct fb_sos_file *file = filling->file;
	const struct fb_command *command = fb_command_find(context->commands, file->words[0]);
	char name[64], words[FB_SOS_WORDS][64], *argv[FB_SOS_WORDS + 1] = {name};
	struct fb_error *err;
	int count = 1;

	(void)on_exit(end_at_once, NULL);
	if (!command || dup2(filling->output, STDOUT_FILENO) < 0 ||
	    dup2(filling->log, STDERR_FILENO) < 0)
		_exit(FB_EXIT_FAILURE);
	fb_input_renew(filling->report->input);
	err = fb_confine_to(context, context->options.input);
	if (err)
		_exit(FB_EXIT_FAILURE);
	/* argp takes the name for its messages from here. */
	(void)snprintf(name, sizeof(name), "fbundle %s", command->name);
	for (; count < (int)FB_SOS_WORDS && file->words[count]; count++) {
		(void)snprintf(words[count], sizeof(words[count]), "%s", file->words[count]);
		argv[count] = words[count];
	}
	argv[count] = NULL;
	exit(fb_run(command, context->commands, &filling->opened, count, argv));
}

/* The exit status of the command; -1: it was ended by a signal, or could not be started. */
static int run_child(struct filling *filling)
{
	struct fb_isolate_owner owner = {.pid = -1};
	int status = 0;

	(void)fflush(NULL);
	if (fb_isolate_owner_start(&owner, live, filling))
		return -1;
	while (waitpid(owner.pid, &status, 0) < 0 && errno == EINTR)
		;
	fb_isolate_owner_end(&owner);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct fb_error *note(struct filling *filling, int status)
{
	char words[256];

	words_of(filling->file, words, sizeof(words));
	filling->count++;
	filling->partial += status == FB_EXIT_PARTIAL;
	if (status != FB_EXIT_OK && status != FB_EXIT_PARTIAL)
		fb_warn(filling->failures, "%s: fbundle %s %s: %s says why", filling->file->path,
			words, status < 0 ? "was ended by a signal" : "failed", FB_SOS_LOG);
	return fb_buf_printf(&filling->index, "%-55s fbundle %s%s\n", filling->file->path, words,
			     status == FB_EXIT_OK        ? ""
			     : status == FB_EXIT_PARTIAL ? " (a part is missing)"
							 : " (failed)");
}

static struct fb_error *fill_one(struct filling *filling)
{
	const struct fb_sos_file *file = filling->file;
	char heading[320], words[256];
	struct fb_error *err = NULL;
	int length, status;

	length = snprintf(heading, sizeof(heading), "$ fbundle %s\n",
			  words_of(file, words, sizeof(words)));
	if (!fb_write_all(filling->log, heading, (size_t)length))
		return fb_error_os(errno, "cannot write " FB_SOS_LOG);
	filling->output = openat(filling->folder, file->path,
				 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (filling->output < 0)
		return fb_error_os(errno, "cannot write %s", file->path);
	status = run_child(filling);
	if (fsync(filling->output))
		err = fb_error_os(errno, "cannot write %s", file->path);
	(void)close(filling->output);
	return err ? err : note(filling, status);
}

static struct fb_error *write_index(struct filling *filling)
{
	const int fd = openat(filling->folder, FB_SOS_INDEX,
			      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct fb_error *err = NULL;

	if (fd < 0)
		return fb_error_os(errno, "cannot write " FB_SOS_INDEX);
	if (!fb_write_all(fd, filling->index.data, filling->index.size) || fsync(fd))
		err = fb_error_os(errno, "cannot write " FB_SOS_INDEX);
	(void)close(fd);
	return err;
}

static struct fb_error *fill_all(struct filling *filling)
{
	struct fb_error *err;

	err = fb_buf_printf(
		&filling->index,
		"Written by fbundle %s from %s, in its own formats.\n\n%-55s the report\n"
		"%-55s the report for a ticket\n%-55s what commands warned of\n",
		FB_VERSION, fb_report_name(fb_input_path(filling->report->input)), FB_SOS_PAGE,
		FB_SOS_TICKET, FB_SOS_LOG);
	for (filling->file = fb_sos_files; !err && filling->file->path; filling->file++)
		err = fill_one(filling);
	return err ? err : write_index(filling);
}

/* Where opening the input warned already, every command lacks something. */
static void warn(struct filling *filling)
{
	struct fb_warnings *warnings = filling->report->context->warnings;

	if (filling->partial && !fb_warnings_count(warnings))
		fb_warn(warnings, "%zu of %zu commands lack a part of their answer: %s says which",
			filling->partial, filling->count, FB_SOS_LOG);
	for (size_t i = 0; i < fb_warnings_count(filling->failures); i++)
		fb_warn(warnings, "%s", fb_warnings_get(filling->failures, i));
}

struct fb_error *fb_sos_fill(const struct fb_report *report, const struct fb_sos_folder *folder)
{
	struct fb_context *context = report->context;
	struct filling filling = {
		.report = report,
		.opened = {.input = report->input,
			   .options = context->options,
			   .warnings = context->warnings,
			   .remarks = context->remarks,
			   .warnings_told = fb_warnings_count(context->warnings),
			   .remarks_told = fb_warnings_count(context->remarks),
			   .sandbox = context->sandbox},
		.log = -1,
	};
	struct fb_error *err = fb_warnings_create(&filling.failures);

	if (err)
		return err;
	fb_buf_init(&filling.index, 1u << 20);
	/* What each command would load itself is loaded once; the running kernel's tasks change. */
	if (!fb_dump_info(fb_input_dump(report->input))->live)
		fb_input_prepare(report->input);
	filling.folder = open(folder->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (filling.folder >= 0)
		filling.log = openat(
			filling.folder, FB_SOS_LOG,
			O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (filling.log < 0)
		err = fb_error_os(errno, "cannot write into %s", folder->temporary);
	if (!err)
		err = fill_all(&filling);
	if (!err && fsync(filling.log))
		err = fb_error_os(errno, "cannot write " FB_SOS_LOG);
	if (!err)
		warn(&filling);
	fb_warnings_destroy(filling.failures);
	if (filling.log >= 0)
		(void)close(filling.log);
	if (filling.folder >= 0)
		(void)close(filling.folder);
	fb_buf_deinit(&filling.index);
	return err;
}

static struct fb_error *
write_one(struct fb_report *report, const struct fb_sos_folder *folder, const char *name,
	  struct fb_error *(*write)(struct fb_report *report, struct fb_outfile *outfile))
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;
	char *path;

	if (asprintf(&path, "%s/%s", folder->temporary, name) < 0)
		return fb_error_nomem();
	err = fb_outfile_create(path, false, &outfile);
	if (!err)
		err = write(report, outfile);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	free(path);
	return err;
}

struct fb_error *fb_sos_fill_reports(struct fb_report *report, const struct fb_sos_folder *folder)
{
	struct fb_error *err = write_one(report, folder, FB_SOS_PAGE, fb_report_write);

	return err ? err : write_one(report, folder, FB_SOS_TICKET, fb_ticket_write);
}
