// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each CPU ran, by the registers that it left: all that `bt` and `info` can show of stacks in a dump
 * whose types are lost, so that no task can be reached.
 */
#include "cmd/bt/bt.h"

#include <stdio.h>

#include "base/part.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/orc.h"

struct cpus {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_kernel *kernel;
	struct fb_modules *modules;
	struct fb_orc *orc;
	json_t *list; /* --json, else NULL */
	size_t shown;
};

static struct fb_error *open_cpus(struct cpus *cpus)
{
	struct fb_error *err = fb_modules_load(cpus->kernel, &cpus->modules);

	err = fb_part_warn(cpus->context->warnings, err, "the kernel's modules");
	if (err)
		return err;
	err = fb_orc_open(cpus->kernel, cpus->modules, &cpus->orc);
	return fb_input_explain(cpus->input, "stacks cannot be unwound", err);
}

static void print_cpu(struct cpus *cpus, uint32_t cpu, const struct fb_kernel_stack *kernel)
{
	const struct fb_thread_stack stack = {.kernel = *kernel};
	struct fb_output *output = cpus->context->output;
	bool panicked = (int)cpu == fb_kernel_panic_cpu(cpus->kernel);

	if (cpus->shown++)
		fb_put("\n");
	fb_print(output, FB_STYLE_BOLD, "CPU %u", cpu);
	fb_print(output, FB_STYLE_PLAIN, "%s  which thread it ran is not known\n",
		 panicked ? ", which panicked" : "");
	fb_print(output, FB_STYLE_DIM, "  kernel  as at the panic\n");
	if (kernel->ended == FB_UNWIND_USER && !kernel->count)
		fb_print(output, FB_STYLE_DIM, "    it ran in user mode\n");
	fb_bt_print_kernel(output, &stack);
}

static struct fb_error *add_cpu(struct cpus *cpus, uint32_t cpu,
				const struct fb_kernel_stack *kernel)
{
	json_t *object = json_object();

	json_object_set_new(object, "cpu", json_integer(cpu));
	json_object_set_new(object, "kernel", fb_bt_kernel_json(kernel));
	json_object_set_new(object, "end", fb_json_text(kernel->end));
	return json_array_append_new(cpus->list, object) ? fb_error_nomem() : NULL;
}

static struct fb_error *show_cpu(struct cpus *cpus, uint32_t cpu)
{
	struct fb_kernel_stack stack;
	struct fb_error *err = fb_kernel_stack_of_cpu(cpus->kernel, cpus->orc, cpu, &stack);

	if (err)
		return err;
	if (cpus->list)
		err = add_cpu(cpus, cpu, &stack);
	else
		print_cpu(cpus, cpu, &stack);
	fb_kernel_stack_deinit(&stack);
	return err;
}

static struct fb_error *show_cpus(struct cpus *cpus, int only)
{
	int panicked = fb_kernel_panic_cpu(cpus->kernel);
	struct fb_error *err = open_cpus(cpus);

	if (!err && only < 0 && panicked >= 0)
		err = show_cpu(cpus, (uint32_t)panicked);
	for (uint32_t cpu = 0; !err && cpu < fb_kernel_cpu_limit(cpus->kernel); cpu++) {
		bool wanted = only < 0 ? (int)cpu != panicked : (int)cpu == only;

		if (wanted && fb_kernel_cpu_online(cpus->kernel, cpu))
			err = show_cpu(cpus, cpu);
	}
	fb_orc_destroy(cpus->orc);
	fb_modules_destroy(cpus->modules);
	return err;
}

struct fb_error *fb_bt_print_cpus(struct fb_context *context, struct fb_input *input, int only)
{
	struct cpus cpus = {.context = context, .input = input, .kernel = fb_input_kernel(input)};

	return show_cpus(&cpus, only);
}

struct fb_error *fb_bt_cpus_json(struct fb_context *context, struct fb_input *input,
				 json_t **answer_ret)
{
	struct cpus cpus = {.context = context, .input = input, .kernel = fb_input_kernel(input)};
	json_t *answer;
	struct fb_error *err;

	cpus.list = json_array();
	err = cpus.list ? show_cpus(&cpus, -1) : fb_error_nomem();
	if (err) {
		json_decref(cpus.list);
		return err;
	}
	answer = json_object();
	json_object_set_new(answer, "threads", json_array());
	json_object_set_new(answer, "files_wanted", json_array());
	json_object_set_new(answer, "cpus", cpus.list);
	*answer_ret = answer;
	return NULL;
}
