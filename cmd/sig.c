// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle sig: the signals of a process and its threads: which are pending, and who sent them; which are blocked,
 * ignored and handled, and by which function.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"
#include "kernel/tasks/signals.h"

/* Bits of sa_flags that are worth a name (include/uapi/asm-generic/signal-defs.h); SA_RESTORER is the C library's. */
static const struct {
	uint64_t bit;
	const char *name;
} flags[] = {
	{0x1, "NOCLDSTOP"},        {0x2, "NOCLDWAIT"},      {0x4, "SIGINFO"},
	{0x08000000, "ONSTACK"},   {0x10000000, "RESTART"}, {0x40000000, "NODEFER"},
	{0x80000000, "RESETHAND"},
};

static const struct fb_example examples[] = {
	{"Why a process does not end: is SIGTERM blocked, ignored, or handled",
	 "fbundle sig dump.202611231722 132", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT PID|NAME",
	.doc = "Shows the signals of a process and of each of its threads: pending ones with their senders, blocked, "
	       "ignored and handled ones.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

/* The signals of one thread. */
struct thread {
	const struct fb_task *task;
	struct fb_signals signals;
	bool known;
};

struct process {
	const struct fb_task *task; /* as it was named */
	struct thread *threads;     /* owned */
	size_t count;
	const struct thread
		*with_actions; /* one that has not released what all share; NULL: none */
};

static struct fb_error *load(struct fb_input *input, const char *text, struct process *process)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *task = NULL;
	size_t first = 0, count = 0;
	struct fb_error *err = fb_find_process_named(input, text, &task);

	if (!err)
		err = fb_input_tasks(input, &tasks);
	if (err)
		return err;
	process->task = task;
	fb_tasks_group(tasks, task->pid, &first, &count);
	process->threads = calloc(count ? count : 1, sizeof(*process->threads));
	if (!process->threads)
		return fb_error_nomem();
	for (size_t i = 0; i < count && !err; i++) {
		struct thread *thread = &process->threads[process->count++];

		thread->task = fb_tasks_get(tasks, first + i);
		err = fb_signals_load(kernel, thread->task, &thread->signals);
		thread->known = !err;
		if (thread->known && thread->signals.has_actions && !process->with_actions)
			process->with_actions = thread;
		/* Without types no thread's signals are known. */
		if (fb_error_is(err, FB_NOT_FOUND))
			return fb_input_explain(input, "signals cannot be read", err);
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "TID %d", thread->task->tid);
	}
	return err;
}

static void unload(struct process *process)
{
	for (size_t i = 0; i < process->count; i++)
		fb_signals_deinit(&process->threads[i].signals);
	free(process->threads);
}

static json_t *mask_json(uint64_t mask)
{
	json_t *list = json_array();

	for (unsigned i = 1; i <= FB_SIGNALS; i++)
		if (mask >> (i - 1) & 1)
			json_array_append_new(list, json_string(fb_signal_name(i).text));
	return list;
}

static json_t *queued_json(const struct fb_pending *pending)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pending->count; i++) {
		const struct fb_queued_signal *queued = &pending->queued[i];
		json_t *object = json_object();

		json_object_set_new(object, "signal",
				    json_string(fb_signal_name((unsigned)queued->number).text));
		json_object_set_new(object, "code", json_integer(queued->code));
		json_object_set_new(object, "pid",
				    queued->has_sender ? json_integer(queued->pid) : json_null());
		json_object_set_new(object, "uid",
				    queued->has_sender ? json_integer(queued->uid) : json_null());
		json_object_set_new(object, "address",
				    queued->has_address ? fb_json_hex(queued->address)
							: json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *actions_json(const struct fb_signals *signals)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < FB_SIGNALS; i++) {
		const struct fb_signal_action *action = &signals->actions[i];
		json_t *object;

		if (!(signals->caught >> i & 1))
			continue;
		object = json_object();
		json_object_set_new(object, "signal", json_string(fb_signal_name(i + 1).text));
		json_object_set_new(object, "handler", fb_json_hex(action->handler));
		json_object_set_new(object, "flags", fb_json_hex(action->flags));
		json_object_set_new(object, "blocks", mask_json(action->mask));
		json_array_append_new(list, object);
	}
	return list;
}

static struct fb_error *print_json(struct fb_context *context, const struct process *process)
{
	const struct fb_signals *shared =
		process->with_actions ? &process->with_actions->signals : NULL;
	json_t *answer = json_object();
	json_t *threads = json_array();

	for (size_t i = 0; i < process->count; i++) {
		const struct thread *thread = &process->threads[i];
		json_t *object;

		if (!thread->known)
			continue;
		object = json_object();
		json_object_set_new(object, "tid", json_integer(thread->task->tid));
		json_object_set_new(object, "pending", mask_json(thread->signals.thread.mask));
		json_object_set_new(object, "queued", queued_json(&thread->signals.thread));
		json_object_set_new(object, "blocked", mask_json(thread->signals.blocked));
		json_array_append_new(threads, object);
	}
	json_object_set_new(answer, "pid", json_integer(process->task->pid));
	json_object_set_new(answer, "pending",
			    shared ? mask_json(shared->shared.mask) : json_null());
	json_object_set_new(answer, "queued", shared ? queued_json(&shared->shared) : json_null());
	json_object_set_new(answer, "ignored", shared ? mask_json(shared->ignored) : json_null());
	json_object_set_new(answer, "caught", shared ? actions_json(shared) : json_null());
	json_object_set_new(answer, "threads", threads);
	return fb_json_print("sig", answer, context->warnings);
}

/* The names of a mask's signals, a run of three or more of them as "SIG32-SIGRTMIN+5"; "none". */
static void mask_text(uint64_t mask, char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "%s", mask ? "" : "none");
	for (unsigned i = 1; i <= FB_SIGNALS && used < size; i++) {
		unsigned last = i;

		if (!(mask >> (i - 1) & 1))
			continue;
		while (last < FB_SIGNALS && mask >> last & 1)
			last++;
		if (last < i + 2)
			last = i;
		used += (size_t)snprintf(to + used, size - used, "%s%s", used ? " " : "",
					 fb_signal_name(i).text);
		if (last > i && used < size)
			used += (size_t)snprintf(to + used, size - used, "-%s",
						 fb_signal_name(last).text);
		i = last;
	}
}

static void print_mask(struct fb_context *context, const char *what, uint64_t mask)
{
	char text[1200];

	mask_text(mask, text, sizeof(text));
	fb_put("%-9s", what);
	fb_print_wrapped(context->output, FB_STYLE_PLAIN, 9, 9, text);
}

/* Who sent each signal that is pending. tid 0: pending for the process. */
static struct fb_error *add_queued(struct fb_table *table, const struct fb_pending *pending,
				   int32_t tid)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < pending->count && !err; i++) {
		const struct fb_queued_signal *queued = &pending->queued[i];
		const char *code = fb_signal_code_name(queued->code);

		err = fb_table_cell(table, FB_STYLE_BOLD, "%s",
				    fb_signal_name((unsigned)queued->number).text);
		if (!err)
			err = tid ? fb_table_cell(table, FB_STYLE_PLAIN, "TID %d", tid)
				  : fb_table_cell(table, FB_STYLE_PLAIN, "the process");
		if (!err)
			err = *code ? fb_table_cell(table, FB_STYLE_PLAIN, "%s", code)
				    : fb_table_cell(table, FB_STYLE_PLAIN, "%d", queued->code);
		if (err)
			break;
		if (queued->has_sender)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "PID %d, UID %u", queued->pid,
					    queued->uid);
		else if (queued->has_address)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "fault at 0x%" PRIx64,
					    queued->address);
		else
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	}
	return err;
}

static struct fb_error *print_queued(struct fb_context *context, const struct process *process)
{
	static const struct fb_column columns[] = {
		{"QUEUED", FB_LEFT}, {"FOR", FB_LEFT}, {"CODE", FB_LEFT}, {"FROM", FB_LEFT}};
	const struct thread *shared = process->with_actions;
	struct fb_table *table = NULL;
	size_t count = shared ? shared->signals.shared.count : 0;
	struct fb_error *err;

	for (size_t i = 0; i < process->count; i++)
		count += process->threads[i].signals.thread.count;
	if (!count)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	if (!err && shared)
		err = add_queued(table, &shared->signals.shared, 0);
	for (size_t i = 0; i < process->count && !err; i++)
		err = add_queued(table, &process->threads[i].signals.thread,
				 process->threads[i].task->tid);
	if (!err) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_threads(struct fb_context *context, const struct process *process)
{
	static const struct fb_column columns[] = {
		{"TID", FB_RIGHT}, {"NAME", FB_LEFT}, {"PENDING", FB_LEFT}, {"BLOCKED", FB_LEFT}};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < process->count && !err; i++) {
		const struct thread *thread = &process->threads[i];
		char pending[1200], blocked[1200];

		if (!thread->known)
			continue;
		mask_text(thread->signals.thread.mask, pending, sizeof(pending));
		mask_text(thread->signals.blocked, blocked, sizeof(blocked));
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", thread->task->tid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s",
					    fb_task_comm(thread->task).text);
		if (!err)
			err = fb_table_cell(
				table, thread->signals.thread.mask ? FB_STYLE_WARN : FB_STYLE_DIM,
				"%s", pending);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", blocked);
	}
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static void flags_text(uint64_t bits, char *to, size_t size)
{
	size_t used = 0;

	*to = '\0';
	for (size_t i = 0; i < FB_ARRAY_SIZE(flags) && used < size; i++)
		if (bits & flags[i].bit)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
						 flags[i].name);
}

static struct fb_error *print_handlers(struct fb_context *context, const struct fb_signals *signals)
{
	static const struct fb_column columns[] = {{"SIGNAL", FB_LEFT},
						   {"HANDLER", FB_RIGHT},
						   {"FLAGS", FB_LEFT},
						   {"BLOCKS MEANWHILE", FB_LEFT}};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!signals->caught)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (unsigned i = 0; i < FB_SIGNALS && !err; i++) {
		const struct fb_signal_action *action = &signals->actions[i];
		char blocks[1200], bits[128];

		if (!(signals->caught >> i & 1))
			continue;
		mask_text(action->mask, blocks, sizeof(blocks));
		flags_text(action->flags, bits, sizeof(bits));
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", fb_signal_name(i + 1).text);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "0x%" PRIx64, action->handler);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", bits);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", blocks);
	}
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct process *process)
{
	const struct fb_task *task = process->task;
	const struct fb_signals *shared =
		process->with_actions ? &process->with_actions->signals : NULL;
	struct fb_error *err;

	fb_put("PID %d, %s%s\n", task->pid, fb_task_comm(task).text,
	       shared ? "" : ": it has given its handlers back, on its exit");
	if (shared) {
		print_mask(context, "pending", shared->shared.mask);
		print_mask(context, "ignored", shared->ignored);
		print_mask(context, "caught", shared->caught);
	}
	err = print_threads(context, process);
	if (!err)
		err = print_queued(context, process);
	return err || !shared ? err : print_handlers(context, shared);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct process process = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, context->args[0], &process);
	if (!err)
		err = context->options.json ? print_json(context, &process)
					    : print_text(context, &process);
	unload(&process);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_sig = {
	.name = "sig",
	.summary = "signals of a process: pending, handlers",
	.run = run,
	.usage = &usage,
};
