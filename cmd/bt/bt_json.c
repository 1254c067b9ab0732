// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes whole stacks as JSON. Called by bt, and by merge --redact to store them.
 */
#include "cmd/bt/bt.h"

#include "bundle/stacks/stack_words.h"

static json_t *line_json(uint32_t line)
{
	return line ? json_integer(line) : json_null();
}

/* source: NULL where no line is known. */
static json_t *kernel_frame_json(const struct fb_kernel_frame *frame,
				 const struct fb_source_frame *source, bool inlined)
{
	const char *symbol = inlined ? source->function : frame->symbol;
	json_t *object = json_object();

	json_object_set_new(object, "pc", fb_json_hex(frame->pc));
	json_object_set_new(object, "symbol", fb_json_text(symbol));
	json_object_set_new(object, "offset",
			    symbol && !inlined ? json_integer((json_int_t)frame->offset)
					       : json_null());
	json_object_set_new(object, "module", fb_json_text(frame->module));
	json_object_set_new(object, "guessed", json_boolean(frame->unreliable));
	json_object_set_new(object, "file", fb_json_text(source ? source->file : NULL));
	json_object_set_new(object, "line", line_json(source ? source->line : 0));
	json_object_set_new(object, "inlined", source ? json_boolean(inlined) : json_null());
	return object;
}

json_t *fb_bt_kernel_json(const struct fb_kernel_stack *stack)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_kernel_frame *frame = &stack->frames[i];
		const struct fb_source_location *source = &frame->source;

		for (size_t j = 0; j + 1 < source->count; j++)
			json_array_append_new(list,
					      kernel_frame_json(frame, &source->frames[j], true));
		json_array_append_new(
			list,
			kernel_frame_json(frame,
					  source->count ? &source->frames[source->count - 1] : NULL,
					  false));
	}
	return list;
}

json_t *fb_bt_user_json(const struct fb_user_stack *stack)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_user_frame *frame = &stack->frames[i];
		json_t *object = json_object();

		json_object_set_new(object, "pc", fb_json_hex(frame->pc));
		json_object_set_new(object, "symbol", fb_json_text(frame->symbol));
		json_object_set_new(object, "demangled", fb_json_text(frame->demangled));
		json_object_set_new(object, "offset",
				    frame->symbol && fb_frame_is_of_machine(frame)
					    ? json_integer((json_int_t)frame->offset)
					    : json_null());
		json_object_set_new(object, "object", fb_json_text(frame->object));
		json_object_set_new(object, "build_id", fb_json_text(frame->build_id));
		json_object_set_new(object, "file", fb_json_text(frame->file));
		json_object_set_new(object, "line", line_json(frame->line));
		json_object_set_new(object, "inlined", json_boolean(frame->inlined));
		json_object_set_new(object, "language",
				    fb_json_text(fb_frame_language_name(frame->language)));
		json_object_set_new(object, "signal", json_boolean(frame->signal));
		json_object_set_new(object, "found",
				    json_string(fb_frame_found_name(frame->found)));
		json_object_set_new(object, "from", fb_json_text(fb_frame_from_name(frame->from)));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *regs_json(const struct user_regs_struct *regs)
{
	json_t *object = json_object();

	for (size_t i = 0; i < fb_user_reg_count(); i++)
		json_object_set_new(object, fb_user_reg_name(i),
				    fb_json_hex(fb_user_reg_get(regs, i)));
	return object;
}

/* The registers of the core stand in those of the panic where they differ. */
static json_t *user_regs_json(const struct fb_thread_stack *stack)
{
	json_t *object;

	if (!stack->user_regs_from)
		return json_null();
	object = regs_json(&stack->user_regs);
	json_object_set_new(object, "core",
			    stack->core_differs ? regs_json(&stack->core_thread->regs)
						: json_null());
	return object;
}

/* What the thread waits for, as a text. `fbundle waits --json` has the edges. */
static json_t *waits_json(const struct fb_thread_stack *stack, const struct fb_waits *waits)
{
	const struct fb_wait *wait;
	size_t count = 0;
	char text[512];

	if (stack->stored_waits_for)
		return fb_json_text(stack->stored_waits_for);
	wait = waits ? fb_waits_of(waits, stack->task->tid, &count) : NULL;
	return wait ? json_string(fb_wait_describe(waits, wait, text, sizeof(text))) : json_null();
}

/* Null: it is in none. arguments null: the kernel does not say which it takes. */
static json_t *syscall_json(const struct fb_thread_stack *stack)
{
	const struct fb_syscall_meta *meta = stack->syscall;
	uint64_t values[FB_SYSCALL_ARGUMENTS];
	json_t *object, *list;

	if (stack->kernel.syscall < 0)
		return json_null();
	object = json_object();
	json_object_set_new(object, "number", json_integer(stack->kernel.syscall));
	json_object_set_new(
		object, "name",
		fb_json_text(fb_syscall_name(stack->kernel.syscall,
					     fb_user_regs_are_32bit(&stack->kernel.user_regs))));
	list = meta ? json_array() : json_null();
	fb_syscall_arguments(&stack->kernel.user_regs, values);
	for (unsigned i = 0; meta && i < meta->count; i++) {
		json_t *argument = json_object();

		json_object_set_new(argument, "name", fb_json_text(meta->arguments[i].name));
		json_object_set_new(argument, "type", fb_json_text(meta->arguments[i].type));
		json_object_set_new(argument, "value", fb_json_hex(values[i]));
		json_object_set_new(argument, "path", fb_json_text(stack->syscall_paths[i]));
		json_object_set_new(argument, "socket", fb_json_text(stack->syscall_sockets[i]));
		json_array_append_new(list, argument);
	}
	json_object_set_new(object, "arguments", list);
	return object;
}

/* What the thread waits for, as the runtime has it; null: nothing, or not known. */
static json_t *runtime_wait_json(const struct fb_user_thread *thread)
{
	json_t *object;

	if (!thread->waits)
		return json_null();
	object = json_object();
	json_object_set_new(object, "how", fb_json_text(thread->waits));
	json_object_set_new(object, "object",
			    thread->waits_object ? fb_json_hex(thread->waits_object) : json_null());
	json_object_set_new(object, "class", fb_json_text(thread->waits_class));
	return object;
}

/* What a runtime says of the thread; null: it has none. */
static json_t *runtime_thread_json(const struct fb_user_thread *thread)
{
	json_t *object;

	if (!thread->language)
		return json_null();
	object = json_object();
	json_object_set_new(object, "language",
			    fb_json_text(fb_frame_language_name(thread->language)));
	json_object_set_new(object, "id",
			    thread->id ? json_integer((json_int_t)thread->id) : json_null());
	json_object_set_new(object, "name", fb_json_text(thread->name));
	json_object_set_new(object, "state", fb_json_text(thread->state));
	json_object_set_new(object, "waits_for", runtime_wait_json(thread));
	return object;
}

static json_t *thread_json(const struct fb_thread_stack *stack, const struct fb_waits *waits)
{
	const struct fb_task *task = stack->task;
	const char state[2] = {task->state, '\0'};
	json_t *object = json_object();

	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "tid", json_integer(task->tid));
	json_object_set_new(object, "comm", fb_json_bytes(task->comm, sizeof(task->comm)));
	json_object_set_new(object, "task", fb_json_hex(task->address));
	json_object_set_new(object, "running", json_boolean(task->on_cpu));
	json_object_set_new(object, "state", json_string(state));
	json_object_set_new(object, "cpu", json_integer(task->cpu));
	json_object_set_new(object, "waits_for", waits_json(stack, waits));
	json_object_set_new(object, "kernel", fb_bt_kernel_json(&stack->kernel));
	json_object_set_new(object, "syscall", syscall_json(stack));
	json_object_set_new(object, "user", fb_bt_user_json(&stack->user));
	json_object_set_new(object, "runtime_thread", runtime_thread_json(&stack->user.thread));
	json_object_set_new(object, "user_complete", json_boolean(stack->user.complete));
	json_object_set_new(object, "user_stored", json_boolean(stack->user_stored));
	json_object_set_new(object, "user_regs_from",
			    fb_json_text(fb_user_regs_source_name(stack->user_regs_from)));
	json_object_set_new(object, "user_regs", user_regs_json(stack));
	json_object_set_new(object, "end", fb_json_text(stack->user.end));
	return object;
}

json_t *fb_bt_json(const struct fb_thread_stacks *stacks, const struct fb_waits *waits)
{
	json_t *answer = json_object(), *list = json_array();

	for (size_t i = 0; i < fb_thread_stacks_count(stacks); i++)
		json_array_append_new(list, thread_json(fb_thread_stacks_get(stacks, i), waits));
	json_object_set_new(answer, "cpus", json_array());
	if (json_object_set_new(answer, "threads", list) != 0) {
		json_decref(answer);
		return NULL;
	}
	return answer;
}
