/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluates expressions of numbers and symbols, as `eval` of crash does. Called by the command eval.
 */
#ifndef FB_CMD_EXPRESSION_H
#define FB_CMD_EXPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The address of a symbol, or the number of a word of hexadecimal digits that begins with a letter. */
typedef struct fb_error *fb_expression_symbol(void *own, const char *name, uint64_t *value_ret);

struct fb_expression_result {
	uint64_t value; /* the low 64 bits */
	bool overflow;  /* a result on the way is below -2^63, or 2^64 or above */
};

/*
 * Evaluates text with the operators and the precedence of C: | ^ & << >> + - * / % and, before a number, - + ~;
 * parentheses. Numbers are decimal, hexadecimal with 0x or where a digit is a letter, octal with 0, binary with 0b;
 * k, m or g behind a decimal number multiplies it by 1024, 1024^2 or 1024^3. Of negative numbers & | ^ ~ and >> take
 * the 64 bits. FB_INVALID, which tells where, for a malformed expression, a division by zero, and a shift by more than
 * 63; errors of symbol().
 */
FB_MUST_CHECK struct fb_error *fb_expression_evaluate(const char *text,
						      fb_expression_symbol *symbol, void *own,
						      struct fb_expression_result *result_ret);

#endif
