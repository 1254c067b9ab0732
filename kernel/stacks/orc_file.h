/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own unwind tables out of its vmlinux, for a dump that has lost them. */
#ifndef FB_KERNEL_ORC_FILE_H
#define FB_KERNEL_ORC_FILE_H

#include "kernel/stacks/orc.h"

struct fb_orc_file;

/* table_ret lies in the result, which must outlive it; its version is told too, for which entry_code is as in
 * fb_orc_table_detect(). bias: what the kernel was moved by (KASLR). FB_NOT_FOUND: the file has no such
 * sections; FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_orc_file_open(const char *vmlinux, uint64_t bias,
						uint64_t entry_code, struct fb_orc_file **file_ret,
						struct fb_orc_table *table_ret);
void fb_orc_file_close(struct fb_orc_file *file); /* NULL is fine */

#endif
