/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes saved guests of qemu, word by word, behind the bytes that are there.
 */
#ifndef FB_TESTS_KERNEL_MAKE_QEVM_H
#define FB_TESTS_KERNEL_MAKE_QEVM_H

#include "tests/kernel/make_kdump.h"

void mk_qevm_put(struct mk_bytes *bytes, const void *data, size_t size);
void mk_qevm_u8(struct mk_bytes *bytes, uint8_t value);
void mk_qevm_u32(struct mk_bytes *bytes, uint32_t value);
void mk_qevm_u64(struct mk_bytes *bytes, uint64_t value);
void mk_qevm_name(struct mk_bytes *bytes, const char *name);

/* Up to the configuration; bytes are empty before. */
void mk_qevm_begin(struct mk_bytes *bytes, const char *machine);
/* The head of the memory's section, and its end. */
void mk_qevm_section(struct mk_bytes *bytes, uint8_t type);
void mk_qevm_end(struct mk_bytes *bytes);
/* Pairs of a block's name and bytes, NULL behind the last. */
void mk_qevm_blocks(struct mk_bytes *bytes, const char *const names[], const uint64_t lengths[]);
/* A page of a block (NULL: of the last page's) that is to be that of frame pfn. */
void mk_qevm_page(struct mk_bytes *bytes, const char *block, uint64_t offset, uint64_t pfn);
void mk_qevm_filled(struct mk_bytes *bytes, uint64_t offset, uint8_t byte);

/* A saved guest of this machine and memory, of which the page at an offset of its RAM is at physical address `at`. */
void mk_qevm_expect_at(const char *machine, uint64_t memory, uint64_t page, uint64_t at);

/* Page pfn of the dump is mk_page() of wanted. */
void mk_expect_page(struct fb_dump *dump, uint64_t pfn, uint64_t wanted);

#endif
