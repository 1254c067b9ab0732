// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the first instructions of a function. Only those that change the stack pointer or the frame pointer matter;
 * compilers put others before and between pushes. Called by caller_guess.c.
 */
#include "user/unwind/prologue.h"

#include "base/attr.h"
#include "symbols/code/instruction.h"

/* DWARF's number of one of the machine's registers, FB_DWARF_REGS of none. Those of i386 are the machine's own. */
static unsigned dwarf_number(const struct fb_cfi_machine *machine, unsigned number)
{
	static const unsigned numbers[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

	if (number >= FB_ARRAY_SIZE(numbers))
		return FB_DWARF_REGS;
	return machine->word == 4 ? number : numbers[number];
}

static bool has_saved(const struct fb_prologue *prologue, unsigned reg)
{
	for (size_t i = 0; i < prologue->saved_count; i++)
		if (prologue->saved[i].reg == reg)
			return true;
	return false;
}

static void push(const struct fb_cfi_machine *machine, struct fb_prologue *prologue, unsigned reg)
{
	prologue->depth += machine->word;
	if (!(machine->callee_saved & 1u << reg) || has_saved(prologue, reg))
		return;
	prologue->saved[prologue->saved_count].reg = reg;
	prologue->saved[prologue->saved_count++].below = prologue->depth;
}

/* Whether what follows is no prologue. */
static bool ends_prologue(const struct fb_instruction *instruction)
{
	switch (instruction->kind) {
	case FB_INSTRUCTION_POP:
	case FB_INSTRUCTION_SP_FROM_FRAME:
	case FB_INSTRUCTION_LEAVE:
	case FB_INSTRUCTION_CALL:
	case FB_INSTRUCTION_JUMP:
	case FB_INSTRUCTION_RETURN:
		return true;
	case FB_INSTRUCTION_MOVES_SP:
		return instruction->amount <= 0;
	default:
		return false;
	}
}

/* What the prologue itself does. */
static void apply(const struct fb_cfi_machine *machine, const struct fb_instruction *instruction,
		  struct fb_prologue *prologue)
{
	switch (instruction->kind) {
	case FB_INSTRUCTION_PUSH:
		push(machine, prologue, dwarf_number(machine, instruction->reg));
		break;
	case FB_INSTRUCTION_MOVES_SP:
		prologue->depth += (uint64_t)instruction->amount;
		break;
	case FB_INSTRUCTION_LOSES_SP:
		prologue->known = false;
		break;
	case FB_INSTRUCTION_SETS_FRAME:
		prologue->has_frame = has_saved(prologue, machine->frame);
		prologue->frame = prologue->depth;
		break;
	default:
		break;
	}
}

/* A process does not go on behind these. */
static bool stops(const struct fb_instruction *instruction)
{
	return instruction->kind == FB_INSTRUCTION_TRAP || instruction->kind == FB_INSTRUCTION_HALT;
}

void fb_prologue_read(const struct fb_cfi_machine *machine, const uint8_t *code, size_t size,
		      struct fb_prologue *prologue_ret)
{
	struct fb_prologue prologue = {.known = true};
	struct fb_instruction instruction;
	bool within = true;

	for (size_t at = 0;
	     at < size &&
	     fb_instruction_read(machine->word == 8, code + at, size - at, &instruction) &&
	     !stops(&instruction);
	     at += instruction.length) {
		if (instruction.kind == FB_INSTRUCTION_CLEARS_FRAME &&
		    !has_saved(&prologue, machine->frame))
			prologue.outermost = true;
		within = within && !ends_prologue(&instruction);
		if (within)
			apply(machine, &instruction, &prologue);
	}
	*prologue_ret = prologue;
}
