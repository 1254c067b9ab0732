// SPDX-License-Identifier: GPL-2.0-or-later
/* Beginnings of functions, as compilers write them, and the stack that they leave. */
#include "user/unwind/prologue.h"

#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "user/unwind/cfi_step.h"

#define READ(...)                                                               \
	__extension__({                                                         \
		static const uint8_t code_[] = {__VA_ARGS__};                   \
		struct fb_prologue read_;                                       \
		memset(&read_, 0xaa, sizeof(read_));                            \
		fb_prologue_read(&fb_cfi_x86_64, code_, sizeof(code_), &read_); \
		read_;                                                          \
	})

static uint64_t below(const struct fb_prologue *prologue, unsigned reg)
{
	for (size_t i = 0; i < prologue->saved_count; i++)
		if (prologue->saved[i].reg == reg)
			return prologue->saved[i].below;
	return 0;
}

static void counts_pushes_and_room(void)
{
	/* endbr64; push r15; push r12; mov rbx, rdi; push rbp; push rbx; sub rsp, 0x18 */
	struct fb_prologue prologue = READ(0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0x57, 0x41, 0x54, 0x48,
					   0x89, 0xfb, 0x55, 0x53, 0x48, 0x83, 0xec, 0x18);

	CU_ASSERT(prologue.known);
	CU_ASSERT_EQUAL(prologue.depth, 4 * 8 + 0x18);
	CU_ASSERT_EQUAL(prologue.saved_count, 4);
	CU_ASSERT_EQUAL(below(&prologue, 15), 8);
	CU_ASSERT_EQUAL(below(&prologue, 12), 16);
	CU_ASSERT_EQUAL(below(&prologue, fb_cfi_x86_64.frame), 24);
	CU_ASSERT_EQUAL(below(&prologue, 3), 32);
	CU_ASSERT(!prologue.has_frame && !prologue.outermost);
	/* sub rsp, 0x1000; push rax (room, not saved); push [rdi]; push 1 */
	prologue = READ(0x48, 0x81, 0xec, 0x00, 0x10, 0x00, 0x00, 0x50, 0xff, 0x37, 0x6a, 0x01);
	CU_ASSERT_EQUAL(prologue.depth, 0x1000 + 3 * 8);
	CU_ASSERT_EQUAL(prologue.saved_count, 0);
	/* add rsp, -128 makes room of 128 */
	prologue = READ(0x48, 0x83, 0xc4, 0x80, 0x53);
	CU_ASSERT_EQUAL(prologue.depth, 128 + 8);
	/* lea rsp, [rsp - 0x40] makes room too. */
	prologue = READ(0x53, 0x48, 0x8d, 0x64, 0x24, 0xc0, 0x55);
	CU_ASSERT_EQUAL(prologue.depth, 2 * 8 + 0x40);
	/* What a register holds later is not what was saved: the first push of it is. */
	prologue = READ(0x53, 0x53);
	CU_ASSERT_EQUAL(prologue.depth, 16);
	CU_ASSERT_EQUAL(prologue.saved_count, 1);
	CU_ASSERT_EQUAL(below(&prologue, 3), 8);
}

static void passes_what_touches_no_stack(void)
{
	static const struct {
		uint8_t code[12];
		size_t size;
	} others[] = {
		{{0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}, 9}, /* mov rax, fs:0x28 */
		{{0x48, 0x89, 0x44, 0x24, 0x08}, 5},                /* mov [rsp + 8], rax */
		{{0xc7, 0x84, 0x24, 0, 1, 0, 0, 1, 0, 0, 0}, 11},   /* mov dword [rsp + 256], 1 */
		{{0x66, 0xc7, 0x07, 1, 0}, 5},                      /* mov word [rdi], 1 */
		{{0x48, 0xb8, 0x50, 0x50, 0x50, 0x50, 0x50, 0x50, 0x50, 0x50}, 10}, /* movabs */
		{{0xb8, 0x50, 0x50, 0x50, 0x50}, 5},             /* mov eax, 0x50505050 */
		{{0x4c, 0x8d, 0x2d, 0x50, 0x50, 0x50, 0x50}, 7}, /* lea r13, [rip + ...] */
		{{0x85, 0xff, 0x74, 0x50}, 4},                   /* test edi, edi; je */
		{{0x0f, 0x84, 0x50, 0x50, 0x50, 0x50}, 6},       /* je near */
		{{0xf6, 0x47, 0x10, 0x50}, 4},                   /* test byte [rdi + 16], 0x50 */
		{{0xf7, 0xc7, 0x50, 0x50, 0x50, 0x50}, 6},       /* test edi, 0x50505050 */
		{{0xf7, 0xdf}, 2},                               /* neg edi */
		{{0xf0, 0x0f, 0xb1, 0x57, 0x10}, 5},             /* lock cmpxchg [rdi + 16], edx */
		{{0x0f, 0x29, 0x44, 0x24, 0x50}, 5},             /* movaps [rsp + 0x50], xmm0 */
		{{0x66, 0x0f, 0x70, 0xc0, 0x50}, 5},             /* pshufd */
		{{0x0f, 0x05}, 2},                               /* syscall */
		{{0x83, 0xf8, 0x50}, 3},                         /* cmp eax, 0x50 */
		{{0x83, 0xec, 0x50}, 3},                         /* sub esp: no room of 64 bits */
		{{0x49, 0x83, 0xec, 0x50}, 4},                   /* sub r12, 0x50 */
		{{0x31, 0xff}, 2},                               /* xor edi, edi */
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++) {
		uint8_t code[16];
		struct fb_prologue prologue;

		memcpy(code, others[i].code, others[i].size);
		code[others[i].size] = 0x53; /* push rbx */
		fb_prologue_read(&fb_cfi_x86_64, code, others[i].size + 1, &prologue);
		CU_ASSERT(prologue.known && !prologue.outermost);
		CU_ASSERT_EQUAL(prologue.depth, 8);
		/* Cut within it, nothing behind it is read. */
		fb_prologue_read(&fb_cfi_x86_64, code, others[i].size - 1, &prologue);
		CU_ASSERT_EQUAL(prologue.depth, 0);
	}
}

static void stops_where_a_body_begins(void)
{
	static const uint8_t ends[][2] = {{0x5b, 0x90}, {0xc3, 0x90}, {0xc9, 0x90}, {0xeb, 0x00},
					  {0xff, 0xd0}, {0xff, 0x27}, {0xf4, 0x90}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++) {
		const uint8_t code[] = {0x55, ends[i][0], ends[i][1], 0x53, 0x53};
		struct fb_prologue prologue;

		fb_prologue_read(&fb_cfi_x86_64, code, sizeof(code), &prologue);
		CU_ASSERT_EQUAL(prologue.depth, 8);
		CU_ASSERT_EQUAL(prologue.saved_count, 1);
	}
	CU_ASSERT_EQUAL(READ(0x55, 0xe8, 0, 0, 0, 0, 0x53).depth, 8);
	CU_ASSERT_EQUAL(READ(0x55, 0x48, 0x83, 0xc4, 0x08, 0x53).depth, 8); /* add rsp, 8 */
}

static void knows_frame_pointers(void)
{
	/* push rbp; mov rbp, rsp; push rbx; and rsp, -64; sub rsp, 0x40 */
	struct fb_prologue prologue =
		READ(0x55, 0x48, 0x89, 0xe5, 0x53, 0x48, 0x83, 0xe4, 0xc0, 0x48, 0x83, 0xec, 0x40);

	CU_ASSERT(prologue.has_frame);
	CU_ASSERT_EQUAL(prologue.frame, 8);
	CU_ASSERT(!prologue.known);
	CU_ASSERT_EQUAL(below(&prologue, 3), 16);
	/* mov rsp, rax: of what is known no more than with the and. */
	CU_ASSERT(!READ(0x53, 0x48, 0x89, 0xc4, 0x53).known);
	/* The other encoding of mov rbp, rsp. */
	CU_ASSERT(READ(0x55, 0x48, 0x8b, 0xec).has_frame);
	/* mov rsp, rbp; and without a push of RBP nothing was made of it. */
	CU_ASSERT(!READ(0x55, 0x48, 0x89, 0xec).has_frame);
	CU_ASSERT(!READ(0x48, 0x89, 0xe5).has_frame);
}

static void knows_outermost_functions(void)
{
	CU_ASSERT(READ(0x31, 0xed).outermost);
	CU_ASSERT(READ(0x48, 0x31, 0xed).outermost);
	/* Behind what ends a prologue too: musl's __clone does so in the child. */
	CU_ASSERT(READ(0x0f, 0x05, 0x85, 0xc0, 0x75, 0x0f, 0x5f, 0x31, 0xed).outermost);
	CU_ASSERT(!READ(0x55, 0x31, 0xed).outermost); /* it keeps its caller's */
	CU_ASSERT(!READ(0x45, 0x31, 0xed).outermost); /* xor r13d, r13d */
	CU_ASSERT(!READ(0x31, 0xc0).outermost);
	struct fb_prologue empty;

	fb_prologue_read(&fb_cfi_x86_64, NULL, 0, &empty);
	CU_ASSERT(empty.known && !empty.depth && !empty.outermost);
}

/* The same of i386: registers by its own numbers, words of 4 bytes, inc and dec where 64 bits have a prefix, and mov
 * with an address, whose size the prefix 66 does not change. */
static void reads_code_of_32_bits(void)
{
	/* push ebp; mov ebp, esp; inc eax; push edi; mov eax, gs:0x14; push esi; mov [0x8049000], ax; push ebx;
	 * dec ecx; sub esp, 0x1c */
	static const uint8_t code[] = {0x55, 0x89, 0xe5, 0x40, 0x57, 0x65, 0xa1, 0x14,
				       0x00, 0x00, 0x00, 0x56, 0x66, 0xa3, 0x00, 0x90,
				       0x04, 0x08, 0x53, 0x49, 0x83, 0xec, 0x1c};
	static const uint8_t start[] = {0x31, 0xed, 0x5e}; /* xor ebp, ebp; pop esi */
	struct fb_prologue prologue;

	fb_prologue_read(&fb_cfi_i386, code, sizeof(code), &prologue);
	CU_ASSERT(prologue.known && prologue.depth == 4 * 4 + 0x1c);
	CU_ASSERT(prologue.has_frame && prologue.frame == 4);
	CU_ASSERT_EQUAL(prologue.saved_count, 4);
	CU_ASSERT(below(&prologue, 5) == 4 && below(&prologue, 7) == 8);
	CU_ASSERT(below(&prologue, 6) == 12 && below(&prologue, 3) == 16);
	fb_prologue_read(&fb_cfi_x86_64, code, sizeof(code), &prologue);
	CU_ASSERT(prologue.depth != 4 * 4 + 0x1c);
	fb_prologue_read(&fb_cfi_i386, start, sizeof(start), &prologue);
	CU_ASSERT_TRUE(prologue.outermost);
}

FB_TEST_MAIN("user/prologue", FB_TEST(reads_code_of_32_bits), FB_TEST(counts_pushes_and_room),
	     FB_TEST(passes_what_touches_no_stack), FB_TEST(stops_where_a_body_begins),
	     FB_TEST(knows_frame_pointers), FB_TEST(knows_outermost_functions))
