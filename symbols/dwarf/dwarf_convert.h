/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Converts single DWARF types to BTF, each only once. Types that are embedded in a converted one are
 * converted whole; named structs and unions that are only pointed to become forward declarations.
 * Called by dwarf_types.c.
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
	struct fb_u64_map done; /* the BTF id of each converted type, by the place of its DIE */
};

FB_MUST_CHECK struct fb_error *fb_dwarf_converter_init(struct fb_dwarf_converter *converter);
void fb_dwarf_converter_deinit(struct fb_dwarf_converter *converter);

/* Converts the type that die describes, whole. Errors: FB_CORRUPT (types nested too deep, an impossible
 * size), FB_UNSUPPORTED, and those of fb_btf_builder_*(). */
FB_MUST_CHECK struct fb_error *fb_dwarf_convert(struct fb_dwarf_converter *converter,
						Dwarf_Die *die, uint32_t *id_ret);

#endif
