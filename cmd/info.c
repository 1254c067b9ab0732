// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle info: the crash at a glance.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/file/manifest.h"
#include "bundle/input/panic.h"
#include "bundle/merge/merge.h"
#include "bundle/merge/merge_manifest.h"
#include "cmd/info_look.h"
#include "cmd/info_panic.h"
#include "cmd/info_probes.h"
#include "cmd/shared/command.h"
#include "cmd/shared/crash_line.h"

struct info {
	struct fb_context *context;
	bool probes; /* --probes */
	bool all;    /* --all */
	struct fb_input *input;
	struct fb_panic panic;
	struct fb_info_look look;
	const struct fb_input_core *cores;
	size_t core_count;
	bool cores_unknown; /* there are some, and no task to hold them against */
	json_t *manifest;   /* owned; NULL: no bundle, or a damaged one */
};

static const struct fb_example examples[] = {
	{"What happened, and what to look at first", "fbundle info dump.202611231722.fbundle",
	 false},
	{"What fbundle looks for in this kernel and does not find",
	 "fbundle info dump.202611231722 --probes", false},
	{0},
};

static const struct argp_option info_options[] = {
	{"probes", 'p', NULL, 0,
	 "which types, members, enumerators, symbols and functions fbundle looks for, and what "
	 "this kernel lacks",
	 0},
	{"all", 'a', NULL, 0, "with --probes: those that this kernel has too, one by one", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct info *info = own;

	if (key == 'p')
		info->probes = true;
	else if (key == 'a')
		info->all = true;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const struct fb_usage usage = {
	.options = info_options,
	.parse = parse,
	.arguments = "INPUT",
	.doc = "Shows the crash at a glance: kernel, panic, dump, cores.",
	.examples = examples,
};

static json_t *integer_or_null(int64_t value, bool known)
{
	return known ? json_integer(value) : json_null();
}

static json_t *load_json(const struct fb_kernel_info *kernel)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FB_ARRAY_SIZE(kernel->load); i++)
		json_array_append_new(list, fb_json_seconds(kernel->load[i]));
	return list;
}

static json_t *kernel_json(const struct info *info)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(info->input));
	json_t *object = json_object();

	json_object_set_new(object, "release", fb_json_text(kernel->release));
	json_object_set_new(object, "node", fb_json_text(*kernel->node ? kernel->node : NULL));
	json_object_set_new(object, "load", load_json(kernel));
	json_object_set_new(object, "version",
			    fb_json_text(*kernel->version ? kernel->version : NULL));
	json_object_set_new(object, "build_id", fb_json_text(kernel->build_id));
	json_object_set_new(object, "kaslr_offset", fb_json_hex(kernel->kaslr_offset));
	json_object_set_new(object, "phys_base", fb_json_hex(kernel->phys_base));
	json_object_set_new(object, "levels", json_integer(kernel->levels));
	json_object_set_new(object, "cpus", json_integer(kernel->cpus));
	json_object_set_new(object, "memory_bytes",
			    integer_or_null((int64_t)kernel->memory_bytes, kernel->memory_bytes));
	json_object_set_new(object, "uptime_s", fb_json_seconds(kernel->uptime_s));
	json_object_set_new(object, "crash_time",
			    integer_or_null(kernel->crash_time, kernel->crash_time));
	return object;
}

static json_t *look_json(const struct info *info)
{
	const struct fb_info_look *look = &info->look;
	json_t *object = json_object();

	json_object_set_new(object, "uninterruptible",
			    integer_or_null((int64_t)look->uninterruptible, look->tasks_known));
	json_object_set_new(object, "deadlocks",
			    integer_or_null((int64_t)look->deadlocks, look->waits_known));
	json_object_set_new(object, "deadlocked_threads",
			    integer_or_null((int64_t)look->deadlocked, look->waits_known));
	json_object_set_new(object, "first", fb_json_text(look->what));
	json_object_set_new(object, "command", json_string(look->command));
	json_object_set_new(object, "argument",
			    *look->argument ? json_string(look->argument) : json_null());
	return object;
}

static json_t *sandbox_json(const struct info *info)
{
	const struct fb_sandbox *sandbox = &info->context->sandbox;
	json_t *object = json_object();

	json_object_set_new(object, "landlock", json_integer(sandbox->landlock));
	json_object_set_new(object, "seccomp", json_boolean(sandbox->seccomp));
	return object;
}

static json_t *dump_json(const struct info *info)
{
	const struct fb_dump_info *dump = fb_dump_info(fb_input_dump(info->input));
	json_t *object = json_object();

	json_object_set_new(object, "format", fb_json_text(dump->format));
	json_object_set_new(object, "compression",
			    fb_json_text(fb_dump_compression(fb_input_dump(info->input))));
	json_object_set_new(object, "flattened", json_boolean(dump->flattened));
	json_object_set_new(object, "split", json_boolean(dump->split));
	json_object_set_new(object, "incomplete", json_boolean(dump->incomplete));
	json_object_set_new(object, "live", json_boolean(dump->live));
	json_object_set_new(object, "pages_dumped", json_integer((json_int_t)dump->pages_dumped));
	json_object_set_new(object, "pages_lost", json_integer((json_int_t)dump->pages_lost));
	json_object_set_new(object, "pages_total",
			    integer_or_null((int64_t)dump->pages_existing, dump->pages_existing));
	return object;
}

/* The bundle's manifest. Where it is damaged, what it tells is missing, with a warning. */
static struct fb_error *load_manifest(struct info *info)
{
	struct fb_fiber *fiber = fb_input_fiber(info->input);
	struct fb_error *err = NULL;

	if (fiber)
		err = fb_manifest_parse(fb_fiber_manifest(fiber), &info->manifest);
	return fb_part_warn(info->context->warnings, err,
			    "how the bundle was made, and stored stacks, cannot be had");
}

/* "redacted", and the "threads" that a redacted bundle's manifest keeps. */
static void add_redaction(const struct info *info, json_t *answer)
{
	json_t *threads = json_object_get(info->manifest, "threads");

	json_object_set_new(
		answer, "redacted",
		json_boolean(json_is_true(json_object_get(info->manifest, "redacted"))));
	json_object_set_new(answer, "threads",
			    json_is_array(threads) ? json_incref(threads) : json_null());
}

/* A number of what `dump` wrote into the manifest; -1: it is not there, or damaged. */
static int64_t kept_number(const struct info *info, const char *name)
{
	const json_t *value =
		json_object_get(json_object_get(info->manifest, FB_MANIFEST_DUMP), name);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
									: -1;
}

/* The PIDs of the processes that `dump` kept whole; null: it is not said. */
static json_t *whole_json(const struct info *info)
{
	const json_t *whole = json_object_get(json_object_get(info->manifest, FB_MANIFEST_DUMP),
					      "whole"),
		     *pid;
	json_t *array;
	size_t i;

	if (!json_is_array(whole))
		return json_null();
	array = json_array();
	json_array_foreach(whole, i, pid) if (json_is_integer(pid) && json_integer_value(pid) > 0 &&
					      json_integer_value(pid) <= INT32_MAX)
		json_array_append_new(array, json_integer(json_integer_value(pid)));
	return array;
}

/* What `dump` kept of processes, and what it would have kept but for a limit. */
static json_t *kept_json(const struct info *info)
{
	static const char *const names[] = {
		"level",    "threads",       "stack_pages",    "process_pages", "refused",
		"too_late", "without_stack", "rest_processes", "rest_pages",    "rest_left_out"};
	json_t *object;

	if (!json_is_object(json_object_get(info->manifest, FB_MANIFEST_DUMP)))
		return json_null();
	object = json_object();
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		const int64_t number = kept_number(info, names[i]);

		json_object_set_new(object, names[i], integer_or_null(number, number >= 0));
	}
	json_object_set_new(object, "whole", whole_json(info));
	return object;
}

static struct fb_error *print_json(struct info *info)
{
	struct fb_page_counts *counts = NULL;
	json_t *answer = json_object();
	struct fb_error *err = info->core_count ? fb_merge_count(info->input, &counts) : NULL;

	if (!err && answer) {
		json_object_set_new(answer, "cores",
				    fb_merge_cores_json(info->cores, info->core_count, counts));
		json_object_set_new(answer, "kernel", kernel_json(info));
		json_object_set_new(answer, "panic", fb_info_panic_json(&info->panic));
		json_object_set_new(answer, "look", look_json(info));
		json_object_set_new(answer, "dump", dump_json(info));
		json_object_set_new(answer, "sandbox", sandbox_json(info));
		json_object_set_new(answer, "kept", kept_json(info));
		add_redaction(info, answer);
	}
	free(counts);
	if (err) {
		json_decref(answer);
		return err;
	}
	return fb_json_print("info", answer, info->context->warnings);
}

static void line(const struct info *info, const char *name, const char *format, ...)
	FB_PRINTF(3, 4);

static void line(const struct info *info, const char *name, const char *format, ...)
{
	char raw[2048], escaped[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	fb_print(info->context->output, FB_STYLE_DIM, "%12s  ", name);
	fb_print(info->context->output, FB_STYLE_PLAIN, "%s\n",
		 fb_text_escape(raw, strlen(raw), escaped, sizeof(escaped)));
}

static void print_kernel(const struct info *info)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(info->input));

	if (*kernel->node)
		line(info, "host", "%s", kernel->node);
	line(info, "version", "%s", *kernel->version ? kernel->version : "unknown");
	line(info, "build-id", "%s", kernel->build_id ? kernel->build_id : "unknown");
	line(info, "KASLR", "0x%" PRIx64 ", physical base 0x%" PRIx64 ", %u page-table levels",
	     kernel->kaslr_offset, kernel->phys_base, kernel->levels);
	if (isfinite(kernel->load[0]))
		line(info, "load", "%.2f, %.2f, %.2f (1, 5, 15 min)", kernel->load[0],
		     kernel->load[1], kernel->load[2]);
}

static void print_panic(const struct info *info)
{
	const struct fb_panic *panic = &info->panic;
	const char *message = panic->message ? panic->message : "unknown";
	char escaped[1024];

	fb_print(info->context->output, FB_STYLE_DIM, "%12s  ", "panic");
	fb_print(info->context->output, FB_STYLE_BAD, "%s\n",
		 fb_text_escape(message, strlen(message), escaped, sizeof(escaped)));
	if (panic->cpu >= 0 && panic->task)
		line(info, "on", "CPU %d, in PID %d, TID %d (%.*s)", panic->cpu, panic->task->pid,
		     panic->task->tid, (int)sizeof(panic->task->comm), panic->task->comm);
	else if (panic->cpu >= 0)
		line(info, "on", "CPU %d", panic->cpu);
	fb_info_print_reports(info->context->output, panic);
}

/* Before all that is only context: what is stuck, and the command that shows it. */
static void print_look(const struct info *info)
{
	const struct fb_info_look *look = &info->look;
	char deadlocks[96] = "";

	if (look->deadlocks)
		snprintf(deadlocks, sizeof(deadlocks), "%zu deadlock%s of %zu thread%s, ",
			 look->deadlocks, look->deadlocks == 1 ? "" : "s", look->deadlocked,
			 look->deadlocked == 1 ? "" : "s");
	if (look->tasks_known)
		line(info, "stuck", "%s%zu thread%s in D state", deadlocks, look->uninterruptible,
		     look->uninterruptible == 1 ? "" : "s");
	line(info, "look first", "at %s", look->what);
	line(info, "", "fbundle %s %s%s%s", look->command, info->context->options.input,
	     *look->argument ? " " : "", look->argument);
}

static void print_dump(const struct info *info)
{
	const struct fb_dump_info *dump = fb_dump_info(fb_input_dump(info->input));
	const char *compression = fb_dump_compression(fb_input_dump(info->input));
	char dumped[32], existing[32], lost[48] = "", size[32];

	line(info, "dump", "%s%s%s%s%s%s%s%s", dump->format, compression ? ", pages " : "",
	     compression ? compression : "", dump->flattened ? ", flattened" : "",
	     dump->split ? ", split" : "", dump->stream ? ", inside " : "",
	     dump->stream ? dump->stream : "", dump->incomplete ? ", incomplete" : "");
	fb_text_count(dump->pages_dumped, dumped, sizeof(dumped));
	fb_text_size(dump->pages_dumped * FB_PAGE_SIZE, size, sizeof(size));
	if (dump->pages_lost)
		(void)snprintf(lost, sizeof(lost), ", and %s lost",
			       fb_text_count(dump->pages_lost, existing, sizeof(existing)));
	if (dump->pages_existing)
		line(info, "pages", "%s of %s (%s)%s", dumped,
		     fb_text_count(dump->pages_existing, existing, sizeof(existing)), size, lost);
	else
		line(info, "pages", "%s (%s)%s", dumped, size, lost);
}

static void print_kept(const struct info *info)
{
	const int64_t threads = kept_number(info, "threads"),
		      of_stacks = kept_number(info, "stack_pages"),
		      of_processes = kept_number(info, "process_pages"),
		      rest_pages = kept_number(info, "rest_pages"),
		      rest_processes = kept_number(info, "rest_processes"),
		      rest_left_out = kept_number(info, "rest_left_out"),
		      refused = kept_number(info, "refused"), late = kept_number(info, "too_late");
	char count[32], pages[32], more[32] = "";

	if (of_processes > 0)
		(void)snprintf(more, sizeof(more), ", %s of whole ones",
			       fb_text_count((uint64_t)of_processes, pages, sizeof(pages)));
	if (threads >= 0 && of_stacks >= 0)
		line(info, "kept", "of processes %s pages for the stacks of %s threads%s",
		     fb_text_count((uint64_t)of_stacks, pages, sizeof(pages)),
		     fb_text_count((uint64_t)threads, count, sizeof(count)), more);
	if (rest_pages > 0 && rest_processes >= 0)
		line(info, "kept",
		     "%s pages of other processes, which fill the budget; %s are whole",
		     fb_text_count((uint64_t)rest_pages, pages, sizeof(pages)),
		     fb_text_count((uint64_t)rest_processes, count, sizeof(count)));
	if (rest_left_out > 0)
		line(info, "left out",
		     "memory of %s other processes: the budget (--budget) was spent",
		     fb_text_count((uint64_t)rest_left_out, count, sizeof(count)));
	if (refused > 0)
		line(info, "left out", "%s pages of processes: the budget (--budget) was spent",
		     fb_text_count((uint64_t)refused, count, sizeof(count)));
	if (late > 0)
		line(info, "left out", "the memory of %s processes: the time was over",
		     fb_text_count((uint64_t)late, count, sizeof(count)));
}

static void print_cores(const struct info *info)
{
	for (size_t i = 0; i < info->core_count; i++) {
		const struct fb_input_core *core = &info->cores[i];
		const char *name = fb_core_name(core->core);
		const struct fb_task *task = core->match.task;

		if (task)
			line(info, i == 0 ? "cores" : "", "%-20s %d %.*s (%s)", name, task->pid,
			     (int)sizeof(task->comm), task->comm,
			     fb_verdict_name(core->match.verdict));
		else
			line(info, i == 0 ? "cores" : "", "%-20s of no task at the panic", name);
	}
	if (info->cores_unknown)
		line(info, "cores", "left out: whose they are cannot be told");
	else if (info->core_count == 0)
		line(info, "cores", "none: `fbundle merge` joins some");
}

/* What this program gave up before it read anything. */
static void print_sandbox(const struct info *info)
{
	const struct fb_sandbox *sandbox = &info->context->sandbox;

	if (info->context->options.no_sandbox)
		line(info, "sandbox", "off (--no-sandbox)");
	else if (sandbox->landlock)
		line(info, "sandbox", "Landlock (version %u)%s", sandbox->landlock,
		     sandbox->seccomp ? ", seccomp" : "");
	else
		line(info, "sandbox", "%s",
		     sandbox->seccomp ? "seccomp (this kernel has no Landlock)"
				      : "none (this kernel has neither Landlock nor seccomp)");
}

/* Without tasks it is not known to which processes the cores belong; the rest is shown nevertheless. */
static struct fb_error *load_cores(struct info *info)
{
	struct fb_error *err = fb_input_cores(info->input, &info->cores, &info->core_count);

	if (!fb_error_is(err, FB_NOT_FOUND) || !fb_kernel_lost(fb_input_kernel(info->input)))
		return err;
	fb_error_destroy(err);
	info->cores_unknown = true;
	fb_warn(info->context->warnings,
		"the cores are left out: without tasks nobody can tell whose they are");
	return NULL;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct info info = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &info);
	if (info.all && !info.probes)
		fb_usage_error("info", "--all is for --probes");
	err = fb_context_open(context, &info.input);
	if (!err && info.probes) {
		err = fb_info_print_probes(context, info.input, info.all);
		fb_input_destroy(info.input);
		return err;
	}
	if (!err)
		err = fb_panic_find(info.input, &info.panic);
	if (!err)
		err = load_cores(&info);
	if (!err)
		err = fb_info_look(context, info.input, &info.panic, &info.look);
	if (!err)
		err = load_manifest(&info);
	if (!err && context->options.json) {
		err = print_json(&info);
	} else if (!err) {
		fb_print_crash_line(context->output, info.input);
		print_kernel(&info);
		if (info.panic.message || !fb_dump_info(fb_input_dump(info.input))->live)
			print_panic(&info);
		print_look(&info);
		print_dump(&info);
		print_kept(&info);
		print_cores(&info);
		print_sandbox(&info);
		err = fb_info_print_panic_stack(context, info.input, &info.panic);
	}
	json_decref(info.manifest);
	fb_panic_deinit(&info.panic);
	fb_input_destroy(info.input);
	return err;
}

const struct fb_command fb_command_info = {
	.name = "info",
	.summary = "the crash at a glance",
	.run = run,
	.usage = &usage,
};
