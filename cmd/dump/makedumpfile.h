/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fbundle makedumpfile: runs `fbundle dump` in place of makedumpfile. kdump-tools calls it after `fbundle dump
 * --install`.
 */
#ifndef FB_CMD_DUMP_MAKEDUMPFILE_H
#define FB_CMD_DUMP_MAKEDUMPFILE_H

/* argv has the arguments of makedumpfile. Runs dump(), which takes the arguments of `fbundle dump` and returns an exit
 * status, in a child process. Where it fails or dies before it has written anything, the next of these is tried: dump()
 * with the filter only (--keep none); the makedumpfile in PATH; and, for standard output, all memory unfiltered.
 * Returns the exit status: 0 where a dump was written, even if a part is missing. */
int fb_makedumpfile(int argc, char **argv, int (*dump)(int argc, char **argv));

#endif
