// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle eval: calculates with numbers and symbols.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "cmd/expression.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"

#define MAX_WORDS 256u
#define MAX_TEXT 65536u

struct eval {
	struct fb_context *context;
	struct fb_input *input;
};

static const struct fb_example examples[] = {
	{"In all bases", "fbundle eval dump.202611231722 '1 << 12 | 0xf'", false},
	{"How far two symbols are apart", "fbundle eval dump.202611231722 _etext - _stext", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT EXPRESSION...",
	.doc = "Calculates with numbers and symbols, by the operators of C (+ - * / % & | ^ ~ << >> and "
	       "parentheses), and shows the result in all bases.",
	.most_arguments = MAX_WORDS,
	.least_arguments = 1,
	.examples = examples,
};

static struct fb_error *find_symbol(void *own, const char *name, uint64_t *value_ret)
{
	struct eval *eval = own;
	struct fb_target target = {0};
	struct fb_error *err = fb_target_open(eval->context, eval->input, name, false, &target);

	if (!err && target.joined)
		err = fb_error_create(FB_INVALID, "'%s' is an address of a process", name);
	if (!err)
		*value_ret = target.address;
	fb_target_deinit(&target);
	return err;
}

static void print_binary(uint64_t value)
{
	char digits[65];

	for (unsigned i = 0; i < 64; i++)
		digits[i] = (char)('0' + (value >> (63 - i) & 1));
	digits[64] = '\0';
	fb_put("     binary: %s\n", digits);
}

static struct fb_error *show(struct eval *eval, const char *text,
			     const struct fb_expression_result *result)
{
	json_t *answer;

	if (result->overflow)
		fb_warn(eval->context->warnings,
			"overflow: the result needs more than 64 bits, of which the low ones are shown");
	if (eval->context->options.json) {
		answer = json_object();
		json_object_set_new(answer, "expression", fb_json_text(text));
		json_object_set_new(answer, "value", fb_json_hex(result->value));
		json_object_set_new(answer, "signed", json_integer((json_int_t)result->value));
		json_object_set_new(answer, "overflow", json_boolean(result->overflow));
		return fb_json_print("eval", answer, eval->context->warnings);
	}
	fb_put("hexadecimal: 0x%" PRIx64 "\n", result->value);
	fb_put("    decimal: %" PRIu64, result->value);
	if (result->value > INT64_MAX)
		fb_put(" (%" PRId64 ")", (int64_t)result->value);
	fb_put("\n      octal: %#" PRIo64 "\n", result->value);
	print_binary(result->value);
	return NULL;
}

static struct fb_error *evaluate(struct eval *eval)
{
	struct fb_expression_result result = {0};
	struct fb_error *err = NULL;
	struct fb_buf text;

	fb_buf_init(&text, MAX_TEXT);
	for (size_t i = 0; i < eval->context->arg_count && !err; i++)
		err = fb_buf_printf(&text, "%s%s", i ? " " : "", eval->context->args[i]);
	if (!err)
		err = fb_buf_append(&text, "", 1);
	if (!err)
		err = fb_expression_evaluate((const char *)text.data, find_symbol, eval, &result);
	if (!err)
		err = show(eval, (const char *)text.data, &result);
	fb_buf_deinit(&text);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct eval eval = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &eval);
	err = fb_context_open(context, &eval.input);
	if (!err)
		err = evaluate(&eval);
	fb_input_destroy(eval.input);
	return err;
}

const struct fb_command fb_command_eval = {
	.name = "eval",
	.summary = "calculate with numbers and symbols",
	.run = run,
	.usage = &usage,
};
