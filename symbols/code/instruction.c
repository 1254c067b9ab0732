// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lengths of instructions by tables of their opcodes (Intel's manual, volume 2, appendix A), and the effects of
 * those that matter to a stack.
 */
#include "symbols/code/instruction.h"

#include <string.h>

#include "base/attr.h"
#include "base/search.h"

/* Operands behind an opcode. */
#define MODRM 1u
#define IMM8 2u
#define IMM32 4u  /* 16 bits with the prefix 66 */
#define OFFSET 8u /* an address: 8 bytes, in code of 32 bits 4 */
#define IMM16 16u
#define NONE 32u
#define UNREAD 0u

struct opcodes {
	uint8_t first, last;
	uint8_t operands;
};

/* In order. What is in no table is not read. */
static const struct opcodes of_one_byte[] = {
	{0x00, 0x03, MODRM},         {0x04, 0x04, IMM8},          {0x05, 0x05, IMM32},
	{0x08, 0x0b, MODRM},         {0x0c, 0x0c, IMM8},          {0x0d, 0x0d, IMM32},
	{0x10, 0x13, MODRM},         {0x14, 0x14, IMM8},          {0x15, 0x15, IMM32},
	{0x18, 0x1b, MODRM},         {0x1c, 0x1c, IMM8},          {0x1d, 0x1d, IMM32},
	{0x20, 0x23, MODRM},         {0x24, 0x24, IMM8},          {0x25, 0x25, IMM32},
	{0x28, 0x2b, MODRM},         {0x2c, 0x2c, IMM8},          {0x2d, 0x2d, IMM32},
	{0x30, 0x33, MODRM},         {0x34, 0x34, IMM8},          {0x35, 0x35, IMM32},
	{0x38, 0x3b, MODRM},         {0x3c, 0x3c, IMM8},          {0x3d, 0x3d, IMM32},
	{0x50, 0x5f, NONE},          {0x63, 0x63, MODRM},         {0x68, 0x68, IMM32},
	{0x69, 0x69, MODRM | IMM32}, {0x6a, 0x6a, IMM8},          {0x6b, 0x6b, MODRM | IMM8},
	{0x6c, 0x6f, NONE},          {0x70, 0x7f, IMM8},          {0x80, 0x80, MODRM | IMM8},
	{0x81, 0x81, MODRM | IMM32}, {0x83, 0x83, MODRM | IMM8},  {0x84, 0x8f, MODRM},
	{0x90, 0x99, NONE},          {0x9b, 0x9f, NONE},          {0xa0, 0xa3, OFFSET},
	{0xa4, 0xa7, NONE},          {0xa8, 0xa8, IMM8},          {0xa9, 0xa9, IMM32},
	{0xaa, 0xaf, NONE},          {0xb0, 0xb7, IMM8},          {0xb8, 0xbf, IMM32},
	{0xc0, 0xc1, MODRM | IMM8},  {0xc2, 0xc2, IMM16},         {0xc3, 0xc3, NONE},
	{0xc6, 0xc6, MODRM | IMM8},  {0xc7, 0xc7, MODRM | IMM32}, {0xc9, 0xc9, NONE},
	{0xcc, 0xcc, NONE},          {0xcd, 0xcd, IMM8},          {0xcf, 0xcf, NONE},
	{0xd0, 0xd3, MODRM},         {0xd8, 0xdf, MODRM},         {0xe0, 0xe7, IMM8},
	{0xe8, 0xe9, IMM32},         {0xeb, 0xeb, IMM8},          {0xec, 0xef, NONE},
	{0xf4, 0xf5, NONE},          {0xf6, 0xf7, MODRM},         {0xf8, 0xfd, NONE},
	{0xfe, 0xff, MODRM},
};

/* Opcodes that code of 64 bits does not have: inc and dec, which are REX prefixes there. */
static const struct opcodes of_32_bits[] = {
	{0x40, 0x4f, NONE},
};

/* Behind 0f. */
static const struct opcodes of_two_bytes[] = {
	{0x00, 0x03, MODRM},        {0x05, 0x09, NONE},         {0x0b, 0x0b, NONE},
	{0x0d, 0x0d, MODRM},        {0x10, 0x23, MODRM},        {0x28, 0x2f, MODRM},
	{0x30, 0x37, NONE},         {0x40, 0x6f, MODRM},        {0x70, 0x73, MODRM | IMM8},
	{0x74, 0x76, MODRM},        {0x77, 0x77, NONE},         {0x78, 0x7f, MODRM},
	{0x80, 0x8f, IMM32},        {0x90, 0x9f, MODRM},        {0xa0, 0xa2, NONE},
	{0xa3, 0xa3, MODRM},        {0xa4, 0xa4, MODRM | IMM8}, {0xa5, 0xa5, MODRM},
	{0xa8, 0xaa, NONE},         {0xab, 0xab, MODRM},        {0xac, 0xac, MODRM | IMM8},
	{0xad, 0xb9, MODRM},        {0xba, 0xba, MODRM | IMM8}, {0xbb, 0xc1, MODRM},
	{0xc2, 0xc2, MODRM | IMM8}, {0xc3, 0xc3, MODRM},        {0xc4, 0xc6, MODRM | IMM8},
	{0xc7, 0xc7, MODRM},        {0xc8, 0xcf, NONE},         {0xd0, 0xff, MODRM},
};

static unsigned operands_of(const struct opcodes *table, size_t count, uint8_t opcode)
{
	size_t at = FB_LOWER_BOUND(i, count, table[i].last < opcode);

	return at < count && table[at].first <= opcode ? table[at].operands : UNREAD;
}

struct reader {
	const uint8_t *code;
	size_t size, at;
	bool code_of_64;
	bool wide;   /* REX.W, and in code of 32 bits always: an operand is as wide as an address */
	bool narrow; /* 66 */
	bool prefixed; /* by another segment */
	uint8_t rex;   /* 0: none */
	uint8_t opcode;
	uint8_t map; /* 0; 0x0f, 0x38 or 0x3a: behind which opcode stands */
	uint8_t modrm, sib;
	int32_t displacement;
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

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {0x66, 0xf2, 0xf3, 0xf0, 0x26,
					   0x2e, 0x36, 0x3e, 0x64, 0x65};

	return memchr(prefixes, byte, sizeof(prefixes));
}

/* Prefixes, REX, and the opcode. */
static bool read_opcode(struct reader *reader)
{
	uint8_t byte = 0;
	bool read;

	while ((read = next_byte(reader, &byte)) && is_prefix(byte)) {
		reader->narrow |= byte == 0x66;
		reader->prefixed |= byte == 0x64 || byte == 0x65;
	}
	reader->wide = !reader->code_of_64;
	if (read && reader->code_of_64 && (byte & 0xf0) == 0x40) {
		reader->rex = byte;
		reader->wide = byte & 8;
		read = next_byte(reader, &byte);
	}
	if (read && byte == 0x0f) {
		reader->map = byte;
		read = next_byte(reader, &byte);
		if (read && (byte == 0x38 || byte == 0x3a)) {
			reader->map = byte;
			read = next_byte(reader, &byte);
		}
	}
	reader->opcode = byte;
	return read;
}

static int32_t signed_bytes(const struct reader *reader, size_t size)
{
	int32_t wide;

	if (size == 1)
		return (int8_t)reader->code[reader->at - 1];
	memcpy(&wide, &reader->code[reader->at - 4], sizeof(wide));
	return wide;
}

static bool read_modrm(struct reader *reader)
{
	size_t size = 0;
	unsigned mod, rm;

	if (!next_byte(reader, &reader->modrm))
		return false;
	mod = reader->modrm >> 6;
	rm = reader->modrm & 7;
	if (mod == 3)
		return true;
	if (rm == 4 && !next_byte(reader, &reader->sib))
		return false;
	if (mod == 1)
		size = 1;
	else if (mod == 2 || (rm == 4 ? (reader->sib & 7) == 5 : rm == 5))
		size = 4;
	if (!skip(reader, size))
		return false;
	if (size)
		reader->displacement = signed_bytes(reader, size);
	return true;
}

/* The register that ModRM's reg names, and the one that is its operand where that is a register. */
static unsigned reg_of(const struct reader *reader)
{
	return (reader->modrm >> 3 & 7) | (reader->rex & 4 ? 8 : 0);
}

static unsigned rm_of(const struct reader *reader)
{
	return (reader->modrm & 7) | (reader->rex & 1 ? 8 : 0);
}

static bool names_register(const struct reader *reader)
{
	return reader->modrm >> 6 == 3;
}

/* mov between registers; from FB_NO_REGISTER: from memory. */
static void find_move(unsigned to, unsigned from, struct fb_instruction *instruction)
{
	if (to == FB_REGISTER_BP && from == FB_REGISTER_SP) {
		instruction->kind = FB_INSTRUCTION_SETS_FRAME;
	} else if (to == FB_REGISTER_SP && from == FB_REGISTER_BP) {
		instruction->kind = FB_INSTRUCTION_SP_FROM_FRAME;
	} else if (to == FB_REGISTER_SP) {
		instruction->kind = FB_INSTRUCTION_LOSES_SP;
		instruction->reg = from;
	}
}

/* lea to the stack pointer. */
static void find_address(const struct reader *reader, struct fb_instruction *instruction)
{
	unsigned base = rm_of(reader);
	bool plain = base == FB_REGISTER_BP;

	if (reg_of(reader) != FB_REGISTER_SP)
		return;
	if ((reader->modrm & 7) == 4) {
		/* 24: the stack pointer, and no index. */
		plain = reader->sib == 0x24 && !(reader->rex & 3);
		base = FB_REGISTER_SP;
	}
	if (!plain || reader->modrm >> 6 == 0) {
		instruction->kind = FB_INSTRUCTION_LOSES_SP;
	} else {
		instruction->kind = base == FB_REGISTER_SP ? FB_INSTRUCTION_MOVES_SP
							   : FB_INSTRUCTION_SP_FROM_FRAME;
		instruction->amount = -(int64_t)reader->displacement;
	}
}

/* Arithmetic on the stack pointer with an immediate operand: and, add, sub; cmp and test change nothing. */
static void find_sum(const struct reader *reader, size_t size, struct fb_instruction *instruction)
{
	unsigned group = reader->modrm >> 3 & 7;
	int64_t amount = signed_bytes(reader, size);

	if (group == 0 || group == 5) {
		instruction->kind = FB_INSTRUCTION_MOVES_SP;
		instruction->amount = group == 0 ? -amount : amount;
	} else if (group == 4) {
		instruction->kind = FB_INSTRUCTION_LOSES_SP;
	}
}

static void find_group_ff(const struct reader *reader, struct fb_instruction *instruction)
{
	switch (reader->modrm >> 3 & 7) {
	case 2:
	case 3:
		instruction->kind = FB_INSTRUCTION_CALL;
		break;
	case 4:
	case 5:
		instruction->kind = FB_INSTRUCTION_JUMP;
		break;
	case 6:
		instruction->kind = FB_INSTRUCTION_PUSH;
		break;
	default:
		break;
	}
}

/* Instructions of one opcode byte with a ModRM. */
static void find_effect_of_modrm(const struct reader *reader, struct fb_instruction *instruction)
{
	uint8_t opcode = reader->opcode;
	bool of_register = names_register(reader);

	if (opcode == 0xff) {
		find_group_ff(reader, instruction);
	} else if (opcode == 0x8f) {
		instruction->kind = FB_INSTRUCTION_POP;
	} else if ((opcode == 0x31 || opcode == 0x33) && of_register &&
		   reg_of(reader) == FB_REGISTER_BP && rm_of(reader) == FB_REGISTER_BP) {
		instruction->kind = FB_INSTRUCTION_CLEARS_FRAME;
	} else if (!reader->wide) {
		return;
	} else if ((opcode == 0x83 || opcode == 0x81) && of_register &&
		   rm_of(reader) == FB_REGISTER_SP) {
		find_sum(reader, opcode == 0x83 ? 1 : 4, instruction);
	} else if (opcode == 0x89 && of_register) {
		find_move(rm_of(reader), reg_of(reader), instruction);
	} else if (opcode == 0x8b) {
		find_move(reg_of(reader), of_register ? rm_of(reader) : FB_NO_REGISTER,
			  instruction);
	} else if (opcode == 0x8d) {
		find_address(reader, instruction);
	} else if (opcode == 0x89 && reg_of(reader) == FB_REGISTER_SP && !reader->prefixed &&
		   reader->modrm >> 6 == 0 && (reader->modrm & 7) != 4 &&
		   (reader->modrm & 7) != 5) {
		instruction->kind = FB_INSTRUCTION_STORES_SP;
		instruction->reg = rm_of(reader);
	} else if (((opcode == 0x01 || opcode == 0x29) && of_register &&
		    rm_of(reader) == FB_REGISTER_SP) ||
		   ((opcode == 0x03 || opcode == 0x2b || opcode == 0x87) &&
		    reg_of(reader) == FB_REGISTER_SP)) {
		instruction->kind = FB_INSTRUCTION_LOSES_SP;
	}
}

static void leads_to(const struct reader *reader, enum fb_instruction_kind kind, size_t size,
		     struct fb_instruction *instruction)
{
	instruction->kind = kind;
	instruction->has_target = true;
	instruction->target = signed_bytes(reader, size);
}

/* Instructions of one opcode byte without a ModRM. */
static void find_plain_effect(const struct reader *reader, struct fb_instruction *instruction)
{
	uint8_t opcode = reader->opcode;
	unsigned reg = (opcode & 7) | (reader->rex & 1 ? 8 : 0);

	if (opcode >= 0x50 && opcode <= 0x57) {
		instruction->kind = FB_INSTRUCTION_PUSH;
		instruction->reg = reg;
	} else if (opcode >= 0x58 && opcode <= 0x5f) {
		instruction->kind = FB_INSTRUCTION_POP;
		instruction->reg = reg;
	} else if (opcode == 0x68 || opcode == 0x6a || opcode == 0x9c) {
		instruction->kind = FB_INSTRUCTION_PUSH;
	} else if (opcode == 0x9d) {
		instruction->kind = FB_INSTRUCTION_POP;
	} else if (opcode == 0xc2 || opcode == 0xc3 || opcode == 0xcf) {
		instruction->kind = FB_INSTRUCTION_RETURN;
	} else if (opcode == 0xc9) {
		instruction->kind = FB_INSTRUCTION_LEAVE;
	} else if (opcode == 0xf4) {
		instruction->kind = FB_INSTRUCTION_HALT;
	} else if (opcode == 0xe8) {
		leads_to(reader, FB_INSTRUCTION_CALL, 4, instruction);
	} else if (opcode == 0xe9 || opcode == 0xeb) {
		leads_to(reader, FB_INSTRUCTION_JUMP, opcode == 0xe9 ? 4 : 1, instruction);
	} else if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3)) {
		leads_to(reader, FB_INSTRUCTION_BRANCH, 1, instruction);
	}
}

static void find_effect(const struct reader *reader, unsigned operands,
			struct fb_instruction *instruction)
{
	uint8_t opcode = reader->opcode;

	if (reader->map == 0x0f) {
		if (opcode >= 0x80 && opcode <= 0x8f)
			leads_to(reader, FB_INSTRUCTION_BRANCH, 4, instruction);
		else if (opcode == 0x0b)
			instruction->kind = FB_INSTRUCTION_TRAP;
		else if (opcode == 0xa0 || opcode == 0xa8)
			instruction->kind = FB_INSTRUCTION_PUSH;
		else if (opcode == 0xa1 || opcode == 0xa9)
			instruction->kind = FB_INSTRUCTION_POP;
	} else if (!reader->map && (operands & MODRM)) {
		find_effect_of_modrm(reader, instruction);
	} else if (!reader->map) {
		find_plain_effect(reader, instruction);
	}
}

static unsigned operands_of_opcode(const struct reader *reader)
{
	unsigned operands = UNREAD;

	if (reader->map == 0x38)
		return MODRM;
	if (reader->map == 0x3a)
		return MODRM | IMM8;
	if (reader->map)
		return operands_of(of_two_bytes, FB_ARRAY_SIZE(of_two_bytes), reader->opcode);
	if (!reader->code_of_64)
		operands = operands_of(of_32_bits, FB_ARRAY_SIZE(of_32_bits), reader->opcode);
	return operands != UNREAD
		       ? operands
		       : operands_of(of_one_byte, FB_ARRAY_SIZE(of_one_byte), reader->opcode);
}

/* Bytes of what IMM32 stands for. */
static size_t immediate_size(const struct reader *reader)
{
	if (!reader->map && reader->rex && reader->wide && reader->opcode >= 0xb8 &&
	    reader->opcode <= 0xbf)
		return 8;
	/* Calls and jumps stay as they are. */
	return reader->narrow && !reader->map && reader->opcode != 0xe8 && reader->opcode != 0xe9
		       ? 2
		       : 4;
}

static bool read_immediates(struct reader *reader, unsigned operands)
{
	return (!(operands & IMM8) || skip(reader, 1)) &&
	       (!(operands & IMM16) || skip(reader, 2)) &&
	       (!(operands & IMM32) || skip(reader, immediate_size(reader))) &&
	       (!(operands & OFFSET) || skip(reader, reader->code_of_64 ? 8 : 4));
}

bool fb_instruction_read(bool wide, const uint8_t *code, size_t size,
			 struct fb_instruction *instruction_ret)
{
	struct reader reader = {.code_of_64 = wide, .code = code, .size = size};
	unsigned operands;

	if (!read_opcode(&reader))
		return false;
	operands = operands_of_opcode(&reader);
	if (operands == UNREAD || ((operands & MODRM) && !read_modrm(&reader)))
		return false;
	/* test is the only one of its group with an immediate. */
	if (!reader.map && (reader.opcode == 0xf6 || reader.opcode == 0xf7) &&
	    !(reader.modrm & 0x38))
		operands |= reader.opcode == 0xf6 ? IMM8 : IMM32;
	if (!read_immediates(&reader, operands))
		return false;
	*instruction_ret = (struct fb_instruction){.length = reader.at, .reg = FB_NO_REGISTER};
	find_effect(&reader, operands, instruction_ret);
	return true;
}
