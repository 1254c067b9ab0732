// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle sym: finds the address of a symbol, and the symbol at an address.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"
#include "kernel/modules/module.h"

struct sym {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_modules *modules;
	uint64_t offset; /* of the given address from the symbol */
	size_t count;
	json_t *list; /* --json */
};

static const struct fb_example examples[] = {
	{"Where a function is", "fbundle sym dump.202611231722 schedule", false},
	{"What an address of a stack is", "fbundle sym dump.202611231722 schedule+0x5a", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT NAME[+OFFSET]|ADDR",
	.doc = "Finds the symbols of a name (MODULE:NAME for one module's), or the symbol that holds "
	       "an address. NAME+0x1c/0x2f0 may be copied from a stack or the log.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

static bool is_type(char type)
{
	return type > ' ' && type < 0x7f;
}

static json_t *type_json(char type)
{
	const char text[2] = {type, '\0'};

	return is_type(type) ? json_string(text) : json_null();
}

static struct fb_error *show(void *own, const struct fb_symbol *symbol)
{
	struct sym *sym = own;
	char name[2048], module[256];

	sym->count++;
	if (sym->list) {
		json_t *object = json_object();

		json_object_set_new(object, "address", fb_json_hex(symbol->address));
		json_object_set_new(object, "name", fb_json_text(symbol->name));
		json_object_set_new(object, "size", json_integer((json_int_t)symbol->size));
		json_object_set_new(object, "type", type_json(symbol->type));
		json_object_set_new(object, "module", fb_json_text(symbol->module));
		json_object_set_new(object, "offset", json_integer((json_int_t)sym->offset));
		return json_array_append_new(sym->list, object) ? fb_error_nomem() : NULL;
	}
	fb_text_escape(symbol->name, strlen(symbol->name), name, sizeof(name));
	fb_print(sym->context->output, FB_STYLE_PLAIN, "%016" PRIx64 " %c ",
		 symbol->address + sym->offset, is_type(symbol->type) ? symbol->type : '?');
	fb_print(sym->context->output, FB_STYLE_BOLD, "%s", name);
	if (sym->offset)
		fb_put("+0x%" PRIx64, sym->offset);
	fb_put("/0x%" PRIx64, symbol->size);
	if (symbol->module)
		fb_put(" [%s]", fb_text_escape(symbol->module, strlen(symbol->module), module,
					       sizeof(module)));
	fb_put("\n");
	return NULL;
}

/* A name that is all hexadecimal digits ("add", "dead_beef" is not) is looked up first. */
static struct fb_error *find(struct sym *sym, const char *what)
{
	struct fb_symbol symbol;
	uint64_t address;
	char *end, name[512];
	struct fb_error *err = fb_modules_each_symbol(sym->modules, what, show, sym);

	if (!err && !sym->count && fb_split_offset(what, name, sizeof(name), &sym->offset))
		err = fb_modules_each_symbol(sym->modules, name, show, sym);
	if (err || sym->count)
		return err;
	errno = 0;
	address = strtoull(what, &end, 16);
	if (end == what || *end || errno || *what == '-')
		return fb_error_create(FB_NOT_FOUND, "no symbol is named '%s'", what);
	if (!fb_modules_symbol_by_address(sym->modules, address, &symbol))
		return fb_error_create(FB_NOT_FOUND, "no symbol holds 0x%" PRIx64, address);
	sym->offset = address - symbol.address;
	return show(sym, &symbol);
}

static struct fb_error *answer(struct sym *sym)
{
	struct fb_error *err;

	if (!sym->context->options.json)
		return find(sym, sym->context->args[0]);
	sym->list = json_array();
	err = find(sym, sym->context->args[0]);
	if (!err) {
		json_t *object = json_object();

		json_object_set(object, "symbols", sym->list);
		err = fb_json_print("sym", object, sym->context->warnings);
	}
	json_decref(sym->list);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct sym sym = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &sym);
	err = fb_context_open(context, &sym.input);
	if (!err)
		err = fb_input_explain(sym.input, "symbols cannot be looked up",
				       fb_modules_load(fb_input_kernel(sym.input), &sym.modules));
	if (!err)
		err = answer(&sym);
	fb_modules_destroy(sym.modules);
	fb_input_destroy(sym.input);
	return err;
}

const struct fb_command fb_command_sym = {
	.name = "sym",
	.summary = "symbol to address, address to symbol",
	.run = run,
	.usage = &usage,
};
