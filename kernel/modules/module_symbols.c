// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a module's symbols: struct mod_kallsyms, an ELF symbol table whose values are final addresses
 * (kernel/module/kallsyms.c). Called for one module at a time, when an address in it or a name is first looked up.
 */
#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module_table.h"

/* The tables of one module, copied. */
struct tables {
	Elf64_Sym *symbols;
	uint8_t *types; /* count letters, 0 where unread */
	char *strings;
	uint64_t count;
	uint64_t string_bytes; /* NUL-terminated behind the last one */
};

/* A table must lie in the module's own memory, which also bounds it. */
static struct fb_error *check_inside(const struct fb_module *module, uint64_t address,
				     const char *what, uint64_t *room_ret)
{
	for (unsigned i = 0; i < FB_MODULE_MEMORY_KINDS; i++) {
		const struct fb_module_range *range = &module->ranges[i];

		if (address >= range->start && address - range->start < range->size) {
			*room_ret = range->size - (address - range->start);
			return NULL;
		}
	}
	return fb_error_create(FB_CORRUPT, "its %s at 0x%" PRIx64 " lies outside it", what,
			       address);
}

static void keep_first(void *context, uint64_t address FB_UNUSED, size_t length FB_UNUSED,
		       struct fb_error *err)
{
	struct fb_error **first = context;

	if (*first)
		fb_error_destroy(err);
	else
		*first = err;
}

/* What cannot be read is zeros: a symbol without a name, which is passed over. */
static struct fb_error *read_pages(struct fb_kernel *kernel, uint64_t address, void *to,
				   uint64_t length)
{
	struct fb_error *first = NULL;
	struct fb_error *err = fb_space_read_holes(fb_kernel_space(kernel), address, to, length,
						   keep_first, &first);

	if (err) {
		fb_error_destroy(first);
		return err;
	}
	return fb_part_warn(fb_kernel_warnings(kernel), first, "symbols of a module");
}

static struct fb_error *read_symbols(struct fb_kernel *kernel, const struct fb_module *module,
				     uint64_t kallsyms, uint64_t seen, struct tables *tables)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t symtab, typetab, room, count = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, kallsyms, &layout->mod_kallsyms_symtab, &symtab);
	if (!err)
		err = fb_kernel_field(kernel, kallsyms, &layout->mod_kallsyms_num_symtab, &count);
	if (!err)
		err = check_inside(module, symtab, "symbol table", &room);
	if (err)
		return err;
	if (count > room / sizeof(*tables->symbols))
		return fb_error_create(FB_CORRUPT, "its %" PRIu64 " symbols reach outside it",
				       count);
	if (count > FB_MAX_KALLSYMS || seen > FB_MAX_KALLSYMS - count)
		return fb_error_create(FB_LIMIT, "all modules have more than %u symbols",
				       FB_MAX_KALLSYMS);
	tables->count = count;
	err = fb_alloc_array(tables->count, sizeof(*tables->symbols), FB_MAX_KALLSYMS, "symbols",
			     &tables->symbols);
	if (!err)
		err = fb_alloc_array(tables->count, 1, FB_MAX_KALLSYMS, "symbols", &tables->types);
	if (!err)
		err = read_pages(kernel, symtab, tables->symbols,
				 tables->count * sizeof(*tables->symbols));
	if (err || !layout->mod_kallsyms_typetab.found)
		return err;
	err = fb_kernel_field(kernel, kallsyms, &layout->mod_kallsyms_typetab, &typetab);
	if (!err)
		err = check_inside(module, typetab, "table of types", &room);
	if (!err && room >= tables->count)
		err = read_pages(kernel, typetab, tables->types, tables->count);
	return err;
}

static struct fb_error *read_strings(struct fb_kernel *kernel, const struct fb_module *module,
				     uint64_t kallsyms, struct tables *tables)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t strtab, room, highest = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, kallsyms, &layout->mod_kallsyms_strtab, &strtab);
	if (!err)
		err = check_inside(module, strtab, "string table", &room);
	if (err)
		return err;
	for (uint64_t i = 0; i < tables->count; i++)
		if (tables->symbols[i].st_name > highest)
			highest = tables->symbols[i].st_name;
	tables->string_bytes = highest + FB_MAX_SYMBOL_NAME;
	if (tables->string_bytes > room)
		tables->string_bytes = room;
	/* One byte more stays zero. */
	err = fb_alloc_array(tables->string_bytes + 1, 1, FB_MAX_SYMBOL_BYTES, "symbol names",
			     &tables->strings);
	return err ? err : read_pages(kernel, strtab, tables->strings, tables->string_bytes);
}

/* Upper case for a global symbol, as nm has it. */
static char type_letter(const struct tables *tables, uint64_t index)
{
	char letter = (char)tables->types[index];

	if (!isalpha((unsigned char)letter))
		letter = '?';
	return ELF64_ST_BIND(tables->symbols[index].st_info) == STB_GLOBAL
		       ? (char)toupper((unsigned char)letter)
		       : letter;
}

static struct fb_error *fill(const struct tables *tables, struct fb_symtab *symtab)
{
	struct fb_error *err = NULL;

	for (uint64_t i = 0; i < tables->count && !err; i++) {
		const Elf64_Sym *symbol = &tables->symbols[i];
		const char *name;

		/* Undefined ones are other modules' or the kernel's. */
		if (symbol->st_shndx == SHN_UNDEF || symbol->st_name >= tables->string_bytes)
			continue;
		name = tables->strings + symbol->st_name;
		if (name[0])
			err = fb_symtab_add(symtab, symbol->st_value, symbol->st_size,
					    type_letter(tables, i), name,
					    strnlen(name, FB_MAX_SYMBOL_NAME));
	}
	return err;
}

/* Where the highest of its code and data ends. */
static uint64_t module_end(const struct fb_module *module)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < FB_MODULE_MEMORY_KINDS; i++)
		if (module->ranges[i].size &&
		    module->ranges[i].start + module->ranges[i].size > end)
			end = module->ranges[i].start + module->ranges[i].size;
	return end;
}

struct fb_error *fb_module_symbols_read(struct fb_kernel *kernel, const struct fb_module *module,
					uint64_t *seen, struct fb_symtab **symbols_ret)
{
	struct tables tables = {0};
	struct fb_symtab *symtab = NULL;
	uint64_t kallsyms;
	struct fb_error *err;

	err = fb_kernel_field(kernel, module->address, &fb_kernel_layout(kernel)->module_kallsyms,
			      &kallsyms);
	if (!err)
		err = read_symbols(kernel, module, kallsyms, *seen, &tables);
	*seen += tables.count;
	if (!err)
		err = read_strings(kernel, module, kallsyms, &tables);
	if (!err)
		err = fb_symtab_create(&symtab);
	if (!err)
		err = fill(&tables, symtab);
	if (!err)
		err = fb_symtab_finish(symtab, module_end(module));
	free(tables.symbols);
	free(tables.types);
	free(tables.strings);
	if (err) {
		fb_symtab_destroy(symtab);
		return err;
	}
	*symbols_ret = symtab;
	return NULL;
}

struct fb_error *fb_module_symbols(struct fb_modules *modules, const struct fb_module *module,
				   const struct fb_symtab **symbols_ret)
{
	size_t index = (size_t)(module - modules->modules);
	struct fb_error *err = NULL;

	pthread_mutex_lock(&modules->lock);
	if (!modules->symbols[index])
		err = fb_module_symbols_read(modules->kernel, module, &modules->symbols_seen,
					     &modules->symbols[index]);
	if (!err)
		*symbols_ret = modules->symbols[index];
	pthread_mutex_unlock(&modules->lock);
	return err ? fb_error_prefix(err, "module %s", module->name) : NULL;
}

/* NULL where there are none; the first failure is a warning. */
static const struct fb_symtab *symbols_or_warning(struct fb_modules *modules,
						  const struct fb_module *module)
{
	size_t index = (size_t)(module - modules->modules);
	const struct fb_symtab *symbols = NULL;
	struct fb_error *err;
	bool failed;

	if (module->state == FB_MODULE_UNKNOWN) /* that types are missing is a warning already */
		return NULL;
	pthread_mutex_lock(&modules->lock);
	failed = modules->symbols_failed[index];
	pthread_mutex_unlock(&modules->lock);
	if (failed)
		return NULL;
	err = fb_module_symbols(modules, module, &symbols);
	if (err) {
		pthread_mutex_lock(&modules->lock);
		modules->symbols_failed[index] = true;
		pthread_mutex_unlock(&modules->lock);
		fb_warn_error(fb_kernel_warnings(modules->kernel), err, "symbols");
	}
	return symbols;
}

const struct fb_generated_code *fb_modules_generated(struct fb_modules *modules)
{
	struct fb_error *err = NULL;

	pthread_mutex_lock(&modules->lock);
	if (!modules->generated_tried)
		err = fb_generated_code_load(modules->kernel, &modules->generated);
	modules->generated_tried = true;
	pthread_mutex_unlock(&modules->lock);
	fb_warn_error(fb_kernel_warnings(modules->kernel), err, "generated code");
	return modules->generated;
}

static bool find_generated(struct fb_modules *modules, uint64_t address,
			   struct fb_symbol *symbol_ret)
{
	const struct fb_generated_code *code = fb_modules_generated(modules);
	const struct fb_generated *piece = code ? fb_generated_code_find(code, address) : NULL;

	if (!piece)
		return false;
	*symbol_ret = (struct fb_symbol){
		.address = piece->start,
		.size = piece->end - piece->start,
		.name = piece->name,
		.module = piece->module,
		.type = 't',
	};
	return true;
}

bool fb_modules_symbol_by_address(struct fb_modules *modules, uint64_t address,
				  struct fb_symbol *symbol_ret)
{
	const struct fb_module *module = fb_modules_by_address(modules, address);
	const struct fb_symtab *symbols = fb_kernel_symbols(modules->kernel);

	if (!module)
		return (symbols && fb_symtab_by_address(symbols, address, symbol_ret)) ||
		       find_generated(modules, address, symbol_ret);
	symbols = symbols_or_warning(modules, module);
	if (!symbols || !fb_symtab_by_address(symbols, address, symbol_ret))
		return false;
	symbol_ret->module = module->name;
	return true;
}

static struct fb_error *
each_of(const struct fb_symtab *symbols, const char *module, const char *name,
	struct fb_error *(*callback)(void *context, const struct fb_symbol *symbol), void *context)
{
	struct fb_error *err = NULL;
	struct fb_symbol symbol;
	size_t cursor = 0;

	while (!err && symbols && fb_symtab_next_by_name(symbols, name, &cursor, &symbol)) {
		symbol.module = module;
		err = callback(context, &symbol);
	}
	return err;
}

struct fb_error *
fb_modules_each_symbol(struct fb_modules *modules, const char *name,
		       struct fb_error *(*callback)(void *context, const struct fb_symbol *symbol),
		       void *context)
{
	const char *colon = strchr(name, ':');
	struct fb_error *err = NULL;

	if (!colon)
		err = each_of(fb_kernel_symbols(modules->kernel), NULL, name, callback, context);
	for (size_t i = 0; i < modules->count && !err; i++) {
		const struct fb_module *module = &modules->modules[i];
		size_t length = strlen(module->name);

		if (colon &&
		    (length != (size_t)(colon - name) || memcmp(module->name, name, length) != 0))
			continue;
		err = each_of(symbols_or_warning(modules, module), module->name,
			      colon ? colon + 1 : name, callback, context);
	}
	return err;
}
