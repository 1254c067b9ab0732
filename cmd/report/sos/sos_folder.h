/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder that appears whole or not at all: it is filled under another name beside its place, and gets its name at the
 * end. Within the sandbox no folder can be made or renamed, so a process that reads no input does that: it is forked
 * before the sandbox is entered, and waits. Called by report.c and by the files of this folder.
 */
#ifndef FB_CMD_REPORT_SOS_FOLDER_H
#define FB_CMD_REPORT_SOS_FOLDER_H

#include <sys/types.h>

#include "base/error.h"

struct fb_sos_folder {
	char *path;      /* owned: its place */
	char *temporary; /* owned: where it is filled */
	int channel;     /* to the process; -1: there is none */
	pid_t pid;
};

/* Makes the folder (mode 0700) with those below it and the links in it, and starts the process. To be called before any
 * thread is created. FB_INVALID: there is something at path; FB_OS. The caller calls fb_sos_folder_deinit() in any
 * case. */
FB_MUST_CHECK struct fb_error *fb_sos_folder_begin(const char *path, struct fb_sos_folder *folder);
/* Gives the folder its name. FB_INVALID: something has appeared there; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_sos_folder_commit(struct fb_sos_folder *folder);
/* Removes what was not committed, as the end of this process by a signal does too. */
void fb_sos_folder_deinit(struct fb_sos_folder *folder);

#endif
