/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of modules: BTF that extends the kernel's own (split BTF), which the kernel
 * keeps in the list btf_modules (kernel/bpf/btf.c) since 36e68442d1af ("bpf: Load and
 * verify kernel module BTFs", 5.11). Called by the command struct, and for values.
 */
#ifndef FB_KERNEL_MODULE_TYPES_H
#define FB_KERNEL_MODULE_TYPES_H

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_module_types;

/* Reads nothing yet. kernel is borrowed and must outlive it. */
FB_MUST_CHECK struct fb_error *fb_module_types_create(struct fb_kernel *kernel,
						      struct fb_module_types **types_ret);
void fb_module_types_destroy(struct fb_module_types *types);

/* The types of a module, with the kernel's as their base; read at the first call, owned by types. FB_NOT_FOUND where
 * this kernel has none for that module; errors of fb_space_read() and fb_btf_adopt() where they are lost or damaged.
 * Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_module_types_get(struct fb_module_types *types,
						   const char *module,
						   const struct fb_btf **btf_ret);

/* A complete type of this kind and name: the kernel's, else that of the first module that has one. Modules whose types
 * cannot be read are skipped with a warning. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_module_types_find(struct fb_module_types *types,
						    enum fb_type_kind kind, const char *name,
						    const struct fb_btf **btf_ret,
						    uint32_t *id_ret);

#endif
