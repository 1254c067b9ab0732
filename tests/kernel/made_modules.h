/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules in a made kernel, for the tests of kernel/modules. */
#ifndef FB_TESTS_KERNEL_MADE_MODULES_H
#define FB_TESTS_KERNEL_MADE_MODULES_H

#include "tests/kernel/made_kernel.h"

/* The block of a made module: text, then what is read-only, read-only after its init, and data. */
#define MADE_CORE_BYTES 0x3000u
#define MADE_TEXT_BYTES 0x1000u
#define MADE_RO_BYTES 0x1800u
#define MADE_RO_INIT_BYTES 0x1a00u

/* A kernel with an empty list of modules, whose head is at *head_ret; to be destroyed by
 * made_kernel_destroy(). */
struct made_kernel *made_modules(uint64_t *head_ret);
/* A module with text, read-only data and data in one block, its struct on a page of its own, behind the
 * others in the list at head. Its address. */
uint64_t made_module(struct made_kernel *made, uint64_t head, const char *name);
/* source uses used. */
void made_module_use(struct made_kernel *made, uint64_t used, uint64_t source);

#endif
