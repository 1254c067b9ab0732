// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ORC tables of a kernel and its modules, found by symbols and by struct module, or where the kernel was built
 * without them, rows that are worked out from its code; rows are cached, because many threads wait in the same places.
 * Opened by code that unwinds kernel stacks, called by stack.c.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/stacks/code_function.h"
#include "kernel/stacks/orc.h"
#include "kernel/stacks/orc_file.h"

#define CACHE_ROWS 1024u

struct cached_row {
	uint64_t pc; /* 0: free */
	struct fb_orc_row row;
};

struct text_range {
	uint64_t start, end; /* end exclusive */
};

struct fb_orc {
	struct fb_kernel *kernel;   /* borrowed */
	struct fb_modules *modules; /* borrowed, or NULL */
	struct fb_orc_table table;  /* the kernel's */
	struct fb_orc_file *file;   /* in which that is; NULL: it is in the dump */
	bool by_code;               /* the kernel has no tables */
	struct text_range text[2];  /* of the kernel, and its init text */
	struct fb_return_hooks hooks;
	pthread_mutex_t lock; /* of cache */
	struct cached_row cache[CACHE_ROWS];
};

static struct fb_error *find_table(const struct fb_kernel *kernel, struct fb_orc_table *table)
{
	uint64_t ip_bytes, entry_bytes;
	struct fb_error *err;

	err = fb_kernel_symbol_range(kernel, "__start_orc_unwind_ip", "__stop_orc_unwind_ip",
				     FB_ORC_IP_BYTES, FB_MAX_ORC_ENTRIES * FB_ORC_IP_BYTES,
				     &table->ips, &ip_bytes);
	if (!err)
		err = fb_kernel_symbol_range(
			kernel, "__start_orc_unwind", "__stop_orc_unwind", FB_ORC_ENTRY_BYTES,
			FB_MAX_ORC_ENTRIES * FB_ORC_ENTRY_BYTES, &table->entries, &entry_bytes);
	if (err)
		return err;
	if (ip_bytes / FB_ORC_IP_BYTES != entry_bytes / FB_ORC_ENTRY_BYTES)
		return fb_error_create(
			FB_CORRUPT, "ORC: %" PRIu64 " addresses but %" PRIu64 " entries",
			ip_bytes / FB_ORC_IP_BYTES, entry_bytes / FB_ORC_ENTRY_BYTES);
	table->space = fb_kernel_space(kernel);
	table->count = (uint32_t)(ip_bytes / FB_ORC_IP_BYTES);
	return NULL;
}

/* 0: unknown. */
static uint64_t entry_code_of(const struct fb_kernel *kernel)
{
	uint64_t entry_code;

	return fb_kernel_find_symbol(kernel, "entry_SYSCALL_64", &entry_code) ? entry_code : 0;
}

/* Tells the version of ORC by its hash where the kernel has one and it is known, else by the
 * structure of the table. */
static struct fb_error *find_version(const struct fb_kernel *kernel, struct fb_orc_table *table)
{
	uint8_t header[FB_ORC_HEADER_BYTES];
	struct fb_error *err;

	err = fb_kernel_variable(kernel, "__start_orc_header", header, sizeof(header));
	if (!err)
		table->version = fb_orc_version_by_header(header);
	err = fb_part_skip(err);
	if (err || table->version != FB_ORC_UNKNOWN)
		return err;
	return fb_orc_table_detect(table, entry_code_of(kernel), &table->version);
}

/* Kernels that unwind by frame pointers, or by guesses, have no tables; and where kallsyms are of functions alone
 * (without CONFIG_KALLSYMS_ALL) these are not found. */
static bool has_tables(const struct fb_kernel *kernel)
{
	uint64_t address;

	return fb_kernel_find_symbol(kernel, "__start_orc_unwind_ip", &address) ||
	       fb_kernel_find_symbol(kernel, "__start_orc_unwind", &address);
}

/* Takes why the dump has no tables, and says what gives them. */
static struct fb_error *say_lost(const struct fb_kernel *kernel, struct fb_error *err)
{
	char *remedy = NULL;
	struct fb_error *failed = fb_kernel_vmlinux_remedy(kernel, &remedy);
	enum fb_code code = fb_error_code(err);

	if (failed) {
		fb_error_destroy(err);
		return failed;
	}
	failed = fb_error_create(code, "%s: %s", fb_error_message(err), remedy);
	fb_error_destroy(err);
	free(remedy);
	return failed;
}

/* The dump's table; where it is lost, that of the vmlinux. */
static struct fb_error *open_table(struct fb_kernel *kernel, struct fb_orc *orc)
{
	const char *vmlinux = fb_kernel_vmlinux(kernel);
	struct fb_error *of_file, *err = find_table(kernel, &orc->table);

	if (!err)
		err = find_version(kernel, &orc->table);
	if (!err || fb_error_is_fatal(err) || !fb_kernel_symbols(kernel))
		return err;
	orc->by_code = !has_tables(kernel);
	if (!vmlinux && orc->by_code) {
		fb_error_destroy(err);
		return NULL;
	}
	if (!vmlinux)
		return say_lost(kernel, err);
	of_file = fb_orc_file_open(vmlinux, fb_kernel_info(kernel)->kaslr_offset,
				   entry_code_of(kernel), &orc->file, &orc->table);
	if (!of_file)
		orc->by_code = false;
	if (of_file && orc->by_code && !fb_error_is_fatal(of_file)) {
		fb_error_destroy(of_file);
		of_file = NULL;
	}
	if (of_file && !fb_error_is_fatal(of_file)) {
		err = fb_error_prefix(err, "%s", fb_error_message(of_file));
		fb_error_destroy(of_file);
		return err;
	}
	fb_error_destroy(err);
	return of_file;
}

/* Left empty where a symbol is missing. */
static void find_text(const struct fb_kernel *kernel, const char *start, const char *end,
		      struct text_range *range)
{
	uint64_t from, to;

	if (fb_kernel_find_symbol(kernel, start, &from) && fb_kernel_find_symbol(kernel, end, &to))
		*range = (struct text_range){from, to};
}

struct fb_error *fb_orc_open(struct fb_kernel *kernel, struct fb_modules *modules,
			     struct fb_orc **orc_ret)
{
	struct fb_orc *orc = calloc(1, sizeof(*orc));
	struct fb_error *err;

	if (!orc)
		return fb_error_nomem();
	orc->kernel = kernel;
	orc->modules = modules;
	err = open_table(kernel, orc);
	if (err) {
		free(orc);
		return err;
	}
	find_text(kernel, "_stext", "_etext", &orc->text[0]);
	find_text(kernel, "_sinittext", "_einittext", &orc->text[1]);
	fb_return_hooks_init(kernel, &orc->hooks);
	pthread_mutex_init(&orc->lock, NULL);
	*orc_ret = orc;
	return NULL;
}

void fb_orc_destroy(struct fb_orc *orc)
{
	if (!orc)
		return;
	pthread_mutex_destroy(&orc->lock);
	fb_orc_file_close(orc->file);
	free(orc);
}

enum fb_orc_version fb_orc_version(const struct fb_orc *orc)
{
	return orc->table.version;
}

const struct fb_return_hooks *fb_orc_return_hooks(const struct fb_orc *orc)
{
	return &orc->hooks;
}

struct fb_modules *fb_orc_modules(const struct fb_orc *orc)
{
	return orc->modules;
}

static bool in_kernel(const struct fb_orc *orc, uint64_t address)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(orc->text); i++)
		if (address >= orc->text[i].start && address < orc->text[i].end)
			return true;
	return false;
}

/* The module whose code holds address, or NULL. */
static const struct fb_module *module_of(const struct fb_orc *orc, uint64_t address)
{
	static const enum fb_module_memory code[] = {FB_MODULE_TEXT, FB_MODULE_INIT_TEXT};
	const struct fb_module *module;

	if (!orc->modules)
		return NULL;
	module = fb_modules_by_address(orc->modules, address);
	for (size_t i = 0; module && i < FB_ARRAY_SIZE(code); i++) {
		const struct fb_module_range *range = &module->ranges[code[i]];

		if (address >= range->start && address - range->start < range->size)
			return module;
	}
	return NULL;
}

static const struct fb_generated *generated_at(const struct fb_orc *orc, uint64_t address)
{
	const struct fb_generated_code *code =
		orc->modules ? fb_modules_generated(orc->modules) : NULL;

	return code ? fb_generated_code_find(code, address) : NULL;
}

bool fb_orc_is_text(const struct fb_orc *orc, uint64_t address)
{
	return in_kernel(orc, address) || module_of(orc, address) || generated_at(orc, address);
}

static struct fb_error *module_table(const struct fb_orc *orc, const struct fb_module *module,
				     struct fb_orc_table *table)
{
	const struct fb_layout *layout = fb_kernel_layout(orc->kernel);
	uint64_t count;
	struct fb_error *err;

	err = fb_kernel_field(orc->kernel, module->address, &layout->module_num_orcs, &count);
	if (!err)
		err = fb_kernel_field(orc->kernel, module->address, &layout->module_orc_unwind_ip,
				      &table->ips);
	if (!err)
		err = fb_kernel_field(orc->kernel, module->address, &layout->module_orc_unwind,
				      &table->entries);
	if (err)
		return err;
	if (count > FB_MAX_ORC_ENTRIES)
		return fb_error_create(FB_CORRUPT, "%" PRIu64 " ORC entries", count);
	table->space = fb_kernel_space(orc->kernel);
	table->count = (uint32_t)count;
	table->version = orc->table.version;
	return NULL;
}

/* Generated code has no rows of its own, but is made to a plan. exact: of BPF code that was
 * interrupted it is not known whether its frame pointer stands already. */
static struct fb_error *find_generated_row(const struct fb_orc *orc, uint64_t pc, bool exact,
					   struct fb_orc_row *row_ret)
{
	const struct fb_generated *piece = generated_at(orc, pc);

	if (piece && piece->kind == FB_GENERATED_FTRACE && !orc->by_code &&
	    in_kernel(orc, piece->copied_from))
		return fb_orc_table_find(&orc->table, piece->copied_from + (pc - piece->start),
					 row_ret);
	if (!piece || piece->kind != FB_GENERATED_BPF || exact)
		return fb_error_create(FB_NOT_FOUND, "no unwind table knows the code at 0x%" PRIx64,
				       pc);
	*row_ret = (struct fb_orc_row){
		.sp_offset = 16,
		.bp_offset = -16,
		.sp_reg = FB_ORC_REG_BP,
		.bp_reg = FB_ORC_REG_PREV_SP,
		.type = FB_ORC_TYPE_CALL,
	};
	return NULL;
}

static struct fb_error *find_row_by_code(const struct fb_orc *orc, uint64_t pc, bool exact,
					 struct fb_orc_row *row_ret)
{
	struct fb_error *err = fb_code_function_row(orc->kernel, orc->modules, pc, exact, row_ret);

	if (!err)
		row_ret->by_code = true;
	return err;
}

static struct fb_error *find_row(const struct fb_orc *orc, uint64_t pc, bool exact,
				 struct fb_orc_row *row_ret)
{
	struct fb_orc_table table;
	const struct fb_module *module;
	struct fb_error *err;

	if (in_kernel(orc, pc))
		return orc->by_code ? find_row_by_code(orc, pc, exact, row_ret)
				    : fb_orc_table_find(&orc->table, pc, row_ret);
	module = module_of(orc, pc);
	if (!module)
		return find_generated_row(orc, pc, exact, row_ret);
	if (orc->by_code)
		return find_row_by_code(orc, pc, exact, row_ret);
	err = module_table(orc, module, &table);
	if (!err)
		err = fb_orc_table_find(&table, pc, row_ret);
	return fb_error_prefix(err, "module %s", module->name);
}

struct fb_error *fb_orc_find(struct fb_orc *orc, uint64_t pc, bool exact,
			     struct fb_orc_row *row_ret)
{
	uint64_t at = exact ? pc : pc - 1;
	struct cached_row *cached = &orc->cache[(at ^ at >> 10) % CACHE_ROWS];
	const char *hook = exact ? NULL : fb_return_hooks_name(&orc->hooks, pc);
	bool hit;
	struct fb_error *err;

	/* What ORC says of it does not lead to the caller. */
	if (hook)
		return fb_error_create(FB_NOT_FOUND, "the return address was diverted to %s", hook);
	pthread_mutex_lock(&orc->lock);
	hit = at && cached->pc == at;
	if (hit)
		*row_ret = cached->row;
	pthread_mutex_unlock(&orc->lock);
	if (hit)
		return NULL;
	err = find_row(orc, at, exact, row_ret);
	if (err)
		return err;
	pthread_mutex_lock(&orc->lock);
	cached->pc = at;
	cached->row = *row_ret;
	pthread_mutex_unlock(&orc->lock);
	return NULL;
}
