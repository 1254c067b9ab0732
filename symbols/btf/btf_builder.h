/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes BTF, type by type; an id is given out with each and refers to it from
 * then on. What it writes is not checked here: fb_btf_adopt() does that.
 */
#ifndef FB_SYMBOLS_BTF_BUILDER_H
#define FB_SYMBOLS_BTF_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "symbols/btf/btf.h"

struct fb_btf_builder {
	struct fb_buf types;
	struct fb_buf strings;
	uint32_t count; /* the last id given out */
};

struct fb_btf_value {
	const char *name;
	int64_t value;
};

enum fb_btf_encoding {
	FB_BTF_UNSIGNED = 0,
	FB_BTF_SIGNED = 1,
	FB_BTF_CHAR = 2,
	FB_BTF_BOOL = 4,
};

FB_MUST_CHECK struct fb_error *fb_btf_builder_init(struct fb_btf_builder *builder);
void fb_btf_builder_deinit(struct fb_btf_builder *builder);

FB_MUST_CHECK struct fb_error *fb_btf_builder_int(struct fb_btf_builder *builder, const char *name,
						  uint32_t size, enum fb_btf_encoding encoding,
						  uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_float(struct fb_btf_builder *builder,
						    const char *name, uint32_t size,
						    uint32_t *id_ret);
/* A pointer, typedef, modifier, function or variable: what only has a name ("" for most) and an id. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_reference(struct fb_btf_builder *builder,
							enum fb_type_kind kind, const char *name,
							uint32_t target, uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_forward(struct fb_btf_builder *builder,
						      const char *name, bool is_union,
						      uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_array(struct fb_btf_builder *builder,
						    uint32_t element, uint32_t count,
						    uint32_t *id_ret);
/* kind is FB_TYPE_STRUCT or FB_TYPE_UNION. FB_UNSUPPORTED where a bit-field makes offsets end at
 * 2 MiB (24 bits) and a member lies behind that. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_composite(struct fb_btf_builder *builder,
							enum fb_type_kind kind, const char *name,
							uint32_t size,
							const struct fb_btf_member *members,
							size_t count, uint32_t *id_ret);
/* enum64 where size is 8. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_enum(struct fb_btf_builder *builder, const char *name,
						   uint32_t size, bool is_signed,
						   const struct fb_btf_value *values, size_t count,
						   uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_prototype(struct fb_btf_builder *builder,
							uint32_t returned,
							const uint32_t *parameters, size_t count,
							uint32_t *id_ret);

/* The whole as BTF; the builder is used up but must still be deinitialised. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_finish(struct fb_btf_builder *builder,
						     struct fb_btf **btf_ret);

#endif
