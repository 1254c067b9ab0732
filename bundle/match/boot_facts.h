/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out why cores match no process of a dump: they may be from another host, from another boot, or
 * from processes that had ended. It compares what a core and a dump tell of the kernel and the machine, and
 * the result is a hint for the user. Called by input.c where none of the given cores matched.
 */
#ifndef FB_BUNDLE_BOOT_FACTS_H
#define FB_BUNDLE_BOOT_FACTS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"
#include "user/core/core.h"
#include "user/elf/build_id.h"

#define FB_BOOT_ID_TEXT 33u /* 32 digits and a NUL */

/* The facts that can be compared; "", 0 and NaN: unknown. */
struct fb_boot_facts {
	char boot_id[FB_BOOT_ID_TEXT]; /* lower-case hex without dashes */
	/* Build-ids of the vDSOs, which are part of the kernel; a core has one of them, by what it runs. */
	char vdso[FB_BUILD_ID_TEXT], vdso_32[FB_BUILD_ID_TEXT];
	uint64_t hwcap; /* AT_HWCAP: CPUID.1:EDX of the boot CPU */
	double taken_s; /* of a core: when it was written, in seconds since the epoch */
	/* taken_s is from the core's name; else it is its file's time, which a copy changes. */
	bool taken_by_name;
	double boot_s, crash_s; /* of a dump: boot and panic, in seconds since the epoch */
};

/* The strongest difference first. */
enum fb_boot_verdict {
	FB_BOOT_OTHER_HOST,   /* another processor */
	FB_BOOT_OTHER_KERNEL, /* another host, or this one with another kernel */
	FB_BOOT_OTHER_BOOT,
	FB_BOOT_OTHER_TIME, /* another boot, provided that its file's time is when it was written */
	FB_BOOT_SAME,       /* nothing differs: its process had ended before the panic */
	FB_BOOT_UNKNOWN,    /* there is nothing to compare */
};

FB_MUST_CHECK struct fb_error *fb_boot_facts_of_dump(struct fb_kernel *kernel,
						     const struct fb_tasks *tasks,
						     struct fb_boot_facts *facts_ret);
FB_MUST_CHECK struct fb_error *fb_boot_facts_of_core(struct fb_core *core,
						     struct fb_boot_facts *facts_ret);

/* Reads boot_id, taken_s and taken_by_name from a name core.COMM.UID.BOOT_ID.PID.TIME, with TIME in microseconds and
 * perhaps a suffix of compression: the names of systemd-coredump(8) and of capture. The parts of the name have no dots.
 * False, with nothing set, where it is no such name. */
bool fb_boot_facts_of_name(const char *name, struct fb_boot_facts *facts);

/* Compares the facts of a core with those of the dump. why (size bytes) gets what differs, such as "another kernel ran
 * there (...)"; for FB_BOOT_SAME what is equal; "" for FB_BOOT_UNKNOWN. */
enum fb_boot_verdict fb_boot_facts_compare(const struct fb_boot_facts *core,
					   const struct fb_boot_facts *dump, char *why,
					   size_t size);

#endif
