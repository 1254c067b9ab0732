/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of CPUs (include/linux/cpumask.h). Called for what may only run on some CPUs: interrupts, work queues.
 */
#ifndef FB_KERNEL_CPUMASK_H
#define FB_KERNEL_CPUMASK_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* The CPUs of the cpumask_var_t at address, as the kernel writes lists of CPUs: "0-3,8", "" for none. This type is a
 * pointer to a mask with CONFIG_CPUMASK_OFFSTACK, else a mask. The caller frees the text. FB_NOT_FOUND where the
 * kernel's types are missing, FB_NOMEM, errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_cpumask_var_text(struct fb_kernel *kernel, uint64_t address,
						   char **text_ret);

#endif
