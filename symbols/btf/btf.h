/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF: the kernel's description of its own types, which lies in its memory (include/uapi/linux/btf.h,
 * Documentation/bpf/btf.rst). fb_btf_adopt() parses the data and then checks all of it: every id, string
 * offset, count and chain. Only checked BTF can be queried. fb_btf_open() does so part by part, for callers that need
 * few types, which mostly stand near the beginning. Split BTF, which a module has, extends the
 * base BTF that it was made for, which is the kernel's.
 * The check ensures that every id refers to a type, that a type's members lie within its size, and that
 * types nest at most FB_MAX_TYPE_DEPTH deep by value, typedefs and modifiers counted (a pointer to a type
 * may lead back to it). Called wherever a type or a member of the kernel is looked up.
 */
#ifndef FB_SYMBOLS_BTF_H
#define FB_SYMBOLS_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum fb_type_kind {
	FB_TYPE_VOID = 0, /* values are BTF_KIND_* */
	FB_TYPE_INT = 1,
	FB_TYPE_POINTER = 2,
	FB_TYPE_ARRAY = 3,
	FB_TYPE_STRUCT = 4,
	FB_TYPE_UNION = 5,
	FB_TYPE_ENUM = 6,
	FB_TYPE_FORWARD = 7,
	FB_TYPE_TYPEDEF = 8,
	FB_TYPE_VOLATILE = 9,
	FB_TYPE_CONST = 10,
	FB_TYPE_RESTRICT = 11,
	FB_TYPE_FUNCTION = 12,
	FB_TYPE_PROTOTYPE = 13,
	FB_TYPE_VARIABLE = 14,
	FB_TYPE_DATASEC = 15,
	FB_TYPE_FLOAT = 16,
	FB_TYPE_DECL_TAG = 17,
	FB_TYPE_TYPE_TAG = 18,
	FB_TYPE_ENUM64 = 19,
};

struct fb_btf;

/* Parses and checks size bytes of BTF. Takes over data (from malloc()), on failure too. base is borrowed
 * and must outlive the result; it is NULL for the kernel's own BTF. Errors: FB_TRUNCATED, FB_CORRUPT,
 * FB_UNSUPPORTED (a version or kind of type that is not handled), FB_LIMIT (more than FB_MAX_BTF_BYTES),
 * FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_btf_adopt(void *data, size_t size, const struct fb_btf *base,
					    struct fb_btf **btf_ret);
void fb_btf_destroy(struct fb_btf *btf);

/* Reads `size` bytes from `offset` on, both within the size that fb_btf_open() was given. */
struct fb_btf_source {
	struct fb_error *(*read)(void *context, uint64_t offset, void *to, size_t size);
	void *context;
};

/* BTF of size bytes without a base, which is read in parts, from its first type on: fb_btf_open() reads the header, and
 * fb_btf_extend() the next eighth of the types, or all that is left, with the names of these types. Types that have
 * been read are checked as far as what they refer to has been; ids that are not read yet count as void. Until
 * fb_btf_is_whole() no other thread may use it. After an error it can only be destroyed. Errors: as fb_btf_adopt(), and
 * those of the source, which has to exist until all is read. */
FB_MUST_CHECK struct fb_error *fb_btf_open(const struct fb_btf_source *source, size_t size,
					   struct fb_btf **btf_ret);
FB_MUST_CHECK struct fb_error *fb_btf_extend(struct fb_btf *btf, bool all);
bool fb_btf_is_whole(const struct fb_btf *btf);
/* Whether a type has been read, and all that it holds by value: its size and its members are then known. */
bool fb_btf_is_read(const struct fb_btf *btf, uint32_t id);

/* The highest type id. Ids run from 1 to this one; 0 is void. The ids of a split BTF continue those of its
 * base. The functions below take any id: one out of range counts as void. */
uint32_t fb_btf_count(const struct fb_btf *btf);

/* The type of this kind and name that is complete, that is, no forward declaration. btf itself is searched
 * before its base; of several there, one with members or enumerators is preferred, else the first is taken.
 * FB_TYPE_ENUM finds enum64 too. A function is searched in all types (a millisecond), other kinds in a hash
 * table. FB_NOT_FOUND where there is none; FB_INVALID where name is empty. */
FB_MUST_CHECK struct fb_error *fb_btf_find(const struct fb_btf *btf, enum fb_type_kind kind,
					   const char *name, uint32_t *id_ret);

/* The name of the struct, union, enum, typedef or integer whose name is most like this one; NULL where
 * none is so similar that it can have been meant (name_distance.h). Looks through all types (20 ms). The
 * name is owned by btf or its base. */
const char *fb_btf_nearest(const struct fb_btf *btf, const char *name);

enum fb_type_kind fb_btf_kind(const struct fb_btf *btf, uint32_t id);
/* The name of a type, "" where it has none. Owned by btf; it may be invalid UTF-8. */
const char *fb_btf_name(const struct fb_btf *btf, uint32_t id);
/* The size of a type in bytes. Typedefs and modifiers are followed, an array counts with all its elements.
 * FB_INVALID for a type without a size (void, a function, a forward declaration). */
FB_MUST_CHECK struct fb_error *fb_btf_sizeof(const struct fb_btf *btf, uint32_t id,
					     uint64_t *size_ret);
/* The type that is left when typedefs and modifiers (const, volatile, restrict, type tags) are taken off. */
uint32_t fb_btf_strip(const struct fb_btf *btf, uint32_t id);
/* The id of the type that this one refers to: what a pointer points to, what a typedef, modifier, variable
 * or tag stands for, the element of an array, the prototype of a function, or what a prototype returns.
 * 0 for other kinds. */
uint32_t fb_btf_target(const struct fb_btf *btf, uint32_t id);
/* How many elements an array has; of other kinds, how many members, enumerators or parameters. */
uint32_t fb_btf_length(const struct fb_btf *btf, uint32_t id);
/* Whether an integer or enum is signed; whether an integer is bool or char. BTF of kernels before 6.0 does
 * not say whether an enum is signed: it then counts as signed where the top bit of an enumerator is set. */
bool fb_btf_is_signed(const struct fb_btf *btf, uint32_t id);
bool fb_btf_is_bool(const struct fb_btf *btf, uint32_t id);
bool fb_btf_is_char(const struct fb_btf *btf, uint32_t id);

struct fb_btf_member {
	const char *name;    /* "" for an anonymous struct or union; owned by the BTF */
	uint32_t type;       /* id */
	uint32_t bit_size;   /* bits of a bit-field, at most as many as its type has; else 0 */
	uint64_t bit_offset; /* bits from the start of the struct whose id was given */
};

/* The member at index, which must be below fb_btf_length(). id must be a struct or union itself: call
 * fb_btf_strip() first where it may be a typedef of one. */
void fb_btf_member(const struct fb_btf *btf, uint32_t id, uint32_t index,
		   struct fb_btf_member *member_ret);

/* A member by name. Members of anonymous structs and unions are found too; a path "a.b.c" descends into
 * named ones, and "a[3]" into arrays. id may be a typedef. Errors: FB_NOT_FOUND, whose message offers the
 * most similar name; FB_INVALID where the path is malformed, its index is out of range, or the type has no
 * members; FB_LIMIT after FB_MAX_MEMBER_VISITS members. */
FB_MUST_CHECK struct fb_error *fb_btf_find_member(const struct fb_btf *btf, uint32_t id,
						  const char *path,
						  struct fb_btf_member *member_ret);

/* The same without an error object, for callers that need no reason: false where there is no such member. */
bool fb_btf_has_member(const struct fb_btf *btf, uint32_t id, const char *path,
		       struct fb_btf_member *member_ret);

/* The name (owned by btf) and value of the enumerator at index, which must be below fb_btf_length(), of an
 * enum or enum64. */
void fb_btf_enumerator(const struct fb_btf *btf, uint32_t id, uint32_t index, const char **name_ret,
		       int64_t *value_ret);
/* The value of the enumerator `name` of the enum `type`. False where there is no such enum or enumerator,
 * or where btf is NULL. */
bool fb_btf_enumerator_value(const struct fb_btf *btf, const char *type, const char *name,
			     int64_t *value_ret);

/* Writes an enumerator's name, or what is left of it without a prefix, as tools for people have it: in lower case and
 * escaped. to: size bytes, NUL-terminated, at least 1. Returns `to`. */
char *fb_btf_word(const char *name, char *to, size_t size);
/* Writes the name of the enumerator with this value as tools for people have it, without its prefix, in lower case and
 * escaped ("socket_filter" of BPF_PROG_TYPE_SOCKET_FILTER), to `to`, of size bytes and NUL-terminated. Where the enum
 * has none whose name begins with prefix, or btf is NULL, it is the number. */
void fb_btf_enumerator_word(const struct fb_btf *btf, uint32_t id, const char *prefix,
			    uint64_t value, char *to, size_t size);

/* Spells a type as C does: "struct list_head *", "unsigned int [4]". The text is cut to size bytes and
 * always NUL-terminated (unless size is 0). Returns `to`. */
char *fb_btf_spell(const struct fb_btf *btf, uint32_t id, char *to, size_t size);
/* The same for a declaration of name: "int (*handler)(struct pt_regs *)". */
char *fb_btf_declare(const struct fb_btf *btf, uint32_t id, const char *name, char *to,
		     size_t size);

#endif
