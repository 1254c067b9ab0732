// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the panic in more detail: its cause, the reports in the log, what each CPU ran, and taints. Called by info.c.
 */
#include "cmd/info_panic.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/stacks/thread_stack.h"
#include "cmd/bt/bt.h"
#include "cmd/shared/taints.h"
#include "kernel/modules/module.h"

static void print_label(struct fb_output *output, const char *label)
{
	fb_print(output, FB_STYLE_DIM, "%12s  ", label);
}

#define NS_PER_S 1e9

static json_t *number_or_null(int64_t value)
{
	return value >= 0 ? json_integer(value) : json_null();
}

static json_t *word_or_null(const char *word)
{
	return word ? json_string(word) : json_null();
}

static json_t *report_json(const struct fb_panic_report *report)
{
	json_t *object;

	if (!report->text)
		return json_null();
	object = json_object();
	json_object_set_new(object, "kind", word_or_null(fb_log_kind_word(report->kind)));
	json_object_set_new(object, "text", fb_json_text(report->text));
	json_object_set_new(object, "time_s", fb_json_seconds((double)report->time_ns / NS_PER_S));
	json_object_set_new(object, "cpu", number_or_null(report->cpu));
	json_object_set_new(object, "tid", number_or_null(report->tid));
	return object;
}

json_t *fb_info_panic_json(const struct fb_panic *panic)
{
	const struct fb_task *task = panic->task;
	json_t *object = json_object();

	json_object_set_new(object, "message", fb_json_text(panic->message));
	json_object_set_new(object, "cause", word_or_null(fb_log_kind_word(panic->cause)));
	json_object_set_new(object, "report", report_json(&panic->report));
	json_object_set_new(object, "first_report", report_json(&panic->first));
	json_object_set_new(object, "reports", json_integer((json_int_t)panic->reports));
	json_object_set_new(object, "cpu", number_or_null(panic->cpu));
	json_object_set_new(object, "pid", task ? json_integer(task->pid) : json_null());
	json_object_set_new(object, "tid", task ? json_integer(task->tid) : json_null());
	json_object_set_new(object, "comm",
			    task ? fb_json_bytes(task->comm, sizeof(task->comm)) : json_null());
	return object;
}

/* ", CPU 1, TID 123": what the report says that it is about. */
static void print_whom(struct fb_output *output, const struct fb_panic_report *report)
{
	if (report->cpu >= 0)
		fb_print(output, FB_STYLE_PLAIN, ", CPU %d", report->cpu);
	if (report->tid >= 0)
		fb_print(output, FB_STYLE_PLAIN, ", TID %" PRId32, report->tid);
}

void fb_info_print_reports(struct fb_output *output, const struct fb_panic *panic)
{
	const struct fb_panic_report *first = &panic->first;
	const char *cause = fb_log_kind_text(panic->cause);

	if (cause) {
		print_label(output, "cause");
		fb_print(output, FB_STYLE_BAD, "%s", cause);
		print_whom(output, &panic->report);
		fb_print(output, FB_STYLE_PLAIN, "\n");
		if (panic->report.text && panic->report.kind != FB_LOG_SYSRQ &&
		    strcmp(panic->report.text, panic->message) != 0) {
			print_label(output, "");
			fb_print(output, FB_STYLE_PLAIN, "%s\n", panic->report.text);
		}
	}
	if (!first->text || (panic->report.text && first->time_ns == panic->report.time_ns &&
			     first->kind == panic->report.kind))
		return;
	print_label(output, "first report");
	fb_print(output, FB_STYLE_WARN, "%s", fb_log_kind_text(first->kind));
	print_whom(output, first);
	fb_print(output, FB_STYLE_PLAIN, ", %.0f s before the log ends; %zu report%s in all\n",
		 (double)(panic->time_ns - first->time_ns) / NS_PER_S, panic->reports,
		 panic->reports == 1 ? "" : "s");
	print_label(output, "");
	fb_print(output, FB_STYLE_PLAIN, "%s\n", first->text);
}

static struct fb_error *print_taints(struct fb_context *context, struct fb_input *input)
{
	uint64_t mask;
	struct fb_error *err = fb_taints(fb_input_kernel(input), &mask);

	print_label(context->output, "taints");
	if (err) {
		fb_print(context->output, FB_STYLE_PLAIN, "unknown\n");
		return fb_part_skip(err);
	}
	for (unsigned bit = 0, shown = 0; bit < FB_TAINT_BITS; bit++) {
		char text[64];

		if (!(mask >> bit & 1))
			continue;
		if (shown++)
			print_label(context->output, "");
		fb_print(context->output, FB_STYLE_WARN, "%s\n",
			 fb_taint_text(bit, text, sizeof(text)));
	}
	if (!mask)
		fb_print(context->output, FB_STYLE_PLAIN, "none\n");
	return NULL;
}

static bool named_before(const struct fb_kernel_stack *stack, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (stack->frames[i].module &&
		    strcmp(stack->frames[i].module, stack->frames[index].module) == 0)
			return true;
	return false;
}

static void print_modules(struct fb_context *context, struct fb_modules *modules,
			  const struct fb_kernel_stack *stack)
{
	size_t shown = 0;

	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_module *module = NULL;
		char name[4 * FB_MODULE_NAME], flags[32] = "";

		if (!stack->frames[i].module || named_before(stack, i))
			continue;
		if (modules)
			module = fb_modules_by_name(modules, stack->frames[i].module);
		if (module)
			fb_module_flags(module, flags, sizeof(flags));
		print_label(context->output, shown++ ? "" : "in modules");
		fb_text_escape(stack->frames[i].module, strlen(stack->frames[i].module), name,
			       sizeof(name));
		fb_print(context->output, *flags ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%s%s%s%s\n",
			 name, *flags ? " (" : "", flags, *flags ? ")" : "");
	}
	if (!shown) {
		print_label(context->output, "in modules");
		fb_print(context->output, FB_STYLE_PLAIN,
			 "none: the stack is the kernel's own code\n");
	}
}

struct fb_error *fb_info_print_panic_stack(struct fb_context *context, struct fb_input *input,
					   const struct fb_panic *panic)
{
	const struct fb_thread_stacks_options options = {.kernel_only = true};
	const struct fb_thread_stack *stack;
	struct fb_thread_stacks *stacks = NULL;
	struct fb_error *err = print_taints(context, input);

	if (!err && !panic->task && panic->cpu >= 0 && fb_kernel_lost(fb_input_kernel(input)))
		err = fb_part_warn(context->warnings, fb_bt_print_cpus(context, input, panic->cpu),
				   "the stack of the panic");
	if (err || !panic->task)
		return err;
	err = fb_thread_stacks_load(input, &options, &panic->task, 1, &stacks);
	if (err)
		return err;
	stack = fb_thread_stacks_get(stacks, 0);
	print_modules(context, fb_thread_stacks_modules(stacks), &stack->kernel);
	print_label(context->output, "stack");
	fb_print(context->output, FB_STYLE_PLAIN, "as at the panic (`fbundle bt` has the rest)\n");
	fb_bt_print_kernel(context->output, stack);
	fb_bt_print_legend(context->output, stacks);
	fb_thread_stacks_destroy(stacks);
	return NULL;
}
