// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives access to the parts of an opened kernel: its dump, memory spaces, symbols and types. Called by all code that
 * reads the kernel.
 */
#include "kernel/image/kernel_private.h"

#include <inttypes.h>

uint64_t fb_kernel_direct_map(const struct fb_kernel *kernel, uint64_t pfn)
{
	return kernel->linear.direct_start ? kernel->linear.direct_start + (pfn << FB_PAGE_SHIFT)
					   : 0;
}

struct fb_dump *fb_kernel_dump(const struct fb_kernel *kernel)
{
	return kernel->dump;
}

struct fb_warnings *fb_kernel_warnings(const struct fb_kernel *kernel)
{
	return kernel->warnings;
}

const struct fb_vmcoreinfo *fb_kernel_vmcoreinfo(const struct fb_kernel *kernel)
{
	return kernel->vmcoreinfo;
}

struct fb_space *fb_kernel_space(const struct fb_kernel *kernel)
{
	return kernel->space;
}

struct fb_space *fb_kernel_physical(const struct fb_kernel *kernel)
{
	return kernel->tables.physical;
}

const struct fb_symtab *fb_kernel_symbols(const struct fb_kernel *kernel)
{
	return kernel->symbols;
}

bool fb_kernel_is_complete(const struct fb_kernel *kernel)
{
	return !kernel->memory_only;
}

const char *fb_kernel_vmlinux(const struct fb_kernel *kernel)
{
	return kernel->vmlinux;
}

const char *fb_kernel_lost(const struct fb_kernel *kernel)
{
	return kernel->lost;
}

const struct fb_kernel_info *fb_kernel_info(const struct fb_kernel *kernel)
{
	return &kernel->info;
}

void fb_kernel_page_tables(const struct fb_kernel *kernel, struct fb_page_tables *tables_ret)
{
	*tables_ret = kernel->tables;
}

bool fb_kernel_find_symbol(const struct fb_kernel *kernel, const char *name, uint64_t *address_ret)
{
	struct fb_symbol symbol;

	if (kernel->symbols && fb_symtab_by_name(kernel->symbols, name, &symbol)) {
		*address_ret = symbol.address;
		return true;
	}
	return fb_vmcoreinfo_symbol(kernel->vmcoreinfo, name, address_ret);
}

struct fb_error *fb_kernel_symbol(const struct fb_kernel *kernel, const char *name,
				  uint64_t *address_ret)
{
	if (fb_kernel_find_symbol(kernel, name, address_ret))
		return NULL;
	return fb_error_create(FB_NOT_FOUND,
			       kernel->symbols
				       ? "this kernel has no symbol %s"
				       : "the kernel's symbols are missing, and with them %s",
			       name);
}

struct fb_error *fb_kernel_variable(const struct fb_kernel *kernel, const char *name, void *to,
				    size_t size)
{
	uint64_t address;
	struct fb_error *err = fb_kernel_symbol(kernel, name, &address);

	return err ? err : fb_space_read(kernel->space, address, to, size);
}

struct fb_error *fb_kernel_variable_u32(const struct fb_kernel *kernel, const char *name,
					uint32_t *value_ret)
{
	uint64_t address;
	struct fb_error *err = fb_kernel_symbol(kernel, name, &address);

	return err ? err : fb_space_u32(kernel->space, address, value_ret);
}

struct fb_error *fb_kernel_variable_u64(const struct fb_kernel *kernel, const char *name,
					uint64_t *value_ret)
{
	uint64_t address;
	struct fb_error *err = fb_kernel_symbol(kernel, name, &address);

	return err ? err : fb_space_u64(kernel->space, address, value_ret);
}

struct fb_error *fb_kernel_symbol_range(const struct fb_kernel *kernel, const char *start,
					const char *stop, uint64_t element, uint64_t maximum,
					uint64_t *start_ret, uint64_t *size_ret)
{
	uint64_t from, to;
	struct fb_error *err;

	err = fb_kernel_symbol(kernel, start, &from);
	if (!err)
		err = fb_kernel_symbol(kernel, stop, &to);
	if (err)
		return err;
	if (to <= from || to - from > maximum || (to - from) % element)
		return fb_error_create(FB_CORRUPT,
				       "%s at 0x%" PRIx64 " and %s at 0x%" PRIx64
				       " enclose no table of at most %" PRIu64 " bytes",
				       start, from, stop, to, maximum);
	*start_ret = from;
	*size_ret = to - from;
	return NULL;
}

bool fb_kernel_address_ok(uint64_t address)
{
	/* The lowest kernel address with five levels is 0xff00000000000000. */
	return address >= 0xff00000000000000ull && address <= UINT64_MAX - FB_PAGE_SIZE;
}
