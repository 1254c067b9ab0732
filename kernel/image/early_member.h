/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up a member whose type may have been read although types are left. Called for names of kernel threads. */
#ifndef FB_KERNEL_EARLY_MEMBER_H
#define FB_KERNEL_EARLY_MEMBER_H

#include "kernel/image/kernel.h"

/* Fills the field (whose name becomes label, which is static) of a struct's member, if types are left and the struct is
 * among those that have been read. False where not: fb_kernel_layout() then has the member, after it has read all. */
bool fb_kernel_early_member(const struct fb_kernel *kernel, const char *type, const char *member,
			    const char *label, struct fb_field *field_ret);

#endif
