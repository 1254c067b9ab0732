/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share: reading one object, whose ID in the kernel's tree is known. */
#ifndef FB_KERNEL_BPF_PRIVATE_H
#define FB_KERNEL_BPF_PRIVATE_H

#include "kernel/bpf/bpf.h"

/* Each reads the object at this address. FB_CORRUPT where it says that it has another ID. Parts that are missing are
 * warnings. maps of a program is allocated, and freed by the caller after a failure too. */
FB_MUST_CHECK struct fb_error *fb_bpf_read_program(struct fb_kernel *kernel, uint64_t address,
						   uint64_t id, struct fb_bpf_program *program);
FB_MUST_CHECK struct fb_error *fb_bpf_read_map(struct fb_kernel *kernel, uint64_t address,
					       uint64_t id, struct fb_bpf_map *map);
FB_MUST_CHECK struct fb_error *fb_bpf_read_link(struct fb_kernel *kernel, uint64_t address,
						uint64_t id, struct fb_bpf_link *link);

#endif
