// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle timers: which timers were set, in the order in which they are due, which function each calls and whose it is;
 * those that were overdue tell of a CPU that did not run them.
 */
#include "kernel/time/timers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/function_name.h"

/* Timers that a person is shown without --all: those that are due first. */
#define SHORT_LIST 40u

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "all timers, not only those that are due first", 0},
	{0},
};

static const struct fb_example examples[] = {
	{"Which timers are overdue, and what is due next", "fbundle timers dump.202611231722",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.options = options,
	.parse = fb_parse_all,
	.arguments = "INPUT",
	.doc = "Lists the timers of all CPUs, high-resolution ones and those of the timer wheel, in the order in which "
	       "they are due, with their functions and whose they are.",
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	struct fb_timers timers;
	struct fb_modules *modules; /* owned, or NULL: they cannot be read */
};

static struct fb_error *load(struct fb_input *input, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_input_explain(input, "timers cannot be read",
				       fb_timers_load(kernel, tasks, &listing->timers));
	return err ? err
		   : fb_input_do_without(input, fb_modules_load(kernel, &listing->modules),
					 "the kernel's modules");
}

static json_t *timer_json(const struct listing *listing, const struct fb_timer *timer)
{
	const struct fb_task *task = timer->task;
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(timer->address));
	json_object_set_new(object, "kind",
			    json_string(timer->high_resolution ? "hrtimer" : "wheel"));
	json_object_set_new(object, "cpu", json_integer(timer->cpu));
	json_object_set_new(object, "clock", json_string(fb_timer_clock_name(timer)));
	json_object_set_new(object, "base",
			    timer->high_resolution ? json_integer(timer->clock) : json_null());
	json_object_set_new(object, "expires", json_integer((json_int_t)timer->expires));
	json_object_set_new(object, "soft_expires", json_integer((json_int_t)timer->soft_expires));
	json_object_set_new(object, "in_s", fb_json_seconds(timer->in_s));
	json_object_set_new(object, "overdue", json_boolean(timer->overdue));
	json_object_set_new(object, "running", json_boolean(timer->running));
	json_object_set_new(object, "deferrable", json_boolean(timer->deferrable));
	json_object_set_new(object, "function",
			    fb_function_json(listing->modules, timer->function));
	json_object_set_new(object, "tid", task ? json_integer(task->tid) : json_null());
	json_object_set_new(object, "comm",
			    task ? fb_json_bytes(task->comm, sizeof(task->comm)) : json_null());
	json_object_set_new(object, "work",
			    fb_function_json(listing->modules, timer->work_function));
	json_object_set_new(object, "queue",
			    timer->queue[0] ? fb_json_bytes(timer->queue, sizeof(timer->queue))
					    : json_null());
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	const struct fb_timers *timers = &listing->timers;
	json_t *answer = json_object(), *list = json_array();

	for (size_t i = 0; i < timers->count; i++)
		json_array_append_new(list, timer_json(listing, &timers->timers[i]));
	json_object_set_new(answer, "monotonic_s",
			    timers->now_known ? json_real((double)timers->now_ns / 1e9)
					      : json_null());
	json_object_set_new(answer, "jiffies", json_integer((json_int_t)timers->jiffies.now));
	json_object_set_new(answer, "tick_s", json_real(timers->jiffies.tick_s));
	json_object_set_new(answer, "timers", list);
	return fb_json_print("timers", answer, context->warnings);
}

static void due_text(const struct fb_timer *timer, char *to, size_t size)
{
	char text[32];

	if (timer->running)
		snprintf(to, size, "being run");
	else if (isnan(timer->in_s))
		snprintf(to, size, "?");
	else if (timer->overdue)
		snprintf(to, size, "overdue for %s",
			 fb_text_duration(-timer->in_s, text, sizeof(text)));
	else
		snprintf(to, size, "%s",
			 timer->in_s <= 0 ? "now"
					  : fb_text_duration(timer->in_s, text, sizeof(text)));
}

static void whose_text(const struct listing *listing, const struct fb_timer *timer, char *to,
		       size_t size)
{
	to[0] = '\0';
	if (timer->task)
		snprintf(to, size, "%d %s", timer->task->tid, fb_task_comm(timer->task).text);
	else if (timer->work_function)
		snprintf(to, size, "work %s%s%s",
			 fb_function_name(listing->modules, timer->work_function).text,
			 timer->queue[0] ? " of " : "", timer->queue);
	else if (timer->deferrable)
		snprintf(to, size, "deferrable");
}

static struct fb_error *add_timer(struct fb_table *table, const struct listing *listing,
				  const struct fb_timer *timer)
{
	char due[64], whose[256];
	struct fb_error *err = NULL;

	due_text(timer, due, sizeof(due));
	whose_text(listing, timer, whose, sizeof(whose));
	FB_TABLE_CELL(err, table, timer->overdue ? FB_STYLE_BAD : FB_STYLE_PLAIN, "%s", due);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", timer->cpu);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", fb_timer_clock_name(timer));
	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s",
		      timer->function ? fb_function_name(listing->modules, timer->function).text
				      : "?");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", whose);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing,
				   bool all)
{
	static const struct fb_column columns[] = {
		{"DUE IN", FB_RIGHT},  {"CPU", FB_RIGHT},  {"CLOCK", FB_LEFT},
		{"FUNCTION", FB_LEFT}, {"WHOSE", FB_LEFT},
	};
	const struct fb_timers *timers = &listing->timers;
	size_t shown = all || timers->count < SHORT_LIST ? timers->count : SHORT_LIST, overdue = 0;
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < timers->count; i++)
		overdue += timers->timers[i].overdue;
	for (size_t i = 0; i < shown && !err; i++)
		err = add_timer(table, listing, &timers->timers[i]);
	if (!err) {
		fb_put("%zu timers, ", timers->count);
		fb_print(context->output, overdue ? FB_STYLE_BAD : FB_STYLE_PLAIN,
			 "%zu overdue\n\n", overdue);
		fb_table_print(table, context->output);
	}
	if (!err && shown < timers->count)
		fb_put("... %zu more: --all\n", timers->count - shown);
	fb_table_destroy(table);
	return err;
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
	fb_timers_deinit(&listing.timers);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_timers = {
	.name = "timers",
	.summary = "timers by when they are due, and whose they are",
	.run = run,
	.usage = &usage,
};
