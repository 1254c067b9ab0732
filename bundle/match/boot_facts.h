/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where cores come from that match no process of a dump: another host, another boot, or processes
 * that had ended. input.c asks where none of the cores given matched; the answer is a hint, drawn
 * from what a core tells of the kernel and the machine that it was taken on.
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

/* What can be held against each other; "", 0 and NaN: unknown. */
struct fb_boot_facts {
	char boot_id[FB_BOOT_ID_TEXT]; /* lower-case hex without dashes */
	char vdso[FB_BUILD_ID_TEXT];   /* build-id of the vDSO, which is part of the kernel */
	uint64_t hwcap;                /* AT_HWCAP: CPUID.1:EDX of the boot CPU */
	double taken_s;                /* a core: when, since the epoch */
	bool taken_by_name;     /* by its name; else by its file's time, which a copy changes */
	double boot_s, crash_s; /* a dump: between these */
};

/* The most telling first. */
enum fb_boot_verdict {
	FB_BOOT_OTHER_HOST,   /* another processor */
	FB_BOOT_OTHER_KERNEL, /* another host, or this one with another kernel */
	FB_BOOT_OTHER_BOOT,
	FB_BOOT_OTHER_TIME, /* another boot, if its file's time is when it was taken */
	FB_BOOT_SAME,       /* nothing differs: its process had ended */
	FB_BOOT_UNKNOWN,    /* nothing to compare */
};

FB_MUST_CHECK struct fb_error *fb_boot_facts_of_dump(struct fb_kernel *kernel,
						     const struct fb_tasks *tasks,
						     struct fb_boot_facts *facts_ret);
FB_MUST_CHECK struct fb_error *fb_boot_facts_of_core(struct fb_core *core,
						     struct fb_boot_facts *facts_ret);

/* What a name core.COMM.UID.BOOT_ID.PID.TIME says, TIME in microseconds and maybe a suffix of compression behind
 * it: systemd-coredump's names (systemd-coredump(8)), and those of capture. Sets boot_id, taken_s and
 * taken_by_name, or nothing where it is no such name: false. The parts of a name hold no dots. */
bool fb_boot_facts_of_name(const char *name, struct fb_boot_facts *facts);

/* Holds what a core tells against what the dump does. why[size] gets what differs, as in "another kernel ran
 * there (...)"; for FB_BOOT_SAME what is equal; "" for FB_BOOT_UNKNOWN. */
enum fb_boot_verdict fb_boot_facts_compare(const struct fb_boot_facts *core,
					   const struct fb_boot_facts *dump, char *why,
					   size_t size);

#endif
