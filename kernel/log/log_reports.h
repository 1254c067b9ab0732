/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of trouble in the kernel's log: oopses, warnings, lockups, stalls, hung tasks; which of them led to the
 * panic, and which was the first of all. Called by bundle/input/panic.c.
 */
#ifndef FB_KERNEL_LOG_REPORTS_H
#define FB_KERNEL_LOG_REPORTS_H

#include "kernel/log/log.h"

/* What a report or a panic is about. fb_log_kind_text() has the words that users see. */
enum fb_log_kind {
	FB_LOG_UNKNOWN,
	FB_LOG_SYSRQ,
	FB_LOG_NULL_DEREFERENCE,
	FB_LOG_PAGE_FAULT,
	FB_LOG_GENERAL_PROTECTION,
	FB_LOG_BUG,
	FB_LOG_LIST_CORRUPTION,
	FB_LOG_STACK_OVERFLOW,
	FB_LOG_STACK_CORRUPTION,
	FB_LOG_DOUBLE_FAULT,
	FB_LOG_OTHER_EXCEPTION,
	FB_LOG_MEMORY_ERROR, /* found by KASAN, KFENCE, UBSAN or the page allocator */
	FB_LOG_WARNING,
	FB_LOG_SOFT_LOCKUP,
	FB_LOG_HARD_LOCKUP,
	FB_LOG_RCU_STALL,
	FB_LOG_HUNG_TASK,
	FB_LOG_WORKQUEUE_LOCKUP,
	FB_LOG_ATOMIC_SLEEP,
	FB_LOG_OUT_OF_MEMORY,
	FB_LOG_NMI,
	FB_LOG_MACHINE_CHECK,
	FB_LOG_INIT_KILLED,
	FB_LOG_NO_ROOT,
	FB_LOG_KINDS
};

struct fb_log_report {
	size_t record; /* its first line, an index of fb_log_get() */
	enum fb_log_kind kind;
	int cpu;     /* that it is about; -1: it does not say */
	int32_t tid; /* of the task that it is about; -1: it does not say */
};

struct fb_log_cause {
	bool known; /* some record tells of a panic */
	size_t message; /* the record that names it: panic()'s own, or where an oops went to kdump before that, the
			 * report's */
	/* of the panic; FB_LOG_UNKNOWN: there is none, or its words are of no kind */
	enum fb_log_kind kind;
	bool reported; /* report is there */
	/* that led to the panic; of several close to each other the first */
	struct fb_log_report report;
	size_t reports;             /* in the log; sysrq is none */
	struct fb_log_report first; /* the first in the log; only where reports is not 0 */
};

/* Reads the log once. Never fails: what it does not find is said in the result. */
void fb_log_find_cause(const struct fb_log *log, struct fb_log_cause *cause_ret);
/* "NULL pointer dereference"; static. NULL for FB_LOG_UNKNOWN. */
const char *fb_log_kind_text(enum fb_log_kind kind);
/* "null-dereference", for machines; static. NULL for FB_LOG_UNKNOWN. */
const char *fb_log_kind_word(enum fb_log_kind kind);

#endif
