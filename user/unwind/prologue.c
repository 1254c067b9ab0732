// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the first instructions of a function. Only those that change the stack pointer or the frame pointer matter; of
 * the other instructions that compilers put before and between pushes, only the length is decoded (Intel's manual,
 * volume 2, appendix A). Called by caller_guess.c.
 */
#include "user/unwind/prologue.h"

#include <string.h>

#include "base/attr.h"
#include "base/search.h"

enum effect {
	NOTHING,
	PUSHES,       /* reg, or a word of another value: reg is FB_DWARF_REGS */
	MOVES_SP,     /* down by amount */
	ALIGNS_SP,    /* to an unknown address */
	SETS_FRAME,   /* the frame pointer = the stack pointer */
	CLEARS_FRAME, /* the frame pointer = 0 */
	ENDS,         /* pops, calls, jumps or returns: what follows is no prologue */
};

struct instruction {
	size_t length;
	enum effect effect;
	unsigned reg; /* DWARF number */
	uint64_t amount;
};

/* Operands behind an opcode. */
#define MODRM 1u
#define IMM8 2u
#define IMM32 4u /* 16 bits with the prefix 66 */
#define NONE 8u
#define UNREAD 0u

struct opcodes {
	uint8_t first, last;
	uint8_t operands;
};

/* In order. What is in neither table is not read. */
static const struct opcodes of_one_byte[] = {
	{0x00, 0x03, MODRM},         {0x04, 0x04, IMM8},         {0x05, 0x05, IMM32},
	{0x08, 0x0b, MODRM},         {0x0c, 0x0c, IMM8},         {0x0d, 0x0d, IMM32},
	{0x20, 0x23, MODRM},         {0x24, 0x24, IMM8},         {0x25, 0x25, IMM32},
	{0x28, 0x2b, MODRM},         {0x2c, 0x2c, IMM8},         {0x2d, 0x2d, IMM32},
	{0x30, 0x33, MODRM},         {0x34, 0x34, IMM8},         {0x35, 0x35, IMM32},
	{0x38, 0x3b, MODRM},         {0x3c, 0x3c, IMM8},         {0x3d, 0x3d, IMM32},
	{0x50, 0x5f, NONE},          {0x63, 0x63, MODRM},        {0x68, 0x68, IMM32},
	{0x69, 0x69, MODRM | IMM32}, {0x6a, 0x6a, IMM8},         {0x6b, 0x6b, MODRM | IMM8},
	{0x70, 0x7f, IMM8},          {0x80, 0x80, MODRM | IMM8}, {0x81, 0x81, MODRM | IMM32},
	{0x83, 0x83, MODRM | IMM8},  {0x84, 0x8b, MODRM},        {0x8d, 0x8d, MODRM},
	{0x90, 0x90, NONE},          {0x98, 0x99, NONE},         {0xa8, 0xa8, IMM8},
	{0xa9, 0xa9, IMM32},         {0xb0, 0xb7, IMM8},         {0xb8, 0xbf, IMM32},
	{0xc0, 0xc1, MODRM | IMM8},  {0xc3, 0xc3, NONE},         {0xc6, 0xc6, MODRM | IMM8},
	{0xc7, 0xc7, MODRM | IMM32}, {0xc9, 0xc9, NONE},         {0xd0, 0xd3, MODRM},
	{0xe8, 0xe9, IMM32},         {0xeb, 0xeb, IMM8},         {0xf6, 0xf7, MODRM},
	{0xff, 0xff, MODRM},
};

/* Opcodes that code of 64 bits does not have, or has for something else: inc and dec (REX prefixes there), and mov
 * between EAX and an address in the instruction (of 8 bytes there). */
static const struct opcodes of_32_bits[] = {
	{0x40, 0x4f, NONE},
	{0xa0, 0xa3, IMM32},
};

/* Behind 0f. */
static const struct opcodes of_two_bytes[] = {
	{0x05, 0x05, NONE},         {0x10, 0x17, MODRM},        {0x1e, 0x1f, MODRM},
	{0x28, 0x2f, MODRM},        {0x40, 0x4f, MODRM},        {0x51, 0x51, MODRM},
	{0x54, 0x54, MODRM},        {0x57, 0x57, MODRM},        {0x60, 0x6f, MODRM},
	{0x70, 0x70, MODRM | IMM8}, {0x7e, 0x7f, MODRM},        {0x80, 0x8f, IMM32},
	{0x90, 0x9f, MODRM},        {0xa2, 0xa2, NONE},         {0xa3, 0xa3, MODRM},
	{0xaf, 0xb1, MODRM},        {0xb6, 0xb7, MODRM},        {0xba, 0xba, MODRM | IMM8},
	{0xbe, 0xc1, MODRM},        {0xc6, 0xc6, MODRM | IMM8}, {0xd4, 0xd4, MODRM},
	{0xd6, 0xd6, MODRM},        {0xef, 0xef, MODRM},        {0xfa, 0xfa, MODRM},
};

static unsigned operands_of(const struct opcodes *table, size_t count, uint8_t opcode)
{
	size_t at = FB_LOWER_BOUND(i, count, table[i].last < opcode);

	return at < count && table[at].first <= opcode ? table[at].operands : UNREAD;
}

struct reader {
	const struct fb_cfi_machine *machine;
	const uint8_t *code;
	size_t size, at;
	bool wide;   /* REX.W, and in code of 32 bits always: an operand is as wide as an address */
	bool narrow; /* 66 */
	uint8_t rex; /* 0: none */
	uint8_t opcode;
	bool two; /* opcode stands behind 0f */
	uint8_t modrm;
};

static bool skip(struct reader *reader, size_t bytes)
{
	if (bytes > reader->size - reader->at)
		return false;
	reader->at += bytes;
	return true;
}

static bool next_byte(struct reader *reader, uint8_t *byte_ret)
{
	if (reader->at == reader->size)
		return false;
	*byte_ret = reader->code[reader->at++];
	return true;
}

/* Prefixes, REX, and the opcode. */
static bool read_opcode(struct reader *reader)
{
	uint8_t byte = 0;

	while (next_byte(reader, &byte) &&
	       (byte == 0x66 || byte == 0xf2 || byte == 0xf3 || byte == 0xf0 || byte == 0x2e ||
		byte == 0x64 || byte == 0x65))
		reader->narrow |= byte == 0x66;
	reader->wide = reader->machine->word == 4;
	if (!reader->wide && (byte & 0xf0) == 0x40) {
		reader->rex = byte;
		reader->wide = byte & 8;
		if (!next_byte(reader, &byte))
			return false;
	}
	reader->two = byte == 0x0f;
	if (reader->two && !next_byte(reader, &byte))
		return false;
	reader->opcode = byte;
	return true;
}

static bool read_modrm(struct reader *reader)
{
	unsigned mod, rm;
	uint8_t sib = 0;

	if (!next_byte(reader, &reader->modrm))
		return false;
	mod = reader->modrm >> 6;
	rm = reader->modrm & 7;
	if (mod == 3)
		return true;
	if (rm == 4 && !next_byte(reader, &sib))
		return false;
	if (mod == 1)
		return skip(reader, 1);
	if (mod == 2 || (rm == 4 ? (sib & 7) == 5 : rm == 5))
		return skip(reader, 4);
	return true;
}

static uint64_t immediate(const struct reader *reader, size_t size)
{
	int32_t wide;

	if (size == 1)
		return (uint64_t)(int64_t)(int8_t)reader->code[reader->at - 1];
	memcpy(&wide, &reader->code[reader->at - 4], sizeof(wide));
	return (uint64_t)(int64_t)wide;
}

/* DWARF numbers of the machine's registers 0 to 15. Those of i386 are the machine's own. */
static const unsigned dwarf_numbers[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

static unsigned dwarf_number(const struct reader *reader, unsigned number)
{
	return reader->machine->word == 4 ? number : dwarf_numbers[number];
}

/* Instructions with one opcode byte whose ModRM names the stack or the frame pointer. */
static void find_effect_of_modrm(const struct reader *reader, struct instruction *instruction)
{
	bool registers = reader->modrm >> 6 == 3 && !(reader->rex & 5);
	unsigned group = reader->modrm >> 3 & 7, rm = reader->modrm & 7;
	uint8_t opcode = reader->opcode;

	if (opcode == 0xff && group == 6) {
		instruction->effect = PUSHES;
		instruction->reg = FB_DWARF_REGS;
	} else if (opcode == 0xff && group >= 2) {
		instruction->effect = ENDS;
	} else if (!registers) {
		return;
	} else if ((opcode == 0x83 || opcode == 0x81) && rm == 4 && reader->wide) {
		uint64_t amount = immediate(reader, opcode == 0x83 ? 1 : 4);

		if (group == 0) /* add: of -128 too, for a sub of 128 */
			amount = -amount;
		instruction->amount = amount;
		instruction->effect = group == 4                          ? ALIGNS_SP
				      : group != 0 && group != 5          ? NOTHING
				      : amount > 0 && amount <= INT32_MAX ? MOVES_SP
									  : ENDS;
	} else if (reader->wide && ((opcode == 0x89 && reader->modrm == 0xe5) ||
				    (opcode == 0x8b && reader->modrm == 0xec))) {
		instruction->effect = SETS_FRAME;
	} else if ((opcode == 0x31 || opcode == 0x33) && reader->modrm == 0xed) {
		instruction->effect = CLEARS_FRAME;
	}
}

static void find_effect(const struct reader *reader, unsigned operands,
			struct instruction *instruction)
{
	uint8_t opcode = reader->opcode;

	if (reader->two)
		return;
	if (opcode >= 0x50 && opcode <= 0x57) {
		instruction->effect = PUSHES;
		instruction->reg = dwarf_number(reader, (opcode & 7) + (reader->rex & 1 ? 8 : 0));
	} else if (opcode == 0x68 || opcode == 0x6a) {
		instruction->effect = PUSHES;
		instruction->reg = FB_DWARF_REGS;
	} else if ((opcode >= 0x58 && opcode <= 0x5f) || opcode == 0xc3 || opcode == 0xc9 ||
		   opcode == 0xe8 || opcode == 0xe9 || opcode == 0xeb) {
		instruction->effect = ENDS;
	} else if (operands & MODRM) {
		find_effect_of_modrm(reader, instruction);
	}
}

static unsigned operands_of_opcode(const struct reader *reader)
{
	unsigned operands = UNREAD;

	if (reader->two)
		return operands_of(of_two_bytes, FB_ARRAY_SIZE(of_two_bytes), reader->opcode);
	if (reader->machine->word == 4)
		operands = operands_of(of_32_bits, FB_ARRAY_SIZE(of_32_bits), reader->opcode);
	return operands != UNREAD
		       ? operands
		       : operands_of(of_one_byte, FB_ARRAY_SIZE(of_one_byte), reader->opcode);
}

static bool read_instruction(const struct fb_cfi_machine *machine, const uint8_t *code, size_t size,
			     struct instruction *instruction)
{
	struct reader reader = {.machine = machine, .code = code, .size = size};
	size_t wide_immediate = 4;
	unsigned operands;

	if (!read_opcode(&reader))
		return false;
	operands = operands_of_opcode(&reader);
	if (operands == UNREAD || ((operands & MODRM) && !read_modrm(&reader)))
		return false;
	/* test is the only one of its group with an immediate. */
	if (!reader.two && (reader.opcode == 0xf6 || reader.opcode == 0xf7) &&
	    !(reader.modrm & 0x38))
		operands |= reader.opcode == 0xf6 ? IMM8 : IMM32;
	if (!reader.two && reader.rex && reader.wide && reader.opcode >= 0xb8 &&
	    reader.opcode <= 0xbf)
		wide_immediate = 8;
	else if (reader.narrow && !reader.two && (reader.opcode & 0xfc) != 0xa0)
		wide_immediate = 2;
	if (((operands & IMM8) && !skip(&reader, 1)) ||
	    ((operands & IMM32) && !skip(&reader, wide_immediate)))
		return false;
	*instruction = (struct instruction){.length = reader.at, .effect = NOTHING};
	find_effect(&reader, operands, instruction);
	return true;
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

/* What the prologue itself does. */
static void apply(const struct fb_cfi_machine *machine, const struct instruction *instruction,
		  struct fb_prologue *prologue)
{
	switch (instruction->effect) {
	case PUSHES:
		push(machine, prologue, instruction->reg);
		break;
	case MOVES_SP:
		prologue->depth += instruction->amount;
		break;
	case ALIGNS_SP:
		prologue->known = false;
		break;
	case SETS_FRAME:
		prologue->has_frame = has_saved(prologue, machine->frame);
		prologue->frame = prologue->depth;
		break;
	default:
		break;
	}
}

void fb_prologue_read(const struct fb_cfi_machine *machine, const uint8_t *code, size_t size,
		      struct fb_prologue *prologue_ret)
{
	struct fb_prologue prologue = {.known = true};
	struct instruction instruction;
	bool within = true;

	for (size_t at = 0;
	     at < size && read_instruction(machine, code + at, size - at, &instruction);
	     at += instruction.length) {
		if (instruction.effect == CLEARS_FRAME && !has_saved(&prologue, machine->frame))
			prologue.outermost = true;
		within = within && instruction.effect != ENDS;
		if (within)
			apply(machine, &instruction, &prologue);
	}
	*prologue_ret = prologue;
}
