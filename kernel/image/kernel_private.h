/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The struct of a kernel, which the files of this folder share. Pointers in it are owned unless it says otherwise. */
#ifndef FB_KERNEL_KERNEL_PRIVATE_H
#define FB_KERNEL_KERNEL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "kernel/image/kernel.h"

struct fb_kernel {
	struct fb_dump *dump;         /* borrowed */
	struct fb_warnings *warnings; /* borrowed */
	struct fb_pool *pool;         /* borrowed, or NULL */
	char *vmlinux;                /* path, or NULL */
	/* As in struct fb_kernel_options. */
	struct fb_error *(*find_vmlinux)(void *context, const char *build_id, char **path_ret);
	void *find_context;
	struct fb_vmcoreinfo *vmcoreinfo;
	struct fb_page_tables tables; /* of init_mm */
	struct fb_linear_maps linear; /* the direct map and that of the kernel image */
	struct fb_space *space;       /* fb_kernel_space() */
	struct fb_symtab *symbols;    /* or NULL */
	struct fb_btf *types;         /* or NULL */
	union {
		struct fb_layout layout;
		struct fb_basic_layout basic_layout; /* the first part of layout */
	};
	uint64_t types_start; /* of BTF, kernel virtual */
	/* Types behind those of the basic layout have not been read, nor has the rest of the layout been filled
	 * (kernel_symbols.c). */
	atomic_bool types_left;
	pthread_mutex_t types_lock; /* held while that is done */
	char *lost;                 /* fb_kernel_lost() */
	bool memory_only;           /* symbols, types, CPUs and info have not been loaded yet */
	bool few_types;             /* as in struct fb_kernel_options */

	uint32_t cpu_limit;
	uint64_t *percpu_offsets; /* cpu_limit of them */
	uint8_t online[FB_MAX_CPUS / 8];
	uint32_t *prstatus_index; /* cpu_limit of them: index of the CPU's note; UINT32_MAX: none */
	int panic_cpu;

	struct fb_kernel_info info;
	char release[65];
	char version[65];
	char node[65];
	char build_id[41];

	/* kernel_kept.c */
	struct {
		pthread_mutex_t lock;
		void *thing; /* NULL until it is first needed, or where making it failed */
		void (*destroy)(void *thing);
	} kept[FB_KERNEL_KEPT_KINDS];
};

/* kernel_symbols.c: loads symbols and types, and fills the layout, or the basic layout where types are left. What
 * cannot be loaded is a warning; fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_kernel_load_symbols(struct fb_kernel *kernel);
/* kernel_types.c: begins to read BTF, up to the types of the basic layout, which is then filled; types_left tells
 * whether types are left. After an error there are no types. */
FB_MUST_CHECK struct fb_error *fb_kernel_begin_types(struct fb_kernel *kernel);
/* kernel_types.c: the types of the layout, from the DWARF of a vmlinux. */
FB_MUST_CHECK struct fb_error *fb_kernel_dwarf_types(struct fb_kernel *kernel, const char *vmlinux);
/* kernel_kept.c */
void fb_kernel_kept_init(struct fb_kernel *kernel);
void fb_kernel_kept_deinit(struct fb_kernel *kernel);
/* cpu_load.c */
FB_MUST_CHECK struct fb_error *fb_kernel_load_cpus(struct fb_kernel *kernel);
/* kernel_cpus.c: whether the bit of this CPU is set in a mask of FB_MAX_CPUS bits. */
bool fb_cpu_in(const uint8_t *mask, uint32_t cpu);
/* cpu_notes.c: fills prstatus_index. present: the mask of the CPUs that are present; all zeros where it is unknown. A
 * CPU without a note is a warning. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_kernel_assign_notes(struct fb_kernel *kernel,
						      const uint8_t *present);
/* kernel_info.c: fill the build-id, which needs symbols, and the rest of info. What cannot be read stays unknown; only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_kernel_load_build_id(struct fb_kernel *kernel);
FB_MUST_CHECK struct fb_error *fb_kernel_load_info(struct fb_kernel *kernel);
/* vmcoreinfo_scan.c: searches the pages of a dump for VMCOREINFO, for dumps without that note. The caller frees the
 * text. FB_NOT_FOUND where no page has it. */
FB_MUST_CHECK struct fb_error *fb_vmcoreinfo_scan(struct fb_dump *dump, struct fb_pool *pool,
						  char **text_ret);

#endif
