// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks the kernel's log for what the kernel reported before its end: faults, lockups, hung tasks, killed processes,
 * errors of devices and file systems, full tables. The messages are looked for by words that have stayed the same over
 * many versions. Called by check.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "bundle/check/checks.h"

/* Different words for one kind of message. */
#define MOST_WORDS 7u

/* The first kind that a message matches counts, so that a special one stands before a general one. */
static const struct message {
	const char *kind;
	enum fb_weight weight;
	const char *what; /* "reports of ...": what the messages say */
	/* A message matches that contains one of these, or begins with it where it starts with "^". */
	const char *words[MOST_WORDS];
	/* A later message that ends with this, and before it begins as the report does, means that what was reported is
	 * over; NULL: there is none. */
	const char *over;
} messages[] = {
	{"work-queue-stall",
	 FB_WEIGHT_SERIOUS,
	 "a stalled work queue",
	 {"BUG: workqueue lockup"},
	 NULL},
	{"memory-corruption",
	 FB_WEIGHT_GRAVE,
	 "corrupted kernel memory",
	 {"list_add corruption", "list_del corruption", "^refcount_t: ", "BUG: KASAN",
	  "BUG: KFENCE", "BUG: Bad page", "usercopy: Kernel memory"},
	 NULL},
	{"soft-lockup-report", FB_WEIGHT_GRAVE, "a soft lockup", {"BUG: soft lockup"}, NULL},
	{"hard-lockup", FB_WEIGHT_GRAVE, "a hard lockup", {"hard LOCKUP"}, NULL},
	{"stack-overflow-report",
	 FB_WEIGHT_GRAVE,
	 "an overflown kernel stack",
	 {"stack guard page was hit", "kernel stack overflow", "corrupted stack end detected"},
	 NULL},
	{"kernel-fault",
	 FB_WEIGHT_GRAVE,
	 "a fault of the kernel",
	 {"^BUG: ", "^kernel BUG at ", "^general protection fault",
	  "^Oops: ", "^invalid opcode:", "^double fault:", "^stack segment:"},
	 NULL},
	{"rcu-stall",
	 FB_WEIGHT_GRAVE,
	 "a CPU or thread that holds up RCU",
	 {"detected stalls on CPUs/tasks", "self-detected stall on CPU",
	  "detected expedited stalls"},
	 NULL},
	{"hung-task-report", FB_WEIGHT_GRAVE, "a task that hangs", {"blocked for more than"}, NULL},
	{"out-of-memory",
	 FB_WEIGHT_GRAVE,
	 "a process killed because memory was out",
	 {"Out of memory: Kill", "Out of memory and no killable", "System is deadlocked on memory"},
	 NULL},
	{"group-out-of-memory",
	 FB_WEIGHT_SERIOUS,
	 "a process killed because its control group's memory was out",
	 {"Memory cgroup out of memory"},
	 NULL},
	{"allocation-failure",
	 FB_WEIGHT_SERIOUS,
	 "memory that could not be allocated",
	 {"page allocation failure", "SLUB: Unable to allocate memory"},
	 NULL},
	{"file-system-error",
	 FB_WEIGHT_GRAVE,
	 "an error of a file system",
	 {"EXT4-fs error", "Remounting filesystem read-only", "Filesystem has been shut down",
	  "Metadata corruption detected", "BTRFS critical", "Aborting journal on device",
	  "BTRFS: error"},
	 NULL},
	{"io-error",
	 FB_WEIGHT_SERIOUS,
	 "a failed request to a device",
	 {"I/O error, dev ", "Buffer I/O error on dev", "critical medium error",
	  "lost async page write"},
	 NULL},
	{"device-timeout",
	 FB_WEIGHT_SERIOUS,
	 "a device that does not answer",
	 {"NETDEV WATCHDOG", "timeout, aborting", "timeout, reset controller",
	  "timeout, disable controller", "attempting task abort", "resetting link"},
	 NULL},
	{"hardware-error",
	 FB_WEIGHT_SERIOUS,
	 "an error of the hardware",
	 {"[Hardware Error]", "PCIe Bus Error"},
	 NULL},
	{"nfs-server",
	 FB_WEIGHT_SERIOUS,
	 "an NFS server that does not answer",
	 {"not responding, still trying", "not responding, timed out"},
	 " OK"},
	{"table-full",
	 FB_WEIGHT_SERIOUS,
	 "a table or queue that is full",
	 {"table full, dropping packet", "file-max limit", "fork rejected by pids controller",
	  "Possible SYN flooding", "neighbor table overflow", "neighbour: "},
	 NULL},
	{"lock-order",
	 FB_WEIGHT_NOTABLE,
	 "locks taken in different orders",
	 {"possible circular locking dependency", "possible recursive locking"},
	 NULL},
	{"kernel-warning", FB_WEIGHT_NOTABLE, "a warning of the kernel", {"^WARNING: "}, NULL},
	{"process-fault",
	 FB_WEIGHT_NOTABLE,
	 "a process that crashed",
	 {": segfault at ", "general protection fault ip:"},
	 NULL},
};

/* The messages of one kind that the log has. */
struct seen {
	size_t count;
	size_t first, last; /* indexes of records */
};

static bool contains(const struct fb_log_record *record, const char *words)
{
	size_t length = strlen(words);

	if (words[0] == '^')
		return record->length >= length - 1 && !memcmp(record->text, words + 1, length - 1);
	return memmem(record->text, record->length, words, length) != NULL;
}

static bool matches(const struct fb_log_record *record, const struct message *message)
{
	for (size_t i = 0; i < MOST_WORDS && message->words[i]; i++)
		if (contains(record, message->words[i]))
			return true;
	return false;
}

/* The kind of message that a record is, NULL: of none. */
static const struct message *kind_of(const struct fb_log_record *record)
{
	if (!fb_log_is_of_kernel(record))
		return NULL;
	for (size_t i = 0; i < FB_ARRAY_SIZE(messages); i++)
		if (matches(record, &messages[i]))
			return &messages[i];
	return NULL;
}

/* Whether a message says that what the report told of is over: of "server a not responding" that is "server a OK". */
static bool ends(const struct fb_log_record *record, const char *over,
		 const struct fb_log_record *report)
{
	const size_t end = strlen(over);
	const size_t length = record->length > end ? record->length - end : 0;

	return length && !memcmp(record->text + length, over, end) && report->length > length &&
	       !memcmp(record->text, report->text, length) && report->text[length] == ' ';
}

/* Forgets the messages that this one says are over. Where there were reports of several servers, the first or the last
 * is of another one, and all are kept. */
static void forget(struct seen seen[], const struct fb_log *log, const struct fb_log_record *record)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(messages); i++)
		if (messages[i].over && seen[i].count &&
		    ends(record, messages[i].over, fb_log_get(log, seen[i].first)) &&
		    ends(record, messages[i].over, fb_log_get(log, seen[i].last)))
			seen[i].count = 0;
}

static void see(struct seen seen[], const struct fb_log *log, size_t index)
{
	const struct fb_log_record *record = fb_log_get(log, index);
	const struct message *kind = kind_of(record);
	struct seen *of_kind;

	if (!kind) {
		if (fb_log_is_of_kernel(record))
			forget(seen, log, record);
		return;
	}
	of_kind = &seen[kind - messages];
	if (!of_kind->count++)
		of_kind->first = index;
	of_kind->last = index;
}

/* "[  123.456789] " and the first line. */
static struct fb_error *add_record(const struct fb_log_record *record, struct fb_finding *finding)
{
	const char *end = memchr(record->text, '\n', record->length);
	char text[256];

	fb_text_escape(record->text, end ? (size_t)(end - record->text) : record->length, text,
		       sizeof(text));
	return fb_finding_evidence(finding, "[%5" PRIu64 ".%06" PRIu64 "] %s",
				   record->time_ns / 1000000000u,
				   record->time_ns % 1000000000u / 1000u, text);
}

static struct fb_error *add_seen(const struct fb_check *check, const struct fb_log *log,
				 const struct message *message, const struct seen *seen)
{
	size_t shown = 0;
	struct fb_finding *finding;
	struct fb_error *err;

	err = fb_findings_add(check->findings, message->weight, message->kind, "log", &finding,
			      "%zu report%s of %s in the log", seen->count,
			      seen->count == 1 ? "" : "s", message->what);
	for (size_t i = seen->first; i <= seen->last && !err && shown < seen->count; i++) {
		const struct fb_log_record *record = fb_log_get(log, i);

		if (kind_of(record) != message)
			continue;
		err = add_record(record, finding);
		shown++;
	}
	return err;
}

struct fb_error *fb_check_records(const struct fb_check *check, const struct fb_log *log)
{
	struct seen seen[FB_ARRAY_SIZE(messages)] = {0};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_log_count(log); i++)
		see(seen, log, i);
	for (size_t i = 0; i < FB_ARRAY_SIZE(messages) && !err; i++)
		if (seen[i].count)
			err = add_seen(check, log, &messages[i], &seen[i]);
	return err;
}

struct fb_error *fb_check_log(struct fb_check *check)
{
	struct fb_log *log;
	struct fb_error *err;

	if (check->options->log)
		return fb_check_records(check, check->options->log);
	err = fb_log_load(check->kernel, &log);
	if (err)
		return err;
	err = fb_check_records(check, log);
	fb_log_destroy(log);
	return err;
}
