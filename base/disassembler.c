// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decodes instructions by libcapstone. Called by the command dis.
 */
#include "base/disassembler.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shared_library.h"

/* The major version is that of the headers: the structs of others differ. */
#define TEXT_OF(number) #number
#define LIBRARY_OF(major) "libcapstone.so." TEXT_OF(major)
#define LIBRARY LIBRARY_OF(CS_API_MAJOR)

#define FUNCTIONS(each)                                                            \
	each(cs_open) each(cs_close) each(cs_option) each(cs_malloc) each(cs_free) \
		each(cs_disasm_iter)

struct functions {
	FUNCTIONS(FB_LIBRARY_POINTER)
};

struct fb_disassembler {
	struct fb_shared_library *library;
	struct functions call;
	csh handle;
	cs_insn *instruction;
};

static bool load(struct fb_disassembler *disassembler)
{
	static const char *const names[] = {FUNCTIONS(FB_LIBRARY_NAME)};
	struct fb_error *err = fb_shared_library_open(LIBRARY, names, FB_ARRAY_SIZE(names),
						      &disassembler->call, &disassembler->library);

	if (!err)
		return disassembler->call.cs_open(CS_ARCH_X86, CS_MODE_64, &disassembler->handle) ==
		       CS_ERR_OK;
	fb_error_destroy(err);
	return false;
}

struct fb_error *fb_disassembler_create(struct fb_disassembler **disassembler_ret)
{
	struct fb_disassembler *disassembler = calloc(1, sizeof(*disassembler));

	if (!disassembler)
		return fb_error_nomem();
	if (!load(disassembler)) {
		fb_disassembler_destroy(disassembler);
		return fb_error_create(
			FB_UNSUPPORTED,
			"instructions are decoded by " LIBRARY
			", which this host does not have: install libcapstone" TEXT_OF(
				CS_API_MAJOR));
	}
	if (disassembler->call.cs_option(disassembler->handle, CS_OPT_DETAIL, CS_OPT_ON) ==
		    CS_ERR_OK &&
	    disassembler->call.cs_option(disassembler->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT) ==
		    CS_ERR_OK)
		disassembler->instruction = disassembler->call.cs_malloc(disassembler->handle);
	if (!disassembler->instruction) {
		fb_disassembler_destroy(disassembler);
		return fb_error_nomem();
	}
	*disassembler_ret = disassembler;
	return NULL;
}

void fb_disassembler_destroy(struct fb_disassembler *disassembler)
{
	if (!disassembler)
		return;
	if (disassembler->instruction)
		disassembler->call.cs_free(disassembler->instruction, 1);
	if (disassembler->handle)
		(void)disassembler->call.cs_close(&disassembler->handle);
	fb_shared_library_close(disassembler->library);
	free(disassembler);
}

static bool has_group(const cs_detail *detail, uint8_t group)
{
	for (uint8_t i = 0; i < detail->groups_count; i++)
		if (detail->groups[i] == group)
			return true;
	return false;
}

/* An operand in memory whose address the instruction alone tells. */
static void take_memory(const x86_op_mem *memory, struct fb_instruction *instruction)
{
	if (memory->index != X86_REG_INVALID ||
	    (memory->base != X86_REG_INVALID && memory->base != X86_REG_RIP))
		return;
	instruction->data = (uint64_t)memory->disp;
	if (memory->base == X86_REG_RIP)
		instruction->data += instruction->address + instruction->size;
	instruction->data_is_percpu = memory->segment == X86_REG_GS;
}

static void take_operands(const cs_detail *detail, struct fb_instruction *instruction)
{
	const bool leads = has_group(detail, CS_GRP_JUMP) || instruction->is_call;

	for (uint8_t i = 0; i < detail->x86.op_count; i++) {
		const cs_x86_op *operand = &detail->x86.operands[i];

		if (operand->type == X86_OP_MEM)
			take_memory(&operand->mem, instruction);
		else if (operand->type == X86_OP_IMM && leads)
			instruction->target = (uint64_t)operand->imm;
		else if (operand->type == X86_OP_IMM && (uint64_t)operand->imm >> 16)
			instruction->immediate = (uint64_t)operand->imm;
	}
}

void fb_disassembler_next(struct fb_disassembler *disassembler, const uint8_t *bytes, size_t size,
			  uint64_t address, struct fb_instruction *instruction_ret)
{
	struct fb_instruction instruction = {.address = address, .size = 1, .mnemonic = "(bad)"};
	const cs_insn *decoded = disassembler->instruction;
	uint64_t next = address;

	if (disassembler->call.cs_disasm_iter(disassembler->handle, &bytes, &size, &next,
					      disassembler->instruction)) {
		instruction.valid = true;
		instruction.size = decoded->size;
		snprintf(instruction.mnemonic, sizeof(instruction.mnemonic), "%s",
			 decoded->mnemonic);
		snprintf(instruction.operands, sizeof(instruction.operands), "%s", decoded->op_str);
		instruction.is_padding = decoded->id == X86_INS_INT3 || decoded->id == X86_INS_NOP;
		instruction.is_call = has_group(decoded->detail, CS_GRP_CALL);
		take_operands(decoded->detail, &instruction);
	}
	*instruction_ret = instruction;
}
