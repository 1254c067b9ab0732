/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF as it lies in memory: include/uapi/linux/btf.h, Documentation/bpf/btf.rst.
 * Little-endian; types are 4-byte aligned. Kinds are enum fb_type_kind (btf.h).
 */
#ifndef FB_SYMBOLS_BTF_FORMAT_H
#define FB_SYMBOLS_BTF_FORMAT_H

#include <stdint.h>

#define BTF_MAGIC 0xeb9f
#define BTF_VERSION 1

struct btf_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	/* In bytes; the offsets are relative to the end of the header. */
	uint32_t type_off, type_len;
	uint32_t str_off, str_len;
	/* Only where hdr_len >= 32 (222edc843c15, "btf: Add BTF kind layout encoding to UAPI"): an array
	 * of struct btf_layout, one for each kind, by which unknown kinds can be skipped. */
	uint32_t layout_off, layout_len;
};

/* Bytes of a header without layout_off and layout_len. */
#define BTF_HEADER_SHORT 24u

struct btf_layout {
	uint8_t info_size;    /* bytes that follow struct btf_type */
	uint8_t element_size; /* bytes of each of the vlen elements that follow those */
	uint16_t flags;
};

struct btf_type {
	uint32_t name_off; /* 0 where anonymous */
	uint32_t info;
	uint32_t size_or_type; /* bytes, or the id of the type referred to */
};

/* vlen had 16 bits and the kind 5 until f7a6b9eaff3e ("bpf: Extend BTF UAPI vlen, kinds to use
 * unused bits"); the other bits were 0. */
#define BTF_INFO_VLEN(info) ((info)&0xffffff)
#define BTF_INFO_KIND(info) ((info) >> 24 & 0x7f)
#define BTF_INFO_FLAG(info) ((info) >> 31)
#define BTF_KINDS 128u

/* The 32-bit word that follows the struct btf_type of an integer. */
#define BTF_INT_BITS(word) ((word)&0xff)
#define BTF_INT_OFFSET(word) ((word) >> 16 & 0xff)
#define BTF_INT_SIGNED(word) ((word) >> 24 & 1)
#define BTF_INT_CHAR(word) ((word) >> 25 & 1)
#define BTF_INT_BOOL(word) ((word) >> 26 & 1)

struct btf_array {
	uint32_t type;
	uint32_t index_type;
	uint32_t count;
};

struct btf_member {
	uint32_t name_off;
	uint32_t type;
	/* In bits. Where the struct's BTF_INFO_FLAG is set, bits 24-31 hold the size of a bit-field. */
	uint32_t offset;
};

#define BTF_MEMBER_BIT_OFFSET(offset) ((offset)&0xffffff)
#define BTF_MEMBER_BIT_SIZE(offset) ((offset) >> 24)

struct btf_enum {
	uint32_t name_off;
	uint32_t value; /* signed where the enum's flag is set (6000cdcc72b1, 6.0) */
};

struct btf_enum64 {
	uint32_t name_off;
	uint32_t low, high;
};

struct btf_param {
	uint32_t name_off; /* 0, with type 0, at the end of a variadic function ("...") */
	uint32_t type;
};

struct btf_var_secinfo {
	uint32_t type;
	uint32_t offset;
	uint32_t size;
};

#endif
