// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the function of an instruction and reads its code, from which code_row.c works out the row. What the kernel is
 * entered by is not made by a compiler: all of it has pt_regs on top of the stack where it calls the kernel's functions
 * (arch/x86/entry/entry_64.S).
 */
#include "kernel/stacks/code_function.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "kernel/stacks/code_row.h"

/* Functions of one name whose ways are followed. */
#define MOST_NAMESAKES 16u

static bool find_function(const struct fb_kernel *kernel, struct fb_modules *modules,
			  uint64_t address, struct fb_symbol *symbol_ret)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(kernel);

	if (modules)
		return fb_modules_symbol_by_address(modules, address, symbol_ret);
	return symbols && fb_symtab_by_address(symbols, address, symbol_ret);
}

/* Where threads and CPUs begin: these functions have no caller. */
static bool is_outermost(const struct fb_kernel *kernel, const char *name)
{
	/* secondary_startup_64_no_verify: 3ecacdbd2395, 5.10 */
	static const char *const names[] = {"ret_from_fork_asm", "secondary_startup_64_no_verify",
					    "secondary_startup_64", "startup_64", "start_cpu0"};
	uint64_t address;

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	/* Where there is a ret_from_fork_asm, that calls it: 3aec4ecb3d1f, 6.6 */
	return !strcmp(name, "ret_from_fork") &&
	       !fb_kernel_find_symbol(kernel, "ret_from_fork_asm", &address);
}

static bool is_entry_code(const struct fb_kernel *kernel, uint64_t address)
{
	uint64_t start, end;

	return fb_kernel_find_symbol(kernel, "__entry_text_start", &start) &&
	       fb_kernel_find_symbol(kernel, "__entry_text_end", &end) && address >= start &&
	       address < end;
}

/* Reads a function's code; the caller frees it. A function of no bytes, or of too many, has none. */
static struct fb_error *read_code(const struct fb_kernel *kernel, const struct fb_symbol *function,
				  struct fb_code_part *part_ret)
{
	uint8_t *code;
	struct fb_error *err;

	if (!function->size || function->size > FB_MAX_FUNCTION_BYTES)
		return fb_error_create(FB_NOT_FOUND, "%s: no code of a function", function->name);
	code = malloc(function->size);
	if (!code)
		return fb_error_nomem();
	err = fb_space_read(fb_kernel_space(kernel), function->address, code, function->size);
	if (err) {
		free(code);
		return err;
	}
	*part_ret = (struct fb_code_part){function->address, code, function->size};
	return NULL;
}

/* The row, by the ways that lead from a function into another part of it. */
static struct fb_error *row_of_parts(const struct fb_kernel *kernel,
				     const struct fb_symbol *function, const struct fb_symbol *cold,
				     uint64_t address, struct fb_orc_row *row_ret)
{
	struct fb_code_part parts[FB_MAX_CODE_PARTS] = {0};
	struct fb_error *err = read_code(kernel, function, &parts[0]);

	if (!err && cold)
		err = read_code(kernel, cold, &parts[1]);
	if (!err)
		err = fb_code_row(parts, cold ? 2 : 1, address, row_ret);
	for (size_t i = 0; i < FB_ARRAY_SIZE(parts); i++)
		free((void *)parts[i].code);
	return fb_error_prefix(err, "%s", function->name);
}

/* The other part of a function of the kernel itself; of several with the name, as static functions may be, each is
 * tried. function: the one that has address, whose own code does not lead there. part_name: that of the others. */
static struct fb_error *row_by_other_part(const struct fb_kernel *kernel,
					  const struct fb_symbol *function, const char *part_name,
					  bool is_cold, uint64_t address,
					  struct fb_orc_row *row_ret)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(kernel);
	struct fb_symbol other;
	size_t cursor = 0;

	for (unsigned tries = 0;
	     tries < MOST_NAMESAKES && fb_symtab_next_by_name(symbols, part_name, &cursor, &other);
	     tries++) {
		struct fb_error *err =
			is_cold ? row_of_parts(kernel, &other, function, address, row_ret)
				: row_of_parts(kernel, function, &other, address, row_ret);

		if (!err || fb_error_is_fatal(err))
			return err;
		fb_error_destroy(err);
	}
	return fb_error_create(FB_NOT_FOUND, "%s: no way through the code leads there",
			       function->name);
}

/* The row by the function's own code, else with the part that stands elsewhere: gcc's `name.cold`, which is entered by
 * jumps from `name` alone. */
static struct fb_error *row_of_function(const struct fb_kernel *kernel,
					const struct fb_symbol *function, uint64_t address,
					struct fb_orc_row *row_ret)
{
	const char *suffix = strstr(function->name, ".cold");
	char name[FB_MAX_SYMBOL_NAME];
	int length = suffix ? snprintf(name, sizeof(name), "%.*s", (int)(suffix - function->name),
				       function->name)
			    : snprintf(name, sizeof(name), "%s.cold", function->name);
	struct fb_error *err;

	err = suffix ? fb_error_create(FB_NOT_FOUND, "%s: where it is entered is not known",
				       function->name)
		     : row_of_parts(kernel, function, NULL, address, row_ret);
	if (!fb_error_is(err, FB_NOT_FOUND) || function->module || length < 0 ||
	    (size_t)length >= sizeof(name))
		return err;
	fb_error_destroy(err);
	return row_by_other_part(kernel, function, name, suffix, address, row_ret);
}

struct fb_error *fb_code_function_row(const struct fb_kernel *kernel, struct fb_modules *modules,
				      uint64_t address, bool exact, struct fb_orc_row *row_ret)
{
	struct fb_symbol function;

	if (!find_function(kernel, modules, address, &function))
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is in no known function",
				       address);
	if (is_outermost(kernel, function.name)) {
		*row_ret = (struct fb_orc_row){.type = FB_ORC_TYPE_END};
		return NULL;
	}
	if (!exact && is_entry_code(kernel, address)) {
		*row_ret = (struct fb_orc_row){.type = FB_ORC_TYPE_REGS, .sp_reg = FB_ORC_REG_SP};
		return NULL;
	}
	return row_of_function(kernel, &function, address, row_ret);
}
