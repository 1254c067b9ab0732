// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle irq: interrupts as /proc/interrupts lists them, with their state and affinity, and softirqs as
 * /proc/softirqs, with those that were to be run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/function_name.h"
#include "kernel/irq/interrupts.h"
#include "kernel/irq/irq_counters.h"

/* CPUs that have a column each without --all; for more there is one sum. */
#define MOST_COLUMNS 8u

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "also what never came, and a column for each CPU", 0},
	{0},
};

static const struct fb_example examples[] = {
	{"How often each interrupt came, and which are disabled or in progress",
	 "fbundle irq dump.202611231722", false},
	{0},
};

static const struct fb_usage usage = {
	.options = options,
	.parse = fb_parse_all,
	.arguments = "INPUT",
	.doc = "Lists the interrupts with their counts, chips, handlers, state and affinity, and the softirqs, as "
	       "/proc/interrupts and /proc/softirqs do.",
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	struct fb_interrupts interrupts;
	struct fb_irq_counters vectors, softirqs;
	struct fb_modules *modules; /* owned, or NULL: they cannot be read */
};

static struct fb_error *load(struct fb_input *input, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_interrupts *found = &listing->interrupts;
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_input_explain(input, "interrupts cannot be read",
				       fb_interrupts_load(kernel, tasks, &listing->interrupts));
	if (!err)
		err = fb_vector_counters_load(kernel, found->cpus, found->cpu_count,
					      &listing->vectors);
	if (!err)
		err = fb_softirq_counters_load(kernel, found->cpus, found->cpu_count,
					       &listing->softirqs);
	return err ? err
		   : fb_input_do_without(input, fb_modules_load(kernel, &listing->modules),
					 "the kernel's modules");
}

static json_t *counts_json(const struct fb_interrupts *interrupts, const uint32_t *counts)
{
	json_t *list;

	if (!counts)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < interrupts->cpu_count; i++)
		json_array_append_new(list, json_integer(counts[i]));
	return list;
}

static json_t *actions_json(const struct listing *listing, const struct fb_irq *irq)
{
	json_t *list = json_array();

	for (size_t i = 0; i < irq->action_count; i++) {
		const struct fb_irq_action *action = &irq->actions[i];
		json_t *object = json_object();

		json_object_set_new(object, "name", fb_json_bytes(action->name, FB_IRQ_NAME));
		json_object_set_new(object, "handler",
				    fb_function_json(listing->modules, action->handler));
		json_object_set_new(object, "thread_function",
				    fb_function_json(listing->modules, action->thread_function));
		json_object_set_new(object, "thread",
				    action->thread ? json_integer(action->thread->tid)
						   : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *states_json(const struct fb_irq *irq)
{
	json_t *list;

	if (!irq->state_known)
		return json_null();
	list = json_array();
	for (unsigned i = 0; i < FB_IRQ_STATES; i++)
		if (irq->state & 1u << i)
			json_array_append_new(list, json_string(fb_irq_state_name(1u << i)));
	return list;
}

static json_t *irq_json(const struct listing *listing, const struct fb_irq *irq)
{
	json_t *object = json_object();

	json_object_set_new(object, "irq", json_integer(irq->number));
	json_object_set_new(object, "address", fb_json_hex(irq->address));
	json_object_set_new(object, "listed",
			    json_boolean(fb_irq_is_listed(&listing->interrupts, irq)));
	json_object_set_new(object, "counts", counts_json(&listing->interrupts, irq->counts));
	json_object_set_new(object, "chip",
			    irq->chip[0] ? fb_json_bytes(irq->chip, FB_IRQ_NAME) : json_null());
	json_object_set_new(object, "hwirq",
			    irq->has_domain ? json_integer((json_int_t)irq->hwirq) : json_null());
	json_object_set_new(object, "flow",
			    irq->flow[0] ? fb_json_bytes(irq->flow, FB_IRQ_NAME) : json_null());
	json_object_set_new(object, "state", states_json(irq));
	json_object_set_new(object, "depth",
			    irq->state_known ? json_integer(irq->depth) : json_null());
	json_object_set_new(object, "affinity", fb_json_text(irq->affinity));
	json_object_set_new(object, "effective_affinity", fb_json_text(irq->effective));
	json_object_set_new(object, "actions", actions_json(listing, irq));
	return object;
}

/* of_softirqs: they have no text, and can be pending. */
static json_t *counters_json(const struct listing *listing, const struct fb_irq_counters *counters,
			     bool of_softirqs)
{
	const struct fb_interrupts *interrupts = &listing->interrupts;
	json_t *list = json_array();

	for (size_t i = 0; i < counters->count; i++) {
		const struct fb_irq_counter *counter = &counters->counters[i];
		json_t *object = json_object(), *pending = json_array();

		json_object_set_new(object, "name",
				    fb_json_bytes(counter->name, sizeof(counter->name)));
		json_object_set_new(object, "counts", counts_json(interrupts, counter->counts));
		json_object_set_new(object, "total", json_integer((json_int_t)counter->total));
		for (size_t at = 0; at < interrupts->cpu_count && counters->pending; at++)
			if (counters->pending[at] >> i & 1)
				json_array_append_new(pending, json_integer(interrupts->cpus[at]));
		if (of_softirqs)
			json_object_set_new(object, "pending",
					    counters->pending ? json_incref(pending) : json_null());
		else
			json_object_set_new(object, "text",
					    fb_json_bytes(counter->text, sizeof(counter->text)));
		json_decref(pending);
		json_array_append_new(list, object);
	}
	return list;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	const struct fb_interrupts *interrupts = &listing->interrupts;
	json_t *answer = json_object(), *cpus = json_array(), *irqs = json_array();

	for (size_t i = 0; i < interrupts->cpu_count; i++)
		json_array_append_new(cpus, json_integer(interrupts->cpus[i]));
	for (size_t i = 0; i < interrupts->irq_count; i++)
		json_array_append_new(irqs, irq_json(listing, &interrupts->irqs[i]));
	json_object_set_new(answer, "cpus", cpus);
	json_object_set_new(answer, "interrupts", irqs);
	json_object_set_new(answer, "vectors", counters_json(listing, &listing->vectors, false));
	json_object_set_new(answer, "softirqs", counters_json(listing, &listing->softirqs, true));
	return fb_json_print("irq", answer, context->warnings);
}

/* The columns of the counts: one for each CPU, or the sum. */
struct layout {
	size_t cpus;               /* 0: the sum */
	char (*names)[16];         /* owned: of the columns of CPUs */
	struct fb_column *columns; /* owned */
};

static void layout_deinit(struct layout *layout)
{
	free(layout->names);
	free(layout->columns);
}

/* before, counts, after: in this order. */
static struct fb_error *make_table(const struct listing *listing, bool all, struct layout *layout,
				   const char *first, const struct fb_column *after, size_t count,
				   struct fb_table **table_ret)
{
	size_t cpus = listing->interrupts.cpu_count, used = 0;

	layout->cpus = all || cpus <= MOST_COLUMNS ? cpus : 0;
	layout->names = calloc(layout->cpus + 1, sizeof(*layout->names));
	layout->columns = calloc(layout->cpus + count + 2, sizeof(*layout->columns));
	if (!layout->names || !layout->columns)
		return fb_error_nomem();
	layout->columns[used++] = (struct fb_column){first, FB_RIGHT};
	for (size_t i = 0; i < layout->cpus; i++) {
		snprintf(layout->names[i], sizeof(*layout->names), "CPU%u",
			 listing->interrupts.cpus[i]);
		layout->columns[used++] = (struct fb_column){layout->names[i], FB_RIGHT};
	}
	if (!layout->cpus)
		layout->columns[used++] = (struct fb_column){"ALL CPUS", FB_RIGHT};
	memcpy(layout->columns + used, after, count * sizeof(*after));
	return fb_table_create(layout->columns, used + count, table_ret);
}

static struct fb_error *count_cells(struct fb_table *table, const struct layout *layout,
				    const uint32_t *counts, uint64_t total)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < layout->cpus; i++) {
		if (counts)
			FB_TABLE_CELL(err, table, counts[i] ? FB_STYLE_PLAIN : FB_STYLE_DIM,
				      "%" PRIu32, counts[i]);
		else
			FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s", "?");
	}
	if (!layout->cpus)
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64, total);
	return err;
}

/* The names of the handlers, each with its thread. */
static void actions_text(const struct fb_irq *irq, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < irq->action_count && used < size; i++) {
		const struct fb_irq_action *action = &irq->actions[i];

		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : "",
					 action->name[0] ? action->name : "?");
		if (action->thread && used < size)
			used += (size_t)snprintf(to + used, size - used, " (thread %d, %c)",
						 action->thread->tid, action->thread->state);
	}
}

/* What is unusual about an interrupt that has handlers. An edge or level and who wakes the host is not. */
static void state_text(const struct fb_irq *irq, char *to, size_t size, enum fb_style *style_ret)
{
	const uint32_t grave = FB_IRQ_SPURIOUS | FB_IRQ_DISABLED;
	uint32_t shown = FB_IRQ_MASKED | FB_IRQ_IN_PROGRESS | FB_IRQ_PENDING | FB_IRQ_SUSPENDED;
	size_t used = 0;

	to[0] = '\0';
	*style_ret = FB_STYLE_WARN;
	if (irq->action_count)
		shown |= grave;
	if (irq->action_count && irq->state & grave)
		*style_ret = FB_STYLE_BAD;
	for (unsigned i = 0; i < FB_IRQ_STATES && used < size; i++)
		if (irq->state & shown & 1u << i)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "",
						 fb_irq_state_name(1u << i));
	if (!irq->state_known)
		snprintf(to, size, "unknown");
}

static struct fb_error *add_irq(struct fb_table *table, const struct layout *layout,
				const struct listing *listing, const struct fb_irq *irq)
{
	char state[128], actions[256], hwirq[24] = "";
	enum fb_style style;
	struct fb_error *err = NULL;

	state_text(irq, state, sizeof(state), &style);
	actions_text(irq, actions, sizeof(actions));
	if (irq->has_domain)
		snprintf(hwirq, sizeof(hwirq), "%" PRIu64, irq->hwirq);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", irq->number);
	if (!err)
		err = count_cells(table, layout, irq->counts,
				  fb_irq_total(&listing->interrupts, irq));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", irq->chip[0] ? irq->chip : "-");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s%s%s", hwirq, irq->flow[0] ? "-" : "",
		      irq->flow);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      irq->effective  ? irq->effective
		      : irq->affinity ? irq->affinity
				      : "?");
	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s", actions);
	FB_TABLE_CELL(err, table, style, "%s", state);
	return err;
}

static struct fb_error *print_irqs(struct fb_context *context, const struct listing *listing,
				   bool all)
{
	static const struct fb_column after[] = {{"CHIP", FB_LEFT},
						 {"HWIRQ", FB_RIGHT},
						 {"ON CPUS", FB_LEFT},
						 {"HANDLERS", FB_LEFT},
						 {"STATE", FB_LEFT}};
	const struct fb_interrupts *interrupts = &listing->interrupts;
	struct layout layout = {0};
	struct fb_table *table = NULL;
	struct fb_error *err =
		make_table(listing, all, &layout, "IRQ", after, FB_ARRAY_SIZE(after), &table);

	for (size_t i = 0; i < interrupts->irq_count && !err; i++)
		if (all || fb_irq_is_listed(interrupts, &interrupts->irqs[i]))
			err = add_irq(table, &layout, listing, &interrupts->irqs[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	layout_deinit(&layout);
	return err;
}

static struct fb_error *add_counter(struct fb_table *table, const struct layout *layout,
				    const struct fb_irq_counter *counter, const char *text,
				    enum fb_style style)
{
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", counter->name);
	if (counter->counts && !err) {
		err = count_cells(table, layout, counter->counts, counter->total);
	} else {
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64, counter->total);
		for (size_t i = 1; i < layout->cpus; i++)
			FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", "");
	}
	FB_TABLE_CELL(err, table, style, "%s", text);
	return err;
}

/* "pending on CPU 0, 3": the CPUs that were to run softirq number `which`. */
static void pending_text(const struct listing *listing, size_t which, char *to, size_t size)
{
	const struct fb_interrupts *interrupts = &listing->interrupts;
	const uint32_t *pending = listing->softirqs.pending;
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < interrupts->cpu_count && pending && used < size; i++)
		if (pending[i] >> which & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%u",
						 used ? ", " : "pending on CPU ",
						 interrupts->cpus[i]);
}

static struct fb_error *print_counters(struct fb_context *context, const struct listing *listing,
				       const struct fb_irq_counters *counters, bool all)
{
	static const struct fb_column after[] = {{"", FB_LEFT}};
	bool softirqs = counters == &listing->softirqs;
	struct layout layout = {0};
	struct fb_table *table = NULL;
	char text[256];
	struct fb_error *err;

	if (!counters->count)
		return NULL;
	err = make_table(listing, all, &layout, softirqs ? "SOFTIRQ" : "VECTOR", after,
			 FB_ARRAY_SIZE(after), &table);
	for (size_t i = 0; i < counters->count && !err; i++) {
		const struct fb_irq_counter *counter = &counters->counters[i];

		pending_text(listing, i, text, sizeof(text));
		if (!all && !counter->total && !(softirqs && text[0]))
			continue;
		err = softirqs ? add_counter(table, &layout, counter, text, FB_STYLE_WARN)
			       : add_counter(table, &layout, counter, counter->text, FB_STYLE_DIM);
	}
	if (!err) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	layout_deinit(&layout);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing,
				   bool all)
{
	struct fb_error *err = print_irqs(context, listing, all);

	if (!err)
		err = print_counters(context, listing, &listing->vectors, all);
	return err ? err : print_counters(context, listing, &listing->softirqs, all);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct fb_input *input = NULL;
	bool all = false;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &all);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, &listing);
	if (!err)
		err = context->options.json ? print_json(context, &listing)
					    : print_text(context, &listing, all);
	fb_modules_destroy(listing.modules);
	fb_irq_counters_deinit(&listing.vectors);
	fb_irq_counters_deinit(&listing.softirqs);
	fb_interrupts_deinit(&listing.interrupts);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_irq = {
	.name = "irq",
	.summary = "interrupts and softirqs: counts, handlers, state",
	.run = run,
	.usage = &usage,
};
