/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program asks of the system for itself before it does anything: main() calls it.
 */
#ifndef FB_CMD_PROCESS_H
#define FB_CMD_PROCESS_H

/* To be called once, before other threads start. A system that does not grant a part costs nothing but that
 * part. */
void fb_process_prepare(void);

#endif
