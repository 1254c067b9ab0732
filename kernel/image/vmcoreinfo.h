/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: lines of KEY=VALUE in which the kernel describes itself to readers of
 * dumps (Documentation/admin-guide/kdump/vmcoreinfo.rst). Called when a kernel is
 * opened, and for values that only VMCOREINFO has.
 */
#ifndef FB_KERNEL_VMCOREINFO_H
#define FB_KERNEL_VMCOREINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fb_vmcoreinfo;

/* Parses a copy of text. Lines that are no KEY=VALUE are ignored. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_vmcoreinfo_parse(const char *text,
						   struct fb_vmcoreinfo **info_ret);
void fb_vmcoreinfo_destroy(struct fb_vmcoreinfo *info);

/* All of it, as it was given to fb_vmcoreinfo_parse(). Borrowed. */
const char *fb_vmcoreinfo_text(const struct fb_vmcoreinfo *info);
/* The value behind "KEY=", or NULL. Owned by info. */
const char *fb_vmcoreinfo_get(const struct fb_vmcoreinfo *info, const char *key);
/* The values of SYMBOL(name)=hexadecimal, NUMBER(name)=decimal or 0x..., OFFSET(name), SIZE(name) and LENGTH(name),
 * which are decimal. False where the line is missing or malformed. */
bool fb_vmcoreinfo_symbol(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_number(const struct fb_vmcoreinfo *info, const char *name, int64_t *value_ret);
bool fb_vmcoreinfo_offset(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_size(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
bool fb_vmcoreinfo_length(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret);
/* KERNELOFFSET=hex (without 0x): the KASLR offset. False where missing. */
bool fb_vmcoreinfo_kaslr_offset(const struct fb_vmcoreinfo *info, uint64_t *value_ret);

#endif
