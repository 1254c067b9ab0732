/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of modules, as the sources of this room share it. */
#ifndef FB_KERNEL_MODULE_TABLE_H
#define FB_KERNEL_MODULE_TABLE_H

#include <pthread.h>

#include "kernel/modules/module.h"

/* One range of one module, for finding a module by address. */
struct fb_module_span {
	uint64_t start, end; /* end exclusive */
	uint32_t module;     /* index */
};

struct fb_modules {
	struct fb_kernel *kernel; /* borrowed */
	struct fb_module *modules;
	size_t count, room;
	struct fb_module_span *spans; /* in order of start */
	size_t span_count;

	/* Guards what follows: symbols are read at the first wish. */
	pthread_mutex_t lock;
	struct fb_symtab **symbols; /* count of them; NULL until read */
	bool *symbols_failed;       /* warned of already */
	uint64_t symbols_seen;      /* that their tables have together: these may overlap */
	struct fb_generated_code *generated;
	bool generated_tried;
};

/* module_read.c: one struct module. *module_ret owns its used_by. FB_CORRUPT where it cannot be
 * believed. */
FB_MUST_CHECK struct fb_error *fb_module_read(struct fb_kernel *kernel, uint64_t address,
					      struct fb_module *module_ret);

/* module_table.c: whether the struct module at address is in the table. */
bool fb_modules_known(const struct fb_modules *modules, uint64_t address);
/* Reads the struct module at address into the table, where it is not in it yet. Errors as of
 * fb_module_read(), and FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_modules_add(struct fb_modules *modules, uint64_t address);
/* The same for a hint: what cannot be believed is passed over. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_modules_add_hint(struct fb_modules *modules, uint64_t address);

/* For where the list is broken: module_tree.c, the modules that the tree of their memory leads to; and
 * module_named.c, those that known ones use, that use those, or whose types are known. What is lost
 * costs itself; only fatal errors and FB_LIMIT are returned. */
FB_MUST_CHECK struct fb_error *fb_modules_from_tree(struct fb_modules *modules);
FB_MUST_CHECK struct fb_error *fb_modules_from_names(struct fb_modules *modules);

/* module_symbols.c: reads the symbols of one module, and adds to *seen how many its table has.
 * FB_LIMIT where that is more than FB_MAX_KALLSYMS. */
FB_MUST_CHECK struct fb_error *fb_module_symbols_read(struct fb_kernel *kernel,
						      const struct fb_module *module,
						      uint64_t *seen,
						      struct fb_symtab **symbols_ret);

#endif
