// SPDX-License-Identifier: GPL-2.0-or-later
/* The panic in plain language, and whose code it happened in. Called by assessment.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/assess/assess.h"

/* Whom a kind of panic points at. */
enum suspect {
	SUSPECT_NONE,     /* nobody: it was asked for */
	SUSPECT_CODE,     /* the code that ran */
	SUSPECT_HARDWARE, /* the machine */
	SUSPECT_MEMORY,   /* who took the memory */
	SUSPECT_INIT,     /* the first process */
	SUSPECT_SETUP,    /* how the host starts */
	SUSPECT_WAITED,   /* what the stuck thread waits for */
};

struct kind {
	enum fb_log_kind kind;
	enum suspect suspect;
	const char *headline, *happened;
};

static const struct kind kinds[] = {
	{FB_LOG_SYSRQ, SUSPECT_NONE, NULL,
	 "The host was crashed on purpose (sysrq), to keep its state: the panic itself is no fault."},
	{FB_LOG_NULL_DEREFERENCE, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "Kernel code used a pointer that leads nowhere (a NULL pointer)."},
	{FB_LOG_PAGE_FAULT, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "Kernel code used an address at which there is no memory."},
	{FB_LOG_GENERAL_PROTECTION, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "Kernel code used an address that cannot be one, often of an object that was freed."},
	{FB_LOG_BUG, SUSPECT_CODE, "The kernel crashed: it found an error in its own state",
	 "The kernel checked its own state, found what must never be (BUG), and stopped."},
	{FB_LOG_LIST_CORRUPTION, SUSPECT_CODE, "The kernel crashed: its memory was damaged",
	 "A list in the kernel's memory was damaged: some code wrote where it must not."},
	{FB_LOG_STACK_OVERFLOW, SUSPECT_CODE, "The kernel crashed: a stack overflowed",
	 "Kernel code called functions too deeply, and its stack was full."},
	{FB_LOG_STACK_CORRUPTION, SUSPECT_CODE, "The kernel crashed: its memory was damaged",
	 "A stack in the kernel's memory was damaged: some code wrote beyond its variables."},
	{FB_LOG_DOUBLE_FAULT, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "An error happened while the kernel handled another one."},
	{FB_LOG_OTHER_EXCEPTION, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "The processor refused what kernel code asked for."},
	{FB_LOG_MEMORY_ERROR, SUSPECT_CODE, "The kernel crashed: it used memory wrongly",
	 "A checker in the kernel caught code that used memory wrongly."},
	{FB_LOG_WARNING, SUSPECT_CODE, "The kernel stopped at a warning, as it was set up to",
	 "The kernel warned of an unexpected state, and is set up to stop then (panic_on_warn)."},
	{FB_LOG_SOFT_LOCKUP, SUSPECT_CODE, "A CPU was stuck in the kernel",
	 "One CPU ran kernel code for so long without a pause that the kernel gave up."},
	{FB_LOG_HARD_LOCKUP, SUSPECT_CODE, "A CPU was stuck in the kernel",
	 "One CPU took no interrupts for so long that the kernel gave up."},
	{FB_LOG_RCU_STALL, SUSPECT_CODE, "A CPU was stuck in the kernel",
	 "One CPU or thread held up the others for so long (RCU) that the kernel gave up."},
	{FB_LOG_HUNG_TASK, SUSPECT_WAITED,
	 "A program was stuck for so long that the kernel stopped",
	 "A thread hung for longer than is allowed, and the kernel is set up to stop then (hung_task_panic)."},
	{FB_LOG_WORKQUEUE_LOCKUP, SUSPECT_WAITED, "Work within the kernel was stuck",
	 "The kernel's own workers made no progress."},
	{FB_LOG_ATOMIC_SLEEP, SUSPECT_CODE, "The kernel crashed: an error in its code",
	 "Kernel code slept where it must not."},
	{FB_LOG_OUT_OF_MEMORY, SUSPECT_MEMORY, "The host ran out of memory",
	 "No memory was left, and the kernel stopped."},
	{FB_LOG_NMI, SUSPECT_HARDWARE, "The hardware, or a person at its console, stopped the host",
	 "The hardware sent an interrupt that cannot be ignored (NMI): an error of the machine, or its button "
	 "or management console, to get a dump."},
	{FB_LOG_MACHINE_CHECK, SUSPECT_HARDWARE, "The hardware failed",
	 "The processor reported an error of the hardware (machine check)."},
	{FB_LOG_INIT_KILLED, SUSPECT_INIT, "The first program (init) ended, and the host with it",
	 "The host cannot run without its first program, and that ended."},
	{FB_LOG_NO_ROOT, SUSPECT_SETUP, "The host could not start: it found no root file system",
	 "The kernel found no file system to start from."},
};

static const struct kind *kind_of(const struct fb_panic *panic)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == panic->cause)
			return &kinds[i];
	return NULL;
}

/* The frame in which the panic's reason happened: what an exception, NMI or interrupt interrupted. NULL: no frame of
 * the stack is known to be that. */
static const struct fb_kernel_frame *blamed_frame(const struct fb_kernel_stack *stack)
{
	for (size_t i = 0; stack && i + 1 < stack->count; i++) {
		enum fb_entry_kind entry = stack->frames[i].entry;

		if (entry == FB_ENTRY_EXCEPTION || entry == FB_ENTRY_NMI ||
		    entry == FB_ENTRY_INTERRUPT)
			return stack->frames[i + 1].symbol ? &stack->frames[i + 1] : NULL;
	}
	return NULL;
}

static void blame_code(struct fb_assess *assess)
{
	const struct fb_kernel_frame *frame = blamed_frame(assess->facts->stack);
	const struct fb_module *module = NULL;
	char function[256], name[4 * FB_MODULE_NAME], flags[32] = "";

	if (!frame) {
		fb_assess_add(assess, FB_ASSESS_FAULT, "panic",
			      "The kernel or one of its modules: the stack does not tell which.");
		fb_assess_add(assess, FB_ASSESS_NEXT, "panic",
			      "Send this report to who supplies the kernel.");
		return;
	}
	fb_text_escape(frame->symbol, strlen(frame->symbol), function, sizeof(function));
	if (!frame->module) {
		fb_assess_add(
			assess, FB_ASSESS_FAULT, "panic",
			"Likely the kernel itself: it happened in its function %s. Code that ran before, or "
			"faulty memory, may have left it bad data.",
			function);
		fb_assess_add(
			assess, FB_ASSESS_NEXT, "panic",
			"Send this report to who supplies the kernel, and see whether a newer "
			"kernel changed %s.",
			function);
		return;
	}
	fb_text_escape(frame->module, strlen(frame->module), name, sizeof(name));
	if (assess->facts->modules)
		module = fb_modules_by_name(assess->facts->modules, frame->module);
	if (module)
		fb_module_flags(module, flags, sizeof(flags));
	fb_assess_add(assess, FB_ASSESS_FAULT, "panic",
		      "Likely the module %s: it happened in its function %s.%s", name, function,
		      *flags ? " The module is not part of the kernel as its supplier built it."
			     : "");
	fb_assess_add(assess, FB_ASSESS_NEXT, "panic",
		      "Send this report to who supplies the module %s; until there is a newer "
		      "one, run without it if that is possible.",
		      name);
}

static void blame(struct fb_assess *assess, enum suspect suspect)
{
	switch (suspect) {
	case SUSPECT_CODE:
		blame_code(assess);
		break;
	case SUSPECT_HARDWARE:
		fb_assess_add(assess, FB_ASSESS_FAULT, "log",
			      "The machine, unless somebody asked for the dump at its console: the "
			      "log has what it reported.");
		fb_assess_add(assess, FB_ASSESS_NEXT, "log",
			      "Look at the machine's own event log, and have its memory, "
			      "processors and cards tested.");
		break;
	case SUSPECT_MEMORY:
		fb_assess_add(assess, FB_ASSESS_FAULT, "usage",
			      "Whatever took the memory: the largest users stand under Memory.");
		fb_assess_add(assess, FB_ASSESS_NEXT, "usage",
			      "Find out why the largest users grew; limit them, or add memory.");
		break;
	case SUSPECT_INIT:
		fb_assess_add(
			assess, FB_ASSESS_FAULT, "log",
			"The first program, PID 1, or what ended it: the log's last lines may say.");
		fb_assess_add(
			assess, FB_ASSESS_NEXT, "log",
			"Look at why PID 1 ended: a signal, a fault of its own, or files that "
			"it could not read.");
		break;
	case SUSPECT_SETUP:
		fb_assess_add(assess, FB_ASSESS_FAULT, "log",
			      "How the host is set up to start, or its disk.");
		fb_assess_add(assess, FB_ASSESS_NEXT, "log",
			      "Check the boot entry's root=, the initramfs, and whether the disk "
			      "was found.");
		break;
	case SUSPECT_WAITED: /* assess_waits.c names it */
	case SUSPECT_NONE:
		break;
	}
}

/* An earlier report may be what began it. */
static void add_first_report(struct fb_assess *assess)
{
	const struct fb_panic *panic = assess->facts->panic;
	char before[32];

	if (!panic->first.text || panic->first.time_ns > panic->time_ns ||
	    (panic->report.text && panic->first.time_ns == panic->report.time_ns))
		return;
	fb_assess_add(assess, FB_ASSESS_HAPPENED, "log",
		      "The first trouble in the log came %s before its end: %s.",
		      fb_text_duration((double)(panic->time_ns - panic->first.time_ns) / 1e9,
				       before, sizeof(before)),
		      fb_log_kind_text(panic->first.kind));
}

void fb_assess_panic(struct fb_assess *assess)
{
	const struct fb_panic *panic = assess->facts->panic;
	const struct kind *kind = kind_of(panic);

	assess->asked_for =
		!kind || kind->suspect == SUSPECT_NONE || kind->suspect == SUSPECT_WAITED;
	if (kind && kind->headline && kind->suspect != SUSPECT_WAITED)
		fb_assess_headline(assess, "%s", kind->headline);
	if (kind)
		fb_assess_add(assess, FB_ASSESS_HAPPENED, "panic", "%s", kind->happened);
	else if (assess->facts->live)
		fb_assess_add(assess, FB_ASSESS_HAPPENED, NULL,
			      "The host was looked at while it ran.");
	else if (panic->message)
		fb_assess_add(assess, FB_ASSESS_HAPPENED, "panic",
			      "The kernel stopped, for a reason that this report does not know.");
	else
		fb_assess_add(assess, FB_ASSESS_HAPPENED, "log",
			      "The log tells of no crash: the memory of the host was read while it "
			      "ran or hung.");
	if (kind && kind->suspect != SUSPECT_NONE && panic->task && !panic->task->idle)
		fb_assess_add(assess, FB_ASSESS_HAPPENED, "panic",
			      "It ran for the program %s (process %" PRId32 ") at that moment.",
			      fb_task_comm(panic->task).text, panic->task->pid);
	add_first_report(assess);
	if (kind)
		blame(assess, kind->suspect);
}
