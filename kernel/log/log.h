/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log: the lockless ring buffer of 5.10 and newer (printk_ringbuffer.h,
 * 896fbe20b4e2), or the records in log_buf before it (kernel/printk/printk.c). Called by
 * the command log, and where the message of the panic is needed.
 */
#ifndef FB_KERNEL_LOG_H
#define FB_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_log_record {
	uint64_t sequence;
	uint64_t time_ns; /* nanoseconds since boot */
	const char *text; /* length bytes, raw, with newlines possible. Owned by the log */
	uint32_t length;
	uint32_t caller;  /* TID, or 0x80000000 + CPU in interrupts; 0 where unknown */
	uint8_t level;    /* 0 (emergency) to 7 (debug) */
	uint8_t facility; /* 0: the kernel */
	bool truncated;   /* the ring has fewer bytes of text than the record claims */
};

/* Whether the kernel itself wrote it: what is written to /dev/kmsg has another facility, which the writer chooses, but
 * never the kernel's (devkmsg_write()). */
static inline bool fb_log_is_of_kernel(const struct fb_log_record *record)
{
	return record->facility == 0;
}

struct fb_log;

/* Copies all records, oldest first. Where the kernel was opened with memory_only and the log cannot be read whole
 * without symbols and types, fb_kernel_complete() is called. FB_NOT_FOUND where this kernel has neither kind of log. */
FB_MUST_CHECK struct fb_error *fb_log_load(struct fb_kernel *kernel, struct fb_log **log_ret);
void fb_log_destroy(struct fb_log *log);

size_t fb_log_count(const struct fb_log *log);
const struct fb_log_record *fb_log_get(const struct fb_log *log, size_t index);
/* How many records between the oldest and the newest one are missing, because the kernel overwrote them or they
 * cannot be read. */
uint64_t fb_log_lost(const struct fb_log *log);

/* Appends the record as dmesg and makedumpfile --dump-dmesg print it: "[    1.234567] text\n", with further lines of
 * the record indented by spaces. Control characters and bytes above 0x7f become \xHH. */
FB_MUST_CHECK struct fb_error *fb_log_format(const struct fb_log_record *record,
					     struct fb_buf *buf);

/* The records that tell of the panic, by their indexes. */
struct fb_log_panic {
	size_t message; /* the record that names the panic: "Kernel panic - not syncing: ...", else
			 * the last "sysrq: Trigger a crash", "BUG: ...", "Oops: ..." */
	size_t first; /* the first record of the last report (oops, BUG, warning, hung task) up to it */
};
/* False where no record tells of a panic. */
bool fb_log_panic(const struct fb_log *log, struct fb_log_panic *panic_ret);
/* "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", as in dmesg(1). Static. */
const char *fb_log_level_name(unsigned level);
/* "kern", "user", ...; "unknown" for a number that has no name. Static. */
const char *fb_log_facility_name(unsigned facility);

#endif
