/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of modules: BTF split on the kernel's own, which the kernel keeps in
 * the list btf_modules (kernel/bpf/btf.c) since 36e68442d1af ("bpf: Load and
 * verify kernel module BTFs", 5.11).
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

/* The types of a module, the kernel's included; read at the first call, owned by types. Safe from
 * many threads. FB_NOT_FOUND: this kernel keeps none of that module. Read errors and FB_CORRUPT
 * where they are lost or damaged. */
FB_MUST_CHECK struct fb_error *fb_module_types_get(struct fb_module_types *types,
						   const char *module,
						   const struct fb_btf **btf_ret);

/* A complete type of this kind and name: the kernel's, else that of the first module which has
 * one. Modules whose types cannot be read are passed over with a warning. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_module_types_find(struct fb_module_types *types,
						    enum fb_type_kind kind, const char *name,
						    const struct fb_btf **btf_ret,
						    uint32_t *id_ret);

#endif
