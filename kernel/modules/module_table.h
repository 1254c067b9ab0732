/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The struct of the table of modules, which the files of this folder share. */
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

	/* Guards what follows, which is read when it is first needed. */
	pthread_mutex_t lock;
	struct fb_symtab **symbols; /* one for each module; NULL until read */
	bool *symbols_failed;       /* reading failed, and there was a warning */
	uint64_t symbols_seen;      /* how many symbols all tables have, against FB_MAX_KALLSYMS */
	struct fb_generated_code *generated;
	bool generated_tried;
};

/* module_read.c: reads one struct module. The caller frees module_ret->used_by. FB_CORRUPT where its values are
 * implausible. */
FB_MUST_CHECK struct fb_error *fb_module_read(struct fb_kernel *kernel, uint64_t address,
					      struct fb_module *module_ret);

/* module_table.c: whether the struct module at address is in the table. */
bool fb_modules_known(const struct fb_modules *modules, uint64_t address);
/* Reads the struct module at address into the table, unless it is there already. Errors of fb_module_read(), and
 * FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_modules_add(struct fb_modules *modules, uint64_t address);
/* The same for an address that may not be that of a module: what is implausible is ignored. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_modules_add_hint(struct fb_modules *modules, uint64_t address);

/* Called where the list of modules is broken. fb_modules_from_tree() (module_tree.c) adds modules that are found
 * through the tree of modules' memory; fb_modules_from_names() (module_named.c) adds those that known modules use,
 * those that use known modules, and those whose types are known. Only fatal errors and FB_LIMIT are returned. */
FB_MUST_CHECK struct fb_error *fb_modules_from_tree(struct fb_modules *modules);
FB_MUST_CHECK struct fb_error *fb_modules_from_names(struct fb_modules *modules);

/* module_symbols.c: reads the symbols of one module, and adds to *seen how many its table has.
 * FB_LIMIT where that is more than FB_MAX_KALLSYMS. */
FB_MUST_CHECK struct fb_error *fb_module_symbols_read(struct fb_kernel *kernel,
						      const struct fb_module *module,
						      uint64_t *seen,
						      struct fb_symtab **symbols_ret);

#endif
