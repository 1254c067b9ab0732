// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle cpus: what each CPU did at the panic, for how long, in which context, and which threads waited for it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/stacks/cpu_places.h"
#include "bundle/stacks/worker_frames.h"
#include "cmd/shared/command.h"
#include "kernel/modules/function_name.h"
#include "kernel/tasks/cpu_calls.h"
#include "kernel/tasks/run_queue.h"

/* Waiting threads of one CPU that a person is shown. */
#define SHORT_LIST 10u

static const struct fb_example examples[] = {
	{"Which CPU is stuck, and who waits for it", "fbundle cpus dump.202611231722", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Tells what each CPU did at the panic and for how long, whether it was in an interrupt, and which "
	       "runnable threads waited for it.",
	.examples = examples,
};

/* What a command has of its input. */
struct cpus {
	struct fb_run_queues queues;
	struct fb_cpu_calls calls;
	struct fb_modules *modules; /* NULL: none, or they cannot be read */
	uint32_t lockup_s;          /* 0: unknown, or not watched */
	struct fb_cpu_places places;
	const struct fb_kernel *kernel;
};

static struct fb_error *load(struct fb_input *input, struct cpus *cpus)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_input_explain(
			input, "run queues cannot be read",
			fb_run_queues_load(fb_input_kernel(input), tasks, &cpus->queues));
	if (!err)
		err = fb_soft_lockup_limit(fb_input_kernel(input), &cpus->lockup_s);
	cpus->kernel = fb_input_kernel(input);
	if (!err)
		err = fb_cpu_calls_load(fb_input_kernel(input), &cpus->queues, &cpus->calls);
	/* Of functions of modules the addresses are shown then. */
	if (!err && cpus->calls.count)
		err = fb_part_warn(fb_input_warnings(input),
				   fb_modules_load(fb_input_kernel(input), &cpus->modules),
				   "modules");
	return err ? err : fb_cpu_places_load(input, &cpus->queues, cpus->lockup_s, &cpus->places);
}

/* The innermost context: what interrupted the others. The NMI that stopped a CPU because another one panicked is left
 * out; the kernel counts each NMI as an interrupt too. */
static const char *context_of(const struct cpus *cpus, const struct fb_run_queue *queue)
{
	const bool stopped = queue->nmi_depth == 1 && queue->irq_depth &&
			     fb_kernel_panic_cpu(cpus->kernel) >= 0 &&
			     fb_kernel_panic_cpu(cpus->kernel) != (int)queue->cpu;

	return !queue->depth_known            ? "unknown"
	       : queue->nmi_depth && !stopped ? "NMI"
	       : queue->irq_depth > stopped   ? "interrupt"
	       : queue->softirq_depth         ? "softirq"
	       : queue->preempt_depth         ? "preemption off"
					      : "thread";
}

static json_t *queued_json(const struct fb_run_queue *queue)
{
	json_t *list = json_array();

	for (size_t i = 0; i < queue->queued_count; i++) {
		const struct fb_queued *queued = &queue->queued[i];
		json_t *object = json_object();

		json_object_set_new(object, "tid", json_integer(queued->task->tid));
		json_object_set_new(object, "comm",
				    fb_json_bytes(queued->task->comm, sizeof(queued->task->comm)));
		json_object_set_new(object, "priority", json_integer(queued->priority));
		json_object_set_new(object, "waited_s",
				    queued->waited_known
					    ? json_real((double)queued->waited_ns / 1e9)
					    : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

/* The innermost functions of what it ran, where it is locked up. */
static json_t *stack_json(const struct cpus *cpus, size_t index)
{
	const struct fb_thread_stack *stack = cpus->places.stack_of[index];
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(stack, names);
	json_t *list = stack ? json_array() : json_null();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, fb_json_text(names[i]));
	return list;
}

/* The calls that other CPUs asked of this one. */
static json_t *asked_json(const struct cpus *cpus, uint32_t cpu)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cpus->calls.count; i++) {
		const struct fb_cpu_call *call = &cpus->calls.calls[i];
		json_t *object;

		if (call->to != cpu)
			continue;
		object = json_object();
		json_object_set_new(object, "from",
				    call->from >= 0 ? json_integer(call->from) : json_null());
		json_object_set_new(
			object, "function",
			call->function
				? json_string(fb_function_name(cpus->modules, call->function).text)
				: json_null());
		json_object_set_new(object, "waits", json_boolean(call->waits));
		json_object_set_new(object, "queued", json_boolean(call->queued));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *queue_json(const struct cpus *cpus, const struct fb_run_queue *queue)
{
	json_t *object = json_object();

	json_object_set_new(object, "cpu", json_integer(queue->cpu));
	json_object_set_new(object, "tid",
			    queue->current ? json_integer(queue->current->tid) : json_null());
	json_object_set_new(
		object, "comm",
		queue->current ? fb_json_bytes(queue->current->comm, sizeof(queue->current->comm))
			       : json_null());
	json_object_set_new(object, "idle",
			    queue->current ? json_boolean(queue->current->idle) : json_null());
	json_object_set_new(object, "ran_s",
			    queue->ran_known ? json_real((double)queue->ran_ns / 1e9)
					     : json_null());
	json_object_set_new(object, "context", json_string(context_of(cpus, queue)));
	json_object_set_new(object, "running",
			    queue->running_known ? json_integer(queue->running) : json_null());
	json_object_set_new(object, "watchdog_s",
			    queue->watchdog_known ? json_real(queue->watchdog_s) : json_null());
	json_object_set_new(object, "soft_lockup",
			    json_boolean(fb_run_queue_is_locked_up(queue, cpus->lockup_s)));
	json_object_set_new(object, "calls", json_integer(queue->calls));
	json_object_set_new(object, "asked", asked_json(cpus, queue->cpu));
	json_object_set_new(object, "queued", queued_json(queue));
	return object;
}

/* Adds what is not of the run queue. */
static struct fb_error *set_place(json_t *object, const struct cpus *cpus, size_t index)
{
	bool on, known;
	struct fb_error *err =
		fb_cpu_interrupts_on(cpus->kernel, cpus->queues.queues[index].cpu, &on, &known);

	json_object_set_new(object, "interrupts_on", known ? json_boolean(on) : json_null());
	json_object_set_new(object, "stack", stack_json(cpus, index));
	return err;
}

static struct fb_error *print_json(struct fb_context *context, const struct cpus *cpus)
{
	json_t *answer = json_object();
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < cpus->queues.count && !err; i++) {
		json_t *object = queue_json(cpus, &cpus->queues.queues[i]);

		err = set_place(object, cpus, i);
		json_array_append_new(list, object);
	}
	json_object_set_new(answer, "cpus", list);
	if (!err)
		return fb_json_print("cpus", answer, context->warnings);
	json_decref(answer);
	return err;
}

static struct fb_error *duration_cell(struct fb_table *table, bool known, uint64_t ns)
{
	char text[32];

	return fb_table_cell(table, FB_STYLE_PLAIN, "%s",
			     known ? fb_text_duration((double)ns / 1e9, text, sizeof(text)) : "?");
}

static struct fb_error *add_cpu(struct fb_table *table, const struct cpus *cpus,
				const struct fb_run_queue *queue)
{
	const struct fb_task *task = queue->current;
	char text[32], state[96] = "";
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", queue->cpu);

	if (!err && task && task->idle)
		err = fb_table_cell(table, FB_STYLE_DIM, "idle");
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", task ? task->comm : "unknown");
	if (!err && task && !task->idle)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", task->tid);
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	if (!err)
		err = duration_cell(table, queue->ran_known, queue->ran_ns);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", context_of(cpus, queue));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%zu", queue->queued_count);
	if (fb_run_queue_is_locked_up(queue, cpus->lockup_s))
		snprintf(state, sizeof(state), "soft lockup: no thread switch for %s",
			 fb_text_duration(queue->watchdog_s, text, sizeof(text)));
	else if (queue->calls)
		snprintf(state, sizeof(state), "%u call%s from other CPUs not taken", queue->calls,
			 queue->calls == 1 ? "" : "s");
	return err ? err
		   : fb_table_cell(table,
				   fb_run_queue_is_locked_up(queue, cpus->lockup_s) ? FB_STYLE_BAD
										    : FB_STYLE_WARN,
				   "%s", state);
}

static struct fb_error *add_queued(struct fb_table *table, const struct fb_run_queue *queue)
{
	size_t shown = queue->queued_count < SHORT_LIST ? queue->queued_count : SHORT_LIST;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < shown && !err; i++) {
		const struct fb_queued *queued = &queue->queued[i];

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", queue->cpu);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", queued->task->comm);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", queued->task->tid);
		if (!err)
			err = duration_cell(table, queued->waited_known, queued->waited_ns);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", queued->priority);
		if (!err && i + 1 == shown && queue->queued_count > shown)
			err = fb_table_cell(table, FB_STYLE_DIM, "%zu more: --json",
					    queue->queued_count - shown);
		else if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	}
	return err;
}

static struct fb_error *print_queued(struct fb_context *context, const struct cpus *cpus)
{
	static const struct fb_column columns[] = {
		{"CPU", FB_RIGHT},        {"WAITS FOR IT", FB_LEFT}, {"TID", FB_RIGHT},
		{"WAITED FOR", FB_RIGHT}, {"PRIORITY", FB_RIGHT},    {"", FB_LEFT},
	};
	struct fb_table *table = NULL;
	size_t count = 0;
	struct fb_error *err;

	for (size_t i = 0; i < cpus->queues.count; i++)
		count += cpus->queues.queues[i].queued_count;
	if (!count)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < cpus->queues.count && !err; i++)
		err = add_queued(table, &cpus->queues.queues[i]);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *add_place(struct fb_table *table, const struct cpus *cpus, size_t index)
{
	const uint32_t cpu = cpus->queues.queues[index].cpu;
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(cpus->places.stack_of[index], names), used = 0;
	char text[400] = "";
	bool on, known;
	struct fb_error *err = fb_cpu_interrupts_on(cpus->kernel, cpu, &on, &known);

	for (size_t i = 0; i < count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " < " : "",
					 names[i]);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", cpu);
	if (!err)
		err = fb_table_cell(table, known && !on ? FB_STYLE_BAD : FB_STYLE_PLAIN, "%s",
				    !known ? "unknown"
				    : on   ? "on"
					   : "off");
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", count ? text : "unknown");
}

static struct fb_error *add_call(struct fb_table *table, const struct cpus *cpus,
				 const struct fb_cpu_call *call)
{
	bool on, known;
	struct fb_error *err =
		call->from >= 0 ? fb_table_cell(table, FB_STYLE_PLAIN, "%" PRId64, call->from)
				: fb_table_cell(table, FB_STYLE_DIM, "?");

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", call->to);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    call->function
					    ? fb_function_name(cpus->modules, call->function).text
					    : "?");
	if (!err)
		err = fb_cpu_interrupts_on(cpus->kernel, call->to, &on, &known);
	if (err)
		return err;
	return fb_table_cell(table, call->waits ? FB_STYLE_BAD : FB_STYLE_PLAIN, "%s%s%s",
			     call->waits ? "waits; " : "",
			     call->queued ? "not taken" : "taken, not answered",
			     known && !on ? ": it takes no interrupts" : "");
}

/* Which CPU has asked which other one, and has no answer. */
static struct fb_error *print_calls(struct fb_context *context, const struct cpus *cpus)
{
	static const struct fb_column columns[] = {
		{"CPU", FB_RIGHT}, {"ASKED CPU", FB_RIGHT}, {"TO CALL", FB_LEFT}, {"", FB_LEFT}};
	const size_t shown = cpus->calls.count < SHORT_LIST ? cpus->calls.count : SHORT_LIST;
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!shown)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < shown && !err; i++)
		err = add_call(table, cpus, &cpus->calls.calls[i]);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	if (cpus->calls.count > shown)
		fb_put("%zu more: --json\n", cpus->calls.count - shown);
	return err;
}

/* Where those are that are locked up, or that others wait for. */
static struct fb_error *print_places(struct fb_context *context, const struct cpus *cpus)
{
	static const struct fb_column columns[] = {
		{"CPU", FB_RIGHT}, {"INTERRUPTS", FB_LEFT}, {"STACK", FB_LEFT}};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!cpus->places.stacks)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < cpus->queues.count && !err; i++)
		if (cpus->places.stack_of[i])
			err = add_place(table, cpus, i);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct cpus *cpus)
{
	static const struct fb_column columns[] = {
		{"CPU", FB_RIGHT},    {"RUNS", FB_LEFT},    {"TID", FB_RIGHT}, {"FOR", FB_RIGHT},
		{"CONTEXT", FB_LEFT}, {"QUEUED", FB_RIGHT}, {"", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < cpus->queues.count && !err; i++)
		err = add_cpu(table, cpus, &cpus->queues.queues[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	if (!err)
		err = print_calls(context, cpus);
	if (!err)
		err = print_places(context, cpus);
	return err ? err : print_queued(context, cpus);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct cpus cpus = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, &cpus);
	if (!err)
		err = context->options.json ? print_json(context, &cpus)
					    : print_text(context, &cpus);
	fb_modules_destroy(cpus.modules);
	fb_cpu_calls_deinit(&cpus.calls);
	fb_cpu_places_deinit(&cpus.places);
	fb_run_queues_deinit(&cpus.queues);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_cpus = {
	.name = "cpus",
	.summary = "what each CPU did, and who waited for it",
	.run = run,
	.usage = &usage,
};
