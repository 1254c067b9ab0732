// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle capture: cores of running processes, for a hang that is not yet a panic; and the panic.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/pool.h"
#include "base/text.h"
#include "bundle/capture/capture.h"
#include "cmd/shared/command.h"

/* The argument that --panic requires, so that no host is crashed by a slip. */
#define PANIC_WORDS "crash-this-host"
#define DEFAULT_SECONDS 10u
#define MOST_SECONDS 3600u
/* Where there is less room behind the cores, the dump that follows would find none. */
#define SPARE_BYTES (64ull << 20)

/* One process that is wanted. */
struct target {
	int32_t pid;
	char comm[16];
	uint64_t estimate;
	struct fb_captured captured; /* path NULL: it was not */
	char why[300];               /* why not */
};

struct capture {
	struct fb_context *context;
	const char *folder;
	bool all, blocked, force, panic;
	unsigned seconds;
	unsigned at_once;
	char boot_id[33];
	struct target *targets; /* owned; in order of PID */
	size_t count, room;
};

static const struct argp_option capture_options[] = {
	{"output", 'o', "DIR", 0, "Write cores and capture.json there (made if missing)", 0},
	{"all", 'a', NULL, 0, "Capture every process", 0},
	{"blocked", 'b', NULL, 0, "Capture processes with a thread in D state", 0},
	{"seconds", 's', "N", 0, "Let threads stand still for N seconds at most (default 10)", 0},
	{"force", 'f', NULL, 0, "Replace files that exist", 0},
	{"panic", 'p', "WORDS", 0,
	 "Then panic this host, for kdump to dump it: WORDS are " PANIC_WORDS, 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct capture *capture = own;
	char *end;
	long seconds;

	switch (key) {
	case 'o':
		capture->folder = arg;
		return 0;
	case 'a':
		capture->all = true;
		return 0;
	case 'b':
		capture->blocked = true;
		return 0;
	case 'f':
		capture->force = true;
		return 0;
	case 's':
		seconds = strtol(arg, &end, 10);
		if (*end || end == arg || seconds < 1 || seconds > (long)MOST_SECONDS)
			argp_error(state, "--seconds takes 1 to %u, not '%s'", MOST_SECONDS, arg);
		capture->seconds = (unsigned)seconds;
		return 0;
	case 'p':
		if (strcmp(arg, PANIC_WORDS) != 0)
			argp_error(state, "--panic crashes this host: it takes " PANIC_WORDS);
		capture->panic = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Cores of all that hang", "fbundle capture --blocked -o /var/crash/now", true},
	{"Of everything, and then a dump of the host",
	 "fbundle capture --all -o /var/crash/now --panic " PANIC_WORDS, true},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "[PID|COMM...] -o DIR",
	.doc = "Writes a core of each process named, for gdb and for merge. Its threads stand "
	       "still while its memory is copied, and go on whatever happens. Of a thread in D "
	       "state, which no debugger can stop, what /proc tells is in the core.",
	.most_arguments = FB_MAX_CORES,
	.no_input = true,
	.options = capture_options,
	.parse = parse,
	.examples = examples,
};

/* Whether a word of the command line names it; used[] notes which did. */
static bool is_named(const struct capture *capture, int32_t pid, const char *comm, bool *used)
{
	const struct fb_context *context = capture->context;
	bool named = false;
	char text[16];

	(void)snprintf(text, sizeof(text), "%" PRId32, pid);
	for (size_t i = 0; i < context->arg_count; i++)
		if (!strcmp(context->args[i], text) || !strcmp(context->args[i], comm))
			named = used[i] = true;
	return named;
}

/* Adds it where it is wanted and has memory of its own. */
static struct fb_error *consider(struct capture *capture, int32_t pid, bool *used)
{
	struct target target = {.pid = pid};
	struct fb_proc_status status;
	struct fb_error *err = fb_proc_status(pid, 0, &status);
	bool named, wanted;

	if (err || pid == getpid())
		return fb_part_skip(err); /* it has exited since */
	named = is_named(capture, pid, status.comm, used);
	wanted = named || capture->all;
	if (!wanted && capture->blocked)
		err = fb_proc_has_blocked(pid, &wanted);
	if (err || !wanted)
		return err;
	memcpy(target.comm, status.comm, sizeof(target.comm));
	err = fb_capture_estimate(pid, &target.estimate);
	if (err && !named && fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err); /* a kernel thread, which was not given by the user */
		return NULL;
	}
	if (err)
		(void)snprintf(target.why, sizeof(target.why), "%s", fb_error_message(err));
	fb_error_destroy(err);
	err = fb_grow_array(&capture->targets, &capture->room, capture->count, sizeof(target),
			    FB_MAX_TASKS, "processes");
	if (!err)
		capture->targets[capture->count++] = target;
	return err;
}

static int by_number(const void *left, const void *right)
{
	const int32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static struct fb_error *choose(struct capture *capture)
{
	const struct fb_context *context = capture->context;
	bool *used = calloc(context->arg_count + 1, sizeof(*used));
	int32_t *pids = NULL;
	size_t count = 0;
	struct fb_error *err = used ? fb_proc_numbers("/proc", &pids, &count) : fb_error_nomem();

	if (!err)
		qsort(pids, count, sizeof(*pids), by_number);
	for (size_t i = 0; i < count && !err; i++)
		err = consider(capture, pids[i], used);
	for (size_t i = 0; i < context->arg_count && !err; i++)
		if (!used[i])
			err = fb_error_create(FB_NOT_FOUND, "no process is PID or COMM '%s'",
					      context->args[i]);
	if (!err && !capture->count)
		err = fb_error_create(FB_NOT_FOUND, capture->blocked
							    ? "no process has a thread in D state"
							    : "no process to capture");
	free(pids);
	free(used);
	return err;
}

/* To be called before threads are stopped, so that none is stopped where the disk would fill up. */
static struct fb_error *check_space(const struct capture *capture)
{
	struct statvfs space;
	uint64_t needed = SPARE_BYTES, there;
	char wanted[32], free_text[32];

	for (size_t i = 0; i < capture->count; i++)
		needed += capture->targets[i].estimate;
	if (statvfs(capture->folder, &space))
		return fb_error_os(errno, "%s", capture->folder);
	there = (uint64_t)space.f_bavail * space.f_frsize;
	if (there >= needed)
		return NULL;
	return fb_error_create(FB_INVALID,
			       "%s: the cores take %s, and %s are free: name fewer processes, or "
			       "another folder",
			       capture->folder, fb_text_size(needed, wanted, sizeof(wanted)),
			       fb_text_size(there, free_text, sizeof(free_text)));
}

static struct fb_error *capture_one(void *context, size_t index)
{
	struct capture *capture = context;
	struct target *target = &capture->targets[index];
	const struct fb_capture_options options = {
		.folder = capture->folder,
		.seconds = capture->seconds,
		.at_once = capture->at_once,
		.boot_id = capture->boot_id,
		.force = capture->force,
	};
	struct fb_error *err;

	if (target->why[0])
		return NULL;
	err = fb_capture(target->pid, &options, &target->captured);
	if (err)
		(void)snprintf(target->why, sizeof(target->why), "%s", fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}

static json_t *unstopped_json(const struct fb_captured *captured)
{
	json_t *list = json_array();

	for (size_t i = 0; i < captured->unstopped_count; i++) {
		const struct fb_unstopped_thread *thread = &captured->unstopped[i];
		const char state[2] = {thread->state, '\0'};
		json_t *object = json_object();

		json_object_set_new(object, "tid", json_integer(thread->tid));
		json_object_set_new(object, "state", fb_json_text(state));
		json_object_set_new(object, "traced_by",
				    thread->tracer ? json_integer(thread->tracer) : json_null());
		json_object_set_new(object, "registers",
				    thread->has_regs ? json_string("syscall") : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *core_json(const struct target *target)
{
	const struct fb_captured *captured = &target->captured;
	const bool taken = captured->path != NULL;
	json_t *object = json_object();

	json_object_set_new(object, "pid", json_integer(target->pid));
	json_object_set_new(object, "comm", fb_json_text(target->comm));
	json_object_set_new(object, "path", taken ? fb_json_text(captured->path) : json_null());
	json_object_set_new(object, "problem", taken ? json_null() : fb_json_text(target->why));
	json_object_set_new(object, "taken_us",
			    taken ? json_integer(captured->taken_ns / 1000) : json_null());
	json_object_set_new(object, "stopped_ms",
			    taken ? json_real((double)captured->stopped_ns / 1e6) : json_null());
	json_object_set_new(object, "threads", json_integer((json_int_t)captured->threads));
	json_object_set_new(object, "bytes", json_integer((json_int_t)captured->bytes));
	json_object_set_new(object, "lost_pages", json_integer((json_int_t)captured->lost_pages));
	json_object_set_new(object, "consistent", json_boolean(captured->consistent));
	json_object_set_new(object, "unstopped", unstopped_json(captured));
	return object;
}

static json_t *answer_of(const struct capture *capture)
{
	json_t *answer = json_object(), *cores = json_array();

	for (size_t i = 0; i < capture->count; i++)
		json_array_append_new(cores, core_json(&capture->targets[i]));
	json_object_set_new(answer, "folder", fb_json_text(capture->folder));
	json_object_set_new(answer, "boot_id", json_string(capture->boot_id));
	json_object_set_new(answer, "cores", cores);
	json_object_set_new(answer, "panic", json_boolean(capture->panic));
	return answer;
}

/* capture.json: what --json prints, to stay with the cores. */
static struct fb_error *write_manifest(const struct capture *capture)
{
	json_t *answer = answer_of(capture);
	char *text = NULL, path[FB_MAX_STRING];
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;

	json_object_set_new(answer, "schema", json_integer(1));
	text = json_dumps(answer, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	json_decref(answer);
	(void)snprintf(path, sizeof(path), "%s/capture.json", capture->folder);
	err = text ? fb_outfile_create(path, true, &outfile) : fb_error_nomem();
	if (!err)
		err = fb_outfile_write(outfile, text, strlen(text));
	if (!err)
		err = fb_outfile_write(outfile, "\n", 1);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	free(text);
	return err;
}

/* What is to be known of one core beside the table's columns. */
static void warn_of(const struct capture *capture, const struct target *target)
{
	struct fb_warnings *warnings = capture->context->warnings;
	const struct fb_captured *captured = &target->captured;

	if (!captured->path) {
		fb_warn(warnings, "PID %d (%s) is not captured: %s", target->pid, target->comm,
			target->why);
		return;
	}
	if (captured->unstopped_count)
		fb_warn(warnings,
			"PID %d (%s): %zu of its threads could not be stopped (state %c): their "
			"registers are those of their system calls, as /proc tells them",
			target->pid, target->comm, captured->unstopped_count,
			captured->unstopped[0].state);
	else if (!captured->consistent)
		fb_warn(warnings,
			"PID %d (%s) went on after %u s, before all of its memory was copied",
			target->pid, target->comm, capture->seconds);
	if (captured->lost_pages)
		fb_warn(warnings, "PID %d (%s): %" PRIu64 " pages could not be read", target->pid,
			target->comm, captured->lost_pages);
}

static struct fb_error *print_text(struct capture *capture)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT},         {"PROCESS", FB_LEFT}, {"THREADS", FB_RIGHT},
		{"STOPPED FOR", FB_RIGHT}, {"SIZE", FB_RIGHT},   {"CORE", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < capture->count && !err; i++) {
		const struct target *target = &capture->targets[i];
		const struct fb_captured *captured = &target->captured;
		char size[32];

		if (!captured->path)
			continue;
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", target->pid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", target->comm);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%zu", captured->threads);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%.1f ms",
					    (double)captured->stopped_ns / 1e6);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    fb_text_size(captured->bytes, size, sizeof(size)));
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", captured->path);
	}
	if (!err)
		fb_table_print(table, capture->context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *capture_all(struct capture *capture)
{
	struct fb_pool *pool = NULL;
	size_t taken = 0;
	struct fb_error *err = fb_pool_create(capture->context->options.threads, &pool);

	if (!err) {
		capture->at_once = fb_pool_threads(pool);
		err = fb_pool_for(pool, capture->count, capture_one, capture);
	}
	fb_pool_destroy(pool);
	for (size_t i = 0; i < capture->count && !err; i++) {
		warn_of(capture, &capture->targets[i]);
		taken += capture->targets[i].captured.path != NULL;
	}
	if (!err && !taken)
		return fb_error_create(FB_OS, "%s", capture->targets[0].why);
	if (!err)
		err = write_manifest(capture);
	if (!err)
		err = capture->context->options.json ? fb_json_print("capture", answer_of(capture),
								     capture->context->warnings)
						     : print_text(capture);
	return err;
}

static struct fb_error *check_kdump(void)
{
	static const char path[] = "/sys/kernel/kexec_crash_loaded";
	char loaded = '0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, &loaded, 1) != 1)
			loaded = '0';
		(void)close(fd);
	}
	return loaded == '1' ? NULL
			     : fb_error_create(FB_INVALID,
					       "--panic: no kdump kernel is loaded (%s): this host "
					       "would be lost and nothing dumped; nothing was done",
					       path);
}

/* The cores are on disk: fb_outfile_commit() synced each. */
static struct fb_error *panic_now(void)
{
	static const char path[] = "/proc/sysrq-trigger";
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	struct fb_error *err = NULL;

	if (fd < 0)
		return fb_error_os(errno, "--panic: %s", path);
	(void)fflush(NULL);
	sync();
	if (write(fd, "c", 1) != 1)
		err = fb_error_os(errno, "--panic: %s", path);
	(void)close(fd);
	return err;
}

static struct fb_error *prepare(struct capture *capture)
{
	struct fb_error *err = capture->panic ? check_kdump() : NULL;

	if (!err)
		err = fb_context_output(capture->context);
	if (!err)
		err = fb_capture_boot_id(capture->boot_id);
	if (!err)
		err = choose(capture);
	if (!err && mkdir(capture->folder, 0700) && errno != EEXIST)
		err = fb_error_os(errno, "cannot make the folder %s", capture->folder);
	return err ? err : check_space(capture);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct capture capture = {.context = context, .seconds = DEFAULT_SECONDS};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &capture);
	if (!capture.folder)
		fb_usage_error("capture", "name a folder for the cores: -o DIR");
	if (!context->arg_count && !capture.all && !capture.blocked)
		fb_usage_error("capture", "name processes by PID or COMM, or --blocked, or --all");
	err = prepare(&capture);
	/* On a busy host the copy waits for a CPU, and with it those who stand still. To root only. */
	(void)setpriority(PRIO_PROCESS, 0, -20);
	if (!err)
		err = capture_all(&capture);
	if (!err && capture.panic)
		err = panic_now();
	for (size_t i = 0; i < capture.count; i++)
		fb_captured_deinit(&capture.targets[i].captured);
	free(capture.targets);
	return err;
}

const struct fb_command fb_command_capture = {
	.name = "capture",
	.summary = "cores of running processes, before the panic",
	.run = run,
	.usage = &usage,
	.apart = true,
};
