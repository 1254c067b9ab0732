// SPDX-License-Identifier: GPL-2.0-or-later
/* Callers guessed in a made memory of one object and a stack: which bytes are a call, and of what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "user/unwind/unwind_private.h"

#define CODE 0x400000ull
#define CODE_BYTES 0x2000u
#define STACK 0x700000ull
#define STACK_BYTES 0x4000u
#define BIT(number) (1u << (number))
#define DWARF_RBX 3

/* ELF addresses of the object begin elsewhere. */
#define FIRST_VADDR 0x10000ull
/* Functions of 0x100 bytes each. */
#define FUNCTION_A (CODE + 0x100)
#define FUNCTION_B (CODE + 0x200)
#define STUB (CODE + 0x800)
#define SLOT (CODE + 0x1800) /* a word of the object's data */

struct made {
	struct fb_space space;
	uint8_t code[CODE_BYTES], stack[STACK_BYTES];
	uint64_t absent; /* a page that cannot be read; 0: none */
	unsigned reads;
	struct fb_user_mapping mappings[2];
	struct fb_user_process process;
	struct fb_elf_symbol symbols[2];
	struct fb_cached_object object;
	struct fb_unwind_module module;
	struct fb_unwind_session session;
};

static uint8_t *made_at(struct made *made, uint64_t address, size_t length)
{
	if (address >= CODE && address + length <= CODE + CODE_BYTES)
		return made->code + (address - CODE);
	if (address >= STACK && address + length <= STACK + STACK_BYTES)
		return made->stack + (address - STACK);
	return NULL;
}

/* What fails may have written before. */
static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made *made = (struct made *)space;
	const uint8_t *from = made_at(made, address, length);

	made->reads++;
	memset(to, 0xee, length);
	if (made->absent && address < made->absent + FB_PAGE_SIZE &&
	    made->absent < address + length)
		return fb_error_create(FB_ABSENT, "left out");
	if (!from)
		return fb_error_create(FB_FAULT, "nothing there");
	memcpy(to, from, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static void put(struct made *made, uint64_t address, const void *bytes, size_t length)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(made_at(made, address, length));
	memcpy(made_at(made, address, length), bytes, length);
}

static void put_word(struct made *made, uint64_t address, uint64_t word)
{
	put(made, address, &word, sizeof(word));
}

static struct made *open_made(void)
{
	static const char names[] = "a\0b";
	struct made *made = calloc(1, sizeof(*made));

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	made->space = (struct fb_space){.ops = &made_ops, .name = "made"};
	memset(made->code, 0x90, sizeof(made->code)); /* nop */
	made->mappings[0] = (struct fb_user_mapping){.start = CODE,
						     .end = CODE + CODE_BYTES,
						     .file = 1,
						     .path = "/a",
						     .executable = true};
	made->mappings[1] = (struct fb_user_mapping){
		.start = STACK, .end = STACK + STACK_BYTES, .path = "[stack]"};
	made->process = (struct fb_user_process){.space = &made->space,
						 .mappings = made->mappings,
						 .mapping_count = 2,
						 .fetch_fd = -1};
	for (size_t i = 0; i < 2; i++) {
		uint64_t address = FIRST_VADDR + 0x100 * (i + 1);

		made->symbols[i] = (struct fb_elf_symbol){.address = address,
							  .size = 0x100,
							  .reach = address + 0x100,
							  .name = (uint32_t)i * 2};
	}
	made->object = (struct fb_cached_object){
		.first_vaddr = FIRST_VADDR,
		.fd = -1,
		.symbols = {.symbols = made->symbols, .count = 2, .room = 2},
	};
	made->object.symbols.names.data = (uint8_t *)(uintptr_t)names;
	made->object.symbols.names.size = sizeof(names);
	made->module = (struct fb_unwind_module){.start = CODE,
						 .end = CODE + CODE_BYTES,
						 .first = &made->mappings[0],
						 .executable = true,
						 .loaded = true,
						 .object = &made->object,
						 .session = &made->session};
	made->session.process = &made->process;
	made->session.regs.machine = &fb_cfi_x86_64;
	made->session.modules = &made->module;
	made->session.module_count = 1;
	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		made->session.pages[i].address = UINT64_MAX;
	return made;
}

/* What was read is kept: after a change, forget it. */
static void forget(struct made *made)
{
	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		made->session.pages[i].address = UINT64_MAX;
}

/* Instructions before an address, their bytes behind each other; and whether that is a call. */
static const struct {
	unsigned length;
	uint8_t bytes[8];
	bool call;
} instructions[] = {
	{5, {0xe8, 1, 2, 3, 4}, true},                   /* call rel32 */
	{2, {0xff, 0xd0}, true},                         /* call *%rax */
	{2, {0xff, 0xd7}, true},                         /* call *%rdi */
	{2, {0xff, 0xd4}, true},                         /* call *%rsp */
	{2, {0xff, 0x10}, true},                         /* call *(%rax) */
	{2, {0xff, 0x17}, true},                         /* call *(%rdi) */
	{3, {0xff, 0x14, 0x24}, true},                   /* call *(%rsp) */
	{7, {0xff, 0x14, 0x25, 1, 2, 3, 4}, true},       /* call *0x4030201 */
	{6, {0xff, 0x15, 1, 2, 3, 4}, true},             /* call *0x4030201(%rip) */
	{3, {0xff, 0x50, 8}, true},                      /* call *8(%rax) */
	{4, {0xff, 0x54, 0x24, 8}, true},                /* call *8(%rsp) */
	{6, {0xff, 0x90, 1, 2, 3, 4}, true},             /* call *0x4030201(%rax) */
	{7, {0xff, 0x94, 0x24, 1, 2, 3, 4}, true},       /* call *0x4030201(%rsp) */
	{7, {0xff, 0x94, 0xc5, 1, 2, 3, 4}, true},       /* call *0x4030201(%rbp,%rax,8) */
	{8, {0x41, 0xff, 0x94, 0x24, 1, 2, 3, 4}, true}, /* call *0x4030201(%r12) */
	{5, {0xe9, 1, 2, 3, 4}, false},                  /* jmp rel32 */
	{2, {0xff, 0xe0}, false},                        /* jmp *%rax */
	{2, {0xff, 0xc0}, false},                        /* inc %eax */
	{2, {0xff, 0xf0}, false},                        /* push %rax */
	{2, {0xff, 0xd8}, false},                        /* lcall, of a register */
	{2, {0xfe, 0xd0}, false},
	{2, {0xfe, 0x10}, false},
	{6, {0xff, 0x25, 1, 2, 3, 4}, false}, /* jmp *0x4030201(%rip) */
	{2, {0xff, 0x15}, false},             /* of which the displacement is not there */
	{3, {0xff, 0x15, 1}, false},
	{2, {0xff, 0x14}, false}, /* nor the SIB */
	{2, {0xff, 0x50}, false}, /* nor the displacement */
	{5, {0xff, 0x90, 1, 2, 3}, false},
	{3, {0xff, 0x54, 0x24}, false},
	{3, {0xff, 0x14, 0x25}, false}, /* without a base: 4 bytes more */
	{6, {0xff, 0x14, 0x24, 1, 2, 3}, false},
};

static void knows_calls_by_their_bytes(void)
{
	struct made *made = open_made();

	for (size_t i = 0; i < FB_ARRAY_SIZE(instructions); i++) {
		uint64_t behind = CODE + 0x1000 + 64 * i + 32;

		put(made, behind - instructions[i].length, instructions[i].bytes,
		    instructions[i].length);
		forget(made);
		if (fb_unwind_may_follow_call(&made->session, behind) != instructions[i].call) {
			printf("\n    instruction %zu ", i);
			CU_FAIL("taken for what it is not");
		}
		/* With another instruction behind it. */
		if (instructions[i].call && instructions[i].length < 7)
			CU_ASSERT_FALSE(fb_unwind_may_follow_call(&made->session, behind + 1));
	}
	CU_ASSERT_FALSE(fb_unwind_may_follow_call(&made->session, STACK + 64)); /* no code */
	CU_ASSERT_FALSE(fb_unwind_may_follow_call(&made->session, CODE + 0x700));
	/* Whose code is not at hand may be one. */
	made->absent = CODE + 0x1000;
	forget(made);
	CU_ASSERT_TRUE(fb_unwind_may_follow_call(&made->session, CODE + 0x1800));
	free(made);
}

static void knows_where_functions_begin(void)
{
	struct made *made = open_made();

	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_A), FUNCTION_A);
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_A + 0xff), FUNCTION_A);
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_B), FUNCTION_B);
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_A - 1), 0);
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_B + 0x100), 0);
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, STACK), 0);
	made->module.object = NULL;
	CU_ASSERT_EQUAL(fb_unwind_function_start(&made->session, FUNCTION_A), 0);
	free(made);
}

/* A thread that stands at pc with this stack pointer, its RBP known. */
static void stand(struct made *made, uint64_t pc, uint64_t sp, uint64_t frame, bool caller)
{
	memset(&made->session.regs, 0, sizeof(made->session.regs));
	made->session.regs.machine = &fb_cfi_x86_64;
	made->session.regs.values[fb_cfi_x86_64.pc] = pc;
	made->session.regs.values[fb_cfi_x86_64.stack] = sp;
	made->session.regs.values[fb_cfi_x86_64.frame] = frame;
	made->session.regs.known = BIT(FB_DWARF_REGS) - 1;
	made->session.caller = caller;
	forget(made);
}

static void expect(struct made *made, enum fb_frame_found found, uint64_t pc, uint64_t sp,
		   uint64_t frame, uint32_t known)
{
	const struct fb_cfi_registers *regs = &made->session.regs;
	enum fb_frame_found way = FB_FRAME_REGISTERS;

	CU_ASSERT_TRUE_FATAL(fb_unwind_guess_caller(&made->session, &way));
	CU_ASSERT_EQUAL(way, found);
	CU_ASSERT_EQUAL(regs->values[fb_cfi_x86_64.pc], pc);
	CU_ASSERT_EQUAL(regs->values[fb_cfi_x86_64.stack], sp);
	CU_ASSERT_EQUAL(regs->values[fb_cfi_x86_64.frame], frame);
	CU_ASSERT_EQUAL(regs->known, known);
}

/* Nothing suggests a caller: and nothing is changed. */
static void expect_none(struct made *made)
{
	const struct fb_cfi_registers before = made->session.regs;
	enum fb_frame_found way = FB_FRAME_UNWIND_TABLE;

	CU_ASSERT_FALSE(fb_unwind_guess_caller(&made->session, &way));
	CU_ASSERT_EQUAL(memcmp(&before, &made->session.regs, sizeof(before)), 0);
	CU_ASSERT_EQUAL(way, FB_FRAME_UNWIND_TABLE);
}

/* call rel32 to a function, that ends at address. */
static void put_call(struct made *made, uint64_t address, uint64_t function)
{
	uint8_t call[5] = {0xe8};
	int32_t displacement = (int32_t)(int64_t)(function - address);

	memcpy(call + 1, &displacement, sizeof(displacement));
	put(made, address - sizeof(call), call, sizeof(call));
}

#define RETURN (FUNCTION_B + 0x40)
#define ALL (BIT(FB_DWARF_REGS) - 1)
#define FRAME_ONLY (BIT(fb_cfi_x86_64.pc) | BIT(fb_cfi_x86_64.stack) | BIT(fb_cfi_x86_64.frame))

static void the_word_on_top_is_one(void)
{
	struct made *made = open_made();

	put_call(made, RETURN, FUNCTION_A);
	put_word(made, STACK + 0x100, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, false);
	expect(made, FB_FRAME_STACK_TOP, RETURN, STACK + 0x108, 99, ALL);
	/* Of a caller it is none. */
	stand(made, FUNCTION_B + 5, STACK + 0x100, 99, true);
	expect_none(made);
	free(made);
}

/* Of a function, the first word that stands behind a call of it; how it is called: directly, by a stub with
 * or without its prefixes, and by a word of memory. */
static void a_call_of_the_function_is_one(void)
{
	static const struct {
		unsigned length;
		uint8_t bytes[12];
	} stubs[] = {
		{6, {0xff, 0x25}},
		{7, {0xf2, 0xff, 0x25}},
		{10, {0xf3, 0x0f, 0x1e, 0xfa, 0xff, 0x25}},
		{11, {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25}},
	};
	struct made *made = open_made();
	int32_t displacement;

	put_word(made, STACK + 0x100, FUNCTION_B + 0x80); /* no call before it */
	put_word(made, STACK + 0x108, RETURN);
	put_call(made, RETURN, FUNCTION_A);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect(made, FB_FRAME_CALL_SITE, RETURN, STACK + 0x110, 99, FRAME_ONLY);
	/* A return address is of the function before it. */
	stand(made, FUNCTION_B, STACK + 0x100, 99, true);
	expect(made, FB_FRAME_CALL_SITE, RETURN, STACK + 0x110, 99, FRAME_ONLY);
	stand(made, FUNCTION_B, STACK + 0x100, 99, false);
	expect_none(made);
	stand(made, FUNCTION_A + 5, STACK + 0x101, 99, true);
	expect_none(made);
	/* Of another function. */
	put_call(made, RETURN, FUNCTION_A + 1);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect_none(made);
	put_word(made, SLOT, FUNCTION_A);
	for (size_t i = 0; i < FB_ARRAY_SIZE(stubs); i++) {
		memset(made->code + (STUB - CODE), 0x90, 32);
		put(made, STUB, stubs[i].bytes, stubs[i].length);
		displacement = (int32_t)(SLOT - STUB - stubs[i].length);
		put(made, STUB + stubs[i].length - 4, &displacement, sizeof(displacement));
		put_call(made, RETURN, STUB);
		stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
		expect(made, FB_FRAME_CALL_SITE, RETURN, STACK + 0x110, 99, FRAME_ONLY);
		/* To another one, and what is no jump. */
		put_word(made, SLOT, FUNCTION_B);
		stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
		expect_none(made);
		put_word(made, SLOT, FUNCTION_A);
		made->code[STUB - CODE + stubs[i].length - 5] ^= 1;
		stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
		expect_none(made);
		made->code[STUB - CODE + stubs[i].length - 5] ^= 1;
		made->code[STUB - CODE + stubs[i].length - 6] ^= 1;
		stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
		expect_none(made);
	}
	free(made);
}

static void a_call_by_a_word_of_memory_is_one(void)
{
	static const uint8_t call[6] = {0xff, 0x15};
	struct made *made = open_made();
	int32_t displacement = (int32_t)(SLOT - RETURN);

	put_word(made, SLOT, FUNCTION_A);
	put(made, RETURN - 6, call, sizeof(call));
	put(made, RETURN - 4, &displacement, sizeof(displacement));
	put_word(made, STACK + 0x108, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect(made, FB_FRAME_CALL_SITE, RETURN, STACK + 0x110, 99, FRAME_ONLY);
	put_word(made, SLOT, FUNCTION_B);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect_none(made);
	put_word(made, SLOT, FUNCTION_A);
	made->code[RETURN - 5 - CODE] = 0x25; /* jmp */
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect_none(made);
	free(made);
}

/* 1,024 words are looked at, and none behind one that cannot be read. */
static void no_call_is_looked_for_without_end(void)
{
	struct made *made = open_made();

	put_call(made, RETURN, FUNCTION_A);
	put_word(made, STACK + 0x100 + 1023 * 8, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect(made, FB_FRAME_CALL_SITE, RETURN, STACK + 0x100 + 1024 * 8, 99, FRAME_ONLY);
	stand(made, FUNCTION_A + 5, STACK + 0xf8, 99, true);
	expect_none(made);
	made->absent = STACK + FB_PAGE_SIZE;
	stand(made, FUNCTION_A + 5, STACK + 0x100, 99, true);
	expect_none(made);
	free(made);
}

static void a_frame_pointer_leads_to_one(void)
{
	const uint64_t frame = STACK + 0x200;
	struct made *made = open_made();

	put_call(made, RETURN, FUNCTION_B + 7); /* of whatever is called so */
	put_word(made, frame, STACK + 0x300);
	put_word(made, frame + 8, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, frame, true);
	expect(made, FB_FRAME_FRAME_POINTER, RETURN, frame + 16, STACK + 0x300, FRAME_ONLY);
	stand(made, FUNCTION_A + 5, frame, frame, true);
	expect(made, FB_FRAME_FRAME_POINTER, RETURN, frame + 16, STACK + 0x300, FRAME_ONLY);
	/* Below the stack pointer, not aligned, not known, no return address behind it. */
	stand(made, FUNCTION_A + 5, frame + 8, frame, true);
	expect_none(made);
	put_word(made, frame + 9, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, frame + 1, true);
	expect_none(made);
	put_word(made, frame + 8, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, frame, true);
	made->session.regs.known &= ~BIT(fb_cfi_x86_64.frame);
	expect_none(made);
	put_word(made, frame + 8, RETURN + 1);
	stand(made, FUNCTION_A + 5, STACK + 0x100, frame, true);
	expect_none(made);
	stand(made, FUNCTION_A + 5, STACK + 0x100, (uint64_t)-8, true);
	expect_none(made);
	/* The word behind it lies on a page that is not there. */
	put_word(made, STACK + 0xff8, STACK + 0x1300);
	put_word(made, STACK + 0x1000, RETURN);
	stand(made, FUNCTION_A + 5, STACK + 0x100, STACK + 0xff8, true);
	expect(made, FB_FRAME_FRAME_POINTER, RETURN, STACK + 0x1008, STACK + 0x1300, FRAME_ONLY);
	made->absent = STACK + 0x1000;
	stand(made, FUNCTION_A + 5, STACK + 0x100, STACK + 0xff8, true);
	expect_none(made);
	free(made);
}

/* Pages that were read are kept, the last eight; one that could not be read is not taken for another. */
static void words_are_read_by_pages(void)
{
	struct made *made = open_made();
	uint64_t word = 0;

	put_word(made, STACK + 0x1ff8, 77);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made->session, STACK + 0x1ff8, &word));
	CU_ASSERT_EQUAL(word, 77);
	CU_ASSERT_EQUAL(made->reads, 1);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made->session, STACK + 0x1000, &word));
	CU_ASSERT_EQUAL(word, 0);
	CU_ASSERT_EQUAL(made->reads, 1);
	/* Over the end of a page. */
	put_word(made, STACK + 0x1ffc, 0x1122334455667788);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made->session, STACK + 0x1ffc, &word));
	CU_ASSERT_EQUAL(word, 0x1122334455667788);
	CU_ASSERT_EQUAL(made->reads, 2);
	forget(made);
	made->session.next_page = 0;
	put_word(made, STACK, 5);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made->session, STACK, &word));
	made->session.next_page = FB_UNWIND_PAGES; /* the same place again */
	made->absent = STACK + 0x1000;
	CU_ASSERT_FALSE(fb_unwind_read_word(&made->session, STACK + 0x1000, &word));
	CU_ASSERT_TRUE(fb_unwind_read_word(&made->session, STACK, &word));
	CU_ASSERT_EQUAL(word, 5);
	free(made);
}

/* push %rbp; push %rbx; sub $0x20,%rsp: where the return address lies, and what the caller's registers were. One of
 * them that lies in a page that is not there is not known. */
static void a_prologue_leads_to_the_callers_registers(void)
{
	static const uint8_t prologue[] = {0x55, 0x53, 0x48, 0x83, 0xec, 0x20};
	const uint64_t place = STACK + 2 * FB_PAGE_SIZE + 8, sp = place - 0x30;
	struct made *made = open_made();
	const struct fb_cfi_registers *regs = &made->session.regs;

	put(made, FUNCTION_A, prologue, sizeof(prologue));
	put_call(made, RETURN, FUNCTION_A);
	put_word(made, place, RETURN);
	put_word(made, place - 8, 0x1234);
	put_word(made, place - 16, 0x5678);
	stand(made, FUNCTION_A + 0x20, sp, 99, false);
	expect(made, FB_FRAME_PROLOGUE, RETURN, place + 8, 0x1234, FRAME_ONLY | BIT(DWARF_RBX));
	CU_ASSERT_EQUAL(regs->values[DWARF_RBX], 0x5678);
	made->absent = STACK + FB_PAGE_SIZE;
	stand(made, FUNCTION_A + 0x20, sp, 99, false);
	expect(made, FB_FRAME_PROLOGUE, RETURN, place + 8, 0x1234, FRAME_ONLY);
	/* Before the function has moved its stack pointer by more than one word. */
	made->absent = 0;
	put_word(made, sp + 8, RETURN);
	stand(made, FUNCTION_A + 1, sp, 99, false);
	put_word(made, sp, 0x4321);
	expect(made, FB_FRAME_PROLOGUE, RETURN, sp + 16, 0x4321, FRAME_ONLY);
	free(made);
}

/* Of 32 bits: through the word at an address; and words have 4 bytes. */
static void a_call_of_32_bits_is_one(void)
{
	const uint32_t words[] = {SLOT, FUNCTION_A, RETURN};
	enum fb_frame_found way = FB_FRAME_REGISTERS;
	struct made *made = open_made();

	put(made, RETURN - 6, "\xff\x15", 2);
	put(made, RETURN - 4, &words[0], 4);
	put(made, SLOT, &words[1], 4);
	put(made, STACK + 0x104, &words[2], 4);
	made->session.regs = (struct fb_cfi_registers){
		&fb_cfi_i386, {[4] = STACK + 0x100, [8] = FUNCTION_A + 5}, 0x1ff};
	made->session.caller = true;
	CU_ASSERT_TRUE(fb_unwind_guess_caller(&made->session, &way) && way == FB_FRAME_CALL_SITE);
	CU_ASSERT(fb_unwind_pc(&made->session) == RETURN &&
		  fb_unwind_sp(&made->session) == STACK + 0x108);
	free(made);
}

FB_TEST_MAIN("user/caller_guess, made", FB_TEST(a_call_of_32_bits_is_one),
	     FB_TEST(knows_calls_by_their_bytes), FB_TEST(knows_where_functions_begin),
	     FB_TEST(the_word_on_top_is_one), FB_TEST(a_call_of_the_function_is_one),
	     FB_TEST(a_call_by_a_word_of_memory_is_one), FB_TEST(no_call_is_looked_for_without_end),
	     FB_TEST(a_frame_pointer_leads_to_one), FB_TEST(words_are_read_by_pages),
	     FB_TEST(a_prologue_leads_to_the_callers_registers))
