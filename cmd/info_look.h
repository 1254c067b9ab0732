/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what in a dump is stuck, and what to look at first. Called by info.c. */
#ifndef FB_CMD_INFO_LOOK_H
#define FB_CMD_INFO_LOOK_H

#include "bundle/input/panic.h"
#include "cmd/shared/command.h"

struct fb_info_look {
	bool tasks_known;       /* false: neither uninterruptible nor waits are known */
	size_t uninterruptible; /* threads in D state */
	bool waits_known;       /* false: deadlocks and deadlocked are not known */
	size_t deadlocks;
	size_t deadlocked;    /* threads in deadlocks */
	char what[512];       /* what to look at first; raw bytes, escape before showing */
	const char *command;  /* the command of fbundle that shows it: "waits", "bt"... Static */
	const char *argument; /* its argument after INPUT; "": none. Static */
};

/* How a host ended, which says what to ask first. */
enum fb_info_way {
	FB_INFO_CRASH, /* a fault: its stack says where */
	/* It hung, and a user or a watchdog for tasks took the dump; or that came from outside, as of virsh dump. */
	FB_INFO_HANG,
	FB_INFO_LOCKUP, /* a watchdog for CPUs: what they ran */
	FB_INFO_MEMORY, /* no memory was left: who has it */
};
enum fb_info_way fb_info_way_of(const struct fb_panic *panic);

/* What cannot be found out is a warning; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_info_look(struct fb_context *context, struct fb_input *input,
					    const struct fb_panic *panic,
					    struct fb_info_look *look_ret);

#endif
