/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings in a made kernel, in a maple tree or a list. */
#ifndef FB_TESTS_KERNEL_MADE_VMAS_H
#define FB_TESTS_KERNEL_MADE_VMAS_H

#include "tests/kernel/made_kernel.h"

/* An encoded node pointer of a child has its type alone; the root's has a tag too. */
enum made_maple { MADE_LEAF_64 = 1, MADE_RANGE_64 = 2, MADE_ARANGE_64 = 3 };
#define MADE_MAPLE_TAG 2u

/* Puts the members of mm_struct, vm_area_struct and maple nodes somewhere; with_tree: a kernel
 * with maple trees, else one with lists. */
void made_vma_members(struct made_kernel *made, bool with_tree);
uint64_t made_mm(struct made_kernel *made);
uint64_t made_vma(struct made_kernel *made, uint64_t start, uint64_t end, uint64_t file);
/* A node; its encoded pointer. */
uint64_t made_maple_node(struct made_kernel *made, enum made_maple type);
void made_maple_pivot(struct made_kernel *made, uint64_t node, unsigned index, uint64_t pivot);
void made_maple_slot(struct made_kernel *made, uint64_t node, unsigned index, uint64_t entry);
/* Gives mm a tree of one leaf with these mappings (at most 7, in order of address). */
void made_mm_tree(struct made_kernel *made, uint64_t mm, const uint64_t *vmas, size_t count);
void made_mm_list(struct made_kernel *made, uint64_t mm, const uint64_t *vmas, size_t count);

#endif
