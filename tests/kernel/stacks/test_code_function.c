// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows worked out from the code of the sample's kernel, held against the ORC that objtool made of the same code. */
#include <stdlib.h>
#include <string.h>

#include "kernel/stacks/code_function.h"
#include "symbols/code/instruction.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

struct count {
	size_t same, other, unknown;
};

static bool is_same(const struct fb_orc_row *one, const struct fb_orc_row *other)
{
	return one->type == other->type && one->sp_reg == other->sp_reg &&
	       one->sp_offset == other->sp_offset && one->bp_reg == other->bp_reg &&
	       (one->bp_reg == FB_ORC_REG_UNDEFINED || one->bp_offset == other->bp_offset);
}

static void compare(struct sample_kernel *sample, struct fb_orc *orc, uint64_t address, bool exact,
		    struct count *count)
{
	struct fb_orc_row wanted, got;
	struct fb_error *err = fb_orc_find(orc, exact ? address : address + 1, exact, &wanted);

	/* What ORC says nothing of; and a frame pointer, of which it does not say where the stack pointer is. */
	if (err || wanted.type != FB_ORC_TYPE_CALL || wanted.sp_reg != FB_ORC_REG_SP) {
		fb_error_destroy(err);
		return;
	}
	err = fb_code_function_row(sample->kernel, NULL, address, exact, &got);
	if (err)
		count->unknown++;
	else if (is_same(&wanted, &got))
		count->same++;
	else
		count->other++;
	fb_error_destroy(err);
}

/* Compares at the calls of a function, or at every instruction. */
static void compare_function(struct sample_kernel *sample, struct fb_orc *orc,
			     const struct fb_symbol *function, bool calls, struct count *count)
{
	uint8_t *code = malloc(function->size);
	struct fb_instruction instruction;

	CU_ASSERT_PTR_NOT_NULL_FATAL(code);
	FB_OK_FATAL(fb_space_read(fb_kernel_space(sample->kernel), function->address, code,
				  function->size));
	for (size_t at = 0; at < function->size &&
			    fb_instruction_read(true, code + at, function->size - at, &instruction);
	     at += instruction.length)
		if (!calls || instruction.kind == FB_INSTRUCTION_CALL)
			compare(sample, orc, function->address + at, !calls, count);
	free(code);
}

static void compare_functions(struct sample_kernel *sample, struct fb_orc *orc, uint64_t step,
			      bool calls, struct count *count)
{
	uint64_t start, end;

	FB_OK_FATAL(fb_kernel_symbol(sample->kernel, "_stext", &start));
	FB_OK_FATAL(fb_kernel_symbol(sample->kernel, "_etext", &end));
	for (uint64_t at = start; at < end; at += step) {
		struct fb_symbol function;

		if (fb_symtab_by_address(fb_kernel_symbols(sample->kernel), at, &function) &&
		    function.size < 4096)
			compare_function(sample, orc, &function, calls, count);
	}
}

static void says_what_objtool_says(void)
{
	struct count calls = {0}, all = {0};
	struct sample_kernel sample;
	struct fb_orc *orc;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_orc_open(sample.kernel, NULL, &orc));
	compare_functions(&sample, orc, 5000, true, &calls);
	compare_functions(&sample, orc, 60000, false, &all);
	CU_ASSERT(calls.same > 1000 && all.same > 1000);
	/* Two functions have no symbol: their code counts as that of the one before, behind a call that does not
	 * return. */
	CU_ASSERT(calls.other <= 3);
	CU_ASSERT_EQUAL(all.other, 0);
	CU_ASSERT(calls.unknown < calls.same / 50);
	CU_ASSERT(all.unknown < all.same / 20);
	fb_orc_destroy(orc);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/code_function", FB_TEST(says_what_objtool_says))
