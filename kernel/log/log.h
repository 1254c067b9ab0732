/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log: the lockless ring buffer of 5.10 and newer (printk_ringbuffer.h,
 * 896fbe20b4e2), or the records in log_buf before it (kernel/printk/printk.c).
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
	uint64_t time_ns; /* since boot */
	const char *text; /* length bytes, raw; newlines may stand within. Owned by the log */
	uint32_t length;
	uint32_t caller;  /* TID, or 0x80000000 + CPU in interrupts; 0 where unknown */
	uint8_t level;    /* 0 (emergency) to 7 (debug) */
	uint8_t facility; /* 0: the kernel */
	bool truncated;   /* the ring held less than the record says */
};

struct fb_log;

/* Copies all records, oldest first. Of a kernel opened with memory_only the rest is loaded where the log
 * cannot be read whole without it (fb_kernel_complete()). FB_NOT_FOUND where this kernel has neither kind of log. */
FB_MUST_CHECK struct fb_error *fb_log_load(struct fb_kernel *kernel, struct fb_log **log_ret);
void fb_log_destroy(struct fb_log *log);

size_t fb_log_count(const struct fb_log *log);
const struct fb_log_record *fb_log_get(const struct fb_log *log, size_t index);
/* Records between the oldest and the newest that were not kept by the kernel, or not readable. */
uint64_t fb_log_lost(const struct fb_log *log);

/* Appends the record as dmesg and makedumpfile --dump-dmesg print it: "[    1.234567] text\n",
 * lines after a record's first indented by spaces; control characters and bytes behind ASCII
 * become \xHH. */
FB_MUST_CHECK struct fb_error *fb_log_format(const struct fb_log_record *record,
					     struct fb_buf *buf);

/* Where the log tells of the end. */
struct fb_log_panic {
	size_t message; /* the record that names the panic: "Kernel panic - not syncing: ...", else
			 * the last "sysrq: Trigger a crash", "BUG: ...", "Oops: ..." */
	size_t first;   /* where the last report (oops, BUG, warning, hung task) up to it begins */
};
/* False where no record says so. */
bool fb_log_panic(const struct fb_log *log, struct fb_log_panic *panic_ret);
/* The first line of that record, escaped as by fb_text_escape(); "" if there is none. Returns to. */
char *fb_log_panic_message(const struct fb_log *log, char *to, size_t size);

/* "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", as dmesg(1) has them. */
const char *fb_log_level_name(unsigned level);
/* "kern", "user", ...; "unknown" behind the last. */
const char *fb_log_facility_name(unsigned facility);

#endif
