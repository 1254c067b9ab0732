// SPDX-License-Identifier: GPL-2.0-or-later
/* Instructions, what they lead to, and bytes that are none. */
#include "base/disassembler.h"

#include <string.h>

#include "tests/harness.h"

#define AT 0xffffffff81000000ull

static struct fb_instruction decode(const char *bytes, size_t size)
{
	struct fb_disassembler *disassembler = NULL;
	struct fb_instruction instruction = {0};

	FB_OK_FATAL(fb_disassembler_create(&disassembler));
	fb_disassembler_next(disassembler, (const uint8_t *)bytes, size, AT, &instruction);
	fb_disassembler_destroy(disassembler);
	CU_ASSERT_EQUAL(instruction.address, AT);
	return instruction;
}

static void decodes_branches(void)
{
	struct fb_instruction call = decode("\xe8\xfb\x0f\x00\x00\xcc", 6);
	struct fb_instruction jump = decode("\x74\xfe", 2), indirect = decode("\xff\xd0", 2);

	CU_ASSERT(call.valid && call.is_call && call.size == 5 && call.target == AT + 0x1000);
	CU_ASSERT_EQUAL(strncmp(call.mnemonic, "call", 4), 0);
	CU_ASSERT(jump.valid && !jump.is_call && jump.size == 2 && jump.target == AT);
	CU_ASSERT(indirect.valid && indirect.is_call && !indirect.target);
}

static void finds_data(void)
{
	/* mov 0x10(%rip),%rax; mov %gs:0x1fb80,%rax; mov 0x8(%rbx),%rax */
	struct fb_instruction rip = decode("\x48\x8b\x05\x10\x00\x00\x00", 7);
	struct fb_instruction gs = decode("\x65\x48\x8b\x04\x25\x80\xfb\x01\x00", 9);
	struct fb_instruction none = decode("\x48\x8b\x43\x08", 4);
	/* mov $0xffffffff82000000,%rdi; mov $0x1,%edi */
	struct fb_instruction number = decode("\x48\xc7\xc7\x00\x00\x00\x82", 7);
	struct fb_instruction one = decode("\xbf\x01\x00\x00\x00", 5);

	CU_ASSERT(rip.data == AT + 7 + 0x10 && !rip.data_is_percpu && !rip.target);
	CU_ASSERT(gs.data == 0x1fb80 && gs.data_is_percpu);
	CU_ASSERT(none.valid && !none.data && !none.data_is_percpu);
	CU_ASSERT(number.immediate == 0xffffffff82000000 && !number.data);
	CU_ASSERT(one.valid && !one.immediate);
	CU_ASSERT_STRING_EQUAL(none.operands, "8(%rbx), %rax");
}

static void knows_padding(void)
{
	CU_ASSERT(decode("\xcc", 1).is_padding && decode("\x90", 1).is_padding);
	CU_ASSERT(decode("\x0f\x1f\x44\x00\x00", 5).is_padding);
	CU_ASSERT(!decode("\xc3", 1).is_padding);
}

static void what_is_no_instruction_is_one_byte(void)
{
	struct fb_instruction bad = decode("\x06\x90", 2), cut = decode("\xe8\x00\x00", 3);

	CU_ASSERT(!bad.valid && bad.size == 1 && !strcmp(bad.mnemonic, "(bad)"));
	CU_ASSERT(!cut.valid && cut.size == 1 && !cut.is_call && !cut.target);
}

FB_TEST_MAIN("base/disassembler", FB_TEST(decodes_branches), FB_TEST(finds_data),
	     FB_TEST(knows_padding), FB_TEST(what_is_no_instruction_is_one_byte))
