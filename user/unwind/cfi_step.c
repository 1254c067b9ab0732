// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Computes a caller's registers by a row of an unwind table. The row's expressions (DWARF 5, 2.5) come from an input.
 * Those of compilers, glibc and linkers have no jumps, so jumps are not executed here, and each expression ends after
 * its last operation. Called by unwind.c.
 */
#include "user/unwind/cfi_step.h"

#include <dwarf.h>
#include <elf.h>

/* The expressions of PLTs and signal trampolines need at most 3. */
#define STACK_WORDS 32u

#define BIT(number) (1u << (number))

const struct fb_cfi_machine fb_cfi_x86_64 = {
	.elf_machine = EM_X86_64,
	.word = 8,
	.frame = 6,
	.stack = 7,
	.pc = 16,
	.count = 17,
	/* RBX, RBP, R12 to R15 */
	.callee_saved = BIT(3) | BIT(6) | BIT(12) | BIT(13) | BIT(14) | BIT(15),
};

const struct fb_cfi_machine fb_cfi_i386 = {
	.elf_machine = EM_386,
	.word = 4,
	.frame = 5,
	.stack = 4,
	.pc = 8,
	.count = 9,
	/* EBX, EBP, ESI, EDI */
	.callee_saved = BIT(3) | BIT(5) | BIT(6) | BIT(7),
};

struct evaluation {
	const struct fb_cfi_registers *registers;
	const struct fb_cfi_memory *memory;
	const uint64_t *cfa; /* NULL: not known, or what is being computed */
	bool is_value;       /* the result itself, not where in memory it lies */
	size_t depth;
	uint64_t stack[STACK_WORDS];
};

/* The part of a value that fits a register. */
static uint64_t cut(const struct fb_cfi_registers *registers, uint64_t value)
{
	return registers->machine->word == 4 ? (uint32_t)value : value;
}

static int64_t as_signed(const struct fb_cfi_registers *registers, uint64_t value)
{
	return registers->machine->word == 4 ? (int32_t)value : (int64_t)value;
}

static bool push(struct evaluation *evaluation, uint64_t value)
{
	if (evaluation->depth == STACK_WORDS)
		return false;
	evaluation->stack[evaluation->depth++] = cut(evaluation->registers, value);
	return true;
}

static bool push_register(struct evaluation *evaluation, uint64_t number, uint64_t offset)
{
	if (number >= evaluation->registers->machine->count ||
	    !(evaluation->registers->known & (1u << number)))
		return false;
	return push(evaluation, evaluation->registers->values[number] + offset);
}

/* Pushes what the operation itself holds. False: it is another one, or cannot be done. */
static bool push_operand(struct evaluation *evaluation, const Dwarf_Op *op)
{
	switch (op->atom) {
	case DW_OP_lit0 ... DW_OP_lit31:
		return push(evaluation, op->atom - DW_OP_lit0);
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		return push(evaluation, op->number);
	case DW_OP_breg0 ... DW_OP_breg31:
		return push_register(evaluation, op->atom - DW_OP_breg0, op->number);
	case DW_OP_bregx:
		return push_register(evaluation, op->number, op->number2);
	case DW_OP_reg0 ... DW_OP_reg31:
		evaluation->is_value = true;
		return push_register(evaluation, op->atom - DW_OP_reg0, 0);
	case DW_OP_regx:
		evaluation->is_value = true;
		return push_register(evaluation, op->number, 0);
	case DW_OP_call_frame_cfa:
		return evaluation->cfa && push(evaluation, *evaluation->cfa);
	default:
		return false;
	}
}

/* Does an operation that concerns the top word alone. */
static bool change_top(struct evaluation *evaluation, const Dwarf_Op *op)
{
	uint64_t *top = &evaluation->stack[evaluation->depth - 1];

	switch (op->atom) {
	case DW_OP_plus_uconst:
		*top = cut(evaluation->registers, *top + op->number);
		return true;
	case DW_OP_neg:
		*top = cut(evaluation->registers, -*top);
		return true;
	case DW_OP_not:
		*top = cut(evaluation->registers, ~*top);
		return true;
	case DW_OP_deref:
		return evaluation->memory->read(evaluation->memory->context, *top, top);
	case DW_OP_dup:
		return push(evaluation, *top);
	case DW_OP_drop:
		evaluation->depth--;
		return true;
	default:
		return false;
	}
}

static uint64_t shift_right(uint64_t value, uint64_t count)
{
	return count < 64 ? value >> count : 0;
}

static uint64_t shift_right_signed(int64_t value, uint64_t count)
{
	return (uint64_t)(value >> (count < 64 ? count : 63));
}

/* Does an operation on the two words on top. Comparisons are signed (DWARF 5, 2.5.1.5). */
static bool combine(const struct fb_cfi_registers *registers, uint8_t atom, uint64_t left,
		    uint64_t right, uint64_t *result_ret)
{
	int64_t a = as_signed(registers, left), b = as_signed(registers, right);

	switch (atom) {
	case DW_OP_plus:
		*result_ret = left + right;
		return true;
	case DW_OP_minus:
		*result_ret = left - right;
		return true;
	case DW_OP_mul:
		*result_ret = left * right;
		return true;
	case DW_OP_and:
		*result_ret = left & right;
		return true;
	case DW_OP_or:
		*result_ret = left | right;
		return true;
	case DW_OP_xor:
		*result_ret = left ^ right;
		return true;
	case DW_OP_shl:
		*result_ret = right < 64 ? left << right : 0;
		return true;
	case DW_OP_shr:
		*result_ret = shift_right(left, right);
		return true;
	case DW_OP_shra:
		*result_ret = shift_right_signed(a, right);
		return true;
	case DW_OP_eq:
	case DW_OP_ne:
		*result_ret = (a == b) == (atom == DW_OP_eq);
		return true;
	case DW_OP_lt:
	case DW_OP_ge:
		*result_ret = (a < b) == (atom == DW_OP_lt);
		return true;
	case DW_OP_gt:
	case DW_OP_le:
		*result_ret = (a > b) == (atom == DW_OP_gt);
		return true;
	default:
		return false;
	}
}

static bool rearrange(struct evaluation *evaluation, uint8_t atom)
{
	uint64_t *top = &evaluation->stack[evaluation->depth - 1], word = *top;

	if (atom == DW_OP_over)
		return push(evaluation, top[-1]);
	if (atom == DW_OP_swap) {
		*top = top[-1];
		top[-1] = word;
		return true;
	}
	if (atom != DW_OP_rot || evaluation->depth < 3)
		return false;
	*top = top[-1];
	top[-1] = top[-2];
	top[-2] = word;
	return true;
}

static bool execute(struct evaluation *evaluation, const Dwarf_Op *op)
{
	uint64_t *stack = evaluation->stack, result;

	if (op->atom == DW_OP_nop)
		return true;
	if (op->atom == DW_OP_stack_value) {
		evaluation->is_value = true;
		return true;
	}
	if (push_operand(evaluation, op))
		return true;
	if (evaluation->depth < 1)
		return false;
	if (change_top(evaluation, op))
		return true;
	if (evaluation->depth < 2)
		return false;
	if (!combine(evaluation->registers, op->atom, stack[evaluation->depth - 2],
		     stack[evaluation->depth - 1], &result))
		return rearrange(evaluation, op->atom);
	stack[--evaluation->depth - 1] = cut(evaluation->registers, result);
	return true;
}

/* cfa NULL: it is the one to compute, an address that is itself the value. */
static bool evaluate(const struct fb_cfi_registers *registers, const struct fb_cfi_memory *memory,
		     const uint64_t *cfa, const Dwarf_Op *ops, size_t count, uint64_t *value_ret)
{
	struct evaluation evaluation = {
		.registers = registers, .memory = memory, .cfa = cfa, .is_value = !cfa};
	uint64_t top;

	for (size_t i = 0; i < count; i++)
		if (!execute(&evaluation, &ops[i]))
			return false;
	if (!evaluation.depth)
		return false;
	top = evaluation.stack[evaluation.depth - 1];
	if (!evaluation.is_value)
		return memory->read(memory->context, top, value_ret);
	*value_ret = top;
	return true;
}

/* The caller's value of one register. */
static bool recover(Dwarf_Frame *row, int number, const struct fb_cfi_registers *callee,
		    const struct fb_cfi_memory *memory, const uint64_t *cfa, uint64_t *value_ret)
{
	Dwarf_Op simple[3], *ops;
	size_t count;

	if (dwarf_frame_register(row, number, simple, &ops, &count) != 0)
		return false;
	if (count)
		return cfa && evaluate(callee, memory, cfa, ops, count, value_ret);
	/* A register that has no operation: ops is `simple` where its value is lost, and NULL
	 * where it keeps the value of the callee. */
	if (ops || !(callee->known & (1u << number)))
		return false;
	*value_ret = callee->values[number];
	return true;
}

void fb_cfi_step(Dwarf_Frame *row, const struct fb_cfi_registers *callee,
		 const struct fb_cfi_memory *memory, struct fb_cfi_registers *caller_ret)
{
	struct fb_cfi_registers caller = {.machine = callee->machine};
	Dwarf_Op *ops;
	uint64_t cfa = 0;
	size_t count;
	bool has_cfa;

	has_cfa = dwarf_frame_cfa(row, &ops, &count) == 0 &&
		  evaluate(callee, memory, NULL, ops, count, &cfa);
	for (unsigned i = 0; i < callee->machine->count; i++)
		if (recover(row, (int)i, callee, memory, has_cfa ? &cfa : NULL, &caller.values[i]))
			caller.known |= 1u << i;
	*caller_ret = caller;
}

bool fb_cfi_is_outermost(const struct fb_cfi_machine *machine, Dwarf_Frame *row)
{
	Dwarf_Op simple[3], *ops;
	size_t count;

	return dwarf_frame_register(row, (int)machine->pc, simple, &ops, &count) == 0 &&
	       count == 0 && ops == simple;
}
