// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwinds what each CPU ran, by the registers that it saved. Called by `bt`, `info` and `report` for dumps whose types
 * are lost, in which no task, and so no other stack, can be found.
 */
#include "cmd/bt/bt.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/orc.h"

static struct fb_error *open_tables(struct fb_context *context, struct fb_input *input,
				    struct fb_bt_cpus *cpus)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_error *err = fb_modules_load(kernel, &cpus->modules);

	/* Without symbols there are no stacks either, and that says what would give both. */
	if (!fb_error_is(err, FB_NOT_FOUND) || fb_kernel_symbols(kernel))
		err = fb_part_warn(context->warnings, err, "the kernel's modules");
	err = fb_input_explain(input, "stacks cannot be unwound", err);
	if (!err)
		err = fb_alloc_array(fb_kernel_cpu_limit(kernel), sizeof(*cpus->list), FB_MAX_CPUS,
				     "CPUs", &cpus->list);
	if (err)
		return err;
	err = fb_orc_open(kernel, cpus->modules, &cpus->orc);
	return fb_input_explain(input, "stacks cannot be unwound", err);
}

static struct fb_error *load_cpu(struct fb_kernel *kernel, uint32_t cpu, struct fb_bt_cpus *cpus)
{
	struct fb_bt_cpu *to = &cpus->list[cpus->count];
	struct fb_error *err = fb_kernel_stack_of_cpu(kernel, cpus->orc, cpu, &to->stack);

	if (err)
		return err;
	to->cpu = cpu;
	to->panicked = (int)cpu == fb_kernel_panic_cpu(kernel);
	cpus->count++;
	return NULL;
}

struct fb_error *fb_bt_cpus_load(struct fb_context *context, struct fb_input *input, int only,
				 struct fb_bt_cpus *cpus_ret)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	int panicked = fb_kernel_panic_cpu(kernel);
	struct fb_bt_cpus cpus = {0};
	struct fb_error *err = open_tables(context, input, &cpus);

	if (!err && only < 0 && panicked >= 0)
		err = load_cpu(kernel, (uint32_t)panicked, &cpus);
	for (uint32_t cpu = 0; !err && cpu < fb_kernel_cpu_limit(kernel); cpu++) {
		bool wanted = only < 0 ? (int)cpu != panicked : (int)cpu == only;

		if (wanted && fb_kernel_cpu_online(kernel, cpu))
			err = load_cpu(kernel, cpu, &cpus);
	}
	if (err)
		fb_bt_cpus_deinit(&cpus);
	else
		*cpus_ret = cpus;
	return err;
}

void fb_bt_cpus_deinit(struct fb_bt_cpus *cpus)
{
	for (size_t i = 0; i < cpus->count; i++)
		fb_kernel_stack_deinit(&cpus->list[i].stack);
	free(cpus->list);
	fb_orc_destroy(cpus->orc);
	fb_modules_destroy(cpus->modules);
	memset(cpus, 0, sizeof(*cpus));
}

static void print_cpu(struct fb_output *output, const struct fb_bt_cpu *cpu)
{
	const struct fb_thread_stack stack = {.kernel = cpu->stack};

	fb_print(output, FB_STYLE_BOLD, "CPU %u", cpu->cpu);
	fb_print(output, FB_STYLE_PLAIN, "%s  which thread it ran is not known\n",
		 cpu->panicked ? ", which panicked" : "");
	fb_print(output, FB_STYLE_DIM, "  kernel  as at the panic\n");
	if (fb_bt_cpu_in_user(cpu))
		fb_print(output, FB_STYLE_DIM, "    it ran in user mode\n");
	fb_bt_print_kernel(output, &stack);
}

bool fb_bt_cpu_in_user(const struct fb_bt_cpu *cpu)
{
	return cpu->stack.ended == FB_UNWIND_USER && !cpu->stack.count;
}

struct fb_error *fb_bt_print_cpus(struct fb_context *context, struct fb_input *input, int only)
{
	struct fb_bt_cpus cpus;
	struct fb_error *err = fb_bt_cpus_load(context, input, only, &cpus);

	if (err)
		return err;
	for (size_t i = 0; i < cpus.count; i++) {
		if (i)
			fb_put("\n");
		print_cpu(context->output, &cpus.list[i]);
	}
	fb_bt_cpus_deinit(&cpus);
	return NULL;
}

static json_t *cpu_json(const struct fb_bt_cpu *cpu)
{
	json_t *object = json_object();

	json_object_set_new(object, "cpu", json_integer(cpu->cpu));
	json_object_set_new(object, "kernel", fb_bt_kernel_json(&cpu->stack));
	json_object_set_new(object, "end", fb_json_text(cpu->stack.end));
	return object;
}

struct fb_error *fb_bt_cpus_json(struct fb_context *context, struct fb_input *input,
				 json_t **answer_ret)
{
	struct fb_bt_cpus cpus;
	json_t *answer, *list;
	struct fb_error *err = fb_bt_cpus_load(context, input, -1, &cpus);

	if (err)
		return err;
	list = json_array();
	for (size_t i = 0; i < cpus.count && !err; i++)
		if (json_array_append_new(list, cpu_json(&cpus.list[i])))
			err = fb_error_nomem();
	fb_bt_cpus_deinit(&cpus);
	if (err) {
		json_decref(list);
		return err;
	}
	answer = json_object();
	json_object_set_new(answer, "threads", json_array());
	json_object_set_new(answer, "files_wanted", json_array());
	json_object_set_new(answer, "goroutines", json_array());
	json_object_set_new(answer, "cpus", list);
	*answer_ret = answer;
	return NULL;
}
