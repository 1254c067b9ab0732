// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle dis: disassembles code of the kernel, of its modules, of BPF programs, or of a process.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/disassembler.h"
#include "base/part.h"
#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"
#include "kernel/modules/module.h"

/* The longest functions of the kernel have some 100 KB. */
#define MAX_CODE (1u << 20)
#define MAX_COUNT 65536u
#define SYMBOL_TEXT 1024u

struct dis {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_modules *modules; /* NULL: symbols cannot be looked up */
	struct fb_disassembler *disassembler;
	struct fb_target target;
	struct fb_symbol symbol; /* that holds the address; name NULL: none */
	uint64_t address;        /* that was asked for */
	uint64_t start, end;     /* what is to be shown; end 0: the count decides */
	uint64_t count;          /* of instructions; 0: up to end */
	bool by_name, reverse, forward;
	const char *process; /* --process */
	uint8_t *code;       /* owned: code_size bytes from start */
	size_t code_size;
	size_t matches; /* symbols of the name */
	json_t *list;   /* --json */
};

static const struct argp_option dis_options[] = {
	{"reverse", 'r', NULL, 0,
	 "from the function's start up to the address, whose line is marked", 0},
	{"forward", 'f', NULL, 0, "from the address to the function's end", 0},
	{"process", 'p', "PID", 0, "ADDR is in the memory of this process; also PID:ADDR", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct dis *dis = own;

	(void)state;
	switch (key) {
	case 'r':
		dis->reverse = true;
		return 0;
	case 'f':
		dis->forward = true;
		return 0;
	case 'p':
		dis->process = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"A function", "fbundle dis dump.202611231722 schedule", false},
	{"Up to the address that a stack returns to",
	 "fbundle dis dump.202611231722 schedule+0x5a -r", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT NAME[+OFFSET]|[PID:]ADDR [COUNT]",
	.doc = "Disassembles code as it was in memory: a whole function by its NAME, else COUNT "
	       "instructions (1) from the address on. Targets of branches, and data by its address, are "
	       "shown with their symbols; NAME+0x1c/0x2f0 may be copied from a stack or the log.",
	.most_arguments = 2,
	.least_arguments = 1,
	.options = dis_options,
	.parse = parse,
	.examples = examples,
};

static uint64_t parse_count(const char *text)
{
	char *end;
	uint64_t count;

	errno = 0;
	count = strtoull(text, &end, 0);
	if (end == text || *end || *text == '-' || errno || !count || count > MAX_COUNT)
		fb_usage_error("dis", "'%s' is no number of instructions: 1 to %u", text,
			       MAX_COUNT);
	return count;
}

static struct fb_error *on_symbol(void *own, const struct fb_symbol *symbol)
{
	struct dis *dis = own;

	if (!dis->matches++)
		dis->symbol = *symbol;
	return NULL;
}

/* NAME, MODULE:NAME or NAME+OFFSET. *found_ret: whether there is such a symbol. */
static struct fb_error *find_named(struct dis *dis, const char *text, bool *found_ret)
{
	char name[512];
	uint64_t offset = 0;
	struct fb_error *err = fb_modules_each_symbol(dis->modules, text, on_symbol, dis);

	if (!err && !dis->matches && fb_split_offset(text, name, sizeof(name), &offset))
		err = fb_modules_each_symbol(dis->modules, name, on_symbol, dis);
	if (err)
		return err;
	*found_ret = dis->matches > 0;
	if (!*found_ret)
		return NULL;
	dis->by_name = !offset;
	dis->address = dis->symbol.address + offset;
	if (dis->matches > 1)
		fb_warn(dis->context->warnings,
			"%zu symbols have this name, of which the first is shown: `fbundle sym` lists them",
			dis->matches);
	return NULL;
}

static struct fb_error *find_address(struct dis *dis, const char *text)
{
	char with_pid[128];
	struct fb_error *err;

	if (dis->process)
		snprintf(with_pid, sizeof(with_pid), "%s:%s", dis->process, text);
	err = fb_target_open(dis->context, dis->input, dis->process ? with_pid : text, false,
			     &dis->target);
	if (err)
		return err;
	dis->address = dis->target.address;
	if (dis->modules && !dis->target.joined &&
	    !fb_modules_symbol_by_address(dis->modules, dis->address, &dis->symbol))
		dis->symbol.name = NULL;
	return NULL;
}

static struct fb_error *find_code(struct dis *dis)
{
	const char *text = dis->context->args[0];
	bool found = false;
	struct fb_error *err = NULL;

	if (dis->modules && !dis->process)
		err = find_named(dis, text, &found);
	if (!err && !found)
		err = find_address(dis, text);
	if (!err && !dis->target.space)
		dis->target.space = fb_kernel_space(fb_input_kernel(dis->input));
	return err;
}

/* What is shown of the code around the address. */
static struct fb_error *choose_range(struct dis *dis)
{
	const struct fb_symbol *symbol = &dis->symbol;
	bool known = symbol->name && symbol->size;

	if (dis->context->arg_count > 1)
		dis->count = parse_count(dis->context->args[1]);
	if ((dis->reverse || dis->forward) && !known)
		return fb_error_create(FB_NOT_FOUND,
				       "no symbol tells where the function of 0x%" PRIx64
				       " begins and ends: give a COUNT",
				       dis->address);
	dis->start = dis->reverse ? symbol->address : dis->address;
	if (dis->reverse)
		dis->end = dis->address + 1;
	else if (known && (dis->forward || (dis->by_name && !dis->count)))
		dis->end = symbol->address + symbol->size;
	else if (!dis->count)
		dis->count = 1;
	if (dis->end && dis->end - dis->start > MAX_CODE) {
		fb_warn(dis->context->warnings, "the first %u bytes of 0x%" PRIx64 " are shown",
			MAX_CODE, dis->end - dis->start);
		dis->end = dis->start + MAX_CODE;
	}
	return NULL;
}

/* Reads the code up to where it is missing. The instruction at its end may reach further. */
static struct fb_error *read_code(struct dis *dis)
{
	uint64_t size = (dis->end ? dis->end - dis->start : dis->count * FB_MAX_INSTRUCTION) +
			FB_MAX_INSTRUCTION;
	struct fb_error *err = NULL;

	if (size > UINT64_MAX - dis->start)
		size = UINT64_MAX - dis->start;
	err = fb_alloc_array(size, 1, UINT64_MAX, "bytes of code", &dis->code);
	while (!err && dis->code_size < size) {
		uint64_t at = dis->start + dis->code_size, part = FB_PAGE_SIZE - at % FB_PAGE_SIZE;

		if (part > size - dis->code_size)
			part = size - dis->code_size;
		err = fb_space_read(dis->target.space, at, dis->code + dis->code_size, part);
		if (!err)
			dis->code_size += part;
	}
	if (!err || fb_error_is_fatal(err) || !dis->code_size)
		return err;
	/* What is missing may lie behind all that is shown. */
	if (dis->end && dis->code_size < dis->end - dis->start)
		return fb_part_warn(dis->context->warnings, err, "the code ends early");
	return fb_part_skip(err);
}

/* "<schedule+0x1c>" or "" where no symbol holds the address; exact: the symbol itself, without "+0x0". */
static const char *symbol_text(struct dis *dis, uint64_t address, bool percpu, char *to)
{
	struct fb_symbol symbol;
	char name[SYMBOL_TEXT / 2], module[128] = "";
	uint64_t offset;

	to[0] = '\0';
	/* Before 6.15 symbols of per-CPU variables are small numbers. */
	if (!address || !dis->modules || dis->target.joined ||
	    (!percpu && !fb_kernel_address_ok(address)) ||
	    !fb_modules_symbol_by_address(dis->modules, address, &symbol))
		return to;
	fb_text_escape(symbol.name, strlen(symbol.name), name, sizeof(name));
	if (symbol.module)
		fb_text_escape(symbol.module, strlen(symbol.module), module, sizeof(module));
	offset = address - symbol.address;
	if (offset)
		snprintf(to, SYMBOL_TEXT, "<%s+0x%" PRIx64 "%s%s%s>", name, offset,
			 *module ? " [" : "", module, *module ? "]" : "");
	else
		snprintf(to, SYMBOL_TEXT, "<%s%s%s%s>", name, *module ? " [" : "", module,
			 *module ? "]" : "");
	return to;
}

static json_t *address_json(struct dis *dis, uint64_t address, bool percpu)
{
	char text[SYMBOL_TEXT];
	json_t *object;
	size_t length;

	if (!address)
		return json_null();
	symbol_text(dis, address, percpu, text);
	length = strlen(text);
	object = json_object();
	json_object_set_new(object, "address", fb_json_hex(address));
	/* It is escaped already; without its brackets. */
	json_object_set_new(object, "symbol",
			    length ? json_stringn(text + 1, length - 2) : json_null());
	return object;
}

static struct fb_error *add_json(struct dis *dis, const struct fb_instruction *instruction,
				 const uint8_t *bytes, bool marked)
{
	json_t *object = json_object();
	char hex[2 * FB_MAX_INSTRUCTION + 1] = "";

	for (size_t i = 0; i < instruction->size && i < FB_MAX_INSTRUCTION; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	json_object_set_new(object, "at", address_json(dis, instruction->address, false));
	json_object_set_new(object, "bytes", json_string(hex));
	json_object_set_new(object, "valid", json_boolean(instruction->valid));
	json_object_set_new(object, "mnemonic", json_string(instruction->mnemonic));
	json_object_set_new(object, "operands", json_string(instruction->operands));
	json_object_set_new(object, "marked", json_boolean(marked));
	json_object_set_new(object, "target", address_json(dis, instruction->target, false));
	json_object_set_new(object, "data",
			    address_json(dis, instruction->data, instruction->data_is_percpu));
	json_object_set_new(object, "immediate", address_json(dis, instruction->immediate, false));
	return json_array_append_new(dis->list, object) ? fb_error_nomem() : NULL;
}

/* Columns that the symbols of the lines take, so that all instructions begin in one. */
static int place_width(const struct dis *dis)
{
	const size_t name = dis->symbol.name ? strlen(dis->symbol.name) : 0;
	const size_t module = dis->symbol.module ? strlen(dis->symbol.module) + 3 : 0;
	char offset[32];

	if (!name || name + module > SYMBOL_TEXT / 4)
		return 0;
	return (int)(name + module) + 4 +
	       snprintf(offset, sizeof(offset), "+0x%" PRIx64,
			dis->start - dis->symbol.address + dis->code_size);
}

static struct fb_error *show(struct dis *dis, const struct fb_instruction *instruction,
			     const uint8_t *bytes)
{
	struct fb_output *output = dis->context->output;
	bool marked = dis->reverse && dis->address - instruction->address < instruction->size;
	char text[SYMBOL_TEXT], place[SYMBOL_TEXT + 2];

	if (dis->list)
		return add_json(dis, instruction, bytes, marked);
	fb_put("%s", dis->reverse ? marked ? "=> " : "   " : "");
	fb_print(output, FB_STYLE_DIM, "0x%" PRIx64, instruction->address);
	symbol_text(dis, instruction->address, false, text);
	snprintf(place, sizeof(place), "%s%s:", *text ? " " : "", text);
	fb_put("%-*s  ", place_width(dis), place);
	fb_print(output, marked ? FB_STYLE_BOLD : FB_STYLE_PLAIN, "%s", instruction->mnemonic);
	if (*instruction->operands)
		fb_print(output, marked ? FB_STYLE_BOLD : FB_STYLE_PLAIN, "%*s%s",
			 strlen(instruction->mnemonic) < 7 ? 7 - (int)strlen(instruction->mnemonic)
							   : 1,
			 "", instruction->operands);
	if (instruction->target && *symbol_text(dis, instruction->target, false, text))
		fb_put(" %s", text);
	else if (instruction->data && !instruction->data_is_percpu)
		fb_put("  # 0x%" PRIx64 "%s%s", instruction->data,
		       *symbol_text(dis, instruction->data, false, text) ? " " : "", text);
	else if (*symbol_text(dis, instruction->data, true, text) ||
		 *symbol_text(dis, instruction->immediate, false, text))
		fb_put("  # %s", text);
	fb_put("\n");
	return NULL;
}

/* The bytes between the end of a function and the next one are no part of it. */
static size_t code_end(struct dis *dis)
{
	size_t end = dis->end - dis->start, at = 0, last = 0;

	if (!dis->by_name || dis->reverse)
		return end;
	while (at < end && at < dis->code_size) {
		struct fb_instruction instruction;

		fb_disassembler_next(dis->disassembler, dis->code + at, dis->code_size - at,
				     dis->start + at, &instruction);
		at += instruction.size;
		if (!instruction.is_padding)
			last = at;
	}
	return last ? last : end;
}

static struct fb_error *disassemble(struct dis *dis)
{
	size_t end = dis->end ? code_end(dis) : dis->code_size;
	uint64_t count = 0;
	struct fb_error *err = NULL;

	for (size_t at = 0; !err && at < end && at < dis->code_size;) {
		struct fb_instruction instruction;

		if (dis->count && count++ == dis->count)
			break;
		fb_disassembler_next(dis->disassembler, dis->code + at, dis->code_size - at,
				     dis->start + at, &instruction);
		err = show(dis, &instruction, dis->code + at);
		at += instruction.size;
	}
	return err;
}

static struct fb_error *print_json(struct dis *dis)
{
	json_t *answer = json_object();

	json_object_set_new(answer, "address", fb_json_hex(dis->address));
	json_object_set_new(answer, "symbol", fb_json_text(dis->symbol.name));
	json_object_set_new(answer, "module", fb_json_text(dis->symbol.module));
	json_object_set(answer, "instructions", dis->list);
	return fb_json_print("dis", answer, dis->context->warnings);
}

static struct fb_error *answer(struct dis *dis)
{
	struct fb_error *err = find_code(dis);

	if (!err)
		err = choose_range(dis);
	if (!err)
		err = read_code(dis);
	if (!err && dis->context->options.json)
		dis->list = json_array();
	if (!err)
		err = disassemble(dis);
	if (!err && dis->list)
		err = print_json(dis);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct dis dis = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &dis);
	if (dis.reverse && dis.forward)
		fb_usage_error("dis", "--reverse and --forward exclude each other");
	err = fb_context_open(context, &dis.input);
	if (!err)
		err = fb_disassembler_create(&dis.disassembler);
	/* Without symbols code is shown by its address. */
	if (!err)
		err = fb_part_warn(context->warnings,
				   fb_modules_load(fb_input_kernel(dis.input), &dis.modules),
				   "addresses have no symbols");
	if (!err)
		err = answer(&dis);
	json_decref(dis.list);
	free(dis.code);
	fb_target_deinit(&dis.target);
	fb_modules_destroy(dis.modules);
	fb_disassembler_destroy(dis.disassembler);
	fb_input_destroy(dis.input);
	return err;
}

const struct fb_command fb_command_dis = {
	.name = "dis",
	.summary = "code as instructions, with symbols",
	.run = run,
	.usage = &usage,
};
