/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a running host would leave what is needed if it panicked now: checks of its kdump, its disk, its
 * cores and its sysctls against docs/hosts.md. Called by `fbundle doctor`.
 */
#ifndef FB_BUNDLE_DOCTOR_H
#define FB_BUNDLE_DOCTOR_H

#include <stddef.h>

#include "base/error.h"

enum fb_check_state {
	FB_CHECK_OK,
	FB_CHECK_WEAK,    /* a dump would come, and lack something, or come less often */
	FB_CHECK_BAD,     /* no dump would come */
	FB_CHECK_UNKNOWN, /* this host does not tell */
};

#define FB_MAX_CHECKS 32u

struct fb_check {
	const char *name; /* static; for scripts */
	enum fb_check_state state;
	char *found;        /* owned: what is there, as a text */
	const char *advice; /* static: what to do; NULL: nothing */
};

struct fb_doctor {
	struct fb_check checks[FB_MAX_CHECKS];
	size_t count;
};

/* "ok", "weak", "bad", "unknown". */
const char *fb_check_state_name(enum fb_check_state state);

/* Fills in doctor, for fb_doctor_deinit() in any case. root: the folder that the host's files, /proc and /sys
 * among them, are below; "" for this host. What cannot be read is a check that is unknown. */
FB_MUST_CHECK struct fb_error *fb_doctor_examine(const char *root, struct fb_doctor *doctor);
void fb_doctor_deinit(struct fb_doctor *doctor);

#endif
