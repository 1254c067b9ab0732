/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads members of structs of drivers, file systems and other parts of the kernel that mostly are modules: their types
 * are in the modules' BTF, which kernels keep since 5.11. Called for block devices, interfaces and NFS.
 */
#ifndef FB_KERNEL_DRIVER_TYPES_H
#define FB_KERNEL_DRIVER_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/modules/module_types.h"

/* Where the types of one driver are looked up. */
struct fb_driver_types {
	struct fb_kernel *kernel;
	struct fb_module_types *modules; /* borrowed */
	const char *module; /* static: the driver's, where it is no part of the kernel */
};

/* A member, by its path "a.b", of a type of the kernel or, where the kernel has no such type, of the module.
 * FB_NOT_FOUND, with a message that says which types are missing. type and member have to be static. */
FB_MUST_CHECK struct fb_error *fb_driver_field(const struct fb_driver_types *types,
					       const char *type, const char *member,
					       struct fb_field *field_ret);
/* The value of such a member of the struct at base, zero-extended. */
FB_MUST_CHECK struct fb_error *fb_driver_value(const struct fb_driver_types *types, uint64_t base,
					       const char *type, const char *member,
					       uint64_t *value_ret);
/* The string that a member points to, in `to` (size bytes): raw text. A null pointer gives "". */
FB_MUST_CHECK struct fb_error *fb_driver_string(const struct fb_driver_types *types, uint64_t base,
						const char *type, const char *member, char *to,
						size_t size);
/* The size of a type in bytes. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_driver_size(const struct fb_driver_types *types, const char *type,
					      uint32_t *size_ret);

#endif
