/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's modules: where their code and data are, who uses them, and their
 * symbols (include/linux/module.h, kernel/module/).
 */
#ifndef FB_KERNEL_MODULE_H
#define FB_KERNEL_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/generated_code.h"

/* In the order of enum mod_mem_type (ac3b43283923, 6.4). */
enum fb_module_memory {
	FB_MODULE_TEXT,
	FB_MODULE_DATA,
	FB_MODULE_RODATA,
	FB_MODULE_RO_AFTER_INIT,
	FB_MODULE_INIT_TEXT,
	FB_MODULE_INIT_DATA,
	FB_MODULE_INIT_RODATA,
	FB_MODULE_MEMORY_KINDS,
};

/* enum module_state. */
enum fb_module_state {
	FB_MODULE_LIVE,
	FB_MODULE_COMING,
	FB_MODULE_GOING,
	FB_MODULE_UNFORMED,
	FB_MODULE_UNKNOWN, /* only the name could be read: the kernel's types are missing */
};

struct fb_module_range {
	uint64_t start; /* kernel virtual */
	uint64_t size;  /* bytes; 0: the module has no such memory */
};

/* MODULE_NAME_LEN: 64 - sizeof(unsigned long). */
#define FB_MODULE_NAME 56

struct fb_module {
	uint64_t address;          /* of the struct module */
	char name[FB_MODULE_NAME]; /* NUL-terminated; raw bytes: escape before showing */
	uint64_t base;             /* of its text, as /proc/modules prints it */
	uint64_t size;             /* of all its memory, as /proc/modules prints it */
	struct fb_module_range ranges[FB_MODULE_MEMORY_KINDS]; /* they do not overlap */
	enum fb_module_state state;
	int64_t references; /* as /proc/modules prints it; -1: being unloaded, or unknown */
	uint64_t taints;    /* bits of TAINT_* */
	bool permanent;     /* has an init function and no exit function */
	char *used_by;      /* owned by the table: names, each followed by a comma; "" if none */
};

struct fb_modules;

/* Reads the list of modules. kernel is borrowed and must outlive the result. A broken link ends the walk from that end
 * of the list, with a warning; modules between two broken links are searched in the tree of modules' memory, among the
 * users of other modules, and in the list of modules' types. Fails where the kernel's types or the head of the list are
 * missing. A kernel without modules gives an empty table. */
FB_MUST_CHECK struct fb_error *fb_modules_load(struct fb_kernel *kernel,
					       struct fb_modules **modules_ret);
void fb_modules_destroy(struct fb_modules *modules);

/* Modules are in the kernel's order: the one loaded last comes first, as in /proc/modules. Those that were not found
 * through the list come at the end. */
size_t fb_modules_count(const struct fb_modules *modules);
const struct fb_module *fb_modules_get(const struct fb_modules *modules, size_t index);
/* The module of this name; NULL if there is none. */
const struct fb_module *fb_modules_by_name(const struct fb_modules *modules, const char *name);
/* The module whose text or data holds address, or NULL. */
const struct fb_module *fb_modules_by_address(const struct fb_modules *modules, uint64_t address);

/* The module's symbols as in /proc/kallsyms, read at the first call. Owned by modules. FB_NOT_FOUND for a module
 * without symbols. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_module_symbols(struct fb_modules *modules,
						 const struct fb_module *module,
						 const struct fb_symtab **symbols_ret);

/* The code that the kernel generated, read at the first call and owned by modules; NULL, with a warning, where it
 * cannot be read. Safe from many threads. */
const struct fb_generated_code *fb_modules_generated(struct fb_modules *modules);

/* The symbol that holds address, of the kernel, of a module or of generated code (symbol_ret->module names it: "loop",
 * "bpf"). False where there is none, and, with a warning, where the symbols cannot be read. */
bool fb_modules_symbol_by_address(struct fb_modules *modules, uint64_t address,
				  struct fb_symbol *symbol_ret);

/* Calls callback for each symbol of this name: the kernel's, then the modules'. "MODULE:NAME" is a symbol of one module
 * only. Stops at the first error of the callback, and returns it. */
FB_MUST_CHECK struct fb_error *
fb_modules_each_symbol(struct fb_modules *modules, const char *name,
		       struct fb_error *(*callback)(void *context, const struct fb_symbol *symbol),
		       void *context);

/* Writes the letters that /proc/modules prints in parentheses to `to` (size bytes): taints, then '-' for a module that
 * is being unloaded, '+' for one that is being loaded; "P", "OE", "O+", or "" if none. Returns `to`. */
char *fb_module_flags(const struct fb_module *module, char *to, size_t size);
/* "Live", "Loading", "Unloading", "Unformed". Static. */
const char *fb_module_state_name(enum fb_module_state state);

#endif
