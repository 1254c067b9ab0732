// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds reports in the log by the words that the kernel begins them with, and which of them led to the panic. Called by
 * bundle/input/panic.c.
 */
#include "kernel/log/log_reports.h"

#include <string.h>

#define NS_PER_S 1000000000u
/* Reports that follow each other within this time are one chain: an oops while an oops is printed, and the like. */
#define CHAIN_NS (10ull * NS_PER_S)
/* How far behind its first line a report names its CPU and task. */
#define NAMED_WITHIN 24u
/* An exception's own line stands this close behind the line that says what it was. */
#define CONTINUED_WITHIN 6u

static const struct {
	const char *word, *text;
} names[FB_LOG_KINDS] = {
	[FB_LOG_SYSRQ] = {"sysrq", "asked for by sysrq"},
	[FB_LOG_NULL_DEREFERENCE] = {"null-dereference", "NULL pointer dereference"},
	[FB_LOG_PAGE_FAULT] = {"page-fault", "access to an address that is not mapped"},
	[FB_LOG_GENERAL_PROTECTION] = {"general-protection", "general protection fault"},
	[FB_LOG_BUG] = {"bug", "BUG() in the kernel"},
	[FB_LOG_LIST_CORRUPTION] = {"list-corruption", "corrupted list"},
	[FB_LOG_STACK_OVERFLOW] = {"stack-overflow", "kernel stack overflow"},
	[FB_LOG_STACK_CORRUPTION] = {"stack-corruption", "corrupted kernel stack"},
	[FB_LOG_DOUBLE_FAULT] = {"double-fault", "double fault"},
	[FB_LOG_OTHER_EXCEPTION] = {"exception", "exception in the kernel"},
	[FB_LOG_MEMORY_ERROR] = {"memory-error", "wrong use of memory"},
	[FB_LOG_WARNING] = {"warning", "WARN() in the kernel"},
	[FB_LOG_SOFT_LOCKUP] = {"soft-lockup", "soft lockup: a CPU did not schedule"},
	[FB_LOG_HARD_LOCKUP] = {"hard-lockup", "hard lockup: a CPU took no interrupts"},
	[FB_LOG_RCU_STALL] = {"rcu-stall", "RCU stall"},
	[FB_LOG_HUNG_TASK] = {"hung-task", "hung task"},
	[FB_LOG_WORKQUEUE_LOCKUP] = {"workqueue-lockup", "stuck work queue"},
	[FB_LOG_ATOMIC_SLEEP] = {"atomic-sleep", "sleep where that is not allowed"},
	[FB_LOG_OUT_OF_MEMORY] = {"out-of-memory", "out of memory"},
	[FB_LOG_NMI] = {"nmi", "NMI of unknown reason"},
	[FB_LOG_MACHINE_CHECK] = {"machine-check", "machine check: the hardware reports an error"},
	[FB_LOG_INIT_KILLED] = {"init-killed", "the end of PID 1"},
	[FB_LOG_NO_ROOT] = {"no-root", "no root file system"},
};

const char *fb_log_kind_text(enum fb_log_kind kind)
{
	return names[kind].text;
}

const char *fb_log_kind_word(enum fb_log_kind kind)
{
	return names[kind].word;
}

struct phrase {
	const char *words;
	enum fb_log_kind kind;
	enum { BEGINS, CONTAINS } where;
	/* Says of what exception the lines before it are: a report of its own only where none is close before it. */
	bool continues;
};

/* arch/x86/mm/fault.c, arch/x86/kernel/{traps,dumpstack}.c, lib/list_debug.c, kernel/{panic,watchdog,watchdog_perf,
 * watchdog_hld,hung_task,workqueue}.c, kernel/rcu/tree_stall.h, mm/{oom_kill,page_alloc}.c, mm/k{asan,fence}/report.c.
 * The newer form of WARNING is of d5ea25a0f2be's series (6.19). */
static const struct phrase reports[] = {
	{"BUG: kernel NULL pointer dereference", FB_LOG_NULL_DEREFERENCE, BEGINS, false},
	{"BUG: unable to handle", FB_LOG_PAGE_FAULT, BEGINS, false},
	{"list_add corruption", FB_LOG_LIST_CORRUPTION, BEGINS, false},
	{"list_del corruption", FB_LOG_LIST_CORRUPTION, BEGINS, false},
	{"kernel BUG at ", FB_LOG_BUG, BEGINS, true},
	{"stack guard page was hit", FB_LOG_STACK_OVERFLOW, CONTAINS, false},
	{"kernel stack overflow", FB_LOG_STACK_OVERFLOW, BEGINS, true},
	{"traps: PANIC: double fault", FB_LOG_DOUBLE_FAULT, BEGINS, true},
	{"double fault: ", FB_LOG_DOUBLE_FAULT, BEGINS, true},
	{"general protection fault", FB_LOG_GENERAL_PROTECTION, BEGINS, true},
	{"Oops: general protection fault", FB_LOG_GENERAL_PROTECTION, BEGINS, true},
	{"Oops: ", FB_LOG_OTHER_EXCEPTION, BEGINS, true},
	{"invalid opcode: ", FB_LOG_OTHER_EXCEPTION, BEGINS, true},
	{"divide error: ", FB_LOG_OTHER_EXCEPTION, BEGINS, true},
	{"stack segment: ", FB_LOG_OTHER_EXCEPTION, BEGINS, true},
	{"BUG: KASAN: ", FB_LOG_MEMORY_ERROR, BEGINS, false},
	{"BUG: KFENCE: ", FB_LOG_MEMORY_ERROR, BEGINS, false},
	{"UBSAN: ", FB_LOG_MEMORY_ERROR, BEGINS, false},
	{"BUG: Bad page ", FB_LOG_MEMORY_ERROR, BEGINS, false},
	{"BUG: Bad rss-counter", FB_LOG_MEMORY_ERROR, BEGINS, false},
	{"watchdog: BUG: soft lockup", FB_LOG_SOFT_LOCKUP, BEGINS, false},
	{"Watchdog detected hard LOCKUP", FB_LOG_HARD_LOCKUP, CONTAINS, false},
	{"BUG: workqueue lockup", FB_LOG_WORKQUEUE_LOCKUP, BEGINS, false},
	{"BUG: scheduling while atomic", FB_LOG_ATOMIC_SLEEP, BEGINS, false},
	{"BUG: sleeping function called", FB_LOG_ATOMIC_SLEEP, BEGINS, false},
	{"WARNING: CPU: ", FB_LOG_WARNING, BEGINS, false},
	{"INFO: task ", FB_LOG_HUNG_TASK, BEGINS, false},
	{"rcu: INFO: ", FB_LOG_RCU_STALL, BEGINS, false},
	{" invoked oom-killer: ", FB_LOG_OUT_OF_MEMORY, CONTAINS, false},
	{"Uhhuh. NMI received for unknown reason", FB_LOG_NMI, BEGINS, false},
	{"NMI: PCI system error (SERR) for reason", FB_LOG_NMI, BEGINS, false},
	{"NMI: IOCK error", FB_LOG_NMI, BEGINS, false},
	{"mce: [Hardware Error]: CPU ", FB_LOG_MACHINE_CHECK, BEGINS, false},
	{"mce: [Hardware Error]: Machine check: ", FB_LOG_MACHINE_CHECK, BEGINS, true},
	{"sysrq: Trigger a crash", FB_LOG_SYSRQ, BEGINS, false},
	{"sysrq: SysRq : Trigger a crash", FB_LOG_SYSRQ, BEGINS, false},
};

/* What panic() is given where that tells the kind. "Fatal exception" and "panic_on_warn set" tell that there is a
 * report. */
static const struct phrase panics[] = {
	{"sysrq triggered crash", FB_LOG_SYSRQ, CONTAINS, false},
	{"softlockup: hung tasks", FB_LOG_SOFT_LOCKUP, CONTAINS, false},
	{"ard LOCKUP", FB_LOG_HARD_LOCKUP, CONTAINS, false},
	{"RCU Stall", FB_LOG_RCU_STALL, CONTAINS, false},
	{"hung_task: ", FB_LOG_HUNG_TASK, CONTAINS, false},
	{"workqueue: ", FB_LOG_WORKQUEUE_LOCKUP, CONTAINS, false},
	{"out of memory", FB_LOG_OUT_OF_MEMORY, CONTAINS, false},
	{"Out of memory", FB_LOG_OUT_OF_MEMORY, CONTAINS, false},
	{"System is deadlocked on memory", FB_LOG_OUT_OF_MEMORY, CONTAINS, false},
	{"stack-protector:", FB_LOG_STACK_CORRUPTION, CONTAINS, false},
	{"corrupted stack end", FB_LOG_STACK_CORRUPTION, CONTAINS, false},
	{"kernel stack overflow", FB_LOG_STACK_OVERFLOW, CONTAINS, false},
	{"scheduling while atomic", FB_LOG_ATOMIC_SLEEP, CONTAINS, false},
	{"NMI", FB_LOG_NMI, CONTAINS, false},
	{"achine check", FB_LOG_MACHINE_CHECK, CONTAINS, false},
	{"entered broadcast exception handler", FB_LOG_MACHINE_CHECK, CONTAINS, false},
	{"Attempted to kill init!", FB_LOG_INIT_KILLED, CONTAINS, false},
	{"Unable to mount root fs", FB_LOG_NO_ROOT, CONTAINS, false},
	{"No working init found", FB_LOG_NO_ROOT, CONTAINS, false},
};

static bool has(const struct fb_log_record *record, const char *words)
{
	return memmem(record->text, record->length, words, strlen(words)) != NULL;
}

static const struct phrase *match(const struct fb_log_record *record, const struct phrase *phrases,
				  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(phrases[i].words);

		if (phrases[i].where == CONTAINS
			    ? has(record, phrases[i].words)
			    : record->length >= length &&
				      !memcmp(record->text, phrases[i].words, length))
			return &phrases[i];
	}
	return NULL;
}

/* The number of at most nine digits that stands at `at` of the record; -1 where there is none. */
static int32_t number_at(const struct fb_log_record *record, size_t at)
{
	int32_t number = 0;
	size_t digits = 0;

	while (at + digits < record->length && digits < 10 && record->text[at + digits] >= '0' &&
	       record->text[at + digits] <= '9')
		digits++;
	if (!digits || digits > 9)
		return -1;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (record->text[at + i] - '0');
	return number;
}

/* The number behind the words' first place; -1. */
static int32_t number_behind(const struct fb_log_record *record, const char *words)
{
	const char *found = memmem(record->text, record->length, words, strlen(words));

	return found ? number_at(record, (size_t)(found - record->text) + strlen(words)) : -1;
}

/* The number behind the last `sign` before `end` (an offset): names of tasks may have that sign too. */
static int32_t number_behind_last(const struct fb_log_record *record, char sign, size_t end)
{
	while (end > 0)
		if (record->text[--end] == sign)
			return number_at(record, end + 1);
	return -1;
}

static size_t offset_of(const struct fb_log_record *record, const char *words)
{
	const char *found = memmem(record->text, record->length, words, strlen(words));

	return found ? (size_t)(found - record->text) : 0;
}

/* A WARNING in its newer form: "WARNING: FILE:LINE at FUNCTION, CPU#1: COMM/PID". */
static bool is_newer_warning(const struct fb_log_record *record)
{
	return record->length > 9 && !memcmp(record->text, "WARNING: ", 9) && has(record, ", CPU#");
}

/* What the report's first line says of its CPU and task. */
static void read_first_line(const struct fb_log_record *record, struct fb_log_report *report)
{
	switch (report->kind) {
	case FB_LOG_SOFT_LOCKUP: /* "soft lockup - CPU#1 stuck for 22s! [comm:123]" */
		report->cpu = number_behind(record, "CPU#");
		report->tid = number_behind_last(record, ':', record->length);
		break;
	case FB_LOG_HARD_LOCKUP:
		report->cpu = number_behind(record, "LOCKUP on cpu ");
		break;
	case FB_LOG_HUNG_TASK: /* "INFO: task comm:123 blocked for more than 120 seconds." */
		report->tid = number_behind_last(record, ':', offset_of(record, " blocked "));
		break;
	case FB_LOG_WARNING:
		report->cpu = number_behind(record, "CPU: ");
		report->tid = number_behind(record, "PID: ");
		if (is_newer_warning(record)) {
			report->cpu = number_behind(record, ", CPU#");
			report->tid = number_behind_last(record, '/', record->length);
		}
		break;
	case FB_LOG_MACHINE_CHECK:
		report->cpu = number_behind(record, "CPU ");
		break;
	default:
		break;
	}
}

/* Its later lines: "CPU: 1 UID: 0 PID: 123 Comm: ..."; of a stalled CPU "rcu: \t1-....: (...)"; up to another
 * report. */
static void read_later_lines(const struct fb_log *log, struct fb_log_report *report)
{
	bool stall = report->kind == FB_LOG_RCU_STALL;

	for (size_t i = report->record; i < fb_log_count(log) && i <= report->record + NAMED_WITHIN;
	     i++) {
		const struct fb_log_record *record = fb_log_get(log, i);
		const struct phrase *phrase = match(record, reports, FB_ARRAY_SIZE(reports));

		if (!fb_log_is_of_kernel(record))
			continue;
		if (i > report->record && phrase && !phrase->continues)
			return;
		if (stall && report->cpu < 0)
			report->cpu = number_behind(record, "rcu: \t");
		if (number_behind(record, "PID: ") < 0 || !has(record, "Comm: "))
			continue;
		/* Whoever found a stall, a hung task or a CPU that is locked up need not be it. */
		if (report->kind == FB_LOG_HUNG_TASK || report->kind == FB_LOG_HARD_LOCKUP ||
		    (stall && report->cpu != number_behind(record, "CPU: ")))
			return;
		if (report->cpu < 0)
			report->cpu = number_behind(record, "CPU: ");
		if (report->tid < 0 && report->cpu == number_behind(record, "CPU: "))
			report->tid = number_behind(record, "PID: ");
		return;
	}
}

static bool read_report(const struct fb_log *log, size_t index, size_t last,
			struct fb_log_report *report_ret)
{
	const struct fb_log_record *record = fb_log_get(log, index);
	const struct phrase *phrase = match(record, reports, FB_ARRAY_SIZE(reports));
	struct fb_log_report report = {.record = index, .cpu = -1, .tid = -1};

	if (!fb_log_is_of_kernel(record))
		return false;
	if (phrase)
		report.kind = phrase->kind;
	else if (is_newer_warning(record))
		report.kind = FB_LOG_WARNING;
	if (report.kind == FB_LOG_UNKNOWN ||
	    (phrase && phrase->continues && last != SIZE_MAX && index - last <= CONTINUED_WITHIN))
		return false;
	/* "INFO: task" begins others too, and so does "rcu: INFO:". */
	if ((report.kind == FB_LOG_HUNG_TASK && !has(record, " blocked ")) ||
	    (report.kind == FB_LOG_RCU_STALL && !has(record, "stall")))
		return false;
	read_first_line(record, &report);
	read_later_lines(log, &report);
	*report_ret = report;
	return true;
}

/* What such a panic's report is of: of "Fatal exception" any exception. */
static bool leads_to(enum fb_log_kind report, enum fb_log_kind panic)
{
	switch (panic) {
	case FB_LOG_UNKNOWN:
	case FB_LOG_INIT_KILLED:
		return report != FB_LOG_SYSRQ && report != FB_LOG_HUNG_TASK &&
		       report != FB_LOG_OUT_OF_MEMORY;
	case FB_LOG_STACK_OVERFLOW:
	case FB_LOG_STACK_CORRUPTION:
		return report == FB_LOG_STACK_OVERFLOW || report == FB_LOG_DOUBLE_FAULT ||
		       report == FB_LOG_STACK_CORRUPTION;
	default:
		return report == panic;
	}
}

/* Where the panic's own line was not written any more. */
static bool begins_by_sysrq(const struct fb_log_record *record)
{
	const struct phrase *phrase = match(record, reports, FB_ARRAY_SIZE(reports));

	return phrase && phrase->kind == FB_LOG_SYSRQ;
}

/* Whether a record came later than CHAIN_NS after a moment. Each CPU has a clock of its own, so that what follows in
 * the log may have an earlier time. */
static bool is_apart(const struct fb_log_record *record, uint64_t moment_ns)
{
	return record->time_ns > moment_ns && record->time_ns - moment_ns > CHAIN_NS;
}

void fb_log_find_cause(const struct fb_log *log, struct fb_log_cause *cause_ret)
{
	struct fb_log_cause cause = {0};
	struct fb_log_panic panic;
	const struct phrase *phrase = NULL;
	bool known = fb_log_panic(log, &panic);
	uint64_t time = 0;
	size_t last = SIZE_MAX;

	if (known)
		phrase = match(fb_log_get(log, panic.message), panics, FB_ARRAY_SIZE(panics));
	if (known && !phrase && begins_by_sysrq(fb_log_get(log, panic.message)))
		cause.kind = FB_LOG_SYSRQ;
	if (phrase)
		cause.kind = phrase->kind;
	for (size_t i = 0; i < fb_log_count(log) && (!known || i <= panic.message); i++) {
		struct fb_log_report report;

		if (!read_report(log, i, last, &report))
			continue;
		last = i;
		if (report.kind != FB_LOG_SYSRQ && !cause.reports++)
			cause.first = report;
		if (!known || !leads_to(report.kind, cause.kind))
			continue;
		/* The first of a chain stays. */
		if (!cause.reported || is_apart(fb_log_get(log, i), time))
			cause.report = report;
		cause.reported = true;
		time = fb_log_get(log, i)->time_ns;
	}
	/* What did not come close before the panic did not lead to it. */
	if (cause.reported && is_apart(fb_log_get(log, panic.message), time))
		cause.reported = false;
	if (cause.kind == FB_LOG_UNKNOWN && cause.reported)
		cause.kind = cause.report.kind;
	cause.known = known;
	cause.message = known ? panic.message : 0;
	if (cause.reported && !has(fb_log_get(log, panic.message), "Kernel panic - "))
		cause.message = cause.report.record;
	*cause_ret = cause;
}
