/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One DWARF type after the other into a BTF builder; each only once. Types that
 * are embedded come along whole, named structs and unions behind a pointer as forwards.
 */
#ifndef FB_SYMBOLS_DWARF_CONVERT_H
#define FB_SYMBOLS_DWARF_CONVERT_H

#include <elfutils/libdw.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "symbols/btf/btf_builder.h"

struct fb_dwarf_converter {
	struct fb_btf_builder builder;
	struct fb_u64_map done; /* the BTF id of each type that was converted, by where it stands */
};

FB_MUST_CHECK struct fb_error *fb_dwarf_converter_init(struct fb_dwarf_converter *converter);
void fb_dwarf_converter_deinit(struct fb_dwarf_converter *converter);

/* The type that die describes, whole. */
FB_MUST_CHECK struct fb_error *fb_dwarf_convert(struct fb_dwarf_converter *converter,
						Dwarf_Die *die, uint32_t *id_ret);

#endif
