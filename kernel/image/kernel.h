/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel of a dump: its address space, symbols, types and CPUs, all read
 * out of the dump itself. Everything else in this folder stands on this.
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
	/* Path of the kernel with debug information (--vmlinux), borrowed; NULL: none. Source lines come
	 * from it, and symbols and types where the dump has lost its own. Opening fails with FB_INVALID
	 * where its build-id is not that of the dump's kernel. */
	const char *vmlinux;
	/* Asked where there is none and the dump has lost its symbols or types: the path (the kernel's to
	 * free) of the vmlinux of that build-id, lower-case hex. NULL: nobody to ask. */
	struct fb_error *(*find_vmlinux)(void *context, const char *build_id, char **path_ret);
	void *context;
	struct fb_pool *pool; /* borrowed; NULL: one thread */
	/* Leaves out symbols, types, CPUs and fb_kernel_info(), which take most of the time, until
	 * fb_kernel_complete() is called: there are kernel memory and VMCOREINFO with its symbols. */
	bool memory_only;
};

/* dump and warnings are borrowed and must outlive the kernel. FB_NOT_FOUND where the dump has no
 * VMCOREINFO, neither as a note nor in its pages. Symbols or types that cannot be had are
 * warnings: what needs them fails by itself. */
FB_MUST_CHECK struct fb_error *fb_kernel_open(struct fb_dump *dump,
					      const struct fb_kernel_options *options,
					      struct fb_warnings *warnings,
					      struct fb_kernel **kernel_ret);
/* Loads what memory_only left out, and fails as fb_kernel_open() does then. It does nothing where all is
 * loaded; not for concurrent use. */
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
const char *fb_kernel_vmlinux(const struct fb_kernel *kernel); /* path, or NULL */
/* Which of symbols and types are missing, why, and which files would give them, as a sentence without
 * its full stop; NULL: neither. What needs them fails with FB_NOT_FOUND. */
const char *fb_kernel_lost(const struct fb_kernel *kernel);
/* "its vmlinux with debug information, build-id ..., gives them with --vmlinux (...)": which files have what
 * a dump has lost of its kernel. The caller frees the text. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_kernel_vmlinux_remedy(const struct fb_kernel *kernel,
							char **text_ret);

/* The tables of init_mm, or of a process whose mm->pgd (kernel virtual) is given. */
void fb_kernel_page_tables(const struct fb_kernel *kernel, struct fb_page_tables *tables_ret);
FB_MUST_CHECK struct fb_error *fb_kernel_mm_page_tables(struct fb_kernel *kernel, uint64_t mm,
							struct fb_page_tables *tables_ret);

/* Where the kernel has a page frame in its direct map of all memory; 0: unknown. */
uint64_t fb_kernel_direct_map(const struct fb_kernel *kernel, uint64_t pfn);

struct fb_kernel_info {
	const char *release;   /* "6.1.0-55-cloud-amd64" */
	const char *version;   /* "#1 SMP PREEMPT_DYNAMIC ..."; "" if unknown */
	const char *build_id;  /* lower-case hex, NULL if unknown */
	const char *node;      /* the host's name, as uname -n; "" if unknown */
	uint64_t kaslr_offset; /* bytes that the image was moved up by, in virtual addresses */
	uint64_t phys_base;    /* bytes, likewise in physical ones */
	unsigned levels;       /* of page tables: 4 or 5 */
	uint32_t cpus;         /* online at the panic */
	uint64_t memory_bytes; /* RAM the kernel knew; 0 if unknown */
	double uptime_s;       /* since boot, suspend included; NaN if unknown */
	double load[3];        /* averages over 1, 5 and 15 minutes; NaN if unknown */
	int64_t crash_time;    /* seconds since the epoch; 0 if unknown */
};
const struct fb_kernel_info *fb_kernel_info(const struct fb_kernel *kernel);

/* The address of a symbol, with the KASLR offset in it; of a per-CPU one what fb_kernel_percpu() takes.
 * FB_NOT_FOUND, naming the symbol. */
FB_MUST_CHECK struct fb_error *fb_kernel_symbol(const struct fb_kernel *kernel, const char *name,
						uint64_t *address_ret);
/* What two symbols of the linker enclose (__start_X, __stop_X): *size_ret bytes from *start_ret on, in
 * elements of so many bytes each. FB_NOT_FOUND where the kernel lacks either symbol, FB_CORRUPT where
 * they enclose nothing, more than maximum bytes, or no whole number of elements. */
FB_MUST_CHECK struct fb_error *fb_kernel_symbol_range(const struct fb_kernel *kernel,
						      const char *start, const char *stop,
						      uint64_t element, uint64_t maximum,
						      uint64_t *start_ret, uint64_t *size_ret);

/* The numbers of CPUs that may exist are below fb_kernel_cpu_limit(); those that were online at the panic
 * are told by fb_kernel_cpu_online(), false for any other number. */
uint32_t fb_kernel_cpu_limit(const struct fb_kernel *kernel);
bool fb_kernel_cpu_online(const struct fb_kernel *kernel, uint32_t cpu);
/* The address of a per-CPU variable on one CPU. address: the symbol's value as kallsyms has it
 * (an offset where per-CPU symbols are absolute, an address in the image from 6.15 on). */
FB_MUST_CHECK struct fb_error *fb_kernel_percpu(const struct fb_kernel *kernel, uint32_t cpu,
						uint64_t address, uint64_t *address_ret);
FB_MUST_CHECK struct fb_error *fb_kernel_percpu_symbol(const struct fb_kernel *kernel, uint32_t cpu,
						       const char *name, uint64_t *address_ret);
/* The address of a per-CPU variable that was a member of pcpu_hot from 6.2 on (64701838bf05), and is a variable of its
 * own again from 6.15 (46e8fff6d45f) and before: hot is that member, name the variable. */
FB_MUST_CHECK struct fb_error *fb_kernel_percpu_hot(const struct fb_kernel *kernel, uint32_t cpu,
						    const char *name, const struct fb_field *hot,
						    uint64_t *address_ret);
/* The task_struct that a CPU ran (kernel virtual; not looked at). */
FB_MUST_CHECK struct fb_error *fb_kernel_cpu_current(const struct fb_kernel *kernel, uint32_t cpu,
						     uint64_t *task_ret);
/* The CPU that panicked; -1 if unknown. */
int fb_kernel_panic_cpu(const struct fb_kernel *kernel);
/* NT_PRSTATUS of a CPU (desc bytes), or NULL: it left none. Owned by the dump. */
const void *fb_kernel_cpu_prstatus(const struct fb_kernel *kernel, uint32_t cpu, size_t *size_ret);

/* A member of the struct at base (kernel virtual), zero-extended; bit-fields are shifted down.
 * FB_NOT_FOUND where this kernel has no such member. */
FB_MUST_CHECK struct fb_error *fb_kernel_field(const struct fb_kernel *kernel, uint64_t base,
					       const struct fb_field *field, uint64_t *value_ret);
/* The same, sign-extended from the member's size. */
FB_MUST_CHECK struct fb_error *fb_kernel_field_signed(const struct fb_kernel *kernel, uint64_t base,
						      const struct fb_field *field,
						      int64_t *value_ret);
/* Whether an address is canonical and in the kernel's half. */
bool fb_kernel_address_ok(uint64_t address);

/* Walks a circular list_head list from head (excluded), at most limit entries, calling
 * callback(context, entry address of the list_head). Ends with FB_CORRUPT where a link is no
 * kernel address or the list does not close within limit, with the reading's error where a node
 * is not in the dump; entries before that have been called. */
FB_MUST_CHECK struct fb_error *
fb_kernel_list(const struct fb_kernel *kernel, uint64_t head, uint64_t limit,
	       struct fb_error *(*callback)(void *context, uint64_t entry), void *context);
/* Walks the ring of list_heads that from (excluded) is linked in: forwards, and where a link is lost or
 * does not lead back, which ends with its error as above, backwards too. Each entry takes one of
 * *steps, the last of which ends the walk with FB_LIMIT. */
FB_MUST_CHECK struct fb_error *
fb_kernel_ring(const struct fb_kernel *kernel, uint64_t from, uint64_t *steps,
	       struct fb_error *(*callback)(void *context, uint64_t entry), void *context);

/* What other rooms make of a kernel once and keep with it. */
enum fb_kernel_kept {
	FB_KERNEL_SLAB_VMAS, /* kernel/mappings/vma_slab.c */
	FB_KERNEL_KEPT_KINDS,
};

/* The thing of this kind, which make has made when it was first asked for; the kernel owns it and
 * destroys it with itself. Errors are make's, which is then asked again next time. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_kernel_keep(struct fb_kernel *kernel, enum fb_kernel_kept kind,
					      struct fb_error *(*make)(struct fb_kernel *kernel,
								       void **thing_ret),
					      void (*destroy)(void *thing), void **thing_ret);

#endif
