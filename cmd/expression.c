// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Evaluates expressions by the precedence of their operators. Called by the command eval.
 */
#include "cmd/expression.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define MAX_NAME 256u
/* Parentheses and operators of higher precedence within one another. */
#define MAX_DEPTH 256u
#define LOWEST 1

struct scan {
	const char *at;
	fb_expression_symbol *symbol;
	void *own;
	unsigned depth;
	bool overflow;
};

static const struct operation {
	char sign[3];
	int precedence; /* the higher binds first */
} operations[] = {
	{"|", 1}, {"^", 2}, {"&", 3}, {"<<", 4}, {">>", 4},
	{"+", 5}, {"-", 5}, {"*", 6}, {"/", 6},  {"%", 6},
};

static struct fb_error *evaluate(struct scan *scan, int lowest, __int128 *value_ret);

static void skip_blanks(struct scan *scan)
{
	scan->at += strspn(scan->at, " \t");
}

static __int128 fit(struct scan *scan, __int128 value)
{
	if (value >= INT64_MIN && value <= UINT64_MAX)
		return value;
	scan->overflow = true;
	return (uint64_t)value;
}

/* A word that begins with a digit; *value_ret is of its digits alone. */
static struct fb_error *take_number(const char *word, __int128 *value_ret)
{
	const size_t length = strlen(word);
	const char last = (char)tolower((unsigned char)word[length - 1]);
	const bool binary = word[0] == '0' && tolower((unsigned char)word[1]) == 'b' &&
			    strspn(word + 2, "01") == length - 2 && length > 2;
	const bool prefixed = word[0] == '0' && length > 1 && !binary;
	const bool decimal = strspn(word, "0123456789") == length;
	char digits[MAX_NAME], *end;
	int base = binary ? 2 : decimal ? 10 : 16;
	unsigned shift = 0;

	(void)memcpy(digits, word, length + 1);
	if (strspn(word, "0123456789") == length - 1 && strchr("kmg", last)) {
		shift = last == 'k' ? 10 : last == 'm' ? 20 : 30;
		digits[length - 1] = '\0';
		base = 10;
	} else if (prefixed && decimal) {
		base = 8;
	}
	errno = 0;
	*value_ret = (__int128)strtoull(digits + (binary ? 2 : 0), &end, base) << shift;
	if (errno == ERANGE)
		return fb_error_create(FB_INVALID, "'%s' has more than 64 bits", word);
	return *end ? fb_error_create(FB_INVALID, "'%s' is no number", word) : NULL;
}

static bool in_word(char letter)
{
	return isalnum((unsigned char)letter) || (letter && strchr("_.:", letter));
}

static struct fb_error *take_word(struct scan *scan, __int128 *value_ret)
{
	char word[MAX_NAME];
	uint64_t address = 0;
	size_t length = 0;
	struct fb_error *err;

	while (in_word(scan->at[length]))
		length++;
	if (!length)
		return *scan->at
			       ? fb_error_create(FB_INVALID,
						 "a number or symbol is missing at '%s'", scan->at)
			       : fb_error_create(FB_INVALID,
						 "a number or symbol is missing at the end");
	if (length >= sizeof(word))
		return fb_error_create(FB_INVALID, "a name of more than %u bytes", MAX_NAME - 1);
	memcpy(word, scan->at, length);
	word[length] = '\0';
	scan->at += length;
	if (isdigit((unsigned char)word[0])) {
		err = take_number(word, value_ret);
		if (!err)
			*value_ret = fit(scan, *value_ret);
		return err;
	}
	err = scan->symbol(scan->own, word, &address);
	*value_ret = address;
	return err;
}

/* A number, a symbol, or what is in parentheses. */
static struct fb_error *take_primary(struct scan *scan, __int128 *value_ret)
{
	struct fb_error *err;

	if (*scan->at != '(')
		return take_word(scan, value_ret);
	scan->at++;
	err = evaluate(scan, LOWEST, value_ret);
	if (err)
		return err;
	if (*scan->at != ')')
		return fb_error_create(FB_INVALID, "a parenthesis is not closed");
	scan->at++;
	return NULL;
}

/* With the signs before it, of which the last is applied first. */
static struct fb_error *take_unary(struct scan *scan, __int128 *value_ret)
{
	const char *first, *last;
	struct fb_error *err;

	skip_blanks(scan);
	first = scan->at;
	scan->at += strspn(scan->at, "+-~ \t");
	last = scan->at;
	err = take_primary(scan, value_ret);
	while (!err && last-- > first) {
		if (*last == '-')
			*value_ret = fit(scan, -*value_ret);
		else if (*last == '~')
			*value_ret = (uint64_t) ~*value_ret;
	}
	return err;
}

static struct fb_error *shift(struct scan *scan, char sign, __int128 right, __int128 *left)
{
	if (right < 0 || right > 63)
		return fb_error_create(FB_INVALID, "a shift takes 0 to 63");
	/* 2^64 times 2^63 has its room. */
	*left = sign == '<' ? fit(scan, *left * ((__int128)1 << (int)right))
			    : (__int128)((uint64_t)*left >> (int)right);
	return NULL;
}

static struct fb_error *divide(struct scan *scan, char sign, __int128 right, __int128 *left)
{
	if (!right)
		return fb_error_create(FB_INVALID, "a division by zero");
	*left = fit(scan, sign == '/' ? *left / right : *left % right);
	return NULL;
}

static struct fb_error *apply(struct scan *scan, char sign, __int128 right, __int128 *left)
{
	switch (sign) {
	case '|':
		*left = (uint64_t)*left | (uint64_t)right;
		return NULL;
	case '^':
		*left = (uint64_t)*left ^ (uint64_t)right;
		return NULL;
	case '&':
		*left = (uint64_t)*left & (uint64_t)right;
		return NULL;
	case '+':
		*left = fit(scan, *left + right);
		return NULL;
	case '-':
		*left = fit(scan, *left - right);
		return NULL;
	case '*':
		scan->overflow |= __builtin_mul_overflow(*left, right, left);
		*left = fit(scan, *left);
		return NULL;
	case '<':
	case '>':
		return shift(scan, sign, right, left);
	default:
		return divide(scan, sign, right, left);
	}
}

static const struct operation *find_operation(const char *at)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(operations); i++)
		if (strncmp(at, operations[i].sign, strlen(operations[i].sign)) == 0)
			return &operations[i];
	return NULL;
}

/* Takes operators of this precedence and higher ones. */
static struct fb_error *evaluate(struct scan *scan, int lowest, __int128 *value_ret)
{
	const struct operation *operation;
	__int128 left = 0, right = 0;
	struct fb_error *err;

	if (++scan->depth > MAX_DEPTH)
		return fb_error_create(FB_INVALID, "too many parentheses");
	err = take_unary(scan, &left);
	skip_blanks(scan);
	while (!err && (operation = find_operation(scan->at)) && operation->precedence >= lowest) {
		scan->at += strlen(operation->sign);
		err = evaluate(scan, operation->precedence + 1, &right);
		if (!err)
			err = apply(scan, operation->sign[0], right, &left);
		skip_blanks(scan);
	}
	scan->depth--;
	*value_ret = left;
	return err;
}

struct fb_error *fb_expression_evaluate(const char *text, fb_expression_symbol *symbol, void *own,
					struct fb_expression_result *result_ret)
{
	struct scan scan = {.at = text, .symbol = symbol, .own = own};
	__int128 value = 0;
	struct fb_error *err = evaluate(&scan, LOWEST, &value);

	if (!err && *scan.at)
		err = fb_error_create(FB_INVALID, "an operator is missing at '%s'", scan.at);
	if (err)
		return err;
	result_ret->value = (uint64_t)value;
	result_ret->overflow = scan.overflow;
	return NULL;
}
