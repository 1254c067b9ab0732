/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from a vmlinux's DWARF, for kernels built without BTF: the named structs
 * and all they embed or point to by name, turned into BTF so that there is one
 * model of types. And a vmlinux's build-id and ELF symbols.
 */
#ifndef FB_SYMBOLS_DWARF_TYPES_H
#define FB_SYMBOLS_DWARF_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/btf/btf.h"
#include "symbols/table/symtab.h"

/* names: structs, unions and typedefs wanted; those not found are left out. Types that are only
 * pointed to become forwards. FB_NOT_FOUND where the file has no DWARF. Read with libdw. */
FB_MUST_CHECK struct fb_error *fb_dwarf_types_load(const char *path, const char *const *names,
						   size_t count, struct fb_btf **btf_ret);

/* .symtab of an ELF file, addresses moved by bias (the KASLR offset). Read in a child
 * (base/isolate.h). */
FB_MUST_CHECK struct fb_error *fb_elf_symtab_load(const char *path, uint64_t bias,
						  struct fb_symtab **table_ret);

/* The GNU build-id as lower-case hex (to holds 2 * 64 + 1). FB_NOT_FOUND where there is none. */
FB_MUST_CHECK struct fb_error *fb_elf_build_id(const char *path, char *to, size_t size);

#endif
