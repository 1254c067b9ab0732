/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes x86-64 instructions by libcapstone, which is loaded when it is wanted (base/shared_library.h). Called by the
 * command dis.
 */
#ifndef FB_BASE_DISASSEMBLER_H
#define FB_BASE_DISASSEMBLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_disassembler;

/* The longest instruction that x86 has, in bytes. */
#define FB_MAX_INSTRUCTION 15u

struct fb_instruction {
	uint64_t address;
	size_t size;        /* bytes; 1 where they are no instruction */
	bool valid;         /* the bytes are an instruction */
	char mnemonic[32];  /* "(bad)" where not valid */
	char operands[160]; /* in the syntax of AT&T, as objdump and gdb write them; "" if none */
	bool is_call, is_padding; /* is_padding: int3, or an instruction that does nothing */
	uint64_t target;          /* where a direct jump or call leads; 0: it is none */
	/* address of an operand in memory that is relative to RIP, or absolute; 0: none */
	uint64_t data;
	bool data_is_percpu; /* data is relative to the segment GS */
	uint64_t immediate;  /* a number among the operands that has more than 16 bits; 0: none */
};

/* FB_UNSUPPORTED where the library cannot be loaded; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_disassembler_create(struct fb_disassembler **disassembler_ret);
void fb_disassembler_destroy(struct fb_disassembler *disassembler);

/* Decodes the instruction at the start of bytes (size of them, at least 1), which lie at the address. */
void fb_disassembler_next(struct fb_disassembler *disassembler, const uint8_t *bytes, size_t size,
			  uint64_t address, struct fb_instruction *instruction_ret);

#endif
