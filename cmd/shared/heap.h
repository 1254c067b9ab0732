/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How malloc() keeps the program's memory.
 */
#ifndef FB_CMD_HEAP_H
#define FB_CMD_HEAP_H

/* For a program that soon takes tens of megabytes in large pieces: asks for huge pages below the
 * heap, and keeps large blocks in it. To be called once, before other threads start. A system that
 * does not grant this costs nothing. */
void fb_heap_prepare(void);

#endif
