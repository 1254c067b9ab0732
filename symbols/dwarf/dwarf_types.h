/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from a vmlinux's DWARF, for kernels that were built without BTF. The wanted structs, and all types
 * that they embed or point to, are converted to BTF, so that the rest of the program has only one model of
 * types.
 */
#ifndef FB_SYMBOLS_DWARF_TYPES_H
#define FB_SYMBOLS_DWARF_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/btf/btf.h"

/* Reads with libdw the structs, unions and typedefs of these names (count of them) from the file at path.
 * Names that it does not have are left out; structs that are only pointed to become forward declarations.
 * The caller destroys the result. FB_NOT_FOUND where the file has no DWARF. */
FB_MUST_CHECK struct fb_error *fb_dwarf_types_load(const char *path, const char *const *names,
						   size_t count, struct fb_btf **btf_ret);

#endif
