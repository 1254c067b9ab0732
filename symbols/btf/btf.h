/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF: the kernel's types, in its own memory (linux/btf.h, Documentation/bpf/btf.rst).
 * Parsed, then validated whole - every id, string offset, count and chain - and
 * only then asked. Split BTF (a module's) stands on the base it was made for.
 * The check ensures that every id refers to a type, that a type's size and its
 * members' places fit, and that types nest by value, typedefs and modifiers
 * counted, at most FB_MAX_TYPE_DEPTH deep (a pointer may lead back).
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

/* Takes data (from malloc()), on failure too. base (borrowed, must outlive the result) is NULL for
 * vmlinux. */
FB_MUST_CHECK struct fb_error *fb_btf_adopt(void *data, size_t size, const struct fb_btf *base,
					    struct fb_btf **btf_ret);
void fb_btf_destroy(struct fb_btf *btf);

/* Ids run from 1 to count; 0 is void. Ids of a split BTF begin behind its base's. */
uint32_t fb_btf_count(const struct fb_btf *btf);

/* The complete (not forward) type of this kind and name: the first of btf itself, else of its
 * base; one with members or enumerators before one without. FB_TYPE_ENUM finds enum64 too. Functions
 * are found by looking through all types (a millisecond), the others by hash. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_btf_find(const struct fb_btf *btf, enum fb_type_kind kind,
					   const char *name, uint32_t *id_ret);

/* The named struct, union, enum, typedef or integer whose name is most like this one; NULL where
 * none is near enough to have been meant (name_distance.h). Looks through all types (20 ms). Owned by btf or its base. */
const char *fb_btf_nearest(const struct fb_btf *btf, const char *name);

enum fb_type_kind fb_btf_kind(const struct fb_btf *btf, uint32_t id);
/* "" where anonymous. Owned by btf, valid UTF-8 not ensured. */
const char *fb_btf_name(const struct fb_btf *btf, uint32_t id);
/* Bytes, through typedefs, modifiers and arrays. FB_INVALID for a type without a size. */
FB_MUST_CHECK struct fb_error *fb_btf_sizeof(const struct fb_btf *btf, uint32_t id,
					     uint64_t *size_ret);
/* id with typedefs and modifiers (const, volatile, restrict, type tags) taken off. */
uint32_t fb_btf_strip(const struct fb_btf *btf, uint32_t id);
/* What a pointer, typedef, modifier, array (its element), variable, tag, function (its prototype)
 * or prototype (what it returns) refers to; else 0. */
uint32_t fb_btf_target(const struct fb_btf *btf, uint32_t id);
/* Elements of an array; members, enumerators or parameters of the others. */
uint32_t fb_btf_length(const struct fb_btf *btf, uint32_t id);
/* Whether an integer or enum is signed; whether an integer is bool or char. Before 6.0 BTF does not
 * tell an enum's sign: it is then signed where an enumerator's top bit is set. */
bool fb_btf_is_signed(const struct fb_btf *btf, uint32_t id);
bool fb_btf_is_bool(const struct fb_btf *btf, uint32_t id);
bool fb_btf_is_char(const struct fb_btf *btf, uint32_t id);

struct fb_btf_member {
	const char *name; /* "" for an anonymous struct or union */
	uint32_t type;
	uint32_t bit_size;   /* of a bit-field, at most its type's bits; else 0 */
	uint64_t bit_offset; /* from the start of the struct that was asked */
};

/* index < fb_btf_length(); id a struct or union (not stripped: strip it first). */
void fb_btf_member(const struct fb_btf *btf, uint32_t id, uint32_t index,
		   struct fb_btf_member *member_ret);

/* A member by name, through anonymous structs and unions; a path of names "a.b.c" descends into
 * named ones, and "a[3]" into arrays. id may be a typedef. FB_NOT_FOUND, with the nearest name
 * offered; FB_INVALID where the path or the type cannot be. */
FB_MUST_CHECK struct fb_error *fb_btf_find_member(const struct fb_btf *btf, uint32_t id,
						  const char *path,
						  struct fb_btf_member *member_ret);

/* The same where nobody reads why there is none: false then. */
bool fb_btf_has_member(const struct fb_btf *btf, uint32_t id, const char *path,
		       struct fb_btf_member *member_ret);

/* index < fb_btf_length() of an enum or enum64. */
void fb_btf_enumerator(const struct fb_btf *btf, uint32_t id, uint32_t index, const char **name_ret,
		       int64_t *value_ret);
/* The value of an enumerator by name. False: there is no such enum, or it has no such name; or btf is NULL. */
bool fb_btf_enumerator_value(const struct fb_btf *btf, const char *type, const char *name,
			     int64_t *value_ret);

/* C spelling: "struct list_head *", "unsigned int [4]". Always NUL-terminated. Returns to. */
char *fb_btf_spell(const struct fb_btf *btf, uint32_t id, char *to, size_t size);
/* The same around a name: "int (*handler)(struct pt_regs *)". */
char *fb_btf_declare(const struct fb_btf *btf, uint32_t id, const char *name, char *to,
		     size_t size);

#endif
