// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Examines dumps, each in a child of its own, and keeps what comes of it in the database. Called by triage.c.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "base/isolation/apart.h"
#include "base/text.h"
#include "cmd/shared/confine.h"
#include "cmd/triage/triage.h"

/* Bytes of a record as JSON. */
#define MAX_RECORD (256u << 10)
/* Seconds after which what was found is written, and how many times the time that writing takes have to go by. */
#define SAVE_SECONDS 5
#define SAVE_SHARE 20
/* CPUs of a host that is not asked how many it has. */
#define MAX_CHILDREN 64

struct work {
	struct fb_triage *triage;
	const struct fb_triage_dump *const *todo;
	size_t count, done;
	unsigned threads; /* of one child */
	double last_save, save_took;
	bool unsaved;
};

/* Set by the handler of the signals that end a run early. */
static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = number;
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Runs in the child. */
static struct fb_error *read_dump(void *context, size_t index, struct fb_buf *result)
{
	const struct work *work = context;
	const struct fb_triage *triage = work->triage;
	const struct fb_triage_dump *dump = work->todo[index];
	const struct fb_input_options options = {.path = dump->input, .threads = work->threads};
	struct fb_warnings *warnings = NULL;
	struct fb_input *input = NULL;
	json_t *record = NULL;
	char *text = NULL;
	struct fb_error *err;

	/* These are for the parent, which ends its children. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	err = fb_confine_to(triage->context, dump->input);
	if (!err)
		err = fb_warnings_create(&warnings);
	if (!err)
		err = fb_input_open(&options, warnings, &input);
	if (!err)
		err = fb_triage_record(input, &record);
	if (!err) {
		text = json_dumps(record, JSON_COMPACT);
		err = text ? fb_buf_append(result, text, strlen(text)) : fb_error_nomem();
	}
	/* The child ends now, and its memory with it. */
	return err;
}

static void set_text(json_t *record, const char *name, const char *text)
{
	char escaped[PATH_MAX * 4];

	fb_text_escape(text, strlen(text), escaped, sizeof(escaped));
	(void)json_object_set_new(record, name, json_string(escaped));
}

/* Completes the record of a dump, and puts it into the database; takes over the reference. */
static struct fb_error *keep(struct work *work, size_t index, json_t *record, const char *state,
			     const char *why)
{
	const struct fb_triage_dump *dump = work->todo[index];
	struct fb_output *output = work->triage->context->output;
	struct fb_error *err;

	set_text(record, "path", dump->path);
	set_text(record, "state", state);
	if (why)
		set_text(record, "why", why);
	(void)json_object_set_new(record, "size", json_integer((json_int_t)dump->size));
	(void)json_object_set_new(record, "mtime_ns", json_integer(dump->mtime_ns));
	(void)json_object_set_new(record, "examined", json_integer((json_int_t)time(NULL)));
	(void)json_object_set_new(record, "rules", json_integer(FB_SIGNATURE_RULES));
	err = fb_triage_store_put(work->triage->store, record);
	json_decref(record);
	work->unsaved = true;
	work->done++;
	fb_output_progress(output, "dumps", work->done, work->count);
	return err;
}

static struct fb_error *lost(void *context, size_t index, struct fb_error *why)
{
	struct work *work = context;
	json_t *record = json_object();
	struct fb_error *err;

	if (!record) {
		fb_error_destroy(why);
		return fb_error_nomem();
	}
	work->triage->failed++;
	err = keep(work, index, record, "failed", fb_error_message(why));
	fb_error_destroy(why);
	return err;
}

static struct fb_error *take(void *context, size_t index, const uint8_t *bytes, size_t size)
{
	struct work *work = context;
	json_t *record = NULL;
	struct fb_error *err = fb_triage_check_record(bytes, size, &record);
	bool partial;

	if (err)
		return lost(context, index, err);
	partial = json_integer_value(json_object_get(record, "warnings")) > 0;
	work->triage->examined++;
	return keep(work, index, record, partial ? "partial" : "complete", NULL);
}

static struct fb_error *save(struct work *work)
{
	const double begun = now();
	struct fb_error *err = work->unsaved ? fb_triage_save(work->triage) : NULL;

	work->last_save = now();
	work->save_took = work->last_save - begun;
	work->unsaved = false;
	return err;
}

static struct fb_error *goes_on(void *context, bool *goes_on_ret)
{
	struct work *work = context;

	*goes_on_ret = !interrupted;
	if (work->unsaved && now() - work->last_save > SAVE_SECONDS &&
	    now() - work->last_save > SAVE_SHARE * work->save_took)
		return save(work);
	return NULL;
}

/* The dumps that are not in the database yet: *count_ret elements, an array that the caller frees. */
static struct fb_error *choose(struct fb_triage *triage, const struct fb_triage_dumps *dumps,
			       const struct fb_triage_dump ***todo_ret, size_t *count_ret)
{
	const struct fb_triage_dump **todo = NULL;
	size_t count = 0;
	struct fb_error *err =
		fb_alloc_array(dumps->count, sizeof(*todo), FB_TRIAGE_MAX_DUMPS, "dumps", &todo);

	for (size_t i = 0; i < dumps->count && !err; i++) {
		const struct fb_triage_dump *dump = &dumps->list[i];
		char path[PATH_MAX * 4];
		bool known = false;

		fb_text_escape(dump->path, strlen(dump->path), path, sizeof(path));
		err = fb_triage_store_known(triage->store, path, dump->size, dump->mtime_ns,
					    !triage->retry, &known);
		if (known)
			triage->known++;
		else
			todo[count++] = dump;
	}
	if (err) {
		free(todo);
		return err;
	}
	*todo_ret = todo;
	*count_ret = count;
	return NULL;
}

/* As many children as CPUs; where there are fewer dumps than these, each child has more threads. */
static void share_cpus(const struct fb_triage *triage, struct work *work,
		       struct fb_apart_limits *limits)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned cpus = triage->context->options.threads;

	if (!cpus)
		cpus = online > 0 && online < MAX_CHILDREN ? (unsigned)online : MAX_CHILDREN;
	limits->children = work->count < cpus ? (unsigned)work->count : cpus;
	work->threads = limits->children ? cpus / limits->children : 1;
}

struct fb_error *fb_triage_examine(struct fb_triage *triage, const struct fb_triage_dumps *dumps)
{
	static const struct fb_apart_ops ops = {read_dump, take, lost, goes_on};
	const struct sigaction action = {.sa_handler = interrupt};
	struct fb_apart_limits limits = {
		.cpu_seconds = triage->seconds,
		.seconds = triage->seconds,
		.memory = triage->memory,
		.result = MAX_RECORD,
	};
	const struct fb_triage_dump **todo = NULL;
	struct work work = {.triage = triage, .last_save = now()};
	struct fb_error *err = choose(triage, dumps, &todo, &work.count), *save_err;

	triage->found = dumps->count;
	if (err)
		return err;
	work.todo = todo;
	share_cpus(triage, &work, &limits);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	err = fb_apart_for(&limits, work.count, &ops, &work);
	triage->left = work.count - work.done;
	/* What is known is kept, whatever ended the run. */
	save_err = save(&work);
	free(todo);
	if (!err)
		return save_err;
	fb_error_destroy(save_err);
	return err;
}
