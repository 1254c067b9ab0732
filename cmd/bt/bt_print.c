// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints whole stacks as text, 100 columns wide: two halves, each with the time that it is of, and between
 * them how the kernel was entered. Called by bt, info and report.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "cmd/bt/bt.h"
#include "kernel/stacks/stack_entry.h"
#include "kernel/stacks/syscall_names.h"

#define COLUMNS 100
#define ARGUMENTS_COLUMN 9
#define MOST_OF_PATH 80u
/* "    #12  0123456789abcdef  " stands before a name; a name is followed by where it is. */
#define BEFORE_NAME 27
#define NAME_COLUMN 38

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const char *escape(const char *text, char *to, size_t size)
{
	return fb_text_escape(text, strlen(text), to, size);
}

/* Cuts text to width columns, "..." at its end. Text is escaped: a byte is a column, but for
 * UTF-8, which then is cut a little early. */
static void cut(char *text, size_t width)
{
	size_t length = strlen(text);

	if (length <= width || width < 3)
		return;
	/* Not within a sequence of UTF-8. */
	for (length = width - 3; length && (text[length] & 0xc0) == 0x80; length--)
		;
	memcpy(text + length, "...", 4);
}

/* One frame: number (-1: inlined), address, name, and where it is. */
static void print_frame(struct fb_output *output, int number, uint64_t pc, char *name, char *where,
			bool guessed)
{
	char label[16] = "";

	if (number >= 0)
		snprintf(label, sizeof(label), "#%d", number);
	fb_print(output, FB_STYLE_DIM, "  %5s%c %016" PRIx64 "  ", label, guessed ? '?' : ' ', pc);
	if (!where[0]) {
		cut(name, COLUMNS - BEFORE_NAME);
		fb_print(output, guessed ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%s\n", name);
		return;
	}
	if (strlen(name) + 2 + strlen(where) > COLUMNS - BEFORE_NAME) {
		cut(where, COLUMNS - BEFORE_NAME - NAME_COLUMN - 2);
		cut(name, COLUMNS - BEFORE_NAME - 2 - strlen(where));
	}
	fb_print(output, guessed ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%-*s",
		 strlen(name) <= NAME_COLUMN &&
				 NAME_COLUMN + 2 + strlen(where) <= COLUMNS - BEFORE_NAME
			 ? NAME_COLUMN
			 : 0,
		 name);
	fb_print(output, FB_STYLE_DIM, "  %s\n", where);
}

const char *fb_bt_entry_name(const struct fb_thread_stack *stack,
			     const struct fb_kernel_frame *frame, char *to, size_t size)
{
	const char *symbol = frame->symbol ? frame->symbol : "";
	char number[32];

	if (frame->entry == FB_ENTRY_SYSCALL && stack->kernel.syscall >= 0) {
		const char *name = fb_syscall_name(
			stack->kernel.syscall, fb_user_regs_are_32bit(&stack->kernel.user_regs));

		snprintf(number, sizeof(number), "number %lld", (long long)stack->kernel.syscall);
		snprintf(to, size, "system call %s", name ? name : number);
	} else if (frame->entry == FB_ENTRY_EXCEPTION && strstr(symbol, "page_fault")) {
		snprintf(to, size, "page fault");
	} else if (strncmp(symbol, "asm_", 4) == 0) {
		snprintf(to, size, "%s: %.64s", fb_entry_kind_name(frame->entry), symbol + 4);
	} else {
		snprintf(to, size, "%s", fb_entry_kind_name(frame->entry));
	}
	return to;
}

unsigned fb_bt_argument_count(const struct fb_thread_stack *stack)
{
	if (stack->kernel.syscall < 0 || !stack->kernel.has_user_regs)
		return 0;
	return stack->syscall ? stack->syscall->count : FB_SYSCALL_ARGUMENTS;
}

const char *fb_bt_argument(const struct fb_thread_stack *stack, unsigned index, char *to,
			   size_t size)
{
	const struct fb_syscall_argument *argument;
	char number[24], path[MOST_OF_PATH + 1] = "";
	const char *of;
	uint64_t values[FB_SYSCALL_ARGUMENTS];

	fb_syscall_arguments(&stack->kernel.user_regs, values);
	if (!stack->syscall) {
		snprintf(to, size, "0x%" PRIx64, values[index]);
		return to;
	}
	argument = &stack->syscall->arguments[index];
	of = stack->syscall_sockets[index] ? stack->syscall_sockets[index]
					   : stack->syscall_paths[index];
	if (of) {
		snprintf(path, sizeof(path), "%s", of);
		cut(path, MOST_OF_PATH - 1);
	}
	snprintf(to, size, "%s %s%s%s%s", argument->name,
		 fb_syscall_value_text(argument, values[index], number, sizeof(number)),
		 *path ? " (" : "", path, *path ? ")" : "");
	return to;
}

static void print_arguments(struct fb_output *output, const struct fb_thread_stack *stack)
{
	unsigned count = fb_bt_argument_count(stack);
	size_t column = 0;

	for (unsigned i = 0; i < count; i++) {
		const char *comma = i + 1 < count ? "," : "\n";
		char raw[FB_BT_ARGUMENT], text[4 * FB_BT_ARGUMENT];

		escape(fb_bt_argument(stack, i, raw, sizeof(raw)), text, sizeof(text));
		if (i && column + strlen(text) + 2 <= COLUMNS) {
			column += strlen(text) + 2;
			fb_print(output, FB_STYLE_DIM, " %s%s", text, comma);
		} else {
			column = ARGUMENTS_COLUMN + strlen(text) + 1;
			fb_print(output, FB_STYLE_DIM, "%s%*s%s%s", i ? "\n" : "", ARGUMENTS_COLUMN,
				 "", text, comma);
		}
	}
}

static void print_entry(struct fb_output *output, const struct fb_thread_stack *stack, size_t index)
{
	const struct fb_kernel_frame *frame = &stack->kernel.frames[index];
	bool from_user = index + 1 == stack->kernel.count && stack->kernel.ended == FB_UNWIND_USER;
	char name[128], escaped[256];

	fb_bt_entry_name(stack, frame, name, sizeof(name));
	fb_print(output, FB_STYLE_BOLD, "      -- %s", escape(name, escaped, sizeof(escaped)));
	fb_print(output, FB_STYLE_DIM, "%s\n", from_user ? ", from user mode" : "");
	if (frame->entry == FB_ENTRY_SYSCALL)
		print_arguments(output, stack);
}

/* Where a kernel frame is: its module, and the source's line. */
static void describe_source(const struct fb_kernel_frame *frame,
			    const struct fb_source_frame *source, char *to, size_t size)
{
	char module[80] = "", file[240] = "", line[16] = "";

	if (frame->module)
		escape(frame->module, module, sizeof(module));
	if (source && source->file && source->line) {
		escape(source->file, file, sizeof(file));
		snprintf(line, sizeof(line), ":%u", source->line);
	}
	snprintf(to, size, "%s%s%s%s%s%s", module[0] ? "[" : "", module, module[0] ? "]" : "",
		 module[0] && file[0] ? "  " : "", file, line);
}

static void print_kernel_frame(struct fb_output *output, const struct fb_kernel_frame *frame,
			       int number)
{
	const struct fb_source_location *source = &frame->source;
	char symbol[512] = "?", name[600], where[400];

	for (size_t i = 0; i + 1 < source->count; i++) {
		const char *function = source->frames[i].function;

		snprintf(name, sizeof(name), "%s (inlined)",
			 function ? escape(function, symbol, sizeof(symbol)) : "?");
		describe_source(frame, &source->frames[i], where, sizeof(where));
		print_frame(output, -1, frame->pc, name, where, frame->unreliable);
	}
	if (frame->symbol)
		snprintf(name, sizeof(name), "%s+0x%" PRIx64,
			 escape(frame->symbol, symbol, sizeof(symbol)), frame->offset);
	else
		snprintf(name, sizeof(name), "?");
	describe_source(frame, source->count ? &source->frames[source->count - 1] : NULL, where,
			sizeof(where));
	print_frame(output, number, frame->pc, name, where, frame->unreliable);
}

/* The reason a half ends, in as many lines as it takes. */
static void print_end(struct fb_output *output, enum fb_style style, const char *end)
{
	char escaped[512];
	const char *rest = escape(end, escaped, sizeof(escaped));
	size_t room = COLUMNS - strlen("    ends: ");

	fb_print(output, style, "    ends: ");
	while (strlen(rest) > room) {
		size_t at = room;

		while (at && rest[at] != ' ')
			at--;
		if (!at)
			break;
		fb_print(output, style, "%.*s\n          ", (int)at, rest);
		rest += at + 1;
	}
	fb_print(output, style, "%s\n", rest);
}

/* Returns how many frames were numbered. */
static int print_kernel(struct fb_output *output, const struct fb_thread_stack *stack)
{
	const struct fb_kernel_stack *kernel = &stack->kernel;

	for (size_t i = 0; i < kernel->count; i++) {
		if (i && strcmp(kernel->frames[i].stack, kernel->frames[i - 1].stack) != 0)
			fb_print(output, FB_STYLE_DIM, "      -- on the %s stack\n",
				 kernel->frames[i].stack);
		print_kernel_frame(output, &kernel->frames[i], (int)i);
		if (kernel->frames[i].entry)
			print_entry(output, stack, i);
	}
	if (kernel->ended != FB_UNWIND_USER)
		print_end(output, kernel->ended == FB_UNWIND_LOST ? FB_STYLE_WARN : FB_STYLE_DIM,
			  kernel->end);
	return (int)kernel->count;
}

static void print_user_frame(struct fb_output *output, const struct fb_user_frame *frame,
			     int number)
{
	char raw[512], name[1200], object[160] = "", line[200] = "", where[420];
	bool guessed = fb_frame_is_guess(frame->found);

	escape(fb_bt_user_frame_name(frame, raw, sizeof(raw)), name, sizeof(name));
	if (frame->object && !frame->language)
		escape(base_name(frame->object), object, sizeof(object));
	if (frame->file && frame->line) {
		char file[160];

		escape(base_name(frame->file), file, sizeof(file));
		snprintf(line, sizeof(line), "%s%s:%u", object[0] ? "  " : "", file, frame->line);
	}
	snprintf(where, sizeof(where), "%s%s", object, line);
	print_frame(output, number, frame->pc, name, where, guessed);
	if (frame->signal && fb_frame_is_of_machine(frame))
		fb_print(output, FB_STYLE_BOLD, "      -- signal handler, from\n");
}

/* Deep recursion: frames like the one before are counted, not shown. */
static bool repeats(const struct fb_user_stack *user, size_t index)
{
	const struct fb_user_frame *a = &user->frames[index], *b;

	if (index < 2)
		return false;
	b = &user->frames[index - 1];
	return a->pc == b->pc && a->pc == user->frames[index - 2].pc && fb_frame_is_of_machine(a) &&
	       fb_frame_is_of_machine(b);
}

static void print_repeats(struct fb_output *output, size_t count)
{
	char number[32];

	if (count)
		fb_print(output, FB_STYLE_DIM, "         ... %s more like it\n",
			 fb_text_count(count, number, sizeof(number)));
}

void fb_bt_print_user(struct fb_output *output, const struct fb_user_stack *user, int number)
{
	size_t repeated = 0;

	for (size_t i = 0; i < user->count; i++) {
		const bool numbered = fb_frame_is_of_machine(&user->frames[i]);

		if (repeats(user, i)) {
			repeated++;
			number++;
			continue;
		}
		print_repeats(output, repeated);
		repeated = 0;
		print_user_frame(output, &user->frames[i], numbered ? number : -1);
		number += numbered;
	}
	print_repeats(output, repeated);
	print_end(output, user->complete ? FB_STYLE_DIM : FB_STYLE_WARN, user->end);
}

static void print_regs(struct fb_output *output, const char *label,
		       const struct user_regs_struct *regs)
{
	const struct {
		const char *name;
		uint64_t value;
	} list[] = {
		{"rip", regs->rip},       {"rsp", regs->rsp}, {"rbp", regs->rbp},
		{"rax", regs->rax},       {"rbx", regs->rbx}, {"rcx", regs->rcx},
		{"rdx", regs->rdx},       {"rsi", regs->rsi}, {"rdi", regs->rdi},
		{"r8", regs->r8},         {"r9", regs->r9},   {"r10", regs->r10},
		{"r11", regs->r11},       {"r12", regs->r12}, {"r13", regs->r13},
		{"r14", regs->r14},       {"r15", regs->r15}, {"cs", regs->cs},
		{"eflags", regs->eflags},
	};

	fb_print(output, FB_STYLE_DIM, "    registers %s:", label);
	for (size_t i = 0; i < FB_ARRAY_SIZE(list); i++)
		fb_print(output, FB_STYLE_DIM, "%s%7s %016" PRIx64, i % 4 == 0 ? "\n   " : "",
			 list[i].name, list[i].value);
	fb_print(output, FB_STYLE_DIM, "\n");
}

/* "core.127, 1 min 0 s older". */
static void describe_core(const struct fb_input_core *core, char *to, size_t size)
{
	double age = core->match.taken_before_panic_s;
	char name[64], text[32];

	escape(base_name(fb_core_info(core->core)->path), name, sizeof(name));
	if (isfinite(age))
		snprintf(to, size, "%s, %s older", name, fb_text_duration(age, text, sizeof(text)));
	else
		snprintf(to, size, "%s, of unknown age", name);
}

/* Which moment the user half shows. */
static void print_user_heading(struct fb_output *output, const struct fb_thread_stack *stack)
{
	static const char *const from[] = {
		[FB_USER_REGS_UNKNOWN] = "no registers",
		[FB_USER_REGS_KERNEL_STACK] = "registers as at the panic",
		[FB_USER_REGS_CPU] = "registers of its CPU at the panic",
		[FB_USER_REGS_CORE] = "registers of the core",
	};
	const char *when = from[stack->user_regs_from];
	char core[128] = "";

	/* Its CPU left no registers, or nothing leads over its kernel frames: it may run in user mode since. */
	if (stack->task->on_cpu && !stack->kernel.count &&
	    stack->user_regs_from == FB_USER_REGS_KERNEL_STACK)
		when = "registers of when it last entered the kernel";
	if (stack->core)
		describe_core(stack->core, core, sizeof(core));
	fb_print(output, FB_STYLE_BOLD, "  user");
	fb_print(output, FB_STYLE_DIM, "    %s%s%s%s\n", when,
		 core[0] ? "; memory the dump lacks from" : "",
		 strlen(core) > COLUMNS - 73 ? "\n          "
		 : core[0]                   ? " "
					     : "",
		 core);
	if (stack->user_stored)
		fb_print(output, FB_STYLE_WARN,
			 "    as stored when the bundle was redacted: that memory is not in it\n");
	if (stack->core_differs)
		fb_print(output, FB_STYLE_WARN,
			 "    it ran on after its core was taken: stack "
			 "memory from the core may not fit\n");
}

static void print_heading(struct fb_output *output, const struct fb_thread_stack *stack)
{
	const struct fb_task *task = stack->task;
	const struct fb_comm_text comm = fb_task_comm(task);
	char text[640];

	if (task->idle)
		fb_print(output, FB_STYLE_BOLD, "CPU %u  idle  %s", task->cpu, comm.text);
	else
		fb_print(output, FB_STYLE_BOLD, "PID %d  TID %d  %s", task->pid, task->tid,
			 comm.text);
	fb_print(output, task->state == 'D' ? FB_STYLE_BAD : FB_STYLE_PLAIN, "  state %c",
		 task->state);
	if (!task->idle)
		fb_print(output, FB_STYLE_PLAIN, "  %s CPU %u",
			 task->on_cpu ? "running on" : "last on", task->cpu);
	fb_print(output, FB_STYLE_PLAIN, "\n");
	if (stack->user.thread.language)
		fb_print(output, FB_STYLE_PLAIN, "  %s\n",
			 fb_bt_runtime_thread(&stack->user.thread, text, sizeof(text)));
	if (stack->user.thread.waits)
		fb_print(output, FB_STYLE_PLAIN, "  - %s\n",
			 fb_bt_runtime_wait(&stack->user.thread, text, sizeof(text)));
}

void fb_bt_print_kernel(struct fb_output *output, const struct fb_thread_stack *stack)
{
	print_kernel(output, stack);
}

static void print_waits(struct fb_output *output, const struct fb_thread_stack *stack,
			const struct fb_waits *waits)
{
	const struct fb_wait *wait;
	size_t count = 0;
	char text[512];

	wait = waits ? fb_waits_of(waits, stack->task->tid, &count) : NULL;
	if (stack->stored_waits_for && count <= 1) {
		fb_print(output, FB_STYLE_BOLD, "  waits for");
		fb_print(output, FB_STYLE_WARN, "  %s\n",
			 escape(stack->stored_waits_for, text, sizeof(text)));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		fb_print(output, FB_STYLE_BOLD, "  waits for");
		fb_print(output, FB_STYLE_WARN, "  %s\n",
			 fb_wait_describe(waits, &wait[i], text, sizeof(text)));
	}
}

void fb_bt_print(struct fb_output *output, const struct fb_thread_stack *stack,
		 const struct fb_task *const *others, size_t other_count,
		 const struct fb_waits *waits)
{
	const struct fb_task *task = stack->task;
	int number;

	if (other_count)
		fb_print(output, FB_STYLE_BOLD, "%zu threads with this stack\n", other_count + 1);
	print_heading(output, stack);
	fb_bt_print_others(output, others, other_count);
	print_waits(output, stack, waits);
	fb_print(output, FB_STYLE_BOLD, "  kernel");
	fb_print(output, FB_STYLE_DIM, "  as at the panic\n");
	if (task->on_cpu && !stack->kernel.count && stack->kernel.ended == FB_UNWIND_USER)
		fb_print(output, FB_STYLE_DIM, "    it ran in user mode\n");
	number = print_kernel(output, stack);
	if (!task->kernel_thread && !task->idle) {
		print_user_heading(output, stack);
		fb_bt_print_user(output, &stack->user, number);
		if (stack->user_regs_from && !stack->user.count)
			print_regs(output, "at the panic", &stack->user_regs);
		if (stack->core_differs) {
			print_regs(output, "at the panic", &stack->user_regs);
			print_regs(output, "in the core", &stack->core_thread->regs);
		}
	}
}

void fb_bt_print_legend(struct fb_output *output, const struct fb_thread_stacks *stacks)
{
	for (size_t i = 0; i < fb_thread_stacks_count(stacks); i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(stacks, i);
		bool guessed = false;

		for (size_t j = 0; j < stack->kernel.count; j++)
			guessed |= stack->kernel.frames[j].unreliable;
		for (size_t j = 0; j < stack->user.count; j++)
			guessed |= fb_frame_is_guess(stack->user.frames[j].found);
		if (!guessed)
			continue;
		fb_print(output, FB_STYLE_WARN,
			 "? no unwind table led to this frame: it is a guess\n");
		return;
	}
}
