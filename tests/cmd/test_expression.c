// SPDX-License-Identifier: GPL-2.0-or-later
/* Expressions: numbers of all bases, the operators and their precedence, what overflows and what is refused. */
#include "cmd/expression.h"

#include <string.h>

#include "tests/harness.h"

static struct fb_error *symbol(void *own FB_UNUSED, const char *name, uint64_t *value_ret)
{
	if (strcmp(name, "_stext") != 0)
		return fb_error_create(FB_NOT_FOUND, "no %s", name);
	*value_ret = 0xffffffff81000000;
	return NULL;
}

static void expect(const char *text, uint64_t value, bool overflow)
{
	struct fb_expression_result result = {0};

	FB_OK(fb_expression_evaluate(text, symbol, NULL, &result));
	CU_ASSERT_EQUAL(result.value, value);
	CU_ASSERT_EQUAL(result.overflow, overflow);
}

static void fail(const char *text, const char *message)
{
	struct fb_expression_result result;

	FB_FAILS_WITH(fb_expression_evaluate(text, symbol, NULL, &result), FB_INVALID, message);
}

static void numbers_have_bases(void)
{
	expect("10", 10, false);
	expect("0x10", 16, false);
	expect("0X1F", 31, false);
	expect("1f", 31, false);
	expect("010", 8, false);
	expect("0b101", 5, false);
	expect("0b12", 0xb12, false);
	expect("0", 0, false);
	expect("3k", 3072, false);
	expect("2M", 2u << 20, false);
	expect("1g", 1u << 30, false);
	expect("0xffffffffffffffff", UINT64_MAX, false);
	expect("18446744073709551615", UINT64_MAX, false);
	expect("18446744073709551615k", UINT64_MAX << 10, true);
	fail("18446744073709551616", "more than 64 bits");
	fail("08", "is no number");
	fail("0x", "is no number");
	fail("0x1g", "is no number");
	fail("1_0", "is no number");
}

static void operators_have_their_precedence(void)
{
	expect("1 + 2 * 3", 7, false);
	expect("(1+2)*3", 9, false);
	expect("10 - 2 - 3", 5, false);
	expect("100 / 7 % 5", 4, false);
	expect("1 << 2 + 1", 8, false);
	expect("6 & 3 << 1", 6, false);
	expect("1 | 6 ^ 7 & 3", 5, false);
	expect("0xf0 >> 4", 15, false);
	expect("~0", UINT64_MAX, false);
	expect("-~ 4", 5, true);
	expect("~-5", 4, false);
	expect("- -3", 3, false);
	expect("2 - -3", 5, false);
	expect("-7 / 2", (uint64_t)-3, false);
	expect("-1 >> 60", 15, false);
	expect("_stext + 0x20", 0xffffffff81000020, false);
	expect("\t( _stext)", 0xffffffff81000000, false);
}

static void overflow_is_told(void)
{
	expect("0xffffffffffffffff + 1", 0, true);
	expect("0 - 0x8000000000000000", 1ull << 63, false);
	expect("0 - 0x8000000000000001", INT64_MAX, true);
	expect("1 << 63", 1ull << 63, false);
	expect("2 << 63", 0, true);
	expect("0xffffffffffffffff << 63", 1ull << 63, true);
	expect("0xffffffffffffffff * 0xffffffffffffffff", 1, true);
	expect("0xffffffff * 0xffffffff", 0xfffffffe00000001, false);
	/* What was lost on the way is not found again. */
	expect("(2 << 63) / 2", 0, true);
}

static void refuses_what_is_no_expression(void)
{
	char deep[1024];

	fail("", "missing at the end");
	fail("1 +", "missing at the end");
	fail("* 2", "missing at '* 2'");
	fail("1 2", "an operator is missing at '2'");
	fail("(1", "not closed");
	fail("1)", "an operator is missing at ')'");
	fail("1 < 2", "an operator is missing at '< 2'");
	fail("1 / 0", "division by zero");
	fail("1 % (2 - 2)", "division by zero");
	fail("1 << 64", "a shift takes 0 to 63");
	fail("1 >> -1", "a shift takes 0 to 63");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	fail(deep, "too many parentheses");
	memset(deep, 'x', sizeof(deep) - 1);
	fail(deep, "more than 255 bytes");
	FB_FAILS_WITH(fb_expression_evaluate("1 + nothing", symbol, NULL,
					     &(struct fb_expression_result){0}),
		      FB_NOT_FOUND, "no nothing");
}

FB_TEST_MAIN("cmd/expression", FB_TEST(numbers_have_bases),
	     FB_TEST(operators_have_their_precedence), FB_TEST(overflow_is_told),
	     FB_TEST(refuses_what_is_no_expression))
