// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Formats records as text, and finds the records of the panic. Called by the commands log and report, and by
 * log_reports.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/log/log.h"

#define NS_PER_S 1000000000u
#define NS_PER_US 1000u

struct fb_error *fb_log_format(const struct fb_log_record *record, struct fb_buf *buf)
{
	char prefix[48];
	int indent = snprintf(prefix, sizeof(prefix), "[%5" PRIu64 ".%06" PRIu64 "] ",
			      record->time_ns / NS_PER_S, record->time_ns % NS_PER_S / NS_PER_US);
	struct fb_error *err = fb_buf_append(buf, prefix, (size_t)indent);

	for (uint32_t i = 0; i < record->length && !err;) {
		uint32_t end = i;
		unsigned char c;

		/* What can stay as it is goes at once. */
		while (end < record->length &&
		       ((record->text[end] >= ' ' && record->text[end] < 0x7f) ||
			record->text[end] == '\t'))
			end++;
		err = fb_buf_append(buf, record->text + i, end - i);
		i = end;
		if (err || i == record->length)
			break;
		c = (unsigned char)record->text[i++];
		err = c == '\n' ? fb_buf_printf(buf, "\n%*s", indent, "")
				: fb_buf_printf(buf, "\\x%02x", c);
	}
	return err ? err : fb_buf_append(buf, "\n", 1);
}

/* text begins with start. */
static bool begins(const struct fb_log_record *record, const char *start)
{
	size_t length = strlen(start);

	return record->length >= length && !memcmp(record->text, start, length);
}

static bool contains(const struct fb_log_record *record, const char *what)
{
	return memmem(record->text, record->length, what, strlen(what)) != NULL;
}

static bool is_panic(const struct fb_log_record *record)
{
	return fb_log_is_of_kernel(record) && begins(record, "Kernel panic - not syncing");
}

/* What ends a kernel by itself where no panic() was logged. */
static bool is_fatal(const struct fb_log_record *record)
{
	static const char *const starts[] = {
		"BUG: ",
		"Oops: ",
		"kernel BUG at ",
		"general protection fault",
		"sysrq: Trigger a crash",
		"sysrq: SysRq : Trigger a crash", /* before 075e1a0c50f5, 5.1 */
		"double fault:",
		"invalid opcode: ",
		"divide error: ",
		"stack segment: ",
		"traps: PANIC: double fault",
		"unchecked MSR access error",
		"mce: [Hardware Error]: Machine check: ",
		"watchdog: BUG: ",
		"NMI watchdog: Watchdog detected hard LOCKUP",
		"watchdog: Watchdog detected hard LOCKUP",
	};

	if (!fb_log_is_of_kernel(record))
		return false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(starts); i++)
		if (begins(record, starts[i]))
			return true;
	return contains(record, "#PF: supervisor");
}

/* What a report begins with that may lead to a panic, if so configured. */
static bool begins_report(const struct fb_log_record *record)
{
	if (!fb_log_is_of_kernel(record))
		return false;
	return is_fatal(record) || begins(record, "------------[ cut here ]") ||
	       begins(record, "INFO: task ") || begins(record, "rcu: INFO: ") ||
	       begins(record, "Out of memory") || contains(record, " invoked oom-killer: ");
}

/* A report of one oops is at most some hundred records; one further back is another. */
#define REPORT_RECORDS 400u

bool fb_log_panic(const struct fb_log *log, struct fb_log_panic *panic_ret)
{
	size_t count = fb_log_count(log), message = count, last_fatal = count, first;

	for (size_t i = count; i-- > 0 && message == count;) {
		if (is_panic(fb_log_get(log, i)))
			message = i;
		else if (last_fatal == count && is_fatal(fb_log_get(log, i)))
			last_fatal = i;
	}
	if (message == count)
		message = last_fatal;
	if (message == count)
		return false;
	/* The last report that begins before it; several lines of one report may match, so the
	 * first of an unbroken sequence is taken. */
	first = message;
	for (size_t i = message, back = 0; i-- > 0 && back < REPORT_RECORDS; back++) {
		if (!begins_report(fb_log_get(log, i)))
			continue;
		first = i;
		while (first > 0 && begins_report(fb_log_get(log, first - 1)))
			first--;
		break;
	}
	panic_ret->message = message;
	panic_ret->first = first;
	return true;
}

const char *fb_log_level_name(unsigned level)
{
	static const char *const names[] = {"emerg", "alert",  "crit", "err",
					    "warn",  "notice", "info", "debug"};

	return level < FB_ARRAY_SIZE(names) ? names[level] : "unknown";
}

const char *fb_log_facility_name(unsigned facility)
{
	static const char *const names[] = {"kern",     "user",   "mail",    "daemon",  "auth",
					    "syslog",   "lpr",    "news",    "uucp",    "cron",
					    "authpriv", "ftp",    "unknown", "unknown", "unknown",
					    "unknown",  "local0", "local1",  "local2",  "local3",
					    "local4",   "local5", "local6",  "local7"};

	return facility < FB_ARRAY_SIZE(names) ? names[facility] : "unknown";
}
