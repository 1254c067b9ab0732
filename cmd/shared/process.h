/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prepares the program's own process before it does anything: settings of memory, descriptors and signals. Called by
 * main().
 */
#ifndef FB_CMD_PROCESS_H
#define FB_CMD_PROCESS_H

/* To be called once, before other threads start. A setting that the system refuses is left out. */
void fb_process_prepare(void);

#endif
