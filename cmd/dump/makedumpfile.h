/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fbundle makedumpfile: `fbundle dump` in makedumpfile's place, as kdump-tools calls it once `fbundle dump
 * --install` was done.
 */
#ifndef FB_CMD_DUMP_MAKEDUMPFILE_H
#define FB_CMD_DUMP_MAKEDUMPFILE_H

/* Runs dump() with makedumpfile's arguments, argv[0] aside, in a child; it is given those of `fbundle dump`
 * and returns the exit status. Where it fails or dies before it has written anything, the next of these is
 * tried: dump() with no more than the filter (--keep none); the makedumpfile of PATH; and, to standard
 * output, all of the memory as it is. Returns the exit status: 0 where a dump was written, one with a part
 * missing too. */
int fb_makedumpfile(int argc, char **argv, int (*dump)(int argc, char **argv));

#endif
