// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Steps by unwind tables that are written here by hand: the assembler puts them
 * into this program's own .eh_frame, and libdw finds them there.
 */
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "user/unwind/cfi_step.h"

#define RCX 2
#define RBX 3
#define R15 15
#define SP 0x1000ull
#define BIT(number) (1u << (number))

/* DW_CFA_val_expression for rbx: length and bytes; the CFA (SP + 8) lies on the stack first. */
#define EXPRESSIONS(E)                                                                             \
	E(2, "0x23, 0x10", true, SP + 0x18)                   /* plus_uconst */                    \
	E(3, "0x35, 0x33, 0x1c", true, 2)                     /* minus */                          \
	E(4, "0x70, 1, 0x32, 0x1e", true, 16)                 /* breg0, mul */                     \
	E(4, "0x92, 0, 2, 0x96", true, 9)                     /* bregx, nop */                     \
	E(5, "8, 0xf0, 8, 0x3c, 0x1a", true, 0x30)            /* const1u, and */                   \
	E(5, "8, 0xf0, 8, 0x3c, 0x21", true, 0xfc)            /* or */                             \
	E(5, "8, 0xf0, 8, 0x3c, 0x27", true, 0xcc)            /* xor */                            \
	E(3, "0x31, 0x34, 0x24", true, 16)                    /* shl */                            \
	E(4, "0x31, 8, 64, 0x24", true, 0)                    /* by too much */                    \
	E(4, "9, 0xf8, 0x31, 0x26", true, (uint64_t)-4)       /* const1s, shra */                  \
	E(4, "9, 0xf8, 0x31, 0x25", true, 0x7ffffffffffffffc) /* shr */                            \
	E(5, "9, 0xf8, 8, 200, 0x26", true, UINT64_MAX)       /* by too much */                    \
	E(5, "9, 0xf8, 8, 200, 0x25", true, 0)                                                     \
	E(3, "0x0b, 0xfe, 0xff", true, (uint64_t)-2)                   /* const2s */               \
	E(5, "0x0c, 0xfe, 0xff, 0xff, 0xff", true, 0xfffffffe)         /* const4u */               \
	E(5, "0x0d, 0xfe, 0xff, 0xff, 0xff", true, (uint64_t)-2)       /* const4s */               \
	E(9, "0x0e, 8, 7, 6, 5, 4, 3, 2, 1", true, 0x0102030405060708) /* const8u */               \
	E(3, "0x10, 0x81, 1", true, 129)                               /* constu */                \
	E(2, "0x11, 0x7f", true, UINT64_MAX)                           /* consts */                \
	E(4, "0x71, 0, 0x32, 0x2d", true, 1)                           /* -3 < 2 */                \
	E(4, "0x71, 0, 0x32, 0x2b", true, 0)                           /* -3 > 2 */                \
	E(4, "0x71, 0, 0x32, 0x2a", true, 0)                           /* -3 >= 2 */               \
	E(4, "0x71, 0, 0x32, 0x2c", true, 1)                           /* -3 <= 2 */               \
	E(3, "0x32, 0x32, 0x2a", true, 1)                              /* 2 >= 2 */                \
	E(3, "0x32, 0x32, 0x2c", true, 1)                              /* 2 <= 2 */                \
	E(3, "0x32, 0x32, 0x29", true, 1)                              /* 2 == 2 */                \
	E(3, "0x32, 0x32, 0x2e", true, 0)                              /* 2 != 2 */                \
	E(4, "0x0a, 0x40, 0x10, 6", true, 0x101040)                    /* const2u, deref */        \
	E(3, "0x36, 0x12, 0x22", true, 12)                             /* dup, plus */             \
	E(3, "0x31, 0x32, 0x13", true, 1)                              /* drop */                  \
	E(3, "0x31, 0x32, 0x14", true, 1)                              /* over */                  \
	E(3, "0x31, 0x32, 0x16", true, 1)                              /* swap */                  \
	E(4, "0x31, 0x32, 0x33, 0x17", true, 2)                        /* rot */                   \
	E(6, "0x31, 0x32, 0x33, 0x17, 0x13, 0x13", true, 3)            /* ... and what is below */ \
	E(2, "0x31, 0x1f", true, UINT64_MAX)                           /* neg */                   \
	E(2, "0x30, 0x20", true, UINT64_MAX)                           /* not */                   \
	E(2, "0x7f, 0", false, 0)                /* of an unknown register */                      \
	E(6, "0x0c, 0, 0, 1, 0, 6", false, 0)    /* of unreadable memory */                        \
	E(2, "0x13, 0x13", false, 0)             /* drops too much */                              \
	E(1, "0x22", false, 0)                   /* plus of one word */                            \
	E(2, "0x31, 0x17", false, 0)             /* rot of two words */                            \
	E(1, "0x13", false, 0)                   /* leaves nothing */                              \
	E(3, "0x31, 0x31, 0x1b", false, 0)       /* div: not done */                               \
	E(4, "0x31, 0x2f, 0xfc, 0xff", false, 0) /* skip back to lit1 */                           \
	E(32,                                                                                      \
	  "0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,"       \
	  "0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12,0x12",       \
	  false, 0) /* 33 words */

#define EXPRESSION_ROW(length, bytes, known, value) \
	"	.cfi_escape 0x16, 3, " #length ", " bytes "\n	nop\n"
#define EXPRESSION_CASE(length, bytes, known, value) {bytes, known, value},

static const struct {
	const char *bytes;
	bool known;
	uint64_t value;
} expressions[] = {EXPRESSIONS(EXPRESSION_CASE)};

/* clang-format off */
__asm__("	.pushsection .text\n"
	"made_expressions:\n"
	"	.cfi_startproc\n"
	EXPRESSIONS(EXPRESSION_ROW)
	"	.cfi_endproc\n"
	"made_rows:\n"
	"	.cfi_startproc\n"
	"	nop\n" /* 0: as at a function's entry */
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset rbx, -16\n"
	"	nop\n" /* 1: rbx was pushed */
	"	.cfi_register rbx, rdx\n"
	"	nop\n" /* 2 */
	"	.cfi_undefined rbx\n"
	"	nop\n" /* 3 */
	"	.cfi_undefined rip\n"
	"	nop\n" /* 4: outermost */
	"	.cfi_endproc\n"
	/* Of a PLT, as linkers write it: rsp + 8 + ((rip & 15) >= 11) << 3. */
	"	.p2align 4\n"
	"made_plt:\n"
	"	.cfi_startproc\n"
	"	.cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22\n"
	"	.fill 16, 1, 0x90\n"
	"	.cfi_endproc\n"
	/* Of a signal trampoline, as glibc writes it: all lie in the signal frame. */
	"made_trampoline:\n"
	"	.cfi_startproc\n"
	"	.cfi_signal_frame\n"
	"	.cfi_escape 0x0f, 4, 0x77, 0xa0, 1, 6\n" /* CFA: [rsp + 160] */
	"	.cfi_escape 0x10, 6, 3, 0x77, 0xf8, 0\n" /* rbp: rsp + 120 */
	"	.cfi_escape 0x10, 7, 3, 0x77, 0xa0, 1\n" /* rsp: rsp + 160 */
	"	.cfi_escape 0x10, 16, 3, 0x77, 0xa8, 1\n" /* rip: rsp + 168 */
	"	nop\n"
	"	.cfi_endproc\n"
	/* A CFA that cannot be known: of r15. */
	"made_lost:\n"
	"	.cfi_startproc\n"
	"	.cfi_def_cfa r15, 8\n"
	"	nop\n"
	"	.cfi_endproc\n"
	"	.popsection\n");
/* clang-format on */
extern const char made_expressions[], made_rows[], made_plt[], made_trampoline[], made_lost[];

/* This program's own tables. */
struct tables {
	int fd;
	Elf *elf;
	Dwarf_CFI *cfi;
	uint64_t bias;
};

static int first_object(struct dl_phdr_info *info, size_t size FB_UNUSED, void *bias_ret)
{
	*(uint64_t *)bias_ret = info->dlpi_addr;
	return 1;
}

static void open_tables(struct tables *tables)
{
	elf_version(EV_CURRENT);
	dl_iterate_phdr(first_object, &tables->bias);
	tables->fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	tables->elf = elf_begin(tables->fd, ELF_C_READ_MMAP, NULL);
	tables->cfi = dwarf_getcfi_elf(tables->elf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tables->cfi);
}

static void close_tables(struct tables *tables)
{
	dwarf_cfi_end(tables->cfi);
	elf_end(tables->elf);
	close(tables->fd);
}

static Dwarf_Frame *row_at(struct tables *tables, const char *code, size_t offset)
{
	Dwarf_Frame *row = NULL;

	CU_ASSERT_EQUAL_FATAL(
		dwarf_cfi_addrframe(tables->cfi, (uintptr_t)code + offset - tables->bias, &row), 0);
	return row;
}

/* Words below 0x10000 read as 0x100000 more than where they lie; others are missing. */
static bool read_made(void *context, uint64_t address, uint64_t *word_ret)
{
	++*(unsigned *)context;
	if (address >= 0x10000)
		return false;
	*word_ret = address + 0x100000;
	return true;
}

static void step(struct tables *tables, const char *code, size_t offset, uint64_t rip,
		 struct fb_cfi_registers *caller_ret)
{
	struct fb_cfi_registers callee = {.machine = &fb_cfi_x86_64,
					  .known = BIT(FB_DWARF_REGS) - 1 - BIT(R15)};
	unsigned reads = 0;
	const struct fb_cfi_memory memory = {.read = read_made, .context = &reads};
	Dwarf_Frame *row = row_at(tables, code, offset);

	callee.values[0] = 7;
	callee.values[1] = (uint64_t)-3;
	callee.values[fb_cfi_x86_64.frame] = 0xbb;
	callee.values[fb_cfi_x86_64.stack] = SP;
	callee.values[fb_cfi_x86_64.pc] = rip;
	fb_cfi_step(row, &callee, &memory, caller_ret);
	CU_ASSERT(reads <= FB_DWARF_REGS);
	free(row);
}

static void check(const struct fb_cfi_registers *registers, int number, uint64_t value)
{
	CU_ASSERT(registers->known & BIT(number));
	CU_ASSERT_EQUAL(registers->values[number], value);
}

static void computes_expressions(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;

	open_tables(&tables);
	for (size_t i = 0; i < FB_ARRAY_SIZE(expressions); i++) {
		bool known;

		step(&tables, made_expressions, i, 0, &caller);
		known = caller.known & BIT(RBX);
		if (known != expressions[i].known ||
		    (known && caller.values[RBX] != expressions[i].value))
			CU_FAIL(expressions[i].bytes);
		/* The others are what they would be without it. */
		check(&caller, fb_cfi_x86_64.stack, SP + 8);
		check(&caller, fb_cfi_x86_64.pc, SP + 0x100000);
	}
	close_tables(&tables);
}

static void steps_by_rules(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;

	open_tables(&tables);
	step(&tables, made_rows, 0, 0, &caller);
	check(&caller, fb_cfi_x86_64.stack, SP + 8);
	check(&caller, fb_cfi_x86_64.pc, SP + 0x100000);
	check(&caller, fb_cfi_x86_64.frame, 0xbb);
	CU_ASSERT(!(caller.known & BIT(RCX))); /* a callee may change it */
	CU_ASSERT(!(caller.known & BIT(R15))); /* kept, but not known before */
	step(&tables, made_rows, 1, 0, &caller);
	check(&caller, fb_cfi_x86_64.stack, SP + 16);
	check(&caller, fb_cfi_x86_64.pc, SP + 0x100008);
	check(&caller, RBX, SP + 0x100000);
	step(&tables, made_rows, 2, 0, &caller);
	check(&caller, RBX, (uint64_t)-3);
	step(&tables, made_rows, 3, 0, &caller);
	CU_ASSERT(!(caller.known & BIT(RBX)));
	check(&caller, fb_cfi_x86_64.pc, SP + 0x100008);
	close_tables(&tables);
}

static void knows_the_outermost_frame(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;
	Dwarf_Frame *row;

	open_tables(&tables);
	row = row_at(&tables, made_rows, 3);
	CU_ASSERT(!fb_cfi_is_outermost(&fb_cfi_x86_64, row));
	free(row);
	row = row_at(&tables, made_rows, 4);
	CU_ASSERT(fb_cfi_is_outermost(&fb_cfi_x86_64, row));
	free(row);
	step(&tables, made_rows, 4, 0, &caller);
	CU_ASSERT(!(caller.known & BIT(fb_cfi_x86_64.pc)));
	close_tables(&tables);
}

static void steps_out_of_a_plt(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;

	open_tables(&tables);
	for (uint64_t i = 0; i < 16; i++) {
		step(&tables, made_plt, i, 0x5550 + i, &caller);
		check(&caller, fb_cfi_x86_64.stack, i < 11 ? SP + 8 : SP + 16);
	}
	close_tables(&tables);
}

static void steps_out_of_a_signal(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;

	open_tables(&tables);
	step(&tables, made_trampoline, 0, 0, &caller);
	check(&caller, fb_cfi_x86_64.frame, SP + 120 + 0x100000);
	check(&caller, fb_cfi_x86_64.stack, SP + 160 + 0x100000);
	check(&caller, fb_cfi_x86_64.pc, SP + 168 + 0x100000);
	close_tables(&tables);
}

static void keeps_what_needs_no_cfa(void)
{
	struct fb_cfi_registers caller;
	struct tables tables;

	open_tables(&tables);
	step(&tables, made_lost, 0, 0, &caller);
	CU_ASSERT(!(caller.known & BIT(fb_cfi_x86_64.stack)));
	CU_ASSERT(!(caller.known & BIT(fb_cfi_x86_64.pc)));
	check(&caller, fb_cfi_x86_64.frame, 0xbb);
	close_tables(&tables);
}

FB_TEST_MAIN("user/cfi_step", FB_TEST(computes_expressions), FB_TEST(steps_by_rules),
	     FB_TEST(knows_the_outermost_frame), FB_TEST(steps_out_of_a_plt),
	     FB_TEST(steps_out_of_a_signal), FB_TEST(keeps_what_needs_no_cfa))
