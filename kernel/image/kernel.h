/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel of a dump: its address space, symbols, types and CPUs, all read from the
 * dump itself. Every other part of kernel/ that reads structures of the kernel uses it.
 * Opened by bundle/input. Functions with a const kernel are safe from many threads.
 */
#ifndef FB_KERNEL_KERNEL_H
#define FB_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/space.h"
#include "base/warnings.h"
#include "kernel/dump/dump.h"
#include "kernel/image/layout.h"
#include "kernel/image/vmcoreinfo.h"
#include "kernel/paging/page_table.h"
#include "symbols/btf/btf.h"
#include "symbols/table/symtab.h"

struct fb_kernel;

struct fb_kernel_options {
	/* Path of the kernel's file with debug information (--vmlinux), borrowed; NULL: none. Source lines
	 * come from it, and symbols and types where the dump has lost them. Opening fails with FB_INVALID
	 * where its build-id is not that of the dump's kernel. */
	const char *vmlinux;
	/* Called where vmlinux is NULL and the dump has lost its symbols or types. Gives the path of the
	 * vmlinux of this build-id (lower-case hex), allocated by malloc(); the kernel frees it. NULL: no
	 * such function. */
	struct fb_error *(*find_vmlinux)(void *context, const char *build_id, char **path_ret);
	void *context;
	struct fb_pool *pool; /* borrowed; NULL: one thread */
	/* Opens only kernel memory and VMCOREINFO with its symbols. Symbols, types, CPUs and
	 * fb_kernel_info(), which take most of the time, are loaded by fb_kernel_complete(). */
	bool memory_only;
	/* Reads types up to those of the basic layout, and the others when they are asked for: for who asks for none of
	 * these in most dumps. Reading and checking all at once costs less than in parts. */
	bool few_types;
};

/* dump and warnings are borrowed and must outlive the kernel. FB_NOT_FOUND where the dump has no VMCOREINFO,
 * neither as a note nor in its pages. Where symbols or types are missing, opening succeeds with a warning; functions
 * that need them fail. */
FB_MUST_CHECK struct fb_error *fb_kernel_open(struct fb_dump *dump,
					      const struct fb_kernel_options *options,
					      struct fb_warnings *warnings,
					      struct fb_kernel **kernel_ret);
/* Loads what memory_only left out; errors as fb_kernel_open(). Does nothing where all is loaded. Not to be called
 * while another thread uses the kernel. */
FB_MUST_CHECK struct fb_error *fb_kernel_complete(struct fb_kernel *kernel);
bool fb_kernel_is_complete(const struct fb_kernel *kernel);
void fb_kernel_destroy(struct fb_kernel *kernel);

/* All owned by the kernel. */
struct fb_dump *fb_kernel_dump(const struct fb_kernel *kernel);
struct fb_warnings *fb_kernel_warnings(const struct fb_kernel *kernel);
const struct fb_vmcoreinfo *fb_kernel_vmcoreinfo(const struct fb_kernel *kernel);
struct fb_space *fb_kernel_space(const struct fb_kernel *kernel);          /* kernel virtual */
struct fb_space *fb_kernel_physical(const struct fb_kernel *kernel);       /* physical */
const struct fb_symtab *fb_kernel_symbols(const struct fb_kernel *kernel); /* NULL if none */
const struct fb_btf *fb_kernel_types(const struct fb_kernel *kernel);      /* NULL if none */
const struct fb_layout *fb_kernel_layout(const struct fb_kernel *kernel);
/* The members for finding tasks, names of threads and the time: the first part of the layout. With few_types the rest
 * is read when somebody first calls fb_kernel_types() or fb_kernel_layout(), which takes as long as finding all tasks;
 * where it is then damaged, that is a warning. Code for which this part is enough should ask for it. */
const struct fb_basic_layout *fb_kernel_basic_layout(const struct fb_kernel *kernel);
const char *fb_kernel_vmlinux(const struct fb_kernel *kernel); /* path, or NULL */
/* A sentence without its full stop: whether symbols, types or both are missing, why, and which files have them. NULL
 * where neither is missing. Functions that need what is missing fail with FB_NOT_FOUND. */
const char *fb_kernel_lost(const struct fb_kernel *kernel);
/* A text for such messages that says which files have what the dump has lost of its kernel: "its vmlinux with debug
 * information, build-id ..., gives them with --vmlinux (...)". The caller frees it. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_kernel_vmlinux_remedy(const struct fb_kernel *kernel,
							char **text_ret);

/* The page tables of init_mm, or of the process whose mm_struct is at mm (kernel virtual). */
void fb_kernel_page_tables(const struct fb_kernel *kernel, struct fb_page_tables *tables_ret);
FB_MUST_CHECK struct fb_error *fb_kernel_mm_page_tables(struct fb_kernel *kernel, uint64_t mm,
							struct fb_page_tables *tables_ret);

/* The kernel virtual address of a page frame in the direct map of all memory; 0: unknown. */
uint64_t fb_kernel_direct_map(const struct fb_kernel *kernel, uint64_t pfn);

/* __START_KERNEL_map: where the kernel image is mapped (arch/x86/include/asm/page_64_types.h). */
#define FB_START_KERNEL_MAP 0xffffffff80000000ull

struct fb_kernel_info {
	const char *release;   /* "6.1.0-55-cloud-amd64" */
	const char *version;   /* "#1 SMP PREEMPT_DYNAMIC ..."; "" if unknown */
	const char *build_id;  /* lower-case hex, NULL if unknown */
	const char *node;      /* the host's name, as uname -n; "" if unknown */
	uint64_t kaslr_offset; /* bytes by which KASLR moved the image up in virtual memory */
	uint64_t phys_base;    /* bytes by which the image was moved in physical memory */
	unsigned levels;       /* of page tables: 4 or 5 */
	uint32_t cpus;         /* how many were online at the panic */
	uint64_t memory_bytes; /* RAM that the kernel had; 0 if unknown */
	double uptime_s;       /* seconds since boot, suspend included; NaN if unknown */
	/* What ktime_get_ns() gave at the last update of the clock before the panic: some ms old at most where CPUs
	 * took interrupts. 0: unknown. */
	uint64_t monotonic_ns;
	double load[3];     /* averages over 1, 5 and 15 minutes; NaN if unknown */
	int64_t crash_time; /* seconds since the epoch; 0 if unknown */
};
const struct fb_kernel_info *fb_kernel_info(const struct fb_kernel *kernel);

/* The address of a symbol, KASLR offset included; for a per-CPU symbol the value to pass to fb_kernel_percpu().
 * FB_NOT_FOUND, with a message that names the symbol. */
FB_MUST_CHECK struct fb_error *fb_kernel_symbol(const struct fb_kernel *kernel, const char *name,
						uint64_t *address_ret);
/* Gives the same address of a symbol that not every kernel has. Returns false, and leaves *address_ret as it is, where
 * this kernel has no such symbol. */
bool fb_kernel_find_symbol(const struct fb_kernel *kernel, const char *name, uint64_t *address_ret);
/* Reads the value of a variable of the kernel (not a per-CPU one) by its symbol: its first size bytes, or a number of
 * 32 or 64 bits. FB_NOT_FOUND, with a message that names the symbol, where this kernel has no such symbol, and only
 * then; FB_ABSENT and the other errors of fb_space_read() where the bytes cannot be read. */
FB_MUST_CHECK struct fb_error *fb_kernel_variable(const struct fb_kernel *kernel, const char *name,
						  void *to, size_t size);
FB_MUST_CHECK struct fb_error *fb_kernel_variable_u32(const struct fb_kernel *kernel,
						      const char *name, uint32_t *value_ret);
FB_MUST_CHECK struct fb_error *fb_kernel_variable_u64(const struct fb_kernel *kernel,
						      const char *name, uint64_t *value_ret);
/* The array between two symbols of the linker (__start_X, __stop_X): *size_ret bytes from address *start_ret on,
 * whose elements have `element` bytes each. FB_NOT_FOUND where the kernel lacks either symbol, FB_CORRUPT where the
 * array is empty, has more than maximum bytes, or no whole number of elements. */
FB_MUST_CHECK struct fb_error *fb_kernel_symbol_range(const struct fb_kernel *kernel,
						      const char *start, const char *stop,
						      uint64_t element, uint64_t maximum,
						      uint64_t *start_ret, uint64_t *size_ret);

/* CPUs have numbers below fb_kernel_cpu_limit(), but not each number need have a CPU. fb_kernel_cpu_online() tells
 * whether the CPU of a number was online at the panic. */
uint32_t fb_kernel_cpu_limit(const struct fb_kernel *kernel);
bool fb_kernel_cpu_online(const struct fb_kernel *kernel, uint32_t cpu);
/* The address of a per-CPU variable on one CPU. address: the symbol's value as kallsyms has it
 * (an offset where per-CPU symbols are absolute, an address in the image from 6.15 on). */
FB_MUST_CHECK struct fb_error *fb_kernel_percpu(const struct fb_kernel *kernel, uint32_t cpu,
						uint64_t address, uint64_t *address_ret);
FB_MUST_CHECK struct fb_error *fb_kernel_percpu_symbol(const struct fb_kernel *kernel, uint32_t cpu,
						       const char *name, uint64_t *address_ret);
/* The same for a variable that is a member of the per-CPU struct pcpu_hot in kernels 6.2 (64701838bf05) to 6.14, and
 * a per-CPU variable of its own in all others (46e8fff6d45f, 6.15): hot is the member, name the variable. */
FB_MUST_CHECK struct fb_error *fb_kernel_percpu_hot(const struct fb_kernel *kernel, uint32_t cpu,
						    const char *name, const struct fb_field *hot,
						    uint64_t *address_ret);
/* The address of the task_struct that a CPU ran (kernel virtual), which is not checked. */
FB_MUST_CHECK struct fb_error *fb_kernel_cpu_current(const struct fb_kernel *kernel, uint32_t cpu,
						     uint64_t *task_ret);
/* The CPU that panicked; -1 if unknown. */
int fb_kernel_panic_cpu(const struct fb_kernel *kernel);
/* The contents of the NT_PRSTATUS note of a CPU, *size_ret bytes; NULL where it left none. Owned by the dump. */
const void *fb_kernel_cpu_prstatus(const struct fb_kernel *kernel, uint32_t cpu, size_t *size_ret);

/* The value of a member of the struct at base (kernel virtual), zero-extended; that of a bit-field is shifted down.
 * FB_NOT_FOUND where this kernel has no such member; else as fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_kernel_field(const struct fb_kernel *kernel, uint64_t base,
					       const struct fb_field *field, uint64_t *value_ret);
/* The same, sign-extended from the member's size. */
FB_MUST_CHECK struct fb_error *fb_kernel_field_signed(const struct fb_kernel *kernel, uint64_t base,
						      const struct fb_field *field,
						      int64_t *value_ret);
/* Whether an address is canonical and in the kernel's half. */
bool fb_kernel_address_ok(uint64_t address);

/* Walks a circular list of list_heads from the address head on, and calls callback(context, address) with the address
 * of each list_head but the first. FB_CORRUPT where a link is no kernel address, or where the list does not lead back
 * to head within limit entries; the error of fb_space_read() where an entry cannot be read. The callback has then
 * been called for the entries before. An error of the callback ends the walk and is returned. */
FB_MUST_CHECK struct fb_error *
fb_kernel_list(const struct fb_kernel *kernel, uint64_t head, uint64_t limit,
	       struct fb_error *(*callback)(void *context, uint64_t entry), void *context);
/* Walks the same kind of list from any of its list_heads, at the address from, which is left out: forwards, and where
 * a link cannot be read or does not lead back, also backwards; the error is returned, as above. Each entry lowers
 * *steps by one; FB_LIMIT where it becomes 0. */
FB_MUST_CHECK struct fb_error *
fb_kernel_ring(const struct fb_kernel *kernel, uint64_t from, uint64_t *steps,
	       struct fb_error *(*callback)(void *context, uint64_t entry), void *context);

/* Things that other folders compute once for a kernel and store with it. */
enum fb_kernel_kept {
	FB_KERNEL_SLAB_VMAS, /* kernel/mappings/vma_slab.c */
	FB_KERNEL_KEPT_KINDS,
};

/* The thing of this kind. The first call makes it by make(); the kernel owns it and calls destroy() for it when it is
 * destroyed itself. After an error of make(), which is returned, the next call tries again. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_kernel_keep(struct fb_kernel *kernel, enum fb_kernel_kept kind,
					      struct fb_error *(*make)(struct fb_kernel *kernel,
								       void **thing_ret),
					      void (*destroy)(void *thing), void **thing_ret);

#endif
