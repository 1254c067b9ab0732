/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: lines of KEY=VALUE that the kernel wrote of itself
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst).
 */
#ifndef FB_KERNEL_VMCOREINFO_H
#define FB_KERNEL_VMCOREINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_vmcoreinfo;

/* Copies text. Lines that are no KEY=VALUE are passed over. */
FB_MUST_CHECK struct fb_error *fb_vmcoreinfo_parse(const char *text,
						   struct fb_vmcoreinfo **info_ret);
void fb_vmcoreinfo_destroy(struct fb_vmcoreinfo *info);

/* The value behind "KEY=", or NULL. Owned by info. */
const char *fb_vmcoreinfo_get(const struct fb_vmcoreinfo *info, const char *key);
/* SYMBOL(name)=hex; NUMBER(name)=decimal or 0x; OFFSET/SIZE/LENGTH=decimal. False where missing
 * or malformed. */
bool fb_vmcoreinfo_symbol(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_number(const struct fb_vmcoreinfo *info, const char *name, int64_t *value_ret);
bool fb_vmcoreinfo_offset(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_size(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_length(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
/* KERNELOFFSET=hex (without 0x): the KASLR offset. False where missing. */
bool fb_vmcoreinfo_kaslr_offset(const struct fb_vmcoreinfo *info, uint64_t *value_ret);

#endif
