/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from a vmlinux's DWARF, for kernels built without BTF: the named structs
 * and all they embed or point to by name, turned into BTF so that there is one
 * model of types.
 */
#ifndef FB_SYMBOLS_DWARF_TYPES_H
#define FB_SYMBOLS_DWARF_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/btf/btf.h"

/* names: structs, unions and typedefs wanted; those not found are left out. Types that are only
 * pointed to become forwards. FB_NOT_FOUND where the file has no DWARF. Read with libdw. */
FB_MUST_CHECK struct fb_error *fb_dwarf_types_load(const char *path, const char *const *names,
						   size_t count, struct fb_btf **btf_ret);

#endif
