/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The auxiliary vector that a process got at exec, of which the kernel keeps a copy in mm_struct.saved_auxv, in the
 * form of the program: pairs of 64 bits, or of 32 (fs/compat_binfmt_elf.c). Called by bundle/match, and for the
 * vectors of running processes by bundle/capture.
 */
#ifndef FB_KERNEL_SAVED_AUXV_H
#define FB_KERNEL_SAVED_AUXV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Pairs: AT_VECTOR_SIZE is at most 2 * (2 + 20 + 4) words so far; newer kernels may have more. */
#define FB_AUXV_PAIRS 64u

struct fb_auxv {
	uint64_t word[2 * FB_AUXV_PAIRS]; /* type and value, in turn */
	size_t pairs;                     /* before AT_NULL; 0: it could not be read */
	bool is_32bit;
};

/* The vector of the process whose mm_struct is at mm. FB_NOT_FOUND where the kernel has no such member; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_saved_auxv_read(const struct fb_kernel *kernel, uint64_t mm,
						  struct fb_auxv *auxv_ret);
/* Whether the pairs before AT_NULL are equal to those in words (as fb_auxv.word, `pairs` of them, AT_NULL included or
 * not), and there is at least one. */
bool fb_auxv_equal(const struct fb_auxv *auxv, const uint64_t *words, size_t pairs);
/* The value of the first entry of a type; 0: there is none. */
uint64_t fb_auxv_value(const uint64_t *words, size_t pairs, uint64_t type);
/* Writes the vector without AT_NULL to bytes, in words of the process's size. bytes is aligned to 4 and has room for
 * sizeof(auxv->word). Returns the size. */
size_t fb_auxv_bytes(const struct fb_auxv *auxv, void *bytes);

/* Whether a vector of size bytes is that of a 32-bit program: read as pairs of 64 bits, the upper half of a type is
 * then a value of 32 bits and so not 0, but no type needs more than 32 bits. */
bool fb_auxv_is_32bit(const void *bytes, size_t size);

#endif
