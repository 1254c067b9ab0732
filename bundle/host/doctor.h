/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks whether a running host would leave a useful dump if it panicked now: its kdump, its disk, its cores and its
 * sysctls, against docs/hosts.md. Called by `fbundle doctor`.
 */
#ifndef FB_BUNDLE_DOCTOR_H
#define FB_BUNDLE_DOCTOR_H

#include <stddef.h>

#include "base/error.h"

enum fb_check_state {
	FB_CHECK_OK,
	FB_CHECK_WEAK,    /* a dump would be written, but lack something, or fail in some cases */
	FB_CHECK_BAD,     /* no dump would be written */
	FB_CHECK_UNKNOWN, /* it cannot be found out on this host */
};

#define FB_MAX_CHECKS 32u

struct fb_check {
	const char *name; /* static; for scripts */
	enum fb_check_state state;
	char *found;        /* owned; a text with what was found */
	const char *advice; /* static; what to do; NULL: nothing */
};

struct fb_doctor {
	struct fb_check checks[FB_MAX_CHECKS];
	size_t count;
};

/* "ok", "weak", "bad", "unknown". */
const char *fb_check_state_name(enum fb_check_state state);

/* Runs all checks and fills doctor, which the caller frees with fb_doctor_deinit(), after an error too. root: the
 * folder with the host's files, /proc and /sys included; "" for this host. Where a file is not there or may not be
 * read, the check is FB_CHECK_UNKNOWN. FB_NOMEM, FB_EXHAUSTED; FB_OS where reading fails otherwise. */
FB_MUST_CHECK struct fb_error *fb_doctor_examine(const char *root, struct fb_doctor *doctor);
void fb_doctor_deinit(struct fb_doctor *doctor);

#endif
