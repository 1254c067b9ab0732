/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's unwind tables (ORC) from its vmlinux, for a dump that has lost them. Called by orc.c. */
#ifndef FB_KERNEL_ORC_FILE_H
#define FB_KERNEL_ORC_FILE_H

#include "kernel/stacks/orc.h"

struct fb_orc_file;

/* Reads the tables from the file at the path vmlinux. table_ret refers to memory of *file_ret, which must outlive it;
 * its version is set, for which entry_code is as in fb_orc_table_detect(). bias: the KASLR offset, in bytes.
 * FB_NOT_FOUND where the file has no such sections; FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_orc_file_open(const char *vmlinux, uint64_t bias,
						uint64_t entry_code, struct fb_orc_file **file_ret,
						struct fb_orc_table *table_ret);
void fb_orc_file_close(struct fb_orc_file *file); /* file may be NULL */

#endif
