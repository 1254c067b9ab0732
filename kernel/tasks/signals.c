// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the signals of a thread and its process, and a process's limits. Called by the commands sig and limits.
 */
#include "kernel/tasks/signals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"

/* Real-time signals of the kernel; the C library keeps two and begins SIGRTMIN behind them. */
#define FIRST_REAL_TIME 32u
#define FIRST_OF_LIBRARY 34u
#define SIG_IGN 1u
#define SI_TIMER (-2)
#define SI_SIGIO (-5)
#define SI_KERNEL 0x80

/* Numbers of x86-64 (include/uapi/asm-generic/signal.h). */
enum { ILL = 4, TRAP = 5, BUS = 7, FPE = 8, SEGV = 11, CHLD = 17 };

struct fb_signal_name fb_signal_name(unsigned number)
{
	static const char *const names[FIRST_REAL_TIME] = {
		"",       "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
		"FPE",    "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
		"STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
		"XCPU",   "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS",
	};
	struct fb_signal_name name;

	if (number && number < FIRST_REAL_TIME)
		snprintf(name.text, sizeof(name.text), "SIG%s", names[number]);
	else if (number == FIRST_OF_LIBRARY)
		snprintf(name.text, sizeof(name.text), "SIGRTMIN");
	else if (number > FIRST_OF_LIBRARY && number <= FB_SIGNALS)
		snprintf(name.text, sizeof(name.text), "SIGRTMIN+%u", number - FIRST_OF_LIBRARY);
	else
		snprintf(name.text, sizeof(name.text), "SIG%u", number);
	return name;
}

const char *fb_signal_code_name(int32_t code)
{
	static const struct {
		int32_t code;
		const char *name;
	} names[] = {
		{0, "SI_USER"},         {SI_KERNEL, "SI_KERNEL"}, {-1, "SI_QUEUE"},
		{SI_TIMER, "SI_TIMER"}, {-3, "SI_MESGQ"},         {-4, "SI_ASYNCIO"},
		{SI_SIGIO, "SI_SIGIO"}, {-6, "SI_TKILL"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (names[i].code == code)
			return names[i].name;
	return "";
}

/* A queue of signals that is being read. */
struct queue {
	struct fb_kernel *kernel;
	struct fb_pending *pending;
};

/* What the union of siginfo_t holds, by the signal and the code (kernel/signal.c, siginfo_layout()). */
static void classify(struct fb_queued_signal *signal)
{
	bool fault = signal->number == ILL || signal->number == TRAP || signal->number == BUS ||
		     signal->number == FPE || signal->number == SEGV;

	signal->has_address = fault && signal->code > 0 && signal->code < SI_KERNEL;
	signal->has_sender = signal->code == SI_KERNEL ? false
			     : signal->code > 0
				     ? signal->number == CHLD
				     : signal->code != SI_TIMER && signal->code != SI_SIGIO;
}

static struct fb_error *add_queued(void *context, uint64_t entry)
{
	struct queue *queue = context;
	struct fb_pending *pending = queue->pending;
	const struct fb_layout *layout = fb_kernel_layout(queue->kernel);
	uint64_t base = entry - layout->queued_list.offset;
	struct fb_queued_signal signal = {0}, *all;
	uint64_t uid = 0;
	int64_t number = 0, code = 0, pid = 0;
	struct fb_error *err =
		fb_kernel_field_signed(queue->kernel, base, &layout->queued_number, &number);

	if (!err)
		err = fb_kernel_field_signed(queue->kernel, base, &layout->queued_code, &code);
	signal.number = (int32_t)number;
	signal.code = (int32_t)code;
	classify(&signal);
	if (!err && signal.has_sender)
		err = fb_kernel_field_signed(queue->kernel, base, &layout->queued_pid, &pid);
	if (!err && signal.has_sender)
		err = fb_kernel_field(queue->kernel, base, &layout->queued_uid, &uid);
	if (!err && signal.has_address)
		err = fb_kernel_field(queue->kernel, base, &layout->queued_address,
				      &signal.address);
	if (!err && (number < 1 || number > (int64_t)FB_SIGNALS))
		err = fb_error_create(FB_CORRUPT, "a signal of number %" PRId64, number);
	if (err)
		return err;
	signal.pid = (int32_t)pid;
	signal.uid = (uint32_t)uid;
	all = realloc(pending->queued, (pending->count + 1) * sizeof(*all));
	if (!all)
		return fb_error_nomem();
	pending->queued = all;
	all[pending->count++] = signal;
	return NULL;
}

/* Reads the struct sigpending at this address. */
static struct fb_error *read_pending(struct fb_kernel *kernel, uint64_t address,
				     struct fb_pending *pending)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct queue queue = {.kernel = kernel, .pending = pending};
	struct fb_error *err =
		fb_kernel_field(kernel, address, &layout->pending_mask, &pending->mask);

	if (!err)
		err = fb_layout_require(&layout->pending_list);
	if (!err)
		err = fb_layout_require(&layout->queued_list);
	if (err)
		return err;
	return fb_part_warn(fb_kernel_warnings(kernel),
			    fb_kernel_list(kernel, address + layout->pending_list.offset,
					   FB_MAX_QUEUED_SIGNALS, add_queued, &queue),
			    "queued signals");
}

static struct fb_error *read_actions(struct fb_kernel *kernel, uint64_t sighand,
				     struct fb_signals *signals)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t base = sighand + layout->sighand_actions.offset;
	struct fb_error *err = fb_layout_require(&layout->sighand_actions);

	if (!err && (uint64_t)layout->k_sigaction.size * FB_SIGNALS != layout->sighand_actions.size)
		err = fb_error_create(FB_UNSUPPORTED, "sighand_struct has not %u actions",
				      FB_SIGNALS);
	for (unsigned i = 0; i < FB_SIGNALS && !err; i++) {
		struct fb_signal_action *action = &signals->actions[i];
		uint64_t at = base + (uint64_t)i * layout->k_sigaction.size;

		err = fb_kernel_field(kernel, at, &layout->action_handler, &action->handler);
		if (!err)
			err = fb_kernel_field(kernel, at, &layout->action_flags, &action->flags);
		if (!err)
			err = fb_kernel_field(kernel, at, &layout->action_mask, &action->mask);
		if (action->handler == SIG_IGN)
			signals->ignored |= 1ull << i;
		else if (action->handler)
			signals->caught |= 1ull << i;
	}
	signals->has_actions = !err;
	return err;
}

struct fb_error *fb_signals_load(struct fb_kernel *kernel, const struct fb_task *task,
				 struct fb_signals *signals_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_signals signals = {0};
	uint64_t shared = 0, sighand = 0;
	struct fb_error *err = fb_layout_require(&layout->task_pending);

	if (!err)
		err = fb_layout_require(&layout->signal_shared_pending);
	if (!err)
		err = read_pending(kernel, task->address + layout->task_pending.offset,
				   &signals.thread);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_blocked,
				      &signals.blocked);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_signal, &shared);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_sighand, &sighand);
	if (!err && shared)
		err = read_pending(kernel, shared + layout->signal_shared_pending.offset,
				   &signals.shared);
	signals.has_shared = shared != 0;
	if (!err && sighand)
		err = read_actions(kernel, sighand, &signals);
	if (err)
		fb_signals_deinit(&signals);
	else
		*signals_ret = signals;
	return fb_error_prefix(err, "signals of TID %d", task->tid);
}

void fb_signals_deinit(struct fb_signals *signals)
{
	free(signals->thread.queued);
	free(signals->shared.queued);
	*signals = (struct fb_signals){0};
}

/* In the order of their numbers, RLIMIT_CPU and so on (include/uapi/asm-generic/resource.h). */
static const struct {
	const char *name, *unit;
} limits[FB_LIMIT_KINDS] = {
	{"Max cpu time", "seconds"},     {"Max file size", "bytes"},
	{"Max data size", "bytes"},      {"Max stack size", "bytes"},
	{"Max core file size", "bytes"}, {"Max resident set", "bytes"},
	{"Max processes", "processes"},  {"Max open files", "files"},
	{"Max locked memory", "bytes"},  {"Max address space", "bytes"},
	{"Max file locks", "locks"},     {"Max pending signals", "signals"},
	{"Max msgqueue size", "bytes"},  {"Max nice priority", ""},
	{"Max realtime priority", ""},   {"Max realtime timeout", "us"},
};

const char *fb_limit_name(unsigned kind)
{
	return limits[kind].name;
}

const char *fb_limit_unit(unsigned kind)
{
	return limits[kind].unit;
}

struct fb_error *fb_limits_load(struct fb_kernel *kernel, const struct fb_task *task,
				struct fb_limit limits_ret[FB_LIMIT_KINDS])
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t values[2 * FB_LIMIT_KINDS], signal = 0;
	struct fb_error *err = fb_layout_require(&layout->signal_limits);

	if (!err && layout->signal_limits.size != sizeof(values))
		err = fb_error_create(FB_UNSUPPORTED, "signal_struct.rlim has not %u limits",
				      FB_LIMIT_KINDS);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_signal, &signal);
	if (!err && !signal)
		err = fb_error_create(FB_NOT_FOUND, "it has given them back, on its exit");
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), signal + layout->signal_limits.offset,
				    values, sizeof(values));
	for (unsigned i = 0; i < FB_LIMIT_KINDS && !err; i++)
		limits_ret[i] = (struct fb_limit){.soft = values[2 * i], .hard = values[2 * i + 1]};
	return fb_error_prefix(err, "limits of PID %d", task->pid);
}
