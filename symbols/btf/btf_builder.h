/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds BTF type by type. Each function that adds a type returns its id, by which later types refer to
 * it. Names are copied. The result is not checked here: fb_btf_adopt() checks it at the end. Each function
 * may fail with FB_NOMEM, and with FB_LIMIT where the whole becomes too large. Called by symbols/dwarf,
 * which turns DWARF into BTF, and by tests.
 */
#ifndef FB_SYMBOLS_BTF_BUILDER_H
#define FB_SYMBOLS_BTF_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "symbols/btf/btf.h"

struct fb_btf_builder {
	struct fb_buf types;   /* owned */
	struct fb_buf strings; /* owned */
	uint32_t count;        /* the last id given out */
};

/* An enumerator. */
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

/* size, here and below: of the type, in bytes. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_int(struct fb_btf_builder *builder, const char *name,
						  uint32_t size, enum fb_btf_encoding encoding,
						  uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_float(struct fb_btf_builder *builder,
						    const char *name, uint32_t size,
						    uint32_t *id_ret);
/* A pointer, typedef, modifier, function or variable: a kind that has no more than a name ("" for most of
 * them) and the id of the type that it refers to (target). */
FB_MUST_CHECK struct fb_error *fb_btf_builder_reference(struct fb_btf_builder *builder,
							enum fb_type_kind kind, const char *name,
							uint32_t target, uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_forward(struct fb_btf_builder *builder,
						      const char *name, bool is_union,
						      uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_array(struct fb_btf_builder *builder,
						    uint32_t element, uint32_t count,
						    uint32_t *id_ret);
/* kind is FB_TYPE_STRUCT or FB_TYPE_UNION. A struct with a bit-field stores its members' offsets in 24
 * bits: FB_UNSUPPORTED where a member of such a struct lies 2 MiB or more behind its start. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_composite(struct fb_btf_builder *builder,
							enum fb_type_kind kind, const char *name,
							uint32_t size,
							const struct fb_btf_member *members,
							size_t count, uint32_t *id_ret);
/* An enum; an enum64 where size is 8. */
FB_MUST_CHECK struct fb_error *fb_btf_builder_enum(struct fb_btf_builder *builder, const char *name,
						   uint32_t size, bool is_signed,
						   const struct fb_btf_value *values, size_t count,
						   uint32_t *id_ret);
FB_MUST_CHECK struct fb_error *fb_btf_builder_prototype(struct fb_btf_builder *builder,
							uint32_t returned,
							const uint32_t *parameters, size_t count,
							uint32_t *id_ret);

/* All that was added, as checked BTF, which the caller destroys. The builder cannot be used any further but
 * must still be deinitialised. Errors as fb_btf_adopt(). */
FB_MUST_CHECK struct fb_error *fb_btf_builder_finish(struct fb_btf_builder *builder,
						     struct fb_btf **btf_ret);

#endif
