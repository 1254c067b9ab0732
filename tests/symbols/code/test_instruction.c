// SPDX-License-Identifier: GPL-2.0-or-later
/* Lengths and effects of instructions, as an assembler writes them. */
#include "symbols/code/instruction.h"

#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

struct example {
	uint8_t code[16];
	size_t size;
	enum fb_instruction_kind kind;
	unsigned reg;
	int64_t amount, target;
};

#define PLAIN(kind) FB_INSTRUCTION_##kind, FB_NO_REGISTER, 0, 0
#define OF(kind, reg) FB_INSTRUCTION_##kind, reg, 0, 0
#define BY(kind, amount) FB_INSTRUCTION_##kind, FB_NO_REGISTER, amount, 0
#define TO(kind, target) FB_INSTRUCTION_##kind, FB_NO_REGISTER, 0, target

static const struct example examples[] = {
	{{0x53}, 1, OF(PUSH, 3)},
	{{0x41, 0x57}, 2, OF(PUSH, 15)},
	{{0x6a, 0x01}, 2, PLAIN(PUSH)},
	{{0x68, 1, 2, 3, 4}, 5, PLAIN(PUSH)},
	{{0xff, 0x77, 0x10}, 3, PLAIN(PUSH)}, /* push [rdi + 16] */
	{{0x9c}, 1, PLAIN(PUSH)},             /* pushfq */
	{{0x9d}, 1, PLAIN(POP)},
	{{0x5d}, 1, OF(POP, 5)},
	{{0x5c}, 1, OF(POP, 4)},
	{{0x41, 0x5c}, 2, OF(POP, 12)},
	{{0x8f, 0x07}, 2, PLAIN(POP)},
	{{0x48, 0x83, 0xec, 0x38}, 4, BY(MOVES_SP, 0x38)},
	{{0x48, 0x83, 0xc4, 0x38}, 4, BY(MOVES_SP, -0x38)},
	{{0x48, 0x83, 0xc4, 0x80}, 4, BY(MOVES_SP, 128)},
	{{0x48, 0x81, 0xec, 0, 1, 0, 0}, 7, BY(MOVES_SP, 256)},
	{{0x48, 0x8d, 0x64, 0x24, 0xf8}, 5, BY(MOVES_SP, 8)},   /* lea rsp, [rsp - 8] */
	{{0x48, 0x8d, 0x65, 0xd8}, 4, BY(SP_FROM_FRAME, 0x28)}, /* lea rsp, [rbp - 0x28] */
	{{0x48, 0x8d, 0xa5, 0, 0xff, 0xff, 0xff}, 7, BY(SP_FROM_FRAME, 256)},
	{{0x48, 0x89, 0xec}, 3, PLAIN(SP_FROM_FRAME)},
	{{0x48, 0x89, 0xe5}, 3, PLAIN(SETS_FRAME)},
	{{0x48, 0x8b, 0xec}, 3, PLAIN(SETS_FRAME)},
	{{0xc9}, 1, PLAIN(LEAVE)},
	{{0x31, 0xed}, 2, PLAIN(CLEARS_FRAME)},
	{{0x48, 0x83, 0xe4, 0xf0}, 4, PLAIN(LOSES_SP)},
	{{0x4c, 0x89, 0xdc}, 3, OF(LOSES_SP, 11)},            /* mov rsp, r11 */
	{{0x48, 0x8b, 0x27}, 3, PLAIN(LOSES_SP)},             /* mov rsp, [rdi] */
	{{0x49, 0x8d, 0x62, 0xf8}, 4, PLAIN(LOSES_SP)},       /* lea rsp, [r10 - 8] */
	{{0x48, 0x8d, 0x64, 0x04, 0x10}, 5, PLAIN(LOSES_SP)}, /* lea rsp, [rsp + rax + 16] */
	{{0x48, 0x29, 0xc4}, 3, PLAIN(LOSES_SP)},             /* sub rsp, rax */
	{{0x49, 0x89, 0x23}, 3, OF(STORES_SP, 11)},           /* mov [r11], rsp */
	{{0x65, 0x48, 0x89, 0x24, 0x25, 1, 2, 3, 4}, 9, PLAIN(OTHER)}, /* mov gs:..., rsp */
	{{0x48, 0x89, 0x67, 0x10}, 4, PLAIN(OTHER)},                   /* mov [rdi + 16], rsp */
	{{0x48, 0x89, 0xe7}, 3, PLAIN(OTHER)},                         /* mov rdi, rsp */
	{{0x48, 0x39, 0xc4}, 3, PLAIN(OTHER)},                         /* cmp rsp, rax */
	{{0x48, 0x83, 0xfc, 0x10}, 4, PLAIN(OTHER)},                   /* cmp rsp, 16 */
	{{0x49, 0x83, 0xec, 0x10}, 4, PLAIN(OTHER)},                   /* sub r12, 16 */
	{{0x83, 0xec, 0x10}, 3, PLAIN(OTHER)},                         /* sub esp, 16 */
	{{0xe8, 0xfb, 0xff, 0xff, 0xff}, 5, TO(CALL, -5)},
	{{0xff, 0xd0}, 2, PLAIN(CALL)},
	{{0x41, 0xff, 0x54, 0x24, 0x10}, 5, PLAIN(CALL)},
	{{0xff, 0x15, 1, 2, 3, 4}, 6, PLAIN(CALL)},
	{{0xeb, 0xfe}, 2, TO(JUMP, -2)},
	{{0xe9, 0, 1, 0, 0}, 5, TO(JUMP, 256)},
	{{0xff, 0x24, 0xc5, 1, 2, 3, 4}, 7, PLAIN(JUMP)}, /* jmp [rax * 8 + ...] */
	{{0x74, 0x10}, 2, TO(BRANCH, 16)},
	{{0x0f, 0x85, 0x10, 0, 0, 0}, 6, TO(BRANCH, 16)},
	{{0xe3, 0x10}, 2, TO(BRANCH, 16)}, /* jrcxz */
	{{0xc3}, 1, PLAIN(RETURN)},
	{{0xf3, 0xc3}, 2, PLAIN(RETURN)},
	{{0xc2, 8, 0}, 3, PLAIN(RETURN)},
	{{0x48, 0xcf}, 2, PLAIN(RETURN)}, /* iretq */
	{{0x0f, 0x0b}, 2, PLAIN(TRAP)},
	{{0xf4}, 1, PLAIN(HALT)},
	{{0xf3, 0x0f, 0x1e, 0xfa}, 4, PLAIN(OTHER)},                       /* endbr64 */
	{{0x0f, 0x1f, 0x44, 0x00, 0x00}, 5, PLAIN(OTHER)},                 /* nop */
	{{0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, 10, PLAIN(OTHER)}, /* nop */
	{{0x65, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}, 9, PLAIN(OTHER)},  /* mov rax, gs:40 */
	{{0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8}, 10, PLAIN(OTHER)},          /* movabs */
	{{0x48, 0xa1, 1, 2, 3, 4, 5, 6, 7, 8}, 10, PLAIN(OTHER)},          /* mov rax, [moffs] */
	{{0x66, 0xc7, 0x07, 1, 0}, 5, PLAIN(OTHER)},                       /* mov word */
	{{0xf0, 0x48, 0x0f, 0xb1, 0x17}, 5, PLAIN(OTHER)},                 /* cmpxchg */
	{{0x48, 0x0f, 0xa3, 0x05, 1, 2, 3, 4}, 8, PLAIN(OTHER)},           /* bt */
	{{0x48, 0x0f, 0xba, 0x28, 0x07}, 5, PLAIN(OTHER)},                 /* bts imm8 */
	{{0x0f, 0x01, 0xca}, 3, PLAIN(OTHER)},                             /* clac */
	{{0x0f, 0x30}, 2, PLAIN(OTHER)},                                   /* wrmsr */
	{{0x0f, 0xc8}, 2, PLAIN(OTHER)},                                   /* bswap */
	{{0xf2, 0x48, 0x0f, 0x38, 0xf1, 0xc1}, 6, PLAIN(OTHER)},           /* crc32 */
	{{0x66, 0x0f, 0x3a, 0x0f, 0xc1, 0x08}, 6, PLAIN(OTHER)},           /* palignr */
	{{0xf7, 0xc7, 1, 2, 3, 4}, 6, PLAIN(OTHER)},                       /* test imm32 */
	{{0xf6, 0x47, 0x10, 0x01}, 4, PLAIN(OTHER)},                       /* test imm8 */
	{{0xf7, 0xd8}, 2, PLAIN(OTHER)},                                   /* neg */
	{{0x11, 0xc8}, 2, PLAIN(OTHER)},                                   /* adc */
	{{0xfa}, 1, PLAIN(OTHER)},                                         /* cli */
	{{0xf3, 0x48, 0xab}, 3, PLAIN(OTHER)},                             /* rep stosq */
	{{0x87, 0x07}, 2, PLAIN(OTHER)},                                   /* xchg */
};

static void knows_lengths_and_effects(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(examples); i++) {
		const struct example *example = &examples[i];
		struct fb_instruction got = {0};
		bool leads = example->kind == FB_INSTRUCTION_BRANCH || example->target;

		CU_ASSERT_TRUE_FATAL(
			fb_instruction_read(true, example->code, sizeof(example->code), &got));
		if (got.length != example->size || got.kind != example->kind)
			fprintf(stderr, "example %zu: %zu bytes, kind %d\n", i, got.length,
				got.kind);
		CU_ASSERT_EQUAL(got.length, example->size);
		CU_ASSERT_EQUAL(got.kind, example->kind);
		CU_ASSERT_EQUAL(got.reg, example->reg);
		CU_ASSERT_EQUAL(got.amount, example->amount);
		CU_ASSERT_EQUAL(got.has_target, leads);
		CU_ASSERT_EQUAL(got.target, example->target);
		/* Cut off anywhere it is none, and nothing behind it is read. */
		for (size_t size = 0; size < example->size; size++) {
			uint8_t cut[16];

			memcpy(cut, example->code, size);
			CU_ASSERT_FALSE(fb_instruction_read(true, cut, size, &got));
		}
	}
}

/* What code of 64 bits has for something else, or not at all. */
static void knows_code_of_32_bits(void)
{
	static const uint8_t increment[] = {0x40, 0x90, 0x90, 0x90, 0x90, 0x90};
	static const uint8_t load[] = {0x65, 0xa1, 0x14, 0, 0, 0};
	static const uint8_t room[] = {0x83, 0xec, 0x1c};
	struct fb_instruction got;

	CU_ASSERT_TRUE(fb_instruction_read(false, increment, sizeof(increment), &got));
	CU_ASSERT_EQUAL(got.length, 1);
	CU_ASSERT_TRUE(fb_instruction_read(true, increment, sizeof(increment), &got));
	CU_ASSERT_EQUAL(got.length, 2);
	CU_ASSERT_TRUE(fb_instruction_read(false, load, sizeof(load), &got));
	CU_ASSERT_EQUAL(got.length, 6);
	CU_ASSERT_FALSE(fb_instruction_read(true, load, sizeof(load), &got));
	CU_ASSERT_TRUE(fb_instruction_read(false, room, sizeof(room), &got));
	CU_ASSERT(got.kind == FB_INSTRUCTION_MOVES_SP && got.amount == 0x1c);
}

static void leaves_what_it_does_not_know(void)
{
	static const uint8_t unknown[][4] = {{0xc5, 0xf8, 0x77, 0x90}, {0x62, 0xf1, 0x7c, 0x48},
					     {0x06, 0x90, 0x90, 0x90}, {0x0f, 0x04, 0x90, 0x90},
					     {0x67, 0x8b, 0x07, 0x90}, {0x66, 0x66, 0x66, 0x66}};
	struct fb_instruction got;

	for (size_t i = 0; i < FB_ARRAY_SIZE(unknown); i++)
		CU_ASSERT_FALSE(fb_instruction_read(true, unknown[i], sizeof(unknown[i]), &got));
}

FB_TEST_MAIN("symbols/instruction", FB_TEST(knows_lengths_and_effects),
	     FB_TEST(knows_code_of_32_bits), FB_TEST(leaves_what_it_does_not_know))
